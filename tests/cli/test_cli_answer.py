"""Text and summary are what the events answer, in every dialect."""

from __future__ import annotations

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sselerate.accumulate import Accumulator
from sselerate.accumulate.joined import joined
from sselerate.cli.render import Format, Summary, Text
from sselerate.cli.stream import StreamEnd, Streams
from sselerate.cli.summary import Row
from tests import backends
from tests.conftest import recordings_index
from tests.corpus.read import CASES, Stored

DIALECTS = [case for case in CASES if case.name.startswith("dialects/")]
RECORDED = [entry["file"] for entry in recordings_index()] or [pytest.param(None, id="recordings absent")]


def put(form: Format, backend: str, *chunks: bytes, target: Any = None) -> None:
    """Reads one source into a format, as `decode` does."""
    decoder = partial(backends.load(backend).Decoder, target, on_error="yield")
    for items in Streams(decoder).read(chunks):
        for item in items:
            if isinstance(item, StreamEnd):
                form.end("source", 1, item)
            else:
                form.event(item)


def text(backend: str, *chunks: bytes, target: Any = None) -> str:
    out = io.StringIO()
    put(Text(out), backend, *chunks, target=target)
    return out.getvalue()


def rows(backend: str, *chunks: bytes) -> list[Row]:
    summary = Summary(io.StringIO())
    put(summary, backend, *chunks)
    return summary.rows


def sse(*payloads: Any) -> bytes:
    return b"".join(b"data: %s\n\n" % json.dumps(payload).encode() for payload in payloads)


# ---- what the command shows is what the events say

# Of several choices the first is shown, and of a text that comes again and again what is new.
OTHERS = {"dialects/completion-choices-interleaved": "a", "dialects/sglang": "Hi you"}


def agree(backend: str, body: bytes, shown: str | None = None) -> None:
    """Text and summary of ``body`` are what its events answer; its text is ``shown`` if that is given."""
    events = backends.load(backend).decode(body, on_error="yield", multi=True)
    expected = "".join(event.text for event in events) if shown is None else shown
    # Each stream is ended with a line, and halves of characters meet.
    assert text(backend, body).replace("\n", "") == joined([expected]).replace("\n", "")
    found = rows(backend, body)
    assert sum(row.characters for row in found) == len(expected)
    if len(found) == 1:
        accumulator: Accumulator[Any] = Accumulator()
        for event in events:
            accumulator.push(event)
        usage = accumulator.usage
        counts = (None, None) if usage is None else (usage.input_tokens, usage.output_tokens)
        assert (found[0].input, found[0].output) == counts
        assert found[0].reason == accumulator.finish_reason


@pytest.mark.parametrize("case", DIALECTS, ids=repr)
def test_every_dialect(backend: str, case: Stored) -> None:
    agree(backend, case.body, OTHERS.get(case.name))


@pytest.mark.parametrize("file", RECORDED)
def test_every_recording(backend: str, recordings: Path, file: str) -> None:
    agree(backend, (recordings / file).read_bytes())


# ---- text


def test_text_that_comes_again_is_shown_once(backend: str) -> None:
    """SGLang sends all of the text with each event, or only what is new; of several prompts the first."""

    def stream(*texts: str, index: int | None = None) -> bytes:
        return sse(*({"text": text, "meta_info": {"id": "i"}, "index": index} for text in texts))

    assert text(backend, stream("Hel", "Hello", "Hello", "Hello you")) == "Hello you\n"
    assert text(backend, stream("a", " very", " very", "", " very big")) == "a very very very big\n"
    assert text(backend, stream("A", index=0) + stream("B", index=1) + stream("Ab", index=0)) == "Ab\n"
    done = b"data: [DONE]\n\n"
    two = stream("Hel", "Hello") + done + stream("Hello") + done
    assert text(backend, two) == "Hello\nHello\n"
    assert [row.characters for row in rows(backend, two)] == [5, 5]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"choices": [{"index": 0, "delta": {"content": "a"}}]},
            {"choices": [{"index": 1, "delta": {"content": "x"}, "finish_reason": "length"}]},
        ),
        (
            {"object": "text_completion", "choices": [{"text": "a", "index": 0}, {"text": "y", "index": 1}]},
            {"object": "text_completion", "choices": [{"text": "x", "index": 1, "finish_reason": "length"}]},
        ),
        (
            {"candidates": [{"content": {"parts": [{"text": "a"}]}}]},
            {"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP", "index": 1}]},
        ),
    ],
    ids=["chat", "completion", "gemini"],
)
def test_further_choices_are_left_out(backend: str, first: Any, second: Any) -> None:
    data = sse(first, second)
    form = Text(io.StringIO())
    put(form, backend, data)
    assert form.out.getvalue() == "a\n"  # type: ignore[attr-defined]
    assert form.note is not None
    assert "further choices left out" in form.note
    (row,) = rows(backend, data)
    assert (row.events, row.characters, row.reason) == (2, 1, None)


def test_what_stands_beside_an_error_counts(backend: str) -> None:
    chunk = {
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "half"}, "finish_reason": "error"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
        "error": {"message": "upstream is gone"},
    }
    assert text(backend, sse(chunk)) == "half\n"
    (row,) = rows(backend, sse(chunk))
    assert (row.events, row.errors, row.characters, row.reason) == (0, 1, 4, "error")
    assert (row.input, row.output) == (7, 2)


def test_values_of_wrong_types_are_no_answers(backend: str) -> None:
    data = sse(
        {"model": 7, "choices": [None, 5, "text", {"index": "1", "delta": 5, "text": []}], "usage": [1]},
        {"type": "message_delta", "delta": {"stop_reason": 7}, "usage": {"output_tokens": "9"}},
        {"text": 5, "meta_info": 6, "index": []},
        {"usage": {"prompt_tokens": "1"}, "choices": 3, "finish_reason": {}},
    )
    assert text(backend, data) == ""
    (row,) = rows(backend, data)
    assert (row.model, row.reason, row.input, row.output) == (None, None, None, None)


# ---- summary


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("anthropic-messages-0014.sse", (63011, 760)),  # a cache
        ("anthropic-messages-0088.sse", (1171, 289)),
        ("gemini-generateContent-0369.sse", (87, 78)),  # thinking
        ("gemini-generateContent-0384.json", (201, 234)),
        ("groq-chat-0410.sse", (12, 24)),  # in a place of its own
        ("vertex-generateContent-0812.sse", (7, 26)),
        ("vertex-generateContent-0814.sse", (43, 1375)),
    ],
)
def test_recorded_counts(
    backend: str, recordings: Path, file: str, counts: tuple[int | None, int | None]
) -> None:
    """All of the input counts, be it cached, and all that was generated, be it reasoning."""
    (row,) = rows(backend, (recordings / file).read_bytes())
    assert (row.input, row.output) == counts


def test_counts_of_start_and_end(backend: str) -> None:
    """Anthropic says at the end what was generated, and need not repeat what was read."""
    started = {"input_tokens": 4, "cache_read_input_tokens": 1167, "output_tokens": 1}
    data = sse(
        {"type": "message_start", "message": {"model": "m", "usage": started}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 289}},
    )
    (row,) = rows(backend, data)
    assert (row.model, row.reason, row.input, row.output) == ("m", "end_turn", 1171, 289)


@pytest.mark.parametrize(
    ("end", "beside"),
    [
        ({}, {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
        ({}, {"usage": {}, "x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}}),
        ({"usage": {"prompt_tokens": 1, "completion_tokens": 2}}, {}),
    ],
    ids=["usual", "Groq", "Moonshot"],
)
def test_usage_of_chats(backend: str, end: Any, beside: Any) -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    (row,) = rows(backend, sse({"choices": [{**choice, **end}], **beside}))
    assert (row.reason, row.input, row.output) == ("stop", 1, 2)


@pytest.mark.parametrize(
    ("payload", "model"),
    [
        ({"model": "m", "choices": [{"index": 0, "delta": {}}]}, "m"),
        ({"type": "message_start", "message": {"model": "m"}}, "m"),
        ({"type": "response.created", "response": {"model": "m"}}, "m"),
        ({"event_type": "interaction.created", "interaction": {"model": "m"}}, "m"),
        ({"modelVersion": "m", "candidates": []}, "m"),
        ({"model_id": "m", "model_version": "1", "results": [{"stop_reason": "not_finished"}]}, "m"),
        ({"model": "", "choices": []}, None),
        ({"model": ["m"], "choices": []}, None),
        ([1, 2], None),
    ],
)
def test_model(backend: str, payload: Any, model: str | None) -> None:
    (row,) = rows(backend, sse(payload))
    assert row.model == model
