"""`Decoder`: bytes of an event stream -> typed events."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeVar, final, overload

from .._arguments import whole
from ..errors import SSEError, damaged, invalid_json, mismatch, server_error, too_large, truncated
from ..events.answers import StreamEvent, joined_text
from ..events.build import Builders
from ..events.declare import Event, schema_of, shape_of
from ..events.error import ErrorEvent
from ..events.generic import GenericEvent
from ..events.recognise import LAST, LAST_EVENT_NAMES, find_rule, is_last, is_text
from ..events.shape import Kind, Shape
from ..eventstream import CONTENT_TYPE, is_event_stream
from .bare import ABORTED, ERROR, TypedFramer
from .binary import DAMAGED, TRUNCATED, BinaryFramer
from .framing import COMMENT, EVENT, TAIL, TOO_LARGE, Frame
from .json import JSONError, parse, parse_replacing, values
from .schema import event_name, find_problem, name_event

if TYPE_CHECKING:
    from typing_extensions import Buffer, Unpack

    from ..stream import Options

__all__ = ["Decoder"]

E = TypeVar("E")
C = TypeVar("C", bound=Event)

_IN_USE = "Decoder is in use by another thread or call"
_LAST_NAMES = frozenset(name.encode() for name in LAST_EVENT_NAMES)
_SIGNS = frozenset({"error", "type", *(sign.path[0] for sign in LAST)} - {"object"})
"""The keys of payloads that may report an error or be the last."""
_OBJECTS = ("error", *(value for sign in LAST if sign.path == ("object",) for value in sign.equals or ()))
"""The values of ``object`` that say the same."""


@final
class Decoder(Generic[E]):
    """Turns the bytes of one event stream into typed events, without I/O.

    A decoder belongs to one thread at a time. After an error it goes on with the next event: the rest of the
    bytes is decoded by the next `feed` or `close`.

    Args:
        target: the class the events become: an event class or a union of several; None recognises the dialect
            of each payload.
        strict: whether a payload that deviates from the declaration raises DecodeError; otherwise missing
            keys become defaults or None, other values stay as they are, and unknown keys go to ``extra``
            anyway.
        on_error: "raise" errors, "yield" them as `ErrorEvent`, or "skip" them; all are counted.
        max_event_bytes: limit for the pending event. The compiled core stops at 4 GiB whatever it is.
        multi: whether the source holds several streams one after another; otherwise what follows ``[DONE]``
            is ignored.
        last_event_id: where a resumed stream starts.
        content_type: the content type of the response, if known. A binary event stream of AWS
            (``application/vnd.amazon.eventstream``) is then read as one even if its first frame is damaged;
            everything else shows in the bytes.
        split: whether a payload may hold several JSON values one after another, each of which is an event;
            otherwise that is an error.
        surrogates: what becomes of a lone surrogate that an escape in a string or key spells: "keep" it, as
            `json.loads` does, though such a str cannot be encoded as UTF-8, or "replace" it with U+FFFD.
    """

    __slots__ = (
        "_build",
        "_builders",
        "_closed",
        "_dialect",
        "_done",
        "_ended",
        "_error_count",
        "_error_is_data",
        "_events",
        "_framer",
        "_generic",
        "_head",
        "_index",
        "_is_binary",
        "_lock",
        "_multi",
        "_on_error",
        "_parse",
        "_pieces",
        "_shape",
        "_shapes",
        "_split",
        "_strict",
    )

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: "Decoder[C]",
            target: type[C],
            *,
            on_error: Literal["raise", "skip"] = ...,
            **options: Unpack[Options],
        ) -> None: ...

        @overload
        def __init__(
            self: "Decoder[C | ErrorEvent]",
            target: type[C],
            *,
            on_error: Literal["yield"],
            **options: Unpack[Options],
        ) -> None: ...

        @overload
        def __init__(
            self: "Decoder[StreamEvent]",
            target: None = None,
            *,
            on_error: Literal["raise", "yield", "skip"] = ...,
            **options: Unpack[Options],
        ) -> None: ...

        @overload
        def __init__(
            self: "Decoder[Any]",
            target: Any,
            *,
            on_error: Literal["raise", "yield", "skip"] = ...,
            **options: Unpack[Options],
        ) -> None: ...

    def __init__(
        self,
        target: Any = None,
        *,
        strict: bool = False,
        on_error: str = "raise",
        max_event_bytes: int = 67108864,
        multi: bool = False,
        last_event_id: str | None = "",
        content_type: str | None = None,
        split: bool = False,
        surrogates: str = "keep",
    ) -> None:
        if on_error not in ("raise", "yield", "skip"):
            raise ValueError(f"on_error must be 'raise', 'yield' or 'skip', not {on_error!r}")
        if surrogates not in ("keep", "replace"):
            raise ValueError(f"surrogates must be 'keep' or 'replace', not {surrogates!r}")
        self._shape = _target_shape(target)
        self._generic = target is GenericEvent
        self._strict = bool(strict)
        self._on_error = on_error
        self._multi = bool(multi)
        self._split = bool(split)
        self._parse = parse if surrogates == "keep" else parse_replacing
        # A class that declares "error" means it.
        classes = self._shape.classes if self._shape else ()
        self._error_is_data = any(field.wire == "error" for cls in classes for field in schema_of(cls).fields)
        self._builders = Builders()
        self._shapes: dict[str, Shape] = {}
        self._build = None
        """Makes the event, where there is nothing to check or to choose."""
        if len(classes) == 1 and not self._generic and not self._strict:
            self._build = self._builders.of(classes[0])
        if not isinstance(content_type, str | None):
            raise TypeError(f"content_type must be a str or None, not {type(content_type).__name__}")
        self._is_binary = (content_type or "").partition(";")[0].strip().lower() == CONTENT_TYPE
        self._framer: TypedFramer | BinaryFramer = TypedFramer(max_event_bytes, last_event_id)
        self._lock = threading.Lock()
        self._start()

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Decoder' is not an acceptable base type")

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'Decoder' object")

    def _start(self) -> None:
        self._head: bytes | None = b""
        """The first bytes, until they tell whether the stream is binary."""
        if self._is_binary:
            self._head = None
            self._framer = BinaryFramer(self._framer.max_event_bytes)
        self._dialect: str | None = None
        self._pieces: Iterator[Frame | None] | None = None
        """The frames with their values apart, if that is wanted."""
        self._events: Iterator[E | None] = self._run()
        self._index = 0
        self._error_count = 0
        self._done = False
        self._ended = False
        self._closed = False

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete: ``[DONE]``, the last event of its dialect, or the
        bracket that closes a JSON array."""
        return self._done or self._framer.array_is_whole

    @property
    def ended(self) -> bool:
        """Whether everything that may still come is ignored, since ``[DONE]`` came (never with ``multi``)."""
        return self._ended

    @property
    def dialect(self) -> str | None:
        """The dialect of the first event that belongs to one, e.g. "openai-chat"; None before."""
        return self._dialect

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    @property
    def last_event_id(self) -> str:
        """The id which a reconnecting client would send; "" if there was none."""
        return self._framer.last_event_id

    @property
    def retry(self) -> int | None:
        """The reconnection time the server asked for last, in milliseconds, or None."""
        return self._framer.retry

    @property
    def comment_count(self) -> int:
        """How many comment lines came."""
        return self._framer.comment_count

    @property
    def error_count(self) -> int:
        """How many errors came, whatever became of them."""
        return self._error_count

    @property
    def event_index(self) -> int:
        """How many events with data came, ``[DONE]`` and empty ones included."""
        return self._index

    def feed(self, data: "Buffer") -> list[E]:
        """Takes the next bytes of the stream and returns the events they complete.

        Raises:
            SSEError: an event is faulty or reports an error (on_error="raise"); its ``events`` holds the
                events decoded before it.
            RuntimeError: the decoder is closed, or in use elsewhere.
        """
        self._acquire()
        try:
            self._take(data)
            return self._rest()
        finally:
            self._lock.release()

    def text(self, data: "Buffer") -> str:
        """Takes the next bytes of the stream and returns the text of the events they complete, joined.

        The same as the ``text`` of what `feed` returns. With the compiled core it takes about a quarter of
        the time: events that are like earlier ones are not made.

        Raises:
            SSEError: as in `feed`; its ``text`` holds the text before it.
            RuntimeError: as in `feed`.
        """
        try:
            return joined_text(self.feed(data))
        except SSEError as error:
            error.text, error.events = joined_text(error.events), []
            raise

    def close(self) -> list[E]:
        """Ends the stream and returns its last event, if only the blank line after it was missing.

        Raises:
            TruncatedStreamError: the data of the last event is not whole JSON.
            SSEError: as in `feed`; call again to continue.
        """
        self._acquire()
        try:
            self._finish()
            return self._rest()
        finally:
            self._lock.release()

    def reset(self) -> None:
        """Makes the decoder like new, for another stream. A given ``last_event_id`` is not applied again."""
        self._acquire()
        try:
            self._framer = TypedFramer(self._framer.max_event_bytes)
            self._builders.forget()
            self._start()
        finally:
            self._lock.release()

    def _acquire(self) -> None:
        if not self._lock.acquire(False):
            raise RuntimeError(_IN_USE)

    def _take(self, data: object) -> None:
        if self._closed:
            raise RuntimeError("feed() after close(); call reset() first")
        chunk = data if type(data) is bytes else whole(data)
        if chunk and not self._ended:
            if self._head is not None:
                chunk = self._without_doubt(chunk)
            self._framer.feed(chunk)

    def _without_doubt(self, chunk: bytes) -> bytes:
        """Chooses the framing by the first bytes of the stream; returns those that can be framed now."""
        self._head = chunk = (self._head or b"") + chunk
        binary = is_event_stream(chunk)
        if binary is None:
            return b""
        if binary:
            self._framer = BinaryFramer(self._framer.max_event_bytes)
        self._head = None
        return chunk

    def _finish(self) -> None:
        if not self._closed:
            self._closed = True
            if not self._ended:
                if self._head:
                    self._framer.feed(self._head)
                self._head = None
                self._framer.finish(commit=False)

    def _abandon(self) -> None:
        """Drops what is left."""
        self._acquire()
        self._closed = self._ended = True
        self._lock.release()

    def _at_hand(self) -> E | None:
        """The next event that the bytes at hand give; None: more are needed."""
        # Not by `_acquire`: a call more costs an event 1 %.
        if not self._lock.acquire(False):
            raise RuntimeError(_IN_USE)
        try:
            return next(self._events)
        except BaseException:
            self._go_on()
            raise
        finally:
            self._lock.release()

    def _rest(self) -> list[E]:
        """All events that the bytes at hand still give."""
        events: list[E] = []
        try:
            for event in self._events:
                if event is None:
                    break
                events.append(event)
        except BaseException as error:
            self._go_on()
            if isinstance(error, SSEError):
                error.events = list(events)
            raise
        return events

    def _go_on(self) -> None:
        """Makes a new generator instead of one that an error has ended."""
        self._events = self._run()

    def _run(self) -> Iterator[E | None]:
        """What the bytes give, in order; None wherever more are needed. It ends with an error only."""
        while self._head is not None or self._ended:
            yield None
        if self._split and self._pieces is None:
            self._pieces = self._split_frames(self._framer.frames)
        for frame in self._pieces or self._framer.frames:
            try:
                event = None if frame is None else self._event(frame)
            except SSEError as error:
                self._error_count += 1
                if self._on_error == "raise":
                    raise
                event = ErrorEvent.of(error) if self._on_error == "yield" else None
            if event is not None or frame is None:
                if event is not None and self._dialect is None:
                    self._dialect = getattr(type(event), "__dialect__", None)
                yield event  # type: ignore[misc]
            while self._ended:
                yield None
        # Only an exception from outside, such as KeyboardInterrupt, ends the frames.
        raise RuntimeError("Decoder was interrupted; call reset() first")

    def _split_frames(self, frames: Iterator[Frame | None]) -> Iterator[Frame | None]:
        """The frames, where one has several JSON values one frame for each."""
        for frame in frames:
            if frame is None or frame[0] not in (EVENT, TAIL) or self._is_text(frame[2]):
                yield frame
                continue
            kind, data, *rest = frame
            for piece in values(str(data, "utf-8", "replace")):
                yield (kind, piece.encode(), *rest)  # type: ignore[misc]

    def _is_text(self, event: bytes) -> bool:
        """Whether the data of a frame is text, whatever it looks like."""
        return (self._shape is None or self._generic) and is_text(event, self._framer.last_event_id)

    def _event(self, frame: Frame) -> Event | None:
        """What one frame becomes.

        Raises:
            SSEError: an error.
        """
        kind, data, event, _, _, offset = frame
        if kind is not EVENT and kind is not TAIL:
            self._refuse(kind, data, offset)
            return None
        index = self._index
        self._index = index + 1
        text = str(data, "utf-8", "replace")
        if event:
            if event in _LAST_NAMES:
                self._done = True
            elif self._is_text(event):
                return _generic(text, event)
        try:
            payload = self._parse(text)
        except JSONError as error:
            if not text.strip(" \t\n"):
                return None
            if text.strip(" ") == "[DONE]":
                self._done = True
                self._ended = not self._multi
                self._builders.forget()
                return None
            if event == b"error":
                raise server_error(text, None, text, index, offset) from None
            if self._generic:
                return _generic(text, event)
            if kind is TAIL:
                raise truncated(error.cause, text, index, offset) from None
            raise invalid_json(error.cause, error.position, text, index, offset) from None
        if event == b"error":
            said = payload.get("error") if type(payload) is dict else None
            raise server_error(payload if said is None else said, payload, text, index, offset)
        if type(payload) is not dict:
            if self._shape is not None and not self._generic:
                raise invalid_json("expected an object", 0, text, index, offset)
            return _generic(payload, event)
        if not _SIGNS.isdisjoint(payload) or payload.get("object") in _OBJECTS:
            self._read_signs(payload, text, index, offset)
        if self._build is not None:
            built: Event = self._build(payload)
            return name_event(built, event) if event else built
        return self._typed(payload, text, event, index, offset)

    def _refuse(self, kind: str, data: bytes, offset: int) -> None:
        """Raises the error for a frame which is no event."""
        if kind is COMMENT:
            return
        index = self._index
        if kind is TOO_LARGE:
            raise too_large(self._framer.max_event_bytes, index, offset)
        if kind is not ERROR:
            self._index = index + 1
        text = str(data, "utf-8", "replace")
        if kind is DAMAGED:
            raise damaged(text, index, offset)
        if kind is TRUNCATED:
            raise truncated("unexpected end of data", text, index, offset)
        if kind is ABORTED:
            raise invalid_json("unexpected end of data", len(text.encode()), text, index, offset)
        try:
            error = payload = self._parse(text)
        except JSONError:
            error, payload = text, None
        raise server_error(error, payload, text, index, offset)

    def _read_signs(self, payload: dict[str, Any], text: str, index: int, offset: int) -> None:
        """Raises the error that a payload reports, and notes the end of the dialects without ``[DONE]``."""
        error, kind = payload.get("error"), payload.get("type")
        reported = not (error is None or error is False or error == "" or error == {})
        if (reported and not self._error_is_data) or kind == "error" or payload.get("object") == "error":
            raise server_error(payload if error is None else error, payload, text, index, offset)
        if is_last(payload):
            self._done = True

    def _typed(self, payload: dict[str, Any], text: str, event: bytes, index: int, offset: int) -> Event:
        """The event of a strict decoder, or of one whose payloads may become several classes."""
        shape = self._shape or self._recognised(payload)
        if shape is None or self._generic:
            return _generic(payload, event)
        if self._strict:
            problem = find_problem(payload, shape)
            if problem is not None:
                raise mismatch(problem.path, problem.text, text, index, offset)
        cls = shape.class_of(payload)
        if cls is None:
            return _generic(payload, event)
        built: Event = self._builders.of(cls)(payload)
        return name_event(built, event)

    def _recognised(self, payload: dict[str, Any]) -> Shape | None:
        rule = find_rule(payload)
        if rule is None:
            return None
        shape = self._shapes.get(rule.name)
        if shape is None:
            shape = self._shapes[rule.name] = shape_of(rule.target)
        return shape


def _target_shape(target: Any) -> Shape | None:
    if target is None:
        return None
    shape = shape_of(target)
    if not shape.classes or shape.kinds != Kind.OBJECT:
        raise TypeError(f"target must be an event class, a union of event classes or None, not {target!r}")
    return shape


def _generic(payload: Any, event: bytes) -> GenericEvent:
    return GenericEvent(data=payload, type=event_name(event))
