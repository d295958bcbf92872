"""The keys of a JSON object that its class does not declare, as attributes of the event.

A key becomes an attribute of the class when an instance first has it, not by a ``__getattr__``: the mere
presence of one makes CPython 3.11 read every attribute through a slow path.
"""

from collections.abc import Iterable
from typing import Any

__all__ = ["note_extra", "unknown_key"]

_MOST_NOTED = 64
"""Unknown keys of a class that get an attribute each. Servers have a few; one that makes up keys must not
fill the class with them."""


class _UnknownKey:
    """The attribute for an unknown key, on the classes that have met it."""

    __slots__ = ("_cls", "_key")

    def __init__(self, cls: type, key: str) -> None:
        self._cls, self._key = cls, key

    def __get__(self, instance: Any, owner: type) -> Any:
        # A class derived from this one may have such an attribute from a base that comes later.
        if owner is not self._cls:
            try:
                return getattr(super(self._cls, owner if instance is None else instance), self._key)
            except AttributeError:
                pass
        if instance is None:
            # The class itself has none: a class derived from it may declare a field of this name.
            raise AttributeError(f"type object {owner.__name__!r} has no attribute {self._key!r}")
        return unknown_key(instance, self._key)


def note_extra(cls: type, keys: Iterable[str]) -> set[str] | None:
    """Lets the unknown keys of the instances of ``cls`` be read as attributes.

    Returns those that are noted so far, in a set that grows with them; None: there is nothing more to note.

    Every path that makes an instance with ``extra`` calls it.
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
            cls.__getattr__ = unknown_key  # type: ignore[attr-defined]
            return None
        taken = _is_special(key) or hasattr(type(cls), key)  # as `mro` is, of the class itself
        if not taken and not any(key in vars(base) for base in cls.__mro__):
            setattr(cls, key, _UnknownKey(cls, key))
        noted.add(key)  # not before: another thread takes it for done
    return noted


def unknown_key(self: Any, name: str) -> Any:
    """The value of an unknown key; the ``__getattr__`` of classes that have met very many."""
    # Not self.extra: where that slot is unset, it would come back here.
    extra: dict[str, Any] | None = object.__getattribute__(self, "extra")
    if extra is not None and name in extra and not _is_special(name):
        return extra[name]
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


def _is_special(name: str) -> bool:
    """Whether the interpreter may look for it: ``__dict__``, ``__array__``."""
    return name.startswith("__") and name.endswith("__")
