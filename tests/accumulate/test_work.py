"""Work in proportion to the stream, shown by counting lines of Python instead of by a clock; and memory
likewise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from sselerate import decode
from sselerate.accumulate import Accumulator
from sselerate.events import (
    AGUIStreamEvent,
    ChatCompletionChunk,
    CompletionStreamEvent,
    ConverseStreamEvent,
    MessageStreamEvent,
    ResponseStreamEvent,
    SGLangStreamEvent,
    UIMessageStreamEvent,
)
from sselerate.events.cohere import CohereStreamEvent
from tests.accumulate.streams import body, chunk, tool


def lines(run: Callable[[], Any]) -> int:
    """How many lines of Python ``run`` executes."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


def text(n: int) -> list[Any]:
    return [chunk({"content": "token "}) for _ in range(n)]


def unknown(n: int) -> list[Any]:
    return [chunk({"notes": "token ", "steps": [{"index": 0, "note": "x"}]}) for _ in range(n)]


def arguments(n: int) -> list[Any]:
    return [tool('{"a": ["', name="get", id="c1")] + [tool('x", "') for _ in range(n)]


def repeated_names(n: int) -> list[Any]:
    return [tool('{"a": ["', name="get")] + [tool('x", "', name="get") for _ in range(n)]


def completion(n: int) -> list[Any]:
    return [{"choices": [{"index": i % 7, "text": "token "}]} for i in range(n)]


def message(n: int) -> list[Any]:
    block = {"type": "tool_use", "id": "t", "name": "get", "input": {}}
    delta = {"type": "input_json_delta", "partial_json": '"x", '}
    return [
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": {**delta, "partial_json": "["}},
        *[{"type": "content_block_delta", "index": 0, "delta": delta} for _ in range(n)],
    ]


def starts(n: int) -> list[Any]:
    block = {"type": "text", "text": ""}
    return [{"type": "content_block_start", "index": i // 2, "content_block": block} for i in range(n)]


def response(n: int) -> list[Any]:
    kind = "response.function_call_arguments.delta"
    return [{"type": kind, "output_index": i % 3, "item_id": "i", "delta": '{"x'} for i in range(n)]


def items(n: int) -> list[Any]:
    return [{"type": "response.output_text.delta", "item_id": f"m{i}", "delta": "x"} for i in range(n)]


def contents(n: int) -> list[Any]:
    delta = {"message": {"content": {"text": "x"}}}
    begun = [{"type": "content-delta", "index": i, "delta": delta} for i in range(n)]
    return [*begun, *[{"type": "content-delta", "delta": delta} for _ in range(n)]]


def segments(n: int) -> list[Any]:
    return [{"text": f" {i}", "meta_info": {"id": "i"}} for i in range(n)]


def parts(n: int) -> list[Any]:
    return [chunk({"content": [{"type": "text", "text": "x", f"k{i}": i}]}) for i in range(n)]


def logprobs(n: int) -> list[Any]:
    shapes = [-0.5, {"tokens": ["x"]}, [1], {"token": "x"}]
    return [chunk({"content": "x"}, logprobs=shapes[i % 4]) for i in range(n)]


def usages(n: int) -> list[Any]:
    usage = {"prompt_tokens": 1, "other": 2}
    return [{**chunk({"content": "x"}), "usage": usage} for _ in range(n)]


def usages_of_new_keys(n: int) -> list[Any]:
    return [{**chunk({"content": "x"}), "usage": {f"k{i}": 1}} for i in range(n)]


def inputs(n: int) -> list[Any]:
    call = {"toolCallId": "c", "toolName": "f"}
    delta = {"type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": "[1,"}
    whole = {**call, "type": "tool-input-available", "input": [1]}
    return [{**call, "type": "tool-input-start"}, *[x for _ in range(n // 2) for x in (delta, whole)]]


def ends(n: int) -> list[Any]:
    delta = {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "x"}
    return [x for _ in range(n // 2) for x in (delta, {"type": "RUN_ERROR", "message": "m"})]


def blocks(n: int) -> list[Any]:
    return [{"contentBlockDelta": {"contentBlockIndex": i % 7, "delta": {"text": "x"}}} for i in range(n)]


STREAMS: list[tuple[Any, Any]] = [
    (ChatCompletionChunk, text),
    (ChatCompletionChunk, unknown),
    (ChatCompletionChunk, arguments),
    (ChatCompletionChunk, repeated_names),
    (CompletionStreamEvent, completion),
    (MessageStreamEvent, message),
    (MessageStreamEvent, starts),
    (ResponseStreamEvent, response),
    (ResponseStreamEvent, items),
    (CohereStreamEvent, contents),
    (SGLangStreamEvent, segments),
    (ChatCompletionChunk, parts),
    (ChatCompletionChunk, logprobs),
    (ChatCompletionChunk, usages),
    (ChatCompletionChunk, usages_of_new_keys),
    (UIMessageStreamEvent, inputs),
    (AGUIStreamEvent, ends),
    (ConverseStreamEvent, blocks),
]


@pytest.mark.parametrize(("target", "make"), STREAMS, ids=lambda value: getattr(value, "__name__", "target"))
@pytest.mark.parametrize("partial_json", [False, True])
def test_linear(target: Any, make: Any, partial_json: bool) -> None:
    def work(n: int) -> int:
        events = decode(body(*make(n)), target)

        def run() -> None:
            accumulator: Accumulator[Any] = Accumulator(target, partial_json=partial_json)
            for event in events:
                accumulator.push(event)
            accumulator.final()

        return lines(run)

    work(10)  # imports
    small, large = work(100), work(400)
    assert large < 4.5 * small


class NeverWalked(dict[int, Any]):
    """Fails those who look at all of it to find one thing."""

    def __iter__(self) -> Any:
        raise AssertionError("walked")


@pytest.mark.parametrize(
    ("target", "make", "state"),
    [(ResponseStreamEvent, items, "_items"), (CohereStreamEvent, contents, "_contents")],
    ids=["items", "contents"],
)
def test_what_has_no_index_is_placed_without_a_search(target: Any, make: Any, state: str) -> None:
    accumulator: Accumulator[Any] = Accumulator(target)
    setattr(accumulator._assembler, state, NeverWalked())
    for event in decode(body(*make(3)), target):
        accumulator.push(event)


def test_a_view_at_each_delta_parses_only_what_is_new() -> None:
    """The lines for asking after each delta grow with the view that is copied, not with the text of one
    string."""

    def work(n: int) -> int:
        events = decode(
            body(tool('{"a": "', name="get"), *[tool("x") for _ in range(n)]), ChatCompletionChunk
        )

        def run() -> None:
            accumulator: Accumulator[Any] = Accumulator(ChatCompletionChunk, partial_json=True)
            for event in events:
                accumulator.push(event)
                assert accumulator.tool_calls[0].input is not None

        return lines(run)

    work(10)
    assert work(400) < 4.5 * work(100)
