"""The usage of a stream, of the parts in which its events say it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sselerate import UsageMeter, decode
from sselerate.errors import ServerError
from sselerate.events import StreamEvent, event
from tests.accumulate.streams import accumulate, body, chunk
from tests.backends import Backend

COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def started(**usage: Any) -> Any:
    return {"type": "message_start", "message": {"model": "m", "usage": usage}}


def ended(**usage: Any) -> Any:
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}


STREAMS: dict[str, tuple[list[Any], Any]] = {
    "none": ([chunk({"content": "a"})], None),
    "empty": ([chunk({"content": "a"}) | {"usage": {}}], None),
    "odd": ([chunk({"content": "a"}) | {"usage": 5}, chunk({}, usage=[1]) | {"x_groq": 5}], None),
    "usual": (
        [chunk({"content": "a"}), {"object": "chat.completion.chunk", "choices": [], "usage": COUNTS}],
        COUNTS,
    ),
    "each event": (
        [chunk({}) | {"usage": COUNTS}, chunk({}) | {"usage": {**COUNTS, "total_tokens": 4}}],
        {**COUNTS, "total_tokens": 4},
    ),
    "empty at the end": ([chunk({}) | {"usage": COUNTS}, chunk({}) | {"usage": {}}], COUNTS),
    "Groq": (
        [chunk({}) | {"x_groq": {"id": "r", "usage": COUNTS}}, chunk({}) | {"x_groq": {"id": "r"}}],
        COUNTS,
    ),
    "a completion with usage in a choice": (
        [{"object": "text_completion", "choices": [{"index": 0, "text": "a", "usage": COUNTS}]}],
        COUNTS,
    ),
    "Moonshot": ([chunk({}, usage=COUNTS)], COUNTS),
    "parts": (
        [chunk({}) | {"usage": {"prompt_tokens": 1}}, chunk({}) | {"usage": {"completion_tokens": 2}}],
        {"prompt_tokens": 1, "completion_tokens": 2},
    ),
    "Anthropic": (
        [started(input_tokens=4, cache_read_input_tokens=8, output_tokens=1), ended(output_tokens=9)],
        {"input_tokens": 4, "cache_read_input_tokens": 8, "output_tokens": 9},
    ),
    "beside an error": ([chunk({}) | {"error": {"message": "m"}, "usage": COUNTS}], COUNTS),
    "Gemini": (
        [{"candidates": [], "usageMetadata": {"promptTokenCount": n, "totalTokenCount": n}} for n in (1, 2)],
        {"promptTokenCount": 2, "totalTokenCount": 2},
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams(backend: Backend, name: str) -> None:
    """A meter and an accumulator say the same."""
    payloads, wanted = STREAMS[name]
    meter = UsageMeter()
    for item in backend.decode(body(*payloads), on_error="yield"):
        meter.push(item)
    assert (meter.usage and meter.usage.to_dict()) == wanted
    accumulator = accumulate(backend, None, *payloads)
    assert accumulator.usage == meter.usage
    final = accumulator.final().to_dict()
    assert (final.get("usage") or final.get("usageMetadata")) == (wanted or final.get("usage"))


def test_an_exception_may_have_usage(backend: Backend) -> None:
    meter = UsageMeter()
    with pytest.raises(ServerError) as raised:
        backend.decode(body(chunk({}) | {"error": {"message": "m"}, "usage": COUNTS}))
    meter.push(raised.value)
    assert meter.usage is not None
    assert meter.usage.to_dict() == COUNTS


def test_what_is_no_usage() -> None:
    @event
    class Own(StreamEvent):
        usage: Any = None
        choices: Any = None

    meter = UsageMeter()
    for item in (None, Own(usage=5), Own(usage={"a": 1}), Own(choices=(5,))):
        meter.push(item)
    assert meter.usage is None


def test_a_part_behind_a_total() -> None:
    """The total of a report is not that of what came behind it."""
    meter = UsageMeter()
    for usage in ({"prompt_tokens": 10, "total_tokens": 10}, {"completion_tokens": 5}):
        (event,) = decode(f"data: {json.dumps({'choices': [], 'usage': usage})}\n\n".encode())
        meter.push(event)
    assert meter.usage is not None
    assert (meter.usage.input_tokens, meter.usage.output_tokens, meter.usage.total_tokens) == (10, 5, 15)
