"""`Parser`: bytes of an event stream -> server-sent events."""

import threading
from typing import TYPE_CHECKING, Literal, NoReturn, final

from .._arguments import whole
from ..errors import SSEError, invalid_utf8, too_large
from ..sse import Comment, ServerSentEvent
from .framing import COMMENT, TOO_LARGE, Framer

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["Parser"]

# Slots are written directly: about a third of the time that the __init__ of a frozen dataclass takes.
_new = object.__new__
_set_event = vars(ServerSentEvent)["event"].__set__
_set_data = vars(ServerSentEvent)["data"].__set__
_set_id = vars(ServerSentEvent)["id"].__set__
_set_retry = vars(ServerSentEvent)["retry"].__set__


@final
class Parser:
    """Turns the bytes of one text/event-stream into `ServerSentEvent` objects, without I/O.

    A parser belongs to one thread at a time. After an error it goes on: the rest of the bytes is parsed by
    the next `feed` or `close`.

    Args:
        max_event_bytes: limit for the pending event; beyond it EventTooLargeError is raised. The compiled
            core stops at 4 GiB whatever it is.
        errors: what invalid UTF-8 becomes: "replace" U+FFFD, "strict" a DecodeError.
        comments: whether `Comment` objects are delivered too, in their place.
        last_event_id: where a resumed stream starts.
    """

    __slots__ = ("_closed", "_comments", "_framer", "_index", "_lock", "_strict")

    def __init__(
        self,
        *,
        max_event_bytes: int = 67108864,
        errors: Literal["replace", "strict"] = "replace",
        comments: bool = False,
        last_event_id: str | None = "",
    ) -> None:
        if errors not in ("replace", "strict"):
            raise ValueError(f"errors must be 'replace' or 'strict', not {errors!r}")
        self._framer = Framer(max_event_bytes, last_event_id)
        self._strict = errors == "strict"
        self._comments = bool(comments)
        self._lock = threading.Lock()
        self._start()

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Parser' is not an acceptable base type")

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'Parser' object")

    def _start(self) -> None:
        self._index = 0
        self._closed = False

    @property
    def last_event_id(self) -> str:
        """The id which a reconnecting client would send; "" if there was none."""
        return self._framer.last_event_id

    @property
    def retry(self) -> int | None:
        """The reconnection time the server asked for last, in milliseconds, or None."""
        return self._framer.retry

    @property
    def pending(self) -> int:
        """Bytes received since the end of the last block; after `close()`, those it dropped."""
        return self._framer.pending

    @property
    def comment_count(self) -> int:
        """How many comment lines came."""
        return self._framer.comment_count

    @property
    def unknown_field_count(self) -> int:
        """How many lines came that are no field, comment or blank line."""
        return self._framer.unknown_field_count

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    def feed(self, data: "Buffer") -> list[ServerSentEvent | Comment]:
        """Takes the next bytes of the stream and returns the events they complete.

        Raises:
            SSEError: an event is too large or (errors="strict") not UTF-8.
            RuntimeError: the parser is closed, or in use elsewhere.
        """
        self._acquire()
        try:
            if self._closed:
                raise RuntimeError("feed() after close(); call reset() first")
            self._framer.feed(whole(data))
            return self._parse()
        finally:
            self._lock.release()

    def close(self, flush: bool = False) -> list[ServerSentEvent | Comment]:
        """Ends the stream. The specification drops a block without its blank line; ``flush`` delivers it."""
        self._acquire()
        try:
            if not self._closed:
                self._closed = True
                if flush:
                    self._framer.finish(commit=True)
            return self._parse()
        finally:
            self._lock.release()

    def reset(self) -> None:
        """Makes the parser like new, for another stream. A given ``last_event_id`` is not applied again."""
        self._acquire()
        try:
            self._framer = Framer(self._framer.max_event_bytes)
            self._start()
        finally:
            self._lock.release()

    def _acquire(self) -> None:
        if not self._lock.acquire(False):
            raise RuntimeError("Parser is in use by another thread or call")

    def _parse(self) -> list[ServerSentEvent | Comment]:
        events: list[ServerSentEvent | Comment] = []
        try:
            for frame in self._framer.frames:
                if frame is None:
                    break
                kind, data, event, own_id, retry, offset = frame
                if kind is COMMENT:
                    if self._comments:
                        events.append(Comment(data.decode("utf-8", "replace")))
                elif kind is TOO_LARGE:
                    raise too_large(self._framer.max_event_bytes, self._index, offset)
                else:
                    self._index += 1
                    if self._strict:
                        self._check((data, event, own_id or b""), self._index - 1, offset)
                    result = _new(ServerSentEvent)
                    _set_event(result, event.decode("utf-8", "replace") if event else "message")
                    _set_data(result, data.decode("utf-8", "replace"))
                    _set_id(result, self._framer.last_event_id)
                    _set_retry(result, retry)
                    events.append(result)
            else:  # only an exception from outside, such as KeyboardInterrupt, ends the frames
                raise RuntimeError("Parser was interrupted; call reset() first")
        except SSEError as error:
            error.events = list(events)
            raise
        return events

    def _check(self, values: tuple[bytes, ...], index: int, offset: int) -> None:
        try:
            for value in values:
                value.decode("utf-8")
        except UnicodeDecodeError:
            raise invalid_utf8(values[0].decode("utf-8", "replace"), index, offset) from None
