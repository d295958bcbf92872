"""`BlockParser`: bytes of an event stream -> all of its blocks, for drop-ins of clients that deliver them.

The WHATWG rule drops a block without data; many clients hand it on, and their users have come to rely on it
(the id-only events that MCP servers send first, a ``retry:`` of its own).
"""

import threading
from typing import TYPE_CHECKING, NoReturn, final

from .._arguments import whole
from ..errors import too_large
from ..sse import Block
from .framing import COMMENT, TOO_LARGE, Frame, Framer

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["BlockParser"]

_DATALESS = "dataless"
"""The kind of a frame that has fields, but no data."""

# Slots are written directly: about a third of the time that the __init__ of a frozen dataclass takes.
_new = object.__new__
_set_event = vars(Block)["event"].__set__
_set_data = vars(Block)["data"].__set__
_set_id = vars(Block)["id"].__set__
_set_sets_id = vars(Block)["sets_id"].__set__
_set_retry = vars(Block)["retry"].__set__


class _Framer(Framer):
    """A framer that hands blocks without data on too."""

    def _blank(self) -> Frame | None:
        dataless: Frame | None = None
        if self._event or self._id is not None or self._retry is not None:
            dataless = _DATALESS, b"", self._event, self._id, self._retry, self.start
        return super()._blank() or dataless


@final
class BlockParser:
    """Turns the bytes of one text/event-stream into its `Block` objects, without I/O.

    The standard drops a block without data, but many clients hand it on. A block that is too large ends the
    stream.

    Args:
        max_event_bytes: limit for the pending block; beyond it EventTooLargeError is raised. The compiled
            core stops at 4 GiB whatever it is.
        last_event_id: where a resumed stream starts.
    """

    __slots__ = ("_closed", "_count", "_framer", "_lock")

    def __init__(self, *, max_event_bytes: int = 67108864, last_event_id: str | None = "") -> None:
        self._framer = _Framer(max_event_bytes, last_event_id)
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'BlockParser' is not an acceptable base type")

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'BlockParser' object")

    @property
    def pending(self) -> int:
        """Bytes received since the end of the last block."""
        return self._framer.pending

    def feed(self, data: "Buffer") -> list[Block]:
        """Takes the next bytes of the stream and returns the blocks they complete.

        Raises:
            EventTooLargeError: a block is too large; `events` has the blocks before it.
            RuntimeError: the parser is closed, or in use elsewhere.
        """
        self._acquire()
        try:
            if self._closed:
                raise RuntimeError("feed() after close()")
            self._framer.feed(whole(data))
            return self._parse()
        finally:
            self._lock.release()

    def close(self, flush: bool = False) -> list[Block]:
        """Ends the stream. A block without its blank line is dropped, or returned with ``flush``.

        Raises:
            EventTooLargeError: as in `feed`, of the beginning of a byte order mark that never came.
            RuntimeError: the parser is in use elsewhere.
        """
        self._acquire()
        try:
            was_closed, self._closed = self._closed, True
            if was_closed or not flush:
                return []
            self._framer.finish(commit=True)
            return self._parse()
        finally:
            self._lock.release()

    def _acquire(self) -> None:
        if not self._lock.acquire(False):
            raise RuntimeError("BlockParser is in use by another thread or call")

    def _parse(self) -> list[Block]:
        blocks: list[Block] = []
        for frame in self._framer.frames:
            if frame is None:
                return blocks
            kind, data, event, own_id, retry, offset = frame
            if kind is COMMENT:
                continue
            if kind is TOO_LARGE:
                self._closed = True
                error = too_large(self._framer.max_event_bytes, self._count, offset)
                error.events = list(blocks)
                raise error
            self._count += 1
            block = _new(Block)
            _set_event(block, event.decode("utf-8", "replace"))
            _set_data(block, None if kind is _DATALESS else data.decode("utf-8", "replace"))
            _set_id(block, self._framer.last_event_id)
            _set_sets_id(block, own_id is not None)
            _set_retry(block, retry)
            blocks.append(block)
        # only an exception from outside, such as KeyboardInterrupt, ends the frames
        raise RuntimeError("BlockParser was interrupted")
