"""Bedrock's ConverseStream: the events of `events.bedrock` become a `ConverseResponse`."""

from typing import Any

from ..events import bedrock as b
from ..events.answers import arguments, number, reason, string
from ..events.declare import Event, event
from .assembler import Assembler
from .joined import Rest, Text, joined
from .tool_calls import Call, Calls

__all__ = ["ConverseAssembler", "ConverseMessage", "ConverseOutput", "ConverseResponse"]


@event
class ConverseMessage(Event):
    """A message, in the form in which it is sent back to the model."""

    role: str
    """Who speaks, "assistant"."""

    content: tuple[dict[str, Any], ...]
    """Its blocks, each an object with one key: "text", "reasoningContent", "toolUse", "citationsContent"."""


@event
class ConverseOutput(Event):
    """What the model has given."""

    message: ConverseMessage
    """The message."""


@event(rename="camel", light=True)
class ConverseResponse(Event):
    """A message with what is to be said of it, as ``Converse`` answers."""

    output: ConverseOutput
    """The message."""

    stop_reason: str | None
    """Why generation ended, see `ConverseMessageStopEvent.stop_reason`; None if it has not."""

    usage: b.ConverseTokenUsage | None = None
    """The tokens used."""

    metrics: Any = None
    """How long it took, an object with ``latencyMs``."""

    trace: Any = None
    """What guardrails and routers did."""


class _Block:
    """What has come of one block."""

    def __init__(self, index: int, partial_json: bool) -> None:
        self.index = index
        self.text = Text()
        self.reasoning = Text()
        self.signature = Text()
        self.redacted: str | None = None
        self.citations: list[Any] = []
        self.call: Call | None = None
        self.rest = Rest()
        self._partial_json = partial_json

    def begin(self, start: Any) -> bool:
        """Takes the head. Here and below, False if something in it has no place."""
        if not isinstance(start, b.ConverseContentBlockStart):
            return start is None
        self.rest.append(start.extra)
        head: Any = start.tool_use
        if not isinstance(head, b.ConverseToolUseStart):
            return head is None
        self.call = Calls(self._partial_json).add(self.index, head.tool_use_id, head.name)
        self.call.input = {}
        self.call.rest.replace(_beside(head, "toolUseId", "name"))
        return True

    def add(self, delta: Any) -> bool:
        """Takes a piece."""
        if not isinstance(delta, b.ConverseContentBlockDelta):
            return delta is None
        placed = self.text.take(delta.text)
        placed = self._add_input(delta.tool_use) and self._add_reasoning(delta.reasoning_content) and placed
        others = _beside(delta, "text", "toolUse", "reasoningContent")
        if "citation" in others:
            self.citations.append(others.pop("citation"))
        self.rest.append(others)
        return placed

    def _add_input(self, piece: Any) -> bool:
        if not isinstance(piece, b.ConverseToolUseDelta):
            return piece is None
        if self.call is None:
            self.call = Calls(self._partial_json).add(self.index)
        self.call.add_arguments(arguments(piece.input))
        self.call.rest.append(piece.extra)
        return True

    def _add_reasoning(self, piece: Any) -> bool:
        if not isinstance(piece, b.ConverseReasoningContentDelta):
            return piece is None
        placed = self.reasoning.take(piece.text)
        placed = self.signature.take(piece.signature) and placed
        redacted: Any = piece.redacted_content
        if redacted is not None:
            # Pieces in base64 cannot be joined.
            placed = placed and self.redacted is None and isinstance(redacted, str)
            self.redacted = self.redacted or string(redacted)
        return placed and piece.extra is None

    def result(self) -> list[dict[str, Any]]:
        """The block. It is several where a server has made one of what are several."""
        blocks: list[dict[str, Any]] = []
        if self.reasoning or self.signature:
            said = {"text": str(self.reasoning)}
            if self.signature:
                said["signature"] = str(self.signature)
            blocks.append({"reasoningContent": {"reasoningText": said}})
        if self.redacted is not None:
            blocks.append({"reasoningContent": {"redactedContent": self.redacted}})
        if self.citations:
            content = [{"text": str(self.text)}] if self.text else []
            blocks.append({"citationsContent": {"content": content, "citations": list(self.citations)}})
        elif self.text:
            blocks.append({"text": str(self.text)})
        if self.call is not None:
            blocks.append({"toolUse": self._tool_use(self.call)})
        if rest := self.rest.value():
            blocks.append(rest)
        return blocks

    def _tool_use(self, call: Call) -> dict[str, Any]:
        value = call.value()
        if value is None:
            value = str(call.arguments)  # not whole, or no JSON
        return {"toolUseId": call.id, "name": str(call.name), "input": value, **(call.rest.value() or {})}


def _beside(piece: Event, *keys: str) -> dict[str, Any]:
    """What a piece has beside these keys."""
    return {key: value for key, value in piece.to_dict().items() if key not in keys}


class ConverseAssembler(Assembler):
    """Events of a ConverseStream -> `ConverseResponse`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._role = ""
        self._blocks: dict[int, _Block] = {}
        self._last = 0
        """The index of the last block that an event was about."""
        self._stop_reason: str | None = None
        self._whole: dict[str, Any] = {}
        """Fields of the response that the last event has."""
        self._ended = False
        self._rest = Rest()

    def push(self, event: b.ConverseStreamEvent) -> bool:
        placed = event.extra is None
        piece: Any = event.content_block_delta
        if isinstance(piece, b.ConverseContentBlockDeltaEvent):
            placed = (
                self._block(piece.content_block_index).add(piece.delta) and piece.extra is None and placed
            )
        head: Any = event.content_block_start
        if isinstance(head, b.ConverseContentBlockStartEvent):
            placed = self._block(head.content_block_index).begin(head.start) and head.extra is None and placed
        start: Any = event.message_start
        if isinstance(start, b.ConverseMessageStartEvent):
            self._role = self._role or string(start.role)
            placed = placed and start.extra is None
        stop: Any = event.message_stop
        if isinstance(stop, b.ConverseMessageStopEvent):
            self._stop_reason = reason(stop.stop_reason) or self._stop_reason
            self._rest.replace(stop.extra)
        end: Any = event.metadata
        if isinstance(end, b.ConverseMetadataEvent):
            self._ended = True
            self.meter.push(event)
            self._whole.update({name: said for name in ("metrics", "trace") if (said := getattr(end, name))})
            self._rest.replace(end.extra)
        return placed and all(
            value is None or isinstance(value, Event) for value in (piece, head, start, stop, end)
        )

    def _block(self, index: Any) -> _Block:
        index = number(index)
        self._last = self._last if index is None else index
        block = self._blocks.get(self._last)
        if block is None:
            block = self._blocks[self._last] = _Block(self._last, self.partial_json)
        return block

    def _ordered(self) -> list[_Block]:
        return [self._blocks[index] for index in sorted(self._blocks)]

    def result(self) -> ConverseResponse:
        content = tuple([part for block in self._ordered() for part in block.result()])
        return ConverseResponse(
            output=ConverseOutput(message=ConverseMessage(role=self._role or "assistant", content=content)),
            stop_reason=self._stop_reason,
            usage=self.usage(),
            **self._whole,
            extra=self._rest.value(),
        )

    @property
    def finished(self) -> bool:
        return self._ended or self._stop_reason is not None

    def text(self) -> str:
        return joined([str(block.text) for block in self._ordered()])

    def reasoning(self) -> str:
        return joined([str(block.reasoning) for block in self._ordered()])

    def calls(self) -> list[Call]:
        calls = [block.call for block in self._ordered() if block.call is not None]
        # Others have a type, and the server carries them out.
        return [call for call in calls if call.rest.state.get("type") != "server_tool_use"]

    def finish_reason(self) -> str | None:
        return self._stop_reason
