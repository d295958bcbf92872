"""`Builders`: parsed JSON -> event instances, leniently: whatever the JSON holds, an event comes out.

The pure-Python backend makes its events here. Both backends need it for what lies inside an event already
made: the event beside an error, the usage in a place of its server's own.

Strings that repeat from event to event, such as the id and the model of a stream, are replaced by the first
of them, so that they exist once.
"""

from collections.abc import Callable
from typing import Any, Final

from .declare import Event, schema_of
from .extra import note_extra
from .shape import Kind, Shape

__all__ = ["Builders", "setter"]

_CHANGES: Final = 4
"""After how many changes in a stream a string is no longer taken for one that repeats."""
_SETS: Final = 256
"""How many sets of absent fields a builder remembers of a class before it starts afresh."""

Setter = Callable[[Event, Any], None]
Converter = Callable[[Any], Any]
_Field = tuple[Setter, int, Converter | None, str | None]
"""(set_slot, bit, convert, known): convert is None where the value is taken as it is, known is the last
string of a field whose strings repeat."""

_new = object.__new__


class Builders:
    """Makes event instances of parsed JSON. One per decoder: it remembers strings of its stream."""

    def __init__(self) -> None:
        self._builders: dict[type[Event], _Builder] = {}

    def of(self, cls: type[Event]) -> Callable[[dict[str, Any]], Any]:
        """The function that makes an instance of ``cls`` of a JSON object."""
        builder = self._builders.get(cls)
        if builder is None:
            builder = self._builders[cls] = _Builder(cls, self)
        return builder.build

    def forget(self) -> None:
        """Forgets the strings of the stream, at its end."""
        for builder in self._builders.values():
            builder.forget()

    def converter(self, shape: Shape) -> Converter | None:
        """The function that makes of a JSON value what ``shape`` declares; None if that is the value itself.

        Values of another kind than declared are returned as they are. It need not be called with None.
        """
        of_object = self._object_converter(shape)
        of_array = self._array_converter(shape.items) if shape.items else None
        if of_array is None and of_object is None:
            return None

        def convert(value: Any) -> Any:
            if type(value) is list and of_array is not None:
                return of_array(value)
            if type(value) is dict and of_object is not None:
                return of_object(value)
            return value

        return convert

    def _array_converter(self, shape: Shape) -> Converter:
        convert = self.converter(shape)
        if convert is None:
            return tuple
        if len(shape.classes) == 1 and shape.items is None:  # the most frequent case, with fewer calls
            build = self.of(shape.classes[0])
            return lambda value: tuple([build(item) if type(item) is dict else item for item in value])
        return lambda value: tuple([convert(item) for item in value])

    def _object_converter(self, shape: Shape) -> Converter | None:
        if len(shape.classes) == 1:
            return self.of(shape.classes[0])
        of_value = self.converter(shape.values) if shape.values else None

        def of_dict(value: dict[str, Any]) -> Any:
            return value if of_value is None else {key: of_value(item) for key, item in value.items()}

        if not shape.classes:
            return None if of_value is None else of_dict
        builders = {tag: self.of(cls) for tag, cls in shape.tags.items()}
        other = self.of(shape.other) if shape.other else None

        def by_tag(value: dict[str, Any]) -> Any:
            tag = value.get(shape.tag)  # type: ignore[arg-type]
            build = builders.get(tag, other) if type(tag) is str else other
            return of_dict(value) if build is None else build(value)

        return by_tag


class _Builder:
    """Makes instances of one class."""

    def __init__(self, cls: type[Event], builders: Builders) -> None:
        self._cls = cls
        self._builders = builders
        self._fields: dict[str, _Field] = {}
        """By wire name."""
        self._rest: dict[int, tuple[tuple[Setter, Any], ...]] = {}
        """Per set of absent fields the slots that no key fills, and what goes there."""
        self._changes: dict[str, int] = {}
        """How often the string of a field has changed."""
        self._all = 0
        """The bits of all fields."""

    def build(self, value: dict[str, Any]) -> Event:
        """The event that the JSON object ``value`` becomes; dicts and lists in it move into the event."""
        fields = self._fields or self._prepare()
        absent = self._all
        unknown = False
        result: Event = _new(self._cls)
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                unknown = True
                continue
            set_slot, bit, convert, known = field
            absent ^= bit
            if item is not None:
                if convert is not None:
                    item = convert(item)
                elif known is not None:
                    if item == known:
                        item = known
                    elif type(item) is str:
                        self._note_change(key, item)
            set_slot(result, item)
        for set_slot, item in self._rest.get(absent) or self._rest_without(absent):
            set_slot(result, item)
        if unknown:
            extra = {key: item for key, item in value.items() if key not in fields}
            self._set_extra(result, extra)
            note_extra(self._cls, extra)
        return result

    def _prepare(self) -> dict[str, "_Field"]:
        # Not in __init__: a class that contains itself would be prepared without end.
        cls = self._cls
        self._set_extra = setter(cls, "extra")
        for i, field in enumerate(schema_of(cls).fields):
            known = "" if field.shape.kinds & Kind.STR else None
            convert = self._builders.converter(field.shape)
            self._fields[field.wire] = setter(cls, field.name), 1 << i, convert, known
            self._all |= 1 << i
        return self._fields

    def _rest_without(self, absent: int) -> tuple[tuple[Setter, Any], ...]:
        cls, schema = self._cls, schema_of(self._cls)
        rest = [(setter(cls, "extra"), None), (setter(cls, "_absent"), absent)]
        if schema.event_name is not None:
            rest.append((setter(cls, schema.event_name), None))
        for i, field in enumerate(schema.fields):
            if absent >> i & 1:
                rest.append((setter(cls, field.name), field.default))
        if len(self._rest) >= _SETS:
            self._rest.clear()
        self._rest[absent] = tuple(rest)
        return self._rest[absent]

    def _note_change(self, key: str, item: str) -> None:
        """A string has not repeated: takes the new one, or gives up a field that hardly ever repeats."""
        changes = self._changes[key] = self._changes.get(key, 0) + 1
        self._fields[key] = (*self._fields[key][:3], None if changes > _CHANGES else item)

    def forget(self) -> None:
        """Forgets the strings of the stream."""
        for key in self._changes:
            self._fields[key] = (*self._fields[key][:3], "")
        self._changes.clear()


def setter(cls: type[Event], name: str) -> Setter:
    """Writes a slot, past the refusal of a frozen class."""
    set_slot: Setter = getattr(cls, name).__set__
    return set_slot
