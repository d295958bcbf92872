"""Responses of OpenAI: the events of `events.responses` become a `Response`.

The last event of a stream carries the whole response, and that is the result. Before it, or where a server
leaves the output out of it, the output is put together of the other events.
"""

from typing import Any

from ..events import responses as r
from ..events.answers import number, string
from .assembler import Assembler
from .joined import Rest, changed, joined
from .response_item import Item, kind_of
from .tool_calls import Call, Calls

__all__ = ["ResponseAssembler"]

_ENDS = (r.ResponseCompletedEvent, r.ResponseIncompleteEvent, r.ResponseFailedEvent)

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


class ResponseAssembler(Assembler):
    """Events of a response -> `Response`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._response: r.Response | None = None
        self._items: dict[int, Item] = {}
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
            return self._item(event.output_index, event.item_id, kind_of(event)).push(event)
        return False

    def _item(self, index: Any, id: Any, kind: str) -> Item:
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
            item = self._items[index] = Item(kind, id, self.partial_json)
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
