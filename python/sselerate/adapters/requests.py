"""requests.

    with requests.Session() as session:
        with adapter.stream(session, "POST", url, target=ChatCompletionChunk, json=request) as events:
            for event in events:
                ...

    with adapter.sse(session, "GET", url, reconnect=Reconnect()) as events: ...

The arguments of a request are those of ``session.request``. A response for `events` must have been requested
with ``stream=True``.
"""

import importlib
from collections.abc import Iterator
from typing import Any

from .adapter import Adapter
from .response import Response
from .urllib3 import arriving, raised_as

__all__ = ["events", "sse", "stream"]


class _Response(Response):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status_code, given.headers.get("content-type"))

    def raw_chunks(self) -> Iterator[bytes]:
        # iter_content(None) gives chunks as they arrive only where the server sends the body in chunks
        if not hasattr(self.given.raw, "read1") or self.given._content_consumed:
            yield from self.given.iter_content(None)
            return
        ours = importlib.import_module("requests.exceptions")
        theirs = importlib.import_module("urllib3.exceptions")
        with raised_as(ours, theirs):
            yield from arriving(self.given.raw)

    def close(self) -> None:
        self.given.close()


def _send(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    if isinstance(arguments.get("headers"), list):  # of which requests knows nothing; it sends each name once
        arguments = {**arguments, "headers": dict(arguments["headers"])}
    return client.request(method, url, **{**arguments, "stream": True})


def _errors(client: Any) -> tuple[type[BaseException], ...]:
    errors = importlib.import_module("requests.exceptions")
    return errors.ConnectionError, errors.ChunkedEncodingError, errors.Timeout


_adapter = Adapter(_Response, _send, _errors)

events, stream, sse = _adapter.events, _adapter.stream, _adapter.sse
