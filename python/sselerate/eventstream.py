"""The binary event stream of AWS (``application/vnd.amazon.eventstream``), in which Bedrock answers.

A message is a frame:

    u32 length of all of it | u32 length of the headers | u32 CRC-32 of these eight bytes
    headers: u8 length of the name, name, u8 type, value
    payload
    u32 CRC-32 of all before it

All numbers are big-endian. Headers that begin with a colon say what the message is: ``:message-type``
("event", "exception" or "error"), ``:event-type``, ``:content-type``.

`EventStreamParser` gives the messages. Decoders know the format themselves, by the content type or the first
bytes of a stream, and make of each message a JSON object: the payload under the name of the event, as the
SDKs of AWS give it; of a ``chunk`` the JSON of the model, which is base64 inside it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._arguments import limit, whole
from .errors import SSEError, damaged, too_large, truncated

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["CONTENT_TYPE", "EventStreamMessage", "EventStreamParser"]

CONTENT_TYPE = "application/vnd.amazon.eventstream"
"""The content type of the format."""

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_NUMBERS = {2: struct.Struct(">b"), 3: struct.Struct(">h"), 4: struct.Struct(">i"), 5: struct.Struct(">q")}
_SHORTEST = _PRELUDE.size + _CRC.size


@dataclass(frozen=True, slots=True)
class EventStreamMessage:
    """One message of a binary event stream."""

    headers: dict[str, Any]
    """Name to value: bool, int, bytes or str; a time is in milliseconds since the Unix epoch, a UUID 16
    bytes."""

    payload: bytes
    """The payload, as a rule JSON."""


class EventStreamParser:
    """Turns the bytes of a binary event stream into messages, without I/O.

    Both checksums of every message are checked. After a message whose second one is wrong the next is read;
    where the first is wrong nobody knows where the next begins, so the rest of the stream is ignored.

    Args:
        max_message_bytes: limit for one message, at least 1.
    """

    def __init__(self, *, max_message_bytes: int = 67108864) -> None:
        self._frames = Frames(limit("max_message_bytes", max_message_bytes))
        self._count = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    @property
    def pending(self) -> int:
        """Bytes received of the message that is not whole yet."""
        return self._frames.pending

    def feed(self, data: "Buffer") -> list[EventStreamMessage]:
        """Takes the next bytes of the stream and returns the messages they complete.

        Raises:
            DecodeError: a checksum is wrong, or the headers are malformed; its ``events`` holds the messages
                before. The next call goes on.
            EventTooLargeError: a message is larger than allowed.
            RuntimeError: the parser is closed.
            TypeError: ``data`` is not bytes-like.
        """
        if self._closed:
            raise RuntimeError("feed() after close(); call reset() first")
        self._frames.feed(whole(data))
        return self._messages()

    def close(self) -> list[EventStreamMessage]:
        """Ends the stream. Returns what an error had left over, as a rule nothing.

        Raises:
            TruncatedStreamError: a message is not whole.
        """
        if self._closed:
            return []
        self._closed = True
        messages = self._messages()
        if self._frames.pending:
            error = truncated("unexpected end of data", "", self._count, self._frames.offset)
            error.events = list(messages)
            raise error
        return messages

    def reset(self) -> None:
        """Makes the parser like new, for another stream."""
        self._frames = Frames(self._frames.max_bytes)
        self._count = 0
        self._closed = False

    def _messages(self) -> list[EventStreamMessage]:
        messages: list[EventStreamMessage] = []
        for offset, found in self._frames:
            error: SSEError
            if found is None:
                error = too_large(self._frames.max_bytes, self._count, offset, "max_message_bytes")
            else:
                self._count += 1
                if isinstance(found, EventStreamMessage):
                    messages.append(found)
                    continue
                error = damaged(found, self._count - 1, offset)
            error.events = list(messages)
            raise error
        return messages


class Frames:
    """The frames in the bytes of a stream.

    An iterator of (stream offset, message), with the cause as text in place of a message that is damaged, and
    None in place of one that is too large. It ends where more bytes are needed and goes on after `feed`.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.offset = 0
        """Stream offset of the next frame."""
        self._buffer = bytearray()
        self._skip = 0
        """Bytes to come that belong to a frame which is too large."""
        self._lost = False
        """It is not known where the next frame begins."""

    @property
    def pending(self) -> int:
        """Bytes received of the frame that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the stream."""
        if self._lost:
            return
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self.offset += skipped
        self._buffer += data[skipped:]

    def __iter__(self) -> "Frames":
        return self

    def __next__(self) -> tuple[int, EventStreamMessage | str | None]:
        buffer, offset = self._buffer, self.offset
        if len(buffer) < _PRELUDE.size:
            raise StopIteration
        length, headers, crc = _PRELUDE.unpack_from(buffer)
        if zlib.crc32(buffer[:8]) != crc:
            return offset, self._lose("the checksum of the lengths is wrong")
        if length < _SHORTEST + headers:
            return offset, self._lose("the lengths contradict each other")
        if length > self.max_bytes:
            self._skip = max(0, length - len(buffer))
            self._take(length)
            return offset, None
        if len(buffer) < length:
            raise StopIteration
        frame = self._take(length)
        if zlib.crc32(frame[: -_CRC.size]) != _CRC.unpack_from(frame, length - _CRC.size)[0]:
            return offset, "the checksum is wrong"
        end = _PRELUDE.size + headers
        try:
            return offset, EventStreamMessage(
                dict(_headers(frame[_PRELUDE.size : end])), frame[end : -_CRC.size]
            )
        except (ValueError, struct.error, IndexError):
            return offset, "the headers are malformed"

    def _take(self, length: int) -> bytes:
        frame = bytes(self._buffer[:length])
        del self._buffer[:length]
        self.offset += len(frame)
        return frame

    def _lose(self, cause: str) -> str:
        self._lost = True
        self._buffer.clear()
        return cause


def _headers(data: bytes) -> Iterator[tuple[str, Any]]:
    """Name and value of each header.

    Raises:
        ValueError, IndexError, struct.error: the headers are malformed.
    """
    position = 0
    while position < len(data):
        begin = position + 1
        position = begin + data[position]
        name = data[begin:position].decode()
        kind = data[position]
        position += 1
        value: Any
        if kind in (0, 1):
            value = kind == 0
        elif kind in _NUMBERS:
            (value,) = _NUMBERS[kind].unpack_from(data, position)
            position += _NUMBERS[kind].size
        elif kind == 8:
            (value,) = _NUMBERS[5].unpack_from(data, position)
            position += 8
        elif kind == 9:
            value = data[position : position + 16]
            position += 16
        elif kind in (6, 7):
            (length,) = struct.unpack_from(">H", data, position)
            value = data[position + 2 : position + 2 + length]
            position += 2 + length
            if kind == 7:
                value = value.decode()
        else:
            raise ValueError(f"header of type {kind}")
        if position > len(data):
            raise ValueError("header beyond the end")
        yield name, value


def is_event_stream(head: bytes) -> bool | None:
    """Whether a stream that begins with ``head`` is a binary event stream; None if more bytes are needed to
    tell.

    Text never begins with NUL, and a frame of less than 16 MiB does; the checksum of the lengths tells for
    sure.
    """
    if not head:
        return None
    if head[0] != 0:
        return False
    if len(head) < _PRELUDE.size:
        return None
    crc: int = _PRELUDE.unpack_from(head)[2]
    return zlib.crc32(head[:8]) == crc
