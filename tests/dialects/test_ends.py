"""What events say about the end: why the answer ended, and whether they are the last."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sselerate.events import GenerateContentResponse, JSONRPCMessage
from tests.backends import Backend

HUGE = 10**5000
"""An integer that str() does not take."""


@pytest.mark.parametrize(
    ("message", "is_last"),
    [
        ({"id": 1, "result": {"content": []}}, True),
        ({"id": "a", "result": {"final": True, "kind": "status-update"}}, True),
        ({"id": "a", "result": {"kind": "artifact-update", "final": False}}, False),
        ({"id": "a", "result": None}, False),
        ({"id": None, "error": {"code": -32700, "message": "m"}}, True),
        ({"id": 0, "method": "sampling/createMessage", "params": {}}, False),
        ({"method": "notifications/progress"}, False),
        ({}, False),
    ],
)
def test_the_response_is_the_last_message(backend: Backend, message: Any, is_last: bool) -> None:
    body = f"data: {json.dumps({'jsonrpc': '2.0', **message})}\n\n".encode()
    events = backend.iter_events([body], JSONRPCMessage)
    (event,) = events
    assert (event.is_terminal, events.done) == (is_last, is_last)


@pytest.mark.parametrize(
    "payload",
    [
        {"step": 1, "done": True},
        {"object": "thread", "id": "t", "metadata": {"usage": "mine"}},
        {"type": "image_edit.final", "index": 0, "b64_json": "AA", "is_final": True},
        {"type": "image_generation.completed", "b64_json": "AA"},
        {"id_slot": 0, "content": "a", "stop": False},
        {"choices": [{"delta": {"content": "a"}, "stop_reason": "x"}]},
    ],
    ids=str,
)
def test_what_need_not_be_the_last(backend: Backend, payload: Any) -> None:
    events = backend.iter_events([f"data: {json.dumps(payload)}\n\n".encode()])
    assert [event.is_terminal for event in events] == [False]
    assert not events.done


def test_no_event_of_gemini_is_the_last(backend: Backend) -> None:
    """Older servers say "STOP" in each, so who stops at the first loses the rest."""
    part = {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP", "index": 0}
    body = f"data: {json.dumps({'candidates': [part]})}\n\n".encode()
    events = backend.decode(body * 2)
    assert [(event.text, event.finish_reason, event.is_terminal) for event in events] == [
        ("a", "STOP", False)
    ] * 2


def test_reasons_by_number(backend: Backend) -> None:
    """Their digits are the words, however many there are."""

    def found(number: str) -> GenerateContentResponse:
        (event,) = backend.decode(b'data: {"candidates":[{"finishReason":%s}]}\n\n' % number.encode())
        return event  # type: ignore[no-any-return]

    assert [found(number).finish_reason for number in ("1", "0", "-1")] == ["1", None, "-1"]
    event = found("1" + "0" * 5000)
    assert event.candidates is not None
    assert event.candidates[0].finish_reason == HUGE
    assert (event.finish_reason, event.is_terminal) == ("1" + "0" * 5000, False)
