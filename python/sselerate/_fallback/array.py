"""A stream that is one JSON array, as Gemini sends it without ``alt=sse``: its items are the events.

The array must be the first thing in the stream and its first item an object: ``[`` and ``{`` among the first
64 bytes, with nothing but white space (and a byte order mark) around them. Any other array is bare JSON.
"""

import re
from collections.abc import Iterator

from .brackets import Brackets

__all__ = ["ItemReader", "array_begin"]

_WITHIN = 64
_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_BETWEEN = re.compile(rb"[ \t\r\n,]*")
_SCALAR = re.compile(rb'[^"\[\]{}, \t\r\n]*')


def array_begin(head: bytes) -> int | None:
    """Whether a stream that begins with ``head`` is an array: the index behind its bracket, 0 if it is none,
    None if more bytes are needed to tell."""
    known = head[:_WITHIN]
    undecided = None if len(head) < _WITHIN else 0
    if _BOM.startswith(known):
        return undecided
    rest = known.removeprefix(_BOM).lstrip(_SPACE)
    if not rest:
        return undecided
    if not rest.startswith(b"["):
        return 0
    begin = len(known) - len(rest) + 1
    rest = rest[1:].lstrip(_SPACE)
    if not rest:
        return undecided
    return begin if rest.startswith(b"{") else 0


class ItemReader:
    """Splits the bytes behind the bracket of an array into its items. Commas are not insisted on."""

    def __init__(self, max_bytes: int, position: int) -> None:
        self.position = position
        """Stream offset of the next byte."""
        self.closed = False
        """The array has ended."""
        self.offset = 0
        """Stream offset of the item."""
        self.text: bytearray | None = None
        """The item so far; None between items."""
        self._max = max_bytes
        self._skipping = False
        """The item is too large."""
        self._brackets = Brackets()

    def items(self, chunk: bytes) -> Iterator[tuple[int, bytes | None]]:
        """The items that ``chunk`` completes: (stream offset, JSON), with None for one that is too large.
        Stops behind the bracket that closes the array: `position` tells where."""
        base = self.position
        i = 0
        while i < len(chunk) and not self.closed:
            begin = None
            if self.text is None:
                i = _BETWEEN.match(chunk, i).end()  # type: ignore[union-attr]
                self.position = base + i
                if i == len(chunk):
                    return
                if chunk.startswith(b"]", i):
                    self.closed = True
                    self.position += 1
                    return
                begin = i
                self.offset = self.position
                self.text = bytearray()
                self._skipping = False
            end, whole = self._scan(chunk, i, begin)
            self.position = base + end
            if not self._skipping:
                self.text += chunk[i:end]
                if len(self.text) > self._max:
                    self._skipping = True
                    self.text.clear()
                    yield self.offset, None
            if whole:
                text, self.text = bytes(self.text), None
                if not self._skipping:
                    yield self.offset, text
            i = end

    def _scan(self, chunk: bytes, i: int, begin: int | None) -> tuple[int, bool]:
        """Where the item that goes on at ``i`` ends in the chunk, and whether that is its end. ``begin`` is
        where it begins, if that is in this chunk."""
        if not self._brackets.is_open:
            i = _SCALAR.match(chunk, i).end()  # type: ignore[union-attr]
            if i == len(chunk):
                return i, False
            if chunk[i] not in b'[{"':
                # A bracket that closes nothing is an item that is no JSON.
                return (i + 1 if i == begin else i), True
        end = self._brackets.close(chunk, i)
        return (len(chunk), False) if end is None else (end, True)
