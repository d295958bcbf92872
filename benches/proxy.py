"""`make bench-proxy`: a streaming reverse proxy that reads the usage of every stream it forwards.

Starlette and httpx, as such proxies are written: chunks go on as they come, and a reader looks at each on the
way. Three processes: a server that plays chat streams, the proxy, and this one, which is the client and takes
the readers in turn. Two things are measured: the CPU time of the proxy's process for a stream, between two
looks at its clock, and how much of it the reader of a stream has had, by a clock around each call of it. What
that clock costs, which the reader "nothing" shows, is taken off. The smallest of all samples counts. Before
that, for each reader, the bytes that arrive are compared with those that were sent, and the usage that was
read with that in the stream.

Writes results/proxy.md.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import importlib.metadata
import json
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benches import workloads

EVENTS = 300
PAUSE = 0.005
"""Seconds between two events of a live stream: 200 tokens a second."""
AT_ONCE = 10
"""Streams that the client reads at the same time."""

SITUATIONS = {
    "live": f"{AT_ONCE} streams at once, an event every {PAUSE * 1000:.0f} ms",
    "fast": f"{AT_ONCE} streams at once, 16 KiB at a time without a pause",
}
RESULTS = Path(__file__).parent / "results" / "proxy.md"

Milliseconds = dict[tuple[str, str], list[float]]


# -- The readers: `feed` looks at a chunk, `usage` is what has been found.


class Nothing:
    """No reader: what forwarding alone costs."""

    usage: Any = None

    def feed(self, chunk: bytes) -> None: ...


class Ours:
    def __init__(self) -> None:
        from sselerate import ChatCompletionChunk, Decoder

        self.decoder = Decoder(ChatCompletionChunk)
        self.found: Any = None

    def feed(self, chunk: bytes) -> None:
        for event in self.decoder.feed(chunk):
            if event.usage is not None:
                self.found = event.usage

    @property
    def usage(self) -> Any:
        return self.found.to_dict()


class Loads:
    """`json.loads` on every event, correctly framed as long as the lines end with LF."""

    def __init__(self) -> None:
        self.rest = b""
        self.usage: Any = None

    def feed(self, chunk: bytes) -> None:
        *blocks, self.rest = (self.rest + chunk).split(b"\n\n")
        for block in blocks:
            data = b"\n".join(line[6:] for line in block.split(b"\n") if line.startswith(b"data: "))
            if data and data != b"[DONE]":
                usage = json.loads(data).get("usage")
                if usage is not None:
                    self.usage = usage


class OpenAI:
    """The openai SDK's decoder and its chunk type, made as its client makes them."""

    def __init__(self) -> None:
        from openai._models import construct_type
        from openai._streaming import SSEDecoder, _SSELineDecoder
        from openai.types.chat import ChatCompletionChunk

        self.lines, self.decoder = _SSELineDecoder(), SSEDecoder()
        self.construct, self.type = construct_type, ChatCompletionChunk
        self.found: Any = None

    def feed(self, chunk: bytes) -> None:
        for event in self.decoder._decode_lines(self.lines.feed(chunk)):
            if event.data.startswith("[DONE]"):
                break
            made: Any = self.construct(type_=self.type, value=event.json())
            if made.usage is not None:
                self.found = made.usage

    @property
    def usage(self) -> Any:
        return self.found.to_dict()


READERS: dict[str, tuple[str, type[Any]]] = {
    "nothing": ("nothing: bytes go through", Nothing),
    "sselerate": ("sselerate: Decoder(ChatCompletionChunk)", Ours),
    "json": ("bytes.split and json.loads", Loads),
    "openai": ("the openai SDK's decoder and ChatCompletionChunk", OpenAI),
}


# -- The server and the proxy, each in a process of its own.


def origin() -> Any:
    """Plays the chat stream: ``POST /live`` and ``POST /fast``."""
    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    (stream,) = workloads.make("chat", EVENTS).streams
    data = stream.data

    async def live() -> AsyncIterator[bytes]:
        for block in stream.blocks:
            yield block
            await asyncio.sleep(PAUSE)

    async def fast() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 16384):
            yield data[start : start + 16384]

    async def answer(request: Any) -> Any:
        content = live() if request.path_params["situation"] == "live" else fast()
        return StreamingResponse(content, media_type="text/event-stream")

    return Starlette(routes=[Route("/{situation}", answer, methods=["POST"])])


def proxy(upstream: str) -> Any:
    """``POST /{reader}/{situation}`` forwards; ``GET /results`` tells the usage and the nanoseconds of each
    stream read since, ``GET /cpu`` the nanoseconds of CPU so far."""
    import httpx
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, StreamingResponse
    from starlette.routing import Route

    client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
    read: list[tuple[Any, int]] = []
    clock = time.thread_time_ns  # not the time that other processes have had

    async def forward(request: Any) -> Any:
        reader = READERS[request.path_params["reader"]][1]()
        url = f"{upstream}/{request.path_params['situation']}"
        response = await client.send(
            client.build_request("POST", url, content=await request.body()), stream=True
        )

        async def chunks() -> AsyncIterator[bytes]:
            spent = 0
            try:
                async for chunk in response.aiter_raw():
                    started = clock()
                    reader.feed(chunk)
                    spent += clock() - started
                    yield chunk
            finally:
                await response.aclose()
            read.append((reader.usage, spent))

        headers = {"content-type": response.headers["content-type"]}
        return StreamingResponse(chunks(), response.status_code, headers)

    async def results(request: Any) -> Any:
        found = list(read)
        read.clear()
        return JSONResponse(found)

    async def cpu(request: Any) -> Any:
        return JSONResponse(time.process_time_ns())

    return Starlette(
        routes=[
            Route("/results", results),
            Route("/cpu", cpu),
            Route("/{reader}/{situation}", forward, methods=["POST"]),
        ]
    )


def serve(app: Any) -> None:
    """Prints the port, and serves until standard input ends."""
    import socket

    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    # connections are kept until httpx lets them go: a server that is quicker now and then cuts a request off
    config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_keep_alive=600)
    server = uvicorn.Server(config)

    def watch() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    server.run(sockets=[listener])


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """Runs one of them; gives its address."""
    command = [sys.executable, "-m", "benches.proxy", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        finally:
            running.stdin.close()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()


# -- The client.


async def read(client: Any, address: str, reader: str, situation: str) -> list[bytes]:
    """The bodies of some streams, read at the same time."""

    async def one() -> bytes:
        response = await client.post(f"{address}/{reader}/{situation}", json={"stream": True})
        response.raise_for_status()
        content: bytes = response.content
        return content

    return await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def measured(address: str, samples: int) -> tuple[Milliseconds, Milliseconds]:
    """(situation, reader) -> CPU for a stream in each sample, time that the reader had in each stream."""
    import httpx

    (stream,) = workloads.make("chat", EVENTS).streams
    expected = json.loads(stream.blocks[-2].removeprefix(b"data: "))["usage"]
    used: Milliseconds = {}
    reading: Milliseconds = {}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:

        async def asked(what: str) -> Any:
            return (await client.get(f"{address}/{what}")).json()

        for situation in SITUATIONS:
            for reader in READERS:
                for body in await read(client, address, reader, situation):
                    if body != stream.data:
                        raise SystemExit(f"{reader}, {situation}: other bytes arrive than were sent")
                usages = [usage for usage, _ in await asked("results")]
                if usages != [expected if reader != "nothing" else None] * AT_ONCE:
                    raise SystemExit(f"{reader}, {situation}: reads {usages}, not {expected}")
        for _ in range(samples):
            for situation in SITUATIONS:
                rounds = 1 if situation == "live" else 4
                for reader in READERS:
                    before = await asked("cpu")
                    for _ in range(rounds):
                        await read(client, address, reader, situation)
                    taken = (await asked("cpu") - before) / 1e6 / rounds / AT_ONCE
                    used.setdefault((situation, reader), []).append(taken)
                    spent = [nanoseconds / 1e6 for _, nanoseconds in await asked("results")]
                    reading.setdefault((situation, reader), []).extend(spent)
    return used, reading


def table(used: Milliseconds, reading: Milliseconds) -> str:
    names = ("httpx", "openai", "starlette", "uvicorn")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    samples = len(next(iter(used.values())))
    lines = [
        "# A proxy that reads the usage of the streams it forwards",
        "",
        f"{datetime.date.today().isoformat()}, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}. {versions}.",
        "",
        f"For a stream of {EVENTS} events: the CPU of the proxy's process, the smallest of {samples} samples "
        f"of {AT_ONCE}",
        "streams, and what of it the reader had, the smallest of all streams; medians in brackets. The bytes",
        "that arrive and the usage that is read were compared first. Printed by `make bench-proxy`.",
    ]
    for situation, what in SITUATIONS.items():
        live = situation == "live"
        clock = min(reading[situation, "nothing"])
        ours = min(reading[situation, "sselerate"]) - clock
        lines += ["", f"## {situation.capitalize()}: {what}", ""]
        lines += [
            "| the proxy reads with | CPU, ms | reader, ms | reader / ours |"
            + (" streams a core |" if live else ""),
            "| --- | ---: | ---: | ---: |" + (" ---: |" if live else ""),
        ]
        for reader, (label, _) in READERS.items():
            cpu = used[situation, reader]
            had = [spent - clock for spent in reading[situation, reader]]
            cells = [
                label,
                f"{min(cpu):.2f} ({statistics.median(cpu):.2f})",
                f"{min(had):.2f} ({statistics.median(had):.2f})" if reader != "nothing" else "",
                f"{min(had) / ours:.0f}x" if reader != "nothing" else "",
            ]
            if live:
                cells.append(f"{EVENTS * PAUSE * 1000 / min(cpu):.0f}")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benches.proxy", description=__doc__)
    parser.add_argument("--samples", type=int, default=12, help="samples of each row")
    parser.add_argument("--no-file", action="store_true", help="print the tables and write nothing")
    parser.add_argument("--serve", nargs="+", metavar="WHAT", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        what, *upstream = options.serve
        serve(proxy(*upstream) if what == "proxy" else origin())
        return
    import sselerate

    if sselerate.BACKEND != "rust" or sselerate._core.DEBUG_BUILD:  # type: ignore[attr-defined]
        raise SystemExit("bench: this is not an optimised build of the core")
    with process("--serve", "origin") as upstream, process("--serve", "proxy", upstream) as address:
        text = table(*asyncio.run(measured(address, options.samples)))
    if not options.no_file:
        RESULTS.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
