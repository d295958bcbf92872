"""Events of Amazon Bedrock: ConverseStream, and the models of InvokeModelWithResponseStream that have a shape
of their own.

Field meanings follow the Bedrock API reference, "ConverseStream", and "Inference request parameters" for the
models. Bedrock sends a binary event stream (`sselerate.eventstream`), whose frames name the event in a
header. The decoder makes of a frame the object that the AWS SDKs give, ``{name: payload}``, so one class has
a field for each event; such objects from elsewhere (Amazon Nova sends them itself) are recognised too.
Exceptions are a `ServerError`. Keys are camelCase on the wire.
"""

import dataclasses
from typing import Any

from .answers import StreamEvent, ToolCallDelta, Usage, added, number, reason, string
from .declare import Event, event

__all__ = [
    "ConverseContentBlockDelta",
    "ConverseContentBlockDeltaEvent",
    "ConverseContentBlockStart",
    "ConverseContentBlockStartEvent",
    "ConverseContentBlockStopEvent",
    "ConverseMessageStartEvent",
    "ConverseMessageStopEvent",
    "ConverseMetadataEvent",
    "ConverseReasoningContentDelta",
    "ConverseStreamEvent",
    "ConverseTokenUsage",
    "ConverseToolUseDelta",
    "ConverseToolUseStart",
    "LlamaStreamEvent",
    "LlamaUsage",
    "TitanStreamEvent",
    "TitanUsage",
]


@event
class ConverseMessageStartEvent(Event):
    """There is a message."""

    role: str | None = None
    """Who speaks, "assistant"."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event(rename="camel")
class ConverseToolUseStart(Event):
    """The head of a call of a tool."""

    tool_use_id: str | None = None
    """Identifies the call; its result must name it."""

    name: str | None = None
    """The name of the tool."""

    type: str | None = None
    """ "server_tool_use" if the server carries out the call itself; None if the client is to."""


@event(rename="camel")
class ConverseContentBlockStart(Event):
    """A block when it begins."""

    tool_use: ConverseToolUseStart | None = None
    """The head of a call of a tool."""


@event(rename="camel")
class ConverseContentBlockStartEvent(Event):
    """A block begins; blocks of text need not say so."""

    content_block_index: int | None = None
    """Which block of the message, from 0."""

    start: ConverseContentBlockStart | None = None
    """The block."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event
class ConverseToolUseDelta(Event):
    """The next piece of the arguments of a tool."""

    input: str | None = None
    """Text to append; whole it is JSON."""


@event(rename="camel")
class ConverseReasoningContentDelta(Event):
    """The next piece of the reasoning."""

    text: str | None = None
    """Text to append."""

    signature: str | None = None
    """What proves to the model that the reasoning is unchanged when it is sent back."""

    redacted_content: str | None = None
    """Reasoning that only the model can read, in base64."""


@event(rename="camel")
class ConverseContentBlockDelta(Event):
    """What is added to a block. A piece of a citation (``citation``) or of the result of a tool
    (``toolResult``) is in ``extra``."""

    text: str | None = None
    """Text to append."""

    tool_use: ConverseToolUseDelta | None = None
    """A piece of the arguments of a tool."""

    reasoning_content: ConverseReasoningContentDelta | None = None
    """A piece of the reasoning."""


@event(rename="camel")
class ConverseContentBlockDeltaEvent(Event):
    """Something is added to a block."""

    content_block_index: int | None = None
    """Which block of the message, from 0."""

    delta: ConverseContentBlockDelta | None = None
    """What is added."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event(rename="camel")
class ConverseContentBlockStopEvent(Event):
    """A block is whole."""

    content_block_index: int | None = None
    """Which block of the message, from 0."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event(rename="camel")
class ConverseMessageStopEvent(Event):
    """The message is whole."""

    stop_reason: str | None = None
    """Why generation ended: "end_turn", "tool_use", "max_tokens", "stop_sequence", "guardrail_intervened",
    "content_filtered", ..."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event(rename="camel")
class ConverseTokenUsage(Usage):
    """How many tokens a message has used. On the wire ``inputTokens`` is the input without what was read from
    and written to the cache; here ``input_tokens`` is all of it, as it is for every dialect."""

    uncached_input_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "inputTokens"})
    """Tokens of the input that were neither read from the cache nor written to it (the key
    ``inputTokens``)."""

    output_tokens: int | None = None
    """Tokens generated."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "totalTokens"})
    """The sum of both as the server counts it (the key ``totalTokens``)."""

    cache_read_input_tokens: int | None = None
    """Tokens of the input read from the cache."""

    cache_write_input_tokens: int | None = None
    """Tokens of the input written to the cache."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input, those read from and written to the cache included."""
        return added(self.uncached_input_tokens, self.cache_read_input_tokens, self.cache_write_input_tokens)

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from the cache."""
        return number(self.cache_read_input_tokens)

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the input was written to the cache."""
        return number(self.cache_write_input_tokens)


@event(light=True)
class ConverseMetadataEvent(Event):
    """The last event: what the message cost."""

    usage: ConverseTokenUsage | None = None
    """The tokens used."""

    metrics: Any = None
    """How long it took, an object with ``latencyMs``."""

    trace: Any = None
    """What guardrails and routers did."""

    p: str | None = None
    """Random characters that hide the length of the event from observers of the connection."""


@event(rename="camel")
class ConverseStreamEvent(StreamEvent):
    """One event of a ConverseStream; the field that is there says which."""

    __dialect__ = "bedrock-converse"

    content_block_delta: ConverseContentBlockDeltaEvent | None = None
    """Something is added to a block."""

    content_block_start: ConverseContentBlockStartEvent | None = None
    """A block begins."""

    content_block_stop: ConverseContentBlockStopEvent | None = None
    """A block is whole."""

    message_start: ConverseMessageStartEvent | None = None
    """There is a message."""

    message_stop: ConverseMessageStopEvent | None = None
    """The message is whole."""

    metadata: ConverseMetadataEvent | None = None
    """What the message cost."""

    @property
    def text(self) -> str:
        """The text to append."""
        return string(getattr(self._delta(), "text", None))

    @property
    def reasoning(self) -> str:
        """The reasoning to append."""
        return string(getattr(getattr(self._delta(), "reasoning_content", None), "text", None))

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of a call that the client is to carry out, or a piece of arguments; they share the
        ``index``, that of the block. A piece without such a head is of a call of the server's own."""
        head = self.content_block_start
        if isinstance(head, ConverseContentBlockStartEvent):
            call = getattr(head.start, "tool_use", None)
            if not isinstance(call, ConverseToolUseStart) or call.type == "server_tool_use":
                return ()
            return (ToolCallDelta.of(head.content_block_index, call.tool_use_id, call.name),)
        piece = getattr(self._delta(), "tool_use", None)
        if not isinstance(piece, ConverseToolUseDelta):
            return ()
        index = getattr(self.content_block_delta, "content_block_index", None)
        return (ToolCallDelta.of(index, None, None, piece.input),)

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(getattr(self.message_stop, "stop_reason", None))

    @property
    def usage(self) -> ConverseTokenUsage | None:
        """The tokens used."""
        usage = getattr(self.metadata, "usage", None)
        return usage if isinstance(usage, ConverseTokenUsage) else None

    @property
    def is_terminal(self) -> bool:
        """Whether it says what the message cost, which comes last."""
        return self.metadata is not None

    def _delta(self) -> Any:
        return getattr(self.content_block_delta, "delta", None)


@event(rename="camel")
class TitanUsage(Usage):
    """The counts of an event of Amazon Titan. On the wire they lie among its other fields;
    `TitanStreamEvent.usage` makes this of them."""

    input_text_token_count: int | None = None
    """Tokens of the prompt."""

    total_output_text_token_count: int | None = None
    """Tokens generated so far."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt."""
        return number(self.input_text_token_count)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated so far."""
        return number(self.total_output_text_token_count)


@event(rename="camel")
class TitanStreamEvent(StreamEvent):
    """One event of Amazon Titan."""

    __dialect__ = "bedrock-titan"

    output_text: str
    """Text to append."""

    index: int | None = None
    """Which answer, from 0."""

    completion_reason: str | None = None
    """Why generation ended: "FINISH", "LENGTH", ...; None while it goes on."""

    input_text_token_count: int | None = None
    """Tokens of the prompt."""

    total_output_text_token_count: int | None = None
    """Tokens generated so far."""

    __text__ = "output_text"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.output_text)

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(self.completion_reason)

    @property
    def usage(self) -> TitanUsage | None:
        """The tokens used so far."""
        usage = TitanUsage(
            input_text_token_count=self.input_text_token_count,
            total_output_text_token_count=self.total_output_text_token_count,
        )
        return None if usage == TitanUsage() else usage

    @property
    def is_terminal(self) -> bool:
        """Whether it says why generation ended."""
        return self.finish_reason is not None


@event
class LlamaUsage(Usage):
    """The counts of an event of Meta Llama. On the wire they lie among its other fields;
    `LlamaStreamEvent.usage` makes this of them."""

    prompt_token_count: int | None = None
    """Tokens of the prompt, in the first event."""

    generation_token_count: int | None = None
    """Tokens generated so far."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt, if the event says them."""
        return number(self.prompt_token_count)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated so far."""
        return number(self.generation_token_count)


@event
class LlamaStreamEvent(StreamEvent):
    """One event of Meta Llama."""

    __dialect__ = "bedrock-llama"

    generation: str
    """Text to append."""

    prompt_token_count: int | None = None
    """Tokens of the prompt, in the first event."""

    generation_token_count: int | None = None
    """Tokens generated so far."""

    stop_reason: str | None = None
    """Why generation ended: "stop" or "length"; None while it goes on."""

    __text__ = "generation"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.generation)

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(self.stop_reason)

    @property
    def usage(self) -> LlamaUsage | None:
        """The tokens used so far."""
        usage = LlamaUsage(
            prompt_token_count=self.prompt_token_count, generation_token_count=self.generation_token_count
        )
        return None if usage == LlamaUsage() else usage

    @property
    def is_terminal(self) -> bool:
        """Whether it says why generation ended."""
        return self.finish_reason is not None
