"""Integers are exact up to 16,384 digits, longer ones an error, whatever the interpreter's own limit is.

These are no files of the corpus: json.loads of the expectation would refuse them.
"""

from __future__ import annotations

import sys

import pytest

from sselerate.errors import DecodeError
from tests.backends import Backend

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
