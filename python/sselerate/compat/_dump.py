"""`Dump`: light events -> the dicts that ``model_dump()`` of the SDK's models gives, without the models.

Only where every value is of its declared type and nothing about the models is special; the SDK's own instance
says the rest. As `dataclasses` does, this writes a function for each class: one that looks up what to do with
each value takes twice the time, and dumping is half of what LangChain then costs.
"""

import functools
import types
import typing
from collections.abc import Callable
from typing import Any

from ._construct import literal_values, members, plain_type

__all__ = ["Dump", "Odd"]

Convert = Callable[[Any], Any]
_LEAVES = {str, int, bool, types.NoneType}


class Odd(Exception):
    """Only the SDK's own instance can tell how a value is dumped."""


class Dump:
    """How the light events of one class are dumped: event -> dict. The functions raise `Odd`.

    Args:
        model: the SDK's model that the class stands for.
        light: gives the light class of a model that a field holds; None if it has none.
    """

    def __init__(self, model: Any, light: Callable[[Any], Any]) -> None:
        self._model = model
        self._light = light

    @functools.cached_property
    def loose(self) -> Convert:
        """For objects that are taken as they come."""
        return _written(self._model, self._light, strict=False)

    @functools.cached_property
    def strict(self) -> Convert:
        """For objects that must be valid: of a union of models, the SDK takes others for another model."""
        return _written(self._model, self._light, strict=True)

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether pydantic dumps a model field by field, under their own names."""
        decorators = model.__pydantic_decorators__
        special = decorators.field_serializers, decorators.model_serializers, decorators.computed_fields
        return not any(special) and all(
            field.alias is None and field.serialization_alias is None and not field.exclude
            for field in model.model_fields.values()
        )


def _written(model: Any, light: Callable[[Any], Any], strict: bool) -> Convert:
    """The function that dumps the events that stand for a model."""
    lines = ["def dump(event):"]
    names: dict[str, Any] = {"copied": _copied}
    for i, (name, field) in enumerate(model.model_fields.items()):
        taken = _taken_by(field, light, strict)
        lines.append(f"    v{i} = event.{name}")
        stays = [kind for kind, convert in taken.items() if convert is None]
        tests = [f"v{i} is not None"] * (types.NoneType in stays)
        tests += [f"v{i}.__class__ is not {kind.__name__}" for kind in stays if kind is not types.NoneType]
        if tests:
            lines.append(f"    if {' and '.join(tests)}:")
        lines.append(f"    {'    ' if tests else ''}v{i} = convert{i}(v{i})")
        names[f"convert{i}"] = _by_type({kind: convert for kind, convert in taken.items() if convert})
    pairs = ", ".join(f"{name!r}: v{i}" for i, name in enumerate(model.model_fields))
    lines += [
        f"    dump = {{{pairs}}}",
        "    if event.extra:",
        "        dump.update(copied(event.extra))",
        "    return dump",
    ]
    exec("\n".join(lines), names)
    function: Convert = names["dump"]
    return function


def _by_type(converts: dict[type, Convert]) -> Convert:
    def convert(value: Any) -> Any:
        found = converts.get(value.__class__)
        if found is None:
            raise Odd
        return found(value)

    return convert


def _taken_by(field: Any, light: Callable[[Any], Any], strict: bool) -> dict[type, Convert | None]:
    """Type of the value of a field -> what makes it dumped, None if it stays."""
    taken = _taken(field.annotation, light, strict)
    if field.is_required() and not strict:
        taken[types.NoneType] = None
    elif field.is_required() or field.get_default() is not None:
        taken.pop(types.NoneType, None)  # it may be missing; or the SDK puts a default in the place of null
    return taken


def _taken(annotation: Any, light: Callable[[Any], Any], strict: bool) -> dict[type, Convert | None]:
    found: dict[type, Convert | None] = {}
    parts = [plain_type(part) for part in members(annotation)]
    several = sum(light(part) is not None for part in parts) > 1
    for part in parts:
        origin, arguments = typing.get_origin(part), typing.get_args(part)
        if part is None or part in (str, bool, float, types.NoneType):
            found[types.NoneType if part is None else part] = None
        elif part is int and float not in parts:
            found[int] = None
        elif (values := literal_values(part)) and all(type(value) is str for value in values):
            found[str] = _one_of(values) if strict and str not in parts else None
        elif origin is list and arguments:
            _add(found, tuple, _list_of(_taken(arguments[0], light, strict)))
        elif (cls := light(part)) and cls.__dump__ is not None:
            _add(found, cls, cls.__dump__.strict if strict or several else cls.__dump__.loose)
    return found


def _add(found: dict[type, Convert | None], kind: type, convert: Convert) -> None:
    found[kind] = _odd if kind in found else convert


def _one_of(values: tuple[str, ...]) -> Convert:
    def convert(value: Any) -> Any:
        if value in values:
            return value
        raise Odd

    return convert


def _odd(value: Any) -> Any:
    raise Odd


def _list_of(taken: dict[type, Convert | None]) -> Convert:
    stays = frozenset(kind for kind, convert in taken.items() if convert is None)
    convert = _by_type({kind: convert for kind, convert in taken.items() if convert})
    return lambda items: [item if item.__class__ in stays else convert(item) for item in items]


def _copied(value: Any) -> Any:
    """A JSON value whose containers are new."""
    if type(value) is dict:
        return {key: item if type(item) in _LEAVES else _copied(item) for key, item in value.items()}
    if type(value) is list:
        return [_copied(item) for item in value]
    return value
