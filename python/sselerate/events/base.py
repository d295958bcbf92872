"""`Event`, the base of all event classes: what an instance knows of itself.

Trap: a decoded instance knows which declared fields its JSON lacked (the hidden slot ``_absent``), so that
``to_dict()`` gives back what was sent. That slot is no dataclass field: it must stay out of eq, hash and
repr.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from .._json import dumps
from .extra import note_extra
from .shape import Schema

__all__ = ["Event", "check_declared", "fields_of", "is_declared", "restore"]

T = TypeVar("T")


class _Presence:
    """Holds the hidden slot of events, since ``dataclass(slots=True)`` makes slots of fields only."""

    __slots__ = ("_absent",)

    _absent: int
    """Unset on instances built by keyword. On decoded ones a bit mask: bit i is set if the JSON object had no
    key for field i of the schema."""


# The slot is read through its descriptor: an unset slot must raise, not go on to a __getattr__.
_get_absent: Callable[[Any], int] = vars(_Presence)["_absent"].__get__
_set_absent: Callable[[Any, int], None] = vars(_Presence)["_absent"].__set__


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Event(_Presence):
    """Base of all event classes.

    Events are immutable values: they compare by their fields, can be pickled, copied, matched by keyword
    pattern and changed with `dataclasses.replace`. Sequences in events are tuples. They hash by their
    declared fields, whatever unknown keys were sent; one that holds a dict or a list there has no hash.
    """

    extra: dict[str, Any] | None = dataclasses.field(default=None, hash=False)
    """The keys of the JSON object that the class does not declare, in the order sent; None if there were
    none.

    At run time they can be read as attributes too: ``event.x_groq``."""

    __schema__: ClassVar[Schema | None] = None
    __wire__: ClassVar[dict[str, str]] = {}
    __text__: ClassVar[str | None] = None
    """Where the property ``text``, defined in the same class, finds its text: the names of fields with dots
    between them, ``[]`` behind those whose value is a tuple of which every item counts, as in
    ``choices[].delta.content``. What is there must be the text if it is a str, and no text if it is None or
    missing. The compiled core then reads texts without making events."""
    __rename__: ClassVar[str | None] = None
    """How the names of fields become wire names; see `event`."""
    __refused__: ClassVar[str] = ""
    """Why decoders cannot be asked for instances of the class; "" if they can."""

    def __post_init__(self) -> None:
        if self.extra is not None:
            note_extra(type(self), self.extra)

    def __repr__(self) -> str:
        names = [field.name for field in fields_of(type(self))]
        shown = [f"{name}={getattr(self, name)!r}" for name in names]
        if self.extra is not None:
            shown.append(f"extra={self.extra!r}")
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # By name, and without the fields that were absent, so that a pickle survives a new field.
        try:
            absent = _get_absent(self)
        except AttributeError:
            decoded, absent = False, 0
        else:
            decoded = True
        wire = type(self).__wire__
        present = [name for i, name in enumerate(wire) if not absent >> i & 1]
        present += [field.name for field in fields_of(type(self)) if field.name not in wire]
        return restore, (type(self), {name: getattr(self, name) for name in present}, self.extra, decoded)

    def to_dict(self) -> dict[str, Any]:
        """The event as the JSON object it came from: wire names, lists, unknown keys last.

        A field whose key was not sent is left out; of an event built by keyword, an optional field that has
        its default. The result shares no dict or list with the event.
        """
        try:
            absent = _get_absent(self)
        except AttributeError:
            absent = None
        cls: Any = type(self)
        names = vars(cls).get("__wire__")
        if not names:
            check_declared(cls)
            names = {}
        wire: dict[str, Any] = {}
        for i, (name, key) in enumerate(names.items()):
            value = getattr(self, name)
            if absent is None:
                default = cls.__dataclass_fields__[name].default
                if default is not dataclasses.MISSING and value == default:
                    continue
            elif absent >> i & 1:
                continue
            wire[key] = _plain(value)
        if self.extra is not None:
            wire.update(_plain(self.extra))
        return wire

    def to_json(self) -> str:
        """`to_dict()` as compact JSON text; characters beyond ASCII are not escaped."""
        return dumps(self.to_dict())


def fields_of(cls: Any) -> list["dataclasses.Field[Any]"]:
    """The dataclass fields of an event class, without ``extra``."""
    return [field for field in dataclasses.fields(cls) if field.name != "extra"]


def _plain(value: Any) -> Any:
    """``value`` with events as dicts and tuples as lists, all containers new."""
    if isinstance(value, Event):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def restore(cls: type[T], state: dict[str, Any], extra: dict[str, Any] | None, decoded: bool) -> T:
    """Makes an event again from what ``__reduce__`` gave; never calls ``__init__``."""
    result = object.__new__(cls)
    absent = 0
    wire = list(cls.__wire__)  # type: ignore[attr-defined]
    for field in fields_of(cls):
        if field.name in state:
            object.__setattr__(result, field.name, state[field.name])
        else:
            absent |= 1 << wire.index(field.name) if field.name in wire else 0
            default = None if field.default is dataclasses.MISSING else field.default
            object.__setattr__(result, field.name, default)
    object.__setattr__(result, "extra", extra)
    if decoded:
        _set_absent(result, absent)
    if extra is not None:
        note_extra(cls, extra)
    return result


def is_declared(cls: Any) -> bool:
    """Whether ``cls`` was made by ``@event``."""
    return isinstance(cls, type) and cls is not Event and "__wire__" in cls.__dict__


def check_declared(cls: type) -> None:
    """Raises TypeError for what is no event class."""
    if not is_declared(cls):
        raise TypeError(f"{cls!r} is not an event class: declare it with @event")
