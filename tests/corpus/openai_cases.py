"""Streams of OpenAI's newer dialects: responses, images, sound, assistants. Invented, in the shapes of dialects.md 3."""

from __future__ import annotations

from typing import Any

from tests.corpus.case import Case, parsed, run, seen, server_error, sse
from tests.corpus.stream import ev, stream

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000,
    "status": "in_progress",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "model": "m",
    "output": [],
    "parallel_tool_calls": True,
    "reasoning": {"effort": None, "summary": None},
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
    "usage": None,
    "metadata": {},
}
PART = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 16, "cache_write_tokens": 1},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 29,
}


def about(kind: str, number: int, **more: Any) -> dict[str, Any]:
    """An event about item 0."""
    return {"type": kind, "sequence_number": number, "item_id": "item_1", "output_index": 0} | more


def whole(kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "sequence_number": number, "response": RESPONSE | more}


CREATED = ev(
    whole("response.created", 0),
    "ResponseCreatedEvent",
    "response.created",
    response__id="resp_1",
    response__output=[],
    text="",
    usage=None,
    is_terminal=False,
)
DONE_ITEM = {
    "id": "item_1",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [PART | {"text": "Hi!"}],
}

RESPONSES = [
    stream(
        "responses-text",
        "OpenAI Responses: text, its end three times over, usage (dialects.md 3)",
        "openai-responses",
        CREATED,
        ev(whole("response.in_progress", 1), "ResponseInProgressEvent", "response.in_progress"),
        ev(
            {
                "type": "response.output_item.added",
                "sequence_number": 2,
                "output_index": 0,
                "item": {
                    "id": "item_1",
                    "type": "message",
                    "status": "in_progress",
                    "content": [],
                    "role": "assistant",
                },
            },
            "ResponseOutputItemAddedEvent",
            "response.output_item.added",
            item__id="item_1",
            item__content=[],
            tool_calls=[],
        ),
        ev(
            about("response.content_part.added", 3, content_index=0, part=PART),
            "ResponseContentPartAddedEvent",
            "response.content_part.added",
            part__type="output_text",
        ),
        ev(
            about(
                "response.output_text.delta", 4, content_index=0, delta="Hi", logprobs=[], obfuscation="x7Yz"
            ),
            "ResponseTextDeltaEvent",
            "response.output_text.delta",
            text="Hi",
            delta="Hi",
            sequence_number=4,
            logprobs=[],
            extra=None,
        ),
        ev(
            # another order of keys, no logprobs (Azure)
            {
                "content_index": 0,
                "delta": "!",
                "item_id": "item_1",
                "output_index": 0,
                "sequence_number": 5,
                "type": "response.output_text.delta",
            },
            "ResponseTextDeltaEvent",
            "response.output_text.delta",
            text="!",
            logprobs=None,
        ),
        ev(
            about("response.output_text.done", 6, content_index=0, text="Hi!", logprobs=[]),
            "ResponseTextDoneEvent",
            "response.output_text.done",
            text="",
            full_text="Hi!",
        ),
        ev(
            about("response.content_part.done", 7, content_index=0, part=PART | {"text": "Hi!"}),
            "ResponseContentPartDoneEvent",
            "response.content_part.done",
            text="",
            part__text="Hi!",
        ),
        ev(
            {"type": "response.output_item.done", "sequence_number": 8, "output_index": 0, "item": DONE_ITEM},
            "ResponseOutputItemDoneEvent",
            "response.output_item.done",
            item__content__0__text="Hi!",
        ),
        ev(
            whole("response.completed", 9, status="completed", output=[DONE_ITEM], usage=USAGE),
            "ResponseCompletedEvent",
            "response.completed",
            is_terminal=True,
            finish_reason="completed",
            text="",
            usage__input_tokens=20,
            usage__output_tokens=9,
            usage__total_tokens=29,
            usage__cached_tokens=16,
            usage__cache_write_tokens=1,
            usage__reasoning_tokens=4,
            response__output__0__role="assistant",
        ),
        done=True,
    ),
    stream(
        "responses-tools",
        "OpenAI Responses: reasoning, a function, a custom tool, tools of the server, an unknown type (#36)",
        "openai-responses",
        ev(
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA"},
            },
            "ResponseOutputItemAddedEvent",
            item__encrypted_content="gAAA",
        ),
        ev(
            about(
                "response.reasoning_summary_part.added",
                1,
                summary_index=0,
                part={"type": "summary_text", "text": ""},
            ),
            "ResponseReasoningSummaryPartAddedEvent",
        ),
        ev(
            about(
                "response.reasoning_summary_text.delta", 2, summary_index=0, delta="Let me", obfuscation="a"
            ),
            "ResponseReasoningSummaryTextDeltaEvent",
            reasoning="Let me",
            text="",
        ),
        ev(
            about("response.reasoning_summary_text.done", 3, summary_index=0, text="Let me"),
            "ResponseReasoningSummaryTextDoneEvent",
            reasoning="",
            full_text="Let me",
        ),
        ev(
            about("response.reasoning_text.delta", 4, content_index=0, delta="think"),
            "ResponseReasoningTextDeltaEvent",
            reasoning="think",
        ),
        ev(
            about(
                "response.reasoning_part.added",
                5,
                content_index=0,
                part={"type": "reasoning_text", "text": ""},
            ),
            "ResponseReasoningPartAddedEvent",
        ),
        ev(
            {
                "type": "response.output_item.added",
                "output_index": 1,
                "item": {
                    "id": "fc_1",
                    "type": "function_call",
                    "call_id": "call_1",
                    "name": "f",
                    "arguments": "",
                },
            },
            "ResponseOutputItemAddedEvent",
            tool_calls__0__index=1,
            tool_calls__0__id="call_1",
            tool_calls__0__name="f",
            tool_calls__0__arguments="",
        ),
        ev(
            {
                "type": "response.function_call_arguments.delta",
                "item_id": "fc_1",
                "output_index": 1,
                "delta": '{"a":',
            },
            "ResponseFunctionCallArgumentsDeltaEvent",
            tool_calls__0__index=1,
            tool_calls__0__id=None,
            tool_calls__0__arguments='{"a":',
        ),
        ev(
            {
                "type": "response.function_call_arguments.done",
                "item_id": "fc_1",
                "output_index": 1,
                "arguments": '{"a":1}',
            },
            "ResponseFunctionCallArgumentsDoneEvent",
            arguments='{"a":1}',
            tool_calls=[],
        ),
        ev(
            {
                "type": "response.output_item.added",
                "output_index": 2,
                "item": {"type": "custom_tool_call", "call_id": "call_2", "name": "g", "input": ""},
            },
            "ResponseOutputItemAddedEvent",
            tool_calls__0__id="call_2",
        ),
        ev(
            {
                "type": "response.custom_tool_call_input.delta",
                "item_id": "c",
                "output_index": 2,
                "delta": "x",
            },
            "ResponseCustomToolCallInputDeltaEvent",
            tool_calls__0__arguments="x",
        ),
        ev(
            {
                "type": "response.output_item.added",
                "output_index": 3,
                "item": {"type": "web_search_call", "id": "ws_1", "status": "in_progress", "queries": ["q"]},
            },
            "ResponseOutputItemAddedEvent",
            item__type="web_search_call",
            item__extra={"queries": ["q"]},
            tool_calls=[],
        ),
        ev(
            {
                "type": "response.web_search_call.searching",
                "item_id": "ws_1",
                "output_index": 3,
                "sequence_number": 9,
            },
            "ResponseToolStatusEvent",
        ),
        ev(
            about(
                "response.output_text.annotation.added",
                10,
                content_index=0,
                annotation_index=0,
                annotation={
                    "type": "url_citation",
                    "url": "u",
                    "title": "t",
                    "start_index": 1,
                    "end_index": 2,
                },
            ),
            "ResponseOutputTextAnnotationAddedEvent",
            annotation__url="u",
        ),
        ev(
            about("response.apply_patch_call_operation_diff.delta", 11, delta="@@"),
            "ResponseApplyPatchDiffDeltaEvent",
        ),
        ev(
            about("response.refusal.delta", 12, content_index=0, delta="No"),
            "ResponseRefusalDeltaEvent",
            text="",
        ),
        ev(
            {
                "type": "response.shell_call_output_content.delta",
                "command_index": 0,
                "output_index": 0,
                "delta": {"stdout": "a"},
            },
            "ResponseShellCallOutputContentDeltaEvent",
            delta__stdout="a",
        ),
        ev(
            about(
                "response.image_generation_call.partial_image",
                13,
                partial_image_index=0,
                partial_image_b64="AAAA",
            ),
            "ResponseImageGenCallPartialImageEvent",
        ),
        ev(
            about("response.telepathy.delta", 14, delta="hm"),
            "ResponseUnknownEvent",
            type="response.telepathy.delta",
            extra__delta="hm",
            text="",
        ),
        ev(
            whole(
                "response.incomplete",
                15,
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
            "ResponseIncompleteEvent",
            finish_reason="max_output_tokens",
            is_terminal=True,
        ),
        done=True,
    ),
    stream(
        "responses-failed-response",
        "a failed response is its last event, not an error of the stream; created_at is a float (#28)",
        "openai-responses",
        ev(
            whole(
                "response.failed",
                1,
                status="failed",
                created_at=1700000000.5,
                error={"code": "server_error", "message": "m"},
            ),
            "ResponseFailedEvent",
            finish_reason="failed",
            is_terminal=True,
            response__created_at=1700000000.5,
        ),
        done=True,
    ),
    Case(
        "responses-error",
        "both forms of the error event (rec)",
        b'event: error\ndata: {"type":"error","code":"c","message":"flat","param":null,"sequence_number":3}\n\n'
        b'data: {"type":"error","error":{"type":"t","message":"nested"}}\n\n',
        parsed(
            sse(
                '{"type":"error","code":"c","message":"flat","param":null,"sequence_number":3}', event="error"
            ),
            sse('{"type":"error","error":{"type":"t","message":"nested"}}'),
        ),
        [
            run(
                target,
                server_error(
                    "flat",
                    {"type": "error", "code": "c", "message": "flat", "param": None, "sequence_number": 3},
                ),
                server_error("nested", {"type": "t", "message": "nested"}, 1, 98),
            )
            for target in ("auto", "responses")
        ],
    ),
    Case(
        "responses-target",
        "the union as the target: an unknown type is the open member, an object without type too",
        b'data: {"type":"response.new","x":1}\n\ndata: {"y":2}\n\n',
        parsed(sse('{"type":"response.new","x":1}'), sse('{"y":2}')),
        [
            run(
                "responses",
                seen("ResponseUnknownEvent", type="response.new", extra={"x": 1}),
                seen("ResponseUnknownEvent", type=None, extra={"y": 2}),
                dialect="openai-responses",
            )
        ],
    ),
]

IMAGE = {
    "b64_json": "AAAA",
    "created_at": 1,
    "size": "1024x1024",
    "quality": "high",
    "background": "auto",
    "output_format": "png",
}

OTHERS = [
    stream(
        "images",
        "OpenAI images (docs): previews, then the image",
        "openai-images",
        ev(
            {"type": "image_generation.partial_image", "partial_image_index": 0} | IMAGE,
            "ImagePartialImageEvent",
            "image_generation.partial_image",
            partial_image_index=0,
            is_terminal=False,
        ),
        ev(
            {
                "type": "image_edit.completed",
                "usage": {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12},
            }
            | IMAGE,
            "ImageCompletedEvent",
            "image_edit.completed",
            is_terminal=False,
            usage__input_tokens=5,
            usage__output_tokens=7,
        ),
        done=False,
    ),
    stream(
        "transcription",
        "OpenAI transcription: CRLF, no event field (#15); the whole text comes again at the end",
        "openai-audio",
        ev(
            {"type": "transcript.text.delta", "delta": "Hello", "obfuscation": "aB"},
            "TranscriptTextDeltaEvent",
            text="Hello",
        ),
        ev(
            {
                "type": "transcript.text.segment",
                "id": "seg_1",
                "speaker": "A",
                "start": 0.5,
                "end": 1,
                "text": "Hello",
            },
            "TranscriptTextSegmentEvent",
            text="",
            segment_text="Hello",
        ),
        ev(
            {
                "type": "transcript.text.done",
                "text": "Hello",
                "usage": {"type": "tokens", "input_tokens": 3, "output_tokens": 1, "total_tokens": 4},
            },
            "TranscriptTextDoneEvent",
            text="",
            full_text="Hello",
            usage__total_tokens=4,
        ),
        end="\r\n",
        done=True,
    ),
    stream(
        "speech",
        "OpenAI speech",
        "openai-audio",
        ev({"type": "speech.audio.delta", "audio": "AAAA"}, "SpeechAudioDeltaEvent"),
        ev(
            {
                "type": "speech.audio.done",
                "usage": {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4},
            },
            "SpeechAudioDoneEvent",
        ),
        done=True,
    ),
    Case(
        "assistants",
        "OpenAI Assistants: what happened is only in the event field (#14); event: done, then nothing",
        b'event: thread.created\ndata: {"id":"th","object":"thread","created_at":1,"metadata":{}}\n\n'
        b'event: thread.run.created\ndata: {"id":"run","object":"thread.run","status":"queued","usage":null}\n\n'
        b'event: thread.run.queued\ndata: {"id":"run","object":"thread.run","status":"queued","usage":null}\n\n'
        b'event: thread.message.delta\ndata: {"id":"msg","object":"thread.message.delta","delta":{"content":'
        b'[{"index":0,"type":"text","text":{"value":"Hi","annotations":[]}}]}}\n\n'
        b'event: thread.run.step.delta\ndata: {"id":"st","object":"thread.run.step.delta","delta":{"step_details":'
        b'{"type":"tool_calls","tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{"}}]}}}\n\n'
        b'event: thread.run.completed\ndata: {"id":"run","object":"thread.run","status":"completed","usage":'
        b'{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n'
        b"event: done\ndata: [DONE]\n\n",
        parsed(
            sse('{"id":"th","object":"thread","created_at":1,"metadata":{}}', event="thread.created"),
            sse(
                '{"id":"run","object":"thread.run","status":"queued","usage":null}',
                event="thread.run.created",
            ),
            sse(
                '{"id":"run","object":"thread.run","status":"queued","usage":null}', event="thread.run.queued"
            ),
            sse(
                '{"id":"msg","object":"thread.message.delta","delta":{"content":'
                '[{"index":0,"type":"text","text":{"value":"Hi","annotations":[]}}]}}',
                event="thread.message.delta",
            ),
            sse(
                '{"id":"st","object":"thread.run.step.delta","delta":{"step_details":'
                '{"type":"tool_calls","tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{"}}]}}}',
                event="thread.run.step.delta",
            ),
            sse(
                '{"id":"run","object":"thread.run","status":"completed","usage":'
                '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
                event="thread.run.completed",
            ),
            sse("[DONE]", event="done"),
        ),
        [
            run(
                target,
                seen("AssistantThread", event="thread.created", object="thread", extra=None),
                seen("AssistantRun", event="thread.run.created", status="queued", finish_reason=None),
                seen("AssistantRun", event="thread.run.queued"),
                seen("AssistantMessageDeltaEvent", event="thread.message.delta", text="Hi"),
                seen("AssistantRunStepDeltaEvent", tool_calls__0__name="f", tool_calls__0__arguments="{"),
                seen(
                    "AssistantRun",
                    event="thread.run.completed",
                    finish_reason="completed",
                    usage__output_tokens=2,
                ),
                done=True,
                dialect="openai-assistants",
            )
            for target in ("auto", "assistants")
        ],
    ),
]

CASES = [*RESPONSES, *OTHERS]
