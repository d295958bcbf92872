"""The streams of the dialects are what they say, to both backends, with the target and without."""

from __future__ import annotations

from typing import Any

import pytest

import sselerate
from benches import dialect_table, dialects, peers
from sselerate.events import ErrorEvent, StreamEvent
from tests.backends import Backend
from tests.outcomes import drive


@pytest.mark.parametrize("name", dialects.RECIPES)
def test_both_backends_read_what_was_sent(backend: Backend, name: str) -> None:
    sent = dialects.make(name, 120)
    target: Any = getattr(sselerate, sent.target)
    for wanted in (target, None) if sent.recognised else (target,):
        decoder = backend.Decoder(wanted)
        events = drive(decoder, sent.chunks(1000))
        assert [event.to_dict() for event in events] == list(sent.payloads)
        assert decoder.dialect == sent.dialect
        assert {type(event).__dialect__ for event in events} == {sent.dialect}


def test_same_seed_same_bytes() -> None:
    for name in dialects.RECIPES:
        assert dialects.make(name, 60) == dialects.make(name, 60)
        assert dialects.make(name, 60).data != dialects.make(name, 60, seed=2).data


def test_every_dialect_has_one() -> None:
    classes = [getattr(sselerate, name) for name in sselerate.events.__all__]
    known = {getattr(cls, "__dialect__", None) for cls in classes} - {None}
    assert {dialect for dialect, _, _ in dialects.RECIPES.values()} == known | {None}


def test_what_is_not_recognised(backend: Backend) -> None:
    for name in dialects.UNRECOGNISED:
        sent = dialects.make(name, 60)
        assert {type(event) for event in backend.decode(sent.data)} == {sselerate.GenericEvent}


def test_every_file_of_events_has_one(backend: Backend) -> None:
    """But for those of what all events have in common and of the event that stands for an error."""
    classes = [getattr(sselerate, name) for name in sselerate.events.__all__]
    events = [cls for cls in classes if isinstance(cls, type) and issubclass(cls, StreamEvent)]
    used = set()
    for name in dialects.RECIPES:
        sent = dialects.make(name, 60)
        for event in backend.decode(sent.data, getattr(sselerate, sent.target)):
            used.add(type(event).__module__)
    files = {cls.__module__ for cls in events} - {StreamEvent.__module__, ErrorEvent.__module__}
    assert used == files


def test_the_table_reads_every_stream(rust: Backend) -> None:
    missing = {name: reason for name in ("msgspec",) if (reason := peers.available(name))}
    for name in dialects.RECIPES:
        sent = dialects.make(name, 60)
        found = dialect_table.readers_of(sent, missing)
        assert ("rust, no target" in found) == sent.recognised
        assert {"rust", "python"} <= set(found)
