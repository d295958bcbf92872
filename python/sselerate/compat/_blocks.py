"""`Blocks`: bytes of an event stream -> its blocks, those without data included.

The WHATWG rule drops a block without data; many clients hand it on, and their users have come to rely on it
(the id-only events that MCP servers send first, a ``retry:`` of its own). So most compat modules do not read
the events of `Parser` but these.

Strategy: bytes are collected up to a blank line, and `Parser`, the fast one, reads what has become whole
blocks. How many events it gives, beside the number of lines, mostly tells that no block was dropped and what
lines there are: two a block are data and a blank one. Otherwise the same bytes are looked at, and if need be
read once more, line by line. Line by line all along go streams whose lines end now with LF, now with CRLF or
CR, and streams with a large event, whose pieces must not be joined over and over.
"""

import codecs
import sys
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from .._backend import BACKEND, Parser
from .._retry import milliseconds

__all__ = ["Blocks", "LineReader", "Make", "TooLarge"]

E = TypeVar("E")

_BOM = b"\xef\xbb\xbf"
_LF, _CR = b"\n\r"  # as numbers, since bytes are searched for a number five times as fast as for a byte
_MOST_WAITING = 65536
"""How many bytes of a block may wait for its blank line before it is read line by line."""

Make = Callable[[str, "str | None", str, "int | None", bool], E]
"""Makes an event of (event, data, id, retry, own): event is "" without an ``event:`` line, data None without
``data:`` lines, id that of the stream; own tells whether the block itself set it."""


class TooLarge(Exception):
    """A block has more bytes than `Blocks` was allowed to keep."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        """The events of the blocks before it which came with the same bytes."""


class LineReader(Generic[E]):
    """Reads blocks line by line, in chunks cut anywhere."""

    def __init__(self, make: Make[E], limit: int, encoding: str) -> None:
        self.last_event_id = ""
        self._make = make
        self._limit = limit
        self._encoding = encoding
        self._head: bytes | None = b""
        """The first bytes of the stream while they may become a BOM; None once that is decided."""
        self._after_cr = False
        """The last byte was a CR: an LF would belong to it."""
        self._unfinished: list[bytes] = []
        """The line that has begun, in pieces."""
        self._size = 0
        """Bytes of the block, without line ends."""
        self._forget()

    def _forget(self) -> None:
        self._event = b""
        self._data: list[bytes] = []
        self._id: bytes | None = None
        self._retry: int | None = None

    @property
    def between(self) -> bool:
        """Whether the last block is complete and nothing of another one is kept."""
        return not (self._size or self._unfinished or self._after_cr or self._head)

    def skip_to(self, last_event_id: str) -> None:
        """Goes on behind blocks that somebody else has read."""
        self._head = None
        self.last_event_id = last_event_id

    def read(self, chunk: bytes) -> Iterator[E]:
        """The events of the blocks that ``chunk`` completes.

        Raises:
            TooLarge: a block outgrew the limit.
        """
        if self._head is not None:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk.startswith(b"\n"):
                chunk = chunk[1:]
        if not chunk:
            return
        lines = chunk.splitlines(keepends=True)  # bytes: at LF, CR and CRLF, nothing else
        rest = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        for line in lines:
            yield from self._line(self._finished(line.rstrip(b"\r\n")))
        if rest:
            self._unfinished.append(rest)
            self._grow(len(rest))
        self._after_cr = chunk.endswith(b"\r")

    def flush(self) -> Iterator[E]:
        """The event of the block that the end of the stream has cut off."""
        if self._head:  # the start of a BOM that did not come
            self._unfinished.append(self._head)
            self._head = None
        yield from self._line(self._finished(b""))
        yield from self._line(b"")

    def _without_bom(self, chunk: bytes) -> bytes:
        head = (self._head or b"") + chunk
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head[len(_BOM) :] if head.startswith(_BOM) else head

    def _finished(self, end: bytes) -> bytes:
        """The line that had begun and now ends with ``end``."""
        self._grow(len(end))
        if self._unfinished:
            end = b"".join(self._unfinished) + end
            self._unfinished.clear()
        return end

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise TooLarge

    def _line(self, line: bytes) -> Iterator[E]:
        """Takes a whole line; gives the event of the block it ends."""
        if not line:
            if self._data or self._event or self._id is not None or self._retry is not None:
                yield self._made()
                self._forget()
            self._size = 0
            return
        name, _, value = line.partition(b":")
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
                self._retry = retry
        elif not name:
            self._size -= len(line)  # comments do not count

    def _made(self) -> E:
        if self._id is not None:
            self.last_event_id = self._text(self._id)
        data = self._text(b"\n".join(self._data)) if self._data else None
        own = self._id is not None
        return self._make(self._text(self._event), data, self.last_event_id, self._retry, own)

    def _text(self, value: bytes) -> str:
        return value.decode(self._encoding, "replace")


class Blocks(Generic[E]):
    """Reads one event stream. `feed` for every chunk, then `close`.

    Args:
        make: what becomes of a block.
        max_event_bytes: how large a block may be; None for any size.
        own: whether ``make`` needs ``own``. Blocks that come with ``id:`` lines are then read line by line.
        encoding: that of the text; the standard knows UTF-8 only.
        last_event_id: the id of the events before the first ``id:``.
    """

    def __init__(
        self,
        make: Make[E],
        *,
        max_event_bytes: int | None = None,
        own: bool = False,
        encoding: str = "utf-8",
        last_event_id: str = "",
    ) -> None:
        self._make = make
        self._own = own
        self._limit = sys.maxsize if max_event_bytes is None else max_event_bytes
        self._lines = LineReader(make, self._limit, encoding)
        self._lines.last_event_id = last_event_id
        self._parser: Parser | None = None
        """Has read all the blocks so far, if there is one."""
        self._waiting: list[bytes] = []
        """What has come of the block that has begun, as long as it may be for the parser."""
        self._waiting_bytes = 0
        self._line_end: bytes | None = None
        """What the lines end with: LF or CRLF; None before the first end."""
        self._regular = BACKEND == "rust" and codecs.lookup(encoding).name == "utf-8"
        """Whether the parser may read this stream."""
        self._line_by_line = not self._regular

    def feed(self, data: bytes | bytearray | memoryview) -> list[E]:
        """Takes the next bytes of the stream and returns the events of the blocks they complete.

        Raises:
            TooLarge: a block outgrew the limit.
        """
        chunk = data if type(data) is bytes else bytes(data)
        if not chunk:
            return []
        if not self._line_by_line:
            if (
                self._parser is not None
                and not self._waiting
                and chunk.endswith(b"\n\n")
                and self._line_end == b"\n"
                and _CR not in chunk
            ):
                return self._read(chunk)
            blocks = self._whole_blocks(chunk)
            if blocks is not None:
                return self._read(blocks) if blocks else []
            self._line_by_line = True
            chunk = b"".join(self._waiting)
            self._waiting = []
        events = self._read_lines(chunk)
        self._parser = None
        self._line_by_line = not (self._regular and self._lines.between)
        return events

    @property
    def between(self) -> bool:
        """Whether the last block is complete and nothing of another one is kept."""
        return self._lines.between if self._line_by_line else not self._waiting

    def close(self, flush: bool = False) -> list[E]:
        """Ends the stream. A block without its blank line is dropped, or returned with ``flush``."""
        if not flush:
            return []
        return [*self._lines.read(b"".join(self._waiting)), *self._lines.flush()]

    def _whole_blocks(self, chunk: bytes) -> bytes | None:
        """What has come up to the last blank line; the rest waits. None if the parser must not read it."""
        if not self._ends_regularly(chunk):
            self._regular = False
            self._waiting.append(chunk)
            return None
        blank = (self._line_end or b"\n") * 2
        waiting = self._waiting
        if not waiting and chunk.endswith(blank):
            return chunk
        before = b""
        found = chunk.rfind(blank)
        if found < 0 and waiting:
            # it may have begun in what waits: in its last bytes, or last chunks if those are shorter
            before = b"".join(waiting[-3:])[-3:]
            found = (before + chunk[:3]).rfind(blank)
        if found < 0:
            waiting.append(chunk)
            self._waiting_bytes += len(chunk)
            return b"" if self._waiting_bytes <= min(_MOST_WAITING, self._limit) else None
        end = found + len(blank) - len(before)
        blocks = b"".join([*waiting, chunk[:end]])
        rest = chunk[end:]
        self._waiting = [rest] if rest else []
        self._waiting_bytes = len(rest)
        return blocks

    def _ends_regularly(self, chunk: bytes) -> bool:
        """Whether all lines of a chunk end as those before it."""
        if _CR not in chunk:
            if _LF not in chunk:
                return True
            line_end = b"\n"
        else:
            line_end = b"\r\n"
            if not chunk.count(b"\r\n") == chunk.count(b"\r") == chunk.count(b"\n"):
                return False
        if self._line_end is None:
            self._line_end = line_end
        return self._line_end == line_end

    def _read(self, blocks: bytes) -> list[E]:
        """The events of whole blocks."""
        if len(blocks) > self._limit:
            return self._again(blocks)
        parser = self._parser
        if parser is None:
            if blocks.startswith(_BOM):
                return self._again(blocks)
            id = self._lines.last_event_id
            self._lines.skip_to(id)
            parser = self._parser = Parser(max_event_bytes=self._limit, last_event_id=id)
        events: list[Any] = parser.feed(blocks)
        make = self._make
        count = len(events)
        # A block with an event has a line of data and a blank one at least: are there any other lines?
        if count == 1:  # the commonest read: its lines are found faster than counted
            (event,) = events
            name = event.event
            end = blocks.find(b"\n")
            if name == "message":
                name = ""
            else:
                end = blocks.find(b"\n", end + 1)
            if end == len(blocks) - 2:
                return [make(name, event.data, self._lines.last_event_id, None, False)]
        lines = blocks.count(b"\n")
        if lines == 2 * count:
            id = self._lines.last_event_id
            return [make("", event.data, id, None, False) for event in events]
        if lines == 3 * count and not any(event.event == "message" for event in events):
            id = self._lines.last_event_id
            return [make(event.event, event.data, id, None, False) for event in events]
        blank = (self._line_end or b"\n") * 2
        if count != blocks.count(blank) or self._needs_lines(blocks):
            return self._again(blocks)
        self._lines.skip_to(parser.last_event_id)
        return [
            make("" if event.event == "message" else event.event, event.data, event.id, event.retry, False)
            for event in events
        ]

    def _again(self, blocks: bytes) -> list[E]:
        """The events of whole blocks, read line by line."""
        self._parser = None
        return self._read_lines(blocks)

    def _read_lines(self, chunk: bytes) -> list[E]:
        """The events of bytes that are not for the parser."""
        events: list[E] = []
        try:
            for event in self._lines.read(chunk):
                events.append(event)
        except TooLarge as error:
            error.events = events
            raise
        return events

    def _needs_lines(self, blocks: bytes) -> bool:
        """Whether blocks say what the events of the parser do not: ids of their own, an explicit
        "message"."""
        line_end = self._line_end or b"\n"
        if b"event: message" + line_end in blocks or b"event:message" + line_end in blocks:
            return True
        return self._own and (blocks.startswith(b"id") or b"\nid" in blocks)
