"""`Accumulator`: the events of a stream become the message that the server would have sent without
streaming."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ..errors import SSEError
from ..events.answers import StreamEvent
from ..events.declare import Event, shape_of
from ..events.error import ErrorEvent
from ..events.generic import GenericEvent
from .answer import AnswerAssembler
from .assembler import Assembler
from .tool_calls import ToolCall

if TYPE_CHECKING:
    from ..events.chat import ChatCompletionChunk
    from ..events.completion import CompletionStreamEvent
    from ..events.gemini import GenerateContentResponse
    from .chat import ChatCompletion
    from .completions import Completion

__all__ = ["Accumulator"]

M = TypeVar("M")

_ASSEMBLERS: dict[str, tuple[str, str]] = {
    "chat.ChatCompletionChunk": ("chat", "ChatAssembler"),
    "completion.CompletionStreamEvent": ("completions", "CompletionAssembler"),
    "messages.MessageEvent": ("messages", "MessageAssembler"),
    "responses.ResponseEvent": ("responses", "ResponseAssembler"),
    "gemini.GenerateContentResponse": ("gemini", "GeminiAssembler"),
    "cohere.CohereEvent": ("cohere", "CohereAssembler"),
    "bedrock.ConverseStreamEvent": ("converse", "ConverseAssembler"),
    "ollama.OllamaResponse": ("ollama", "OllamaAssembler"),
    "sglang.SGLangStreamEvent": ("sglang", "SGLangAssembler"),
    "vercel.UIMessageEvent": ("vercel", "UIMessageAssembler"),
}
"""Base class of the events of a dialect -> module and class of what puts them together. By name, so that a
program loads only the dialects it meets."""


class Accumulator(Generic[M]):
    """Puts the events of one answer together.

        accumulator = Accumulator()
        for event in sselerate.iter_events(source):
            accumulator.push(event)
        message = accumulator.final()

    What comes out is of the dialect of the events: a `ChatCompletion` of chat chunks, a `Completion`, a
    `Response`, a `Message`, a `GenerateContentResponse`, a `CohereChatResponse`, a `ConverseResponse`, an
    `OllamaChatResponse`; of the other dialects an `Answer`. Its ``to_dict()`` is the JSON that the server
    sends without streaming. ``text``, ``tool_calls`` and the like give the same in the words common to all
    dialects.

    `push` costs the same for every event, however many came before, and never raises on what a server sent.
    """

    @overload
    def __init__(
        self: "Accumulator[ChatCompletion]", target: "type[ChatCompletionChunk]", *, partial_json: bool = ...
    ) -> None: ...

    @overload
    def __init__(
        self: "Accumulator[Completion]", target: "type[CompletionStreamEvent]", *, partial_json: bool = ...
    ) -> None: ...

    @overload
    def __init__(
        self: "Accumulator[GenerateContentResponse]",
        target: "type[GenerateContentResponse]",
        *,
        partial_json: bool = ...,
    ) -> None: ...

    @overload
    def __init__(self: "Accumulator[Any]", target: Any = None, *, partial_json: bool = ...) -> None: ...

    def __init__(self, target: Any = None, *, partial_json: bool = False) -> None:
        """
        Args:
            target: what the `Decoder` has for its target: it says which dialect to expect. Without it the
                first event decides.
            partial_json: whether to make values of arguments of tools that are not whole yet, as far as
                they can be told, in ``tool_calls`` and in the blocks of a `Message`. Without it such
                arguments are text only.

        Raises:
            TypeError: ``target`` is no event class and no union of event classes.
        """
        self._partial_json = partial_json
        self._assembler: Assembler | None = None
        self._neutral: AnswerAssembler | None = None
        """What came before an event of a dialect."""
        self._errors: list[ErrorEvent] = []
        self._others: list[Any] = []
        self._final = False
        if target is not None:
            classes = shape_of(target).classes
            if not classes:
                raise TypeError(f"target must be an event class or a union of event classes, not {target!r}")
            found = [kind for cls in classes if (kind := _assembler_of(cls)) is not None]
            if found:
                self._assembler = found[0](partial_json)

    def push(self, event: Any) -> None:
        """Takes the next event, in the order of the stream; an `SSEError` that was raised in its place, too.

        Raises:
            TypeError: it is neither.
            RuntimeError: `final` was called before.
        """
        if self._final:
            raise RuntimeError("push() after final()")
        if isinstance(event, SSEError):
            event = ErrorEvent.of(event)
        if isinstance(event, ErrorEvent):
            self._errors.append(event)
            event = event.event  # what the server has said beside the error counts
            if event is None:
                return
        if not isinstance(event, Event):
            raise TypeError(f"expected an event, got {type(event).__name__}")
        kind = _assembler_of(type(event))
        if kind is None or (kind is AnswerAssembler and self._assembler is not None):
            self._push_other(event)
            return
        if self._assembler is None:
            self._assembler = kind(self._partial_json)
        if type(self._assembler) is not kind or not self._assembler.push(event):
            self._others.append(event)

    def _push_other(self, event: Any) -> None:
        """Takes an event of no dialect, or of one without a message of its own after one that has one."""
        answer = self._assembler if type(self._assembler) is AnswerAssembler else None
        if answer is not None and isinstance(event, StreamEvent) and answer.push(event):
            return
        self._others.append(event)
        if self._assembler is None and isinstance(event, StreamEvent):
            if self._neutral is None:
                self._neutral = AnswerAssembler(self._partial_json)
            self._neutral.push(event)

    def snapshot(self) -> M | None:
        """The message as it stands; None if no event has come that belongs to one. It takes time in
        proportion to its size, and does not change any more."""
        assembler = self._spoken()
        message: Any = assembler.result() if assembler is not None else None
        return message  # type: ignore[no-any-return]

    def final(self) -> M | None:
        """The message at the end of the stream: that of `snapshot`, and no event can follow. Whether the
        stream was whole is in ``complete``."""
        self._final = True
        return self.snapshot()

    @property
    def complete(self) -> bool:
        """Whether the server has said that the answer is whole: it has ended for a reason other than that it
        failed or was called off ("error", "failed", "cancelled", ...), and no error was among the events."""
        assembler = self._spoken()
        return assembler is not None and assembler.finished and not assembler.failed and not self._errors

    @property
    def errors(self) -> tuple[ErrorEvent, ...]:
        """The errors among the events: of the server, of decoding, a stream that was cut. An answer may also
        end with an ordinary event that says it has failed: ``finish_reason`` has that, and what else the
        event says is in the message or makes it one of the ``others``."""
        return tuple(self._errors)

    @property
    def others(self) -> tuple[Any, ...]:
        """Events that have no place in the message, or not all of what they hold: of another dialect, of
        unknown types, with values of a wrong kind; of an `Answer` those with anything but what it holds."""
        # What a generic event tells counts until there is an event of a dialect.
        if self._assembler is not None:
            return tuple(self._others)
        return tuple([event for event in self._others if not _tells(event)])

    @property
    def text(self) -> str:
        """The visible text so far. Of several choices, that of the first, here and below."""
        assembler = self._spoken()
        return assembler.text() if assembler is not None else ""

    @property
    def reasoning(self) -> str:
        """The reasoning so far, or what is shown of it."""
        assembler = self._spoken()
        return assembler.reasoning() if assembler is not None else ""

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls so far that the client is to carry out."""
        assembler = self._spoken()
        return tuple([call.result() for call in assembler.calls()]) if assembler is not None else ()

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, in the words of the server; None if it has not."""
        assembler = self._spoken()
        return assembler.finish_reason() if assembler is not None else None

    @property
    def usage(self) -> Any:
        """The tokens used, a `Usage`; None if the server has not said."""
        assembler = self._spoken()
        return assembler.usage() if assembler is not None else None

    def _spoken(self) -> Assembler | None:
        return self._assembler if self._assembler is not None else self._neutral


def _tells(event: Any) -> bool:
    """Whether an event is one of Replicate's: text, or the end."""
    return isinstance(event, GenericEvent) and (event.text != "" or (event.is_terminal and not event.data))


_known: dict[type, type[Assembler] | None] = {}


def _assembler_of(cls: type) -> type[Assembler] | None:
    """What puts events of ``cls`` together; None if it belongs to no dialect."""
    try:
        return _known[cls]
    except KeyError:
        pass
    found: type[Assembler] | None = None
    if issubclass(cls, StreamEvent) and cls is not GenericEvent:
        found = AnswerAssembler
        events = StreamEvent.__module__.rpartition(".")[0]
        for base in cls.__mro__:
            package, _, module = base.__module__.rpartition(".")
            if package == events and (place := _ASSEMBLERS.get(f"{module}.{base.__qualname__}")):
                found = getattr(import_module("." + place[0], __package__), place[1])
                break
    _known[cls] = found
    return found
