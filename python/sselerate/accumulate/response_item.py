"""An item of the output of a response, put together of the events about it."""

from typing import Any

from ..events import responses as r
from ..events.answers import number, string
from ..events.declare import Event
from .joined import Rest, Text, changed
from .partial_json import PartialJSON
from .response_part import Part

_PIECES: dict[type, tuple[str, str]] = {
    r.ResponseFunctionCallArgumentsDeltaEvent: ("function_call", "arguments"),
    r.ResponseCustomToolCallInputDeltaEvent: ("custom_tool_call", "input"),
    r.ResponseMcpCallArgumentsDeltaEvent: ("mcp_call", "arguments"),
    r.ResponseCodeInterpreterCallCodeDeltaEvent: ("code_interpreter_call", "code"),
    r.ResponseApplyPatchDiffDeltaEvent: ("apply_patch_call", "diff"),
}
"""Events that add to a string of an item -> the type of the item, the key of the string."""

_WHOLES: dict[type, tuple[str, str]] = {
    r.ResponseFunctionCallArgumentsDoneEvent: ("function_call", "arguments"),
    r.ResponseCustomToolCallInputDoneEvent: ("custom_tool_call", "input"),
    r.ResponseMcpCallArgumentsDoneEvent: ("mcp_call", "arguments"),
    r.ResponseCodeInterpreterCallCodeDoneEvent: ("code_interpreter_call", "code"),
    r.ResponseApplyPatchDiffDoneEvent: ("apply_patch_call", "diff"),
}
"""Events that repeat such a string when it is whole."""

# Where a part of an item lies.
_CONTENT, _SUMMARY = "content", "summary"

_PARTS: dict[type, tuple[str, str, str]] = {
    r.ResponseTextDeltaEvent: ("message", _CONTENT, "output_text"),
    r.ResponseTextDoneEvent: ("message", _CONTENT, "output_text"),
    r.ResponseOutputTextAnnotationAddedEvent: ("message", _CONTENT, "output_text"),
    r.ResponseRefusalDeltaEvent: ("message", _CONTENT, "refusal"),
    r.ResponseRefusalDoneEvent: ("message", _CONTENT, "refusal"),
    r.ResponseContentPartAddedEvent: ("message", _CONTENT, "output_text"),
    r.ResponseContentPartDoneEvent: ("message", _CONTENT, "output_text"),
    r.ResponseReasoningTextDeltaEvent: ("reasoning", _CONTENT, "reasoning_text"),
    r.ResponseReasoningTextDoneEvent: ("reasoning", _CONTENT, "reasoning_text"),
    r.ResponseReasoningPartAddedEvent: ("reasoning", _CONTENT, "reasoning_text"),
    r.ResponseReasoningPartDoneEvent: ("reasoning", _CONTENT, "reasoning_text"),
    r.ResponseReasoningSummaryTextDeltaEvent: ("reasoning", _SUMMARY, "summary_text"),
    r.ResponseReasoningSummaryTextDoneEvent: ("reasoning", _SUMMARY, "summary_text"),
    r.ResponseReasoningSummaryPartAddedEvent: ("reasoning", _SUMMARY, "summary_text"),
    r.ResponseReasoningSummaryPartDoneEvent: ("reasoning", _SUMMARY, "summary_text"),
}
"""Events about a part of an item -> the type of the item, where the part lies, the type of the part."""


class Item:
    """What has come of one item of the output."""

    def __init__(self, kind: str, id: Any, partial_json: bool) -> None:
        self.item: Any = _stand_in(kind, id)
        self.kind = kind
        self.parts: dict[str, dict[int, Part]] = {}
        """Where they lie -> index -> part."""
        self.strings: dict[str, Text] = {}
        self.commands: dict[int, Text] = {}
        self.rest = Rest()
        self.status: str | None = None
        self.partial: PartialJSON | None = None
        """The parser of the arguments of a function, while they arrive."""
        self._partial_json = partial_json

    def take(self, item: Any, whole: bool) -> bool:
        """Takes the item itself, as it is when it begins or when it is whole."""
        if not isinstance(item, Event):
            return False
        self.item = item
        self.kind = string(getattr(item, "type", ""))
        if not whole:
            return True
        for place in (_CONTENT, _SUMMARY):
            if getattr(item, place, None):
                self.parts.pop(place, None)
        for key in list(self.strings):
            if _has(item, key):
                del self.strings[key]
                self.partial = None
        if _has(item, "action"):
            self.commands = {}
        self.status = None
        self.rest = Rest()
        return True

    def push(self, event: Any) -> bool:
        """Takes an event about the item."""
        cls = type(event)
        if cls in _PARTS:
            _, place, kind = _PARTS[cls]
            index = (
                number(getattr(event, "summary_index" if place == _SUMMARY else "content_index", None)) or 0
            )
            parts = self.parts.setdefault(place, {})
            part = parts.get(index)
            if part is None:
                part = parts[index] = self._part(place, index, kind)
            return part.push(event)
        if cls in _PIECES:
            key = _PIECES[cls][1]
            if not isinstance(event.delta, str):
                return event.delta is None
            text = self._string(key)
            if key == "arguments" and self._partial_json:
                if self.partial is None:
                    self.partial = PartialJSON()
                    self.partial.feed(str(text))
                self.partial.feed(event.delta)
            text.add(event.delta)
            return True
        if cls in _WHOLES:
            key = _WHOLES[cls][1]
            whole = getattr(event, key)
            if isinstance(whole, str):
                self.strings[key] = Text(whole)
                self.partial = None
            return whole is None or isinstance(whole, str)
        if isinstance(event, r.ResponseToolStatusEvent):
            self.status = string(event.type).rpartition(".")[2]
            return True
        if isinstance(
            event,
            r.ResponseShellCallCommandAddedEvent
            | r.ResponseShellCallCommandDeltaEvent
            | r.ResponseShellCallCommandDoneEvent,
        ):
            return self._add_command(event)
        if isinstance(event, r.ResponseShellCallOutputContentDeltaEvent):
            delta = event.delta
            self.rest.append({"output_content": delta.to_dict() if isinstance(delta, Event) else delta})
            return True
        if isinstance(event, r.ResponseShellCallOutputContentDoneEvent):
            self.rest.replace({"output": event.output})
            self.rest.state.pop("output_content", None)
            return True
        return False

    def _part(self, place: str, index: int, kind: str) -> Part:
        """A new part, or the one that the item brought along when it began."""
        part = Part(kind)
        there = getattr(self.item, place, None)
        if (
            isinstance(there, tuple)
            and 0 <= index < len(there)
            and isinstance(there[index], r.ResponseContentPart)
        ):
            part.take(there[index], whole=True)
        return part

    def _string(self, key: str) -> Text:
        text = self.strings.get(key)
        if text is None:
            began = getattr(self.item, key, None)
            text = self.strings[key] = Text(began) if isinstance(began, str) and began else Text()
        return text

    def _add_command(self, event: Any) -> bool:
        index = number(event.command_index) or 0
        delta = isinstance(event, r.ResponseShellCallCommandDeltaEvent)
        said = event.delta if delta else event.command
        if not isinstance(said, str):
            return said is None
        if delta:
            self.commands.setdefault(index, Text()).add(said)
        else:
            self.commands[index] = Text(said)
        return True

    def result(self) -> Any:
        item = self.item
        fields: dict[str, Any] = {}
        extra = Rest()
        extra.replace(item.extra)
        for place, parts in self.parts.items():
            value = tuple([parts[index].result() for index in sorted(parts)])
            if place in type(item).__wire__:
                fields[place] = value
            else:
                extra.replace({place: [part.to_dict() for part in value]})
        for key, text in self.strings.items():
            if key in type(item).__wire__:
                fields[key] = str(text)
            else:
                extra.replace({key: str(text)})
        if self.commands:
            extra.replace({"commands": [str(self.commands[index]) for index in sorted(self.commands)]})
        if self.status is not None and "status" in type(item).__wire__:
            fields["status"] = self.status
        extra.replace(self.rest.value())
        return changed(item, extra.value(), **fields)


def _has(item: Event, key: str) -> bool:
    """Whether a whole item says itself what its deltas have said."""
    return (
        bool(getattr(item, key, None))
        if key in type(item).__wire__
        else bool(item.extra and item.extra.get(key))
    )


def _stand_in(kind: str, id: Any) -> Any:
    """An item that never began."""
    id = id if isinstance(id, str) else None
    if kind == "message":
        return r.ResponseOutputMessage(type="message", id=id, role="assistant", content=())
    if kind == "function_call":
        return r.ResponseFunctionToolCall(type="function_call", id=id)
    if kind == "custom_tool_call":
        return r.ResponseCustomToolCall(type="custom_tool_call", id=id)
    if kind == "reasoning":
        return r.ResponseReasoningItem(type="reasoning", id=id)
    return r.ResponseOtherItem(type=kind, id=id)


def kind_of(event: r.ResponseItemEvent) -> str:
    """The type of the item that an event is about."""
    cls = type(event)
    known = _PARTS.get(cls) or _PIECES.get(cls) or _WHOLES.get(cls)
    if known:
        return known[0]
    # The middle word of its own type says it.
    words = string(getattr(event, "type", "")).split(".")
    kind = words[1] if len(words) > 2 else ""
    return "shell_call" if kind.startswith("shell_call") else kind
