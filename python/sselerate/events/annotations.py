"""Annotations to `Shape`s: what the fields of an event class, and targets, may be declared as.

A forward reference to a class that does not exist yet is `Unresolved`, and read again at first use.
"""

import collections.abc
import dataclasses
import enum
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, Union

from .._json import dumps
from .base import Event, fields_of, is_declared
from .shape import Kind, Schema, Shape

__all__ = ["Unresolved", "field_shape", "shape_of"]


def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation outside a class: an event class, or a union of some."""
    if isinstance(annotation, str):
        raise TypeError(f"target: unsupported annotation {annotation!r}: a name says nothing here")
    return _Reader("target", {}, {}).shape(annotation)


def field_shape(cls: Any, field: "dataclasses.Field[Any]", namespace: Mapping[str, Any]) -> Shape:
    return _compiled_shape(cls, field) or _reader(cls, field, namespace).shape(field.type)


def _compiled_shape(cls: Any, field: "dataclasses.Field[Any]") -> Shape | None:
    """The shape of a field in the schema of the class that declares it; None if that is not compiled."""
    schema: Schema | None = vars(_owner(cls, field)).get("__schema__")
    known = schema.fields if schema else ()
    return next((same.shape for same in known if same.name == field.name), None)


def _reader(cls: Any, field: "dataclasses.Field[Any]", namespace: Mapping[str, Any]) -> "_Reader":
    """What reads the annotation of a field, with the names that are known where it was written."""
    owner = _owner(cls, field)
    local = {**namespace, owner.__name__: owner, cls.__name__: cls}
    return _Reader(f"{cls.__qualname__}.{field.name}", _globals(owner), local)


def _owner(cls: type, field: "dataclasses.Field[Any]") -> Any:
    """The class that declares a field of ``cls``: it or a base."""
    return next(base for base in reversed(cls.__mro__) if _has_field(base, field))


def _globals(cls: type) -> dict[str, Any]:
    module = sys.modules.get(cls.__module__)
    return vars(module) if module else {}


def _has_field(cls: type, field: "dataclasses.Field[Any]") -> bool:
    return cls.__dict__.get("__dataclass_fields__", {}).get(field.name) is field


_SCALARS: dict[Any, tuple[int, str]] = {
    str: (Kind.STR, "str"),
    int: (Kind.INT, "int"),
    float: (Kind.FLOAT | Kind.INT, "float"),
    bool: (Kind.BOOL, "bool"),
    None: (Kind.NULL, "null"),
    types.NoneType: (Kind.NULL, "null"),
}

_ADVICE: dict[Any, str] = {
    enum.Enum: "use Literal",
    tuple: "use tuple[X, ...]",
    list: "use tuple[X, ...]",
    set: "use tuple[X, ...]",
    frozenset: "use tuple[X, ...]",
    bytes: "JSON has no bytes, use str",
    bytearray: "JSON has no bytes, use str",
    collections.abc.Sequence: "use tuple[X, ...]",
    collections.abc.Mapping: "use dict[str, X]",
    typing.Final: "no field ever changes, leave it out",
    typing.NewType: "use what it stands for",
}
"""What to declare instead of a type and those derived from it; the first one counts."""
if sys.version_info >= (3, 12):
    _ADVICE[typing.TypeAliasType] = "use what it stands for"


def _advice(annotation: Any) -> str:
    """What to declare instead of something unsupported."""
    meant = typing.get_origin(annotation) or annotation
    kind = meant if isinstance(meant, type) else type(meant)
    for known, advice in _ADVICE.items():
        if meant is known or (isinstance(known, type) and issubclass(kind, known)):
            return advice
    return "use Any, a type that JSON has, or a class declared with @event"


class Unresolved(TypeError):
    """An annotation names something that does not exist (yet)."""


class _Reader:
    """Reads one annotation. ``where`` is what its errors name."""

    def __init__(self, where: str, module: dict[str, Any], local: Mapping[str, Any]) -> None:
        self.where = where
        self.module = module
        self.local = local

    def refused(self, annotation: Any, advice: str) -> TypeError:
        shown = annotation.__qualname__ if issubclass(type(annotation), type) else f"{annotation!s:.200}"
        return TypeError(f"{self.where}: unsupported annotation {shown}: {advice}")

    def resolved(self, annotation: Any) -> Any:
        """``annotation`` with strings and forward references evaluated, Annotated taken off."""
        while True:
            if isinstance(annotation, str | typing.ForwardRef):
                annotation = self.evaluated(annotation)
            elif typing.get_origin(annotation) is typing.Annotated:
                annotation = annotation.__origin__
            else:
                return annotation

    def evaluated(self, annotation: str | typing.ForwardRef) -> Any:
        """What a string or a forward reference stands for."""
        try:
            if hasattr(annotation, "evaluate"):  # CPython 3.14
                return annotation.evaluate(globals=self.module, locals=dict(self.local))
            annotation = getattr(annotation, "__forward_arg__", annotation)
            return eval(annotation, self.module, dict(self.local))  # type: ignore[arg-type]
        except NameError as error:
            where = "where the class is declared; an import under TYPE_CHECKING does not count"
            message = f"{self.where}: unsupported annotation {annotation!s:.200}: {error} {where}"
            raise Unresolved(message) from None
        except Exception as error:  # whatever a foreign expression raises
            raise self.refused(annotation, str(error)) from error

    def members(self, annotation: Any) -> list[Any]:
        """The alternatives of a union, flat and resolved; any other annotation is its only one."""
        annotation = self.resolved(annotation)
        if typing.get_origin(annotation) in (Union, types.UnionType):
            return [member for part in typing.get_args(annotation) for member in self.members(part)]
        return [annotation]

    def shape(self, annotation: Any) -> Shape:
        """The shape of ``annotation``.

        Raises:
            TypeError: no decoder could honour it, or it names something that does not exist (yet).
        """
        union = _Union(self, annotation)
        for member in self.members(annotation):
            union.add(member)
        return union.shape()

    def tags(
        self, annotation: Any, classes: list[type[Event]]
    ) -> tuple[str, dict[str, type[Event]], type[Event] | None]:
        """The wire key that tells ``classes`` apart, class by value, and the open member if there is one.

        That is the class, at most one, which declares the key without a Literal.
        """
        # The names around a class are known only while that class is compiled.
        candidates = [
            _literal_fields(cls, self.local if self.local.get(cls.__name__) is cls else {}) for cls in classes
        ]
        for wire in dict.fromkeys(wire for fields in candidates for wire in fields):
            open_members = [
                cls
                for cls, fields in zip(classes, candidates, strict=True)
                if wire not in fields and wire in cls.__wire__.values()
            ]
            tagged = [
                (cls, fields[wire]) for cls, fields in zip(classes, candidates, strict=True) if wire in fields
            ]
            if len(open_members) > 1 or len(tagged) + len(open_members) < len(classes):
                continue
            values = [value for _, own in tagged for value in own]
            if len(set(values)) == len(values):
                other = open_members[0] if open_members else None
                return wire, {value: cls for cls, own in tagged for value in own}, other
        raise self.refused(annotation, "several event classes need a Literal field that tells them apart")


class _Union:
    """What the alternatives of an annotation allow together: of most there is one."""

    def __init__(self, reader: _Reader, annotation: Any) -> None:
        self._reader = reader
        self._annotation = annotation
        self._kinds = 0
        self._free = 0
        """Kinds that a plain type accepts whole, so that no literal binds them."""
        self._literals: list[Any] = []
        self._classes: list[type[Event]] = []
        self._items: Shape | None = None
        self._values: Shape | None = None
        self._words: list[str] = []

    def add(self, member: Any) -> None:
        """Takes an alternative.

        Raises:
            TypeError: no decoder could honour it, or not beside the others.
        """
        origin, arguments = typing.get_origin(member), typing.get_args(member)
        if member is Any:
            self._add_plain(Kind.ANY, "any value")
        elif isinstance(member, type | None) and member in _SCALARS:
            self._add_plain(*_SCALARS[member])
        elif origin is Literal:
            self._add_literals(member, arguments)
        elif isinstance(member, type) and origin is None and issubclass(member, Event):
            self._add_class(member)
        elif origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
            self._add_array(arguments[0])
        elif origin is dict and len(arguments) == 2:
            self._add_object(member, *arguments)
        else:
            raise self._reader.refused(member, _advice(member))

    def _add_plain(self, kinds: int, word: str) -> None:
        self._kinds |= kinds
        self._free |= kinds
        self._words.append(word)

    def _add_literals(self, member: Any, literals: tuple[Any, ...]) -> None:
        for value in literals:
            if not (value is None or type(value) in (str, int, bool)):
                raise self._reader.refused(member, "a literal must be a str, an int, a bool or None")
            self._kinds |= _SCALARS[type(value)][0]
            self._literals.append(value)
            self._words.append(dumps(value))

    def _add_class(self, cls: type[Event]) -> None:
        if not is_declared(cls):
            raise self._reader.refused(cls, "declare it with @event")
        if inspect.isabstract(cls):
            raise self._reader.refused(cls, "it is abstract, and has no instances")
        if cls.__refused__:
            raise self._reader.refused(cls, cls.__refused__)
        if cls not in self._classes:
            self._kinds |= Kind.OBJECT
            self._classes.append(cls)
            self._words.append(cls.__name__)

    def _add_array(self, items: Any) -> None:
        if self._items is not None:
            raise self._reader.refused(self._annotation, "only one tuple can be in a union")
        self._items = self._reader.shape(items)
        self._kinds |= Kind.ARRAY
        self._words.append(_of("array", self._items))

    def _add_object(self, member: Any, keys: Any, values: Any) -> None:
        if self._reader.resolved(keys) is not str:
            raise self._reader.refused(member, "the keys of a JSON object are str")
        if self._values is not None:
            raise self._reader.refused(self._annotation, "only one dict can be in a union")
        self._values = self._reader.shape(values)
        self._kinds |= Kind.OBJECT
        self._words.append(_of("object", self._values))

    def shape(self) -> Shape:
        """The shape of all of them."""
        kinds, classes, values = self._kinds, self._classes, self._values
        bound = [value for value in self._literals if not _SCALARS[type(value)][0] & self._free]
        if bound and kinds & Kind.NULL and None not in bound:
            bound.append(None)
        several = len(classes) > 1
        tag, tags, other = self._reader.tags(self._annotation, classes) if several else (None, {}, None)
        if values is not None and values.kinds == Kind.ANY and not (classes or _converts(values)):
            values = None
        words = [word for word in dict.fromkeys(self._words) if word != "null"]
        if kinds & Kind.NULL and kinds != Kind.ANY:
            words.append("null")
        literals = tuple(bound) if bound else None
        return Shape(
            kinds, literals, tuple(classes), tag, tags, other, self._items, values, " or ".join(words)
        )


def _of(container: str, shape: Shape) -> str:
    if shape.kinds == Kind.ANY:
        return container
    words = f"({shape.expected})" if " or " in shape.expected else shape.expected
    return f"{container} of {words}"


def _converts(shape: Shape) -> bool:
    """Whether a lenient decoder makes anything else of a value of this shape than plain JSON."""
    return bool(shape.classes or shape.items or (shape.values and _converts(shape.values)))


def _literal_fields(cls: Any, namespace: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Wire name -> values of the fields of ``cls`` declared as Literal of strings.

    Where ``cls`` has no schema yet they are read off its annotations: it may be the class being compiled.

    Raises:
        Unresolved: an annotation names something that does not exist yet, which may be a Literal.
    """
    found: dict[str, tuple[str, ...]] = {}
    for field in fields_of(cls):
        if field.name not in cls.__wire__:
            continue
        shape = _compiled_shape(cls, field)
        if shape is not None:
            values = shape.literals or () if shape.kinds == Kind.STR else ()
        else:
            members = _reader(cls, field, namespace).members(field.type)
            are_literals = all(typing.get_origin(member) is Literal for member in members)
            values = tuple(value for member in members for value in typing.get_args(member) if are_literals)
        if values and all(isinstance(value, str) for value in values):
            found[cls.__wire__[field.name]] = values
    return found
