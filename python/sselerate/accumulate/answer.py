"""The message of dialects that have none of their own: what their events answer, put together."""

from typing import Any

from ..events.answers import StreamEvent, ToolCallDelta, arguments, reason, string
from ..events.declare import Event, event, schema_of
from .assembler import Assembler
from .joined import Text
from .tool_calls import Call, Calls, ToolCall

__all__ = ["Answer", "AnswerAssembler", "Answered"]

_FRAME = frozenset(
    [
        "agent_id",
        "content_index",
        "created",
        "created_at",
        "event_id",
        "event_type",
        "id",
        "id_slot",
        "index",
        "is_finished",
        "jsonrpc",
        "message_id",
        "model",
        "model_id",
        "model_version",
        "obfuscation",
        "object",
        "output_ids",
        "output_index",
        "p",
        "parent_message_id",
        "role",
        "run_id",
        "segment_id",
        "stop",
        "stop_reason",
        "stop_type",
        "thread_id",
        "timestamp",
        "tokens",
        "tokens_cached",
        "tokens_evaluated",
        "tokens_predicted",
        "tool_call_id",
        "type",
    ]
)
"""Keys by which events say where, when and by whom something is added, or once more what the answers have
from elsewhere (the text as tokens, counts so far). There is nothing in them that an answer could hold."""


@event
class Answer(Event):
    """An answer in the words common to all dialects."""

    text: str
    """The visible text."""

    reasoning: str | None = None
    """The reasoning, or a summary of it."""

    tool_calls: tuple[ToolCall, ...] | None = None
    """The tools to call."""

    finish_reason: str | None = None
    """Why the answer ended, in the words of the server."""

    usage: Any = None
    """The tokens used, a `Usage` of the dialect."""


class AnswerAssembler(Assembler):
    """Events of any dialect -> `Answer`.

    A class of a user may declare fields of the names of the answers, and those may hold anything.
    """

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._text = Text()
        self._reasoning = Text()
        self._calls = Calls(partial_json)
        self._finish_reason: str | None = None
        self._ended = False

    def push(self, event: StreamEvent) -> bool:
        answered = self._answered(event)
        if answered.text:
            self._text.add(answered.text)
        if answered.reasoning:
            self._reasoning.add(answered.reasoning)
        pieces: Any = event.tool_calls
        for piece in pieces if isinstance(pieces, tuple) else ():
            if isinstance(piece, ToolCallDelta):
                self._calls.add(piece.index, piece.id, piece.name, piece.arguments)
                answered.add_call(piece)
        self._finish_reason = answered.finish_reason or self._finish_reason
        self.meter.push(event)
        if event.is_terminal is True and not self._ended:
            self._ended = True
            answered.strings.add(str(self._text))  # which some say once more at the end
        return answered.all_of(event)

    def _answered(self, event: StreamEvent) -> "Answered":
        """What the next event adds."""
        return Answered(event)

    def result(self) -> Answer:
        return Answer(
            text=str(self._text),
            reasoning=str(self._reasoning) or None,
            tool_calls=tuple([call.result() for call in self.calls()]) or None,
            finish_reason=self._finish_reason,
            usage=self.usage(),
        )

    @property
    def finished(self) -> bool:
        return self._ended or self._finish_reason is not None

    def text(self) -> str:
        return str(self._text)

    def reasoning(self) -> str:
        return str(self._reasoning)

    def calls(self) -> list[Call]:
        return self._calls.ordered()

    def finish_reason(self) -> str | None:
        return self._finish_reason


class Answered:
    """What one event answers."""

    __slots__ = ("finish_reason", "objects", "reasoning", "strings", "text", "usage")

    def __init__(self, event: StreamEvent) -> None:
        self.text = string(event.text)
        self.reasoning = string(event.reasoning)
        self.finish_reason = reason(event.finish_reason)
        self.usage: Any = event.usage
        self.strings = {self.text, self.reasoning, self.finish_reason}
        """All strings that are in the answers."""
        self.objects: set[str] | None = None
        """Arguments of calls, which may have been sent as objects."""

    def add_call(self, call: ToolCallDelta) -> None:
        text = string(call.arguments)
        self.strings.update((string(call.id), string(call.name), text))
        if text:
            self.objects = self.objects or set()
            self.objects.add(text)

    def all_of(self, event: StreamEvent) -> bool:
        """Whether that is all that the event holds."""
        left: list[Any] = []
        self._look(event, left)
        # A text may come in several parts.
        return not left or (all(isinstance(value, str) for value in left) and "".join(left) in self.strings)

    def _look(self, value: Any, left: list[Any]) -> None:
        """Adds to ``left`` the strings, numbers and words in ``value`` that are not in the answers."""
        if isinstance(value, str):
            if value not in self.strings:
                left.append(value)
        elif isinstance(value, Event):
            for name in _contents(type(value)):
                inner = getattr(value, name)
                if inner and inner is not self.usage and inner is not getattr(self.usage, name, None):
                    self._look(inner, left)
            if value.extra:
                self._look(value.extra, left)
        elif isinstance(value, dict):
            if not self.objects or arguments(value) not in self.objects:
                for key, inner in value.items():
                    if inner and key not in _FRAME:
                        self._look(inner, left)
        elif isinstance(value, list | tuple):
            for inner in value:
                if inner and inner is not self.usage:
                    self._look(inner, left)
        else:
            left.append(value)


_known: dict[type, tuple[str, ...]] = {}


def _contents(cls: type[Event]) -> tuple[str, ...]:
    """The fields of a class that may hold something an answer has a place for: no tags, and no frame."""
    try:
        return _known[cls]
    except KeyError:
        fields = [field for field in schema_of(cls).fields if field.shape.literals is None]
        names = _known[cls] = tuple([field.name for field in fields if field.name not in _FRAME])
        return names
