"""What is asked of events: the answers never raise nor lie about their types, whatever a server has sent."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sselerate import decode
from sselerate._fallback import Decoder
from sselerate.errors import SSEError
from sselerate.events import CompletionUsage, Event, GenericEvent, StreamEvent, ToolCallDelta, Usage, event
from sselerate.events.usage import CompletionTokensDetails
from tests.corpus.make import GROUPS, STREAMS

CASES = [case for module in STREAMS for case in module.CASES]  # type: ignore[attr-defined]
COUNTS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)


def answered(found: Any) -> None:
    assert isinstance(found, StreamEvent)
    assert isinstance(found.text, str)
    assert isinstance(found.reasoning, str)
    assert isinstance(found.tool_calls, tuple)
    for call in found.tool_calls:
        assert isinstance(call, ToolCallDelta)
        assert isinstance(call.index, int | None)
        assert isinstance(call.id, str | None)
        assert isinstance(call.name, str | None)
        assert isinstance(call.arguments, str)
    assert found.is_terminal in (True, False)
    # A class that declares the key keeps what was sent, so only the asking itself is checked.
    getattr(found.usage, "extra", None)
    found.finish_reason  # noqa: B018
    if isinstance(found.usage, Usage):
        for name in COUNTS:
            getattr(found.usage, name)


def payloads() -> list[Any]:
    found = []
    for case in CASES:
        for _, text in [line.partition(b": ")[::2] for line in case.body.splitlines()]:
            with contextlib.suppress(ValueError):
                payload = json.loads(text)
                if isinstance(payload, dict):
                    found.append(payload)
    return found


PAYLOADS = payloads()
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.text("ab", max_size=2),
    st.sampled_from([[], {}, [None], ["a"], [[]], {"type": "x"}, [{"type": "text"}], {"a": [1]}]),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*path, key))
    return found


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) > 100


@given(st.sampled_from(PAYLOADS), st.data())
def test_answers_never_raise(payload: Any, data: st.DataObject) -> None:
    """A payload with up to three values of the wrong kind still answers, and still comes back whole."""
    payload = copy.deepcopy(payload)
    for _ in range(data.draw(st.integers(0, 3))):
        places = paths(payload)
        if not places:
            break
        *inner, last = data.draw(st.sampled_from(places))
        at = payload
        for step in inner:
            at = at[step]
        at[last] = copy.deepcopy(data.draw(ODD))
    body = b"data: " + json.dumps(payload).encode() + b"\n\n"
    try:
        events = Decoder().feed(body)
    except SSEError:
        return
    for found in events:
        answered(found)
        assert found.to_dict() == payload
        assert pickle.loads(pickle.dumps(found)) == found


def test_integers_that_are_no_text() -> None:
    """An integer of more digits than str() takes is an odd value as any other, at every place."""
    decoder = Decoder(on_error="skip")

    def events(payload: Any) -> list[Any]:
        text = json.dumps(payload).replace('"HUGE"', "1" + "0" * 5000)
        return decoder.feed(f"data: {text}\n\n".encode())

    for payload in PAYLOADS:
        for *inner, last in paths(payload) if events(payload) else ():
            changed = copy.deepcopy(payload)
            at = changed
            for step in inner:
                at = at[step]
            at[last] = "HUGE"
            for found in events(changed):
                answered(found)


@pytest.mark.parametrize("name", GROUPS)
def test_answers_in_the_corpus(name: str) -> None:
    for case in GROUPS[name]:
        for found in decode(case.body, on_error="yield", max_event_bytes=1 << 20):
            answered(found)


def test_an_odd_choice_does_not_hide_the_others() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    delta = {"content": "a", "reasoning": "r", "tool_calls": [5, call]}
    chat = [{"index": 0, "delta": delta, "finish_reason": "stop"}, {"text": "b", "finish_reason": "length"}]
    odd: list[Any] = [5, None, "x", [], {}, {"delta": 5}, {"delta": None, "finish_reason": 5}]
    for choices in ([*odd, *chat], [*chat, *odd]):
        found, completion = [
            decode(b"data: " + json.dumps({"object": kind, "choices": choices}).encode() + b"\n\n")[0]
            for kind in ("chat.completion.chunk", "text_completion")
        ]
        assert (found.text, found.reasoning, found.finish_reason) == ("a", "r", "stop")
        assert found.tool_calls == (ToolCallDelta(0, "c", "f", "{}"),)
        assert (completion.text, completion.finish_reason) == ("b", "stop")


@pytest.mark.parametrize(
    ("index", "expected"),
    [(2, 2), (2.0, 2), (2**53 - 1, 2**53 - 1), (2**53, None), (1e300, None), (2.5, None), (True, None)],
)
def test_numbers_that_readers_of_json_agree_on(index: float, expected: int | None) -> None:
    """CPython hashes all multiples of 2**61 - 1 alike, which servers must not make use of."""
    chunk = {"object": "chat.completion.chunk", "choices": [{"delta": {"tool_calls": [{"index": index}]}}]}
    (found,) = decode(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    assert found.tool_calls[0].index == expected


def test_neutral() -> None:
    found = GenericEvent(data={"text": "a", "usage": {}})
    assert (found.text, found.reasoning, found.tool_calls) == ("", "", ())
    assert (found.finish_reason, found.usage, found.is_terminal) == (None, None, False)


def test_a_field_may_take_the_place_of_an_answer() -> None:
    @event
    class Own(StreamEvent):
        text: str
        usage: CompletionUsage | None = None

    with pytest.raises(TypeError):
        Own()  # type: ignore[call-arg]
    assert Own(text="a").text == "a"
    (found,) = decode(b'data: {"text":"b"}\n\n', Own)
    assert (found.text, found.usage, found.reasoning) == ("b", None, "")


def test_plain_events_have_no_answers() -> None:
    """Parts of events are events too, with keys of such names and other meanings."""
    assert not {"text", "tool_calls", "usage"} & set(dir(Event))


@pytest.mark.parametrize(
    ("wire", "wanted"),
    [
        # OpenAI: reasoning is a part of the completion
        ((10, 20, 30, 5), (10, 20, 30, 5)),
        # xAI: it is not
        ((10, 20, 35, 5), (10, 25, 35, 5)),
        # nobody says
        ((10, 20, None, 5), (10, 20, 30, 5)),
    ],
)
def test_reasoning_tokens_apart(wire: tuple[Any, ...], wanted: tuple[Any, ...]) -> None:
    prompt, completion, total, reasoning = wire
    details = CompletionTokensDetails(reasoning_tokens=reasoning)
    usage = CompletionUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reported_total_tokens=total,
        completion_tokens_details=details,
    )
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens, usage.reasoning_tokens) == wanted


def test_the_documents_name_every_dialect() -> None:
    document = Path(__file__).resolve().parent.parent.parent / "docs" / "dialects.md"
    text = document.read_text("utf-8")
    from tests.dialects.test_recognition import dialects

    for name in dialects():
        assert f"`{name}`" in text, name
