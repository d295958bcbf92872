"""`sselerate.compat.openai` beside openai itself; openai's own suite is run by test_upstream.py."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import gc
import json
import pickle
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

import sselerate
from tests.compat import streams
from tests.compat.sdk_objects import alike, difference

openai = pytest.importorskip("openai", reason="openai is not installed")

from openai import _base_client  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from sselerate.compat import openai as fast  # noqa: E402

http = getattr(_base_client, "httpx2", None) or _base_client.httpx  # openai 1 knows httpx only

pytestmark = pytest.mark.usefixtures("backend")

Chunks = list[bytes]
SOURCES: dict[str, tuple[Chunks, Callable[[Any], Any]]] = {
    "chat": (streams.sse(streams.CHAT, done=True), lambda client: client.chat.completions),
    "tools": (streams.sse(streams.TOOLS, done=True), lambda client: client.chat.completions),
    "odd chat": (streams.sse(streams.ODD_CHAT, done=True), lambda client: client.chat.completions),
    "completions": (streams.sse(streams.COMPLETION, done=True), lambda client: client.completions),
    "responses": (streams.sse(streams.RESPONSES, named=True), lambda client: client.responses),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "completions": {"model": "m", "prompt": "p"},
    "responses": {"model": "m", "input": "i"},
}


def handler(chunks: Chunks) -> Any:
    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))

    return http.MockTransport(answer)


def async_handler(chunks: Chunks) -> Any:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": "text/event-stream"}, content=body())

    return http.MockTransport(answer)


def client_for(chunks: Chunks, **options: Any) -> Any:
    return openai.OpenAI(api_key="k", http_client=http.Client(transport=handler(chunks)), **options)


def events(client: Any, name: str) -> list[Any]:
    arguments = ARGUMENTS.get(name, {"model": "m", "messages": []})
    return list(SOURCES[name][1](client).create(stream=True, **arguments))


async def async_events(chunks: Chunks, name: str, models: fast.Models) -> list[Any]:
    async with openai.AsyncOpenAI(
        api_key="k", http_client=http.AsyncClient(transport=async_handler(chunks))
    ) as client:
        arguments = ARGUMENTS.get(name, {"model": "m", "messages": []})
        stream = await SOURCES[name][1](fast.patch(client, models)).create(stream=True, **arguments)
        return [event async for event in stream]


@pytest.mark.parametrize("name", SOURCES)
def test_sdk_objects_are_those_of_the_sdk(name: str) -> None:
    chunks = SOURCES[name][0]
    theirs = events(client_for(chunks), name)
    ours = events(fast.patch(client_for(chunks), models="sdk"), name)
    assert difference(ours, theirs) is None
    assert difference(asyncio.run(async_events(chunks, name, "sdk")), theirs) is None


@pytest.mark.parametrize("name", SOURCES)
def test_light_events_answer_as_those_of_the_sdk(name: str) -> None:
    chunks = SOURCES[name][0]
    theirs = events(client_for(chunks), name)
    ours = events(fast.patch(client_for(chunks)), name)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        alike(one, other, odd=name == "odd chat")
    assert asyncio.run(async_events(chunks, name, "light")) == ours


def test_which_events_are_light() -> None:
    kinds = {
        event.type: isinstance(event, fast.Light)
        for event in events(fast.patch(client_for(SOURCES["responses"][0])), "responses")
    }
    assert kinds == {
        "response.created": False,
        "response.in_progress": False,
        "response.output_item.added": False,
        "response.content_part.added": True,
        "response.output_text.delta": True,
        "response.output_text.done": True,
        "response.content_part.done": True,
        "response.output_item.done": False,
        "response.completed": False,
    }
    for name in ("chat", "tools", "odd chat", "completions"):
        assert all(
            isinstance(event, fast.Light) for event in events(fast.patch(client_for(SOURCES[name][0])), name)
        )


def test_light_events_are_values() -> None:
    event = events(fast.patch(client_for(SOURCES["chat"][0])), "chat")[2]
    assert isinstance(event, sselerate.Event)
    assert pickle.loads(pickle.dumps(event)) == event
    assert copy.deepcopy(event) == event
    assert event.to_dict() == streams.CHAT[2]
    assert "content=" in repr(event)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.id = "x"
    changeable = event.model_copy()
    changeable.id = "x"
    assert isinstance(changeable, BaseModel)


def test_patch_holds_in_copies_and_can_be_undone() -> None:
    client = client_for(SOURCES["chat"][0])
    assert fast.patch(client) is client
    assert isinstance(client, openai.OpenAI)
    assert type(client).__name__ == "OpenAI"
    assert isinstance(events(client.with_options(timeout=3), "chat")[0], fast.Light)
    fast.patch(client, models="sdk")
    assert not isinstance(events(client.copy(), "chat")[0], fast.Light)
    fast.patch(client)
    assert isinstance(events(client, "chat")[0], fast.Light)
    assert fast.unpatch(client) is client
    assert type(client) is openai.OpenAI
    assert fast.unpatch(client) is client
    with pytest.raises(ValueError, match="'light' or 'sdk'"):
        fast.patch(client, models="dict")  # type: ignore[arg-type]


def test_classes() -> None:
    client = fast.OpenAI(api_key="k", http_client=http.Client(transport=handler(SOURCES["chat"][0])))
    assert isinstance(client, openai.OpenAI)
    assert isinstance(events(client, "chat")[0], fast.Light)
    assert issubclass(fast.AsyncOpenAI, openai.AsyncOpenAI)
    azure = openai.AzureOpenAI(
        api_key="k",
        api_version="1",
        azure_endpoint="http://t",
        http_client=http.Client(transport=handler(SOURCES["chat"][0])),
    )
    assert isinstance(events(fast.patch(azure), "chat")[0], fast.Light)


BODIES = {
    "error": [b'data: {"error":{"message":"no","code":"c"}}\n\n'],
    "error of text": [b'data: {"error":"no"}\n\n'],
    "error without message": [b'data: {"error":{"code":1}}\n\n'],
    "error event without error": [b'event: error\ndata: {"code":"c","message":"m"}\n\n'],
    "no json": [b"data: {no}\n\n"],
    "cut json": [b'data: {"id":"a\n\n'],
    "list": [b"data: [1]\n\n"],
    "number": [b"data: 3\n\n"],
    "null": [b"data: null\n\n"],
    "done with more": [b"data: [DONE] and more\n\n", b"data: {}\n\n"],
    "after done": [b'data: {"id":"1"}\n\ndata: [DONE]\n\ndata: {"id":"2"}\n\n'],
    "cut off": [b'data: {"id":"1"}\n\ndata: {"id":"2"}'],
    "several lines": [b'data: {"id":\ndata: "1"}\n\n'],
    "nan": [b'data: {"id":"1","created":NaN}\n\n'],
    "surrogate": [b'data: {"id":"\\ud800"}\n\n'],
    "duplicate": [b'data: {"id":"1","id":"2"}\n\n'],
    "crlf": [b'data: {"id":"1"}\r\n\r\n: ping\r\n\r\ndata: {"id":"2"}\r\n\r\n'],
    "bytes": [bytes([byte]) for byte in b'data: {"id":"1"}\n\ndata: [DONE]\n\n'],
    "whole": [b'{"error": {"message": "no"}}'],
    "nothing": [],
    "message": [b'event: message\ndata: {"id":"1"}\n\n'],
    "thread": [b'event: thread.created\ndata: {"id":"1","object":"thread"}\n\n'],
}  # fmt: skip


def outcome(client: Any, name: str) -> Any:
    try:
        return [
            json.loads(event.to_json())
            if event is not None and not isinstance(event, int | str | list)
            else event
            for event in events(client, name)
        ]
    except Exception as error:
        return type(error), str(error), getattr(error, "body", None)


@pytest.mark.parametrize("models", ["light", "sdk"])
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", ["chat", "responses"])
def test_unusual_streams_end_as_they_did(name: str, body: str, models: fast.Models) -> None:
    chunks = BODIES[body]
    assert outcome(fast.patch(client_for(chunks), models), name) == outcome(client_for(chunks), name)


def test_what_is_better() -> None:
    def ids(*chunks: bytes) -> list[str]:
        return [event.id for event in events(fast.patch(client_for(list(chunks))), "chat")]

    assert ids(b'\xef\xbb\xbfdata: {"id":"1"}\n\n') == ["1"]
    assert ids(b'data: {"id":"\xff"}\n\n') == ["\ufffd"]
    assert ids(b'retry: 500\n\nevent: ping\n\ndata:\n\ndata: {"id":"1"}\n\n') == ["1"]


CHAT = SOURCES["chat"][0]
INTERRUPTED = {
    "comment": [*CHAT[:4], b": ping\n\n", *CHAT[4:]],
    "comment with an event": [*CHAT[:4], b": ping\n\n" + CHAT[4], *CHAT[5:]],
    "cut event": [*CHAT[:4], CHAT[4][:30], CHAT[4][30:], *CHAT[5:]],
    "several": [CHAT[0], CHAT[1], b"".join(CHAT[2:5]), *CHAT[5:]],
    "retry": [*CHAT[:4], b"retry: 100\n\n", *CHAT[4:]],
    "empty chunks": [piece for chunk in CHAT for piece in (chunk, b"")],
    "end with an event": [*CHAT[:-2], b"".join(CHAT[-2:])],
    "crlf from here": [*CHAT[:4], *(chunk.replace(b"\n", b"\r\n") for chunk in CHAT[4:])],
}


@pytest.mark.parametrize("models", ["light", "sdk"])
@pytest.mark.parametrize("body", INTERRUPTED)
def test_what_comes_between_events_changes_nothing(body: str, models: fast.Models) -> None:
    expected = outcome(client_for(CHAT), "chat")
    assert outcome(fast.patch(client_for(INTERRUPTED[body]), models), "chat") == expected


@pytest.mark.parametrize("models", ["light", "sdk"])
def test_error_after_events(models: fast.Models) -> None:
    chunks = [*CHAT[:4], b'data: {"error":{"message":"no","code":"c"}}\n\n']
    closed = []
    for client in (client_for(chunks), fast.patch(client_for(chunks), models)):
        stream = client.chat.completions.create(model="m", messages=[], stream=True)
        assert len([next(stream) for _ in range(4)]) == 4
        with pytest.raises(openai.APIError, match="no"):
            next(stream)
        closed.append(stream.response.is_closed)
    assert closed[1] == closed[0]  # openai 1 leaves that to the user


class Broken(Exception):
    """Raised in the middle of a body."""


@pytest.mark.parametrize("raised", [http.ReadTimeout("slow"), http.ReadError("gone"), Broken()], ids=repr)
def test_what_reading_raises_is_called_as_ever(raised: Exception) -> None:
    def body() -> Any:
        yield from CHAT[:4]
        raise raised

    async def abody() -> Any:
        for chunk in CHAT[:4]:
            yield chunk
        raise raised

    def transport(content: Any) -> Any:
        headers = {"content-type": "text/event-stream"}
        return http.MockTransport(lambda request: http.Response(200, headers=headers, content=content()))

    def read(client: Any) -> tuple[int, type]:
        count = 0
        try:
            for _ in client.chat.completions.create(model="m", messages=[], stream=True):
                count += 1
        except Exception as error:
            return count, type(error)
        raise AssertionError

    async def aread(client: Any) -> tuple[int, type]:
        count = 0
        try:
            async for _ in await client.chat.completions.create(model="m", messages=[], stream=True):
                count += 1
        except Exception as error:
            return count, type(error)
        raise AssertionError

    client = openai.OpenAI(api_key="k", http_client=http.Client(transport=transport(body)))
    theirs = read(client)
    assert theirs[0] == 4
    assert read(fast.patch(client)) == theirs
    aclient = openai.AsyncOpenAI(api_key="k", http_client=http.AsyncClient(transport=transport(abody)))
    assert asyncio.run(aread(fast.patch(aclient))) == theirs


def test_streams_that_are_left_can_be_gone_on_with_and_closed() -> None:
    def create() -> Any:
        return fast.patch(client_for(CHAT)).chat.completions.create(model="m", messages=[], stream=True)

    stream = create()
    for _ in stream:
        break
    rest = list(stream)
    assert len(rest) == len(streams.CHAT) - 1
    assert stream.response.is_closed
    with create() as stream:
        for _ in range(3):
            next(stream)
    assert stream.response.is_closed


class Slow(http.AsyncByteStream):  # type: ignore[misc]
    """A body whose connection takes a while to be closed."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in CHAT:
            yield chunk

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed = True


def test_an_asynchronous_stream_that_is_dropped_is_closed_in_silence() -> None:
    body = Slow()
    headers = {"content-type": "text/event-stream"}
    transport = http.MockTransport(lambda request: http.Response(200, headers=headers, stream=body))
    client = fast.patch(openai.AsyncOpenAI(api_key="k", http_client=http.AsyncClient(transport=transport)))
    said = []

    async def read() -> None:
        stream = await client.chat.completions.create(model="m", messages=[], stream=True)
        for _ in range(3):
            await anext(stream)

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context))
        await read()
        for _ in range(10):  # the tasks that close it, and what the loop reports of these
            gc.collect()
            await asyncio.sleep(0)

    asyncio.run(run())
    assert body.closed
    assert said == []


def test_strict_clients_validate_as_they_did() -> None:
    chunks = [b'data: {"id":"1"}\n\n']
    with pytest.raises(openai.APIResponseValidationError):
        events(fast.patch(client_for(chunks, _strict_response_validation=True)), "chat")


def test_raw_responses() -> None:
    client = fast.patch(client_for(SOURCES["chat"][0]))
    raw = client.chat.completions.with_raw_response.create(model="m", messages=[], stream=True)
    assert isinstance(next(iter(raw.parse())), fast.Light)
    with client.chat.completions.with_streaming_response.create(
        model="m", messages=[], stream=True
    ) as response:
        assert b"".join(response.iter_bytes()) == b"".join(SOURCES["chat"][0])


class Weather(BaseModel):
    """A structured output."""

    city: str
    units: str = ""


@pytest.mark.parametrize("models", ["light", "sdk"])
def test_chat_helper(models: fast.Models) -> None:
    def run(client: Any, **options: Any) -> Any:
        with client.chat.completions.stream(model="m", messages=[], **options) as stream:
            seen = [event.type for event in stream]
            return seen, stream.get_final_completion()

    answer = [
        *streams.CHAT[:1],
        *(
            {**streams.CHAT[1], "choices": [{"index": 0, "delta": {"content": piece}}]}
            for piece in ('{"city":"Par', 'is","units":"c"}')
        ),
        streams.CHAT[-2],
    ]
    for payloads, options in (
        (streams.CHAT, {}),
        (streams.TOOLS, {"tools": [openai.pydantic_function_tool(Weather, name="weather")]}),
        (answer, {"response_format": Weather}),
    ):
        chunks = streams.sse(payloads, done=True)
        ours = run(fast.patch(client_for(chunks), models), **options)
        assert difference(ours, run(client_for(chunks), **options)) is None


def test_chat_accumulator_by_hand() -> None:
    from openai.lib.streaming.chat import ChatCompletionStreamState

    finals = []
    for client in (fast.patch(client_for(SOURCES["chat"][0])), client_for(SOURCES["chat"][0])):
        state = ChatCompletionStreamState()
        for chunk in events(client, "chat"):
            state.handle_chunk(chunk)
        finals.append(state.get_final_completion())
    assert difference(*finals) is None


@pytest.mark.parametrize("models", ["light", "sdk"])
def test_responses_helper(models: fast.Models) -> None:
    def run(client: Any) -> Any:
        with client.responses.stream(model="m", input="i") as stream:
            return [event.type for event in stream], stream.get_final_response()

    chunks = SOURCES["responses"][0]
    assert difference(run(fast.patch(client_for(chunks), models)), run(client_for(chunks))) is None


def test_unknown_events_go_the_sdks_way() -> None:
    payload = {"type": "response.brand_new", "sequence_number": 1, "delta": "x"}
    (theirs,) = events(client_for(streams.sse([payload])), "responses")
    (ours,) = events(fast.patch(client_for(streams.sse([payload]))), "responses")
    assert difference(ours, theirs) is None


@pytest.mark.parametrize(
    ("given", "kind"),
    [(None, "NoneType"), (object(), "object"), (openai.OpenAI, "the class OpenAI"), ("openai", "str")],
)
def test_what_is_no_client_is_refused(given: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"^expected a client of openai, got {kind}$"):
        fast.patch(given)
    assert fast.unpatch(given) is given


def test_untested_versions_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.1.0")
    client = client_for(SOURCES["chat"][0])
    for act in (lambda: fast.patch(client), lambda: fast.OpenAI):
        monkeypatch.setattr(fast._SDK, "_warned", set())
        with pytest.warns(fast.CompatWarning, match="openai 9.1.0 is left as it is") as warned:
            act()
        assert warned[0].filename == __file__
    assert type(client) is openai.OpenAI
    assert type(fast.patch(client)) is openai.OpenAI  # and it is said once


def test_clients_with_hooks_of_their_own_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client(openai.OpenAI):  # type: ignore[misc]
        def _make_sse_decoder(self) -> Any:
            return super()._make_sse_decoder()

    monkeypatch.setattr(fast._SDK, "_warned", set())
    client = Client(api_key="k", http_client=http.Client(transport=handler(SOURCES["chat"][0])))
    with pytest.warns(fast.CompatWarning, match="has its own _make_sse_decoder"):
        fast.patch(client)
    assert type(client) is Client


def test_recorded_streams(recordings: Path) -> None:
    for name, api in (("chat", "chat"), ("completions", "completions"), ("responses", "responses")):
        for file, _ in streams.recorded(recordings, api):
            body = (recordings / file).read_bytes()
            chunks = [body[i : i + 1000] for i in range(0, len(body), 1000)]
            theirs = outcome(client_for(chunks), name)
            for models in ("light", "sdk"):
                assert outcome(fast.patch(client_for(chunks), models), name) == theirs, (file, models)  # type: ignore[arg-type]
