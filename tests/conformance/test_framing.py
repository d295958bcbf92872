"""The parser gives exactly what the corpus says, however the bytes are cut."""

from __future__ import annotations

from typing import Any

import pytest

from sselerate.errors import SSEError
from sselerate.sse import Comment, ServerSentEvent
from tests import chunkings
from tests.backends import Backend
from tests.corpus.read import CASES, Stored
from tests.outcomes import drive
from tests.reading import read


def described(item: Any) -> dict[str, Any]:
    """An item of the parser as the corpus writes it."""
    if isinstance(item, ServerSentEvent):
        return {"event": item.event, "data": item.data, "id": item.id, "retry": item.retry}
    if isinstance(item, Comment):
        return {"comment": item.text}
    assert isinstance(item, SSEError)
    about = {"error": type(item).__name__, "message": str(item), "offset": item.offset}
    limit = {"limit": item.limit} if hasattr(item, "limit") else {}
    return about | {"event_index": item.event_index} | limit


def state(parser: Any) -> dict[str, Any]:
    return {
        "last_event_id": parser.last_event_id,
        "retry": parser.retry,
        "pending": parser.pending,
        "comments": parser.comment_count,
        "unknown_fields": parser.unknown_field_count,
    }


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_events_and_state(backend: Backend, case: Stored) -> None:
    options = case.parser.get("options", {})
    wanted = case.parser["events"]
    wanted_state = {key: case.parser[key] for key in state(backend.Parser())}
    for number, (name, chunks) in enumerate(chunkings.every(case.body)):
        parser = backend.Parser(**options)
        items = drive(parser, chunks, drain=number % 2 == 0)
        assert [described(item) for item in items] == wanted, name
        assert state(parser) == wanted_state, name
        assert parser.closed
        assert parser.close() == []


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_flush(backend: Backend, case: Stored) -> None:
    wanted = case.parser["events"] + case.parser.get("flush_events", [])
    for name, chunks in chunkings.few(case.body):
        parser = backend.Parser(**case.parser.get("options", {}))
        assert [described(item) for item in drive(parser, chunks, flush=True)] == wanted, name


@pytest.mark.parametrize("case", [case for case in CASES if "options" not in case.parser], ids=repr)
def test_reset_is_like_new(backend: Backend, case: Stored) -> None:
    """A parser that is reset in the middle of anything reads the next stream as a new one would."""
    parser = backend.Parser()
    drive(parser, [case.body])
    parser.reset()
    assert state(parser) == state(backend.Parser())
    assert not parser.closed
    parser.feed(b"\xef\xbb\xbfid: 9\nretry: 9\nevent: x\ndata: left over\r")
    parser.reset()
    assert [described(item) for item in drive(parser, [case.body])] == case.parser["events"]
    assert state(parser) == {key: case.parser[key] for key in state(parser)}


@pytest.mark.parametrize("case", [case for case in CASES if "options" not in case.parser], ids=repr)
def test_corpus_against_the_independent_reading(case: Stored) -> None:
    """The expectations themselves agree with a plain reading of the rules (no backend involved)."""
    reading = read(case.body)
    assert [tuple(item.values()) for item in case.parser["events"]] == reading.events
    assert case.parser["last_event_id"] == reading.last_event_id
    assert case.parser["retry"] == reading.retry
    assert case.parser["comments"] == len(reading.comments)
    assert case.parser["unknown_fields"] == reading.unknown_fields
    assert case.parser["pending"] == reading.pending
