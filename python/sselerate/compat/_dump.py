"""`Dump`: light events -> the dicts that ``model_dump()`` of the SDK's models gives, without the models.

Only where every value is of its declared type and nothing about the models is special; the SDK's own instance
says the rest. What has to be done depends on the types of an object's values alone, so it is worked out once
for each combination of them: most objects of a stream are of two or three.
"""

import functools
import operator
import types
import typing
from collections.abc import Callable
from typing import Any

from ._construct import literal_values, members, plain_type

__all__ = ["Dump", "Odd"]

_LEAVES = {str, int, bool, types.NoneType}
_MOST_PLANS = 256
"""How many combinations of types are remembered for a class."""

Convert = Callable[[Any], Any]


class Odd(Exception):
    """Only the SDK's own instance can tell how a value is dumped."""


class Dump:
    """How the light events of one class are dumped.

    Args:
        model: the SDK's model that the class stands for.
        light: gives the light class of a model that a field holds; None if it has none.
        strict: whether required fields must be there: of a union of models, the SDK takes objects that lack
            one for another model.
    """

    def __init__(self, model: Any, light: Callable[[Any], Any], strict: bool = False) -> None:
        self._model = model
        self._light = light
        self._names = tuple(model.model_fields)
        getter = operator.attrgetter(*self._names) if self._names else _no_values
        self._values = getter if len(self._names) != 1 else lambda value: (getter(value),)
        self._taken = [_taken_by(field, light, strict) for field in model.model_fields.values()]
        self._plans: dict[tuple[type, ...], list[tuple[str, Convert]]] = {}

    @functools.cached_property
    def strict(self) -> "Dump":
        """The same for an object that must be valid."""
        return Dump(self._model, self._light, strict=True)

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether pydantic dumps a model field by field, under their own names."""
        decorators = model.__pydantic_decorators__
        special = decorators.field_serializers, decorators.model_serializers, decorators.computed_fields
        return not any(special) and all(
            field.alias is None and field.serialization_alias is None and not field.exclude
            for field in model.model_fields.values()
        )

    def __call__(self, event: Any) -> dict[str, Any]:
        """The dict for an event.

        Raises:
            Odd: there is something in it that this does not know.
        """
        values = self._values(event)
        kinds = tuple(map(type, values))
        plan = self._plans.get(kinds)
        if plan is None:
            plan = self._plan(kinds)
        dump = dict(zip(self._names, values, strict=True))
        for name, convert in plan:
            dump[name] = convert(dump[name])
        extra = event.extra
        if extra:
            for name, value in extra.items():
                dump[name] = value if type(value) in _LEAVES else _copied(value)
        return dump

    def _plan(self, kinds: tuple[type, ...]) -> list[tuple[str, Convert]]:
        """(name, what makes it dumped) of the values that do not stay as they are."""
        plan = []
        for name, kind, taken in zip(self._names, kinds, self._taken, strict=True):
            if kind not in taken:
                raise Odd
            convert = taken[kind]
            if convert is not None:
                plan.append((name, convert))
        if len(self._plans) < _MOST_PLANS:
            self._plans[kinds] = plan
        return plan


def _no_values(event: Any) -> tuple[Any, ...]:
    return ()


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
            _add(found, cls, cls.__dump__.strict if strict or several else cls.__dump__)
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
    def convert(items: Any) -> list[Any]:
        dumped = []
        for item in items:
            kind = type(item)
            if kind not in taken:
                raise Odd
            of_item = taken[kind]
            dumped.append(item if of_item is None else of_item(item))
        return dumped

    return convert


def _copied(value: Any) -> Any:
    """A JSON value whose containers are new."""
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) is list:
        return [_copied(item) for item in value]
    return value
