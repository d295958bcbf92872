"""Puts `sselerate.compat.httpx_sse` in the place of httpx_sse, for its own tests.

Its tests of private parts find a stand-in that shows how our framing splits lines: `_splitlines_sse` and
`SSELineDecoder` over the `LineReader` of `Blocks`.
"""

import sys
import types
from collections.abc import AsyncIterator, Iterator
from typing import Any

from sselerate.compat import httpx_sse
from sselerate.compat._blocks import LineReader


class _Lines(LineReader[Any]):
    """`LineReader` that gives the lines of a stream instead."""

    def _line(self, line: bytes) -> Iterator[Any]:
        yield line.decode()


class SSELineDecoder:
    def __init__(self) -> None:
        self._lines = _Lines(lambda *_: None, sys.maxsize, "utf-8")

    def decode(self, text: str) -> list[str]:
        return list(self._lines.read(text.encode()))

    def flush(self) -> list[str]:
        # What is left over: closing gives it and the line that ends the block.
        return list(self._lines.flush())[:-1] if self._lines._unfinished else []


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
