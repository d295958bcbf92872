"""Streams that differ from earlier ones in their constants: what was learnt is adapted, unseen."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.backends import Backend

TEXTS = [
    "",
    "a",
    " the",
    "caf\xe9",
    "\u4e16\u754c",
    'say "hi"',
    "back\\slash",
    "line\nline",
    "\U0001f600",
    "x" * 60,
]
WORDS = [None, True, False]


def value(rng: random.Random) -> Any:
    return rng.choice(
        [rng.choice(TEXTS), rng.choice(WORDS), rng.randrange(10**6), rng.randrange(99) / 7, -1, 10**25]
    )


def completion(rng: random.Random, constants: dict[str, Any]) -> dict[str, Any]:
    finish = "stop" if rng.random() < 0.05 else None
    choice = {
        "text": rng.choice(TEXTS),
        "index": 0,
        "logprobs": constants["logprobs"],
        "finish_reason": finish,
    }
    return {
        "id": constants["id"],
        "object": "text_completion",
        "created": constants["created"],
        "model": constants["model"],
        "choices": [choice],
        "system_fingerprint": constants["fingerprint"],
        "cost": {"at": constants["cost"], "of": [constants["id"], 1]},
    }


def delta(rng: random.Random, constants: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "text_delta", "text": rng.choice(TEXTS)}
    return {
        "type": "content_block_delta",
        "index": constants["created"],
        "delta": text,
        "id": constants["id"],
    }


def constants(rng: random.Random) -> dict[str, Any]:
    return {
        "id": rng.choice(TEXTS) + str(rng.randrange(100)),
        "created": rng.randrange(5),
        "model": rng.choice(TEXTS),
        "fingerprint": value(rng),
        "logprobs": rng.choice([None, {"tokens": [rng.choice(TEXTS)], "top_logprobs": [{"a": -0.5}]}]),
        "cost": value(rng),
    }


@pytest.mark.parametrize("make", [completion, delta], ids=lambda f: f.__name__)
@pytest.mark.parametrize("seed", range(6))
def test_each_stream_has_its_own_constants(backend: Backend, make: Any, seed: int) -> None:
    """A decoder for each stream, and one that is reset; long enough to settle, or not; cut anywhere."""
    rng = random.Random(seed)
    one = backend.Decoder()
    kept = []
    for _ in range(60):
        same = constants(rng)
        newline = rng.choice(["\n", "\n", "\n", "\r\n"])
        payloads = [make(rng, same) for _ in range(rng.choice([1, 3, 17, 40]))]
        name = f"event: {payloads[0]['type']}{newline}" if make is delta else ""
        ascii_only = rng.random() < 0.5
        separators = rng.choice([(",", ":"), (", ", ": ")])
        blocks = [
            f"{name}data: {json.dumps(payload, ensure_ascii=ascii_only, separators=separators)}{newline * 2}"
            for payload in payloads
        ]
        data = "".join(blocks).encode()
        size = rng.choice([len(data), 1000, 97])
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        events = list(backend.iter_events(chunks))
        assert [event.to_dict() for event in events] == payloads
        for event, payload in zip(backend.iter_events(chunks), payloads, strict=True):
            assert event.to_dict() == payload
        texts = [
            payload["choices"][0]["text"] if make is completion else payload["delta"]["text"]
            for payload in payloads
        ]
        assert backend.text(chunks) == "".join(texts)
        one.reset()
        found = [event for chunk in chunks for event in one.feed(chunk)]
        assert [event.to_dict() for event in found] == payloads
        kept.append((found[-1], payloads[-1]))
    assert [event.to_dict() for event, _ in kept] == [payload for _, payload in kept]


def test_an_id_that_makes_text_of_what_was_json(backend: Backend) -> None:
    """The `output` events of Replicate are text whatever they look like; that it is Replicate, an id says."""
    block = b'event: output\ndata: {"object":"text_completion","choices":[{"text":"%d","index":0}]}\n\n'
    decoder = backend.Decoder()
    for n in range(20):
        (item,) = decoder.feed(block % n)
        assert item.choices[0].text == str(n)
    for n in range(3):
        (item,) = decoder.feed(b"id: 1690212292:%d\n" % n + block % n)
        assert item.data == (block % n).decode().split("data: ")[1].strip()
    (item,) = decoder.feed(block % 7)
    assert item.data.startswith('{"object"')
