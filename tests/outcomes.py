"""Driving a parser or decoder over chunks, and what came out in a form that can be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from sselerate.errors import SSEError
from sselerate.events.declare import Event


def drive(machine: Any, chunks: Iterable[bytes], *, drain: bool = False, **close: Any) -> list[Any]:
    """Everything that feed() of all chunks and then close() give: events, and errors in their place.

    After an error the rest of the chunk comes out of the next call. `drain` calls feed(b"") until all of it
    is out before the next chunk is fed; else the next chunk follows at once.
    """
    out: list[Any] = []
    for chunk in chunks:
        while not _collect(machine.feed, chunk, out) and drain:
            chunk = b""
    while not _collect(machine.close, None, out, **close):
        pass
    return out


def _collect(call: Any, chunk: bytes | None, out: list[Any], **arguments: Any) -> bool:
    """Appends what one call gives; False if it raised."""
    try:
        events = call(**arguments) if chunk is None else call(chunk)
    except SSEError as error:
        out.extend(error.events)
        out.append(error)
        return False
    assert type(events) is list
    out.extend(events)
    return True


def iterate(iterator: Any) -> list[Any]:
    """Everything an iterator gives, with the errors in their place: it goes on after each."""
    out: list[Any] = []
    while True:
        try:
            out.append(next(iterator))
        except StopIteration:
            return out
        except SSEError as error:
            assert error.events == [], "an iterator has delivered them before"
            out.append(error)


ABOUT = ("message", "offset", "event_index", "path", "data", "limit", "error", "payload")
"""Attributes of errors that count."""


def canonical(value: Any, *, ordered: bool = True) -> Any:
    """A value that is equal only if nothing differs: 1 is not True or 1.0, NaN is NaN, 0.0 is not -0.0.

    Of events and errors the class and all fields count, also which fields were absent; of dicts the order of
    the keys too, unless `ordered` is False.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return (type(value).__name__, value)
    if isinstance(value, float):
        return ("float", repr(value))
    if isinstance(value, list | tuple):
        return (type(value).__name__, [canonical(item, ordered=ordered) for item in value])
    if type(value) is dict:
        pairs = [(key, canonical(item, ordered=ordered)) for key, item in value.items()]
        return ("dict", pairs if ordered else sorted(pairs, key=lambda pair: pair[0]))
    if isinstance(value, SSEError):
        about = {name: canonical(getattr(value, name)) for name in ABOUT if hasattr(value, name)}
        assert value.args == (value.message,)
        return (type(value), str(value), about)
    if isinstance(value, Event):
        absent = getattr(value, "_absent", None)
        fields = [
            (f.name, canonical(getattr(value, f.name), ordered=ordered)) for f in dataclasses.fields(value)
        ]
        return (type(value), fields, absent)
    if dataclasses.is_dataclass(value):
        return (type(value), [canonical(getattr(value, f.name)) for f in dataclasses.fields(value)])
    raise TypeError(f"unexpected {type(value)} in an outcome")


def canonicals(values: Iterable[Any]) -> list[Any]:
    return [canonical(value) for value in values]
