"""`collect` and `acollect`: from the bytes of a stream straight to the message."""

from typing import TYPE_CHECKING, Any, Literal, overload

from ..errors import SSEError
from ..stream import aiter_events, iter_events, with_options
from .accumulator import Accumulator

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..events.chat import ChatCompletionChunk
    from ..events.completion import CompletionStreamEvent
    from ..events.gemini import GenerateContentResponse
    from ..stream import Options
    from .chat import ChatCompletion
    from .completions import Completion

__all__ = ["acollect", "collect"]

_OnError = Literal["raise", "yield", "skip"]


@overload
def collect(
    source: Any,
    target: "type[ChatCompletionChunk]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "ChatCompletion | None": ...


@overload
def collect(
    source: Any,
    target: "type[CompletionStreamEvent]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "Completion | None": ...


@overload
def collect(
    source: Any,
    target: "type[GenerateContentResponse]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "GenerateContentResponse | None": ...


@overload
def collect(
    source: Any,
    target: Any = None,
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> Any: ...


@with_options
def collect(source: Any, target: Any = None, *, into: Accumulator[Any] | None = None, **options: Any) -> Any:
    """The message of a whole stream; see `Accumulator`.

    Args:
        source: as in `iter_events`: chunks of bytes, all the bytes, or a binary file.
        target: as in `iter_events`: an event class, a union of several, or None to recognise the dialect.
        into: the accumulator to use. It tells what the message does not: errors, whether the stream was
            whole. After an exception it has what came before.
        options: those of `Decoder`. With ``on_error="yield"`` the errors in the stream do not stop it;
            they are in ``into.errors``.

    Returns:
        The message; None if the stream has none.

    Raises:
        SSEError: the stream has an error, and ``on_error`` is "raise", as it is by default.
    """
    accumulator = Accumulator(target) if into is None else into
    try:
        for event in iter_events(source, target, **options):
            accumulator.push(event)
    except SSEError as error:
        accumulator.push(error)
        raise
    return accumulator.final()


@overload
async def acollect(
    source: Any,
    target: "type[ChatCompletionChunk]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "ChatCompletion | None": ...


@overload
async def acollect(
    source: Any,
    target: "type[CompletionStreamEvent]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "Completion | None": ...


@overload
async def acollect(
    source: Any,
    target: "type[GenerateContentResponse]",
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> "GenerateContentResponse | None": ...


@overload
async def acollect(
    source: Any,
    target: Any = None,
    *,
    into: Accumulator[Any] | None = ...,
    on_error: _OnError = ...,
    **options: "Unpack[Options]",
) -> Any: ...


@with_options
async def acollect(
    source: Any, target: Any = None, *, into: Accumulator[Any] | None = None, **options: Any
) -> Any:
    """`collect` for what `aiter_events` reads."""
    accumulator = Accumulator(target) if into is None else into
    try:
        async for event in aiter_events(source, target, **options):
            accumulator.push(event)
    except SSEError as error:
        accumulator.push(error)
        raise
    return accumulator.final()
