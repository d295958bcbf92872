"""`sselerate.compat.anthropic` beside anthropic itself; anthropic's own suite is run by test_upstream.py."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat import streams
from tests.compat.sdk_objects import alike, difference

anthropic = pytest.importorskip("anthropic", reason="anthropic is not installed")

from anthropic import _base_client  # noqa: E402

from sselerate.compat import anthropic as fast  # noqa: E402

http = getattr(_base_client, "httpx2", None) or _base_client.httpx  # anthropic 0 knows httpx only

pytestmark = pytest.mark.usefixtures("backend")

Chunks = list[bytes]
REQUEST: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
CHUNKS = streams.sse(streams.MESSAGES, named=True)


def client_for(chunks: Chunks, **options: Any) -> Any:
    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))

    transport = http.MockTransport(answer)
    return anthropic.Anthropic(api_key="k", http_client=http.Client(transport=transport), **options)


def async_client_for(chunks: Chunks) -> Any:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": "text/event-stream"}, content=body())

    transport = http.MockTransport(answer)
    return anthropic.AsyncAnthropic(api_key="k", http_client=http.AsyncClient(transport=transport))


def events(client: Any) -> list[Any]:
    return list(client.messages.create(stream=True, **REQUEST))


async def async_events(client: Any) -> list[Any]:
    return [event async for event in await client.messages.create(stream=True, **REQUEST)]


def regrouped(size: int) -> Chunks:
    body = b"".join(CHUNKS)
    return [body[i : i + size] for i in range(0, len(body), size)]


CHUNKINGS = {
    "one by one": CHUNKS,
    "whole": [b"".join(CHUNKS)],
    "bytes": regrouped(1),
    "of 100": regrouped(100),
}
CHUNKINGS["two by two"] = [b"".join(CHUNKS[i : i + 2]) for i in range(0, len(CHUNKS), 2)]
CHUNKINGS["crlf"] = [chunk.replace(b"\n", b"\r\n") for chunk in CHUNKS]


@pytest.mark.parametrize("chunking", CHUNKINGS)
def test_the_same_events(chunking: str) -> None:
    chunks = CHUNKINGS[chunking]
    theirs = events(client_for(chunks))
    assert len(theirs) == len(streams.MESSAGES) - 1  # no ping
    for event in (*events(fast.patch(client_for(chunks), models="sdk")),):
        assert isinstance(event, anthropic.BaseModel)
    assert difference(events(fast.patch(client_for(chunks), models="sdk")), theirs) is None
    assert (
        difference(asyncio.run(async_events(fast.patch(async_client_for(chunks), models="sdk"))), theirs)
        is None
    )
    light = events(fast.patch(client_for(chunks)))
    alike(light, theirs)
    assert asyncio.run(async_events(fast.patch(async_client_for(chunks)))) == light


def test_which_events_are_light() -> None:
    light = events(fast.patch(client_for(CHUNKS)))
    assert {event.type: isinstance(event, fast.Light) for event in light} == {
        "message_start": False,
        "content_block_start": False,
        "content_block_delta": True,
        "content_block_stop": True,
        "message_delta": False,
        "message_stop": True,
    }
    assert pickle.loads(pickle.dumps(light[2])) == light[2]


BODIES: dict[str, Chunks] = {
    "error": [
        *CHUNKS[:3],
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n',
    ],
    "error of text": [b"event: error\ndata: overloaded\n\n"],
    "error without data": [b"event: error\n\n"],
    "error in data": [*CHUNKS[:1], b'event: message_delta\ndata: {"error":{"message":"x"}}\n\n'],
    "no names": [chunk[chunk.index(b"data:") :] for chunk in CHUNKS],
    "wrong names": [b"event: x\n" + chunk[chunk.index(b"data:") :] for chunk in CHUNKS],
    "pings": [*CHUNKS[:3], b'event: ping\ndata: {"type": "ping"}\n\n' * 2, b": ping\n\n", *CHUNKS[3:]],
    "unknown": [*CHUNKS[:3], b'event: new\ndata: {"type":"new","a":[1]}\n\n', *CHUNKS[3:]],
    "no json": [*CHUNKS[:3], b"event: content_block_delta\ndata: {no\n\n"],
    "cut off": [*CHUNKS[:3], CHUNKS[3][:-1]],
    "ids and retries": [b"id: 1\nretry: 5\n" + chunk for chunk in CHUNKS],
    "data over lines": [chunk.replace(b',"', b',\ndata: "') for chunk in CHUNKS],
    "surrogates": [*CHUNKS[:3], CHUNKS[7].replace(b'"text":"', b'"text":"\\ud800')],
    "nothing": [],
    "body": [b'{"type":"error","error":{"message":"x"}}'],
}


def outcome(client: Any) -> Any:
    seen = []
    try:
        for event in client.messages.create(stream=True, **REQUEST):
            seen.append(json.loads(event.to_json()))
    except Exception as error:
        return seen, type(error), str(error), getattr(error, "body", None)
    return seen


@pytest.mark.parametrize("models", ["light", "sdk"])
@pytest.mark.parametrize("body", BODIES)
def test_unusual_streams_end_as_they_did(body: str, models: fast.Models) -> None:
    chunks = BODIES[body]
    for arrived in (
        chunks,
        [b"".join(chunks)],
        [b"".join(chunks[i : i + 3]) for i in range(0, len(chunks), 3)],
    ):
        assert outcome(fast.patch(client_for(arrived), models)) == outcome(client_for(arrived))


def test_patch_holds_in_copies_and_can_be_undone() -> None:
    client = client_for(CHUNKS)
    assert fast.patch(client) is client
    assert isinstance(events(client.with_options(timeout=3))[2], fast.Light)
    assert type(fast.unpatch(client)) is anthropic.Anthropic
    made = fast.Anthropic(api_key="k", http_client=client._client)
    assert isinstance(events(made)[2], fast.Light)
    assert issubclass(fast.AsyncAnthropic, anthropic.AsyncAnthropic)


@pytest.mark.parametrize("models", ["light", "sdk"])
def test_stream_helper(models: fast.Models) -> None:
    def run(client: Any) -> Any:
        with client.messages.stream(**REQUEST) as stream:
            return list(stream), stream.get_final_message()

    async def asynchronous(client: Any) -> Any:
        async with client.messages.stream(**REQUEST) as stream:
            return [event async for event in stream], await stream.get_final_message()

    theirs = run(client_for(CHUNKS))
    for ours in (
        run(fast.patch(client_for(CHUNKS), models)),
        asyncio.run(asynchronous(fast.patch(async_client_for(CHUNKS), models))),
    ):
        assert difference(list(ours), list(theirs)) is None


def test_observers_see_every_event() -> None:
    class Observer:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def begin(self) -> None:
            self.seen.append("begin")

        def item(self, item: object) -> None:
            self.seen.append(item)

        def end(self, how: str, error: BaseException | None = None) -> None:
            self.seen.append(how)

    stream = fast.patch(client_for(CHUNKS)).messages.create(stream=True, **REQUEST)
    stream.response.stream.stream_observer = observer = Observer()
    seen = list(stream)
    assert observer.seen == ["begin", *seen, "read"]


def test_bedrock_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast._SDK, "_warned", set())
    client = anthropic.AnthropicBedrock(aws_region="x", aws_access_key="a", aws_secret_key="b")
    with pytest.warns(fast.CompatWarning, match="has its own _make_sse_decoder"):
        fast.patch(client)
    assert type(client) is anthropic.AnthropicBedrock


def test_recorded_streams(recordings: Path) -> None:
    for file, _ in streams.recorded(recordings, "messages"):
        body = (recordings / file).read_bytes()
        for size in (700, len(body)):
            chunks = [body[i : i + size] for i in range(0, len(body), size)]
            theirs = outcome(client_for(chunks))
            for models in ("light", "sdk"):
                assert outcome(fast.patch(client_for(chunks), models)) == theirs, (file, models)  # type: ignore[arg-type]
