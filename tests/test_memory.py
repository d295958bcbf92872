"""Memory: flat over a long stream, and a large event costs a small multiple of its size.

Nothing here is timed; `make bench` measures.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import subprocess
import sys
import tracemalloc
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sselerate
from sselerate.errors import EventTooLargeError
from sselerate.events import ChatCompletionChunk, CompletionStreamEvent
from tests.backends import Backend

MIB = 1 << 20

# The fallback takes a few microseconds per event, and many more under tracemalloc.
EVENTS = {"rust": 1_000_000, "python": 100_000}


def resident() -> int:
    """Bytes of this process in memory now: the Rust side is invisible to tracemalloc."""
    status = Path("/proc/self/statm")
    if not status.exists():
        pytest.skip("no /proc here to read the resident size from")
    return int(status.read_text().split()[1]) * 4096


def completion_stream(events: int, per_chunk: int = 64) -> Iterator[bytes]:
    """Chunks of events whose ids, texts and unknown keys never repeat: what a cache must not keep."""
    for start in range(0, events, per_chunk):
        yield b"".join(
            b'data: {"id":"cmpl-%d","object":"text_completion","created":%d,"choices":[{"text":" t%d"}],'
            b'"obfuscation":"%d","k%d":{"a":[%d]}}\n\n' % ((n,) * 6)
            for n in range(start, min(events, start + per_chunk))
        )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("target", [CompletionStreamEvent, None])
def test_a_long_stream_is_flat(backend: Backend, target: Any) -> None:
    events = EVENTS[backend.name]
    count, mark, last = 0, 0, None
    for event in backend.iter_events(completion_stream(events), target):
        count, last = count + 1, event
        if count == events // 10:
            gc.collect()
            mark = resident()
    assert count == events
    assert last.obfuscation == str(events - 1)
    gc.collect()
    # Generous: allocators round up. A leak of 40 bytes per event would show.
    assert resident() - mark < max(16 * MIB, 40 * events * 9 // 10)


class Bare:
    """A base without `__slots__`: its subclasses have a dict, and cannot be light."""


@sselerate.event
class WithDict(Bare):
    """An event that is made anew each time."""

    id: str
    choices: tuple[dict[str, Any], ...]


def alike(events: int, text: bytes = b"t%d") -> Iterator[bytes]:
    """Chunks of events that differ in their text only: after the first ones nothing is parsed in full."""
    for start in range(0, events, 64):
        numbers = range(start, min(events, start + 64))
        yield b"".join(b'data: {"id":"cmpl","choices":[{"text":"%b"}]}\n\n' % (text % n) for n in numbers)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", ["window", "long texts", "class with a dict", "one chunk, asynchronously"])
def test_a_stream_of_like_events_is_flat(backend: Backend, mode: str) -> None:
    """What events were made of goes with them, while the stream is still read."""
    events = EVENTS[backend.name] // 10 if mode == "long texts" else EVENTS[backend.name] // 3
    marks: list[tuple[int, int]] = []
    window: deque[Any] = deque(maxlen=1 if mode == "long texts" else 1_000)

    def take(event: Any) -> None:
        window.append(event)
        if next(count) in (events // 4, events - 1):
            marks.append((sys.getallocatedblocks(), resident()))

    async def take_all(chunk: bytes) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield chunk

        async for event in backend.aiter_events(chunks(), CompletionStreamEvent):
            take(event)

    count = itertools.count()
    if mode == "one chunk, asynchronously":
        asyncio.run(take_all(b"".join(alike(events))))
    else:
        text = b"x" * 6_000 + b"%d" if mode == "long texts" else b"t%d"
        target = WithDict if mode == "class with a dict" else CompletionStreamEvent
        for made in backend.iter_events(alike(events, text), target):
            take(made)
    (blocks, size), (later_blocks, later_size) = marks
    assert later_blocks - blocks < events // 20
    assert later_size - size < 16 * MIB


@pytest.mark.timeout(600)
def test_python_objects_do_not_pile_up(backend: Backend) -> None:
    """The same for Python's own allocations, exactly: what 20,000 more events leave behind is nothing."""

    def consume(events: int) -> int:
        for _ in backend.iter_events(completion_stream(events), CompletionStreamEvent):
            pass
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        consume(2_000)
        before = consume(2_000)
        assert consume(20_000) - before < 64 * 1024
    finally:
        tracemalloc.stop()


def references(backend: Backend, body: bytes, target: Any, times: int) -> int:
    for _ in range(times):
        backend.decode(body, target, on_error="yield")
    gc.collect()
    return sum(
        sys.getrefcount(thing) for thing in (None, True, CompletionStreamEvent, ChatCompletionChunk, dict)
    )


def test_reference_counts_of_shared_objects(backend: Backend) -> None:
    """Classes, None and True are neither leaked nor freed once too often. (None is immortal since 3.12.)

    In a process of its own: what other tests have taught the shared programs, and when their pauses end,
    would count too.
    """
    script = (
        f"from tests import backends, test_memory; test_memory.leaks_nothing(backends.load({backend.name!r}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    root = Path(__file__).resolve().parent.parent
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr


def leaks_nothing(backend: Backend) -> None:
    body = (
        b'data: {"id":null,"choices":[{"delta":null,"index":true}],"x":null,"usage":{"cost":null}}\n\n'
        b'data: {"object":"text_completion","id":"a","choices":[{"text":"b"}],"y":{"z":[null,true]}}\n\n'
        b"data: {\n\nerror: x\n\n"
    )
    references(backend, body, None, 500)  # what is learnt from it counts too
    before = references(backend, body, None, 500)
    after = references(backend, body, None, 500)
    assert abs(after - before) < 50, (before, after)


def large_event(size: int) -> bytes:
    return b'data: {"choices":[{"text":"' + b"abcdefgh" * (size // 8) + b'"}]}\n\n'


def peak(act: Callable[[], Any]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [1, 8])
def test_a_large_event_in_small_chunks(python: Backend, size: int) -> None:
    """The peak is a few copies of the event (buffer, data, text, value), not one per chunk."""
    body = large_event(size * MIB)

    def act() -> None:
        chunks = (body[i : i + 4096] for i in range(0, len(body), 4096))
        (event,) = python.iter_events(chunks, CompletionStreamEvent)
        assert len(event.choices[0].text) == size * MIB

    assert peak(act) < 6 * size * MIB


def calls(act: Callable[[], Any]) -> int:
    """How many functions, Python's and C's, `act` calls."""
    count = 0

    def note(frame: Any, kind: str, argument: Any) -> None:
        nonlocal count
        count += kind in ("call", "c_call")

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_work_is_linear_in_the_size_of_an_event(python: Backend) -> None:
    """Eight times the bytes are eight times the calls: no chunk looks at the ones before it."""

    def act(size: int) -> Callable[[], None]:
        body = large_event(size)
        chunks = [body[i : i + 512] for i in range(0, len(body), 512)]
        return lambda: list(python.iter_events(chunks, CompletionStreamEvent)).clear()

    act(MIB // 8)()
    one, eight = calls(act(MIB // 8)), calls(act(MIB))
    assert eight < 8.5 * one


def test_a_large_event_in_rust(rust: Backend) -> None:
    """The same, of the whole process."""
    body = large_event(32 * MIB)
    gc.collect()
    before = resident()
    decoder = rust.Decoder(CompletionStreamEvent)
    for i in range(0, len(body) - 4096, 4096):
        assert decoder.feed(body[i : i + 4096]) == []
    assert resident() - before < 3 * 32 * MIB


def test_a_rejected_event_is_not_kept(backend: Backend) -> None:
    """What is too large is dropped at once, and what follows up to the blank line is not stored."""
    decoder = backend.Decoder(max_event_bytes=MIB)
    gc.collect()
    before = resident()
    chunk = b"x" * MIB
    with pytest.raises(EventTooLargeError):
        for _ in range(100):
            decoder.feed(chunk)
    for _ in range(100):
        assert decoder.feed(chunk) == []
    gc.collect()
    assert resident() - before < 32 * MIB
    assert len(decoder.feed(b"\n\ndata: {}\n\n")) == 1


def test_an_endless_comment_is_bounded(backend: Backend) -> None:
    parser = backend.Parser(max_event_bytes=MIB)
    parser.feed(b":")
    with pytest.raises(EventTooLargeError):
        for _ in range(3):
            parser.feed(b"x" * MIB)
    parser.feed(b"\n\n")
    assert len(parser.feed(b"data\n\n")) == 1


@pytest.fixture
def nomemory() -> Iterator[Any]:
    """What makes allocations fail. Not those of finalizers that the garbage collector happens to call."""
    limits = pytest.importorskip("_testcapi")
    gc.collect()
    gc.disable()
    yield limits
    gc.enable()


# CPython reports what fails where nobody can be told, as in the clearing of its own caches.
unraisable = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@unraisable
@pytest.mark.parametrize("asynchronous", [False, True])
def test_no_event_is_lost_without_an_error(rust: Backend, asynchronous: bool, nomemory: Any) -> None:
    """Whichever of its objects cannot be made: then the call says so. (Of the fallback it would test CPython,
    which does not always.)"""
    chunks = [
        b'data: {"created":%d,"choices":[{"index":0,"text":"t%d","x":[%d,{"y":%d.5}]}]}\n\n'
        % ((n * 1000,) * 4)
        for n in range(8)
    ]
    chunks = [b"".join(chunks[:4]), b"".join(chunks[4:])]

    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def read(iterator: Any, out: list[Any]) -> None:
        async for item in iterator:
            out.append(item)

    for _ in range(2):  # what is made once for all is there then
        expected = list(rust.iter_events(chunks, CompletionStreamEvent))
    failures = 0
    for start in range(1, 80):
        out: list[Any] = []
        steps = read(rust.aiter_events(source(), CompletionStreamEvent), out)
        iterator = rust.iter_events(chunks, CompletionStreamEvent)
        nomemory.set_nomemory(start, start + 1)
        try:
            if asynchronous:
                steps.send(None)
            else:
                out.extend(iterator)
        except MemoryError:
            failures += 1
            continue
        except StopIteration:
            pass
        finally:
            nomemory.remove_mem_hooks()
            steps.close()
        assert out == expected
    assert failures


@unraisable
@pytest.mark.parametrize("name", ["Parser", "BlockParser"])
def test_no_block_is_lost_without_an_error(rust: Backend, name: str, nomemory: Any) -> None:
    body = b"".join(b"event: e%d\nid: %d\nretry: %d\ndata: t\n\n" % (n, n, 1000 + n) for n in range(8))
    parser_class = getattr(rust, name)
    expected = parser_class().feed(body)
    failures = 0
    for start in range(1, 80):
        parser = parser_class()
        nomemory.set_nomemory(start, start + 1)
        try:
            events = parser.feed(body)
        except MemoryError:
            failures += 1
            continue
        finally:
            nomemory.remove_mem_hooks()
        assert events == expected
    assert failures
