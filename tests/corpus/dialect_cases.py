"""What servers of language models send: the quirks of ../../../shared/design/dialects.md, one group per kind.

Payloads are invented, in the shapes that were recorded. `#7` means quirk 7 of the list.
"""

from __future__ import annotations

from typing import Any

from tests.corpus.case import (
    Case,
    bad_json,
    got,
    missing,
    parsed,
    run,
    seen,
    server_error,
    sse,
    truncated,
)

# Two well-formed events that stand before and after the odd ones.
TEXT = (
    '{"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m",'
    '"choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}]}'
)
TEXT_BYTES = TEXT.encode()
TEXT_EVENT: dict[str, Any] = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1700000000,
    "model": "m",
    "choices": [{"text": "Hi", "index": 0, "logprobs": None, "finish_reason": None}],
}
CHAT = (
    '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m",'
    '"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}'
)
CHAT_BYTES = CHAT.encode()
CHAT_EVENT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1700000000,
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}],
}
DONE = "[DONE]"


def payload(
    name: str, source: str, target: str, text: str, *outcomes: dict[str, Any], done: bool = False
) -> Case:
    """A case of one payload that stands alone in one event."""
    body = b"data: " + text.encode() + b"\n\n"
    return Case(name, source, body, parsed(sse(text)), [run(target, *outcomes, done=done)])


COMPLETIONS = [
    Case(
        "completion-stream",
        "OpenAI legacy completions (dialects.md 3), key order of older servers, usage chunk, [DONE]",
        b'data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[{"text":"One","index":0,'
        b'"logprobs":null,"finish_reason":null}],"model":"m","usage":null}\n\n'
        b'data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[{"text":"","index":0,'
        b'"logprobs":null,"finish_reason":"stop"}],"model":"m","usage":null}\n\n'
        b'data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[],"model":"m",'
        b'"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}\n\n'
        b"data: [DONE]\n\n",
        parsed(
            sse(
                '{"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[{"text":"One","index":0,'
                '"logprobs":null,"finish_reason":null}],"model":"m","usage":null}'
            ),
            sse(
                '{"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[{"text":"","index":0,'
                '"logprobs":null,"finish_reason":"stop"}],"model":"m","usage":null}'
            ),
            sse(
                '{"id":"cmpl-1","object":"text_completion","created":1700000000,"choices":[],"model":"m",'
                '"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}'
            ),
            sse(DONE),
        ),
        [
            run(
                target,
                got(
                    {
                        "id": "cmpl-1",
                        "object": "text_completion",
                        "created": 1700000000,
                        "model": "m",
                        "choices": [{"text": "One", "index": 0, "logprobs": None, "finish_reason": None}],
                        "usage": None,
                    },
                    "CompletionStreamEvent",
                    id="cmpl-1",
                    created=1700000000,
                    model="m",
                    choices__0__text="One",
                    choices__0__finish_reason=None,
                    usage=None,
                    system_fingerprint=None,
                    obfuscation=None,
                    extra=None,
                ),
                got(
                    {
                        "id": "cmpl-1",
                        "object": "text_completion",
                        "created": 1700000000,
                        "model": "m",
                        "choices": [{"text": "", "index": 0, "logprobs": None, "finish_reason": "stop"}],
                        "usage": None,
                    },
                    choices__0__finish_reason="stop",
                ),
                got(
                    {
                        "id": "cmpl-1",
                        "object": "text_completion",
                        "created": 1700000000,
                        "model": "m",
                        "choices": [],
                        "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
                    },
                    choices=[],
                    usage__total_tokens=6,
                ),
                done=True,
                event_index=4,
            )
            for target in ("completion", "auto")
        ],
    ),
    payload(
        "completion-of-the-seed",
        'the r9s SDK declares object as "completion", with obfuscation and system_fingerprint (#23)',
        "completion",
        '{"id":"c","object":"completion","created":1,"model":"m","choices":[{"text":" a","index":0}],'
        '"system_fingerprint":"fp_1","obfuscation":"xYz0"}',
        got(
            {
                "id": "c",
                "object": "completion",
                "created": 1,
                "model": "m",
                "choices": [{"text": " a", "index": 0}],
                "system_fingerprint": "fp_1",
                "obfuscation": "xYz0",
            },
            "CompletionStreamEvent",
            system_fingerprint="fp_1",
            obfuscation="xYz0",
            choices__0__logprobs=None,
            choices__0__finish_reason=None,
        ),
    ),
    payload(
        "completion-logprobs",
        "legacy logprobs: the tokens are keys; null for the first token (dialects.md 3)",
        "completion",
        '{"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"text":" a","index":0,"logprobs":'
        '{"tokens":[" a","\\n"],"token_logprobs":[null,-0.5],"top_logprobs":[null,{"\\n":-0.5," b":-1.25}],'
        '"text_offset":[0,2]},"finish_reason":null}]}',
        got(
            {
                "id": "c",
                "object": "text_completion",
                "created": 1,
                "model": "m",
                "choices": [
                    {
                        "text": " a",
                        "index": 0,
                        "logprobs": {
                            "tokens": [" a", "\n"],
                            "token_logprobs": [None, -0.5],
                            "top_logprobs": [None, {"\n": -0.5, " b": -1.25}],
                            "text_offset": [0, 2],
                        },
                        "finish_reason": None,
                    }
                ],
            },
            choices__0__logprobs__tokens=[" a", "\n"],
            choices__0__logprobs__token_logprobs=[None, -0.5],
            choices__0__logprobs__text_offset=[0, 2],
        ),
    ),
    payload(
        "completion-logprobs-empty",
        "Azure 2023: the last chunk has four empty lists and a finish_reason",
        "completion",
        '{"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"text":"","index":0,"finish_reason":'
        '"stop","logprobs":{"tokens":[],"token_logprobs":[],"top_logprobs":[],"text_offset":[]}}]}',
        got(
            {
                "id": "c",
                "object": "text_completion",
                "created": 1,
                "model": "m",
                "choices": [
                    {
                        "text": "",
                        "index": 0,
                        "logprobs": {
                            "tokens": [],
                            "token_logprobs": [],
                            "top_logprobs": [],
                            "text_offset": [],
                        },
                        "finish_reason": "stop",
                    }
                ],
            },
            choices__0__logprobs__tokens=[],
        ),
    ),
    payload(
        "completion-with-a-delta",
        "unnamed local gateway (rec): a completion chunk with a delta, no text and no index (#25)",
        "completion",
        '{"id":"c","object":"text_completion","created":1700000000123,"model":"m","choices":[{"delta":{"content":"x"}}]}',
        got(
            {
                "id": "c",
                "object": "text_completion",
                "created": 1700000000123,
                "model": "m",
                "choices": [{"delta": {"content": "x"}}],
            },
            created=1700000000123,
            choices__0__text=None,
            choices__0__index=None,
            choices__0__extra={"delta": {"content": "x"}},
        ),
    ),
    payload(
        "completion-choices-interleaved",
        "n>1: several choices in one event, in any order (#33)",
        "completion",
        '{"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"text":"b","index":1},{"text":"a","index":0}]}',
        got(
            {
                "id": "c",
                "object": "text_completion",
                "created": 1,
                "model": "m",
                "choices": [{"text": "b", "index": 1}, {"text": "a", "index": 0}],
            },
            choices__0__index=1,
            choices__1__text="a",
        ),
    ),
]

CHATS = [
    Case(
        "chat-stream",
        "OpenAI chat (dialects.md 3): role, content, finish, usage, [DONE]",
        b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default",'
        b'"system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},'
        b'"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Ab"}\n\n'
        b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},'
        b'"finish_reason":"stop"}]}\n\n'
        b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,'
        b'"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0},'
        b'"completion_tokens_details":{"reasoning_tokens":0,"text_tokens":2}}}\n\n'
        b"data: [DONE]\n\n",
        parsed(
            sse(
                '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default",'
                '"system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"",'
                '"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Ab"}'
            ),
            sse(
                '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},'
                '"finish_reason":"stop"}]}'
            ),
            sse(
                '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{'
                '"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0},'
                '"completion_tokens_details":{"reasoning_tokens":0,"text_tokens":2}}}'
            ),
            sse(DONE),
        ),
        [
            run(
                target,
                got(
                    {
                        "id": "x",
                        "object": "chat.completion.chunk",
                        "created": 1,
                        "model": "m",
                        "service_tier": "default",
                        "system_fingerprint": None,
                        "choices": [
                            {
                                "index": 0,
                                "delta": {"role": "assistant", "content": "", "refusal": None},
                                "logprobs": None,
                                "finish_reason": None,
                            }
                        ],
                        "usage": None,
                        "obfuscation": "Ab",
                    },
                    "ChatCompletionChunk",
                    choices__0__delta__role="assistant",
                    choices__0__delta__content="",
                    choices__0__delta__refusal=None,
                    choices__0__delta__tool_calls=None,
                ),
                got(
                    {
                        "id": "x",
                        "object": "chat.completion.chunk",
                        "created": 1,
                        "model": "m",
                        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
                    },
                    choices__0__delta__content=None,
                ),
                got(
                    {
                        "id": "x",
                        "object": "chat.completion.chunk",
                        "created": 1,
                        "model": "m",
                        "choices": [],
                        "usage": {
                            "prompt_tokens": 9,
                            "completion_tokens": 2,
                            "total_tokens": 11,
                            "prompt_tokens_details": {"cached_tokens": 0},
                            "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 2},
                        },
                    },
                    usage__prompt_tokens_details__cached_tokens=0,
                ),
                done=True,
            )
            for target in ("chat", "auto")
        ],
    ),
    payload(
        "chat-tool-calls",
        "parallel tool calls: head and continuation (#32, #33)",
        "chat",
        '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":['
        '{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}},'
        '{"index":1,"function":{"arguments":"{\\"a\\":"}}]},"finish_reason":null}]}',
        got(
            {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [
                    {
                        "index": 0,
                        "delta": {
                            "tool_calls": [
                                {
                                    "index": 0,
                                    "id": "call_1",
                                    "type": "function",
                                    "function": {"name": "f", "arguments": ""},
                                },
                                {"index": 1, "function": {"arguments": '{"a":'}},
                            ]
                        },
                        "finish_reason": None,
                    }
                ],
            },
            choices__0__delta__tool_calls__0__function__name="f",
            choices__0__delta__tool_calls__1__id=None,
            choices__0__delta__tool_calls__1__function__arguments='{"a":',
        ),
    ),
    payload(
        "chat-tool-calls-sloppy",
        "tool calls without index, id null or empty, arguments null or an object, function null (#32)",
        "chat",
        '{"choices":[{"delta":{"tool_calls":[{"id":null,"type":null,"function":{"name":null,"arguments":null}},'
        '{"id":"","function":{"arguments":{"a":1}}},{"index":"0","function":null},"call",null]}}]}',
        got(
            {
                "choices": [
                    {
                        "delta": {
                            "tool_calls": [
                                {"id": None, "type": None, "function": {"name": None, "arguments": None}},
                                {"id": "", "function": {"arguments": {"a": 1}}},
                                {"index": "0", "function": None},
                                "call",
                                None,
                            ]
                        }
                    }
                ]
            },
            choices__0__delta__tool_calls__0__index=None,
            choices__0__delta__tool_calls__1__function__arguments={"a": 1},
            choices__0__delta__tool_calls__2__index="0",
            choices__0__delta__tool_calls__3="call",
        ),
    ),
    payload(
        "chat-logprobs",
        "chat logprobs with bytes and top_logprobs",
        "chat",
        '{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":[97],'
        '"top_logprobs":[{"token":"a","logprob":-0.25,"bytes":[97]},{"token":"b","logprob":-2,"bytes":null}]}],'
        '"refusal":null}}]}',
        got(
            {
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": "a"},
                        "logprobs": {
                            "content": [
                                {
                                    "token": "a",
                                    "logprob": -0.25,
                                    "bytes": [97],
                                    "top_logprobs": [
                                        {"token": "a", "logprob": -0.25, "bytes": [97]},
                                        {"token": "b", "logprob": -2, "bytes": None},
                                    ],
                                }
                            ],
                            "refusal": None,
                        },
                    }
                ]
            },
            choices__0__logprobs__content__0__top_logprobs__1__token="b",
            choices__0__logprobs__content__0__bytes=[97],
        ),
    ),
    payload(
        "chat-logprobs-bare",
        "Together: logprobs is a bare number (#30)",
        "chat",
        '{"choices":[{"index":0,"delta":{},"logprobs":-0.25},{"index":1,"delta":{},"logprobs":[]},'
        '{"index":2,"delta":{},"logprobs":{"content":{}}}]}',
        got(
            {
                "choices": [
                    {"index": 0, "delta": {}, "logprobs": -0.25},
                    {"index": 1, "delta": {}, "logprobs": []},
                    {"index": 2, "delta": {}, "logprobs": {"content": {}}},
                ]
            },
            choices__0__logprobs=-0.25,
            choices__1__logprobs=[],
        ),
    ),
    payload(
        "chat-logprobs-not-finite",
        "logprobs of -Infinity and NaN, and the lowest float (#30)",
        "chat",
        '{"choices":[{"logprobs":{"content":[{"token":"a","logprob":-Infinity},{"token":"b","logprob":NaN},'
        '{"token":"c","logprob":Infinity},{"token":"d","logprob":-3.4028234663852886e+38},{"token":"e","logprob":null}]}}]}',
        got(
            '{"choices":[{"logprobs":{"content":[{"token":"a","logprob":-Infinity},{"token":"b","logprob":NaN},'
            '{"token":"c","logprob":Infinity},{"token":"d","logprob":-3.4028234663852886e+38},'
            '{"token":"e","logprob":null}]}}]}'
        ),
    ),
    payload(
        "chat-azure-first-chunk",
        "Azure: the first chunk has empty id, object, model and choices (#24)",
        "chat",
        '{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,'
        '"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}',
        got(
            {
                "id": "",
                "object": "",
                "created": 0,
                "model": "",
                "choices": [],
                "prompt_filter_results": [
                    {
                        "prompt_index": 0,
                        "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
                    }
                ],
            },
            "ChatCompletionChunk",
            id="",
            created=0,
            choices=[],
            extra={
                "prompt_filter_results": [
                    {
                        "prompt_index": 0,
                        "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
                    }
                ]
            },
        ),
    ),
    payload(
        "chat-azure-recognised",
        "the same kind of chunk with no target: choices without object still mean chat",
        "auto",
        '{"choices":[],"created":0,"id":"","model":"","object":""}',
        got({"id": "", "object": "", "created": 0, "model": "", "choices": []}, "ChatCompletionChunk"),
    ),
    payload(
        "chat-nulls",
        "choices, delta, content, role, usage, finish_reason null (#25, #27)",
        "chat",
        '{"id":null,"object":null,"created":null,"model":null,"choices":[{"index":null,"delta":null,"finish_reason":null},'
        '{"index":1,"delta":{"role":null,"content":null,"tool_calls":null,"function_call":null}},null],"usage":null}',
        got(
            {
                "id": None,
                "object": None,
                "created": None,
                "model": None,
                "choices": [
                    {"index": None, "delta": None, "finish_reason": None},
                    {
                        "index": 1,
                        "delta": {"role": None, "content": None, "tool_calls": None, "function_call": None},
                    },
                    None,
                ],
                "usage": None,
            },
            id=None,
            choices__0__delta=None,
            choices__1__delta__content=None,
            choices__2=None,
        ),
    ),
    payload(
        "chat-choices-null",
        "choices: null (#25)",
        "chat",
        '{"id":"x","object":"chat.completion.chunk","choices":null}',
        got({"id": "x", "object": "chat.completion.chunk", "choices": None}, choices=None, model=None),
    ),
    payload(
        "chat-keys-missing",
        "everything missing (#25): absent is told from null by to_dict()",
        "chat",
        '{"choices":[{}]}',
        got(
            {"choices": [{}]},
            "ChatCompletionChunk",
            id=None,
            created=None,
            choices__0__index=None,
            choices__0__delta=None,
            choices__0__finish_reason=None,
        ),
    ),
    payload(
        "chat-nothing-at-all",
        "an empty object is an event of the target",
        "chat",
        "{}",
        got({}, "ChatCompletionChunk", id=None, choices=None, usage=None, extra=None),
    ),
    Case(
        "chat-finish-reasons",
        'finish_reason missing, null, empty, "null", unknown, not a string, sent twice (#26)',
        b'data: {"choices":[{},{"finish_reason":null},{"finish_reason":""},{"finish_reason":"null"},'
        b'{"finish_reason":"eos_token"},{"finish_reason":7}]}\n\n'
        b'data: {"choices":[{"finish_reason":"stop"}]}\n\n'
        b'data: {"choices":[{"finish_reason":"stop"}]}\n\n',
        parsed(
            sse(
                '{"choices":[{},{"finish_reason":null},{"finish_reason":""},{"finish_reason":"null"},'
                '{"finish_reason":"eos_token"},{"finish_reason":7}]}'
            ),
            sse('{"choices":[{"finish_reason":"stop"}]}'),
            sse('{"choices":[{"finish_reason":"stop"}]}'),
        ),
        [
            run(
                "chat",
                got(
                    {
                        "choices": [
                            {},
                            {"finish_reason": None},
                            {"finish_reason": ""},
                            {"finish_reason": "null"},
                            {"finish_reason": "eos_token"},
                            {"finish_reason": 7},
                        ]
                    },
                    choices__2__finish_reason="",
                    choices__5__finish_reason=7,
                ),
                got({"choices": [{"finish_reason": "stop"}]}),
                got({"choices": [{"finish_reason": "stop"}]}),
            )
        ],
    ),
    Case(
        "chat-usage",
        "usage empty, null, with floats and unknown keys, under x_groq, of another type (#27)",
        b'data: {"choices":[],"usage":{}}\n\n'
        b'data: {"choices":[],"usage":{"prompt_tokens":1,"queue_time":0.5,"cost":null,"prompt_tokens_details":null}}\n\n'
        b'data: {"choices":[],"x_groq":{"id":"r","usage":{"total_tokens":3}}}\n\n'
        b'data: {"choices":[],"usage":[1,{"a":2}]}\n\n',
        parsed(
            sse('{"choices":[],"usage":{}}'),
            sse(
                '{"choices":[],"usage":{"prompt_tokens":1,"queue_time":0.5,"cost":null,"prompt_tokens_details":null}}'
            ),
            sse('{"choices":[],"x_groq":{"id":"r","usage":{"total_tokens":3}}}'),
            sse('{"choices":[],"usage":[1,{"a":2}]}'),
        ),
        [
            run(
                "chat",
                got({"choices": [], "usage": {}}, usage__prompt_tokens=None),
                got(
                    {
                        "choices": [],
                        "usage": {
                            "prompt_tokens": 1,
                            "prompt_tokens_details": None,
                            "queue_time": 0.5,
                            "cost": None,
                        },
                    },
                    usage__extra={"queue_time": 0.5, "cost": None},
                    usage__prompt_tokens_details=None,
                ),
                got(
                    {"choices": [], "x_groq": {"id": "r", "usage": {"total_tokens": 3}}},
                    x_groq={"id": "r", "usage": {"total_tokens": 3}},
                    usage=None,
                ),
                got({"choices": [], "usage": [1, {"a": 2}]}, usage=[1, {"a": 2}]),
            )
        ],
    ),
    Case(
        "chat-created",
        "created as float, integral float, milliseconds, string, and changing (#28)",
        b'data: {"created":1700000000.5}\n\ndata: {"created":1700000000.0}\n\ndata: {"created":1700000000123}\n\n'
        b'data: {"created":"1700000000"}\n\ndata: {"created":true}\n\n',
        parsed(
            sse('{"created":1700000000.5}'),
            sse('{"created":1700000000.0}'),
            sse('{"created":1700000000123}'),
            sse('{"created":"1700000000"}'),
            sse('{"created":true}'),
        ),
        [
            run(
                "chat",
                got({"created": 1700000000.5}, created=1700000000.5),
                got({"created": 1700000000.0}, created=1700000000.0),
                got({"created": 1700000000123}, created=1700000000123),
                got({"created": "1700000000"}, created="1700000000"),
                got({"created": True}, created=True),
            )
        ],
    ),
    payload(
        "chat-content-of-other-types",
        "content as number, list and object; a string for choices (#29)",
        "chat",
        '{"choices":[{"delta":{"content":5}},{"delta":{"content":[{"type":"thinking","thinking":[{"text":"hm"}]}]}},'
        '{"delta":{"content":{}}},{"delta":"text"},{"delta":[]}]}',
        got(
            {
                "choices": [
                    {"delta": {"content": 5}},
                    {"delta": {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}]}},
                    {"delta": {"content": {}}},
                    {"delta": "text"},
                    {"delta": []},
                ]
            },
            choices__0__delta__content=5,
            choices__1__delta__content__0__thinking__0__text="hm",
            choices__3__delta="text",
        ),
    ),
    payload(
        "chat-choices-of-other-types",
        "choices as an object or text, kept as it is (#29)",
        "chat",
        '{"choices":{"0":{"delta":{}}},"id":5,"model":["m"],"object":{"a":null}}',
        got(
            {"id": 5, "object": {"a": None}, "model": ["m"], "choices": {"0": {"delta": {}}}},
            choices={"0": {"delta": {}}},
            id=5,
            model=["m"],
        ),
    ),
    payload(
        "chat-large-integers",
        "integers above 2^53 and 2^64 are exact (#31)",
        "chat",
        '{"created":9007199254740993,"choices":[{"seed":7228414683750928000,"index":18446744073709551616}],'
        '"total_duration":340282366920938463463374607431768211457,"low":-9223372036854775809}',
        got(
            '{"created":9007199254740993,"choices":[{"index":18446744073709551616,"seed":7228414683750928000}],'
            '"total_duration":340282366920938463463374607431768211457,"low":-9223372036854775809}',
            created=9007199254740993,
            choices__0__seed=7228414683750928000,
        ),
    ),
    payload(
        "chat-extensions",
        "unknown keys at every level are kept, in wire order (dialects.md 3)",
        "chat",
        '{"provider":"P","id":"x","x":{"b":[1,2],"a":{}},"choices":[{"native_finish_reason":null,"index":0,'
        '"delta":{"reasoning_details":[{"type":"text"}],"content":""}}],"p":"abc","timings":{"ms":1.5}}',
        got(
            {
                "id": "x",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": "", "reasoning_details": [{"type": "text"}]},
                        "native_finish_reason": None,
                    }
                ],
                "provider": "P",
                "x": {"b": [1, 2], "a": {}},
                "p": "abc",
                "timings": {"ms": 1.5},
            },
            provider="P",
            p="abc",
            timings__ms=1.5,
            extra={"x": {"b": [1, 2], "a": {}}, "timings": {"ms": 1.5}},
            choices__0__native_finish_reason=None,
            choices__0__extra=None,
            choices__0__delta__reasoning_details=[{"type": "text"}],
            choices__0__delta__extra=None,
        ),
    ),
    payload(
        "chat-perplexity-last",
        "Perplexity ends with object chat.completion.done and carries a message (#35, #39)",
        "auto",
        '{"id":"x","model":"sonar","created":1,"object":"chat.completion.done","choices":[{"index":0,'
        '"message":{"role":"assistant","content":"all of it"},"delta":{"content":""},"finish_reason":"stop"}]}',
        got(
            {
                "id": "x",
                "object": "chat.completion.done",
                "created": 1,
                "model": "sonar",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": ""},
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": "all of it"},
                    }
                ],
            },
            "ChatCompletionChunk",
        ),
        done=True,
    ),
    payload(
        "chat-whole-completion",
        "vLLM best_of: one whole chat.completion as an event (#39)",
        "auto",
        '{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"content":"a"}}]}',
        got(
            {
                "id": "x",
                "object": "chat.completion",
                "choices": [{"index": 0, "message": {"content": "a"}}],
            },
            "ChatCompletionChunk",
        ),
    ),
    payload(
        "recognised-by-delta",
        "Moonshot (rec): object missing, a delta means chat",
        "auto",
        '{"choices":[{"delta":{"content":"a"}}]}',
        got({"choices": [{"delta": {"content": "a"}}]}, "ChatCompletionChunk"),
    ),
    payload(
        "recognised-by-text",
        "object missing, a text means completion",
        "auto",
        '{"choices":[{"text":"a"}]}',
        got({"choices": [{"text": "a"}]}, "CompletionStreamEvent"),
    ),
    Case(
        "ids-change",
        "Avian, Azure: the id changes in mid-stream (#34)",
        b'data: {"id":"a","model":"m"}\n\ndata: {"id":"b","model":"n"}\n\ndata: {"id":"a","model":"m"}\n\n',
        parsed(sse('{"id":"a","model":"m"}'), sse('{"id":"b","model":"n"}'), sse('{"id":"a","model":"m"}')),
        [
            run(
                "chat",
                got({"id": "a", "model": "m"}),
                got({"id": "b", "model": "n"}),
                got({"id": "a", "model": "m"}),
            )
        ],
    ),
    Case(
        "key-order-varies",
        "key order changes inside a stream; separators with spaces; pad before the brace (#23, #37)",
        b'data: {"id":"a","model":"m","created":1}\n\ndata: {"model": "m", "created": 1, "id": "a"}\n\n'
        b'data: {"created":1,"id":"a","model":"m"      }\n\ndata: \t{ "id" :\t"a" , "model" : "m" , "created" : 1 } \n\n',
        parsed(
            sse('{"id":"a","model":"m","created":1}'),
            sse('{"model": "m", "created": 1, "id": "a"}'),
            sse('{"created":1,"id":"a","model":"m"      }'),
            sse('\t{ "id" :\t"a" , "model" : "m" , "created" : 1 } '),
        ),
        [run("chat", *[got({"id": "a", "model": "m", "created": 1})] * 4)],
    ),
]

TEXT_FORMS = [
    payload(
        "text-escapes",
        "every JSON escape, in both cases of hex (#37)",
        "completion",
        r'{"choices":[{"text":"\" \\ \/ \b \f \n \r \t \u00e9 \u00E9 \u20ac \uD83D\uDE00 \ud83d\ude00 \u0000"}]}',
        got({"choices": [{"text": '" \\ / \b \f \n \r \t \u00e9 \u00e9 \u20ac \U0001f600 \U0001f600 \x00'}]}),
    ),
    payload(
        "text-escaped-keys",
        "keys may be escaped too",
        "completion",
        r'{"\u0069d":"a","cho\u0069ces":[{"t\u0065xt":"b","\u0078":1}],"\ud83d\ude00":2}',
        got(
            {"id": "a", "choices": [{"text": "b", "x": 1}], "\U0001f600": 2},
            id="a",
            choices__0__text="b",
            choices__0__x=1,
        ),
    ),
    Case(
        "text-lone-surrogates",
        "a pair of surrogates split over two deltas, and other lone ones: as json.loads (#19)",
        b'data: {"choices":[{"text":"\\ud83d"}]}\n\ndata: {"choices":[{"text":"\\ude00"}]}\n\n'
        b'data: {"choices":[{"text":"a\\ude00\\ud83db\\ud83d\\u0041\\ud83d\\ud83d\\ude00"}],"\\udfff":"\\uDBFF"}\n\n',
        parsed(
            sse('{"choices":[{"text":"\\ud83d"}]}'),
            sse('{"choices":[{"text":"\\ude00"}]}'),
            sse(
                '{"choices":[{"text":"a\\ude00\\ud83db\\ud83d\\u0041\\ud83d\\ud83d\\ude00"}],"\\udfff":"\\uDBFF"}'
            ),
        ),
        [
            run(
                "completion",
                got('{"choices":[{"text":"\\ud83d"}]}'),
                got('{"choices":[{"text":"\\ude00"}]}'),
                got(
                    '{"choices":[{"text":"a\\ude00\\ud83db\\ud83dA\\ud83d\\ud83d\\ude00"}],"\\udfff":"\\udbff"}'
                ),
            )
        ],
    ),
    Case(
        "text-separators",
        "U+2028, U+2029, U+0085 raw in JSON (#17)",
        b'data: {"choices":[{"text":"a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d\x7f"}]}\n\n',
        parsed(sse('{"choices":[{"text":"a\u2028b\u2029c\x85d\x7f"}]}')),
        [run("completion", got({"choices": [{"text": "a\u2028b\u2029c\x85d\x7f"}]}))],
    ),
    Case(
        "text-of-every-width",
        "characters of one to four bytes, cut anywhere by the chunks (#18)",
        b'data: {"choices":[{"text":"a\xc3\xa9\xe2\x82\xac\xe4\xbd\xa0\xf0\x9f\x98\x80"}]}\n\n',
        parsed(sse('{"choices":[{"text":"a\u00e9\u20ac\u4f60\U0001f600"}]}')),
        [run("completion", got({"choices": [{"text": "a\u00e9\u20ac\u4f60\U0001f600"}]}))],
    ),
    Case(
        "text-of-bad-bytes",
        "bad UTF-8 inside a JSON string becomes U+FFFD (#18)",
        b'data: {"choices":[{"text":"a\xff\xe2\x82b\xed\xa0\x80"}],"\xc0\xaf":"\xf0\x9f"}\n\n',
        parsed(sse('{"choices":[{"text":"a\ufffd\ufffdb\ufffd\ufffd\ufffd"}],"\ufffd\ufffd":"\ufffd"}')),
        [
            run(
                "completion",
                got({"choices": [{"text": "a\ufffd\ufffdb\ufffd\ufffd\ufffd"}], "\ufffd\ufffd": "\ufffd"}),
            )
        ],
    ),
    Case(
        "json-over-lines",
        "one JSON value over several data lines (#20)",
        b'data: {"id":"a",\ndata: "choices":[\ndata: {"text":"b"}\ndata:]\ndata\ndata: }\n\n',
        parsed(sse('{"id":"a",\n"choices":[\n{"text":"b"}\n]\n\n}')),
        [run("completion", got({"id": "a", "choices": [{"text": "b"}]}))],
    ),
    Case(
        "several-values",
        "several JSON values in one payload are an error (#21)",
        b'data: {"a":1}{"b":2}\n\ndata: {"a":1} {"b":2}\n\ndata: {"a":1}\ndata: {"b":2}\n\ndata: {"c":3}\n\n',
        parsed(sse('{"a":1}{"b":2}'), sse('{"a":1} {"b":2}'), sse('{"a":1}\n{"b":2}'), sse('{"c":3}')),
        [
            run(
                "auto",
                bad_json(7, "trailing data after the value", 0, 0),
                bad_json(8, "trailing data after the value", 1, 22),
                bad_json(8, "trailing data after the value", 2, 45),
                got({"c": 3}, "GenericEvent"),
                event_index=4,
            )
        ],
    ),
    payload(
        "duplicate-keys",
        "the last wins (#40)",
        "completion",
        '{"id":"a","x":1,"id":"b","y":2,"x":3,"choices":[{"text":"a","text":"b","z":[],"z":null}],"model":null,"model":"m"}',
        got(
            {"id": "b", "model": "m", "choices": [{"text": "b", "z": None}], "x": 3, "y": 2},
            id="b",
            model="m",
            choices__0__text="b",
        ),
    ),
    payload(
        "duplicate-keys-of-other-types",
        "the last wins, whatever the first was (#40)",
        "completion",
        '{"choices":[{"text":"a"}],"choices":null,"id":{"a":[1,2]},"id":"b","model":"m","model":{"c":1},'
        '"created":1,"cr\\u0065ated":2}',
        got(
            {"id": "b", "created": 2, "model": {"c": 1}, "choices": None},
            id="b",
            choices=None,
            created=2,
            extra=None,
        ),
    ),
]

CONTROL = [
    Case(
        "keep-alive-comments",
        "OpenRouter: comments before the first event and between (#1)",
        b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n:\n\ndata: "
        + TEXT_BYTES
        + b"\n\n: ping - 1\n\n"
        b"data: [DONE]\n\n",
        parsed(sse(TEXT), sse(DONE), comments=4),
        [run("completion", got(TEXT_EVENT), done=True, comment_count=4, event_index=2)],
    ),
    Case(
        "control-blocks",
        "blocks of retry, id, event, comment or unknown fields alone are no events, and count for nothing (#2, #38)",
        b"retry: 3000\n\nid: 1\n\nevent: ping\n\n: hi\n\nfoo: bar\n\ndata: "
        + TEXT_BYTES
        + b"\n\ndata: x\n\n",
        parsed(
            sse(TEXT, id="1"), sse("x", id="1"), last_event_id="1", retry=3000, comments=1, unknown_fields=1
        ),
        [
            run(
                "completion",
                got(TEXT_EVENT),
                bad_json(0, "expected a value", 1, 49 + 8 + len(TEXT)),
                last_event_id="1",
                retry=3000,
                comment_count=1,
                event_index=2,
            )
        ],
    ),
    Case(
        "empty-data",
        "MCP priming event, empty data as keep-alive: no typed event, but they count (#3)",
        b"id: 0\ndata:\n\ndata: \n\ndata:  \t\ndata\n\ndata: " + TEXT_BYTES + b"\n\ndata: x\n\n",
        parsed(
            sse("", id="0"),
            sse("", id="0"),
            sse(" \t\n", id="0"),
            sse(TEXT, id="0"),
            sse("x", id="0"),
            last_event_id="0",
        ),
        [
            run(
                "completion",
                got(TEXT_EVENT),
                bad_json(0, "expected a value", 4, 13 + 8 + 15 + 8 + len(TEXT)),
                event_index=5,
            )
        ],
    ),
    Case(
        "anthropic-ping",
        "Anthropic Messages: event names, ping, message_stop sets done but ends nothing",
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1"}}\n\n'
        b'event: ping\ndata: {"type": "ping"}\n\n'
        b'event: message_stop\ndata: {"type":"message_stop"     }\n\n'
        b'event: x\ndata: {"type":"x"}\n\n',
        parsed(
            sse('{"type":"message_start","message":{"id":"msg_1"}}', event="message_start"),
            sse('{"type": "ping"}', event="ping"),
            sse('{"type":"message_stop"     }', event="message_stop"),
            sse('{"type":"x"}', event="x"),
        ),
        [
            run(
                "auto",
                got({"type": "message_start", "message": {"id": "msg_1"}}),
                got({"type": "ping"}),
                got({"type": "message_stop"}),
                got({"type": "x"}),
                done=True,
            )
        ],
    ),
    *[
        Case(
            f"responses-{end}",
            "OpenAI Responses: a closing event sets done, whatever the target",
            f'event: response.{end}\ndata: {{"type":"response.{end}"}}\n\n'.encode(),
            parsed(sse(f'{{"type":"response.{end}"}}', event=f"response.{end}")),
            [run(target, got({"type": f"response.{end}"}), done=True) for target in ("auto", "completion")],
        )
        for end in ("completed", "failed", "incomplete")
    ],
    Case(
        "responses-in-progress",
        "OpenAI Responses: other events do not",
        b'event: response.created\ndata: {"type":"response.created"}\n\ndata: {"a":{"type":"message_stop"}}\n\n',
        parsed(
            sse('{"type":"response.created"}', event="response.created"),
            sse('{"a":{"type":"message_stop"}}'),
        ),
        [run("auto", got({"type": "response.created"}), got({"a": {"type": "message_stop"}}))],
    ),
    Case(
        "event-name-of-unknown-events",
        "a generic event keeps its SSE name, wherever the line stands (#12, #13, #14, #36)",
        b'event: thread.odd\ndata: {"a":1}\n\ndata: {"a":2}\nevent: after\n\ndata: {"a":3}\n\nevent: message\ndata: {"a":4}\n\n'
        b'event: list\ndata: [1]\n\ndata: "text"\n\ndata: 5\n\ndata: null\n\ndata: true\n\n',
        parsed(
            sse('{"a":1}', event="thread.odd"),
            sse('{"a":2}', event="after"),
            sse('{"a":3}'),
            sse('{"a":4}'),
            sse("[1]", event="list"),
            sse('"text"'),
            sse("5"),
            sse("null"),
            sse("true"),
        ),
        [
            run(
                "auto",
                got({"a": 1}, "GenericEvent", type="thread.odd", data={"a": 1}),
                got({"a": 2}, "GenericEvent", type="after"),
                got({"a": 3}, "GenericEvent", type=None),
                got({"a": 4}, "GenericEvent", type=None),
                seen("GenericEvent", type="list", data=[1]),
                seen("GenericEvent", type=None, data="text"),
                seen("GenericEvent", data=5),
                seen("GenericEvent", data=None),
                seen("GenericEvent", data=True),
            )
        ],
    ),
    Case(
        "not-an-object",
        "a value that is not an object is no event of a class",
        b'data: [1]\n\ndata:  "text"\n\ndata: 5\n\ndata: null\n\ndata: ' + TEXT_BYTES + b"\n\n",
        parsed(sse("[1]"), sse(' "text"'), sse("5"), sse("null"), sse(TEXT)),
        [
            run(
                "completion",
                bad_json(0, "expected an object", 0, 0),
                bad_json(0, "expected an object", 1, 11),
                bad_json(0, "expected an object", 2, 26),
                bad_json(0, "expected an object", 3, 35),
                got(TEXT_EVENT),
            )
        ],
    ),
    Case(
        "crlf-stream",
        "Perplexity, Gemini, MCP: CRLF (#15), and a BOM (#16)",
        b"\xef\xbb\xbfid: 1\r\ndata: " + TEXT_BYTES + b"\r\n\r\ndata: x\r\n\r\ndata: [DONE]\r\n\r\n",
        parsed(sse(TEXT, id="1"), sse("x", id="1"), sse(DONE, id="1"), last_event_id="1"),
        [
            run(
                "completion",
                got(TEXT_EVENT),
                bad_json(0, "expected a value", 1, 3 + 7 + 6 + len(TEXT) + 4),
                done=True,
                last_event_id="1",
            )
        ],
    ),
    Case(
        "bom-stream",
        "a BOM at byte 0 (#16) is part of the first block: offsets count it",
        b"\xef\xbb\xbfdata: " + TEXT_BYTES + b"\n\ndata: x\n\n",
        parsed(sse(TEXT), sse("x")),
        [run("completion", got(TEXT_EVENT), bad_json(0, "expected a value", 1, 3 + 8 + len(TEXT)))],
    ),
    Case(
        "bom-first-offset",
        "the first block starts at byte 0, BOM or not",
        b"\xef\xbb\xbf: c\ndata: x\n\n",
        parsed(sse("x"), comments=1),
        [run("completion", bad_json(0, "expected a value", 0, 0))],
    ),
]

TERMINATOR = [
    Case(
        "done-missing",
        "more than half of the recorded streams have no [DONE]: the end of the bytes is a normal end (#5)",
        b"data: " + TEXT_BYTES + b"\n\n",
        parsed(sse(TEXT)),
        [run("completion", got(TEXT_EVENT))],
    ),
    Case(
        "done-without-space",
        "data:[DONE] (#4, #5)",
        b"data:" + TEXT_BYTES + b"\n\ndata:[DONE]\n\n",
        parsed(sse(TEXT), sse(DONE)),
        [run("completion", got(TEXT_EVENT), done=True)],
    ),
    Case(
        "done-with-spaces",
        "spaces around it (#5)",
        b"data:   [DONE]  \n\n",
        parsed(sse("  [DONE]  ")),
        [run("completion", done=True, event_index=1)],
    ),
    Case(
        "done-without-data",
        "[DONE] as a line of its own, without data: (#5)",
        b"data: " + TEXT_BYTES + b"\n\n[DONE]\n",
        parsed(sse(TEXT), pending=7, unknown_fields=1),
        [run("completion", got(TEXT_EVENT), done=True)],
    ),
    Case(
        "done-without-blank-line",
        "no blank line after it (#5)",
        b"data: " + TEXT_BYTES + b"\n\ndata: [DONE]\n",
        parsed(sse(TEXT), pending=13, flush=[sse(DONE)]),
        [run("completion", got(TEXT_EVENT), done=True)],
    ),
    Case(
        "done-without-line-end",
        "no line end after it (#5)",
        b"data: " + TEXT_BYTES + b"\n\ndata: [DONE]",
        parsed(sse(TEXT), pending=12, flush=[sse(DONE)]),
        [run("completion", got(TEXT_EVENT), done=True)],
    ),
    Case(
        "done-in-text",
        "a text that contains [DONE] ends nothing (#5)",
        b'data: {"choices":[{"text":"[DONE]"}]}\n\ndata: {"choices":[{"text":"data: [DONE]\\n\\n"}]}\n\ndata: "[DONE]"\n\n',
        parsed(
            sse('{"choices":[{"text":"[DONE]"}]}'),
            sse('{"choices":[{"text":"data: [DONE]\\n\\n"}]}'),
            sse('"[DONE]"'),
        ),
        [
            run(
                "completion",
                got({"choices": [{"text": "[DONE]"}]}),
                got({"choices": [{"text": "data: [DONE]\n\n"}]}),
                bad_json(0, "expected an object", 2, 39 + 49),
            )
        ],
    ),
    Case(
        "done-not-quite",
        "only [DONE] is [DONE]: other spellings are bad JSON (#5)",
        b"data: [done]\n\ndata: [DONE\n\ndata: DONE\n\ndata: [DONE]x\n\ndata: [DONE]\t\n\ndata: [DONE]\ndata\n\n",
        parsed(sse("[done]"), sse("[DONE"), sse("DONE"), sse("[DONE]x"), sse("[DONE]\t"), sse("[DONE]\n")),
        [
            run(
                "completion",
                bad_json(1, "expected a value", 0, 0),
                bad_json(1, "expected a value", 1, 14),
                bad_json(0, "expected a value", 2, 27),
                bad_json(1, "expected a value", 3, 39),
                bad_json(1, "expected a value", 4, 54),
                bad_json(1, "expected a value", 5, 69),
            )
        ],
    ),
    Case(
        "done-then-more",
        "after [DONE] nothing is read any more, be it good or bad",
        b"id: 1\ndata: [DONE]\n\nid: 2\ndata: " + TEXT_BYTES + b"\n\ndata: {\n\n: c\n\nerror: x\n\n{\n",
        parsed(
            sse(DONE, id="1"),
            sse(TEXT, id="2"),
            sse("{", id="2"),
            last_event_id="2",
            comments=1,
            unknown_fields=2,
            pending=2,
        ),
        [run("completion", done=True, last_event_id="1", comment_count=0, event_index=1)],
    ),
    Case(
        "done-several-streams",
        "multi=True: several streams back to back",
        b"data: "
        + TEXT_BYTES
        + b"\n\ndata: [DONE]\n\ndata: "
        + TEXT_BYTES
        + b"\n\ndata: [DONE]\n\ndata: "
        + TEXT_BYTES
        + b"\n\n",
        parsed(sse(TEXT), sse(DONE), sse(TEXT), sse(DONE), sse(TEXT)),
        [
            run("completion", *[got(TEXT_EVENT)] * 3, done=True, options={"multi": True}, event_index=5),
            run("completion", got(TEXT_EVENT), done=True, event_index=2),
        ],
    ),
]

TRUNCATION = [
    Case(
        "end-without-blank-line",
        "the last event lacks its blank line but is whole: delivered (#6)",
        b"data: " + TEXT_BYTES + b"\n\ndata: " + TEXT_BYTES + b"\n",
        parsed(sse(TEXT), pending=7 + len(TEXT), flush=[sse(TEXT)]),
        [run("completion", got(TEXT_EVENT), got(TEXT_EVENT), event_index=2)],
    ),
    Case(
        "end-without-line-end",
        "nor has it a line end (#6)",
        b"id: 3\ndata: " + TEXT_BYTES,
        parsed(pending=12 + len(TEXT), flush=[sse(TEXT, id="3")]),
        [run("completion", got(TEXT_EVENT), event_index=1)],
    ),
    Case(
        "end-inside-json",
        "the connection broke inside the JSON (#6)",
        b"data: " + TEXT_BYTES + b'\n\ndata: {"id":"cm',
        parsed(sse(TEXT), pending=15, flush=[sse('{"id":"cm')]),
        [
            run("completion", got(TEXT_EVENT), truncated("unexpected end of data", 1, 8 + len(TEXT))),
            run(
                "completion",
                got(TEXT_EVENT),
                seen(
                    "ErrorEvent",
                    kind="truncated",
                    offset=8 + len(TEXT),
                    event_index=1,
                    message=f"stream ended inside event 1 (stream offset {8 + len(TEXT)}): unexpected end of data",
                ),
                options={"on_error": "yield"},
            ),
            run("completion", got(TEXT_EVENT), options={"on_error": "skip"}, error_count=1),
        ],
    ),
    Case(
        "end-between-data-lines",
        "the connection broke after a data line of several (#6, #20)",
        b'data: {"id":"a",\ndata: "choices":[\n',
        parsed(pending=35, flush=[sse('{"id":"a",\n"choices":[')]),
        [run("completion", truncated("unexpected end of data", 0, 0))],
    ),
    Case(
        "end-inside-a-character",
        "the connection broke inside a character (#18)",
        b'data: {"choices":[{"text":"a\xf0\x9f',
        parsed(pending=30, flush=[sse('{"choices":[{"text":"a\ufffd')]),
        [run("completion", truncated("unexpected end of data", 0, 0))],
    ),
    Case(
        "end-inside-an-escape",
        "the connection broke inside an escape",
        b'data: {"choices":[{"text":"a\\u20',
        parsed(pending=32, flush=[sse('{"choices":[{"text":"a\\u20')]),
        [run("completion", truncated("unexpected end of data", 0, 0))],
    ),
    Case(
        "end-inside-a-field-name",
        "the connection broke inside the word data: nothing is lost",
        b"data: " + TEXT_BYTES + b"\n\ndat",
        parsed(sse(TEXT), pending=3),
        [run("completion", got(TEXT_EVENT))],
    ),
    Case(
        "end-before-the-value",
        "the connection broke after data: there is no value yet",
        b"data: " + TEXT_BYTES + b"\n\ndata: ",
        parsed(sse(TEXT), pending=6, flush=[sse("")]),
        [run("completion", got(TEXT_EVENT))],
    ),
    Case(
        "end-without-data",
        "the connection broke in a block without data",
        b"data: " + TEXT_BYTES + b"\n\nid: 7\nevent: x\n: c",
        parsed(sse(TEXT), pending=18),
        [run("completion", got(TEXT_EVENT), last_event_id="")],
    ),
    Case(
        "end-with-bad-json",
        "what is not whole JSON at the end is truncated, whatever the reason",
        b"data: hello",
        parsed(pending=11, flush=[sse("hello")]),
        [run("completion", truncated("expected a value", 0, 0))],
    ),
    Case(
        "end-with-a-server-error",
        "an error without its blank line is an error all the same",
        b'data: {"error":{"message":"boom"}}',
        parsed(pending=34, flush=[sse('{"error":{"message":"boom"}}')]),
        [run("completion", server_error("boom", {"message": "boom"}, 0, 0))],
    ),
]

SERVER_ERRORS = [
    Case(
        "error-in-data",
        "vLLM and others: an error object at HTTP 200, then [DONE] (#7)",
        b"data: "
        + TEXT_BYTES
        + b'\n\ndata: {"error":{"message":"out of memory","type":"server_error","code":500}}\n\n'
        b"data: [DONE]\n\n",
        parsed(
            sse(TEXT),
            sse('{"error":{"message":"out of memory","type":"server_error","code":500}}'),
            sse(DONE),
        ),
        [
            run(
                "completion",
                got(TEXT_EVENT),
                server_error(
                    "out of memory",
                    {"message": "out of memory", "type": "server_error", "code": 500},
                    1,
                    8 + len(TEXT),
                ),
                done=True,
            ),
            run(
                "auto",
                got(TEXT_EVENT, "CompletionStreamEvent"),
                seen(
                    "ErrorEvent",
                    kind="server",
                    error={"message": "out of memory", "type": "server_error", "code": 500},
                    message=f"server error in event 1 (stream offset {8 + len(TEXT)}): out of memory",
                    offset=8 + len(TEXT),
                    event_index=1,
                ),
                done=True,
                options={"on_error": "yield"},
            ),
            run("completion", got(TEXT_EVENT), done=True, options={"on_error": "skip"}, error_count=1),
        ],
    ),
    Case(
        "error-with-choices",
        "OpenRouter: error, choices and usage in one chunk, then [DONE] (#7)",
        b'data: {"id":"g","error":{"code":502,"message":"Upstream failed"},"choices":[{"index":0,"delta":{"content":""},'
        b'"finish_reason":"error"}],"usage":{"total_tokens":1}}\n\ndata: [DONE]\n\n',
        parsed(
            sse(
                '{"id":"g","error":{"code":502,"message":"Upstream failed"},"choices":[{"index":0,"delta":{"content":""},'
                '"finish_reason":"error"}],"usage":{"total_tokens":1}}'
            ),
            sse(DONE),
        ),
        [
            run(
                "chat",
                server_error("Upstream failed", {"code": 502, "message": "Upstream failed"}),
                done=True,
            )
        ],
    ),
    Case(
        "error-forms",
        "an error as text, without a message, with a message that is no text, as a list, as a number (#7)",
        b'data: {"error":"overloaded"}\n\ndata: {"error":{"code":400,"a":[1,"\xc3\xa9"]}}\n\ndata: {"error":{"message":5}}\n\n'
        b'data: {"error":["x"]}\n\ndata: {"error":true}\n\ndata: {"error":0}\n\n',
        parsed(
            sse('{"error":"overloaded"}'),
            sse('{"error":{"code":400,"a":[1,"\u00e9"]}}'),
            sse('{"error":{"message":5}}'),
            sse('{"error":["x"]}'),
            sse('{"error":true}'),
            sse('{"error":0}'),
        ),
        [
            run(
                "auto",
                server_error("overloaded", "overloaded", 0, 0),
                server_error('{"code":400,"a":[1,"\u00e9"]}', {"code": 400, "a": [1, "\u00e9"]}, 1, 30),
                server_error('{"message":5}', {"message": 5}, 2, 73),
                server_error('["x"]', ["x"], 3, 104),
                server_error("true", True, 4, 127),
                server_error("0", 0, 5, 149),
            )
        ],
    ),
    Case(
        "error-that-is-none",
        "error null, false, empty text, empty object: no error",
        b'data: {"id":"a","error":null}\n\ndata: {"id":"a","error":false}\n\ndata: {"id":"a","error":""}\n\n'
        b'data: {"id":"a","error":{}}\n\ndata: {"id":"a","x":{"error":"deep"}}\n\ndata: {"error":"x","error":null}\n\n',
        parsed(
            sse('{"id":"a","error":null}'),
            sse('{"id":"a","error":false}'),
            sse('{"id":"a","error":""}'),
            sse('{"id":"a","error":{}}'),
            sse('{"id":"a","x":{"error":"deep"}}'),
            sse('{"error":"x","error":null}'),
        ),
        [
            run(
                target,
                got({"id": "a", "error": None}),
                got({"id": "a", "error": False}),
                got({"id": "a", "error": ""}),
                got({"id": "a", "error": {}}),
                got({"id": "a", "x": {"error": "deep"}}),
                got({"error": None}),
            )
            for target in ("chat", "auto")
        ],
    ),
    Case(
        "error-types",
        'type or object "error": OpenAI Responses (flat and nested), vLLM before 0.10',
        b'data: {"type":"error","code":null,"message":"flat","param":null}\n\n'
        b'data: {"type":"error","error":{"type":"x","message":"nested"}}\n\n'
        b'data: {"object":"error","message":"old","type":"BadRequestError","param":null,"code":400}\n\n'
        b'data: {"type":"error","error":null}\n\n',
        parsed(
            sse('{"type":"error","code":null,"message":"flat","param":null}'),
            sse('{"type":"error","error":{"type":"x","message":"nested"}}'),
            sse('{"object":"error","message":"old","type":"BadRequestError","param":null,"code":400}'),
            sse('{"type":"error","error":null}'),
        ),
        [
            run(
                "auto",
                server_error("flat", {"type": "error", "code": None, "message": "flat", "param": None}, 0, 0),
                server_error("nested", {"type": "x", "message": "nested"}, 1, 66),
                server_error(
                    "old",
                    {
                        "object": "error",
                        "message": "old",
                        "type": "BadRequestError",
                        "param": None,
                        "code": 400,
                    },
                    2,
                    130,
                ),
                server_error('{"type":"error","error":null}', {"type": "error", "error": None}, 3, 221),
            )
        ],
    ),
    Case(
        "error-event-groq",
        "Groq: event: error after good chunks, no [DONE] (#8)",
        b"data: "
        + CHAT_BYTES
        + b'\n\nevent: error\ndata: {"error":{"message":"tool use failed","code":"tool_use_failed"}}\n\n',
        parsed(
            sse(CHAT),
            sse('{"error":{"message":"tool use failed","code":"tool_use_failed"}}', event="error"),
        ),
        [
            run(
                "chat",
                got(CHAT_EVENT),
                server_error(
                    "tool use failed",
                    {"message": "tool use failed", "code": "tool_use_failed"},
                    1,
                    8 + len(CHAT),
                ),
            )
        ],
    ),
    Case(
        "error-event-anthropic",
        "Anthropic: overloaded (#8)",
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        parsed(
            sse('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', event="error")
        ),
        [run("auto", server_error("Overloaded", {"type": "overloaded_error", "message": "Overloaded"}))],
    ),
    Case(
        "error-event-of-any-content",
        "event: error with text, with a JSON scalar, with an object without error, with a null error, without data (#8)",
        b'event: error\ndata: Service down\n\nevent: error\ndata: "down"\n\nevent: error\ndata: {"detail":"d"}\n\n'
        b'data: {"message":"m","error":null}\nevent: error\n\nevent: error\n\nevent: error\ndata:\n\nevent: errors\ndata: {"a":1}\n\n',
        parsed(
            sse("Service down", event="error"),
            sse('"down"', event="error"),
            sse('{"detail":"d"}', event="error"),
            sse('{"message":"m","error":null}', event="error"),
            sse("", event="error"),
            sse('{"a":1}', event="errors"),
        ),
        [
            run(
                "auto",
                server_error("Service down", "Service down", 0, 0),
                server_error("down", "down", 1, 33),
                server_error('{"detail":"d"}', {"detail": "d"}, 2, 60),
                server_error("m", {"message": "m", "error": None}, 3, 95),
                got({"a": 1}, "GenericEvent", type="errors"),
                event_index=6,
            )
        ],
    ),
    Case(
        "error-field",
        "GPUStack, llama.cpp: error as the name of an SSE field (#9)",
        b"data: "
        + CHAT_BYTES
        + b'\n\nerror: {"code":500,"message":"context full","type":"server_error"}\n\ndata: [DONE]\n\n',
        parsed(sse(CHAT), sse(DONE), unknown_fields=1),
        [
            run(
                "chat",
                got(CHAT_EVENT),
                server_error(
                    "context full",
                    {"code": 500, "message": "context full", "type": "server_error"},
                    1,
                    8 + len(CHAT),
                ),
                done=True,
            )
        ],
    ),
    Case(
        "error-field-of-text",
        "the field error with text, without a space, and with what is not quite JSON (#9)",
        b'error: out of memory\n\nerror:oops\n\nerror: {"a"\n\nErrors: x\n\n',
        parsed(unknown_fields=4),
        [
            run(
                "chat",
                server_error("out of memory", "out of memory", 0, 0),
                server_error("oops", "oops", 0, 22),
                server_error('{"a"', '{"a"', 0, 34),
            )
        ],
    ),
    Case(
        "error-field-without-value",
        "the field error with an empty value, with and without its colon (#9)",
        b"error:\n\nerror\n\nerrors\n\n",
        parsed(unknown_fields=3),
        [run("chat", server_error("", "", 0, 0), server_error("", "", 0, 8))],
    ),
    Case(
        "error-field-twice",
        "the last error line of a block wins, as with the other fields (#9)",
        b'error: {"message":"a"}\nerror: {"message":"b"}\n\n',
        parsed(unknown_fields=2),
        [run("chat", server_error("b", {"message": "b"}, 0, 0))],
    ),
    Case(
        "error-field-at-the-end",
        "an error line without line end or blank line is an error all the same (#9)",
        b"data: " + CHAT_BYTES + b'\n\nerror: {"message":"gone"}',
        parsed(sse(CHAT), pending=25),
        [run("chat", got(CHAT_EVENT), server_error("gone", {"message": "gone"}, 1, 8 + len(CHAT)))],
    ),
    Case(
        "error-field-with-data",
        "the field error wins over the data of its block (#9)",
        b"data: " + CHAT_BYTES + b'\nerror: {"message":"bad"}\n\ndata: ' + CHAT_BYTES + b"\n\n",
        parsed(sse(CHAT), sse(CHAT), unknown_fields=1),
        [run("chat", server_error("bad", {"message": "bad"}, 0, 0), got(CHAT_EVENT))],
    ),
]

BARE_JSON = [
    Case(
        "bare-error-in-mid-stream",
        "Vertex: a pretty-printed error without data: in mid-stream (#10)",
        b"data: "
        + CHAT_BYTES
        + b'\r\n\r\n{\n  "error": {\n    "code": 503,\n    "message": "unavailable"\n  }\n}\n',
        parsed(sse(CHAT), pending=67, unknown_fields=6),
        [
            run(
                "chat",
                got(CHAT_EVENT),
                server_error("unavailable", {"code": 503, "message": "unavailable"}, 1, 10 + len(CHAT)),
                event_index=2,
            )
        ],
    ),
    Case(
        "bare-error-body",
        "Gemini: a JSON body in place of a stream (#11)",
        b'{\n  "error": {\n    "code": 404,\n\n    "message": "not found: {[\\"}"\n  }\n}\n',
        parsed(unknown_fields=6, pending=40),
        [
            run("auto", server_error('not found: {["}', {"code": 404, "message": 'not found: {["}'})),
            run("chat", server_error('not found: {["}', {"code": 404, "message": 'not found: {["}'})),
        ],
    ),
    Case(
        "bare-error-in-one-line",
        "a JSON body in one line, without a line end (#11)",
        b'{"error":{"message":"no such model"}}',
        parsed(pending=37),
        [run("chat", server_error("no such model", {"message": "no such model"}))],
    ),
    Case(
        "bare-list-body",
        "Gemini: errors of a stream request are a JSON list (#11)",
        b'[{\n  "error": {\n    "code": 400\n  }\n}\n]\n',
        parsed(unknown_fields=6, pending=40),
        [
            run(target, server_error('{"code":400}', {"code": 400}, 0, 1), done=True)
            for target in ("auto", "chat")
        ],
    ),
    Case(
        "bare-lines",
        "NDJSON (Ollama native): a value per line, all in one block",
        b'{"response":"a","done":false}\n{"response":"b","done":false}\r\n{"response":"","done":true}\n',
        parsed(unknown_fields=3, pending=30 + 31 + 28),
        [
            run(
                "auto",
                got({"response": "a", "done": False}, "OllamaGenerateResponse"),
                got({"response": "b", "done": False}),
                got({"response": "", "done": True}),
                event_index=3,
                done=True,
            )
        ],
    ),
    Case(
        "bare-then-data",
        "a bare value does not end its block",
        b'{"a":1}\ndata: {"b":2}\n\n{"c":3}\n\ndata: x\n\n',
        parsed(sse('{"b":2}'), sse("x"), unknown_fields=2),
        [
            run(
                "auto",
                got({"a": 1}),
                got({"b": 2}),
                got({"c": 3}),
                bad_json(0, "expected a value", 3, 32),
            )
        ],
    ),
    Case(
        "bare-after-data",
        "in a block that has data a line that starts with a brace is an unknown field",
        b'data: {"a":1}\n{"b":2}\n[DONE]\n\n',
        parsed(sse('{"a":1}'), unknown_fields=2),
        [run("auto", got({"a": 1}))],
    ),
    Case(
        "bare-behind-blanks",
        "blanks before the bracket of a bare value are a part of it; other values are unknown fields",
        b' {"error":"x"}\n"error"\n 5\n\t{\n "b":2}\n\n  x{"c":3}\n\ndata: {"a":1}\n\n',
        parsed(sse('{"a":1}'), unknown_fields=6),
        [run("auto", server_error("x", "x", 0, 0), got({"b": 2}), got({"a": 1}), event_index=3)],
    ),
    Case(
        "bare-aborted",
        "a data line ends a bare value that is still open",
        b'{\n  "a": 1,\n\ndata: {"b":2}\n\n',
        parsed(sse('{"b":2}'), unknown_fields=2),
        [run("auto", bad_json(12, "unexpected end of data", 0, 0), got({"b": 2}), event_index=2)],
    ),
    Case(
        "bare-aborted-by-event",
        "and so does an event line",
        b'{\nevent: x\ndata: {"b":2}\n\n',
        parsed(sse('{"b":2}', event="x"), unknown_fields=1),
        [run("auto", bad_json(1, "unexpected end of data", 0, 0), got({"b": 2}, type="x"))],
    ),
    Case(
        "bare-aborted-at-the-end",
        "and so does an unfinished data or event line at the end of the stream: it is a line like others",
        b'{\n"a":1,\ndata: {"b":2}',
        parsed(pending=22, unknown_fields=2, flush=[sse('{"b":2}')]),
        [run("auto", bad_json(8, "unexpected end of data", 0, 0), got({"b": 2}), event_index=2)],
    ),
    Case(
        "bare-aborted-by-event-at-the-end",
        "the same for an event line",
        b'{\n"a":1,\nevent: x',
        parsed(pending=17, unknown_fields=2),
        [run("auto", bad_json(8, "unexpected end of data", 0, 0), event_index=1)],
    ),
    Case(
        "bare-after-bom",
        "a JSON body behind a BOM: its block starts at byte 0",
        b'\xef\xbb\xbf{"error":"x"}\n\n',
        parsed(unknown_fields=1),
        [run("auto", server_error("x", "x", 0, 0))],
    ),
    Case(
        "bare-after-bom-truncated",
        "the same, cut short",
        b"\xef\xbb\xbf[",
        parsed(pending=4),
        [run("auto", truncated("unexpected end of data", 0, 0))],
    ),
    Case(
        "bare-with-more-after-it",
        "text after the closing bracket is an error, white space is not",
        b'{"a":1} x\n\n{"b":2} \t\n\n{"c":3}{"d":4}\n\n',
        parsed(unknown_fields=3),
        [
            run(
                "auto",
                bad_json(8, "trailing data after the value", 0, 0),
                got({"b": 2}),
                bad_json(7, "trailing data after the value", 2, 22),
            )
        ],
    ),
    Case(
        "bare-escape-at-the-line-end",
        "the line feed that joins two lines can be escaped, which is no JSON; brackets in strings close nothing",
        b'{"a":"}\\\n\\"]"}\n{"b":"]\\\\"}\n',
        parsed(pending=27, unknown_fields=3),
        [run("auto", bad_json(7, "invalid escape", 0, 0), got({"b": "]\\"}), event_index=2)],
    ),
    Case(
        "bare-bad-json",
        "a bare value that closes but is not JSON",
        b"{'a':1}\n\n{oops}\n\n[]\n\n",
        parsed(unknown_fields=3),
        [
            run(
                "auto",
                bad_json(1, "expected a string key", 0, 0),
                bad_json(1, "expected a string key", 1, 9),
                seen("GenericEvent", data=[]),
            )
        ],
    ),
    Case(
        "bare-truncated",
        "the stream ends inside a bare value",
        b'data: {"a":1}\n\n{\n  "error": {\n',
        parsed(sse('{"a":1}'), unknown_fields=2, pending=15),
        [run("auto", got({"a": 1}), truncated("unexpected end of data", 1, 15))],
    ),
    Case(
        "bare-fields-inside",
        "inside a bare value only data: and event: lines count as fields",
        b'{\nid: 5\n: c\nretry: 1\n}\n\ndata: {"a":1}\n\n',
        parsed(sse('{"a":1}', id="5"), last_event_id="5", retry=1, comments=1, unknown_fields=2),
        [
            run(
                "auto",
                bad_json(2, "expected a string key", 0, 0),
                got({"a": 1}),
                last_event_id="",
                retry=None,
                comment_count=0,
            )
        ],
    ),
]

STRICT = [
    Case(
        "strict-good",
        "strict mode accepts what the class declares, and any unknown keys",
        b"data: " + CHAT_BYTES[:-1] + b',"x":{"y":[1]}}\n\n',
        parsed(sse(CHAT[:-1] + ',"x":{"y":[1]}}')),
        [run("chat", got(CHAT_EVENT | {"x": {"y": [1]}}, x={"y": [1]}), options={"strict": True})],
    ),
    Case(
        "strict-order",
        "strict mode: the first problem in declared order, depth first; after it the decoder goes on",
        b'data: {"outer":{"third":"x"},"name":5}\n\ndata: {"name":"n","outer":{"third":"x","second":[1,"2"]}}\n\n'
        b'data: {"name":"n","outer":{"first":1,"second":[]}}\n\n',
        parsed(
            sse('{"outer":{"third":"x"},"name":5}'),
            sse('{"name":"n","outer":{"third":"x","second":[1,"2"]}}'),
            sse('{"name":"n","outer":{"first":1,"second":[]}}'),
        ),
        [
            run(
                "sample",
                {"error": "DecodeError", "offset": 0, "event_index": 0, "path": "$.name"},
                missing("$.outer.first", 1, 40),
                got(
                    {"name": "n", "outer": {"first": 1, "second": []}},
                    "Sample",
                    outer__first=1,
                    outer__second=[],
                    outer__third=None,
                ),
                options={"strict": True},
            )
        ],
    ),
    Case(
        "strict-syntax-first",
        "strict mode: bad JSON wins over everything else",
        b'data: {"name":5\n\n',
        parsed(sse('{"name":5')),
        [run("sample", bad_json(9, "unexpected end of data", 0, 0), options={"strict": True})],
    ),
    Case(
        "strict-paths",
        "strict mode names the place: index, nested field, wire name, dict value, tag",
        b'data: {"name":"n","outer":{"first":1,"second":[1,2,"3"]}}\n\n'
        b'data: {"name":"n","outer":{"first":true,"second":[]}}\n\n'
        b'data: {"name":"n","outer":{"first":1,"second":[]},"wireName":5}\n\n'
        b'data: {"name":"n","outer":{"first":1,"second":[]},"parts":[{"kind":"text","text":"t"},{"kind":"odd"}]}\n\n'
        b'data: {"name":"n","outer":{"first":1,"second":[]},"parts":[{"kind":"text"}]}\n\n'
        b'data: {"name":"n","outer":{"first":1,"second":[]},"by_key":{"k":{"second":[]}}}\n\n',
        parsed(
            sse('{"name":"n","outer":{"first":1,"second":[1,2,"3"]}}'),
            sse('{"name":"n","outer":{"first":true,"second":[]}}'),
            sse('{"name":"n","outer":{"first":1,"second":[]},"wireName":5}'),
            sse(
                '{"name":"n","outer":{"first":1,"second":[]},"parts":[{"kind":"text","text":"t"},{"kind":"odd"}]}'
            ),
            sse('{"name":"n","outer":{"first":1,"second":[]},"parts":[{"kind":"text"}]}'),
            sse('{"name":"n","outer":{"first":1,"second":[]},"by_key":{"k":{"second":[]}}}'),
        ),
        [
            run(
                "sample",
                {"error": "DecodeError", "offset": 0, "event_index": 0, "path": "$.outer.second[2]"},
                {"error": "DecodeError", "offset": 59, "event_index": 1, "path": "$.outer.first"},
                {"error": "DecodeError", "offset": 114, "event_index": 2, "path": "$.wireName"},
                {"error": "DecodeError", "offset": 179, "event_index": 3},
                missing("$.parts[0].text", 4, 283),
                missing("$.by_key.k.first", 5, 361),
                options={"strict": True},
            ),
            run(
                "sample",
                got({"name": "n", "outer": {"first": 1, "second": [1, 2, "3"]}}, outer__second=[1, 2, "3"]),
                got({"name": "n", "outer": {"first": True, "second": []}}, outer__first=True),
                got({"name": "n", "outer": {"first": 1, "second": []}, "wireName": 5}, wire_name=5),
                got(
                    {
                        "name": "n",
                        "outer": {"first": 1, "second": []},
                        "parts": [{"kind": "text", "text": "t"}, {"kind": "odd"}],
                    },
                    parts__0__text="t",
                    parts__1={"kind": "odd"},
                ),
                got(
                    {"name": "n", "outer": {"first": 1, "second": []}, "parts": [{"kind": "text"}]},
                    parts__0__text=None,
                ),
                got(
                    {"name": "n", "outer": {"first": 1, "second": []}, "by_key": {"k": {"second": []}}},
                    by_key__k__first=None,
                ),
            ),
        ],
    ),
    Case(
        "union-by-tag",
        "a union as target: the tag chooses, an unknown one gives a generic event, or an error in strict mode",
        b'data: {"kind":"text","text":"a"}\n\ndata: {"url":"u","kind":"image"}\n\ndata: {"kind":"sound"}\n\ndata: {"text":"a"}\n\n'
        b'data: {"kind":5}\n\n',
        parsed(
            sse('{"kind":"text","text":"a"}'),
            sse('{"url":"u","kind":"image"}'),
            sse('{"kind":"sound"}'),
            sse('{"text":"a"}'),
            sse('{"kind":5}'),
        ),
        [
            run(
                "part",
                got({"kind": "text", "text": "a"}, "TextPart", text="a"),
                got({"kind": "image", "url": "u"}, "ImagePart", url="u"),
                got({"kind": "sound"}, "GenericEvent"),
                got({"text": "a"}, "GenericEvent"),
                got({"kind": 5}, "GenericEvent"),
            ),
            run(
                "part",
                got({"kind": "text", "text": "a"}, "TextPart"),
                got({"kind": "image", "url": "u"}, "ImagePart"),
                {"error": "DecodeError", "offset": 68, "event_index": 2},
                {"error": "DecodeError", "offset": 92, "event_index": 3},
                {"error": "DecodeError", "offset": 112, "event_index": 4},
                options={"strict": True},
            ),
        ],
    ),
    Case(
        "declared-error-key",
        "a class that declares a field error receives it; type error is still an error of the server",
        b'data: {"error":{"code":1}}\n\ndata: {"error":"text"}\n\ndata: {"type":"error","message":"m"}\n\n',
        parsed(sse('{"error":{"code":1}}'), sse('{"error":"text"}'), sse('{"type":"error","message":"m"}')),
        [
            run(
                "job",
                got({"error": {"code": 1}}, "Job", error={"code": 1}),
                got({"error": "text"}, "Job", error="text"),
                server_error("m", {"type": "error", "message": "m"}, 2, 52),
            )
        ],
    ),
]

CASES = [
    *COMPLETIONS, *CHATS, *TEXT_FORMS, *CONTROL, *TERMINATOR, *TRUNCATION, *SERVER_ERRORS, *BARE_JSON, *STRICT,
]  # fmt: skip
