"""SGLang's own streams: the events of `events.sglang`, with all of the text each, become an `Answer`."""

from typing import Any

from ..events.answers import number
from ..events.sglang import NewText
from .answer import AnswerRules

__all__ = ["SGLangRules"]


class SGLangRules(AnswerRules):
    """Events -> the `Answer` to the first prompt of the request."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._new_text = NewText()

    def push(self, event: Any) -> bool:
        if number(event.index):
            return False
        self._text.add(self._new_text.of(event))
        return super().push(event)
