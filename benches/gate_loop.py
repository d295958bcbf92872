"""What `make perf-gate` runs under callgrind to count the compiled module: loops as a user writes them.

Each work is done twice to warm up and learn, then `REPETITIONS` times between two calls of `getppid`. There
callgrind writes what it has counted so far (`--dump-before=getppid`): a marker that needs no symbols of the
interpreter and nothing in the module. So one start of the interpreter serves all works.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial

import sselerate
from benches import workloads
from benches.peers import core_module, functions, target_of
from benches.workloads import Workload

REPETITIONS = 4
EVENTS = 500


def loop(workload: Workload, chunking: str) -> int:
    """Iterate, and read the text."""
    events = functions("rust").iter_events
    seen = 0
    for stream in workload.streams:
        for event in events(workloads.CHUNKINGS[chunking](stream), target=target_of(workload.dialect)):
            event.choices[0].text  # noqa: B018 (that it is read is the work)
            seen += 1
    return seen


def feed(workload: Workload, chunking: str) -> int:
    """Take lists of events."""
    seen = 0
    for stream in workload.streams:
        decoder = core_module("rust").Decoder(target_of(workload.dialect))
        for chunk in workloads.CHUNKINGS[chunking](stream):
            seen += len(decoder.feed(chunk))
        seen += len(decoder.close())
    return seen


def text(workload: Workload, chunking: str) -> int:
    """Take the text of each stream and no events."""
    found = 0
    for stream in workload.streams:
        chunks = workloads.CHUNKINGS[chunking](stream)
        found += len(functions("rust").text(chunks, target=target_of(workload.dialect)))
    return workload.events if found > 0 else 0


WORKS: dict[str, tuple[str, Callable[[Workload], int]]] = {
    "16 KiB": ("completion", partial(loop, chunking="16 KiB")),
    "1 event": ("completion", partial(loop, chunking="1 event")),
    "1460 B": ("completion", partial(loop, chunking="1460 B")),
    "feed, 1 event": ("completion", partial(feed, chunking="1 event")),
    "text, 16 KiB": ("completion", partial(text, chunking="16 KiB")),
    "text, 1460 B": ("completion", partial(text, chunking="1460 B")),
    "unlike": ("unlike", partial(loop, chunking="16 KiB")),
    "logprobs": ("logprobs", partial(loop, chunking="16 KiB")),
}
"""Name to workload and loop, in the order in which they are done."""


def main() -> None:
    assert sselerate.BACKEND == "rust"
    gc.disable()
    for name, (situation, work) in WORKS.items():
        workload = workloads.make(situation, EVENTS)
        for _ in range(2):
            seen = work(workload)
            assert seen == workload.events, (name, seen)
        os.getppid()
        for _ in range(REPETITIONS):
            work(workload)
        os.getppid()


if __name__ == "__main__":
    main()
