"""What pieces are put together with: text, unknown keys, and events with some of their fields changed.

Pieces are kept in lists and joined when a result is asked for, so that a stream costs time in proportion to
its length, however many pieces it comes in.
"""

from typing import Any, TypeVar

from .._surrogates import join_halves
from ..events.base import Event, restore

__all__ = ["Logprobs", "Rest", "Text", "changed", "joined", "plain", "said", "said_fields"]

E = TypeVar("E", bound=Event)

_NEVER_JOINED = frozenset(
    [
        "channel",
        "created_at",
        "format",
        "id",
        "index",
        "model",
        "name",
        "object",
        "role",
        "signature",
        "status",
        "type",
    ]
)
"""Keys whose strings are whole, whoever sends them; the last one counts."""

_WHOLE = frozenset(["annotations", "executed_tools", "images"])
"""Keys of deltas whose lists hold whole entries: one that comes again under the same index replaces the
first."""


_LOGPROBS = frozenset(["logprobs", "logprobsResult"])
"""Keys whose values are put together as `Logprobs`."""


class Text:
    """Text that comes in pieces."""

    __slots__ = ("add", "pieces")

    def __init__(self, *pieces: str) -> None:
        self.pieces = list(pieces)
        self.add = self.pieces.append

    def take(self, value: Any) -> bool:
        """Adds ``value`` if it is text; False if it is neither text nor None."""
        if isinstance(value, str):
            self.add(value)
            return True
        return value is None

    def __str__(self) -> str:
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return joined(self.pieces)

    def __bool__(self) -> bool:
        """Whether a piece has come, be it ""."""
        return bool(self.pieces)

    def or_none(self) -> str | None:
        """The text; None if no piece has come."""
        return str(self) if self.pieces else None


def joined(pieces: list[str]) -> str:
    """The pieces as one string; halves of characters are joined where they meet."""
    return join_halves("".join(pieces))


class Logprobs:
    """Log probabilities: what the events say about their tokens, in whatever shape, as one value that says it
    about all.

    - Objects that hold lists, one item for each token, become one object with the lists joined. A string
      beside them is a piece of one string; of anything else there the last that is not null counts.
    - Lists become one list.
    - Of anything else, such as a bare number for each token, there will be a list if there are several.
    """

    __slots__ = ("_bare", "_items", "_joined", "_kind")

    def __init__(self) -> None:
        self._kind: type[Event] | None = None
        """The class of the joined object; None if it is a dict."""
        self._joined: dict[str, Any] = {}
        self._items: list[Any] = []
        self._bare = True
        """Whether the items have come one by one."""

    def add(self, value: Any) -> None:
        """Takes what the next event says, if not None."""
        if isinstance(value, Event):
            self._add_object(value, {**said_fields(value), **(value.extra or {})})
        elif isinstance(value, dict):
            self._add_object(value, value)
        elif isinstance(value, list | tuple):
            self._bare = False
            self._items += value
        else:
            self._items.append(value)

    def _add_object(self, value: Any, keys: dict[str, Any]) -> None:
        if not any(isinstance(said, list | tuple) for said in keys.values()):
            if any(said is not None for said in keys.values()):
                self._items.append(value)
            return
        if isinstance(value, Event):
            self._kind = type(value)
        for key, said in keys.items():
            old = self._joined.get(key)
            if isinstance(said, list | tuple):
                if not isinstance(old, list):
                    old = self._joined[key] = []
                old += said
            elif isinstance(said, str):
                if not isinstance(old, Text):
                    old = self._joined[key] = Text()
                old.add(said)
            elif said is not None:
                self._joined[key] = said
            else:
                self._joined.setdefault(key, None)

    def result(self) -> Any:
        """All of it; None if no event has said anything."""
        if not self._joined:
            return self._items[0] if self._bare and len(self._items) == 1 else list(self._items) or None
        whole: Any = {
            key: str(said) if isinstance(said, Text) else list(said) if isinstance(said, list) else said
            for key, said in self._joined.items()
        }
        if self._kind is not None:
            names = self._kind.__wire__
            fields: dict[str, Any] = {name: whole.pop(name) for name in names if name in whole}
            for name, said in fields.items():
                fields[name] = tuple(said) if isinstance(said, list) else said
            whole = self._kind(**fields, extra=whole or None)
        return [*self._items, whole] if self._items else whole


class Rest:
    """The keys that no class declares, put together over the events of a stream."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}

    def replace(self, keys: dict[str, Any] | None) -> None:
        """Takes keys that are whole each time they come: the last one that is not null counts. Objects are
        merged key by key."""
        if keys:
            _replace(self.state, keys)

    def replace_but(self, known: frozenset[str], keys: dict[str, Any] | None) -> bool:
        """`replace`, without keys that the message has too: those would hide what it says. False if there are
        such."""
        if not keys:
            return True
        self.replace({key: value for key, value in keys.items() if key not in known})
        return known.isdisjoint(keys)

    def append(self, keys: dict[str, Any] | None) -> None:
        """Takes keys of a delta: strings are pieces of one string, lists of one list, and list entries with
        the same ``index`` pieces of one entry."""
        if keys:
            _append(self.state, keys)

    def value(self) -> dict[str, Any] | None:
        """All keys as plain JSON of its own; None if there are none."""
        return plain(self.state) if self.state else None


class _Rows:
    """A list that comes in pieces."""

    __slots__ = ("by_index", "items")

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.by_index: dict[int, dict[str, Any]] = {}

    def add(self, items: list[Any] | tuple[Any, ...], whole: bool) -> None:
        for item in items:
            index = item.get("index") if isinstance(item, dict) else None
            if not isinstance(index, int):
                self.items.append(item)
                continue
            row = self.by_index.get(index)
            if row is None:
                row = self.by_index[index] = {}
                self.items.append(row)
            (_replace if whole else _append)(row, item)


def _replace(state: dict[str, Any], keys: dict[str, Any]) -> None:
    for key, value in keys.items():
        if value is None:
            state.setdefault(key, None)
        elif key in _LOGPROBS:
            _add_logprobs(state, key, value)
        elif isinstance(value, dict):
            old = state.get(key)
            if not isinstance(old, dict):
                old = state[key] = {}
            _replace(old, value)
        else:
            state[key] = value


def _add_logprobs(state: dict[str, Any], key: str, value: Any) -> None:
    old = state.get(key)
    if not isinstance(old, Logprobs):
        old = state[key] = Logprobs()
    old.add(value)


def _append(state: dict[str, Any], keys: dict[str, Any]) -> None:
    for key, value in keys.items():
        old = state.get(key)
        if value is None:
            state.setdefault(key, None)
        elif key in _LOGPROBS:
            _add_logprobs(state, key, value)
        elif isinstance(value, str) and key not in _NEVER_JOINED:
            if isinstance(old, Text):
                old.add(value)
            else:
                state[key] = Text(value)
        elif isinstance(value, dict):
            if not isinstance(old, dict):
                old = state[key] = {}
            _append(old, value)
        elif isinstance(value, list | tuple):
            if not isinstance(old, _Rows):
                old = state[key] = _Rows()
            old.add(value, key in _WHOLE)
        else:
            state[key] = value


def plain(value: Any) -> Any:
    """``value`` as plain JSON, all containers new."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, Logprobs):
        return plain(value.result())
    if isinstance(value, _Rows):
        return [plain(item) for item in value.items]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def changed(event: E, extra: dict[str, Any] | None, /, **fields: Any) -> E:
    """``event`` with other values for some fields. Fields that its JSON lacked and that are not changed
    stay out of ``to_dict()``, which `dataclasses.replace` would forget."""
    cls, state, _, decoded = event.__reduce__()[1]
    result: E = restore(cls, {**state, **fields}, extra, decoded)
    return result


def said_fields(event: Event) -> dict[str, Any]:
    """The fields of an event that have a value."""
    return {name: value for name in event.__wire__ if (value := getattr(event, name)) is not None}


def said(event: Event) -> bool:
    """Whether an event (a usage, say) has any value at all; some servers send ``{}`` for "not yet"."""
    return bool(event.extra) or any(getattr(event, name) is not None for name in event.__wire__)
