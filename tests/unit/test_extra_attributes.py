"""Unknown keys as attributes, and what a class that has met some does with all its other attributes."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sselerate.events import Event, event
from tests.backends import Backend


def decode(backend: Backend, target: type, **payload: Any) -> Any:
    (item,) = backend.Decoder(target).feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
    return item


def test_attributes_of_a_class_that_has_met_unknown_keys(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str
        note: str | None = None

        @property
        def loud(self) -> str:
            return self.text.upper()

    plain = decode(backend, Line, text="a")
    item = decode(backend, Line, text="b", zz=1, loud="hidden")
    for _ in range(20):
        assert (plain.text, plain.note, plain.loud, plain.extra) == ("a", None, "A", None)
        assert (item.text, item.note, item.loud, item.zz) == ("b", None, "B", 1)
    for one in (plain, item):
        with pytest.raises(AttributeError, match="nothing"):
            one.nothing  # noqa: B018
        assert not hasattr(one, "zy")
    with pytest.raises(AttributeError, match="zz"):
        plain.zz  # noqa: B018
    object.__delattr__(item, "text")
    with pytest.raises(AttributeError, match="text"):
        item.text  # noqa: B018
    with pytest.raises(AttributeError):
        item.loud  # noqa: B018


def test_a_class_with_its_own_way_to_attributes(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str

        def __getattribute__(self, name: str) -> Any:
            return "all" if name == "text" else object.__getattribute__(self, name)

    item = decode(backend, Line, text="b", zz=1)
    assert (item.text, item.zz) == ("all", 1)


def test_a_class_with_its_own_way_to_unknown_attributes(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str

        def __getattr__(self, name: str) -> str:
            return f"no {name}"

    item = decode(backend, Line, text="b", zz=1)
    assert (item.text, item.zz, item.extra) == ("b", "no zz", {"zz": 1})


def test_names_that_other_classes_have(backend: Backend) -> None:
    class Mixin:
        label = "mixin"

        def summary(self) -> str:
            return "of the mixin"

        @property
        def loud(self) -> str:
            return "LOUD"

    @event
    class Line(Event):
        text: str

    class Longer(Line, Mixin):
        pass

    unknown = {"summary": 1, "label": 2, "loud": 3, "mro": 4}
    item = decode(backend, Line, text="b", **unknown)
    assert (item.summary, item.label, item.loud, item.extra) == (1, 2, 3, unknown)
    longer: Any = Longer(text="c", extra={"loud": 5, "other": 6})
    assert (longer.summary(), longer.label, longer.loud, longer.other) == ("of the mixin", "mixin", "LOUD", 6)
    assert Longer.label == "mixin"
    assert Line.mro()[0] is Line
    assert Line(text="d", extra={1: 2}).extra == {1: 2}  # type: ignore[dict-item]


def test_odd_keys(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str

    odd = {
        "": 1,
        "\0": 2,
        "\ud800": 3,
        "a\0b": 4,
        "self": 5,
        "__": 7,
        "__slots__": 8,
        "é ü": 9,
        "_UnknownKey": 10,
    }
    for _ in range(20):
        item = decode(backend, Line, text="b", **odd)
        assert item.extra == odd
        assert {key: getattr(item, key) for key in odd if not key.startswith("__")} == {
            key: value for key, value in odd.items() if not key.startswith("__")
        }
        assert not hasattr(item, "__slots__") or item.__slots__ != 8


def test_very_many_unknown_keys(backend: Backend) -> None:
    """A server that makes up keys does not fill the class with them."""

    @event
    class Line(Event):
        text: str

    size = len(vars(Line))
    for n in range(500):
        item = decode(backend, Line, text="b", **{f"k{n}": n, f"__k{n}__": 1})
        assert (item.text, getattr(item, f"k{n}")) == ("b", n)
        assert not hasattr(item, f"__k{n}__")
        assert not hasattr(item, "k" if n else "k1")
    assert len(vars(Line)) < size + 100
    assert decode(backend, Line, text="b", k3="again").k3 == "again"


def test_the_class_itself_has_no_such_attribute(backend: Backend) -> None:
    """So that a class derived from it can declare the key."""

    @event
    class Line(Event):
        text: str

    assert decode(backend, Line, text="b", zz=1).zz == 1
    assert not hasattr(Line, "zz")

    @event
    class Longer(Line):
        zz: int

    item = decode(backend, Longer, text="c", zz=3)
    assert (item.zz, item.extra) == (3, None)
    with pytest.raises(TypeError, match="zz"):
        Longer(text="c")  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        item.zz = 4


def test_a_way_to_attributes_that_is_set_later(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str

    item = decode(backend, Line, text="b", zz=1)
    assert (item.text, item.zz) == ("b", 1)
    Line.__getattribute__ = lambda self, name: "all"  # type: ignore[assignment,method-assign]
    assert (item.text, item.zz) == ("all", "all")
    del Line.__getattribute__
    assert (item.text, item.zz) == ("b", 1)


def test_a_subclass(backend: Backend) -> None:
    @event
    class Line(Event):
        text: str

    @event
    class Longer(Line):
        more: int = 0

    assert decode(backend, Line, text="b", zz=1).zz == 1
    item = decode(backend, Longer, text="c", more=2, zz=3)
    assert (item.text, item.more, item.zz) == ("c", 2, 3)


def test_a_descriptor_of_another_class(backend: Backend) -> None:
    """It refuses instances that are not its own."""

    @event
    class Other(Event):
        a: int = 0
        z: int = 0

    @event
    class Line(Event):
        text: str

    Line.borrowed = Other.__dict__["z"]  # type: ignore[attr-defined]
    item = decode(backend, Line, text="b", zz=1)
    with pytest.raises(TypeError, match="z"):
        item.borrowed  # noqa: B018


def test_two_threads_that_meet_the_same_keys(backend: Backend) -> None:
    """A key that one has noted is an attribute for the other too."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):

            @event
            class Line(Event):
                text: str

            decoders = [backend.Decoder(Line) for _ in range(2)]
            barrier = threading.Barrier(len(decoders), timeout=60)

            def read(decoder: Any, barrier: threading.Barrier = barrier) -> list[int]:
                barrier.wait()
                found = []
                for n in range(60):
                    (item,) = decoder.feed(b'data: {"text":"a","k%d":%d}\n\n' % (n, n))
                    found.append(getattr(item, f"k{n}"))
                return found

            with ThreadPoolExecutor(len(decoders)) as pool:
                assert list(pool.map(read, decoders)) == [[*range(60)]] * len(decoders)
    finally:
        sys.setswitchinterval(interval)
