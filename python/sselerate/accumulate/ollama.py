"""Ollama's own streams: the lines of `events.ollama` become one of the same class."""

from typing import Any

from ..events.answers import string
from ..events.ollama import (
    OllamaChatResponse,
    OllamaGenerateResponse,
    OllamaMessage,
    OllamaResponse,
)
from .assembler import Assembler
from .joined import Rest, Text, changed
from .tool_calls import Call

__all__ = ["OllamaAssembler"]


class OllamaAssembler(Assembler):
    """Lines of a chat or of a completion -> the last line with all of the text."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._last: OllamaResponse | None = None
        self._role = ""
        self._text = Text()
        self._thinking = Text()
        self._calls: list[Any] = []
        self._message_rest = Rest()
        self._rest = Rest()

    def push(self, event: Any) -> bool:
        self._last = event
        self.meter.push(event)
        self._rest.replace(event.extra)
        if isinstance(event, OllamaGenerateResponse):
            return self._add_text(event.response, event.thinking)
        message = getattr(event, "message", None)  # the base of both classes has none, and may be a target
        if not isinstance(message, OllamaMessage):
            return message is None
        self._role = self._role or string(message.role)
        self._message_rest.append(message.extra)
        calls: Any = message.tool_calls
        if isinstance(calls, tuple):
            self._calls.extend(calls)
        placed = calls is None or isinstance(calls, tuple)
        return self._add_text(message.content, message.thinking) and placed

    def _add_text(self, text: Any, thinking: Any) -> bool:
        placed = self._text.take(text)
        return self._thinking.take(thinking) and placed

    def result(self) -> OllamaResponse | None:
        last = self._last
        if isinstance(last, OllamaGenerateResponse):
            fields: dict[str, Any] = {"response": str(self._text)}
            if self._thinking:
                fields["thinking"] = str(self._thinking)
            return changed(last, self._rest.value(), **fields)
        if isinstance(last, OllamaChatResponse):
            message = OllamaMessage(
                role=self._role or "assistant",
                content=str(self._text),
                thinking=self._thinking.or_none(),
                tool_calls=tuple(self._calls) or None,
                extra=self._message_rest.value(),
            )
            return changed(last, self._rest.value(), message=message)
        return last

    @property
    def finished(self) -> bool:
        return self._last is not None and self._last.is_terminal

    def text(self) -> str:
        return str(self._text)

    def reasoning(self) -> str:
        return str(self._thinking)

    def calls(self) -> list[Call]:
        result = self.result()
        calls = []
        for piece in result.tool_calls if result is not None else ():
            call = Call(piece.index)
            call.id = piece.id or ""
            call.add_name(piece.name or "")
            call.add_arguments(piece.arguments)
            calls.append(call)
        return calls

    def finish_reason(self) -> str | None:
        return self._last.finish_reason if self._last is not None else None
