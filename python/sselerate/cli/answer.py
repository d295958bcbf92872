"""One answer out of the events of a stream: the first of several choices, its text and model.

What an event says is asked of the event itself (`StreamEvent`); here is only what it does not answer. The
accumulator of a stream knows as much, but keeps all of its text, which may be more than the memory holds.
"""

import dataclasses
from operator import attrgetter
from typing import Any

from ..events import Event
from ..events.answers import number, string
from ..events.sglang import NewText, SGLangStreamEvent

_MODELS = [
    attrgetter("model"),
    attrgetter("message.model"),
    attrgetter("response.model"),
    attrgetter("interaction.model"),
    attrgetter("model_id"),
    attrgetter("model_version"),
]
"""Where events name the model, which is not among the answers common to all dialects."""


def first_choice(event: Event) -> Event:
    """``event`` without its further choices; the event itself if it has none."""
    for name in ("choices", "candidates"):
        choices = getattr(event, name, None)
        if isinstance(choices, tuple):
            first = [choice for choice in choices if not number(getattr(choice, "index", None))]
            if len(first) == len(choices):
                return event
            changes: dict[str, Any] = {name: tuple(first)}
            return dataclasses.replace(event, **changes)
    if isinstance(event, SGLangStreamEvent) and number(event.index):
        return dataclasses.replace(event, full_text="")
    return event


class Text:
    """The text of a stream, as its events add to it."""

    def __init__(self) -> None:
        self._sglang = NewText()

    def added(self, event: Event) -> str:
        """What ``event``, the next one, adds; "" if nothing."""
        if isinstance(event, SGLangStreamEvent):
            return self._sglang.of(event)
        # A class of the user's may have no text, or something else of that name.
        return string(getattr(event, "text", None))


def model_of(event: Event) -> str | None:
    """The model that answers, if ``event`` names it."""
    for model in _MODELS:
        try:
            found = model(event)
        except AttributeError:
            continue
        if isinstance(found, str) and found:
            return found
    return None
