"""iter_events, aiter_events, decode: what they take, and how they go on."""

from __future__ import annotations

import array
import asyncio
import gc
import inspect
import io
import sys
import types
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest

import sselerate
from sselerate.errors import SSEError, TruncatedStreamError
from sselerate.events import CompletionStreamEvent, ErrorEvent, GenericEvent
from tests.backends import Backend

GOOD = [b'data: {"n":%d}\n\n' % i for i in range(4)]
BAD = b'data: {"n"}\n\n'
ERROR = b"event: error\ndata: m\n\n"
EVENTS = [GenericEvent(data={"n": i}) for i in range(4)]


async def give(*chunks: Any) -> AsyncIterator[Any]:
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


def pull(iterator: Any, times: int = 20) -> list[Any]:
    """Steps through an iterator, errors in their place; stops at its second StopIteration."""

    async def steps() -> list[Any]:
        out: list[Any] = []
        for _ in range(times):
            try:
                out.append(next(iterator) if hasattr(iterator, "__next__") else await iterator.__anext__())
            except (StopIteration, StopAsyncIteration):
                if out and out[-1] == "end":
                    break
                out.append("end")
            except Exception as error:
                out.append(error)
        return out

    return asyncio.run(steps())


@pytest.fixture(params=["sync", "async"])
def events_of(request: pytest.FixtureRequest, backend: Backend) -> Any:
    """A function (chunks, target=None, **options) -> iterator; exceptions among the chunks are raised."""

    def sync(*chunks: Any) -> Iterator[Any]:
        for chunk in chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    if request.param == "sync":
        return lambda chunks, *target, **options: backend.iter_events(sync(*chunks), *target, **options)
    return lambda chunks, *target, **options: backend.aiter_events(give(*chunks), *target, **options)


def test_events(events_of: Any) -> None:
    assert pull(events_of(GOOD)) == [*EVENTS, "end"]
    assert pull(events_of([])) == ["end"]
    assert pull(events_of([b"".join(GOOD)])) == [*EVENTS, "end"]


def test_errors_in_their_place(events_of: Any) -> None:
    """In one chunk or several, an error comes where it was sent, and the iteration goes on behind it."""
    stream = [GOOD[0], BAD, GOOD[1], b'data: {"error":"e"}\n\n', BAD, GOOD[2], b"data: {"]
    for chunks in (stream, [b"".join(stream)]):
        out = pull(events_of(chunks))
        assert [type(item).__name__ for item in out] == [
            "GenericEvent", "DecodeError", "GenericEvent", "ServerError", "DecodeError", "GenericEvent",
            "TruncatedStreamError", "str",
        ]  # fmt: skip
        assert [item.event_index for item in out if isinstance(item, SSEError)] == [1, 3, 4, 6]
        assert all(item.events == [] for item in out if isinstance(item, SSEError))


def test_errors_of_the_source(events_of: Any) -> None:
    """They pass unchanged, after everything that had come before."""
    gone = ConnectionError("gone")
    out = pull(events_of([GOOD[0] + GOOD[1][:9], gone]))
    assert out[0] == EVENTS[0]
    assert out[1] is gone
    assert isinstance(out[2], TruncatedStreamError)


@pytest.mark.parametrize(("chunk", "kind"), [("text", "str"), (5, "int"), (None, "NoneType"), ([1], "list")])
def test_wrong_chunks(events_of: Any, chunk: Any, kind: str) -> None:
    out = pull(events_of([GOOD[0], chunk]))
    assert out[0] == EVENTS[0]
    assert isinstance(out[1], TypeError)
    assert str(out[1]) == f"expected a bytes-like chunk, got {kind}"


def test_nothing_is_pulled_after_the_end(events_of: Any) -> None:
    after = AssertionError("pulled")
    iterator = events_of([GOOD[0], b"data: [DONE]\n\n" + GOOD[1], after])
    assert pull(iterator) == [EVENTS[0], "end"]
    assert iterator.done


def test_a_last_event_does_not_end(events_of: Any) -> None:
    """`done` alone stops nothing: OpenRouter sends [DONE] after response.completed."""
    last = b'data: {"type":"message_stop"}\n\n'
    iterator = events_of([last, GOOD[0], b"data: [DONE]\n\n"])
    assert len(pull(iterator)) == 3
    assert iterator.done


def test_multi(events_of: Any) -> None:
    stream = [GOOD[0], b"data: [DONE]\n\n", GOOD[1], b"data: [DONE]\n\n", GOOD[2]]
    assert pull(events_of(stream, multi=True)) == [*EVENTS[:3], "end"]


def test_options_are_checked_at_once(events_of: Any) -> None:
    for options, error in (
        ({"on_error": "x"}, ValueError),
        ({"unknown": 1}, TypeError),
        ({"target": 5}, TypeError),
    ):
        with pytest.raises(error):
            events_of([], **options)


def test_on_error(events_of: Any) -> None:
    stream = [GOOD[0], BAD, b"error: e\n\n", GOOD[1]]
    kinds = [type(event) for event in pull(events_of(stream, on_error="yield"))]
    assert kinds == [GenericEvent, ErrorEvent, ErrorEvent, GenericEvent, str]
    assert pull(events_of(stream, on_error="skip")) == [*EVENTS[:2], "end"]


def test_events_come_before_the_next_chunk(backend: Backend) -> None:
    pulled = []

    def source() -> Iterator[bytes]:
        for number, chunk in enumerate(GOOD):
            pulled.append(number)
            yield chunk

    iterator = backend.iter_events(source())
    assert pulled == []
    assert [(next(iterator), len(pulled)) for _ in GOOD] == [(event, i + 1) for i, event in enumerate(EVENTS)]


def test_an_iterator_is_its_own(backend: Backend) -> None:
    iterator = backend.iter_events(GOOD)
    assert iter(iterator) is iterator
    assert next(iterator) == EVENTS[0]
    assert list(iterator) == EVENTS[1:]
    assert list(iterator) == []
    asynchronous = backend.aiter_events(give())
    assert asynchronous.__aiter__() is asynchronous


BODY = b"".join(GOOD)


class Response:
    """A stream that only has read(), as raw files and some HTTP clients."""

    def __init__(self, body: bytes) -> None:
        self.read = io.BytesIO(body).read


class AsyncReader:
    """An asynchronous stream whose iteration is by line, as asyncio.StreamReader."""

    def __init__(self, body: bytes) -> None:
        self._file = io.BytesIO(body)

    async def read(self, size: int) -> bytes:
        return self._file.read(min(size, 10))

    def __aiter__(self) -> Any:
        raise AssertionError("lines may be too long")


@pytest.mark.parametrize(
    "source",
    [
        BODY, bytearray(BODY), memoryview(BODY), array.array("B", BODY), io.BytesIO(BODY), Response(BODY),
        io.BufferedReader(io.BytesIO(BODY)),  # type: ignore[arg-type]
        GOOD, tuple(GOOD), iter(GOOD), (bytearray(chunk) for chunk in GOOD), [memoryview(BODY)[::1]],
    ],
    ids=lambda source: type(source).__name__,
)  # fmt: skip
def test_sources(backend: Backend, source: Any) -> None:
    if hasattr(source, "seek"):
        source.seek(0)  # each backend reads it
    elif hasattr(source, "__next__") or isinstance(source, Response):
        source = GOOD
    assert list(backend.iter_events(source)) == EVENTS


@pytest.mark.parametrize(
    ("source", "kind"),
    [("file.sse", "str"), (PurePosixPath("x"), "PurePosixPath"), (5, "int"), (None, "NoneType")],
)
def test_wrong_sources(backend: Backend, source: Any, kind: str) -> None:
    message = f"expected an iterable of bytes-like chunks, such as open(path, 'rb'), got {kind}"
    for use in (backend.iter_events, backend.text):
        with pytest.raises(TypeError) as raised:
            use(source)
        assert str(raised.value) == message


def test_text_files_are_refused(backend: Backend) -> None:
    with pytest.raises(TypeError, match="got str"):
        next(backend.iter_events(io.StringIO("data: {}\n\n")))


@pytest.mark.parametrize("source", [GOOD, BODY, "text", 5])
def test_wrong_asynchronous_sources(backend: Backend, source: Any) -> None:
    with pytest.raises(TypeError, match="expected an asynchronous iterable of bytes-like chunks, got"):
        backend.aiter_events(source)


def test_asynchronous_readers(backend: Backend) -> None:
    assert pull(backend.aiter_events(AsyncReader(BODY))) == [*EVENTS, "end"]


def test_asyncio_stream(backend: Backend) -> None:
    async def read() -> list[Any]:
        reader = asyncio.StreamReader(limit=4)
        reader.feed_data(BODY)
        reader.feed_eof()
        return [event async for event in backend.aiter_events(reader)]

    assert asyncio.run(read()) == EVENTS


def test_a_read_that_fails_does_not_end_the_stream(backend: Backend) -> None:
    """Neither a timeout nor an error: what comes then is read."""

    async def run() -> None:
        reader = asyncio.StreamReader()
        iterator = backend.aiter_events(reader)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(iterator.__anext__(), 0.001)
        reader.feed_data(GOOD[0])
        assert await iterator.__anext__() == EVENTS[0]

        class Shaky:
            def __init__(self) -> None:
                self.answers = [GOOD[0], ConnectionError("shaky"), GOOD[1], b""]

            async def read(self, size: int) -> bytes:
                answer = self.answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer

        iterator = backend.aiter_events(Shaky())
        assert await iterator.__anext__() == EVENTS[0]
        with pytest.raises(ConnectionError, match=r"^shaky$"):
            await iterator.__anext__()
        assert [event async for event in iterator] == EVENTS[1:2]

    asyncio.run(run())


def test_close(backend: Backend) -> None:
    """Ends the iteration, and an iterator that can be closed."""
    closed = []

    def source() -> Iterator[bytes]:
        try:
            yield BODY
        finally:
            closed.append(True)

    iterator = backend.iter_events(source())
    next(iterator)
    iterator.close()
    assert closed == [True]
    assert list(iterator) == []
    iterator.close()
    backend.iter_events(GOOD).close()  # a list cannot be closed


def test_with_blocks(backend: Backend) -> None:
    """They close what `close` does, whatever ends them."""
    closed = []

    def source() -> Iterator[bytes]:
        try:
            yield BODY
        finally:
            closed.append("sync")

    async def asynchronous_source() -> AsyncIterator[bytes]:
        try:
            yield BODY
        finally:
            closed.append("async")

    with pytest.raises(KeyError), backend.iter_events(source()) as events:
        assert next(events) == EVENTS[0]
        raise KeyError
    assert list(events) == []

    async def run() -> None:
        async with backend.aiter_events(asynchronous_source()) as events:
            assert await events.__anext__() == EVENTS[0]
        assert [event async for event in events] == []

    asyncio.run(run())
    assert closed == ["sync", "async"]


def test_close_leaves_what_the_caller_opened(backend: Backend) -> None:
    """A file, and whatever else has only been asked for an iterator."""

    class Closable(list[bytes]):
        def close(self) -> None:
            raise AssertionError("closed")

    class Reader(AsyncReader):
        async def aclose(self) -> None:
            raise AssertionError("closed")

    for source in (io.BytesIO(BODY), Closable(GOOD)):
        iterator = backend.iter_events(source)
        assert next(iterator) == EVENTS[0]
        iterator.close()
        assert list(iterator) == []
        assert not getattr(source, "closed", False)

    async def run() -> None:
        iterator = backend.aiter_events(Reader(BODY))
        assert await iterator.__anext__() == EVENTS[0]
        await iterator.aclose()
        assert [event async for event in iterator] == []

    asyncio.run(run())


def test_aclose(backend: Backend) -> None:
    closed = []

    async def source() -> AsyncIterator[bytes]:
        try:
            yield BODY
        finally:
            closed.append(True)

    async def run() -> None:
        iterator = backend.aiter_events(source())
        await iterator.__anext__()
        await iterator.aclose()
        assert closed == [True]
        assert [event async for event in iterator] == []
        await iterator.aclose()

    asyncio.run(run())


@types.coroutine
def wait() -> Any:
    yield


class Waiting:
    """A source of one chunk, which has to be waited for."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __aiter__(self) -> Waiting:
        return self

    async def __anext__(self) -> bytes:
        try:
            await wait()
        finally:
            self.seen.append("".join(["clo", "sed"]))
        return BODY


def started(awaitable: Any) -> Any:
    awaitable.send(None)
    return awaitable


def test_an_awaitable_is_dropped_by_an_exception(backend: Backend) -> None:
    """The source is closed, and the exception stays what it was."""
    source = Waiting()
    iterator = backend.aiter_events(source)
    for times in range(1, 4):
        with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
            [started(iterator.__anext__()), 1 / 0]
        assert source.seen == ["closed"] * times
    awaitable = started(iterator.__anext__())
    with pytest.raises(StopIteration) as done:
        awaitable.send(None)
    assert done.value.value == EVENTS[0]


def test_an_awaitable_in_a_cycle_lets_go_of_its_iterator(backend: Backend) -> None:
    iterator = backend.aiter_events(Waiting())
    cycle = [started(iterator.__anext__())]
    cycle.append(cycle)
    del cycle
    gc.collect()
    awaitable = started(iterator.__anext__())
    with pytest.raises(StopIteration) as done:
        awaitable.send(None)
    assert done.value.value == EVENTS[0]


@pytest.mark.parametrize("seen_by_a_frame", [False, True])
def test_the_exceptions_that_awaitables_end_with(backend: Backend, seen_by_a_frame: bool) -> None:
    """Who keeps one, keeps its event, though the compiled module uses those again that nobody has."""
    iterator = backend.aiter_events(give(b"".join(GOOD * 3)))
    kept = []
    for index in range(12):
        awaitable = iterator.__anext__()
        if index % 3 != 1:
            with pytest.raises(StopIteration) as stopped:
                next(awaitable.__await__())
            kept.append((index, stopped.value))
        elif seen_by_a_frame:
            with pytest.raises(StopIteration):
                next(awaitable.__await__())
        else:
            assert next(awaitable.__await__(), "no more") == "no more"
        del awaitable
    assert len({id(stop) for _, stop in kept}) == 8
    for index, stop in kept:
        assert stop.value == EVENTS[index % 4]
        assert stop.args == (stop.value,)
        assert stop.__context__ is stop.__cause__ is None


def add_note(stop: StopIteration) -> None:
    stop.note = 1  # type: ignore[attr-defined]


def add_cause(stop: StopIteration) -> None:
    stop.__cause__ = ValueError()


def add_context(stop: StopIteration) -> None:
    stop.__context__ = ValueError()


def suppress_context(stop: StopIteration) -> None:
    stop.__suppress_context__ = True


def change_arguments(stop: StopIteration) -> None:
    stop.args = (1, 2)


def change_one_argument(stop: StopIteration) -> None:
    stop.args = (1,)


def change_value(stop: StopIteration) -> None:
    stop.value = 1


@pytest.mark.parametrize(
    "change",
    [
        add_note,
        add_cause,
        add_context,
        suppress_context,
        change_arguments,
        change_one_argument,
        change_value,
    ],
)
def test_what_was_done_to_an_exception_is_not_seen_on_the_next(
    backend: Backend, change: Callable[[StopIteration], None]
) -> None:
    """Not even when its traceback, which tells that somebody has seen it, was taken off."""
    iterator = backend.aiter_events(give(b"".join(GOOD)))
    for event in EVENTS:
        awaitable = iterator.__anext__()
        try:
            next(awaitable.__await__())
        except StopIteration as stop:
            assert stop.args == (stop.value,) == (event,)
            assert stop.__context__ is stop.__cause__ is None
            assert not stop.__suppress_context__
            assert not vars(stop)
            change(stop)
            stop.__traceback__ = None
        del awaitable


def test_an_exception_that_an_awaitable_ended_with_in_a_cycle(backend: Backend) -> None:
    """Whatever holds the iterator and is held by its last exception goes with it."""

    class Owner:
        iterator: Any

    owner = Owner()
    owner.iterator = backend.aiter_events(give(b"".join(GOOD)))
    for _ in range(2):
        with pytest.raises(StopIteration) as stopped:
            next(owner.iterator.__anext__().__await__())
        stopped.value.owner = owner
        del stopped
    seen = weakref.ref(owner)
    del owner
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("seen_by_a_frame", [False, True])
def test_an_event_is_not_kept_while_the_next_one_is_waited_for(
    backend: Backend, seen_by_a_frame: bool
) -> None:
    """Nor is what has seen the exception that it was told with. (Small events are kept to be used again.)"""

    async def source() -> AsyncIterator[bytes]:
        yield b'data: {"n":"%s"}\n\n' % (b"a" * 10_000)
        await wait()

    async def told(awaitable: Any) -> Any:
        return await awaitable

    iterator = backend.aiter_events(source())
    awaitable = iterator.__anext__()
    if not seen_by_a_frame:
        awaitable = told(awaitable)
    try:
        while True:
            next(awaitable.__await__())
    except StopIteration as stop:
        event = stop.value
    awaitable = started(iterator.__anext__())
    assert sys.getrefcount(event) == 2


def test_an_awaitable_that_is_sent_a_value_first(backend: Backend) -> None:
    """It can still be awaited."""
    awaitable = backend.aiter_events(give(GOOD[0])).__anext__()
    with pytest.raises(TypeError, match="can't send non-None value to a just-started coroutine"):
        awaitable.send(1)
    with pytest.raises(StopIteration) as done:
        awaitable.send(None)
    assert done.value.value == EVENTS[0]


@pytest.mark.parametrize("when", ["asked", "awaited"])
def test_a_source_that_raises_stop_iteration(backend: Backend, when: str) -> None:
    """Its value is no event, nor is it the end."""

    class Source:
        def __aiter__(self) -> Source:
            return self

        def __anext__(self) -> Any:
            if when == "asked":
                raise StopIteration(5)
            return self

        def __await__(self) -> Any:
            raise StopIteration(5)

    async def run() -> None:
        iterator = backend.aiter_events(Source())
        for _ in range(2):
            with pytest.raises(RuntimeError, match=r"^coroutine raised StopIteration$") as raised:
                await iterator.__anext__()
            assert isinstance(raised.value.__cause__, StopIteration)

    asyncio.run(run())


def test_a_source_whose_anext_is_no_coroutine(backend: Backend) -> None:
    """It says that it has ended before anybody waits: what is left is an event all the same."""

    class Source:
        def __init__(self) -> None:
            self.chunks = [GOOD[0], GOOD[1].rstrip()]

        def __aiter__(self) -> Source:
            return self

        def __anext__(self) -> Any:
            if not self.chunks:
                raise StopAsyncIteration
            done = asyncio.get_running_loop().create_future()
            done.set_result(self.chunks.pop(0))
            return done

    async def run() -> None:
        iterator = backend.aiter_events(Source())
        assert [event async for event in iterator] == EVENTS[:2]
        assert iterator.decoder.closed

    asyncio.run(run())


def test_aclose_after_the_end(backend: Backend) -> None:
    """What has said [DONE] may have more to give, and is closed like any other."""
    closed = []

    async def source() -> AsyncIterator[bytes]:
        try:
            yield BODY + b"data: [DONE]\n\n"
            yield BODY
        finally:
            closed.append(True)

    async def run() -> None:
        chunks = source()
        async with backend.aiter_events(chunks) as iterator:
            assert [event async for event in iterator] == EVENTS
            assert closed == []
        assert closed == [True]
        assert [event async for event in iterator] == []

    asyncio.run(run())


def test_a_source_must_not_come_back(backend: Backend) -> None:
    iterator: Any = None

    def source() -> Iterator[bytes]:
        yield GOOD[0]
        next(iterator)

    iterator = backend.iter_events(source())
    assert next(iterator) == EVENTS[0]
    with pytest.raises(RuntimeError, match=r"^EventIterator is in use by another thread or call$"):
        next(iterator)


def test_a_source_may_look_at_the_decoder(backend: Backend) -> None:
    decoder = backend.Decoder()
    seen = []

    def source() -> Iterator[bytes]:
        for n in range(6):
            seen.append((decoder.last_event_id, decoder.event_index, iterator.done))
            yield b"id: %d\n" % n + GOOD[n % 4]

    iterator = backend.EventIterator(source(), decoder)
    assert len(list(iterator)) == 6
    assert seen == [(str(n - 1) if n else "", n, False) for n in range(6)]


@pytest.mark.parametrize("ending", ["class", "generator"])
def test_a_source_that_has_ended_is_not_asked_again(backend: Backend, ending: str) -> None:
    asked = 0

    class Source:
        def __init__(self) -> None:
            self.chunks = GOOD * 3

        def __iter__(self) -> Source:
            return self

        def __next__(self) -> bytes:
            nonlocal asked
            if not self.chunks:
                asked += 1
                raise StopIteration("value")
            chunk, *self.chunks = self.chunks
            return chunk

    def generator() -> Any:
        yield from GOOD
        return "value"

    decoder = backend.Decoder()
    iterator = backend.EventIterator(Source() if ending == "class" else generator(), decoder)
    while True:
        try:
            next(iterator)
        except StopIteration as end:
            assert end.value is None
            break
    assert list(iterator) == []
    assert decoder.closed
    assert asked == (ending == "class")


def test_a_decoder_at_work_is_in_use(backend: Backend) -> None:
    """Also for what runs inside the call: tracers, finalizers, signal handlers."""
    iterator = backend.iter_events([BODY])
    events: list[Any] = []
    said = set()

    def look(*_: object) -> None:
        try:
            events.extend(iterator.decoder.feed(b""))
        except RuntimeError as error:
            said.add(str(error))

    sys.setprofile(look)
    try:
        rest = list(iterator)
    finally:
        sys.setprofile(None)
    assert events + rest == EVENTS
    assert said <= {
        "Decoder is in use by another thread or call",
        "feed() after close(); call reset() first",
    }


def test_a_decoder_with_several_users(backend: Backend) -> None:
    """In what order their chunks are read is nobody's promise; every event comes."""
    many = b"".join(b'data: {"n":%d}\n\n' % n for n in range(12))
    few = b'data: {"n":12}\n\nevent: e\ndata: {"n":13}\r\n\r\n'
    for times in range(1, 11):
        decoder = backend.Decoder(GenericEvent)
        iterators = [backend.EventIterator([chunk], decoder) for chunk in (many, few)]
        events = [next(iterators[0]) for _ in range(times)]
        events += [next(iterators[1]), next(iterators[0]), *decoder.feed(few)]
        events += [*iterators[1], *iterators[0]]
        assert sorted(event.data["n"] for event in events) == sorted([*range(14), 12, 13])


def test_a_chunk_left_in_its_midst(backend: Backend) -> None:
    """The next one may come to lie in the same place, and is as long."""
    first = bytearray(b"".join(b'data: {"n":%d,"pad":"%s"}\n\n' % (n, b"x" * 200) for n in range(5)))
    blocks = b'event: e\ndata: {"n":5}\n\n' * 3
    second = bytearray(blocks.ljust(len(first) - 2, b":") + b"\n\n")
    assert len(second) == len(first)
    decoder = backend.Decoder(GenericEvent)
    iterator = backend.EventIterator([first], decoder)
    assert [next(iterator).data["n"] for _ in range(2)] == [0, 1]
    del iterator
    events = decoder.feed(second)
    assert [event.data["n"] for event in events[-3:]] == [5, 5, 5]


def test_a_chunk_left_in_its_midst_before_one_that_begins_as_usual(backend: Backend) -> None:
    """Usual events are taken without a look at lines: those of the chunk that was left are known still."""

    @sselerate.event
    class Numbered(sselerate.StreamEvent):
        n: int

    usual = b"".join(b'data: {"n":%d}\n\n' % n for n in range(60))
    other = b'event: e\nid: 1\ndata: {"n":%d,"pad":"%s"}\n\n'
    first = bytearray((other % (60, b"")).ljust(1000, b":") + b"\r" + b":" * 5000 + b"\n\n")
    second = bytearray((usual + other % (61, b"x" * 1000)).ljust(len(first) - 2, b":") + b"\n\n")
    decoder = backend.Decoder(Numbered)
    decoder.feed(usual)
    iterator = backend.EventIterator([first], decoder)
    assert next(iterator).n == 60
    del iterator
    assert [event.n for event in decoder.feed(second)] == [*range(60), 61]


def test_two_tasks(backend: Backend) -> None:
    async def run() -> None:
        more = asyncio.Event()

        async def source() -> AsyncIterator[bytes]:
            await more.wait()
            yield BODY

        iterator = backend.aiter_events(source())
        waiting = asyncio.create_task(iterator.__anext__())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="in use by another task"):
            await iterator.__anext__()
        with pytest.raises(RuntimeError, match="in use by another task"):
            await iterator.aclose()
        more.set()
        assert await waiting == EVENTS[0]
        assert [event async for event in iterator] == EVENTS[1:]

    asyncio.run(run())


def test_cancellation_loses_nothing(backend: Backend) -> None:
    async def run() -> None:
        chunks: asyncio.Queue[bytes] = asyncio.Queue()

        class Source:
            def __aiter__(self) -> Source:
                return self

            async def __anext__(self) -> bytes:
                return await chunks.get()

        iterator = backend.aiter_events(Source())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(iterator.__anext__(), 0.001)
        chunks.put_nowait(BODY)
        assert [await iterator.__anext__() for _ in GOOD] == EVENTS

    asyncio.run(run())


def test_awaitables_of_events(backend: Backend) -> None:
    """They are coroutines to everyone who asks, also where the event is there already."""

    async def run() -> None:
        iterator = backend.aiter_events(give(BODY))
        first, second = iterator.__anext__(), iterator.__anext__()
        assert asyncio.iscoroutine(first)
        assert first is not second
        assert await asyncio.wait_for(second, 10) == EVENTS[0]
        assert await asyncio.create_task(first) == EVENTS[1]
        for awaitable in (first, second):
            with pytest.raises(RuntimeError, match="already awaited"):
                await awaitable
        started = iterator.__anext__()
        with pytest.raises(TypeError, match="just-started coroutine"):
            started.send(5)
        started.close()
        iterator.__anext__().close()
        thrown = iterator.__anext__()
        with pytest.raises(KeyError, match="thrown"):
            thrown.throw(KeyError("thrown"))
        assert [event async for event in iterator] == EVENTS[2:]

    asyncio.run(run())


def test_a_source_sees_what_is_thrown(backend: Backend) -> None:
    seen: list[str] = []

    async def source() -> AsyncIterator[bytes]:
        for chunk in GOOD:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                seen.append("cancelled")
            yield chunk

    async def run() -> None:
        iterator = backend.aiter_events(source())
        for event in EVENTS:
            task = asyncio.create_task(iterator.__anext__())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            assert await task == event
        waiting = iterator.__anext__()
        with pytest.raises(StopAsyncIteration):
            waiting.send(None)

    asyncio.run(run())
    assert seen == ["cancelled"] * len(GOOD)


def test_an_awaitable_that_is_dropped_frees_the_iterator(backend: Backend) -> None:
    class Source:
        def __aiter__(self) -> Source:
            return self

        @types.coroutine
        def __anext__(self) -> Iterator[None]:
            yield

    iterator = backend.aiter_events(Source())
    for drop in ("close", "del"):
        waiting = iterator.__anext__()
        assert waiting.send(None) is None
        with pytest.raises(RuntimeError, match="in use by another task"):
            iterator.__anext__().send(None)
        if drop == "close":
            waiting.close()
        del waiting
        gc.collect()
        again = iterator.__anext__()
        assert again.send(None) is None
        again.close()


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_iterator_in_a_cycle_with_its_source_is_collected(backend: Backend, asynchronous: bool) -> None:
    class Reader:
        def __init__(self) -> None:
            self.events = (
                backend.aiter_events(self.achunks()) if asynchronous else backend.iter_events(self.chunks())
            )

        def chunks(self) -> Iterator[bytes]:
            yield BODY
            assert self

        async def achunks(self) -> AsyncIterator[bytes]:
            yield BODY
            assert self

        async def read(self) -> Any:
            return await self.events.__anext__() if asynchronous else next(self.events)

    async def run() -> weakref.ref[Reader]:
        reader = Reader()
        assert await reader.read() == EVENTS[0]
        return weakref.ref(reader)

    loop = asyncio.new_event_loop()
    try:
        reference = loop.run_until_complete(run())
    finally:
        loop.close()
    gc.collect()
    gc.collect()
    assert reference() is None


def test_decode(backend: Backend) -> None:
    assert backend.decode(BODY) == EVENTS
    assert backend.decode(bytearray(BODY)) == EVENTS
    assert backend.decode(b"") == []
    (event,) = backend.decode(b'data: {"id":"x"}', CompletionStreamEvent)
    assert event.id == "x"


@pytest.mark.parametrize("tail", [b"", b"data: {"])
def test_decode_keeps_what_came_before_an_error(backend: Backend, tail: bytes) -> None:
    body = GOOD[0] + GOOD[1] + (tail or BAD)
    with pytest.raises(SSEError) as raised:
        backend.decode(body)
    assert raised.value.events == EVENTS[:2]


def test_decode_refuses_text(backend: Backend) -> None:
    with pytest.raises(TypeError, match=r"^expected a bytes-like chunk, got str$"):
        backend.decode("data: {}\n\n")


def test_signatures_show_the_options_of_decoder(backend: Backend) -> None:
    options = [name for name in inspect.signature(backend.Decoder).parameters if name != "target"]
    for function in (
        backend.iter_events, backend.aiter_events, backend.decode, backend.text, backend.atext,
        backend.collect, backend.acollect,
    ):  # fmt: skip
        first, *shown = inspect.signature(function).parameters
        assert first in ("source", "data")
        assert [name for name in shown if name not in ("target", "into")] == options
        assert inspect.isfunction(function)
    assert sselerate.collect.__name__ == "collect"


def test_nothing_comes_after_close(backend: Backend) -> None:
    """Not even what lies behind an error in the same chunk."""
    iterator = backend.iter_events([GOOD[0] + ERROR + GOOD[1] + ERROR], GenericEvent)
    assert next(iterator) == EVENTS[0]
    with pytest.raises(SSEError):
        next(iterator)
    iterator.close()
    assert list(iterator) == []


def test_nothing_comes_after_aclose(backend: Backend) -> None:
    async def run() -> None:
        iterator = backend.aiter_events(give(GOOD[0] + ERROR + GOOD[1] + ERROR), GenericEvent)
        assert await iterator.__anext__() == EVENTS[0]
        with pytest.raises(SSEError):
            await iterator.__anext__()
        await iterator.aclose()
        assert [event async for event in iterator] == []

    asyncio.run(run())


def test_done_is_said_with_the_last_event(backend: Backend) -> None:
    """Not ahead of the events that come before it in the chunk: ``if iterator.done: break`` loses none."""
    chunk = b"".join(GOOD) + b"data: [DONE]\n\n"
    iterator = backend.iter_events([chunk])
    seen = [(event, iterator.done) for event in iterator]
    assert seen == [(event, False) for event in EVENTS]
    assert iterator.done

    async def run() -> None:
        iterator = backend.aiter_events(give(chunk))
        assert [(event, iterator.done) async for event in iterator] == seen
        assert iterator.done

    asyncio.run(run())


def test_an_asynchronous_iterator_that_is_not_iterable(backend: Backend) -> None:
    """`async for` asks no more of what `__aiter__` gives than `__anext__`."""

    class Chunks:
        def __init__(self) -> None:
            self.left = [BODY]

        async def __anext__(self) -> bytes:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop()

    class Source:
        def __aiter__(self) -> Chunks:
            return Chunks()

    async def read() -> list[Any]:
        return [event async for event in backend.aiter_events(Source())]

    assert asyncio.run(read()) == EVENTS
