"""Chat completions: the chunks of `events.chat` become a `ChatCompletion`, whichever server sent them."""

from typing import Any

from ..events.answers import arguments, string
from ..events.chat import (
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionDelta,
    ChatCompletionFunctionCallDelta,
    ChatCompletionLogprobs,
    ChatCompletionReasoningDetail,
    ChatCompletionToolCallDelta,
)
from ..events.declare import Event, event
from ..events.usage import CompletionUsage
from .choices import Choice, ChoiceAssembler
from .content import Content
from .details import ReasoningDetails
from .joined import Rest, Text
from .tool_calls import Call, Calls

__all__ = [
    "ChatAssembler",
    "ChatCompletion",
    "ChatCompletionChoice",
    "ChatCompletionFunctionCall",
    "ChatCompletionMessage",
    "ChatCompletionToolCall",
]


@event
class ChatCompletionFunctionCall(Event):
    """A called function."""

    name: str
    """Its name."""

    arguments: str
    """Its arguments as JSON text (a model may get it wrong, and the text be cut)."""


@event
class ChatCompletionToolCall(Event):
    """A call of a tool that the client is to carry out."""

    id: str
    """Identifies the call; its result must name it. "" if the server gave none."""

    type: str
    """The kind of tool, "function"."""

    function: ChatCompletionFunctionCall
    """The called function."""


@event
class ChatCompletionMessage(Event):
    """A message."""

    role: str
    """Who speaks, "assistant"."""

    content: str | None
    """Its text; None if there is none. Of Mistral's reasoning models a list of parts, as they were sent."""

    refusal: str | None = None
    """Why the model refuses, if it does."""

    tool_calls: tuple[ChatCompletionToolCall, ...] | None = None
    """The tools to call."""

    function_call: ChatCompletionFunctionCall | None = None
    """The function to call, in the form that ``tool_calls`` has replaced."""

    reasoning_content: str | None = None
    """The reasoning, as some servers name it."""

    reasoning: str | None = None
    """The reasoning, as others name it; see `ChatCompletionDelta`."""

    reasoning_details: tuple[ChatCompletionReasoningDetail, ...] | None = None
    """The reasoning in structured form, to be sent back to the model."""


@event
class ChatCompletionChoice(Event):
    """One alternative."""

    index: int
    """Which choice, from 0."""

    message: ChatCompletionMessage
    """The message."""

    finish_reason: str | None
    """Why generation ended, see `ChatCompletionChunkChoice.finish_reason`; None if it has not."""

    logprobs: ChatCompletionLogprobs | None = None
    """Log probabilities of the tokens of the message, if the request asked for them."""

    native_finish_reason: str | None = None
    """Why generation ended in the words of the model's provider, as OpenRouter hands it on."""

    stop_reason: int | str | None = None
    """Which stop string or token ended the text, as vLLM says."""

    matched_stop: int | str | None = None
    """The same as SGLang names it."""


@event
class ChatCompletion(Event):
    """A chat completion, as ``POST /v1/chat/completions`` answers without ``stream``."""

    id: str
    """Identifies the completion."""

    object: str
    """The type of the object: "chat.completion"."""

    created: int
    """When it was created, in seconds since the Unix epoch."""

    model: str
    """The model that answered."""

    choices: tuple[ChatCompletionChoice, ...]
    """The alternatives, in the order of their indexes."""

    service_tier: str | None = None
    """The tier of service that processed the request."""

    system_fingerprint: str | None = None
    """Identifies the configuration of the server that answered."""

    usage: CompletionUsage | None = None
    """Tokens used."""

    provider: str | None = None
    """Who ran the model, as OpenRouter says."""

    citations: tuple[str, ...] | None = None
    """The addresses of the sources, as Perplexity and xAI send them."""


class _Choice(Choice):
    def __init__(self, index: int, partial_json: bool) -> None:
        super().__init__(index)
        self.partial_json = partial_json
        self.role = ""
        self.content = Content()
        self.refusal = Text()
        self.reasoning_content = Text()
        self.reasoning = Text()
        self.details = ReasoningDetails()
        self.calls = Calls(partial_json)
        self.function_call: Call | None = None
        self.delta_rest = Rest()
        self.message: ChatCompletionDelta | None = None
        """The last message that came beside, or instead of, a delta."""
        self.any_delta = False
        """Whether a delta has brought anything."""

    def push(self, choice: ChatCompletionChunkChoice) -> bool:
        placed = True
        delta = choice.delta
        if isinstance(delta, ChatCompletionDelta):
            placed = self._add_delta(delta)
        elif delta is not None:
            placed = False
        if choice.message is not None:
            if isinstance(choice.message, ChatCompletionDelta):
                self.message = choice.message
            else:
                placed = False
        placed = self._add_end(choice) and placed
        if choice.native_finish_reason is not None:
            self.whole["native_finish_reason"] = choice.native_finish_reason
        if choice.matched_stop is not None:
            self.whole["matched_stop"] = choice.matched_stop
        if choice.extra is not None:
            self._add_rest(choice.extra, getattr(delta, "content", None))
        return placed

    def _add_delta(self, delta: ChatCompletionDelta) -> bool:
        placed = True
        if delta.role is not None:
            self.role = self.role or string(delta.role)
            placed = isinstance(delta.role, str)
        if delta.content is not None:
            placed = self.content.add(delta.content) and placed
            self.any_delta = self.any_delta or delta.content != ""
        if delta.refusal is not None:
            placed = self.refusal.take(delta.refusal) and placed
            self.any_delta = self.any_delta or delta.refusal != ""
        if delta.reasoning_content is not None:
            placed = self.reasoning_content.take(delta.reasoning_content) and placed
        if delta.reasoning is not None:
            placed = self.reasoning.take(delta.reasoning) and placed
        if delta.reasoning_details is not None:
            placed = self._add_details(delta.reasoning_details) and placed
        if delta.tool_calls is not None:
            placed = self._add_calls(delta.tool_calls) and placed
        if delta.function_call is not None:
            placed = self._add_function_call(delta.function_call) and placed
        if delta.extra is not None:
            self.delta_rest.append(delta.extra)
        return placed

    def _add_details(self, details: Any) -> bool:
        placed = isinstance(details, tuple)
        for detail in details if placed else ():
            if isinstance(detail, ChatCompletionReasoningDetail):
                self.details.add(detail)
            else:
                placed = False
        return placed

    def _add_calls(self, calls: Any) -> bool:
        placed = isinstance(calls, tuple)
        for piece in calls if placed else ():
            if not isinstance(piece, ChatCompletionToolCallDelta):
                placed = False
                continue
            self.any_delta = True
            function = piece.function
            if isinstance(function, ChatCompletionFunctionCallDelta):
                call = self.calls.add(piece.index, piece.id, function.name, function.arguments)
                call.rest.append(function.extra and {"function": function.extra})
            else:
                call = self.calls.add(piece.index, piece.id)
                placed = placed and function is None
            if piece.type is not None:
                call.type = call.type or string(piece.type)
            call.rest.append(piece.extra)
        return placed

    def _add_function_call(self, piece: Any) -> bool:
        if not isinstance(piece, ChatCompletionFunctionCallDelta):
            return False
        self.any_delta = True
        if self.function_call is None:
            # A list of calls of its own, which takes care of the sloppy forms.
            self.function_call = Calls(self.partial_json).add(0)
        self.function_call.add_name(string(piece.name))
        self.function_call.add_arguments(arguments(piece.arguments))
        self.function_call.rest.append(piece.extra)
        return True

    def spoken(self) -> "_Choice":
        """Itself; or, if its deltas have brought nothing and a whole message has come, that message."""
        if self.message is None or self.any_delta:
            return self
        whole = _Choice(self.index, self.partial_json)
        whole._add_delta(self.message)
        return whole

    def result(self) -> ChatCompletionChoice:
        return ChatCompletionChoice(
            index=self.index,
            message=self.spoken().result_message(self.role),
            finish_reason=self.finish_reason,
            logprobs=self.logprobs.result(),
            **self.whole,
            extra=self.rest.value(),
        )

    def result_message(self, role: str) -> ChatCompletionMessage:
        return ChatCompletionMessage(
            role=role or self.role or "assistant",
            content=self.content.value(),
            refusal=str(self.refusal) or None,
            tool_calls=tuple([_tool_call(call) for call in self.calls.ordered()]) or None,
            function_call=None if self.function_call is None else _function(self.function_call, {}),
            reasoning_content=self.reasoning_content.or_none(),
            reasoning=self.reasoning.or_none(),
            reasoning_details=self.details.result() if self.details else None,
            extra=self.delta_rest.value(),
        )


def _tool_call(call: Call) -> ChatCompletionToolCall:
    extra = call.rest.value() or {}
    of_function = extra.pop("function", None)
    return ChatCompletionToolCall(
        id=call.id,
        type=call.type or "function",
        function=_function(call, of_function if isinstance(of_function, dict) else {}),
        extra=extra or None,
    )


def _function(call: Call, extra: dict[str, Any]) -> ChatCompletionFunctionCall:
    return ChatCompletionFunctionCall(name=str(call.name), arguments=str(call.arguments), extra=extra or None)


class ChatAssembler(ChoiceAssembler[_Choice]):
    """Chunks of a chat -> `ChatCompletion`."""

    _done = False

    def _new_choice(self, index: int) -> _Choice:
        return _Choice(index, self.partial_json)

    def push(self, event: ChatCompletionChunk) -> bool:
        if event.service_tier is not None:
            self._whole["service_tier"] = event.service_tier
        if event.provider is not None:
            self._whole["provider"] = event.provider
        if event.citations is not None:
            self._whole["citations"] = event.citations
        if event.is_terminal:
            self._done = True
        return self._add(event, ChatCompletionChunkChoice)

    def result(self) -> ChatCompletion:
        return ChatCompletion(object="chat.completion", **self._fields())

    @property
    def finished(self) -> bool:
        return self._done or super().finished

    def _spoken(self) -> _Choice | None:
        first = self._first()
        return first.spoken() if first else None

    def text(self) -> str:
        first = self._spoken()
        return first.content.text() if first else ""

    def reasoning(self) -> str:
        first = self._spoken()
        if first is None:
            return ""
        said = str(first.reasoning_content) or str(first.reasoning) or first.content.text("thinking")
        if said:
            return said
        return "".join([string(detail.text) or string(detail.summary) for detail in first.details.result()])

    def calls(self) -> list[Call]:
        first = self._spoken()
        if first is None:
            return []
        calls = first.calls.ordered()
        return calls if first.function_call is None else [*calls, first.function_call]
