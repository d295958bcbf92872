"""The recipes of docs/dropin.md and docs/adapters.md, with the servers on the loopback interface."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sselerate
from tests.compat import clients, streams

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")

from tests.compat import server

DOCS = Path(__file__).parent.parent.parent / "docs"
TEXT = "".join(chunk.text or "" for chunk in sselerate.decode(b"".join(streams.sse(streams.CHAT))))


@pytest.fixture(scope="module")
def loopback() -> Iterator[server.Loopback]:
    with server.serving(server.uvicorn) as running:
        yield running


def block(document: str, heading: str) -> str:
    """The first block of Python under a heading."""
    text = (DOCS / document).read_text("utf-8").partition(f"# {heading}\n")[2]
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None, f"{document} has no such recipe: {heading}"
    return found[1]


def run(code: str, **replaced: str) -> dict[str, Any]:
    for address in replaced.values():
        code, count = re.subn(r'"https://[^"]+"', f'"{address}"', code)
        assert count == 1
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(code, "recipe", "exec", dont_inherit=True), namespace)
    return namespace


def test_adapter(loopback: server.Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("httpx", reason="httpx is not installed")
    code = block("adapters.md", "Adapters: from an HTTP client to events")
    run(code, url=f"{loopback.url}/v1/chat/completions")
    assert capsys.readouterr().out == TEXT


def test_reconnecting(loopback: server.Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("httpx", reason="httpx is not installed")
    pytest.importorskip("tenacity", reason="tenacity is not installed")
    loopback.app.state.requests.clear()
    code = block("adapters.md", "Reconnecting").replace("Reconnect()", "Reconnect(wait=0.05, most=0.1)")
    run(code, url=f"{loopback.url}/plain")
    assert capsys.readouterr().out == "".join(f"é{n} event {n}\n" for n in range(1, 7))


def test_usage_of_an_application() -> None:
    tap = run(block("dropin.md", "A proxy of your own, or any ASGI application"))["UsageTap"]
    seen: list[Any] = []
    app = server.application()
    app.add_middleware(tap, report=lambda path, usage: seen.append((path, usage)))
    with server.serving(server.uvicorn, app) as running:
        sync = clients.Sync("httpx")
        for query in ("size=1", "size=10000", "encoding=gzip", "type=application/json"):
            assert sync.client.get(f"{running.url}/chat?{query}").status_code == 200
        with sync.client.stream("GET", f"{running.url}/slow") as response:
            next(response.iter_bytes())
        assert app.state.left.wait(5)
        sync.close()
    assert [path for path, _ in seen] == ["/chat", "/chat", "/slow"]
    for _, usage in seen[:2]:
        assert usage.to_dict() == streams.CHAT[-1]["usage"]
    assert seen[2][1] is None


EVENT_STREAM = [(b"content-type", b"text/event-stream")]
CHAT = {"object": "chat.completion.chunk", "choices": []}
COUNTS = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
MESSAGES = [
    {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}},
    {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 3}},
]
TAPPED: dict[str, tuple[Any, list[bytes]]] = {
    "a last event without its blank line": (EVENT_STREAM, streams.sse([CHAT, {**CHAT, "usage": COUNTS}])),
    "Anthropic": (EVENT_STREAM, streams.sse(MESSAGES, named=True)),
    "Groq": (EVENT_STREAM, streams.sse([{**CHAT, "x_groq": {"usage": COUNTS}}])),
    "empty counts": (EVENT_STREAM, streams.sse([{**CHAT, "usage": COUNTS}, {**CHAT, "usage": {}}])),
    "beside an error": (EVENT_STREAM, streams.sse([{**CHAT, "usage": COUNTS, "error": {"message": "no"}}])),
    "in other words": (
        [(b"content-type", b"Text/Event-Stream; charset=utf-8"), (b"content-encoding", b"Identity")],
        streams.sse([{**CHAT, "usage": COUNTS}]),
    ),
    "no headers": (None, streams.sse([CHAT])),
    "compressed": ([*EVENT_STREAM, (b"content-encoding", b"gzip")], [b"\x1f\x8b"]),
    "another type": ([(b"content-type", b"text/event-streams")], streams.sse([{**CHAT, "usage": COUNTS}])),
}


@pytest.mark.parametrize("name", TAPPED)
def test_usage_of_odd_answers(name: str) -> None:
    headers, chunks = TAPPED[name]
    if name.startswith("a last event"):
        chunks = [*chunks[:-1], chunks[-1].rstrip(b"\n")]
    recipe = run(block("dropin.md", "A proxy of your own, or any ASGI application"))
    seen: list[Any] = []
    sent: list[Any] = []

    class Late(sselerate.Accumulator[Any]):
        def push(self, event: Any) -> None:
            assert sent[-1]["type"] == "http.response.body"
            super().push(event)

    recipe["Accumulator"] = Late
    messages: list[Any] = [{"type": "http.response.start", "status": 200}]
    if headers is not None:
        messages[0]["headers"] = headers
    messages += [{"type": "http.response.body", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.response.body"})

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    async def send(message: Any) -> None:
        sent.append(message)

    tap = recipe["UsageTap"](app, lambda path, usage: seen.append((path, usage)))
    asyncio.run(tap({"type": "http", "path": "/"}, None, send))
    assert sent == messages
    if name in ("no headers", "compressed", "another type"):
        assert seen == []
    else:
        ((_, usage),) = seen
        assert (usage.input_tokens, usage.output_tokens) == (9, 3)


def test_huggingface_hub(loopback: server.Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    run(block("dropin.md", "huggingface_hub"), url=f"{loopback.url}/v1/chat/completions")
    assert capsys.readouterr().out == TEXT
    client = hub.InferenceClient(base_url=f"{loopback.url}/v1", api_key="none")
    chunks = client.chat_completion([{"role": "user", "content": "?"}], stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == TEXT
