"""The forty oddities of real servers: one test each, with the number under which the list of dialects has it.

Where more is to be said about one, the corpus says it (its cases name the numbers too); here is the point of
each.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from sselerate._surrogates import join_halves
from sselerate.accumulate import Accumulator
from sselerate.errors import DecodeError, EventTooLargeError, ServerError, TruncatedStreamError
from sselerate.events import (
    ChatCompletionChunk,
    ChatCompletionDelta,
    CompletionStreamEvent,
    GenericEvent,
    MessageStreamEvent,
    ResponseStreamEvent,
)
from tests import chunkings
from tests.backends import Backend
from tests.outcomes import canonicals, drive


def data(*payloads: Any, end: str = "\n\n") -> bytes:
    """One event per payload: an object, or text as it is."""
    texts = [text if isinstance(text, str) else json.dumps(text) for text in payloads]
    return "".join(f"data: {text}{end}" for text in texts).encode()


def chunk(**fields: Any) -> dict[str, Any]:
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []} | fields


def said(delta: Any, **fields: Any) -> dict[str, Any]:
    return chunk(choices=[{"index": 0, "delta": delta} | fields])


def text_of(events: list[Any]) -> str:
    return "".join(event.text for event in events)


def test_quirk_01_comments_keep_the_connection_alive(backend: Backend) -> None:
    body = (
        b": OPENROUTER PROCESSING\n\n:\n\n"
        + data(said({"content": "a"}))
        + b": ping - now\n\n"
        + data("[DONE]")
    )
    decoder = backend.Decoder()
    assert text_of(decoder.feed(body)) == "a"
    assert decoder.comment_count == 3


def test_quirk_02_blocks_without_data_are_no_events(backend: Backend) -> None:
    body = b": c\n\nretry: 3000\n\nid: 7\n\nevent: x\n\n\n\n" + data(said({"content": "a"}))
    decoder = backend.Decoder()
    assert len(decoder.feed(body)) == 1
    assert (decoder.retry, decoder.last_event_id, decoder.event_index) == (3000, "7", 1)


def test_quirk_03_empty_data_is_nothing_for_json_and_something_for_text(backend: Backend) -> None:
    decoder = backend.Decoder()
    assert decoder.feed(b"id: 1\ndata:\n\ndata: \n\n" + data(said({"content": "a"}))) == backend.decode(
        data(said({"content": "a"}))
    )
    assert (decoder.last_event_id, decoder.event_index) == ("1", 3)
    assert [event.data for event in backend.Parser().feed(b"data:\n\ndata: \n\n")] == ["", ""]


def test_quirk_04_no_space_after_the_colon(backend: Backend) -> None:
    payload = json.dumps(said({"content": " a"}))
    assert text_of(backend.decode(f"data:{payload}\n\ndata: {payload}\n\n".encode())) == " a a"


@pytest.mark.parametrize(
    "end", [b"", b"data:[DONE]\n\n", b"[DONE]\n", b"data: [DONE]", b"data:  [DONE] \n\n"]
)
def test_quirk_05_the_terminator_in_all_its_forms(backend: Backend, end: bytes) -> None:
    decoder = backend.Decoder()
    events = drive(decoder, [data(said({"content": "[DONE]"})) + end])
    assert text_of(events) == "[DONE]"
    assert decoder.done == bool(end)


def test_quirk_06_the_last_event_without_its_blank_line(backend: Backend) -> None:
    body = data(said({"content": "a"}), said({"content": "b"})).rstrip(b"\n")
    assert text_of(backend.decode(body)) == "ab"
    with pytest.raises(TruncatedStreamError) as raised:
        backend.decode(body[:-3])
    assert text_of(raised.value.events) == "a"
    assert backend.Parser().feed(body)[1:] == []


def test_quirk_07_an_error_beside_choices_is_an_error(backend: Backend) -> None:
    payload = said({"content": "a"}, finish_reason="error") | {
        "error": {"code": 502, "message": "gone"},
        "usage": {},
    }
    for target in (None, ChatCompletionChunk):
        with pytest.raises(ServerError, match="gone") as raised:
            backend.decode(data(payload, "[DONE]"), target)
        assert raised.value.error == {"code": 502, "message": "gone"}
        assert raised.value.payload == payload


def test_quirk_07_what_is_said_beside_an_error_is_not_lost(backend: Backend) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
    last = said({"content": "b"}, finish_reason="error") | {"error": {"message": "gone"}, "usage": usage}
    for target in (None, ChatCompletionChunk):
        events = backend.decode(data(said({"content": "a"}), last, "[DONE]"), target, on_error="yield")
        error = events[1]
        assert (error.kind, error.text, error.finish_reason) == ("server", "b", "error")
        assert error.usage.total_tokens == 6
        assert error.event.to_dict() == error.payload == last
        accumulator: Accumulator[Any] = Accumulator(target)
        for event in events:
            accumulator.push(event)
        assert (accumulator.text, accumulator.finish_reason, accumulator.complete) == ("ab", "error", False)
        assert accumulator.usage.total_tokens == 6
    (alone,) = backend.decode(data({"error": {"message": "gone"}}), on_error="yield")
    assert (alone.event, alone.text, alone.usage) == (None, "", None)


def test_quirk_08_an_event_called_error(backend: Backend) -> None:
    body = data(said({"content": "a"})) + b'event: error\ndata: {"error":{"message":"busy"}}\n\n'
    with pytest.raises(ServerError, match="busy") as raised:
        backend.decode(body)
    assert text_of(raised.value.events) == "a"


def test_quirk_09_a_field_called_error(backend: Backend) -> None:
    with pytest.raises(ServerError, match="busy"):
        backend.decode(b'error: {"message":"busy"}\n\n')


def test_quirk_10_bare_json_in_the_middle(backend: Backend) -> None:
    body = data(said({"content": "a"})) + b'{\n  "error": {\n    "message": "busy"\n  }\n}\n'
    with pytest.raises(ServerError, match="busy") as raised:
        backend.decode(body)
    assert text_of(raised.value.events) == "a"


@pytest.mark.parametrize("blank", [b"", b"  ", b"\t", b"\n   ", b"\r\n\r\n \t", b"\xef\xbb\xbf "])
@pytest.mark.parametrize("body", [b'{"error":{"message":"busy"}}', b'[{\n"error": {"message": "busy"}}]\n'])
def test_quirk_11_a_json_body_in_place_of_the_stream(backend: Backend, body: bytes, blank: bytes) -> None:
    for target in (None, ChatCompletionChunk):
        with pytest.raises(ServerError, match="busy"):
            backend.decode(blank + body, target)


def test_quirk_12_the_event_field_after_the_data(backend: Backend) -> None:
    body = b'data: {"type":"response.output_text.delta","delta":"a"}\nevent: response.output_text.delta\n\n'
    assert text_of(backend.decode(body)) == "a"
    with pytest.raises(ServerError):
        backend.decode(b'data: {"message":"busy"}\nevent: error\n\n')


def test_quirk_13_no_event_field(backend: Backend) -> None:
    body = data(
        {"type": "response.output_text.delta", "delta": "a"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "b"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "c"}},
    )
    assert text_of(backend.decode(body)) == "abc"


def test_quirk_14_the_event_field_says_what_the_data_does_not(backend: Backend) -> None:
    body = b'event: thread.run.created\ndata: {"id":"r","object":"thread.run"}\n\n'
    (event,) = backend.decode(body)
    assert (type(event).__name__, event.event, event.object) == (
        "AssistantRun",
        "thread.run.created",
        "thread.run",
    )
    assert event.to_dict() == {"id": "r", "object": "thread.run"}


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n", "mixed"])
def test_quirk_15_line_ends_of_all_kinds_cut_anywhere(backend: Backend, ends: str) -> None:
    payloads = [json.dumps(said({"content": text})) for text in "abc"]
    if ends == "mixed":
        body = "data: {}\r\n\ndata: {}\r\rdata: {}\n\r\n".format(*payloads).encode()
    else:
        body = "".join(f"data: {payload}{ends}{ends}" for payload in payloads).encode()
    for name, chunks in chunkings.every(body):
        assert text_of(drive(backend.Decoder(), chunks)) == "abc", name


def test_quirk_16_a_byte_order_mark(backend: Backend) -> None:
    body = b"\xef\xbb\xbf" + data(said({"content": "a"}))
    for cut in range(5):
        assert text_of(drive(backend.Decoder(), [b"", body[:cut], b"", body[cut:]])) == "a"


def test_quirk_17_only_cr_and_lf_end_lines(backend: Backend) -> None:
    odd = "a\u2028b\u2029c\u0085d\x7f"
    assert text_of(backend.decode(data(json.dumps(said({"content": odd}), ensure_ascii=False)))) == odd


def test_quirk_18_characters_cut_in_two_and_bytes_that_are_none(backend: Backend) -> None:
    body = data(json.dumps(said({"content": "é日🎈"}), ensure_ascii=False))
    for cut in range(len(body)):
        assert text_of(drive(backend.Decoder(), [body[:cut], body[cut:]])) == "é日🎈"
    bad = data(said({"content": "a?b"})).replace(b"?", b"\xf0\x9f\xff")
    assert text_of(backend.decode(bad)) == "a\ufffd\ufffdb"


def test_quirk_19_lone_surrogates(backend: Backend) -> None:
    halves = backend.decode(data(said({"content": "\ud83c"}), said({"content": "\udf88"})))
    assert [event.text for event in halves] == ["\ud83c", "\udf88"]
    assert text_of(halves).encode("utf-16-le", "surrogatepass").decode("utf-16-le") == "🎈"


def test_quirk_19_lone_surrogates_are_replaced_if_wanted(backend: Backend) -> None:
    """In every string and key, each for itself; a pair is a character. What decoders learn with one option is
    not used with the other."""
    texts = ["a", "b\n", "c\n", "\ud83c", "\udf88", "d\n", "\ud83c🎈", "\ud83c\\ud83c", "é\ud83c", "e\n"]
    odd = {"x\ud800": 1, "y": ["\udfff"]}
    chunks = [said({"content": text}) | odd | {"x\ud801": text} for text in texts]
    body = data(*chunks, "[DONE]")
    replaced = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    for target in (None, ChatCompletionChunk):
        for surrogates, wanted in (("keep", texts), ("replace", replaced)) * 2:
            for name, pieces in chunkings.few(body):
                events = drive(backend.Decoder(target, surrogates=surrogates), pieces)
                assert [event.text for event in events] == wanted, name
            assert backend.text(body, target, surrogates=surrogates) == join_halves("".join(wanted))
    event = backend.decode(body, surrogates="replace")[3]
    assert event.extra == {"x\ufffd": "\ufffd", "y": ["\ufffd"]}


def test_quirk_19_lone_surrogates_in_what_is_no_event(backend: Backend) -> None:
    """JSON values are without them; the data of an error and text that is no JSON stay as they came."""
    choice = {"text": "", "index": 0, "logprobs": {"top_logprobs": [{"\ud83c": "?"}]}}
    event = {"id": "i", "object": "o", "created": 1, "model": "m", "choices": [choice]}
    payloads = ['{"error":{"message":"\\ud83c"}}', json.dumps(event), '{"id":"\\ud83c\\x"}']
    decoder = backend.Decoder(CompletionStreamEvent, strict=True, on_error="yield", surrogates="replace")
    server, mismatch, syntax = drive(decoder, [data(*payloads)])
    assert [event.data for event in (server, mismatch, syntax)] == payloads
    assert server.error == {"message": "\ufffd"}
    assert mismatch.path == '$.choices[0].logprobs.top_logprobs[0]["\ufffd"]'
    assert syntax.message.startswith("invalid JSON at byte 13 ")
    (field,) = drive(backend.Decoder(on_error="yield", surrogates="replace"), [b'error: {"a":"\\uD800"}\n\n'])
    assert (field.error, field.data) == ({"a": "\ufffd"}, '{"a":"\\uD800"}')
    (text,) = backend.decode(b"data: \\ud83c\n\n", GenericEvent, surrogates="replace")
    assert text.data == "\\ud83c"


def test_quirk_20_json_over_several_data_lines(backend: Backend) -> None:
    body = "".join(f"data: {line}\n" for line in json.dumps(said({"content": "a"}), indent=1).splitlines())
    assert text_of(backend.decode(f"{body}\n".encode())) == "a"


def test_quirk_21_several_values_in_one_payload_are_an_error_and_the_rest_goes_on(backend: Backend) -> None:
    one = json.dumps(said({"content": "a"}))
    outcomes = drive(backend.Decoder(), [data(one + one, one)])
    assert [type(outcome).__name__ for outcome in outcomes] == ["DecodeError", "ChatCompletionChunk"]
    assert "trailing data after the value" in str(outcomes[0])
    (event,) = backend.decode(
        data(said({"tool_calls": [{"index": 0, "function": {"arguments": '{}{"a":1}'}}]}))
    )
    assert event.tool_calls[0].arguments == '{}{"a":1}'


def test_quirk_21_several_values_in_one_payload_are_events_if_wanted(backend: Backend) -> None:
    one, two = json.dumps(said({"content": "a"})), json.dumps(said({"content": "b"}))
    bodies = [
        data(one + two + " " + one, two) + b"data: [DONE]\n\n",
        f"data: {one}{two}\n\n{one} {two}[DONE]\n".encode(),
        f"{one}{two}\ndata: {one}\n\ndata: {two}".encode(),
        f"event: x\ndata: {one}\ndata: {two}\nid: 7\n\n{one}{two}".encode(),
    ]
    for body in bodies:
        for target in (None, ChatCompletionChunk):
            for name, chunks in chunkings.few(body):
                decoder = backend.Decoder(target, split=True)
                assert text_of(drive(decoder, chunks)) == "abab", name
    failed = f"error: x\ndata: {one}{two}\n\n".encode()
    (error,) = drive(backend.Decoder(split=True, on_error="yield"), [failed])
    assert (error.kind, error.error) == ("server", "x")
    bad, good = drive(backend.Decoder(split=True, on_error="yield"), [data(one + "{", two)])[1:]
    assert (bad.kind, bad.data, bad.event_index, good.text) == ("decode", "{", 1, "b")
    with pytest.raises(TruncatedStreamError):
        drive_to_error(backend.Decoder(split=True), f"data: {one}{{".encode())


def drive_to_error(decoder: Any, body: bytes) -> None:
    decoder.feed(body)
    decoder.close()


def test_quirk_22_huge_events(backend: Backend) -> None:
    image = "A" * 3_000_000
    body = data({"type": "response.image_generation_call.partial_image", "partial_image_b64": image})
    (event,) = drive(backend.Decoder(), chunkings.in_pieces(body, 1024))
    assert event.partial_image_b64 == image
    with pytest.raises(EventTooLargeError):
        backend.decode(body, max_event_bytes=100_000)


def test_quirk_23_random_padding(backend: Backend) -> None:
    chat = [said({"content": str(i)}) | {"obfuscation": "x" * (i % 5)} for i in range(20)]
    chat += [said({"content": str(i)}) | {"p": "y" * (i % 7)} for i in range(20)]
    delta = 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%d"}%s}\n\n'
    messages = "".join(delta % (i, " " * (i % 13)) for i in range(40))
    wanted = "".join(map(str, range(20))) * 2 + "".join(map(str, range(40)))
    events = backend.decode(data(*chat) + messages.encode())
    assert text_of(events) == wanted
    assert [event.extra for event in events] == [None] * 80


def test_quirk_24_a_first_chunk_with_nothing_in_it(backend: Backend) -> None:
    payload = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    (event,) = backend.decode(data(payload))
    assert type(event) is ChatCompletionChunk
    assert (event.text, event.usage, event.finish_reason, event.tool_calls) == ("", None, None, ())
    assert event.to_dict() == payload


@pytest.mark.parametrize(
    "payload",
    [
        chunk(choices=None),
        said(None),
        chunk(choices=[{"index": 0}]),
        chunk(choices=[None]),
        {"object": "chat.completion.chunk"},
        {"object": "text_completion", "choices": [{"delta": {"content": "x"}}]},
        {"object": "text_completion", "choices": [{"text": None}]},
    ],
)
def test_quirk_25_what_should_be_there_is_null_or_missing(backend: Backend, payload: dict[str, Any]) -> None:
    (event,) = backend.decode(data(payload))
    assert (event.text, event.reasoning, event.tool_calls, event.finish_reason) == ("", "", (), None)
    assert event.to_dict() == payload


@pytest.mark.parametrize(
    ("choice", "raw", "answer"),
    [
        ({}, None, None),
        ({"finish_reason": None}, None, None),
        ({"finish_reason": ""}, "", None),
        ({"finish_reason": "null"}, "null", None),
        ({"finish_reason": "eos"}, "eos", "eos"),
        ({"finish_reason": 5}, 5, None),
    ],
)
def test_quirk_26_finish_reasons(
    backend: Backend, choice: dict[str, Any], raw: Any, answer: str | None
) -> None:
    """The field keeps what was sent, missing and null can be told apart, the answer is the same for all."""
    payload = chunk(choices=[{"index": 0, "delta": {"content": "a"}} | choice])
    (event,) = backend.decode(data(payload))
    assert (event.choices[0].finish_reason, event.finish_reason, event.text) == (raw, answer, "a")
    assert event.to_dict() == payload


def test_quirk_27_usage_anywhere(backend: Backend) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    events = backend.decode(
        data(
            chunk(usage=None),
            chunk(usage={}),
            said({"content": "a"}) | {"usage": usage},
            chunk(x_groq={"usage": usage}),
            chunk(choices=[{"index": 0, "delta": {}, "usage": usage}]),
        )
    )
    assert [event.usage and event.usage.total_tokens for event in events] == [None, None, 3, None, None]
    assert events[3].x_groq["usage"] == events[4].choices[0].extra["usage"] == usage


@pytest.mark.parametrize(
    "created", [1787150055.0, 1787150055, 1787150055000, "1787150055", 1787150055.5, None]
)
def test_quirk_28_created_of_all_kinds(backend: Backend, created: Any) -> None:
    chat, response = backend.decode(
        data(
            chunk(created=created),
            {"type": "response.created", "response": {"id": "r", "created_at": created}},
        )
    )
    assert chat.created == response.response.created_at == created
    assert type(chat.created) is type(created)


def test_quirk_29_content_as_a_number_or_a_list(backend: Backend) -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]
    number, several = backend.decode(data(said({"content": 5}), said({"content": parts})))
    assert (number.choices[0].delta.content, number.text) == (5, "5")
    assert (several.text, several.reasoning) == ("ab", "Hm")
    assert several.to_dict() == said({"content": parts})


def test_quirk_30_log_probabilities_of_all_kinds(backend: Backend) -> None:
    body = (
        b'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"logprobs":-0.5}]}\n\n'
        b'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"logprobs":{"content":'
        b'[{"token":"a","logprob":-Infinity},{"token":"b","logprob":NaN},{"token":"c","logprob":-9999.0},'
        b'{"token":"d","logprob":null}]}}]}\n\n'
    )
    bare, several = backend.decode(body)
    assert bare.choices[0].logprobs == -0.5
    found = [token.logprob for token in several.choices[0].logprobs.content]
    assert found[0] == -math.inf
    assert math.isnan(found[1])
    assert found[2:] == [-9999.0, None]


def test_quirk_31_integers_beyond_53_bits(backend: Backend) -> None:
    seed = 7228414683750928000
    (event,) = backend.decode(data(chunk(choices=[{"index": 0, "delta": {}, "seed": seed}])))
    assert event.choices[0].extra == {"seed": seed}
    (event,) = backend.decode(b'{"model":"m","response":"","done":true,"total_duration":9007199254740993}\n')
    assert event.total_duration == 9007199254740993


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ({"id": "c", "function": {"name": "f", "arguments": "{}"}}, (None, "c", "f", "{}")),
        ({"index": 0, "id": None, "function": {"arguments": "{"}}, (0, None, None, "{")),
        (
            {"index": 0, "id": "", "type": None, "function": {"name": None, "arguments": "{"}},
            (0, None, None, "{"),
        ),
        ({"index": 0, "id": "c", "function": {"name": "f", "arguments": None}}, (0, "c", "f", "")),
        ({"index": 0, "function": {"name": "f", "arguments": {"a": [1]}}}, (0, None, "f", '{"a":[1]}')),
        ({"index": 1, "id": "c"}, (1, "c", None, "")),
        ({"index": 1, "id": "c", "function": "f"}, (1, "c", None, "")),
    ],
)
def test_quirk_32_tool_calls_of_all_kinds(backend: Backend, call: Any, wanted: tuple[Any, ...]) -> None:
    payload = said({"role": None, "content": None, "tool_calls": [call]})
    (event,) = backend.decode(data(payload))
    (found,) = event.tool_calls
    assert (found.index, found.id, found.name, found.arguments) == wanted
    assert event.to_dict() == payload


def test_quirk_33_choices_and_tools_interleave(backend: Backend) -> None:
    def one(index: int, **delta: Any) -> dict[str, Any]:
        return chunk(choices=[{"index": index, "delta": delta}])

    calls = [{"index": 1, "id": "b", "function": {"name": "g"}}, {"index": 0, "function": {"arguments": "{"}}]
    events = backend.decode(data(one(1, content="B"), one(0, content="A"), one(1, tool_calls=calls)))
    assert [(event.choices[0].index, event.text) for event in events] == [(1, "B"), (0, "A"), (1, "")]
    assert [(call.index, call.id) for call in events[2].tool_calls] == [(1, "b"), (0, None)]


def test_quirk_34_the_id_changes(backend: Backend) -> None:
    payloads = [said({"content": str(i)}) | {"id": f"chatcmpl-{i // 7}"} for i in range(30)]
    events = backend.decode(data(*payloads))
    assert [event.id for event in events] == [payload["id"] for payload in payloads]


def test_quirk_35_cumulative_text(backend: Backend) -> None:
    """What is all text so far is not taken for what is new."""
    events = backend.decode(
        data(
            chunk(choices=[{"index": 0, "message": {"content": "ab"}, "delta": {"content": "b"}}]),
            {"text": "abc", "meta_info": {"id": "i", "finish_reason": None}},
            {"type": "response.output_text.done", "text": "abc"},
            {"type": "transcript.text.done", "text": "abc"},
        )
    )
    assert text_of(events) == "b"
    assert events[0].choices[0].message == ChatCompletionDelta(content="ab")
    assert [event.full_text for event in events[1:]] == ["abc"] * 3


def test_quirk_36_spliced_streams_and_unknown_types(backend: Backend) -> None:
    start = {"type": "message_start", "message": {"id": "m", "content": []}}
    unknown = {"type": "thinking_about_it", "x": 1}
    events = backend.decode(data(start, start, unknown), MessageStreamEvent)
    assert [type(event).__name__ for event in events] == ["MessageStartEvent"] * 2 + ["GenericEvent"]
    assert events[2] == GenericEvent(data=unknown)
    (event,) = backend.decode(data({"type": "response.new_thing", "x": 1}), ResponseStreamEvent)
    assert (type(event).__name__, event.type, event.x) == ("ResponseUnknownEvent", "response.new_thing", 1)


def test_quirk_37_escapes_separators_and_the_order_of_keys(backend: Backend) -> None:
    payloads = [
        '{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"\\u00E9\\/\\n"}}],"id":"x"}',
        '{"choices": [{"delta": {"content": "\\u00e9/\\u000a"}, "index": 0}], "id": "x", '
        '"object": "chat.completion.chunk"}',
        '{ "id" : "x" ,"object":"chat\\u002ecompletion.chunk",'
        '"\\u0063hoices":[ {"index":0,"delta":{"content":"é/\\n"}}]}',
    ]
    events = backend.decode(data(*payloads))
    assert [event.text for event in events] == ["é/\n"] * 3
    assert events[0] == events[1] == events[2]


def test_quirk_38_ids_and_retry(backend: Backend) -> None:
    body = (
        b"id: 1690:0\nretry: 3000\ndata: {}\n\nid: a\0b\ndata: {}\n\nid\ndata: {}\n\nid: 9\n\nretry: 1s\n\n"
    )
    decoder = backend.Decoder()
    parser = backend.Parser()
    assert [event.id for event in parser.feed(body)] == ["1690:0", "1690:0", ""]
    decoder.feed(body)
    assert (decoder.last_event_id, decoder.retry) == (parser.last_event_id, parser.retry) == ("9", 3000)


def test_quirk_39_a_whole_completion_as_one_event(backend: Backend) -> None:
    chat = {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}}],
    }
    text = {"object": "text_completion", "choices": [{"index": 0, "text": "a", "finish_reason": "stop"}]}
    events = backend.decode(data(chat, text))
    assert events[0].choices[0].message.content == "a"
    assert type(events[1]) is CompletionStreamEvent
    assert [event.to_dict() for event in events] == [chat, text]


def test_quirk_40_duplicate_keys(backend: Backend) -> None:
    body = data(
        '{"object":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a","content":"b"}}]}'
    )
    assert text_of(backend.decode(body)) == "b"
    assert canonicals(backend.decode(body, GenericEvent)) == canonicals(
        [GenericEvent(data=json.loads(body[len("data: ") :]))]
    )


def test_every_quirk_has_a_test() -> None:
    numbers = {name.split("_")[2] for name in globals() if name.startswith("test_quirk_")}
    assert numbers == {f"{number:02}" for number in range(1, 41)}


def test_errors_are_of_the_tree(backend: Backend) -> None:
    """None of the oddities raises anything but an SSEError."""
    with pytest.raises(DecodeError):
        backend.decode(b"data: nothing\n\n")
