"""Bytes of LLM event streams to typed Python events, fast.

    for event in sselerate.iter_events(response.iter_bytes(), sselerate.CompletionStreamEvent):
        print(event.choices[0].text, end="")

`Parser` gives server-sent events, `Decoder` typed ones; both take bytes as they come and do no I/O.
`iter_events`, `aiter_events` and `decode` read whole sources. The event classes are in `sselerate.events`,
`event` declares further ones. `BACKEND` says whether the compiled core is at work or its equivalent in
Python.
"""

from . import _backend, events
from ._backend import BACKEND, Decoder, EventIterator, Parser
from .errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from .events import (
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionDelta,
    ChatCompletionFunctionCallDelta,
    ChatCompletionLogprobs,
    ChatCompletionTokenLogprob,
    ChatCompletionToolCallDelta,
    ChatCompletionTopLogprob,
    CompletionLogprobs,
    CompletionStreamChoice,
    CompletionStreamEvent,
    CompletionTokensDetails,
    CompletionUsage,
    ErrorEvent,
    Event,
    GenericEvent,
    PromptTokensDetails,
    event,
)
from .sse import Comment, ServerSentEvent
from .stream import AsyncEventIterator, bind

__all__ = [
    "BACKEND",
    "AsyncEventIterator",
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionFunctionCallDelta",
    "ChatCompletionLogprobs",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolCallDelta",
    "ChatCompletionTopLogprob",
    "Comment",
    "CompletionLogprobs",
    "CompletionStreamChoice",
    "CompletionStreamEvent",
    "CompletionTokensDetails",
    "CompletionUsage",
    "DecodeError",
    "Decoder",
    "ErrorEvent",
    "Event",
    "EventIterator",
    "EventTooLargeError",
    "GenericEvent",
    "Parser",
    "PromptTokensDetails",
    "SSEError",
    "ServerError",
    "ServerSentEvent",
    "TruncatedStreamError",
    "aiter_events",
    "decode",
    "event",
    "events",
    "iter_events",
]

_streams = bind(_backend)

iter_events = _streams.iter_events
aiter_events = _streams.aiter_events
decode = _streams.decode
