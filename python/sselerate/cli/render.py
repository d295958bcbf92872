"""The formats of the output: what is written for each event, and at the end of each stream."""

from typing import Protocol, TextIO

from .._surrogates import join_halves
from ..events import ErrorEvent, Event
from ..events.answers import number as count
from ..events.answers import reason
from . import answer
from .stream import StreamEnd
from .summary import Row, table
from .terminal import escaped, escaped_json, is_terminal


class Format(Protocol):
    """Writes events to the output, which it was made with."""

    note: str | None
    """What the user should know of the stream that has just ended, e.g. what the format leaves out."""

    def event(self, event: Event) -> None:
        """The next event of the current stream."""

    def end(self, source: str, number: int, end: StreamEnd) -> None:
        """The current stream, the `number`th of `source`, is over."""

    def pause(self) -> None:
        """A message is about to be printed, perhaps on the same terminal."""

    def finish(self) -> None:
        """No further stream."""


class Text:
    """The generated text of the first choice, as it comes. Each stream ends with a line end."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.terminal = is_terminal(out)
        self.last = "\n"
        self.note: str | None = None
        self.start()

    def start(self) -> None:
        self.text = answer.Text()
        self.half = ""
        self.further = 0
        self.has_events = self.has_text = False

    def event(self, event: Event) -> None:
        first = answer.first_choice(event)
        self.further += first is not event
        self.write(self.text.added(first))
        self.has_events = self.has_events or not isinstance(event, ErrorEvent)

    def write(self, text: str) -> None:
        if self.half and text:
            # The first half of a character meets the second; one without the other stays as it is.
            text = join_halves(self.half + text)
            self.half = ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self.half = text[:-1], text[-1]
        if text:
            self.out.write(escaped(text) if self.terminal else text)
            self.last = text[-1]
            self.has_text = True

    def end(self, source: str, number: int, end: StreamEnd) -> None:
        if self.half:
            self.out.write(self.half)
            self.last = self.half
            self.has_text = True
        self.end_line()
        self.note = None
        if self.further:
            self.note = f"{self.further} events of further choices left out; --format jsonl shows them"
        elif self.has_events and not self.has_text and not end.errors:
            self.note = "no event has text; --format jsonl shows them"
        self.start()

    def end_line(self) -> None:
        if self.last != "\n":
            self.out.write("\n")
            self.last = "\n"

    def pause(self) -> None:
        if self.terminal:
            self.end_line()

    def finish(self) -> None:
        pass


class JsonLines:
    """Every event as one line of compact JSON, with the keys as the server sent them."""

    note: str | None = None

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.terminal = is_terminal(out)

    def event(self, event: Event) -> None:
        line = event.to_json()
        self.out.write((escaped_json(line) if self.terminal else line) + "\n")

    def end(self, source: str, number: int, end: StreamEnd) -> None:
        pass

    def pause(self) -> None:
        pass

    def finish(self) -> None:
        pass


class Summary:
    """A table with one line for each stream, written at the end."""

    note: str | None = None

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.rows: list[Row] = []
        self.start()

    def start(self) -> None:
        from ..accumulate import UsageMeter  # late, as it takes long and the other formats need none

        self.row = Row()
        self.text = answer.Text()
        self.meter = UsageMeter()

    def event(self, event: Event) -> None:
        row = self.row
        first = answer.first_choice(event)
        row.events += not isinstance(event, ErrorEvent)
        row.characters += len(self.text.added(first))
        row.model = row.model or answer.model_of(event)
        row.reason = reason(getattr(first, "finish_reason", None)) or row.reason
        self.meter.push(event)

    def end(self, source: str, number: int, end: StreamEnd) -> None:
        row = self.row
        row.source = source if number == 1 else f"{source} #{number}"
        row.size = end.size
        row.errors = end.errors
        usage = self.meter.usage
        if usage is not None:
            row.input, row.output = count(usage.input_tokens), count(usage.output_tokens)
        self.rows.append(row)
        self.start()

    def pause(self) -> None:
        pass

    def finish(self) -> None:
        self.out.write(table(self.rows))
