"""Events of a chat completion stream (``POST /v1/chat/completions``).

Field meanings follow the OpenAI API reference, "The chat completion chunk object". Some thirty other servers
send the same shape with keys of their own. Leaves that come with every event of some server are declared;
every field has a place in every event, of all servers. The other keys are in ``extra``, and attributes too
where they come: ``chunk.x_groq``. The classes list those that are known.
"""

from typing import Any

from .answers import StreamEvent, ToolCallDelta, arguments, first_reason, reason, string
from .declare import Event, event
from .usage import CompletionUsage

__all__ = [
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionFunctionCallDelta",
    "ChatCompletionLogprobs",
    "ChatCompletionReasoningDetail",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolCallDelta",
    "ChatCompletionTopLogprob",
]


@event
class ChatCompletionFunctionCallDelta(Event):
    """The next piece of a call of a function."""

    name: str | None = None
    """The name of the function, as a rule in the first piece only."""

    arguments: str | None = None
    """Text to append to the arguments, which are JSON once complete (a model may still get it wrong)."""


@event
class ChatCompletionToolCallDelta(Event):
    """The next piece of one tool call."""

    index: int | None = None
    """Which tool call of the message, from 0. Some servers leave it out (then None) or always send 0."""

    id: str | None = None
    """Identifies the call, in the first piece; some servers send "" afterwards."""

    type: str | None = None
    """The kind of tool, "function" or "custom"."""

    function: ChatCompletionFunctionCallDelta | None = None
    """The called function and a piece of its arguments. None of a custom tool, whose ``name`` and ``input``
    are in an object ``custom`` in ``extra``."""


@event
class ChatCompletionReasoningDetail(Event):
    """A piece of reasoning in the structured form of OpenRouter and the gateways that follow it."""

    type: str | None = None
    """What the piece holds: "reasoning.text", "reasoning.summary" or "reasoning.encrypted"."""

    text: str | None = None
    """Reasoning as text."""

    summary: str | None = None
    """A summary of the reasoning."""

    data: str | None = None
    """Reasoning that only the provider can read, in base64."""

    signature: str | None = None
    """What proves to the provider that the text is unchanged."""

    format: str | None = None
    """Whose format it is, e.g. "anthropic-claude-v1"."""

    id: str | None = None
    """Identifies the piece."""

    index: int | None = None
    """Which piece of the message, from 0."""


@event
class ChatCompletionDelta(Event):
    """What one event adds to a message. All fields are optional.

    Keys that come in ``extra``: ``audio`` (OpenAI, with sound), ``channel`` and ``executed_tools`` (Groq),
    ``annotations`` and ``images`` (OpenRouter), ``provider_metadata`` (Vercel), ``token_id`` (Together,
    Hugging Face), ``graph_data``, ``llm_data`` and more (Writer).
    """

    role: str | None = None
    """Who speaks ("assistant"), as a rule in the first event only."""

    content: str | None = None
    """Text to append to the message. Mistral's reasoning models send lists of parts instead, which a lenient
    decoder keeps as they are; `ChatCompletionChunk.text` and ``.reasoning`` read them."""

    refusal: str | None = None
    """Text to append to the explanation of a refusal."""

    function_call: ChatCompletionFunctionCallDelta | None = None
    """A function call in the form that ``tool_calls`` has replaced."""

    tool_calls: tuple[ChatCompletionToolCallDelta, ...] | None = None
    """Pieces of tool calls."""

    reasoning_content: str | None = None
    """Text to append to the reasoning, as DeepSeek, xAI, Moonshot, Alibaba and older vLLM name it."""

    reasoning: str | None = None
    """Text to append to the reasoning, as OpenRouter, Groq, Ollama, Cerebras and newer vLLM name it."""

    reasoning_details: tuple[ChatCompletionReasoningDetail, ...] | None = None
    """The same in structured form, with what must be sent back to the model (OpenRouter, Vercel,
    Snowflake)."""


@event
class ChatCompletionTopLogprob(Event):
    """One of the likeliest tokens at a position."""

    token: str
    """The token as text."""

    logprob: float
    """The natural logarithm of its probability; -9999.0 stands for "very unlikely"."""

    bytes: tuple[int, ...] | None = None
    """The UTF-8 bytes of the token, since a character may span several tokens; None if it has none."""


@event
class ChatCompletionTokenLogprob(Event):
    """A token of the answer with its log probability."""

    token: str
    """The token as text."""

    logprob: float
    """The natural logarithm of its probability; -9999.0 stands for "very unlikely"."""

    bytes: tuple[int, ...] | None = None
    """The UTF-8 bytes of the token, since a character may span several tokens; None if it has none."""

    top_logprobs: tuple[ChatCompletionTopLogprob, ...] = ()
    """The likeliest tokens at this position, as many as the request asked for."""


@event
class ChatCompletionLogprobs(Event):
    """Log probabilities of what one event adds."""

    content: tuple[ChatCompletionTokenLogprob, ...] | None = None
    """The tokens of the delta's content."""

    refusal: tuple[ChatCompletionTokenLogprob, ...] | None = None
    """The tokens of the delta's refusal."""


@event
class ChatCompletionChunkChoice(Event):
    """One alternative's next piece of the message.

    Keys that come in ``extra``: ``content_filter_results`` (Azure), ``text``, a copy of the content, and
    ``seed`` (Together, Hugging Face), ``token_ids`` (vLLM), ``hidden_states`` (SGLang), ``usage`` (Moonshot),
    ``trace_details`` (Writer).
    """

    index: int
    """Which choice, from 0: with ``n`` > 1 the choices of a stream interleave, one per event."""

    delta: ChatCompletionDelta
    """What to add to the message."""

    finish_reason: str | None = None
    """Why generation ended: "stop", "length", "tool_calls", "content_filter" or "function_call"; other
    servers have further ones. None while it goes on."""

    logprobs: ChatCompletionLogprobs | None = None
    """Log probabilities of the tokens of the delta, if the request asked for them."""

    native_finish_reason: str | None = None
    """Why generation ended in the words of the model's provider, as OpenRouter hands it on."""

    stop_reason: int | str | None = None
    """Which stop string or token ended the text, as vLLM says; None if none did."""

    matched_stop: int | str | None = None
    """The same as SGLang names it."""

    message: ChatCompletionDelta | None = None
    """The message so far, as Perplexity and Writer send it beside the delta, or the whole of it, as servers
    do that cannot stream a request."""


@event
class ChatCompletionChunk(StreamEvent):
    """One event of a chat completion stream, which ends with ``[DONE]``.

    Keys that come in ``extra``: ``moderation`` (OpenAI), ``prompt_filter_results`` and ``latency_checkpoint``
    (Azure), ``x_groq`` with ``id``, ``seed`` and ``usage`` (Groq), ``generationId`` (Vercel),
    ``search_results`` (Perplexity), ``time_info`` (Cerebras), ``prompt_token_ids`` and ``prompt_text``
    (vLLM), ``timings`` and ``__verbose`` (llama.cpp), ``fp_ollama`` (Ollama). A chunk with ``error``
    (OpenRouter) is a `ServerError`.
    """

    __dialect__ = "openai-chat"

    id: str
    """Identifies the completion; the same in all events of a stream with most servers."""

    object: str | None = None
    """The type of the object: "chat.completion.chunk"; "" in Azure's first event, "chat.completion.done" in
    Perplexity's last. Moonshot leaves it out."""

    created: int
    """When the completion was created, in seconds since the Unix epoch (a few gateways send milliseconds)."""

    model: str
    """The model that answers."""

    choices: tuple[ChatCompletionChunkChoice, ...]
    """Pieces of the message, as a rule a single one; none in the event that carries the usage."""

    service_tier: str | None = None
    """The tier of service that processes the request."""

    system_fingerprint: str | None = None
    """Identifies the configuration of the server that answers."""

    usage: CompletionUsage | None = None
    """Tokens used, in the last event, if the request asked for it with ``stream_options.include_usage``."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    provider: str | None = None
    """Who runs the model, as OpenRouter says."""

    citations: tuple[str, ...] | None = None
    """The addresses of the sources, as Perplexity and xAI send them."""

    p: str | None = None
    """Random characters, as ``obfuscation``, in the streams of Mistral."""

    __text__ = "choices[].delta.content"

    @property
    def text(self) -> str:
        """The text to append to the message, of all choices of the event."""
        try:
            if len(self.choices) == 1:
                content = self.choices[0].delta.content
                return content if isinstance(content, str) else content_text(content)
        except (AttributeError, KeyError, TypeError):
            pass  # an odd one
        return "".join([content_text(delta.content) for delta in _deltas(self.choices)])

    @property
    def reasoning(self) -> str:
        """The text to append to the reasoning, whatever the server calls it. Where two keys hold it, one."""
        try:
            if len(self.choices) == 1:
                return _reasoning(self.choices[0].delta)
        except (AttributeError, KeyError, TypeError):
            pass  # an odd one
        return "".join([_reasoning(delta) for delta in _deltas(self.choices)])

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The pieces of tool calls in the event, a ``function_call`` of the old form included."""
        try:
            if len(self.choices) == 1:
                delta = self.choices[0].delta
                return tuple(_tool_calls(delta)) if delta.tool_calls or delta.function_call else ()
        except (AttributeError, KeyError, TypeError):
            pass  # an odd one
        return tuple([call for delta in _deltas(self.choices) for call in _tool_calls(delta)])

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended, of the first choice of the event that says so; "" and "null" say nothing."""
        try:
            for choice in self.choices:
                if choice.finish_reason is not None and (said := reason(choice.finish_reason)):
                    return said
        except (AttributeError, KeyError, TypeError):
            return first_reason(self.choices)  # an odd one is among them
        return None

    @property
    def is_terminal(self) -> bool:
        """Whether this is the last event of a stream of Perplexity; others end with ``[DONE]``."""
        return self.object == "chat.completion.done"


def _deltas(choices: Any) -> list[ChatCompletionDelta]:
    """The deltas of those choices that have one."""
    deltas = [getattr(choice, "delta", None) for choice in choices] if isinstance(choices, tuple) else []
    return [delta for delta in deltas if isinstance(delta, ChatCompletionDelta)]


def _reasoning(delta: ChatCompletionDelta) -> str:
    said = delta.reasoning_content or delta.reasoning
    if said:
        return string(said) or string(delta.reasoning)
    content: Any = delta.content
    if content is not None and not isinstance(content, str):
        return content_text(content, "thinking")
    details: Any = delta.reasoning_details
    if not isinstance(details, tuple):
        return ""
    known = [detail for detail in details if isinstance(detail, ChatCompletionReasoningDetail)]
    return "".join([string(detail.text) or string(detail.summary) for detail in known])


def content_text(content: Any, kind: str = "text") -> str:
    """The text of content: of the parts of one kind if it is a list (parts of Mistral, which nest in
    "thinking"). A number is text too: some servers parse a piece of text before they send it."""
    if content is None:
        return ""
    if kind == "text":
        if isinstance(content, str):
            return content
        if isinstance(content, int | float) and not isinstance(content, bool):
            return arguments(content)
    parts = [content] if isinstance(content, dict) else content if isinstance(content, list) else []
    texts = []
    for part in parts:
        if isinstance(part, str) and kind == "text":
            texts.append(part)
        elif isinstance(part, dict) and part.get("type") == kind:
            inner = part.get(kind)
            texts.append(content_text(inner) if isinstance(inner, list) else string(inner))
    return "".join(texts)


def _tool_calls(delta: ChatCompletionDelta) -> list[ToolCallDelta]:
    calls = []
    pieces: Any = delta.tool_calls
    for piece in pieces if isinstance(pieces, tuple) else ():
        if isinstance(piece, ChatCompletionToolCallDelta):
            calls.append(_tool_call(piece))
    function = delta.function_call
    if isinstance(function, ChatCompletionFunctionCallDelta):
        calls.append(ToolCallDelta.of(0, None, function.name, function.arguments))
    return calls


def _tool_call(piece: ChatCompletionToolCallDelta) -> ToolCallDelta:
    function = piece.function
    if isinstance(function, ChatCompletionFunctionCallDelta):
        return ToolCallDelta.of(piece.index, piece.id, function.name, function.arguments)
    custom = None if piece.extra is None else piece.extra.get("custom")
    if isinstance(custom, dict):
        return ToolCallDelta.of(piece.index, piece.id, custom.get("name"), custom.get("input"))
    return ToolCallDelta.of(piece.index, piece.id)
