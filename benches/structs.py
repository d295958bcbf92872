"""msgspec Structs with the fields of our event classes.

Derived from the schemas, so that neither side decodes less. They get what is fastest in msgspec: no GC
header, lists where our events have tuples, plain str where ours declare literals (but for a union's tag).
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import msgspec

from sselerate.events.declare import Event, schema_of, shape_of
from sselerate.events.shape import Kind, Schema, Shape


def struct_of(target: Any, instead: dict[str, Any] | None = None) -> Any:
    """The Struct (for a union of event classes: the union of Structs) that decodes what `target` declares.

    `instead` gives other types to wire names, for real streams that send other types than the schema says:
    our decoder is lenient, msgspec is not.
    """
    return _Structs(instead or {}).type_of(shape_of(target))


class _Structs:
    def __init__(self, instead: dict[str, Any]) -> None:
        self.instead = instead
        self.known: dict[type[Event], Any] = {}

    def type_of(self, shape: Shape) -> Any:
        if shape.kinds == Kind.ANY and not shape.classes:
            return Any
        found: list[Any] = []
        if shape.kinds & Kind.BOOL:
            found.append(bool)
        if shape.kinds & Kind.FLOAT:
            found.append(float)
        elif shape.kinds & Kind.INT:
            found.append(int)
        if shape.kinds & Kind.STR:
            found.append(str)
        if shape.kinds & Kind.ARRAY:
            found.append(list[self.type_of(shape.items)] if shape.items else list)  # type: ignore[misc]
        if shape.classes:
            found += [self.struct(cls, shape.tag) for cls in shape.classes]
        elif shape.kinds & Kind.OBJECT:
            found.append(dict[str, self.type_of(shape.values)] if shape.values else dict)  # type: ignore[misc]
        if shape.kinds & Kind.NULL:
            found.append(None)
        return functools.reduce(operator.or_, found)

    def struct(self, cls: type[Event], tag: str | None) -> Any:
        if cls not in self.known:
            schema = schema_of(cls)
            chosen: dict[str, Any] = {} if tag is None else {"tag_field": tag, "tag": _tag_value(schema, tag)}
            self.known[cls] = msgspec.defstruct(
                cls.__name__,
                self.fields(schema, tag),
                kw_only=True,
                gc=False,
                rename=_wire_names(schema),
                **chosen,
            )
        return self.known[cls]

    def fields(self, schema: Schema, tag: str | None) -> list[Any]:
        fields: list[Any] = []
        for field in schema.fields:
            if field.wire == tag:
                continue  # msgspec keeps the tag in the class, not in the instance
            kind = self.instead.get(field.wire) or self.type_of(field.shape)
            fields.append((field.name, kind) if field.required else (field.name, kind, field.default))
        return fields


def _tag_value(schema: Schema, tag: str) -> str:
    (value,) = next(field.shape.literals or () for field in schema.fields if field.wire == tag)
    return str(value)


def _wire_names(schema: Schema) -> dict[str, str]:
    return {field.name: field.wire for field in schema.fields if field.name != field.wire}
