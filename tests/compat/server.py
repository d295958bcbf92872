"""Loopback servers for the tests: Starlette on uvicorn (HTTP/1.1) or hypercorn (HTTP/2), in a thread.

They listen on 127.0.0.1 only, on a free port, and are stopped with the test session.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
import sys
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.compat import streams

EVENT_STREAM = "text/event-stream"


async def chunked(body: bytes, size: int, pause: float) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(pause)


async def chat(request: Request) -> Response:
    """A chat completion: ``size`` bytes at a time, ``pause`` seconds in between, compressed as ``encoding``
    says, broken off in the middle with ``break``."""
    query = request.query_params
    events = streams.sse(streams.CHAT, done=True)
    content_type = query.get("type", EVENT_STREAM)
    if content_type.endswith("latin-1"):
        events = ['data: {"choices":[{"text":"é"}]}\n\n'.encode("latin-1")]
    if content_type.endswith("utf-7"):
        events = [b'data: {"choices":[{"text":"+AOk-+2AA-"}]}\n\n']
    encoding = query.get("encoding", "")
    body = compressed(events, encoding)
    headers = {"content-encoding": encoding.removeprefix("whole ")} if encoding else {}
    if query.get("length"):
        headers["content-length"] = str(len(body))
    content = chunked(body, int(query.get("size", 100)), float(query.get("pause", 0)))
    if query.get("break"):
        content = broken(body[: len(body) // 2])
    return StreamingResponse(content, media_type=None, headers={**headers, "content-type": content_type})


async def broken(body: bytes) -> AsyncIterator[bytes]:
    """A body after which the connection is dropped."""
    yield body
    await asyncio.sleep(0.05)
    raise ConnectionError("on purpose")


def compressed(chunks: list[bytes], encoding: str) -> bytes:
    """Chunks compressed so that each can be read as soon as it is there, unless ``encoding`` says whole."""
    if not encoding:
        return b"".join(chunks)
    if encoding == "whole gzip":
        return gzip.compress(b"".join(chunks))
    if encoding == "br":
        import brotli

        brotly = brotli.Compressor()
        return b"".join([*(brotly.process(chunk) + brotly.flush() for chunk in chunks), brotly.finish()])
    if encoding == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        zstandard = zstd.ZstdCompressor()
        pieces = [zstandard.compress(chunk, zstandard.FLUSH_BLOCK) for chunk in chunks]
        return b"".join([*pieces, zstandard.flush()])
    compressor = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    pieces = [compressor.compress(chunk) + compressor.flush(zlib.Z_SYNC_FLUSH) for chunk in chunks]
    return b"".join([*pieces, compressor.flush()])


async def gated(request: Request) -> Response:
    """One event, and a second one when the gate opens, which says whether it has opened in time."""
    query = request.query_params
    gate = request.app.state.gate
    compressor = zlib.compressobj(wbits=31) if query.get("encoding") else None

    def sent(text: str) -> bytes:
        event = b'data: {"choices":[{"text":"%s"}]}\n\n' % text.encode()
        return (
            event if compressor is None else compressor.compress(event) + compressor.flush(zlib.Z_SYNC_FLUSH)
        )

    async def content() -> AsyncIterator[bytes]:
        yield sent("a")
        yield sent("in time" if await asyncio.to_thread(gate.wait, 5) else "too late")

    headers = {"content-encoding": "gzip"} if compressor is not None else {}
    if query.get("length"):
        headers["content-length"] = str(len(sent("a") + sent("in time")))
    return StreamingResponse(content(), media_type=EVENT_STREAM, headers=headers)


async def slow(request: Request) -> Response:
    """One event, and a long time nothing. The client is to leave; ``left`` tells that it has."""

    async def content() -> AsyncIterator[bytes]:
        try:
            yield b'data: {"choices":[{"text":"a"}]}\n\n'
            await asyncio.sleep(20)
        finally:
            request.app.state.left.set()

    return StreamingResponse(content(), media_type=EVENT_STREAM)


async def failing(request: Request) -> Response:
    """What servers answer instead of a stream."""
    kind = request.path_params["kind"]
    if kind == "json":
        return JSONResponse({"error": {"message": "no such model", "code": 404}}, 404)
    if kind == "text":
        return PlainTextResponse("upstream is gone", 502)
    if kind == "nested":
        return Response("[" * 100_000, 500, media_type="application/json")
    if kind == "html":
        return Response("<html>login</html>", media_type="text/html")
    if kind == "nothing":
        return Response(status_code=500)
    if kind == "broken":
        return StreamingResponse(broken(b"the beginn"), 500)
    if kind == "endless":
        return StreamingResponse(chunked(b"x" * 8 * 1024 * 1024, 65536, 0), 503)
    return JSONResponse({"error": {"message": "in a good response"}})


async def plain(request: Request) -> Response:
    """An event stream that drops its connection after every second event, and ends after the sixth.

    Events have ids; a client goes on behind the one that it names. The third request is refused once.
    """
    state = request.app.state
    last = request.headers.get("last-event-id", "").encode("latin-1").decode()
    state.requests.append((last, request.headers.get("accept"), request.headers.get("cache-control")))
    start = int(last.removeprefix("é")) if last else 0
    if start >= 6:
        return Response(status_code=204)
    if len(state.requests) == 3:
        return Response(status_code=503)

    async def content() -> AsyncIterator[bytes]:
        yield b"retry: 20\n\n"
        for number in range(start + 1, start + 3):
            yield f"id: é{number}\ndata: event {number}\n\n".encode()
        yield b"data: cut off\n"
        if request.query_params.get("break"):
            raise ConnectionError("on purpose")

    return StreamingResponse(content(), media_type=EVENT_STREAM)


async def given(request: Request) -> Response:
    """The body that the test has set, once; then status 404. Notes the last event ids that it is sent."""
    request.app.state.requests.append(request.headers.get("last-event-id"))
    body, request.app.state.body = request.app.state.body, None
    if body is None:
        return Response(status_code=404)
    size = int(request.query_params.get("size", "100000"))
    return StreamingResponse(chunked(body, size, 0), media_type=EVENT_STREAM)


async def counted(request: Request) -> Response:
    """An error of status ``status``, and a note that it was asked for."""
    request.app.state.requests.append("counted")
    return Response("no", int(request.query_params.get("status", "502")))


async def openai_chat(request: Request) -> Response:
    """``POST /v1/chat/completions``: a chat in the chunks that its ``user`` asks for."""
    body = json.loads(await request.body())
    size = int(body.get("user", "100"))
    whole = b"".join(streams.sse(streams.CHAT, done=True))
    return StreamingResponse(chunked(whole, size, 0), media_type=EVENT_STREAM)


async def openai_responses(request: Request) -> Response:
    """``POST /v1/responses``"""
    return StreamingResponse(
        chunked(b"".join(streams.sse(streams.RESPONSES, named=True)), 333, 0), media_type=EVENT_STREAM
    )


async def anthropic_messages(request: Request) -> Response:
    """``POST /v1/messages``"""
    whole = b"".join(streams.sse(streams.MESSAGES, named=True))
    return StreamingResponse(chunked(whole, 77, 0.0005), media_type=EVENT_STREAM)


def application() -> Starlette:
    app = Starlette(
        routes=[
            Route("/chat", chat, methods=["GET", "POST"]),
            Route("/slow", slow),
            Route("/gated", gated),
            Route("/counted", counted),
            Route("/given", given),
            Route("/fail/{kind}", failing),
            Route("/plain", plain),
            Route("/v1/chat/completions", openai_chat, methods=["POST"]),
            Route("/v1/responses", openai_responses, methods=["POST"]),
            Route("/v1/messages", anthropic_messages, methods=["POST"]),
        ]
    )
    app.state.requests = []
    app.state.left = threading.Event()
    app.state.gate = threading.Event()
    return app


class Loopback:
    """A running server."""

    def __init__(self, app: Starlette, port: int) -> None:
        self.app = app
        self.url = f"http://127.0.0.1:{port}"


@contextmanager
def serving(
    run: Callable[[Starlette, socket.socket, threading.Event], Any], app: Starlette | None = None
) -> Iterator[Loopback]:
    """A server for as long as the block runs; ``run`` serves until the event is set."""
    app = app or application()
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(app, listener, stop), daemon=True)
    thread.start()
    try:
        yield Loopback(app, listener.getsockname()[1])
    finally:
        stop.set()
        thread.join(10)
        listener.close()


def uvicorn(app: Starlette, listener: socket.socket, stop: threading.Event) -> None:
    """HTTP/1.1."""
    from uvicorn import Config, Server

    server = Server(Config(app, log_level="critical", timeout_graceful_shutdown=1))

    async def serve() -> None:
        async def watch() -> None:
            while not stop.is_set():
                await asyncio.sleep(0.05)
            server.should_exit = True

        watching = asyncio.create_task(watch())
        await server.serve(sockets=[listener])
        await watching

    asyncio.run(serve())


def hypercorn(app: Starlette, listener: socket.socket, stop: threading.Event) -> None:
    """HTTP/2 without TLS, for clients that begin with it."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]  # which it closes
    config.graceful_timeout = 1
    config.loglevel = "CRITICAL"

    async def stopped() -> None:
        while not stop.is_set():
            await asyncio.sleep(0.05)

    asyncio.run(serve(app, config, shutdown_trigger=stopped))  # type: ignore[arg-type]
