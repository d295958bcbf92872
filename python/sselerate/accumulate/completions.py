"""Legacy completions: the events of `events.completion` become a `Completion`."""

from typing import Any

from ..events.answers import string
from ..events.completion import CompletionLogprobs, CompletionStreamChoice, CompletionStreamEvent
from ..events.declare import Event, event
from ..events.usage import CompletionUsage
from .choices import Choice, ChoiceAssembler
from .joined import Text

__all__ = ["Completion", "CompletionAssembler", "CompletionChoice"]


@event
class CompletionChoice(Event):
    """One alternative."""

    text: str
    """Its text."""

    index: int
    """Which choice, from 0."""

    logprobs: CompletionLogprobs | None
    """Log probabilities of its tokens, if the request asked for them."""

    finish_reason: str | None
    """Why generation ended, see `CompletionStreamChoice.finish_reason`; None if it has not."""

    stop_reason: int | str | None = None
    """Which stop string or token ended the text, as vLLM says."""


@event
class Completion(Event):
    """A completion, as ``POST /v1/completions`` answers without ``stream``."""

    id: str
    """Identifies the completion."""

    object: str
    """The type of the object: "text_completion"."""

    created: int
    """When it was created, in seconds since the Unix epoch."""

    model: str
    """The model that answered."""

    choices: tuple[CompletionChoice, ...]
    """The alternatives, in the order of their indexes."""

    usage: CompletionUsage | None = None
    """Tokens used."""

    system_fingerprint: str | None = None
    """Identifies the configuration of the server that answered."""


class _Choice(Choice):
    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.text = Text()

    def push(self, choice: CompletionStreamChoice) -> bool:
        text: Any = choice.text
        placed = self.text.take(text)
        placed = self._add_end(choice) and placed
        if choice.extra is not None:
            delta = choice.extra.get("delta")
            if text is None and isinstance(delta, dict):
                # A gateway that says "completion" and sends the deltas of a chat.
                self.text.add(string(delta.get("content")))
            self._add_rest(choice.extra, text)
        return placed

    def result(self) -> CompletionChoice:
        return CompletionChoice(
            text=str(self.text),
            index=self.index,
            logprobs=self.logprobs.result(),
            finish_reason=self.finish_reason,
            **self.whole,
            extra=self.rest.value(),
        )


class CompletionAssembler(ChoiceAssembler[_Choice]):
    """Events of a completion -> `Completion`."""

    def _new_choice(self, index: int) -> _Choice:
        return _Choice(index)

    def push(self, event: CompletionStreamEvent) -> bool:
        return self._add(event, CompletionStreamChoice)

    def result(self) -> Completion:
        return Completion(object="text_completion", **self._fields())

    def text(self) -> str:
        first = self._first()
        return str(first.text) if first else ""
