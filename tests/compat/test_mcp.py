"""The client of the MCP SDK with `sselerate.compat.httpx2`, at one of its own servers on the loopback
interface. Its suite is run by test_upstream.py."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sselerate.compat import httpx2 as compat

pytest.importorskip("mcp", reason="mcp is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from mcp.client.client import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.streamable_http import EventStore

from tests.compat import server

pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")

TEXT = "“old river”\u2028\x85\n" * 2000


class Events(EventStore):
    """Keeps what was sent: with a store, servers send events that have nothing but an id first."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Any]] = []

    async def store_event(self, stream_id: str, message: Any) -> str:
        self.kept.append((stream_id, message))
        return str(len(self.kept))

    async def replay_events_after(self, last_event_id: str, send_callback: Any) -> str | None:
        return None


def tools() -> MCPServer:
    mcp = MCPServer("rivers")

    @mcp.tool()
    def tell(times: int) -> str:
        """A long text."""
        return TEXT * times

    @mcp.tool()
    async def count(most: int, ctx: Context) -> int:
        """Reports progress on the way."""
        for number in range(most):
            await ctx.report_progress(number, most, "é" * 10)
        return most

    return mcp


@pytest.fixture(scope="module")
def streamable() -> Iterator[tuple[server.Loopback, Events]]:
    events = Events()
    app = tools().streamable_http_app(event_store=events, retry_interval=10)
    with server.serving(server.uvicorn, app) as running:
        yield running, events


@pytest.fixture(scope="module")
def two_way() -> Iterator[server.Loopback]:
    with server.serving(server.uvicorn, tools().sse_app()) as running:
        yield running


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """All events that our decoder makes, with the patch in place."""
    made: list[Any] = []
    original = compat._maker

    def maker(cls: Any) -> Any:
        make = original(cls)

        def noted(*block: Any) -> Any:
            made.append(make(*block))
            return made[-1]

        return noted

    monkeypatch.setattr(compat, "_maker", maker)
    compat.patch()
    yield made
    compat.unpatch()


async def used(transport: Any, **arguments: Any) -> list[Any]:
    """What a client gets that uses the server."""
    found: list[Any] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        found.append((done, total, message))

    async with Client(transport, **arguments) as client:
        found.append([tool.name for tool in (await client.list_tools()).tools])
        for times in (1, 3):
            result = await client.call_tool("tell", {"times": times})
            found.append([content.text for content in result.content])
        result = await client.call_tool("count", {"most": 4}, progress_callback=progress)
        found.append([content.text for content in result.content])
    return found


EXPECTED = [["tell", "count"], [TEXT], [TEXT * 3], *[(n, 4, "é" * 10) for n in range(4)], ["4"]]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_streamable_http(mode: str, streamable: tuple[server.Loopback, Events], counted: list[Any]) -> None:
    running, events = streamable
    found = asyncio.run(used(streamable_http_client(f"{running.url}/mcp"), mode=mode))
    assert found == EXPECTED
    assert any("progress" in event.data for event in counted)
    if mode == "legacy":
        assert any(event.id and not event.data for event in counted)  # the first of each stream
        assert events.kept


def test_sse(two_way: server.Loopback, counted: list[Any]) -> None:
    assert asyncio.run(used(sse_client(f"{two_way.url}/sse"), mode="legacy")) == EXPECTED
    assert counted[0].event == "endpoint"
    assert any("progress" in event.data for event in counted)
