"""Work that grows with the square of the input would meet the timeout; as it should be, it takes moments."""

from __future__ import annotations

import json

import pytest

from sselerate.errors import DecodeError
from sselerate.events import CompletionStreamEvent
from tests.backends import Backend

pytestmark = pytest.mark.timeout(30)

LAST = '{"id":"last"}'
MACHINES = [("Decoder", "id", "last"), ("Parser", "data", LAST)]


@pytest.mark.parametrize(("kind", "attribute", "wanted"), MACHINES)
def test_errors_before_a_long_rest(backend: Backend, kind: str, attribute: str, wanted: str) -> None:
    """What an error leaves of a chunk is kept once, not copied for each error in it."""
    machine = backend.Decoder(CompletionStreamEvent) if kind == "Decoder" else backend.Parser(errors="strict")
    errors = 20_000
    comments = (b": " + b"-" * (1 << 20) + b"\n") * 64
    chunk = b"data: \xff\n\n" * errors + comments + b"data: " + LAST.encode() + b"\n\n"
    for _ in range(errors):
        with pytest.raises(DecodeError):
            machine.feed(chunk)
        chunk = b""
    (last,) = machine.feed(b"")
    assert getattr(last, attribute) == wanted


def test_a_declared_dict_of_many_keys(backend: Backend) -> None:
    """The last value of a key that comes twice counts; it is not searched for key by key."""
    keys = {f"token {n}": -0.5 for n in range(300_000)}
    logprobs = {"tokens": [], "token_logprobs": [], "top_logprobs": [keys], "text_offset": []}
    choice = {"text": "a", "index": 0, "logprobs": logprobs, "finish_reason": None}
    payload = {"id": "x", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}
    decoder = backend.Decoder(CompletionStreamEvent, strict=True)
    (event,) = decoder.feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
    assert event.choices[0].logprobs.top_logprobs[0] == keys
