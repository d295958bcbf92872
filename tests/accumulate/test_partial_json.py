"""`PartialJSON` against `json.loads`, for any value, cut anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sselerate.accumulate import PartialJSON

TEXTS = st.text(st.characters() | st.sampled_from('"\\/\b\n\t\u2028😀\ud83d\ude00'), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4) | st.lists(VALUES, max_size=4)


def fed(*pieces: str) -> PartialJSON:
    parser = PartialJSON()
    for piece in pieces:
        parser.feed(piece)
    return parser


def beginning(part: Any, whole: Any) -> bool:
    """Whether ``part`` can be seen on the way to ``whole``."""
    if isinstance(part, str) and isinstance(whole, str):
        # A half of a surrogate pair becomes another character when its other half comes.
        return whole.startswith((part, part[:-1]))
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and beginning(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(beginning, part, whole))
    return type(part) is type(whole) and part == whole


@given(OBJECTS, st.data(), st.booleans(), st.sampled_from([None, 2]))
def test_any_value_cut_anywhere(value: Any, data: st.DataObject, ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    whole = json.loads(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parser = PartialJSON()
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        parser.feed(text[start:end])
        seen = parser.value()
        assert seen is None or beginning(seen, whole)
        assert not parser.broken
        assert seen == fed(text[:end]).value()
    assert parser.complete
    if ascii:  # raw halves that are next to each other are a pair here, and two characters to json.loads
        assert parser.value() == whole


@given(st.text('{}[]",:\\u0d8 truefalsn-1.e\n', max_size=30), st.data())
def test_any_text_never_raises(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    parser = fed(text[:cut], text[cut:])
    assert parser.value() == fed(*text).value() or parser.value() != parser.value()
    try:
        whole = json.loads(text)
    except ValueError:
        return
    if isinstance(whole, dict | list):
        assert parser.complete
        assert json.dumps(parser.value()) == json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", None),
        (" ", None),
        ("{", {}),
        ('{"a', {}),
        ('{"a"', {}),
        ('{"a":', {}),
        ('{"a": 1', {}),
        ('{"a": 1,', {"a": 1}),
        ('{"a": tru', {}),
        ('{"a": true}', {"a": True}),
        ('{"a": "x', {"a": "x"}),
        ('{"a": "x\\', {"a": "x"}),
        ('{"a": "x\\u00e', {"a": "x"}),
        ('{"a": "x\\u00e9', {"a": "xé"}),
        ('{"a": "\\ud83d\\ude00', {"a": "😀"}),
        ('{"a": [1, [2, {"b": "c', {"a": [1, [2, {"b": "c"}]]}),
        ('{"a": [', {"a": []}),
        ('"tex', "tex"),
        ("{} {}", {}),
        ("[1 2]", [1]),
        ("[1, x", [1]),
        ('{"a": "x\ny"}', {"a": "x"}),
        ('{"a\tb": 1}', {}),
        ("[NaN, -Infinity]", [float("nan"), float("-inf")]),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_is_seen(text: str, seen: Any) -> None:
    assert repr(fed(text).value()) == repr(seen)
    assert repr(fed(*text).value()) == repr(seen)


@pytest.mark.parametrize("character", [chr(code) for code in range(32)])
def test_control_characters_must_be_escaped(character: str) -> None:
    parser = fed('{"a": "x', character + 'y"}')
    assert (parser.broken, parser.complete, parser.value()) == (True, False, {"a": "x"})


@pytest.mark.parametrize("escape", ["\\q", "\\u12g4", "\\u 123"])
def test_the_beginning_of_a_string_with_a_wrong_escape_is_seen(escape: str) -> None:
    text = '{"a": "x' + escape
    for parser in (fed(text), fed(*text)):
        assert (parser.broken, parser.complete, parser.value()) == (True, False, {"a": "x"})


def test_limits() -> None:
    deep = fed("[" * 1000)
    assert deep.broken
    assert fed("[" * 128 + "]" * 128).complete
    assert fed("[" + "1" * 20_000 + "]").broken


def test_a_view_does_not_change() -> None:
    parser = fed('{"a": ["x')
    seen = parser.value()
    parser.feed('y", 1]}')
    assert seen == {"a": ["x"]}
    assert parser.value() == {"a": ["xy", 1]}
