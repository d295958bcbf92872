"""SGLang's own streams: the events of `events.sglang`, with all of the text each, become an `Answer`."""

from typing import Any

from ..events.answers import number, string
from .answer import AnswerRules
from .joined import Text

__all__ = ["SGLangRules"]


class SGLangRules(AnswerRules):
    """Events -> the `Answer` to the first prompt of the request.

    A server that was started for it sends pieces of the text instead; then an event does not begin with the
    text before it.
    """

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._length = 0
        """The characters of the text."""

    def push(self, event: Any) -> bool:
        if number(event.index):
            return False
        text = string(event.full_text)
        if len(text) >= self._length and text.startswith(str(self._text)):
            self._text, self._length = Text(text), len(text)
        else:
            self._text.add(text)
            self._length += len(text)
        return super().push(event)
