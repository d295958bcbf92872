"""What an accumulator needs of a dialect: an `Assembler`."""

from collections.abc import Iterable
from typing import Any

from ..events.declare import Event
from .tool_calls import Call
from .usage import UsageMeter

__all__ = ["Assembler"]

_FAILURES = frozenset(["abort", "aborted", "canceled", "cancelled", "error", "expired", "failed", "timeout"])
"""The reasons to end, in small letters, of answers that are not whole because something went wrong or
somebody has called them off."""


class Assembler:
    """Puts the events of one dialect together to a message. One instance per message.

    Methods never raise, whatever a server has sent: declared fields may hold any JSON value.
    """

    def __init__(self, partial_json: bool) -> None:
        self.partial_json = partial_json
        """Whether unfinished arguments of tools are wanted as values."""
        self.meter = UsageMeter()

    def push(self, event: Any) -> bool:
        """Takes an event. False if it has no place in the message."""
        raise NotImplementedError

    def result(self) -> Event | None:
        """The message as it stands; None if there is none."""
        raise NotImplementedError

    @property
    def finished(self) -> bool:
        """Whether the message is whole, as far as its events say."""
        raise NotImplementedError

    def text(self) -> str:
        """The visible text, of the first choice if there are several."""
        return ""

    def reasoning(self) -> str:
        """The reasoning, likewise."""
        return ""

    def calls(self) -> list[Call]:
        """The tool calls that the client is to carry out, likewise."""
        return []

    def finish_reason(self) -> str | None:
        """Why the answer ended, likewise."""
        return None

    def finish_reasons(self) -> Iterable[str | None]:
        """The same of all choices."""
        return (self.finish_reason(),)

    @property
    def failed(self) -> bool:
        """Whether an answer ended as one that failed or was called off."""
        return any(reason is not None and reason.lower() in _FAILURES for reason in self.finish_reasons())

    def usage(self) -> Any:
        """The tokens used, a `Usage`, or None."""
        return self.meter.usage
