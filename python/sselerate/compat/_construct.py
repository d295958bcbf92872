"""`Constructor`: JSON values -> instances of an SDK's own pydantic models, as the SDK makes them, but fast.

The SDKs that Stainless generates (openai, anthropic and others) make their response objects without
validation: a walk over the annotations of every field of every object, in Python, for each event. Here the
annotations of a class are read once.

What is made equals what the SDK makes, attribute by attribute, set of fields by set of fields; the SDK's own
function makes whatever is not plain (several models without a field that tells them apart, dates, values of
another type than declared). Two rules of the SDK matter:

- The value of a union, `Optional` included, is validated: missing keys and wrong types make the SDK look for
  another way. The functions that `_strict_of` gives raise `Mismatch` for them, and the SDK decides.
- Everything else is taken as it comes. The functions that `_loose_of` gives never raise.
"""

import importlib
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Union

__all__ = ["Constructor", "literal_values", "members", "plain_type", "tags"]

Convert = Callable[[Any], Any]
Delegate = Callable[..., Any]
"""The SDK's ``construct_type(*, value, type_, metadata=None)``."""


class Mismatch(Exception):
    """A value is not of the declared type."""


class Unsupported(Exception):
    """A type whose values only the SDK can make."""


_NONE = type(None)
_SCALARS = (str, int, bool, _NONE)


def plain_type(annotation: Any) -> Any:
    """An annotation without `Annotated`, and without the name of an alias."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = annotation.__origin__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        elif type(origin).__name__ == "TypeAliasType":  # an alias with parameters
            annotation = origin.__value__[typing.get_args(annotation)]
        else:
            return annotation


def members(annotation: Any) -> list[Any]:
    """The members of a union, nested ones too; of any other type itself."""
    annotation = plain_type(annotation)
    if typing.get_origin(annotation) in (Union, types.UnionType):
        return [member for part in typing.get_args(annotation) for member in members(part)]
    return [annotation]


def literal_values(annotation: Any) -> tuple[Any, ...]:
    """The values of a Literal type; () for any other."""
    annotation = plain_type(annotation)
    return typing.get_args(annotation) if _is_literal(annotation) else ()


def _is_literal(annotation: Any) -> bool:
    # typing_extensions has a Literal of its own on older Pythons.
    return getattr(typing.get_origin(annotation), "_name", None) == "Literal" or (
        typing.get_origin(annotation) is Literal
    )


def tags(models: list[Any]) -> tuple[str, dict[str, Any]] | None:
    """The key that tells models apart, with model by value; None if there is none."""
    for key in _literal_keys(models[0]):
        found: dict[str, Any] = {}
        for model in models:
            values = _literal_keys(model).get(key, ())
            if not values or any(value in found for value in values):
                break
            found.update(dict.fromkeys(values, model))
        else:
            return key, found
    return None


def _literal_keys(model: Any) -> dict[str, tuple[str, ...]]:
    """Key -> values of the fields of a model that are declared as a Literal of strings."""
    found = {}
    for name, field in model.model_fields.items():
        parts = [part for member in members(field.annotation) for part in literal_values(member) or (member,)]
        values = [part for part in parts if part not in (None, _NONE)]
        if values and all(type(value) is str for value in values):
            found[field.alias or name] = tuple(values)
    return found


class Constructor:
    """Makes instances of the models of one SDK.

    Args:
        base: the class that all models of the SDK derive from.
        delegate: its ``construct_type``.
    """

    def __init__(self, base: Any, delegate: Delegate) -> None:
        self._base = base
        self._delegate = delegate
        self._loose: dict[Any, Convert] = {}
        self._strict: dict[Any, Convert] = {}
        slots = _model_slots()
        self._set_dict = slots["__dict__"]
        self._set_fields_set = slots["__pydantic_fields_set__"]
        self._set_extra = slots["__pydantic_extra__"]
        self._set_private = slots["__pydantic_private__"]

    def of(self, annotation: Any) -> Convert:
        """The function that makes a value of a type from JSON; it does what ``construct_type`` does."""
        if annotation in self._loose:
            return self._loose[annotation]
        return self._loose_of(annotation, ()) or _same

    def is_model(self, annotation: Any) -> bool:
        """Whether a type is a model of the SDK that is made in the usual way."""
        return isinstance(annotation, type) and issubclass(annotation, self._base)

    # ---- values taken as they come

    def _loose_of(self, annotation: Any, metadata: tuple[Any, ...]) -> Convert | None:
        """The function for a type; None if values stay as they are."""
        given = annotation
        annotation = plain_type(annotation)
        origin = typing.get_origin(annotation)
        if origin in (Union, types.UnionType):
            return self._loose_union(given, annotation, metadata)
        if self.is_model(annotation):
            return self._loose_model(annotation)
        if origin is list:
            return self._loose_list(typing.get_args(annotation))
        if origin is dict:
            return self._loose_dict(typing.get_args(annotation))
        if annotation is float:
            return _loose_float
        if _stays(annotation):
            return None
        return self._delegated(given, metadata)

    def _delegated(self, annotation: Any, metadata: tuple[Any, ...]) -> Convert:
        delegate, meta = self._delegate, list(metadata) or None
        return lambda value: delegate(value=value, type_=annotation, metadata=meta)

    def _loose_list(self, arguments: tuple[Any, ...]) -> Convert:
        item = self._loose_of(arguments[0], ()) if arguments else None

        def convert(value: Any) -> Any:
            if type(value) is not list:
                return value
            return list(value) if item is None else [item(entry) for entry in value]

        return convert

    def _loose_dict(self, arguments: tuple[Any, ...]) -> Convert:
        item = self._loose_of(arguments[1], ()) if len(arguments) > 1 else None

        def convert(value: Any) -> Any:
            if type(value) is not dict:
                return value
            return dict(value) if item is None else {key: item(entry) for key, entry in value.items()}

        return convert

    def _loose_model(self, model: Any) -> Convert:
        if model not in self._loose:
            # a model may contain itself: until it is known, the values in it look it up
            self._loose[model] = lambda value: self._loose[model](value)
            try:
                self._loose[model] = self._object(model, loose=True)
            except Unsupported:
                self._loose[model] = self._delegated(model, ())
        return self._loose[model]

    def _loose_union(self, given: Any, union: Any, metadata: tuple[Any, ...]) -> Convert:
        delegated = self._delegated(given, metadata)
        by_type = self._by_type(union)

        def convert(value: Any) -> Any:
            strict = by_type.get(type(value))
            if strict is None:
                return delegated(value)
            try:
                return strict(value)
            except Mismatch:
                return delegated(value)

        return convert

    # ---- values that must be of the declared type

    def _by_type(self, union: Any) -> dict[type, Convert]:
        """Type of a JSON value -> the function for the member of a union that takes it.

        Types which several members take in different ways are left out.
        """
        found: dict[type, list[Convert]] = {}
        models = []
        for member in members(union):
            if self.is_model(member):
                models.append(member)
                continue
            try:
                strict = self._strict_of(member)
            except Unsupported:
                return {}
            for taken in _taken_by(member):
                found.setdefault(taken, []).append(strict)
        if models:
            found.setdefault(dict, []).append(self._strict_models(models))
        if int not in found and float in found:
            found[int] = [_strict_float]
        by_type = {taken: functions[0] for taken, functions in found.items() if len(functions) == 1}
        if len(found.get(str, ())) > 1:
            by_type[str] = _either(found[str])
        return by_type

    def _strict_of(self, annotation: Any) -> Convert:
        annotation = plain_type(annotation)
        origin = typing.get_origin(annotation)
        arguments = typing.get_args(annotation)
        if annotation in (Any, object):
            return _same
        if annotation is float:
            return _strict_float
        if annotation in _SCALARS:
            return _exactly(annotation)
        if annotation is None:
            return _exactly(_NONE)
        if _is_literal(annotation):
            return _one_of(arguments)
        if origin in (Union, types.UnionType):
            return self._strict_union(annotation)
        if self.is_model(annotation):
            return self._strict_models([annotation])
        if origin is list and arguments:
            return _strict_list(self._strict_of(arguments[0]))
        if origin is dict and arguments and arguments[0] is str:
            return _strict_dict(self._strict_of(arguments[1]))
        raise Unsupported

    def _strict_union(self, union: Any) -> Convert:
        by_type = self._by_type(union)

        def convert(value: Any) -> Any:
            strict = by_type.get(type(value))
            if strict is None:
                raise Mismatch
            return strict(value)

        return convert

    def _strict_models(self, models: list[Any]) -> Convert:
        if len(models) == 1:
            return self._strict_model(models[0])
        found = tags(models)
        if found is None:
            return _never
        key, by_tag = found

        def convert(value: Any) -> Any:
            tag = value.get(key) if type(value) is dict else None
            model = by_tag.get(tag) if type(tag) is str else None
            if model is None:
                raise Mismatch
            return self._strict_model(model)(value)

        return convert

    def _strict_model(self, model: Any) -> Convert:
        if model not in self._strict:
            self._strict[model] = lambda value: self._strict[model](value)
            try:
                self._strict[model] = self._object(model, loose=False)
            except Unsupported:
                self._strict[model] = _never
        return self._strict[model]

    # ---- objects

    def _object(self, model: Any, loose: bool) -> Convert:
        """The function that makes instances of a model."""
        if not self._is_usual(model, loose):
            raise Unsupported
        by_key, defaults, fresh, required = self._fields_of(model, loose)
        # A quirk of the SDK: the key of a field with an alias is kept among the unknown ones too.
        names = set(defaults) if loose else set(by_key)
        kept_twice = {key for key in by_key if key not in names}
        cls, new = model, object.__new__
        set_dict, set_fields_set = self._set_dict, self._set_fields_set
        set_extra, set_private = self._set_extra, self._set_private

        def convert_object(values: Any) -> Any:
            if type(values) is not dict:
                return _not_an_object(values)
            fields = defaults.copy()
            found = set()
            extra = {}
            for key, value in values.items():
                entry = by_key.get(key)
                if entry is None:
                    if key not in names:
                        extra[key] = value
                        if not loose:
                            found.add(key)  # as pydantic does, and the SDK does not
                    continue
                name, convert, default = entry
                found.add(name)
                if value is None and loose:
                    fields[name] = default
                else:
                    fields[name] = value if convert is None else convert(value)
                if kept_twice and key in kept_twice:
                    extra[key] = value
            if not loose and not found >= required:
                raise Mismatch
            if fresh:
                for name, field in fresh:
                    if name not in found:
                        fields[name] = field.get_default(call_default_factory=not loose)
            result = new(cls)
            set_dict(result, fields)
            set_fields_set(result, found)
            set_extra(result, extra)
            set_private(result, None)
            return result

        def _not_an_object(values: Any) -> Any:
            if not loose:
                raise Mismatch
            if type(values) is list:
                return [convert_object(entry) if type(entry) is dict else entry for entry in values]
            return values

        return convert_object

    def _fields_of(self, model: Any, loose: bool) -> "_Fields":
        """What the annotations of a model say."""
        fields = _Fields({}, {}, [], set())
        for name, field in model.model_fields.items():
            key = field.alias or name
            if key in fields.by_key:
                raise Unsupported
            if loose:
                convert = self._loose_of(field.annotation, tuple(field.metadata))
            else:
                convert = self._strict_of(field.annotation)
                if convert is _same:
                    convert = None
            default = None if field.is_required() else field.get_default()
            if field.is_required():
                fields.required.add(name)
            if field.default_factory is not None or not isinstance(default, str | int | float | _NONE):
                fields.fresh.append((name, field))
            fields.by_key[key] = name, convert, default
            fields.defaults[name] = default
        return fields

    def _is_usual(self, model: Any, loose: bool) -> bool:
        """Whether the instances of a model are made of its fields alone."""
        if not model.__pydantic_complete__:
            model.model_rebuild(raise_errors=False)
        config: Mapping[str, Any] = model.model_config
        decorators = model.__pydantic_decorators__
        checks = (decorators.validators, decorators.field_validators, decorators.model_validators)
        return (
            model.construct.__func__ is self._base.construct.__func__
            and not getattr(model, "__pydantic_generic_metadata__", {}).get("args")
            and not model.__private_attributes__
            and not config.get("populate_by_name")
            and config.get("extra") == "allow"
            and "__pydantic_extra__" not in model.__annotations__
            and not (any(checks) and not loose)
            and model.__pydantic_root_model__ is False
        )


class _Fields(NamedTuple):
    """The fields of a model."""

    by_key: dict[str, tuple[str, Convert | None, Any]]
    """(name, convert, default) by JSON key: convert is None where a value is taken as it is."""
    defaults: dict[str, Any]
    """By name; None for those that have none."""
    fresh: list[tuple[str, Any]]
    """Those whose default is made anew for each instance."""
    required: set[str]
    """The names of those that have no default."""


def _model_slots() -> dict[str, Callable[[Any, Any], None]]:
    base = importlib.import_module("pydantic").BaseModel
    names = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
    return {name: vars(base)[name].__set__ for name in names}


def _stays(annotation: Any) -> bool:
    return annotation in (Any, object, *_SCALARS, None) or _is_literal(annotation)


def _taken_by(member: Any) -> tuple[type, ...]:
    """The types of the JSON values that a member of a union other than a model takes."""
    if member in (Any, object):
        return (str, int, float, bool, _NONE, list, dict)
    if _is_literal(member):
        return tuple(dict.fromkeys(type(value) for value in typing.get_args(member)))
    return (_NONE if member is None else typing.get_origin(member) or member,)


def _same(value: Any) -> Any:
    return value


def _never(value: Any) -> Any:
    raise Mismatch


def _loose_float(value: Any) -> Any:
    if isinstance(value, int):
        coerced = float(value)
        return coerced if coerced == value else value
    return value


def _strict_float(value: Any) -> Any:
    if type(value) is float:
        return value
    if type(value) is int and abs(value) < 2**53:
        return float(value)
    raise Mismatch


def _exactly(wanted: type) -> Convert:
    def convert(value: Any) -> Any:
        if type(value) is wanted:
            return value
        raise Mismatch

    return convert


def _one_of(values: tuple[Any, ...]) -> Convert:
    allowed = {(type(value), value) for value in values}

    def convert(value: Any) -> Any:
        if type(value) in (str, int, bool, _NONE) and (type(value), value) in allowed:
            return value
        raise Mismatch

    return convert


def _either(functions: list[Convert]) -> Convert:
    """For several members that take a type and all leave its values as they are."""

    def convert(value: Any) -> Any:
        for function in functions:
            try:
                return function(value)
            except Mismatch:
                continue
        raise Mismatch

    return convert


def _strict_list(item: Convert) -> Convert:
    def convert(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch
        return [item(entry) for entry in value]

    return convert


def _strict_dict(item: Convert) -> Convert:
    def convert(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch
        return {key: item(entry) for key, entry in value.items()}

    return convert
