"""Streams one after another in one source: where one ends, the next decoder takes over."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import SSEError

LINE_ENDS = (b"\n", b"\r", b"\r\n")

Item = Any
"""An event, the SSEError that ended the source, or a `StreamEnd`."""


@dataclass(frozen=True)
class StreamEnd:
    """A stream is over: how many bytes it had, and how many errors were met."""

    size: int
    errors: int


class Streams:
    """Decodes the streams of one source, told apart by [DONE] or by the last event of their dialect.

    A decoder is fed line by line, as it does not tell where in a chunk its stream was complete. Blank lines
    behind that belong to the stream. So does whatever else brings no event, such as the [DONE] that some
    servers send after the last event: what follows gets a decoder of its own, and the stream is not over
    before this one has found something, or has met a [DONE]. A binary source, which has no lines, is one
    stream.
    """

    def __init__(self, new_decoder: Callable[[], Any]) -> None:
        self.new_decoder = new_decoder
        self.decoder = new_decoder()
        self.size = 0
        self.found = False  # an event or an error of the current stream
        self.last: StreamEnd | None = None  # complete, while nothing is found behind it
        self.any_stream = False

    def read(self, chunks: Iterable[bytes]) -> Iterator[list[Item]]:
        """What each chunk brings. With an SSEError (a StreamEnd behind it) the source is given up."""
        is_binary: bool | None = None
        for chunk in chunks:
            items: list[Item] = []
            if is_binary is None and chunk:
                is_binary = chunk.startswith(b"\0")
            for line in [chunk] if is_binary else chunk.splitlines(keepends=True):
                if self.decoder.done and not is_binary and line not in LINE_ENDS:
                    self._next()
                self.size += len(line)
                try:
                    found = self.decoder.feed(line)
                except SSEError as error:
                    yield items + self._given_up(error)
                    return
                if found or not self.found:
                    items += self._noted(found)
            if self.decoder.ended and chunk[-1:] not in (b"", b"\r"):  # to a CR an LF may belong
                items += self.end()
            yield items
        try:
            items = self._noted(self.decoder.close())
        except SSEError as error:
            yield self._given_up(error)
            return
        items += self.end()
        if self.size and not self.any_stream:
            items.append(StreamEnd(self.size, 0))
        yield items

    def _given_up(self, error: SSEError) -> list[Item]:
        events, error.events = error.events, []
        return [*self._noted([*events, error]), *self.end()]

    def _noted(self, items: list[Item]) -> list[Item]:
        """``items`` of the current stream, behind the end of the one before if they are the first."""
        if not self.found and (items or self.decoder.error_count):
            self.found = True
            if self.last is not None:
                items = [self.last, *items]
                self.last = None
        return items

    def end(self) -> list[StreamEnd]:
        """Ends the current stream, whatever it lacks; a new one begins. Nothing if there was none."""
        self._next()
        ends = [] if self.last is None else [self.last]
        self.last = None
        return ends

    def _next(self) -> None:
        """The next decoder takes over."""
        if self.found:
            self.last = StreamEnd(self.size, self.decoder.error_count)
            self.size = 0
        elif self.last is not None:
            self.last = StreamEnd(self.last.size + self.size, self.last.errors)
            self.size = 0
        self.decoder = self.new_decoder()
        self.found = False
        self.any_stream = self.any_stream or self.last is not None
