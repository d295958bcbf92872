"""stderr, where the messages of the command go. It may be closed or full: then there is nobody to tell, and
the work goes on."""

import os
import sys
from typing import TextIO


def say(text: str) -> None:
    """Prints a message. Where stderr is closed, `print` would put it into the output."""
    if sys.stderr is None:
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        drop(sys.stderr)


def drop(stream: TextIO) -> None:
    """Lets the interpreter flush `stream` at exit into nothing, instead of failing once more."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except OSError:
        pass
