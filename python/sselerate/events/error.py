"""The event that stands for an error where a decoder was told to yield errors."""

from typing import Any, Literal

from ..errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from .answers import StreamEvent
from .declare import event

__all__ = ["ErrorEvent"]


@event
class ErrorEvent(StreamEvent):
    """An error at its place among the events (``on_error="yield"``). It holds what the exception holds."""

    error: Any
    """The error value as the server sent it; None unless ``kind`` is "server"."""

    message: str
    """What the exception says."""

    kind: Literal["server", "decode", "truncated", "too_large"]
    """Which exception it stands for."""

    offset: int
    """Byte offset in the stream at which the block of the event starts."""

    event_index: int
    """How many events with data came before this one in the stream."""

    path: str | None = None
    """Where a strict decoder found the wrong value, e.g. ``$.choices[0].text``."""

    data: str | None = None
    """The payload as text, cut to 200 characters and an ellipsis; None for "too_large"."""

    limit: int | None = None
    """The limit in bytes that was crossed; None unless ``kind`` is "too_large"."""

    @classmethod
    def of(cls, error: SSEError) -> "ErrorEvent":
        """The event that stands for ``error``; both backends make theirs here."""
        kind: Literal["server", "decode", "truncated", "too_large"]
        if isinstance(error, ServerError):
            kind = "server"
        elif isinstance(error, TruncatedStreamError):
            kind = "truncated"
        elif isinstance(error, EventTooLargeError):
            kind = "too_large"
        else:
            kind = "decode"
        return cls(
            error=getattr(error, "error", None),
            message=error.message,
            kind=kind,
            offset=error.offset or 0,
            event_index=error.event_index or 0,
            path=getattr(error, "path", None),
            data=getattr(error, "data", None),
            limit=getattr(error, "limit", None),
        )

    def exception(self) -> SSEError:
        """The exception this event stands for, new, so that it can be raised."""
        message, offset, index = self.message, self.offset, self.event_index
        if self.kind == "server":
            return ServerError(message, offset=offset, event_index=index, error=self.error, data=self.data)
        if self.kind == "truncated":
            return TruncatedStreamError(message, offset=offset, event_index=index, data=self.data)
        if self.kind == "too_large":
            return EventTooLargeError(message, offset=offset, event_index=index, limit=self.limit or 0)
        return DecodeError(message, offset=offset, event_index=index, path=self.path, data=self.data)
