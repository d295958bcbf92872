"""What parsers hand out: server-sent events, comments if asked for, or all blocks as they are."""

from dataclasses import dataclass

__all__ = ["Block", "Comment", "ServerSentEvent"]


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


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text/event-stream that has any field, with data or without.

    Many clients make an event of each, which the specification does not.
    """

    event: str = ""
    """The value of the block's last ``event:`` line; "" if that is empty or absent."""

    data: str | None = None
    """The values of the block's ``data:`` lines, joined with LF; None if there is none."""

    id: str = ""
    """The last event id of the stream at this block, "" if none was ever sent."""

    sets_id: bool = False
    """Whether the block itself set it."""

    retry: int | None = None
    """The reconnection time in milliseconds which this very block set, or None."""
