"""UI message streams of the AI SDK: the events of `events.vercel` become an `Answer`."""

from typing import Any

from ..events.answers import string
from ..events.vercel import UIMessageToolInputDeltaEvent, UIMessageToolInputEvent
from .answer import AnswerAssembler
from .tool_calls import Call

__all__ = ["UIMessageAssembler"]


class UIMessageAssembler(AnswerAssembler):
    """Events -> `Answer`.

    The arguments of a call come as text piece by piece and then whole, or whole only. What the provider of
    the model carries out itself is no call for the client.
    """

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._of_provider: set[str] = set()
        """The ids of calls that are not for the client."""

    def push(self, event: Any) -> bool:
        if not isinstance(event, UIMessageToolInputDeltaEvent | UIMessageToolInputEvent):
            return super().push(event)
        id = string(event.tool_call_id)
        if isinstance(event, UIMessageToolInputDeltaEvent):
            text: Any = event.input_text_delta
            self._calls.add(None, id, None, text)
            return isinstance(text, str) and event.extra is None and id not in self._of_provider
        if event.provider_executed is True:
            self._of_provider.add(id)
            return False
        call = self._calls.add(None, id, event.tool_name)
        further = event.error_text, event.title, event.dynamic, event.extra
        return self._take(call, event.input) and not any(further)

    def _take(self, call: Call, whole: Any) -> bool:
        """Takes the whole arguments, which count if no text came. False if they are others than known."""
        if whole is None or call.input is not None:
            return whole is None or bool(whole == call.input)
        call.input = whole
        return bool(whole == call.value())

    def calls(self) -> list[Call]:
        return [call for call in super().calls() if call.id not in self._of_provider]
