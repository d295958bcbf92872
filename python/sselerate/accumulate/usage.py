"""The tokens that a stream has used, of what its events say, wherever and in how many parts they say it."""

from typing import Any

from ..errors import SSEError
from ..events.answers import Usage
from ..events.build import Builders
from ..events.error import ErrorEvent
from ..events.usage import CompletionUsage
from .joined import Rest, changed, said, said_fields

__all__ = ["UsageMeter"]

_TOTALS = frozenset(["totalTokenCount", "totalTokens", "total_tokens"])
"""What servers call the sum of input and output."""


class UsageMeter:
    """Puts the usage of one stream together, without keeping anything else of it.

        meter = UsageMeter()
        for event in sselerate.iter_events(source):
            meter.push(event)
        print(meter.usage)

    The last report counts if it has a total. Else it may be a part, as Anthropic tells the input in the first
    event and the output in the last: of each key the last value that is not null counts. ``{}`` says nothing.
    What Groq says in ``x_groq`` and Moonshot in a choice is found, as is what stands beside an error.
    """

    __slots__ = ("_fields", "_report", "_rest", "_usage")

    def __init__(self) -> None:
        self._report: Usage | None = None
        """The last report that had a total; without one, the first."""
        self._fields: dict[str, Any] = {}
        """What parts behind it have changed."""
        self._rest: Rest | None = None
        """The unknown keys of all these, once there is a part."""
        self._usage: Usage | None = None
        """All of it, once somebody has asked."""

    @property
    def usage(self) -> Usage | None:
        """The tokens used so far, in the class of the dialect; None if the server has not said."""
        if self._usage is None and self._report is not None and self._rest is not None:
            self._usage = changed(self._report, self._rest.value(), **self._fields)
        return self._usage

    def push(self, event: Any) -> None:
        """Takes the next event, in the order of the stream; an `SSEError` that was raised in its place, too.
        Never raises; an event that says nothing of tokens changes nothing."""
        if isinstance(event, SSEError):
            event = ErrorEvent.of(event)
        if isinstance(event, ErrorEvent):
            event = event.event
        usage = getattr(event, "usage", None)
        if not isinstance(usage, Usage) or not said(usage):
            usage = _elsewhere(event)
            if usage is None:
                return
        report = self._report
        if report is None or type(usage) is not type(report) or _has_total(usage):
            self._report = self._usage = usage
            self._rest = None
            return
        if self._rest is None:
            self._rest = Rest()
            self._rest.replace(report.extra)
            # A total does not have the part that comes behind it.
            self._fields = dict.fromkeys(_totals(usage)) if _has_total(report) else {}
        self._rest.replace(usage.extra)
        self._fields.update(said_fields(usage))
        self._usage = None


def _has_total(usage: Usage) -> bool:
    """Whether the server has sent a total, and so all that belongs to it."""
    return any(getattr(usage, name) is not None for name in _totals(usage))


def _totals(usage: Usage) -> list[str]:
    return [name for name, wire in type(usage).__wire__.items() if wire in _TOTALS]


def _elsewhere(event: Any) -> Usage | None:
    """What an event of a chat says in a place of its server's own."""
    choices = getattr(event, "choices", None)
    if not isinstance(choices, tuple):
        return None
    groq = getattr(event, "x_groq", None)
    of_groq = groq.get("usage") if isinstance(groq, dict) else None
    for place in (of_groq, *[getattr(choice, "usage", None) for choice in choices]):
        if isinstance(place, dict) and place:
            built: CompletionUsage = Builders().of(CompletionUsage)(place)
            return built
    return None
