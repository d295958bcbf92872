"""The errors of the package, one tree, raised by both backends.

- SSEError                     anything wrong with the stream
  - DecodeError                an event that is not JSON, not UTF-8 or (strict) not of its declared shape
  - TruncatedStreamError       the stream ended inside an event
  - EventTooLargeError         an event outgrew ``max_event_bytes``
  - ServerError                the server reported an error inside the stream

Misuse (a closed parser, two threads in one decoder, a bad argument) raises RuntimeError, TypeError or
ValueError instead. After an SSEError the object that raised it goes on with the next event.

The functions at the end hold the texts of the messages, so that the backends cannot differ in them.
"""

from typing import Any

from ._json import dumps

__all__ = ["DecodeError", "EventTooLargeError", "SSEError", "ServerError", "TruncatedStreamError"]

_SHOWN = 200
"""How many characters of a payload an error shows and keeps."""


class SSEError(Exception):
    """Base of all errors that the content of a stream can cause."""

    message: str
    """What went wrong, with the place; the same as ``str(error)``."""

    offset: int | None
    """Byte offset in the stream at which the block of the event starts; None where there is no stream."""

    event_index: int | None
    """How many events with data came before this one in the stream."""

    events: list[Any]
    """Events which the same ``feed()``, ``close()`` or ``decode()`` call had decoded before the error.

    Iterators deliver those first and leave this empty.
    """

    text: str
    """The text before the error, where a call was asked for text; else ""."""

    def __init__(self, message: str, *, offset: int | None = None, event_index: int | None = None) -> None:
        # args holds the message alone and everything else lives in __dict__: this is what makes
        # Exception's own pickling sufficient for the whole tree.
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.event_index = event_index
        self.events = []
        self.text = ""


class DecodeError(SSEError):
    """An event that cannot become a typed event: bad JSON, bad UTF-8 or (strict) another shape."""

    path: str | None
    """Where a strict decoder found the wrong value, e.g. ``$.choices[0].text``; None for other causes."""

    data: str | None
    """The payload as text, cut to 200 characters and an ellipsis."""

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        event_index: int | None = None,
        path: str | None = None,
        data: str | None = None,
    ) -> None:
        super().__init__(message, offset=offset, event_index=event_index)
        self.path = path
        self.data = data


class TruncatedStreamError(SSEError):
    """The stream ended inside an event: what had arrived of its data is not whole JSON."""

    data: str | None
    """What had arrived of the payload, cut to 200 characters and an ellipsis."""

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        event_index: int | None = None,
        data: str | None = None,
    ) -> None:
        super().__init__(message, offset=offset, event_index=event_index)
        self.data = data


class EventTooLargeError(SSEError):
    """A pending event (of `EventStreamParser` a message) grew beyond the limit; nothing of it was kept."""

    limit: int
    """The limit that was crossed, in bytes."""

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        event_index: int | None = None,
        limit: int = 0,
    ) -> None:
        super().__init__(message, offset=offset, event_index=event_index)
        self.limit = limit


class ServerError(SSEError):
    """The server sent an error in the stream, in whichever of the usual forms."""

    error: Any
    """The error value as sent: a dict, a string, any JSON value, or text that is not JSON."""

    data: str | None
    """The payload as text, cut to 200 characters and an ellipsis."""

    payload: Any
    """All of the payload that reported the error, parsed; None if it is not JSON. It may say more than the
    error: OpenRouter sends the usage with it."""

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        event_index: int | None = None,
        error: Any = None,
        data: str | None = None,
        payload: Any = None,
    ) -> None:
        super().__init__(message, offset=offset, event_index=event_index)
        self.error = error
        self.data = data
        self.payload = payload


def cut(text: str) -> str:
    """``text`` as errors show it: its first 200 characters, and an ellipsis if there were more."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def invalid_json(cause: str, position: int, data: str, event_index: int, offset: int) -> DecodeError:
    """The payload ``data`` is not JSON: ``cause`` at its byte ``position``."""
    message = f"invalid JSON at byte {position} of event {event_index} (stream offset {offset}): {cause}"
    return DecodeError(message, offset=offset, event_index=event_index, data=cut(data))


def invalid_utf8(data: str, event_index: int, offset: int) -> DecodeError:
    """The data of an event is not UTF-8, and the parser was told to be strict about it."""
    message = f"invalid UTF-8 in event {event_index} (stream offset {offset})"
    return DecodeError(message, offset=offset, event_index=event_index, data=cut(data))


def mismatch(path: str, problem: str, data: str, event_index: int, offset: int) -> DecodeError:
    """A strict decoder found ``problem`` ("missing" or "expected ..., got ...") at ``path``."""
    message = f"{path}: {problem} in event {event_index} (stream offset {offset})"
    return DecodeError(message, offset=offset, event_index=event_index, path=path, data=cut(data))


def truncated(cause: str, data: str, event_index: int, offset: int) -> TruncatedStreamError:
    """The stream ended although ``data`` is not whole JSON yet."""
    message = f"stream ended inside event {event_index} (stream offset {offset}): {cause}"
    return TruncatedStreamError(message, offset=offset, event_index=event_index, data=cut(data))


def too_large(
    limit: int, event_index: int, offset: int, option: str = "max_event_bytes"
) -> EventTooLargeError:
    """The pending event has more than ``limit`` bytes, which is what ``option`` says."""
    message = f"event {event_index} at stream offset {offset} is larger than {option}={limit}"
    return EventTooLargeError(message, offset=offset, event_index=event_index, limit=limit)


def damaged(cause: str, event_index: int, offset: int) -> DecodeError:
    """A frame of a binary event stream is damaged."""
    message = f"damaged frame of event {event_index} (stream offset {offset}): {cause}"
    return DecodeError(message, offset=offset, event_index=event_index)


def server_error(error: Any, payload: Any, data: str, event_index: int, offset: int) -> ServerError:
    """The server reported ``error`` in ``payload``, which is None if it is no JSON; ``data`` is its text."""
    said = error.get("message") if isinstance(error, dict) else None
    if isinstance(said, str):
        summary = said
    elif isinstance(error, str):
        summary = error
    else:
        summary = dumps(error)
    message = f"server error in event {event_index} (stream offset {offset}): {cut(summary)}"
    return ServerError(
        message, offset=offset, event_index=event_index, error=error, data=cut(data), payload=payload
    )
