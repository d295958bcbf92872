"""Puts `sselerate.compat.httpx_sse` in the place of httpx_sse, for its own tests.

Its tests of private parts find a stand-in that shows how our framing splits lines: `_splitlines_sse` and
`SSELineDecoder` over the framer of the pure-Python backend.
"""

import sys
import types
from collections.abc import AsyncIterator, Iterator
from typing import Any

from sselerate._fallback.framing import EVENT, Frame, Framer
from sselerate.compat import httpx_sse


class _Lines(Framer):
    """A framer that gives the lines of a stream instead."""

    def _cut(self, chunk: bytes) -> tuple[bytes, list[bytes], bytes, bytes]:
        return b"", [], chunk, b"\r\n\r\n"

    def _field(self, line: bytes) -> Frame:
        return EVENT, line, b"", None, None, 0

    def _blank(self) -> Frame:
        return self._field(b"")


class SSELineDecoder:
    def __init__(self) -> None:
        self._lines = _Lines(sys.maxsize)

    def decode(self, text: str) -> list[str]:
        self._lines.feed(text.encode())
        return self._read()

    def flush(self) -> list[str]:
        # What is left over: the end gives it and the line that ends the block.
        self._lines.finish(commit=True)
        return self._read()[:-1]

    def _read(self) -> list[str]:
        return [frame[1].decode() for frame in iter(self._lines.frames.__next__, None) if frame]


def _splitlines_sse(text: str) -> list[str]:
    decoder = SSELineDecoder()
    return decoder.decode(text) + decoder.flush()


def _iter_sse_lines(response: Any) -> Iterator[str]:
    decoder = SSELineDecoder()
    for chunk in response.iter_bytes():
        yield from decoder.decode(chunk.decode())
    yield from decoder.flush()


async def _aiter_sse_lines(response: Any) -> AsyncIterator[str]:
    decoder = SSELineDecoder()
    async for chunk in response.aiter_bytes():
        for line in decoder.decode(chunk.decode()):
            yield line
    for line in decoder.flush():
        yield line


def _module(name: str, **members: Any) -> None:
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


sys.modules["httpx_sse"] = httpx_sse
_module("httpx_sse._decoders", SSELineDecoder=SSELineDecoder, _splitlines_sse=_splitlines_sse)
_module("httpx_sse._api", _iter_sse_lines=_iter_sse_lines, _aiter_sse_lines=_aiter_sse_lines)
