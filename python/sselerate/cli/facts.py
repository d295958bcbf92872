"""What people want to know of an event, wherever its dialect keeps it: text, model, why it ended, usage.

Events are looked at as plain values: the two dialects that have classes by attribute, others by key.
"""

from typing import Any

from ..events import ChatCompletionChunk, CompletionStreamEvent, Event, GenericEvent

Path = tuple[str | int, ...]

# The `type` of an event (in its JSON, or its `event:` line) and where its text is.
_TEXTS_BY_TYPE: dict[str, Path] = {
    "content_block_delta": ("delta", "text"),  # Anthropic
    "response.output_text.delta": ("delta",),  # OpenAI Responses
    "content-delta": ("delta", "message", "content", "text"),  # Cohere
    "message.output.delta": ("content",),  # Mistral conversations
    "text-delta": ("delta",),  # Vercel
    "TEXT_MESSAGE_CONTENT": ("delta",),  # AG-UI
}
# Dialects without a type: Ollama, TGI, llama.cpp; the last one serves classes that users declare.
_TEXTS: tuple[Path, ...] = (("message", "content"), ("response",), ("token", "text"), ("content",), ("text",))

_MODELS: tuple[Path, ...] = (("model",), ("message", "model"), ("response", "model"), ("modelVersion",))
_REASONS: tuple[Path, ...] = (
    ("choices", 0, "finish_reason"),
    ("delta", "stop_reason"),
    ("delta", "finish_reason"),
    ("candidates", 0, "finishReason"),
    ("response", "status"),
    ("done_reason",),
)
_USAGES: tuple[Path, ...] = (
    ("usage",),
    ("message", "usage"),
    ("response", "usage"),
    ("delta", "usage", "tokens"),
    ("x_groq", "usage"),
    ("usageMetadata",),
    (),  # Ollama keeps its counts at the top
)
_INPUT = ("prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count")
_OUTPUT = ("completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count")


def plain(event: Event) -> Any:
    """What the functions here look at: the event itself or its JSON."""
    if isinstance(event, CompletionStreamEvent | ChatCompletionChunk):
        return event
    return event.data if isinstance(event, GenericEvent) else event.to_dict()


def text_of(event: Event) -> str:
    """The text that an event adds to the first choice; "" if none."""
    value = plain(event)
    choices = _at(value, ("choices",))
    if isinstance(choices, tuple | list):
        return "".join(_choice_text(choice) for choice in choices)
    kind = _at(value, ("type",)) or getattr(event, "type", None)
    if isinstance(kind, str):
        path = _TEXTS_BY_TYPE.get(kind)
        return _joined(_at(value, path)) if path else ""
    parts = _at(value, ("candidates", 0, "content", "parts"))  # Gemini
    if parts is not None:
        return _joined(parts)
    for path in _TEXTS:
        if text := _joined(_at(value, path)):
            return text
    return ""


def _choice_text(choice: Any) -> str:
    if _at(choice, ("index",)):  # a further one of several answers
        return ""
    text = _at(choice, ("text",))
    return text if isinstance(text, str) else _joined(_at(choice, ("delta", "content")))


def _joined(content: Any) -> str:
    """The text of a string, or of a list of parts; parts of reasoning are left out."""
    if isinstance(content, str):
        return content
    if not isinstance(content, tuple | list):
        return ""
    texts = (_at(part, ("text",)) for part in content if not _at(part, ("thought",)))
    return "".join(text for text in texts if isinstance(text, str))


def further_choices(event: Event) -> bool:
    """Whether the event belongs to another answer than the first one."""
    choices = _at(plain(event), ("choices",))
    return isinstance(choices, tuple | list) and any(_at(choice, ("index",)) for choice in choices)


def model_of(event: Event) -> str | None:
    return _first_text(plain(event), _MODELS)


def reason_of(event: Event) -> str | None:
    """Why the answer ended, if this event says so."""
    value = plain(event)
    for path in _REASONS:
        reason = _at(value, path)
        if isinstance(reason, str) and reason and reason != "in_progress":
            return reason
    return None


def usage_of(event: Event) -> tuple[int | None, int | None]:
    """Input and output tokens, as far as this event tells them."""
    value = plain(event)
    for path in _USAGES:
        usage = _at(value, path)
        counts = _count(usage, _INPUT), _count(usage, _OUTPUT)
        if counts != (None, None):
            return counts
    return None, None


def _first_text(value: Any, paths: tuple[Path, ...]) -> str | None:
    for path in paths:
        found = _at(value, path)
        if isinstance(found, str) and found:
            return found
    return None


def _count(usage: Any, names: tuple[str, ...]) -> int | None:
    for name in names:
        count = _at(usage, (name,))
        if isinstance(count, int | float) and not isinstance(count, bool):
            return int(count)
    return None


def _at(value: Any, path: Path) -> Any:
    """The value at `path`, through objects of events, dicts, tuples and lists; None if there is none."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, tuple | list) and step < len(value) else None
        elif isinstance(value, Event):
            value = getattr(value, step, None)
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
