"""The official SDKs' own accumulators, fed the same bytes through an in-memory transport, give the same
message."""

from __future__ import annotations

import importlib
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from sselerate.accumulate import Accumulator
from tests.accumulate.test_recordings import TARGETS
from tests.backends import Backend
from tests.conftest import recordings_index

ABSENT = [pytest.param(None, id="recordings absent")]


def recorded(api: str, *providers: str) -> Any:
    entries = [e for e in recordings_index() if e["api"] == api and e["provider"] in providers]
    return pytest.mark.parametrize(
        "entry", entries or ABSENT, ids=lambda entry: entry["file"] if entry else None
    )


def ours(backend: Backend, api: str, body: bytes) -> Any:
    """Our message as plain JSON."""
    accumulator: Accumulator[Any] = Accumulator(TARGETS[api])
    backend.collect([body], TARGETS[api], into=accumulator)
    message = accumulator.final()
    assert message is not None
    return json.loads(json.dumps(message.to_dict()))


def client(module: Any, name: str, body: bytes) -> Any:
    """A client of an SDK whose server answers with ``body``, whatever is asked."""
    # The SDKs use httpx, or from some version on httpx2, and refuse the other.
    bases = [base.__module__.partition(".")[0] for base in module.DefaultHttpxClient.__mro__]
    httpx = importlib.import_module(next(base for base in bases if base in ("httpx", "httpx2")))

    def answer(request: Any) -> Any:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return getattr(module, name)(
        api_key="none", base_url="http://in-memory", http_client=http_client, max_retries=0
    )


def within(small: Any, large: Any, path: str = "$") -> None:
    """Everything in ``small``, but nulls and empty lists, is in ``large`` too."""
    if isinstance(small, dict):
        assert isinstance(large, dict), path
        for key, value in small.items():
            if value not in (None, [], {}):
                assert key in large, f"{path}.{key}"
                within(value, large[key], f"{path}.{key}")
    elif isinstance(small, list):
        assert isinstance(large, list), path
        assert len(small) == len(large), path
        for i, (one, other) in enumerate(zip(small, large, strict=True)):
            within(one, other, f"{path}[{i}]")
    else:
        assert small == large, path


@recorded("chat", "openai", "azure-openai", "deepseek", "groq", "openrouter", "ollama", "huggingface")
def test_openai_chat(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    openai = pytest.importorskip("openai", reason="the openai SDK is not installed")
    body = (recordings / entry["file"]).read_bytes()
    sdk = client(openai, "OpenAI", body)
    messages = [{"role": "user", "content": "?"}]
    with sdk.chat.completions.stream(model="m", messages=messages) as stream:
        for _ in stream:
            pass
        theirs = json.loads(stream.get_final_completion().to_json())
    mine = ours(backend, "chat", body)
    (choice,), (wanted,) = mine["choices"], theirs["choices"]
    assert choice["finish_reason"] == wanted["finish_reason"]
    assert choice["message"]["content"] == wanted["message"].get("content")
    # It joins the roles where a server repeats them, "assistantassistant".
    assert choice["message"]["role"] == "assistant"
    assert (wanted["message"].get("role") or "").replace("assistant", "") == ""
    assert choice["message"].get("refusal") == wanted["message"].get("refusal")
    assert [
        (call["id"], call["type"], call["function"]["name"], call["function"]["arguments"])
        for call in choice["message"].get("tool_calls") or ()
    ] == [
        (call["id"], call["type"], call["function"]["name"], call["function"]["arguments"])
        for call in wanted["message"].get("tool_calls") or ()
    ]
    for name in ("reasoning", "reasoning_content"):
        if wanted["message"].get(name):
            assert choice["message"][name] == wanted["message"][name]
    within(choice.get("logprobs") or {}, wanted.get("logprobs") or {})
    within(wanted.get("logprobs") or {}, choice.get("logprobs") or {})
    if theirs.get("usage"):  # it drops that of a chunk which is not the last
        within(theirs["usage"], mine["usage"])
        within(mine["usage"], theirs["usage"])
    if theirs["id"]:  # it keeps the "" of the first chunk of Azure
        assert (mine["id"], mine["model"]) == (theirs["id"], theirs["model"])


@recorded("responses", "openai")
def test_openai_responses(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    openai = pytest.importorskip("openai", reason="the openai SDK is not installed")
    body = (recordings / entry["file"]).read_bytes()
    with client(openai, "OpenAI", body).responses.stream(model="m", input="?") as stream:
        for _ in stream:
            pass
        theirs = json.loads(stream.get_final_response().to_json())
    mine = ours(backend, "responses", body)
    for item in theirs["output"]:
        item.pop("parsed_arguments", None)
        for part in item.get("content") or ():
            part.pop("parsed", None)
    within(theirs, mine)
    within(mine, theirs)


@recorded("responses", "openai")
def test_openai_responses_before_the_end(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """Without the event that repeats everything: what is put together of the deltas is what that event
    has."""
    body = (recordings / entry["file"]).read_bytes()
    blocks = body.replace(b"\r\n", b"\n").split(b"\n\n")
    begun = [block for block in blocks if b"event: response.completed" not in block]
    deltas = [block for block in begun if b".done" not in block.split(b"\n")[0]]
    assert len(deltas) < len(begun) < len(blocks)
    whole = ours(backend, "responses", body)
    output = ours(backend, "responses", b"\n\n".join(begun))["output"]
    for item in (*output, *whole["output"]):
        item.pop("encrypted_content", None)  # encrypted anew each time it is sent
    assert output == whole["output"]
    output = ours(backend, "responses", b"\n\n".join(deltas))["output"]
    for item, wanted in zip(output, whole["output"], strict=True):
        # What only the end of an item tells.
        assert item.pop("status", None) in (None, "in_progress", "completed")
        for key in ("status", "action"):
            wanted.pop(key, None)
            item.pop(key, None)
        item.pop("encrypted_content", None)
        assert item == wanted


@recorded("messages", "anthropic")
def test_anthropic(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    anthropic = pytest.importorskip("anthropic", reason="the anthropic SDK is not installed")
    body = (recordings / entry["file"]).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of retired models
        messages = [{"role": "user", "content": "?"}]
        with client(anthropic, "Anthropic", body).messages.stream(
            model="m", max_tokens=1, messages=messages
        ) as stream:
            theirs = json.loads(stream.get_final_message().to_json())
    mine = ours(backend, "messages", body)
    for block in theirs["content"]:
        block.pop("parsed_output", None)
    within(theirs, mine)
    within(mine, theirs)
