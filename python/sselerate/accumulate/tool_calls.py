"""The tool calls of one message, put together of their pieces."""

import json
from typing import Any

from ..events.answers import arguments, number, string
from ..events.declare import Event, event
from .joined import Rest, Text, plain
from .partial_json import MAX_DEPTH, PartialJSON

__all__ = ["Call", "Calls", "ToolCall"]


@event
class ToolCall(Event):
    """A call of a tool, in the form common to all dialects."""

    index: int | None
    """Which call of the message, from 0, as the server says; see `ToolCallDelta.index`."""

    id: str | None
    """Identifies the call; its result must name it."""

    name: str | None
    """The name of the tool."""

    arguments: str
    """All its arguments so far, as text."""

    input: Any = None
    """The same as a value, once they are whole; None before. With ``partial_json`` as much of it as is
    there."""


class Call:
    """One call."""

    __slots__ = ("arguments", "first_name", "id", "index", "input", "name", "partial", "rest", "type", "view")

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id = ""
        self.type = ""
        self.name = Text()
        self.first_name = ""
        """The first piece of the name, as a rule all of it."""
        self.arguments = Text()
        self.input: Any = None
        """The arguments where the server gave them as a value."""
        self.partial: PartialJSON | None = None
        self.view = False
        """Whether unfinished arguments are wanted as a value."""
        self.rest = Rest()

    def add_name(self, name: str) -> None:
        """Takes a piece of the name. Some servers send all of it again with every piece of the arguments."""
        self.first_name = self.first_name or name
        if name and (not self.name or name != self.first_name):
            self.name.add(name)

    def add_arguments(self, text: str) -> None:
        """Takes a piece of the arguments."""
        if text:
            self.arguments.add(text)
            if self.partial is not None:
                self.partial.feed(text)

    def follow(self) -> PartialJSON:
        """The parser of the arguments, which is fed from now on."""
        if self.partial is None:
            self.partial = PartialJSON()
            for piece in self.arguments.pieces:
                self.partial.feed(piece)
        return self.partial

    def value(self) -> Any:
        """The arguments as a value of its own: whole, or if wanted what is there of them; else None."""
        if not self.arguments:
            return plain(self.input)
        if self.view and (value := self.follow().value()) is not None:
            return value
        return parsed(str(self.arguments))

    def result(self) -> ToolCall:
        """The call as it stands."""
        return ToolCall(
            index=self.index,
            id=self.id or None,
            name=str(self.name) or None,
            arguments=str(self.arguments) if self.arguments or self.input is None else arguments(self.input),
            input=self.value(),
        )


class Calls:
    """The calls of a message.

    The rule is: pieces with the same ``index`` belong to one call. Around it:

    - A piece without an index belongs to the call with its id, else to the last one, unless it has a name
      and that one has too: then it begins a call.
    - An index that comes again with another id and a name begins a call (servers that always send 0).
      Without a name it goes on with the last one (servers that make up an id for every piece).
    - An index that comes again with a name but no id begins a call if the arguments of the last one are
      whole.
    """

    def __init__(self, partial_json: bool) -> None:
        self.all: list[Call] = []
        self._partial = partial_json
        self._by_index: dict[int, Call] = {}
        """The last call of each index."""
        self._by_id: dict[tuple[int | None, str], Call] = {}
        self._by_id_alone: dict[str, Call] = {}

    def add(self, index: Any, id: Any = None, name: Any = None, text: Any = None) -> Call:
        """Takes a piece of a call.

        Args:
            index: which call, if the server says.
            id: its id, if the server says.
            name: a piece of its name, as a rule all of it.
            text: a piece of its arguments; any value but a string counts as whole and becomes JSON.
        """
        index, id, name = number(index), string(id), string(name)
        call = self._find(index, id, name, text)
        if call is None:
            call = Call(index)
            call.view = self._partial
            self.all.append(call)
            if index is not None:
                self._by_index[index] = call
        if id:
            if not call.id:
                call.id = id
            if id == call.id or name or text:
                # Else it may be the id of a call whose name is to come.
                self._by_id[call.index, id] = self._by_id_alone[id] = call
        call.add_name(name)
        call.add_arguments(arguments(text))
        return call

    def _find(self, index: int | None, id: str, name: str, text: Any) -> Call | None:
        if index is not None:
            last = self._by_index.get(index)
            if last is None:
                # The head of the call may have come without an index.
                orphan = self.all[-1] if self.all and not id and not name else None
                return orphan if orphan is not None and orphan.index is None else None
            if id and last.id and id != last.id:
                known = self._by_id.get((index, id))
                return known if known is not None or name else last
        else:
            if id and (known := self._by_id_alone.get(id)):
                return known
            last = self.all[-1] if self.all else None
            if last is None or (id and last.id):
                return None
        if name and last.name and (not id or id != last.id) and _begins(last, name, text):
            return None
        return last

    def ordered(self) -> list[Call]:
        """The calls in the order of their indexes if all have one, else in that of their first pieces."""
        if any(call.index is None for call in self.all):
            return self.all
        return sorted(self.all, key=lambda call: call.index or 0)


def _begins(last: Call, name: str, text: Any) -> bool:
    """Whether a piece with a name and no id of its own is the first one of a new call, not the next one of
    ``last``, which has a name too."""
    if not last.arguments:
        return name != last.first_name and bool(text)
    return last.follow().complete and bool(arguments(text).strip() or name != last.first_name)


def parsed(text: str) -> Any:
    """The value of ``text``; None if it is not JSON, or nested deeper than a decoder takes."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        reader = PartialJSON()
        reader.feed(text)
        return None if reader.broken else value
    return value
