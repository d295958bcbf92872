"""Event classes that only the tests know, and the names under which the corpus calls its targets."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from sselerate.events import (
    AssistantStreamEvent,
    ChatCompletionChunk,
    CompletionStreamEvent,
    Event,
    FlatResponseStreamEvent,
    GenericEvent,
    JSONRPCMessage,
    MessageStreamEvent,
    ResponseStreamEvent,
    WriterCompletionEvent,
    event,
)


@event
class TextPart(Event):
    kind: Literal["text"]
    text: str


@event
class ImagePart(Event):
    kind: Literal["image"]
    url: str
    detail: Literal["low", "high"] | None = None


@event
class Inner(Event):
    first: int
    second: tuple[int, ...]
    third: int | None = None


@event
class Sample(Event):
    """Every kind of annotation once."""

    name: str
    outer: Inner
    wire_name: str | None = dataclasses.field(default=None, metadata={"wire": "wireName"})
    parts: tuple[TextPart | ImagePart, ...] = ()
    by_key: dict[str, Inner] | None = None
    ratio: float = 0.0
    flag: bool = False
    anything: Any = None
    nested: tuple[tuple[int, ...], ...] | None = None
    plain: dict[str, Any] | None = None
    next: Sample | None = None


@event(rename="camel")
class Camel(Event):
    finish_reason: str | None
    token_count: int = 0


@event
class Job(Event):
    """Declares a wire field `error`, which then is no error of the server."""

    id: str | None = None
    error: Any = None


TARGETS: dict[str, Any] = {
    "auto": None,
    "completion": CompletionStreamEvent,
    "chat": ChatCompletionChunk,
    "sample": Sample,
    "part": TextPart | ImagePart,
    "camel": Camel,
    "job": Job,
    "generic": GenericEvent,
    "responses": ResponseStreamEvent,
    "messages": MessageStreamEvent,
    "assistants": AssistantStreamEvent,
    "mcp": JSONRPCMessage,
    "flat": FlatResponseStreamEvent,
    "writer": WriterCompletionEvent,
}
