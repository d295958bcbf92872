"""A stream that is one JSON array: its items are the events, however it is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sselerate.errors import DecodeError, EventTooLargeError, TruncatedStreamError
from tests import chunkings
from tests.backends import Backend
from tests.outcomes import canonicals, drive, iterate


def answer(text: str, **more: Any) -> dict[str, Any]:
    parts = {"parts": [{"text": text}], "role": "model"}
    return {"candidates": [{"content": parts, "index": 0}], "modelVersion": "m"} | more


ITEMS = [answer(text) for text in ("A", ' [{"\\', "é\u2028", *[f"{i}" * i for i in range(9)], "")]


@pytest.mark.parametrize("indent", [None, 2])
def test_items(backend: Backend, indent: int | None) -> None:
    texts = [json.dumps(item, indent=indent, ensure_ascii=False) for item in ITEMS]
    body = ("[" + "\n,\r\n".join(texts) + "\n]\n").encode()
    for name, chunks in chunkings.few(body):
        decoder = backend.Decoder()
        events = drive(decoder, chunks)
        assert [event.to_dict() for event in events] == ITEMS, name
        assert (decoder.dialect, decoder.event_index) == ("gemini", len(ITEMS))
        assert canonicals(iterate(backend.iter_events(chunks))) == canonicals(events)


def test_what_follows_an_array_is_lines(backend: Backend) -> None:
    body = b'\xef\xbb\xbf [{"a":1},{"a":2}] \n: comment\n\nid: 7\ndata: {"a":3}\n\n{"a":4}\n'
    for name, chunks in chunkings.every(body):
        decoder = backend.Decoder(on_error="yield")
        assert [event.data["a"] for event in drive(decoder, chunks)] == [1, 2, 3, 4], name
        assert (decoder.comment_count, decoder.last_event_id) == (1, "7")


@pytest.mark.parametrize("stray", ["}", "}}", "}1}", "x}"])
def test_brackets_that_close_nothing(backend: Backend, stray: str) -> None:
    body = f'[{{"a":1}}{stray},{{"a":2}}]'.encode()
    wanted = canonicals(drive(backend.Decoder(), [body]))
    for name, chunks in chunkings.every(body):
        outcomes = drive(backend.Decoder(), chunks, drain=True)
        assert canonicals(outcomes) == wanted, name
        errors = outcomes[1:-1]
        assert [outcomes[0].data, outcomes[-1].data] == [{"a": 1}, {"a": 2}]
        assert errors
        assert all(isinstance(error, DecodeError) or error.data == 1 for error in errors)


def test_an_array_cut_off(backend: Backend) -> None:
    body = b'[{"a":1}, {"a":2}]'
    for end in range(2, len(body)):
        outcomes = drive(backend.Decoder(), [body[:end]])
        assert isinstance(outcomes[-1], TruncatedStreamError), end
        assert [event.data["a"] for event in outcomes[:-1]] == [1, 2][: body[:end].count(b"}")]
    assert drive(backend.Decoder(), [b"["])[0].data == "["


def test_items_too_large(backend: Backend) -> None:
    big = {"a": "]}" * 3000}
    body = json.dumps([{"a": 1}, big, {"a": 2}, [[]]]).encode()
    for size in (1, 7, 1024, len(body)):
        outcomes = drive(backend.Decoder(max_event_bytes=100), chunkings.in_pieces(body, size), drain=True)
        assert isinstance(outcomes[1], EventTooLargeError)
        assert (outcomes[1].offset, outcomes[1].event_index) == (body.index(b'{"a": "'), 1)
        assert [event.data for event in (outcomes[0], *outcomes[2:])] == [{"a": 1}, {"a": 2}, [[]]]
