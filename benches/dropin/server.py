"""The server of the loopback measurements, a process of its own: `python -m benches.dropin.server`.

It answers ``/NAME/...`` with the stream of the program NAME, an event a write. It prints its port first, and
ends with its standard input, so that it cannot outlive who started it.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from typing import Any

from benches.dropin.programs import PROGRAMS

LONGEST = 900
"""Seconds after which it ends in any case."""


@contextmanager
def running() -> Iterator[str]:
    """The base URL of a server that runs as long as the block."""
    with Popen([sys.executable, "-m", __spec__.name], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


async def _answer(request: Any) -> Any:
    from starlette.responses import StreamingResponse

    blocks = {program.name: program.stream.blocks for program in PROGRAMS}[request.path_params["name"]]

    async def body() -> AsyncIterator[bytes]:
        for block in blocks:
            yield block
            await asyncio.sleep(0)

    return StreamingResponse(body(), media_type="text/event-stream")


def main() -> None:
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route

    app = Starlette(routes=[Route("/{name}/{rest:path}", _answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", access_log=False))

    def stop(*_: object) -> None:
        server.should_exit = True

    def watch() -> None:
        sys.stdin.read()
        stop()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        threading.Thread(target=watch, daemon=True).start()
        timer = threading.Timer(LONGEST, stop)
        timer.daemon = True
        timer.start()
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
