"""Framing for typed streams: what servers send beside the event stream format.

- A field named ``error``, whose value is the error.
- Bare JSON: an error body in place of the stream or in the middle of it, often over several lines, or a
  stream of JSON lines. It starts at a line that begins with a bracket, blanks before it or not, and ends with
  the line that closes that bracket.
- One JSON array in place of the stream, each item of which is an event (`array`).
"""

import itertools
import re
from collections.abc import Iterator

from .array import ItemReader, array_begin
from .brackets import Brackets
from .framing import EVENT, TAIL, TOO_LARGE, Frame, Framer

__all__ = ["ABORTED", "ERROR", "ERROR_WITH_DATA", "TypedFramer"]

ERROR = "error"
"""A block with an ``error`` field and no data; its value is the data of the frame."""
ERROR_WITH_DATA = "error with data"
"""The same, of a block that has data too, and so counts as an event."""
ABORTED = "aborted"
"""A bare JSON value in the midst of which the event stream went on."""

_BEGIN = re.compile(rb"[ \t]*[\[{]")


class TypedFramer(Framer):
    """A `Framer` that knows ``error`` fields and bare JSON too."""

    def __init__(self, max_event_bytes: int, last_event_id: str | None = "") -> None:
        super().__init__(max_event_bytes, last_event_id)
        self.frames = itertools.chain(self._opening(), self.frames)
        self.array_is_whole = False
        """The stream was one JSON array, and its bracket has been closed."""
        self._error: bytes | None = None
        self._bare: _BareValue | None = None

    def _opening(self) -> Iterator[Frame | None]:
        """Looks whether the stream is an array, and reads that; leaves everything else to the lines."""
        head = b""
        begin: int | None = None
        while begin is None:
            if self._chunks:
                head += self._chunks.popleft()
                begin = array_begin(head)
            elif self._commit_tail is not None:
                begin = 0
            else:
                yield None
        if begin == 0:
            if head:
                self._chunks.appendleft(head)
            return
        start, reader = begin - 1, ItemReader(self.max_event_bytes, begin)
        self._chunks.appendleft(head[begin:])
        del head
        while not reader.closed:
            if self._chunks:
                chunk, before = self._chunks.popleft(), reader.position
                for offset, item in reader.items(chunk):
                    yield TOO_LARGE if item is None else EVENT, item or b"", b"", None, None, offset
                if reader.closed:
                    self.array_is_whole = True
                    self._chunks.appendleft(chunk[reader.position - before :])
            elif self._commit_tail is not None:
                # An array without its end is truncated, also between two items.
                item = b"[" if reader.text is None else bytes(reader.text)
                yield TAIL, item, b"", None, None, start if reader.text is None else reader.offset
                break
            else:
                yield None
        self._head = None
        self.position = self.start = self._line_start = reader.position

    def _forget_block(self) -> None:
        super()._forget_block()
        self._error = None
        self._bare = None

    def _field(self, line: bytes) -> Frame | None:
        if self._bare is not None:
            if not line.startswith((b"data:", b"event:")):
                return self._bare_line(line)
            aborted = self._take_bare(ABORTED)
            super()._field(line)  # of these two fields no frame comes
            return aborted
        if not self._data and _BEGIN.match(line):
            self._bare = _BareValue(self._line_start)
            return self._bare_line(line)
        return super()._field(line)

    def _bare_line(self, line: bytes) -> Frame | None:
        assert self._bare is not None
        self._size += len(line) + 1
        return self._take_bare(EVENT) if self._bare.add(line) else None

    def _take_bare(self, kind: str) -> Frame:
        """Ends the bare value, but not the block it came in."""
        assert self._bare is not None
        text, offset = bytes(self._bare.text), self._bare.offset
        self._bare = None
        self._size -= len(text) + 1
        return kind, text, b"", None, None, offset

    def _blank(self) -> Frame | None:
        if self._bare is not None:  # where a blank line is not free
            return self._overflow() if self._size > self.max_event_bytes else self._bare_line(b"")
        error, offset = self._error, self.start
        frame = super()._blank()
        if error is None:
            return frame
        return ERROR if frame is None else ERROR_WITH_DATA, error, b"", None, None, offset

    def _tail(self, commit: bool) -> Iterator[Frame]:
        yield from self._last_line()
        if self._bare is not None:
            yield self._take_bare(TAIL)
        yield from super()._tail(commit)

    def _other(self, line: bytes) -> Frame | None:
        name, _, value = line.partition(b":")
        if name != b"error":
            return super()._other(line)
        self._error = value[1:] if value.startswith(b" ") else value
        return None


class _BareValue:
    """A bare JSON value, line by line."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        """Stream offset of its first line."""
        self.text = bytearray()
        """The lines so far, joined with LF."""
        self._brackets = Brackets()

    def add(self, line: bytes) -> bool:
        """Takes the next line; returns whether the first bracket has been closed."""
        if self._brackets.is_open:
            begin = len(self.text)
            self.text += b"\n"
        else:
            begin = len(line) - len(line.lstrip(b" \t"))
        self.text += line
        return self._brackets.close(self.text, begin) is not None
