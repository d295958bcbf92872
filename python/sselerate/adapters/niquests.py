"""niquests, synchronous and asynchronous, over HTTP/1.1, 2 and 3.

    with niquests.Session() as session:
        with adapter.stream(session, "POST", url, target=ChatCompletionChunk, json=request) as events:
            for event in events:
                ...

    async with adapter.astream(async_session, "POST", url, json=request) as events: ...
    with adapter.sse(session, "GET", url, reconnect=Reconnect()) as events: ...

The arguments of a request are those of ``session.request``. A response for `events` must have been requested
with ``stream=True``.
"""

import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from .adapter import Adapter, AsyncAdapter
from .response import AsyncResponse, Response
from .urllib3 import MOST, raised_as

__all__ = ["aevents", "asse", "astream", "events", "sse", "stream"]

_AS_IT_ARRIVES = -1


class _Response(Response):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status_code, given.headers.get("content-type"))

    def raw_chunks(self) -> Iterator[bytes]:
        chunks: Iterator[bytes] = self.given.iter_content(_AS_IT_ARRIVES)
        return chunks

    def close(self) -> None:
        self.given.close()


class _AsyncResponse(AsyncResponse):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status_code, given.headers.get("content-type"))

    async def raw_chunks(self) -> AsyncIterator[bytes]:
        if "content-encoding" not in self.given.headers:
            async for chunk in await self.given.iter_content(_AS_IT_ARRIVES):
                yield chunk
            return
        # Of a compressed body it would wait until as many bytes are decoded as compressed ones have arrived.
        ours = importlib.import_module("niquests.exceptions")
        theirs = importlib.import_module("niquests.packages").urllib3.exceptions
        with raised_as(ours, theirs):
            async for chunk in self.given.raw.stream(MOST, decode_content=True):
                yield chunk

    async def aclose(self) -> None:
        await self.given.close()


def _send(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    return client.request(method, url, **{**arguments, "stream": True})


async def _asend(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    return await client.request(method, url, **{**arguments, "stream": True})


def _errors(client: Any) -> tuple[type[BaseException], ...]:
    errors = importlib.import_module("niquests.exceptions")
    return errors.ConnectionError, errors.ChunkedEncodingError, errors.Timeout


_sync = Adapter(_Response, _send, _errors)
_async = AsyncAdapter(_AsyncResponse, _asend, _errors)

events, stream, sse = _sync.events, _sync.stream, _sync.sse
aevents, astream, asse = _async.events, _async.stream, _async.sse
