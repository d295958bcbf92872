"""Hypothesis strategies for streams: composed of odd parts, or realistic and then damaged.

JSON is composed as text, not dumped from values, so that white space, escapes, duplicate keys, odd numbers
and mistakes are part of it.
"""

# ruff: noqa: E501 -- payloads are easier to review in one piece

from __future__ import annotations

import base64
import json
import struct
import zlib
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from tests.parity.composer import ESCAPES, LETTERS, NUMBERS, SCALARS, Composer
from tests.targets import TARGETS

# JSON text

digits = st.integers(min_value=-(10**25), max_value=10**25)
number_texts = st.one_of(
    st.integers(-3, 300).map(str),
    digits.map(str),
    st.floats().map(json.dumps),
    st.sampled_from(NUMBERS),
)
characters = st.one_of(
    st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=["Cc"]),
    st.sampled_from(LETTERS),
)
string_texts = st.lists(
    st.one_of(characters, characters, characters, st.sampled_from(ESCAPES)), max_size=12
).map(lambda pieces: f'"{"".join(pieces)}"')
any_texts = st.recursive(
    st.one_of(st.sampled_from(SCALARS), number_texts, string_texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{','.join(items)}]"),
        st.lists(st.tuples(string_texts, inner), max_size=4).map(
            lambda members: "{" + ", ".join(f"{key}: {value}" for key, value in members) + "}"
        ),
    ),
    max_leaves=6,
)
"""JSON text of any value, always good, and drawn so that it shrinks well."""

seeds = st.integers(0, 2**32 - 1)
near_texts = {
    target: seeds.map(lambda seed, target=target: Composer(seed).payload(target)) for target in TARGETS
}
"""JSON text near each target."""
error_texts = seeds.map(lambda seed: Composer(seed).error())
loose_texts = seeds.map(lambda seed: Composer(seed).any())


@st.composite
def damaged_texts(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """JSON text with one to three characters taken out, put in, or doubled, or cut short."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        change = draw(st.sampled_from(["out", "in", "in", "double", "cut"]))
        if change == "out":
            text = text[:at] + text[at + 1 :]
        elif change == "in":
            text = (
                text[:at]
                + draw(st.sampled_from(list('{}[]:,"\\ \t\x00\x1b01-+.eEuxn\ufeff\u00e9')))
                + text[at:]
            )
        elif change == "double":
            text = text[:at] + text[at : at + 6] + text[at:]
        else:
            text = text[:at]
    return text


# Streams

newlines = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r"])
odd_bytes = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"",
            b" ",
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xe2\x80\xa8",
            b"\xff",
            b"\xf0\x9f\x98",
            b"\xed\xa0\x80",
            b":",
            b"12",
        ]
    ),
).map(lambda value: value.replace(b"\n", b"").replace(b"\r", b""))
prefixes = st.sampled_from([b"data: ", b"data: ", b"data:"])


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


field_lines = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                b"data",
                b"event",
                b"id",
                b"retry",
                b"error",
                b"",
                b"data ",
                b"Data",
                b"ids",
                b"\xef\xbb\xbfdata",
            ]
        ),
        st.sampled_from([b": ", b":", b":  ", b""]),
        st.one_of(
            odd_bytes,
            st.sampled_from([b"error", b"message", b"3000", b"[DONE]", b" [DONE] ", b"x", b'{"a":1}']),
        ),
    ).map(b"".join),
    odd_bytes,
)


def data_lines(target: str) -> st.SearchStrategy[list[bytes]]:
    """The data of one event: a payload near the target, rarely bad, an error, or cut into several lines."""
    good = near_texts[target]
    payloads = st.one_of(
        good, good, good, good, damaged_texts(good), error_texts, loose_texts, st.just("[DONE]")
    ).map(_encode)

    def lines(parts: tuple[bytes, bytes, int | None]) -> list[bytes]:
        payload, prefix, cut = parts
        if cut is None:
            return [prefix + payload]
        at = cut % (len(payload) + 1)
        return [prefix + payload[:at], prefix + payload[at:]]

    cuts = st.one_of(st.none(), st.none(), st.none(), st.none(), st.integers(0, 1000))
    return st.tuples(payloads, prefixes, cuts).map(lines)


def bare_lines(target: str) -> st.SearchStrategy[list[bytes]]:
    """JSON without `data:`, in one line or pretty-printed."""

    def lines(parts: tuple[str, bool]) -> list[bytes]:
        text, pretty = parts
        if pretty:
            with suppress(ValueError):
                text = json.dumps(json.loads(text), indent=1)
        return [_encode(line) for line in text.split("\n")]

    texts = st.one_of(error_texts, near_texts[target], damaged_texts(near_texts[target]), st.just("[DONE]"))
    return st.tuples(texts, st.booleans()).map(lines)


def blocks(target: str) -> st.SearchStrategy[list[bytes]]:
    def join(parts: tuple[list[bytes], list[bytes], list[bytes], bool]) -> list[bytes]:
        before, data, after, ended = parts
        return [*before, *data, *after, *([b""] if ended else [])]

    few = st.one_of(st.just([]), st.lists(field_lines, max_size=2))
    data = st.one_of(*[data_lines(target)] * 5, bare_lines(target), st.just([]))
    ends = st.sampled_from([True] * 12 + [False])
    return st.tuples(few, data, few, ends).map(join)


@st.composite
def composed(draw: st.DrawFn, target: str) -> bytes:
    """A stream of such blocks, with one kind of line end or several."""
    lines = [line for block in draw(st.lists(blocks(target), max_size=6)) for line in block]
    mixed = draw(st.sampled_from([False, False, True]))
    end = draw(newlines)
    body = b"".join(line + (draw(newlines) if mixed else end) for line in lines)
    mark = draw(st.sampled_from([b""] * 9 + [b"\xef\xbb\xbf"]))
    if draw(st.sampled_from([False] * 3 + [True])):
        body = body[: draw(st.integers(0, len(body)))]
    return mark + body


def _event(chat: bool, text: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}} if chat else {"text": text, "index": 0}
    wire = {
        "id": "x-1",
        "object": "chat.completion.chunk" if chat else "text_completion",
        "created": 1700000000,
        "model": "m",
        "choices": [choice | {"logprobs": None, "finish_reason": None}],
        "system_fingerprint": "fp_1",
    }
    return b"data: " + json.dumps(wire | more, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"


REALISTIC = {
    "completion": b"".join(
        _event(False, text, obfuscation=text * 2) for text in ("One", " two", ",", " \u4e09", ' "4"', "\n")
    )
    + b"data: [DONE]\n\n",
    "chat": b": hi\n\n"
    + b"".join(_event(True, text) for text in ("", "Hello", " w\u00f6rld", " \U0001f600", "\\", "!"))
    + _event(True, "", choices=[], usage={"prompt_tokens": 1, "completion_tokens": 6, "total_tokens": 7})
    + b"data: [DONE]\n\n",
    "events": b'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n'
    b'event: ping\ndata: {"type": "ping"}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Hi"}     }\n\nevent: message_stop\ndata: {"type":"message_stop" }\n\n',
    "errors": _event(True, "a")
    + b'error: {"code":500,"message":"m"}\r\n\r\ndata: {"error":{"message":"e"}}\r\n\r\nevent: error\r\ndata: down\r\n\r\n'
    b'{\n "error": {\n  "code": 1\n }\n}\n\n{"a":1}\n{"a":2}\n\nid: 7\nretry: 50\ndata: {"n":\ndata: 1}\n\ndata:[DONE]\n\n',
}

edits = st.tuples(
    st.sampled_from(["put", "put", "insert", "delete", "copy", "cut", "flip"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.one_of(
        st.sampled_from(
            [
                b"\n",
                b"\r",
                b"\r\n",
                b"\n\n",
                b":",
                b" ",
                b'"',
                b"\\",
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b"\x00",
                b"\xff",
            ]
        ),
        st.sampled_from(
            [
                b"data: ",
                b"data: [DONE]\n\n",
                b"error: x",
                b"\xef\xbb\xbf",
                b"\\ud83d",
                b"1e999",
                b"NaN",
                b"null",
            ]
        ),
        st.binary(min_size=1, max_size=3),
    ),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A realistic stream with one to six edits of bytes."""
    body = draw(st.sampled_from(sorted(REALISTIC.values())))
    for kind, one, two, piece in draw(st.lists(edits, min_size=1, max_size=6)):
        at = one % (len(body) + 1)
        span = 1 + two % 40
        if kind == "put":
            body = body[:at] + piece + body[at + len(piece) :]
        elif kind == "insert":
            body = body[:at] + piece + body[at:]
        elif kind == "delete":
            body = body[:at] + body[at + span :]
        elif kind == "copy":
            source = two % (len(body) + 1)
            body = body[:at] + body[source : source + 60] + body[at:]
        elif kind == "cut":
            body = body[:at] if two % 4 == 0 else body
        elif at < len(body):
            body = body[:at] + bytes([body[at] ^ (1 << two % 8)]) + body[at + 1 :]
    return body


@st.composite
def repeating(draw: st.DrawFn) -> bytes:
    """Many events of a few skeletons with other texts in them, as real streams are: what a predictor learns from."""
    compose = Composer(draw(seeds))
    skeletons = draw(st.lists(st.sampled_from(SKELETONS), min_size=1, max_size=3))
    damaged = draw(st.integers(0, 20))
    out = []
    for number in range(draw(st.integers(2, 16))):
        event = compose.random.choice(skeletons)
        event = event.replace("$1", compose.string())
        event = event.replace("$2", compose.random.choice([compose.string, compose.number, compose.any])())
        if number == damaged:
            event = draw(damaged_texts(st.just(event)))
        end = b"\r\n\r\n" if compose.chance(0.1) else b"\n\n"
        out.append(b"data: " + _encode(event) + end)
    return b"".join(out)


SKELETONS = [
    '{"id":"c","object":"text_completion","created":1,"choices":[{"text":$1,"index":0,"logprobs":null,"finish_reason":null}],"model":"m"}',
    '{"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"text":$1,"index":0}],"obfuscation":$2}',
    '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":$1},"finish_reason":null}],"x":$2}',
    '{"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":$1}}]},"index":$2}]}',
    '{"type":"delta","sequence_number":$2,"delta":$1    }',
    '{"name":$1,"outer":{"first":$2,"second":[1,2]},"parts":[{"kind":"text","text":$1}]}',
    '{"text":$1,"kind":"text"}',
]


# Options and chunks


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> list[bytes]:
    """The stream cut at a few places, at many, or nowhere."""
    if not body or draw(st.integers(0, 5)) == 0:
        return [body]
    if draw(st.integers(0, 9)) == 0:
        return [body[i : i + 1] for i in range(len(body))]
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


# Other framings


def _frame(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))


def _header(name: bytes, value: bytes, kind: int) -> bytes:
    size = struct.pack(">H", len(value)) if kind in (6, 7) else b""
    return bytes([len(name)]) + name + bytes([kind]) + size + value


header_values = st.one_of(
    *[
        st.tuples(
            st.sampled_from(
                [
                    b"event",
                    b"exception",
                    b"error",
                    b"chunk",
                    b"contentBlockDelta",
                    b'a"\\\n\x01\xc3\xa9',
                    b"\xff",
                ]
            ),
            st.just(7),
        )
    ]
    * 6,
    st.tuples(st.binary(max_size=3), st.just(6)),
    st.sampled_from(
        [
            (b"", 0),
            (b"", 1),
            (b"\1", 2),
            (b"\1\2", 3),
            (b"\0" * 4, 4),
            (b"\0" * 8, 5),
            (b"\0" * 8, 8),
            (b"\0" * 16, 9),
        ]
    ),
    st.sampled_from([(b"", 9), (b"", 77), (b"\0", 5)]),
)
header_names = st.sampled_from(
    [
        b":message-type",
        b":event-type",
        b":event-type",
        b":event-type",
        b":exception-type",
        b":error-code",
        b":error-message",
        b"x",
        b"\xff",
    ]
)
headers = st.lists(
    st.tuples(header_names, header_values).map(lambda parts: _header(parts[0], *parts[1])), max_size=4
).map(b"".join)
event_headers = st.sampled_from([b"chunk", b"contentBlockDelta", b"messageStop", b""]).map(
    lambda name: _header(b":event-type", name, 7) + _header(b":message-type", b"event", 7)
)


def _chunk(text: str) -> bytes:
    return json.dumps({"bytes": base64.b64encode(_encode(text)).decode(), "p": "abc"}).encode()


def frame_payloads(target: str) -> st.SearchStrategy[bytes]:
    near = near_texts[target]
    odd = st.sampled_from(
        [
            b"",
            b"{}",
            b" {} ",
            b'{"bytes":"QQ"}',
            b'{"bytes":"QR=="}',
            b'{"bytes":"e30=","bytes":"\\u0065301"}',
            b'{"bytes":"e30="}x',
            b"[" * 130,
            b'{"bytes":5}',
            b"\xff",
            b'"\xff"',
            b'{"a":"\xff"}',
        ]
    )
    return st.one_of(
        near.map(_chunk),
        near.map(_encode),
        near.map(_encode),
        damaged_texts(near).map(_encode),
        error_texts.map(_encode),
        odd,
    )


@st.composite
def binary(draw: st.DrawFn, target: str) -> bytes:
    """A binary event stream, mostly sound."""
    frames = st.tuples(st.one_of(event_headers, event_headers, headers), frame_payloads(target))
    body = b"".join(_frame(*parts) for parts in draw(st.lists(frames, min_size=1, max_size=5)))
    damage = draw(st.sampled_from(["", "", "", "flip", "cut", "more"]))
    at = draw(st.integers(0, len(body) - 1))
    if damage == "flip":
        body = body[:at] + bytes([body[at] ^ 4]) + body[at + 1 :]
    elif damage == "cut":
        body = body[:at]
    elif damage == "more":
        body += draw(st.binary(max_size=20))
    return body


@st.composite
def array(draw: st.DrawFn, target: str) -> bytes:
    """A JSON array of such payloads, with white space of all kinds, some of it damaged."""
    texts = draw(
        st.lists(st.one_of(*[near_texts[target]] * 3, loose_texts, st.sampled_from(SCALARS)), max_size=6)
    )
    blanks = st.sampled_from(["", "", " ", "\n", "\r\n", ",\r\n", " ,\t", ",,"])
    items = "".join(draw(blanks) + text + draw(st.sampled_from([",", ",", ",\r\n", ""])) for text in texts)
    whole = (
        draw(st.sampled_from(["", "", "\ufeff", " \n"]))
        + "["
        + draw(blanks).replace(",", "")
        + "{},"
        + items
        + "]"
    )
    if draw(st.booleans()):
        whole = draw(damaged_texts(st.just(whole)))
    after = draw(st.sampled_from([b"", b"", b"\n", b'\n\ndata: {"a":1}\n\n', b'{"b":2}\n', b"x\n"]))
    return _encode(whole) + after


@st.composite
def several(draw: st.DrawFn, target: str) -> bytes:
    """Payloads with several values."""
    values = st.lists(
        st.one_of(near_texts[target], loose_texts, st.sampled_from(["[DONE]", "1", "nul", "", "\ufeff"])),
        max_size=4,
    )
    between = draw(st.sampled_from(["", " ", "\t"]))
    out = b""
    for texts in draw(st.lists(values, max_size=3)):
        text = between.join(texts).replace("\n", " ").replace("\r", " ")
        out += (
            draw(st.sampled_from([b"data: ", b"data: ", b"", b"event: error\ndata: "]))
            + _encode(text)
            + b"\n\n"
        )
    return out if draw(st.booleans()) else out[:-2]


decoder_options = st.fixed_dictionaries(
    {},
    optional={
        "strict": st.booleans(),
        "on_error": st.sampled_from(["raise", "yield", "skip"]),
        "multi": st.booleans(),
        "split": st.booleans(),
        "surrogates": st.sampled_from(["keep", "replace"]),
        "content_type": st.sampled_from(
            [None, None, "text/event-stream", "application/vnd.amazon.eventstream"]
        ),
        "max_event_bytes": st.one_of(st.integers(1, 60), st.integers(60, 400)),
        "last_event_id": st.sampled_from(["", "7", "\u00e9"]),
    },
)
parser_options = st.fixed_dictionaries(
    {},
    optional={
        "max_event_bytes": st.one_of(st.integers(1, 30), st.integers(30, 200)),
        "errors": st.sampled_from(["replace", "strict"]),
        "comments": st.booleans(),
        "last_event_id": st.sampled_from(["", "7", "\u00e9"]),
    },
)
