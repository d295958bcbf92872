"""`Content`: the pieces of a chat message's content become one text, or a list of parts."""

from typing import Any

from ..events.chat import content_text
from .joined import Text, joined

__all__ = ["Content"]


class Content:
    """The content of a message: text, or a list of parts once a list has come."""

    def __init__(self) -> None:
        self._text = Text()
        self._parts: _Parts | None = None

    def add(self, content: Any) -> bool:
        """False if it is no content."""
        if isinstance(content, list):
            if self._parts is None:
                self._parts = _Parts()
                self._parts.add(self._text.pieces)
            self._parts.add(content)
        elif isinstance(content, dict):
            self.add([content])
        elif isinstance(content, bool):
            return False
        elif self._parts is None:
            self._text.add(content_text(content))
        else:
            self._parts.add([content_text(content)])
        return True

    def value(self) -> Any:
        return self._text.or_none() if self._parts is None else self._parts.value()

    def text(self, kind: str = "text") -> str:
        """The text of the parts of one kind."""
        if self._parts is not None:
            return self._parts.text(kind)
        return str(self._text) if kind == "text" else ""


class _Parts:
    """A list of parts, as Mistral sends them. Text and thinking go on from part to part; a part of another
    kind (an image, a reference) is whole."""

    def __init__(self) -> None:
        self._all: list[Any] = []

    def add(self, parts: list[Any]) -> None:
        for part in parts:
            if isinstance(part, str):
                part = {"type": "text", "text": part}
            last = self._all[-1] if self._all else None
            if isinstance(last, _Part) and last.takes(part):
                last.add(part)
            else:
                self._all.append(_Part(part) if _goes_on(part) else part)

    def value(self) -> list[Any]:
        return [part.value() if isinstance(part, _Part) else part for part in self._all]

    def text(self, kind: str) -> str:
        parts = [part for part in self._all if isinstance(part, _Part) and part.kind == kind]
        return joined([part.text() for part in parts])


class _Part:
    """A part of text or of thinking, which may come in pieces."""

    def __init__(self, part: dict[str, Any]) -> None:
        self.kind: str = part["type"]
        self._inner = _Parts() if isinstance(part[self.kind], list) else Text()
        self._rest: dict[str, Any] = {}
        """Its other keys, such as ``closed`` and ``signature`` of thinking."""
        self.add(part)

    def takes(self, part: Any) -> bool:
        """Whether ``part`` can be the next piece: it is of the same form, and contradicts nothing."""
        if self._rest.get("closed") is True or not _goes_on(part) or part["type"] != self.kind:
            return False
        if isinstance(part[self.kind], list) != isinstance(self._inner, _Parts):
            return False
        beside = [(key, value) for key, value in part.items() if key not in ("type", self.kind)]
        return all(value is None or self._rest.get(key) in (None, value) for key, value in beside)

    def add(self, part: dict[str, Any]) -> None:
        self._inner.add(part[self.kind])
        for key, value in part.items():
            if key not in ("type", self.kind) and (value is not None or key not in self._rest):
                self._rest[key] = value

    def text(self) -> str:
        return self._inner.text("text") if isinstance(self._inner, _Parts) else str(self._inner)

    def value(self) -> dict[str, Any]:
        inner = self._inner.value() if isinstance(self._inner, _Parts) else str(self._inner)
        return {"type": self.kind, self.kind: inner, **self._rest}


def _goes_on(part: Any) -> bool:
    """Whether a part may be a piece of one."""
    if not isinstance(part, dict) or part.get("type") not in ("text", "thinking"):
        return False
    return isinstance(part.get(part["type"]), str | list)
