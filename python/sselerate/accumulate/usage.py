"""The tokens that a stream has used, of what its events say, wherever and in how many parts they say it."""

from typing import Any

from ..errors import SSEError
from ..events.answers import Usage
from ..events.build import Builders
from ..events.error import ErrorEvent
from ..events.usage import CompletionUsage
from .joined import changed, merged, said

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

    __slots__ = ("_usage",)

    def __init__(self) -> None:
        self._usage: Usage | None = None

    @property
    def usage(self) -> Usage | None:
        """The tokens used so far, in the class of the dialect; None if the server has not said."""
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
        self._usage = usage if _has_total(usage) else merged(_without_total(self._usage), usage)


def _has_total(usage: Usage) -> bool:
    """Whether the server has sent a total, and so all that belongs to it."""
    return any(getattr(usage, name) is not None for name in _totals(usage))


def _without_total(usage: Usage | None) -> Usage | None:
    """What was known before a part came that its total does not have."""
    if usage is None or not _has_total(usage):
        return usage
    return changed(usage, usage.extra, **dict.fromkeys(_totals(usage)))


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
