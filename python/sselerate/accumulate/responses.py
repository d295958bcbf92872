"""Responses of OpenAI: the events of `events.responses` become a `Response`.

The last event of a stream carries the whole response, and that is the result. Before it, or where a server
leaves the output out of it, the output is put together of the other events.
"""

from typing import Any

from ..events import responses as r
from ..events.answers import number, string
from ..events.declare import Event
from .assembler import Assembler
from .joined import Rest, Text, changed, joined
from .partial_json import PartialJSON
from .tool_calls import Call, Calls

__all__ = ["ResponseAssembler"]

_ENDS = (r.ResponseCompletedEvent, r.ResponseIncompleteEvent, r.ResponseFailedEvent)

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

_PLACE = frozenset(
    [
        "annotation_index",
        "content_index",
        "item_id",
        "output_index",
        "response_id",
        "sequence_number",
        "summary_index",
    ]
)
"""Keys that say where something belongs, which servers may add to any event."""

_KEYS = frozenset(r.Response.__wire__.values())
"""What the keys of a response are called."""


class _Part:
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
        if isinstance(event, _PART_BEGINS + _PART_ENDS):
            part = event.part
            if isinstance(part, r.ResponseContentPart):
                self._take(part, isinstance(event, _PART_ENDS))
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

    def _take(self, part: r.ResponseContentPart, whole: bool) -> None:
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


_PART_BEGINS = (
    r.ResponseContentPartAddedEvent,
    r.ResponseReasoningPartAddedEvent,
    r.ResponseReasoningSummaryPartAddedEvent,
)
_PART_ENDS = (
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


class _Item:
    """What has come of one item of the output."""

    def __init__(self, kind: str, id: Any, partial_json: bool) -> None:
        self.item: Any = _stand_in(kind, id)
        self.kind = kind
        self.parts: dict[str, dict[int, _Part]] = {}
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

    def _part(self, place: str, index: int, kind: str) -> _Part:
        """A new part, or the one that the item brought along when it began."""
        part = _Part(kind)
        there = getattr(self.item, place, None)
        if (
            isinstance(there, tuple)
            and 0 <= index < len(there)
            and isinstance(there[index], r.ResponseContentPart)
        ):
            part._take(there[index], whole=True)
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


class ResponseAssembler(Assembler):
    """Events of a response -> `Response`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._response: r.Response | None = None
        self._items: dict[int, _Item] = {}
        self._by_id: dict[str, int] = {}
        self._last = -1
        """The largest index of an item."""
        self._ended: Any = None
        """The last event, once it has come."""
        self._rest = Rest()

    def push(self, event: Any) -> bool:
        placed = self._add(event)
        if event.extra is None or not placed or isinstance(event, r.ResponseUnknownEvent):
            return placed
        extra = {key: value for key, value in event.extra.items() if key not in _PLACE}
        return self._rest.replace_but(_KEYS, extra)

    def _add(self, event: Any) -> bool:
        """Takes all of an event but its unknown keys, if it is of a known type."""
        if isinstance(event, r.ResponseStatusEvent):
            if isinstance(event, _ENDS):
                self._ended = event
            if not isinstance(event.response, r.Response):
                return False
            self._response = event.response
            self.meter.push(event)
            return True
        if isinstance(event, r.ResponseOutputItemAddedEvent | r.ResponseOutputItemDoneEvent):
            id = getattr(event.item, "id", None)
            item = self._item(event.output_index, id, string(getattr(event.item, "type", "")))
            return item.take(event.item, isinstance(event, r.ResponseOutputItemDoneEvent))
        if isinstance(event, r.ResponseImageGenCallPartialImageEvent):
            return True  # a preview is no part of the response
        if isinstance(event, r.ResponseAudioDeltaEvent | r.ResponseAudioTranscriptDeltaEvent):
            key = "data" if isinstance(event, r.ResponseAudioDeltaEvent) else "transcript"
            self._rest.append({"audio": {key: event.delta}})
            return True
        if isinstance(event, r.ResponseAudioDoneEvent | r.ResponseAudioTranscriptDoneEvent):
            return True
        if isinstance(event, r.ResponseUnknownEvent):
            return self._add_unknown(event)
        if isinstance(event, r.ResponseItemEvent):
            kind = _PARTS.get(type(event)) or _PIECES.get(type(event)) or _WHOLES.get(type(event))
            return self._item(event.output_index, event.item_id, kind[0] if kind else _kind(event)).push(
                event
            )
        return False

    def _item(self, index: Any, id: Any, kind: str) -> _Item:
        index = number(index)
        if index is None:
            index = self._by_id.get(id) if isinstance(id, str) else None
        if index is None:
            # Neither index nor a known id: the last item if it is of that kind, else a new one.
            last = self._items.get(self._last)
            goes_on = id is None and last is not None and last.kind == kind
            index = self._last if goes_on else self._last + 1
        item = self._items.get(index)
        if item is None:
            item = self._items[index] = _Item(kind, id, self.partial_json)
            self._last = max(self._last, index)
        if isinstance(id, str):
            self._by_id[id] = index
        return item

    def _add_unknown(self, event: r.ResponseUnknownEvent) -> bool:
        """Text in an event of an unknown type is kept with the item that the event is about."""
        extra = event.extra or {}
        delta = extra.get("delta")
        name = string(event.type).removeprefix("response.").removesuffix(".delta")
        index, id = number(extra.get("output_index")), extra.get("item_id")
        if not isinstance(delta, str) or (index is None and not isinstance(id, str)):
            return False
        self._item(index, id, "").rest.append({name: delta})
        return True

    def result(self) -> r.Response | None:
        response = self._response
        if response is None and not self._items and not self._rest.state:
            return None
        extra = Rest()
        extra.replace(response.extra if response is not None else None)
        extra.replace(self._rest.value())
        if response is not None and self._tells_output():
            return changed(response, extra.value()) if self._rest.state else response
        output = tuple([item for _, item in self._results()])
        if response is None:
            return r.Response(id="", object="response", created_at=0, output=output, extra=extra.value())
        return changed(response, extra.value(), output=output)

    def _tells_output(self) -> bool:
        """Whether the output is that of the last response, not put together of the other events."""
        told = self._response is not None and self._response.output
        return bool(told and self._ended) or not self._items

    def _results(self) -> list[tuple[int, Any]]:
        """The items of the output with their indexes, which may have gaps."""
        if not self._tells_output():
            return [(index, self._items[index].result()) for index in sorted(self._items)]
        output: Any = self._response.output if self._response is not None else None
        return list(enumerate(output)) if isinstance(output, tuple) else []

    @property
    def finished(self) -> bool:
        return self._ended is not None

    def text(self) -> str:
        messages = [item for _, item in self._results() if isinstance(item, r.ResponseOutputMessage)]
        return joined([text for item in messages for text in _texts(item.content)])

    def reasoning(self) -> str:
        items = [item for _, item in self._results() if isinstance(item, r.ResponseReasoningItem)]
        return joined([text for item in items for text in _texts(item.content) or _texts(item.summary)])

    def calls(self) -> list[Call]:
        calls = []
        for index, result in self._results():
            if not isinstance(result, r.ResponseFunctionToolCall | r.ResponseCustomToolCall):
                continue
            function = isinstance(result, r.ResponseFunctionToolCall)
            text = result.arguments if isinstance(result, r.ResponseFunctionToolCall) else result.input
            call = Calls(False).add(None, result.call_id, result.name, text)
            if function and self.partial_json:
                call.partial = None if self._tells_output() else self._items[index].partial
                call.view = True
            call.index = index
            calls.append(call)
        return calls

    def finish_reason(self) -> str | None:
        return self._ended.finish_reason if self._ended is not None else None


def _texts(parts: Any) -> list[str]:
    some = parts if isinstance(parts, tuple) else ()
    return [string(part.text) for part in some if isinstance(part, r.ResponseContentPart)]


def _kind(event: r.ResponseItemEvent) -> str:
    """The type of the item that an event is about, by the middle word of its own type."""
    words = string(getattr(event, "type", "")).split(".")
    kind = words[1] if len(words) > 2 else ""
    return "shell_call" if kind.startswith("shell_call") else kind
