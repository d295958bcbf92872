"""Events of llama.cpp's own stream (``POST /completion``).

Field meanings follow the README of the llama.cpp server. (Its ``/v1`` streams are those of `chat`,
`responses` and `messages`.) The last event has ``stop`` and the counts.
"""

from typing import Any

from .answers import StreamEvent, Usage, number, string
from .declare import event

__all__ = ["LlamaCppStreamEvent", "LlamaCppUsage"]


@event
class LlamaCppUsage(Usage):
    """The counts of the last event. On the wire they lie among its other fields; `LlamaCppStreamEvent.usage`
    makes this of them."""

    tokens_evaluated: int | None = None
    """Tokens of the prompt."""

    tokens_predicted: int | None = None
    """Tokens generated."""

    tokens_cached: int | None = None
    """Tokens in the cache after the request."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt."""
        return number(self.tokens_evaluated)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated."""
        return number(self.tokens_predicted)


@event(light=True)
class LlamaCppStreamEvent(StreamEvent):
    """One event."""

    __dialect__ = "llama.cpp"

    index: int | None = None
    """Which prompt of the request, from 0."""

    content: str
    """Text to append."""

    tokens: tuple[int, ...] | None = None
    """The same as tokens."""

    stop: bool | None = None
    """Whether this is the last event."""

    id_slot: int | None = None
    """The slot of the server that works on the request."""

    tokens_predicted: int | None = None
    """Tokens generated so far."""

    tokens_evaluated: int | None = None
    """Tokens of the prompt."""

    tokens_cached: int | None = None
    """Tokens in the cache, in the last event."""

    model: str | None = None
    """The model, in the last event."""

    stop_type: str | None = None
    """Why generation ended: "eos", "limit" or "word"; "none" while it goes on."""

    stopping_word: str | None = None
    """The stop string that ended it, "" if none did."""

    truncated: bool | None = None
    """Whether the prompt was too long and has been cut."""

    timings: Any = None
    """How fast it was, an object."""

    generation_settings: Any = None
    """The settings of the request, an object."""

    __text__ = "content"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.content)

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended; "stop" where an old server only says that it did."""
        if self.stop is not True:
            return None
        said = string(self.stop_type)
        return said if said not in ("", "none") else "stop"

    @property
    def usage(self) -> LlamaCppUsage | None:
        """The counts of the last event."""
        if self.stop is not True:
            return None
        return LlamaCppUsage(
            tokens_evaluated=self.tokens_evaluated,
            tokens_predicted=self.tokens_predicted,
            tokens_cached=self.tokens_cached,
        )

    @property
    def is_terminal(self) -> bool:
        """Whether this is the last event."""
        return self.stop is True
