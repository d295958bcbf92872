"""`sselerate.compat.httpx_sse` beside httpx_sse itself; its own suite is run by test_upstream.py."""

from __future__ import annotations

import asyncio
import importlib
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from sselerate.compat import httpx_sse
from tests.compat.vectors import BODIES, DATA_LESS, chopped

httpx = pytest.importorskip("httpx", reason="httpx is not installed")


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):  # type: ignore[misc]
    """A response body in given chunks, which knows whether it was closed."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(0)
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def response(chunks: list[bytes], content_type: str = "text/event-stream", library: str = "httpx") -> Any:
    module = importlib.import_module(library)
    if library == "httpx":
        return module.Response(200, headers={"content-type": content_type}, stream=Body(chunks))
    return module.Response(200, headers={"content-type": content_type}, content=iter(chunks))


def facts(events: Any) -> list[tuple[str, str, str, int | None]]:
    return [(event.event, event.data, event.id, event.retry) for event in events]


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_as_the_original(name: str, backend: str) -> None:
    original = pytest.importorskip("httpx_sse", reason="httpx-sse is not installed")
    body = (BODIES | DATA_LESS)[name]
    # Once an id has come, the original makes events of blank lines and of comments.
    after_id = b"id:" in body and name not in DATA_LESS
    for how, chunks in chopped(body):
        ours = facts(httpx_sse.EventSource(response(chunks)).iter_sse())
        theirs = facts(original.EventSource(response(chunks)).iter_sse())
        assert ours == ([event for event in theirs if event[1]] if after_id else theirs), how
        assert asyncio.run(collected(httpx_sse.EventSource(response(chunks)))) == ours


async def collected(source: httpx_sse.EventSource) -> list[tuple[str, str, str, int | None]]:
    return facts([event async for event in source.aiter_sse()])


def test_what_is_better(backend: str) -> None:
    def read(body: bytes) -> list[tuple[str, str, str, int | None]]:
        return facts(httpx_sse.EventSource(response([body])).iter_sse())

    assert read(b"\xef\xbb\xbfdata: a\n\n") == [("message", "a", "", None)]
    assert read(b"id: 1\ndata: a\n\n\n: ping\n\n") == [("message", "a", "1", None)]
    assert read(b"retry: +5_0\n\nretry: -5\ndata: a\n\n") == [("message", "a", "", None)]


def test_other_charsets_are_obeyed() -> None:
    chunks = ["data: é\n\n".encode("latin-1")]
    (event,) = httpx_sse.EventSource(response(chunks, "text/event-stream; charset=latin-1")).iter_sse()
    assert event.data == "é"
    (event,) = httpx_sse.EventSource(
        response(["data: é\n\n".encode()], "text/event-stream; charset=ascii")
    ).iter_sse()
    assert event.data == "é"
    (event,) = httpx_sse.EventSource(response([b"data: \xff\n\n"])).iter_sse()
    assert event.data == "\ufffd"


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_error_of_the_right_library(library: str) -> None:
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    with pytest.raises(httpx_sse.SSEError, match="got 'text/html'") as caught:
        list(httpx_sse.EventSource(response([b""], "text/html; charset=utf-8", library)).iter_sse())
    assert isinstance(caught.value, module.TransportError)
    assert type(caught.value).__name__ == "SSEError"


def test_the_error_pickles() -> None:
    error = httpx_sse.SSEError("no")
    assert type(pickle.loads(pickle.dumps(error))) is httpx_sse.SSEError


@pytest.mark.parametrize(
    "headers",
    [None, {"X": "1", "accept": "a/b"}, [("X", "1"), (b"Cache-Control", b"x")], httpx.Headers({"X": "1"})],
)
def test_connect_keeps_the_callers_headers(headers: Any) -> None:
    before = repr(headers)
    seen = []

    def handler(request: Any) -> Any:
        seen.append(request.headers)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: a\n\n")

    async def asynchronous() -> None:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client,
            httpx_sse.aconnect_sse(client, "GET", "http://t/", headers=headers) as source,
        ):
            assert await collected(source) == [("message", "a", "", None)]

    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as client,
        httpx_sse.connect_sse(client, "POST", "http://t/", headers=headers, json={}) as source,
    ):
        assert facts(source.iter_sse()) == [("message", "a", "", None)]
    asyncio.run(asynchronous())
    assert repr(headers) == before
    for sent in seen:
        assert sent.get_list("accept") == ["text/event-stream"]
        assert sent.get_list("cache-control") == ["no-store"]
        assert headers is None or sent["x"] == "1"


def test_leaving_early_ends_the_reading() -> None:
    left = []

    class Response:
        headers = {"content-type": "text/event-stream"}  # noqa: RUF012

        async def aiter_bytes(self) -> AsyncIterator[bytes]:
            try:
                yield b"data: 1\n\n"
                yield b"data: 2\n\n"
            finally:
                left.append(True)

    async def first() -> None:
        events = httpx_sse.EventSource(Response()).aiter_sse()
        assert (await events.__anext__()).data == "1"
        await events.aclose()

    asyncio.run(first())
    assert left == [True]


def test_events() -> None:
    event = httpx_sse.ServerSentEvent(data='{"a": 1}', id="3")
    assert event.json() == {"a": 1}
    assert event == httpx_sse.ServerSentEvent("message", '{"a": 1}', "3", None)
    assert event != httpx_sse.ServerSentEvent()
    assert event in {event}
    assert pickle.loads(pickle.dumps(event)) == event
    with pytest.raises(AttributeError):
        event.data = ""  # type: ignore[misc]


def test_importing_imports_no_client() -> None:
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; import sselerate.compat.httpx_sse;"
        "import sselerate.compat.sseclient;"
        "print(*{'httpx', 'httpx2', 'requests', 'asyncio'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
