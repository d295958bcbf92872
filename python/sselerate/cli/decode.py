"""`sselerate decode`: sources in, one of the formats out."""

import argparse
import io
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO

from .. import Decoder
from ..errors import SSEError
from ..events import ErrorEvent, GenericEvent
from . import exits
from .progress import Progress, progress
from .render import Format, JsonLines, Summary, Text
from .source import Source, SourceError
from .stream import StreamEnd, Streams
from .terminal import escaped_line, is_terminal

FORMATS: dict[str, Callable[[TextIO], Format]] = {"text": Text, "jsonl": JsonLines, "summary": Summary}


def decode(options: argparse.Namespace) -> int:
    """Decode event streams of LLM servers, from files or as they arrive on stdin.

    Files may be compressed with gzip or zstd. A source may hold several streams
    one after another, told apart by their [DONE] or their last event.
    """
    out = _output()
    form = FORMATS[options.format](out)
    sources = [Source(path) for path in options.files]
    new_decoder = partial(
        Decoder,
        options.target,
        strict=options.strict,
        on_error=options.on_error,
        max_event_bytes=options.max_event_bytes,
        split=options.split,
        surrogates=options.surrogates,
    )
    code = exits.OK
    # Text and events that appear on the same terminal show the progress themselves.
    with progress(sources, quiet=is_terminal(out) and options.format != "summary") as bar:
        for source in sources:
            code = max(code, _Reading(source, options.target, form, out, bar).run(Streams(new_decoder)))
    form.finish()
    return code


def _output() -> TextIO:
    """stdout, for any text: lone surrogates as escapes; files and pipes get UTF-8 and plain line ends."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        if is_terminal(out):
            out.reconfigure(errors="backslashreplace")
        else:
            out.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return out


class _Reading:
    """Reads one source into a format; knows what to say about it on stderr."""

    def __init__(self, source: Source, target: Any, form: Format, out: TextIO, bar: Progress) -> None:
        self.source, self.target, self.form, self.out, self.bar = source, target, form, out, bar
        self.number = 1
        self.code = exits.OK
        self.events = 0
        self.others = 0  # those that no class of the target took

    def run(self, streams: Streams) -> int:
        try:
            for items in streams.read(self.source.chunks(self.bar.advance)):
                for item in items:
                    self.take(item)
                self.out.flush()  # what has arrived is shown, however slowly the rest comes
        except SourceError as error:
            for end in streams.end():
                self.take(end)
            self.number = 1
            self.say(str(error))
            return exits.FILE
        self.number = 1
        if not self.events and self.code == exits.OK:
            self.say("no events found")
        if self.events and self.events == self.others and self.target not in (None, GenericEvent):
            self.say("no event is of the target; without --target each is recognised")
        return self.code

    def take(self, item: object) -> None:
        if isinstance(item, StreamEnd):
            self.form.end(self.source.name, self.number, item)
            if self.form.note:
                self.say(self.form.note)
            self.number += 1
        elif isinstance(item, SSEError):
            self.fail(item.message)
        elif isinstance(item, ErrorEvent):
            self.form.event(item)
            self.fail(item.message)
        else:
            self.events += 1
            self.others += isinstance(item, GenericEvent)
            self.form.event(item)  # type: ignore[arg-type]

    def fail(self, message: str) -> None:
        self.code = exits.STREAM
        self.say(message)

    def say(self, message: str) -> None:
        self.form.pause()
        self.out.flush()  # keeps the order of what both show on one terminal
        stream = f" (stream {self.number})" if self.number > 1 else ""
        self.bar.say(escaped_line(f"sselerate: {self.source.name}{stream}: {message}"))
