"""The adapters against a server on the loopback interface: one response, typed events."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import sselerate
from sselerate.adapters import ContentTypeError, ResponseError
from tests.compat import clients, streams

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")

from tests.compat import server


@pytest.fixture(scope="module")
def loopback() -> Iterator[server.Loopback]:
    with server.serving(server.uvicorn) as running:
        yield running


QUERIES = {
    "chunks of 100": "",
    "bytes": "size=1",
    "whole": "size=1000000",
    "with a length": "length=1",
    "gzip": "encoding=gzip&size=50",
    "gzip with a length": "encoding=gzip&size=50&length=1",
    "gzip in one block": "encoding=whole gzip&size=10",
    "deflate": "encoding=deflate&size=33",
    "brotli": "encoding=br&size=64",
    "zstd": "encoding=zstd&size=64",
    "charset": "type=text/event-stream;charset=UTF-8",
    "a charset of another kind": "type=text/event-stream;charset=zlib",
    "no content type": "type=",
    "json lines by name": "type=application/x-ndjson",
}
NEEDED = {
    "brotli": {"": "brotli"},
    "zstd": {
        "httpx": "zstandard",
        "niquests": "zstandard",
        "": "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd",
    },
}
"""Query -> what each client needs to read it."""


def address(loopback: server.Loopback, client: str, query: str) -> str:
    needed = NEEDED.get(query, {})
    for module in {needed.get("", "sys"), needed.get(client, needed.get("", "sys"))}:
        pytest.importorskip(module, reason=f"{module} is not installed")
    return f"{loopback.url}/chat?{QUERIES[query]}"


@pytest.mark.parametrize("query", QUERIES)
def test_typed_events(sync: clients.Sync, loopback: server.Loopback, query: str) -> None:
    url = address(loopback, sync.name, query)
    with sync.adapter.stream(sync.client, "GET", url, target=sselerate.ChatCompletionChunk) as events:
        assert [event.to_dict() for event in events] == streams.CHAT
        assert events.done
    assert [event.to_dict() for event in sync.adapter.events(sync.open(url))] == streams.CHAT


@pytest.mark.parametrize("query", QUERIES)
def test_typed_events_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, query: str
) -> None:
    url = address(loopback, asynchronous.name, query)

    async def run() -> None:
        async with (
            asynchronous.client() as client,
            asynchronous.stream(client, "POST", url, json={"a": 1}) as events,
        ):
            assert [event.to_dict() async for event in events] == streams.CHAT
            assert events.done
            assert events.response is not None

    asyncio.run(run())


def test_a_response_that_has_been_read(sync: clients.Sync, loopback: server.Loopback) -> None:
    response = sync.open(f"{loopback.url}/chat")
    if sync.name in ("httpx", "httpx2"):
        response.read()
    assert response.data if sync.name == "urllib3" else response.content
    assert [event.to_dict() for event in sync.adapter.events(response)] == streams.CHAT


def test_a_response_that_was_read_at_once(loopback: server.Loopback) -> None:
    sync = clients.Sync("urllib3")
    response = sync.client.request("GET", f"{loopback.url}/chat?encoding=gzip")
    assert [event.to_dict() for event in sync.adapter.events(response)] == streams.CHAT
    with pytest.raises(ResponseError, match="no such model"):
        sync.adapter.events(sync.client.request("GET", f"{loopback.url}/fail/json"))
    sync.close()


def test_a_response_that_has_been_read_asynchronously(loopback: server.Loopback) -> None:
    aiohttp = clients.Async("aiohttp")

    async def run() -> None:
        async with aiohttp.client() as client:
            response = await client.get(f"{loopback.url}/chat")
            await response.read()
            assert [event.to_dict() async for event in await aiohttp.events(response)] == streams.CHAT
            response = await client.get(f"{loopback.url}/fail/json")
            await response.read()
            with pytest.raises(ResponseError, match="no such model"):
                await aiohttp.events(response)

    asyncio.run(run())


CHARSETS = {"latin-1": "é", "utf-7": "é\ufffd\ufffd\ufffd"}
"""Charset -> the text that is read; UTF-7 can spell a surrogate, which is three bytes that are no UTF-8."""


@pytest.mark.parametrize("charset", CHARSETS)
def test_other_charsets(sync: clients.Sync, loopback: server.Loopback, charset: str) -> None:
    url = f"{loopback.url}/chat?size=1&type=text/event-stream;charset={charset}"
    with sync.adapter.stream(sync.client, "GET", url) as events:
        assert [event.choices[0].text for event in events] == [CHARSETS[charset]]


@pytest.mark.parametrize("charset", CHARSETS)
def test_other_charsets_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, charset: str
) -> None:
    url = f"{loopback.url}/chat?size=1&type=text/event-stream;charset={charset}"

    async def run() -> list[str]:
        async with asynchronous.client() as client, asynchronous.stream(client, "GET", url) as events:
            return [event.choices[0].text async for event in events]

    assert asyncio.run(run()) == [CHARSETS[charset]]


def test_a_charset_that_cannot_be_read(sync: clients.Sync, loopback: server.Loopback) -> None:
    url = f"{loopback.url}/chat?type=text/event-stream;charset=utf-16"
    with (
        sync.adapter.stream(sync.client, "GET", url) as events,
        pytest.raises(sselerate.DecodeError, match="charset utf-16: "),
    ):
        next(events)


@pytest.mark.parametrize("query", ["", "?length=1", "?encoding=gzip"])
def test_events_come_as_they_arrive(sync: clients.Sync, loopback: server.Loopback, query: str) -> None:
    gate = loopback.app.state.gate
    gate.clear()
    with sync.adapter.stream(sync.client, "GET", f"{loopback.url}/gated{query}") as events:
        assert next(events).choices[0].text == "a"
        gate.set()
        assert next(events).choices[0].text == "in time"


@pytest.mark.parametrize("query", ["", "?length=1", "?encoding=gzip"])
def test_events_come_as_they_arrive_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, query: str
) -> None:
    gate = loopback.app.state.gate
    gate.clear()

    async def run() -> None:
        async with (
            asynchronous.client() as client,
            asynchronous.stream(client, "GET", f"{loopback.url}/gated{query}") as events,
        ):
            assert (await anext(events)).choices[0].text == "a"
            gate.set()
            assert (await anext(events)).choices[0].text == "in time"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "status", "message", "error"),
    [
        ("json", 404, "HTTP status 404: no such model", {"message": "no such model", "code": 404}),
        ("text", 502, "HTTP status 502: upstream is gone", "upstream is gone"),
        ("nothing", 500, "HTTP status 500", ""),
        ("broken", 500, "HTTP status 500: the beginn", "the beginn"),
        ("nested", 500, f"HTTP status 500: {'[' * 200}…", "[" * 100_000),
    ],
)
def test_error_statuses(
    sync: clients.Sync, loopback: server.Loopback, kind: str, status: int, message: str, error: Any
) -> None:
    with (
        pytest.raises(ResponseError) as caught,
        sync.adapter.stream(sync.client, "GET", f"{loopback.url}/fail/{kind}"),
    ):
        pass
    assert (caught.value.status, str(caught.value), caught.value.error) == (status, message, error)
    assert isinstance(caught.value, sselerate.ServerError)


@pytest.mark.parametrize("payload", [{"error": {"message": "no"}, "usage": {"total": 5}}, {"a": 1}, [1]])
def test_all_that_an_error_says(payload: Any) -> None:
    error = ResponseError.of(400, json.dumps(payload).encode())
    assert error.payload == payload
    assert error.error == (payload.get("error", payload) if isinstance(payload, dict) else payload)
    assert ResponseError.of(400, b"no").payload is None


def test_a_large_error_is_read_in_part(sync: clients.Sync, loopback: server.Loopback) -> None:
    url = f"{loopback.url}/fail/endless"
    with (
        pytest.raises(ResponseError, match="HTTP status 503: x") as caught,
        sync.adapter.stream(sync.client, "GET", url),
    ):
        pass
    assert len(caught.value.body) < 2 * 1024 * 1024
    assert len(str(caught.value)) < 250


def test_error_statuses_asynchronously(asynchronous: clients.Async, loopback: server.Loopback) -> None:
    async def run() -> None:
        async with asynchronous.client() as client:
            for kind, message in (
                ("json", "no such model"),
                ("broken", "500: the beginn"),
                ("endless", "503: x"),
            ):
                with pytest.raises(ResponseError, match=message):
                    async with asynchronous.stream(client, "GET", f"{loopback.url}/fail/{kind}"):
                        pass
            with pytest.raises(ContentTypeError, match="got 'text/html"):
                async with asynchronous.stream(client, "GET", f"{loopback.url}/fail/html"):
                    pass

    asyncio.run(run())


def test_what_is_no_stream(sync: clients.Sync, loopback: server.Loopback) -> None:
    expected = "expected content type text/event-stream, got 'text/html"
    with pytest.raises(ContentTypeError, match=expected) as caught:
        sync.adapter.events(sync.open(f"{loopback.url}/fail/html"))
    assert caught.value.body == b"<html>login</html>"
    url = f"{loopback.url}/fail/in-json"
    with (
        sync.adapter.stream(sync.client, "GET", url) as events,
        pytest.raises(sselerate.ServerError, match="in a good response"),
    ):
        next(events)
    with (
        pytest.raises(ContentTypeError, match="application/json"),
        sync.adapter.sse(sync.client, "GET", url) as found,
    ):
        next(found)


def test_a_stream_that_breaks_off(sync: clients.Sync, loopback: server.Loopback) -> None:
    with sync.adapter.stream(sync.client, "GET", f"{loopback.url}/chat?break=1") as events:
        found = []
        with pytest.raises(Exception, match=r"(?i)incomplete|prematurely|broken|closed|peer") as caught:
            for event in events:
                found.append(event.to_dict())
    assert found == streams.CHAT[: len(found)]
    assert found
    assert not isinstance(caught.value, sselerate.SSEError)


def test_a_stream_that_breaks_off_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback
) -> None:
    async def run() -> list[Any]:
        found = []
        async with asynchronous.client() as client:
            response = asynchronous.stream(client, "GET", f"{loopback.url}/chat?break=1")
            async with response as events:
                with pytest.raises(
                    Exception, match=r"(?i)incomplete|prematurely|broken|closed|peer|complete"
                ):
                    async for event in events:
                        found.append(event.to_dict())
        return found

    found = asyncio.run(run())
    assert found == streams.CHAT[: len(found)]
    assert found


def test_what_came_before_a_break_is_not_lost(asynchronous: clients.Async, loopback: server.Loopback) -> None:
    async def run() -> list[Any]:
        found = []
        async with asynchronous.client() as client:
            response = asynchronous.stream(client, "GET", f"{loopback.url}/chat?break=1")
            async with response as events:
                await asyncio.sleep(0.3)  # the connection breaks before anything is read
                with pytest.raises(Exception, match=r"(?i)prematurely|broken|closed|peer|complete"):
                    async for event in events:
                        found.append(event.to_dict())
        return found

    assert asyncio.run(run()) == streams.CHAT[:7]


def test_leaving_closes_the_connection(sync: clients.Sync, loopback: server.Loopback) -> None:
    left = loopback.app.state.left
    left.clear()
    with sync.adapter.stream(sync.client, "GET", f"{loopback.url}/slow") as events:
        assert next(events).choices[0].text == "a"
    assert left.wait(5)


WRONG = [({"target": int}, TypeError), ({"options": {"on_error": "hide"}}, ValueError)]
NOWHERE = "http://127.0.0.1:9/"
"""Where nobody listens: a request would raise an error of the client."""


@pytest.mark.parametrize(("arguments", "error"), WRONG)
def test_wrong_arguments_make_no_request(sync: clients.Sync, arguments: Any, error: type[Exception]) -> None:
    with (
        pytest.raises(error, match=r"target must be|on_error must be"),
        sync.adapter.stream(sync.client, "GET", NOWHERE, **arguments),
    ):
        pass


@pytest.mark.parametrize(("arguments", "error"), WRONG)
def test_wrong_arguments_make_no_request_asynchronously(
    asynchronous: clients.Async, arguments: Any, error: type[Exception]
) -> None:
    async def run() -> None:
        async with asynchronous.client() as client:
            with pytest.raises(error, match=r"target must be|on_error must be"):
                async with asynchronous.stream(client, "GET", NOWHERE, **arguments):
                    pass

    asyncio.run(run())


def test_wrong_arguments_close_a_response(sync: clients.Sync, loopback: server.Loopback) -> None:
    left = loopback.app.state.left
    left.clear()
    response = sync.open(f"{loopback.url}/slow")
    with pytest.raises(TypeError, match="target must be"):
        sync.adapter.events(response, int)
    assert left.wait(5)


def test_cancelling_closes_the_connection(asynchronous: clients.Async, loopback: server.Loopback) -> None:
    left = loopback.app.state.left
    left.clear()

    async def read(client: Any) -> None:
        async with asynchronous.stream(client, "GET", f"{loopback.url}/slow") as events:
            async for event in events:
                assert event.choices[0].text == "a"

    async def run() -> None:
        async with asynchronous.client() as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(read(client), 0.5)
            assert await asyncio.to_thread(left.wait, 5)

    asyncio.run(run())


def test_a_call_of_another_task_leaves_the_stream_alone(
    asynchronous: clients.Async, loopback: server.Loopback
) -> None:
    gate = loopback.app.state.gate
    gate.clear()

    async def run() -> None:
        async with (
            asynchronous.client() as client,
            asynchronous.stream(client, "GET", f"{loopback.url}/gated") as events,
        ):
            assert (await anext(events)).choices[0].text == "a"
            waiting = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="in use by another task"):
                await anext(events)
            gate.set()
            assert (await waiting).choices[0].text == "in time"

    asyncio.run(run())


def test_the_end_closes_the_response(loopback: server.Loopback) -> None:
    sync = clients.Sync("httpx")
    for query in ("", "size=1000000"):
        events = sync.adapter.events(sync.open(f"{loopback.url}/chat?{query}"))
        for _ in events:
            assert not events.response.is_closed
        assert events.response.is_closed
    sync.close()


@pytest.mark.parametrize("kind", ["json", "html"])
def test_what_is_refused_is_closed(loopback: server.Loopback, kind: str) -> None:
    seen: list[Any] = []
    sync = clients.Sync("httpx", event_hooks={"response": [seen.append]})
    url = f"{loopback.url}/fail/{kind}"
    with pytest.raises(sselerate.SSEError), sync.adapter.stream(sync.client, "GET", url):
        pass
    with pytest.raises(sselerate.SSEError), sync.adapter.sse(sync.client, "GET", url) as events:
        next(events)
    assert [response.is_closed for response in seen] == [True, True]
    sync.close()


@pytest.fixture(scope="module")
def second() -> Iterator[server.Loopback]:
    """A server that speaks HTTP/2."""
    pytest.importorskip("h2", reason="h2 is not installed")
    pytest.importorskip("hypercorn", reason="hypercorn is not installed")
    with server.serving(server.hypercorn) as running:
        yield running


@pytest.mark.parametrize("query", ["size=37", "size=1", "encoding=gzip&size=50"])
@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_http2(name: str, query: str, second: server.Loopback) -> None:
    sync = clients.Sync(name, http1=False, http2=True)
    with sync.adapter.stream(sync.client, "GET", f"{second.url}/chat?{query}") as events:
        assert [event.to_dict() for event in events] == streams.CHAT
        assert events.response.http_version == "HTTP/2"
    sync.close()


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_http2_asynchronously(name: str, second: server.Loopback) -> None:
    asynchronous = clients.Async(name)

    async def read(client: Any, size: int) -> None:
        async with asynchronous.stream(client, "GET", f"{second.url}/chat?size={size}") as events:
            assert [event.to_dict() async for event in events] == streams.CHAT
            assert events.response.http_version == "HTTP/2"

    async def run() -> None:
        async with asynchronous.client(http1=False, http2=True) as client:
            await asyncio.gather(*(read(client, size) for size in (1, 7, 100, 10000)))

    asyncio.run(run())


def test_importing_imports_no_client() -> None:
    names = ("httpx", "aiohttp", "requests", "urllib3", "niquests")
    modules = [f"sselerate.adapters.{name}" for name in names]
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; import {', '.join(modules)};"
        f"print(*{ {*names, 'httpx2', 'tenacity'}!r} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
