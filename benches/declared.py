"""Event classes declared as a user would: the parts of two dialects that the workloads hold."""

from __future__ import annotations

from typing import Any, Literal

from sselerate.events import Event, event

# ---- Anthropic messages


@event
class MessageStart(Event):
    type: Literal["message_start"]
    message: dict[str, Any]


@event
class ContentBlockStart(Event):
    type: Literal["content_block_start"]
    index: int
    content_block: dict[str, Any]


@event
class TextDelta(Event):
    type: Literal["text_delta"]
    text: str


@event
class ContentBlockDelta(Event):
    type: Literal["content_block_delta"]
    index: int
    delta: TextDelta


@event
class ContentBlockStop(Event):
    type: Literal["content_block_stop"]
    index: int


@event
class MessageEnd(Event):
    stop_reason: str | None = None
    stop_sequence: str | None = None


@event
class MessageDelta(Event):
    type: Literal["message_delta"]
    delta: MessageEnd
    usage: dict[str, Any]


@event
class MessageStop(Event):
    type: Literal["message_stop"]


@event
class Ping(Event):
    type: Literal["ping"]


Message = (
    MessageStart
    | ContentBlockStart
    | ContentBlockDelta
    | ContentBlockStop
    | MessageDelta
    | MessageStop
    | Ping
)

# ---- OpenAI responses


@event
class ResponseCreated(Event):
    type: Literal["response.created"]
    response: dict[str, Any]
    sequence_number: int


@event
class OutputTextDelta(Event):
    type: Literal["response.output_text.delta"]
    item_id: str
    output_index: int
    content_index: int
    delta: str
    logprobs: tuple[Any, ...]
    sequence_number: int
    obfuscation: str | None = None


@event
class OutputTextDone(Event):
    type: Literal["response.output_text.done"]
    item_id: str
    output_index: int
    content_index: int
    text: str
    logprobs: tuple[Any, ...]
    sequence_number: int


@event
class ResponseCompleted(Event):
    type: Literal["response.completed"]
    response: dict[str, Any]
    sequence_number: int


Response = ResponseCreated | OutputTextDelta | OutputTextDone | ResponseCompleted
