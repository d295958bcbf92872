"""Streams of the APIs whose SDKs are patched: payloads made up after recorded ones."""

# ruff: noqa: E501 (payloads are easier to read on a line each)

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sselerate


def sse(payloads: Iterable[Any], *, named: bool = False, done: bool = False) -> list[bytes]:
    """The chunks of a stream, one for each payload; ``named`` writes the type of each as its event type."""
    chunks = []
    for payload in payloads:
        name = f"event: {payload['type']}\n" if named else ""
        chunks.append(f"{name}data: {json.dumps(payload, separators=(',', ':'))}\n\n".encode())
    return [*chunks, b"data: [DONE]\n\n"] if done else chunks


def _chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
    common = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "gpt-x"}
    return {**common, "service_tier": "default", "system_fingerprint": "fp_1", "choices": choices, **more}


def _choice(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason, **more}


TEXT = ["The", "river", "is", "old,", "wide", "&", "“slow”.\n{“quoted”:", "\\u00e9}"]

_LOGPROB = {"token": "The", "logprob": -0.25, "bytes": [84, 104, 101]}

CHAT: list[Any] = [
    _chunk([_choice({"role": "assistant", "content": "", "refusal": None})], obfuscation="x1"),
    *[_chunk([_choice({"content": word + " "})], obfuscation="q" * len(word)) for word in TEXT],
    _chunk(
        [
            _choice(
                {"content": "The"},
                logprobs={"content": [{**_LOGPROB, "top_logprobs": [_LOGPROB]}], "refusal": None},
            )
        ]
    ),
    _chunk(
        [_choice({"content": "!"}, logprobs={"content": [{**_LOGPROB, "top_logprobs": []}], "refusal": None})]
    ),
    _chunk([_choice({}, "stop")], usage=None),
    _chunk(
        [],
        usage={
            "prompt_tokens": 9,
            "completion_tokens": 12,
            "total_tokens": 21,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "accepted_prediction_tokens": 0},
        },
    ),
]
"""A chat completion with log probabilities and usage."""


def _call(index: int, **function: Any) -> dict[str, Any]:
    return {"index": index, **{key: value for key, value in function.items() if key in ("id", "type")}} | {
        "function": {key: value for key, value in function.items() if key in ("name", "arguments")}
    }


TOOLS: list[Any] = [
    _chunk([_choice({"role": "assistant", "content": None})]),
    _chunk([_choice({"tool_calls": [_call(0, id="call_1", type="function", name="weather", arguments="")]})]),
    *[
        _chunk([_choice({"tool_calls": [_call(0, arguments=piece)]})])
        for piece in ('{"ci', 'ty":"Pa', 'ris","un', 'its":"c"}')
    ],
    _chunk([_choice({"tool_calls": [_call(1, id="call_2", type="function", name="weather", arguments="")]})]),
    _chunk([_choice({"tool_calls": [_call(1, arguments='{"city":"Rome"}')]})]),
    _chunk([_choice({}, "tool_calls")]),
]
"""A chat completion with two tool calls."""

ODD_CHAT: list[Any] = [
    {"id": "", "object": "", "created": 0, "model": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]},
    {"id": "1", "object": "chat.completion.chunk", "created": 1.0, "model": None, "choices": [{"index": 0, "delta": {"content": "a", "reasoning_content": "hm"}}], "x_groq": {"id": "r"}},
    {"id": "1", "object": "chat.completion.chunk", "created": "1", "choices": [{"delta": {"content": ["a"], "role": "bot"}, "finish_reason": ""}]},
    {"id": "1", "choices": [{"index": "0", "delta": None, "logprobs": {}}], "usage": {"prompt_tokens": "9", "completion_tokens": 1.0}},
    {"id": 1, "object": "text_completion", "choices": {"index": 0}, "usage": {"prompt_tokens": 3}, "error": None},
    {"id": "1", "choices": [None, 3, {"delta": {"tool_calls": [{"id": "x", "function": {"name": None}}]}}], "more": 1},
    {},
    {"choices": None, "error": ""},
]  # fmt: skip
"""Chunks as no API reference has them."""

COMPLETION: list[Any] = [
    {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "gpt-x", "choices": [{"text": word, "index": 0, "logprobs": None, "finish_reason": None}]}
    for word in TEXT
] + [
    {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "gpt-x", "choices": [{"text": "", "index": 0, "logprobs": {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [{"a": -1.5}], "text_offset": [3]}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
]  # fmt: skip

_RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1700000000, "status": "in_progress", "error": None,
    "incomplete_details": None, "instructions": None, "max_output_tokens": None, "model": "gpt-x", "output": [],
    "parallel_tool_calls": True, "previous_response_id": None, "reasoning": {"effort": None, "summary": None},
    "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [],
    "top_p": 1.0, "truncation": "disabled", "usage": None, "user": None, "metadata": {},
}  # fmt: skip
_PART = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
_ITEM = {"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
_AT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_WHOLE = {**_PART, "text": " ".join(TEXT)}
_DONE = {**_ITEM, "status": "completed", "content": [_WHOLE]}

RESPONSES: list[Any] = [
    {**event, "sequence_number": number}
    for number, event in enumerate(
        [
            {"type": "response.created", "response": _RESPONSE},
            {"type": "response.in_progress", "response": _RESPONSE},
            {"type": "response.output_item.added", "output_index": 0, "item": _ITEM},
            {"type": "response.content_part.added", **_AT, "part": _PART},
            *[
                {"type": "response.output_text.delta", **_AT, "delta": word + " ", "logprobs": [], "obfuscation": "p"}
                for word in TEXT
            ],
            {"type": "response.output_text.done", **_AT, "text": " ".join(TEXT), "logprobs": []},
            {"type": "response.content_part.done", **_AT, "part": _WHOLE},
            {"type": "response.output_item.done", "output_index": 0, "item": _DONE},
            {"type": "response.completed", "response": {**_RESPONSE, "status": "completed", "output": [_DONE], "usage": {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 3}}},
        ]
    )
]  # fmt: skip

MESSAGES: list[Any] = [
    {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [], "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 11, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4, "output_tokens": 1, "service_tier": "standard"}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    *[{"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": word + " "}} for word in TEXT],
    {"type": "content_block_stop", "index": 1},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}},
    *[{"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": piece}} for piece in ("", '{"city": "Pa', 'ris"}')],
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {"output_tokens": 30}},
    {"type": "message_stop"},
]  # fmt: skip
"""A message with thinking, text and a tool call."""

R9S_COMPLETION: list[Any] = [
    {"id": "1", "object": "completion", "created": 3, "model": "m", "choices": [{"text": text, "index": 0, "finish_reason": reason}], "obfuscation": "x"}
    for text, reason in (*((word, None) for word in TEXT), ("", "stop"))
]  # fmt: skip
"""A completion as the models of r9s want it; no server sends that ``object``."""

MISTRAL_CHAT: list[Any] = [
    {**chunk, "choices": [{key: choice[key] for key in ("index", "delta", "finish_reason")}]}
    for chunk in (*CHAT[:6], CHAT[-2])
    for choice in chunk["choices"]
]

_AT_TIME = {"created_at": "2025-01-01T00:00:00Z"}

CONVERSATION: list[Any] = [
    {"type": "conversation.response.started", **_AT_TIME, "conversation_id": "c"},
    {"type": "message.output.delta", **_AT_TIME, "id": "m", "role": "assistant", "content": "hi", "output_index": 0, "content_index": 0},
]  # fmt: skip
"""Of mistralai's conversations."""


def recorded(folder: Path, api: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """(file, (event type, data) of each event) of the recorded streams of an API."""
    index = json.loads((folder / "index.json").read_bytes())
    found = []
    for entry in index:
        if entry["api"] == api:
            parser = sselerate.Parser()
            events = parser.feed((folder / entry["file"]).read_bytes()) + parser.close(flush=True)
            found.append((entry["file"], [(event.event, event.data) for event in events]))  # type: ignore[union-attr]
    return found
