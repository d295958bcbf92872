"""Work that grows with the square of the input would meet the timeout; as it should be, it takes moments."""

from __future__ import annotations

import json

import pytest

from sselerate.errors import DecodeError
from sselerate.events import CompletionStreamEvent
from tests.backends import Backend

pytestmark = pytest.mark.timeout(30)


def test_errors_before_a_long_rest(backend: Backend) -> None:
    """What an error leaves of a chunk is kept once, not copied for each error in it."""
    errors = 20_000
    chunk = b"data: x\n\n" * errors + (b": " + b"-" * (1 << 20) + b"\n") * 64 + b'data: {"id":"last"}\n\n'
    decoder = backend.Decoder(CompletionStreamEvent)
    for _ in range(errors):
        with pytest.raises(DecodeError):
            decoder.feed(chunk)
        chunk = b""
    (event,) = decoder.feed(b"")
    assert event.id == "last"


def test_a_parser_s_errors_before_a_long_rest(backend: Backend) -> None:
    errors = 20_000
    chunk = b"data: \xff\n\n" * errors + (b": " + b"-" * (1 << 20) + b"\n") * 64 + b"data: last\n\n"
    parser = backend.Parser(errors="strict")
    for _ in range(errors):
        with pytest.raises(DecodeError):
            parser.feed(chunk)
        chunk = b""
    (event,) = parser.feed(b"")
    assert event.data == "last"


def test_a_declared_dict_of_many_keys(backend: Backend) -> None:
    """The last value of a key that comes twice counts; it is not searched for key by key."""
    keys = {f"token {n}": -0.5 for n in range(300_000)}
    logprobs = {"tokens": [], "token_logprobs": [], "top_logprobs": [keys], "text_offset": []}
    choice = {"text": "a", "index": 0, "logprobs": logprobs, "finish_reason": None}
    payload = {"id": "x", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}
    decoder = backend.Decoder(CompletionStreamEvent, strict=True)
    (event,) = decoder.feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
    assert event.choices[0].logprobs.top_logprobs[0] == keys
