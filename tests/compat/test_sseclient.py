"""`sselerate.compat.sseclient` beside sseclient-py itself.

PyPI has no source distribution with the upstream suite; its 23 cases are among the vectors.
"""

from __future__ import annotations

from typing import Any

import pytest

from sselerate.compat import sseclient
from tests.compat.vectors import BODIES, DATA_LESS, chopped

CASES: dict[str, bytes] = {
    "blank lines first": "\n\n\n\nid: 1\ndata: 我現在都看實況不玩遊戲\n\n".encode(),
    "spaces at the end": b"event: greeting \ndata: Hello  \n\n",
    "json over lines": b'event: e\r\ndata: {\r\ndata:   "a": 1,\r\ndata: }\r\n\r\n',
    "large": b"data: " + b"a" * 10000 + b"\n\n",
    "controls": "data: \x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\n\n".encode(),
    "retry": b"retry: 0500\ndata: a\n\nretry: 7\n\ndata: b\nretry: 8\n\n",
    "tail": b"data: a\n\nid: 1\nevent: e\ndata: b",
    "tail without data": b"data: a\n\nevent: b\n",
}


class Source:
    """What a response is to the client."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.closed = False

    def __iter__(self) -> Any:
        return iter(self.chunks)

    def close(self) -> None:
        self.closed = True


def facts(events: Any) -> list[tuple[Any, ...]]:
    # "0500" and "500" are the same time
    return [(e.id, e.event, e.data, e.retry and int(e.retry), str(e).replace("0500", "500")) for e in events]


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS, *CASES])
def test_as_the_original(name: str, backend: str) -> None:
    original = pytest.importorskip("sseclient", reason="sseclient-py is not installed")
    for how, chunks in chopped((BODIES | DATA_LESS | CASES)[name]):
        ours = facts(sseclient.SSEClient(Source(chunks)).events())
        assert ours == facts(original.SSEClient(Source(chunks)).events()), how


def test_what_is_better(backend: str) -> None:
    def read(*chunks: bytes, **options: str) -> list[tuple[Any, ...]]:
        return [(e.id, e.data, e.retry) for e in sseclient.SSEClient(chunks, **options).events()]

    assert read(b"\xef\xbb\xbfdata: a\n\n") == [(None, "a", None)]
    assert read(b"data: \xff\n\n") == [(None, "\ufffd", None)]
    assert read(b"data: a\n\r\ndata: b\n\n") == [(None, "a", None), (None, "b", None)]
    assert read(b"id: \x00\nretry: 5_0\ndata: a\n\n") == [(None, "a", None)]
    assert read("data: é\n\n".encode("latin-1"), char_enc="latin-1") == [(None, "é", None)]
    half = read(b"data: +2AA-\n\n", char_enc="utf-7")
    assert half == [(None, "\ufffd\ufffd\ufffd", None)]


def test_retry_is_text_and_events_can_be_changed() -> None:
    (event,) = sseclient.SSEClient([b"retry: 500\ndata: a\n\n"]).events()
    assert event.retry == "500"
    event.data = "b"
    assert str(event) == "message event, 1 bytes, retry in 500ms"


def test_close_closes_the_source() -> None:
    source = Source([])
    sseclient.SSEClient(source).close()
    assert source.closed
