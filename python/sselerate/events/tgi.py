"""Events of a stream of Text Generation Inference (``POST /generate_stream``).

Field meanings follow the TGI documentation, "Consuming TGI". (Its ``/v1`` streams are those of `chat`.) Lines
have no space after the colon; the last event has ``generated_text``. An error comes as ``{"error": ...,
"error_type": ...}``.
"""

from typing import Any

from .answers import StreamEvent, Usage, number, string
from .declare import Event, event

__all__ = ["TGIDetails", "TGIStreamEvent", "TGIToken"]


@event
class TGIToken(Event):
    """One generated token."""

    id: int
    """Its number in the vocabulary."""

    text: str
    """The token as text."""

    logprob: float | None = None
    """The natural logarithm of its probability."""

    special: bool | None = None
    """Whether it marks something, such as the end, and is no text."""


@event
class TGIDetails(Usage):
    """How generation ended, and the tokens used."""

    finish_reason: str | None = None
    """Why: "length", "eos_token" or "stop_sequence"."""

    generated_tokens: int | None = None
    """Tokens generated."""

    input_length: int | None = None
    """Tokens of the prompt."""

    seed: int | None = None
    """Where the random numbers started; up to 64 bits."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt."""
        return number(self.input_length)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated."""
        return number(self.generated_tokens)


@event(light=True)
class TGIStreamEvent(StreamEvent):
    """One event: a token."""

    __dialect__ = "tgi"

    index: int | None = None
    """Which token it is, from 1."""

    token: TGIToken
    """The token."""

    generated_text: str | None = None
    """The whole text, in the last event."""

    details: TGIDetails | None = None
    """How generation ended, in the last event."""

    top_tokens: Any = None
    """The likeliest tokens at this position, a list, if the request asked for them."""

    @property
    def text(self) -> str:
        """The text of the token, unless it is a special one."""
        token: Any = self.token
        return string(token.text) if isinstance(token, TGIToken) and token.special is not True else ""

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended; "stop" if the last event does not say."""
        if self.generated_text is None:
            return None
        return string(getattr(self.details, "finish_reason", None)) or "stop"

    @property
    def usage(self) -> TGIDetails | None:
        """The tokens used."""
        details: Any = self.details
        return details if isinstance(details, TGIDetails) else None

    @property
    def is_terminal(self) -> bool:
        """Whether it has the whole text."""
        return self.generated_text is not None
