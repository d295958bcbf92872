"""`sselerate.compat.speakeasy` beside the event streams of r9s and mistralai; mistralai's own suite is run by
test_upstream.py."""

from __future__ import annotations

import asyncio
import copy
import importlib
import json
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import sselerate
from sselerate.compat import speakeasy
from tests.compat import streams
from tests.compat.vectors import BODIES, DATA_LESS, chopped

pytestmark = pytest.mark.usefixtures("backend")

PAYLOADS = {"r9s": streams.R9S_COMPLETION, "mistralai": streams.MISTRAL_CHAT}
PACKAGES = {"r9s": "r9s.utils.eventstreaming", "mistralai": "mistralai.client.utils.eventstreaming"}


class Response:
    """What the streams need of a response."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.read = 0
        self.closed = False

    def iter_bytes(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.read += 1
            yield chunk

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.read += 1
            await asyncio.sleep(0)
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> Iterator[str]:
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    yield request.param
    speakeasy.unpatch(request.param)


@pytest.fixture(params=["light", "sdk"])
def models(request: pytest.FixtureRequest) -> speakeasy.Models:
    return request.param


def outcome(events: Callable[..., Any], chunks: list[bytes], decoder: Any, *arguments: Any) -> Any:
    seen = []
    response = Response(chunks)
    try:
        for event in events(response, decoder, *arguments):
            seen.append(event)
    except Exception as error:
        return seen, type(error), response.closed
    return seen, response.closed


async def async_outcome(
    events: Callable[..., Any], chunks: list[bytes], decoder: Any, *arguments: Any
) -> Any:
    seen = []
    response = Response(chunks)
    try:
        async for event in events(response, decoder, *arguments):
            seen.append(event)
    except Exception as error:
        return seen, type(error), response.closed
    return seen, response.closed


def full(raw: str) -> dict[str, Any]:
    """A decoder that nobody can see through; older SDKs write keys without a value, newer ones do not."""
    found = json.loads(raw)
    if found.get("event") == "":
        del found["event"]
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_envelopes_of_newer_sdks(name: str) -> None:
    original = pytest.importorskip(PACKAGES["mistralai"], reason="mistralai is not installed")
    for how, chunks in chopped((BODIES | DATA_LESS)[name]):
        for arguments in ((), ("c",), ("a", False)):
            ours = outcome(speakeasy.stream_events, chunks, full, *arguments)
            assert ours == outcome(original.stream_events, chunks, full, *arguments), (how, arguments)
            found = asyncio.run(async_outcome(speakeasy.stream_events_async, chunks, full, *arguments))
            assert found == ours


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_envelopes_of_older_sdks(name: str) -> None:
    original = pytest.importorskip(PACKAGES["r9s"], reason="r9s is not installed")
    speakeasy.unpatch("r9s")
    stock = original.stream_events, original.stream_events_async
    speakeasy.patch("r9s")
    try:
        for how, chunks in chopped((BODIES | DATA_LESS)[name]):
            for arguments in ((), ("no such data",)):
                # in older SDKs a line without a colon is no field, and numbers with a point are text
                theirs = outcome(stock[0], chunks, full, *arguments)
                ours = outcome(original.stream_events, chunks, full, *arguments)
                if b"data\n" not in b"".join(chunks):
                    assert ours == theirs, (how, arguments)
                found = asyncio.run(async_outcome(original.stream_events_async, chunks, full, *arguments))
                assert found == ours
    finally:
        speakeasy.unpatch("r9s")


def test_what_is_better() -> None:
    def read(*chunks: bytes) -> list[Any]:
        return outcome(speakeasy.stream_events, list(chunks), full)[0]

    assert read(b"\xef\xbb\xbf", b'data: {"a":1}\n\n') == [{"data": {"a": 1}}]
    assert read(b"data: \xff\n\n") == [{"data": "\ufffd"}]
    assert read(b"data: 1\n\r\ndata: 2\n\n") == [{"data": 1}, {"data": 2}]


def test_the_end() -> None:
    newer = Response([b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", b"data: 3\n\n"])
    assert list(speakeasy.stream_events(newer, full, "[DONE]")) == [{"data": 1}]
    assert (newer.read, newer.closed) == (1, True)
    older = Response([b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", b"data: 3\n\n"])
    assert list(speakeasy.stream_events(older, full, "[DONE]", _old=True)) == [{"data": 1}]
    assert (older.read, older.closed) == (2, False)  # it reads on, and leaves the closing to others


def test_event_streams() -> None:
    response = Response([b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"])
    with speakeasy.EventStream(response, full, "[DONE]", client_ref=response) as stream:
        assert next(stream) == {"data": 1}
        assert list(stream) == [{"data": 2}]
    assert response.closed
    assert list(stream) == []

    async def asynchronous() -> None:
        response = Response([b"data: 1\n\n", b"data: 2\n\n"])
        async with speakeasy.EventStreamAsync(response, full) as stream:
            assert await stream.__anext__() == {"data": 1}
        assert response.closed
        assert [event async for event in stream] == []

    asyncio.run(asynchronous())


def client_of(package: str, chunks: list[bytes]) -> Any:
    http = importlib.import_module("httpx" if package == "r9s" else "httpx2")

    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))

    client = http.Client(transport=http.MockTransport(answer))
    if package == "r9s":
        return importlib.import_module("r9s").R9S(api_key="k", client=client)
    return importlib.import_module("mistralai.client").Mistral(api_key="k", client=client)


def opened(package: str, client: Any) -> Any:
    if package == "r9s":
        return client.completions.create(model="m", prompt="p", stream=True)
    return client.chat.stream(model="m", messages=[{"role": "user", "content": "c"}])


def dumped(event: Any) -> Any:
    return json.loads(event.model_dump_json(by_alias=True))


def test_sdk_streams(package: str, models: speakeasy.Models) -> None:
    chunks = streams.sse(PAYLOADS[package], done=True)
    with opened(package, client_of(package, chunks)) as stream:
        theirs = list(stream)
    assert theirs
    speakeasy.patch(package, models)
    for arrived in (chunks, [b"".join(chunks)], [b"".join(chunks)[i : i + 50] for i in range(0, 9999, 50)]):
        with opened(package, client_of(package, arrived)) as stream:
            ours = list(stream)
        assert [dumped(event) for event in ours] == [dumped(event) for event in theirs]
        if models == "sdk":
            assert ours == theirs
        else:
            assert all(isinstance(event, speakeasy.Light) for event in ours)
            assert [event.to_model() for event in ours] == theirs
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert copy.deepcopy(ours) == ours
    speakeasy.unpatch(package)
    with opened(package, client_of(package, chunks)) as stream:
        assert list(stream) == theirs


def test_attributes(package: str) -> None:
    speakeasy.patch(package)
    with opened(package, client_of(package, streams.sse(PAYLOADS[package], done=True))) as stream:
        first, *_, last = stream
    if package == "r9s":
        assert first.OBJECT == "completion"
        assert [first.choices[0].text, last.choices[0].finish_reason] == ["The", "stop"]
        assert first.system_fingerprint is None
    else:
        assert first.data.choices[0].delta.role == "assistant"
        assert last.data.choices[0].finish_reason == "stop"
        assert not last.data.choices[0].delta.tool_calls
    assert isinstance(first, sselerate.Event)


ODD = {
    "error": [b'data: {"error": {"message": "no"}}\n\n'],
    "error event": [b'event: error\ndata: {"message": "no"}\n\n'],
    "no json": [b"data: {no\n\n"],
    "text": [b"data: hello\n\n"],
    "empty": [b"data:\n\n"],
    "missing": [b'data: {"id": "1"}\n\n'],
    "not json at the end": [b'data: {"id": "1"'],
}


@pytest.mark.parametrize("odd", ODD)
def test_faults_are_those_of_the_sdk(package: str, odd: str) -> None:
    def result() -> Any:
        try:
            with opened(package, client_of(package, ODD[odd])) as stream:
                return [dumped(event) for event in stream]
        except Exception as error:
            return type(error)

    theirs = result()
    assert isinstance(theirs, type)
    speakeasy.patch(package, "sdk")
    assert result() == theirs
    speakeasy.patch(package, "light")
    if odd == "empty":
        assert result() == []
    elif odd == "missing":  # light events are lenient
        (event,) = opened(package, client_of(package, ODD[odd]))
        assert (event if package == "r9s" else event.data).choices is None
    else:
        assert result() == theirs


def test_what_r9s_refuses() -> None:
    """Servers say "text_completion"; the models of r9s accept "completion" only."""
    pytest.importorskip("r9s", reason="r9s is not installed")
    chunks = streams.sse(streams.COMPLETION, done=True)
    from pydantic import ValidationError

    with pytest.raises(ValidationError):
        list(opened("r9s", client_of("r9s", chunks)))
    speakeasy.patch("r9s")
    try:
        events = list(opened("r9s", client_of("r9s", chunks)))
    finally:
        speakeasy.unpatch("r9s")
    assert [event.choices[0].text for event in events] == [*streams.TEXT, ""]
    assert events[-1].usage == streams.COMPLETION[-1]["usage"]


def test_blocks_without_data_do_not_fail(package: str, models: speakeasy.Models) -> None:
    speakeasy.patch(package, models)
    chunks = [
        b"retry: 500\n\n",
        b": ping\n\n",
        b"event: ping\n\n",
        *streams.sse(PAYLOADS[package], done=True),
    ]
    with opened(package, client_of(package, chunks)) as stream:
        assert len(list(stream)) == len(PAYLOADS[package])


def test_unions_and_events_that_are_not_light() -> None:
    """mistralai's conversations have dates in them, and the type of the event in the envelope."""
    pytest.importorskip("mistralai", reason="mistralai is not installed")
    chunks = streams.sse(streams.CONVERSATION, named=True)

    def read() -> list[Any]:
        client = client_of("mistralai", chunks)
        with client.beta.conversations.start_stream(inputs="hi", model="m") as stream:
            return list(stream)

    theirs = read()
    for models in ("light", "sdk"):
        speakeasy.patch("mistralai", models)  # type: ignore[arg-type]
        try:
            assert read() == theirs
        finally:
            speakeasy.unpatch("mistralai")


def test_decoders_of_users_are_called_for_events_only() -> None:
    seen: list[str] = []
    response = Response([b"data: 1\n\n"])
    assert list(speakeasy.stream_events(response, lambda raw: seen.append(raw) or raw)) == ['{"data": 1}']
    assert seen == ['{"data": 1}']


def test_json_that_is_nested_too_deep_is_text() -> None:
    deep = "[" * 100_000
    response = Response([f"data: {deep}\n\n".encode()])
    assert list(speakeasy.stream_events(response, json.loads)) == [{"data": deep}]


def test_one_function_with_different_models() -> None:
    """The code of a decoder does not say which models it means, if these come from outside of it."""
    pydantic = pytest.importorskip("pydantic", reason="pydantic is not installed")
    names: dict[str, Any] = {}
    for name in "ab":
        data = pydantic.create_model("Data", **{name: (int, ...)})
        names[name] = pydantic.create_model("Body", data=(data, ...))

    def unmarshal_json(raw: str, model: Any) -> Any:
        return model.model_validate_json(raw)

    def decoder_for(model: Any) -> Any:
        return lambda raw: unmarshal_json(raw, model).data

    for name, model in names.items():
        (event,) = speakeasy.stream_events(
            Response([f'data: {{"{name}": 1}}\n\n'.encode()]), decoder_for(model), _models="light"
        )
        assert isinstance(event, speakeasy.Light)
        assert event.to_dict() == {name: 1}
        assert getattr(event, name) == 1


def test_patch_refuses() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"json has no module utils\.eventstreaming"):
        speakeasy.patch("json")
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'an_sdk_that_is_not_there'$"):
        speakeasy.patch("an_sdk_that_is_not_there")
    with pytest.raises(ValueError, match="'light' or 'sdk'"):
        speakeasy.patch("json", "dict")  # type: ignore[arg-type]
