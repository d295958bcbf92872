"""`Lighter`: an SDK's pydantic models -> event classes of ours with the same attributes.

Each is generated, at first use, from the model that it stands for: the fields, their names, defaults and
keys. So its instances answer to whatever the SDK's do, in the version that is installed, and the compiled
core fills them. What they do not have in slots they do through the SDK's own instance (`Light.to_model`).

Models of dates, of models that nothing tells apart, of themselves and the like have no light class; nor have
those that contain one, nor those that contain very many (a whole response): generating them would take longer
than their few instances save.
"""

import contextlib
import dataclasses
import enum
import importlib
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Protocol, TypeAlias, Union

from ..events.declare import Event, event
from ._construct import literal_values, members, plain_type, tags
from ._dump import Dump, Odd

__all__ = ["Light", "Lighter"]

Values: TypeAlias = dict[str, Any]

_MOST_MODELS = 32
"""How many models the light class of one may be made of."""


class Maker(Protocol):
    """What makes instances of the models of an SDK."""

    def is_model(self, annotation: Any) -> bool:
        """Whether a type is one of its models."""

    def of(self, annotation: Any) -> Callable[[Any], Any]:
        """The function that makes a value of a type from JSON."""


class Light(Event):
    """Base of the light events: an `Event` that answers as the SDK's model does.

    It is immutable, its lists are tuples, and it is no instance of the SDK's class. Dumps, copies and
    whatever else pydantic offers are made from the instance that `to_model` gives.
    """

    __slots__ = ()

    __model__: ClassVar[Any]
    """The SDK's model that the class stands for."""
    __annotation__: ClassVar[Any]
    """As what it is made: as itself, or as one of a union."""
    __maker__: ClassVar[Maker]
    """What makes instances of it."""
    __dump__: ClassVar[Dump | None] = None
    """What dumps its instances; None if that is for the SDK."""
    __module_name__: ClassVar[str]
    """The compat module that generated the class, which has its `Lighter` as ``lighter()``."""

    def to_model(self) -> Any:
        """This event as an instance of the SDK's own class."""
        return self.__maker__.of(self.__annotation__)(Event.to_dict(self))

    def to_dict(self, **options: Any) -> Values:
        """As the SDK's: what was sent."""
        if not options:
            return Event.to_dict(self)
        made: Any = self.to_model()
        dump: Values = made.to_dict(**options)
        return dump

    def to_json(self, **options: Any) -> str:
        """As the SDK's."""
        made: Any = self.to_model()
        text: str = made.to_json(**options)
        return text

    def model_dump(self, **options: Any) -> Values:
        """As pydantic's."""
        if self.__dump__ is not None and (not options or options in ({"mode": "python"}, {"mode": "json"})):
            try:
                dump: Values = self.__dump__.loose(self)
            except Odd:
                pass
            else:
                return dump
        dump = self.to_model().model_dump(**options)
        return dump

    def model_dump_json(self, **options: Any) -> str:
        """As pydantic's."""
        text: str = self.to_model().model_dump_json(**options)
        return text

    def dict(self, **options: Any) -> Values:
        """As pydantic's, deprecated there."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:
        """As pydantic's, deprecated there."""
        return self.model_dump_json(**options)

    def model_copy(self, **options: Any) -> Any:
        """As pydantic's: a copy that can be changed, of the SDK's own class."""
        return self.to_model().model_copy(**options)

    def copy(self, **options: Any) -> Any:
        """As pydantic's, deprecated there."""
        return self.model_copy(**options)

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that were sent."""
        names: set[str] = self.to_model().model_fields_set
        return names

    @property
    def model_extra(self) -> Values:
        """What was sent and is no field."""
        return self.extra or {}

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """As pydantic's: names and values."""
        for name in type(self).__wire__:
            yield name, getattr(self, name)
        yield from self.model_extra.items()

    def __reduce__(self) -> tuple[Any, ...]:
        # The class is nowhere to be imported from: its model is.
        restore, (cls, *state) = Event.__reduce__(self)
        place = cls.__module_name__, cls.__model__.__module__, cls.__model__.__qualname__
        return _restore, (restore, *place, *state)


def _restore(restore: Any, compat: str, module: str, qualname: str, *state: Any) -> Any:
    model: Any = importlib.import_module(module)
    for name in qualname.split("."):
        model = getattr(model, name)
    return restore(importlib.import_module(compat).lighter().of(model), *state)


class NotLight(Exception):
    """A model has no light class."""


class Lighter:
    """Generates the light classes of one SDK.

    Args:
        maker: what makes instances of the SDK's models.
        module: the compat module that the classes belong to.
        unset: the name of the class whose instance stands for a missing key, if the SDK has one; here None
            does.
    """

    def __init__(self, maker: Maker, module: str, unset: str = "") -> None:
        self._maker = maker
        self._module = module
        self._unset = unset
        self._known: dict[Any, type[Light] | None] = {}

    def of(self, model: Any) -> type[Light] | None:
        """The light class of a model; None if it has none."""
        if model not in self._known:
            self._known[model] = None  # for models that contain themselves
            if len(self._parts(model, set())) <= _MOST_MODELS:
                with contextlib.suppress(NotLight):
                    self._known[model] = self._generated(model)
        return self._known[model]

    def shallow(self, model: Any) -> type[Light] | None:
        """The light class of a model whose instances are made by keyword, of light values; None if it has
        none."""
        with contextlib.suppress(NotLight):
            self._known[model] = self._generated(model, shallow=True)
        return self._known.get(model)

    def target(self, annotation: Any) -> Any:
        """What a `Decoder` is to decode for a type of the SDK, a model or a union of models; None if nothing.

        Of a union only those that have a light class, and only if one key tells all apart.
        """
        models = members(annotation)
        if not all(self._maker.is_model(model) for model in models):
            return None
        if len(models) > 1 and tags(models) is None:
            return None
        classes = [cls for cls in map(self.of, models) if cls is not None]
        if len(classes) == 1 < len(models):
            return None  # a decoder of one class looks at no tag
        for cls in classes:
            cls.__annotation__ = annotation
        return Union[tuple(classes)] if classes else None  # noqa: UP007

    def _parts(self, model: Any, found: set[Any]) -> set[Any]:
        """The models that a model is made of, itself included, added to ``found``."""
        if model not in found and len(found) <= _MOST_MODELS:
            found.add(model)
            waiting = [field.annotation for field in model.model_fields.values()]
            while waiting:
                for member in members(waiting.pop()):
                    if self._maker.is_model(member):
                        self._parts(member, found)
                    elif typing.get_origin(member) in (list, dict):
                        waiting += typing.get_args(member)
        return found

    def _generated(self, model: Any, shallow: bool = False) -> type[Light]:
        namespace: dict[str, Any] = {}
        annotations: dict[str, Any] = {}
        for name, field in model.model_fields.items():
            if name.startswith("_") or hasattr(Event, name) or hasattr(Light, name):
                raise NotLight
            annotations[name] = Any if shallow else self._annotation(field.annotation)
            options: dict[str, Any] = {}
            if field.alias is not None:
                options["metadata"] = {"wire": field.alias}
            if not field.is_required():
                default = None if self._is_unset(type(field.default)) else field.get_default()
                if not isinstance(default, str | int | float | types.NoneType):
                    raise NotLight
                options["default"] = default
            namespace[name] = dataclasses.field(**options)
        namespace |= {
            "__annotations__": annotations,
            "__module__": self._module,
            "__qualname__": model.__qualname__,
            "__doc__": model.__doc__,
            "__model__": model,
            "__annotation__": model,
            "__maker__": self._maker,
            "__module_name__": self._module,
        }
        try:
            made: type[Light] = event(type(model.__name__, (Light,), namespace))
        except TypeError:
            raise NotLight from None
        if not shallow and Dump.fits(model):
            made.__dump__ = Dump(model, self._light_part)
        return made

    def _light_part(self, annotation: Any) -> type[Light] | None:
        return self.of(annotation) if self._maker.is_model(annotation) else None

    def _is_unset(self, annotation: Any) -> bool:
        return bool(self._unset) and getattr(annotation, "__name__", "") == self._unset

    def _annotation(self, annotation: Any) -> Any:
        """The annotation of a field as `event` takes it."""
        annotation = plain_type(annotation)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if annotation in (Any, object):
            return Any
        if annotation in (str, int, float, bool, None, types.NoneType):
            return annotation
        if (
            isinstance(annotation, type)
            and issubclass(annotation, str)
            and not issubclass(annotation, enum.Enum)
        ):
            return str  # the type of "any other string" beside literals
        if values := literal_values(annotation):
            return typing.Literal[values]
        if origin in (Union, types.UnionType):
            kept = [member for member in members(annotation) if not self._is_unset(member)]
            if len(kept) == 2 and kept[1] is types.NoneType and literal_values(kept[0]):
                return self._annotation(
                    kept[0]
                )  # so that it can be a tag; missing or null, it is None anyway
            return Union[tuple(map(self._annotation, kept))]  # noqa: UP007
        if origin is list and arguments:
            return tuple[self._annotation(arguments[0]), ...]  # type: ignore[misc]
        if origin is dict and arguments and arguments[0] is str:
            return dict[str, self._annotation(arguments[1])]  # type: ignore[misc]
        if self._maker.is_model(annotation):
            cls = self.of(annotation)
            if cls is not None:
                return cls
        raise NotLight
