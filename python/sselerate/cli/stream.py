"""Streams one after another in one source: where one ends, the next decoder takes over."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import SSEError

DONE = b"[DONE]"
LINE_END = re.compile(rb"\r\n?|\n")
NOTHING_MORE = re.compile(rb" *(?:[\r\n]|\Z)")
"""Spaces to the end of a line, or of what is there of it."""

Item = Any
"""An event, the SSEError that ended the source, or a `StreamEnd`."""


@dataclass(frozen=True)
class StreamEnd:
    """A stream is over: how many bytes it had, and how many errors were met."""

    size: int
    errors: int


class Streams:
    """Decodes the streams of one source, told apart by [DONE].

    A decoder ignores what follows [DONE] in the chunk that it is fed. So that nothing gets lost, a chunk is
    cut behind each line that ends with [DONE], and fed line by line from there, until the event that holds
    that line is over: either the decoder has ended with it, or it was an event like others. A [DONE] with
    more behind it on its line is part of a text.
    """

    def __init__(self, new_decoder: Callable[[], Any]) -> None:
        self.new_decoder = new_decoder
        self.decoder = new_decoder()
        self.size = 0
        self.found = False  # an event or an error of the current stream
        self.any_stream = False

    def read(self, chunks: Iterable[bytes]) -> Iterator[list[Item]]:
        """What each chunk brings. With an SSEError (a StreamEnd behind it) the source is given up."""
        held = b""  # the start of a [DONE] that the chunk's end has cut
        waiting: int | None = None  # for the event with this index, a line of which ends with [DONE]
        on_its_line = False  # behind that [DONE], where more may follow
        over = False  # the stream has ended with a CR, to which an LF may belong
        for chunk in chunks:
            data, held = held + chunk, b""
            items: list[Item] = []
            start = 0
            if over and data:
                over = False
                start = int(data.startswith(b"\n"))
                self.size += start
                items.append(self.end())
            while start < len(data):
                marked = False
                if waiting is None:
                    at = _find_done(data, start)
                    if at < 0:
                        end = len(data) - _cut_off(data)
                        held = data[end:]
                    else:
                        end = at + len(DONE)
                        marked = on_its_line = True
                elif on_its_line and not NOTHING_MORE.match(data, start):
                    waiting = None
                    continue
                else:
                    line_end = LINE_END.search(data, start)
                    end = line_end.end() if line_end else len(data)
                    on_its_line = on_its_line and line_end is None
                items += self._feed(data[start:end])
                if items and isinstance(items[-1], SSEError):
                    yield [*items, self.end()]
                    return
                if self.decoder.ended:
                    over = end == len(data) and data.endswith(b"\r")
                    if not over:
                        items.append(self.end())
                    waiting = None
                elif marked:
                    waiting = self.decoder.event_index
                elif waiting is not None and self.decoder.event_index > waiting:
                    waiting = None
                start = end + len(held)
            yield items
        items = self._feed(held) if held else []
        if not (items and isinstance(items[-1], SSEError)):
            items += self._call(self.decoder.close)
        if over or self.found or (self.size and not self.any_stream):
            items.append(self.end())
        yield items

    def _feed(self, data: bytes) -> list[Item]:
        self.size += len(data)
        return self._call(lambda: self.decoder.feed(data))

    def _call(self, call: Callable[[], list[Any]]) -> list[Item]:
        try:
            items = call()
        except SSEError as error:
            items = [*error.events, error]
            error.events = []
        self.found = self.found or bool(items)
        return items

    def end(self) -> StreamEnd:
        """Ends the current stream, whatever it lacks; a new one begins."""
        end = StreamEnd(self.size, self.decoder.error_count)
        self.decoder = self.new_decoder()
        self.size = 0
        self.found = False
        self.any_stream = True
        return end


def _find_done(data: bytes, start: int) -> int:
    """Where the next [DONE] is that may end its line; -1 if there is none."""
    at = data.find(DONE, start)
    while at >= 0 and not NOTHING_MORE.match(data, at + len(DONE)):
        at = data.find(DONE, at + len(DONE))
    return at


def _cut_off(data: bytes) -> int:
    """How many bytes at the end of `data` may be the beginning of a [DONE]."""
    for length in range(min(len(DONE) - 1, len(data)), 0, -1):
        if data.endswith(DONE[:length]):
            return length
    return 0
