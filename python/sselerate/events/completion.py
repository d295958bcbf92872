"""Events of a legacy completion stream (``POST /v1/completions``).

Field meanings follow the OpenAI API reference, "Completions", and what recorded streams of OpenAI, Azure and
vLLM hold. The classes declare leaves only (no dict but that of ``top_logprobs``), which lets the compiled
core make instances that the garbage collector need not track.
"""

from typing import Any

from .answers import StreamEvent, first_reason, reason, string
from .declare import Event, event
from .usage import CompletionUsage

__all__ = ["CompletionLogprobs", "CompletionStreamChoice", "CompletionStreamEvent"]


@event
class CompletionLogprobs(Event):
    """Log probabilities of the tokens of one piece of text. All tuples have one entry per token."""

    tokens: tuple[str, ...] | None = None
    """The tokens as text."""

    token_logprobs: tuple[float | None, ...] | None = None
    """The natural logarithm of each token's probability; None for a token without one, e.g. the first of an
    echoed prompt."""

    top_logprobs: tuple[dict[str, float] | None, ...] | None = None
    """Per token the likeliest alternatives, text to log probability."""

    text_offset: tuple[int, ...] | None = None
    """Where each token starts, in characters from the start of the text (of prompt and text if it is
    echoed)."""


@event
class CompletionStreamChoice(Event):
    """One alternative's next piece of text."""

    text: str
    """The text to append to what this choice has sent before."""

    index: int
    """Which choice, from 0: with ``n`` > 1 or several prompts the choices of a stream interleave."""

    logprobs: CompletionLogprobs | None = None
    """Log probabilities of the tokens of ``text``, if the request asked for them."""

    finish_reason: str | None = None
    """Why generation ended: "stop", "length" or "content_filter"; other servers have further ones. None while
    it goes on."""

    stop_reason: int | str | None = None
    """Which stop string or token ended the text, as vLLM says in each event; None if none did."""


@event
class CompletionStreamEvent(StreamEvent):
    """One event of a completion stream, which ends with ``[DONE]``."""

    __dialect__ = "openai-completions"

    id: str
    """Identifies the completion; the same in all events of a stream with most servers."""

    object: str
    """The type of the object: "text_completion"; some servers say "completion"."""

    created: int
    """When the completion was created, in seconds since the Unix epoch (a few gateways send milliseconds)."""

    model: str
    """The model that answers."""

    choices: tuple[CompletionStreamChoice, ...]
    """Pieces of text, as a rule a single one; none in the event that carries the usage."""

    usage: CompletionUsage | None = None
    """Tokens used, in the last event, if the request asked for it with ``stream_options.include_usage``."""

    system_fingerprint: str | None = None
    """Identifies the configuration of the server that answers."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    __text__ = "choices[].text"

    @property
    def text(self) -> str:
        """The text to append, of all choices of the event. A choice that has the ``delta`` of a chat instead,
        as a gateway sends it, has none here; an accumulator reads it."""
        try:
            if len(self.choices) == 1:
                return string(self.choices[0].text)
        except (AttributeError, KeyError, TypeError):
            pass  # an odd one
        choices: Any = self.choices
        texts = [getattr(choice, "text", None) for choice in choices] if isinstance(choices, tuple) else []
        return "".join(map(string, texts))

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended, of the first choice of the event that says so."""
        try:
            for choice in self.choices:
                if choice.finish_reason is not None and (said := reason(choice.finish_reason)):
                    return said
        except (AttributeError, KeyError, TypeError):
            return first_reason(self.choices)  # an odd one is among them
        return None
