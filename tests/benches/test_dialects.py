"""The streams of the dialects are what they say, to both backends, with the target and without."""

from __future__ import annotations

from typing import Any

import pytest

import sselerate
from benches import dialects
from tests.backends import Backend
from tests.outcomes import drive

RARE = {
    "anthropic-completions",
    "cohere-v1",
    "bedrock-titan",
    "bedrock-llama",
    "sglang",
    "writer-completions",
}
"""Dialects without a stream of their own: older ones, and those that look like another one here."""


@pytest.mark.parametrize("name", dialects.RECIPES)
def test_both_backends_read_what_was_sent(backend: Backend, name: str) -> None:
    sent = dialects.make(name, 120)
    target: Any = getattr(sselerate, sent.target)
    for wanted in (target, None):
        decoder = backend.Decoder(wanted)
        events = drive(decoder, sent.chunks(1000))
        assert [event.to_dict() for event in events] == list(sent.payloads)
        assert decoder.dialect == sent.dialect
        assert {type(event).__dialect__ for event in events} == {sent.dialect}


def test_same_seed_same_bytes() -> None:
    for name in dialects.RECIPES:
        assert dialects.make(name, 60) == dialects.make(name, 60)
        assert dialects.make(name, 60).data != dialects.make(name, 60, seed=2).data


def test_every_dialect_has_one() -> None:
    classes = [getattr(sselerate, name) for name in sselerate.events.__all__]
    known = {getattr(cls, "__dialect__", None) for cls in classes} - {None}
    assert known - {dialect for dialect, _, _ in dialects.RECIPES.values()} == RARE
