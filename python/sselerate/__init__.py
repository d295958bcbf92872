"""Bytes of LLM event streams to typed Python events, fast.

    for event in sselerate.iter_events(response.iter_bytes(), sselerate.ChatCompletionChunk):
        print(event.text, end="")

`Parser` gives server-sent events, `Decoder` typed ones; both take bytes as they come and do no I/O.
`iter_events`, `aiter_events` and `decode` read whole sources, `text` gives the text of a stream and `collect`
its message.
The event classes are in `sselerate.events`, `event` declares further ones. `BACKEND` says if the compiled
core is at work or its equivalent in Python.
"""

import typing

from . import events
from ._backend import BACKEND, AsyncEventIterator, Decoder, EventIterator, Parser
from .errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from .eventstream import EventStreamMessage, EventStreamParser
from .sse import Comment, ServerSentEvent
from .stream import aiter_events, atext, decode, iter_events, text

if typing.TYPE_CHECKING:
    from .accumulate import Accumulator, UsageMeter, acollect, collect
    from .events import *  # noqa: F403

__all__ = [
    "BACKEND",
    "Accumulator",
    "AsyncEventIterator",
    "Comment",
    "DecodeError",
    "Decoder",
    "EventIterator",
    "EventStreamMessage",
    "EventStreamParser",
    "EventTooLargeError",
    "Parser",
    "SSEError",
    "ServerError",
    "ServerSentEvent",
    "TruncatedStreamError",
    "UsageMeter",
    "acollect",
    "aiter_events",
    "atext",
    "collect",
    "decode",
    "events",
    "iter_events",
    "text",
]
__version__ = "0.1.0"


if not typing.TYPE_CHECKING:  # which would take every name for one that exists
    __all__ += events.__all__

    def __getattr__(name: str) -> typing.Any:
        # Imported when first named: the classes of most dialects, and what puts messages together.
        if name in events.__all__:
            value = getattr(events, name)
        elif name in ("Accumulator", "UsageMeter", "acollect", "collect"):
            from . import accumulate

            value = getattr(accumulate, name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
