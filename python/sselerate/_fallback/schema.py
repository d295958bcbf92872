"""Schema at work: what a strict decoder finds wrong in parsed JSON, and the event type in an event.

What passes `find_problem` is then built as a lenient decoder does, by `events.build`.
"""

import re
from typing import Any, Final

from .._json import dumps
from ..errors import cut
from ..events.build import setter
from ..events.declare import Event, schema_of
from ..events.shape import Kind, Shape

__all__ = ["Problem", "event_name", "find_problem", "name_event"]


def event_name(event: bytes) -> str | None:
    """The SSE event type of a block as events hold it; None for the default, "message"."""
    name = event.decode("utf-8", "replace")
    return None if name in ("", "message") else name


def name_event(event: Event, name: bytes) -> Event:
    """Writes the SSE event type into a new event whose class declares a field for it."""
    attribute = schema_of(type(event)).event_name
    if attribute is not None:
        setter(type(event), attribute)(event, event_name(name))
    return event


_KINDS: Final[dict[type, tuple[int, str]]] = {
    type(None): (Kind.NULL, "null"),
    bool: (Kind.BOOL, "bool"),
    int: (Kind.INT, "int"),
    float: (Kind.FLOAT, "float"),
    str: (Kind.STR, "str"),
    list: (Kind.ARRAY, "array"),
    dict: (Kind.OBJECT, "object"),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Problem:
    """What a strict decoder objects to, and where."""

    def __init__(self, text: str, *steps: str | int) -> None:
        self.text = text
        """ "missing" or "expected ..., got ..." """
        self._steps = list(steps)

    def inside(self, step: str | int) -> "Problem":
        """The same problem, seen from one level further out."""
        self._steps.append(step)
        return self

    @property
    def path(self) -> str:
        """The JSON path of the value, e.g. ``$.choices[0].text``."""
        path = "$"
        for step in reversed(self._steps):
            if isinstance(step, str) and _NAME.fullmatch(step):
                path += "." + step
            else:
                path += f"[{dumps(step)}]"
        return path


def find_problem(value: Any, shape: Shape) -> Problem | None:
    """The first deviation of ``value`` from ``shape``: fields in order of declaration, depth first."""
    kind, name = _KINDS[type(value)]
    if not kind & shape.kinds:
        return Problem(f"expected {shape.expected}, got {name}")
    if shape.literals is not None and kind & (Kind.NULL | Kind.BOOL | Kind.INT | Kind.STR):
        same_kind = [literal for literal in shape.literals if type(literal) is type(value)]
        if same_kind and value not in same_kind:
            return Problem(f"expected {shape.expected}, got {cut(dumps(value))}")
    if kind == Kind.ARRAY and shape.items is not None:
        for i, item in enumerate(value):
            problem = find_problem(item, shape.items)
            if problem is not None:
                return problem.inside(i)
    elif kind == Kind.OBJECT:
        return _find_in_object(value, shape)
    return None


def _find_in_object(value: dict[str, Any], shape: Shape) -> Problem | None:
    cls = shape.class_of(value)
    if cls is not None:
        for field in schema_of(cls).fields:
            if field.wire in value:
                problem = find_problem(value[field.wire], field.shape)
                if problem is not None:
                    return problem.inside(field.wire)
            elif field.required:
                return Problem("missing", field.wire)
    elif shape.values is not None:
        for key, item in value.items():
            problem = find_problem(item, shape.values)
            if problem is not None:
                return problem.inside(key)
    elif shape.tag is not None:
        if shape.tag not in value:
            return Problem("missing", shape.tag)
        tag = value[shape.tag]
        expected = " or ".join(map(dumps, shape.tags))
        got = cut(dumps(tag)) if type(tag) is str else _KINDS[type(tag)][1]
        return Problem(f"expected {expected}, got {got}", shape.tag)
    return None
