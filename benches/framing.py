"""`make bench-framing`: the SSE clients that sselerate.compat replaces, each beside its replacement.

In memory, over real response objects of their clients; events are compared before anything is timed. Writes
results/framing.md.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import importlib.metadata
import platform
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benches import workloads
from benches.measure import Figure, take_turns

EVENTS = 300
RESULTS = Path(__file__).parent / "results" / "framing.md"
LARGE = 4 << 20
"""Bytes of the large event: an image, in a stream."""

Run = Callable[[list[bytes]], list[str]]
Pair = tuple["Figure | None", Figure]
Rows = dict[tuple[str, str], Pair]


class Body:
    """The chunks of a body, once for each reader."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk

    async def readany(self) -> bytes:
        return self.chunks.pop(0) if self.chunks else b""


def httpx_sse(module: Any) -> Run:
    import httpx

    def run(chunks: list[bytes]) -> list[str]:
        headers = {"content-type": "text/event-stream"}
        response = httpx.Response(200, headers=headers, content=iter(chunks))
        return [event.data for event in module.EventSource(response).iter_sse()]

    return run


def httpx2(module: Any) -> Run:
    import httpx2

    request = httpx2.Request("GET", "http://t/")

    def run(chunks: list[bytes]) -> list[str]:
        headers = {"content-type": "text/event-stream"}
        response = httpx2.Response(200, headers=headers, content=iter(chunks), request=request)
        return [event.data for event in module.EventSource(response, max_event_size=None)]

    return run


def sseclient(module: Any) -> Run:
    return lambda chunks: [event.data for event in module.SSEClient(chunks).events()]


def aiohttp_sse(module: Any) -> Run:
    from aiohttp import StreamReader

    class Protocol:
        connected = True
        _reading_paused = False

        def pause_reading(self) -> None: ...

        def resume_reading(self, resume_parser: bool = True) -> None: ...

    async def read(chunks: list[bytes]) -> list[str]:
        loop = asyncio.get_running_loop()
        content: Any = StreamReader(Protocol(), 2**30, loop=loop)  # type: ignore[arg-type]
        source = module.EventSource("http://t/", session=object())
        source._response = type("Response", (), {"status": 200, "content": content})()
        found = []

        async def feed() -> None:
            for chunk in chunks:
                content.feed_data(chunk)
                await asyncio.sleep(0)

        feeding = asyncio.ensure_future(feed())
        async for event in source:
            found.append(event.data)
            if event.data == "[DONE]":
                break
        await feeding
        return found

    def run(chunks: list[bytes]) -> list[str]:
        return loop.run_until_complete(read(chunks))

    loop = asyncio.new_event_loop()
    return run


def contenders() -> dict[str, tuple[Run, Run]]:
    """Name and version -> the original, the replacement."""
    import aiohttp_sse_client2.client
    import httpx2 as original_httpx2
    import httpx_sse as original_httpx_sse
    import sseclient as original_sseclient

    from sselerate.compat import aiohttp_sse_client2 as ours_aiohttp
    from sselerate.compat import httpx2 as ours_httpx2
    from sselerate.compat import httpx_sse as ours_httpx_sse
    from sselerate.compat import sseclient as ours_sseclient

    pairs: dict[str, tuple[Callable[[Any], Run], Any, Any]] = {
        "httpx-sse": (httpx_sse, original_httpx_sse, ours_httpx_sse),
        "httpx2": (httpx2, original_httpx2, ours_httpx2),
        "sseclient-py": (sseclient, original_sseclient, ours_sseclient),
        "aiohttp-sse-client2": (aiohttp_sse, aiohttp_sse_client2.client, ours_aiohttp),
    }
    return {
        f"{name} {importlib.metadata.version(name)}": (make(theirs), make(ours))
        for name, (make, theirs, ours) in pairs.items()
    }


def again(run: Run, chunks: list[bytes]) -> None:
    run(list(chunks))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def compared(theirs: Run, ours: Run, chunks: list[bytes], expected: list[str], seconds: float) -> Pair:
    """The figures of both for all of the chunks, once their events are known to be right."""
    runs = {"ours": partial(again, ours, chunks)}
    try:
        if theirs(list(chunks)) != expected:
            raise SystemExit(f"{theirs}: other events than were sent")
        runs["theirs"] = partial(again, theirs, chunks)
    except ValueError:  # aiohttp's limit for a line
        pass
    if ours(list(chunks)) != expected:
        raise SystemExit(f"{ours}: other events than were sent")
    figures = take_turns(runs, seconds, least=5)
    return figures.get("theirs"), figures["ours"]


def measured(seconds: float) -> tuple[Rows, Rows]:
    """For usual events, for one large event: (client, reads) -> the figures of the original and of ours."""
    (stream,) = workloads.make("chat", EVENTS).streams
    texts = [block.removeprefix(b"data: ").decode().rstrip("\n") for block in stream.blocks]
    large = b"data: " + b"x" * LARGE + b"\n\ndata: [DONE]\n\n"
    usual: Rows = {}
    one: Rows = {}
    for name, (theirs, ours) in contenders().items():
        ways = {
            "1 event per read": list(stream.blocks),
            "16 KiB": cut(stream.data, 16384),
            "1460 B": cut(stream.data, 1460),
        }
        for reads, chunks in ways.items():
            usual[name, reads] = compared(theirs, ours, chunks, texts, seconds)
        expected = ["x" * LARGE, "[DONE]"]
        one[name, "1460 B"] = compared(theirs, ours, cut(large, 1460), expected, 4 * seconds)
    return usual, one


def rows(found: Rows, count: int, unit: float) -> list[str]:
    lines = ["| client | reads | as it is | with sselerate | ratio |", "| --- | --- | ---: | ---: | ---: |"]
    for (name, reads), (theirs, ours) in found.items():
        cells = [
            f"{figure.minimum / count / unit:.2f} ({figure.median / count / unit:.2f})" if figure else "fails"
            for figure in (theirs, ours)
        ]
        ratio = f"{theirs.minimum / ours.minimum:.1f}x" if theirs else ""
        lines.append(f"| {name} | {reads} | {' | '.join(cells)} | {ratio} |")
    return lines


def table(usual: Rows, one: Rows) -> str:
    (stream,) = workloads.make("chat", EVENTS).streams
    size = len(stream.data) // len(stream.blocks)
    lines = [
        "# SSE clients and their replacements",
        "",
        f"{datetime.date.today().isoformat()}, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}.",
        "",
        "Over a response of the client in memory: the smallest of many short samples, the median in",
        "brackets. Events were compared first. Printed by `make bench-framing`.",
        "",
        f"Microseconds for an event of {size} bytes, of {len(stream.blocks)}:",
        "",
        *rows(usual, len(stream.blocks), 1e3),
        "",
        f"Milliseconds for one event of {LARGE >> 20} MiB:",
        "",
        *rows(one, 1, 1e6),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benches.framing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5, help="for each figure")
    parser.add_argument("--no-file", action="store_true", help="print the table and write nothing")
    options = parser.parse_args(arguments)
    import sselerate

    if sselerate.BACKEND != "rust" or sselerate._core.DEBUG_BUILD:  # type: ignore[attr-defined]
        raise SystemExit("bench: this is not an optimised build of the core")
    text = table(*measured(options.seconds))
    if not options.no_file:
        RESULTS.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
