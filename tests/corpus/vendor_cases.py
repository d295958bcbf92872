"""Streams of Cohere, Mistral and Ollama. Invented, in the shapes of dialects.md 5 and 6."""

from __future__ import annotations

from typing import Any

from tests.corpus.case import Case, parsed, run, seen, server_error, sse
from tests.corpus.stream import ev, lines, stream


def message(**what: Any) -> dict[str, Any]:
    return {"delta": {"message": what}}


COHERE = [
    stream(
        "cohere-v2",
        "Cohere v2: content, a plan, a tool (an object, not a list), citations, usage; an unnamed [DONE]",
        "cohere-v2",
        ev(
            {"id": "x", "type": "message-start"}
            | message(role="assistant", content=[], tool_plan="", tool_calls=[], citations=[]),
            "CohereMessageStartEvent",
            "message-start",
            delta__message__content=[],
            delta__message__extra=None,
        ),
        ev(
            {"type": "tool-plan-delta"} | message(tool_plan="I will"),
            "CohereToolPlanDeltaEvent",
            "tool-plan-delta",
            reasoning="I will",
            text="",
        ),
        ev(
            {"type": "tool-call-start", "index": 0}
            | message(tool_calls={"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}),
            "CohereToolCallStartEvent",
            "tool-call-start",
            tool_calls__0__index=0,
            tool_calls__0__id="c",
            tool_calls__0__name="f",
        ),
        ev(
            {"type": "tool-call-delta", "index": 0} | message(tool_calls={"function": {"arguments": '{"a"'}}),
            "CohereToolCallDeltaEvent",
            "tool-call-delta",
            tool_calls__0__arguments='{"a"',
            tool_calls__0__id=None,
        ),
        ev({"type": "tool-call-end", "index": 0}, "CohereToolCallEndEvent", "tool-call-end"),
        ev(
            {"type": "content-start", "index": 0} | message(content={"type": "text", "text": ""}),
            "CohereContentStartEvent",
            "content-start",
            text="",
        ),
        ev(
            {"type": "content-delta", "index": 0} | message(content={"text": "Hi"}),
            "CohereContentDeltaEvent",
            "content-delta",
            text="Hi",
            delta__message__content__text="Hi",
        ),
        ev(
            {"type": "content-delta", "index": 1} | message(content={"thinking": "Hm"}),
            "CohereContentDeltaEvent",
            "content-delta",
            reasoning="Hm",
            text="",
        ),
        ev(
            {"type": "citation-start", "index": 0}
            | message(
                citations={
                    "start": 0,
                    "end": 2,
                    "text": "Hi",
                    "sources": [{"type": "tool", "id": "s", "tool_output": {}}],
                }
            ),
            "CohereCitationStartEvent",
            "citation-start",
            delta__message__citations__sources__0__id="s",
        ),
        ev({"type": "citation-end", "index": 0}, "CohereCitationEndEvent", "citation-end"),
        ev({"type": "content-end", "index": 0}, "CohereContentEndEvent", "content-end"),
        ev(
            {
                "type": "message-end",
                "delta": {
                    "finish_reason": "COMPLETE",
                    "usage": {
                        "billed_units": {"input_tokens": 3, "output_tokens": 2},
                        "tokens": {"input_tokens": 70.0, "output_tokens": 4},
                        "cached_tokens": 16,
                    },
                },
            },
            "CohereMessageEndEvent",
            "message-end",
            finish_reason="COMPLETE",
            is_terminal=True,
            usage__input_tokens=70,
            usage__output_tokens=4,
            usage__total_tokens=74,
            usage__cached_tokens=16,
        ),
        terminator=True,
    ),
    lines(
        "cohere-v1",
        "Cohere v1: JSON lines",
        "cohere-v1",
        ev(
            {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
            "CohereV1OtherEvent",
            extra={"generation_id": "g"},
        ),
        ev(
            {"is_finished": False, "event_type": "text-generation", "text": "Hi"},
            "CohereV1TextEvent",
            text="Hi",
        ),
        ev(
            {"is_finished": False, "event_type": "tool-calls-chunk", "text": "I will "},
            "CohereV1ToolCallsChunkEvent",
            reasoning="I will ",
            text="",
            plan="I will ",
            tool_calls=[],
        ),
        ev(
            {
                "is_finished": False,
                "event_type": "tool-calls-chunk",
                "tool_call_delta": {"text": "plan"},
            },
            "CohereV1ToolCallsChunkEvent",
            reasoning="plan",
            tool_calls=[],
        ),
        ev(
            {
                "is_finished": False,
                "event_type": "tool-calls-chunk",
                "tool_call_delta": {"index": 0, "name": "f"},
            },
            "CohereV1ToolCallsChunkEvent",
            tool_calls__0__name="f",
        ),
        ev(
            {
                "is_finished": True,
                "event_type": "stream-end",
                "finish_reason": "COMPLETE",
                "response": {
                    "text": "Hi",
                    "chat_history": [],
                    "meta": {
                        "api_version": {"version": "1"},
                        "billed_units": {"input_tokens": 3, "output_tokens": 1},
                        "tokens": {"input_tokens": 60, "output_tokens": 2},
                    },
                },
            },
            "CohereV1EndEvent",
            text="",
            response__text="Hi",
            usage__input_tokens=60,
            usage__output_tokens=2,
            finish_reason="COMPLETE",
            is_terminal=True,
        ),
        done=True,
    ),
]

MISTRAL = [
    stream(
        "mistral-conversation",
        "Mistral conversations (SDK types)",
        "mistral-conversations",
        ev(
            {"type": "conversation.response.started", "created_at": "t", "conversation_id": "conv"},
            "MistralResponseStartedEvent",
            "conversation.response.started",
        ),
        ev(
            {
                "type": "tool.execution.started",
                "output_index": 0,
                "id": "t",
                "name": "web_search",
                "arguments": "{}",
            },
            "MistralToolExecutionEvent",
            "tool.execution.started",
            tool_calls=[],
        ),
        ev(
            {
                "type": "message.output.delta",
                "output_index": 1,
                "id": "m",
                "content_index": 0,
                "content": "Hi",
                "role": "assistant",
            },
            "MistralMessageOutputEvent",
            "message.output.delta",
            text="Hi",
        ),
        ev(
            {
                "type": "message.output.delta",
                "output_index": 1,
                "id": "m",
                "content": {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
            },
            "MistralMessageOutputEvent",
            "message.output.delta",
            text="",
            reasoning="Hm",
        ),
        ev(
            {
                "type": "function.call.delta",
                "output_index": 2,
                "id": "f",
                "name": "f",
                "tool_call_id": "c",
                "arguments": "{",
            },
            "MistralFunctionCallEvent",
            "function.call.delta",
            tool_calls__0__id="c",
            tool_calls__0__arguments="{",
        ),
        ev(
            {
                "type": "conversation.response.done",
                "usage": {
                    "prompt_tokens": 1,
                    "completion_tokens": 2,
                    "total_tokens": 3,
                    "connectors": {"web_search": 1},
                },
            },
            "MistralResponseDoneEvent",
            "conversation.response.done",
            is_terminal=True,
            usage__input_tokens=1,
            usage__output_tokens=2,
        ),
        done=True,
    ),
    Case(
        "mistral-thinking",
        "Mistral chat (rec): content as a list of parts (#29); a random `p` (#23)",
        b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":'
        b'[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}],"closed":true}]},"finish_reason":null}],"p":"ab"}\n\n'
        b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":'
        b'[{"type":"text","text":"Hi"}]},"finish_reason":"stop"}],"p":"abcd"}\n\n',
        parsed(
            sse(
                '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":'
                '[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}],"closed":true}]},"finish_reason":null}],"p":"ab"}'
            ),
            sse(
                '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":'
                '[{"type":"text","text":"Hi"}]},"finish_reason":"stop"}],"p":"abcd"}'
            ),
        ),
        [
            run(
                "auto",
                seen("ChatCompletionChunk", text="", reasoning="Hm", p="ab", extra=None),
                seen("ChatCompletionChunk", text="Hi", reasoning="", finish_reason="stop"),
            )
        ],
    ),
]

OLLAMA = [
    lines(
        "ollama-chat",
        "Ollama /api/chat: JSON lines; arguments are an object; durations in ns (#31)",
        "ollama",
        ev(
            {
                "model": "m",
                "created_at": "t",
                "message": {"role": "assistant", "content": "", "thinking": "Hm"},
                "done": False,
            },
            "OllamaChatResponse",
            reasoning="Hm",
            usage=None,
            finish_reason=None,
        ),
        ev(
            {
                "model": "m",
                "created_at": "t",
                "message": {"role": "assistant", "content": "Hi"},
                "done": False,
            },
            "OllamaChatResponse",
            text="Hi",
        ),
        ev(
            {
                "model": "m",
                "created_at": "t",
                "message": {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
                },
                "done": False,
            },
            "OllamaChatResponse",
            tool_calls__0__name="f",
            tool_calls__0__arguments='{"a":1}',
        ),
        ev(
            {
                "model": "m",
                "created_at": "t",
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "stop",
                "total_duration": 9007199254740993,
                "prompt_eval_count": 5,
                "eval_count": 7,
            },
            "OllamaChatResponse",
            finish_reason="stop",
            is_terminal=True,
            total_duration=9007199254740993,
            usage__input_tokens=5,
            usage__output_tokens=7,
            usage__total_tokens=12,
        ),
        done=True,
    ),
    lines(
        "ollama-generate",
        "Ollama /api/generate",
        "ollama",
        ev(
            {"model": "m", "created_at": "t", "response": "Hi", "done": False},
            "OllamaGenerateResponse",
            text="Hi",
        ),
        ev(
            {
                "model": "m",
                "created_at": "t",
                "response": "",
                "done": True,
                "done_reason": "length",
                "context": [1, 2],
                "eval_count": 1,
            },
            "OllamaGenerateResponse",
            text="",
            context=[1, 2],
            finish_reason="length",
            is_terminal=True,
        ),
        done=True,
    ),
    Case(
        "ollama-error",
        "Ollama: an error as a line",
        b'{"model":"m","created_at":"t","response":"a","done":false}\n{"error":"out of memory"}\n',
        parsed(unknown_fields=2, pending=85),
        [
            run(
                "auto",
                seen("OllamaGenerateResponse", text="a"),
                server_error("out of memory", "out of memory", 1, 59),
            )
        ],
    ),
]

CASES = [*COHERE, *MISTRAL, *OLLAMA]
