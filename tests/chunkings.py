"""Ways to cut the bytes of a stream into chunks. No result may depend on the cuts."""

from __future__ import annotations

import random
from collections.abc import Iterator

Chunks = list[bytes]

EVERY_CUT_UP_TO = 700
"""Streams up to this many bytes are cut in two at every byte, longer ones at line ends and drawn places."""


def bytewise(body: bytes) -> Chunks:
    return [body[i : i + 1] for i in range(len(body))]


def in_two(body: bytes, at: int) -> Chunks:
    return [body[:at], body[at:]]


def in_pieces(body: bytes, size: int) -> Chunks:
    return [body[i : i + size] for i in range(0, len(body), size)]


def at_random(body: bytes, seed: int) -> Chunks:
    """Seeded cuts: pieces of 0 to about 12 bytes, so that empty chunks stand between others too."""
    choose = random.Random(seed)
    longest = choose.choice([2, 5, 12, 60])
    chunks, start = [], 0
    while start < len(body):
        size = choose.randint(0, longest)
        chunks.append(body[start : start + size])
        start += size
    return chunks


def with_empties(chunks: Chunks) -> Chunks:
    """An empty chunk before, between and after."""
    return [b"", *(piece for chunk in chunks for piece in (chunk, b""))]


def every(body: bytes) -> Iterator[tuple[str, Chunks]]:
    """(name, chunks) of all the ways in which a case of the corpus is cut."""
    yield "whole", [body]
    yield "bytewise", bytewise(body)
    yield "bytewise with empty chunks", with_empties(bytewise(body))
    for seed in range(6):
        yield f"at_random(seed={seed})", at_random(body, seed)
    for size in (3, 64, 1460):
        if size < len(body):
            yield f"in_pieces(size={size})", in_pieces(body, size)
    for at in _cuts(body):
        yield f"in_two(at={at})", in_two(body, at)
    middle = len(body) // 2
    yield "whole with empty chunks", with_empties(in_two(body, middle))


def few(body: bytes) -> Iterator[tuple[str, Chunks]]:
    """A small choice of the above, for checks that need not see every cut."""
    yield "whole", [body]
    if len(body) < 20_000:
        yield "bytewise", bytewise(body)
    yield "at_random(seed=1)", at_random(body, 1)
    yield "in_pieces(size=1460)", in_pieces(body, 1460)


def _cuts(body: bytes) -> list[int]:
    if len(body) <= EVERY_CUT_UP_TO:
        return list(range(1, len(body)))
    ends = [i for i in range(1, len(body)) if body[i - 1] in b"\r\n" or body[i] in b"\r\n:"]
    draw = random.Random(len(body))
    drawn = draw.sample(range(1, len(body)), 60)
    return sorted({*(ends if len(ends) < 60 else draw.sample(ends, 60)), *drawn})
