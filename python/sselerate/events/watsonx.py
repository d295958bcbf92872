"""Events of an IBM watsonx.ai stream (``POST /ml/v1/text/generation_stream``).

Field meanings follow the watsonx.ai API reference, "Infer text event stream". (Its chat streams are those of
`chat`.) The block has an ``id:`` and ``event: message``; the last event has a ``stop_reason`` other than
"not_finished".
"""

from typing import Any

from .answers import StreamEvent, Usage, number, string
from .declare import Event, event

__all__ = ["WatsonxResult", "WatsonxStreamEvent", "WatsonxUsage"]


@event
class WatsonxResult(Event):
    """What one event adds."""

    generated_text: str | None = None
    """Text to append."""

    generated_token_count: int | None = None
    """Tokens generated so far."""

    input_token_count: int | None = None
    """Tokens of the prompt; 0 in all events but the first."""

    stop_reason: str | None = None
    """Why generation ended: "eos_token", "max_tokens", "stop_sequence", ...; "not_finished" while it goes
    on."""

    seed: int | None = None
    """Where the random numbers started."""


@event
class WatsonxUsage(Usage):
    """The counts of one event. On the wire they lie in its result; `WatsonxStreamEvent.usage` makes this of
    them."""

    input_token_count: int | None = None
    """Tokens of the prompt, in the first event."""

    generated_token_count: int | None = None
    """Tokens generated so far."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt, if the event says them."""
        return number(self.input_token_count)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated so far."""
        return number(self.generated_token_count)


@event(light=True)
class WatsonxStreamEvent(StreamEvent):
    """One event."""

    __dialect__ = "watsonx"

    model_id: str
    """The model that answers."""

    created_at: str | None = None
    """When the event was created, RFC 3339."""

    results: tuple[WatsonxResult, ...]
    """What it adds, a single one."""

    model_version: str | None = None
    """The version of the model."""

    system: Any = None
    """Warnings, an object."""

    @property
    def text(self) -> str:
        """The text to append."""
        return "".join([string(result.generated_text) for result in self._results()])

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        for result in self._results():
            said = string(result.stop_reason)
            if said not in ("", "not_finished", "NOT_FINISHED"):
                return said
        return None

    @property
    def usage(self) -> WatsonxUsage | None:
        """The tokens used so far."""
        for result in self._results():
            return WatsonxUsage(
                input_token_count=result.input_token_count or None,
                generated_token_count=result.generated_token_count,
            )
        return None

    @property
    def is_terminal(self) -> bool:
        """Whether it says why generation ended."""
        return self.finish_reason is not None

    def _results(self) -> list[WatsonxResult]:
        results: Any = self.results
        if not isinstance(results, tuple):
            return []
        return [result for result in results if isinstance(result, WatsonxResult)]
