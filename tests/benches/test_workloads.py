"""The workloads are what they say: valid JSON, the expected texts, the mix of sizes that recordings have."""

from __future__ import annotations

import hashlib
import json
import statistics
from typing import Any

import pytest

from benches import workloads
from benches.workloads import CHUNKINGS, RECIPES, Stream, Workload, aligned, make, one_huge, payloads


def text_of(dialect: str, payload: dict[str, Any]) -> str | None:
    if dialect in ("completion", "chat"):
        if not payload["choices"]:
            return None
        choice = payload["choices"][0]
        return choice["text"] if dialect == "completion" else choice["delta"].get("content")
    if payload["type"] == "content_block_delta":
        return payload["delta"]["text"]
    return payload["delta"] if payload["type"] == "response.output_text.delta" else None


@pytest.fixture(params=RECIPES)
def workload(request: pytest.FixtureRequest) -> Workload:
    return make(request.param, 400)


def test_every_payload_is_json_and_gives_the_expected_text(workload: Workload) -> None:
    found = [
        text_of(workload.dialect, payload) for stream in workload.streams for payload in payloads(stream)
    ]
    assert found == workload.texts
    assert "".join(text for text in found if text) == workload.text


def test_size(workload: Workload) -> None:
    expected = {"short": 396, "huge": 4}.get(workload.name, 400)
    assert workload.events == expected
    assert workload.bytes == sum(len(stream.data) for stream in workload.streams)


def test_same_seed_same_bytes(workload: Workload) -> None:
    again = make(workload.name, 400)
    other = make(workload.name, 400, seed=2)
    assert again == workload
    assert [stream.data for stream in other.streams] != [stream.data for stream in workload.streams]


def test_line_endings(workload: Workload) -> None:
    for stream in workload.streams:
        data = stream.data
        assert data.endswith(stream.newline * 2)
        if workload.name == "crlf":
            assert data.count(b"\n") == data.count(b"\r\n")
        else:
            assert b"\r" not in data


def test_bytes_are_the_same_on_every_python() -> None:
    """A change of this digest changes every published figure: say so in the changelog."""
    digest = hashlib.sha256(b"".join(stream.data for stream in make("completion", 100).streams)).hexdigest()
    assert digest[:16] == "870978d5c2673a64"


@pytest.mark.parametrize("name", CHUNKINGS)
def test_chunkings_cut_and_keep_every_byte(name: str) -> None:
    for kind in ("completion", "short", "crlf"):
        for stream in make(kind, 100).streams:
            chunks = CHUNKINGS[name](stream)
            assert b"".join(chunks) == stream.data
            assert all(chunks)


def test_aligned_chunks_end_with_an_event() -> None:
    (stream,) = make("completion", 1000).streams
    chunks = aligned(stream, 16 * 1024)
    assert b"".join(chunks) == stream.data
    assert all(chunk.endswith(b"\n\n") for chunk in chunks)
    assert max(map(len, chunks)) <= 16 * 1024
    assert min(map(len, chunks[:-1])) > 15 * 1024


def test_texts_are_as_long_as_recorded_ones() -> None:
    """Recorded streams: 4 bytes in the median, 22 at p95; 89 % without a backslash, 97 % pure ASCII."""
    texts = [text for text in make("completion", 20_000).texts if text]
    sizes = [len(text.encode()) for text in texts]
    assert 3 <= statistics.median(sizes) <= 5
    assert 18 <= statistics.quantiles(sizes, n=20)[-1] <= 28
    backslashes = sum("\\" in json.dumps(text, ensure_ascii=False) for text in texts) / len(texts)
    assert 0.05 <= backslashes <= 0.12
    assert 0.95 <= sum(map(str.isascii, texts)) / len(texts) <= 0.98


def test_events_are_as_long_as_recorded_ones() -> None:
    for name, low, high in (
        ("completion", 230, 300),
        ("chat", 280, 350),
        ("anthropic", 110, 170),
        ("responses", 200, 330),
    ):
        workload = make(name, 1000)
        assert low <= workload.bytes / workload.events <= high, name


def test_unlike_events_have_no_shape_in_common() -> None:
    (stream,) = make("unlike", 300).streams
    shapes = {(tuple(payload), tuple(payload["choices"][0])) for payload in payloads(stream)}
    assert len(shapes) == 300


def test_one_huge_event() -> None:
    stream = one_huge(1 << 20)
    assert isinstance(stream, Stream)
    (payload,) = payloads(stream)
    assert payload["choices"][0]["text"] == stream.texts[0]
    assert len(stream.texts[0] or "") == 1 << 20


def test_every_recipe_says_its_situation() -> None:
    assert all(recipe.situation for recipe in RECIPES.values())
    assert set(workloads.CHUNKINGS) == {"16 KiB", "1 event", "1460 B", "64 B", "whole"}
