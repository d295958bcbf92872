"""Several streams in one source are told apart however the bytes are cut."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

import pytest

from sselerate.cli.stream import StreamEnd, Streams
from tests import backends

from .test_cli_decode import event

DONE = b"data: [DONE]\n\n"


def outcome(backend: str, chunks: Iterable[bytes], on_error: str = "yield") -> list[object]:
    """Texts, the word "error", and for each end of a stream whether it had errors."""
    streams = Streams(partial(backends.load(backend).Decoder, None, on_error=on_error))
    found: list[object] = []
    for items in streams.read(chunks):
        for item in items:
            if isinstance(item, StreamEnd):
                found.append(item.errors)
            elif hasattr(item, "choices"):
                found.append(item.choices[0].text)
            else:
                found.append("error")
    return found


CASES = {
    "one": (event("a") + DONE, ["a", 0]),
    "two": (event("a") + DONE + event("b") + DONE, ["a", 0, "b", 0]),
    "no end": (event("a"), ["a", 0]),
    "no end, then nothing": (event("a") + DONE + b"\n\n: bye\n\n", ["a", 0]),
    "crlf": (
        (event("a") + DONE + event("b") + DONE).replace(b"\n", b"\r\n"),
        ["a", 0, "b", 0],
    ),
    "cr": ((event("a") + DONE + event("b") + DONE).replace(b"\n", b"\r"), ["a", 0, "b", 0]),
    "no space, spaces": (event("a") + b"data:[DONE]  \n\n" + event("b"), ["a", 0, "b", 0]),
    "end without blank line": (event("a") + b"data: [DONE]", ["a", 0]),
    "end, then fields": (event("a") + b"data: [DONE]\nid: 7\n\n" + event("lost?"), ["a", 0, "lost?", 0]),
    "end, then fields, crlf": (
        (event("a") + b"id: 1\ndata: [DONE]\nid: 7\nevent: x\n\n" + event("b")).replace(b"\n", b"\r\n"),
        ["a", 0, "b", 0],
    ),
    "line of a larger event": (
        b'data: {"choices":[{"text":\ndata: "[DONE]"\ndata: }],"object":\ndata: [DONE]\n\n'
        + event("b")
        + b"data: [DONE]\n\n"
        + event("c"),
        ["error", "b", 1, "c", 0],
    ),
    "in a comment": (event("a") + b": [DONE]\n\n" + event("b") + DONE + event("c"), ["a", "b", 0, "c", 0]),
    "in the text": (event("[DONE]") + event(" [DONE] \n[DONE]") + DONE, ["[DONE]", " [DONE] \n[DONE]", 0]),
    "cut off in the text": (event("[DO") + event("[") + DONE + event("NE]"), ["[DO", "[", 0, "NE]", 0]),
    "error": (event("a") + b"data: {\n\n" + DONE + event("b"), ["a", "error", 1, "b", 0]),
    "truncated": (event("a") + DONE + event("b")[:-9], ["a", 0, "error", 1]),
    "bom": (b"\xef\xbb\xbf" + event("a") + DONE + b"\xef\xbb\xbf" + event("b"), ["a", 0, "b", 0]),
    "bom, crlf": (
        (event("a") + DONE + b"\xef\xbb\xbf" + event("b") + DONE).replace(b"\n", b"\r\n"),
        ["a", 0, "b", 0],
    ),
    "empty": (b"", []),
    "no events": (b": ping\n\n", [0]),
}


@pytest.mark.parametrize("name", CASES)
def test_every_cut(backend: str, name: str) -> None:
    data, expected = CASES[name]
    assert outcome(backend, [data]) == expected
    assert outcome(backend, [data[i : i + 1] for i in range(len(data))]) == expected
    for cut in range(len(data)):
        assert outcome(backend, [data[:cut], data[cut:]]) == expected, cut


def test_sizes_add_up(backend: str) -> None:
    data = event("a") + DONE + event("b") + DONE
    for sent in (data, data.replace(b"\n", b"\r\n")):
        for cut in range(len(sent)):
            streams = Streams(backends.load(backend).Decoder)
            read = streams.read([sent[:cut], b"", sent[cut:]])
            ends = [item for items in read for item in items if isinstance(item, StreamEnd)]
            assert [end.size for end in ends] == [len(sent) // 2] * 2, cut


def test_an_error_gives_the_source_up(backend: str) -> None:
    data = event("a") + b"data: {\n\n" + event("b")
    assert outcome(backend, [data, data], on_error="raise") == ["a", "error", 1]


@pytest.mark.parametrize("more", ["", "   ", "\\n"], ids=["at once", "spaces", "escape"])
def test_a_text_of_nothing_else_is_not_cut(backend: str, more: str) -> None:
    """However often the word is in a line, the line is searched once and fed whole."""
    data = b'data: {"choices":[{"index":0,"text":"%s"}]}\n\n' % (f"[DONE]{more}".encode() * 80_000)
    streams = Streams(backends.load(backend).Decoder)
    feed, fed = streams._feed, []

    def counted(data: bytes) -> list[object]:
        fed.append(len(data))
        return feed(data)

    streams._feed = counted  # type: ignore[method-assign]
    texts = [item.text for items in streams.read([data + DONE]) for item in items[:1]]
    assert [len(text) for text in texts] == [80_000 * len(json.loads(f'"[DONE]{more}"'))]
    assert sum(fed) == len(data + DONE)
    assert len(fed) <= 4
