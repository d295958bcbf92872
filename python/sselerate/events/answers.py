"""What every consumer asks of an event, and the answers that are the same for all dialects.

    for event in sselerate.iter_events(source):
        print(event.text, end="")

The answers are properties of the classes that come out of a decoder (`StreamEvent`), computed when asked for.
They never raise, whatever a server has sent: what is missing or of an odd type counts as nothing.

A class whose JSON has a key of such a name, with the same meaning, declares it as a field (``usage`` of a
chat chunk), and has in it what was sent under that key, be it of an odd type. Where the meaning differs the
field has another name: ``ResponseTextDoneEvent.full_text`` is the key ``text``, which repeats the whole text,
while its ``text`` is "".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from .._json import dumps
from .declare import Event

__all__ = ["StreamEvent", "ToolCallDelta", "Usage"]

_LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """The next piece of one tool call, in the form common to all dialects."""

    index: int | None = None
    """Which call of the message, from 0, if the server says: the number of the call, of its output item or of
    its content block, so there may be gaps."""

    id: str | None = None
    """Identifies the call, as a rule in its first piece only. The id that a result must name."""

    name: str | None = None
    """The name of the tool, as a rule in the first piece only."""

    arguments: str = ""
    """Text to append to the arguments, which are JSON once complete. Where a server sends an object, that
    object as JSON."""

    @classmethod
    def of(cls, index: Any, id: Any = None, name: Any = None, text: Any = None) -> "ToolCallDelta":
        """The piece that has these, as a server sent them; what is odd or empty counts as nothing."""
        # Most pieces have neither id nor name.
        id, name = (id and string(id)) or None, (name and string(name)) or None
        return cls(number(index), id, name, arguments(text))


class Usage(Event):
    """How many tokens a request has used, in the words common to all dialects.

    The usage classes of the dialects derive from it and keep the fields of their JSON. What these properties
    mean is always the same, whatever the server counts where: cached tokens are a part of the input,
    reasoning tokens a part of the output. None is "the server does not say".
    """

    __slots__ = ()

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input, those read from and written to a cache included."""
        return None

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated, reasoning included."""
        return None

    @property
    def reported_total_tokens(self) -> int | None:
        """Input and output together as the server counts them, if it does."""
        return None

    @property
    def total_tokens(self) -> int | None:
        """Input and output together: what the server reports, else their sum if both are known."""
        reported = number(self.reported_total_tokens)
        if reported is not None:
            return reported
        input_tokens, output_tokens = number(self.input_tokens), number(self.output_tokens)
        return None if input_tokens is None or output_tokens is None else input_tokens + output_tokens

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from a cache."""
        return None

    @property
    def cache_write_tokens(self) -> int | None:
        """Which part of the input was written to a cache."""
        return None

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was reasoning."""
        return None


class StreamEvent(Event):
    """Base of the classes of whole events. What it answers is neutral; the dialects know better."""

    __slots__ = ()

    __dialect__: ClassVar[str | None] = None
    """The name of the dialect the class belongs to, what `Decoder.dialect` says; None for those of no
    dialect."""

    @property
    def text(self) -> str:
        """The visible text that this event adds to the answer; "" if none. Of several choices in one event
        that of all, in their order."""
        return ""

    @property
    def reasoning(self) -> str:
        """The text that this event adds to the reasoning, or to a summary of it; "" if none."""
        return ""

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The pieces that this event adds to tool calls which the client is to carry out.

        Some servers tell only in the head of a call that they carry it out themselves; no event answers with
        such a head. A piece of arguments is alike for both, so one whose head (its name) never came is of
        such a call, to be left out.
        """
        return ()

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, in the words of the server, in the event that says so; else None."""
        return None

    @property
    def usage(self) -> Usage | None:
        """The tokens used, as far as this event says. Some servers say it in parts (Anthropic the input in
        the first event, the output in the last), or send ``{}`` for "not yet": `UsageMeter` puts together
        what the events of a stream say."""
        return None

    @property
    def is_terminal(self) -> bool:
        """Whether the dialect says that this is the last event of a stream. Some end with ``[DONE]`` or with
        the connection instead, and have none."""
        return False


def string(value: Any) -> str:
    """``value`` if it is text, else ""."""
    return value if isinstance(value, str) else ""


def joined_text(events: Iterable[Any]) -> str:
    """The ``text`` of ``events``, joined; of classes that are not ours it may be anything."""
    return "".join([string(event.text) for event in events])


def reason(value: Any) -> str | None:
    """A reason to stop as sent, None for the ways in which servers say that there is none yet."""
    return value if isinstance(value, str) and value not in ("", "null") else None


def first_reason(choices: Any) -> str | None:
    """The reason to stop of the first choice that says one, whatever else is among them."""
    some = choices if isinstance(choices, tuple) else ()
    reasons = [reason(getattr(choice, "finish_reason", None)) for choice in some]
    return next(filter(None, reasons), None)


def number(value: Any) -> int | None:
    """``value`` if it is an integer, also one written as a float; else None.

    Integers are those that all readers of JSON agree on (RFC 8259, section 6). Larger ones count nothing and
    number nothing, and some thousands of them that CPython hashes alike would make a dict slow.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    known = isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST
    return value if known else None


def added(*counts: Any) -> int | None:
    """The sum of those counts that are known; None if none is."""
    known = [count for count in map(number, counts) if count is not None]
    return sum(known) if known else None


def arguments(value: Any) -> str:
    """A piece of the arguments of a tool call as text; an object, which is whole, becomes JSON."""
    return value or "" if value is None or isinstance(value, str) else dumps(value)
