"""Token counts, as completions and chat completions report them.

Names and meanings are those of the OpenAI API reference, "Completion usage". Other servers send a part of
them, or more.
"""

import dataclasses
from typing import Any

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
    """How many tokens a request has used. Most servers send it once, in the last event, and only on request.

    What they add to it is in ``extra``, and so an attribute too: ``usage.cost``.

    - Read by the properties below: ``cached_tokens`` (Moonshot, Together), ``num_cached_tokens`` (Mistral),
      ``cache_read_input_tokens`` and ``cache_creation_input_tokens`` (LiteLLM), ``reasoning_tokens`` (SGLang,
      Perplexity).
    - Times in seconds: ``queue_time``, ``prompt_time``, ``completion_time``, ``total_time`` (Groq),
      ``prompt_audio_seconds`` (Mistral).
    - Prices: ``cost``, a number (OpenRouter, Vercel) or an object (Perplexity), ``is_byok`` and
      ``cost_details`` (OpenRouter), ``market_cost`` (Vercel), ``cost_in_usd_ticks`` and ``num_sources_used``
      (xAI).
    """

    prompt_tokens: int
    """Tokens of the prompt, cached ones included."""

    completion_tokens: int
    """Tokens generated so far; with most servers reasoning included, xAI counts it apart."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

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
            return output + reasoning if apart == self.reported_total_tokens else output
        return output

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the prompt was read from a cache."""
        details = self.prompt_tokens_details
        return _first(
            details.cached_tokens if isinstance(details, PromptTokensDetails) else None,
            self.prompt_cache_hit_tokens,
            self._beside("cached_tokens"),
            self._beside("num_cached_tokens"),
            self._beside("cache_read_input_tokens"),
        )

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the prompt was written to a cache."""
        details = self.prompt_tokens_details
        return _first(
            details.cache_write_tokens if isinstance(details, PromptTokensDetails) else None,
            self._beside("cache_write_tokens"),
            self._beside("cache_creation_input_tokens"),
        )

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was reasoning."""
        details = self.completion_tokens_details
        return _first(
            details.reasoning_tokens if isinstance(details, CompletionTokensDetails) else None,
            self._beside("reasoning_tokens"),
        )

    def _beside(self, key: str) -> Any:
        """What stands beside the prompt and completion tokens, where others have it in the details."""
        return None if self.extra is None else self.extra.get(key)


def _first(*counts: Any) -> int | None:
    """The first of these that is a count; None if none is."""
    return next((count for count in map(number, counts) if count is not None), None)
