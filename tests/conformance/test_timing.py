"""Events come out of the feed that completes them, and not a call later."""

from __future__ import annotations

from typing import Any

import pytest

from sselerate.events import CompletionStreamEvent
from tests.backends import Backend
from tests.corpus.read import CASES, Stored
from tests.reading import read


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_at_the_blank_line(backend: Backend, end: bytes) -> None:
    parser = backend.Parser()
    assert parser.feed(b"data: a" + end) == []
    assert [event.data for event in parser.feed(end)] == ["a"]
    assert parser.feed(b"data: b" + end) == []


def test_cr_ends_its_line_at_once(backend: Backend) -> None:
    """The CR that may turn out to be half of a CRLF is not waited for; one LF after it is swallowed."""
    parser = backend.Parser()
    assert [event.data for event in parser.feed(b"data: a\r\r")] == ["a"]
    assert parser.pending == 0
    assert parser.feed(b"") == []
    assert parser.feed(b"\n") == []
    assert parser.pending == 0
    assert parser.feed(b"data: b\r") == []
    assert parser.feed(b"") == []
    assert parser.feed(b"\n") == []
    assert parser.feed(b"data: c") == []
    assert [event.data for event in parser.feed(b"\r\n\r")] == ["b\nc"]
    assert parser.feed(b"\n") == []


def test_only_one_lf_is_swallowed(backend: Backend) -> None:
    parser = backend.Parser()
    assert parser.feed(b"data: a\r") == []
    assert [event.data for event in parser.feed(b"\n\n")] == ["a"]
    parser.feed(b"data: b\r")
    assert parser.feed(b"id: 1\n") == []
    assert [event.data for event in parser.feed(b"\n")] == ["b"]


def test_a_swallowed_lf_is_not_carried_over_a_reset(backend: Backend) -> None:
    parser = backend.Parser()
    parser.feed(b"data: a\r\r")
    parser.reset()
    parser.feed(b"\n")
    assert parser.pending == 0
    assert [event.data for event in parser.feed(b"data: b\n\n")] == ["b"]


def test_retry_and_id_take_effect_at_their_times(backend: Backend) -> None:
    parser = backend.Parser()
    parser.feed(b"id: 1\nretry: 5")
    assert (parser.last_event_id, parser.retry) == ("", None)
    parser.feed(b"\n")
    assert (parser.last_event_id, parser.retry) == ("", 5)
    parser.feed(b"\n")
    assert (parser.last_event_id, parser.retry) == ("1", 5)


def test_comments_when_their_line_ends(backend: Backend) -> None:
    parser = backend.Parser(comments=True)
    assert parser.feed(b"data: a\n: hi") == []
    (comment,) = parser.feed(b"\n")
    assert comment.text == "hi"
    assert parser.comment_count == 1


def test_a_bom_is_not_waited_for_longer_than_needed(backend: Backend) -> None:
    parser = backend.Parser()
    assert parser.feed(b"\xef") == []
    assert parser.feed(b"") == []
    assert parser.feed(b"\xbb") == []
    assert parser.pending == 2
    assert parser.feed(b"\xbfdata: a\n") == []
    assert parser.pending == 11
    assert [event.data for event in parser.feed(b"\n")] == ["a"]


@pytest.mark.parametrize("chunks", [[b"\xef\xbb\xbf"], [b"\xef", b"\xbb\xbf"], [b"\xef\xbb"]], ids=repr)
def test_nothing_is_pending_behind_a_flushed_bom(backend: Backend, chunks: list[bytes]) -> None:
    parser = backend.Parser()
    for chunk in chunks:
        parser.feed(chunk)
    assert parser.close(flush=True) == []
    assert parser.pending == 0


@pytest.mark.parametrize(
    "case", [case for case in CASES if "options" not in case.parser and len(case.body) < 400], ids=repr
)
def test_every_prefix(backend: Backend, case: Stored) -> None:
    """After any number of bytes the parser has given exactly the events whose blank lines are among them."""
    parser = backend.Parser()
    given = []
    for end in range(1, len(case.body) + 1):
        given += parser.feed(case.body[end - 1 : end])
        reading = read(case.body[:end])
        assert [(e.event, e.data, e.id, e.retry) for e in given] == reading.events
        assert (parser.last_event_id, parser.retry) == (reading.last_event_id, reading.retry)
        # A BOM is stripped only once it is whole; until then its bytes are pending as any others.
        assert parser.pending == reading.pending


def test_typed_events_too(backend: Backend) -> None:
    decoder = backend.Decoder()
    assert decoder.feed(b'data: {"a":1}\r') == []
    assert [event.data for event in decoder.feed(b"\r")] == [{"a": 1}]
    assert decoder.feed(b'\n{"a":') == []
    assert decoder.feed(b"2}") == []
    assert [event.data for event in decoder.feed(b"\n")] == [{"a": 2}]
    assert decoder.feed(b"\ndata: [DONE]\n") == []
    assert not decoder.done
    assert decoder.feed(b"\n") == []
    assert decoder.done


def repeating(count: int) -> list[bytes]:
    """Events that repeat each other, as those of a stream do."""
    payload = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"token %d"}}'
    return [b"event: content_block_delta\ndata: " + payload % n + b"\n\n" for n in range(count)]


@pytest.mark.parametrize("size", [1, 2, 7, 16, 50, 99, 100, 126, 127, 128, 129, 200, 255, 300])
def test_repeating_events_that_chunks_cut(backend: Backend, size: int) -> None:
    blocks = repeating(40)
    stream = b"".join(blocks)
    whole = 0
    decoder = backend.Decoder()
    for start in range(0, len(stream), size):
        texts = [event.text for event in decoder.feed(stream[start : start + size])]
        before, whole = whole, stream[: start + size].count(b"\n\n")
        assert texts == [f"token {n}" for n in range(before, whole)]
    assert decoder.event_index == 40


@pytest.mark.parametrize("cut", range(1, 127, 6))
@pytest.mark.parametrize(
    "rest",
    [
        b'event: ping\ndata: {"type":"ping"}\n\n',
        b"\n\nid: 7\n: comment\n\n",
        b'\n\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n',
        b"data: [DONE]\n\n",
        b'"' + b"x" * 5000 + b"\n\n",
        b"",
    ],
    ids=lambda rest: repr(rest[:12]),
)
def test_what_only_began_like_the_last_event(backend: Backend, cut: int, rest: bytes) -> None:
    """The beginning of an event at the end of a chunk, and then something else: as if all were one chunk."""

    def outcome(chunks: list[bytes]) -> tuple[list[Any], Any]:
        decoder = backend.Decoder(on_error="yield")
        events = [event for chunk in chunks for event in decoder.feed(chunk)]
        events += decoder.close()
        counts = decoder.comment_count, decoder.error_count, decoder.event_index
        return [str(event) for event in events], (counts, decoder.last_event_id, decoder.done)

    first, begun = b"".join(repeating(6)), repeating(7)[6][:cut]
    wanted = outcome([first + begun + rest])
    assert outcome([first + begun, rest]) == wanted
    assert outcome([first + begun, *(rest[at : at + 1] for at in range(len(rest[:60]))), rest[60:]]) == wanted


BEGINNINGS = [b"\n", b"\r\n", b"\n\n", b" \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\n[", b"\n\n["]


@pytest.mark.parametrize("size", [1, 2, 3, 60, 128, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "data"])
@pytest.mark.parametrize("begin", BEGINNINGS, ids=repr)
def test_what_comes_before_the_first_event(
    backend: Backend, begin: bytes, named: bool, end: bytes, size: int
) -> None:
    """Where the framing shows only later, and the decoder knows such events from an earlier stream."""
    blocks = repeating(6) if named else [block.partition(b"\n")[2] for block in repeating(6)]
    stream = b"".join(blocks).replace(b"\n", end)
    backend.Decoder().feed(stream)
    decoder = backend.Decoder(on_error="yield")
    items = decoder.feed(begin)
    for start in range(0, len(stream), size):
        items += decoder.feed(stream[start : start + size])
    texts = [getattr(item, "text", None) for item in items]
    if b"[" not in begin:
        assert texts == [f"token {n}" for n in range(6)]
        return
    # The line of the bracket is no field, and maybe JSON that is not whole.
    assert texts[-5:] == [f"token {n}" for n in range(1, 6)]
    if named:
        assert len(items) == 7
    else:
        assert items[0].offset == begin.index(b"[")


def test_a_cut_event_is_forgotten_by_reset(backend: Backend) -> None:
    decoder = backend.Decoder()
    blocks = repeating(7)
    decoder.feed(b"".join(blocks[:6]) + blocks[6][:60])
    decoder.reset()
    assert [event.text for event in decoder.feed(blocks[0] + blocks[1])] == ["token 0", "token 1"]


@pytest.mark.parametrize("limit", [130, 131, 132, 133, 134, 140])
def test_the_limit_of_a_cut_event(backend: Backend, limit: int) -> None:
    """It is found by the chunk that goes beyond it."""
    blocks = repeating(7)
    longer = blocks[6].replace(b"token", b"longer token")
    for cut in range(100, len(longer)):
        decoder = backend.Decoder(max_event_bytes=limit, on_error="yield")
        seen = [len(decoder.feed(chunk)) for chunk in (b"".join(blocks[:6]), longer[:cut], longer[cut:])]
        kept = len(longer) - len(b"\n\n\n")  # its lines without their ends
        assert sum(seen) == 7
        assert decoder.error_count == (kept > limit)
        if kept > limit:
            assert seen[1] == (len(longer[:cut].replace(b"\n", b"")) > limit)


@pytest.mark.parametrize("line", [b"event:\n", b"event\n", b"retry: x\n"], ids=repr)
def test_lines_before_a_cut_event_count(backend: Backend, line: bytes) -> None:
    """They say nothing, but are a part of its block, and so of its size."""
    first = [b'data: {"choices":[{"text":"%d"}]}\n\n' % n for n in range(6)]
    large = b'data: {"choices":[{"text":"%s"}]}\n\n' % (b"x" * 100)
    decoder = backend.Decoder(CompletionStreamEvent, max_event_bytes=60, on_error="yield")
    assert len(decoder.feed(b"".join(first))) == 6
    chunks = (line, large[:57], large[57:], first[0], first[1], b"data: oops\n\n")
    items = [decoder.feed(chunk) for chunk in chunks]
    assert [len(given) for given in items] == [0, 1, 0, 1, 1, 1]
    (too_large,), (error,) = items[1], items[5]
    before = sum(map(len, first))
    assert (too_large.kind, too_large.offset) == ("too_large", before)
    assert error.offset == before + sum(map(len, chunks[:-1]))
    # And whatever the cuts are.
    exact = backend.Decoder(CompletionStreamEvent, max_event_bytes=len(first[0]) - 1, on_error="yield")
    exact.feed(b"".join(first))
    assert [type(item).__name__ for item in exact.feed(line) + exact.feed(first[0])] == ["ErrorEvent"]
    assert [type(item).__name__ for item in exact.feed(line + first[0])] == ["ErrorEvent"]
