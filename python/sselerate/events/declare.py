"""How event types are declared, and what the backends read of a declaration.

A declaration is a frozen, slotted dataclass:

    @event
    class Delta(Event):
        text: str
        index: int
        finish_reason: Literal["stop", "length"] | None = None

The decorator refuses what the decoders cannot honour, at once. From the annotations it compiles a `Schema`:
per field a wire name, a default and a `Shape`. Both backends read that, create instances without calling
``__init__`` and fill their slots. Annotations that name classes which do not exist yet are compiled at first
use.
"""

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .annotations import Unresolved, field_shape, shape_of
from .base import Event, check_declared, fields_of
from .extra import unknown_key
from .shape import Field, Kind, Schema, Shape

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
elif sys.version_info >= (3, 11):
    from typing import dataclass_transform
else:  # it only marks the decorator for type checkers

    def dataclass_transform(**_):
        return lambda decorator: decorator


__all__ = ["Event", "event", "schema_of", "shape_of", "text_path"]

T = TypeVar("T")


@overload
def event(cls: type[T], /) -> type[T]: ...


@overload
def event(*, rename: Literal["camel"] | None = None, light: bool = False) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def event(
    cls: type[T] | None = None, /, *, rename: Literal["camel"] | None = None, light: bool = False
) -> Any:
    """Declares an event class: a frozen, slotted dataclass with keyword arguments, and a schema. It needs no
    other decorator.

    Annotations, 128 at most, may be str, int, float, bool, None, Any, Literal, event classes,
    ``tuple[X, ...]``, ``dict[str, X]`` and unions of these. Several event classes in one union need a Literal
    field of the same wire name, whose value tells them apart; one of them may declare it as str, and takes
    what is left.

    A field with ``metadata={"sse": "event"}`` takes the SSE event type of the block (its ``event:`` line,
    None if there is none or it says "message") where an instance is a whole payload. It is no part of the
    JSON.

    Args:
        rename: "camel" gives every field its camelCase name on the wire (``finish_reason`` ->
            ``finishReason``), and those that derived classes add. ``dataclasses.field(metadata={"wire":
            name})`` names a single one.
        light: whether declared values of any kind (Any, ``dict[str, Any]``) count as leaves, as those of
            ``extra`` do. Classes of leaves are cheap, since the garbage collector need not know their
            instances; it would not find a cycle that a program ties through such a value.

    Raises:
        TypeError: the class declares something that no decoder could honour; names the class, and the field
            and annotation that are to blame. For annotations with forward references it comes at first use.
    """
    if rename not in (None, "camel"):
        raise ValueError(f"rename must be 'camel' or None, not {rename!r}")
    if cls is not None:
        return _declare(cls, rename, light, sys._getframe(1).f_locals)
    return lambda cls: _declare(cls, rename, light, sys._getframe(1).f_locals)


def _declare(cls: type, rename: str | None, light: bool, namespace: Mapping[str, Any]) -> type:
    if not isinstance(cls, type):
        raise TypeError(f"@event decorates classes, not {cls!r}")
    written = cls
    plain = (
        f"{cls.__qualname__}: @event takes a plain class and makes a dataclass with slots of it: leave out "
    )
    plain += "__slots__ and @dataclass; no Enum, NamedTuple or TypedDict can become one"
    if {"__slots__", "__dataclass_fields__"} & vars(cls).keys():
        raise TypeError(plain)
    if not issubclass(cls, Event):
        members = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
        bases = tuple(base for base in cls.__bases__ if base is not object)
        metaclass: Any = type(cls)
        members["__qualname__"] = cls.__qualname__
        try:
            cls = metaclass(cls.__name__, (*bases, Event), members)
        except Exception as error:  # whatever a metaclass raises that knows nothing of events
            raise TypeError(f"{plain} ({error})") from error
    for name in _annotations(cls):
        # The dataclass decorator would take a property of a base for the default of the field that hides it.
        if name not in cls.__dict__ and isinstance(getattr(cls, name, None), property):
            setattr(cls, name, dataclasses.field())
    try:
        declared: Any = dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)(cls)
    except (TypeError, ValueError) as error:
        reason = str(error).replace("use default_factory", "use None or ()")  # which is not supported
        raise TypeError(f"{cls.__qualname__}: {reason}") from error
    _move_super(written, declared)
    # As the dataclass decorator has it: the repr of a plain dataclass does not go for those derived from it.
    shows = next(base for base in declared.__mro__ if "__repr__" in vars(base))
    if "__dataclass_fields__" in vars(shows) and not issubclass(shows, Event):
        declared.__repr__ = Event.__repr__
    if rename:
        declared.__rename__ = rename
    declared.__wire__ = _wire_names(declared)
    declared.__schema__ = None
    if declared.__post_init__ is not Event.__post_init__ and not hasattr(declared, "__getattr__"):
        declared.__getattr__ = unknown_key  # its own __post_init__ need not call ours, which notes the keys
    # Compiled now if all names are known, so that mistakes show here.
    try:
        declared.__schema__ = _compile(declared, namespace)
        if all(_is_light(field.shape, light) for field in declared.__schema__.fields):
            _adopt(declared)
    except Unresolved:
        for field in fields_of(declared):
            try:
                field_shape(declared, field, namespace)
            except Unresolved:
                continue
    return declared  # type: ignore[no-any-return]


def _move_super(written: type, declared: type) -> None:
    """Makes ``super()`` and ``__class__`` in the methods of a class mean the class that was made of it.

    The compiler gives all functions of a class body one cell that holds the class. It is looked for in
    methods and properties, not in what other objects keep for themselves, as `functools.partialmethod` does.
    """
    for member in vars(written).values():
        is_property = isinstance(member, property)
        parts: tuple[Any, ...] = (member.fget, member.fset, member.fdel) if is_property else (member,)
        for function in map(inspect.unwrap, parts):
            code = getattr(function, "__code__", None)
            if code is not None and "__class__" in code.co_freevars:
                cell = function.__closure__[code.co_freevars.index("__class__")]
                if cell.cell_contents is written:
                    cell.cell_contents = declared
                    return


def _is_light(shape: Shape, light: bool) -> bool:
    """Whether values of this shape are leaves or hold only such, so that the garbage collector need not know
    the class that declares them.

    `extra` and declared dicts of leaves count as leaves: what a program puts into them is its own affair. So
    do values of any kind in a class that is declared ``light``.
    """
    if shape.kinds & Kind.OBJECT and not shape.classes and shape.values is None and not light:
        return False
    if shape.kinds & Kind.ARRAY and shape.items is None and not light:
        return False
    parts = [part for part in (shape.items, shape.values) if part is not None]
    if not all(_is_light(part, light) for part in parts):
        return False
    return not any(cls.__flags__ & _HAVE_GC for cls in shape.classes)


def _annotations(cls: type) -> Iterable[str]:
    """The names that ``cls`` itself annotates."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    names: Iterable[str] = cls.__dict__.get("__annotations__", ())  # noqa: RUF063 (3.14 is done with)
    return names


_MOST_FIELDS = 128
"""What the compiled core can mark in one number; no server comes near it."""


def _wire_names(cls: Any) -> dict[str, str]:
    """Field name -> wire name in order of declaration; refuses what no schema can say."""
    inherited: dict[str, str] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited.update(base.__dict__.get("__wire__", {}))
    own = _annotated_here(cls)
    names: dict[str, str] = {}
    for name, field in cls.__dataclass_fields__.items():
        if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
            raise TypeError(f"{cls.__qualname__}.{name}: InitVar is not supported")
    for field in fields_of(cls):
        where = f"{cls.__qualname__}.{field.name}"
        if field.name.startswith("_"):
            raise TypeError(f"{where}: the name of a field must not start with an underscore")
        if field.name in Event.__dict__:
            raise TypeError(f"{where}: the name is taken by Event.{field.name}")
        if field.default_factory is not dataclasses.MISSING:
            raise TypeError(f"{where}: default_factory is not supported, give a default such as None or ()")
        if not field.init:
            raise TypeError(f"{where}: init=False is not supported")
        if _is_event_name(field):
            continue
        if field.name in inherited and field.name not in own:
            names[field.name] = inherited[field.name]
            continue
        wire = field.metadata.get("wire")
        if wire is None:
            wire = _camel(field.name) if cls.__rename__ else field.name
        if not isinstance(wire, str):
            raise TypeError(f"{where}: the wire name must be a str, not {wire!r}")
        names[field.name] = wire
    taken: dict[str, str] = {}
    for name, wire in names.items():
        if wire in taken:
            where = f"{cls.__qualname__}.{name}"
            raise TypeError(f"{where}: wire name {wire!r} is taken by field {taken[wire]!r}")
        taken[wire] = name
    if cls.__dataclass_fields__["extra"] is not Event.__dataclass_fields__["extra"]:
        raise TypeError(f"{cls.__qualname__}.extra: the name is taken by Event.extra")
    if len(names) > _MOST_FIELDS:
        raise TypeError(f"{cls.__qualname__}: {len(names)} fields, and at most {_MOST_FIELDS} are supported")
    return names


def _annotated_here(cls: type) -> set[str]:
    """Names of the fields that ``cls`` itself declares: those whose Field objects no base has."""
    theirs = [base.__dict__.get("__dataclass_fields__", {}) for base in cls.__mro__[1:]]
    fields: dict[str, Any] = cls.__dict__["__dataclass_fields__"]
    return {name for name, field in fields.items() if not any(t.get(name) is field for t in theirs)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


_HAVE_GC = 1 << 14
"""The bit of ``type.__flags__`` that says that the garbage collector looks after the instances."""


def _adopt(cls: type) -> None:
    """Lets the compiled core make the instances of ``cls`` light; see rust/python/src/adopt.rs."""
    from .._backend import BACKEND

    if BACKEND == "rust" and not _may_have_instances(cls):
        from .._core import adopt

        adopt(cls)


def _may_have_instances(cls: type) -> bool:
    """Whether a class that was just made has told other code of it, which may have made instances."""
    hooks = (base for base in cls.__mro__[:-1] if "__init_subclass__" in vars(base))
    # From CPython 3.13 on a property is told its name; it keeps that and no more.
    told = (value for value in vars(cls).values() if type(value) is not property)
    return type(cls) is not type or any(hooks) or any(hasattr(type(value), "__set_name__") for value in told)


def schema_of(cls: type) -> Schema:
    """The schema of an event class, compiled at first use.

    Raises:
        TypeError: ``cls`` is no event class, or has a forward reference to something unsupported, or to
            nothing.
    """
    check_declared(cls)
    schema: Schema | None = cls.__dict__["__schema__"]
    if schema is None:
        schema = _compile(cls, {})
        cls.__schema__ = schema  # type: ignore[attr-defined]
    return schema


def _compile(cls: Any, namespace: Mapping[str, Any]) -> Schema:
    compiled = []
    event_name: str | None = None
    for field in fields_of(cls):
        shape = field_shape(cls, field, namespace)
        if _is_event_name(field):
            if event_name is not None or shape.kinds != Kind.STR | Kind.NULL or field.default is not None:
                raise TypeError(
                    f"{cls.__qualname__}.{field.name}: only one field can take the event type, declared as "
                    "str | None with the default None"
                )
            event_name = field.name
            continue
        required = field.default is dataclasses.MISSING
        default = None if required else field.default
        compiled.append(Field(field.name, cls.__wire__[field.name], shape, required, default))
    return Schema(cls, tuple(compiled), event_name)


def _is_event_name(field: "dataclasses.Field[Any]") -> bool:
    """Whether the field takes the SSE event type of the block."""
    return field.metadata.get("sse") == "event"


def text_path(cls: type[Event]) -> list[tuple[str, bool]] | None:
    """What ``__text__`` says of ``cls``: field names, and whether every item of their value counts. None if
    it says nothing, or a subclass has redefined ``text``."""
    for base in cls.__mro__:
        if "text" in vars(base):
            path = vars(base).get("__text__")
            return path and [(name.removesuffix("[]"), name.endswith("[]")) for name in path.split(".")]
    return None
