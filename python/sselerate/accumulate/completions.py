"""Legacy completions: the events of `events.completion` become a `Completion`."""

from typing import Any

from ..events.answers import number, reason, string
from ..events.completion import CompletionLogprobs, CompletionStreamChoice, CompletionStreamEvent
from ..events.declare import Event, event
from ..events.usage import CompletionUsage
from .joined import Logprobs, Rest, Text
from .rules import Rules

__all__ = ["Completion", "CompletionChoice", "CompletionRules"]


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


class _Choice:
    """What has come of one choice."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.text = Text()
        self.finish_reason: str | None = None
        self.stop_reason: Any = None
        self.logprobs = Logprobs()
        self.rest = Rest()

    def push(self, choice: CompletionStreamChoice) -> bool:
        """False if something in it has no place."""
        text: Any = choice.text
        placed = text is None or self.text.take(text)
        if choice.finish_reason is not None:
            self.finish_reason = reason(choice.finish_reason) or self.finish_reason
            placed = placed and isinstance(choice.finish_reason, str)
        if choice.stop_reason is not None:
            self.stop_reason = choice.stop_reason
        if choice.logprobs is not None:
            self.logprobs.add(choice.logprobs)
        if choice.extra is not None:
            self._add_rest(choice.extra, choice.text)
        return placed

    def _add_rest(self, extra: dict[str, Any], text: Any) -> None:
        if "token_ids" in extra:
            self.rest.append({"token_ids": extra["token_ids"]})
            extra = {key: value for key, value in extra.items() if key != "token_ids"}
        delta = extra.get("delta")
        if text is None and isinstance(delta, dict):
            # A gateway that says "completion" and sends the deltas of a chat.
            self.text.add(string(delta.get("content")))
        self.rest.replace(extra)

    def result(self) -> CompletionChoice:
        return CompletionChoice(
            text=str(self.text),
            index=self.index,
            logprobs=self.logprobs.result(),
            finish_reason=self.finish_reason,
            stop_reason=self.stop_reason,
            extra=self.rest.value(),
        )


class CompletionRules(Rules):
    """Events of a completion -> `Completion`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._choices: dict[int, _Choice] = {}
        self._id = self._model = ""
        self._created: Any = 0
        self._fingerprint: str | None = None
        self._rest = Rest()

    def push(self, event: CompletionStreamEvent) -> bool:
        self._id = self._id or string(event.id)
        self._model = self._model or string(event.model)
        self._created = self._created or event.created
        if event.system_fingerprint is not None:
            self._fingerprint = event.system_fingerprint
        if event.usage is not None:
            self.meter.push(event)
        self._rest.replace(event.extra)
        choices = event.choices
        if not isinstance(choices, tuple):
            return choices is None
        placed = True
        for position, choice in enumerate(choices):
            if not isinstance(choice, CompletionStreamChoice):
                placed = False
                continue
            index = number(choice.index)
            index = position if index is None else index
            state = self._choices.get(index)
            if state is None:
                state = self._choices[index] = _Choice(index)
            placed = state.push(choice) and placed
        return placed

    def result(self) -> Completion:
        return Completion(
            id=self._id,
            object="text_completion",
            created=self._created or 0,
            model=self._model,
            choices=tuple([self._choices[index].result() for index in sorted(self._choices)]),
            usage=self.usage(),
            system_fingerprint=self._fingerprint,
            extra=self._rest.value(),
        )

    @property
    def finished(self) -> bool:
        return bool(self._choices) and all(choice.finish_reason for choice in self._choices.values())

    def _first(self) -> _Choice | None:
        return self._choices[min(self._choices)] if self._choices else None

    def text(self) -> str:
        first = self._first()
        return str(first.text) if first else ""

    def finish_reason(self) -> str | None:
        first = self._first()
        return first.finish_reason if first else None

    def finish_reasons(self) -> list[str | None]:
        return [choice.finish_reason for choice in self._choices.values()]
