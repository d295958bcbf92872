"""Events of a UI message stream of the Vercel AI SDK (header ``x-vercel-ai-ui-message-stream: v1``).

Field meanings follow the AI SDK documentation, "Stream protocols", and its schema. Every event says in
``type`` what it is; events of one kind (start, delta, end) share a class. Keys are camelCase on the wire. An
``error`` event is no event here but a `ServerError`. The stream ends with ``[DONE]``.
"""

from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, string
from .declare import event

__all__ = [
    "UIMessageAbortEvent",
    "UIMessageDataEvent",
    "UIMessageEvent",
    "UIMessageFileEvent",
    "UIMessageFinishEvent",
    "UIMessageMetadataEvent",
    "UIMessageReasoningEvent",
    "UIMessageSourceEvent",
    "UIMessageStartEvent",
    "UIMessageStepEvent",
    "UIMessageStreamEvent",
    "UIMessageTextEvent",
    "UIMessageToolApprovalEvent",
    "UIMessageToolInputDeltaEvent",
    "UIMessageToolInputEvent",
    "UIMessageToolOutputEvent",
]


class UIMessageEvent(StreamEvent):
    """Base of the events of a UI message stream."""

    __slots__ = ()
    __dialect__ = "vercel-ui"


@event(rename="camel")
class UIMessageStartEvent(UIMessageEvent):
    """The first event."""

    type: Literal["start"]
    """Its type."""

    message_id: str | None = None
    """Identifies the message."""

    message_metadata: Any = None
    """What the application says about it."""


@event(rename="camel")
class UIMessageStepEvent(UIMessageEvent):
    """A call of the model begins or ends."""

    type: Literal["start-step", "finish-step"]
    """Its type."""


@event(rename="camel")
class UIMessageTextEvent(UIMessageEvent):
    """A part of text begins, goes on or ends."""

    type: Literal["text-start", "text-delta", "text-end"]
    """Its type."""

    id: str
    """The part."""

    delta: str | None = None
    """Text to append."""

    __text__ = "delta"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.delta)


@event(rename="camel")
class UIMessageReasoningEvent(UIMessageEvent):
    """A part of reasoning begins, goes on or ends."""

    type: Literal["reasoning-start", "reasoning-delta", "reasoning-end"]
    """Its type."""

    id: str
    """The part."""

    delta: str | None = None
    """Text to append."""

    @property
    def reasoning(self) -> str:
        """The text to append."""
        return string(self.delta)


@event(rename="camel")
class UIMessageToolInputDeltaEvent(UIMessageEvent):
    """The next piece of the arguments of a tool."""

    type: Literal["tool-input-delta"]
    """Its type."""

    tool_call_id: str
    """The call."""

    input_text_delta: str
    """Text to append; whole it is JSON."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece of the call whose head had the same id; where there was no such head it is a call that
        the provider of the model carries out itself."""
        return (ToolCallDelta.of(None, self.tool_call_id, None, self.input_text_delta),)


@event(rename="camel")
class UIMessageToolInputEvent(UIMessageEvent):
    """A call of a tool begins, or its arguments are whole, or wrong."""

    type: Literal["tool-input-start", "tool-input-available", "tool-input-error"]
    """Its type."""

    tool_call_id: str
    """The call."""

    tool_name: str
    """The name of the tool."""

    input: Any = None
    """The arguments, whole. Where they were streamed, once more."""

    error_text: str | None = None
    """What is wrong with them."""

    provider_executed: bool | None = None
    """Whether the provider of the model carries out the call itself."""

    dynamic: bool | None = None
    """Whether the tool is not known to the program beforehand."""

    title: str | None = None
    """The title of the tool."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of a call that the client is to carry out, when it begins and again when its arguments are
        whole, since what was not streamed has no beginning. Calls have ids, and no index.

        The arguments are never in it, but in ``input``: an event cannot know whether they came as deltas
        before, and who joins the pieces must not get them twice. Where none came, ``input`` is all there
        is; an accumulator takes it then.
        """
        if self.type == "tool-input-error" or self.provider_executed is True:
            return ()
        return (ToolCallDelta.of(None, self.tool_call_id, self.tool_name),)


@event(rename="camel")
class UIMessageToolApprovalEvent(UIMessageEvent):
    """A call of a tool waits for the consent of the user, or has it."""

    type: Literal["tool-approval-request", "tool-approval-response"]
    """Its type."""

    approval_id: str
    """Identifies the question."""

    tool_call_id: str | None = None
    """The call."""

    approved: bool | None = None
    """The answer."""


@event(rename="camel")
class UIMessageToolOutputEvent(UIMessageEvent):
    """What a tool gave, that it failed, or that it may not run."""

    type: Literal["tool-output-available", "tool-output-error", "tool-output-denied"]
    """Its type."""

    tool_call_id: str
    """The call."""

    output: Any = None
    """The result."""

    error_text: str | None = None
    """What went wrong."""

    preliminary: bool | None = None
    """Whether a later result replaces it."""

    provider_executed: bool | None = None
    """Whether the provider of the model carried out the call itself."""

    dynamic: bool | None = None
    """Whether the tool is not known to the program beforehand."""


@event(rename="camel")
class UIMessageSourceEvent(UIMessageEvent):
    """Something that the text rests on."""

    type: Literal["source-url", "source-document"]
    """Its type."""

    source_id: str
    """Identifies it."""

    url: str | None = None
    """The address of a page."""

    media_type: str | None = None
    """What kind of data a document is."""

    title: str | None = None
    """Its title."""

    filename: str | None = None
    """The name of a document."""


@event(rename="camel")
class UIMessageFileEvent(UIMessageEvent):
    """A file that the model made."""

    type: Literal["file"]
    """Its type."""

    url: str
    """The file, as a rule in the address itself."""

    media_type: str
    """What kind of data it is, e.g. "image/png"."""


@event(rename="camel")
class UIMessageMetadataEvent(UIMessageEvent):
    """What the application says about the message."""

    type: Literal["message-metadata"]
    """Its type."""

    message_metadata: Any = None
    """What it says."""


@event(rename="camel")
class UIMessageFinishEvent(UIMessageEvent):
    """The message is whole."""

    type: Literal["finish"]
    """Its type."""

    finish_reason: str | None = None
    """Why generation ended: "stop", "length", "content-filter", "tool-calls", "error" or "other"."""

    message_metadata: Any = None
    """What the application says about the message."""

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event(rename="camel")
class UIMessageAbortEvent(UIMessageEvent):
    """The message was broken off."""

    type: Literal["abort"]
    """Its type."""

    reason: str | None = None
    """Why."""

    @property
    def finish_reason(self) -> str | None:
        """ "abort"."""
        return "abort"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event(rename="camel")
class UIMessageDataEvent(UIMessageEvent):
    """Data of the application's own ("data-..."), or an event of a type that no class is known for."""

    type: str
    """Its type."""

    id: str | None = None
    """Which data; later data with the same id replaces it."""

    data: Any = None
    """The data."""

    transient: bool | None = None
    """Whether it is not kept with the message."""


UIMessageStreamEvent: TypeAlias = (
    UIMessageTextEvent
    | UIMessageReasoningEvent
    | UIMessageToolInputDeltaEvent
    | UIMessageToolInputEvent
    | UIMessageToolApprovalEvent
    | UIMessageToolOutputEvent
    | UIMessageSourceEvent
    | UIMessageFileEvent
    | UIMessageMetadataEvent
    | UIMessageStartEvent
    | UIMessageStepEvent
    | UIMessageFinishEvent
    | UIMessageAbortEvent
    | UIMessageDataEvent
)
"""Any event of a UI message stream."""
