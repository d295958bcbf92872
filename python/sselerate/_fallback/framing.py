"""Framing: bytes of an event stream -> blocks, by the WHATWG rule for text/event-stream to the letter.

Strategy: the whole blocks of a chunk are told apart by one search for blank lines. What remains of them is,
with LLM servers, nearly always the data of one line and is passed on as it is; every other piece is read line
by line. Only an unfinished line is kept from chunk to chunk, and it is never searched again.

Traps:
- A CR that ends a chunk ends its line at once; one LF that follows it, in whichever later chunk, belongs to
  it.
- Nothing may depend on where the chunks were cut: sizes and offsets are those of the stream.
- The consumer may stop anywhere, at an error, and go on later: all state is that of the last frame it took.
"""

from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

from .._arguments import event_id, limit
from .._retry import milliseconds

__all__ = ["COMMENT", "EVENT", "TAIL", "TOO_LARGE", "Frame", "Framer"]

EVENT = "event"
"""A block with data, ended by its blank line."""
TAIL = "tail"
"""The same, ended by the end of the stream."""
COMMENT = "comment"
"""A comment line; its text is the data."""
TOO_LARGE = "too large"
"""The pending block has outgrown the limit and is being skipped."""

Frame: TypeAlias = tuple[str, bytes, bytes, bytes | None, int | None, int]
"""(kind, data, event, id, retry, offset): event is b"" without an ``event:`` line, id and retry are None
unless the block itself set them, offset is that of the first byte of the block. What the parsers need of one
block."""

_DATA = b"data: "
# A blank line, alone and with the start of the next data.
_LF = b"\n\n", b"\n\ndata: "
_CRLF = b"\r\n\r\n", b"\r\n\r\ndata: "
_BOM = b"\xef\xbb\xbf"


class Framer:
    """Splits one stream into blocks: `feed` it every chunk, then `finish`, and read `frames` in between."""

    def __init__(self, max_event_bytes: int, last_event_id: str | None = "") -> None:
        self.max_event_bytes = limit("max_event_bytes", max_event_bytes)
        self.last_event_id = event_id(last_event_id)
        self.retry: int | None = None
        self.comment_count = 0
        self.unknown_field_count = 0
        self.frames: Iterator[Frame | None] = self._run()
        """What the bytes give, in order; None wherever more are needed. It never ends."""
        self._chunks: deque[bytes] = deque()
        self._received = 0
        self._commit_tail: bool | None = None
        """What `finish` was called with, until it is done."""
        self.position = 0
        """Stream offset of the next byte to be framed."""
        self.start = 0
        """Stream offset of the first byte of the block."""
        self._line_start = 0
        """Stream offset of the first byte of the line."""
        self._fresh = True
        """Nothing of the block has been seen yet."""
        self._event = b""
        self._data: list[bytes] = []
        self._id: bytes | None = None
        self._retry: int | None = None
        self._size = 0
        """Bytes of the lines that the block keeps."""
        self._skipping = False
        """The block is too large: its lines are dropped up to the blank one."""
        self._unfinished = bytearray()
        self._in_line = False
        """A line has begun; its bytes are in _unfinished, unless they are being skipped."""
        self._after_cr = False
        """The last byte was a CR: an LF would belong to it."""
        self._head: bytes | None = b""
        """The first bytes of the stream while they may become a BOM; None once that is decided."""

    @property
    def pending(self) -> int:
        """Bytes received since the end of the last block."""
        return self._received - self.start

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the stream, for `frames`."""
        if chunk:
            self._received += len(chunk)
            self._chunks.append(chunk)

    def finish(self, commit: bool) -> None:
        """Takes the end of the stream: what is left counts as if its line and its block were complete.

        Args:
            commit: whether an ``id:`` in it becomes the last event id.
        """
        self._commit_tail = commit

    def _run(self) -> Iterator[Frame | None]:
        while True:
            if self._chunks:
                chunk = self._chunks.popleft()
            elif self._commit_tail is not None:
                commit, self._commit_tail = self._commit_tail, None
                yield from self._tail(commit)
                continue
            else:
                yield None
                continue
            if self._head is not None:
                chunk = self._without_bom(chunk)
            if self._after_cr and chunk:
                self._after_cr = False
                if chunk.startswith(b"\n"):
                    chunk = chunk[1:]
                    self.position += 1
                    self._line_start = self.position
                    if self._fresh:
                        self.start = self.position
            head, values, rest, blank = self._cut(chunk)
            if head:
                yield from self._read(head)
            crs = b"\r" in blank
            most = self.max_event_bytes - len(_DATA)
            around = len(_DATA) + len(blank)
            for value in values:
                if b"\n" in value or (crs and b"\r" in value) or len(value) > most or not self._fresh:
                    yield from self._read(_DATA + value + blank)
                    continue
                offset = self.start
                self.position = self.start = self._line_start = self.position + len(value) + around
                yield EVENT, value, b"", None, None, offset
            if rest:
                yield from self._read(rest)
            self._after_cr = crs and chunk.endswith(b"\r")
            del chunk, head, values, rest  # nothing keeps the bytes while it waits for more

    def _cut(self, chunk: bytes) -> tuple[bytes, list[bytes], bytes, bytes]:
        """Cuts a chunk at its blank lines: (head, values, rest, blank).

        Each value stands for the block b"data: " + value + blank: nearly all blocks are one such line. They
        are told apart by searching for a blank line and the start of the next data at once, so that a value
        with a line end in it stands for further lines. The head is what comes before the first of them, the
        rest what comes behind the last.
        """
        blank, between = _CRLF if b"\r" in chunk else _LF
        end = chunk.rfind(blank)
        begin = 0
        if not (self._fresh and chunk.startswith(_DATA)):
            begin = chunk.find(between) + len(blank)
            if begin < len(blank):
                return b"", [], chunk, blank
        if begin > end:
            return b"", [], chunk, blank
        values = chunk[begin + len(_DATA) : end].split(between)
        return chunk[:begin], values, chunk[end + len(blank) :], blank

    def _read(self, piece: bytes) -> Iterator[Frame]:
        """Takes bytes line by line."""
        for ended in piece.splitlines(keepends=True):  # bytes: at LF, CR and CRLF, nothing else
            line = ended.rstrip(b"\r\n")
            self.position += len(ended)
            if len(line) == len(ended):
                frame = self._part(line)
            else:
                frame = self._line(line)
                self._line_start = self.position
            if frame is not None:
                yield frame

    def _tail(self, commit: bool) -> Iterator[Frame]:
        yield from self._last_line()
        if not commit:
            self._id = None
        frame = None if self._skipping else self._blank()
        if frame is not None:
            yield (TAIL, *frame[1:]) if frame[0] is EVENT else frame

    def _last_line(self) -> Iterator[Frame]:
        """Ends the line that had begun, if any."""
        if self._head:  # the start of a BOM that did not come
            yield from self._read(self._head)
            self._head = None
        if self._in_line:
            frame = self._line(b"")
            if frame is not None:
                yield frame

    def _without_bom(self, chunk: bytes) -> bytes:
        head = (self._head or b"") + chunk
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        if head.startswith(_BOM):
            self.position = len(_BOM)
            return head[len(_BOM) :]
        return head

    def _part(self, part: bytes) -> Frame | None:
        """Takes a piece of a line whose end has not come yet."""
        self._fresh = False
        self._in_line = True
        if self._skipping:
            return None
        self._unfinished += part
        return self._overflow() if self._size + len(self._unfinished) > self.max_event_bytes else None

    def _line(self, line: bytes) -> Frame | None:
        """Takes a whole line, or the end of the one that had begun."""
        if self._in_line:
            self._in_line = False
            if self._skipping:
                return None
            line = bytes(self._unfinished) + line if line else bytes(self._unfinished)
            self._unfinished.clear()
        elif self._skipping:
            if not line:
                self._next_block()
            return None
        if not line:
            return self._blank()
        self._fresh = False
        return self._overflow() if self._size + len(line) > self.max_event_bytes else self._field(line)

    def _overflow(self) -> Frame:
        self._forget_block()
        self._unfinished.clear()
        self._skipping = True
        return TOO_LARGE, b"", b"", None, None, self.start

    def _blank(self) -> Frame | None:
        """Dispatches the block."""
        frame: Frame | None = None
        if self._data:
            data = b"\n".join(self._data) if len(self._data) > 1 else self._data[0]
            frame = EVENT, data, self._event, self._id, self._retry, self.start
        if self._id is not None:
            self.last_event_id = self._id.decode("utf-8", "replace")
        self._next_block()
        return frame

    def _next_block(self) -> None:
        self._forget_block()
        self._skipping = False
        self._fresh = True
        self.start = self.position

    def _forget_block(self) -> None:
        self._event = b""
        self._data = []
        self._id = None
        self._retry = None
        self._size = 0

    def _field(self, line: bytes) -> Frame | None:
        """Takes a line that is not blank."""
        name, colon, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = value
        elif name == b"retry":
            retry = milliseconds(value)
            if retry is not None:
                self.retry = self._retry = retry
        elif colon and not name:
            self.comment_count += 1
            return COMMENT, value, b"", None, None, self.start
        else:
            return self._other(line)
        self._size += len(line)
        return None

    def _other(self, line: bytes) -> Frame | None:
        """Takes a line that is no field of an event stream."""
        self.unknown_field_count += 1
        return None
