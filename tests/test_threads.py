"""Threads: decoders of their own are independent; a shared one says so or works, and mixes nothing up."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sselerate.errors import SSEError
from sselerate.events import CompletionStreamEvent
from tests.backends import Backend
from tests.outcomes import drive

MISUSE = "is in use by another thread or call"


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*work: Any) -> list[BaseException]:
    """Runs all at once; returns what they raised."""
    barrier = threading.Barrier(len(work))
    raised: list[BaseException] = []

    def run(do: Any) -> None:
        barrier.wait()
        try:
            do()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(do,)) for do in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def stream(name: str, events: int) -> bytes:
    """A stream that tells its own events from others'."""
    return b"".join(
        b'data: {"id":"%s","object":"text_completion","created":%d,"choices":[{"text":"%s %d"}]}\n\n'
        % (name.encode(), number, name.encode(), number)
        for number in range(events)
    )


def test_independent_decoders(backend: Backend) -> None:
    """Each thread gets its stream, although all share classes, schemas and whatever is cached."""
    results: dict[str, list[Any]] = {}

    def work(name: str) -> None:
        body = stream(name, 200)
        chunks = [body[i : i + 97] for i in range(0, len(body), 97)]
        results[name] = drive(backend.Decoder(CompletionStreamEvent), chunks)

    names = [f"stream-{number}" for number in range(8)]
    assert together(*[lambda name=name: work(name) for name in names]) == []
    for name in names:
        wanted = [(name, number, f"{name} {number}") for number in range(200)]
        assert [(e.id, e.created, e.choices[0].text) for e in results[name]] == wanted


def test_first_use_of_a_class_in_many_threads(backend: Backend) -> None:
    """A schema is compiled at first use: also if that happens everywhere at once."""
    from sselerate.events import Event, event

    for _ in range(20):

        @event
        class Fresh(Event):
            n: int
            inner: tuple[CompletionStreamEvent, ...] = ()

        results: list[Any] = []

        def work(cls: Any = Fresh, results: list[Any] = results) -> None:
            results.extend(backend.decode(b'data: {"n":1,"x":2,"inner":[{"id":"a","y":1}]}\n\n' * 20, cls))

        assert together(*[work] * 6) == []
        assert len(results) == 120
        assert {(e.n, e.x, e.inner[0].id, e.inner[0].y) for e in results} == {(1, 2, "a", 1)}


def test_one_decoder_in_many_threads(backend: Backend) -> None:
    """Each call either has the decoder for itself or raises RuntimeError; no event is lost or made up."""
    decoder = backend.Decoder(CompletionStreamEvent)
    body = stream("shared", 5)
    given: list[Any] = []
    accepted = [0]

    def work() -> None:
        for _ in range(150):
            try:
                events = decoder.feed(body)
            except RuntimeError as error:
                assert MISUSE in str(error)
                assert not isinstance(error, SSEError)
            else:
                given.extend(events)
                accepted[0] += 1 if events else 0

    assert together(*[work] * 4) == []
    assert decoder.event_index == len(given)
    assert len(given) % 5 == 0
    assert {(e.id, e.choices[0].text) for e in given} == {("shared", f"shared {n}") for n in range(5)}
    decoder.close()


def test_one_parser_in_many_threads(backend: Backend) -> None:
    parser = backend.Parser()
    given: list[Any] = []

    def work() -> None:
        for _ in range(150):
            try:
                given.extend(parser.feed(b"data: one\n\ndata: two\n\n"))
            except RuntimeError as error:
                assert MISUSE in str(error)

    assert together(*[work] * 4) == []
    assert [event.data for event in given].count("one") == [event.data for event in given].count("two") > 0
    assert {event.data for event in given} == {"one", "two"}


def test_one_iterator_in_many_threads(backend: Backend) -> None:
    """Threads that share an iterator share its events out among them, or are told not to."""
    body = stream("shared", 300)
    events = backend.iter_events((body[i : i + 50] for i in range(0, len(body), 50)), CompletionStreamEvent)
    given: list[Any] = []

    def work() -> None:
        while True:
            try:
                given.append(next(events))
            except StopIteration:
                return
            except RuntimeError as error:
                assert MISUSE in str(error)

    assert together(*[work] * 4) == []
    assert sorted(event.created for event in given) == list(range(300))


def test_a_decoder_may_move_from_thread_to_thread(backend: Backend) -> None:
    decoder = backend.Decoder(CompletionStreamEvent)
    body = stream("moved", 4)
    given: list[Any] = []
    for start in range(0, len(body), 61):
        thread = threading.Thread(
            target=lambda start=start: given.extend(decoder.feed(body[start : start + 61]))
        )
        thread.start()
        thread.join()
    assert [event.created for event in given] == [0, 1, 2, 3]


def test_busy_is_said_and_does_no_harm(backend: Backend) -> None:
    """While the source blocks inside next(), every other use raises; then all events still come."""
    entered, leave = threading.Event(), threading.Event()

    def source() -> Iterator[bytes]:
        yield stream("first", 2)
        entered.set()
        leave.wait(30)
        yield stream("late", 3)
        yield stream("last", 2)

    events = backend.iter_events(source(), CompletionStreamEvent)
    given: list[Any] = [next(events), next(events)]
    thread = threading.Thread(target=lambda: given.append(next(events)))
    thread.start()
    assert entered.wait(30)
    for _ in range(3):
        with pytest.raises(RuntimeError, match=f"^EventIterator {MISUSE}$"):
            next(events)
        with pytest.raises(RuntimeError, match=f"^EventIterator {MISUSE}$"):
            events.close()
    leave.set()
    thread.join()
    given += events
    assert [event.id for event in given] == ["first"] * 2 + ["late"] * 3 + ["last"] * 2


def test_a_source_that_calls_back_does_no_harm(backend: Backend) -> None:
    """The same in one thread: the source itself asks for the next event, and is told."""

    def source() -> Iterator[bytes]:
        yield stream("first", 2)
        for _ in range(3):
            with pytest.raises(RuntimeError, match=f"^EventIterator {MISUSE}$"):
                next(events)
        yield stream("late", 3)

    events = backend.iter_events(source(), CompletionStreamEvent)
    assert [event.id for event in events] == ["first"] * 2 + ["late"] * 3
