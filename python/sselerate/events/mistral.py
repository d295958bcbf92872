"""Events of a Mistral conversation stream (``POST /v1/conversations``).

Field meanings follow the Mistral API reference, "Conversations", and the types of Mistral's SDK. (Mistral's
chat completions are those of `chat`.) Every event says in ``type`` what it is.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, number, string
from .declare import Event, event

__all__ = [
    "MistralAgentHandoffEvent",
    "MistralContentChunk",
    "MistralConversationEvent",
    "MistralConversationStreamEvent",
    "MistralConversationUsage",
    "MistralFunctionCallEvent",
    "MistralMessageOutputEvent",
    "MistralResponseDoneEvent",
    "MistralResponseErrorEvent",
    "MistralResponseStartedEvent",
    "MistralThinkingPart",
    "MistralToolExecutionEvent",
]


@event
class MistralConversationUsage(Usage):
    """How many tokens a conversation has used."""

    prompt_tokens: int | None = None
    """Tokens of the prompt."""

    completion_tokens: int | None = None
    """Tokens generated."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

    prompt_audio_seconds: int | float | None = None
    """How long the sound in the prompt was, in seconds."""

    connector_tokens: int | None = None
    """Tokens of what the built-in tools gave."""

    connectors: Any = None
    """How often each built-in tool was used, by name."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the prompt."""
        return number(self.prompt_tokens)

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated."""
        return number(self.completion_tokens)


@event
class MistralThinkingPart(Event):
    """A part of the thinking. Which of the fields are there depends on ``type``."""

    type: str
    """What kind it is, as a rule "text"."""

    text: str | None = None
    """Its text."""


@event
class MistralContentChunk(Event):
    """A part of the output. Which of the fields are there depends on ``type``."""

    type: str
    """What kind it is: "text", "thinking", "tool_reference", "tool_file", "image_url", "document_url"."""

    text: str | None = None
    """Its text."""

    thinking: tuple[MistralThinkingPart, ...] | None = None
    """The parts of the thinking."""

    tool: str | None = None
    """The built-in tool that a reference or a file is of."""

    title: str | None = None
    """The title of a page that is referred to."""

    url: str | None = None
    """The address of a page that is referred to."""

    file_id: str | None = None
    """A file that a tool has made."""


@event
class MistralConversationEvent(StreamEvent):
    """Base of the events of a conversation stream."""

    __dialect__ = "mistral-conversations"

    created_at: str | None = None
    """When the event was created, RFC 3339."""

    output_index: int | None = None
    """Which item of the output it is about, from 0."""


@event
class MistralResponseStartedEvent(MistralConversationEvent):
    """The first event."""

    type: Literal["conversation.response.started"]
    """Its type."""

    conversation_id: str
    """Identifies the conversation, to be continued with."""


@event
class MistralResponseDoneEvent(MistralConversationEvent):
    """The last event."""

    type: Literal["conversation.response.done"]
    """Its type."""

    usage: MistralConversationUsage | None = None
    """The tokens used."""

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class MistralResponseErrorEvent(MistralConversationEvent):
    """The last event: something went wrong."""

    type: Literal["conversation.response.error"]
    """Its type."""

    message: str
    """What, in words."""

    code: int | None = None
    """What, as a number."""

    @property
    def finish_reason(self) -> str | None:
        """ "error"."""
        return "error"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class MistralMessageOutputEvent(MistralConversationEvent):
    """The next piece of the output."""

    type: Literal["message.output.delta"]
    """Its type."""

    id: str | None = None
    """Identifies the message."""

    content: str | MistralContentChunk
    """Text to append, or a part of another kind."""

    content_index: int | None = None
    """Which part of the message it is, from 0."""

    role: str | None = None
    """Who speaks, "assistant"."""

    model: str | None = None
    """The model that answers."""

    agent_id: str | None = None
    """The agent that answers."""

    @property
    def text(self) -> str:
        """The text to append."""
        content = self.content
        if isinstance(content, MistralContentChunk):
            return string(content.text) if content.type == "text" else ""
        return string(content)

    @property
    def reasoning(self) -> str:
        """The thinking to append."""
        content = self.content
        if not isinstance(content, MistralContentChunk) or not isinstance(content.thinking, tuple):
            return ""
        return "".join([string(getattr(part, "text", None)) for part in content.thinking])


@event(light=True)
class MistralFunctionCallEvent(MistralConversationEvent):
    """The next piece of a call that the client is to carry out."""

    type: Literal["function.call.delta"]
    """Its type."""

    id: str | None = None
    """Identifies the item of the output."""

    tool_call_id: str | None = None
    """Identifies the call; its result must name it."""

    name: str | None = None
    """The name of the function."""

    arguments: str | dict[str, Any] | None = None
    """Text to append to the arguments, which are JSON once whole; or the whole as an object."""

    model: str | None = None
    """The model that calls."""

    agent_id: str | None = None
    """The agent that calls."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece of the call."""
        return (ToolCallDelta.of(self.output_index, self.tool_call_id, self.name, self.arguments),)


@event
class MistralToolExecutionEvent(MistralConversationEvent):
    """A built-in tool begins, gets a piece of its arguments, or has ended."""

    type: Literal["tool.execution.started", "tool.execution.delta", "tool.execution.done"]
    """Its type."""

    id: str | None = None
    """Identifies the call."""

    name: str | None = None
    """The tool, e.g. "web_search"."""

    arguments: str | None = None
    """The arguments, or text to append to them."""

    info: Any = None
    """What the tool says about its result, an object."""


@event
class MistralAgentHandoffEvent(MistralConversationEvent):
    """One agent hands over to another."""

    type: Literal["agent.handoff.started", "agent.handoff.done"]
    """Its type."""

    id: str | None = None
    """Identifies the handoff."""

    previous_agent_id: str | None = None
    """The agent that hands over, when the handoff begins."""

    previous_agent_name: str | None = None
    """Its name."""

    next_agent_id: str | None = None
    """The agent that takes over, when the handoff ends."""

    next_agent_name: str | None = None
    """Its name."""


MistralConversationStreamEvent: TypeAlias = (
    MistralMessageOutputEvent
    | MistralFunctionCallEvent
    | MistralToolExecutionEvent
    | MistralAgentHandoffEvent
    | MistralResponseStartedEvent
    | MistralResponseDoneEvent
    | MistralResponseErrorEvent
)
"""Any event of a conversation stream."""
