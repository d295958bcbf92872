"""What servers really send is right for a strict decoder, where a declaration can say it without cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backends import Backend

CHUNK: dict[str, Any] = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}


@pytest.mark.parametrize(
    "payload",
    [
        CHUNK | {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
        {"id": "x", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]},
        CHUNK
        | {
            "choices": [
                {
                    "index": 0,
                    "delta": {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]},
                }
            ]
        },
        {"type": "function.call.delta", "output_index": 0, "name": "f", "arguments": {"a": 1}},
    ],
)
def test_what_servers_really_send(backend: Backend, payload: Any) -> None:
    (event,) = backend.decode(f"data: {json.dumps(payload)}\n\n".encode(), strict=True)
    assert event.to_dict() == payload
