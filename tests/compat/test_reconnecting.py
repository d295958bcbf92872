"""Plain server-sent events through the adapters, over one connection and over several."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import pytest

from sselerate import EventTooLargeError
from sselerate.adapters import Reconnect, ResponseError, adapter, reconnect
from tests.compat import clients

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("tenacity", reason="tenacity is not installed")

from tests.compat import server


@pytest.fixture(scope="module")
def running() -> Iterator[server.Loopback]:
    with server.serving(server.uvicorn) as running:
        yield running


@pytest.fixture
def loopback(running: server.Loopback) -> server.Loopback:
    running.app.state.requests.clear()
    return running


QUICK = Reconnect(wait=0.05, most=0.2)
EVENTS = [(f"é{number}", f"event {number}") for number in range(1, 7)]


def test_one_connection(sync: clients.Sync, loopback: server.Loopback) -> None:
    with sync.adapter.sse(sync.client, "GET", f"{loopback.url}/plain", last_event_id="é1") as events:
        assert [(event.id, event.data) for event in events] == EVENTS[1:3]
    assert loopback.app.state.requests == [("é1", "text/event-stream", "no-store")]


HEADERS = [("X-Tag", "one"), ("last-event-id", "9"), ("X-Tag", "two")]


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_headers_that_come_twice(name: str) -> None:
    sent: list[Any] = []

    def answer(request: Any) -> Any:
        sent.extend(request.headers.multi_items())
        return module.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: x\n\n")

    module = clients.installed(name)
    with (
        module.Client(transport=module.MockTransport(answer)) as client,
        clients.adapter_of(name).sse(
            client, "GET", "http://stream.test/", last_event_id="1", headers=HEADERS
        ) as events,
    ):
        assert [event.data for event in events] == ["x"]
    assert [value for name, value in sent if name in ("x-tag", "last-event-id")] == ["one", "two", "1"]


def test_headers_that_come_twice_in_a_multidict() -> None:
    multidict = pytest.importorskip("multidict", reason="multidict is not installed")
    given = multidict.CIMultiDict(HEADERS)
    arguments = adapter._with_headers({"headers": given}, {"Last-Event-ID": "1", "Accept": "a"}, str)
    wanted = [("X-Tag", "one"), ("X-Tag", "two"), ("Last-Event-ID", "1"), ("Accept", "a")]
    assert arguments["headers"] == wanted
    assert list(given.items()) == HEADERS


def test_headers_that_come_twice_reach_every_client(sync: clients.Sync, loopback: server.Loopback) -> None:
    multidict = pytest.importorskip("multidict", reason="multidict is not installed")
    for headers in (HEADERS, multidict.CIMultiDict(HEADERS)):
        url = f"{loopback.url}/plain"
        with sync.adapter.sse(sync.client, "GET", url, last_event_id="é1", headers=headers) as events:
            assert next(events).data == EVENTS[1][1]
    assert [id for id, *_ in loopback.app.state.requests] == ["é1", "é1"]


@pytest.mark.parametrize("query", ["", "?break=1"])
def test_reconnecting(sync: clients.Sync, loopback: server.Loopback, query: str) -> None:
    url = f"{loopback.url}/plain{query}"
    with sync.adapter.sse(sync.client, "GET", url, reconnect=QUICK, headers={"Accept": "*/*"}) as events:
        assert [(event.id, event.data) for event in events] == EVENTS
    requests = loopback.app.state.requests
    assert [last for last, _, _ in requests] == ["", "é2", "é4", "é4", "é6"]
    assert {accept for _, accept, _ in requests} == {"*/*"}


@pytest.mark.parametrize("query", ["", "?break=1"])
def test_reconnecting_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, query: str
) -> None:
    async def run() -> list[tuple[str, str]]:
        async with (
            asynchronous.client() as client,
            asynchronous.sse(client, "GET", f"{loopback.url}/plain{query}", reconnect=QUICK) as events,
        ):
            return [(event.id, event.data) async for event in events]

    assert asyncio.run(run()) == EVENTS
    assert [last for last, _, _ in loopback.app.state.requests] == ["", "é2", "é4", "é4", "é6"]


SMALL = b"data: 1\n\n"
LARGE = b"data: " + b"x" * 100 + b"\n\n"


def check_large_events(steps: list[Any]) -> None:
    """The events before, between and behind those that are too large, which are told in their places."""
    assert [step.data if hasattr(step, "data") else step.limit for step in steps] == [
        "1", 50, "1", 50, 50, "1",
    ]  # fmt: skip
    assert all(step.events == [] for step in steps if isinstance(step, EventTooLargeError))


LARGE_EVENTS = SMALL + LARGE + SMALL + LARGE + LARGE + SMALL


@pytest.mark.parametrize("size", [7, 100000])
def test_an_event_that_is_too_large(sync: clients.Sync, loopback: server.Loopback, size: int) -> None:
    loopback.app.state.body = LARGE_EVENTS
    url = f"{loopback.url}/given?size={size}"
    steps: list[Any] = []
    with sync.adapter.sse(sync.client, "GET", url, max_event_bytes=50) as events:
        while True:
            try:
                steps.append(next(events))
            except EventTooLargeError as error:
                steps.append(error)
            except StopIteration:
                break
    check_large_events(steps)


@pytest.mark.parametrize("size", [7, 100000])
def test_an_event_that_is_too_large_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, size: int
) -> None:
    loopback.app.state.body = LARGE_EVENTS
    url = f"{loopback.url}/given?size={size}"
    steps: list[Any] = []

    async def run() -> None:
        async with (
            asynchronous.client() as client,
            asynchronous.sse(client, "GET", url, max_event_bytes=50) as events,
        ):
            while True:
                try:
                    steps.append(await anext(events))
                except EventTooLargeError as error:
                    steps.append(error)
                except StopAsyncIteration:
                    break

    asyncio.run(run())
    check_large_events(steps)


def test_nothing_comes_after_close(sync: clients.Sync, loopback: server.Loopback) -> None:
    loopback.app.state.body = SMALL + LARGE + SMALL
    with sync.adapter.sse(sync.client, "GET", f"{loopback.url}/given", max_event_bytes=50) as events:
        assert next(events).data == "1"
    assert list(events) == []


def test_another_content_type(sync: clients.Sync, loopback: server.Loopback) -> None:
    url = f"{loopback.url}/chat?type=text/plain"
    with sync.adapter.sse(sync.client, "GET", url, also_accept=["text/plain"]) as events:
        assert next(events).data.startswith("{")


def test_a_wrong_limit_makes_no_request(sync: clients.Sync, loopback: server.Loopback) -> None:
    with (
        pytest.raises(ValueError, match="max_event_bytes must be at least 1"),
        sync.adapter.sse(sync.client, "GET", f"{loopback.url}/counted", max_event_bytes=0),
    ):
        pass
    assert loopback.app.state.requests == []


IDS = {"a\tb": "a\tb", " a ": "a", "  ": None, "a\x01b": None, "a\x0bb": None, "\x7f": None}
"""Event id -> what is sent of it: HTTP drops blanks around a value, and forbids control characters in one."""


@pytest.mark.parametrize("last", IDS)
def test_ids_that_cannot_be_sent(sync: clients.Sync, loopback: server.Loopback, last: str) -> None:
    loopback.app.state.body = f"id: {last}\ndata: x\n\n".encode()
    url = f"{loopback.url}/given"
    with sync.adapter.sse(sync.client, "GET", url, reconnect=QUICK) as events:
        assert next(events).id == last
        with pytest.raises(ResponseError, match="HTTP status 404"):
            next(events)
    assert loopback.app.state.requests == [None, IDS[last]]


@pytest.mark.parametrize("last", IDS)
def test_ids_that_cannot_be_sent_asynchronously(
    asynchronous: clients.Async, loopback: server.Loopback, last: str
) -> None:
    loopback.app.state.body = f"id: {last}\ndata: x\n\n".encode()
    url = f"{loopback.url}/given"

    async def run() -> None:
        async with (
            asynchronous.client() as client,
            asynchronous.sse(client, "GET", url, reconnect=QUICK) as events,
        ):
            assert (await anext(events)).id == last
            with pytest.raises(ResponseError, match="HTTP status 404"):
                await anext(events)

    asyncio.run(run())
    assert loopback.app.state.requests == [None, IDS[last]]


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_reconnecting_with_trio(name: str, loopback: server.Loopback) -> None:
    trio = pytest.importorskip("trio", reason="trio is not installed")
    asynchronous = clients.Async(name)

    async def run() -> list[tuple[str, str]]:
        async with (
            asynchronous.client() as client,
            asynchronous.sse(client, "GET", f"{loopback.url}/plain", reconnect=QUICK) as events,
        ):
            return [(event.id, event.data) async for event in events]

    assert trio.run(run) == EVENTS


@pytest.mark.parametrize("settings", [{"attempts": 0}, {"attempts": -1}, {"wait": -0.1}, {"most": math.nan}])
def test_settings_that_cannot_be(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))} must be at least"):
        Reconnect(**settings)


def test_what_is_no_setting(sync: clients.Sync) -> None:
    with (
        pytest.raises(TypeError, match="reconnect must be a Reconnect or None, not bool"),
        sync.adapter.sse(sync.client, "GET", "http://127.0.0.1:9/", reconnect=True),
    ):
        pass


def test_the_limit(sync: clients.Sync, loopback: server.Loopback) -> None:
    settings = Reconnect(attempts=3, wait=0.05, most=0.1)
    url = f"{loopback.url}/counted"
    with (
        pytest.raises(ResponseError, match="HTTP status 502"),
        sync.adapter.sse(sync.client, "GET", url, reconnect=settings) as events,
    ):
        next(events)
    assert len(loopback.app.state.requests) == 3


def test_what_is_not_worth_another_attempt(sync: clients.Sync, loopback: server.Loopback) -> None:
    url = f"{loopback.url}/counted?status=404"
    with (
        pytest.raises(ResponseError, match="HTTP status 404"),
        sync.adapter.sse(sync.client, "GET", url, reconnect=QUICK) as events,
    ):
        next(events)
    assert len(loopback.app.state.requests) == 1


def test_a_connection_that_cannot_be_made(sync: clients.Sync) -> None:
    settings = Reconnect(attempts=2, wait=0.01, most=0.01)
    with (
        pytest.raises(Exception, match=r"(?i)connect|refused"),
        sync.adapter.sse(sync.client, "GET", "http://127.0.0.1:9/", reconnect=settings) as events,
    ):
        next(events)


def test_waits(monkeypatch: pytest.MonkeyPatch, loopback: server.Loopback) -> None:
    """A broken stream waits as the server asked; failed attempts wait longer each time, up to the most."""
    waits: list[float] = []
    sync = clients.Sync("httpx")
    original = reconnect.Connections.retrying

    def retrying(self: Any, kind: str) -> Any:
        made = original(self, kind)
        made.sleep = waits.append
        return made

    monkeypatch.setattr(reconnect.Connections, "retrying", retrying)
    settings = Reconnect(attempts=None, wait=1.0, most=8.0)
    with sync.adapter.sse(sync.client, "GET", f"{loopback.url}/plain", reconnect=settings) as events:
        assert [event.data for event in events] == [data for _, data in EVENTS]
    # after events 2, 4 and 6 what "retry: 20" asks for, and once more after the status 503
    assert [wait for wait in waits if wait == 0.02] == [0.02] * 3
    assert len(waits) == 4
    waits.clear()
    settings = Reconnect(attempts=6, wait=1.0, most=8.0)
    with (
        pytest.raises(ResponseError),
        sync.adapter.sse(sync.client, "GET", f"{loopback.url}/counted", reconnect=settings) as events,
    ):
        next(events)
    assert all(least <= wait <= least + 1 for wait, least in zip(waits, [1, 2, 4, 7, 7], strict=True))
    sync.close()
