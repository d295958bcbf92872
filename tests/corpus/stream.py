"""A whole stream of one dialect as a case: each event is given once, as what is sent and must come back."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from tests.corpus.case import Case, Item, got, parsed, run, sse


@dataclass(frozen=True)
class Sent:
    """One event: its object, the class it becomes, what that answers, and the name in its `event` field."""

    wire: Any
    class_name: str
    attributes: Item
    event: str


def ev(wire: Any, class_name: str, event: str = "", /, **attributes: Any) -> Sent:
    """`attributes` as in `case.got`: two underscores stand for a dot."""
    return Sent(wire, class_name, attributes, event)


def stream(
    name: str,
    source: str,
    dialect: str,
    *events: Sent,
    target: str = "auto",
    terminator: bool = False,
    end: str = "\n",
    done: bool | None = None,
) -> Case:
    """A stream of server-sent events, which ends with `[DONE]` if it has a terminator."""
    body, items = "", []
    for sent in events:
        text = json.dumps(sent.wire, ensure_ascii=False, separators=(",", ":"))
        body += (f"event: {sent.event}{end}" if sent.event else "") + f"data: {text}{end}{end}"
        items.append(sse(text, event=sent.event or "message"))
    if terminator:
        body += f"data: [DONE]{end}{end}"
        items.append(sse("[DONE]"))
    outcomes = [got(sent.wire, sent.class_name, **sent.attributes) for sent in events]
    over = terminator if done is None else done
    typed = run(target, *outcomes, done=over, dialect=dialect)
    return Case(name, source, body.encode(), parsed(*items), [typed])


def lines(name: str, source: str, dialect: str, *events: Sent, done: bool) -> Case:
    """A stream of JSON lines; to a parser that is one block of unknown fields without an end."""
    texts = [json.dumps(sent.wire, ensure_ascii=False, separators=(",", ":")) for sent in events]
    body = "".join(text + "\n" for text in texts).encode()
    outcomes = [got(sent.wire, sent.class_name, **sent.attributes) for sent in events]
    typed = run("auto", *outcomes, done=done, dialect=dialect)
    return Case(name, source, body, parsed(unknown_fields=len(texts), pending=len(body)), [typed])


def frame(kind: str, name: str, payload: str) -> bytes:
    """A frame of the binary event stream of AWS: of a `kind` "event" or "exception", and of this type."""
    headers = b""
    for key, value in ((f":{kind}-type", name), (":message-type", kind)):
        headers += bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    text = payload.encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(text), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + text
    return body + struct.pack(">I", zlib.crc32(body))


def frames(name: str, source: str, body: bytes, comments: int, typed: Item) -> Case:
    """A binary event stream. To a parser its bytes are one block of lines without an end, as each frame has a
    CR (the length of the name ":message-type"): the first is an unknown field, the others are comments."""
    return Case(name, source, body, parsed(unknown_fields=1, comments=comments, pending=len(body)), [typed])
