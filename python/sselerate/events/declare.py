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

Traps for whoever changes this file:
- A decoded instance knows which declared fields its JSON lacked (the hidden slot ``_absent``), so that
  ``to_dict()`` gives back what was sent. That slot is no dataclass field: it must stay out of eq, hash and
  repr.
- An unknown key becomes an attribute of the class when an instance first has it (`note_extra`), not by a
  ``__getattr__``: the mere presence of one makes CPython 3.11 read every attribute through a slow path.
"""

import collections.abc
import dataclasses
import enum
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, Union, overload

from .._json import dumps

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
elif sys.version_info >= (3, 11):
    from typing import dataclass_transform
else:  # it only marks the decorator for type checkers

    def dataclass_transform(**_):
        return lambda decorator: decorator


__all__ = ["Event", "Field", "Kind", "Schema", "Shape", "event", "note_extra", "schema_of", "shape_of"]

T = TypeVar("T")


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
        names = [field.name for field in _fields(type(self))]
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
        present += [field.name for field in _fields(type(self)) if field.name not in wire]
        return _restore, (type(self), {name: getattr(self, name) for name in present}, self.extra, decoded)

    def to_dict(self) -> dict[str, Any]:
        """The event as the JSON object it came from: wire names, lists, unknown keys last.

        A field whose key was not sent is left out; of an event built by keyword, an optional field that has
        its default. The result shares no dict or list with the event.
        """
        try:
            absent = _get_absent(self)
        except AttributeError:
            absent = None
        wire: dict[str, Any] = {}
        for i, field in enumerate(schema_of(type(self)).fields):
            value = getattr(self, field.name)
            if absent is None:
                if not field.required and value == field.default:
                    continue
            elif absent >> i & 1:
                continue
            wire[field.wire] = _plain(value)
        if self.extra is not None:
            wire.update(_plain(self.extra))
        return wire

    def to_json(self) -> str:
        """`to_dict()` as compact JSON text; characters beyond ASCII are not escaped."""
        return dumps(self.to_dict())


def _fields(cls: Any) -> list["dataclasses.Field[Any]"]:
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


def _restore(cls: type[T], state: dict[str, Any], extra: dict[str, Any] | None, decoded: bool) -> T:
    """Makes an event again from what ``__reduce__`` gave; never calls ``__init__``."""
    result = object.__new__(cls)
    absent = 0
    wire = list(cls.__wire__)  # type: ignore[attr-defined]
    for field in _fields(cls):
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


_MOST_NOTED = 64
"""Unknown keys of a class that get an attribute each. Servers have a few; one that makes up keys must not
fill the class with them."""


class _UnknownKey:
    """The attribute for an unknown key, on the classes that have met it."""

    __slots__ = ("_cls", "_key")

    def __init__(self, cls: type, key: str) -> None:
        self._cls, self._key = cls, key

    def __get__(self, instance: Event | None, owner: type) -> Any:
        # A class derived from this one may have such an attribute from a base that comes later.
        if owner is not self._cls:
            try:
                return getattr(super(self._cls, owner if instance is None else instance), self._key)
            except AttributeError:
                pass
        if instance is None:
            # The class itself has none: a class derived from it may declare a field of this name.
            raise AttributeError(f"type object {owner.__name__!r} has no attribute {self._key!r}")
        return _unknown_key(instance, self._key)


def note_extra(cls: type, keys: Iterable[str]) -> set[str] | None:
    """Lets the unknown keys of the instances of ``cls`` be read as attributes.

    Returns those that are noted so far, in a set that grows with them; None: there is nothing more to note.

    Every path that makes an instance with ``extra`` calls it. An attribute for each key leaves all others
    as cheap as they were: CPython 3.11 reads every attribute slowly if the class has a ``__getattr__``.
    """
    if hasattr(cls, "__getattr__"):
        return None
    noted: set[str] | None = vars(cls).get("__noted__")
    if noted is None:
        noted = set()
        cls.__noted__ = noted  # type: ignore[attr-defined]
    for key in keys:
        if key in noted or not isinstance(key, str):
            continue
        if len(noted) == _MOST_NOTED:
            cls.__getattr__ = _unknown_key  # type: ignore[attr-defined]
            return None
        taken = _is_special(key) or hasattr(type(cls), key)  # as `mro` is, of the class itself
        if not taken and not any(key in vars(base) for base in cls.__mro__):
            setattr(cls, key, _UnknownKey(cls, key))
        noted.add(key)  # not before: another thread takes it for done
    return noted


def _unknown_key(self: Event, name: str) -> Any:
    """The value of an unknown key; the ``__getattr__`` of classes that have met very many."""
    # Not self.extra: where that slot is unset, it would come back here.
    extra: dict[str, Any] | None = object.__getattribute__(self, "extra")
    if extra is not None and name in extra and not _is_special(name):
        return extra[name]
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


def _is_special(name: str) -> bool:
    """Whether the interpreter may look for it: ``__dict__``, ``__array__``."""
    return name.startswith("__") and name.endswith("__")


def text_path(cls: type[Event]) -> list[tuple[str, bool]] | None:
    """What ``__text__`` says of ``cls``: field names, and whether every item of their value counts. None if
    it says nothing, or a subclass has redefined ``text``."""
    for base in cls.__mro__:
        if "text" in vars(base):
            path = vars(base).get("__text__")
            return path and [(name.removesuffix("[]"), name.endswith("[]")) for name in path.split(".")]
    return None


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
        declared.__getattr__ = _unknown_key  # its own __post_init__ need not call ours, which notes the keys
    # Compiled now if all names are known, so that mistakes show here.
    try:
        declared.__schema__ = _compile(declared, namespace)
        if all(_is_light(field.shape, light) for field in declared.__schema__.fields):
            _adopt(declared)
    except _Unresolved:
        for field in _fields(declared):
            try:
                _field_shape(declared, field, namespace)
            except _Unresolved:
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
    for field in _fields(cls):
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


def _is_declared(cls: Any) -> bool:
    return isinstance(cls, type) and cls is not Event and "__wire__" in cls.__dict__


def schema_of(cls: type) -> Schema:
    """The schema of an event class, compiled at first use.

    Raises:
        TypeError: ``cls`` is no event class, or has a forward reference to something unsupported, or to
            nothing.
    """
    if not _is_declared(cls):
        raise TypeError(f"{cls!r} is not an event class: declare it with @event")
    schema: Schema | None = cls.__dict__["__schema__"]
    if schema is None:
        schema = _compile(cls, {})
        cls.__schema__ = schema  # type: ignore[attr-defined]
    return schema


def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation outside a class: an event class, or a union of some."""
    if isinstance(annotation, str):
        raise TypeError(f"target: unsupported annotation {annotation!r}: a name says nothing here")
    return _Reader("target", {}, {}).shape(annotation)


def _is_event_name(field: "dataclasses.Field[Any]") -> bool:
    """Whether the field takes the SSE event type of the block."""
    return field.metadata.get("sse") == "event"


def _compile(cls: Any, namespace: Mapping[str, Any]) -> Schema:
    compiled = []
    event_name: str | None = None
    for field in _fields(cls):
        shape = _field_shape(cls, field, namespace)
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


def _field_shape(cls: Any, field: "dataclasses.Field[Any]", namespace: Mapping[str, Any]) -> Shape:
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


class _Unresolved(TypeError):
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
            raise _Unresolved(message) from None
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
        if not _is_declared(cls):
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
        _Unresolved: an annotation names something that does not exist yet, which may be a Literal.
    """
    found: dict[str, tuple[str, ...]] = {}
    for field in _fields(cls):
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
