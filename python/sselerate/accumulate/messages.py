"""Messages of Anthropic: the events of `events.messages` become a `Message`."""

from typing import Any

from ..events.answers import number, reason, string
from ..events.declare import Event
from ..events.messages import (
    CitationsDelta,
    CompactionDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    InputJSONDelta,
    Message,
    MessageDelta,
    MessageDeltaEvent,
    MessageStartEvent,
    MessageStopEvent,
    OtherContentBlock,
    PingEvent,
    ServerToolUseBlock,
    SignatureDelta,
    TextBlock,
    TextDelta,
    ThinkingBlock,
    ThinkingDelta,
    ToolUseBlock,
)
from .assembler import Assembler
from .joined import Rest, Text, changed, joined
from .tool_calls import Call, Calls

__all__ = ["MessageAssembler"]

_STAND_INS: dict[type, Any] = {
    TextDelta: lambda: TextBlock(type="text", text=""),
    CitationsDelta: lambda: TextBlock(type="text", text=""),
    ThinkingDelta: lambda: ThinkingBlock(type="thinking", thinking=""),
    SignatureDelta: lambda: ThinkingBlock(type="thinking", thinking=""),
    InputJSONDelta: lambda: ToolUseBlock(type="tool_use", id="", name="", input={}),
    CompactionDelta: lambda: OtherContentBlock(type="compaction"),
}
"""The block that a delta belongs to whose block never began."""

_KEYS = frozenset(Message.__wire__.values())
"""What the keys of a message are called."""


class _Block:
    """What has come of one content block."""

    def __init__(self, index: Any, block: Any, partial_json: bool) -> None:
        self.block = block
        self.stopped = False
        self.touched = False
        self.text = Text()
        """What to append to ``text`` or ``thinking``, whichever the block has."""
        self.signature: str | None = None
        self.citations: list[Any] = []
        self.whole: dict[str, Any] = {}
        self.rest = Rest()
        self.call: Call | None = None
        if isinstance(block, ToolUseBlock | ServerToolUseBlock):
            self.call = Calls(partial_json).add(index, block.id, block.name)
            self.call.input = block.input

    def push(self, delta: Any) -> bool:
        self.touched = True
        block = self.block
        if isinstance(delta, TextDelta) and isinstance(block, TextBlock) and isinstance(delta.text, str):
            self.text.add(delta.text)
        elif (
            isinstance(delta, ThinkingDelta)
            and isinstance(block, ThinkingBlock)
            and isinstance(delta.thinking, str)
        ):
            self.text.add(delta.thinking)
        elif (
            isinstance(delta, InputJSONDelta)
            and self.call is not None
            and isinstance(delta.partial_json, str)
        ):
            self.call.add_arguments(delta.partial_json)
        elif isinstance(delta, SignatureDelta) and isinstance(block, ThinkingBlock):
            self.signature = delta.signature
        elif isinstance(delta, CitationsDelta) and isinstance(block, TextBlock):
            self.citations.append(delta.citation)
        elif isinstance(delta, CompactionDelta):
            self.whole["content"] = delta.content
            self.whole["encrypted_content"] = delta.encrypted_content
        elif isinstance(delta, Event):
            # A delta that is not known, or not for this kind of block.
            wire = delta.to_dict()
            wire.pop("type", None)
            self.rest.append(wire)
            return True
        else:
            return False
        if delta.extra is not None:
            # A number or flag says something about the delta, and nothing about the block (estimated_tokens).
            whole = {key: value for key, value in delta.extra.items() if not isinstance(value, int | float)}
            self.rest.append(whole)
        return True

    def result(self) -> Any:
        block = self.block
        if not isinstance(block, Event):
            return block
        fields: dict[str, Any] = {}
        if isinstance(block, TextBlock):
            fields["text"] = joined([string(block.text), *self.text.pieces])
            if self.citations:
                first = block.citations if isinstance(block.citations, tuple) else ()
                fields["citations"] = (*first, *self.citations)
        elif isinstance(block, ThinkingBlock):
            fields["thinking"] = joined([string(block.thinking), *self.text.pieces])
            if self.signature is not None:
                fields["signature"] = self.signature
        elif self.call is not None:
            fields["input"] = self.input()
        rest = Rest()
        rest.replace(block.extra)
        rest.replace({key: value for key, value in self.whole.items() if value is not None})
        rest.replace(self.rest.value())
        return changed(block, rest.value(), **fields)

    def input(self) -> Any:
        """The arguments of a tool: a value if they are whole or can be told in part, else the text."""
        assert self.call is not None
        value = self.call.value()
        return str(self.call.arguments) if value is None and self.call.arguments else value


class MessageAssembler(Assembler):
    """Events of a message -> `Message`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._message: Message | None = None
        self._blocks: list[_Block] = []
        self._by_index: dict[Any, int] = {}
        """Where in the list the last block of each index is."""
        self._end: dict[str, Any] = {}
        """Fields of the message that its end has changed."""
        self._rest = Rest()
        self._stopped = False

    def push(self, event: Any) -> bool:
        return self._add(event) and self._rest.replace_but(_KEYS, event.extra)

    def _add(self, event: Any) -> bool:
        """Takes all of an event but its unknown keys."""
        if isinstance(event, ContentBlockDeltaEvent):
            return self._block(event.index, event.delta).push(event.delta)
        self.meter.push(event)
        if isinstance(event, ContentBlockStartEvent):
            self._begin(event.index, event.content_block)
            return isinstance(event.content_block, Event)
        if isinstance(event, ContentBlockStopEvent):
            at = self._by_index.get(number(event.index))
            if at is not None:
                self._blocks[at].stopped = True
            return at is not None
        if isinstance(event, MessageStartEvent):
            return self._start(event.message)
        if isinstance(event, MessageDeltaEvent):
            return self._add_end(event)
        if isinstance(event, MessageStopEvent):
            self._stopped = True
            return True
        return isinstance(event, PingEvent)

    def _start(self, message: Any) -> bool:
        if not isinstance(message, Message):
            return False
        content: Any = message.content
        if self._message is None:
            self._message = message
            # A gateway that cannot stream a request may send it whole.
            for block in content if isinstance(content, tuple) else ():
                if isinstance(block, Event):
                    self._begin(len(self._blocks), block)
        # Else it is the start once more; what is new in it is what was used.
        self._rest.replace(message.extra)
        return content is None or isinstance(content, tuple)

    def _begin(self, index: Any, content: Any) -> None:
        index = number(index)
        block = _Block(index, content, self.partial_json)
        at = self._by_index.get(index)
        if at is not None and not self._blocks[at].stopped and not self._blocks[at].touched:
            self._blocks[at] = block  # the same start once more
        else:
            self._by_index[index] = len(self._blocks)
            self._blocks.append(block)

    def _block(self, index: Any, delta: Any) -> _Block:
        index = number(index)
        if index is None and self._blocks:
            return self._blocks[-1]
        if index not in self._by_index:
            stand_in = _STAND_INS.get(
                type(delta), lambda: OtherContentBlock(type=string(getattr(delta, "type", "")))
            )
            self._begin(index, stand_in())
        return self._blocks[self._by_index[index]]

    def _add_end(self, event: MessageDeltaEvent) -> bool:
        delta = event.delta
        if not isinstance(delta, MessageDelta):
            return delta is None
        for name in ("stop_reason", "stop_sequence", "stop_details", "container"):
            value = getattr(delta, name)
            if value is not None:
                self._end[name] = value
        self._rest.replace(delta.extra)
        return True

    def result(self) -> Message:
        blocks: Any = tuple([block.result() for block in self._blocks])
        if self._message is None:
            # Nothing is known of it, as its start is missing.
            return Message(
                id="",
                type="message",
                role="assistant",
                model="",
                content=blocks,
                usage=self.usage(),
                **self._end,
                extra=self._rest.value(),
            )
        fields: dict[str, Any] = {"content": blocks, **self._end}
        if self.usage() is not None:
            fields["usage"] = self.usage()
        return changed(self._message, self._rest.value(), **fields)

    @property
    def finished(self) -> bool:
        return self._stopped or reason(self._stop_reason()) is not None

    def _stop_reason(self) -> Any:
        return self._end.get("stop_reason", self._message and self._message.stop_reason)

    def text(self) -> str:
        texts = [block.result().text for block in self._blocks if isinstance(block.block, TextBlock)]
        return joined(texts)

    def reasoning(self) -> str:
        texts = [block.result().thinking for block in self._blocks if isinstance(block.block, ThinkingBlock)]
        return joined(texts)

    def calls(self) -> list[Call]:
        return [block.call for block in self._blocks if isinstance(block.block, ToolUseBlock) and block.call]

    def finish_reason(self) -> str | None:
        return reason(self._stop_reason())
