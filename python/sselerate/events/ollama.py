"""Events of Ollama's own streams (``POST /api/chat``, ``POST /api/generate``), which are JSON lines.

Field meanings follow the Ollama API reference, and recorded streams. (Its ``/v1`` streams are those of
`chat`.) The last event has ``done`` and the counts; durations are in nanoseconds.
"""

from typing import Any

from .answers import StreamEvent, ToolCallDelta, Usage, number, reason, string
from .declare import Event, event

__all__ = [
    "OllamaChatResponse",
    "OllamaFunctionCall",
    "OllamaGenerateResponse",
    "OllamaMessage",
    "OllamaResponse",
    "OllamaToolCall",
    "OllamaUsage",
]


@event(light=True)
class OllamaFunctionCall(Event):
    """A called function."""

    name: str | None = None
    """Its name."""

    arguments: Any = None
    """Its arguments, an object."""

    index: int | None = None
    """Which call of the message, from 0, with newer servers."""


@event
class OllamaToolCall(Event):
    """A call of a tool that the client is to carry out, whole."""

    id: str | None = None
    """Identifies the call, with newer servers."""

    function: OllamaFunctionCall | None = None
    """The called function."""


@event
class OllamaMessage(Event):
    """What one event adds to the message."""

    role: str | None = None
    """Who speaks, "assistant"."""

    content: str | None = None
    """Text to append."""

    thinking: str | None = None
    """Text to append to the thinking."""

    tool_calls: tuple[OllamaToolCall, ...] | None = None
    """Calls of tools."""


@event
class OllamaUsage(Usage):
    """The counts of the last event. On the wire they lie among its other fields; `OllamaResponse.usage` makes
    this of them."""

    prompt_eval_count: int | None = None
    """Tokens of the prompt that were evaluated."""

    eval_count: int | None = None
    """Tokens generated."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt that were evaluated. Those that the server still had in memory may be
        missing."""
        return number(self.prompt_eval_count)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated, thinking included."""
        return number(self.eval_count)


@event
class OllamaResponse(StreamEvent):
    """Base of the events of both streams."""

    __dialect__ = "ollama"

    model: str
    """The model that answers."""

    created_at: str
    """When the event was created, RFC 3339 in nanoseconds."""

    done: bool
    """Whether this is the last event."""

    done_reason: str | None = None
    """Why generation ended: "stop", "length", "load" or "unload"."""

    total_duration: int | None = None
    """How long the request took, in nanoseconds."""

    load_duration: int | None = None
    """How long loading the model took, in nanoseconds."""

    prompt_eval_count: int | None = None
    """Tokens of the prompt that were evaluated."""

    prompt_eval_duration: int | None = None
    """How long that took, in nanoseconds."""

    eval_count: int | None = None
    """Tokens generated."""

    eval_duration: int | None = None
    """How long that took, in nanoseconds."""

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended; "stop" where an old server only says that it did."""
        if self.done is not True:
            return None
        return reason(self.done_reason) or "stop"

    @property
    def usage(self) -> OllamaUsage | None:
        """The counts of the last event."""
        if self.eval_count is None and self.prompt_eval_count is None:
            return None
        return OllamaUsage(prompt_eval_count=self.prompt_eval_count, eval_count=self.eval_count)

    @property
    def is_terminal(self) -> bool:
        """Whether this is the last event."""
        return self.done is True


@event
class OllamaChatResponse(OllamaResponse):
    """One event of a chat."""

    message: OllamaMessage | None = None
    """What it adds to the message."""

    __text__ = "message.content"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(getattr(self.message, "content", None))

    @property
    def reasoning(self) -> str:
        """The thinking to append."""
        return string(getattr(self.message, "thinking", None))

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The calls in the event, whole, their arguments as JSON."""
        calls = getattr(self.message, "tool_calls", None)
        if not isinstance(calls, tuple):
            return ()
        return tuple(
            [
                ToolCallDelta.of(call.function.index, call.id, call.function.name, call.function.arguments)
                for call in calls
                if isinstance(call, OllamaToolCall) and isinstance(call.function, OllamaFunctionCall)
            ]
        )


@event
class OllamaGenerateResponse(OllamaResponse):
    """One event of a completion."""

    response: str | None = None
    """Text to append."""

    thinking: str | None = None
    """Text to append to the thinking."""

    context: tuple[int, ...] | None = None
    """The conversation as tokens, in the last event, to be continued with."""

    __text__ = "response"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.response)

    @property
    def reasoning(self) -> str:
        """The thinking to append."""
        return string(self.thinking)
