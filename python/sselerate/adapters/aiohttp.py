"""aiohttp.

    async with aiohttp.ClientSession() as session:
        async with adapter.stream(session, "POST", url, target=ChatCompletionChunk, json=request) as events:
            async for event in events:
                ...

    async with adapter.sse(session, "GET", url, reconnect=Reconnect()) as events: ...

The arguments of a request are those of ``session.request``. The body is read as it arrives, not by lines,
which aiohttp limits in length. aiohttp ends every request after five minutes, streams too, unless the session
or the request says otherwise: ``timeout=aiohttp.ClientTimeout(total=None)``.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator
from typing import Any

from .adapter import AsyncAdapter
from .response import AsyncResponse

__all__ = ["events", "sse", "stream"]


class _Response(AsyncResponse):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status, given.headers.get("Content-Type"))

    def raw_chunks(self) -> AsyncIterator[bytes]:
        content = self.given.content
        return _read(self.given) if content.at_eof() else _arriving(content)

    async def aclose(self) -> None:
        if self.given.content.at_eof():
            self.given.release()
        else:
            self.given.close()


async def _arriving(content: Any) -> AsyncIterator[bytes]:
    """The body as it arrives, all of it that came before an error, which aiohttp raises first."""
    try:
        async for chunk in content.iter_any():
            yield chunk
    except Exception:
        yield b"".join(content._buffer)[content._buffer_offset :]
        raise


async def _read(response: Any) -> AsyncIterator[bytes]:
    """The body of a response that has been read already, which keeps it."""
    yield await response.read()


async def _send(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    return await client.request(method, url, **arguments)


def _errors(client: Any) -> tuple[type[BaseException], ...]:
    return importlib.import_module("aiohttp").ClientError, asyncio.TimeoutError, ConnectionError


_adapter = AsyncAdapter(_Response, _send, _errors, encode=str)  # it encodes as UTF-8 itself

events, stream, sse = _adapter.events, _adapter.stream, _adapter.sse
