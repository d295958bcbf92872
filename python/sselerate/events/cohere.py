"""Events of a Cohere chat stream (``POST /v2/chat``), and of the older ``POST /v1/chat``.

Field meanings follow the Cohere API reference, "Chat with streaming", and recorded streams. A v2 message is
opened, filled and closed like those of Anthropic, but what is added lies three objects deep,
``delta.message.content.text``. After ``message-end`` comes ``data: [DONE]``. A v1 stream is JSON lines; its
last one is ``stream-end``.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, number, reason, string
from .declare import Event, event

__all__ = [
    "CohereBilledUnits",
    "CohereCitation",
    "CohereCitationEndEvent",
    "CohereCitationStartEvent",
    "CohereContent",
    "CohereContentDeltaEvent",
    "CohereContentEndEvent",
    "CohereContentStartEvent",
    "CohereDebugEvent",
    "CohereDelta",
    "CohereEndDelta",
    "CohereEvent",
    "CohereFunction",
    "CohereMessage",
    "CohereMessageEndEvent",
    "CohereMessageStartEvent",
    "CohereSource",
    "CohereStreamEvent",
    "CohereTokens",
    "CohereToolCall",
    "CohereToolCallDeltaEvent",
    "CohereToolCallEndEvent",
    "CohereToolCallStartEvent",
    "CohereToolPlanDeltaEvent",
    "CohereUsage",
    "CohereV1EndEvent",
    "CohereV1Event",
    "CohereV1OtherEvent",
    "CohereV1Response",
    "CohereV1StreamEvent",
    "CohereV1TextEvent",
    "CohereV1ToolCallDelta",
    "CohereV1ToolCallsChunkEvent",
]


@event
class CohereContent(Event):
    """A part of the content."""

    type: str | None = None
    """What kind it is, "text" or "thinking"; when the part begins only."""

    text: str | None = None
    """Text to append to the answer."""

    thinking: str | None = None
    """Text to append to the thinking."""


@event
class CohereFunction(Event):
    """A called function."""

    name: str | None = None
    """Its name, when the call begins."""

    arguments: str | None = None
    """Text to append to its arguments; whole they are JSON."""


@event
class CohereToolCall(Event):
    """A call of a tool that the client is to carry out."""

    id: str | None = None
    """Identifies the call, when it begins; its result must name it."""

    type: str | None = None
    """The kind of tool, "function"."""

    function: CohereFunction | None = None
    """The called function and a piece of its arguments."""


@event
class CohereSource(Event):
    """Where a citation comes from; the document or the result of a tool itself is in ``extra``."""

    type: str | None = None
    """What it is, "document" or "tool"."""

    id: str | None = None
    """Identifies it."""


@event
class CohereCitation(Event):
    """What a stretch of the text rests on."""

    start: int | None = None
    """Where the stretch begins, in characters."""

    end: int | None = None
    """Where it ends, in characters."""

    text: str | None = None
    """The stretch."""

    type: str | None = None
    """What is cited for, e.g. "TEXT_CONTENT" or "PLAN"."""

    content_index: int | None = None
    """Which part of the content it is in, from 0."""

    sources: tuple[CohereSource, ...] | None = None
    """The documents and results of tools."""


@event
class CohereMessage(Event):
    """What an event says about the message. The first event has lists, the others the one thing they add."""

    role: str | None = None
    """Who speaks, "assistant"."""

    content: CohereContent | tuple[CohereContent, ...] | None = None
    """Content."""

    tool_plan: str | None = None
    """Text to append to the plan which tools to call and why."""

    tool_calls: CohereToolCall | tuple[CohereToolCall, ...] | None = None
    """Calls of tools."""

    citations: CohereCitation | tuple[CohereCitation, ...] | None = None
    """Citations."""


@event
class CohereDelta(Event):
    """What an event adds."""

    message: CohereMessage | None = None
    """What it says about the message."""


@event
class CohereEvent(StreamEvent):
    """Base of the events of a v2 stream."""

    __dialect__ = "cohere-v2"

    index: int | None = None
    """Which part, call or citation it is about, from 0; None for the message itself."""


@event
class CohereMessageStartEvent(CohereEvent):
    """The first event: there is a message."""

    type: Literal["message-start"]
    """Its type."""

    id: str | None = None
    """Identifies the message."""

    delta: CohereDelta | None = None
    """The message, still empty."""


@event
class CohereContentStartEvent(CohereEvent):
    """A part of the content begins."""

    type: Literal["content-start"]
    """Its type."""

    delta: CohereDelta | None = None
    """The part, still empty."""

    @property
    def text(self) -> str:
        """What the part begins with, as a rule ""."""
        return string(_content(self.delta, "text"))

    @property
    def reasoning(self) -> str:
        """What the thinking begins with, as a rule ""."""
        return string(_content(self.delta, "thinking"))


@event
class CohereContentDeltaEvent(CohereEvent):
    """The next piece of content."""

    type: Literal["content-delta"]
    """Its type."""

    delta: CohereDelta | None = None
    """The piece, ``delta.message.content.text``."""

    @property
    def text(self) -> str:
        """The text to append."""
        return string(_content(self.delta, "text"))

    @property
    def reasoning(self) -> str:
        """The thinking to append."""
        return string(_content(self.delta, "thinking"))


@event
class CohereContentEndEvent(CohereEvent):
    """A part of the content is whole."""

    type: Literal["content-end"]
    """Its type."""


@event
class CohereToolPlanDeltaEvent(CohereEvent):
    """The next piece of the plan which tools to call and why."""

    type: Literal["tool-plan-delta"]
    """Its type."""

    delta: CohereDelta | None = None
    """The piece, ``delta.message.tool_plan``."""

    @property
    def reasoning(self) -> str:
        """The text to append to the plan."""
        return string(getattr(_message(self.delta), "tool_plan", None))


@event
class CohereToolCallStartEvent(CohereEvent):
    """A call of a tool begins."""

    type: Literal["tool-call-start"]
    """Its type."""

    delta: CohereDelta | None = None
    """Its head, ``delta.message.tool_calls``."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of the call."""
        return _tool_calls(self.index, self.delta)


@event
class CohereToolCallDeltaEvent(CohereEvent):
    """The next piece of the arguments of a call."""

    type: Literal["tool-call-delta"]
    """Its type."""

    delta: CohereDelta | None = None
    """The piece, ``delta.message.tool_calls.function.arguments``."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece; the call is the one whose head had the same ``index``."""
        return _tool_calls(self.index, self.delta)


@event
class CohereToolCallEndEvent(CohereEvent):
    """A call is whole."""

    type: Literal["tool-call-end"]
    """Its type."""


@event
class CohereCitationStartEvent(CohereEvent):
    """A citation, whole."""

    type: Literal["citation-start"]
    """Its type."""

    delta: CohereDelta | None = None
    """The citation, ``delta.message.citations``."""


@event
class CohereCitationEndEvent(CohereEvent):
    """Follows every citation."""

    type: Literal["citation-end"]
    """Its type."""


@event
class CohereBilledUnits(Event):
    """What is charged for."""

    input_tokens: int | float | None = None
    """Tokens of the input."""

    output_tokens: int | float | None = None
    """Tokens generated."""

    search_units: int | float | None = None
    """Searches."""

    classifications: int | float | None = None
    """Classifications."""


@event
class CohereTokens(Event):
    """The tokens that went through the model, with those that Cohere adds itself."""

    input_tokens: int | float | None = None
    """Tokens of the input."""

    output_tokens: int | float | None = None
    """Tokens generated."""


@event
class CohereUsage(Usage):
    """How many tokens a message has used."""

    billed_units: CohereBilledUnits | None = None
    """What is charged for."""

    tokens: CohereTokens | None = None
    """What went through the model; more than what is charged for."""

    cached_tokens: int | None = None
    """Tokens of the input read from a cache."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input that went through the model, or those charged for if only they are said."""
        return self._count("input_tokens")

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated, or those charged for if only they are said."""
        return self._count("output_tokens")

    def _count(self, name: str) -> int | None:
        passed = number(getattr(self.tokens, name, None))
        return number(getattr(self.billed_units, name, None)) if passed is None else passed


@event
class CohereEndDelta(Event):
    """How the message ended."""

    finish_reason: str | None = None
    """Why generation ended: "COMPLETE", "STOP_SEQUENCE", "MAX_TOKENS", "TOOL_CALL", "ERROR" or "TIMEOUT"."""

    usage: CohereUsage | None = None
    """The tokens used."""

    error: str | None = None
    """What went wrong, if something did."""


@event
class CohereMessageEndEvent(CohereEvent):
    """The last event."""

    type: Literal["message-end"]
    """Its type."""

    id: str | None = None
    """Identifies the message."""

    delta: CohereEndDelta | None = None
    """How it ended."""

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(getattr(self.delta, "finish_reason", None))

    @property
    def usage(self) -> CohereUsage | None:
        """The tokens used."""
        usage = getattr(self.delta, "usage", None)
        return usage if isinstance(usage, CohereUsage) else None

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class CohereDebugEvent(CohereEvent):
    """What was sent to the model, on request."""

    type: Literal["debug"]
    """Its type."""

    prompt: str | None = None
    """The prompt as the model sees it."""


CohereStreamEvent: TypeAlias = (
    CohereContentDeltaEvent
    | CohereToolCallDeltaEvent
    | CohereToolPlanDeltaEvent
    | CohereContentStartEvent
    | CohereContentEndEvent
    | CohereToolCallStartEvent
    | CohereToolCallEndEvent
    | CohereCitationStartEvent
    | CohereCitationEndEvent
    | CohereMessageStartEvent
    | CohereMessageEndEvent
    | CohereDebugEvent
)
"""Any event of a v2 stream."""


def _message(delta: Any) -> CohereMessage | None:
    message = getattr(delta, "message", None)
    return message if isinstance(message, CohereMessage) else None


def _content(delta: Any, name: str) -> Any:
    return getattr(getattr(_message(delta), "content", None), name, None)


def _tool_calls(index: int | None, delta: Any) -> tuple[ToolCallDelta, ...]:
    call = getattr(_message(delta), "tool_calls", None)
    if not isinstance(call, CohereToolCall):
        return ()
    function = call.function
    if not isinstance(function, CohereFunction):
        return (ToolCallDelta.of(index, call.id),)
    return (ToolCallDelta.of(index, call.id, function.name, function.arguments),)


@event
class CohereV1Event(StreamEvent):
    """Base of the events of a v1 stream."""

    __dialect__ = "cohere-v1"

    is_finished: bool | None = None
    """Whether it is the last event."""


@event
class CohereV1TextEvent(CohereV1Event):
    """The next piece of text."""

    event_type: Literal["text-generation"]
    """Its type."""

    text: str
    """The text to append."""


@event
class CohereV1ToolCallDelta(Event):
    """The next piece of one call of a tool."""

    index: int | None = None
    """Which call, from 0."""

    name: str | None = None
    """The name of the tool, in the first piece."""

    parameters: str | None = None
    """Text to append to the arguments; whole they are JSON."""

    text: str | None = None
    """Text to append to the plan which tools to call."""


@event
class CohereV1ToolCallsChunkEvent(CohereV1Event):
    """The next piece of a call of a tool, or of the plan which tools to call."""

    event_type: Literal["tool-calls-chunk"]
    """Its type."""

    tool_call_delta: CohereV1ToolCallDelta | None = None
    """The piece of the call."""

    plan: str | None = dataclasses.field(default=None, metadata={"wire": "text"})
    """The piece of the plan, where it stands beside the call (the key ``text``)."""

    @property
    def reasoning(self) -> str:
        """The text to append to the plan."""
        return string(self.plan) + string(getattr(self.tool_call_delta, "text", None))

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece of the call."""
        delta = self.tool_call_delta
        if not isinstance(delta, CohereV1ToolCallDelta) or not (delta.name or delta.parameters):
            return ()
        return (ToolCallDelta.of(delta.index, None, delta.name, delta.parameters),)


@event
class CohereV1Response(Event):
    """The whole answer. Its citations, calls of tools and documents are in ``extra``."""

    response_id: str | None = None
    """Identifies the answer."""

    generation_id: str | None = None
    """Identifies the generation."""

    text: str | None = None
    """The whole text."""

    finish_reason: str | None = None
    """Why generation ended."""

    meta: CohereUsage | None = None
    """The tokens used; in ``extra`` the version of the API."""


@event
class CohereV1EndEvent(CohereV1Event):
    """The last event."""

    event_type: Literal["stream-end"]
    """Its type."""

    finish_reason: str | None = None
    """Why generation ended: "COMPLETE", "MAX_TOKENS", "ERROR", ..."""

    response: CohereV1Response | None = None
    """The whole answer."""

    @property
    def usage(self) -> CohereUsage | None:
        """The tokens used."""
        usage = getattr(self.response, "meta", None)
        return usage if isinstance(usage, CohereUsage) else None

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class CohereV1OtherEvent(CohereV1Event):
    """Any other event: "stream-start", "search-results", "citation-generation", "tool-calls-generation", ...;
    what it holds is in ``extra``."""

    event_type: str
    """Its type."""


CohereV1StreamEvent: TypeAlias = (
    CohereV1TextEvent | CohereV1ToolCallsChunkEvent | CohereV1EndEvent | CohereV1OtherEvent
)
"""Any event of a v1 stream."""
