"""Bytes of LLM event streams to typed Python events, fast.

    for event in sselerate.iter_events(response.iter_bytes(), sselerate.CompletionStreamEvent):
        print(event.choices[0].text, end="")

`Parser` gives server-sent events, `Decoder` typed ones; both take bytes as they come and do no I/O.
`iter_events`, `aiter_events` and `decode` read whole sources. The event classes are in `sselerate.events`,
`event` declares further ones. `BACKEND` says whether the compiled core is at work or its equivalent in
Python.
"""

import typing

from . import _backend, events
from ._backend import BACKEND, Decoder, EventIterator, Parser
from .errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from .sse import Comment, ServerSentEvent
from .stream import AsyncEventIterator
from .stream import bind as _bind

if typing.TYPE_CHECKING:
    from .events import *  # noqa: F403

__all__ = [
    "BACKEND",
    "AsyncEventIterator",
    "Comment",
    "DecodeError",
    "Decoder",
    "EventIterator",
    "EventTooLargeError",
    "Parser",
    "SSEError",
    "ServerError",
    "ServerSentEvent",
    "TruncatedStreamError",
    "aiter_events",
    "decode",
    "events",
    "iter_events",
]
__all__ += events.__all__

__version__ = "0.1.0"

_streams = _bind(_backend)

iter_events = _streams.iter_events
aiter_events = _streams.aiter_events
decode = _streams.decode


def __getattr__(name: str) -> typing.Any:
    # The event classes; those of most dialects are imported when they are first named.
    if name not in events.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(events, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
