"""What the accumulators make of odd streams; quirks by their numbers in the design notes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sselerate import ServerError
from sselerate.accumulate import Accumulator, Answer, acollect, collect
from sselerate.events import (
    ChatCompletionChunk,
    CompletionStreamEvent,
    FlatResponseStreamEvent,
    GenerateContentResponse,
    GenericEvent,
    MessageStreamEvent,
    OllamaResponse,
    ResponseStreamEvent,
    SGLangStreamEvent,
)
from sselerate.events.cohere import CohereStreamEvent
from tests.accumulate.streams import accumulate, body, chunk
from tests.backends import Backend

DONE = chunk({}, finish_reason="stop")


def message_of(backend: Backend, *deltas: Any) -> Any:
    """The message that deltas of a chat make, as JSON."""
    accumulator = accumulate(backend, ChatCompletionChunk, *map(chunk, deltas), DONE)
    assert accumulator.complete
    return accumulator.final().to_dict()["choices"][0]["message"]


# -- chat


def test_keys_of_deltas(backend: Backend) -> None:
    message = message_of(
        backend,
        {"role": "assistant", "content": "", "refusal": None},
        {"role": "assistant", "content": "a", "reasoning": "r"},
        {"content": "b", "reasoning": "s", "refusal": "n", "reasoning_content": "x"},
        {"content": None, "refusal": "o"},
    )
    assert message == {
        "role": "assistant",
        "content": "ab",
        "refusal": "no",
        "reasoning": "rs",
        "reasoning_content": "x",
    }


def test_unknown_keys_of_deltas_are_kept(backend: Backend) -> None:
    """Strings are joined, lists too; what is whole each time is not."""
    message = message_of(
        backend,
        {"thoughts": "a", "channel": "analysis", "nested": {"t": "1"}, "notes": [{"index": 0, "t": "x"}]},
        {"thoughts": "b", "channel": "analysis", "nested": {"t": "2"}, "notes": [{"index": 0, "t": "y"}]},
        {"thoughts": None, "annotations": [{"url": "u"}], "notes": [{"index": 1, "t": "z"}]},
        {"annotations": [{"url": "v"}], "flag": True},
    )
    del message["role"], message["content"]
    assert message == {
        "thoughts": "ab",
        "channel": "analysis",
        "nested": {"t": "12"},
        "notes": [{"index": 0, "t": "xy"}, {"index": 1, "t": "z"}],
        "annotations": [{"url": "u"}, {"url": "v"}],
        "flag": True,
    }


def test_quirk_19_halves_of_surrogate_pairs(backend: Backend) -> None:
    accumulator = accumulate(
        backend,
        ChatCompletionChunk,
        chunk({"content": "a\ud83d"}),
        chunk({"content": "\ude00b\ud83d", "reasoning": "\ud83d"}),
        chunk({"reasoning": "\ude00", "odd": "\ud83d"}),
        chunk({"odd": "\ude00"}),
    )
    (choice,) = accumulator.final().choices
    assert choice.message.content == accumulator.text == "a😀b\ud83d"
    assert choice.message.reasoning == "😀"
    assert choice.message.extra == {"odd": "😀"}


def test_quirk_19_halves_that_are_replaced_do_not_meet(backend: Backend) -> None:
    data = body(chunk({"content": "a\ud83d"}), chunk({"content": "\ude00b😀"}), DONE)
    message = backend.collect(data, ChatCompletionChunk, surrogates="replace")
    assert message.choices[0].message.content == "a\ufffd\ufffdb😀"


def test_quirk_24_empty_first_chunk(backend: Backend) -> None:
    empty = {"id": "", "object": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": [1]}
    final = accumulate(backend, ChatCompletionChunk, empty, chunk({"content": "a"}), DONE).final()
    assert (final.id, final.object, final.created, final.model) == (
        "chatcmpl-1",
        "chat.completion",
        1700000000,
        "m",
    )
    assert final.extra == {"prompt_filter_results": [1]}


@pytest.mark.parametrize("odd", [None, "missing", [None], [{}], [{"delta": None}], [{"index": None}]])
def test_quirk_25_missing_things(backend: Backend, odd: Any) -> None:
    payload = {"id": "x", "object": "chat.completion.chunk", "choices": odd}
    if odd == "missing":
        del payload["choices"]
    accumulator = accumulate(backend, ChatCompletionChunk, payload, chunk({"content": "a"}, index=None), DONE)
    assert accumulator.text == "a"
    assert accumulator.complete


def test_quirk_25_deltas_in_a_completion(backend: Backend) -> None:
    choices = [{"delta": {"content": piece}, "finish_reason": None} for piece in "ab"]
    payloads = [{"object": "text_completion", "choices": [choice]} for choice in choices]
    assert accumulate(backend, CompletionStreamEvent, *payloads).text == "ab"


@pytest.mark.parametrize("last", ["stop", "banana"])
@pytest.mark.parametrize("before", [None, "", "null", "length"])
def test_quirk_26_finish_reasons(backend: Backend, before: Any, last: str) -> None:
    payloads = [chunk({"content": "a"}, finish_reason=before), chunk({"content": "b"}, finish_reason=last)]
    accumulator = accumulate(backend, ChatCompletionChunk, *payloads, chunk({}, finish_reason=""))
    assert accumulator.finish_reason == accumulator.final().choices[0].finish_reason == last
    assert accumulator.text == "ab"


def test_quirk_27_usage(backend: Backend) -> None:
    def with_usage(usage: Any) -> Any:
        return {**chunk({"content": "a"}), "usage": usage}

    one = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    two = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "cost": 0.5}
    for usages in ([None, one, two], [one, two, None], [one, two, {}]):
        final = accumulate(backend, ChatCompletionChunk, *map(with_usage, usages)).final()
        assert final.usage.to_dict() == two
    groq = {**chunk({}), "x_groq": {"id": "r", "usage": two}}
    accumulator = accumulate(backend, ChatCompletionChunk, {**chunk({}), "x_groq": {"id": "r"}}, groq)
    assert accumulator.usage.to_dict() == two
    assert accumulator.usage.output_tokens == 2
    in_choice = chunk({}, usage=two)
    assert accumulate(backend, ChatCompletionChunk, chunk({}, usage={}), in_choice).usage.to_dict() == two


def test_quirk_29_content_of_other_kinds(backend: Backend) -> None:
    assert message_of(backend, {"content": "a"}, {"content": 5}, {"content": 1.5})["content"] == "a51.5"
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]} for piece in ("h", "m")]
    accumulator = accumulate(
        backend,
        ChatCompletionChunk,
        chunk({"content": ""}),
        chunk({"content": [thinking[0]]}),
        chunk({"content": [thinking[1], {"type": "text", "text": "a"}]}),
        chunk({"content": "b"}),
    )
    assert (accumulator.text, accumulator.reasoning) == ("ab", "hm")
    content: Any = accumulator.final().choices[0].message.content
    assert [part["type"] for part in content][-2:] == ["thinking", "text"]


def test_quirk_30_logprobs(backend: Backend) -> None:
    def token(text: str) -> Any:
        return {"token": text, "logprob": -0.5, "bytes": [1], "top_logprobs": []}

    accumulator = accumulate(
        backend,
        ChatCompletionChunk,
        chunk({"content": "a"}, logprobs={"content": [token("a")], "refusal": None}),
        chunk({"content": "b"}, logprobs={"content": [token("b")], "refusal": None}),
        chunk({}, logprobs=None),
        chunk({"content": "c"}, index=1, logprobs=-0.25),
    )
    one, two = accumulator.final().choices
    assert [token.token for token in one.logprobs.content] == ["a", "b"]
    assert two.logprobs == -0.25


def test_what_a_choice_says_of_its_delta_is_joined_too(backend: Backend) -> None:
    """The copy of the content that Together sends beside it is none of the message."""

    def last(*choices: Any) -> Any:
        payloads = [chunk({"content": piece}, **keys) for piece, keys in zip("ab", choices, strict=True)]
        return accumulate(backend, ChatCompletionChunk, *payloads).final().choices[0].extra

    assert last({"text": "a", "seed": 1}, {"text": "b", "seed": 2}) == {"seed": 2}
    assert last({"text": "x"}, {"text": "y"}) == {"text": "xy"}
    assert last({"token_ids": [1]}, {"token_ids": [2, 3]}) == {"token_ids": [1, 2, 3]}


def content_of(backend: Backend, *contents: Any) -> Any:
    return message_of(backend, *[{"content": content} for content in contents])["content"]


def test_only_text_and_thinking_go_on_from_part_to_part(backend: Backend) -> None:
    def text(piece: str, **keys: Any) -> Any:
        return {"type": "text", "text": piece, **keys}

    def thinking(*parts: Any, **keys: Any) -> Any:
        return {"type": "thinking", "thinking": list(parts), **keys}

    whole = [
        *[{"type": "reference", "reference_ids": [n]} for n in (1, 2)],
        *[{"type": "image_url", "image_url": {"url": name}} for name in "ab"],
        *[{"type": "document_url", "document_url": name} for name in ("u1", "u2")],
        *[{"type": "file", "file_id": name} for name in "ab"],
        *[5, ["x"], {"url": "u"}, {"url": "v"}],
    ]
    assert content_of(backend, *[[part] for part in whole]) == whole
    assert content_of(backend, [text("a")], [text("b")], "c", [whole[0]], [text("d")]) == [
        text("abc"),
        whole[0],
        text("d"),
    ]
    reference = {"type": "tool_reference", "title": "t"}
    assert content_of(
        backend,
        [thinking(text("a"), closed=None)],
        [thinking(text("b"), reference)],
        [thinking(reference, text("c"), closed=True)],
        [thinking(text("d"))],
    ) == [thinking(text("ab"), reference, reference, text("c"), closed=True), thinking(text("d"))]
    cited, other = text("a", annotations=[1]), text("b", annotations=[2])
    assert content_of(backend, [cited], [other], [text("c")]) == [cited, text("bc", annotations=[2])]


def joined_logprobs(backend: Backend, *values: Any) -> Any:
    """What the log probabilities of several chunks become."""
    payloads = [chunk({"content": "a"}, logprobs=value) for value in values]
    wire = accumulate(backend, ChatCompletionChunk, *payloads).final().to_dict()
    return wire["choices"][0].get("logprobs")


def test_logprobs_of_any_shape(backend: Backend) -> None:
    def together(n: int) -> Any:
        return {"tokens": [f"t{n}"], "token_logprobs": [-n / 2], "token_ids": [n]}

    both = {"tokens": ["t1", "t2"], "token_logprobs": [-0.5, -1.0], "token_ids": [1, 2]}
    assert joined_logprobs(backend, together(1), None, together(2)) == both
    assert joined_logprobs(backend, -0.1, -0.2) == [-0.1, -0.2]
    assert joined_logprobs(backend, -0.1, together(1), -0.2) == [-0.1, -0.2, together(1)]
    assert joined_logprobs(backend, [{"logprob": 1}], [{"logprob": 2}]) == [{"logprob": 1}, {"logprob": 2}]
    assert joined_logprobs(backend, [0.5]) == [0.5]
    one, two = {"token": "a", "logprob": -1}, {"token": "b", "logprob": -2}
    assert joined_logprobs(backend, one, two) == [one, two]
    empty: dict[str, list[Any]] = {"content": []}
    assert joined_logprobs(backend, empty, empty) == empty
    assert joined_logprobs(backend, {"content": None}, {}) is None


def test_quirk_33_interleaved_choices(backend: Backend) -> None:
    payloads = [
        chunk({"content": piece}, index=index) for piece, index in zip("aAbBcC", [1, 0] * 3, strict=True)
    ]
    accumulator = accumulate(backend, ChatCompletionChunk, *payloads, DONE)
    assert [(c.index, c.message.content) for c in accumulator.final().choices] == [(0, "ABC"), (1, "abc")]
    assert not accumulator.complete
    assert accumulator.text == "ABC"
    both = {**DONE, "choices": [{"index": i, "delta": {}, "finish_reason": "stop"} for i in (0, 1)]}
    assert accumulate(backend, ChatCompletionChunk, *payloads, both).complete


def test_quirk_34_changing_id(backend: Backend) -> None:
    payloads = [{**chunk({"content": piece}), "id": piece, "model": "m" + piece} for piece in "ab"]
    final = accumulate(backend, ChatCompletionChunk, *payloads).final()
    assert (final.id, final.model, final.choices[0].message.content) == ("a", "ma", "ab")


def test_quirk_39_a_whole_completion_as_one_event(backend: Backend) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "all", "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    accumulator = accumulate(
        backend, ChatCompletionChunk, {"object": "chat.completion", "id": "x", "choices": [choice]}
    )
    assert (accumulator.text, accumulator.tool_calls[0].name) == ("all", "f")
    assert accumulator.final().choices[0].message.content == "all"


def test_reasoning_details(backend: Backend) -> None:
    details = [
        {"type": "reasoning.text", "text": "a", "index": 0, "format": "f"},
        {"type": "reasoning.text", "text": "b", "index": 0, "format": "f"},
        {"type": "reasoning.text", "signature": "s", "index": 0},
        {"type": "reasoning.encrypted", "data": "x", "id": "1", "index": 0},
        {"type": "reasoning.encrypted", "data": "y", "id": "2", "index": 0},
    ]
    message = message_of(backend, *[{"reasoning_details": [detail]} for detail in details])
    assert message["reasoning_details"] == [
        {"type": "reasoning.text", "text": "ab", "signature": "s", "format": "f", "index": 0},
        *details[3:],
    ]


# -- completions


def test_completion_logprobs_and_choices(backend: Backend) -> None:
    def event(index: int, text: str, finish_reason: Any = None) -> Any:
        logprobs = {
            "tokens": [text],
            "token_logprobs": [-1.0],
            "top_logprobs": [{text: -1.0}],
            "text_offset": [7],
        }
        choice = {"index": index, "text": text, "logprobs": logprobs, "finish_reason": finish_reason}
        return {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}

    usage = {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": []}
    usage["usage"] = {"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4}
    events = [event(1, "x"), event(0, "a"), event(0, "b", "stop"), event(1, "", "length"), usage]
    accumulator = accumulate(backend, CompletionStreamEvent, *events)
    assert accumulator.complete
    one, two = accumulator.final().to_dict()["choices"]
    assert one["text"] == "ab"
    assert one["logprobs"]["tokens"] == ["a", "b"]
    assert one["logprobs"]["top_logprobs"] == [{"a": -1.0}, {"b": -1.0}]
    assert (two["text"], two["finish_reason"]) == ("x", "length")
    assert accumulator.usage.total_tokens == 4


def test_logprobs_of_llama_cpp(backend: Backend) -> None:
    payloads = [
        {
            "object": "text_completion",
            "choices": [{"index": 0, "text": x, "logprobs": {"content": [{"id": x}]}}],
        }
        for x in "ab"
    ]
    (choice,) = accumulate(backend, CompletionStreamEvent, *payloads).final().choices
    assert choice.to_dict()["logprobs"] == {"content": [{"id": "a"}, {"id": "b"}]}


# -- messages

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1},
    },
}
END = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 9},
    },
    {"type": "message_stop"},
]


def block(index: int, content: Any, *deltas: Any, stop: bool = True) -> list[Any]:
    return [
        {"type": "content_block_start", "index": index, "content_block": content},
        *[{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas],
        *([{"type": "content_block_stop", "index": index}] if stop else []),
    ]


TOOL = {"type": "tool_use", "id": "toolu_1", "name": "get", "input": {}}


def pieces_of(text: str) -> Any:
    return {"type": "input_json_delta", "partial_json": text}


def test_message(backend: Backend) -> None:
    citation = {"type": "char_location", "cited_text": "c", "document_index": 0}
    accumulator = accumulate(
        backend,
        MessageStreamEvent,
        START,
        {"type": "ping"},
        *block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "h"},
            {"type": "thinking_delta", "thinking": "m"},
            {"type": "signature_delta", "signature": "sig"},
        ),
        *block(
            1,
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "a\ud83d"},
            {"type": "text_delta", "text": "\ude00"},
            {"type": "citations_delta", "citation": citation},
        ),
        *block(2, TOOL, pieces_of(""), pieces_of('{"a"'), pieces_of(": 1}")),
        *block(3, {**TOOL, "id": "toolu_2"}),
        *block(
            4, {"type": "new_block", "x": 1}, {"type": "new_delta", "y": "b"}, {"type": "new_delta", "y": "c"}
        ),
        *END,
    )
    assert accumulator.complete
    assert accumulator.others == ()
    assert accumulator.usage.output_tokens == 9
    assert accumulator.usage.input_tokens == 15
    assert [call.input for call in accumulator.tool_calls] == [{"a": 1}, {}]
    assert accumulator.final().to_dict() == {
        **START["message"],
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "text", "text": "a😀", "citations": [citation]},
            {**TOOL, "input": {"a": 1}},
            {**TOOL, "id": "toolu_2"},
            {"type": "new_block", "x": 1, "y": "bc"},
        ],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 9},
    }


def test_numbers_in_a_delta_are_not_of_the_block(backend: Backend) -> None:
    deltas = [
        {"type": "thinking_delta", "thinking": piece, "estimated_tokens": count, "note": piece}
        for piece, count in (("h", 5), ("m", 7))
    ]
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    final = accumulate(backend, MessageStreamEvent, START, *block(0, thinking, *deltas), *END).final()
    assert final.to_dict()["content"] == [{**thinking, "thinking": "hm", "note": "hm"}]


def test_unknown_keys_of_events_are_kept(backend: Backend) -> None:
    """Bedrock says in the last event how long it took."""
    metrics = {"inputTokenCount": 9, "invocationLatency": 800}
    stop = {"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}, "n": 1}
    odd = {"type": "ping", "id": "not that of the message"}
    accumulator = accumulate(backend, MessageStreamEvent, START, delta, odd, {**delta, "n": 2}, stop)
    assert accumulator.final().extra == {"n": 2, "amazon-bedrock-invocationMetrics": metrics}
    assert accumulator.final().to_dict()["id"] == START["message"]["id"]
    assert [event.to_dict() for event in accumulator.others] == [odd]


def test_unknown_keys_of_events_of_a_response_are_kept(backend: Backend) -> None:
    """Where an event belongs is no news, whoever says it."""
    response = {"id": "r", "object": "response", "created_at": 1, "status": "completed", "output": []}
    created = {"type": "response.created", "response": {**response, "status": "in_progress"}, "region": "eu"}
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "a"}
    odd = {**delta, "status": "of what?", "cost": 1}
    completed = {"type": "response.completed", "response": response, "item_id": "m", "cost": 2}
    accumulator = accumulate(backend, ResponseStreamEvent, created, delta, odd, completed)
    assert accumulator.final().extra == {"region": "eu", "cost": 2}
    assert accumulator.final().status == "completed"
    assert [event.to_dict() for event in accumulator.others] == [odd]


def test_content_that_is_no_list_is_among_the_others(backend: Backend) -> None:
    start = {"type": "message_start", "message": {**START["message"], "content": "a"}}
    accumulator = accumulate(backend, MessageStreamEvent, start, *END)
    assert [event.to_dict() for event in accumulator.others] == [start]


def test_unfinished_arguments(backend: Backend) -> None:
    """Text, or with ``partial_json`` what can be told."""
    payloads = [START, *block(0, TOOL, pieces_of('{"city": "Par'), stop=False)]
    plain = accumulate(backend, MessageStreamEvent, *payloads)
    assert plain.snapshot().content[0].input == '{"city": "Par'
    assert not plain.complete
    partial = accumulate(backend, MessageStreamEvent, *payloads, partial_json=True)
    assert partial.snapshot().content[0].input == {"city": "Par"}


def test_quirk_36_spliced_messages(backend: Backend) -> None:
    """A second start, of the message or of a block, does not lose what came before."""
    text = {"type": "text", "text": ""}

    def delta(piece: str) -> Any:
        return {"type": "text_delta", "text": piece}

    accumulator = accumulate(
        backend,
        MessageStreamEvent,
        START,
        START,
        *block(0, text, stop=False),
        *block(0, text, delta("a")),
        START,
        *block(0, text, delta("b")),
        {"type": "brand_new", "x": 1},
        *END,
    )
    assert [part.text for part in accumulator.snapshot().content] == ["a", "b"]
    assert accumulator.text == "ab"
    assert [event.to_dict() for event in accumulator.others] == [{"type": "brand_new", "x": 1}]


def test_message_without_its_start(backend: Backend) -> None:
    payloads = [*block(0, {"type": "text", "text": "a"}, {"type": "text_delta", "text": "b"})[1:], *END]
    accumulator = accumulate(backend, MessageStreamEvent, *payloads)
    assert (accumulator.text, accumulator.finish_reason) == ("b", "end_turn")
    assert json.dumps(accumulator.final().to_dict())


# -- responses


def test_response_of_deltas(backend: Backend) -> None:
    """What the last event would repeat is put together without it."""

    def of(kind: str, index: int, **keys: Any) -> Any:
        return {"type": "response." + kind, "output_index": index, "item_id": f"i{index}", **keys}

    call = {"type": "function_call", "id": "i1", "call_id": "c", "name": "get", "arguments": ""}
    item = {"type": "message", "id": "i0", "role": "assistant", "content": [], "status": "in_progress"}
    part = {"type": "output_text", "text": "", "annotations": []}
    note = {"type": "url_citation", "url": "u"}
    created = {"id": "r", "object": "response", "created_at": 1, "status": "in_progress", "output": []}
    accumulator = accumulate(
        backend,
        ResponseStreamEvent,
        {"type": "response.created", "response": created},
        of("output_item.added", 0, item=item),
        of("content_part.added", 0, content_index=0, part=part),
        of("output_text.delta", 0, content_index=0, delta="a\ud83d"),
        of("output_item.added", 1, item=call),
        of("function_call_arguments.delta", 1, delta='{"x": "y'),
        of("output_text.delta", 0, content_index=0, delta="\ude00"),
        of("output_text.annotation.added", 0, content_index=0, annotation_index=0, annotation=note),
        of("refusal.delta", 0, content_index=1, delta="no"),
        of("reasoning_summary_text.delta", 2, summary_index=0, delta="hm"),
        of("code_interpreter_call_code.delta", 3, delta="print()"),
        of("code_interpreter_call.interpreting", 3),
        of("new_thing.delta", 3, delta="n"),
        of("new_thing.delta", 3, delta="ew"),
        partial_json=True,
    )
    assert not accumulator.complete
    assert accumulator.others == ()
    assert accumulator.text == "a😀"
    assert accumulator.reasoning == "hm"
    assert accumulator.tool_calls[0].input == {"x": "y"}
    assert accumulator.snapshot().to_dict() == {
        **created,
        "output": [
            {
                **item,
                "content": [
                    {"type": "output_text", "text": "a😀", "annotations": [note]},
                    {"type": "refusal", "refusal": "no"},
                ],
            },
            {**call, "arguments": '{"x": "y'},
            {"type": "reasoning", "id": "i2", "summary": [{"type": "summary_text", "text": "hm"}]},
            {
                "type": "code_interpreter_call",
                "id": "i3",
                "status": "interpreting",
                "code": "print()",
                "new_thing": "new",
            },
        ],
    }
    whole = {**created, "status": "completed", "output": []}
    for kind, output in (("completed", []), ("incomplete", None)):
        ended = accumulate(
            backend,
            ResponseStreamEvent,
            of("output_text.delta", 0, content_index=0, delta="a"),
            {"type": f"response.{kind}", "response": {**whole, "output": output}},
        )
        assert ended.complete
        assert ended.text == "a"  # also where the server leaves the output out of the last event


# -- others


def test_gemini(backend: Backend) -> None:
    def event(*parts: Any, **keys: Any) -> Any:
        return {
            "candidates": [{"content": {"parts": list(parts), "role": "model"}, **keys}],
            "responseId": "r",
        }

    def piece(**keys: Any) -> Any:
        return {"functionCall": {**keys}}

    accumulator = accumulate(
        backend,
        GenerateContentResponse,
        event({"text": "h", "thought": True}),
        event({"text": "m", "thought": True}, {"text": "a"}),
        event({"text": "b"}, citationMetadata={"citations": [{"uri": "u"}]}),
        event({"text": "", "thoughtSignature": "s"}, citationMetadata={"citations": [{"uri": "v"}]}),
        event(piece(name="f", args={"a": 1})),
        event(piece(name="g", willContinue=True)),
        event(piece(partialArgs=[{"jsonPath": "$.x.y[0]", "stringValue": "1"}], willContinue=True)),
        event(piece(partialArgs=[{"jsonPath": "$.x.y[0]", "stringValue": "2"}], willContinue=True)),
        event(piece(partialArgs=[{"jsonPath": "$.n", "numberValue": 3}], willContinue=True)),
        event(piece()),
        {**event(finishReason="STOP"), "usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 2}},
    )
    assert accumulator.complete
    assert (accumulator.text, accumulator.reasoning) == ("ab", "hm")
    wanted = [("f", {"a": 1}), ("g", {"x": {"y": ["12"]}, "n": 3})]
    assert [(call.name, call.input) for call in accumulator.tool_calls] == wanted
    (candidate,) = accumulator.final().to_dict()["candidates"]
    assert candidate["content"]["parts"] == [
        {"text": "hm", "thought": True},
        {"text": "ab"},
        {"text": "", "thoughtSignature": "s"},
        *[{"functionCall": {"name": name, "args": args}} for name, args in wanted],
    ]
    assert candidate["citationMetadata"] == {"citations": [{"uri": "u"}, {"uri": "v"}]}


def test_cohere(backend: Backend) -> None:
    def event(kind: str, index: int, **message: Any) -> Any:
        return {"type": kind, "index": index, "delta": {"message": message}}

    def call(**function: Any) -> Any:
        return {"function": function}

    citation = {
        "start": 0,
        "end": 1,
        "text": "a",
        "sources": [{"type": "document", "id": "d", "document": {}}],
    }
    end = {"finish_reason": "TOOL_CALL", "usage": {"tokens": {"input_tokens": 1, "output_tokens": 2}}}
    accumulator = accumulate(
        backend,
        CohereStreamEvent,
        {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant", "content": []}}},
        event("tool-plan-delta", 0, tool_plan="pl"),
        event("tool-plan-delta", 0, tool_plan="an"),
        event(
            "tool-call-start", 0, tool_calls={"id": "c", "type": "function", **call(name="f", arguments="")}
        ),
        event("tool-call-delta", 0, tool_calls=call(arguments='{"a"')),
        event("tool-call-delta", 0, tool_calls=call(arguments=": 1}")),
        event("content-start", 0, content={"type": "text", "text": ""}),
        event("content-delta", 0, content={"text": "a"}),
        event("content-delta", 0, content={"text": "b"}),
        event("citation-start", 0, citations=citation),
        {"type": "message-end", "delta": end},
    )
    assert accumulator.complete
    assert accumulator.final().to_dict() == {
        "id": "m",
        "message": {
            "role": "assistant",
            "content": [{"type": "text", "text": "ab"}],
            "tool_plan": "plan",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
            ],
            "citations": [citation],
        },
        **end,
    }


def test_logprobs_of_dialects(backend: Backend) -> None:
    def gemini(n: int) -> Any:
        result = {"topCandidates": [{"candidates": [n]}], "chosenCandidates": [n]}
        return {"candidates": [{"content": {"parts": [{"text": "a"}]}, "logprobsResult": result}]}

    (candidate,) = accumulate(backend, GenerateContentResponse, gemini(1), gemini(2)).final().candidates
    assert candidate.to_dict()["logprobsResult"] == {
        "topCandidates": [{"candidates": [1]}, {"candidates": [2]}],
        "chosenCandidates": [1, 2],
    }

    def cohere(n: int) -> Any:
        item = {"token_ids": [n], "text": "a", "logprobs": [-0.5]}
        delta = {"message": {"content": {"text": "a"}}}
        return {"type": "content-delta", "index": 0, "delta": delta, "logprobs": item}

    final = accumulate(backend, CohereStreamEvent, cohere(1), cohere(2)).final()
    assert final.to_dict()["logprobs"] == [cohere(1)["logprobs"], cohere(2)["logprobs"]]

    def ollama(n: int) -> Any:
        return {"model": "m", "done": False, "response": "a", "logprobs": [{"token": "a", "logprob": n}]}

    final = accumulate(backend, None, ollama(1), ollama(2)).final()
    assert final.to_dict()["logprobs"] == [{"token": "a", "logprob": 1}, {"token": "a", "logprob": 2}]


def test_ollama(backend: Backend) -> None:
    call = {"id": "c", "function": {"name": "get", "arguments": {"city": "Paris"}, "index": 0}}
    frame = {"model": "m", "created_at": "t"}
    said = {"role": "assistant", "content": "", "thinking": "hm", "tool_calls": [call]}
    accumulator = accumulate(
        backend,
        None,
        {**frame, "done": False, "message": said},
        {**frame, "done": True, "done_reason": "stop", "message": {"role": "assistant", "content": ""}},
    )
    (called,) = accumulator.tool_calls
    assert (called.index, called.id, called.name, called.input) == (0, "c", "get", {"city": "Paris"})
    assert (accumulator.reasoning, accumulator.complete) == ("hm", True)
    assert accumulator.final().to_dict()["message"] == said
    accumulator = accumulate(backend, OllamaResponse, {**frame, "done": True})
    assert (accumulator.finish_reason, accumulator.text) == ("stop", "")


def test_converse(backend: Backend) -> None:
    def started(index: int, **start: Any) -> Any:
        return {"contentBlockStart": {"contentBlockIndex": index, "start": start, "p": "abc"}}

    def delta(index: int, **delta: Any) -> Any:
        return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta, "p": "abc"}}

    def pieces(index: int, *inputs: str) -> Any:
        return [delta(index, toolUse={"input": piece}) for piece in inputs]

    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    accumulator = accumulate(
        backend,
        None,
        {"messageStart": {"role": "assistant", "p": "abc"}},
        *[delta(0, reasoningContent={"text": piece}) for piece in ("h", "m")],
        delta(0, reasoningContent={"signature": "s"}),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        delta(1, reasoningContent={"redactedContent": "r"}),
        delta(2, text="a"),
        delta(2, text="b"),
        delta(3, text="c"),
        delta(3, citation={"title": "t"}),
        delta(3, citation={"title": "u"}),
        started(4, toolUse={"toolUseId": "t", "name": "f"}),
        *pieces(4, '{"a"', ": 1}"),
        started(5, toolUse={"toolUseId": "u", "name": "g"}),
        started(6, toolUse={"toolUseId": "v", "name": "h", "type": "server_tool_use"}),
        *pieces(6, '{"q'),
        {"messageStop": {"stopReason": "tool_use", "additionalModelResponseFields": {"x": 1}}},
        {"metadata": {"usage": usage, "metrics": {"latencyMs": 7}, "trace": {"guardrail": {}}}},
    )
    assert accumulator.complete
    assert accumulator.others == ()
    assert (accumulator.text, accumulator.reasoning) == ("abc", "hm")
    assert [(call.index, call.id, call.name, call.input) for call in accumulator.tool_calls] == [
        (4, "t", "f", {"a": 1}),
        (5, "u", "g", {}),
    ]
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "r"}},
        {"text": "ab"},
        {"citationsContent": {"content": [{"text": "c"}], "citations": [{"title": "t"}, {"title": "u"}]}},
        {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}},
        {"toolUse": {"toolUseId": "u", "name": "g", "input": {}}},
        {"toolUse": {"toolUseId": "v", "name": "h", "input": '{"q', "type": "server_tool_use"}},
    ]
    assert accumulator.final().to_dict() == {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use",
        "usage": usage,
        "metrics": {"latencyMs": 7},
        "trace": {"guardrail": {}},
        "additionalModelResponseFields": {"x": 1},
    }


@pytest.mark.parametrize(
    "payload",
    [
        {"contentBlockDelta": {"delta": {"text": ["x"]}}},
        {"contentBlockDelta": {"delta": {"toolUse": "x"}}},
        {"contentBlockDelta": {"delta": {"reasoningContent": {"signature": 5}}}},
        {"contentBlockDelta": {"delta": {"reasoningContent": {"image": "x"}}}},
        {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": 5}}},
        {"messageStop": 5},
    ],
)
def test_converse_of_wrong_kinds(backend: Backend, payload: Any) -> None:
    assert others_of(backend, {"messageStart": {"role": "assistant"}}, payload) == [payload]


def test_events_of_no_dialect() -> None:
    accumulator: Accumulator[Any] = Accumulator()
    assert accumulator.snapshot() is None
    assert not accumulator.complete
    for data in ("a", {"x": 1}, "b"):
        accumulator.push(GenericEvent(data=data))
    assert accumulator.final() == Answer(text="ab")
    assert accumulator.others == (GenericEvent(data={"x": 1}),)


def test_replicate(backend: Backend) -> None:
    """Text is a message, and its end is known; before a dialect it has no place."""
    output = b"event: output\nid: 1690212292:0\ndata: Hi\n\n"
    accumulator: Accumulator[Any] = Accumulator()
    message = backend.collect(output + b"event: done\ndata: {}\n\n", into=accumulator)
    assert (message.text, accumulator.complete, accumulator.others) == ("Hi", True, ())
    accumulator = Accumulator()
    collect(output + b'event: done\ndata: {"reason": "canceled"}\n\n', into=accumulator)
    assert [event.data for event in accumulator.others] == [{"reason": "canceled"}]
    accumulator = Accumulator()
    collect(output + body(chunk({"content": "a"})), into=accumulator)
    assert (accumulator.text, [event.data for event in accumulator.others]) == ("a", ["Hi"])


def test_quirk_35_cumulative_text(backend: Backend) -> None:
    """SGLang sends all text so far with each event, or, where the server is told so, what is new."""

    def event(text: str, index: Any = None, **info: Any) -> Any:
        return {"text": text, "meta_info": {"id": "i", "prompt_tokens": 2, **info}, "index": index}

    end = event("Hi you", completion_tokens=2, finish_reason={"type": "stop"})
    accumulator = accumulate(backend, SGLangStreamEvent, event("Hi"), event("Hi"), end)
    answer = accumulator.final()
    assert (answer.text, answer.finish_reason, answer.usage.total_tokens) == ("Hi you", "stop", 4)
    assert accumulator.complete
    pieces = [event(piece) for piece in ("The", " cat", "", " that", " came")]
    assert accumulate(backend, SGLangStreamEvent, *pieces).text == "The cat that came"
    # Once they are pieces, all are: also one that begins with the text before it.
    assert accumulate(backend, SGLangStreamEvent, *map(event, ["x", "y", "xyz", "", "q"])).text == "xyxyzq"
    two = [event("A", 0), event("x", 1), event("Ab", 0), event("xy", 1)]
    accumulator = accumulate(backend, SGLangStreamEvent, *two)
    assert accumulator.text == "Ab"
    assert len(accumulator.others) == 2


def test_usage_of_several_events(backend: Backend) -> None:
    """What only one event says is not lost with the next one."""

    def usage(*payloads: Any) -> Any:
        counts = accumulate(backend, None, *payloads).usage
        return counts.input_tokens, counts.output_tokens

    def watsonx(**result: Any) -> Any:
        return {
            "model_id": "m",
            "results": [{"generated_text": "a", "stop_reason": "not_finished", **result}],
        }

    first = watsonx(input_token_count=4, generated_token_count=1)
    assert usage(first, watsonx(input_token_count=0, generated_token_count=2)) == (4, 2)
    llama = {"generation": "a", "stop_reason": None}
    begun = {**llama, "prompt_token_count": 3, "generation_token_count": 1}
    assert usage(begun, {**llama, "prompt_token_count": None, "generation_token_count": 9}) == (3, 9)


def test_usage_that_says_nothing(backend: Backend) -> None:
    """{} does not take the place of what is known."""
    known = {"type": "transcript.text.done", "text": "a", "usage": {"input_tokens": 3, "output_tokens": 1}}
    accumulator = accumulate(backend, None, known, {**known, "usage": {}}, {**known, "usage": None})
    assert accumulator.usage.input_tokens == 3


def test_dialects_without_a_message_of_their_own(backend: Backend) -> None:
    from sselerate.events import agui

    accumulator: Accumulator[Any] = Accumulator()
    payloads = [
        {"type": "RUN_STARTED", "threadId": "t", "runId": "r"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "a"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "b"},
        {"type": "TOOL_CALL_START", "toolCallId": "c", "toolCallName": "f"},
        {"type": "TOOL_CALL_ARGS", "toolCallId": "c", "delta": '{"a"'},
        {"type": "TOOL_CALL_ARGS", "toolCallId": "c", "delta": ": 1}"},
        {"type": "RUN_FINISHED", "threadId": "t", "runId": "r"},
    ]
    for event in backend.decode(body(*payloads), agui.AGUIStreamEvent):
        accumulator.push(event)
    assert accumulator.complete
    answer = accumulator.final()
    assert isinstance(answer, Answer)
    assert answer.text == accumulator.text == "ab"
    (call,) = answer.tool_calls or ()
    assert (call.id, call.name, call.input) == ("c", "f", {"a": 1})


def others_of(backend: Backend, *payloads: Any) -> list[Any]:
    """The payloads of events that an answer has not all of."""
    others = accumulate(backend, None, *payloads).others
    assert all(event.to_dict() in payloads for event in others)
    return [event.to_dict() for event in others]


def step(**delta: Any) -> Any:
    return {"event_type": "step.delta", "index": 0, "event_id": "e", "delta": delta}


@pytest.mark.parametrize(
    ("payload", "whole"),
    [
        (step(type="text", text="a"), True),
        (step(type="thought_signature", signature="s"), False),
        ({"event_type": "step.start", "index": 0, "step": {"type": "function_call", "arguments": {}}}, True),
        (
            {
                "event_type": "step.start",
                "index": 0,
                "step": {"type": "function_call", "id": "i", "name": "f", "arguments": {"x": 1}},
            },
            True,
        ),
        ({"type": "message.output.delta", "id": "m", "role": "assistant", "content": "a"}, True),
        (
            {
                "type": "message.output.delta",
                "content": {
                    "type": "thinking",
                    "thinking": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
                },
            },
            True,
        ),
        ({"type": "message.output.delta", "content": {"type": "tool_reference", "url": "u"}}, False),
        ({"type": "conversation.response.started", "conversation_id": "c"}, False),
        ({"type": "agent.handoff.done", "next_agent_name": "n"}, False),
        ({"type": "STATE_SNAPSHOT", "snapshot": {"a": 1}}, False),
        ({"type": "RAW", "event": {"a": 1}}, False),
        ({"id": "m", "object": "thread.message", "status": "completed"}, False),
        ({"id": "m", "object": "thread.message.delta", "delta": {"content": []}}, True),
        ({"type": "TOOL_CALL_RESULT", "toolCallId": "c", "content": "r"}, False),
        ({"type": "RUN_FINISHED", "threadId": "t", "runId": "r", "usage": [{"inputTokens": 1}]}, True),
        ({"type": "RUN_FINISHED", "threadId": "t", "runId": "r", "usage": [{"inputTokens": 1}] * 2}, False),
        ({"type": "image_generation.completed", "b64_json": "x"}, False),
        ({"type": "speech.audio.delta", "audio": "x"}, False),
        ({"type": "transcript.text.delta", "delta": "a", "logprobs": [{"logprob": -1.5}]}, False),
        ({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "t"}]}}, False),
        ({"is_finished": False, "event_type": "text-generation", "text": "a"}, True),
        ({"event_type": "citation-generation", "citations": [{"start": 0, "text": "c"}]}, False),
        ({"index": 1, "token": {"id": 9, "text": "a", "logprob": -0.5, "special": False}}, False),
        (
            {
                "model_id": "m",
                "results": [{"generated_text": x, "stop_reason": "not_finished"} for x in "ab"],
            },
            True,
        ),
        ({"outputText": "a", "index": 0, "inputTextTokenCount": 3, "completionReason": "FINISH"}, True),
    ],
)
def test_what_an_answer_does_not_hold_is_among_the_others(
    backend: Backend, payload: Any, whole: bool
) -> None:
    assert others_of(backend, payload) == ([] if whole else [payload])


def test_a_text_said_once_more_at_the_end(backend: Backend) -> None:
    pieces = [{"type": "transcript.text.delta", "delta": piece} for piece in "ab"]
    end = {"type": "transcript.text.done", "text": "ab"}
    assert others_of(backend, *pieces, end) == []
    other = {"type": "transcript.text.done", "text": "AB"}
    assert others_of(backend, *pieces, other) == [other]


def test_replicate_after_another_dialect(backend: Backend) -> None:
    text, other = GenericEvent(data="b", type="output"), GenericEvent(data={"x": 1})
    first = backend.decode(body({"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "a"}))
    accumulator: Accumulator[Any] = Accumulator()
    for event in (*first, text, other):
        accumulator.push(event)
    assert (accumulator.text, accumulator.others) == ("ab", (other,))


# -- errors


FAILED = {"id": "r", "object": "response", "status": "failed", "output": [], "error": {"message": "boom"}}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"type": "RUN_ERROR", "message": "boom", "code": "X"}, "error"),
        ({"type": "conversation.response.error", "message": "boom", "code": 500}, "error"),
        ({"type": "response.failed", "response": FAILED}, "failed"),
        (
            {
                "event_type": "interaction.completed",
                "interaction": {"id": "i", "status": "failed", "error": "boom"},
            },
            "failed",
        ),
        (
            {"object": "thread.run", "id": "r", "status": "failed", "last_error": {"message": "boom"}},
            "failed",
        ),
        ({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "boom"}}, "ERROR"),
        ({"type": "abort", "reason": "boom"}, "abort"),
        ({"type": "finish", "finishReason": "error", "messageMetadata": "boom"}, "error"),
        (chunk({"content": "boom"}, finish_reason="error"), "error"),
        (
            {
                "object": "text_completion",
                "choices": [{"index": 0, "text": "boom", "finish_reason": "abort"}],
            },
            "abort",
        ),
    ],
)
def test_answers_that_have_failed_are_not_complete(backend: Backend, payload: Any, reason: str) -> None:
    """Dialects that say so in an ordinary event. What went wrong is in the message or among the others."""
    accumulator = accumulate(backend, None, payload)
    assert not accumulator.complete
    assert accumulator.finish_reason == reason
    (event,) = backend.decode(body(payload))
    assert (event.finish_reason, event.to_dict()) == (reason, payload)
    kept = [accumulator.final(), *accumulator.others]
    assert "boom" in json.dumps([item.to_dict() for item in kept])


@pytest.mark.parametrize("reason", ["completed", "incomplete", "failed"])
def test_flat_events_of_responses_say_how_they_have_ended(backend: Backend, reason: str) -> None:
    accumulator = accumulate(backend, FlatResponseStreamEvent, {"type": f"response.{reason}"})
    assert (accumulator.finish_reason, accumulator.complete) == (reason, reason != "failed")


@pytest.mark.parametrize("reason", ["canceled", "error"])
def test_predictions_of_replicate_that_have_failed(backend: Backend, reason: str) -> None:
    accumulator: Accumulator[Any] = Accumulator()
    end = f'event: done\ndata: {{"reason": "{reason}"}}\n\n'.encode()
    backend.collect(b"event: output\nid: 1690212292:0\ndata: Hi\n\n" + end, into=accumulator)
    assert (accumulator.text, accumulator.finish_reason, accumulator.complete) == ("Hi", reason, False)


def test_one_failed_choice_is_enough(backend: Backend) -> None:
    both = [chunk({}, index=i, finish_reason=reason) for i, reason in enumerate(["stop", "error"])]
    accumulator = accumulate(backend, ChatCompletionChunk, *both)
    assert (accumulator.finish_reason, accumulator.complete) == ("stop", False)


def test_errors_stay_visible(backend: Backend) -> None:
    error = {"error": {"message": "overloaded"}}
    accumulator = accumulate(backend, ChatCompletionChunk, chunk({"content": "a"}), error, DONE)
    assert accumulator.text == "a"
    assert [e.kind for e in accumulator.errors] == ["server"]
    assert accumulator.errors[0].error == {"message": "overloaded"}
    assert not accumulator.complete


def test_collect_raises_and_keeps() -> None:
    data = body(chunk({"content": "a"}), {"error": {"message": "overloaded"}}, DONE)
    accumulator: Accumulator[Any] = Accumulator()
    with pytest.raises(ServerError, match="overloaded"):
        collect(data, into=accumulator)
    assert accumulator.text == "a"
    assert [e.kind for e in accumulator.errors] == ["server"]
    kept = collect(data, on_error="skip")
    assert kept.choices[0].message.content == "a"
    cut: Accumulator[Any] = Accumulator()
    collect(data[:-40], into=cut, on_error="yield")
    assert [e.kind for e in cut.errors] == ["server", "truncated"]


def test_acollect() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for payload in (chunk({"content": "a"}), chunk({"content": "b"}), DONE):
            yield body(payload)

    final = asyncio.run(acollect(chunks(), ChatCompletionChunk))
    assert final is not None
    assert final.choices[0].message.content == "ab"


def test_misuse() -> None:
    accumulator: Accumulator[Any] = Accumulator()
    with pytest.raises(TypeError, match="expected an event, got dict"):
        accumulator.push({})
    accumulator.final()
    with pytest.raises(RuntimeError, match=r"push\(\) after final\(\)"):
        accumulator.push(GenericEvent(data=1))
    with pytest.raises(TypeError, match="target"):
        Accumulator(int)


def test_a_snapshot_does_not_change(backend: Backend) -> None:
    payloads = [chunk({"content": piece, "x": [{"index": 0, "t": piece}]}) for piece in "ab"]
    accumulator: Accumulator[Any] = Accumulator()
    snapshots = []
    for event in backend.iter_events(body(*payloads), ChatCompletionChunk):
        accumulator.push(event)
        snapshots.append(accumulator.snapshot())
    messages = [snapshot.choices[0].message for snapshot in snapshots]
    assert [message.content for message in messages] == ["a", "ab"]
    assert [message.extra["x"] for message in messages] == [
        [{"index": 0, "t": "a"}],
        [{"index": 0, "t": "ab"}],
    ]
