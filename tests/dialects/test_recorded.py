"""All recorded streams, decoded without a target: the right dialect, nothing lost, the right text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sselerate.errors import ServerError
from tests import chunkings
from tests.backends import Backend
from tests.conftest import recordings_index
from tests.outcomes import drive
from tests.reading import read

DIALECTS = {
    "completions": "openai-completions",
    "chat": "openai-chat",
    "responses": "openai-responses",
    "messages": "anthropic-messages",
    "generateContent": "gemini",
    "cohere-v2": "cohere-v2",
    "ollama-native": "ollama",
    "mcp": "mcp",
}
INDEX = recordings_index()
each = pytest.mark.parametrize(
    "entry",
    INDEX or [pytest.param(None, id="recordings absent")],
    ids=lambda entry: entry["file"] if entry else None,
)


def payloads(file: str, body: bytes) -> list[Any]:
    """The JSON of all events, read without the package."""
    if file.endswith(".json"):
        return json.loads(body)  # type: ignore[no-any-return]
    if file.endswith(".ndjson"):
        return [json.loads(line) for line in body.splitlines()]
    data = [text for _, text, _, _ in read(body).events]
    return [json.loads(text) for text in data if text.strip() not in ("", "[DONE]")]


def text_of(api: str, payload: dict[str, Any]) -> str:
    """The visible text of one payload."""
    if api == "completions":
        return "".join(choice["text"] for choice in payload["choices"])
    if api == "chat":
        text = ""
        for choice in payload["choices"]:
            content = choice["delta"].get("content")
            if isinstance(content, list):
                content = "".join(part["text"] for part in content if part["type"] == "text")
            text += content or ""
        return text
    if api == "responses":
        return payload["delta"] if payload["type"] == "response.output_text.delta" else ""
    if api == "messages":
        return payload.get("delta", {}).get("text", "") if payload["type"] == "content_block_delta" else ""
    if api == "generateContent":
        parts = [
            part for candidate in payload["candidates"] for part in candidate["content"].get("parts", [])
        ]
        return "".join(part.get("text", "") for part in parts if not part.get("thought"))
    if api == "cohere-v2":
        return payload["delta"]["message"]["content"]["text"] if payload["type"] == "content-delta" else ""
    if api == "ollama-native":
        return payload["response"]
    return ""


def test_nothing_is_forgotten(recordings: Path) -> None:
    assert {path.name for path in recordings.iterdir()} - {"index.json"} == {entry["file"] for entry in INDEX}
    assert len(INDEX) == 51
    assert {entry["api"] for entry in INDEX} == DIALECTS.keys()


@each
def test_events(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    body = (recordings / entry["file"]).read_bytes()
    if entry["events"] == 0:
        with pytest.raises(ServerError) as raised:
            backend.decode(body)
        assert raised.value.error == json.loads(body)["error"]
        return
    wanted = payloads(entry["file"], body)
    assert len(wanted) == entry["events"] - body.count(b"data: [DONE]")
    for name, chunks in chunkings.few(body):
        decoder = backend.Decoder()
        events = drive(decoder, chunks)
        assert [event.to_dict() for event in events] == wanted, name
        assert {type(event).__dialect__ for event in events} == {DIALECTS[entry["api"]]}, name
        assert decoder.error_count == 0


@each
def test_dialect(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    decoder = backend.Decoder(on_error="skip")
    assert decoder.dialect is None
    decoder.feed((recordings / entry["file"]).read_bytes())
    assert decoder.dialect == (DIALECTS[entry["api"]] if entry["events"] else None)
    decoder.reset()
    assert decoder.dialect is None


@each
def test_text(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """What the events answer, event by event, is what a script finds that knows the dialect."""
    body = (recordings / entry["file"]).read_bytes()
    wanted = payloads(entry["file"], body) if entry["events"] else []
    events = backend.decode(body, on_error="skip")
    assert [event.text for event in events] == [text_of(entry["api"], payload) for payload in wanted]


@each
def test_answers(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """The answers are of the promised types, the sums of tokens are right, calls can be put together."""
    body = (recordings / entry["file"]).read_bytes()
    arguments: dict[Any, str] = {}
    for event in backend.decode(body, on_error="skip"):
        assert type(event.text) is type(event.reasoning) is str
        assert type(event.tool_calls) is tuple
        assert type(event.is_terminal) is bool
        assert event.finish_reason is None or event.finish_reason
        for call in event.tool_calls:
            key = call.index if call.index is not None else call.id
            arguments[key] = arguments.get(key, "") + call.arguments
        usage = event.usage
        if usage is not None and usage.total_tokens is not None and usage.output_tokens is not None:
            assert usage.input_tokens + usage.output_tokens == usage.total_tokens
            assert (usage.cached_tokens or 0) + (usage.cache_write_tokens or 0) <= usage.input_tokens
            assert (usage.reasoning_tokens or 0) <= usage.output_tokens
    for whole in arguments.values():
        json.loads(whole or "{}")
