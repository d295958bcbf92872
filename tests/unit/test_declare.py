"""Declarations: what @event takes, what it refuses and how it says so, and what the schema then holds."""

from __future__ import annotations

import abc
import collections.abc
import copy
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import typing
from typing import Any, Literal, Optional, Union

import pytest

from sselerate.errors import DecodeError
from sselerate.events import CompletionStreamEvent, ErrorEvent, Event, GenericEvent, StreamEvent, event
from sselerate.events.declare import schema_of, shape_of
from sselerate.events.shape import Kind, Shape
from tests.backends import Backend
from tests.targets import Camel, ImagePart, Inner, Sample, TextPart


def declare(annotation: Any, **members: Any) -> Any:
    """A class Made with one field `made` of this annotation."""
    return event(
        type("Made", (Event,), {"__annotations__": {"made": annotation}, "__module__": __name__, **members})
    )


def shape(annotation: Any) -> Shape:
    return schema_of(declare(annotation)).fields[0].shape


def parsed(backend: Backend, text: str, target: Any, **options: Any) -> Any:
    (found,) = backend.decode(f"data: {text}\n\n".encode(), target, **options)
    return found


@event
class Node(Event):
    """Contains itself, and a class that comes later."""

    name: str
    children: tuple[Node, ...] = ()
    leaf: Later | None = None


@event
class Later(Event):
    value: int


@event
class WithoutBase:
    """Event is added."""

    a: int
    b: str | None = None


@event
class Child(Inner):
    fourth: str = "d"


@pytest.mark.parametrize(
    ("annotation", "kinds", "expected"),
    [
        (str, Kind.STR, "str"),
        (int, Kind.INT, "int"),
        (float, Kind.FLOAT | Kind.INT, "float"),
        (bool, Kind.BOOL, "bool"),
        (None, Kind.NULL, "null"),
        (Any, Kind.ANY, "any value"),
        (str | None, Kind.STR | Kind.NULL, "str or null"),
        (Optional[int], Kind.INT | Kind.NULL, "int or null"),  # noqa: UP045
        (Union[None, int, str], Kind.INT | Kind.STR | Kind.NULL, "int or str or null"),  # noqa: UP007
        (typing.Annotated[int, "positive"], Kind.INT, "int"),
        ("str | None", Kind.STR | Kind.NULL, "str or null"),
        (Literal["a", "b"], Kind.STR, '"a" or "b"'),
        (Literal["a", 1, True], Kind.STR | Kind.INT | Kind.BOOL, '"a" or 1 or true'),
        (Literal["a", None], Kind.STR | Kind.NULL, '"a" or null'),  # noqa: PYI061
        (tuple[int, ...], Kind.ARRAY, "array of int"),
        (tuple[str | None, ...], Kind.ARRAY, "array of (str or null)"),
        (tuple[Any, ...] | None, Kind.ARRAY | Kind.NULL, "array or null"),
        (dict[str, Any], Kind.OBJECT, "object"),
        (dict[str, float] | None, Kind.OBJECT | Kind.NULL, "object of float or null"),
        (Inner, Kind.OBJECT, "Inner"),
        (tuple[TextPart | ImagePart, ...], Kind.ARRAY, "array of (TextPart or ImagePart)"),
        (typing.Tuple[int, ...], Kind.ARRAY, "array of int"),  # noqa: UP006
        (typing.Dict[str, int], Kind.OBJECT, "object of int"),  # noqa: UP006
    ],
)  # fmt: skip
def test_shapes(annotation: Any, kinds: int, expected: str) -> None:
    found = shape(annotation)
    assert (found.kinds, found.expected) == (kinds, expected)


def test_parts_of_shapes() -> None:
    assert shape(dict[str, Any]).values is None
    values = shape(dict[str, int]).values
    assert values is not None
    assert values.kinds == Kind.INT
    items = shape(tuple[Any, ...]).items
    assert items is not None
    assert items.kinds == Kind.ANY
    assert shape(Any).items is None
    assert shape(Inner).classes == (Inner,)
    assert (shape(Inner).tag, shape(Inner).tags) == (None, {})
    union = shape(TextPart | ImagePart | None)
    assert (union.tag, union.tags) == ("kind", {"text": TextPart, "image": ImagePart})
    beside = shape(TextPart | ImagePart | dict[str, Any]).values
    assert beside is not None


@pytest.mark.parametrize(
    ("annotation", "literals"),
    [
        (Literal["a", "b"], ("a", "b")),
        (Literal["a"] | None, ("a", None)),
        (Literal["a"] | int, ("a",)),
        (Literal["a", 1] | str, (1,)),  # noqa: PYI051
        (Literal["a"] | str, None),  # noqa: PYI051
        (Literal["a"] | Any, None),
        (Literal[1] | float, None),
        (str, None),
    ],
)
def test_literals(annotation: Any, literals: tuple[Any, ...] | None) -> None:
    assert shape(annotation).literals == literals


class Colour(enum.Enum):
    RED = "red"


class Plain:
    pass


class Undeclared(Event):
    pass


@event
class Abstract(abc.ABC):
    made: str

    @property
    @abc.abstractmethod
    def told(self) -> str: ...


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (list[int], "list[int]: use tuple[X, ...]"),
        (list, "list: use tuple[X, ...]"),
        (set[str], "set[str]: use tuple[X, ...]"),
        (frozenset[str], "frozenset[str]: use tuple[X, ...]"),
        (tuple, "tuple: use tuple[X, ...]"),
        (tuple[int, str], "tuple[int, str]: use tuple[X, ...]"),
        (tuple[()], "tuple[()]: use tuple[X, ...]"),
        (collections.abc.Sequence[int], "collections.abc.Sequence[int]: use tuple[X, ...]"),
        (dict, "dict: use dict[str, X]"),
        (typing.Dict, "typing.Dict: use dict[str, X]"),  # noqa: UP006
        (collections.abc.Mapping[str, int], "collections.abc.Mapping[str, int]: use dict[str, X]"),
        (dict[int, str], "dict[int, str]: the keys of a JSON object are str"),
        (bytes, "bytes: JSON has no bytes, use str"),
        (bytearray, "bytearray: JSON has no bytes, use str"),
        (object, "object: use Any, "),
        (datetime.datetime, "datetime: use Any, a type that JSON has, or a class declared with @event"),
        (decimal.Decimal, "Decimal: use Any, "),
        (Colour, "Colour: use Literal"),
        (typing.Final[int], "typing.Final[int]: no field ever changes, leave it out"),
        (typing.NewType("Id", str), "Id: use what it stands for"),
        (Plain, "Plain: use Any, a type that JSON has, or a class declared with @event"),
        (Abstract, "Abstract: it is abstract, and has no instances"),
        (ErrorEvent, "ErrorEvent: decoders make it of errors, with on_error='yield'"),
        (complex, "complex"),
        (Event, "Event: declare it with @event"),
        (Undeclared, "Undeclared: declare it with @event"),
        (typing.TypeVar("T"), "~T"),
        (Literal[b"x"], "a literal must be a str, an int, a bool or None"),
        (Literal[Colour.RED], "a literal must be a str, an int, a bool or None"),
        (tuple[int, ...] | tuple[str, ...], "only one tuple can be in a union"),
        (dict[str, int] | dict[str, str], "only one dict can be in a union"),
        (Inner | TextPart, "several event classes need a Literal field that tells them apart"),
        (tuple[list[int], ...], "list[int]: use tuple[X, ...]"),
        (dict[str, set[int] | None], "set[int]: use tuple[X, ...]"),
        ("list[int] | None", "list[int]: use tuple[X, ...]"),
        ("int |", "int |: invalid syntax"),
        ("int | 'nothing'", "int | 'nothing': unsupported operand"),
        ("typing.Litteral", "typing.Litteral: module 'typing' has no attribute 'Litteral'"),
        ([int], "[<class 'int'>]"),
        (5, "5"),
    ],
)  # fmt: skip
def test_refused(annotation: Any, words: str) -> None:
    """At once, with the class, the field and the annotation."""
    with pytest.raises(TypeError) as raised:
        declare(annotation)
    assert str(raised.value).startswith("Made.made: unsupported annotation ")
    assert words in str(raised.value)


def test_same_tags_are_refused() -> None:
    @event
    class Other(Event):
        kind: Literal["text"]

    with pytest.raises(TypeError, match="tells them apart"):
        declare(TextPart | Other)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"__annotations__": {"extra": str}}, r"Made\.extra: the name is taken by Event\.extra"),
        ({"__annotations__": {"to_dict": str}}, r"Made\.to_dict: the name is taken by Event\.to_dict"),
        ({"__annotations__": {"_hidden": str}}, r"Made\._hidden: .* underscore"),
        ({"__annotations__": {"a": tuple}, "a": dataclasses.field(default_factory=tuple)}, "default_factory"),
        (
            {"__annotations__": {"a": dict[str, int]}, "a": {}},
            r"Made: mutable default <class 'dict'> for field a is not allowed: use None or \(\)",
        ),
        ({"__annotations__": {"a": str}, "a": dataclasses.field(default="", init=False)}, "init=False"),
        ({"__annotations__": {"a": dataclasses.InitVar[int]}}, r"Made\.a: InitVar is not supported"),
        ({"__annotations__": {"a": "dataclasses.InitVar[int]"}}, r"Made\.a: InitVar is not supported"),
        (
            {"__annotations__": {"a": str, "b": str}, "b": dataclasses.field(metadata={"wire": "a"})},
            r"Made\.b: wire name 'a' is taken by field 'a'",
        ),
        (
            {"__annotations__": {"a": str}, "a": dataclasses.field(metadata={"wire": 1})},
            "wire name must be a str",
        ),
    ],
)
def test_refused_fields(members: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        declare(str, **members)


def test_the_most_fields(backend: Backend) -> None:
    def wide(fields: int) -> Any:
        return event(type("Wide", (), {"__annotations__": {f"f{n}": int for n in range(fields)}}))

    payload = json.dumps({f"f{n}": n for n in range(128)})
    items = backend.Decoder(wide(128)).feed(f"data: {payload}\n\n".encode() * 4)
    assert [item.to_dict() for item in items] == [json.loads(payload)] * 4
    with pytest.raises(TypeError, match=r"Wide: 129 fields, and at most 128 are supported"):
        wide(129)


def test_refused_decorations() -> None:
    with pytest.raises(ValueError, match="rename must be 'camel' or None, not 'kebab'"):
        event(rename="kebab")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="@event decorates classes"):
        event(5)  # type: ignore[call-overload]
    for cls in (Plain, Event, Undeclared, 5):
        with pytest.raises(TypeError, match="is not an event class: declare it with @event"):
            schema_of(cls)  # type: ignore[arg-type]


def test_only_plain_classes_are_decorated() -> None:
    class Slotted:
        __slots__ = ("made",)

    class Dictionary(typing.TypedDict):
        made: int

    class Named(typing.NamedTuple):
        made: int

    class Mixed(Slotted):
        made: int

    bad: list[type] = [Colour, Slotted, Dictionary, Named, Mixed, Inner]
    for slots in (False, True):
        bad.append(dataclasses.make_dataclass("Data", [("made", int)], slots=slots))
    for cls in bad:
        with pytest.raises(TypeError) as raised:
            event(cls)
        assert str(raised.value).startswith(f"{cls.__qualname__}: @event takes a plain class")


def test_forward_references(backend: Backend) -> None:
    node = parsed(backend, '{"name":"a","children":[{"name":"b","leaf":{"value":1}}]}', Node)
    assert node == Node(name="a", children=(Node(name="b", leaf=Later(value=1)),))
    with pytest.raises(
        DecodeError, match=r"^\$\.children\[0\]\.leaf\.value: expected int, got null in event 0"
    ):
        parsed(backend, '{"name":"a","children":[{"name":"b","leaf":{"value":null}}]}', Node, strict=True)


def test_what_never_comes_is_said_at_first_use(backend: Backend) -> None:
    waiting = declare("Never | None")
    words = (
        r"^Made\.made: unsupported annotation Never \| None: name 'Never' is not defined where the class is"
    )
    for use in (
        lambda: backend.Decoder(waiting),
        lambda: backend.Decoder(waiting | TextPart),
    ):
        with pytest.raises(TypeError, match=words):
            use()
    assert waiting(made=1).to_dict() == {"made": 1}  # which asks for no annotation
    late = declare("tuple[NeverLater, ...]")
    globals()["NeverLater"] = bytes
    try:
        with pytest.raises(TypeError, match=r"Made\.made: unsupported annotation bytes"):
            schema_of(late)
    finally:
        del globals()["NeverLater"]


def test_a_target_without_instances(backend: Backend) -> None:
    @event
    class Concrete(Abstract):
        @property
        def told(self) -> str:
            return self.made

    for target in (Abstract, ErrorEvent):
        with pytest.raises(TypeError, match=f"^target: unsupported annotation {target.__name__}: "):
            backend.Decoder(target)
    assert parsed(backend, '{"made":"x"}', Concrete).told == "x"


def test_local_classes(backend: Backend) -> None:
    """The names of a function are known, too: this module's annotations are all strings."""

    @event
    class Local(Event):
        n: int

    @event
    class Outer(Event):
        one: Local
        more: tuple[Local, ...] = ()

    assert parsed(backend, '{"one":{"n":1},"more":[{"n":2}]}', Outer) == Outer(
        one=Local(n=1), more=(Local(n=2),)
    )


def test_local_literals(backend: Backend) -> None:
    """What tells the classes of a union apart may be a name of the function, too."""
    from typing import Literal as Words

    One = Words["one"]

    @event
    class First(Event):
        kind: One  # type: ignore[valid-type]

    @event
    class Second(Event):
        kind: Words["two"] | Words["zwei"]  # noqa: PYI030

    @event
    class Whole(Event):
        kind: Words["whole"]
        parts: tuple[First | Second | Whole, ...] = ()

    assert parsed(backend, '{"kind":"one"}', First | Second) == First(kind="one")
    assert parsed(backend, '{"kind":"zwei"}', First | Second) == Second(kind="zwei")
    assert type(parsed(backend, '{"kind":"none of these"}', First | Second)) is GenericEvent
    whole = parsed(backend, '{"kind":"whole","parts":[{"kind":"two"},{"kind":"whole"}]}', Whole)
    assert whole.parts == (Second(kind="two"), Whole(kind="whole"))


def test_an_inherited_annotation_means_what_it_meant(backend: Backend) -> None:
    def base() -> Any:
        Kind = Literal["base"]  # noqa: F841

        @event
        class Base(Event):
            kind: Kind  # type: ignore[valid-type]

        return Base

    Kind = Literal["derived"]  # noqa: F841

    @event
    class Derived(base()):  # type: ignore[misc]
        other: Kind | None = None  # type: ignore[valid-type]

    parsed(backend, '{"kind":"base","other":"derived"}', Derived, strict=True)


def test_without_the_base(backend: Backend) -> None:
    assert issubclass(WithoutBase, Event)
    made = WithoutBase(a=1)
    assert repr(made) == "WithoutBase(a=1, b=None)"
    assert made == parsed(backend, '{"a":1}', WithoutBase)
    assert not hasattr(made, "__dict__")


def test_inheritance(backend: Backend) -> None:
    names = [field.name for field in schema_of(Child).fields]
    assert names == ["first", "second", "third", "fourth"]
    child = parsed(backend, '{"fourth":"x","second":[1],"first":0}', Child)
    assert child == Child(first=0, second=(1,), fourth="x")
    assert child.to_dict() == {"first": 0, "second": [1], "fourth": "x"}
    assert schema_of(Inner) is not schema_of(Child)

    @event
    class Narrow(Inner):
        third: Literal[3] = 3

    assert [field.name for field in schema_of(Narrow).fields] == ["first", "second", "third"]
    assert schema_of(Narrow).fields[2].default == 3


def test_plain_dataclasses_as_bases(backend: Backend) -> None:
    @dataclasses.dataclass(frozen=True)
    class Plain:
        x: int
        y: int = 5

    @event
    class First(Plain):
        z: int

    @event
    class Last(StreamEvent, Plain):
        z: int

    for cls in (First, Last):
        made = parsed(backend, '{"z":1,"x":2,"more":3}', cls)
        assert repr(made).endswith(f".{cls.__name__}(x=2, y=5, z=1, extra={{'more': 3}})")
        assert made == cls(x=2, z=1, extra={"more": 3}) == copy.deepcopy(made)  # type: ignore[call-arg]
        assert made.to_dict() == {"x": 2, "z": 1, "more": 3}

    @dataclasses.dataclass(frozen=True)
    class Taken:
        extra: str

    with pytest.raises(TypeError, match=r"Third\.extra: the name is taken by Event\.extra"):

        @event
        class Third(Taken):
            z: int


def logged(method: Any) -> Any:
    @functools.wraps(method)
    def wrapper(*given: Any) -> Any:
        return method(*given)

    return wrapper


@pytest.mark.parametrize("base", [Event, object])
def test_super(base: type) -> None:
    """The class that the decorator returns is another than the one that the compiler gave to super()."""

    @event
    class Method(base):  # type: ignore[misc,valid-type]
        n: int

        @logged
        def to_json(self) -> str:
            return super().to_json() + "!"

    @event
    class Property(base):  # type: ignore[misc,valid-type]
        n: int

        @property
        def text(self) -> str:
            return super().__repr__()

    @event
    class Static(base):  # type: ignore[misc,valid-type]
        n: int

        @staticmethod
        def itself() -> Any:
            return __class__  # type: ignore[name-defined]

        @classmethod
        def from_class(cls) -> Any:
            return super().__new__(cls)

    @event
    class Derived(Method):
        def to_json(self) -> str:
            return super().to_json() + "?"

    assert Method(n=1).to_json() == '{"n":1}!'
    assert Derived(n=1).to_json() == '{"n":1}!?'
    assert Property(n=1).text.endswith("Property(n=1)")
    assert Static.itself() is Static
    assert type(Static.from_class()) is Static


def test_wire_names(backend: Backend) -> None:
    assert [(field.name, field.wire) for field in schema_of(Camel).fields] == [
        ("finish_reason", "finishReason"),
        ("token_count", "tokenCount"),
    ]
    camel = parsed(backend, '{"finishReason":"stop","finish_reason":"x"}', Camel)
    assert camel == Camel(finish_reason="stop", extra={"finish_reason": "x"})
    assert camel.to_dict() == {"finishReason": "stop", "finish_reason": "x"}

    @event
    class Mixed(Camel):
        own_name: str = dataclasses.field(default="", metadata={"wire": "own-name"})
        one_more: int = 0

    @event(rename="camel")
    class Late(Inner):
        one_more: int = 0

    wires = [[field.wire for field in schema_of(cls).fields] for cls in (Mixed, Late)]
    assert wires == [
        ["finishReason", "tokenCount", "own-name", "oneMore"],
        ["first", "second", "third", "oneMore"],
    ]


def test_fields() -> None:
    fields = {field.name: field for field in schema_of(Sample).fields}
    assert list(fields)[:3] == ["name", "outer", "wire_name"]
    assert (fields["name"].required, fields["name"].default) == (True, None)
    assert (fields["ratio"].required, fields["ratio"].default) == (False, 0.0)
    assert "extra" not in fields


def test_post_init_of_ones_own(backend: Backend) -> None:
    """It runs for events built by keyword only, and extra keys stay attributes."""
    ran = []

    @event
    class Own(Event):
        a: int

        def __post_init__(self) -> None:
            ran.append(self.a)

    assert Own(a=1, extra={"x": 2}).x == 2  # type: ignore[attr-defined]
    assert ran == [1]
    parsed(backend, '{"a":2}', Own)
    assert ran == [1]


def test_methods_and_class_variables(backend: Backend) -> None:
    @event
    class Rich(Event):
        a: int
        limit: typing.ClassVar[int] = 5

        @property
        def double(self) -> int:
            return 2 * self.a

    made = parsed(backend, '{"a":2,"limit":1}', Rich)
    assert (made.double, made.limit, made.extra) == (4, 5, {"limit": 1})


def test_shape_of_a_target() -> None:
    assert shape_of(CompletionStreamEvent).classes == (CompletionStreamEvent,)
    assert shape_of(TextPart | ImagePart).tag == "kind"
    for target in (list[TextPart], "TextPart", 5, Abstract, ErrorEvent):
        with pytest.raises(TypeError, match="target: unsupported annotation"):
            shape_of(target)


STRICT: list[tuple[Any, str, str]] = [
    (Inner, '{"second":[]}', "$.first: missing"),
    (Inner, '{"first":true,"second":[]}', "$.first: expected int, got bool"),
    (Inner, '{"first":1.0,"second":[]}', "$.first: expected int, got float"),
    (Inner, '{"first":1,"second":[1,"x"]}', "$.second[1]: expected int, got str"),
    (Inner, '{"first":1,"second":{}}', "$.second: expected array of int, got object"),
    (Inner, '{"first":null,"second":null}', "$.first: expected int, got null"),
    (TextPart, '{"kind":"image","text":""}', '$.kind: expected "text", got "image"'),
    (TextPart, '{"kind":5,"text":""}', '$.kind: expected "text", got int'),
    (TextPart | ImagePart, '{"kind":"video"}', '$.kind: expected "text" or "image", got "video"'),
    (TextPart | ImagePart, '{"kind":null}', '$.kind: expected "text" or "image", got null'),
    (TextPart | ImagePart, "{}", "$.kind: missing"),
    (TextPart | ImagePart, '{"kind":"image"}', "$.url: missing"),
    (Sample, '{"name":"n","outer":[]}', "$.outer: expected Inner, got array"),
    (
        Sample,
        '{"name":"n","outer":{"first":1,"second":[]},"wireName":1}',
        "$.wireName: expected str or null, got int",
    ),
    (
        Sample,
        '{"name":"n","outer":{"first":1,"second":[]},"by_key":{"a b":{"first":1}}}',
        '$.by_key["a b"].second: missing',
    ),
    (
        Sample,
        '{"name":"n","outer":{"first":1,"second":[]},"parts":[{"kind":"image","url":"","detail":"mid"}]}',
        '$.parts[0].detail: expected "low" or "high" or null, got "mid"',
    ),
    (
        Sample,
        '{"name":"n","outer":{"first":1,"second":[]},"nested":[[1],[2,null]]}',
        "$.nested[1][1]: expected int, got null",
    ),
]


@pytest.mark.parametrize(("target", "text", "problem"), STRICT)
def test_strict(backend: Backend, target: Any, text: str, problem: str) -> None:
    with pytest.raises(DecodeError) as raised:
        parsed(backend, text, target, strict=True)
    assert str(raised.value) == f"{problem} in event 0 (stream offset 0)"
    assert raised.value.path == problem.partition(":")[0]
    assert raised.value.data == text
    parsed(backend, text, target)  # a lenient decoder takes it


def test_the_order_of_a_union_is_the_one_given(backend: Backend) -> None:
    """Also where an equal union with another order came before."""
    for target, words in (
        (TextPart | ImagePart, '"text" or "image"'),
        (ImagePart | TextPart, '"image" or "text"'),
    ):
        for _ in range(2):
            with pytest.raises(DecodeError, match=rf"^\$\.kind: expected {words}, got "):
                parsed(backend, '{"kind":"video"}', target, strict=True)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Inner, '{"first":1,"second":[],"unknown":{}}'),
        (Sample, '{"name":"","outer":{"first":1,"second":[]},"ratio":1,"anything":[{}],"plain":{"a":[]}}'),
        (TextPart | ImagePart | dict[str, int], '{"kind":"video"}'),
        (Inner, '{"first":"overwritten","second":[],"first":1}'),
    ],
)
def test_strict_takes(backend: Backend, target: Any, text: str) -> None:
    if "video" in text:
        target = declare(target)
        text = '{"made":{"kind":5}}'
    parsed(backend, text, target, strict=True)


def test_literals_bind_their_own_kinds(backend: Backend) -> None:
    made = declare(Literal["auto", 1] | float | None)
    for good in ('"auto"', "1", "2.5", "null", "7"):
        parsed(backend, f'{{"made":{good}}}', made, strict=True)
    bound = declare(Literal["auto", 1])
    for bad in ('"x"', "2", "true", "1.0", "null"):
        with pytest.raises(DecodeError, match=r"^\$\.made: expected "):
            parsed(backend, f'{{"made":{bad}}}', bound, strict=True)
