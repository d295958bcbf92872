"""What the backends read of a declaration: per class a `Schema` of `Field`s, per value a `Shape`."""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Event

__all__ = ["Field", "Kind", "Schema", "Shape"]


class Kind:
    """The kinds of JSON values, as bits of `Shape.kinds`."""

    NULL = 1
    BOOL = 2
    INT = 4
    FLOAT = 8
    STR = 16
    ARRAY = 32
    OBJECT = 64
    ANY = 127


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What an annotation says about a JSON value."""

    kinds: int
    """The kinds a strict decoder accepts, a mask of `Kind` bits. A declared float accepts integers too."""

    literals: tuple[Any, ...] | None
    """The scalars a strict decoder accepts, or None. They bind only values of their own kinds: ``Literal["a"]
    | int`` takes any integer. None is among them where null is accepted. Compared with kind: 1 is not
    True."""

    classes: tuple[type["Event"], ...]
    """The event classes an object may become; () = it stays a dict."""

    tag: str | None
    """The wire key whose value chooses among several classes."""

    tags: dict[str, type["Event"]]
    """Tag value -> class; empty unless there are several classes."""

    other: type["Event"] | None
    """The class of the objects whose tag is none of ``tags``, or missing: the open member of a union."""

    items: "Shape | None"
    """An array becomes a tuple of items of this shape; None = it stays a list."""

    values: "Shape | None"
    """The shape of the values of a dict; None = any values, kept as they are. Where there are classes too,
    not None says that a plain dict was declared beside them (it takes the objects with an unknown tag)."""

    expected: str
    """What strict errors say was expected, e.g. "str or null"."""

    def class_of(self, value: dict[str, Any]) -> type["Event"] | None:
        """The class that a JSON object becomes; None if it stays a dict."""
        if self.tag is None:
            return self.classes[0] if self.classes else None
        tag = value.get(self.tag)
        return self.tags.get(tag, self.other) if type(tag) is str else self.other


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One declared field of an event class."""

    name: str
    """The attribute."""

    wire: str
    """The key in the JSON object."""

    shape: Shape
    """What its value looks like."""

    required: bool
    """Whether the declaration gives no default."""

    default: Any
    """The value of the field where the key is missing: the declared default, or None."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """The compiled declaration of an event class."""

    cls: type["Event"]
    """The class."""

    fields: tuple[Field, ...]
    """Its fields in order of declaration, inherited ones first, without ``extra``."""

    event_name: str | None = None
    """The attribute that takes the SSE event type of the block instead of a value of the JSON; None if there
    is no such field."""
