"""Whole streams: `iter_events`, `decode`, `text` and their asynchronous forms."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, overload

from ._backend import AsyncEventIterator, Decoder, EventIterator
from ._surrogates import join_halves
from .errors import SSEError
from .events.answers import StreamEvent, joined_text
from .events.declare import Event
from .events.error import ErrorEvent

if TYPE_CHECKING:
    from typing_extensions import Buffer, Unpack

__all__ = ["Options", "TextOptions", "aiter_events", "atext", "decode", "iter_events", "text", "with_options"]

C = TypeVar("C", bound=Event)
F = TypeVar("F", bound=Callable[..., Any])

_CHUNK = 65536
"""How many bytes are asked of a file at once."""


class Options(TypedDict, total=False):
    """The options of a `Decoder`, apart from ``on_error``, as all functions here take them."""

    strict: bool
    """Whether deviations from the declaration are errors."""
    max_event_bytes: int
    """Limit for a pending event, 64 MiB by default."""
    multi: bool
    """Whether the source holds several streams one after another."""
    last_event_id: str | None
    """Where a resumed stream starts."""
    content_type: str | None
    """The content type of the response, if known."""
    split: bool
    """Whether a payload may hold several JSON values."""
    surrogates: Literal["keep", "replace"]
    """Whether lone surrogates are kept, as by default, or replaced with U+FFFD."""


class TextOptions(Options, total=False):
    """All options of a `Decoder`, where they do not change what a function returns."""

    on_error: Literal["raise", "yield", "skip"]
    """What becomes of an error in the stream."""


def with_options(function: F) -> F:
    """Has the options of `Decoder` shown for those that a function takes."""
    shown = inspect.signature(function)
    *own, _ = shown.parameters.values()
    _, *options = inspect.signature(Decoder).parameters.values()
    function.__signature__ = shown.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    return function


@overload
def iter_events(
    source: Any,
    target: type[C],
    *,
    on_error: Literal["raise", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "EventIterator[C]": ...


@overload
def iter_events(
    source: Any, target: type[C], *, on_error: Literal["yield"], **options: "Unpack[Options]"
) -> "EventIterator[C | ErrorEvent]": ...


@overload
def iter_events(
    source: Any,
    target: None = None,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "EventIterator[StreamEvent]": ...


@overload
def iter_events(
    source: Any,
    target: Any,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "EventIterator[Any]": ...


@with_options
def iter_events(source: Any, target: Any = None, **options: Any) -> Any:
    """Iterates over the events of a stream.

    Args:
        source: an iterable of bytes-like chunks, a single bytes-like object, or a binary file.
        target: the class the events become: an event class, a union of several, or None to recognise the
            dialect.
        options: those of `Decoder`.

    Raises:
        SSEError: while iterating, as `Decoder` describes; the next step goes on behind it. Exceptions of
            the source pass unchanged.
    """
    return EventIterator(_chunks(source), Decoder(target, **options))


@overload
def aiter_events(
    source: Any,
    target: type[C],
    *,
    on_error: Literal["raise", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "AsyncEventIterator[C]": ...


@overload
def aiter_events(
    source: Any, target: type[C], *, on_error: Literal["yield"], **options: "Unpack[Options]"
) -> "AsyncEventIterator[C | ErrorEvent]": ...


@overload
def aiter_events(
    source: Any,
    target: None = None,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "AsyncEventIterator[StreamEvent]": ...


@overload
def aiter_events(
    source: Any,
    target: Any,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> "AsyncEventIterator[Any]": ...


@with_options
def aiter_events(source: Any, target: Any = None, **options: Any) -> Any:
    """Iterates over the events of a stream asynchronously.

    Args:
        source: an asynchronous iterable of bytes-like chunks, or a stream with an asynchronous
            ``read(n)``.
        target: as in `iter_events`.
        options: those of `Decoder`.

    Raises:
        SSEError: as in `iter_events`.
    """
    return AsyncEventIterator(_async_chunks(source), Decoder(target, **options))


@overload
def decode(
    data: "Buffer",
    target: type[C],
    *,
    on_error: Literal["raise", "skip"] = ...,
    **options: "Unpack[Options]",
) -> list[C]: ...


@overload
def decode(
    data: "Buffer",
    target: type[C],
    *,
    on_error: Literal["yield"],
    **options: "Unpack[Options]",
) -> list[C | ErrorEvent]: ...


@overload
def decode(
    data: "Buffer",
    target: None = None,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> list[StreamEvent]: ...


@overload
def decode(
    data: "Buffer",
    target: Any,
    *,
    on_error: Literal["raise", "yield", "skip"] = ...,
    **options: "Unpack[Options]",
) -> list[Any]: ...


@with_options
def decode(data: Any, target: Any = None, **options: Any) -> list[Any]:
    """The events of a whole stream at once.

    Args:
        data: all its bytes.
        target: as in `iter_events`.
        options: those of `Decoder`.

    Raises:
        SSEError: as `Decoder` describes; its ``events`` holds all events before the error.
    """
    decoder = Decoder(target, **options)
    events: list[Any] = decoder.feed(data)
    try:
        events += decoder.close()
    except SSEError as error:
        error.events = events + error.events
        raise
    return events


@with_options
def text(source: Any, target: Any = None, **options: "Unpack[TextOptions]") -> str:
    """The text of a whole stream: the ``text`` of all its events, joined, halves of characters too.

    Events that are like earlier ones are not made: with the compiled core this takes about a quarter of the
    time of `iter_events`.

    Args:
        source: as in `iter_events`.
        target: as in `iter_events`, of classes that have a ``text``, as those of `StreamEvent` do.
        options: those of `Decoder`.

    Raises:
        SSEError: as `Decoder` describes; its ``text`` holds all text before the error.
    """
    return iter_events(source, target, **options).text()


@with_options
async def atext(source: Any, target: Any = None, **options: "Unpack[TextOptions]") -> str:
    """The text of a whole stream, asynchronously.

    Args:
        source: as in `aiter_events`.
        target: as in `text`.
        options: those of `Decoder`.

    Raises:
        SSEError: as in `text`.
    """
    decoder = Decoder(target, **options)
    texts: list[str] = []
    try:
        async for chunk in _async_chunks(source):
            texts.append(decoder.text(chunk))
            if decoder.ended:
                break
        texts.append(_last_text(decoder))
    except SSEError as error:
        error.text = join_halves("".join(texts) + error.text)
        raise
    return join_halves("".join(texts))


def _last_text(decoder: Any) -> str:
    """The text that the end of the stream gives."""
    try:
        return joined_text(decoder.close())
    except SSEError as error:
        error.text, error.events = joined_text(error.events), []
        raise


def _chunks(source: Any) -> Iterator[Any]:
    """The iterator over the chunks of whatever `iter_events` accepts."""
    if isinstance(source, (list, tuple, GeneratorType)):
        # Most sources are. Asking them for a buffer raises an exception, which costs as much as four events.
        return iter(source)
    try:
        memoryview(source)
    except TypeError:
        pass
    else:
        return iter((source,))
    if _takes_size(getattr(source, "read", None)):
        # read1 returns what is there; read would wait for the whole of what was asked for.
        read = getattr(source, "read1", source.read)
        return iter(lambda: read(_CHUNK), b"")
    try:
        if not isinstance(source, str):
            return iter(source)
    except TypeError:
        pass
    kind = type(source).__name__
    raise TypeError(f"expected an iterable of bytes-like chunks, such as open(path, 'rb'), got {kind}")


def _takes_size(read: Any) -> bool:
    """Whether ``read`` is that of a file. Responses of some HTTP clients have one that reads all of the body,
    without an argument."""
    code = getattr(getattr(read, "__func__", None), "__code__", None)  # of a method in Python
    takes_self_only = code is not None and code.co_argcount == 1 and not code.co_flags & inspect.CO_VARARGS
    return read is not None and not takes_self_only


def _async_chunks(source: Any) -> AsyncIterator[Any]:
    """The iterator over the chunks of whatever `aiter_events` accepts."""
    # read first: asyncio's and aiohttp's StreamReader iterate over lines, of limited length.
    read = getattr(source, "read", None)
    if _takes_size(read) and inspect.iscoroutinefunction(read):
        return _Reads(read)
    if hasattr(source, "__aiter__"):
        chunks: AsyncIterator[Any] = source.__aiter__()
        return chunks
    kind = type(source).__name__
    raise TypeError(f"expected an asynchronous iterable of bytes-like chunks, got {kind}")


class _Reads:
    """What an asynchronous ``read(n)`` gives. A generator would end with the first timeout or error."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[int], Awaitable[Any]]) -> None:
        self._read = read

    def __aiter__(self) -> "_Reads":
        return self

    async def __anext__(self) -> Any:
        chunk = await self._read(_CHUNK)
        if not chunk:
            raise StopAsyncIteration
        return chunk
