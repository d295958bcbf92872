"""What chats and legacy completions have in common: events with choices, which are told apart by index."""

from typing import Any, Generic, TypeVar

from ..events.answers import number, reason, string
from ..events.declare import Event
from .assembler import Assembler
from .joined import Logprobs, Rest

__all__ = ["Choice", "ChoiceAssembler"]

C = TypeVar("C", bound="Choice")

_PIECES = ("text", "token_ids")
"""Unknown keys of a choice that are new in each event, as those of a delta are: of Together, of vLLM."""


class Choice:
    """What has come of one choice."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.finish_reason: str | None = None
        self.whole: dict[str, Any] = {}
        """Fields that are whole each time they come."""
        self.logprobs = Logprobs()
        self.rest = Rest()

    def push(self, choice: Any) -> bool:
        """Takes the next piece. False if something in it has no place."""
        raise NotImplementedError

    def result(self) -> Event:
        """The choice as it stands."""
        raise NotImplementedError

    def _add_end(self, choice: Any) -> bool:
        """Takes why the choice has ended, and the log probabilities. False if the reason is none."""
        if choice.logprobs is not None:
            self.logprobs.add(choice.logprobs)
        if choice.stop_reason is not None:
            self.whole["stop_reason"] = choice.stop_reason
        if choice.finish_reason is None:
            return True
        self.finish_reason = reason(choice.finish_reason) or self.finish_reason
        return isinstance(choice.finish_reason, str)

    def _add_rest(self, extra: dict[str, Any], content: Any) -> None:
        """Takes unknown keys: those of ``_PIECES`` are of the delta, as their lists and strings are."""
        pieces = {key: extra[key] for key in _PIECES if key in extra}
        if pieces:
            extra = {key: value for key, value in extra.items() if key not in _PIECES}
            if "text" in pieces and pieces["text"] == content:
                del pieces["text"]  # the content once more
            self.rest.append(pieces)
        self.rest.replace(extra)


class ChoiceAssembler(Assembler, Generic[C]):
    """Events with choices -> a message with choices."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._choices: dict[int, C] = {}
        self._id = self._model = ""
        self._created: Any = 0
        self._whole: dict[str, Any] = {}
        """Fields of the event that are whole each time they come."""
        self._rest = Rest()

    def _new_choice(self, index: int) -> C:
        raise NotImplementedError

    def _add(self, event: Any, piece: type[Any]) -> bool:
        """Takes what all events with choices hold, with choices of the class ``piece``. False if something in
        it has no place."""
        self._id = self._id or string(event.id)
        self._model = self._model or string(event.model)
        self._created = self._created or event.created
        if event.system_fingerprint is not None:
            self._whole["system_fingerprint"] = event.system_fingerprint
        if event.extra is not None:
            self._rest.replace(event.extra)
        choices = event.choices
        if not isinstance(choices, tuple):
            self.meter.push(event)
            return choices is None
        placed = True
        beside = event.usage is not None or event.extra is not None
        for position, choice in enumerate(choices):
            if not isinstance(choice, piece):
                placed = False
                continue
            index = choice.index
            if type(index) is not int:  # which it is, but for sloppy servers
                index = position if (index := number(index)) is None else index
            state = self._choices.get(index)
            if state is None:
                state = self._choices[index] = self._new_choice(index)
            placed = state.push(choice) and placed
            beside = beside or choice.extra is not None
        if beside:  # else there is no place where the usage could be
            self.meter.push(event)
        return placed

    def _fields(self) -> dict[str, Any]:
        """The fields that messages of both kinds have, but for ``object``."""
        return {
            "id": self._id,
            "created": self._created or 0,
            "model": self._model,
            "choices": tuple([self._choices[index].result() for index in sorted(self._choices)]),
            "usage": self.usage(),
            **self._whole,
            "extra": self._rest.value(),
        }

    @property
    def finished(self) -> bool:
        return bool(self._choices) and all(choice.finish_reason for choice in self._choices.values())

    def _first(self) -> C | None:
        return self._choices[min(self._choices)] if self._choices else None

    def finish_reason(self) -> str | None:
        first = self._first()
        return first.finish_reason if first else None

    def finish_reasons(self) -> list[str | None]:
        return [choice.finish_reason for choice in self._choices.values()]
