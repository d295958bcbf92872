"""`EventStream` and `AsyncEventStream` on both backends: when responses are closed, what an error leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest

import sselerate
from sselerate.adapters import ContentTypeError, stream
from sselerate.adapters.response import AsyncResponse, Response
from tests import backends

EVENTS = [b'data: {"choices":[{"text":"%d"}]}\n\n' % number for number in range(3)]
BAD = b"data: {no\n\n"
DONE = b"data: [DONE]\n\n"


class Broken(Exception):
    """An error of a connection."""


class Body:
    """A body in chunks; an exception among them is raised."""

    def __init__(self, chunks: list[Any]) -> None:
        self.chunks = chunks
        self.closed = 0
        self.taken = 0

    def take(self, chunk: Any) -> bytes:
        self.taken += 1
        if isinstance(chunk, type):
            raise chunk
        return bytes(chunk)


class Sync(Response):
    def raw_chunks(self) -> Iterator[bytes]:
        for chunk in self.given.chunks:
            yield self.given.take(chunk)

    def close(self) -> None:
        self.given.closed += 1


class Async(AsyncResponse):
    async def raw_chunks(self) -> AsyncIterator[bytes]:
        for chunk in self.given.chunks:
            await asyncio.sleep(0)
            yield self.given.take(chunk)

    async def aclose(self) -> None:
        self.given.closed += 1


@pytest.fixture(params=["rust", "python"], autouse=True)
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = backends.load(request.param).module
    for name in ("Decoder", "EventIterator", "AsyncEventIterator"):
        monkeypatch.setattr(stream, name, getattr(module, name))


def read(chunks: list[Any], by_hand: bool = False) -> tuple[list[Any], Body]:
    """The texts and errors that come of a body, until it ends or has broken off."""
    body = Body(chunks)
    events = stream.opened(Sync(body, 200, "text/event-stream"), None, {})
    found: list[Any] = []
    iterator = events if by_hand else iter(events)
    while True:
        try:
            found.append(next(iterator).text)
        except StopIteration:
            return found, body
        except sselerate.SSEError as error:
            found.append(type(error))
            assert not body.closed or isinstance(error, sselerate.TruncatedStreamError)
        except Broken as error:
            return [*found, type(error)], body


def aread(chunks: list[Any]) -> tuple[list[Any], Body]:
    body = Body(chunks)

    async def run() -> list[Any]:
        events = await stream.opened_async(Async(body, 200, "text/event-stream"), None, {})
        found: list[Any] = []
        while True:
            try:
                found.append((await anext(events)).text)
            except StopAsyncIteration:
                return found
            except sselerate.SSEError as error:
                found.append(type(error))
            except Broken as error:
                return [*found, type(error)]

    return asyncio.run(run()), body


CASES: dict[str, tuple[list[Any], list[Any]]] = {
    "to the end": (EVENTS, ["0", "1", "2"]),
    "to [DONE]": ([*EVENTS, DONE, b"data: 1\n\n"], ["0", "1", "2"]),
    "all at once": ([b"".join([*EVENTS, DONE])], ["0", "1", "2"]),
    "nothing": ([], []),
    "a bad event": ([EVENTS[0], BAD, EVENTS[1]], ["0", sselerate.DecodeError, "1"]),
    "a broken connection": ([EVENTS[0], Broken], ["0", Broken]),
    "cut off": ([EVENTS[0], EVENTS[1][:9]], ["0", sselerate.TruncatedStreamError]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("by_hand", [False, True])
def test_the_response_is_closed(name: str, by_hand: bool) -> None:
    chunks, expected = CASES[name]
    found, body = read(chunks, by_hand)
    assert found == expected
    assert body.closed
    assert body.taken == len(chunks) - (name == "to [DONE]")


@pytest.mark.parametrize("name", CASES)
def test_the_response_is_closed_asynchronously(name: str) -> None:
    chunks, expected = CASES[name]
    found, body = aread(chunks)
    assert found == expected
    assert body.closed
    assert body.taken == len(chunks) - (name == "to [DONE]")


def test_leaving_early() -> None:
    body = Body(EVENTS)
    with stream.opened(Sync(body, 200, "text/event-stream"), None, {}) as events:
        assert next(events).text == "0"
        assert not body.closed
    assert body.closed
    assert list(events) == []
    assert body.taken == 1


def test_leaving_early_asynchronously() -> None:
    body = Body(EVENTS)

    async def run() -> None:
        async with await stream.opened_async(Async(body, 200, ""), None, {}) as events:
            assert (await anext(events)).text == "0"
            assert not body.closed
        assert body.closed
        assert [event async for event in events] == []

    asyncio.run(run())
    assert body.taken == 1


LAST = b'data: {"type":"message_stop"}\n\n'


@pytest.mark.parametrize("by_hand", [False, True])
def test_stopping_when_done(by_hand: bool) -> None:
    """What came with the last event is read, and nothing is asked for behind it. Without the wish it is."""
    chunks = [EVENTS[0], LAST + EVENTS[1], EVENTS[2]]
    for stop in (True, False):
        body = Body(chunks)
        events = stream.opened(Sync(body, 200, ""), None, {}, stop_when_done=stop)
        found = iter(partial(next, events, None), None) if by_hand else events
        texts = [event.text for event in found]
        assert texts == ["0", "", "1"] + ["2"] * (not stop)
        assert events.done
        assert body.closed
        assert body.taken == (2 if stop else 3)


def test_stopping_when_done_asynchronously() -> None:
    body = Body([EVENTS[0], LAST + EVENTS[1], EVENTS[2]])

    async def run() -> None:
        events = await stream.opened_async(Async(body, 200, ""), None, {}, stop_when_done=True)
        assert [event.text async for event in events] == ["0", "", "1"]
        assert events.done

    asyncio.run(run())
    assert body.closed
    assert body.taken == 2


def test_other_content_types_are_taken_when_asked_for() -> None:
    body = Body(EVENTS)
    with pytest.raises(ContentTypeError, match="got 'Text/Plain; charset=utf-8'"):
        stream.opened(Sync(body, 200, "Text/Plain; charset=utf-8"), None, {})
    for also in (("text/PLAIN",), "text/PLAIN"):  # the second is what ("text/PLAIN") means
        events = stream.opened(Sync(body, 200, "Text/Plain; charset=utf-8"), None, {}, also_accept=also)
        assert len(list(events)) == 3

    async def run() -> None:
        events = await stream.opened_async(Async(body, 200, "text/plain"), None, {}, ["text/plain"])
        assert len([event async for event in events]) == 3

    asyncio.run(run())


def test_a_stream_shows_its_decoder() -> None:
    events = stream.opened(Sync(Body([*EVENTS, BAD]), 200, ""), None, {"on_error": "skip"})
    assert len(list(events)) == 3
    assert (events.decoder.dialect, events.decoder.error_count) == ("openai-completions", 1)


def test_options_and_content_type_reach_the_decoder() -> None:
    body = Body([b'[{"choices":[{"text":"a"}]},{"choices":[{"text":"b"}]}]'])
    events = stream.opened(Sync(body, 200, "application/json"), sselerate.CompletionStreamEvent, {})
    assert [event.choices[0].text for event in events] == ["a", "b"]
    with pytest.raises(TypeError, match="unexpected keyword"):
        stream.opened(Sync(body, 200, ""), None, {"nonsense": 1})


@pytest.mark.parametrize(
    ("content_type", "charset", "media_type"),
    [
        ("", None, ""),
        ('Text/Event-Stream; Charset="UTF-8"', None, "text/event-stream"),
        ("text/event-stream; charset=latin-1", "iso8859-1", "text/event-stream"),
        ("text/event-stream; x=1; charset='utf-16'", "utf-16", "text/event-stream"),
        ("text/event-stream; charset=zlib", None, "text/event-stream"),
        ("text/event-stream; charset=nonsense", None, "text/event-stream"),
    ],
)
def test_charsets(content_type: str, charset: str | None, media_type: str) -> None:
    response = Sync(Body([]), 200, content_type)
    assert (response.charset, response.media_type) == (charset, media_type)


def test_text_of_another_charset_is_cut_anywhere() -> None:
    data = 'data: {"choices":[{"text":"é😀"}]}\n\n'.encode("utf-16")
    body = Body([data[i : i + 1] for i in range(len(data))])
    (event,) = stream.opened(Sync(body, 200, "text/event-stream; charset=utf-16"), None, {})
    assert event.text == "é😀"
