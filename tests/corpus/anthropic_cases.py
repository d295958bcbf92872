"""Streams of Anthropic Messages. Invented, in the shapes of dialects.md 4."""

from __future__ import annotations

from typing import Any

from tests.corpus.case import Case, got, parsed, run, seen, server_error, sse
from tests.corpus.stream import ev, stream

MESSAGE: dict[str, Any] = {
    "model": "m",
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 1,
        "service_tier": "standard",
    },
}
START = ev(
    {"type": "message_start", "message": MESSAGE},
    "MessageStartEvent",
    "message_start",
    message__id="msg_1",
    usage__uncached_input_tokens=10,
    usage__input_tokens=113,
    usage__cached_tokens=100,
    usage__cache_write_tokens=3,
    usage__output_tokens=1,
    usage__total_tokens=114,
    usage__extra=None,
)


def block(index: int, wire: dict[str, Any], **attributes: Any) -> Any:
    return ev(
        {"type": "content_block_start", "index": index, "content_block": wire},
        "ContentBlockStartEvent",
        "content_block_start",
        **attributes,
    )


def delta(index: int, wire: dict[str, Any], **attributes: Any) -> Any:
    return ev(
        {"type": "content_block_delta", "index": index, "delta": wire},
        "ContentBlockDeltaEvent",
        "content_block_delta",
        **attributes,
    )


def stop(index: int) -> Any:
    return ev({"type": "content_block_stop", "index": index}, "ContentBlockStopEvent", "content_block_stop")


PING = ev({"type": "ping"}, "PingEvent", "ping", text="")
END = ev(
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 42, "server_tool_use": {"web_search_requests": 1}},
        "context_management": {"applied_edits": []},
    },
    "MessageDeltaEvent",
    "message_delta",
    finish_reason="tool_use",
    usage__output_tokens=42,
    usage__input_tokens=None,
    extra={"context_management": {"applied_edits": []}},
)
LAST = ev({"type": "message_stop"}, "MessageStopEvent", "message_stop", is_terminal=True)
CITED = {
    "type": "web_search_result_location",
    "cited_text": "c",
    "url": "u",
    "title": "t",
    "encrypted_index": "E",
}

CASES = [
    stream(
        "messages",
        "Anthropic Messages: thinking, text, a tool of the client, one of the server, its result, a ping between",
        "anthropic-messages",
        START,
        PING,
        block(0, {"type": "thinking", "thinking": "", "signature": ""}, content_block__thinking=""),
        delta(0, {"type": "thinking_delta", "thinking": "Hm"}, reasoning="Hm", text="", delta__thinking="Hm"),
        delta(0, {"type": "signature_delta", "signature": "SIG"}, delta__signature="SIG", reasoning=""),
        stop(0),
        block(1, {"type": "text", "text": ""}, text=""),
        delta(1, {"type": "text_delta", "text": "Hi"}, text="Hi", delta__text="Hi", tool_calls=[]),
        delta(1, {"type": "citations_delta", "citation": CITED}, delta__citation__url="u", text=""),
        stop(1),
        block(
            2,
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
            tool_calls__0__index=2,
            tool_calls__0__id="toolu_1",
            tool_calls__0__name="f",
            tool_calls__0__arguments="",
        ),
        delta(2, {"type": "input_json_delta", "partial_json": ""}, tool_calls__0__arguments=""),
        delta(2, {"type": "input_json_delta", "partial_json": '{"a":1}'}, tool_calls__0__arguments='{"a":1}'),
        stop(2),
        block(
            3, {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}}, tool_calls=[]
        ),
        block(
            4,
            {
                "type": "web_search_tool_result",
                "tool_use_id": "srv_1",
                "content": [{"type": "web_search_result", "url": "u"}],
            },
            content_block__tool_use_id="srv_1",
        ),
        block(5, {"type": "redacted_thinking", "data": "DATA"}, content_block__data="DATA"),
        block(6, {"type": "container_upload", "file_id": "f_1"}, content_block__extra={"file_id": "f_1"}),
        END,
        LAST,
        done=True,
    ),
    Case(
        "messages-padded",
        "real servers pad the JSON before its last brace, in each event by another length (#23)",
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}  }\n\n'
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}         }\n\n'
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"c"}}\n\n'
        b'event: ping\ndata: {"type": "ping"}\n\n',
        parsed(
            *[
                sse(
                    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"'
                    + text
                    + '"}'
                    + pad
                    + "}",
                    event="content_block_delta",
                )
                for text, pad in (("a", "  "), ("b", "         "), ("c", ""))
            ],
            sse('{"type": "ping"}', event="ping"),
        ),
        [
            run(
                target,
                *[seen("ContentBlockDeltaEvent", text=text, delta__text=text) for text in "abc"],
                got({"type": "ping"}, "PingEvent"),
                dialect="anthropic-messages",
            )
            for target in ("auto", "messages")
        ],
    ),
    Case(
        "messages-overloaded",
        "an error in mid-stream, then the end (#8)",
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}\n\n'
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}\n\n',
        parsed(
            sse(
                '{"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}',
                event="message_start",
            ),
            sse(
                '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}',
                event="error",
            ),
        ),
        [
            run(
                "auto",
                seen("MessageStartEvent", message__usage__input_tokens=1),
                server_error("Overloaded", {"type": "overloaded_error", "message": "Overloaded"}, 1, 101),
            )
        ],
    ),
    Case(
        "messages-unknown",
        "unknown types of deltas and blocks keep what they hold; message_start twice passes (#36)",
        b'data: {"type":"content_block_start","index":0,"content_block":{"type":"hologram","depth":3}}\n\n'
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"hologram_delta","voxels":"x"}}\n\n'
        b'data: {"type":"content_block_delta","index":0,"delta":{"voxels":"y"}}\n\n'
        b'data: {"type":"message_start","message":{"id":"m"}}\n\ndata: {"type":"message_start","message":{"id":"m"}}\n\n',
        parsed(
            sse('{"type":"content_block_start","index":0,"content_block":{"type":"hologram","depth":3}}'),
            sse('{"type":"content_block_delta","index":0,"delta":{"type":"hologram_delta","voxels":"x"}}'),
            sse('{"type":"content_block_delta","index":0,"delta":{"voxels":"y"}}'),
            sse('{"type":"message_start","message":{"id":"m"}}'),
            sse('{"type":"message_start","message":{"id":"m"}}'),
        ),
        [
            run(
                target,
                seen(
                    "ContentBlockStartEvent",
                    content_block__type="hologram",
                    content_block__extra={"depth": 3},
                    text="",
                ),
                seen(
                    "ContentBlockDeltaEvent",
                    delta__type="hologram_delta",
                    delta__extra={"voxels": "x"},
                    text="",
                ),
                seen("ContentBlockDeltaEvent", delta__type=None, delta__extra={"voxels": "y"}, tool_calls=[]),
                seen("MessageStartEvent", usage=None),
                seen("MessageStartEvent", message__id="m"),
            )
            for target in ("auto", "messages")
        ],
    ),
    stream(
        "anthropic-completion",
        "the older POST /v1/complete: CRLF (dialects.md 4)",
        "anthropic-completions",
        ev(
            {"type": "completion", "id": "c", "completion": " Hi", "stop_reason": None, "model": "m"},
            "TextCompletionEvent",
            "completion",
            text=" Hi",
            finish_reason=None,
            is_terminal=False,
        ),
        ev(
            {
                "type": "completion",
                "id": "c",
                "completion": "",
                "stop_reason": "stop_sequence",
                "model": "m",
                "stop": "\n\nHuman:",
            },
            "TextCompletionEvent",
            "completion",
            finish_reason="stop_sequence",
            is_terminal=True,
        ),
        end="\r\n",
        done=True,
    ),
]
