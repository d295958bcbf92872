"""The binary event stream of AWS: both checksums, headers of all types, what decoders make of it."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import pytest

from sselerate.errors import DecodeError, EventTooLargeError, ServerError, TruncatedStreamError
from sselerate.eventstream import EventStreamMessage, EventStreamParser
from tests import chunkings
from tests.backends import Backend
from tests.outcomes import canonicals, drive

CONTENT_TYPE = "application/vnd.amazon.eventstream"


def header(name: str, value: Any, kind: int = 7) -> bytes:
    head = bytes([len(name)]) + name.encode() + bytes([kind])
    if kind in (6, 7):
        value = value.encode() if kind == 7 else value
        return head + struct.pack(">H", len(value)) + value
    return head + value


def frame(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))


def event(name: str, payload: Any) -> bytes:
    headers = (
        header(":event-type", name)
        + header(":content-type", "application/json")
        + header(":message-type", "event")
    )
    return frame(headers, payload if isinstance(payload, bytes) else json.dumps(payload).encode())


def chunk(payload: Any) -> bytes:
    """A frame of InvokeModelWithResponseStream."""
    inner = base64.b64encode(json.dumps(payload).encode()).decode()
    return event("chunk", {"bytes": inner, "p": "abcdef"})


CONVERSE = [
    ("messageStart", {"p": "abc", "role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi"}, "p": "a"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": " é🎈"}, "p": "abcdefgh"}),
    ("contentBlockStop", {"contentBlockIndex": 0, "p": ""}),
    ("messageStop", {"p": "ab", "stopReason": "end_turn"}),
    (
        "metadata",
        {
            "metrics": {"latencyMs": 5},
            "p": "a",
            "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
        },
    ),
]
BODY = b"".join(event(name, payload) for name, payload in CONVERSE)


def test_messages() -> None:
    for name, chunks in chunkings.every(BODY):
        parser = EventStreamParser()
        messages = [message for piece in chunks for message in parser.feed(piece)] + parser.close()
        assert [(m.headers[":event-type"], json.loads(m.payload)) for m in messages] == CONVERSE, name
        assert parser.pending == 0
        assert parser.closed


def test_headers_of_all_types() -> None:
    headers = b"".join(
        [
            header("yes", b"", 0),
            header("no", b"", 1),
            header("byte", b"\xff", 2),
            header("short", b"\xff\xfe", 3),
            header("int", struct.pack(">i", -5), 4),
            header("long", struct.pack(">q", 2**40), 5),
            header("bytes", b"\x00\xff", 6),
            header("text", "é", 7),
            header("time", struct.pack(">q", 1700000000123), 8),
            header("uuid", bytes(range(16)), 9),
        ]
    )
    (message,) = EventStreamParser().feed(frame(headers, b"x"))
    assert message == EventStreamMessage(
        {
            "yes": True,
            "no": False,
            "byte": -1,
            "short": -2,
            "int": -5,
            "long": 2**40,
            "bytes": b"\x00\xff",
            "text": "é",
            "time": 1700000000123,
            "uuid": bytes(range(16)),
        },
        b"x",
    )


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def test_every_flipped_bit_is_found() -> None:
    """In whichever byte of a frame; the next frame is read if the lengths are right."""
    one, two = event("messageStart", {}), event("messageStop", {})
    for position in range(len(one)):
        parser = EventStreamParser()
        with pytest.raises(
            DecodeError, match=r"damaged frame of event 0 \(stream offset 0\): the .*checksum"
        ):
            parser.feed(flipped(one, position) + two)
        assert len(parser.feed(b"")) == (1 if position >= 12 else 0)
        assert len(parser.close()) == 0


def test_headers_that_are_none() -> None:
    for headers in (b"\x05ab", header("a", b"", 77), header("a", "b")[:-1], b"\x01\xff\x00", b"\x01a"):
        with pytest.raises(DecodeError, match="headers are malformed"):
            EventStreamParser().feed(frame(headers, b""))
    prelude = struct.pack(">II", 16, 1)
    with pytest.raises(DecodeError, match="lengths contradict"):
        EventStreamParser().feed(prelude + struct.pack(">I", zlib.crc32(prelude)))


def test_a_stream_cut_off() -> None:
    for end in range(1, len(BODY)):
        parser = EventStreamParser()
        parser.feed(BODY[:end])
        if parser.pending:
            with pytest.raises(TruncatedStreamError):
                parser.close()
        assert parser.close() == []


def test_messages_too_large() -> None:
    body = event("messageStart", {}) + event("big", {"x": "y" * 5000}) + event("messageStop", {})
    for size in (1, 7, 4096, len(body)):
        parser, seen = EventStreamParser(max_message_bytes=1000), []
        for piece in chunkings.in_pieces(body, size):
            try:
                seen += parser.feed(piece)
            except EventTooLargeError as error:
                assert (error.limit, error.event_index) == (1000, 1)
                assert error.message.endswith(" is larger than max_message_bytes=1000")
                seen += [*error.events, "too large"]
                seen += parser.feed(b"")
        assert [getattr(message, "payload", message) for message in seen] == [b"{}", "too large", b"{}"]
    with pytest.raises(RuntimeError):
        (parser.close(), parser.feed(b""))
    parser.reset()
    assert len(parser.feed(BODY)) == len(CONVERSE)


def test_wrong_arguments() -> None:
    for data in (5, [0, 0], "x", None):
        with pytest.raises(TypeError, match=f"^expected a bytes-like chunk, got {type(data).__name__}$"):
            EventStreamParser().feed(data)  # type: ignore[arg-type]
    for limit in ("x", None, True, 1.0):
        with pytest.raises(
            TypeError, match=f"^max_message_bytes must be an int, not {type(limit).__name__}$"
        ):
            EventStreamParser(max_message_bytes=limit)  # type: ignore[arg-type]
    for limit in (0, -1):
        with pytest.raises(ValueError, match=f"^max_message_bytes must be at least 1, not {limit}$"):
            EventStreamParser(max_message_bytes=limit)


@pytest.mark.parametrize(
    "content_type", [None, CONTENT_TYPE, "Application/vnd.amazon.EventStream; charset=x"]
)
def test_converse(backend: Backend, content_type: str | None) -> None:
    wanted = [{name: payload} for name, payload in CONVERSE]
    for name, chunks in chunkings.every(BODY):
        decoder = backend.Decoder(content_type=content_type)
        events = drive(decoder, chunks)
        assert [found.to_dict() for found in events] == wanted, name
        assert "".join(found.text for found in events) == "Hi é🎈"
        assert (decoder.dialect, decoder.event_index) == ("bedrock-converse", 6)
    decoder.reset()
    assert canonicals(drive(decoder, [BODY])) == canonicals(events)


def test_models(backend: Backend) -> None:
    """The payload of a chunk is that of the model; its dialect is recognised like any other."""
    sent = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
        {"outputText": "b", "index": 0, "completionReason": None},
        {"generation": "c", "prompt_token_count": None, "generation_token_count": 1, "stop_reason": None},
        {"contentBlockDelta": {"delta": {"text": "d"}}},
        {"choices": [{"index": 0, "delta": {"content": "e"}}]},
    ]
    events = backend.decode(b"".join(map(chunk, sent)))
    assert [found.to_dict() for found in events] == sent
    assert "".join(found.text for found in events) == "abcde"


def test_what_is_no_bedrock(backend: Backend) -> None:
    """Other services use the format too; chunks of another form stay as they are."""
    events = backend.decode(
        event("TranscriptEvent", {"a": 1}) + event("chunk", {"bytes": 5}) + event("initial-response", b"")
    )
    assert [found.to_dict() for found in events] == [
        {"TranscriptEvent": {"a": 1}},
        {"chunk": {"bytes": 5}},
        {"initial-response": None},
    ]


def exception(kind: str, payload: bytes) -> bytes:
    return frame(header(":exception-type", kind) + header(":message-type", "exception"), payload)


def test_exceptions(backend: Backend) -> None:
    body = event(*CONVERSE[0]) + exception("throttlingException", b'{"message":"slow down"}')
    with pytest.raises(ServerError, match="slow down") as raised:
        backend.decode(body)
    assert raised.value.error == {"code": "throttlingException", "message": "slow down"}
    assert len(raised.value.events) == 1
    assert raised.value.offset == len(event(*CONVERSE[0]))
    body = frame(
        header(":message-type", "error") + header(":error-code", "E") + header(":error-message", "m"), b""
    )
    with pytest.raises(ServerError) as raised:
        backend.decode(body)
    assert raised.value.error == {"code": "E", "message": "m"}
    with pytest.raises(ServerError, match="no json"):
        backend.decode(exception("x", b"no json"))


def test_damage(backend: Backend) -> None:
    one, two = event("messageStart", {"role": "assistant"}), event("messageStop", {"stopReason": "x"})
    broken = flipped(one, 40)
    for size in (1, 5, 1000):
        outcomes = drive(backend.Decoder(), chunkings.in_pieces(broken + two, size), drain=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["DecodeError", "ConverseStreamEvent"]
        assert str(outcomes[0]) == "damaged frame of event 0 (stream offset 0): the checksum is wrong"
    decoder = backend.Decoder(on_error="yield")
    events = drive(decoder, [one + broken + two])
    assert [found.text for found in events] == ["", "", ""]
    assert (decoder.error_count, decoder.event_index) == (1, 3)
    outcomes = drive(backend.Decoder(), [one + two[:-1]])
    assert (
        str(outcomes[1]) == f"stream ended inside event 1 (stream offset {len(one)}): unexpected end of data"
    )
    outcomes = drive(backend.Decoder(max_event_bytes=150), [event("a", {"x": "y" * 200}) + two])
    assert [type(outcome).__name__ for outcome in outcomes] == ["EventTooLargeError", "ConverseStreamEvent"]


def test_a_damaged_beginning(backend: Backend) -> None:
    """The content type tells what the bytes no longer can. Without it they are odd text."""
    broken = flipped(BODY, 5)
    with pytest.raises(DecodeError, match="checksum of the lengths"):
        backend.decode(broken, content_type=CONTENT_TYPE)
    names = [type(outcome).__name__ for outcome in drive(backend.Decoder(), [broken])]
    assert "ConverseStreamEvent" not in names


def test_text_that_begins_like_a_frame(backend: Backend) -> None:
    for body in (b"\0\0", b"\0\0\0\x10\0\0\0\0\0\0\0\0\n", b"\0" * 30 + b"\n"):
        for name, chunks in chunkings.every(body + b'\ndata: {"a":1}\n\n'):
            (found,) = drive(backend.Decoder(), chunks)
            assert found.data == {"a": 1}, name


def test_content_types_of_text(backend: Backend) -> None:
    for content_type in ("text/event-stream; charset=utf-8", "application/json", "", "nonsense", None):
        assert len(backend.decode(b'data: {"a":1}\n\n', content_type=content_type)) == 1
    with pytest.raises(TypeError, match="content_type must be a str or None, not bytes"):
        backend.Decoder(content_type=b"text/plain")


def test_pulled(backend: Backend) -> None:
    events = list(backend.iter_events(chunkings.in_pieces(BODY, 3)))
    assert [found.to_dict() for found in events] == [{name: payload} for name, payload in CONVERSE]


def test_headers_of_odd_types(backend: Backend) -> None:
    """What says what a message is may be anything but text, or missing."""
    bodies = [
        (header(":event-type", b"\x05", 2), {"": 1}),
        (header(":event-type", b"ab", 6), {"": 1}),
        (header(":event-type", "a") + header(":event-type", 'b"\n\x01é'), {'b"\n\x01é': 1}),
        (header(":message-type", b"", 0) + header(":event-type", "a"), {"a": 1}),
    ]
    for headers, wanted in bodies:
        (found,) = backend.decode(frame(headers, b"1"))
        assert found.to_dict() == wanted


@pytest.mark.parametrize(
    ("inner", "is_chunk"),
    [
        ("e30=", True),
        ("e30", False),
        ("e30==", False),
        ("e3 0=", False),
        ("e31=", True),
        ("", True),
        ("=", False),
    ],
)
def test_base64(backend: Backend, inner: str, is_chunk: bool) -> None:
    body = event("chunk", {"bytes": inner})
    events = backend.decode(body)
    assert [found.to_dict() for found in events] == (
        [{}] * bool(inner) if is_chunk else [{"chunk": {"bytes": inner}}]
    )


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (b"{}", {"code": "x"}),
        (b' {"a":1} ', {"code": "x", "a": 1}),
        (b'{"code":"y"}', {"code": "y"}),
        (b"[1]", {"code": "x", "message": [1]}),
        (b"", {"code": "x", "message": ""}),
        (b'{"a', {"code": "x", "message": '{"a'}),
        (b"\xff", {"code": "x", "message": "\ufffd"}),
    ],
)
def test_forms_of_exceptions(backend: Backend, payload: bytes, wanted: Any) -> None:
    (found,) = backend.decode(exception("x", payload), on_error="yield")
    assert (found.kind, found.error) == ("server", wanted)


def test_memory_is_bounded(backend: Backend) -> None:
    """A frame that is too large is refused by its lengths; none of it is kept."""
    prelude = struct.pack(">II", 2**24 - 1, 0)
    decoder = backend.Decoder(max_event_bytes=1000)
    with pytest.raises(EventTooLargeError, match="event 0 at stream offset 0"):
        decoder.feed(prelude + struct.pack(">I", zlib.crc32(prelude)))
    for _ in range(16):
        assert decoder.feed(bytes(2**20 - 1)) == []
