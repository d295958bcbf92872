"""`Blocks`: the same for any chunking, on both framings; its blocks with data are the events of `Parser`."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sselerate
from sselerate.compat import _blocks
from sselerate.compat._blocks import Blocks, TooLarge
from tests.compat.vectors import BODIES, DATA_LESS, chopped

Block = tuple[str, "str | None", str, "int | None", bool]

LINES = "data: x|data|data:|event: a|event:|event: message|id: 1|id|id: a\0|retry: 5|retry: 5a|: c|foo: 1| |é"
ENDS = ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\ufeff"]
PIECES = st.sampled_from([*(piece.encode() for piece in [*LINES.split("|"), *ENDS]), b"\xff"])


def make(event: str, data: str | None, id: str, retry: int | None, own: bool) -> Block:
    return event, data, id, retry, own


def read(chunks: list[bytes], flush: bool = False) -> list[Block]:
    blocks = Blocks(make, own=True)
    return [block for chunk in chunks for block in blocks.feed(chunk)] + blocks.close(flush)


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_any_chunking(name: str, framing: str) -> None:
    body = (BODIES | DATA_LESS)[name]
    expected = read([body])
    for how, chunks in chopped(body):
        assert read(chunks) == expected, how


@given(
    pieces=st.lists(PIECES, max_size=30), cuts=st.sets(st.integers(0, 200), max_size=8), flush=st.booleans()
)
def test_both_framings_and_the_standard(pieces: list[bytes], cuts: set[int], flush: bool) -> None:
    body = b"".join(pieces)
    edges = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
    chunks = [body[start:end] for start, end in pairwise(edges)]
    found = []
    for backend in {"python", _blocks.BACKEND}:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_blocks, "BACKEND", backend)
            found += [read(chunks, flush), read([body], flush)]
    assert all(blocks == found[0] for blocks in found)
    parser = sselerate.Parser()
    events = [event for chunk in chunks for event in parser.feed(chunk)] + parser.close(flush)
    with_data = [
        (event or "message", data, id, retry) for event, data, id, retry, _ in found[0] if data is not None
    ]
    assert with_data == [(event.event, event.data, event.id, event.retry) for event in events]  # type: ignore[union-attr]


def test_without_own_only_ownership_is_lost(framing: str) -> None:
    for body in (BODIES | DATA_LESS).values():
        for _, chunks in chopped(body):
            blocks = Blocks(make)
            found = [block for chunk in chunks for block in blocks.feed(chunk)]
            assert [block[:4] for block in found] == [block[:4] for block in read(chunks)]


def test_limit(framing: str) -> None:
    for chunks in ([b"data: 3456789\n\n"], [b"data: ", b"3456789"], [b"data: 1\n", b"data: 2\n\n"]):
        blocks = Blocks(make, max_event_bytes=12)
        with pytest.raises(TooLarge):
            for chunk in chunks:
                blocks.feed(chunk)
    blocks = Blocks(make, max_event_bytes=12)
    with pytest.raises(TooLarge) as caught:
        blocks.feed(b"data: 1\n\ndata: 2\n\ndata: 3456789\n\n")
    assert [block[1] for block in caught.value.events] == ["1", "2"]
    blocks = Blocks(make, max_event_bytes=12)
    assert len(blocks.feed(b": a comment\n: and more\ndata: 345\n\ndata: 6789ab\n\n")) == 2


def test_the_id_of_an_earlier_connection(framing: str) -> None:
    for chunks in ([b"data: 1\n\nid: b\ndata: 2\n\n"], [b"data: 1\r\rid: b\rdata: 2\r\r"]):
        blocks = Blocks(make, last_event_id="a")
        assert [block[2] for chunk in chunks for block in blocks.feed(chunk)] == ["a", "b"]


def test_a_large_event_in_small_chunks_is_joined_once(framing: str) -> None:
    """Quadratic framing would copy 8 MiB some 8,000 times, which takes half a minute."""
    blocks = Blocks(make)
    piece = b"x" * 1024
    started = time.process_time()
    blocks.feed(b"data: ")
    for _ in range(8192):
        blocks.feed(piece)
    (block,) = blocks.feed(b"\n\n")
    assert block[1] is not None
    assert len(block[1]) == 8192 * 1024
    assert time.process_time() - started < 3
