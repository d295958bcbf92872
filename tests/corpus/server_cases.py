"""Streams of local servers and clouds with dialects of their own. Invented, in the shapes of dialects.md 2 and 6."""

from __future__ import annotations

from tests.corpus.case import Case, failure, got, parsed, run, seen, sse
from tests.corpus.stream import ev, frame, frames, stream

CASES = [
    Case(
        "tgi",
        "TGI /generate_stream: no space after the colon (#4); integers above 2^53 (#31)",
        b'data:{"index":1,"token":{"id":9,"text":"Hi","logprob":-0.5,"special":false},"generated_text":null,"details":null}\n\n'
        b'data:{"index":2,"token":{"id":2,"text":"</s>","logprob":-1e-3,"special":true},"generated_text":"Hi","details":'
        b'{"finish_reason":"eos_token","generated_tokens":2,"seed":7228414683750928001,"input_length":3}}\n\n',
        parsed(
            sse(
                '{"index":1,"token":{"id":9,"text":"Hi","logprob":-0.5,"special":false},"generated_text":null,"details":null}'
            ),
            sse(
                '{"index":2,"token":{"id":2,"text":"</s>","logprob":-1e-3,"special":true},"generated_text":"Hi","details":'
                '{"finish_reason":"eos_token","generated_tokens":2,"seed":7228414683750928001,"input_length":3}}'
            ),
        ),
        [
            run(
                "auto",
                seen("TGIStreamEvent", text="Hi", finish_reason=None, is_terminal=False),
                seen(
                    "TGIStreamEvent",
                    text="",
                    finish_reason="eos_token",
                    is_terminal=True,
                    details__seed=7228414683750928001,
                    usage__input_tokens=3,
                    usage__output_tokens=2,
                ),
                dialect="tgi",
                done=True,
            )
        ],
    ),
    stream(
        "writer-completions",
        "Writer /v1/completions: one key, too common a word to recognise; a value may be missing; no terminator",
        "writer-completions",
        ev({"value": "Hi"}, "WriterCompletionEvent", text="Hi", extra=None, is_terminal=False),
        ev({"value": " you"}, "WriterCompletionEvent", text=" you", finish_reason=None, usage=None),
        ev({"value": None}, "WriterCompletionEvent", text=""),
        target="writer",
    ),
    Case(
        "writer-completions-unnamed",
        "Writer /v1/completions where the class is not named: kept whole, of no dialect",
        b'data: {"value":"Hi"}\n\n',
        parsed(sse('{"value":"Hi"}')),
        [run("auto", seen("GenericEvent", data={"value": "Hi"}, text=""), dialect=None)],
    ),
    stream(
        "llamacpp",
        "llama.cpp /completion",
        "llama.cpp",
        ev(
            {
                "index": 0,
                "content": "Hi",
                "tokens": [9],
                "stop": False,
                "id_slot": 0,
                "tokens_predicted": 1,
                "tokens_evaluated": 3,
            },
            "LlamaCppStreamEvent",
            text="Hi",
            usage=None,
        ),
        ev(
            {
                "index": 0,
                "content": "",
                "tokens": [],
                "id_slot": 0,
                "stop": True,
                "model": "m",
                "tokens_predicted": 2,
                "tokens_evaluated": 3,
                "generation_settings": {"seed": 1},
                "stop_type": "limit",
                "stopping_word": "",
                "truncated": False,
                "timings": {"predicted_ms": 1.5},
            },
            "LlamaCppStreamEvent",
            finish_reason="limit",
            is_terminal=True,
            usage__input_tokens=3,
            usage__output_tokens=2,
        ),
        done=True,
    ),
    stream(
        "sglang",
        "SGLang /generate: the text is cumulative (#35), so it is not what is new",
        "sglang",
        ev(
            {
                "text": "Hi",
                "meta_info": {"id": "i", "finish_reason": None, "prompt_tokens": 2, "completion_tokens": 1},
            },
            "SGLangStreamEvent",
            text="",
            full_text="Hi",
            usage__input_tokens=2,
        ),
        ev(
            {
                "text": "Hi you",
                "meta_info": {
                    "id": "i",
                    "finish_reason": {"type": "length", "length": 2},
                    "prompt_tokens": 2,
                    "completion_tokens": 2,
                },
            },
            "SGLangStreamEvent",
            full_text="Hi you",
            finish_reason="length",
        ),
        terminator=True,
    ),
    Case(
        "watsonx",
        "watsonx: the id stands before the event field (#38)",
        b'id: 1\nevent: message\ndata: {"model_id":"m","created_at":"t","results":[{"generated_text":"Hi",'
        b'"generated_token_count":1,"input_token_count":4,"stop_reason":"not_finished"}]}\n\n'
        b'id: 2\nevent: message\ndata: {"model_id":"m","created_at":"t","results":[{"generated_text":"",'
        b'"generated_token_count":2,"input_token_count":0,"stop_reason":"eos_token"}]}\n\n',
        parsed(
            sse(
                '{"model_id":"m","created_at":"t","results":[{"generated_text":"Hi","generated_token_count":1,'
                '"input_token_count":4,"stop_reason":"not_finished"}]}',
                id="1",
            ),
            sse(
                '{"model_id":"m","created_at":"t","results":[{"generated_text":"","generated_token_count":2,'
                '"input_token_count":0,"stop_reason":"eos_token"}]}',
                id="2",
            ),
            last_event_id="2",
        ),
        [
            run(
                "auto",
                seen("WatsonxStreamEvent", text="Hi", finish_reason=None, usage__input_tokens=4),
                seen(
                    "WatsonxStreamEvent",
                    text="",
                    finish_reason="eos_token",
                    is_terminal=True,
                    usage__input_tokens=None,
                ),
                last_event_id="2",
                dialect="watsonx",
                done=True,
            )
        ],
    ),
    Case(
        "replicate",
        "Replicate: text, not JSON; empty data, numbers, [DONE] and line feeds are text too (#3, #5, #20)",
        b"event: output\nid: 1690212292:0\ndata: The\n\nevent: output\nid: 1690212292:1\ndata:  5\n\n"
        b"event: output\nid: 1690212292:2\ndata: 5\n\nevent: output\nid: 1690212292:3\ndata: [DONE]\n\n"
        b"event: output\nid: 1690212292:4\ndata: \ndata: \n\n: hi\n\nevent: output\nid: 1690212292:5\ndata:\n\n"
        b"event: done\nid: 1690212292:6\ndata: {}\n\n",
        parsed(
            sse("The", event="output", id="1690212292:0"),
            sse(" 5", event="output", id="1690212292:1"),
            sse("5", event="output", id="1690212292:2"),
            sse("[DONE]", event="output", id="1690212292:3"),
            sse("\n", event="output", id="1690212292:4"),
            sse("", event="output", id="1690212292:5"),
            sse("{}", event="done", id="1690212292:6"),
            comments=1,
            last_event_id="1690212292:6",
        ),
        [
            run(
                target,
                *[
                    seen("GenericEvent", data=text, text=text, type="output")
                    for text in ("The", " 5", "5", "[DONE]", "\n", "")
                ],
                got({}, "GenericEvent", type="done"),
                done=True,
                dialect=None,
                event_index=7,
            )
            for target in ("auto", "generic")
        ],
    ),
    Case(
        "text-as-generic",
        "the generic event as the target takes text too; [DONE] and empty data are what they always are",
        b'data: plain text\n\ndata: {"a":1}\n\ndata: {"a":\n\ndata:\n\ndata: [DONE]\n\n',
        parsed(sse("plain text"), sse('{"a":1}'), sse('{"a":'), sse(""), sse("[DONE]")),
        [
            run(
                "generic",
                seen("GenericEvent", data="plain text", text="plain text"),
                seen("GenericEvent", data={"a": 1}, text=""),
                seen("GenericEvent", data='{"a":'),
                done=True,
                event_index=5,
            )
        ],
    ),
    stream(
        "output-of-json",
        "events called output, of a program that is not Replicate, are JSON",
        "openai-chat",
        ev({"choices": [{"delta": {"content": "a"}}]}, "ChatCompletionChunk", "output", text="a"),
    ),
    frames(
        "bedrock-frames",
        "the binary event stream of AWS: Converse, and an exception in place of the end",
        frame("event", "messageStart", '{"p":"abc","role":"assistant"}')
        + frame("event", "contentBlockDelta", '{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"a"}')
        + frame("exception", "throttlingException", '{"message":"slow down"}'),
        comments=2,
        typed=run(
            "auto",
            got({"messageStart": {"p": "abc", "role": "assistant"}}, "ConverseStreamEvent"),
            got(
                {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}, "p": "a"}},
                "ConverseStreamEvent",
                text="Hi",
            ),
            failure(
                "ServerError",
                2,
                218,
                "server error in event 2 (stream offset 218): slow down",
                value={"code": "throttlingException", "message": "slow down"},
                data='{"code":"throttlingException","message":"slow down"}',
            ),
            dialect="bedrock-converse",
            error_count=1,
            event_index=3,
        ),
    ),
    frames(
        "bedrock-frames-damaged",
        "a wrong checksum costs one frame; wrong lengths cost the rest, as nobody knows where the next frame begins",
        frame("event", "a", "true").replace(b"true", b"null")
        + frame("event", "b", "2")
        + bytes(12)
        + frame("event", "c", "3"),
        comments=2,
        typed=run(
            "auto",
            failure(
                "DecodeError",
                0,
                0,
                "damaged frame of event 0 (stream offset 0): the checksum is wrong",
            ),
            got({"b": 2}, "GenericEvent"),
            failure(
                "DecodeError",
                2,
                113,
                "damaged frame of event 2 (stream offset 113): the checksum of the lengths is wrong",
            ),
            dialect=None,
            error_count=2,
            event_index=3,
        ),
    ),
    stream(
        "bedrock-objects",
        "Converse events as the AWS SDKs give them, and as Amazon Nova sends them itself",
        "bedrock-converse",
        ev({"messageStart": {"role": "assistant"}}, "ConverseStreamEvent", message_start__role="assistant"),
        ev(
            {
                "contentBlockDelta": {
                    "contentBlockIndex": 0,
                    "delta": {"reasoningContent": {"text": "Hm"}},
                    "p": "abc",
                }
            },
            "ConverseStreamEvent",
            reasoning="Hm",
            text="",
            content_block_delta__p="abc",
        ),
        ev(
            {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "Hi"}, "p": "abcdef"}},
            "ConverseStreamEvent",
            text="Hi",
        ),
        ev(
            {
                "contentBlockStart": {
                    "contentBlockIndex": 2,
                    "start": {"toolUse": {"toolUseId": "c", "name": "f"}},
                }
            },
            "ConverseStreamEvent",
            tool_calls__0__index=2,
            tool_calls__0__id="c",
        ),
        ev(
            {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "{}"}}}},
            "ConverseStreamEvent",
            tool_calls__0__arguments="{}",
        ),
        ev({"contentBlockStop": {"contentBlockIndex": 2}}, "ConverseStreamEvent", tool_calls=[]),
        ev(
            {"messageStop": {"stopReason": "tool_use"}},
            "ConverseStreamEvent",
            finish_reason="tool_use",
            is_terminal=False,
        ),
        ev(
            {
                "metadata": {
                    "usage": {
                        "inputTokens": 5,
                        "outputTokens": 3,
                        "totalTokens": 108,
                        "cacheReadInputTokens": 100,
                    },
                    "metrics": {"latencyMs": 7},
                }
            },
            "ConverseStreamEvent",
            is_terminal=True,
            usage__input_tokens=105,
            usage__uncached_input_tokens=5,
            usage__output_tokens=3,
            usage__total_tokens=108,
        ),
        done=True,
    ),
    stream(
        "bedrock-models",
        "Titan and Llama as they come out of InvokeModelWithResponseStream",
        "bedrock-titan",
        ev(
            {
                "outputText": "Hi",
                "index": 0,
                "totalOutputTextTokenCount": None,
                "completionReason": None,
                "inputTextTokenCount": 3,
            },
            "TitanStreamEvent",
            text="Hi",
            finish_reason=None,
            usage__input_tokens=3,
            usage__output_tokens=None,
        ),
        ev(
            {"generation": "Hi", "prompt_token_count": 3, "generation_token_count": 1, "stop_reason": "stop"},
            "LlamaStreamEvent",
            text="Hi",
            finish_reason="stop",
            usage__input_tokens=3,
            usage__output_tokens=1,
        ),
        done=True,
    ),
    stream(
        "r9s-images",
        "the images of the r9s SDK",
        "r9s-images",
        ev(
            {
                "id": "i",
                "object": "image.generation.chunk",
                "created": 1,
                "model": "m",
                "data": [{"index": 0, "b64_json": "AA", "progress": 0.5}],
            },
            "ImageGenerationStreamEvent",
            data__0__progress=0.5,
        ),
        ev(
            {"type": "image_edit.final", "b64_json": "AA", "is_final": True, "mask": 1},
            "ImageEditStreamEvent",
            is_terminal=False,
            extra={"mask": 1},
        ),
        done=False,
    ),
    Case(
        "r9s-responses",
        "the flat response event of the r9s SDK, as the target",
        b'data: {"type":"response.text.delta","delta":{"text":"Hi"}}\n\ndata: {"type":"response.output_text.delta","delta":"!"}\n\n',
        parsed(
            sse('{"type":"response.text.delta","delta":{"text":"Hi"}}'),
            sse('{"type":"response.output_text.delta","delta":"!"}'),
        ),
        [
            run(
                "flat",
                seen("FlatResponseStreamEvent", text="Hi"),
                seen("FlatResponseStreamEvent", text="!", delta="!"),
            )
        ],
    ),
    Case(
        "mixed-dialects",
        "a gateway that mixes: each event is what it is, the first one names the dialect (#36)",
        b'data: {"type":"ping"}\n\ndata: {"object":"chat.completion.chunk","choices":[]}\n\ndata: {"x":1}\n\n'
        b'data: {"type":"response.output_text.delta","delta":"a"}\n\n',
        parsed(
            sse('{"type":"ping"}'),
            sse('{"object":"chat.completion.chunk","choices":[]}'),
            sse('{"x":1}'),
            sse('{"type":"response.output_text.delta","delta":"a"}'),
        ),
        [
            run(
                "auto",
                seen("PingEvent", text=""),
                seen("ChatCompletionChunk", text=""),
                got({"x": 1}, "GenericEvent", text="", tool_calls=[], usage=None),
                seen("ResponseTextDeltaEvent", text="a"),
                dialect="anthropic-messages",
            )
        ],
    ),
]
