"""`ReasoningDetails`: the pieces of structured reasoning, as OpenRouter sends it, become whole details."""

from typing import Any

from ..events.answers import number, string
from ..events.chat import ChatCompletionReasoningDetail
from .joined import Rest, Text

__all__ = ["ReasoningDetails"]


class ReasoningDetails:
    """Reasoning in the structured form: pieces with the same type and index are one."""

    def __init__(self) -> None:
        self._all: list[_Detail] = []
        self._known: dict[tuple[Any, int], _Detail] = {}

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, piece: ChatCompletionReasoningDetail) -> None:
        index = number(piece.index)
        kind = string(piece.type)
        if index is not None:
            detail = self._known.get((kind, index))
        else:
            detail = self._all[-1] if self._all and self._all[-1].kind == kind else None
        if detail is None or not detail.takes(piece):
            detail = _Detail(kind)
            self._all.append(detail)
            if index is not None:
                self._known[kind, index] = detail
        detail.add(piece)

    def result(self) -> tuple[ChatCompletionReasoningDetail, ...]:
        return tuple([detail.result() for detail in self._all])


class _Detail:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.texts: dict[str, Text] = {}
        self.whole: dict[str, Any] = {}
        self.rest = Rest()

    def takes(self, piece: ChatCompletionReasoningDetail) -> bool:
        """Whether ``piece`` can be the next one of this detail: what is whole does not change."""
        known = self.whole
        return not (piece.data and known.get("data")) and not (
            piece.id and known.get("id") and piece.id != known["id"]
        )

    def add(self, piece: ChatCompletionReasoningDetail) -> None:
        for name in ("text", "summary"):
            value = getattr(piece, name)
            if isinstance(value, str):
                self.texts.setdefault(name, Text()).add(value)
        for name in ("type", "data", "signature", "format", "id", "index"):
            value = getattr(piece, name)
            if value is not None:
                self.whole[name] = value
        self.rest.append(piece.extra)

    def result(self) -> ChatCompletionReasoningDetail:
        texts = {name: str(text) for name, text in self.texts.items()}
        fields: Any = {**self.whole, **texts}
        return ChatCompletionReasoningDetail(**fields, extra=self.rest.value())
