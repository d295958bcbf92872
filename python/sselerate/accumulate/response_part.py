"""A part of an item of a response, put together of the events about it."""

from typing import Any

from ..events import responses as r
from ..events.answers import number
from .joined import Text, changed

_BEGINS = (
    r.ResponseContentPartAddedEvent,
    r.ResponseReasoningPartAddedEvent,
    r.ResponseReasoningSummaryPartAddedEvent,
)
_ENDS = (
    r.ResponseContentPartDoneEvent,
    r.ResponseReasoningPartDoneEvent,
    r.ResponseReasoningSummaryPartDoneEvent,
)
_TEXT_ENDS = (
    r.ResponseTextDoneEvent,
    r.ResponseRefusalDoneEvent,
    r.ResponseReasoningTextDoneEvent,
    r.ResponseReasoningSummaryTextDoneEvent,
)


class Part:
    """What has come of one part."""

    def __init__(self, kind: str) -> None:
        self.part: r.ResponseContentPart | None = None
        self.key = "refusal" if kind == "refusal" else "text"
        self.kind = kind
        self.text = Text()
        self.annotations: dict[int, Any] = {}
        self.logprobs: list[Any] = []

    def push(self, event: Any) -> bool:
        if isinstance(event, r.ResponseOutputTextAnnotationAddedEvent):
            index = number(event.annotation_index)
            self.annotations[len(self.annotations) if index is None else index] = event.annotation
            return True
        if isinstance(event, _BEGINS + _ENDS):
            part = event.part
            if isinstance(part, r.ResponseContentPart):
                self.take(part, isinstance(event, _ENDS))
                return True
            return part is None
        if isinstance(event, _TEXT_ENDS):
            whole = event.refusal if isinstance(event, r.ResponseRefusalDoneEvent) else event.full_text
            if not isinstance(whole, str):
                return whole is None
            self.text = Text(whole)
            logprobs = getattr(event, "logprobs", None)
            if isinstance(logprobs, tuple) and logprobs:
                self.logprobs = list(logprobs)
            return True
        delta = event.delta
        if not isinstance(delta, str):
            return delta is None
        self.text.add(delta)
        logprobs = getattr(event, "logprobs", None)
        if isinstance(logprobs, tuple):
            self.logprobs.extend(logprobs)
        return True

    def take(self, part: r.ResponseContentPart, whole: bool) -> None:
        """Takes the part itself, as it is when it begins or when it is whole."""
        self.part = part
        self.key = "refusal" if part.type == "refusal" else "text"
        said = getattr(part, self.key)
        if whole and isinstance(said, str) and said:
            self.text = Text(said)
        elif isinstance(said, str) and said and not self.text:
            self.text.add(said)
        if whole and isinstance(part.annotations, tuple) and part.annotations:
            self.annotations = dict(enumerate(part.annotations))
        if whole and isinstance(part.logprobs, tuple) and part.logprobs:
            self.logprobs = list(part.logprobs)

    def result(self) -> r.ResponseContentPart:
        fields: Any = {self.key: str(self.text)}
        if self.annotations:
            fields["annotations"] = tuple([self.annotations[index] for index in sorted(self.annotations)])
        if self.logprobs:
            fields["logprobs"] = tuple(self.logprobs)
        if self.part is not None:
            return changed(self.part, self.part.extra, **fields)
        if self.kind == "output_text":
            fields.setdefault("annotations", ())
        return r.ResponseContentPart(type=self.kind, **fields)
