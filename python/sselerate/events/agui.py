"""Events of an AG-UI stream: what an agent does, for its user interface.

Field meanings follow the Agent User Interaction Protocol, "Events". Every event says in ``type`` what it is;
events of one kind (start, content, end, and the chunk that is all of them) share a class. Keys are camelCase
on the wire. The original of a translated event, ``rawEvent``, is in ``extra``.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, number, reason, string
from .declare import event

__all__ = [
    "AGUIActivityEvent",
    "AGUICustomEvent",
    "AGUIEvent",
    "AGUIMessagesSnapshotEvent",
    "AGUIRawEvent",
    "AGUIReasoningEvent",
    "AGUIRunErrorEvent",
    "AGUIRunFinishedEvent",
    "AGUIRunStartedEvent",
    "AGUIStateDeltaEvent",
    "AGUIStateSnapshotEvent",
    "AGUIStepEvent",
    "AGUIStreamEvent",
    "AGUISubagentEvent",
    "AGUITextMessageEvent",
    "AGUITokenUsage",
    "AGUIToolCallEvent",
    "AGUIToolCallResultEvent",
    "AGUIUnknownEvent",
]


@event(rename="camel")
class AGUITokenUsage(Usage):
    """How many tokens one model has used in a run. Cached tokens are a part of the input, reasoning is one of
    the output."""

    provider: str | None = None
    """Who runs the model."""

    model: str | None = None
    """The model."""

    input_tokens: int | None = None
    """All tokens of the input."""

    output_tokens: int | None = None
    """All tokens generated."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "totalTokens"})
    """The sum of both as the server counts it (the key ``totalTokens``)."""

    reasoning_tokens: int | None = None
    """Which part of the output was reasoning."""

    cached_input_tokens: int | None = None
    """Which part of the input was read from a cache."""

    cache_write_input_tokens: int | None = None
    """Which part of the input was written to a cache."""

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from a cache."""
        return number(self.cached_input_tokens)

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the input was written to a cache."""
        return number(self.cache_write_input_tokens)


@event(rename="camel")
class AGUIEvent(StreamEvent):
    """Base of the events of an AG-UI stream."""

    __dialect__ = "ag-ui"

    timestamp: int | None = None
    """When the event was created, in milliseconds since the Unix epoch."""

    subagent_run_id: str | None = None
    """The agent below the first one that it is about."""


@event(rename="camel")
class AGUIRunStartedEvent(AGUIEvent):
    """The first event of a run."""

    type: Literal["RUN_STARTED"]
    """Its type."""

    thread_id: str
    """The conversation."""

    run_id: str
    """The run."""

    parent_run_id: str | None = None
    """The run that it branches off."""

    input: Any = None
    """What the agent was given, an object."""


@event(rename="camel")
class AGUIRunFinishedEvent(AGUIEvent):
    """The last event of a run."""

    type: Literal["RUN_FINISHED"]
    """Its type."""

    thread_id: str
    """The conversation."""

    run_id: str
    """The run."""

    result: Any = None
    """What the run gave."""

    outcome: Any = None
    """How it ended, an object with ``type`` ("success", "interrupt", "cancelled")."""

    usage_by_model: tuple[AGUITokenUsage, ...] | None = dataclasses.field(
        default=None, metadata={"wire": "usage"}
    )
    """The tokens used, by model (the key ``usage``)."""

    @property
    def usage(self) -> AGUITokenUsage | None:
        """The tokens used, where a single model was."""
        by_model = self.usage_by_model
        if (
            not isinstance(by_model, tuple)
            or len(by_model) != 1
            or not isinstance(by_model[0], AGUITokenUsage)
        ):
            return None
        return by_model[0]

    @property
    def finish_reason(self) -> str | None:
        """How the run ended, "success" if it does not say."""
        outcome = self.outcome
        return reason(outcome.get("type") if isinstance(outcome, dict) else outcome) or "success"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event(rename="camel")
class AGUIRunErrorEvent(AGUIEvent):
    """The last event of a run: it has failed."""

    type: Literal["RUN_ERROR"]
    """Its type."""

    message: str
    """What went wrong."""

    code: str | None = None
    """The same as a code."""

    @property
    def finish_reason(self) -> str | None:
        """ "error"."""
        return "error"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event(rename="camel")
class AGUIStepEvent(AGUIEvent):
    """A step of a run begins or ends."""

    type: Literal["STEP_STARTED", "STEP_FINISHED"]
    """Its type."""

    step_name: str
    """The step."""


@event(rename="camel")
class AGUITextMessageEvent(AGUIEvent):
    """A message begins, goes on or ends, or a piece of it that is all of that."""

    type: Literal["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "TEXT_MESSAGE_CHUNK"]
    """Its type."""

    message_id: str | None = None
    """The message; a chunk without one belongs to the last."""

    role: str | None = None
    """Who speaks, when the message begins: "assistant" if it does not say."""

    delta: str | None = None
    """Text to append."""

    name: str | None = None
    """The name of who speaks."""

    __text__ = "delta"

    @property
    def text(self) -> str:
        """The text to append, whoever speaks. Only the first event of a message has its ``role``; where that
        is the user's, say, leave out what comes with the same ``message_id``."""
        return string(self.delta)


@event(rename="camel")
class AGUIToolCallEvent(AGUIEvent):
    """A call of a tool begins, gets arguments or is whole, or a piece of it that is all of that."""

    type: Literal["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_CHUNK"]
    """Its type."""

    tool_call_id: str | None = None
    """The call; a chunk without one belongs to the last."""

    tool_call_name: str | None = None
    """The name of the tool, when the call begins."""

    parent_message_id: str | None = None
    """The message that the call belongs to."""

    delta: str | None = None
    """Text to append to the arguments; whole they are JSON."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece of the call. Calls have ids, and no index."""
        if self.type == "TOOL_CALL_END":
            return ()
        return (ToolCallDelta.of(None, self.tool_call_id, self.tool_call_name, self.delta),)


@event(rename="camel")
class AGUIToolCallResultEvent(AGUIEvent):
    """What a tool gave."""

    type: Literal["TOOL_CALL_RESULT"]
    """Its type."""

    message_id: str | None = None
    """The message that holds the result."""

    tool_call_id: str | None = None
    """The call that it answers."""

    content: Any = None
    """The result, text or a list of parts."""

    role: str | None = None
    """Who speaks, "tool"."""


@event(rename="camel")
class AGUIReasoningEvent(AGUIEvent):
    """Reasoning begins, goes on or ends."""

    type: Literal[
        "REASONING_START",
        "REASONING_MESSAGE_START",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_END",
        "REASONING_MESSAGE_CHUNK",
        "REASONING_END",
        "REASONING_ENCRYPTED_VALUE",
        "THINKING_START",
        "THINKING_TEXT_MESSAGE_START",
        "THINKING_TEXT_MESSAGE_CONTENT",
        "THINKING_TEXT_MESSAGE_END",
        "THINKING_END",
    ]
    """Its type; the words with THINKING are those of older versions."""

    message_id: str | None = None
    """The message that the reasoning is."""

    role: str | None = None
    """Who speaks, "reasoning"."""

    delta: str | None = None
    """Text to append."""

    title: str | None = None
    """What the reasoning is about."""

    subtype: str | None = None
    """What a value that only the model can read belongs to."""

    entity_id: str | None = None
    """The message or call it belongs to."""

    encrypted_value: str | None = None
    """That value."""

    @property
    def reasoning(self) -> str:
        """The text to append."""
        return string(self.delta)


@event(rename="camel")
class AGUIStateSnapshotEvent(AGUIEvent):
    """The state of the agent, whole."""

    type: Literal["STATE_SNAPSHOT"]
    """Its type."""

    snapshot: Any
    """The state."""


@event(rename="camel")
class AGUIStateDeltaEvent(AGUIEvent):
    """What changes of the state of the agent."""

    type: Literal["STATE_DELTA"]
    """Its type."""

    delta: Any
    """The changes, a list of JSON Patch operations."""


@event(rename="camel")
class AGUIMessagesSnapshotEvent(AGUIEvent):
    """All messages of the conversation."""

    type: Literal["MESSAGES_SNAPSHOT"]
    """Its type."""

    messages: Any
    """The messages, a list."""


@event(rename="camel")
class AGUIActivityEvent(AGUIEvent):
    """Something else that the agent does and shows, whole or as changes."""

    type: Literal["ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA"]
    """Its type."""

    message_id: str
    """The message that shows it."""

    activity_type: str
    """What the agent does."""

    content: Any = None
    """All of it, an object."""

    patch: Any = None
    """The changes, a list of JSON Patch operations."""

    replace: bool | None = None
    """Whether a snapshot replaces an earlier one."""


@event(rename="camel")
class AGUISubagentEvent(AGUIEvent):
    """An agent below the first one begins, ends or fails. What only one of these has is in ``extra``."""

    type: Literal["SUBAGENT_STARTED", "SUBAGENT_FINISHED", "SUBAGENT_ERROR"]
    """Its type."""

    name: str | None = None
    """The agent, when it begins."""

    result: Any = None
    """What it gave, when it ends."""

    message: str | None = None
    """What went wrong, when it fails."""


@event(rename="camel")
class AGUIRawEvent(AGUIEvent):
    """An event of another system, as it is."""

    type: Literal["RAW"]
    """Its type."""

    event: Any
    """That event."""

    source: str | None = None
    """The system."""


@event(rename="camel")
class AGUICustomEvent(AGUIEvent):
    """An event of the application's own."""

    type: Literal["CUSTOM"]
    """Its type."""

    name: str
    """What it is."""

    value: Any = None
    """What it says."""


@event(rename="camel")
class AGUIUnknownEvent(AGUIEvent):
    """An event of a type that no class is known for; all of it is in ``extra``."""

    type: str
    """Its type."""


AGUIStreamEvent: TypeAlias = (
    AGUITextMessageEvent
    | AGUIToolCallEvent
    | AGUIReasoningEvent
    | AGUIToolCallResultEvent
    | AGUIStateSnapshotEvent
    | AGUIStateDeltaEvent
    | AGUIMessagesSnapshotEvent
    | AGUIActivityEvent
    | AGUIStepEvent
    | AGUIRunStartedEvent
    | AGUIRunFinishedEvent
    | AGUIRunErrorEvent
    | AGUISubagentEvent
    | AGUIRawEvent
    | AGUICustomEvent
    | AGUIUnknownEvent
)
"""Any event of an AG-UI stream."""
