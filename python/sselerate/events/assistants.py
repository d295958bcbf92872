"""Events of an Assistants stream (``POST /v1/threads/runs`` with ``stream``).

Field meanings follow the OpenAI API reference, "Assistants streaming". What happened stands only in the
``event:`` line of the block ("thread.run.created"); the data is the bare object, whose ``object`` says what
it is. So the classes are those of the objects, and the line is their field ``event``. The stream ends with
``event: done`` and ``[DONE]``.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, reason, string
from .declare import Event, event
from .usage import CompletionUsage

__all__ = [
    "AssistantContentDelta",
    "AssistantEvent",
    "AssistantFunctionDelta",
    "AssistantMessage",
    "AssistantMessageDelta",
    "AssistantMessageDeltaEvent",
    "AssistantRun",
    "AssistantRunStep",
    "AssistantRunStepDelta",
    "AssistantRunStepDeltaEvent",
    "AssistantStepDetailsDelta",
    "AssistantStreamEvent",
    "AssistantTextDelta",
    "AssistantThread",
    "AssistantToolCallDelta",
    "AssistantUnknownEvent",
]


@event
class AssistantEvent(StreamEvent):
    """Base of the events of an Assistants stream."""

    __dialect__ = "openai-assistants"

    event: str | None = dataclasses.field(default=None, metadata={"sse": "event"})
    """What happened, from the ``event:`` line: "thread.run.created", "thread.message.delta", ..."""

    id: str
    """Identifies the object."""


@event
class AssistantThread(AssistantEvent):
    """A thread was created."""

    object: Literal["thread"]
    """The type of the object."""

    created_at: int | None = None
    """When it was created, in seconds since the Unix epoch."""

    metadata: Any = None
    """The keys and values attached to it."""


@event
class AssistantRun(AssistantEvent):
    """A run has got further. What repeats the request is in ``extra``."""

    object: Literal["thread.run"]
    """The type of the object."""

    created_at: int | None = None
    """When it was created, in seconds since the Unix epoch."""

    thread_id: str | None = None
    """The thread it is in."""

    assistant_id: str | None = None
    """The assistant that answers."""

    model: str | None = None
    """The model that answers."""

    status: str | None = None
    """How far it is: "queued", "in_progress", "requires_action", "completed", "incomplete", "failed",
    "cancelling", "cancelled" or "expired"."""

    required_action: Any = None
    """What the client is to do, as a rule to carry out calls of tools."""

    last_error: Any = None
    """What went wrong, an object with ``code`` and ``message``."""

    incomplete_details: Any = None
    """Why it is incomplete, an object with ``reason``."""

    usage: CompletionUsage | None = None
    """The tokens used, once it has ended."""

    @property
    def finish_reason(self) -> str | None:
        """The status of a run that has ended, or that waits for the client."""
        ended = ("requires_action", "completed", "incomplete", "failed", "cancelled", "expired")
        return reason(self.status) if self.status in ended else None

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended, or waits for the client."""
        return self.finish_reason is not None


@event
class AssistantRunStep(AssistantEvent):
    """A step of a run has got further."""

    object: Literal["thread.run.step"]
    """The type of the object."""

    created_at: int | None = None
    """When it was created, in seconds since the Unix epoch."""

    run_id: str | None = None
    """The run it is in."""

    thread_id: str | None = None
    """The thread it is in."""

    type: str | None = None
    """What it does: "message_creation" or "tool_calls"."""

    status: str | None = None
    """How far it is: "in_progress", "cancelled", "failed", "completed" or "expired"."""

    step_details: Any = None
    """The message, or the calls of tools."""

    last_error: Any = None
    """What went wrong, an object with ``code`` and ``message``."""

    usage: CompletionUsage | None = None
    """The tokens that the step used, once it has ended."""


@event
class AssistantFunctionDelta(Event):
    """The next piece of a call of a function."""

    name: str | None = None
    """Its name, in the first piece."""

    arguments: str | None = None
    """Text to append to the arguments; whole they are JSON."""

    output: str | None = None
    """What the client gave as its result."""


@event
class AssistantToolCallDelta(Event):
    """The next piece of a call of a tool. What built-in tools have is in ``extra``."""

    index: int
    """Which call of the step, from 0."""

    id: str | None = None
    """Identifies the call, in the first piece."""

    type: str | None = None
    """The kind of tool: "function", "code_interpreter" or "file_search"."""

    function: AssistantFunctionDelta | None = None
    """The called function and a piece of its arguments."""


@event
class AssistantStepDetailsDelta(Event):
    """What is added to what a step does."""

    type: str | None = None
    """What it does: "message_creation" or "tool_calls"."""

    tool_calls: tuple[AssistantToolCallDelta, ...] | None = None
    """Pieces of calls of tools."""


@event
class AssistantRunStepDelta(Event):
    """What is added to a step."""

    step_details: AssistantStepDetailsDelta | None = None
    """What is added to what it does."""


@event
class AssistantRunStepDeltaEvent(AssistantEvent):
    """Something is added to a step of a run."""

    object: Literal["thread.run.step.delta"]
    """The type of the object."""

    delta: AssistantRunStepDelta
    """What is added."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """Pieces of calls that the client is to carry out."""
        details = getattr(self.delta, "step_details", None)
        calls = getattr(details, "tool_calls", None)
        found = []
        for call in calls if isinstance(calls, tuple) else ():
            if isinstance(call, AssistantToolCallDelta) and isinstance(call.function, AssistantFunctionDelta):
                name, text = call.function.name, call.function.arguments
                found.append(ToolCallDelta.of(call.index, call.id, name, text))
        return tuple(found)


@event
class AssistantMessage(AssistantEvent):
    """A message has got further."""

    object: Literal["thread.message"]
    """The type of the object."""

    created_at: int | None = None
    """When it was created, in seconds since the Unix epoch."""

    thread_id: str | None = None
    """The thread it is in."""

    run_id: str | None = None
    """The run that makes it."""

    status: str | None = None
    """How far it is: "in_progress", "incomplete" or "completed"."""

    role: str | None = None
    """Who speaks, "assistant"."""

    content: Any = None
    """Its parts, a list; whole once it is completed."""

    incomplete_details: Any = None
    """Why it is incomplete, an object with ``reason``."""


@event
class AssistantTextDelta(Event):
    """The next piece of text. Annotations are in ``extra``."""

    value: str | None = None
    """The text to append."""


@event
class AssistantContentDelta(Event):
    """The next piece of a part of a message. What images and refusals have is in ``extra``."""

    index: int
    """Which part of the message, from 0."""

    type: str | None = None
    """What kind it is: "text", "image_file", "image_url" or "refusal"."""

    text: AssistantTextDelta | None = None
    """The text to append."""


@event
class AssistantMessageDelta(Event):
    """What is added to a message."""

    role: str | None = None
    """Who speaks, "assistant"."""

    content: tuple[AssistantContentDelta, ...] | None = None
    """Pieces of its parts."""


@event
class AssistantMessageDeltaEvent(AssistantEvent):
    """Something is added to a message."""

    object: Literal["thread.message.delta"]
    """The type of the object."""

    delta: AssistantMessageDelta
    """What is added."""

    @property
    def text(self) -> str:
        """The text to append."""
        parts = getattr(self.delta, "content", None)
        texts = [getattr(part, "text", None) for part in parts] if isinstance(parts, tuple) else []
        return "".join([string(getattr(text, "value", None)) for text in texts])


@event
class AssistantUnknownEvent(AssistantEvent):
    """An object that no class is known for; all of it is in ``extra``."""

    object: str
    """The type of the object."""


AssistantStreamEvent: TypeAlias = (
    AssistantMessageDeltaEvent
    | AssistantRunStepDeltaEvent
    | AssistantMessage
    | AssistantRun
    | AssistantRunStep
    | AssistantThread
    | AssistantUnknownEvent
)
"""Any event of an Assistants stream."""
