"""Several streams in one source are told apart however the bytes are cut."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable
from functools import partial

import pytest

from sselerate.cli.stream import StreamEnd, Streams
from sselerate.errors import SSEError
from sselerate.events import ErrorEvent
from tests import backends

from .test_cli_decode import event

DONE = b"data: [DONE]\n\n"


def message(text: str) -> bytes:
    """A stream of two events, without [DONE]."""
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    payloads: list[dict[str, object]] = [delta, {"type": "message_stop"}]
    return b"".join(
        f"event: {payload['type']}\ndata: {json.dumps(payload)}\n\n".encode() for payload in payloads
    )


def line(text: str, last: bool = False) -> bytes:
    """An event of a dialect that has neither blocks nor [DONE]."""
    payload: dict[str, object] = {"message": {"role": "assistant", "content": text}, "done": last}
    return json.dumps({**payload, "done_reason": "stop"} if last else payload).encode() + b"\n"


def outcome(backend: str, chunks: Iterable[bytes], on_error: str = "yield") -> list[object]:
    """Texts, the word "error", and for each end of a stream whether it had errors."""
    streams = Streams(partial(backends.load(backend).Decoder, None, on_error=on_error))
    found: list[object] = []
    for items in streams.read(chunks):
        for item in items:
            if isinstance(item, StreamEnd):
                found.append(item.errors)
            else:
                found.append("error" if isinstance(item, ErrorEvent | SSEError) else item.text)
    return found


def binary(text: str) -> bytes:
    """A stream of AWS's frames."""
    delta = {"contentBlockIndex": 0, "delta": {"text": text}}
    usage = {"usage": {"inputTokens": 1, "outputTokens": 10}}
    return frame("contentBlockDelta", delta) + frame("metadata", usage)


def frame(name: str, payload: object) -> bytes:
    body = json.dumps(payload).encode()
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\7" + len(value).to_bytes(2, "big") + value.encode()
        for key, value in {":message-type": "event", ":event-type": name}.items()
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack(">I", zlib.crc32(message))


CASES = {
    "binary": (binary("a") + binary("b"), ["a", "", "b", "", 0]),
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
    "last events": (message("a") + message("b") + event("c"), ["a", "", 0, "b", "", 0, "c", 0]),
    "last events, cr": (
        (message("a") + message("b")).replace(b"\n", b"\r"),
        ["a", "", 0, "b", "", 0],
    ),
    "last event and end": (message("a") + b": x\n\n" + DONE + message("b") + DONE, ["a", "", 0, "b", "", 0]),
    "last event, then nothing": (message("a") + b"\n: bye\n\n", ["a", "", 0]),
    "last event, then an error": (message("a") + b"data: {\n\n" + event("b"), ["a", "", 0, "error", "b", 1]),
    "last event, truncated": (message("a") + b"data: {", ["a", "", 0, "error", 1]),
    "lines of JSON": (line("a") + line("", last=True) + line("b"), ["a", "", 0, "b", 0]),
    "nothing before the first": (DONE + event("a"), ["a", 0]),
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


def test_what_brings_no_event_counts(backend: str) -> None:
    """A [DONE] after the last event, and what servers send while nothing happens."""
    data = message("a") + b": ping\n\n" + DONE + message("b") + b": ping\n\n"
    for size in (1, 7, len(data)):
        streams = Streams(backends.load(backend).Decoder)
        read = streams.read(data[at : at + size] for at in range(0, len(data), size))
        ends = [item.size for items in read for item in items if isinstance(item, StreamEnd)]
        assert ends == [len(message("a") + DONE) + 8, len(message("b")) + 8]


def test_an_error_gives_the_source_up(backend: str) -> None:
    data = event("a") + b"data: {\n\n" + event("b")
    assert outcome(backend, [data, data], on_error="raise") == ["a", "error", 1]
