"""`sselerate.compat.httpx2` beside httpx2's own `EventSource`; its suite is run by test_upstream.py."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from sselerate.compat import httpx2 as compat
from sselerate.compat._stainless import CompatWarning
from tests.compat.vectors import BODIES, DATA_LESS, chopped

httpx2 = pytest.importorskip("httpx2", reason="httpx2 is not installed")


@pytest.fixture
def patched() -> Iterator[None]:
    compat.patch()
    yield
    compat.unpatch()


def response(chunks: list[bytes], content_type: str = "text/event-stream") -> Any:
    request = httpx2.Request("GET", "http://t/")
    return httpx2.Response(200, headers={"content-type": content_type}, content=iter(chunks), request=request)


def async_response(chunks: list[bytes]) -> Any:
    async def content() -> AsyncIterator[bytes]:
        for chunk in chunks:
            await asyncio.sleep(0)
            yield chunk

    request = httpx2.Request("GET", "http://t/")
    return httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, content=content(), request=request
    )


async def collected(source: Any) -> list[Any]:
    return [event async for event in source]


def outcome(source: Any) -> list[Any]:
    """The events of a source, and its error."""
    found: list[Any] = []
    try:
        for event in source:
            found.append(event)
    except httpx2.SSEError as error:
        found.append((str(error), str(error.request.url)))
    return found


@pytest.mark.parametrize("name", [*BODIES, *DATA_LESS])
def test_as_the_original(name: str, backend: str) -> None:
    for how, chunks in chopped((BODIES | DATA_LESS)[name]):
        ours = list(compat.EventSource(response(chunks)))
        assert ours == list(httpx2.EventSource(response(chunks))), how
        assert asyncio.run(collected(compat.EventSource(async_response(chunks)))) == ours


@pytest.mark.parametrize("limit", [None, -1, 0, 1, 12, 13, 13.5, 14])
@pytest.mark.parametrize(
    "body",
    [
        b"data: 1\n\ndata: 3456789\n\ndata: 2\n\n",
        b"data: 1\n\ndata: 34567890\n\ndata: 2\n\n",
        b"event: a\ndata: 1\n\nx: 12345678\ndata: 2\n\n",
        b"data: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n",
        b"data: " + b"x" * 20,
    ],
)
def test_limits_as_the_original(body: bytes, limit: float | None, backend: str) -> None:
    for how, chunks in chopped(body):
        ours = outcome(compat.EventSource(response(chunks), max_event_size=limit))
        assert ours == outcome(httpx2.EventSource(response(chunks), max_event_size=limit)), how


def test_the_limit_stays() -> None:
    body = [b"data: 1\n\n", b"data: ", *[b"x" * 65536] * 17, b"\n\n"]
    expected = outcome(httpx2.EventSource(response(body)))
    assert outcome(compat.EventSource(response(body))) == expected
    assert expected[-1][0] == "Server-sent event exceeded the 1048576 byte limit."


def test_other_content_types() -> None:
    (error,) = outcome(compat.EventSource(response([b"data: 1\n\n"], "text/html; charset=utf-8")))
    assert [error] == outcome(httpx2.EventSource(response([b"data: 1\n\n"], "text/html; charset=utf-8")))
    assert "got 'text/html'" in error[0]


def test_what_is_better(backend: str) -> None:
    (event,) = compat.EventSource(response([b"\xef\xbb\xbfdata: a\n\n"]))
    assert event == httpx2.ServerSentEvent(data="a")
    (event,) = compat.EventSource(response([b"retry: +5_0\n\nretry: -5\ndata: a\n\n"]))
    assert event.retry is None
    for how, chunks in chopped(b"x: 34567\nx: 34567\n: 34567\ndata: a\n\n"):
        (event,) = outcome(compat.EventSource(response(chunks), max_event_size=8))
        assert event == httpx2.ServerSentEvent(data="a"), how
        ((said, _),) = outcome(compat.EventSource(response(chunks), max_event_size=7))
        assert said == "Server-sent event exceeded the 7 byte limit.", how


def test_patch_reaches_every_source(patched: None) -> None:
    def handler(request: Any) -> Any:
        headers = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, content=b"\xef\xbb\xbfdata: a\n\n")

    with (
        httpx2.Client(transport=httpx2.MockTransport(handler)) as client,
        client.sse("http://t/") as source,
    ):
        assert [event.data for event in source] == ["a"]  # stock, the mark costs the event
    assert type(source) is httpx2.EventSource
    compat.patch()  # once more: nothing happens
    compat.unpatch()
    assert list(httpx2.EventSource(response([b"\xef\xbb\xbfdata: a\n\n"]))) == []


def test_the_subclass() -> None:
    assert issubclass(compat.EventSource, httpx2.EventSource)
    source = compat.EventSource(response([]))
    assert isinstance(source, httpx2.EventSource)
    assert source.response.status_code == 200


def test_an_unknown_version_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def __init__(self, response: Any) -> None: ...

        def __iter__(self) -> Any: ...

    monkeypatch.setattr(httpx2, "EventSource", Other)
    iterate = Other.__iter__
    with pytest.warns(CompatWarning, match="is left as it is"):
        compat.patch()
    assert Other.__iter__ is iterate
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compat.unpatch()


def test_importing_imports_no_client() -> None:
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; import sselerate.compat.httpx2;"
        "print(*{'httpx', 'httpx2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
