"""Framing of the binary event stream of AWS, for the typed decoder: in place of `TypedFramer`."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from ..eventstream import EventStreamMessage, Frames
from .framing import EVENT, TOO_LARGE, Frame
from .json import parse

__all__ = ["DAMAGED", "TRUNCATED", "BinaryFramer"]

DAMAGED = "damaged"
"""A frame that cannot be read; the data says why."""
TRUNCATED = "truncated"
"""A frame in which the stream ended."""

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class BinaryFramer:
    """Splits one binary event stream into frames, with the interface of `Framer`. There are no ids, no
    comments and nothing to be retried."""

    last_event_id = ""
    retry: int | None = None
    comment_count = 0
    array_is_whole = False

    def __init__(self, max_event_bytes: int) -> None:
        self.max_event_bytes = max_event_bytes
        self.frames: Iterator[Frame | None] = self._run()
        """What the bytes give, in order; None wherever more are needed. It never ends."""
        self._frames = Frames(max_event_bytes)
        self._finished = False

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the stream, for `frames`."""
        self._frames.feed(chunk)

    def finish(self, commit: bool) -> None:
        """Takes the end of the stream."""
        self._finished = True

    def _run(self) -> Iterator[Frame | None]:
        while True:
            for offset, found in self._frames:
                if isinstance(found, EventStreamMessage):
                    event, data = _payload_of(found)
                    yield EVENT, data, event, None, None, offset
                elif found is None:
                    yield TOO_LARGE, b"", b"", None, None, offset
                else:
                    yield DAMAGED, found.encode(), b"", None, None, offset
            if self._finished and self._frames.pending:
                self._finished = False
                yield TRUNCATED, b"", b"", None, None, self._frames.offset
            yield None


def _payload_of(message: EventStreamMessage) -> tuple[bytes, bytes]:
    """What a decoder makes of a message: (SSE event type, JSON).

    - An exception or an error: "error", and its payload, as an object with ``code`` and ``message`` at least.
    - A ``chunk`` of InvokeModelWithResponseStream: the JSON of the model, which is base64 inside the payload.
    - Anything else: the payload under the name of the event, ``{"contentBlockDelta": {...}}``.
    """
    headers, payload = message.headers, message.payload
    kind = headers.get(":message-type")
    if kind == "exception":
        return b"error", _error(_text(headers.get(":exception-type")), payload)
    if kind == "error":
        code, said = _text(headers.get(":error-code")), _text(headers.get(":error-message"))
        return b"error", b'{"code":' + code + b',"message":' + said + b"}"
    name = headers.get(":event-type")
    if name == "chunk" and (inner := _chunk(payload)) is not None:
        return b"", inner
    return b"", b"{" + _text(name if isinstance(name, str) else "") + b":" + (payload or b"null") + b"}"


def _text(value: Any) -> bytes:
    """A header as JSON; null if it is no text."""
    return json.dumps(value if isinstance(value, str) else None, ensure_ascii=False).encode()


def _value(payload: bytes) -> Any:
    """The value of a payload.

    Raises:
        ValueError: it is not JSON.
    """
    return parse(payload.decode())


def _error(code: bytes, payload: bytes) -> bytes:
    """The payload with a member ``code`` before its others; one that is no object becomes ``message``."""
    begin = b'{"code":' + code
    try:
        said = _value(payload)
    except ValueError:
        return begin + b',"message":' + _text(payload.decode("utf-8", "replace")) + b"}"
    if isinstance(said, dict):
        return begin + (b"," if said else b"") + payload[payload.index(b"{") + 1 :]
    return begin + b',"message":' + payload + b"}"


def _chunk(payload: bytes) -> bytes | None:
    """The JSON of a model inside a chunk; None if this is some other chunk."""
    try:
        said = _value(payload)
    except ValueError:
        return None
    inner = said.get("bytes") if isinstance(said, dict) else None
    return base64.b64decode(inner) if isinstance(inner, str) and _BASE64.fullmatch(inner) else None
