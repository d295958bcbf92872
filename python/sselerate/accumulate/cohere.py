"""Cohere: the events of a v2 chat in `events.cohere` become a `CohereChatResponse`."""

from typing import Any

from ..events import cohere as c
from ..events.answers import number, reason, string
from ..events.declare import Event, event
from .assembler import Assembler
from .joined import Rest, Text, joined
from .tool_calls import Call, Calls

__all__ = ["CohereAssembler", "CohereAssistantMessage", "CohereChatResponse"]


@event
class CohereAssistantMessage(Event):
    """A message."""

    role: str
    """Who speaks, "assistant"."""

    content: tuple[c.CohereContent, ...] | None = None
    """Its parts: text and thinking."""

    tool_plan: str | None = None
    """The plan which tools to call and why."""

    tool_calls: tuple[c.CohereToolCall, ...] | None = None
    """The tools to call."""

    citations: tuple[c.CohereCitation, ...] | None = None
    """What the text rests on."""


@event
class CohereChatResponse(Event):
    """A message with what is to be said of it, as ``POST /v2/chat`` answers without ``stream``."""

    id: str
    """Identifies the message."""

    finish_reason: str | None
    """Why generation ended, see `CohereEndDelta.finish_reason`; None if it has not."""

    message: CohereAssistantMessage
    """The message."""

    usage: c.CohereUsage | None = None
    """The tokens used."""


class _Content:
    """What has come of one part of the content."""

    def __init__(self) -> None:
        self.type: str | None = None
        self.text = Text()
        self.thinking = Text()
        self.rest = Rest()

    def push(self, content: c.CohereContent) -> bool:
        self.type = self.type or string(content.type) or None
        placed = self.text.take(content.text)
        placed = self.thinking.take(content.thinking) and placed
        self.rest.append(content.extra)
        return placed

    def result(self) -> c.CohereContent:
        return c.CohereContent(
            type=self.type or ("thinking" if self.thinking and not self.text else "text"),
            text=self.text.or_none(),
            thinking=self.thinking.or_none(),
            extra=self.rest.value(),
        )


class CohereAssembler(Assembler):
    """Events of a v2 chat -> `CohereChatResponse`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._id = self._role = ""
        self._contents: dict[int, _Content] = {}
        self._last_content = 0
        """The largest index of a part of the content."""
        self._plan = Text()
        self._calls = Calls(partial_json)
        self._citations: list[c.CohereCitation] = []
        self._end: c.CohereEndDelta | None = None
        self._ended = False
        self._message_rest = Rest()
        self._rest = Rest()

    def push(self, event: Any) -> bool:
        if isinstance(event, c.CohereDebugEvent):
            self._rest.append({"prompt": event.prompt})
            return True
        self._id = self._id or string(getattr(event, "id", None))
        self._rest.replace(_keys(event))
        if isinstance(event, c.CohereMessageEndEvent):
            self._ended = True
            end = event.delta
            if not isinstance(end, c.CohereEndDelta):
                return end is None
            self._end = end
            self.meter.push(event)
            self._rest.replace(end.extra)
            if end.error is not None:
                self._rest.replace({"error": end.error})
            return True
        delta = getattr(event, "delta", None)
        if delta is None:
            return True
        if not isinstance(delta, c.CohereDelta):
            return False
        self._rest.replace(_keys(delta))
        message = delta.message
        return isinstance(message, c.CohereMessage) and self._add(event.index, message)

    def _add(self, index: Any, message: c.CohereMessage) -> bool:
        self._role = self._role or string(message.role)
        self._message_rest.append(message.extra)
        placed = self._plan.take(message.tool_plan)
        for name, cls, add in (
            ("content", c.CohereContent, self._add_content),
            ("tool_calls", c.CohereToolCall, self._add_call),
            ("citations", c.CohereCitation, self._add_citation),
        ):
            value = getattr(message, name)
            if value is None:
                continue
            several = isinstance(value, tuple | list)
            for position, item in enumerate(value if several else (value,)):
                placed = isinstance(item, cls) and add(position if several else index, item) and placed
        return placed

    def _add_content(self, index: Any, content: Any) -> bool:
        index = number(index)
        if index is None:
            index = self._last_content
        self._last_content = max(self._last_content, index)
        return self._contents.setdefault(index, _Content()).push(content)

    def _add_call(self, index: Any, piece: Any) -> bool:
        function = piece.function
        if isinstance(function, c.CohereFunction):
            call = self._calls.add(index, piece.id, function.name, function.arguments)
            call.rest.append(function.extra and {"function": function.extra})
        else:
            call = self._calls.add(index, piece.id)
        call.type = call.type or string(piece.type)
        call.rest.append(piece.extra)
        return function is None or isinstance(function, c.CohereFunction)

    def _add_citation(self, index: Any, citation: Any) -> bool:
        self._citations.append(citation)
        return True

    def result(self) -> CohereChatResponse:
        contents = tuple([self._contents[index].result() for index in sorted(self._contents)])
        calls = tuple([_tool_call(call) for call in self._calls.ordered()])
        message = CohereAssistantMessage(
            role=self._role or "assistant",
            content=contents or None,
            tool_plan=str(self._plan) or None,
            tool_calls=calls or None,
            citations=tuple(self._citations) or None,
            extra=self._message_rest.value(),
        )
        return CohereChatResponse(
            id=self._id,
            finish_reason=self.finish_reason(),
            message=message,
            usage=self.usage(),
            extra=self._rest.value(),
        )

    @property
    def finished(self) -> bool:
        return self._ended

    def text(self) -> str:
        return joined([str(self._contents[index].text) for index in sorted(self._contents)])

    def reasoning(self) -> str:
        thinking = [str(self._contents[index].thinking) for index in sorted(self._contents)]
        return joined(thinking) or str(self._plan)

    def calls(self) -> list[Call]:
        return self._calls.ordered()

    def finish_reason(self) -> str | None:
        return reason(self._end.finish_reason) if self._end is not None else None


def _keys(event: c.CohereEvent | c.CohereDelta) -> dict[str, Any] | None:
    """The keys that no class declares. Log probabilities are an object in each event, in the response a list
    of these."""
    logprobs = getattr(event, "logprobs", None)
    return event.extra if logprobs is None else {**(event.extra or {}), "logprobs": [logprobs]}


def _tool_call(call: Call) -> c.CohereToolCall:
    extra = call.rest.value() or {}
    of_function = extra.pop("function", None)
    function = c.CohereFunction(
        name=str(call.name),
        arguments=str(call.arguments),
        extra=of_function if isinstance(of_function, dict) else None,
    )
    return c.CohereToolCall(
        id=call.id or None, type=call.type or "function", function=function, extra=extra or None
    )
