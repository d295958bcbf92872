"""`text()`: what it joins is the `text` of the events, however it was found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest

from benches import workloads
from sselerate._surrogates import join_halves
from sselerate.errors import DecodeError, TruncatedStreamError
from sselerate.events import ChatCompletionChunk, CompletionStreamEvent, Event, StreamEvent, event
from tests import chunkings
from tests.backends import Backend
from tests.conftest import recordings_index

SIZES = (16384, 1460, 7)
RECORDED = [entry["file"] for entry in recordings_index() if entry["file"].endswith(".sse")]


def joined(backend: Backend, chunks: Iterable[bytes], target: Any = None, **options: Any) -> str:
    return join_halves("".join([item.text for item in backend.iter_events(chunks, target, **options)]))


def completions(*choices: Any) -> bytes:
    return b"".join(
        b"data: %s\n\n" % json.dumps({"id": "x", "choices": choice}).encode() for choice in choices
    )


@pytest.mark.parametrize("name", workloads.RECIPES)
def test_generated_streams(backend: Backend, name: str) -> None:
    for stream in workloads.make(name, 60).streams:
        for size in SIZES:
            chunks = chunkings.in_pieces(stream.data, size)
            assert backend.text(chunks) == joined(backend, chunks), size


@pytest.mark.parametrize("file", RECORDED or [pytest.param(None, id="recordings absent")])
def test_recordings(backend: Backend, recordings: Path, file: str) -> None:
    body = (recordings / file).read_bytes()
    expected = joined(backend, [body], on_error="skip")
    for chunks in ([body, b""], chunkings.in_pieces(body, 1460), chunkings.in_pieces(body * 2, 999)):
        assert backend.text(chunks, on_error="skip", multi=True) == joined(
            backend, chunks, on_error="skip", multi=True
        )
    assert backend.text(body, on_error="skip") == expected


# Every event comes several times, so that it is predicted, and with changes, so that its text is a hole.
ODD_CHOICES: list[Any] = [
    [{"text": "a", "index": 0}],
    [{"text": None, "index": 0}],
    [{"index": 0}],
    [{"text": 7, "index": 0}],
    [{"text": True, "index": 0}],
    [{"text": "", "index": 0}],
    [{"text": "\ud83d", "index": 0}],
    [{"text": "\ude00", "index": 0}],
    [{"text": "é\n", "index": 0}],
    [],
    None,
    "text",
    [None],
    [[{"text": "a"}]],
    [{"text": "a", "index": 0}, {"text": "b", "index": 1}],
    [{"text": "a", "index": 0}, None],
    [{"text": "a", "index": 0}, {"text": None, "index": 1}],
    {"text": "a"},
]


@pytest.mark.parametrize("choices", ODD_CHOICES, ids=json.dumps)
def test_odd_completions(backend: Backend, choices: Any) -> None:
    def varied(times: int) -> Any:
        return json.loads(json.dumps(choices).replace('"a"', json.dumps("a" * times)))

    body = completions([{"text": "before", "index": 0}], *[varied(times) for times in range(1, 12)])
    assert backend.text([body], CompletionStreamEvent) == joined(backend, [body], CompletionStreamEvent)


@pytest.mark.parametrize(
    "content",
    ["a", None, 7, False, [], [{"type": "text", "text": "a"}], {"text": "a"}, ["a", None]],
    ids=json.dumps,
)
@pytest.mark.parametrize("delta", [{"role": "assistant"}, {}, None], ids=json.dumps)
def test_odd_chat(backend: Backend, content: Any, delta: Any) -> None:
    def chunk(n: int) -> bytes:
        text = json.loads(json.dumps(content).replace('"a"', json.dumps("a" * n)))
        inner = delta if delta is None else {**delta, "content": text}
        payload = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": inner, "n": n}]}
        return b"data: %s\n\n" % json.dumps(payload).encode()

    body = b"".join([chunk(n) for n in range(1, 12)])
    assert backend.text([body], ChatCompletionChunk) == joined(backend, [body], ChatCompletionChunk)
    assert backend.text([body]) == joined(backend, [body])


@pytest.mark.parametrize("size", [*SIZES, 1])
def test_halves_of_characters_meet(backend: Backend, size: int) -> None:
    """Whatever the chunks; a half alone stays, and so do those that `Decoder.text` cannot know to meet."""
    halves = ["\ud83d", "\ude00"] * 6 + ["\ude00", "a\ud83d", "é", "\ud83d"]
    body = completions(*[[{"text": half}] for half in halves])
    chunks = chunkings.in_pieces(body, size)
    whole = "😀" * 6 + "\ude00a\ud83dé\ud83d"
    assert backend.text(chunks, CompletionStreamEvent) == whole

    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    assert asyncio.run(backend.atext(source(), CompletionStreamEvent)) == whole
    with pytest.raises(DecodeError) as raised:
        backend.text([*chunks, b"data: {\n\n"], CompletionStreamEvent)
    assert raised.value.text == whole
    decoder = backend.Decoder(CompletionStreamEvent)
    assert "".join([decoder.text(chunk) for chunk in chunks]) == "".join(halves)


def test_a_subclass_says_itself_what_its_text_is(backend: Backend) -> None:
    @event
    class Loud(CompletionStreamEvent):
        @property
        def text(self) -> str:
            return self.choices[0].text.upper()

    body = completions(*[[{"text": "a" * n}] for n in range(1, 9)])
    assert backend.text(body, Loud) == "A" * 36


def test_a_class_without_a_text(backend: Backend) -> None:
    @event
    class Number(Event):
        n: int

    @event
    class Silent(StreamEvent):
        n: int

    body = b'data: {"n":1}\n\n' * 8
    assert backend.text(body, Silent) == ""
    with pytest.raises(AttributeError, match="'Number' object has no attribute 'text'"):
        backend.text(body, Number)


def test_an_error_of_a_text_is_as_it_was_raised(backend: Backend) -> None:
    """Also where it has attributes of the same names as errors of ours."""

    class Failure(Exception):
        text, events = "text", "events"

    @event
    class Picky(StreamEvent):
        number: int

        @property
        def text(self) -> str:
            if self.number == 2:
                raise Failure
            return str(self.number)

    body = b'data: {"number":1}\n\ndata: {"number":2}\n\n'
    for call in (backend.Decoder(Picky).text, lambda data: backend.iter_events(data, Picky).text()):
        with pytest.raises(Failure) as caught:
            call(body)
        assert vars(caught.value) == {}


def test_an_error_has_the_text_before_it(backend: Backend) -> None:
    good = completions(*[[{"text": "ab"}]] * 6)
    with pytest.raises(DecodeError) as caught:
        backend.text([good, good + b"data: {\n\n" + good], CompletionStreamEvent)
    assert (caught.value.text, caught.value.events) == ("ab" * 12, [])
    with pytest.raises(TruncatedStreamError) as truncated:
        backend.text([good + b"data: {"], CompletionStreamEvent)
    assert truncated.value.text == "ab" * 6
    assert backend.text([good + b"data: {\n\n" + good], CompletionStreamEvent, on_error="skip") == "ab" * 12


def test_a_decoder_goes_on_behind_an_error(backend: Backend) -> None:
    good = completions([{"text": "ab"}])
    decoder = backend.Decoder(CompletionStreamEvent)
    with pytest.raises(DecodeError) as caught:
        decoder.text(good + b"data: {\n\n" + good)
    assert caught.value.text == "ab"
    assert decoder.text(b"") == "ab"
    assert [item.choices[0].text for item in decoder.feed(good)] == ["ab"]
    decoder.close()
    with pytest.raises(RuntimeError, match="after close"):
        decoder.text(good)


def test_an_iterator_gives_the_text_of_what_is_to_come(backend: Backend) -> None:
    good = completions([{"text": "ab"}], [{"text": "cd"}])
    iterator = backend.iter_events([good, good + b"data: {\n\n" + good, good], CompletionStreamEvent)
    assert next(iterator).text == "ab"
    with pytest.raises(DecodeError) as caught:
        iterator.text()
    assert caught.value.text == "cdabcd"
    assert iterator.text() == "abcd" * 2
    assert iterator.text() == ""
    assert list(iterator) == []


def test_text_before_an_error_of_the_source_is_kept(backend: Backend) -> None:
    class Source:
        def __init__(self) -> None:
            self.pulled = 0

        def __iter__(self) -> Source:
            return self

        def __next__(self) -> bytes:
            self.pulled += 1
            if self.pulled == 3:
                raise ConnectionResetError
            if self.pulled > 4:
                raise StopIteration
            return completions([{"text": f"{self.pulled} "}])

    iterator = backend.iter_events(Source(), CompletionStreamEvent)
    with pytest.raises(ConnectionResetError):
        iterator.text()
    assert iterator.text() == "1 2 4 "


def test_the_last_event_may_lack_its_blank_line(backend: Backend) -> None:
    assert backend.text([completions([{"text": "ab"}])[:-1]], CompletionStreamEvent) == "ab"


def test_nothing_is_pulled_behind_the_end(backend: Backend) -> None:
    chunks = iter([completions([{"text": "ab"}]), b"data: [DONE]\n\n", b"data: {"])
    assert backend.text(chunks, CompletionStreamEvent) == "ab"
    assert next(chunks) == b"data: {"


def test_asynchronously(backend: Backend) -> None:
    async def give() -> AsyncIterator[bytes]:
        for n in range(1, 9):
            yield completions([{"text": "a" * n}])
        yield b"data: [DONE]\n\n"
        raise AssertionError("pulled behind the end")

    assert asyncio.run(backend.atext(give(), CompletionStreamEvent)) == "a" * 36

    async def broken() -> AsyncIterator[bytes]:
        yield completions([{"text": "a"}])
        yield b"data: {\n\n"

    with pytest.raises(DecodeError) as caught:
        asyncio.run(backend.atext(broken(), CompletionStreamEvent))
    assert caught.value.text == "a"


def test_the_dialect_is_noted(backend: Backend) -> None:
    decoder = backend.Decoder()
    for _ in range(3):
        decoder.text(workloads.make("chat", 30).streams[0].data)
        assert decoder.dialect == "openai-chat"
        decoder.reset()
