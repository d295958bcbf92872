"""Peers read what they claim to read, and decode as much as we do: a comparison is worth nothing otherwise.

Only peers whose packages are installed are tested; the bench group is not needed for the tests.
"""

from __future__ import annotations

from typing import Any

import pytest

from benches import peers
from benches.workloads import CHUNKINGS, RECIPES, make, payloads

OURS = {
    "rust": ("rust", "rust-feed", "rust-async", "rust-text", "rust-text-events"),
    "python": ("python", "python-text"),
}
OTHERS = [name for name in peers.PEERS if name not in (*OURS["rust"], *OURS["python"])]
MISSING = {name: reason for name in OTHERS if (reason := peers.available(name))}
SLOW = ("openai", "anthropic", "r9s")


def reads_right(name: str, workload: str) -> None:
    made = make(workload, 40)
    for chunking in ("16 KiB",) if name in SLOW or workload == "huge" else CHUNKINGS:
        if peers.fits(name, made, chunking):
            assert peers.prepare(name, made, chunking).right(), chunking


@pytest.mark.parametrize("workload", RECIPES)
@pytest.mark.parametrize("name", OTHERS)
def test_peer_reads_the_expected_texts(name: str, workload: str) -> None:
    if name in MISSING:
        pytest.skip(MISSING[name])
    reads_right(name, workload)


@pytest.mark.parametrize("workload", RECIPES)
@pytest.mark.parametrize("backend", OURS)
def test_we_read_the_expected_texts_and_give_back_every_payload(backend: str, workload: str) -> None:
    for name in OURS[backend]:
        reads_right(name, workload)
    made = make(workload, 40)
    for stream in made.streams:
        events = peers.functions(backend).decode(stream.data, peers.target_of(made.dialect))
        assert [event.to_dict() for event in events] == list(payloads(stream))


@pytest.mark.parametrize("name", [name for name, peer in peers.PEERS.items() if peer.refuses])
def test_what_a_peer_refuses_it_does_refuse(name: str) -> None:
    if name in MISSING:
        pytest.skip(MISSING[name])
    peer = peers.PEERS[name]
    for workload in peer.refuses:
        with pytest.raises(ValueError, match="validation error"):
            peers.prepare(name, make(workload, 20), "whole").texts()


@pytest.mark.parametrize("dialect", ["completion", "chat", "anthropic", "responses"])
def test_structs_decode_every_key_that_our_classes_decode(dialect: Any) -> None:
    msgspec = pytest.importorskip("msgspec")
    from benches.structs import struct_of
    from sselerate.events.declare import shape_of

    shape = shape_of(peers.target_of(dialect))
    structs = struct_of(peers.target_of(dialect))
    structs = getattr(structs, "__args__", (structs,))
    assert [cls.__name__ for cls in structs] == [cls.__name__ for cls in shape.classes]
    decode = msgspec.json.Decoder(struct_of(peers.target_of(dialect))).decode
    for stream in make(dialect, 60).streams:
        for payload in payloads(stream):
            event = msgspec.to_builtins(decode(msgspec.json.encode(payload)))
            assert _within(payload, event), (payload, event)


def _within(payload: Any, event: Any) -> bool:
    """Whether every value of the payload is in the decoded event."""
    if isinstance(payload, dict):
        return isinstance(event, dict) and all(
            k in event and _within(v, event[k]) for k, v in payload.items()
        )
    if isinstance(payload, list):
        return len(payload) == len(event) and all(map(_within, payload, event))
    return bool(payload == event)


def test_readers_are_the_loops_they_seem() -> None:
    """The statement is put where READ stands, with its margin, for loops and coroutines alike."""
    made = make("unpadded", 10)
    prepared = peers.prepare("json", made, "whole")
    assert prepared.texts() == made.texts
    prepared()  # the timed form reads the same and keeps nothing
