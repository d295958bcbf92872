"""Where the chunks may come from, and who pulls when."""

from __future__ import annotations

import array
import asyncio
import io
import itertools
import mmap
import operator
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sselerate.errors import DecodeError, SSEError, TruncatedStreamError
from sselerate.events import ErrorEvent, GenericEvent
from tests.backends import Backend
from tests.outcomes import iterate

BODY = b'data: {"n":1}\n\ndata: {"n":2}\n\ndata: {"n":3}\n\n'
WANTED = [GenericEvent(data={"n": n}) for n in (1, 2, 3)]


class Pipe(io.RawIOBase):
    """A raw stream that gives a few bytes at a time, as a socket does."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece, self.body = self.body[:7], self.body[7:]
        buffer[: len(piece)] = piece
        return len(piece)


class OnlyRead:
    """A response object of an HTTP client that has `read` and nothing else."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, size: int) -> bytes:
        assert size > 0
        piece, self.body = self.body[:5], self.body[5:]
        return piece


class ReadsAll:
    """A response whose `read` takes no size, as that of httpx."""

    def read(self) -> bytes:
        raise AssertionError


class ReadsAllAsynchronously:
    """The same, as that of aiohttp."""

    async def read(self) -> bytes:
        raise AssertionError


class Bytes(bytes):
    pass


SOURCES: dict[str, Callable[[], Any]] = {
    "list": lambda: [BODY[:20], BODY[20:]],
    "tuple with empty chunks": lambda: (b"", BODY[:1], b"", BODY[1:], b""),
    "generator": lambda: (BODY[i : i + 3] for i in range(0, len(BODY), 3)),
    "mixed kinds": lambda: [bytearray(BODY[:9]), memoryview(BODY[9:30]), Bytes(BODY[30:])],
    "bytes": lambda: BODY,
    "bytearray": lambda: bytearray(BODY),
    "memoryview": lambda: memoryview(BODY),
    "memoryview of a part": lambda: memoryview(b"xx" + BODY + b"xx")[2:-2],
    "memoryview with a step": lambda: memoryview(b"".join(bytes([b, 0]) for b in BODY))[::2],
    "memoryview of other items": lambda: [memoryview(BODY[:44]).cast("I"), BODY[44:]],
    "array": lambda: array.array("B", BODY),
    "BytesIO": lambda: io.BytesIO(BODY),
    "raw file": lambda: Pipe(BODY),
    "buffered file": lambda: io.BufferedReader(Pipe(BODY)),
    "only read": lambda: OnlyRead(BODY),
    "empty list": list,
    "empty file": lambda: io.BytesIO(),
}


@pytest.mark.parametrize("name", SOURCES)
def test_kinds(backend: Backend, name: str) -> None:
    wanted = [] if name.startswith("empty") else WANTED
    assert list(backend.iter_events(SOURCES[name]())) == wanted


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "memoryview with a step", "array"])
def test_kinds_of_a_whole(backend: Backend, kind: str) -> None:
    assert backend.decode(SOURCES[kind]()) == WANTED


def test_a_real_file(backend: Backend, tmp_path: Path) -> None:
    path = tmp_path / "stream.sse"
    path.write_bytes(BODY)
    with path.open("rb") as file:
        assert list(backend.iter_events(file)) == WANTED
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        assert backend.decode(view) == WANTED


def test_a_text_file_is_refused(backend: Backend, tmp_path: Path) -> None:
    path = tmp_path / "stream.sse"
    path.write_bytes(BODY)
    with path.open(encoding="utf-8") as file, pytest.raises(TypeError, match="got str"):
        list(backend.iter_events(file))


@pytest.mark.parametrize("chunk", ["data: x\n\n", 5, None, [1], 1.5, object()])
def test_chunks_that_are_no_bytes(backend: Backend, chunk: Any) -> None:
    message = f"^expected a bytes-like chunk, got {type(chunk).__name__}$"
    for machine in (backend.Parser(), backend.Decoder()):
        with pytest.raises(TypeError, match=message):
            machine.feed(chunk)
        assert machine.feed(b"data: {}\n\n")  # and it still works
    events = backend.iter_events([b'data: {"n":1}\n\n', chunk, b'data: {"n":2}\n\n'])
    assert next(events) == WANTED[0]
    with pytest.raises(TypeError, match=message):
        next(events)
    assert next(events) == WANTED[1]


@pytest.mark.parametrize("source", ["text", 5, None, object(), ReadsAll()])
def test_sources_that_are_none(backend: Backend, source: Any) -> None:
    with pytest.raises(TypeError, match="expected"):
        backend.iter_events(source)


def test_an_iterator_is_its_own(backend: Backend) -> None:
    events = backend.iter_events([BODY])
    assert iter(events) is events
    assert isinstance(events, Iterator)
    assert list(events) == WANTED
    assert list(events) == []
    with pytest.raises(StopIteration):
        next(events)


def test_pulls_no_more_than_needed(backend: Backend) -> None:
    pulled = []

    def source() -> Iterator[bytes]:
        for number in range(1, 4):
            pulled.append(number)
            yield b'data: {"n":%d}\n\ndata: {"n":0}\n\n' % number

    events = backend.iter_events(source())
    assert pulled == []
    next(events)
    next(events)
    assert pulled == [1]
    next(events)
    assert pulled == [1, 2]


def test_done_ends_the_pulling(backend: Backend) -> None:
    """After [DONE] the source is left alone: a keep-alive connection would block."""
    source = iter([BODY + b"data: [DONE]\n\n" + BODY, BODY])
    events = backend.iter_events(source)
    assert list(events) == WANTED
    assert events.done
    assert list(source) == [BODY]


def test_done_is_not_the_end_of_several_streams(backend: Backend) -> None:
    source = iter([BODY + b"data: [DONE]\n\n" + BODY, BODY])
    assert len(list(backend.iter_events(source, multi=True))) == 9
    assert list(source) == []


def test_a_closing_event_does_not_end_the_pulling(backend: Backend) -> None:
    events = backend.iter_events([b'data: {"type":"message_stop"}\n\n', BODY])
    assert len(list(events)) == 4
    assert events.done


def test_errors_come_in_their_place(backend: Backend) -> None:
    body = BODY[:15] + b"data: {\n\n" + BODY[15:30] + b"error: e\n\n" + BODY[30:] + b"data: {"
    for chunks in ([body], [body[i : i + 1] for i in range(len(body))], [body[:40], body[40:]]):
        one, bad, two, server, three, end = iterate(backend.iter_events(chunks))
        assert [one, two, three] == WANTED
        assert isinstance(bad, DecodeError)
        assert str(server) == "server error in event 3 (stream offset 39): e"
        assert isinstance(end, TruncatedStreamError)


def test_a_failing_source(backend: Backend) -> None:
    """What was decoded comes first, then the exception of the source as it is, and the iterator can go on."""

    class Broken:
        def __init__(self) -> None:
            self.steps = iter([BODY[:20], ConnectionResetError("peer"), BODY[20:], KeyboardInterrupt()])

        def __iter__(self) -> Broken:
            return self

        def __next__(self) -> bytes:
            step = next(self.steps)
            if isinstance(step, BaseException):
                raise step
            return step

    events = backend.iter_events(Broken())
    assert next(events) == WANTED[0]
    with pytest.raises(ConnectionResetError, match=r"^peer$"):
        next(events)
    assert [next(events), next(events)] == WANTED[1:]
    with pytest.raises(KeyboardInterrupt):
        next(events)
    assert list(events) == []


def test_a_failing_file(backend: Backend) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise TimeoutError("read")

    with pytest.raises(TimeoutError, match=r"^read$"):
        next(backend.iter_events(Broken()))


def test_stop_iteration_of_a_source_is_its_end(backend: Backend) -> None:
    assert list(backend.iter_events(iter([BODY, b"data: [DONE]"]))) == WANTED


def test_close(backend: Backend) -> None:
    closed = []

    def source() -> Iterator[bytes]:
        try:
            yield BODY
            yield BODY
        finally:
            closed.append(True)

    events = backend.iter_events(source())
    assert next(events) == WANTED[0]
    events.close()
    assert closed == [True]
    assert list(events) == []
    events.close()


def test_a_source_that_calls_back(backend: Backend) -> None:
    """Re-entrant use is misuse, and does no harm."""
    seen: list[Any] = []

    def source() -> Iterator[bytes]:
        yield BODY
        try:
            next(events)
        except RuntimeError as error:
            seen.append(str(error))
        yield BODY

    events = backend.iter_events(source())
    assert len(list(events)) == 6
    assert seen == ["EventIterator is in use by another thread or call"]


class Interrupted(Exception):
    """What the signal of the test below raises."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no signal can be asked for")
@pytest.mark.parametrize("chunk", [b": still there\n\n", b""], ids=["comments", "nothing"])
@pytest.mark.parametrize("step", [next, operator.methodcaller("text")], ids=["next", "text"])
def test_a_source_without_python_code_can_be_interrupted(
    backend: Backend, step: Callable[[Any], Any], chunk: bytes
) -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    source = itertools.repeat(chunk, 200_000_000)  # far more than there is time for
    events = backend.iter_events(source)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Interrupted):
            step(events)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert operator.length_hint(source) > 0


def test_on_error(backend: Backend) -> None:
    body = BODY[:15] + b"data: {\n\n" + BODY[15:]
    yielded = list(backend.iter_events([body], on_error="yield"))
    assert isinstance(yielded[1], ErrorEvent)
    assert [*yielded[:1], *yielded[2:]] == WANTED
    assert list(backend.iter_events([body], on_error="skip")) == WANTED


# Asynchronous sources


def pull(backend: Backend, source: Any, **options: Any) -> list[Any]:
    async def main() -> list[Any]:
        out: list[Any] = []
        events = backend.aiter_events(source, **options)
        assert aiter(events) is events
        while True:
            try:
                out.append(await anext(events))
            except StopAsyncIteration:
                return out
            except SSEError as error:
                assert error.events == []
                out.append(error)

    return asyncio.run(main())


async def chunks(body: bytes, size: int = 5) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        await asyncio.sleep(0)
        yield body[start : start + size]


def test_async_iterable(backend: Backend) -> None:
    assert pull(backend, chunks(BODY)) == WANTED


def test_async_errors_in_their_place(backend: Backend) -> None:
    body = BODY[:15] + b"data: {\n\n" + BODY[15:] + b"data: {"
    one, bad, two, three, end = pull(backend, chunks(body, 1000))
    assert [one, two, three] == WANTED
    assert isinstance(bad, DecodeError)
    assert isinstance(end, TruncatedStreamError)


def test_async_done_ends_the_pulling(backend: Backend) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield BODY + b"data: [DONE]\n\n"
        raise AssertionError("pulled after [DONE]")

    async def main() -> None:
        events = backend.aiter_events(source())
        assert [event async for event in events] == WANTED
        assert events.done

    asyncio.run(main())


def test_async_failing_source(backend: Backend) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield BODY
        raise ConnectionResetError("peer")

    async def main() -> None:
        events = backend.aiter_events(source())
        assert [await anext(events) for _ in range(3)] == WANTED
        with pytest.raises(ConnectionResetError, match=r"^peer$"):
            await anext(events)

    asyncio.run(main())


@pytest.mark.parametrize("chunk", ["text", 5, None])
def test_async_chunks_that_are_no_bytes(backend: Backend, chunk: Any) -> None:
    async def source() -> AsyncIterator[Any]:
        yield chunk

    with pytest.raises(TypeError, match=f"^expected a bytes-like chunk, got {type(chunk).__name__}$"):
        pull(backend, source())


@pytest.mark.parametrize("source", ["text", 5, None, [b"x"], ReadsAllAsynchronously()])
def test_async_sources_that_are_none(backend: Backend, source: Any) -> None:
    with pytest.raises(TypeError, match="expected"):
        pull(backend, source)


def test_a_released_memoryview(backend: Backend) -> None:
    view = memoryview(b"data: {}\n\n")
    view.release()
    for machine in (backend.Parser(), backend.Decoder()):
        with pytest.raises(ValueError, match="released"):
            machine.feed(view)
