"""For any text, any way to cut it into deltas, and any JSON in any place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sselerate import decode
from sselerate.accumulate import Accumulator
from sselerate.events import (
    ChatCompletionChunk,
    CompletionStreamEvent,
    GenerateContentResponse,
    MessageStreamEvent,
    ResponseStreamEvent,
)
from sselerate.events.bedrock import ConverseStreamEvent
from sselerate.events.cohere import CohereStreamEvent
from sselerate.events.ollama import OllamaChatResponse
from tests.accumulate.streams import body, chunk, tool

TEXT = st.text(st.characters() | st.sampled_from("\ud83d\ude00😀"), max_size=20)


def message(*deltas: Any) -> list[Any]:
    start = {"type": "content_block_start", "index": 0}
    tool_use = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    of_kind = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": ""}}
    kind = deltas[0]["type"].removesuffix("_delta") if deltas else "text"
    return [
        {**start, "content_block": of_kind.get(kind, tool_use)},
        *[{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas],
    ]


def response(kind: str, **keys: Any) -> Callable[[str], Any]:
    return lambda piece: {"type": kind, "output_index": 0, "item_id": "i", **keys, "delta": piece}


def gemini(**keys: Any) -> Callable[[str], Any]:
    return lambda piece: {"candidates": [{"content": {"parts": [{"text": piece, **keys}]}}]}


def cohere(kind: str, **keys: Any) -> Any:
    return {"type": kind, "index": 0, "delta": {"message": keys}}


def arguments_of(message: Any) -> str:
    text: str = message.choices[0].message.tool_calls[0].function.arguments
    return text


PLACES: dict[str, tuple[Any, Callable[[list[str]], list[Any]], Callable[[Any], Any]]] = {
    "completion text": (
        CompletionStreamEvent,
        lambda pieces: [
            {"object": "text_completion", "choices": [{"index": 0, "text": piece}]} for piece in pieces
        ],
        lambda m: m.choices[0].text,
    ),
    **{
        f"chat {key}": (
            ChatCompletionChunk,
            lambda pieces, key=key: [chunk({key: piece}) for piece in pieces],
            lambda m, key=key: getattr(m.choices[0].message, key),
        )
        for key in ("content", "refusal", "reasoning", "reasoning_content", "anything")
    },
    "chat arguments": (
        ChatCompletionChunk,
        lambda pieces: [tool(None, name="f", id="c"), *map(tool, pieces)],
        arguments_of,
    ),
    "message text": (
        MessageStreamEvent,
        lambda pieces: message(*[{"type": "text_delta", "text": piece} for piece in pieces]),
        lambda m: m.content[0].text,
    ),
    "message thinking": (
        MessageStreamEvent,
        lambda pieces: message(*[{"type": "thinking_delta", "thinking": piece} for piece in pieces]),
        lambda m: m.content[0].thinking,
    ),
    "response text": (
        ResponseStreamEvent,
        lambda pieces: list(map(response("response.output_text.delta", content_index=0), pieces)),
        lambda m: m.output[0].content[0].text,
    ),
    "response refusal": (
        ResponseStreamEvent,
        lambda pieces: list(map(response("response.refusal.delta", content_index=0), pieces)),
        lambda m: m.output[0].content[0].refusal,
    ),
    "response arguments": (
        ResponseStreamEvent,
        lambda pieces: list(map(response("response.function_call_arguments.delta"), pieces)),
        lambda m: m.output[0].arguments,
    ),
    "gemini text": (
        GenerateContentResponse,
        lambda pieces: list(map(gemini(), pieces)),
        lambda m: m.candidates[0].content.parts[0].text,
    ),
    "gemini thoughts": (
        GenerateContentResponse,
        lambda pieces: list(map(gemini(thought=True), pieces)),
        lambda m: m.candidates[0].content.parts[0].text,
    ),
    "cohere text": (
        CohereStreamEvent,
        lambda pieces: [cohere("content-delta", content={"text": piece}) for piece in pieces],
        lambda m: m.message.content[0].text,
    ),
    "converse text": (
        ConverseStreamEvent,
        lambda pieces: [{"contentBlockDelta": {"delta": {"text": piece}}} for piece in pieces],
        lambda m: "".join(block["text"] for block in m.output.message.content),
    ),
    "ollama text": (
        OllamaChatResponse,
        lambda pieces: [{"done": False, "message": {"content": piece}} for piece in pieces],
        lambda m: m.message.content,
    ),
}


def joined(text: str) -> str:
    """The text with the halves of surrogate pairs that meet as characters."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=40)
@given(text=TEXT, cuts=st.lists(st.integers(0, 20), max_size=5))
def test_any_split_of_the_text(place: str, text: str, cuts: list[int]) -> None:
    """...gives the same message, and that has the text."""
    target, make, look = PLACES[place]
    cuts = sorted({min(cut, len(text)) for cut in cuts})
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    accumulator: Accumulator[Any] = Accumulator(target)
    for event in decode(body(*make(pieces)), target):
        accumulator.push(event)
    assert (look(accumulator.final()) or "") == joined(text)
    assert accumulator.others == ()


ARGUMENTS = st.dictionaries(TEXT, st.integers() | TEXT | st.lists(TEXT, max_size=2), max_size=3)


@settings(max_examples=60)
@given(value=ARGUMENTS, size=st.integers(1, 9), partial_json=st.booleans())
def test_any_split_of_arguments(value: Any, size: int, partial_json: bool) -> None:
    text = json.dumps(value)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    for target, payloads in (
        (MessageStreamEvent, message(*deltas)),
        (ChatCompletionChunk, [tool("", name="f", id="c"), *map(tool, pieces)]),
        (ResponseStreamEvent, list(map(response("response.function_call_arguments.delta"), pieces))),
    ):
        accumulator: Accumulator[Any] = Accumulator(target, partial_json=partial_json)
        for event in decode(body(*payloads), target):
            accumulator.push(event)
            accumulator.snapshot()
        (call,) = accumulator.tool_calls
        assert call.arguments == text
        assert call.input == json.loads(text)


NAMES = """
    id object created model choices index delta text message content role tool_calls function name
    arguments function_call reasoning reasoning_details refusal logprobs token_logprobs tokens
    finish_reason usage type content_block thinking signature partial_json citation input stop_reason
    response output item item_id output_index content_index summary_index part annotation
    annotation_index status command command_index code candidates parts functionCall args partialArgs
    jsonPath stringValue willContinue citationMetadata finishReason usageMetadata promptFeedback
    tool_plan citations done thoughts x_groq token_ids contentBlockDelta contentBlockStart messageStop
    metadata start toolUse reasoningContent redactedContent citation contentBlockIndex
"""
KEYS = st.sampled_from(NAMES.split())
SCALARS = [None, True, 0, 1, -1, 2**70, 0.5, float("inf"), "", "a", "\ud83d", "{", '{"a": 1}', "$.a[9]"]
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
TARGETS: list[Any] = [
    ChatCompletionChunk,
    CompletionStreamEvent,
    MessageStreamEvent,
    ResponseStreamEvent,
    GenerateContentResponse,
    CohereStreamEvent,
    OllamaChatResponse,
    ConverseStreamEvent,
]


def types_of(target: Any) -> list[str]:
    """The values of ``type`` that the classes of a union go by."""
    from sselerate.events.declare import shape_of

    return [*shape_of(target).tags, "unknown.delta"]


@pytest.mark.parametrize("target", TARGETS, ids=range(8))
@settings(max_examples=60)
@given(data=st.data())
def test_hostile_events_never_raise(target: Any, data: st.DataObject) -> None:
    """Any JSON in any place: whatever a lenient decoder lets through is accumulated or set aside."""
    types = types_of(target)
    payloads = data.draw(st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=6))
    for payload in payloads:
        if len(types) > 1:
            payload["type"] = data.draw(st.sampled_from(types))
    accumulator: Accumulator[Any] = Accumulator(target, partial_json=True)
    for event in decode(body(*payloads), target, on_error="yield"):
        accumulator.push(event)
        look_at(accumulator)
    accumulator.final()


@pytest.mark.parametrize("target", TARGETS, ids=range(8))
@settings(max_examples=60)
@given(data=st.data())
def test_streams_with_one_odd_value_never_raise(target: Any, data: st.DataObject) -> None:
    """A value at any place of a good stream replaced by any other."""
    good = [payload for of, make, _ in PLACES.values() if of is target for payload in make(["a", "b"])]
    payloads = json.loads(json.dumps(good))
    places = list(within(payloads))
    inside, key = data.draw(st.sampled_from(places))
    inside[key] = data.draw(VALUES)
    accumulator: Accumulator[Any] = Accumulator(target)
    for event in decode(body(*payloads), target, on_error="yield"):
        accumulator.push(event)
    look_at(accumulator)


def within(value: Any) -> Any:
    """All (container, key) of a JSON value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from within(inner)


def look_at(accumulator: Accumulator[Any]) -> None:
    """Asks everything that can be asked."""
    message = accumulator.snapshot()
    if message is not None:
        json.dumps(message.to_dict())
    assert isinstance(accumulator.text, str)
    assert isinstance(accumulator.reasoning, str)
    for call in accumulator.tool_calls:
        assert isinstance(call.arguments, str)
    assert accumulator.finish_reason is None or isinstance(accumulator.finish_reason, str)
    assert accumulator.complete in (True, False)
    _ = accumulator.usage, accumulator.errors, accumulator.others
