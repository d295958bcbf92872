"""Strings of every width become what `json.loads` makes of them, however they are spelled."""

from __future__ import annotations

import json
import sys

import pytest

from sselerate.events import event
from tests.backends import Backend

EDGES = "\x7f\x80\xe9\xff\u0100\u07ff\u0800\u4f60\ud7ff\ue000\uffff\U00010000\U0001f600\U0010ffff"
LONE = "\ud800\udbff\udc00\udfff"


@event
class Text:
    """An event of one string."""

    s: str


def spellings(text: str) -> list[bytes]:
    escaped = json.dumps({"s": text}).encode()
    if any(character in LONE for character in text):
        return [escaped]
    return [escaped, json.dumps({"s": text}, ensure_ascii=False).encode()]


@pytest.mark.parametrize("character", EDGES + LONE, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_among_others(backend: Backend, character: str) -> None:
    decoder = backend.Decoder(Text)
    for before in range(20):
        for behind in (0, 1, 7, 8, 9, 40, 600):
            for text in (
                "a" * before + character + "b" * behind,
                character * before + "a" * behind + "é" + character,
                "€" * before + "a" * behind + character + '"\n',
            ):
                for payload in spellings(text):
                    (item,) = decoder.feed(b"data: " + payload + b"\n\n")
                    expected = json.loads(payload)["s"]
                    assert item.s == expected == text
                    assert (hash(item.s), repr(item.s)) == (hash(expected), repr(expected))
                    if backend.name == "rust" and not text.isascii():
                        # Made without room to spare, and as narrow as can be.
                        assert sys.getsizeof(item.s) == sys.getsizeof(expected)
