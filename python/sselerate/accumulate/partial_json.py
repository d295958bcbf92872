"""JSON that is still arriving, as far as it can be told.

    >>> arguments = PartialJSON()
    >>> arguments.feed('{"city": "Par')
    >>> arguments.value()
    {'city': 'Par'}

Every character is looked at once, when it comes. What is there is kept as Python objects that grow in place.
"""

import re
from typing import Any

from .joined import Text

__all__ = ["PartialJSON"]

MAX_DEPTH = 128
"""How deep values may nest, as in a decoder."""

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_WORD = re.compile(r"[-+.0-9A-Za-z]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
_LONGEST_WORD = 16_384
"""No number has more characters; as in a decoder."""
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

# What may come next.
_VALUE, _ITEM, _KEY, _NEXT_KEY, _COLON, _MORE, _STRING, _BARE, _END, _BROKEN = range(10)


class PartialJSON:
    """A JSON value that comes in pieces, and a view of it at any time.

    The view has everything that is certain: whole values, and the beginning of a string that is still being
    sent. It leaves out numbers and words whose end is not there yet (``1`` may become ``100``), and keys
    without a value. Text that is not JSON is read up to the first mistake.
    """

    def __init__(self) -> None:
        self._state = _VALUE
        self._root: Any = None
        self._stack: list[Any] = []
        """The open objects and lists, outermost first."""
        self._key: str | None = None
        """The key that the next value belongs to, if the innermost of them is an object."""
        self._text = Text()
        """The string that is being read."""
        self._escape = ""
        """The beginning of an escape sequence in it."""
        self._is_key = False
        self._word = Text()
        """The number or word that is being read."""
        self._word_length = 0

    @property
    def complete(self) -> bool:
        """Whether the value is whole, and nothing but white space followed it. A number on its own never
        is: it might go on."""
        return self._state == _END

    @property
    def broken(self) -> bool:
        """Whether the text turned out not to be JSON; what follows is ignored."""
        return self._state == _BROKEN

    def feed(self, text: str) -> None:
        """Takes the next piece. Never raises."""
        at, end = 0, len(text)
        while at < end:
            state = self._state
            if state == _STRING:
                at = self._read_string(text, at)
            elif state == _BARE:
                at = self._read_word(text, at)
            elif state == _BROKEN:
                return
            else:
                at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
                if at < end:
                    self._read_mark(text[at])
                    # A word is read from its first character on.
                    at += self._state != _BARE

    def value(self) -> Any:
        """The value so far, None if there is none. The result is not changed by what comes later; making it
        takes time in proportion to its size."""
        self._show_string()
        return _copy(self._root)

    def _read_mark(self, mark: str) -> None:
        state = self._state
        if state == _MORE:
            inside = self._stack[-1]
            if mark == ",":
                self._state = _NEXT_KEY if isinstance(inside, dict) else _VALUE
            elif mark == ("}" if isinstance(inside, dict) else "]"):
                self._close()
            else:
                self._state = _BROKEN
        elif state in (_KEY, _NEXT_KEY):
            if mark == '"':
                self._begin_string(is_key=True)
            elif mark == "}" and state == _KEY:
                self._close()
            else:
                self._state = _BROKEN
        elif state == _COLON:
            self._state = _VALUE if mark == ":" else _BROKEN
        elif state in (_VALUE, _ITEM):
            self._begin_value(mark)
        else:  # something after the end
            self._state = _BROKEN

    def _begin_value(self, mark: str) -> None:
        if mark == '"':
            self._put("")
            self._begin_string(is_key=False)
        elif mark in "{[":
            if len(self._stack) == MAX_DEPTH:
                self._state = _BROKEN
                return
            opened: Any = {} if mark == "{" else []
            self._put(opened)
            self._stack.append(opened)
            self._state = _KEY if mark == "{" else _ITEM
        elif mark == "]" and self._state == _ITEM:
            self._close()
        elif mark == "-" or (mark.isascii() and mark.isalnum()):
            self._word, self._word_length = Text(), 0
            self._state = _BARE
        else:
            self._state = _BROKEN

    def _put(self, value: Any) -> None:
        """Puts a value where the next one belongs."""
        if not self._stack:
            self._root = value
        elif isinstance(self._stack[-1], dict):
            self._stack[-1][self._key] = value
        else:
            self._stack[-1].append(value)

    def _ended(self) -> None:
        self._state = _MORE if self._stack else _END

    def _close(self) -> None:
        self._stack.pop()
        self._ended()

    def _begin_string(self, is_key: bool) -> None:
        self._text, self._escape, self._is_key = Text(), "", is_key
        self._state = _STRING

    def _read_string(self, text: str, at: int) -> int:
        """Reads on in a string from ``at``; gives back where it stopped."""
        if self._escape:
            return self._read_escape(text, at)
        stop = _PLAIN.match(text, at).end()  # type: ignore[union-attr]
        if stop > at:
            self._text.add(text[at:stop])
        if stop < len(text):
            if text[stop] == "\\":
                self._escape = "\\"
            elif text[stop] == '"':
                self._end_string()
            else:  # control characters must be escaped
                self._show_string()
                self._state = _BROKEN
            stop += 1
        return stop

    def _read_escape(self, text: str, at: int) -> int:
        wanted = 6 if self._escape.startswith("\\u") else 2
        piece = text[at : at + wanted - len(self._escape)]
        self._escape += piece
        at += len(piece)
        if len(self._escape) < wanted or self._escape == "\\u":
            return at
        kind = self._escape[1]
        if kind == "u" and _HEX.fullmatch(self._escape, 2):
            self._text.add(chr(int(self._escape[2:], 16)))
        elif kind in _ESCAPES:
            self._text.add(_ESCAPES[kind])
        else:
            self._show_string()
            self._state = _BROKEN
        self._escape = ""
        return at

    def _end_string(self) -> None:
        if self._is_key:
            self._key = str(self._text)
            self._state = _COLON
        else:
            self._show_string()
            self._ended()

    def _show_string(self) -> None:
        """Puts the string that is being read, as far as it is there, where "" stands for it."""
        if self._state != _STRING or self._is_key:
            return
        text = str(self._text)
        if not self._stack:
            self._root = text
        elif isinstance(self._stack[-1], dict):
            self._stack[-1][self._key] = text
        else:
            self._stack[-1][-1] = text

    def _read_word(self, text: str, at: int) -> int:
        stop = _WORD.match(text, at).end()  # type: ignore[union-attr]
        self._word.add(text[at:stop])
        self._word_length += stop - at
        if self._word_length > _LONGEST_WORD:
            self._state = _BROKEN
        elif stop < len(text):
            self._end_word(str(self._word))
        return stop

    def _end_word(self, word: str) -> None:
        if word in _WORDS:
            value = _WORDS[word]
        else:
            number = _NUMBER.fullmatch(word)
            try:
                value = (float(word) if number["rest"] else int(word)) if number else None
            except ValueError:  # an integer of more digits than int() takes
                number = None
            if number is None:
                self._state = _BROKEN
                return
        self._put(value)
        self._ended()


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
