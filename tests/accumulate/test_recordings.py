"""Every recorded stream: what is accumulated is what `json.loads` finds, however the bytes are cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sselerate.accumulate import Accumulator
from sselerate.events import chat, cohere, completion, gemini, messages, ollama, responses
from tests import chunkings
from tests.accumulate import extraction
from tests.backends import Backend
from tests.conftest import recordings_index

TARGETS: dict[str, Any] = {
    "completions": completion.CompletionStreamEvent,
    "chat": chat.ChatCompletionChunk,
    "responses": responses.ResponseStreamEvent,
    "messages": messages.MessageStreamEvent,
    "generateContent": gemini.GenerateContentResponse,
    "cohere-v2": cohere.CohereStreamEvent,
    "ollama-native": ollama.OllamaGenerateResponse,
}
INDEX = [entry for entry in recordings_index() if entry["api"] in TARGETS and entry["events"]]


def parametrize(entries: list[dict[str, Any]]) -> Any:
    ids = [entry["file"] for entry in entries]
    return pytest.mark.parametrize("entry", entries or [pytest.param(None, id="absent")], ids=ids or None)


each = parametrize(INDEX)
each_stream = parametrize([entry for entry in INDEX if not entry["file"].endswith(".json")])


def accumulated(
    backend: Backend, entry: dict[str, Any], body: bytes, size: int, **options: Any
) -> Accumulator[Any]:
    """The accumulator after the whole stream."""
    target = TARGETS[entry["api"]]
    if entry["file"].endswith(".json"):
        # One JSON array: its items are the events.
        body = b"".join(b"data: " + json.dumps(item).encode() + b"\n\n" for item in json.loads(body))
    accumulator: Accumulator[Any] = Accumulator(target, **options)
    backend.collect(chunkings.in_pieces(body, size), target, into=accumulator)
    return accumulator


@each
def test_says_what_json_loads_finds(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    body = (recordings / entry["file"]).read_bytes()
    said = extraction.BY_API[entry["api"]](extraction.payloads(entry["file"], body))
    for size in (7, 1460):
        accumulator = accumulated(backend, entry, body, size)
        assert accumulator.text == said.text
        assert accumulator.reasoning == said.reasoning
        assert [(call.name, call.arguments) for call in accumulator.tool_calls] == said.tools
        assert accumulator.finish_reason == said.finish_reason
        usage = accumulator.usage
        assert (usage.to_dict() if usage is not None else None) == said.usage
        assert accumulator.complete == (said.finish_reason is not None)
        assert accumulator.errors == ()
        assert accumulator.others == ()


@each
def test_recognised(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """Without a target the message is the same."""
    body = (recordings / entry["file"]).read_bytes()
    accumulator: Accumulator[Any] = Accumulator()
    backend.collect([body], into=accumulator)
    assert accumulator.snapshot() == accumulated(backend, entry, body, len(body)).snapshot()


@each_stream
def test_snapshots_change_nothing(recordings: Path, entry: dict[str, Any], rust: Backend) -> None:
    """A message that was looked at on the way is the same in the end."""
    events = rust.decode((recordings / entry["file"]).read_bytes(), TARGETS[entry["api"]])
    looked, plain = Accumulator[Any](partial_json=True), Accumulator[Any]()
    for i, event in enumerate(events):
        looked.push(event)
        plain.push(event)
        if i % 5 == 0:
            _ = looked.snapshot(), looked.tool_calls, looked.text, looked.reasoning
    assert looked.final() == plain.final()


@each
def test_partial_json_changes_nothing_at_the_end(
    recordings: Path, entry: dict[str, Any], rust: Backend
) -> None:
    body = (recordings / entry["file"]).read_bytes()
    assert (
        accumulated(rust, entry, body, 999, partial_json=True).final()
        == accumulated(rust, entry, body, 999).final()
    )


@each
def test_message_in_the_words_of_its_dialect(recordings: Path, entry: dict[str, Any], rust: Backend) -> None:
    """The message itself says the same as the accumulator, in the provider's shape without streaming."""
    body = (recordings / entry["file"]).read_bytes()
    said = extraction.BY_API[entry["api"]](extraction.payloads(entry["file"], body))
    message = json.loads(accumulated(rust, entry, body, len(body)).final().to_json())
    text, tools, finish_reason, usage = WHOLE[entry["api"]](message)
    assert text == said.text
    assert tools == [(name, json.loads(arguments or "{}")) for name, arguments in said.tools]
    assert finish_reason == said.finish_reason
    assert usage == said.usage


def _completion(message: Any) -> tuple[Any, ...]:
    (choice,) = message["choices"]
    assert message["object"] == "text_completion"
    return choice["text"], [], choice["finish_reason"], message.get("usage")


def _chat(message: Any) -> tuple[Any, ...]:
    (choice,) = message["choices"]
    assert message["object"] == "chat.completion"
    assert message["id"]
    assert message["model"]
    spoken = choice["message"]
    assert spoken["role"] == "assistant"
    content = spoken["content"]
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if part["type"] == "text")
    functions = [call["function"] for call in spoken.get("tool_calls", ())]
    tools = [(function["name"], json.loads(function["arguments"])) for function in functions]
    return content or "", tools, choice["finish_reason"], message.get("usage")


def _response(message: Any) -> tuple[Any, ...]:
    parts = [part for item in message["output"] if item["type"] == "message" for part in item["content"]]
    calls = [item for item in message["output"] if item["type"] == "function_call"]
    tools = [(call["name"], json.loads(call["arguments"])) for call in calls]
    return "".join(part["text"] for part in parts), tools, message["status"], message["usage"]


def _message(message: Any) -> tuple[Any, ...]:
    text = "".join(block["text"] for block in message["content"] if block["type"] == "text")
    tools = [(block["name"], block["input"]) for block in message["content"] if block["type"] == "tool_use"]
    return text, tools, message["stop_reason"], message["usage"]


def _gemini(message: Any) -> tuple[Any, ...]:
    (candidate,) = message["candidates"]
    parts = candidate["content"]["parts"]
    text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    tools = [(p["functionCall"]["name"], p["functionCall"]["args"]) for p in parts if "functionCall" in p]
    reason = candidate["finishReason"]
    return text, tools, str(reason) if isinstance(reason, int) else reason, message["usageMetadata"]


def _cohere(message: Any) -> tuple[Any, ...]:
    spoken = message["message"]
    calls = [call["function"] for call in spoken.get("tool_calls", ())]
    text = "".join(part.get("text", "") for part in spoken.get("content", ()))
    tools = [(call["name"], json.loads(call["arguments"] or "{}")) for call in calls]
    return text, tools, message["finish_reason"], message["usage"]


def _ollama(message: Any) -> tuple[Any, ...]:
    usage = {key: message[key] for key in ("prompt_eval_count", "eval_count")}
    return message["response"], [], message.get("done_reason", "stop"), usage


WHOLE: dict[str, Any] = {
    "completions": _completion,
    "chat": _chat,
    "responses": _response,
    "messages": _message,
    "generateContent": _gemini,
    "cohere-v2": _cohere,
    "ollama-native": _ollama,
}


def prefixes(body: bytes) -> Iterator[bytes]:
    step = max(len(body) // 12, 1)
    for end in range(0, len(body), step):
        yield body[:end]


@each_stream
def test_cut_streams_are_visible(recordings: Path, entry: dict[str, Any], backend: Backend) -> None:
    """Whatever is cut off the end: no exception, the text is a beginning of the text, and it is said."""
    body = (recordings / entry["file"]).read_bytes()
    whole = extraction.BY_API[entry["api"]](extraction.payloads(entry["file"], body)).text
    target = TARGETS[entry["api"]]
    for begun in prefixes(body):
        accumulator: Accumulator[Any] = Accumulator(target, partial_json=True)
        message = backend.collect(begun, target, into=accumulator, on_error="yield")
        assert whole.startswith(accumulator.text)
        assert message is None or json.dumps(message.to_dict())
        if accumulator.complete:
            assert accumulator.text == whole
