"""Events of a stream of Gemini's Interactions API.

Field meanings follow the Gemini API reference, "Interactions", and the types of Google's SDK. An interaction
is a list of steps; each is opened, filled by deltas and closed, and the events about it share an ``index``.
An ``error`` event is no event here but a `ServerError`. After the last event comes ``data: [DONE]``.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, added, number, reason, string
from .declare import Event, event

__all__ = [
    "Interaction",
    "InteractionCompletedEvent",
    "InteractionContent",
    "InteractionCreatedEvent",
    "InteractionDelta",
    "InteractionEvent",
    "InteractionStatusUpdateEvent",
    "InteractionStep",
    "InteractionStepDeltaEvent",
    "InteractionStepStartEvent",
    "InteractionStepStopEvent",
    "InteractionStreamEvent",
    "InteractionUnknownEvent",
    "InteractionUsage",
]


@event
class InteractionUsage(Usage):
    """How many tokens an interaction has used. Cached tokens are a part of the input; thinking and the
    results of tools are counted apart."""

    total_input_tokens: int | None = None
    """Tokens of the input, cached ones included."""

    total_output_tokens: int | None = None
    """Tokens generated, without thinking."""

    total_thought_tokens: int | None = None
    """Tokens of thinking."""

    total_cached_tokens: int | None = None
    """Tokens of the input read from a cache."""

    total_tool_use_tokens: int | None = None
    """Tokens of the results of tools that the server ran."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input, results of tools included."""
        return added(self.total_input_tokens, self.total_tool_use_tokens)

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated, thinking included."""
        return added(self.total_output_tokens, self.total_thought_tokens)

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from a cache."""
        return number(self.total_cached_tokens)

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was thinking."""
        return number(self.total_thought_tokens)


@event
class Interaction(Event):
    """An interaction as it stands."""

    id: str
    """Identifies the interaction."""

    status: str | None = None
    """How far it is: "in_progress", "requires_action", "completed", "failed", "cancelled", "incomplete",
    ..."""

    object: str | None = None
    """The type of the object: "interaction"."""

    model: str | None = None
    """The model that answers."""

    agent: str | None = None
    """The agent that answers."""

    created: str | None = None
    """When it was created, RFC 3339."""

    updated: str | None = None
    """When it changed last, RFC 3339."""

    usage: InteractionUsage | None = None
    """The tokens used, once it has ended."""

    steps: Any = None
    """Its steps, a list, once it has ended."""


@event
class InteractionContent(Event):
    """A part of the content of a step."""

    type: str
    """What kind it is: "text", "image", "audio", ..."""

    text: str | None = None
    """Its text."""

    mime_type: str | None = None
    """What kind of data it is, e.g. "image/png"."""

    data: str | None = None
    """The data in base64."""

    uri: str | None = None
    """Where the data is."""


@event
class InteractionStep(Event):
    """A step when it begins. What only one kind has is in ``extra``."""

    type: str
    """What kind it is: "model_output", "thought", "function_call", "google_search_call", ..."""

    id: str | None = None
    """Identifies a call; its result must name it."""

    name: str | None = None
    """The name of the function of a call."""

    arguments: Any = None
    """The arguments of a call, an object; {} if they follow as deltas."""

    content: tuple[InteractionContent, ...] | None = None
    """What the output begins with."""

    signature: str | None = None
    """The thinking as only the server can read it, to be sent back."""


@event
class InteractionDelta(Event):
    """What is added to a step. Which of the fields are there depends on ``type``."""

    type: str
    """What kind it is: "text", "thought_summary", "thought_signature", "arguments_delta", "image", ..."""

    text: str | None = None
    """Text to append to the output."""

    content: InteractionContent | None = None
    """What to append to the summary of the thinking."""

    arguments: str | None = None
    """Text to append to the arguments of a call; whole they are JSON."""

    signature: str | None = None
    """The thinking as only the server can read it, to be sent back."""

    mime_type: str | None = None
    """What kind of data it is, e.g. "image/png"."""

    data: str | None = None
    """Data to append, in base64."""


@event
class InteractionEvent(StreamEvent):
    """Base of the events of a stream of interactions."""

    __dialect__ = "gemini-interactions"

    event_id: str | None = None
    """Where a stream that broke off can be resumed."""


@event
class InteractionCreatedEvent(InteractionEvent):
    """The first event: there is an interaction."""

    event_type: Literal["interaction.created"]
    """Its type."""

    interaction: Interaction
    """The interaction, still empty."""


@event
class InteractionStatusUpdateEvent(InteractionEvent):
    """The interaction has got further."""

    event_type: Literal["interaction.status_update"]
    """Its type."""

    interaction_id: str
    """The interaction."""

    status: str
    """How far it is, see `Interaction.status`."""


@event
class InteractionCompletedEvent(InteractionEvent):
    """The last event."""

    event_type: Literal["interaction.completed"]
    """Its type."""

    interaction: Interaction
    """The interaction as it ended."""

    @property
    def finish_reason(self) -> str | None:
        """The status of the interaction, e.g. "completed" or "requires_action"."""
        return reason(getattr(self.interaction, "status", None)) or "completed"

    @property
    def usage(self) -> InteractionUsage | None:
        """The tokens used."""
        usage = getattr(self.interaction, "usage", None)
        return usage if isinstance(usage, InteractionUsage) else None

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class InteractionStepStartEvent(InteractionEvent):
    """A step begins."""

    event_type: Literal["step.start"]
    """Its type."""

    index: int
    """Which step of the interaction, from 0."""

    step: InteractionStep
    """The step, as a rule still empty."""

    @property
    def text(self) -> str:
        """What the output begins with."""
        step: Any = self.step
        if not isinstance(step, InteractionStep) or step.type != "model_output":
            return ""
        content: Any = step.content
        parts = content if isinstance(content, tuple) else ()
        return "".join([string(part.text) for part in parts if isinstance(part, InteractionContent)])

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of a call that the client is to carry out."""
        step: Any = self.step
        if not isinstance(step, InteractionStep) or step.type != "function_call":
            return ()
        return (ToolCallDelta.of(self.index, step.id, step.name, step.arguments or None),)


@event
class InteractionStepDeltaEvent(InteractionEvent):
    """Something is added to a step."""

    event_type: Literal["step.delta"]
    """Its type."""

    index: int
    """Which step of the interaction, from 0."""

    delta: InteractionDelta
    """What is added."""

    @property
    def text(self) -> str:
        """The text to append."""
        delta: Any = self.delta
        return string(delta.text) if isinstance(delta, InteractionDelta) and delta.type == "text" else ""

    @property
    def reasoning(self) -> str:
        """The summary of the thinking to append."""
        content = getattr(self.delta, "content", None)
        if not isinstance(content, InteractionContent) or self.delta.type != "thought_summary":
            return ""
        return string(content.text)

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """A piece of arguments; the call is the one whose head had the same ``index``. Where there was no
        such head it is a call that the server carries out itself."""
        delta: Any = self.delta
        if not isinstance(delta, InteractionDelta) or delta.type != "arguments_delta":
            return ()
        return (ToolCallDelta.of(self.index, None, None, delta.arguments),)


@event
class InteractionStepStopEvent(InteractionEvent):
    """A step is whole."""

    event_type: Literal["step.stop"]
    """Its type."""

    index: int
    """Which step of the interaction, from 0."""


@event
class InteractionUnknownEvent(InteractionEvent):
    """An event of a type that no class is known for; all of it is in ``extra``."""

    event_type: str
    """Its type."""


InteractionStreamEvent: TypeAlias = (
    InteractionStepDeltaEvent
    | InteractionStepStartEvent
    | InteractionStepStopEvent
    | InteractionCreatedEvent
    | InteractionStatusUpdateEvent
    | InteractionCompletedEvent
    | InteractionUnknownEvent
)
"""Any event of a stream of interactions."""
