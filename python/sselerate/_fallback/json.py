"""JSON text -> Python values: the standard library's parser, with limits and exact errors.

The standard library decides what is valid and makes the values. Only where it fails, or where a limit may be
crossed, a second, slow and readable reading finds the first fault, by the same rules as the compiled core:

- NaN, Infinity and -Infinity are numbers, lone surrogates may be escaped, the last of equal keys wins.
- At most 128 nested arrays and objects; integers of at most 16,384 digits, since their conversion is
  quadratic.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, NoReturn

__all__ = ["JSONError", "parse", "parse_replacing", "values"]

_DEPTH = 128
_DIGITS = 16384
_SPACE = " \t\n\r"

_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BLANK = re.compile(r"[ \t\n\r]*")
_BRACKET = re.compile(r"[\[\]{}]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape, a pair of surrogates as one; the group is there if it is a lone surrogate."""
_LONG_NUMBER = re.compile(r"[0-9]+")


class JSONError(ValueError):
    """Text that is not JSON, or beyond the limits.

    ``cause`` says what is wrong, ``position`` where: in bytes of UTF-8 from the start.
    """

    def __init__(self, cause: str, position: int) -> None:
        super().__init__(f"{cause} at byte {position}")
        self.cause = cause
        self.position = position


def parse(text: str) -> Any:
    """The value of ``text``.

    Raises:
        JSONError: it is not JSON, or beyond the limits.
    """
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError):
        return _parse_slowly(text)
    length = len(text)
    if end != length and text[end:].strip(_SPACE):
        _check(text)
    if length > 2 * _DEPTH:
        if text.count("[") + text.count("{") > _DEPTH and _depth(text) > _DEPTH:
            _check(text)
        if length > _DIGITS and not _ints_are_limited():
            _check_digits(text)
    return value


def parse_replacing(text: str) -> Any:
    """The same with U+FFFD for each lone surrogate that an escape spells."""
    if "\\ud" in text or "\\uD" in text:
        # As escapes, which are as long: faults stay where they are.
        text = _ESCAPE.sub(lambda escape: "\\ufffd" if escape[1] else escape[0], text)
    return parse(text)


def values(text: str) -> Iterator[str]:
    """Cuts text into the JSON values it consists of, white space behind each included. What is no JSON, and
    all behind it, is one piece."""
    at = 0
    while True:
        try:
            end = _scan(text, _BLANK.match(text, at).end())[1]  # type: ignore[union-attr]
            end = _BLANK.match(text, end).end()  # type: ignore[union-attr]
            if end == len(text):
                break
            parse(text[at:end])
        except (StopIteration, ValueError, RecursionError):
            break
        yield text[at:end]
        at = end
    yield text[at:]


def _parse_slowly(text: str) -> Any:
    _check(text)
    # Valid after all: white space in front, or an integer longer than int() takes by default.
    return json.loads(text, parse_int=_int)


def _depth(text: str) -> int:
    """How deep valid JSON is nested."""
    brackets = _BRACKET.findall(_STRING.sub("", text))
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets))


def _ints_are_limited() -> bool:
    """Whether int() itself refuses integers as long as ours must not be."""
    limit = sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else 0
    return 0 < limit <= _DIGITS


def _check_digits(text: str) -> None:
    if any(len(number.group()) > _DIGITS for number in _LONG_NUMBER.finditer(text)):
        _check(text)


def _int(digits: str) -> int:
    """int(digits) without the limit of CPython, which may be as low as 640 digits."""
    if len(digits) <= 600:
        return int(digits)
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("-")
    value = 0
    for i in range(0, len(digits), 600):
        part = digits[i : i + 600]
        value = value * 10 ** len(part) + int(part)
    return sign * value


def _check(text: str) -> None:
    """Raises the first fault of ``text``, if it has one."""
    _Check(text.encode("utf-8", "surrogatepass")).document()


class _Check:
    """Reads JSON without making values, to find its first fault."""

    SPACE = re.compile(rb"[ \t\n\r]*")
    PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
    NUMBER = re.compile(rb"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
    HEX = re.compile(rb"[0-9a-fA-F]{0,4}")
    WORDS = (b"true", b"false", b"null", b"NaN", b"Infinity", b"-Infinity")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def fail(self, cause: str, position: int | None = None) -> NoReturn:
        raise JSONError(cause, self.position if position is None else position)

    def peek(self) -> bytes:
        """The byte after white space; the end of the data is a fault."""
        self.skip()
        if self.position == len(self.data):
            self.fail("unexpected end of data")
        return self.data[self.position : self.position + 1]

    def skip(self) -> None:
        self.position = self.match(self.SPACE).end()

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        found = pattern.match(self.data, self.position)
        assert found is not None  # all patterns match the empty string, except NUMBER
        return found

    def document(self) -> None:
        open_brackets: list[bytes] = []
        while True:
            # a value
            byte = self.peek()
            if byte in (b"[", b"{"):
                if len(open_brackets) == _DEPTH:
                    self.fail(f"nested deeper than {_DEPTH}")
                self.position += 1
                following = self.peek()
                if following != (b"]" if byte == b"[" else b"}"):
                    open_brackets.append(byte)
                    if byte == b"{":
                        self.key()
                    continue
                self.position += 1
            elif byte == b'"':
                self.string()
            else:
                self.scalar()
            # what follows it
            while open_brackets:
                byte = self.peek()
                inside = open_brackets[-1]
                if byte == b",":
                    self.position += 1
                    if inside == b"{":
                        self.peek()
                        self.key()
                    break
                if byte != (b"]" if inside == b"[" else b"}"):
                    self.fail("expected ',' or ']'" if inside == b"[" else "expected ',' or '}'")
                self.position += 1
                open_brackets.pop()
            else:
                self.skip()
                if self.position != len(self.data):
                    self.fail("trailing data after the value")
                return

    def key(self) -> None:
        if self.data[self.position] != ord('"'):
            self.fail("expected a string key")
        self.string()
        if self.peek() != b":":
            self.fail("expected ':'")
        self.position += 1

    def string(self) -> None:
        data, end = self.data, len(self.data)
        self.position += 1
        while True:
            self.position = self.match(self.PLAIN).end()
            if self.position == end:
                self.fail("unexpected end of data")
            byte = data[self.position]
            if byte == ord('"'):
                self.position += 1
                return
            if byte != ord("\\"):
                self.fail("control character in string")
            if self.position + 1 == end:
                self.fail("unexpected end of data", end)
            if data[self.position + 1] == ord("u"):
                found = self.HEX.match(data, self.position + 2)
                assert found is not None
                if len(found.group()) < 4:
                    if found.end() == end:
                        self.fail("unexpected end of data", end)
                    self.fail("invalid \\u escape")
                self.position += 6
            elif data[self.position + 1] in b'"\\/bfnrt':
                self.position += 2
            else:
                self.fail("invalid escape")

    def scalar(self) -> None:
        found = self.NUMBER.match(self.data, self.position)
        if found is not None:
            integer, fraction, exponent = found.groups()
            if fraction is None and exponent is None and len(integer.lstrip(b"-")) > _DIGITS:
                self.fail(f"integer of more than {_DIGITS} digits")
            self.position = found.end()
            return
        rest = self.data[self.position : self.position + len(b"-Infinity")]
        for word in self.WORDS:
            if rest.startswith(word):
                self.position += len(word)
                return
            if self.position + len(rest) == len(self.data) and word.startswith(rest):
                self.fail("unexpected end of data", len(self.data))
        self.fail("expected a value")
