"""Type-level promises: mypy and pyright check this file, and test_typing.py runs it too.

Nothing here may need a `type: ignore` but the lines that are wrong on purpose: with warn_unused_ignores
those prove that a type checker objects.
"""

from __future__ import annotations

import array
import asyncio
import dataclasses
import io
import mmap
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal

import sselerate
from sselerate import (
    ChatCompletionChunk,
    Comment,
    CompletionStreamChoice,
    CompletionStreamEvent,
    CompletionUsage,
    ContentBlockDeltaEvent,
    Decoder,
    ErrorEvent,
    Event,
    GenerateContentResponse,
    GenericEvent,
    Parser,
    ServerSentEvent,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    aiter_events,
    collect,
    decode,
    event,
    iter_events,
    text,
)
from sselerate.adapters import httpx as adapter
from sselerate.adapters import stream as adapters_stream

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, _: Any) -> Any:
        return value


BODY = (
    b'data: {"id":"a","object":"text_completion","created":1,"model":"m",'
    b'"choices":[{"text":"Hi","index":0,"finish_reason":"stop"}]}\n\n'
)


@event
class Part(Event):
    kind: Literal["text"]
    text: str
    size: int = 0


@event(rename="camel")
class Message(Event):
    stop_reason: str | None
    parts: tuple[Part, ...] = ()
    metadata: dict[str, Any] | None = None


def declared_classes() -> None:
    part = Part(kind="text", text="a")
    assert_type(part.text, str)
    assert_type(part.kind, Literal["text"])
    assert_type(part.extra, dict[str, Any] | None)
    assert_type(part.to_dict(), dict[str, Any])
    assert_type(part.to_json(), str)
    message = Message(stop_reason=None, parts=(part,))
    assert_type(message.parts, tuple[Part, ...])
    assert_type(message.metadata, dict[str, Any] | None)
    assert_type(dataclasses.replace(part, text="b"), Part)
    match part:
        case Part(text=text, size=size):
            assert_type(text, str)
            assert_type(size, int)


def wrong_on_purpose() -> None:
    if TYPE_CHECKING:
        Part(kind="text")  # type: ignore[call-arg]
        Part("text", "a")  # type: ignore[call-arg, arg-type]
        Part(kind="image", text="a")  # type: ignore[arg-type]
        part = Part(kind="text", text="a")
        part.text = "b"  # type: ignore[misc]
        part.x_groq  # type: ignore[attr-defined]  # noqa: B018
        Decoder(CompletionStreamEvent, on_error="ignore")  # type: ignore[call-overload]
        decode(BODY, CompletionStreamEvent, strct=True)  # type: ignore[call-overload]
        text(BODY, CompletionStreamEvent, strct=True)  # type: ignore[call-arg]
        decode("text")  # type: ignore[call-overload]
        Parser(errors="ignore")  # type: ignore[arg-type]


def completion_fields() -> None:
    (completion,) = decode(BODY, CompletionStreamEvent)
    assert_type(completion, CompletionStreamEvent)
    assert_type(completion.id, str)
    assert_type(completion.created, int)
    assert_type(completion.choices, tuple[CompletionStreamChoice, ...])
    assert_type(completion.choices[0].text, str)
    assert_type(completion.choices[0].index, int)
    assert_type(completion.system_fingerprint, str | None)
    assert_type(completion.obfuscation, str | None)


def whole_streams() -> None:
    assert_type(decode(BODY, CompletionStreamEvent), list[CompletionStreamEvent])
    assert_type(decode(BODY), list[StreamEvent])
    assert_type(
        decode(BODY, CompletionStreamEvent, on_error="yield"), list[CompletionStreamEvent | ErrorEvent]
    )
    for completion in iter_events([BODY], CompletionStreamEvent):
        assert_type(completion, CompletionStreamEvent)
    for anything in iter_events(io.BytesIO(BODY), strict=True, surrogates="replace"):
        assert_type(anything, StreamEvent)
        match anything:
            case CompletionStreamEvent(choices=choices):
                assert_type(choices, tuple[CompletionStreamChoice, ...])
            case ChatCompletionChunk() | GenericEvent() | ErrorEvent():
                pass
    for one in iter_events(BODY, CompletionStreamEvent, on_error="yield"):
        assert_type(one, CompletionStreamEvent | ErrorEvent)
    stream = iter_events([BODY], CompletionStreamEvent, on_error="skip", multi=True, max_event_bytes=1000)
    assert_type(stream.done, bool)
    stream.close()


async def whole_async_streams() -> None:
    async def source() -> AsyncIterator[bytes]:
        yield BODY

    async for completion in aiter_events(source(), CompletionStreamEvent):
        assert_type(completion, CompletionStreamEvent)
    async for anything in aiter_events(source()):
        assert_type(anything, StreamEvent)


def adapters() -> None:
    if TYPE_CHECKING:
        response: Any = None
        for one in adapter.events(response, ChatCompletionChunk, strict=True):
            assert_type(one, ChatCompletionChunk)
        assert_type(adapter.events(response), adapters_stream.EventStream[StreamEvent])
        with adapter.stream(response, "GET", "", target=ChatCompletionChunk, json={}) as events:
            assert_type(events, adapters_stream.EventStream[ChatCompletionChunk])
            assert_type(next(events), ChatCompletionChunk)
            assert_type(events.decoder, Decoder[ChatCompletionChunk])
        with adapter.stream(response, "GET", "", options={"strict": True}) as anything:
            assert_type(next(anything), StreamEvent)
        with adapter.stream(
            response, "GET", "", target=ChatCompletionChunk, options={"on_error": "yield"}
        ) as more:
            assert_type(next(more), ChatCompletionChunk | ErrorEvent)
        with adapter.sse(response, "GET", "") as plain:
            assert_type(next(plain), ServerSentEvent)


async def async_adapters() -> None:
    if TYPE_CHECKING:
        response: Any = None
        async for one in await adapter.aevents(response, ChatCompletionChunk, on_error="yield"):
            assert_type(one, ChatCompletionChunk | ErrorEvent)
        async with adapter.astream(response, "GET", "", target=ChatCompletionChunk) as events:
            assert_type(await anext(events), ChatCompletionChunk)
        async with adapter.asse(response, "GET", "") as plain:
            assert_type(await anext(plain), ServerSentEvent)


def other_bytes() -> None:
    body = array.array("B", BODY)
    assert_type(decode(body, CompletionStreamEvent), list[CompletionStreamEvent])
    assert_type(Decoder(CompletionStreamEvent).feed(body), list[CompletionStreamEvent])
    assert_type(text(body, on_error="yield", strict=True), str)
    assert_type(Parser().feed(body), list[ServerSentEvent | Comment])
    if TYPE_CHECKING:
        mapped = mmap.mmap(0, 1)
        assert_type(decode(mapped), list[StreamEvent])
        assert_type(collect(mapped, GenerateContentResponse), GenerateContentResponse | None)


def answers() -> None:
    for anything in decode(BODY):
        assert_type(anything.text, str)
        assert_type(anything.reasoning, str)
        assert_type(anything.tool_calls, tuple[ToolCallDelta, ...])
        assert_type(anything.finish_reason, str | None)
        assert_type(anything.usage, Usage | None)
        assert_type(anything.is_terminal, bool)
        if anything.usage is not None:
            assert_type(anything.usage.input_tokens, int | None)
        match anything:
            case ContentBlockDeltaEvent(delta=TextDelta(text=text)):  # imported when it is named
                assert_type(text, str)
            case ChatCompletionChunk(usage=usage):
                assert_type(usage, CompletionUsage | None)
    assert_type(Decoder().dialect, str | None)


def step_by_step() -> None:
    decoder = Decoder(CompletionStreamEvent)
    if TYPE_CHECKING:  # at run time the compiled class need not be subscriptable
        assert_type(decoder, Decoder[CompletionStreamEvent])
    assert_type(decoder.feed(BODY), list[CompletionStreamEvent])
    assert_type(decoder.feed(memoryview(BODY)), list[CompletionStreamEvent])
    assert_type(decoder.close(), list[CompletionStreamEvent])
    assert_type(decoder.done, bool)
    assert_type(decoder.last_event_id, str)
    assert_type(Decoder().feed(BODY), list[StreamEvent])
    parser = Parser()
    for item in parser.feed(BODY):
        if isinstance(item, ServerSentEvent):
            assert_type(item.data, str)
            assert_type(item.retry, int | None)
    assert_type(parser.pending, int)
    assert_type(parser.retry, int | None)


def errors() -> None:
    try:
        decode(b"data: {\n\n")
    except sselerate.DecodeError as error:
        assert_type(error.offset, int | None)
        assert_type(error.event_index, int | None)
        assert_type(error.events, list[Any])
        assert_type(error.path, str | None)
    except sselerate.SSEError:
        pass
    assert_type(sselerate.BACKEND, Literal["rust", "python"])


def main() -> None:
    for check in (
        declared_classes, wrong_on_purpose, completion_fields, whole_streams, other_bytes, step_by_step,
        errors,
    ):  # fmt: skip
        check()
    asyncio.run(whole_async_streams())
