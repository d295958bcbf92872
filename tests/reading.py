"""An independent reading of an event stream: the WHATWG rules on a whole buffer, as plainly as can be said.

It shares no code with the package and knows nothing of chunks, limits or typed events. The property tests
and the recordings compare both backends with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DIGITS = re.compile(rb"[0-9]+")
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass
class Reading:
    """`events`: (event, data, id, retry) of each; the rest as the attributes of a parser after `close()`."""

    events: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)  # where the block of each event starts
    last_event_id: str = ""
    retry: int | None = None
    comments: list[str] = field(default_factory=list)
    unknown_fields: int = 0
    pending: int = 0


def read(body: bytes) -> Reading:
    reading = Reading()
    mark = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    start, block = mark, 0
    data: list[bytes] = []
    event, new_id, retry = b"", reading.last_event_id, None
    for end in LINE_END.finditer(body, mark):
        line = body[start : end.start()]
        start = end.end()
        if not line:
            reading.last_event_id = new_id
            if data:
                text = "\n".join(value.decode("utf-8", "replace") for value in data)
                kind = event.decode("utf-8", "replace") or "message"
                reading.events.append((kind, text, reading.last_event_id, retry))
                reading.offsets.append(block)
            data, event, retry, block = [], b"", None, start
            continue
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"event":
            event = value
        elif name == b"id":
            if b"\0" not in value:
                new_id = value.decode("utf-8", "replace")
        elif name == b"retry":
            if DIGITS.fullmatch(value) and int(value) < 2**64:
                retry = reading.retry = int(value)
        elif name == b"":
            reading.comments.append(value.decode("utf-8", "replace"))
        else:
            reading.unknown_fields += 1
    reading.pending = len(body) - block
    return reading
