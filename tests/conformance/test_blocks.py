"""`BlockParser`: the same for any chunking and backend; its blocks with data are the events of `Parser`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sselerate
from sselerate.sse import Block
from tests.backends import Backend
from tests.compat.vectors import BODIES, DATA_LESS, chopped

LINES = "data: x|data|data:|event: a|event:|event: message|id: 1|id|id: a\0|retry: 5|retry: 5a|: c|foo: 1| |é"
ENDS = ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\ufeff"]
PIECES = st.sampled_from([*(piece.encode() for piece in [*LINES.split("|"), *ENDS]), b"\xff"])


def read(backend: Backend, chunks: list[bytes], flush: bool = False) -> list[Block]:
    parser = backend.BlockParser()
    return [block for chunk in chunks for block in parser.feed(chunk)] + parser.close(flush)


def test_what_a_block_says(backend: Backend) -> None:
    body = b"id: 1\n\nevent: message\ndata\n\n: c\n\nevent:\n\nretry: 5\n\nid: 2\ndata: a\ndata: b\n\n"
    assert read(backend, [body]) == [
        Block("", None, "1", True, None),
        Block("message", "", "1", False, None),
        Block("", None, "1", False, 5),
        Block("", "a\nb", "2", True, None),
    ]


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_any_chunking(name: str, backend: Backend) -> None:
    body = (BODIES | DATA_LESS)[name]
    expected = read(backend, [body])
    for how, chunks in chopped(body):
        assert read(backend, chunks) == expected, how


@given(
    pieces=st.lists(PIECES, max_size=30), cuts=st.sets(st.integers(0, 200), max_size=8), flush=st.booleans()
)
def test_both_backends_and_the_standard(
    pieces: list[bytes], cuts: set[int], flush: bool, both: tuple[Backend, Backend]
) -> None:
    body = b"".join(pieces)
    edges = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
    chunks = [body[start:end] for start, end in pairwise(edges)]
    found = [read(backend, given, flush) for backend in both for given in (chunks, [body])]
    assert all(blocks == found[0] for blocks in found)
    parser = sselerate.Parser()
    events = [event for chunk in chunks for event in parser.feed(chunk)] + parser.close(flush)
    with_data = [
        (block.event or "message", block.data, block.id, block.retry)
        for block in found[0]
        if block.data is not None
    ]
    assert with_data == [(event.event, event.data, event.id, event.retry) for event in events]  # type: ignore[union-attr]


def test_pending(backend: Backend) -> None:
    parser = backend.BlockParser()
    seen = []
    for piece in (b"\xef\xbb", b"\xbf", b"data: 1\n", b"\n", b"", b": c\n\n", b"data: 2\r\n\r", b"\n", b"id"):
        parser.feed(piece)
        seen.append(parser.pending)
    assert seen == [2, 3, 11, 0, 0, 0, 0, 0, 2]


def test_limit(backend: Backend) -> None:
    for chunks in ([b"data: 3456789\n\n"], [b"data: ", b"3456789"], [b"data: 1\n", b"data: 2\n\n"]):
        parser = backend.BlockParser(max_event_bytes=12)
        with pytest.raises(sselerate.EventTooLargeError):
            for chunk in chunks:
                parser.feed(chunk)
    parser = backend.BlockParser(max_event_bytes=12)
    with pytest.raises(sselerate.EventTooLargeError) as caught:
        parser.feed(b"id: 1\n\ndata: 2\n\ndata: 3456789\n\ndata: 4\n\n")
    assert [block.data for block in caught.value.events] == [None, "2"]
    assert (caught.value.event_index, caught.value.offset) == (2, 16)
    with pytest.raises(RuntimeError, match="after close"):
        parser.feed(b"data: 5\n\n")
    assert parser.close(flush=True) == []
    assert parser.pending == 24
    parser = backend.BlockParser(max_event_bytes=2)
    parser.feed(b"\xef\xbb")
    assert parser.close(flush=True) == []
    parser = backend.BlockParser(max_event_bytes=1)
    parser.feed(b"\xef\xbb")
    with pytest.raises(sselerate.EventTooLargeError) as caught:  # no byte order mark after all
        parser.close(flush=True)
    assert (caught.value.events, caught.value.event_index, caught.value.offset) == ([], 0, 0)
    assert parser.close(flush=True) == []
    parser = backend.BlockParser(max_event_bytes=12)
    assert len(parser.feed(b": a comment\n: and more\ndata: 345\n\ndata: 6789ab\n\n")) == 2


def test_the_id_of_an_earlier_connection(backend: Backend) -> None:
    for chunks in ([b"data: 1\n\nid: b\ndata: 2\n\n"], [b"data: 1\r\rid: b\rdata: 2\r\r"]):
        parser = backend.BlockParser(last_event_id="a")
        blocks = [block for chunk in chunks for block in parser.feed(chunk)]
        assert [(block.id, block.sets_id) for block in blocks] == [("a", False), ("b", True)]


@pytest.mark.timeout(30)
def test_a_large_event_in_small_chunks_is_joined_once(backend: Backend) -> None:
    """Quadratic framing would copy 32 MiB some 32,000 times, which takes minutes."""
    parser = backend.BlockParser()
    piece = b"x" * 1024
    parser.feed(b"data: ")
    for _ in range(32768):
        parser.feed(piece)
    (block,) = parser.feed(b"\n\n")
    assert len(block.data) == 32768 * 1024
