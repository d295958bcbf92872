"""Events that nobody has any more are used again by the compiled core. Nobody must be able to tell."""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import math
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sselerate.events import CompletionStreamEvent, StreamEvent, event
from tests.backends import Backend


@contextlib.contextmanager
def collections_that_run(callback: Callable[[str, dict[str, int]], None], threshold: int) -> Iterator[None]:
    """The garbage collector runs after so few allocations, and calls this before and after."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.callbacks.append(callback)
    gc.set_threshold(threshold)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(callback)
        gc.unfreeze()


def completion(text: str) -> bytes:
    return (
        b'data: {"id":"x","object":"text_completion","choices":[{"text":"%s","index":0}]}\n\n' % text.encode()
    )


def redact_text(item: Any, n: int) -> None:
    object.__setattr__(item.choices[0], "text", "".join(["[redacted", str(n % 7), "]"]))


def redact_id(item: Any, n: int) -> None:
    object.__setattr__(item, "id", "seen")


def other_tuple(item: Any, n: int) -> None:
    object.__setattr__(item, "choices", (str(n) * 3,))


def a_list(item: Any, n: int) -> None:
    object.__setattr__(item, "choices", list(item.choices))


def swapped(item: Any, n: int) -> None:
    one, other = item.id, item.object
    object.__setattr__(item, "id", other)
    object.__setattr__(item, "object", one)


def nothing_left(item: Any, n: int) -> None:
    object.__delattr__(item, "choices")


@pytest.mark.parametrize(
    "change", [redact_text, redact_id, other_tuple, a_list, swapped, nothing_left], ids=lambda f: f.__name__
)
def test_changes_by_force_stay_with_their_event(backend: Backend, change: Any) -> None:
    """Frozen classes keep nobody from `object.__setattr__`; a proxy that redacts might use it."""
    decoder = backend.Decoder(CompletionStreamEvent)
    for n in range(300):
        text = "t" * (90 - n % 40)
        (item,) = decoder.feed(completion(text))
        assert (item.id, item.object, item.choices[0].text) == ("x", "text_completion", text)
        change(item, n)
        del item


def extended(item: Any) -> None:
    item.extra["more"] = 1


def shortened(item: Any) -> None:
    del item.extra["spent"]


def overwritten(item: Any) -> None:
    item.extra["cost"] = item.extra["spent"]["n"]


def changed_below(item: Any) -> None:
    item.extra["spent"]["n"] = "another"


def changed_in_a_list(item: Any) -> None:
    item.extra["tags"][1]["of"].append(4)


def another_item(item: Any) -> None:
    item.extra["tags"][0] = item.extra["note"]


def reordered(item: Any) -> None:
    item.extra["tags"].reverse()


def emptied(item: Any) -> None:
    item.extra.clear()


KEPT: list[Any] = []


def kept_below(item: Any) -> None:
    KEPT.append(item.extra["spent"])


def kept_text(item: Any) -> None:
    KEPT.append(item.extra["note"])


@pytest.mark.parametrize(
    "change",
    [
        extended,
        shortened,
        overwritten,
        changed_below,
        changed_in_a_list,
        another_item,
        reordered,
        emptied,
        kept_below,
        kept_text,
    ],
    ids=lambda f: f.__name__,
)
def test_changed_dicts_and_lists_stay_with_their_event(backend: Backend, change: Any) -> None:
    decoder = backend.Decoder(CompletionStreamEvent)
    KEPT.clear()
    expected = []
    for n in range(200):
        extra = {
            "note": "w" * (n % 25),
            "spent": {"n": n, "by": {"model": "m"}},
            "cost": n / 8,
            "tags": ["a", {"of": [1, n, 3]}, None],
        }
        payload = {"id": "x", "object": "text_completion", "choices": [{"text": "t", "index": 0}], **extra}
        (item,) = decoder.feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
        assert item.extra == extra
        assert item.to_dict() == payload
        expected.append(extra["spent"] if change is kept_below else extra["note"])
        if n % 3 == 0:
            change(item)
        del item
    if KEPT:
        assert expected[::3] == KEPT


def other_at_the_same_place(values: Any, index: Any, make: Any) -> None:
    """Take a value out and put another in that lies where it lay, if there comes one."""
    place, values[index] = id(values[index]), None
    others = []
    for _ in range(300):
        others.append(make())
        if id(others[-1]) == place:
            values[index] = others[-1]
            return
    values[index] = others[0]


@pytest.mark.parametrize(
    "make",
    [lambda: "".join(["r", "1"]), lambda: 10**9 + len("x"), lambda: 0.5 + len("x")],
    ids=["str", "int", "float"],
)
def test_a_value_where_another_was(backend: Backend, make: Any) -> None:
    """That an address is the same does not say that the object is: it may have less room, or be no str."""
    decoder = backend.Decoder(CompletionStreamEvent)
    for n in range(200):
        tags = [f"{n:015d}", 1]
        payload = {
            "object": "text_completion",
            "choices": [{"text": "t", "index": 0}],
            "tags": tags,
            "by": {"a": tags[0]},
        }
        (item,) = decoder.feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
        assert item.to_dict() == payload
        other_at_the_same_place(item.extra["tags"], 0, make)
        other_at_the_same_place(item.extra["by"], "a", make)
        del item


@event
class Measured:
    """An event of numbers."""

    count: int
    cost: float
    text: str = ""


COUNTS = (*range(250, 260), 0, 1, -1, -300, 999_999_999, 10**9, 2**30 - 1, 2**30, 2**30 + 1, 2**60, 10**30)
COSTS = (0.0, 0.1, -0.25, 1.5e300, 5e-324, -0.0, 123456.789, 1e999)


def measured(n: int) -> tuple[int, float]:
    """Numbers of all sizes, in between many of the usual ones."""
    count = 1000 + n if n % 3 else COUNTS[n // 3 % len(COUNTS)]
    cost = n / 8 + 0.0625 if n % 4 else COSTS[n // 4 % len(COSTS)]
    return count, cost


def measured_chunk(n: int) -> bytes:
    count, cost = measured(n)
    spelled = "1e999" if cost == math.inf else repr(cost)
    return f'data: {{"count":{count},"cost":{spelled},"text":"t"}}\n\n'.encode()


def by_force(item: Any, n: int) -> None:
    if n % 5 == 0:
        object.__setattr__(item, "count", n)
        object.__setattr__(item, "cost", n / 2)


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("every", [1, 2, 3, 1000])
def test_numbers_that_somebody_has_stay_what_they_are(backend: Backend, every: int, forced: bool) -> None:
    """Those in an event that nobody has are written again, but not those that were taken out of it."""
    decoder = backend.Decoder(Measured)
    counts, costs, expected = [], [], []
    for n in range(3000):
        (item,) = decoder.feed(measured_chunk(n))
        assert (item.count, item.cost, math.copysign(1, item.cost)) == (
            *measured(n),
            math.copysign(1, measured(n)[1]),
        )
        if n % every == 0:
            # Each has one owner more, and no other.
            counts.append(item.count)
            costs.append(item.cost)
            expected.append(measured(n))
        if forced:
            by_force(item, n)
        del item
    assert list(zip(counts, costs, strict=True)) == expected


@pytest.mark.parametrize(
    "other", [lambda: [1, 2, 3], lambda: bytes(15), lambda: 10**6, lambda: 0.5, lambda: "s"]
)
@pytest.mark.parametrize("field", ["text", "count", "cost"])
def test_the_collector_puts_something_else_into_a_hole(backend: Backend, field: str, other: Any) -> None:
    """Before CPython 3.12 it may run while an event is made. Nobody may write into what is put there then."""

    @event
    class Inner:
        a: int = 0
        any: Any = None

    @event
    class Outer:
        text: str = ""
        count: int = 0
        cost: float = 0.0
        items: tuple[Inner, ...] = ()

    making = False
    kept: list[Any] = []

    def change(phase: str, info: dict[str, int]) -> None:
        for item in gc.get_objects() if making else ():
            if type(item) is Outer and hasattr(item, "cost"):
                object.__setattr__(item, field, other())

    decoder = backend.Decoder(Outer)
    with collections_that_run(change, threshold=3):
        for n in range(60):
            items = ",".join(['{"a":1,"any":null}'] * 3 + [f'{{"a":{n},"any":[]}}'] * 12)
            payload = f'{{"text":"token {n}","count":{n + 1000},"cost":{n}.5,"items":[{items}]}}'
            making = n == 11
            (item,) = decoder.feed(f"data: {payload}\n\n".encode())
            making = False
            if n != 11:
                assert (item.text, item.count, item.cost) == (f"token {n}", n + 1000, n + 0.5)
            if n < 12:
                kept.append(item)
            else:
                kept.clear()
            del item


def test_the_collector_changes_an_event_that_a_plan_is_made_of(backend: Backend) -> None:
    """The plan goes by the payload, and must not take what was put in its place for an event."""

    @event
    class Inner:
        a: int = 0

    @event
    class Outer:
        inner: Inner | None = None
        any: Any = None

    making = False

    def change(phase: str, info: dict[str, int]) -> None:
        for item in gc.get_objects() if making else ():
            if type(item) is Outer and hasattr(item, "inner"):
                object.__setattr__(item, "inner", 10**29)

    decoder = backend.Decoder(Outer)
    with collections_that_run(change, threshold=5):
        for n in range(40):
            many = ",".join(["[7]"] * 200)
            making = n < 30
            (item,) = decoder.feed(f'data: {{"inner":{{"a":{n}}},"any":[{many}]}}\n\n'.encode())
            making = False
            if n >= 30:
                assert item.inner.a == n
            del item
    assert gc.isenabled()


def test_ints_of_the_interpreter_are_not_written(backend: Backend) -> None:
    """Small ones exist once, for everybody."""
    for n in range(300):
        chunks = [b'data: {"count":%d,"cost":0.5}\n\n' % (n + m) for m in (0, 1, 300, 2)]
        counts = [item.count for item in backend.iter_events(chunks, Measured)]
        assert counts == [n, n + 1, n + 300, n + 2]
        assert all(count is int(str(count)) for count in counts if count <= 256)
    assert [sum([1] * n) for n in range(600)] == [*range(600)]


def test_hashes_are_those_of_the_values(backend: Backend) -> None:
    """Strings keep their hash, and tuples do from CPython 3.14 on."""
    decoder = backend.Decoder(CompletionStreamEvent)
    for n in range(300):
        (item,) = decoder.feed(completion(f"token {n}"))
        (choice,) = item.choices
        assert hash(choice.text) == hash(f"token {n}")
        assert hash(item.choices) == hash((choice,))
        del item, choice


def test_events_on_the_stack_of_the_interpreter(backend: Backend) -> None:
    """From CPython 3.14 on it does not count what it takes from a local variable."""

    def chunks() -> Iterator[bytes]:
        for n in range(300):
            if n % 3 == 1 and sys.version_info >= (3, 13):  # before, this changed a copy
                sys._getframe(1).f_locals["first"] = None
            yield completion(f"token {n}")

    def texts(*items: Any) -> list[str]:
        return [item.choices[0].text for item in items]

    items = iter(backend.iter_events(chunks(), target=CompletionStreamEvent))
    for n in range(0, 300, 3):
        first = next(items)
        found = texts(first, next(items), next(items))
        assert found == [f"token {n + m}" for m in range(3)]


@pytest.mark.parametrize(
    "change", [list.clear, lambda found: found.extend(range(50))], ids=["clear", "extend"]
)
def test_the_collector_runs_code_while_an_event_is_made(backend: Backend, change: Any) -> None:
    making = False

    def find(phase: str, info: Any) -> None:
        if phase == "start" and making:
            for found in gc.get_objects():
                if type(found) is list and found[:1] == ["MARK"] and len(found) > 2:
                    change(found)

    decoder = backend.Decoder(CompletionStreamEvent)
    blocks = []
    for n in range(60):
        more = {"tags": ["MARK", n, *[n] * 5], "more": [[1], {"a": [2]}, *[[i] for i in range(30)]]}
        payload = {"object": "text_completion", "choices": [{"text": f"t{n}", "index": 0}], **more}
        blocks.append(b"data: " + json.dumps(payload).encode() + b"\n\n")
    with collections_that_run(find, threshold=5):
        for n, block in enumerate(blocks):
            making = True
            (item,) = decoder.feed(block)
            making = False
            assert item.choices[0].text == f"t{n}"
            del item


def test_a_base_with_a_dict(backend: Backend) -> None:
    class Helpers:
        @functools.cached_property
        def length(self) -> int:
            return len(self.text)  # type: ignore[attr-defined]

    @event
    class Line(Helpers):
        text: str

    chunks = [b'data: {"text":"%s"}\n\n' % (b"w" * n) for n in range(1, 30)]
    assert [item.length for item in backend.iter_events(chunks, Line)] == list(range(1, 30))


def test_weak_references_end_with_their_event(backend: Backend) -> None:
    class Base:
        __slots__ = ("__weakref__",)

    @event
    class Line(Base):
        text: str

    ended: list[int] = []
    chunks = [b'data: {"text":"%d"}\n\n' % n for n in range(20)]
    for n, item in enumerate(backend.iter_events(chunks, Line)):
        weakref.finalize(item, ended.append, n)
        del item
    gc.collect()
    assert ended == list(range(20))


@pytest.mark.parametrize("pulled", ["decoder", "sync", "async"])
def test_an_event_that_holds_its_stream(backend: Backend, pulled: str) -> None:
    """Both go with the next collection, though the decoder has kept the event to use it again."""

    @event
    class Item(StreamEvent):
        n: int
        anything: Any

    chunks = [b'data: {"n":%d,"anything":{"k":[1]}}\n\n' % n for n in range(1000, 1009)]

    class Source:
        def __init__(self) -> None:
            self.chunks = iter(chunks)

        def __iter__(self) -> Iterator[bytes]:
            return self.chunks

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            return next(self.chunks)

    def last_of_some(stream: Any) -> Any:
        if pulled == "decoder":
            return stream.feed(b"".join(chunks))[-1]
        for _ in range(7):
            if pulled == "sync":
                item = next(stream)
                continue
            with pytest.raises(StopIteration) as stopped:
                stream.__anext__().send(None)
            item = stopped.value.value
        return item

    source = Source()
    if pulled == "decoder":
        stream = backend.Decoder(Item)
    elif pulled == "sync":
        stream = backend.iter_events(source, Item)
    else:
        stream = backend.aiter_events(source, Item)
    last_of_some(stream).anything["held"] = [source, stream]
    seen = weakref.ref(source)
    del source, stream
    gc.collect()
    assert seen() is None


def test_finalizers_run(backend: Backend) -> None:
    ended: list[str] = []

    @event
    class Line:
        text: str

        def __del__(self) -> None:
            ended.append(self.text)

    for item in backend.iter_events([b'data: {"text":"%d"}\n\n' % n for n in range(20)], Line):
        del item
    gc.collect()
    assert ended == [str(n) for n in range(20)]


def test_finalizers_of_parts_run(backend: Backend) -> None:
    ended: list[str] = []

    @event
    class Word:
        text: str

        def __del__(self) -> None:
            ended.append(self.text)

    @event
    class Line:
        word: Word
        number: int

    texts = [*map(str, range(20)), *["same"] * 20]
    chunks = [
        b'data: {"word":{"text":"%b"},"number":%d}\n\n' % (text.encode(), n) for n, text in enumerate(texts)
    ]
    for item in backend.iter_events(chunks, Line):
        del item
    gc.collect()
    assert ended == texts


def test_long_chains_of_light_events() -> None:
    @event(light=True)
    class Link:
        to: Any = None

    chain = None
    for _ in range(200_000):
        chain = Link(to=chain)
    del chain


def test_chunks_that_are_changed_while_events_are_made(backend: Backend) -> None:
    """The garbage collector may run code of the program; what is read must be what was checked."""
    buffer = bytearray()
    decoder = backend.Decoder(CompletionStreamEvent)
    kept: list[Any] = []

    def change(*_: Any) -> None:
        buffer[:] = buffer.replace(b"Z", b"\xe9")

    with collections_that_run(change, threshold=1):
        for _ in range(60):
            buffer[:] = completion("Z" * 20) * 5
            kept += decoder.feed(buffer)
    for item in kept:
        text = item.choices[0].text
        assert text.encode().decode() == text
        assert text.isascii() == all(character < "\x80" for character in text)


@pytest.mark.parametrize("read_only", [False, True])
def test_chunks_that_a_trace_function_changes(backend: Backend, read_only: bool) -> None:
    """The first unknown key of a class is noted by a Python function, in the midst of an event."""

    @event
    class Outer(StreamEvent):
        inner: dict[str, int]
        text: str

    body = b'data: {"unknown":1,"inner":{"a":1},"text":"hello, this is text"}\n\n'
    changing = bytearray(body)
    chunk = memoryview(changing).toreadonly() if read_only else changing

    def trace(frame: Any, what: str, argument: Any) -> None:
        if frame.f_code.co_name == "note_extra":
            changing[body.index(b"hello")] = 0xFF

    decoder = backend.Decoder(Outer)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        (item,) = decoder.feed(chunk)
    finally:
        sys.settrace(before)
    assert changing != body
    assert item.text == "hello, this is text"
    assert item.text.isascii()
