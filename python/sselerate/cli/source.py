"""Where the bytes come from: files and stdin, compressed or not, as they arrive."""

import io
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, cast

CHUNK = 128 * 1024
"""Bytes read at once, at most: small enough to stay in the cache, large enough for the calls not to count."""

UNPACKED = 1024 * 1024
"""Bytes a compressed chunk may become at once; 128 KiB of gzip could be 128 MiB of text."""

GZIP = b"\x1f\x8b"
ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes((n,)) + b"\x2a\x4d\x18" for n in range(0x50, 0x60)))
"""All but the first are of frames to be skipped, with which some tools (pzstd) begin."""

Count = Callable[[int], None]


class SourceError(Exception):
    """A source cannot be read; the text says why."""


class Source:
    """A file, or stdin for the path "-"."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "stdin" if path == "-" else path

    def size(self) -> int | None:
        """How many bytes will be read; None if nobody can tell, as of pipes and terminals."""
        try:
            status = os.fstat(0) if self.path == "-" else os.stat(self.path)
        except OSError:
            return 0
        if stat.S_ISDIR(status.st_mode):
            return 0
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def chunks(self, count: Count) -> Iterator[bytes]:
        """The bytes, unpacked, as soon as they are there; `count` is told how many were read of the file.

        Raises:
            SourceError: it cannot be opened, read or unpacked.
        """
        raw = self._raw(count)
        head = b""
        for chunk in raw:
            head += chunk
            if not any(magic.startswith(head) and magic != head for magic in (GZIP, *ZSTD)):
                break  # enough to tell
        if head.startswith(GZIP):
            yield from _unpacked(head, raw, lambda: zlib.decompressobj(wbits=31), "gzip", zlib.error)
        elif head.startswith(ZSTD):
            zstd = _zstd()
            yield from _unpacked(head, raw, zstd.ZstdDecompressor, "zstd", zstd.ZstdError)
        else:
            if head:
                yield head
            yield from raw

    def _raw(self, count: Count) -> Iterator[bytes]:
        try:
            if self.path == "-":
                if sys.stdin is None:
                    raise SourceError("stdin is closed")
                # Not through the buffer: that takes a pipe with nothing in it for one at its end.
                yield from _reads(cast(io.BufferedReader, sys.stdin.buffer).raw.read, count)
            else:
                with open(self.path, "rb", buffering=0) as file:
                    yield from _reads(file.read, count)
        except OSError as error:
            raise SourceError(error.strerror or str(error)) from None


def _reads(read: Callable[[int], bytes | None], count: Count) -> Iterator[bytes]:
    while chunk := read(CHUNK):
        count(len(chunk))
        yield chunk
    if chunk is None:
        raise SourceError("it is non-blocking, and nothing is there yet")


def _zstd() -> Any:
    """The module that unpacks zstd.

    Raises:
        SourceError: this Python has none.
    """
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        advice = "reading .zst files before Python 3.14 needs backports.zstd: pip install 'sselerate[zstd]'"
        raise SourceError(advice) from None
    return zstd


def _unpacked(
    head: bytes, raw: Iterator[bytes], new: Callable[[], Any], name: str, broken: type[Exception]
) -> Iterator[bytes]:
    """Unpacks members or frames one after another, each with an object that `new` makes."""
    unpacker = new()
    data = head
    while True:
        try:
            out = unpacker.decompress(data, UNPACKED)
        except broken as error:
            raise SourceError(f"damaged {name} data: {error}") from None
        if out:
            yield out
        if unpacker.eof:
            # zlib and zstd agree on `unused_data`; zero bytes may follow a gzip member, to fill a block.
            data = unpacker.unused_data.lstrip(b"\0")
            while not data:
                chunk = next(raw, b"")
                if not chunk:
                    return
                data = chunk.lstrip(b"\0")
            unpacker = new()
            continue
        data = getattr(unpacker, "unconsumed_tail", b"")  # zlib hands back what it did not use; zstd keeps it
        if not data and len(out) < UNPACKED:
            data = next(raw, b"")
            if not data:
                raise SourceError(f"the {name} data ends early")
