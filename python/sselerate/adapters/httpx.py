"""httpx and httpx2, synchronous and asynchronous.

    with httpx.Client() as client:
        with adapter.stream(client, "POST", url, target=ChatCompletionChunk, json=request) as events:
            for event in events:
                ...

    async with adapter.astream(client, "POST", url, json=request) as events: ...
    with adapter.sse(client, "GET", url, reconnect=Reconnect()) as events: ...

The arguments of a request are those of the client's ``build_request`` and ``send``.
"""

import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from .adapter import Adapter, AsyncAdapter
from .response import AsyncResponse, Response

__all__ = ["aevents", "asse", "astream", "events", "sse", "stream"]

_SEND = ("auth", "follow_redirects")
"""Arguments that belong to ``send``."""


class _Response(Response):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status_code, given.headers.get("content-type"))

    def raw_chunks(self) -> Iterator[bytes]:
        chunks: Iterator[bytes] = self.given.iter_bytes()
        return chunks

    def close(self) -> None:
        self.given.close()


class _AsyncResponse(AsyncResponse):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status_code, given.headers.get("content-type"))

    def raw_chunks(self) -> AsyncIterator[bytes]:
        chunks: AsyncIterator[bytes] = self.given.aiter_bytes()
        return chunks

    async def aclose(self) -> None:
        await self.given.aclose()


def _send(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    """A response, or something to wait for it."""
    building, sending = {**arguments}, {}
    for name in _SEND:
        if name in building:
            sending[name] = building.pop(name)
    return client.send(client.build_request(method, url, **building), stream=True, **sending)


def _errors(client: Any) -> tuple[type[BaseException], ...]:
    for cls in type(client).__mro__:
        package = cls.__module__.partition(".")[0]
        if package in ("httpx", "httpx2"):
            return (importlib.import_module(package).TransportError,)
    raise TypeError(f"expected a client of httpx or httpx2, got {type(client).__name__}")


_sync = Adapter(_Response, _send, _errors)
_async = AsyncAdapter(_AsyncResponse, _send, _errors)

events, stream, sse = _sync.events, _sync.stream, _sync.sse
aevents, astream, asse = _async.events, _async.stream, _async.sse
