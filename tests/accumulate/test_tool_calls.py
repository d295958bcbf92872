"""Quirk 32: the forms in which servers send tool calls."""

from __future__ import annotations

from typing import Any

import pytest

from sselerate.events import ChatCompletionChunk, ResponseStreamEvent
from tests.accumulate.streams import accumulate, chunk, tool
from tests.backends import Backend

ONE = [("get", '{"a": 1}')]
TWO = [("get", '{"a": 1}'), ("put", '{"b": 2}')]
SAME = [("get", '{"a": 1}'), ("get", '{"b": 2}')]

FORMS: dict[str, tuple[list[Any], list[tuple[str, str]]]] = {
    "as documented": ([tool("", name="get", id="c1"), tool('{"a"'), tool(": 1}")], ONE),
    "parallel": (
        [
            tool("", name="get", id="c1"),
            tool('{"a": 1}'),
            tool("", name="put", id="c2", index=1),
            tool('{"b": 2}', index=1),
        ],
        TWO,
    ),
    "interleaved": (
        [
            tool("", name="get", id="c1"),
            tool("", name="put", id="c2", index=1),
            tool('{"a"'),
            tool('{"b"', index=1),
            tool(": 1}"),
            tool(": 2}", index=1),
        ],
        TWO,
    ),
    "several pieces in one delta": (
        [
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "c1", "function": {"name": "get", "arguments": '{"a"'}},
                        {"index": 0, "function": {"arguments": ": 1}"}},
                    ]
                }
            )
        ],
        ONE,
    ),
    "index out of order": (
        [tool('{"b": 2}', name="put", id="c2", index=1), tool('{"a": 1}', name="get", id="c1")],
        TWO,
    ),
    "index missing, whole": (
        [tool('{"a": 1}', name="get", id="c1", index=...), tool('{"b": 2}', name="put", id="c2", index=...)],
        TWO,
    ),
    "index missing, id only at first": (
        [
            tool("", name="get", id="c1", index=...),
            tool('{"a"', index=...),
            tool(": 1}", id="", index=...),
            tool('{"b": 2}', name="put", id="c2", index=...),
        ],
        TWO,
    ),
    "index missing, id repeated": (
        [
            tool('{"a"', name="get", id="c1", index=...),
            tool('{"b"', name="put", id="c2", index=...),
            tool(": 1}", id="c1", index=...),
            tool(": 2}", id="c2", index=...),
        ],
        TWO,
    ),
    "index missing, no ids, whole": (
        [tool('{"a": 1}', name="get", index=...), tool('{"b": 2}', name="get", index=...)],
        SAME,
    ),
    "index null": ([tool('{"a"', name="get", id="c1", index=None), tool(": 1}", index=None)], ONE),
    "index only later": ([tool('{"a"', name="get", id="c1", index=...), tool(": 1}")], ONE),
    "index always 0, whole": (
        [tool('{"a": 1}', name="get", id="c1"), tool('{"b": 2}', name="put", id="c2")],
        TWO,
    ),
    "index always 0, in pieces": (
        [
            tool("", name="get", id="c1"),
            tool('{"a": 1}'),
            tool("", name="put", id="c2"),
            tool('{"b"'),
            tool(": 2}"),
        ],
        TWO,
    ),
    "index always 0, ids null": ([tool('{"a": 1}', name="get"), tool('{"b": 2}', name="get")], SAME),
    "id empty afterwards": ([tool('{"a"', name="get", id="c1"), tool(": 1}", id="", name="")], ONE),
    "id only later": ([tool("", name="get"), tool('{"a": 1}', id="c1")], ONE),
    "id made up for every piece": ([tool('{"a"', name="get", id="c1"), tool(": 1}", id="c2")], ONE),
    "id made up for every piece, some of them empty": (
        [tool("", name="get", id="c1"), tool("", id="c2"), tool('{"a": 1}', id="c3"), tool("", id="c4")],
        ONE,
    ),
    "index always 0, name after id": (
        [
            tool('{"a": 1}', name="get", id="c1"),
            tool(None, id="c2"),
            tool("", name="put", id="c2"),
            tool('{"b": 2}', id="c2"),
        ],
        TWO,
    ),
    "id repeated": ([tool('{"a"', name="get", id="c1"), tool(": 1}", id="c1")], ONE),
    "name later": ([tool("", id="c1"), tool('{"a"', name="get"), tool(": 1}")], ONE),
    "name repeated": ([tool('{"a"', name="get", id="c1"), tool(": 1}", name="get", id="c1")], ONE),
    "name repeated without id": ([tool('{"a"', name="get"), tool(": 1}", name="get")], ONE),
    "name in pieces": ([tool(None, name="g", id="c1"), tool(None, name="et"), tool('{"a": 1}')], ONE),
    "arguments null at first": ([tool(None, name="get", id="c1"), tool('{"a": 1}')], ONE),
    "arguments an object": ([tool({"a": 1}, name="get", id="c1")], [("get", '{"a":1}')]),
    "arguments never": ([tool(None, name="get", id="c1")], [("get", "")]),
    "the same call twice, without arguments": (
        [tool("{}", name="get", id="c1"), tool("{}", name="get", id="c2")],
        [("get", "{}"), ("get", "{}")],
    ),
    "function null": (
        [chunk({"tool_calls": [{"index": 0, "id": "c1", "function": None}]}), tool('{"a": 1}', name="get")],
        ONE,
    ),
    "function_call": (
        [
            chunk({"function_call": {"name": "get", "arguments": ""}}),
            chunk({"function_call": {"arguments": '{"a"'}}),
            chunk({"function_call": {"arguments": ": 1}"}}),
        ],
        ONE,
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_quirk_32(backend: Backend, form: str) -> None:
    payloads, wanted = FORMS[form]
    accumulator = accumulate(backend, ChatCompletionChunk, *payloads)
    calls = accumulator.tool_calls
    assert [(call.name, call.arguments) for call in calls] == wanted
    assert accumulator.others == ()
    if form != "arguments never":
        assert all(isinstance(call.input, dict) for call in calls)
    (choice,) = accumulator.final().choices
    if form == "function_call":
        assert (choice.message.function_call.name, choice.message.function_call.arguments) == wanted[0]
        return
    assert [(call.function.name, call.function.arguments) for call in choice.message.tool_calls] == wanted
    sent = [c.get("id") for p in payloads for c in p["choices"][0]["delta"]["tool_calls"] if c.get("id")]
    assert all(call.id in sent for call in choice.message.tool_calls) or not sent
    assert all(call.type == "function" for call in choice.message.tool_calls)


def test_index_out_of_order_keeps_ids(backend: Backend) -> None:
    payloads, _ = FORMS["index out of order"]
    calls = accumulate(backend, ChatCompletionChunk, *payloads).tool_calls
    assert [(call.index, call.id) for call in calls] == [(0, "c1"), (1, "c2")]


def test_partial_arguments(backend: Backend) -> None:
    accumulator = accumulate(
        backend, ChatCompletionChunk, tool('{"city": "Par', name="get"), partial_json=True
    )
    (call,) = accumulator.tool_calls
    assert call.input == {"city": "Par"}
    (plain,) = accumulate(backend, ChatCompletionChunk, tool('{"city": "Par', name="get")).tool_calls
    assert plain.input is None


def test_partial_arguments_of_items_with_gaps(backend: Backend) -> None:
    """A response whose first item never came: each call has its own arguments, under its own index."""
    kind = "response.function_call_arguments.delta"
    deltas = [{"type": kind, "output_index": i, "delta": f'{{"n": [{i}, '} for i in (1, 2)]
    calls = accumulate(backend, ResponseStreamEvent, *deltas, partial_json=True).tool_calls
    assert [(call.index, call.input) for call in calls] == [(1, {"n": [1]}), (2, {"n": [2]})]
    item = {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"n": 2}'}
    end = {"type": "response.completed", "response": {"output": [{"type": "reasoning"}, item]}}
    (call,) = accumulate(backend, ResponseStreamEvent, *deltas, end, partial_json=True).tool_calls
    assert (call.index, call.input) == (1, {"n": 2})


AT_ONCE: dict[str, Any] = {
    "Anthropic": {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1], "logprobs": []}},
    },
    "Gemini": {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"a": [1]}}}]}}]},
    "Bedrock": {"contentBlockStart": {"start": {"toolUse": {"toolUseId": "t", "name": "f"}}}},
    "AI SDK": {"type": "tool-input-available", "toolCallId": "t", "toolName": "f", "input": {"a": [1]}},
}


@pytest.mark.parametrize("server", AT_ONCE)
def test_whole_arguments_are_those_of_the_caller(backend: Backend, server: str) -> None:
    """Changing those of a call changes neither the next ones nor the message; no key of theirs is ours."""
    accumulator = accumulate(backend, None, AT_ONCE[server])
    (call,) = accumulator.tool_calls
    before = call.to_dict()
    message = accumulator.snapshot().to_json()
    call.input["more"] = True
    call.input.get("a", []).append(2)
    assert accumulator.tool_calls[0].to_dict() == before
    assert accumulator.snapshot().to_json() == message
    if server == "Anthropic":
        assert call.input["logprobs"] == accumulator.snapshot().content[0].input["logprobs"] == []


def test_keys_that_are_not_declared(backend: Backend) -> None:
    piece = tool('{"a": 1}', name="get", id="c1")
    call = piece["choices"][0]["delta"]["tool_calls"][0]
    call["extra_content"] = {"google": {"thought_signature": "abc"}}
    (choice,) = accumulate(backend, ChatCompletionChunk, piece).final().choices
    assert choice.message.tool_calls[0].extra == {"extra_content": {"google": {"thought_signature": "abc"}}}


def ui(kind: str, id: str = "c", **keys: Any) -> dict[str, Any]:
    """An event of a call in a stream of the AI SDK."""
    if kind != "delta":
        keys["toolName"] = "get"
    return {"type": "tool-input-" + kind, "toolCallId": id, **keys}


def streamed(*pieces: str) -> list[Any]:
    return [ui("start"), *[ui("delta", inputTextDelta=piece) for piece in pieces]]


WHOLE = ui("available", input={"a": 1})


@pytest.mark.parametrize(
    ("payloads", "text", "value"),
    [
        ([WHOLE], '{"a":1}', {"a": 1}),
        ([ui("start"), WHOLE, WHOLE], '{"a":1}', {"a": 1}),
        ([*streamed('{"a"', ": 1}"), WHOLE], '{"a": 1}', {"a": 1}),
        ([ui("start"), ui("available", input={})], "{}", {}),
        (streamed('{"a"'), '{"a"', None),
    ],
)
def test_ui_messages(backend: Backend, payloads: list[Any], text: str, value: Any) -> None:
    """Arguments that come whole count where they did not come as text, and are not doubled where they did."""
    accumulator = accumulate(backend, None, *payloads)
    (call,) = accumulator.tool_calls
    assert (call.id, call.name, call.arguments, call.input) == ("c", "get", text, value)
    assert accumulator.final().tool_calls == (call,)
    assert accumulator.others == ()


def test_what_a_ui_message_says_beside_a_call(backend: Backend) -> None:
    wrong = ui("error", input="{", errorText="no JSON")
    accumulator = accumulate(backend, None, *streamed("{"), wrong)
    assert [event.to_dict() for event in accumulator.others] == [wrong]
    other = ui("available", input={"b": 2})
    accumulator = accumulate(backend, None, *streamed('{"a": 1}'), other)
    assert accumulator.tool_calls[0].arguments == '{"a": 1}'
    assert [event.to_dict() for event in accumulator.others] == [other]


def test_calls_that_the_provider_carries_out(backend: Backend) -> None:
    payloads = [
        ui("start", "s", providerExecuted=True),
        ui("delta", "s", inputTextDelta="{}"),
        ui("available", "t", input={}, providerExecuted=True),
        *streamed("{}"),
    ]
    accumulator = accumulate(backend, None, *payloads)
    assert [call.id for call in accumulator.tool_calls] == ["c"]
    assert accumulator.final().tool_calls == accumulator.tool_calls
    assert [event.to_dict() for event in accumulator.others] == payloads[:3]
