"""Token counts, as completions and chat completions report them.

Names and meanings are those of the OpenAI API reference, "Completion usage". Other servers send a part of
them, or more; what only one of them sends is in ``extra``.
"""

from .answers import Usage, added, number
from .declare import Event, event

__all__ = ["CompletionTokensDetails", "CompletionUsage", "PromptTokensDetails"]


@event
class PromptTokensDetails(Event):
    """What the prompt tokens consist of."""

    cached_tokens: int | None = None
    """Tokens read from the prompt cache."""

    audio_tokens: int | None = None
    """Tokens of audio input."""

    cache_write_tokens: int | None = None
    """Tokens written to the prompt cache."""

    image_tokens: int | None = None
    """Tokens of image input."""

    text_tokens: int | None = None
    """Tokens of text input."""


@event
class CompletionTokensDetails(Event):
    """What the generated tokens consist of."""

    reasoning_tokens: int | None = None
    """Tokens of reasoning, which count as output although they may not be shown."""

    audio_tokens: int | None = None
    """Tokens of generated audio."""

    accepted_prediction_tokens: int | None = None
    """Tokens of a predicted output that appear in the answer."""

    rejected_prediction_tokens: int | None = None
    """Tokens of a predicted output that do not; they are charged all the same."""

    text_tokens: int | None = None
    """Tokens of generated text."""


@event
class CompletionUsage(Usage):
    """How many tokens a request has used. Most servers send it once, in the last event, and only on
    request."""

    prompt_tokens: int
    """Tokens of the prompt, cached ones included."""

    completion_tokens: int
    """Tokens generated so far; with most servers reasoning included, xAI counts it apart."""

    total_tokens: int
    """The sum of both."""

    prompt_tokens_details: PromptTokensDetails | None = None
    """The prompt tokens in detail."""

    completion_tokens_details: CompletionTokensDetails | None = None
    """The generated tokens in detail."""

    prompt_cache_hit_tokens: int | None = None
    """Tokens of the prompt read from the cache, as DeepSeek names them."""

    prompt_cache_miss_tokens: int | None = None
    """The other tokens of the prompt, as DeepSeek names them."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the prompt, cached ones included."""
        return number(self.prompt_tokens)

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated, reasoning included also where the server counts it apart, which its total
        gives away."""
        output, reasoning = number(self.completion_tokens), self.reasoning_tokens
        if output is not None and reasoning:
            apart = added(self.prompt_tokens, output, reasoning)
            return output + reasoning if apart == self.total_tokens else output
        return output

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the prompt was read from a cache."""
        details = self.prompt_tokens_details
        if isinstance(details, PromptTokensDetails) and details.cached_tokens is not None:
            return number(details.cached_tokens)
        return number(self.prompt_cache_hit_tokens)

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the prompt was written to a cache."""
        details = self.prompt_tokens_details
        return number(details.cache_write_tokens) if isinstance(details, PromptTokensDetails) else None

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was reasoning."""
        details = self.completion_tokens_details
        return number(details.reasoning_tokens) if isinstance(details, CompletionTokensDetails) else None
