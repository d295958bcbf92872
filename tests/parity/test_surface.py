"""What can be seen of a backend without decoding anything is the same on both."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sselerate.events import CompletionStreamEvent
from tests.backends import Backend
from tests.targets import TextPart

SURFACE = {
    "Parser": {
        "feed", "close", "reset",
        "last_event_id", "retry", "pending", "comment_count", "unknown_field_count", "closed",
    },
    "BlockParser": {"feed", "close", "pending"},
    "Decoder": {
        "feed", "text", "close", "reset",
        "dialect", "done", "ended", "closed", "last_event_id", "retry",
        "comment_count", "error_count", "event_index",
    },
    "EventIterator": {"text", "close", "decoder", "done"},
    "AsyncEventIterator": {"aclose", "decoder", "done"},
}  # fmt: skip
"""Public attributes, all of them."""

Pair = tuple[Backend, Backend]
each_class = pytest.mark.parametrize("name", SURFACE)


def public(cls: type) -> set[str]:
    return {attribute for attribute in dir(cls) if not attribute.startswith("_")}


def make(backend: Backend, name: str) -> Any:
    if name == "EventIterator":
        return backend.iter_events([b"data: {}\n\n"])
    if name == "AsyncEventIterator":
        return backend.aiter_events(backend_source())
    return getattr(backend, name)()


async def backend_source() -> AsyncIterator[bytes]:
    yield b"data: {}\n\n"


@each_class
def test_attributes(backend: Backend, name: str) -> None:
    cls = getattr(backend, name)
    assert public(cls) == SURFACE[name]
    assert cls.__name__ == cls.__qualname__ == name
    assert type(make(backend, name)) is cls


@each_class
def test_docstrings(backend: Backend, name: str) -> None:
    cls = getattr(backend, name)
    assert inspect.getdoc(cls)
    for attribute in SURFACE[name]:
        assert inspect.getdoc(getattr(cls, attribute)), attribute


@each_class
def test_same_docstrings(both: Pair, name: str) -> None:
    one, other = [getattr(backend, name) for backend in both]
    assert inspect.getdoc(one) == inspect.getdoc(other)
    for attribute in SURFACE[name]:
        assert inspect.getdoc(getattr(one, attribute)) == inspect.getdoc(getattr(other, attribute)), attribute


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """Name, kind and default of each but `self`, which is positional-only in the core."""
    given = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    return [(p.name, p.kind, p.default) for p in given]


@each_class
def test_same_signatures(both: Pair, name: str) -> None:
    one, other = [getattr(backend, name) for backend in both]
    assert parameters(one) == parameters(other)
    for attribute in SURFACE[name]:
        if callable(getattr(one, attribute)):
            assert parameters(getattr(one, attribute)) == parameters(getattr(other, attribute)), attribute


def test_signatures(backend: Backend) -> None:
    keyword = inspect.Parameter.KEYWORD_ONLY
    assert parameters(backend.Parser) == [
        ("max_event_bytes", keyword, 67108864),
        ("errors", keyword, "replace"),
        ("comments", keyword, False),
        ("last_event_id", keyword, ""),
    ]
    decoder = parameters(backend.Decoder)
    assert (decoder[0][0], decoder[0][2]) == ("target", None)
    assert decoder[1:] == [
        ("strict", keyword, False),
        ("on_error", keyword, "raise"),
        ("max_event_bytes", keyword, 67108864),
        ("multi", keyword, False),
        ("last_event_id", keyword, ""),
        ("content_type", keyword, None),
        ("split", keyword, False),
        ("surrogates", keyword, "keep"),
    ]


@each_class
def test_read_only(backend: Backend, name: str) -> None:
    """No attribute can be set, neither those that are there nor new ones."""
    machine = make(backend, name)
    for attribute in SURFACE[name] | {"something_new"}:
        with pytest.raises(AttributeError):
            setattr(machine, attribute, 1)


@each_class
def test_neither_copied_nor_pickled(backend: Backend, name: str) -> None:
    machine = make(backend, name)
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            act(machine)


@each_class
def test_no_base_class(backend: Backend, name: str) -> None:
    with pytest.raises(TypeError, match="is not an acceptable base type"):
        type("Sub", (getattr(backend, name),), {})


@each_class
def test_identity(backend: Backend, name: str) -> None:
    one, other = make(backend, name), make(backend, name)
    assert one == one
    assert one != other
    assert len({one, other}) == 2


@each_class
def test_repr(backend: Backend, name: str) -> None:
    """Nothing of the stream, which may be private, and no pretence of a constructor call."""
    assert re.fullmatch(rf"<[\w.]*\b{name} object at 0x[0-9a-f]+>", repr(make(backend, name)))


REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any], type[Exception]]] = [
    ("Parser", (1024,), {}, TypeError),
    ("Parser", (), {"limit": 1}, TypeError),
    ("Parser", (), {"max_event_bytes": "1"}, TypeError),
    ("Parser", (), {"max_event_bytes": 1.0}, TypeError),
    ("Parser", (), {"max_event_bytes": None}, TypeError),
    ("Parser", (), {"max_event_bytes": True}, TypeError),
    ("Parser", (), {"max_event_bytes": 0}, ValueError),
    ("Parser", (), {"max_event_bytes": -1}, ValueError),
    ("BlockParser", (), {"max_event_bytes": 0}, ValueError),
    ("BlockParser", (), {"last_event_id": 5}, TypeError),
    ("Parser", (), {"errors": "ignore"}, ValueError),
    ("Parser", (), {"errors": ""}, ValueError),
    ("Parser", (), {"errors": 5}, ValueError),
    ("Parser", (), {"errors": None}, ValueError),
    ("Parser", (), {"errors": "\ud800"}, ValueError),
    ("Parser", (), {"last_event_id": "a\ud800"}, UnicodeEncodeError),
    ("Parser", (), {"last_event_id": 5}, TypeError),
    ("Parser", (), {"last_event_id": b"5"}, TypeError),
    ("Decoder", (None, True), {}, TypeError),
    ("Decoder", (), {"errors": "strict"}, TypeError),
    ("Decoder", (), {"on_error": "ignore"}, ValueError),
    ("Decoder", (), {"on_error": "RAISE"}, ValueError),
    ("Decoder", (), {"on_error": 5}, ValueError),
    ("Decoder", (), {"on_error": None}, ValueError),
    ("Decoder", (), {"on_error": b"raise"}, ValueError),
    ("Decoder", (), {"on_error": "\ud800"}, ValueError),
    ("Decoder", (), {"last_event_id": "\ud800"}, UnicodeEncodeError),
    ("Decoder", (), {"content_type": b"text/event-stream"}, TypeError),
    ("Decoder", (), {"surrogates": "ignore"}, ValueError),
    ("Decoder", (), {"surrogates": "Keep"}, ValueError),
    ("Decoder", (), {"surrogates": "\ud800"}, ValueError),
    ("Decoder", (), {"surrogates": None}, ValueError),
    ("Decoder", (), {"surrogates": True}, ValueError),
    ("Decoder", (), {"max_event_bytes": 0}, ValueError),
    ("Decoder", (), {"max_event_bytes": -(2**70)}, ValueError),
    ("Decoder", (), {"max_event_bytes": "1"}, TypeError),
    ("Decoder", (), {"last_event_id": 5}, TypeError),
    ("Decoder", (int,), {}, TypeError),
    ("Decoder", (dict,), {}, TypeError),
    ("Decoder", ("completion",), {}, TypeError),
    ("Decoder", (5,), {}, TypeError),
    ("Decoder", (CompletionStreamEvent(id="", object="", created=0, model="", choices=()),), {}, TypeError),
    ("Decoder", (CompletionStreamEvent | int,), {}, TypeError),
    ("Decoder", (tuple[TextPart, ...],), {}, TypeError),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error"), REFUSED)
def test_refused_arguments(
    backend: Backend, name: str, arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(backend, name)(*arguments, **options)


@pytest.mark.parametrize(("name", "arguments", "options", "error"), REFUSED)
def test_same_words(
    both: Pair, name: str, arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception]
) -> None:
    """Where the package words the refusal itself; Python words those of missing and unknown arguments."""
    words = []
    for backend in both:
        with pytest.raises(error) as raised:
            getattr(backend, name)(*arguments, **options)
        words.append(str(raised.value))
    if "positional" not in words[0] and "keyword" not in words[0]:
        assert words[0] == words[1]


ACCEPTED: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Parser", (), {"max_event_bytes": 1}),
    ("Parser", (), {"max_event_bytes": 2**63}),
    ("Parser", (), {"max_event_bytes": 10**30}),
    ("Parser", (), {"last_event_id": None}),
    ("Parser", (), {"comments": 1}),
    ("Decoder", (None,), {}),
    ("Decoder", (), {"target": CompletionStreamEvent}),
    ("Decoder", (CompletionStreamEvent,), {"strict": 1, "multi": 0}),
    ("Decoder", (), {"surrogates": "replace"}),
    ("Decoder", (), {"max_event_bytes": 10**30, "last_event_id": None}),
    ("Decoder", (), {"content_type": "text/\ud800"}),  # as aiohttp gives a header that is no UTF-8
]


@pytest.mark.parametrize(("name", "arguments", "options"), ACCEPTED)
def test_accepted_arguments(
    backend: Backend, name: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    assert len(getattr(backend, name)(*arguments, **options).feed(b"")) == 0


@pytest.mark.parametrize("flush", [1, "yes", 0, None])
def test_flush_is_a_switch(backend: Backend, flush: Any) -> None:
    parser = backend.Parser()
    parser.feed(b"data: 1\n")
    assert len(parser.close(flush)) == bool(flush)


def test_iterators_take_iterables(backend: Backend) -> None:
    (event,) = backend.EventIterator([b"data: {}\n\n"], backend.Decoder())

    class Source:
        def __aiter__(self) -> AsyncIterator[bytes]:
            return backend_source()

    async def read() -> list[Any]:
        return [event async for event in backend.AsyncEventIterator(Source(), backend.Decoder())]

    assert asyncio.run(read()) == [event]


@pytest.mark.parametrize("name", ["EventIterator", "AsyncEventIterator"])
def test_refused_arguments_of_iterators(both: Pair, name: str) -> None:
    words = []
    for backend in both:
        chunks: Any = backend_source() if name.startswith("Async") else iter([])
        for arguments in ((chunks, 5), (chunks, None), (5, backend.Decoder()), (None, backend.Decoder())):
            with pytest.raises(TypeError) as raised:
                getattr(backend, name)(*arguments)
            words.append(str(raised.value))
    assert words[:4] == words[4:]
    assert words[0] == "decoder must be a Decoder, not int"


@pytest.mark.parametrize("name", ["EventIterator", "AsyncEventIterator"])
def test_the_decoder_of_an_iterator(backend: Backend, name: str) -> None:
    assert type(make(backend, name).decoder) is backend.Decoder
    decoder = backend.Decoder()
    chunks: Any = backend_source() if name.startswith("Async") else [b""]
    assert getattr(backend, name)(chunks, decoder).decoder is decoder


def test_modules(backend: Backend) -> None:
    """A name that looks public is one."""
    assert {"Parser", "Decoder", "EventIterator"} <= set(dir(backend.module))


def test_the_core_says_how_it_was_built(rust: Backend) -> None:
    assert isinstance(rust.module.DEBUG_BUILD, bool)
    assert isinstance(rust.module.__version__, str)
