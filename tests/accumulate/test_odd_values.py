"""Values that no server should send: the accumulators take what they can, and never raise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sselerate import decode
from sselerate.accumulate import Accumulator
from sselerate.events import (
    ChatCompletionChunk,
    GenerateContentResponse,
    MessageStreamEvent,
    ResponseStreamEvent,
    StreamEvent,
    ToolCallDelta,
    event,
)
from sselerate.events.cohere import CohereStreamEvent
from sselerate.events.ollama import OllamaChatResponse
from tests.accumulate.streams import accumulate, body, chunk, tool
from tests.backends import Backend


def asked(accumulator: Accumulator[Any]) -> Any:
    """The message as JSON, after everything was asked for."""
    _ = accumulator.text, accumulator.reasoning, accumulator.usage, accumulator.complete
    _ = [call.to_json() for call in accumulator.tool_calls]
    message = accumulator.final()
    repr(message)
    return json.loads(message.to_json())


@pytest.mark.parametrize("kind", [["x"], {"a": 1}, 5, None])
def test_the_type_of_a_part_may_be_anything(backend: Backend, kind: Any) -> None:
    parts = [{"type": kind, "text": "q"}, {"type": "text", "text": "a"}]
    accumulator = accumulate(backend, ChatCompletionChunk, *[chunk({"content": [part]}) for part in parts])
    assert accumulator.text == "a"
    content = asked(accumulator)["choices"][0]["message"]["content"]
    assert content == parts


@pytest.mark.parametrize("kind", ["message", "reasoning"])
@pytest.mark.parametrize("content", [5, "x", {"a": 1}, [5]])
def test_the_content_of_an_item_may_be_anything(backend: Backend, kind: str, content: Any) -> None:
    item = {"type": kind, "id": "m", "content": content, "summary": content}
    payload = {"type": "response.output_item.done", "output_index": 0, "item": item}
    accumulator = accumulate(backend, ResponseStreamEvent, payload)
    assert (accumulator.text, accumulator.reasoning) == ("", "")
    assert asked(accumulator)["output"] == [item]


def test_the_fields_of_a_users_class_may_hold_anything(backend: Backend) -> None:
    @event
    class Own(StreamEvent):
        kind: str
        text: str
        tool_calls: Any = None
        finish_reason: str | None = None
        usage: Any = None

    odd = {"kind": "x", "text": 5, "tool_calls": 5, "finish_reason": ["stop"], "usage": 5}
    accumulator = accumulate(backend, Own, {"kind": "x", "text": "a"}, odd, {"kind": "x", "tool_calls": [5]})
    assert asked(accumulator) == {"text": "a"}
    assert not accumulator.complete


def test_calls_of_a_users_class_may_hold_anything() -> None:
    @event
    class Calling(StreamEvent):
        calls: Any = None

        @property
        def tool_calls(self) -> tuple[ToolCallDelta, ...]:
            odd: Any = {"a": 1}
            return (ToolCallDelta(id=odd, name=odd, arguments=odd),)

    accumulator: Accumulator[Any] = Accumulator()
    accumulator.push(Calling())
    assert accumulator.tool_calls[0].input == {"a": 1}


def test_a_number_that_str_refuses(backend: Backend) -> None:
    """Integers of more digits than str() takes are decoded; whatever text they are, nothing raises."""
    delta = {"content": "long", "tool_calls": [{"index": 0, "function": {"arguments": "long"}}]}
    (found,) = backend.decode(body(chunk(delta)).replace(b'"long"', b"9" * 5000))
    assert found.choices[0].delta.content > 10**4999
    accumulator: Accumulator[Any] = Accumulator()
    accumulator.push(found)
    assert accumulator.text == found.text
    assert accumulator.tool_calls[0].arguments == found.tool_calls[0].arguments


def test_citations_are_told_apart_by_value(backend: Backend) -> None:
    """Each once, also those with an integer that str() refuses."""
    citations = [
        1,
        True,
        1.0,
        "1",
        None,
        [1],
        [[1]],
        {"a": 1, "b": [2]},
        {"b": [2], "a": 1},
        {"a": 1},
        "long",
    ]
    payload = {"candidates": [{"citationMetadata": {"citations": citations}}]}
    data = body(payload, payload).replace(b'"long"', b"9" * 5000)
    accumulator: Accumulator[Any] = Accumulator()
    for item in backend.decode(data, GenerateContentResponse):
        accumulator.push(item)
    (candidate,) = accumulator.final().candidates
    found = candidate.citation_metadata["citations"]
    assert len(found) == 10
    assert found[-1] > 10**4999


DEEP = "[" * 600 + "]" * 600


@pytest.mark.parametrize("partial_json", [False, True])
def test_arguments_nest_no_deeper_than_a_decoder_reads(backend: Backend, partial_json: bool) -> None:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    delta = {"type": "input_json_delta", "partial_json": DEEP}
    accumulator = accumulate(
        backend,
        MessageStreamEvent,
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        partial_json=partial_json,
    )
    assert asked(accumulator)["content"][0]["type"] == "tool_use"
    assert accumulator.tool_calls[0].arguments == DEEP
    chat = accumulate(backend, ChatCompletionChunk, tool("[" * 128 + "]" * 128, name="f"))
    assert chat.tool_calls[0].input is not None
    chat = accumulate(backend, ChatCompletionChunk, tool("[" * 129 + "]" * 129, name="f"))
    assert chat.tool_calls[0].input is None
    flat = accumulate(backend, ChatCompletionChunk, tool(json.dumps([[]] * 300), name="f"))
    assert flat.tool_calls[0].input == [[]] * 300


def streamed(backend: Backend, *arguments: Any) -> Any:
    """The arguments that Gemini streams by these paths."""
    pieces = [{"jsonPath": path, "numberValue": value} for path, value in arguments]
    part = {"functionCall": {"name": "f", "willContinue": True, "partialArgs": pieces}}
    payload = {"candidates": [{"content": {"parts": [part]}}]}
    accumulator = accumulate(backend, GenerateContentResponse, payload)
    asked(accumulator)
    return accumulator.tool_calls[0].input


def test_paths_of_streamed_arguments(backend: Backend) -> None:
    assert streamed(backend, ("$" + ".a" * 3000, 1), ("$.b", 2)) == {"b": 2}
    assert streamed(backend, ("$.a[2]", 1), ("$.a[0]", 2)) == {"a": [2, None, 1]}
    assert streamed(backend, ("$['a.b'][\"c\"]", 1), ("x", 2), ("$.d[*]", 3)) == {"a.b": {"c": 1}}
    assert streamed(backend, ("$.a", {"b": 1}), ("$.c[" + "9" * 5000 + "]", 1), ("$.d", 2)) == {"d": 2}


def test_paths_far_behind_the_end_of_a_list_take_no_memory(backend: Backend) -> None:
    """Of lists that are begun in their middle, some are filled; all of them together are not."""
    lists = streamed(backend, *[(f"$.{name}[400]", 1) for name in "abcdef"])
    assert sum(len(items) for items in lists.values()) < 2000
    assert lists["a"][400] == 1


def test_one_odd_choice_does_not_hide_another(backend: Backend) -> None:
    odd = chunk({"content": "good"})
    odd["choices"].append(5)
    accumulator = accumulate(backend, ChatCompletionChunk, odd)
    assert accumulator.text == "good"
    assert len(accumulator.others) == 1


@pytest.mark.parametrize(
    "delta",
    [
        {"refusal": ["x"]},
        {"reasoning": {"a": 1}},
        {"reasoning_content": ["x"]},
        {"role": ["x"], "content": "a"},
        {"content": True},
    ],
)
def test_deltas_of_wrong_kinds_are_among_the_others(backend: Backend, delta: Any) -> None:
    accumulator = accumulate(backend, ChatCompletionChunk, chunk(delta), chunk({"content": "b"}))
    assert accumulator.text == ("ab" if "a" in delta.values() else "b")
    assert [item.to_dict() for item in accumulator.others] == [chunk(delta)]


@pytest.mark.parametrize(
    "odd",
    [
        {"content": {"text": 5}},
        {"content": [{"thinking": ["x"]}]},
        {"tool_plan": {"a": 1}},
        {"tool_calls": {"id": "c", "function": "f"}},
    ],
)
def test_messages_of_cohere_of_wrong_kinds_are_among_the_others(backend: Backend, odd: Any) -> None:
    good, bad = [
        {"type": "content-delta", "index": 0, "delta": {"message": message}}
        for message in ({"content": {"text": "a"}}, odd)
    ]
    accumulator = accumulate(backend, CohereStreamEvent, bad, good)
    assert accumulator.text == "a"
    assert [item.to_dict() for item in accumulator.others] == [bad]


@pytest.mark.parametrize("odd", [{"content": 5}, {"thinking": ["x"]}, {"tool_calls": {"a": 1}}])
def test_messages_of_ollama_of_wrong_kinds_are_among_the_others(backend: Backend, odd: Any) -> None:
    good, bad = [
        {"message": {"role": "assistant", **message}, "done": False} for message in ({"content": "a"}, odd)
    ]
    accumulator = accumulate(backend, OllamaChatResponse, bad, good)
    assert accumulator.text == "a"
    assert [item.to_dict() for item in accumulator.others] == [bad]


@pytest.mark.parametrize("odd", [{"text": ["x"]}, {"text": "", "finish_reason": {"type": "stop"}}])
def test_choices_of_wrong_kinds_are_among_the_others(backend: Backend, odd: Any) -> None:
    payload = {"object": "text_completion", "choices": [{"index": 0, **odd}]}
    assert [item.to_dict() for item in accumulate(backend, None, payload).others] == [payload]
    if "finish_reason" in odd:
        payload = chunk({}, finish_reason=odd["finish_reason"])
        assert [item.to_dict() for item in accumulate(backend, None, payload).others] == [payload]


def test_a_snapshot_leaves_no_trace(backend: Backend) -> None:
    """Cohere ends twice; what only the first end says is kept, whoever has looked in between."""
    first = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "zz": 1, "error": "e"}}
    second = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}
    events = backend.decode(body(first, second), CohereStreamEvent)
    looked, plain = Accumulator[Any](), Accumulator[Any]()
    for item in events:
        looked.push(item)
        plain.push(item)
        looked.snapshot()
    message = plain.final()
    assert looked.final() == message
    assert message is not None
    assert message.extra == {"zz": 1, "error": "e"}


def test_content_in_an_event_is_that_in_the_message(backend: Backend) -> None:
    """Whatever stands for text in ``content`` does so in both."""
    for content in (
        "a",
        5,
        1.5,
        True,
        None,
        {"type": "text", "text": "b"},
        ["c", {"type": "text"}, 5],
        [["d"]],
    ):
        data = body(chunk({"content": content}))
        (found,) = backend.decode(data, ChatCompletionChunk)
        accumulator: Accumulator[Any] = Accumulator()
        accumulator.push(found)
        assert found.text == accumulator.text == backend.text(data, ChatCompletionChunk), content


def test_usage_of_odd_kinds() -> None:
    (start,) = decode(
        b'data: {"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":"2"}}}\n\n'
    )
    assert (start.usage.input_tokens, start.usage.total_tokens) == (1, None)
