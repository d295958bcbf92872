"""Where a JSON value ends that comes in pieces. Its brackets and quotes say; whether it is JSON is left to
the parser."""

import re

__all__ = ["Brackets"]

_OUTSIDE_STRING = re.compile(rb'["\[\]{}]')
_IN_STRING = re.compile(rb'["\\]')


class Brackets:
    """What is open of a value that begins with a bracket or a quote. Nothing is, before it and behind it."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = False
        """The last byte was the backslash of an escape."""

    @property
    def is_open(self) -> bool:
        """The value has begun, and has not ended."""
        return self._in_string or self._depth > 0

    def close(self, text: bytes | bytearray, position: int) -> int | None:
        """The index behind the value that begins at ``position``, or goes on there if one is open; None if
        its end is not in ``text``."""
        if self._escaped and position < len(text):
            self._escaped = False
            position += 1
        while found := (_IN_STRING if self._in_string else _OUTSIDE_STRING).search(text, position):
            position = found.end()
            byte = found.group()
            if byte == b'"':
                self._in_string = not self._in_string
                if not self._in_string and not self._depth:
                    return position
            elif byte == b"\\":
                self._escaped = position == len(text)
                position += 1
            elif byte in b"[{":
                self._depth += 1
            else:
                self._depth -= 1
                if not self._depth:
                    return position
        return None
