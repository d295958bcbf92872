"""SGLang's own streams: the events of `events.sglang`, with all of the text each, become an `Answer`."""

from typing import Any

from ..events.answers import number, string
from ..events.sglang import NewText
from .answer import AnswerAssembler, Answered

__all__ = ["SGLangAssembler"]


class SGLangAssembler(AnswerAssembler):
    """Events -> the `Answer` to the first prompt of the request."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._new_text = NewText()

    def push(self, event: Any) -> bool:
        return not number(event.index) and super().push(event)

    def _answered(self, event: Any) -> Answered:
        answered = Answered(event)
        answered.text = self._new_text.of(event)
        answered.strings.add(string(event.full_text))
        return answered
