"""The event that stands for an error where a decoder was told to yield errors."""

from typing import Any, Literal

from ..errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from .answers import StreamEvent, ToolCallDelta, Usage
from .build import Builders
from .declare import event, shape_of
from .recognise import find_rule

__all__ = ["ErrorEvent"]


@event
class ErrorEvent(StreamEvent):
    """An error at its place among the events (``on_error="yield"``). It holds what the exception holds."""

    __refused__ = "decoders make it of errors, with on_error='yield'"

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

    payload: Any = None
    """All of the payload that reported the error, parsed; None unless ``kind`` is "server", and where it is
    not JSON."""

    @property
    def event(self) -> StreamEvent | None:
        """The payload as an event of its dialect, if it is more than a report of the error; else None.
        OpenRouter sends a chunk with choices and usage, and the error in it. The answers below are those of
        this event, which is made whenever it is asked for."""
        return _event_of(self.payload)

    @property
    def text(self) -> str:
        """The visible text beside the error."""
        beside = self.event
        return "" if beside is None else beside.text

    @property
    def reasoning(self) -> str:
        """The reasoning beside the error."""
        beside = self.event
        return "" if beside is None else beside.reasoning

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The pieces of tool calls beside the error."""
        beside = self.event
        return () if beside is None else beside.tool_calls

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, if the payload says so."""
        beside = self.event
        return None if beside is None else beside.finish_reason

    @property
    def usage(self) -> Usage | None:
        """The tokens used, if the payload says so."""
        beside = self.event
        return None if beside is None else beside.usage

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
            payload=getattr(error, "payload", None),
        )

    def exception(self) -> SSEError:
        """The exception this event stands for, new, so that it can be raised."""
        message, offset, index = self.message, self.offset, self.event_index
        if self.kind == "server":
            return ServerError(
                message,
                offset=offset,
                event_index=index,
                error=self.error,
                data=self.data,
                payload=self.payload,
            )
        if self.kind == "truncated":
            return TruncatedStreamError(message, offset=offset, event_index=index, data=self.data)
        if self.kind == "too_large":
            return EventTooLargeError(message, offset=offset, event_index=index, limit=self.limit or 0)
        return DecodeError(message, offset=offset, event_index=index, path=self.path, data=self.data)


def _event_of(payload: Any) -> StreamEvent | None:
    """What a payload would be if it did not report an error; None if no dialect knows it."""
    rule = find_rule(payload) if isinstance(payload, dict) else None
    if rule is None:
        return None
    cls = shape_of(rule.target).class_of(payload)
    return None if cls is None else Builders().of(cls)(payload)
