"""What a `Parser` hands out: server-sent events, and comments if asked for."""

from dataclasses import dataclass

__all__ = ["Comment", "ServerSentEvent"]


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One dispatched event of a text/event-stream, as the WHATWG specification defines it."""

    event: str = "message"
    """The event type: the value of the block's last ``event:`` line; "message" if that is empty or absent."""

    data: str = ""
    """The values of the block's ``data:`` lines, joined with LF."""

    id: str = ""
    """The last event id of the stream at this event, "" if none was ever sent."""

    retry: int | None = None
    """The reconnection time in milliseconds which this very block set, or None."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that starts with a colon. Servers send them to keep a connection open."""

    text: str
    """What follows the colon, without one leading space."""
