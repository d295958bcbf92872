"""Streams to whole messages: `Accumulator` takes events, `collect` and `acollect` take bytes. `UsageMeter`
keeps the usage alone.

    message = sselerate.accumulate.collect(response.iter_bytes())

One file per dialect that has a message of its own; `answer` is for the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .accumulator import Accumulator
from .answer import Answer
from .collectors import acollect, collect
from .partial_json import PartialJSON
from .tool_calls import ToolCall
from .usage import UsageMeter

if TYPE_CHECKING:
    from .chat import (
        ChatCompletion,
        ChatCompletionChoice,
        ChatCompletionFunctionCall,
        ChatCompletionMessage,
        ChatCompletionToolCall,
    )
    from .cohere import CohereAssistantMessage, CohereChatResponse
    from .completions import Completion, CompletionChoice
    from .converse import ConverseMessage, ConverseOutput, ConverseResponse

__all__ = [
    "Accumulator",
    "Answer",
    "ChatCompletion",
    "ChatCompletionChoice",
    "ChatCompletionFunctionCall",
    "ChatCompletionMessage",
    "ChatCompletionToolCall",
    "CohereAssistantMessage",
    "CohereChatResponse",
    "Completion",
    "CompletionChoice",
    "ConverseMessage",
    "ConverseOutput",
    "ConverseResponse",
    "PartialJSON",
    "ToolCall",
    "UsageMeter",
    "acollect",
    "collect",
]

_MODULES = {"ChatCompletion": "chat", "Cohere": "cohere", "Completion": "completions", "Converse": "converse"}
"""How the names of a dialect begin -> the module they are in."""


def __getattr__(name: str) -> Any:
    # The messages of a dialect; they are imported when they are first named.
    if name in __all__:
        for beginning, module in _MODULES.items():
            if name.startswith(beginning):
                value = globals()[name] = getattr(import_module("." + module, __name__), name)
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
