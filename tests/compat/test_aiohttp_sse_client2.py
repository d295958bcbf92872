"""`sselerate.compat.aiohttp_sse_client2` beside aiohttp-sse-client2 itself, both at a server on the loopback
interface. Upstream's own tests need a server on the Internet."""

from __future__ import annotations

import asyncio
import gc
import importlib
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sselerate.compat import aiohttp_sse_client2 as compat
from tests.compat.vectors import BODIES, DATA_LESS

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
aiohttp = pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from tests.compat import server  # noqa: E402


@pytest.fixture(scope="module")
def running() -> Iterator[server.Loopback]:
    with server.serving(server.uvicorn) as running:
        yield running


@pytest.fixture
def loopback(running: server.Loopback) -> server.Loopback:
    running.app.state.requests.clear()
    return running


@pytest.fixture
def original() -> Any:
    pytest.importorskip("aiohttp_sse_client2", reason="aiohttp-sse-client2 is not installed")
    return importlib.import_module("aiohttp_sse_client2.client")


def event_facts(event: Any) -> tuple[Any, ...]:
    return event.type, event.message, event.data, event.last_event_id


def watched(module: Any, url: str, most: int = 100, **arguments: Any) -> list[Any]:
    """All that happens: events, calls with the state at the time, the error at the end."""
    seen: list[Any] = []
    arguments = {"reconnection_time": timedelta(milliseconds=5), **arguments}

    async def run() -> None:
        source = module.EventSource(
            url,
            on_open=lambda: seen.append(("open", source.ready_state)),
            on_error=lambda: seen.append(("error", source.ready_state)),
            on_message=lambda event: seen.append(("message", *event_facts(event))),
            **arguments,
        )
        seen.append(("made", source.ready_state))
        try:
            async with source:
                async for event in source:
                    assert event.origin == url.split("/")[0] + "//" + url.split("/")[2]
                    seen.append(("event", *event_facts(event)))
                    if sum(kind == "event" for kind, *_ in seen) == most:
                        break
        except (ConnectionError, aiohttp.ClientError) as error:
            kind = ConnectionError if isinstance(error, ConnectionError) else aiohttp.ClientError
            seen.append((kind.__name__ if kind is aiohttp.ClientError else type(error).__name__,))
        finally:
            await source._session.close()
        seen.append(("left", source.ready_state))

    asyncio.run(run())
    return seen


# without CR alone, which the original does not split at
@pytest.mark.parametrize("name", [name for name in [*BODIES, *DATA_LESS] if name not in ("cr", "nothing")])
@pytest.mark.parametrize("size", [1, 7, 100000])
def test_events_as_the_original(name: str, size: int, original: Any, loopback: server.Loopback) -> None:
    body = (BODIES | DATA_LESS)[name].replace(b"000", b"").replace(b"00", b"")  # such waits are too long
    loopback.app.state.body = body
    url = f"{loopback.url}/given?size={size}"
    # the original puts what was cut off before the next event: one connection only
    ours = watched(compat, url, max_connect_retry=0)
    loopback.app.state.body = body
    assert ours == watched(original, url, max_connect_retry=0)
    assert ours[-2:] == [("ConnectionError",), ("left", 2)]


@pytest.mark.parametrize(
    "body", [b"data:  two\ndata:   spaces\ndata:\n\nid:  1\nevent:  a\ndata: b\n\n", b"data:\n\n"]
)
def test_spaces_as_the_original(body: bytes, original: Any, loopback: server.Loopback) -> None:
    loopback.app.state.body = body
    ours = watched(compat, f"{loopback.url}/given")
    loopback.app.state.body = body
    assert ours == watched(original, f"{loopback.url}/given")


def test_reconnecting_as_the_original(original: Any, loopback: server.Loopback) -> None:
    """Until the third request, whose status 503 ends it."""
    found = []
    for module in (compat, original):
        loopback.app.state.requests.clear()
        found.append((watched(module, f"{loopback.url}/plain"), list(loopback.app.state.requests)))
    (ours, our_requests), (theirs, their_requests) = found
    assert any(
        "cut off" in fact for fact in theirs
    )  # of what came before, the next connection makes an event
    assert ours == [fact for fact in theirs if "cut off" not in fact]
    assert (
        our_requests
        == their_requests
        == [(last, "text/event-stream", "no-cache") for last in ("", "é2", "é4")]
    )


@pytest.mark.parametrize(
    "path", ["fail/json", "fail/nothing", "fail/html", "counted?status=401", "counted?status=202"]
)
def test_refusals_as_the_original(path: str, original: Any, loopback: server.Loopback) -> None:
    ours = watched(compat, f"{loopback.url}/{path}")
    gc.collect()  # a response left open would be an error
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # the original leaves that of another content type open
        theirs = watched(original, f"{loopback.url}/{path}")
        gc.collect()
    assert ours == theirs
    assert ours[-1] == ("left", 2)


def test_no_connection_as_the_original(original: Any) -> None:
    arguments = {"reconnection_time": timedelta(milliseconds=1), "max_connect_retry": 2}
    ours = watched(compat, "http://127.0.0.1:9/", **arguments)
    assert ours == watched(original, "http://127.0.0.1:9/", **arguments)
    assert [kind for kind, *_ in ours] == ["made", "error", "error", "error", "ClientError", "left"]


def test_a_stream_that_breaks_off_as_the_original(original: Any, loopback: server.Loopback) -> None:
    ours = watched(compat, f"{loopback.url}/plain?break=1")
    assert ours == watched(original, f"{loopback.url}/plain?break=1")
    assert ("ClientError",) in ours


def test_what_is_better(loopback: server.Loopback) -> None:
    def read(body: bytes) -> list[Any]:
        loopback.app.state.body = body
        return [fact[1:] for fact in watched(compat, f"{loopback.url}/given") if fact[0] == "event"]

    assert read(b"\xef\xbb\xbfdata: a\r\rdata: \xff\n\n") == [(None, "", "a", ""), (None, "", "\ufffd", "")]
    (large,) = read(b"data: " + b"x" * 1024 * 1024 + b"\n\n")
    assert len(large[2]) == 1024 * 1024
    assert read(b"id: a\0b\nretry: 1_0\ndata: a\n\n") == [(None, "", "a", "")]


def test_headers_are_not_changed(loopback: server.Loopback) -> None:
    headers = {"accept": "a/b", "X-A": "1"}
    watched(compat, f"{loopback.url}/plain", headers=headers)
    assert headers == {"accept": "a/b", "X-A": "1"}
    assert loopback.app.state.requests[0] == ("", "text/event-stream", "no-cache")


def test_a_session_of_ones_own_stays_open(loopback: server.Loopback) -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            async with compat.EventSource(
                f"{loopback.url}/slow", {"method": "GET"}, session=session
            ) as source:
                assert (await anext(source)).data.startswith("{")
                assert source.ready_state == compat.READY_STATE_OPEN
                assert str(source.url).endswith("/slow")
            assert not session.closed
            with pytest.raises(ValueError, match="not connected"):
                await anext(source)

    asyncio.run(run())


def test_names(original: Any) -> None:
    assert compat.client is compat
    names = {name for name in vars(original) if name.isupper() and name not in ("URL", "_LOGGER")}
    for name in names:
        assert getattr(compat, name) == getattr(original, name)
    made = ("a", "a", "d", "o", "1")
    assert repr(compat.MessageEvent(*made)) == repr(original.MessageEvent(*made))
    with pytest.raises(TypeError, match="async with"), compat.EventSource("http://t/", session=1):
        pass


def test_importing_imports_no_client() -> None:
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; import sselerate.compat.aiohttp_sse_client2;"
        "print(*{'aiohttp', 'yarl', 'multidict'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
