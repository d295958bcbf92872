"""The event class for payloads that no other class is known for."""

from typing import Any

from .answers import StreamEvent, reason
from .declare import Event, event
from .recognise import LAST_EVENT_NAMES

__all__ = ["GenericEvent"]


@event
class GenericEvent(StreamEvent):
    """An event whose JSON, or text, is kept whole.

    Decoders without a target deliver it for dialects they do not recognise, and decoders of a tagged union
    for unknown tags. As a target it takes every payload, also one that is no JSON.
    """

    data: Any
    """The parsed JSON, of any kind; the text as it is of an event that is no JSON."""

    type: str | None = None
    """The SSE event type of the block (its ``event:`` line); None if it is "message"."""

    def to_dict(self) -> dict[str, Any]:
        """The payload if it is an object; otherwise the fields of this class."""
        wire: dict[str, Any] = Event.to_dict(self)
        return wire["data"] if isinstance(self.data, dict) else wire

    @property
    def text(self) -> str:
        """The data of an event that is text, as Replicate sends it."""
        return self.data if isinstance(self.data, str) else ""

    @property
    def finish_reason(self) -> str | None:
        """Why the last event, by its type, is the last, if it says so: "canceled" or "error" of Replicate."""
        return reason(self.data.get("reason")) if self.is_terminal and isinstance(self.data, dict) else None

    @property
    def is_terminal(self) -> bool:
        """Whether it is the last event by its type, "done", as Replicate sends it."""
        return self.type in LAST_EVENT_NAMES
