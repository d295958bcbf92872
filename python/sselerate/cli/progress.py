"""A progress bar on the terminal, for work that takes long enough to be watched."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from .source import Source
from .stderr import say
from .terminal import is_terminal

LONG = 8 * 1024 * 1024
"""Bytes from which on a bar is shown: less is decoded before anybody could read it."""


class Progress(Protocol):
    def advance(self, size: int) -> None:
        """`size` more bytes were read."""

    def say(self, text: str) -> None:
        """Prints a message above the bar."""


class Silent:
    """No bar; messages go to stderr."""

    def advance(self, size: int) -> None:
        pass

    def say(self, text: str) -> None:
        say(text)


@contextmanager
def progress(sources: Sequence[Source], quiet: bool) -> Iterator[Progress]:
    """A bar over the bytes of all sources, where it helps: on a terminal that can move its cursor, for
    regular files, above `LONG` bytes, and if rich is installed. `quiet` forbids it, since the output goes to
    the same terminal.
    """
    sizes = [source.size() for source in sources]
    total = sum(size for size in sizes if size is not None)
    can_show = is_terminal(sys.stderr) and os.environ.get("TERM") not in ("dumb", "unknown")
    if quiet or None in sizes or total < LONG or not can_show:
        yield Silent()
        return
    try:
        from .bar import Bar
    except ImportError:
        yield Silent()
        return
    bar = Bar(total)
    try:
        yield bar
    finally:
        bar.stop()
