"""Which class a payload becomes where the decoder was given no target."""

from dataclasses import dataclass
from typing import Any

from .chat import ChatCompletionChunk
from .completion import CompletionStreamEvent
from .generic import GenericEvent

__all__ = ["RULES", "Rule", "recognise"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign by which payloads of a dialect are known. With neither ``equals`` nor ``prefix`` the presence
    of the path is the sign, whatever value is there."""

    path: tuple[str | int, ...]
    """Keys of objects and indexes of arrays that lead to the value."""

    equals: tuple[str, ...] | None
    """The value is one of these strings."""

    prefix: str | None
    """The value is a string that starts with this."""

    target: type
    """The class of the payloads that show the sign."""


RULES: tuple[Rule, ...] = (
    Rule(("object",), None, "chat.completion", ChatCompletionChunk),
    Rule(("object",), ("text_completion", "completion"), None, CompletionStreamEvent),
    Rule(("choices", 0, "delta"), None, None, ChatCompletionChunk),
    Rule(("choices", 0, "text"), None, None, CompletionStreamEvent),
    Rule(("choices",), None, None, ChatCompletionChunk),
)
"""In order: the first rule that holds decides. A payload that shows none of the signs is a `GenericEvent`."""


def recognise(payload: Any) -> type:
    """The class of ``payload``, a parsed JSON value."""
    for rule in RULES:
        value = payload
        for step in rule.path:
            if isinstance(step, str):
                found = isinstance(value, dict) and step in value
            else:
                found = isinstance(value, list) and step < len(value)
            if not found:
                break
            value = value[step]
        else:
            if rule.equals is None and rule.prefix is None:
                return rule.target
            if isinstance(value, str):
                if rule.equals is not None and value in rule.equals:
                    return rule.target
                if rule.prefix is not None and value.startswith(rule.prefix):
                    return rule.target
    return GenericEvent
