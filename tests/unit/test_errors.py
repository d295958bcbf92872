"""The error tree: texts, attributes, pickling."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from sselerate import errors
from sselerate.errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from sselerate.events import ErrorEvent, GenericEvent

SAMPLES: list[SSEError] = [
    errors.invalid_json("expected ':'", 4, '{"a"1}', 2, 17),
    errors.invalid_utf8("a\ufffd", 0, 0),
    errors.mismatch("$.choices[0].text", "missing", '{"choices":[{}]}', 1, 20),
    errors.truncated("unexpected end of data", '{"a":', 3, 99),
    errors.too_large(1024, 5, 7),
    errors.server_error({"message": "overloaded", "code": 529}, {"error": {}}, '{"error":{}}', 4, 5),
]


def test_texts() -> None:
    assert [str(error) for error in SAMPLES] == [
        "invalid JSON at byte 4 of event 2 (stream offset 17): expected ':'",
        "invalid UTF-8 in event 0 (stream offset 0)",
        "$.choices[0].text: missing in event 1 (stream offset 20)",
        "stream ended inside event 3 (stream offset 99): unexpected end of data",
        "event 5 at stream offset 7 is larger than max_event_bytes=1024",
        "server error in event 4 (stream offset 5): overloaded",
    ]


def test_attributes() -> None:
    for error in SAMPLES:
        assert error.message == str(error)
        assert error.args == (error.message,)
        assert error.events == []
    assert [(error.event_index, error.offset) for error in SAMPLES] == [
        (2, 17), (0, 0), (1, 20), (3, 99), (5, 7), (4, 5)
    ]  # fmt: skip


def test_classes() -> None:
    for cls in (DecodeError, TruncatedStreamError, EventTooLargeError, ServerError):
        assert issubclass(cls, SSEError)
        error = cls("m")  # all but the message has a default
        assert (str(error), error.offset, error.event_index, error.events) == ("m", None, None, [])
    assert not issubclass(SSEError, ValueError | RuntimeError)


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(error: SSEError, protocol: int) -> None:
    error.events = [GenericEvent(data=1)]
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    error.events = []


@pytest.mark.parametrize(
    ("error", "summary"),
    [
        ({"message": "m", "type": "t"}, "m"),
        ({"message": ""}, ""),
        ({"message": None, "code": 1}, '{"message":null,"code":1}'),
        ("text", "text"),
        (["ä", 1.5], '["ä",1.5]'),
        (7, "7"),
        ("x" * 201, "x" * 200 + "…"),
        ({"message": "x" * 201}, "x" * 200 + "…"),
        ({"m": "x" * 300}, '{"m":"' + "x" * 194 + "…"),
    ],
)
def test_summaries(error: Any, summary: str) -> None:
    raised = errors.server_error(error, None, "", 0, 0)
    assert str(raised) == f"server error in event 0 (stream offset 0): {summary}"
    assert raised.error == error


def test_payloads_are_cut() -> None:
    assert errors.cut("a" * 200) == "a" * 200
    assert errors.cut("a" * 201) == "a" * 200 + "…"
    for error in (errors.invalid_json("c", 0, "b" * 999, 0, 0), errors.truncated("c", "b" * 999, 0, 0)):
        assert error.data == "b" * 200 + "…"


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_there_and_back_as_an_event(error: SSEError) -> None:
    event = ErrorEvent.of(error)
    again = event.exception()
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert pickle.loads(pickle.dumps(event)) == event


def test_kinds() -> None:
    kinds = [ErrorEvent.of(error).kind for error in SAMPLES]
    assert kinds == ["decode", "decode", "decode", "truncated", "too_large", "server"]
    assert [ErrorEvent.of(error).error for error in SAMPLES[:-1]] == [None] * 5
    assert ErrorEvent.of(SAMPLES[-1]).error == {"message": "overloaded", "code": 529}
