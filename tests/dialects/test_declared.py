"""Keys that servers send are fields where the class is not made for every event of a stream, and attributes
all the same where it is."""

from __future__ import annotations

import json
from typing import Any

from tests.backends import Backend


def decoded(backend: Backend, payload: dict[str, Any]) -> Any:
    (event,) = backend.decode(f"data: {json.dumps(payload)}\n\n".encode())
    assert event.to_dict() == payload
    return event


def test_fields(backend: Backend) -> None:
    end = decoded(
        backend,
        {
            "type": "message_delta",
            "delta": {},
            "usage": {"output_tokens": 1, "iterations": [{"output_tokens": 1}]},
        },
    )
    assert (end.usage.extra, end.usage.iterations) == (None, [{"output_tokens": 1}])
    for kind, more in [
        ("text.delta", {"delta": "a"}),
        ("text.done", {"text": "a"}),
        ("part.added", {"part": {}}),
    ]:
        summary = decoded(
            backend, {"type": f"response.reasoning_summary_{kind}", "status": "incomplete", **more}
        )
        assert (summary.extra, summary.status) == (None, "incomplete")
    logprobs = [[-0.5, 9, None]]
    tokens = decoded(backend, {"text": "a", "meta_info": {"id": "i", "output_token_logprobs": logprobs}})
    assert (tokens.meta_info.extra, tokens.meta_info.output_token_logprobs) == (None, logprobs)
    usage = {"prompt_tokens": 1, "prompt_audio_seconds": 2}
    done = decoded(backend, {"type": "conversation.response.done", "usage": usage})
    assert (done.usage.extra, done.usage.prompt_audio_seconds) == (None, 2)


def test_what_servers_add_to_a_chat_chunk(backend: Backend) -> None:
    chunk = decoded(
        backend,
        {
            "choices": [{"index": 0, "delta": {"channel": "c"}, "seed": 1}],
            "x_groq": {"id": "x"},
            "usage": {"prompt_tokens": 1, "queue_time": 0.5},
        },
    )
    assert chunk.x_groq == {"id": "x"}
    assert (chunk.choices[0].seed, chunk.choices[0].delta.channel) == (1, "c")
    assert chunk.usage.queue_time == 0.5
