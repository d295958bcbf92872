"""What usage says in the words common to all dialects, wherever a server has put it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backends import Backend


def usage(backend: Backend, payload: dict[str, Any]) -> Any:
    (event,) = backend.decode(f"data: {json.dumps(payload)}\n\n".encode())
    assert event.to_dict() == payload
    return event.usage


@pytest.mark.parametrize(
    ("beside", "wanted"),
    [
        ({"cached_tokens": 8}, (8, None, None)),  # Moonshot, Together
        ({"num_cached_tokens": 8}, (8, None, None)),  # Mistral
        ({"cache_read_input_tokens": 8, "cache_creation_input_tokens": 1}, (8, 1, None)),  # LiteLLM
        ({"reasoning_tokens": 3}, (None, None, 3)),  # SGLang, Perplexity
        ({"prompt_tokens_details": {"cached_tokens": 0}, "cached_tokens": 8}, (0, None, None)),
        ({"prompt_tokens_details": {}, "cached_tokens": "8", "num_cached_tokens": 7}, (7, None, None)),
        ({"prompt_cache_hit_tokens": 8}, (8, None, None)),  # DeepSeek
    ],
)
def test_counts_beside_the_details(backend: Backend, beside: Any, wanted: Any) -> None:
    counts = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14, **beside}
    found = usage(backend, {"object": "chat.completion.chunk", "choices": [], "usage": counts})
    assert (found.cached_tokens, found.cache_write_tokens, found.reasoning_tokens) == wanted
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (10, 4, 14)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ({"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2}}}, 3),
        ({"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 4}}}, 4),
        ({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}, 3),
        ({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": None}}, 3),
        ({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": "x"}}, 3),
        ({"choices": [], "usage": {"prompt_tokens": 1}}, None),
        (
            {
                "type": "response.completed",
                "response": {"id": "r", "usage": {"input_tokens": 1, "output_tokens": 2}},
            },
            3,
        ),
        (
            {"candidates": [], "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}},
            3,
        ),
        (
            {
                "event_type": "interaction.completed",
                "interaction": {"id": "i", "usage": {"total_input_tokens": 1, "total_output_tokens": 2}},
            },
            3,
        ),
        (
            {
                "type": "conversation.response.done",
                "usage": {"prompt_tokens": 1, "completion_tokens": 2, "connector_tokens": 3},
            },
            3,
        ),
        ({"type": "speech.audio.done", "usage": {"input_tokens": 1, "output_tokens": 2}}, 3),
        ({"type": "image_edit.completed", "usage": {"input_tokens": 1, "output_tokens": 2}}, 3),
        ({"type": "RUN_FINISHED", "usage": [{"inputTokens": 1, "outputTokens": 2}]}, 3),
    ],
)
def test_the_total_is_the_sum_where_no_server_says_it(backend: Backend, payload: Any, wanted: Any) -> None:
    assert usage(backend, payload).total_tokens == wanted


@pytest.mark.parametrize("tokens", [{}, None, {"input_tokens": None}])
def test_what_is_charged_for_where_cohere_says_no_more(backend: Backend, tokens: Any) -> None:
    counts = {"billed_units": {"input_tokens": 1, "output_tokens": 2.0}, "tokens": tokens}
    found = usage(backend, {"type": "message-end", "delta": {"usage": counts}})
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (1, 2, 3)


def test_a_step_of_a_run_has_its_usage(backend: Backend) -> None:
    counts = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    step = {"id": "s", "object": "thread.run.step", "status": "completed"}
    assert usage(backend, {**step, "usage": counts}).total_tokens == 3
    assert usage(backend, {**step, "usage": None}) is None
