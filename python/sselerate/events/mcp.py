"""Messages of an MCP stream (streamable HTTP), which are JSON-RPC 2.0.

Field meanings follow the Model Context Protocol, "Transports", and JSON-RPC. A stream that answers a request
holds notifications and requests of the server, and ends after the response. An event with an id and empty
data, which a server sends first so that the stream can be resumed, is not delivered; the id is the decoder's
`last_event_id`.

A response with an error is a `ServerError`, unless `JSONRPCMessage` itself is the target: then it is data.
"""

from typing import Any

from .answers import StreamEvent
from .declare import event
from .recognise import MCP_RESULTS

__all__ = ["JSONRPCMessage"]

_RESULTS = frozenset(MCP_RESULTS)


@event(light=True)
class JSONRPCMessage(StreamEvent):
    """A request, a notification (it has no ``id``), or a response (it has ``result`` or ``error``)."""

    __dialect__ = "mcp"

    jsonrpc: str
    """The version, "2.0"."""

    id: int | str | None = None
    """Which request it is, or answers."""

    method: str | None = None
    """What is asked for or told, e.g. "notifications/progress"."""

    params: Any = None
    """More about it, an object."""

    result: Any = None
    """What the request gave."""

    error: Any = None
    """Why it failed, an object with ``code`` and ``message``."""

    @property
    def is_terminal(self) -> bool:
        """Whether it is the response, after which the stream that answers a request ends. What names a method
        is a request or a notification of the server."""
        if self.method is not None:
            return False
        result = self.result if isinstance(self.result, dict) else {}
        return self.error is not None or result.get("final") is True or not _RESULTS.isdisjoint(result)
