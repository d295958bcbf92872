"""Streams between agents and their clients: MCP, AG-UI, the UI stream of the AI SDK. In the shapes of dialects.md 6."""

from __future__ import annotations

from tests.corpus.case import Case, parsed, run, seen, server_error, sse
from tests.corpus.stream import ev, stream

CASES = [
    Case(
        "mcp",
        "MCP: CRLF, a ping, an event with an id and empty data first (#3, #38), a notification, the response",
        b"id: s_1\r\nretry: 500\r\ndata: \r\n\r\n: ping - now\r\n\r\n"
        b'event: message\r\nid: s_2\r\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":0.5}}\r\n\r\n'
        b'event: message\r\nid: s_3\r\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\r\n\r\n',
        parsed(
            sse("", id="s_1", retry=500),
            sse('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":0.5}}', id="s_2"),
            sse('{"jsonrpc":"2.0","id":1,"result":{"content":[]}}', id="s_3"),
            last_event_id="s_3",
            retry=500,
            comments=1,
        ),
        [
            run(
                "auto",
                seen(
                    "JSONRPCMessage",
                    method="notifications/progress",
                    id=None,
                    result=None,
                    is_terminal=False,
                ),
                seen("JSONRPCMessage", id=1, result={"content": []}, method=None, is_terminal=True),
                last_event_id="s_3",
                comment_count=1,
                event_index=3,
                dialect="mcp",
                done=True,
            )
        ],
    ),
    Case(
        "mcp-error",
        "MCP: a response with an error is an error of the server, but data to who asks for messages",
        b'data: {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}}\n\n',
        parsed(sse('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}}')),
        [
            run("auto", server_error("no such method", {"code": -32601, "message": "no such method"})),
            run(
                "mcp",
                seen(
                    "JSONRPCMessage",
                    id=1,
                    error={"code": -32601, "message": "no such method"},
                    is_terminal=True,
                ),
                done=True,
            ),
        ],
    ),
    stream(
        "ag-ui",
        "AG-UI: a run with a message, reasoning, a tool, a patch of the state",
        "ag-ui",
        ev({"type": "RUN_STARTED", "threadId": "t", "runId": "r"}, "AGUIRunStartedEvent", thread_id="t"),
        ev({"type": "STEP_STARTED", "stepName": "s"}, "AGUIStepEvent", step_name="s"),
        ev(
            {"type": "THINKING_TEXT_MESSAGE_CONTENT", "delta": "Hm"},
            "AGUIReasoningEvent",
            reasoning="Hm",
            text="",
        ),
        ev(
            {"type": "TEXT_MESSAGE_START", "messageId": "m", "role": "assistant"},
            "AGUITextMessageEvent",
            text="",
            message_id="m",
        ),
        ev(
            {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "Hi", "rawEvent": {"a": 1}},
            "AGUITextMessageEvent",
            text="Hi",
            extra={"rawEvent": {"a": 1}},
        ),
        ev(
            {"type": "TEXT_MESSAGE_END", "messageId": "m", "timestamp": 1},
            "AGUITextMessageEvent",
            text="",
            timestamp=1,
        ),
        ev(
            {"type": "TOOL_CALL_START", "toolCallId": "c", "toolCallName": "f"},
            "AGUIToolCallEvent",
            tool_calls__0__id="c",
            tool_calls__0__name="f",
        ),
        ev(
            {"type": "TOOL_CALL_ARGS", "toolCallId": "c", "delta": "{}"},
            "AGUIToolCallEvent",
            tool_calls__0__arguments="{}",
        ),
        ev({"type": "TOOL_CALL_END", "toolCallId": "c"}, "AGUIToolCallEvent", tool_calls=[]),
        ev(
            {"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/a", "value": 1}]},
            "AGUIStateDeltaEvent",
            text="",
        ),
        ev({"type": "CUSTOM", "name": "n", "value": {"x": 1}}, "AGUICustomEvent", value={"x": 1}),
        ev(
            {
                "type": "RUN_FINISHED",
                "threadId": "t",
                "runId": "r",
                "usage": [{"inputTokens": 3, "outputTokens": 2, "cachedInputTokens": 1}],
            },
            "AGUIRunFinishedEvent",
            finish_reason="success",
            is_terminal=True,
            usage__input_tokens=3,
            usage__cached_tokens=1,
        ),
        done=True,
    ),
    stream(
        "ag-ui-error",
        "AG-UI: a run that fails; as its own event, since it is an event of the run",
        "ag-ui",
        ev(
            {"type": "RUN_ERROR", "message": "m", "code": "c"},
            "AGUIRunErrorEvent",
            finish_reason="error",
            is_terminal=True,
        ),
        done=True,
    ),
    stream(
        "vercel-ui",
        "the UI message stream of the AI SDK",
        "vercel-ui",
        ev({"type": "start", "messageId": "m"}, "UIMessageStartEvent", message_id="m"),
        ev({"type": "start-step"}, "UIMessageStepEvent"),
        ev({"type": "reasoning-start", "id": "0"}, "UIMessageReasoningEvent", reasoning=""),
        ev({"type": "reasoning-delta", "id": "0", "delta": "Hm"}, "UIMessageReasoningEvent", reasoning="Hm"),
        ev({"type": "text-delta", "id": "1", "delta": "Hi"}, "UIMessageTextEvent", text="Hi"),
        ev(
            {"type": "tool-input-start", "toolCallId": "c", "toolName": "f"},
            "UIMessageToolInputEvent",
            tool_calls__0__id="c",
            tool_calls__0__name="f",
        ),
        ev(
            {"type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": "{}"},
            "UIMessageToolInputDeltaEvent",
            tool_calls__0__arguments="{}",
        ),
        ev(
            {"type": "tool-input-available", "toolCallId": "c", "toolName": "f", "input": {"a": 1}},
            "UIMessageToolInputEvent",
            tool_calls__0__id="c",
            tool_calls__0__name="f",
            tool_calls__0__arguments="",
            input={"a": 1},
        ),
        ev(
            {"type": "tool-output-available", "toolCallId": "c", "output": [1]},
            "UIMessageToolOutputEvent",
            output=[1],
        ),
        ev({"type": "source-url", "sourceId": "s", "url": "u"}, "UIMessageSourceEvent", url="u"),
        ev(
            {"type": "data-weather", "id": "d", "data": {"x": 1}, "transient": True},
            "UIMessageDataEvent",
            type="data-weather",
            data={"x": 1},
        ),
        ev({"type": "finish-step"}, "UIMessageStepEvent"),
        ev(
            {"type": "finish", "finishReason": "stop"},
            "UIMessageFinishEvent",
            finish_reason="stop",
            is_terminal=True,
        ),
        terminator=True,
    ),
    Case(
        "vercel-ui-error",
        "an error in a UI message stream",
        b'data: {"type":"error","errorText":"m"}\n\n',
        parsed(sse('{"type":"error","errorText":"m"}')),
        [run("auto", server_error('{"type":"error","errorText":"m"}', {"type": "error", "errorText": "m"}))],
    ),
]
