"""Events of a message stream (``POST /v1/messages``), as Anthropic, Vertex, Bedrock and llama.cpp send it.

Field meanings follow the Anthropic API reference, "Streaming messages", and recorded streams. A message is a
list of content blocks; each is opened, filled by deltas and closed, and the events about it share an
``index``. An ``error`` event is no event here but a `ServerError`.

The one event of the older ``POST /v1/complete`` is here too.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, added, number, reason, string
from .declare import Event, event

__all__ = [
    "CacheCreation",
    "Citation",
    "CitationsDelta",
    "CompactionDelta",
    "ContentBlock",
    "ContentBlockDelta",
    "ContentBlockDeltaEvent",
    "ContentBlockStartEvent",
    "ContentBlockStopEvent",
    "InputJSONDelta",
    "Message",
    "MessageDelta",
    "MessageDeltaEvent",
    "MessageEvent",
    "MessageOutputTokensDetails",
    "MessageStartEvent",
    "MessageStopEvent",
    "MessageStreamEvent",
    "MessageUsage",
    "OtherContentBlock",
    "OtherContentBlockDelta",
    "PingEvent",
    "RedactedThinkingBlock",
    "ServerToolUsage",
    "ServerToolUseBlock",
    "SignatureDelta",
    "TextBlock",
    "TextCompletionEvent",
    "TextDelta",
    "ThinkingBlock",
    "ThinkingDelta",
    "ToolResultBlock",
    "ToolUseBlock",
]


@event
class CacheCreation(Event):
    """The tokens written to the cache, by how long they stay there."""

    ephemeral_5m_input_tokens: int | None = None
    """Tokens that stay for five minutes."""

    ephemeral_1h_input_tokens: int | None = None
    """Tokens that stay for an hour."""


@event
class ServerToolUsage(Event):
    """How often the server ran tools itself."""

    web_search_requests: int | None = None
    """Web searches."""

    web_fetch_requests: int | None = None
    """Pages fetched."""


@event
class MessageOutputTokensDetails(Event):
    """What the output tokens consist of."""

    thinking_tokens: int | None = None
    """Tokens of thinking."""


@event(light=True)
class MessageUsage(Usage):
    """How many tokens a message has used so far.

    On the wire three keys share the input: what was read from the cache, what was written to it, and
    ``input_tokens``, the rest. Here ``input_tokens`` is all of the input, as it is for every dialect; the key
    is the field ``uncached_input_tokens``.
    """

    uncached_input_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "input_tokens"})
    """Tokens of the input that were neither read from the cache nor written to it (the key
    ``input_tokens``)."""

    cache_creation_input_tokens: int | None = None
    """Tokens of the input written to the cache."""

    cache_read_input_tokens: int | None = None
    """Tokens of the input read from the cache."""

    output_tokens: int | None = None
    """Tokens generated so far, thinking included."""

    cache_creation: CacheCreation | None = None
    """The tokens written to the cache, by how long they stay."""

    server_tool_use: ServerToolUsage | None = None
    """How often the server ran tools itself."""

    output_tokens_details: MessageOutputTokensDetails | None = None
    """The output tokens in detail."""

    service_tier: str | None = None
    """The tier of service: "standard", "priority" or "batch"."""

    inference_geo: str | None = None
    """Where in the world the model ran."""

    iterations: Any = None
    """The tokens of each pass of the model, a list of objects, where a message took several."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input, those read from and written to the cache included."""
        return added(
            self.uncached_input_tokens, self.cache_creation_input_tokens, self.cache_read_input_tokens
        )

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from the cache."""
        return number(self.cache_read_input_tokens)

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the input was written to the cache."""
        return number(self.cache_creation_input_tokens)

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was thinking."""
        details = self.output_tokens_details
        return number(details.thinking_tokens) if isinstance(details, MessageOutputTokensDetails) else None


@event
class Citation(Event):
    """What a piece of text rests on. Which of the fields are there depends on ``type``."""

    type: str
    """What is cited: "char_location", "page_location", "content_block_location", "web_search_result_location"
    or "search_result_location"."""

    cited_text: str | None = None
    """The words that are cited."""

    document_index: int | None = None
    """Which document of the request, from 0."""

    document_title: str | None = None
    """Its title."""

    file_id: str | None = None
    """The file it came from."""

    start_char_index: int | None = None
    """Where the words begin, in characters."""

    end_char_index: int | None = None
    """Where they end, in characters."""

    start_page_number: int | None = None
    """The page they begin on, from 1."""

    end_page_number: int | None = None
    """The page after the one they end on."""

    start_block_index: int | None = None
    """The content block they begin in, from 0."""

    end_block_index: int | None = None
    """The content block after the one they end in."""

    url: str | None = None
    """The address of a web page."""

    title: str | None = None
    """The title of a web page or of a search result."""

    encrypted_index: str | None = None
    """The place in a web page as only the server can read it."""

    search_result_index: int | None = None
    """Which search result of the request, from 0."""

    source: str | None = None
    """Where a search result of the request came from."""


@event
class TextBlock(Event):
    """Visible text."""

    type: Literal["text"]
    """What kind of block it is."""

    text: str
    """The text; "" when the block begins."""

    citations: tuple[Citation, ...] | None = None
    """What the text rests on."""


@event
class ThinkingBlock(Event):
    """The thinking of the model."""

    type: Literal["thinking"]
    """What kind of block it is."""

    thinking: str
    """The thinking as text; "" when the block begins."""

    signature: str | None = None
    """What proves to the server that the thinking is unchanged when it is sent back."""


@event
class RedactedThinkingBlock(Event):
    """Thinking that is not shown."""

    type: Literal["redacted_thinking"]
    """What kind of block it is."""

    data: str
    """The thinking as only the server can read it, to be sent back."""


@event
class ToolUseBlock(Event):
    """A call of a tool that the client is to carry out."""

    type: Literal["tool_use"]
    """What kind of block it is."""

    id: str
    """Identifies the call; its result must name it."""

    name: str
    """The name of the tool."""

    input: Any = None
    """The arguments, an object; {} when the block begins, since they follow as text."""


@event
class ServerToolUseBlock(Event):
    """A call of a tool that the server, or an MCP server, carries out itself."""

    type: Literal["server_tool_use", "mcp_tool_use"]
    """What kind of block it is."""

    id: str
    """Identifies the call; its result names it."""

    name: str
    """The name of the tool, e.g. "web_search"."""

    input: Any = None
    """The arguments, an object; {} when the block begins, since they follow as text."""

    server_name: str | None = None
    """The MCP server that carries it out."""


@event
class ToolResultBlock(Event):
    """What a tool of the server gave; sent whole when the block begins."""

    type: Literal[
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "advisor_tool_result",
        "mcp_tool_result",
    ]
    """What kind of block it is."""

    tool_use_id: str
    """The call that it answers."""

    content: Any = None
    """The result: a list of found pages, or an object that depends on the tool, an error among them."""

    is_error: bool | None = None
    """Whether a tool of an MCP server has failed."""


@event
class OtherContentBlock(Event):
    """A block of another type, e.g. "container_upload" or "compaction"; what it holds is in ``extra``."""

    type: str
    """What kind of block it is."""


ContentBlock: TypeAlias = (
    TextBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ServerToolUseBlock
    | ToolResultBlock
    | OtherContentBlock
)
"""A block of a message."""


@event
class Message(Event):
    """A message as it stands."""

    id: str
    """Identifies the message."""

    type: str
    """The type of the object: "message"."""

    role: str
    """Who speaks, "assistant"."""

    model: str
    """The model that answers."""

    content: tuple[ContentBlock, ...]
    """Its blocks, none when it begins."""

    stop_reason: str | None = None
    """Why generation ended: "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
    ...; None when the message begins."""

    stop_sequence: str | None = None
    """The stop sequence that ended it, if one did."""

    usage: MessageUsage | None = None
    """The tokens used so far."""

    stop_details: Any = None
    """More about a refusal."""

    container: Any = None
    """The container in which code was run."""


@event
class TextDelta(Event):
    """The next piece of visible text."""

    type: Literal["text_delta"]
    """What kind of delta it is."""

    text: str
    """The text to append."""


@event
class InputJSONDelta(Event):
    """The next piece of the arguments of a tool."""

    type: Literal["input_json_delta"]
    """What kind of delta it is."""

    partial_json: str
    """The text to append; whole it is JSON."""


@event
class ThinkingDelta(Event):
    """The next piece of thinking."""

    type: Literal["thinking_delta"]
    """What kind of delta it is."""

    thinking: str
    """The text to append."""


@event
class SignatureDelta(Event):
    """The signature of the thinking, just before its block ends."""

    type: Literal["signature_delta"]
    """What kind of delta it is."""

    signature: str
    """The signature, whole."""


@event
class CitationsDelta(Event):
    """One more citation for the text of the block."""

    type: Literal["citations_delta"]
    """What kind of delta it is."""

    citation: Citation
    """The citation."""


@event
class CompactionDelta(Event):
    """A summary that stands for what was said before, whole."""

    type: Literal["compaction_delta"]
    """What kind of delta it is."""

    content: str | None = None
    """The summary as text."""

    encrypted_content: str | None = None
    """The summary as only the server can read it."""


@event
class OtherContentBlockDelta(Event):
    """A delta of a type that no class is known for; what it holds is in ``extra``."""

    type: str
    """What kind of delta it is."""


ContentBlockDelta: TypeAlias = (
    TextDelta
    | InputJSONDelta
    | ThinkingDelta
    | SignatureDelta
    | CitationsDelta
    | CompactionDelta
    | OtherContentBlockDelta
)
"""What is added to a block."""


class MessageEvent(StreamEvent):
    """Base of the events of a message stream."""

    __slots__ = ()
    __dialect__ = "anthropic-messages"


@event
class MessageStartEvent(MessageEvent):
    """The first event: there is a message."""

    type: Literal["message_start"]
    """Its type."""

    message: Message
    """The message, still empty."""

    @property
    def usage(self) -> MessageUsage | None:
        """The tokens of the input, and the first of the output."""
        usage = getattr(self.message, "usage", None)
        return usage if isinstance(usage, MessageUsage) else None


@event
class ContentBlockStartEvent(MessageEvent):
    """A block begins."""

    type: Literal["content_block_start"]
    """Its type."""

    index: int
    """Which block of the message, from 0."""

    content_block: ContentBlock
    """The block, still empty, unless it is the result of a tool."""

    @property
    def text(self) -> str:
        """What a block of text begins with, as a rule ""."""
        return string(self.content_block.text) if isinstance(self.content_block, TextBlock) else ""

    @property
    def reasoning(self) -> str:
        """What a block of thinking begins with, as a rule ""."""
        return string(self.content_block.thinking) if isinstance(self.content_block, ThinkingBlock) else ""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of a call that the client is to carry out."""
        block = self.content_block
        if not isinstance(block, ToolUseBlock):
            return ()
        return (ToolCallDelta.of(self.index, block.id, block.name, block.input or None),)


@event
class ContentBlockDeltaEvent(MessageEvent):
    """Something is added to a block."""

    type: Literal["content_block_delta"]
    """Its type."""

    index: int
    """Which block of the message, from 0."""

    delta: ContentBlockDelta
    """What is added."""

    __text__ = "delta.text"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.delta.text) if isinstance(self.delta, TextDelta) else ""

    @property
    def reasoning(self) -> str:
        """The thinking to append."""
        return string(self.delta.thinking) if isinstance(self.delta, ThinkingDelta) else ""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """A piece of arguments; the call is the one whose head had the same ``index``. Where there was no
        such head it is a call that the server carries out itself."""
        if not isinstance(self.delta, InputJSONDelta):
            return ()
        return (ToolCallDelta.of(self.index, None, None, self.delta.partial_json),)


@event
class ContentBlockStopEvent(MessageEvent):
    """A block is whole."""

    type: Literal["content_block_stop"]
    """Its type."""

    index: int
    """Which block of the message, from 0."""


@event
class MessageDelta(Event):
    """What changes of the message when it ends."""

    stop_reason: str | None = None
    """Why generation ended, see `Message.stop_reason`."""

    stop_sequence: str | None = None
    """The stop sequence that ended it, if one did."""

    stop_details: Any = None
    """More about a refusal."""

    container: Any = None
    """The container in which code was run."""


@event
class MessageDeltaEvent(MessageEvent):
    """The message ends. What was cleared from the context before (``context_management``) is in ``extra``."""

    type: Literal["message_delta"]
    """Its type."""

    delta: MessageDelta
    """Why."""

    usage: MessageUsage | None = None
    """The tokens used by now. Counts of the input come with newer servers only; those of `MessageStartEvent`
    then hold."""

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(getattr(self.delta, "stop_reason", None))


@event
class MessageStopEvent(MessageEvent):
    """The last event."""

    type: Literal["message_stop"]
    """Its type."""

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class PingEvent(MessageEvent):
    """Says that the connection is alive; comes at any time."""

    type: Literal["ping"]
    """Its type."""


MessageStreamEvent: TypeAlias = (
    ContentBlockDeltaEvent
    | ContentBlockStartEvent
    | ContentBlockStopEvent
    | MessageStartEvent
    | MessageDeltaEvent
    | MessageStopEvent
    | PingEvent
)
"""Any event of a message stream."""


@event
class TextCompletionEvent(StreamEvent):
    """The event of the older ``POST /v1/complete``: the next piece of text."""

    __dialect__ = "anthropic-completions"

    type: Literal["completion"]
    """Its type."""

    completion: str
    """The text to append."""

    stop_reason: str | None = None
    """Why generation ended: "stop_sequence" or "max_tokens"; None while it goes on."""

    model: str | None = None
    """The model that answers."""

    id: str | None = None
    """Identifies the completion."""

    stop: str | None = None
    """The stop sequence that ended it, if one did."""

    log_id: str | None = None
    """The same as ``id``, in older servers."""

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.completion)

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        return reason(self.stop_reason)

    @property
    def is_terminal(self) -> bool:
        """Whether it says why generation ended."""
        return self.finish_reason is not None
