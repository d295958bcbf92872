"""The pieces of tool calls that events answer with: what a consumer gets who joins them."""

from __future__ import annotations

import json
from typing import Any

from sselerate.events import ToolCallDelta
from tests.backends import Backend


def calls(backend: Backend, *payloads: dict[str, Any]) -> list[ToolCallDelta]:
    """The pieces of all calls in a stream of these."""
    body = "".join(f"data: {json.dumps(payload)}\n\n" for payload in payloads).encode()
    return [call for event in backend.decode(body) for call in event.tool_calls]


def test_input_of_the_ui_stream_that_was_not_streamed_is_a_call(backend: Backend) -> None:
    whole = {"type": "tool-input-available", "toolCallId": "c", "toolName": "f", "input": {"a": 1}}
    assert calls(backend, whole) == [ToolCallDelta(None, "c", "f", "")]


def test_input_of_the_ui_stream_comes_once(backend: Backend) -> None:
    head = {"toolCallId": "c", "toolName": "f"}
    found = calls(
        backend,
        {"type": "tool-input-start", **head},
        {"type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": '{"a":1}'},
        {"type": "tool-input-available", **head, "input": {"a": 1}},
    )
    assert {(call.id, call.name) for call in found if call.name} == {("c", "f")}
    assert "".join(call.arguments for call in found) == '{"a":1}'


def test_calls_that_the_provider_of_the_ui_stream_carries_out(backend: Backend) -> None:
    head = {"toolCallId": "c", "toolName": "web_search", "providerExecuted": True}
    assert not calls(
        backend,
        {"type": "tool-input-start", **head},
        {"type": "tool-input-available", **head, "input": {}},
        {"type": "tool-input-error", "toolCallId": "c", "toolName": "f", "input": {}, "errorText": "e"},
    )
