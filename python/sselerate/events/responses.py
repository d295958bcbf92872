"""Events of a response stream (``POST /v1/responses``).

Field meanings follow the OpenAI API reference, "Streaming events", and what recorded streams of OpenAI,
Azure, xAI, DeepSeek, OpenRouter and LM Studio hold. Every event says in ``type`` what it is; the class
follows from it. Types that no class is known for are a `ResponseUnknownEvent`. An ``error`` event is no event
here but a `ServerError`.

The events that come often, the deltas, declare leaves only. The response itself, which the first two and the
last event carry whole, keeps what echoes the request as plain JSON.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, ToolCallDelta, Usage, number, reason, string
from .declare import Event, event

__all__ = [
    "Response",
    "ResponseAnnotation",
    "ResponseApplyPatchDiffDeltaEvent",
    "ResponseApplyPatchDiffDoneEvent",
    "ResponseAudioDeltaEvent",
    "ResponseAudioDoneEvent",
    "ResponseAudioTranscriptDeltaEvent",
    "ResponseAudioTranscriptDoneEvent",
    "ResponseCodeInterpreterCallCodeDeltaEvent",
    "ResponseCodeInterpreterCallCodeDoneEvent",
    "ResponseCompletedEvent",
    "ResponseContentPart",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseCustomToolCall",
    "ResponseCustomToolCallInputDeltaEvent",
    "ResponseCustomToolCallInputDoneEvent",
    "ResponseEvent",
    "ResponseFailedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseFunctionToolCall",
    "ResponseImageGenCallPartialImageEvent",
    "ResponseInProgressEvent",
    "ResponseIncompleteEvent",
    "ResponseInputTokensDetails",
    "ResponseItemEvent",
    "ResponseMcpCallArgumentsDeltaEvent",
    "ResponseMcpCallArgumentsDoneEvent",
    "ResponseOtherItem",
    "ResponseOutputItem",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputMessage",
    "ResponseOutputTextAnnotationAddedEvent",
    "ResponseOutputTokensDetails",
    "ResponseQueuedEvent",
    "ResponseReasoningItem",
    "ResponseReasoningPartAddedEvent",
    "ResponseReasoningPartDoneEvent",
    "ResponseReasoningSummaryPartAddedEvent",
    "ResponseReasoningSummaryPartDoneEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseShellCallCommandAddedEvent",
    "ResponseShellCallCommandDeltaEvent",
    "ResponseShellCallCommandDoneEvent",
    "ResponseShellCallOutputContentDeltaEvent",
    "ResponseShellCallOutputContentDoneEvent",
    "ResponseShellOutputDelta",
    "ResponseStatusEvent",
    "ResponseStreamEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "ResponseTokenLogprob",
    "ResponseToolStatusEvent",
    "ResponseTopLogprob",
    "ResponseUnknownEvent",
    "ResponseUsage",
]


@event
class ResponseTopLogprob(Event):
    """One of the likeliest tokens at a position."""

    token: str
    """The token as text."""

    logprob: float
    """The natural logarithm of its probability."""

    bytes: tuple[int, ...] | None = None
    """The UTF-8 bytes of the token, since a character may span several tokens."""


@event
class ResponseTokenLogprob(Event):
    """A token of the answer with its log probability."""

    token: str
    """The token as text."""

    logprob: float
    """The natural logarithm of its probability."""

    bytes: tuple[int, ...] | None = None
    """The UTF-8 bytes of the token, since a character may span several tokens."""

    top_logprobs: tuple[ResponseTopLogprob, ...] = ()
    """The likeliest tokens at this position, as many as the request asked for."""


@event
class ResponseAnnotation(Event):
    """What the model points at in its text. Which of the fields are there depends on ``type``."""

    type: str
    """What kind it is: "url_citation", "file_citation", "container_file_citation" or "file_path"."""

    url: str | None = None
    """The address of a cited web page."""

    title: str | None = None
    """The title of a cited web page."""

    start_index: int | None = None
    """Where the citation begins in the text, in characters."""

    end_index: int | None = None
    """Where the citation ends in the text, in characters."""

    file_id: str | None = None
    """The cited or generated file."""

    filename: str | None = None
    """The name of the file."""

    container_id: str | None = None
    """The container that the file lies in."""

    index: int | None = None
    """Where the annotation belongs in the text, in characters (files) or in the list of files (older
    servers)."""


@event
class ResponseContentPart(Event):
    """A part of a message, or of the reasoning or of its summary. Parts are short-lived: each is sent empty
    when it begins and whole when it ends."""

    type: str
    """What kind it is: "output_text", "refusal", "reasoning_text" or "summary_text"."""

    text: str | None = None
    """Its text, unless it is a refusal."""

    refusal: str | None = None
    """Why the model refuses, if it is one."""

    annotations: tuple[ResponseAnnotation, ...] | None = None
    """What the model points at in the text."""

    logprobs: tuple[ResponseTokenLogprob, ...] | None = None
    """Log probabilities of its tokens, if the request asked for them."""


@event
class ResponseOutputMessage(Event):
    """A message of the model."""

    type: Literal["message"]
    """What kind of item it is."""

    id: str | None = None
    """Identifies the item; the ``item_id`` of the events about it."""

    status: str | None = None
    """How far it is: "in_progress", "completed" or "incomplete"."""

    role: str | None = None
    """Who speaks, "assistant"."""

    content: tuple[ResponseContentPart, ...] | None = None
    """Its parts, none when it begins."""

    phase: str | None = None
    """Whether it is a "commentary" on the way or the "final_answer", with models that tell."""


@event
class ResponseFunctionToolCall(Event):
    """A call of a function that the client is to carry out."""

    type: Literal["function_call"]
    """What kind of item it is."""

    id: str | None = None
    """Identifies the item; the ``item_id`` of the events about it."""

    call_id: str | None = None
    """Identifies the call; its result must name it."""

    name: str | None = None
    """The name of the function."""

    arguments: str | None = None
    """Its arguments as JSON text; "" when the item begins."""

    status: str | None = None
    """How far it is: "in_progress", "completed" or "incomplete"."""

    namespace: str | None = None
    """The group of tools that the function belongs to."""


@event
class ResponseCustomToolCall(Event):
    """A call of a custom tool, which takes text instead of JSON, that the client is to carry out."""

    type: Literal["custom_tool_call"]
    """What kind of item it is."""

    id: str | None = None
    """Identifies the item; the ``item_id`` of the events about it."""

    call_id: str | None = None
    """Identifies the call; its result must name it."""

    name: str | None = None
    """The name of the tool."""

    input: str | None = None
    """What it is given; "" when the item begins."""

    status: str | None = None
    """How far it is: "in_progress", "completed" or "incomplete"."""

    namespace: str | None = None
    """The group of tools that the tool belongs to."""


@event
class ResponseReasoningItem(Event):
    """The reasoning before an answer, or what of it may be shown."""

    type: Literal["reasoning"]
    """What kind of item it is."""

    id: str | None = None
    """Identifies the item; the ``item_id`` of the events about it."""

    summary: tuple[ResponseContentPart, ...] | None = None
    """Summaries of the reasoning."""

    content: tuple[ResponseContentPart, ...] | None = None
    """The reasoning itself, with models that show it."""

    encrypted_content: str | None = None
    """The reasoning as only the server can read it, to be sent back in the next request."""

    status: str | None = None
    """How far it is: "in_progress", "completed" or "incomplete"."""


@event
class ResponseOtherItem(Event):
    """Any other item of the output: the calls of tools that the server runs ("web_search_call",
    "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call", "computer_call",
    "shell_call", "apply_patch_call", ...), their results, "compaction", and what is yet to come. What only
    one kind has is in ``extra``."""

    type: str
    """What kind of item it is."""

    id: str | None = None
    """Identifies the item; the ``item_id`` of the events about it."""

    status: str | None = None
    """How far it is: "in_progress", "completed", "incomplete", "failed" or a word of its kind."""

    call_id: str | None = None
    """Identifies a call that the client is to carry out; its result must name it."""

    name: str | None = None
    """The name of the tool of an MCP server."""

    arguments: Any = None
    """The arguments of a call, as JSON text or as an object."""

    action: Any = None
    """What a web search, a computer or a shell is to do."""

    output: Any = None
    """What a tool gave."""


ResponseOutputItem: TypeAlias = (
    ResponseOutputMessage
    | ResponseFunctionToolCall
    | ResponseCustomToolCall
    | ResponseReasoningItem
    | ResponseOtherItem
)
"""An item of the output of a response."""


@event
class ResponseInputTokensDetails(Event):
    """What the input tokens consist of."""

    cached_tokens: int | None = None
    """Tokens read from the prompt cache."""

    cache_write_tokens: int | None = None
    """Tokens written to the prompt cache."""


@event
class ResponseOutputTokensDetails(Event):
    """What the output tokens consist of."""

    reasoning_tokens: int | None = None
    """Tokens of reasoning."""


@event
class ResponseUsage(Usage):
    """How many tokens a response has used. Cached tokens are a part of the input, reasoning is one of the
    output."""

    input_tokens: int | None
    """Tokens of the input."""

    output_tokens: int | None
    """Tokens generated."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

    input_tokens_details: ResponseInputTokensDetails | None = None
    """The input tokens in detail."""

    output_tokens_details: ResponseOutputTokensDetails | None = None
    """The output tokens in detail."""

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from a cache."""
        details = self.input_tokens_details
        return number(details.cached_tokens) if isinstance(details, ResponseInputTokensDetails) else None

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the input was written to a cache."""
        details = self.input_tokens_details
        return number(details.cache_write_tokens) if isinstance(details, ResponseInputTokensDetails) else None

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was reasoning."""
        details = self.output_tokens_details
        return number(details.reasoning_tokens) if isinstance(details, ResponseOutputTokensDetails) else None


@event
class Response(Event):
    """A response as it stands. What repeats the request (``tools``, ``text``, ``reasoning``, ``temperature``,
    ...) is plain JSON."""

    id: str
    """Identifies the response."""

    object: str
    """The type of the object: "response"."""

    created_at: int | float
    """When it was created, in seconds since the Unix epoch; some servers send fractions."""

    status: str | None = None
    """How far it is: "queued", "in_progress", "completed", "incomplete", "failed" or "cancelled"."""

    model: str | None = None
    """The model that answers."""

    output: tuple[ResponseOutputItem, ...] | None = None
    """The items generated so far."""

    usage: ResponseUsage | None = None
    """The tokens used, once it has ended."""

    error: Any = None
    """Why it failed, an object with ``code`` and ``message``."""

    incomplete_details: Any = None
    """Why it is incomplete, an object with ``reason`` ("max_output_tokens", "content_filter")."""

    completed_at: int | float | None = None
    """When it ended, in seconds since the Unix epoch."""

    background: bool | None = None
    """Whether it goes on when the connection ends."""

    instructions: Any = None
    """The system message of the request."""

    max_output_tokens: int | None = None
    """Limit of the tokens to generate, reasoning included."""

    max_tool_calls: int | None = None
    """Limit of the calls of built-in tools."""

    metadata: Any = None
    """The keys and values that the request attached."""

    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools at once."""

    previous_response_id: str | None = None
    """The response that this one continues."""

    prompt_cache_key: str | None = None
    """What the cache of prompts goes by."""

    prompt_cache_retention: str | None = None
    """How long the prompt is kept in the cache."""

    reasoning: Any = None
    """The settings of the reasoning."""

    safety_identifier: str | None = None
    """Stands for the user towards the checks of abuse."""

    service_tier: str | None = None
    """The tier of service that processes the request."""

    store: bool | None = None
    """Whether the response is kept."""

    temperature: float | None = None
    """The sampling temperature."""

    text: Any = None
    """The settings of the text: its format and verbosity."""

    tool_choice: Any = None
    """Which tools the model may or must call."""

    tools: Any = None
    """The tools it was given, a list."""

    top_logprobs: int | None = None
    """How many of the likeliest tokens are sent for each position."""

    top_p: float | None = None
    """The share of the likeliest tokens to choose from."""

    truncation: str | None = None
    """What happens to input that is too long: "auto" or "disabled"."""

    user: str | None = None
    """Stands for the user, in the form that two other fields have replaced."""


@event
class ResponseEvent(StreamEvent):
    """Base of the events of a response stream."""

    __dialect__ = "openai-responses"

    sequence_number: int | None = None
    """Which event of the response it is, from 0."""


@event
class ResponseUnknownEvent(ResponseEvent):
    """An event of a type that no class is known for; all of it is in ``extra``."""

    type: str
    """Its type."""


@event
class ResponseStatusEvent(ResponseEvent):
    """Base of the events that carry the response."""

    response: Response
    """The response as it stands."""

    @property
    def usage(self) -> ResponseUsage | None:
        """The tokens used, once it has ended."""
        usage = getattr(self.response, "usage", None)
        return usage if isinstance(usage, ResponseUsage) else None


@event
class ResponseCreatedEvent(ResponseStatusEvent):
    """The first event: there is a response, still empty."""

    type: Literal["response.created"]
    """Its type."""


@event
class ResponseQueuedEvent(ResponseStatusEvent):
    """The response, still empty, waits for its turn."""

    type: Literal["response.queued"]
    """Its type."""


@event
class ResponseInProgressEvent(ResponseStatusEvent):
    """The model has begun; the response is still empty."""

    type: Literal["response.in_progress"]
    """Its type."""


@event
class ResponseCompletedEvent(ResponseStatusEvent):
    """The last event: the response is whole."""

    type: Literal["response.completed"]
    """Its type."""

    @property
    def finish_reason(self) -> str | None:
        """The status of the response, "completed"."""
        return reason(getattr(self.response, "status", None)) or "completed"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class ResponseIncompleteEvent(ResponseStatusEvent):
    """The last event: the response ends early. Its ``incomplete_details`` say why."""

    type: Literal["response.incomplete"]
    """Its type."""

    @property
    def finish_reason(self) -> str | None:
        """Why it ends, e.g. "max_output_tokens", or "incomplete"."""
        details = getattr(self.response, "incomplete_details", None)
        said = details.get("reason") if isinstance(details, dict) else None
        return reason(said) or reason(getattr(self.response, "status", None)) or "incomplete"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class ResponseFailedEvent(ResponseStatusEvent):
    """The last event: the response has failed. Its ``error`` says what went wrong."""

    type: Literal["response.failed"]
    """Its type."""

    @property
    def finish_reason(self) -> str | None:
        """The status of the response, "failed"."""
        return reason(getattr(self.response, "status", None)) or "failed"

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class ResponseOutputItemAddedEvent(ResponseEvent):
    """An item of the output begins."""

    type: Literal["response.output_item.added"]
    """Its type."""

    output_index: int
    """Which item of the output, from 0."""

    item: ResponseOutputItem
    """The item, still empty."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The head of a call of a function or of a custom tool."""
        item = self.item
        if isinstance(item, ResponseFunctionToolCall):
            text = item.arguments
        elif isinstance(item, ResponseCustomToolCall):
            text = item.input
        else:
            return ()
        return (ToolCallDelta.of(self.output_index, item.call_id, item.name, text),)


@event
class ResponseOutputItemDoneEvent(ResponseEvent):
    """An item of the output is whole."""

    type: Literal["response.output_item.done"]
    """Its type."""

    output_index: int
    """Which item of the output, from 0."""

    item: ResponseOutputItem
    """The whole item."""


@event
class ResponseItemEvent(ResponseEvent):
    """Base of the events about one item."""

    item_id: str | None = None
    """The item."""

    output_index: int | None = None
    """Which item of the output it is, from 0."""


@event
class ResponseContentPartAddedEvent(ResponseItemEvent):
    """A part of a message begins."""

    type: Literal["response.content_part.added"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    part: ResponseContentPart
    """The part, still empty."""


@event
class ResponseContentPartDoneEvent(ResponseItemEvent):
    """A part of a message is whole."""

    type: Literal["response.content_part.done"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    part: ResponseContentPart
    """The whole part."""


@event
class ResponseTextDeltaEvent(ResponseItemEvent):
    """The next piece of text."""

    type: Literal["response.output_text.delta"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    delta: str
    """The text to append."""

    logprobs: tuple[ResponseTokenLogprob, ...] | None = None
    """Log probabilities of its tokens, if the request asked for them."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    __text__ = "delta"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.delta)


@event
class ResponseTextDoneEvent(ResponseItemEvent):
    """The text of a part is whole."""

    type: Literal["response.output_text.done"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    full_text: str = dataclasses.field(metadata={"wire": "text"})
    """The whole text, once more (the key ``text``)."""

    logprobs: tuple[ResponseTokenLogprob, ...] | None = None
    """Log probabilities of its tokens, if the request asked for them."""


@event
class ResponseOutputTextAnnotationAddedEvent(ResponseItemEvent):
    """The model points at something in its text."""

    type: Literal["response.output_text.annotation.added"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    annotation_index: int
    """Which annotation of the part, from 0."""

    annotation: ResponseAnnotation
    """The annotation."""


@event
class ResponseRefusalDeltaEvent(ResponseItemEvent):
    """The next piece of a refusal."""

    type: Literal["response.refusal.delta"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    delta: str
    """The text to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""


@event
class ResponseRefusalDoneEvent(ResponseItemEvent):
    """A refusal is whole."""

    type: Literal["response.refusal.done"]
    """Its type."""

    content_index: int
    """Which part of the message, from 0."""

    refusal: str
    """The whole refusal."""


@event
class ResponseFunctionCallArgumentsDeltaEvent(ResponseItemEvent):
    """The next piece of the arguments of a function."""

    type: Literal["response.function_call_arguments.delta"]
    """Its type."""

    delta: str
    """The text to append; whole it is JSON."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece; the call is the one whose head had the same ``index``."""
        return (ToolCallDelta.of(self.output_index, None, None, self.delta),)


@event
class ResponseFunctionCallArgumentsDoneEvent(ResponseItemEvent):
    """The arguments of a function are whole."""

    type: Literal["response.function_call_arguments.done"]
    """Its type."""

    arguments: str
    """All of them, as JSON text."""

    name: str | None = None
    """The name of the function."""


@event
class ResponseCustomToolCallInputDeltaEvent(ResponseItemEvent):
    """The next piece of what a custom tool is given."""

    type: Literal["response.custom_tool_call_input.delta"]
    """Its type."""

    delta: str
    """The text to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The piece; the call is the one whose head had the same ``index``."""
        return (ToolCallDelta.of(self.output_index, None, None, self.delta),)


@event
class ResponseCustomToolCallInputDoneEvent(ResponseItemEvent):
    """What a custom tool is given is whole."""

    type: Literal["response.custom_tool_call_input.done"]
    """Its type."""

    input: str
    """All of it."""


@event
class ResponseReasoningTextDeltaEvent(ResponseItemEvent):
    """The next piece of the reasoning."""

    type: Literal["response.reasoning_text.delta"]
    """Its type."""

    content_index: int | None = None
    """Which part of the reasoning, from 0."""

    delta: str
    """The text to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    @property
    def reasoning(self) -> str:
        """The text to append."""
        return string(self.delta)


@event
class ResponseReasoningTextDoneEvent(ResponseItemEvent):
    """A part of the reasoning is whole."""

    type: Literal["response.reasoning_text.done"]
    """Its type."""

    content_index: int | None = None
    """Which part of the reasoning, from 0."""

    full_text: str = dataclasses.field(metadata={"wire": "text"})
    """The whole text, once more (the key ``text``)."""


@event
class ResponseReasoningPartAddedEvent(ResponseItemEvent):
    """A part of the reasoning begins; LM Studio and others send it, OpenAI does not."""

    type: Literal["response.reasoning_part.added"]
    """Its type."""

    content_index: int | None = None
    """Which part of the reasoning, from 0."""

    part: ResponseContentPart
    """The part, still empty."""


@event
class ResponseReasoningPartDoneEvent(ResponseItemEvent):
    """A part of the reasoning is whole; LM Studio and others send it, OpenAI does not."""

    type: Literal["response.reasoning_part.done"]
    """Its type."""

    content_index: int | None = None
    """Which part of the reasoning, from 0."""

    part: ResponseContentPart
    """The whole part."""


@event
class ResponseReasoningSummaryTextDeltaEvent(ResponseItemEvent):
    """The next piece of a summary of the reasoning."""

    type: Literal["response.reasoning_summary_text.delta"]
    """Its type."""

    summary_index: int | None = None
    """Which part of the summary, from 0."""

    delta: str
    """The text to append."""

    status: str | None = None
    """ "incomplete" if it was cut off."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    @property
    def reasoning(self) -> str:
        """The text to append."""
        return string(self.delta)


@event
class ResponseReasoningSummaryTextDoneEvent(ResponseItemEvent):
    """A part of a summary of the reasoning is whole."""

    type: Literal["response.reasoning_summary_text.done"]
    """Its type."""

    summary_index: int | None = None
    """Which part of the summary, from 0."""

    full_text: str = dataclasses.field(metadata={"wire": "text"})
    """The whole text, once more (the key ``text``)."""

    status: str | None = None
    """ "incomplete" if it was cut off."""


@event
class ResponseReasoningSummaryPartAddedEvent(ResponseItemEvent):
    """A part of a summary of the reasoning begins."""

    type: Literal["response.reasoning_summary_part.added"]
    """Its type."""

    summary_index: int | None = None
    """Which part of the summary, from 0."""

    part: ResponseContentPart
    """The part, still empty."""

    status: str | None = None
    """ "incomplete" if it was cut off."""


@event
class ResponseReasoningSummaryPartDoneEvent(ResponseItemEvent):
    """A part of a summary of the reasoning is whole."""

    type: Literal["response.reasoning_summary_part.done"]
    """Its type."""

    summary_index: int | None = None
    """Which part of the summary, from 0."""

    part: ResponseContentPart
    """The whole part."""

    status: str | None = None
    """ "incomplete" if it was cut off."""


@event
class ResponseMcpCallArgumentsDeltaEvent(ResponseItemEvent):
    """The next piece of the arguments of a tool of an MCP server, which the server calls itself."""

    type: Literal["response.mcp_call_arguments.delta"]
    """Its type."""

    delta: str
    """The text to append; whole it is JSON."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""


@event
class ResponseMcpCallArgumentsDoneEvent(ResponseItemEvent):
    """The arguments of a tool of an MCP server are whole."""

    type: Literal["response.mcp_call_arguments.done"]
    """Its type."""

    arguments: str
    """All of them, as JSON text."""


@event
class ResponseCodeInterpreterCallCodeDeltaEvent(ResponseItemEvent):
    """The next piece of code for the interpreter."""

    type: Literal["response.code_interpreter_call_code.delta"]
    """Its type."""

    delta: str
    """The code to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""


@event
class ResponseCodeInterpreterCallCodeDoneEvent(ResponseItemEvent):
    """The code for the interpreter is whole."""

    type: Literal["response.code_interpreter_call_code.done"]
    """Its type."""

    code: str
    """All of it."""


@event
class ResponseApplyPatchDiffDeltaEvent(ResponseItemEvent):
    """The next piece of a patch."""

    type: Literal["response.apply_patch_call_operation_diff.delta"]
    """Its type."""

    delta: str
    """The text to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""


@event
class ResponseApplyPatchDiffDoneEvent(ResponseItemEvent):
    """A patch is whole."""

    type: Literal["response.apply_patch_call_operation_diff.done"]
    """Its type."""

    diff: str | None = None
    """All of it."""


@event
class ResponseShellCallCommandAddedEvent(ResponseItemEvent):
    """A command for the shell begins."""

    type: Literal["response.shell_call_command.added"]
    """Its type."""

    command_index: int
    """Which command of the call, from 0."""

    command: str
    """Its beginning, often ""."""


@event
class ResponseShellCallCommandDeltaEvent(ResponseItemEvent):
    """The next piece of a command for the shell."""

    type: Literal["response.shell_call_command.delta"]
    """Its type."""

    command_index: int
    """Which command of the call, from 0."""

    delta: str
    """The text to append."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""


@event
class ResponseShellCallCommandDoneEvent(ResponseItemEvent):
    """A command for the shell is whole."""

    type: Literal["response.shell_call_command.done"]
    """Its type."""

    command_index: int
    """Which command of the call, from 0."""

    command: str
    """All of it."""


@event
class ResponseShellOutputDelta(Event):
    """The next piece of what a command in the shell prints."""

    stdout: str | None = None
    """Text to append to its output."""

    stderr: str | None = None
    """Text to append to its messages."""


@event
class ResponseShellCallOutputContentDeltaEvent(ResponseItemEvent):
    """A command in the shell prints something."""

    type: Literal["response.shell_call_output_content.delta"]
    """Its type."""

    command_index: int
    """Which command of the call, from 0."""

    delta: ResponseShellOutputDelta | str
    """What it prints."""


@event
class ResponseShellCallOutputContentDoneEvent(ResponseItemEvent):
    """A command in the shell has ended."""

    type: Literal["response.shell_call_output_content.done"]
    """Its type."""

    command_index: int
    """Which command of the call, from 0."""

    output: Any
    """What it printed and how it ended, a list."""


@event
class ResponseToolStatusEvent(ResponseItemEvent):
    """A tool that the server runs has got further. The last word of ``type`` says how far."""

    type: Literal[
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.generating",
        "response.image_generation_call.completed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.compaction.compacting",
    ]
    """Its type, "response.TOOL.STATUS"."""


@event
class ResponseImageGenCallPartialImageEvent(ResponseItemEvent):
    """A preview of an image."""

    type: Literal["response.image_generation_call.partial_image"]
    """Its type."""

    partial_image_index: int
    """Which preview, from 0."""

    partial_image_b64: str
    """The image, in base64."""

    background: str | None = None
    """The background: "transparent", "opaque" or "auto"."""

    output_format: str | None = None
    """The format: "png", "webp" or "jpeg"."""

    quality: str | None = None
    """The quality, e.g. "high"."""

    size: str | None = None
    """Width and height in pixels, e.g. "1024x1024"."""


@event
class ResponseAudioDeltaEvent(ResponseItemEvent):
    """The next piece of sound."""

    type: Literal["response.audio.delta"]
    """Its type."""

    delta: str
    """The sound to append, in base64."""


@event
class ResponseAudioDoneEvent(ResponseItemEvent):
    """The sound is whole."""

    type: Literal["response.audio.done"]
    """Its type."""


@event
class ResponseAudioTranscriptDeltaEvent(ResponseItemEvent):
    """The next piece of what is said in the sound."""

    type: Literal["response.audio.transcript.delta"]
    """Its type."""

    delta: str
    """The text to append."""

    __text__ = "delta"

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.delta)


@event
class ResponseAudioTranscriptDoneEvent(ResponseItemEvent):
    """What is said in the sound is whole."""

    type: Literal["response.audio.transcript.done"]
    """Its type."""


ResponseStreamEvent: TypeAlias = (
    ResponseTextDeltaEvent
    | ResponseFunctionCallArgumentsDeltaEvent
    | ResponseReasoningTextDeltaEvent
    | ResponseReasoningSummaryTextDeltaEvent
    | ResponseCreatedEvent
    | ResponseQueuedEvent
    | ResponseInProgressEvent
    | ResponseCompletedEvent
    | ResponseIncompleteEvent
    | ResponseFailedEvent
    | ResponseOutputItemAddedEvent
    | ResponseOutputItemDoneEvent
    | ResponseContentPartAddedEvent
    | ResponseContentPartDoneEvent
    | ResponseTextDoneEvent
    | ResponseOutputTextAnnotationAddedEvent
    | ResponseRefusalDeltaEvent
    | ResponseRefusalDoneEvent
    | ResponseFunctionCallArgumentsDoneEvent
    | ResponseCustomToolCallInputDeltaEvent
    | ResponseCustomToolCallInputDoneEvent
    | ResponseReasoningTextDoneEvent
    | ResponseReasoningPartAddedEvent
    | ResponseReasoningPartDoneEvent
    | ResponseReasoningSummaryTextDoneEvent
    | ResponseReasoningSummaryPartAddedEvent
    | ResponseReasoningSummaryPartDoneEvent
    | ResponseMcpCallArgumentsDeltaEvent
    | ResponseMcpCallArgumentsDoneEvent
    | ResponseCodeInterpreterCallCodeDeltaEvent
    | ResponseCodeInterpreterCallCodeDoneEvent
    | ResponseApplyPatchDiffDeltaEvent
    | ResponseApplyPatchDiffDoneEvent
    | ResponseShellCallCommandAddedEvent
    | ResponseShellCallCommandDeltaEvent
    | ResponseShellCallCommandDoneEvent
    | ResponseShellCallOutputContentDeltaEvent
    | ResponseShellCallOutputContentDoneEvent
    | ResponseToolStatusEvent
    | ResponseImageGenCallPartialImageEvent
    | ResponseAudioDeltaEvent
    | ResponseAudioDoneEvent
    | ResponseAudioTranscriptDeltaEvent
    | ResponseAudioTranscriptDoneEvent
    | ResponseUnknownEvent
)
"""Any event of a response stream."""
