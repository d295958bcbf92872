"""Which class a payload becomes where the decoder was given no target, and by what a stream says that it is
over.

All of it is data that both backends read. Each payload is looked at by itself, so streams that mix dialects,
and gateways that translate half of one, stay readable. The modules of the dialects are imported when a rule
first needs them.
"""

import importlib
from dataclasses import dataclass
from typing import Any

__all__ = [
    "LAST",
    "LAST_EVENT_NAMES",
    "MCP_RESULTS",
    "RULES",
    "Rule",
    "Sign",
    "find_rule",
    "is_last",
    "is_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Something by which a payload is known. With neither ``equals`` nor ``prefix`` the presence of the path
    is the sign, whatever value is there."""

    path: tuple[str | int, ...]
    """Keys of objects and indexes of arrays that lead to the value."""

    equals: tuple[str | bool, ...] | None = None
    """The value is one of these."""

    prefix: str | None = None
    """The value is a string that starts with this."""

    also: str | None = None
    """A key that the payload has besides."""

    def holds(self, payload: Any) -> bool:
        """Whether ``payload``, a parsed JSON value, shows the sign."""
        value = payload
        for step in self.path:
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    return False
            elif not isinstance(value, list) or step >= len(value):
                return False
            value = value[step]
        if self.also is not None and self.also not in payload:
            return False
        if self.equals is None and self.prefix is None:
            return True
        if self.equals is not None:
            return isinstance(value, str | bool) and value in self.equals
        return isinstance(value, str) and value.startswith(self.prefix or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Sign):
    """A sign of a dialect."""

    name: str
    """What the payload becomes: a name in a module of this package, "module:name"."""

    @property
    def target(self) -> Any:
        """The class, or the union of several."""
        module, _, name = self.name.partition(":")
        return getattr(importlib.import_module(f"{__package__}.{module}"), name)


RULES: tuple[Rule, ...] = (
    Rule(path=("object",), prefix="chat.completion", name="chat:ChatCompletionChunk"),
    Rule(path=("object",), equals=("text_completion", "completion"), name="completion:CompletionStreamEvent"),
    Rule(path=("type",), prefix="response.", name="responses:ResponseStreamEvent"),
    Rule(
        path=("type",),
        equals=(
            "content_block_delta",
            "content_block_start",
            "content_block_stop",
            "message_start",
            "message_delta",
            "message_stop",
            "ping",
        ),
        name="messages:MessageStreamEvent",
    ),
    Rule(path=("choices", 0, "delta"), name="chat:ChatCompletionChunk"),
    Rule(path=("choices", 0, "text"), name="completion:CompletionStreamEvent"),
    Rule(path=("choices",), name="chat:ChatCompletionChunk"),
    Rule(path=("candidates",), name="gemini:GenerateContentResponse"),
    Rule(path=("usageMetadata",), name="gemini:GenerateContentResponse"),
    Rule(path=("promptFeedback",), name="gemini:GenerateContentResponse"),
    Rule(
        path=("type",),
        equals=(
            "content-delta",
            "content-start",
            "content-end",
            "tool-plan-delta",
            "tool-call-start",
            "tool-call-delta",
            "tool-call-end",
            "citation-start",
            "citation-end",
            "message-start",
            "message-end",
        ),
        name="cohere:CohereStreamEvent",
    ),
    Rule(path=("message", "role"), also="done", name="ollama:OllamaChatResponse"),
    Rule(path=("done",), also="response", name="ollama:OllamaGenerateResponse"),
    Rule(path=("contentBlockDelta",), name="bedrock:ConverseStreamEvent"),
    Rule(path=("contentBlockStart",), name="bedrock:ConverseStreamEvent"),
    Rule(path=("contentBlockStop",), name="bedrock:ConverseStreamEvent"),
    Rule(path=("messageStart",), name="bedrock:ConverseStreamEvent"),
    Rule(path=("messageStop",), name="bedrock:ConverseStreamEvent"),
    Rule(path=("metadata", "usage", "inputTokens"), name="bedrock:ConverseStreamEvent"),
    Rule(path=("jsonrpc",), equals=("2.0",), name="mcp:JSONRPCMessage"),
    Rule(path=("event_type",), prefix="interaction.", name="interactions:InteractionStreamEvent"),
    Rule(path=("event_type",), prefix="step.", name="interactions:InteractionStreamEvent"),
    Rule(path=("event_type",), also="is_finished", name="cohere:CohereV1StreamEvent"),
    Rule(path=("object",), equals=("thread",), name="assistants:AssistantStreamEvent"),
    Rule(path=("object",), prefix="thread.", name="assistants:AssistantStreamEvent"),
    Rule(
        path=("type",),
        equals=(
            "message.output.delta",
            "function.call.delta",
            "tool.execution.started",
            "tool.execution.delta",
            "tool.execution.done",
            "agent.handoff.started",
            "agent.handoff.done",
            "conversation.response.started",
            "conversation.response.done",
            "conversation.response.error",
        ),
        name="mistral:MistralConversationStreamEvent",
    ),
    Rule(
        path=("type",),
        equals=(
            "image_generation.partial_image",
            "image_generation.completed",
            "image_edit.partial_image",
            "image_edit.completed",
        ),
        name="images:ImageStreamEvent",
    ),
    Rule(path=("type",), prefix="image_edit.", name="r9s:ImageEditStreamEvent"),
    Rule(path=("object",), equals=("image.generation.chunk",), name="r9s:ImageGenerationStreamEvent"),
    Rule(
        path=("type",),
        equals=(
            "transcript.text.delta",
            "transcript.text.segment",
            "transcript.text.done",
            "speech.audio.delta",
            "speech.audio.done",
        ),
        name="audio:AudioStreamEvent",
    ),
    Rule(
        path=("type",),
        equals=(
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "TEXT_MESSAGE_CHUNK",
            "TOOL_CALL_START",
            "TOOL_CALL_ARGS",
            "TOOL_CALL_END",
            "TOOL_CALL_CHUNK",
            "TOOL_CALL_RESULT",
            "REASONING_START",
            "REASONING_MESSAGE_START",
            "REASONING_MESSAGE_CONTENT",
            "REASONING_MESSAGE_END",
            "REASONING_MESSAGE_CHUNK",
            "REASONING_END",
            "REASONING_ENCRYPTED_VALUE",
            "THINKING_START",
            "THINKING_TEXT_MESSAGE_START",
            "THINKING_TEXT_MESSAGE_CONTENT",
            "THINKING_TEXT_MESSAGE_END",
            "THINKING_END",
            "STATE_SNAPSHOT",
            "STATE_DELTA",
            "MESSAGES_SNAPSHOT",
            "ACTIVITY_SNAPSHOT",
            "ACTIVITY_DELTA",
            "STEP_STARTED",
            "STEP_FINISHED",
            "RUN_STARTED",
            "RUN_FINISHED",
            "RUN_ERROR",
            "SUBAGENT_STARTED",
            "SUBAGENT_FINISHED",
            "SUBAGENT_ERROR",
            "RAW",
            "CUSTOM",
        ),
        name="agui:AGUIStreamEvent",
    ),
    Rule(
        path=("type",),
        equals=(
            "text-start",
            "text-delta",
            "text-end",
            "reasoning-start",
            "reasoning-delta",
            "reasoning-end",
            "tool-input-delta",
            "tool-input-start",
            "tool-input-available",
            "tool-input-error",
            "tool-approval-request",
            "tool-approval-response",
            "tool-output-available",
            "tool-output-error",
            "tool-output-denied",
            "source-url",
            "source-document",
            "file",
            "message-metadata",
            "start",
            "start-step",
            "finish-step",
            "finish",
            "abort",
        ),
        name="vercel:UIMessageStreamEvent",
    ),
    Rule(path=("type",), prefix="data-", name="vercel:UIMessageStreamEvent"),
    Rule(path=("type",), equals=("debug",), also="prompt", name="cohere:CohereStreamEvent"),
    Rule(path=("type",), equals=("completion",), also="completion", name="messages:TextCompletionEvent"),
    Rule(path=("token", "special"), name="tgi:TGIStreamEvent"),
    Rule(path=("id_slot",), also="content", name="llamacpp:LlamaCppStreamEvent"),
    Rule(path=("meta_info",), also="text", name="sglang:SGLangStreamEvent"),
    Rule(path=("results", 0, "stop_reason"), also="model_id", name="watsonx:WatsonxStreamEvent"),
    Rule(path=("completionReason",), also="outputText", name="bedrock:TitanStreamEvent"),
    Rule(path=("stop_reason",), also="generation", name="bedrock:LlamaStreamEvent"),
)
"""In order: the first rule that holds decides. A payload that shows none of the signs is a `GenericEvent`.

Where a sign says ``equals`` or ``prefix``, the value must not be one that changes from event to event, such
as a text: the compiled core never predicts it."""

MCP_RESULTS = (
    "completion",
    "content",
    "contents",
    "messages",
    "prompts",
    "protocolVersion",
    "resources",
    "resourceTemplates",
    "tools",
)
"""Keys of the results of MCP. In other protocols of JSON-RPC, such as A2A, every event is a response, and the
last one is ``final``."""

_WATSONX_REASONS = tuple(
    word
    for reason in (
        "eos_token",
        "max_tokens",
        "stop_sequence",
        "token_limit",
        "time_limit",
        "cancelled",
        "error",
    )
    for word in (reason, reason.upper())
)

LAST: tuple[Sign, ...] = (
    Sign(
        path=("type",),
        equals=(
            "message_stop",
            "response.completed",
            "response.failed",
            "response.incomplete",
            "message-end",
            "conversation.response.done",
            "conversation.response.error",
            "transcript.text.done",
            "speech.audio.done",
            "RUN_FINISHED",
            "RUN_ERROR",
            "finish",
            "abort",
        ),
    ),
    Sign(path=("event_type",), equals=("interaction.completed", "stream-end")),
    Sign(path=("object",), equals=("chat.completion.done",)),
    Sign(path=("done",), equals=(True,), also="message"),
    Sign(path=("done",), equals=(True,), also="response"),
    Sign(path=("stop",), equals=(True,), also="content"),
    Sign(path=("generated_text",), prefix="", also="token"),
    Sign(path=("results", 0, "stop_reason"), equals=_WATSONX_REASONS, also="model_id"),
    Sign(path=("metadata", "usage", "inputTokens")),
    Sign(path=("completionReason",), prefix="", also="outputText"),
    Sign(path=("stop_reason",), prefix="", also="generation"),
    Sign(path=("stop_reason",), prefix="", also="completion"),
    *(Sign(path=("result", key), also="jsonrpc") for key in MCP_RESULTS),
    Sign(path=("result", "final"), equals=(True,), also="jsonrpc"),
    Sign(path=("error",), also="jsonrpc"),
)
"""The signs of a payload with which a stream of its dialect is complete, whatever the target of the decoder:
where `StreamEvent.is_terminal` says yes. (Not so a run of Assistants, which ``event: done`` follows.)"""

LAST_EVENT_NAMES: tuple[str, ...] = ("done",)
"""The SSE event types with which a stream is complete (Assistants, Interactions, Replicate)."""


_BY_KEY = tuple((rule.path[0], rule) for rule in RULES)
_LAST_BY_KEY = tuple((sign.path[0], sign.equals if len(sign.path) == 1 else None, sign) for sign in LAST)
"""With what can be said of most payloads without a call: in some dialects every event has such a key."""


def find_rule(payload: dict[str, Any]) -> Rule | None:
    """The first rule that holds for ``payload``, a parsed JSON object."""
    for key, rule in _BY_KEY:
        if key in payload and rule.holds(payload):
            return rule
    return None


def is_last(payload: dict[str, Any]) -> bool:
    """Whether ``payload``, a parsed JSON object, is the last of its stream."""
    for key, equals, sign in _LAST_BY_KEY:
        if key in payload and (equals is None or payload[key] in equals) and sign.holds(payload):
            return True
    return False


def is_text(event: bytes, last_event_id: str) -> bool:
    """Whether the data of a block is text by its event type and id, as Replicate sends it ("output", and an
    id of two numbers, "1690212292:0"), so that "5" is no number there and "[DONE]" no end."""
    if event != b"output":
        return False
    first, colon, second = last_event_id.partition(":")
    return bool(colon) and all(part.isascii() and part.isdigit() for part in (first, second))
