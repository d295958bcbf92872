"""The event classes: one file per dialect, `declare` for what they have in common."""

from .chat import (
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionDelta,
    ChatCompletionFunctionCallDelta,
    ChatCompletionLogprobs,
    ChatCompletionTokenLogprob,
    ChatCompletionToolCallDelta,
    ChatCompletionTopLogprob,
)
from .completion import CompletionLogprobs, CompletionStreamChoice, CompletionStreamEvent
from .declare import Event, event
from .error import ErrorEvent
from .generic import GenericEvent
from .usage import CompletionTokensDetails, CompletionUsage, PromptTokensDetails

__all__ = [
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionFunctionCallDelta",
    "ChatCompletionLogprobs",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolCallDelta",
    "ChatCompletionTopLogprob",
    "CompletionLogprobs",
    "CompletionStreamChoice",
    "CompletionStreamEvent",
    "CompletionTokensDetails",
    "CompletionUsage",
    "ErrorEvent",
    "Event",
    "GenericEvent",
    "PromptTokensDetails",
    "event",
]
