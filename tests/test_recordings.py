"""Real recorded streams: both backends, the index that came with them, and an independent reading agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sselerate.events import ChatCompletionChunk, CompletionStreamEvent
from tests import chunkings
from tests.backends import Backend
from tests.conftest import recordings_index
from tests.outcomes import canonicals, drive
from tests.reading import read

INDEX = [entry for entry in recordings_index() if entry["file"].endswith(".sse")]
CLASSES: dict[str, Any] = {"chat": ChatCompletionChunk, "completions": CompletionStreamEvent}
TYPED = [entry for entry in INDEX if entry["api"] in CLASSES]
LAST = (b"data: [DONE]", b'"object":"chat.completion.done"')
"""What says that a stream of chat or completions is complete: the terminator, or Perplexity's last object."""
ABSENT = [pytest.param(None, id="recordings absent")]
"""Where the recordings are absent one test of each kind remains, and its fixture says that it is skipped."""

each = pytest.mark.parametrize("entry", INDEX or ABSENT, ids=lambda entry: entry["file"] if entry else None)
each_typed = pytest.mark.parametrize(
    "entry", TYPED or ABSENT, ids=lambda entry: entry["file"] if entry else None
)


def payloads(body: bytes) -> list[Any]:
    """The JSON of all events, read without the package."""
    data = [text for _, text, _, _ in read(body).events]
    return [json.loads(text) for text in data if text.strip() not in ("", "[DONE]")]


def test_nothing_is_forgotten(recordings: Path) -> None:
    """Every .sse file of the folder is in the index and the other way round."""
    assert {path.name for path in recordings.glob("*.sse")} == {entry["file"] for entry in INDEX}
    assert len(TYPED) >= 30


@each
def test_event_counts(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    body = (recordings / entry["file"]).read_bytes()
    assert len(body) == entry["bytes"]
    reading = read(body)
    for name, chunks in chunkings.few(body):
        events = drive(backend.Parser(), chunks)
        assert len(events) == entry["events"], name
        assert [(e.event, e.data, e.id, e.retry) for e in events] == reading.events, name


@each
def test_backends_agree(both: tuple[Backend, Backend], recordings: Path, entry: dict[str, Any]) -> None:
    """Framed, and decoded with every target, strict and lenient."""
    body = (recordings / entry["file"]).read_bytes()
    chunks = chunkings.in_pieces(body, 1460)
    one, other = [canonicals(drive(backend.Parser(comments=True), chunks)) for backend in both]
    assert one == other
    for target in (None, CompletionStreamEvent, ChatCompletionChunk):
        for strict in (False, True):
            options = {"strict": strict, "on_error": "yield"}
            one, other = [canonicals(drive(backend.Decoder(target, **options), chunks)) for backend in both]
            assert one == other, (target, strict)


@each_typed
def test_typed(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """Decodes without an exception, with the class of its API and recognised; gives back what was sent."""
    body = (recordings / entry["file"]).read_bytes()
    cls = CLASSES[entry["api"]]
    wanted = payloads(body)
    for target in (cls, None):
        for name, chunks in chunkings.few(body):
            decoder = backend.Decoder(target)
            events = drive(decoder, chunks)
            assert {type(event) for event in events} == {cls}, name
            assert [event.to_dict() for event in events] == wanted, name
            assert decoder.done == any(mark in body for mark in LAST)


@each_typed
def test_text(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """The text of the events is the text that json.loads finds."""
    body = (recordings / entry["file"]).read_bytes()
    events = list(backend.iter_events(chunkings.in_pieces(body, 16384), CLASSES[entry["api"]]))
    if entry["api"] == "completions":
        text = [choice.text for event in events for choice in event.choices]
        wanted = [choice["text"] for payload in payloads(body) for choice in payload["choices"]]
    else:
        text = [choice.delta.content for event in events for choice in event.choices]
        wanted = [
            choice["delta"].get("content") for payload in payloads(body) for choice in payload["choices"]
        ]
    assert text == wanted
    assert any(text) or entry["api"] == "chat"  # a chat may consist of tool calls alone


@each
def test_other_dialects_without_a_target(backend: Backend, recordings: Path, entry: dict[str, Any]) -> None:
    """What no class is known for comes through whole; only real error bodies are errors."""
    body = (recordings / entry["file"]).read_bytes()
    outcomes = drive(backend.Decoder(), [body])
    if entry["events"] == 0:
        (error,) = outcomes
        assert type(error).__name__ == "ServerError"
        assert error.error == json.loads(body)["error"]
        return
    assert [outcome.to_dict() for outcome in outcomes] == payloads(body)
