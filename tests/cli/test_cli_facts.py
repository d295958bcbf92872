"""Text, model, reason and usage are found in every dialect that keeps them somewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sselerate import Event, decode
from sselerate.cli import facts

CASES: dict[str, tuple[Any, str]] = {
    "completion": ({"object": "text_completion", "choices": [{"text": "hi", "index": 0}]}, "hi"),
    "chat": ({"choices": [{"index": 0, "delta": {"content": "hi"}}]}, "hi"),
    "chat without index": ({"choices": [{"delta": {"content": "hi"}}]}, "hi"),
    "second choice": ({"choices": [{"index": 1, "delta": {"content": "no"}}]}, ""),
    "parts, thinking left out": (
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {
                        "content": [
                            {"type": "thinking", "thinking": [{"type": "text", "text": "no"}]},
                            {"type": "text", "text": "hi"},
                        ]
                    },
                }
            ]
        },
        "hi",
    ),
    "null delta": ({"choices": [{"index": 0, "delta": None}]}, ""),
    "null choices": ({"object": "chat.completion.chunk", "choices": None}, ""),
    "anthropic": ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}}, "hi"),
    "anthropic tool": (
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}},
        "",
    ),
    "responses": ({"type": "response.output_text.delta", "delta": "hi"}, "hi"),
    "responses, the whole again": ({"type": "response.output_text.done", "text": "no"}, ""),
    "gemini": ({"candidates": [{"content": {"parts": [{"text": "h"}, {"text": "i"}]}}]}, "hi"),
    "gemini thought": ({"candidates": [{"content": {"parts": [{"thought": True, "text": "no"}]}}]}, ""),
    "cohere": ({"type": "content-delta", "delta": {"message": {"content": {"text": "hi"}}}}, "hi"),
    "ollama chat": ({"message": {"role": "assistant", "content": "hi"}, "done": False}, "hi"),
    "ollama generate": ({"response": "hi", "done": False}, "hi"),
    "tgi": ({"token": {"id": 1, "text": "hi"}, "generated_text": None}, "hi"),
    "llama.cpp": ({"content": "hi", "stop": False}, "hi"),
    "list": ([1, 2], ""),
    "text": ("hi", ""),
}


def read(payload: Any) -> Event:
    (event,) = decode(b"data: " + json.dumps(payload).encode() + b"\n\n")
    return event


@pytest.mark.parametrize("name", CASES)
def test_text(name: str) -> None:
    payload, text = CASES[name]
    assert facts.text_of(read(payload)) == text


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}, "choices": []}, (1, 2)),
        ({"type": "message_start", "message": {"usage": {"input_tokens": 1, "output_tokens": 2}}}, (1, 2)),
        ({"type": "message_delta", "usage": {"output_tokens": 2}}, (None, 2)),
        (
            {"type": "response.completed", "response": {"usage": {"input_tokens": 1, "output_tokens": 2}}},
            (1, 2),
        ),
        ({"usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}}, (1, 2)),
        ({"x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}, "choices": []}, (1, 2)),
        ({"prompt_eval_count": 1, "eval_count": 2, "done": True}, (1, 2)),
        ({"usage": None, "choices": []}, (None, None)),
        ({"usage": {"prompt_tokens": "1"}}, (None, None)),
        ([], (None, None)),
    ],
)
def test_usage(payload: Any, expected: tuple[int | None, int | None]) -> None:
    assert facts.usage_of(read(payload)) == expected


@pytest.mark.parametrize(
    ("payload", "model", "reason"),
    [
        ({"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, "m", "stop"),
        ({"type": "message_start", "message": {"model": "m"}}, "m", None),
        ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, None, "end_turn"),
        ({"type": "response.created", "response": {"model": "m", "status": "in_progress"}}, "m", None),
        ({"type": "response.completed", "response": {"model": "m", "status": "completed"}}, "m", "completed"),
        ({"modelVersion": "m", "candidates": [{"finishReason": "STOP"}]}, "m", "STOP"),
        ({"model": "", "choices": [{"finish_reason": ""}]}, None, None),
        ({"model": 7, "done_reason": "stop"}, None, "stop"),
    ],
)
def test_model_and_reason(payload: Any, model: str | None, reason: str | None) -> None:
    event = read(payload)
    assert (facts.model_of(event), facts.reason_of(event)) == (model, reason)
