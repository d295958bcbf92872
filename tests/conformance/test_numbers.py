"""Integers are exact up to 16,384 digits, longer ones an error, whatever the interpreter's own limit is.

These are no files of the corpus: json.loads of the expectation would refuse them.
"""

from __future__ import annotations

import sys
from typing import Literal

import pytest

from sselerate import Event, event
from sselerate.errors import DecodeError, ServerError
from tests.backends import Backend


@event
class Literals(Event):
    """Values of which strict errors show what came instead."""

    kind: Literal[1, 2, "a"]


CAUSE = "integer of more than 16384 digits"


def value(backend: Backend, text: str) -> object:
    (event,) = backend.decode(b'data: {"v":' + text.encode() + b"}\n\n")
    return event.data["v"]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("digits", [1, 18, 19, 20, 38, 39, 40, 640, 4300, 4301, 9999, 16383, 16384])
def test_exact(backend: Backend, sign: str, digits: int) -> None:
    wanted = (10**digits - 1) // 9 * 7  # 777...
    assert value(backend, sign + "7" * digits) == (-wanted if sign else wanted)


@pytest.mark.parametrize("text", ["7" * 16385, "-" + "7" * 16385, "1" + "0" * 100_000])
def test_too_long(backend: Backend, text: str) -> None:
    with pytest.raises(DecodeError) as raised:
        value(backend, text)
    assert str(raised.value) == f"invalid JSON at byte 5 of event 0 (stream offset 0): {CAUSE}"


def test_order_of_errors(backend: Backend) -> None:
    """What is wrong earlier in the text is said first."""
    long = "7" * 16385
    for payload, position, cause in [
        (f"[{long},x]", 1, CAUSE),
        (f"[x,{long}]", 1, "expected a value"),
        (f"[{long}", 1, CAUSE),
        (f"[0,{long}", 3, CAUSE),
        ("[" * 128 + long + "[", 128, CAUSE),
        ("[" * 129 + long, 128, "nested deeper than 128"),
        (f'["{long}",', 16389, "unexpected end of data"),
        (f"[{long}.]", 1, CAUSE),
    ]:
        with pytest.raises(DecodeError) as raised:
            backend.decode(b"data: " + payload.encode() + b"\n\n")
        assert str(raised.value) == f"invalid JSON at byte {position} of event 0 (stream offset 0): {cause}"


@pytest.mark.parametrize(
    "text",
    [
        "7" * 16385 + ".0",
        "7" * 16385 + "e0",
        "0." + "0" * 20000 + "7",
        "7" * 20000 + "e-20000",
        "0." + "7" * 20000,
    ],
)
def test_floats_may_be_long(backend: Backend, text: str) -> None:
    """The limit is one of integers: floats convert in linear time."""
    assert value(backend, text) == float(text)


def test_the_limit_of_the_interpreter_is_left_alone(backend: Backend) -> None:
    """sys.set_int_max_str_digits is global: a decoder must not depend on it, nor change it."""
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        assert value(backend, "7" * 1000) == (10**1000 - 1) // 9 * 7
        assert sys.get_int_max_str_digits() == 640
        with pytest.raises(DecodeError, match=CAUSE):
            value(backend, "7" * 16385)
        assert sys.get_int_max_str_digits() == 640
    finally:
        sys.set_int_max_str_digits(before)


def test_in_typed_fields(backend: Backend) -> None:
    from sselerate.events import CompletionStreamEvent

    text = "9" * 5000
    (event,) = backend.decode(
        b'data: {"created":' + text.encode() + b',"x":' + text.encode() + b"}\n\n", CompletionStreamEvent
    )
    assert event.created == event.extra["x"] == 10**5000 - 1


LONG = "9" * 5000


@pytest.mark.parametrize(
    "error", [LONG, f"[-{LONG}]", f'{{"code":{LONG}}}', f'{{"a":[{{"\\"":{LONG}}}, 1.5]}}']
)
def test_in_an_error_of_the_server(backend: Backend, error: str) -> None:
    """A long integer has no text for `str`, and errors say what was sent as text: nothing is lost for it."""
    good, bad = b'data: {"a":1}\n\n', b'data: {"error":' + error.encode() + b"}\n\n"
    with pytest.raises(ServerError) as raised:
        backend.decode(good + bad + good)
    assert str(raised.value).startswith("server error in event 1 (stream offset 15): ")
    assert [event.data for event in raised.value.events] == [{"a": 1}]
    one, two, three = backend.decode(good + bad + good, on_error="yield")
    assert (one.data, two.kind, three.data) == ({"a": 1}, "server", {"a": 1})
    assert [event.data for event in backend.decode(good + bad + good, on_error="skip")] == [{"a": 1}] * 2


def test_as_json_again(backend: Backend) -> None:
    payload = f'{{"v":[{LONG},-{"1" * 600},-1{"0" * 1199},1.5,{{"ä\\"":{LONG}}}],"w":null}}'
    (event,) = backend.decode(b"data: " + payload.encode() + b"\n\n")
    assert event.to_json() == payload


def test_in_the_arguments_of_a_call(backend: Backend) -> None:
    calls = f'[{{"functionCall":{{"name":"f","args":{{"n":{LONG}}}}}}}]'
    (event,) = backend.decode(b'data: {"candidates":[{"content":{"parts":' + calls.encode() + b"}}]}\n\n")
    (call,) = event.tool_calls
    assert call.arguments == f'{{"n":{LONG}}}'


@pytest.mark.parametrize("value", ["3", "-0", "7" * 300, f'"{"b" * 300}"', "true"])
def test_in_a_strict_error(backend: Backend, value: str) -> None:
    with pytest.raises(DecodeError) as raised:
        backend.decode(b'data: {"kind":' + value.encode() + b"}\n\n", Literals, strict=True)
    shown = {"-0": "0", "true": "bool"}.get(value, value if len(value) <= 200 else value[:200] + "…")
    problem = f'expected 1 or 2 or "a", got {shown} in event 0 (stream offset 0)'
    assert str(raised.value) == f"$.kind: {problem}"
