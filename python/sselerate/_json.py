"""JSON text of what a decoder makes.

`json.dumps` refuses integers of more digits than CPython converts in one go (4,300 unless told otherwise; the
least it can be told is 640). Decoders take longer ones, and what a server has sent must not raise.
"""

import json
from typing import Any

__all__ = ["dumps"]

_DIGITS_AT_ONCE = 600


def dumps(value: Any) -> str:
    """``value`` as compact JSON; characters beyond ASCII are not escaped.

    Raises:
        TypeError: something in it is nothing that JSON can say.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{dumps(str(key))}:{_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    return _digits(value) if type(value) is int else dumps(value)


def _digits(value: int) -> str:
    rest, parts = abs(value), []
    while rest >= 10**_DIGITS_AT_ONCE:
        rest, part = divmod(rest, 10**_DIGITS_AT_ONCE)
        parts.append(f"{part:0{_DIGITS_AT_ONCE}}")
    sign = "-" if value < 0 else ""
    return sign + str(rest) + "".join(reversed(parts))
