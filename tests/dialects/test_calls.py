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


def test_arguments_that_gemini_streams_are_one_call(backend: Backend) -> None:
    """Its pieces have paths, and are no text; nor are they further calls."""

    def part(call: dict[str, Any]) -> dict[str, Any]:
        return {"candidates": [{"content": {"parts": [{"functionCall": call}]}}]}

    piece = {"jsonPath": "$.city", "stringValue": "Par", "willContinue": True}
    found = calls(
        backend,
        part({"name": "f", "id": "1", "willContinue": True}),
        part({"partialArgs": [piece], "willContinue": True}),
        part({"partialArgs": [piece | {"stringValue": "is"}], "willContinue": True}),
        part({}),
        part({"name": "g", "args": {"a": 1}}),
    )
    assert found == [ToolCallDelta(None, "1", "f", ""), ToolCallDelta(None, None, "g", '{"a":1}')]


def test_calls_that_bedrock_carries_out(backend: Backend) -> None:
    def start(**call: str) -> dict[str, Any]:
        return {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": call}}}

    head = {"toolUseId": "t", "name": "nova_grounding"}
    assert not calls(backend, start(**head, type="server_tool_use"))
    assert calls(backend, start(**head)) == [ToolCallDelta(1, "t", "nova_grounding", "")]


def test_heads_of_calls_that_the_server_carries_out_are_none(backend: Backend) -> None:
    """A piece of arguments is alike for both kinds: one without a head is left out by who joins them."""
    found = calls(
        backend,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "server_tool_use", "id": "s"}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{}"},
        },
        {
            "event_type": "step.start",
            "index": 1,
            "step": {"type": "google_search_call", "id": "g", "name": "n"},
        },
        {"event_type": "step.delta", "index": 1, "delta": {"type": "arguments_delta", "arguments": "{}"}},
    )
    assert found == [ToolCallDelta(0, None, None, "{}"), ToolCallDelta(1, None, None, "{}")]


def test_custom_tools_of_a_chat(backend: Backend) -> None:
    def said(**call: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **call}]}}]}

    found = calls(
        backend,
        said(id="c", type="custom", custom={"name": "f", "input": ""}),
        said(custom={"input": "a b"}),
        said(custom="odd"),
        said(custom={"input": 5}, function={"name": "g", "arguments": "{}"}),
    )
    assert found == [
        ToolCallDelta(0, "c", "f", ""),
        ToolCallDelta(0, None, None, "a b"),
        ToolCallDelta(0, None, None, ""),
        ToolCallDelta(0, None, "g", "{}"),
    ]
