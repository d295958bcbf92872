"""The message of dialects that have none of their own: what their events answer, put together."""

from typing import Any

from ..events.answers import StreamEvent, ToolCallDelta, reason, string
from ..events.declare import Event, event
from .joined import Text, merged, said
from .rules import Rules
from .tool_calls import Call, Calls, ToolCall

__all__ = ["Answer", "AnswerRules"]


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


class AnswerRules(Rules):
    """Events of any dialect -> `Answer`.

    A class of a user may declare fields of the names of the answers, and those may hold anything.
    """

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._text = Text()
        self._reasoning = Text()
        self._calls = Calls(partial_json)
        self._finish_reason: str | None = None
        self._usage: Any = None
        self._ended = False

    def push(self, event: StreamEvent) -> bool:
        if text := string(event.text):
            self._text.add(text)
        if reasoning := string(event.reasoning):
            self._reasoning.add(reasoning)
        pieces: Any = event.tool_calls
        for piece in pieces if isinstance(pieces, tuple) else ():
            if isinstance(piece, ToolCallDelta):
                self._calls.add(piece.index, piece.id, piece.name, piece.arguments)
        self._finish_reason = reason(event.finish_reason) or self._finish_reason
        if said(usage := event.usage):
            self._usage = merged(self._usage, usage)
        self._ended = self._ended or event.is_terminal is True
        return True

    def result(self) -> Answer:
        return Answer(
            text=str(self._text),
            reasoning=str(self._reasoning) or None,
            tool_calls=tuple([call.result() for call in self._calls.ordered()]) or None,
            finish_reason=self._finish_reason,
            usage=self._usage,
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

    def usage(self) -> Any:
        return self._usage
