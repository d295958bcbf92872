"""Events of a Gemini stream (``streamGenerateContent``), of the Gemini API and of Vertex.

Field meanings follow the Gemini API reference, "GenerateContentResponse", and recorded streams. Every event
is a whole small response. With ``alt=sse`` they come as server-sent events, without it as the items of one
JSON array; both end with the connection, and no event says that it is the last: older servers give the reason
to stop in each, and the usage may come after it. Keys are camelCase on the wire.
"""

from typing import Any

from .answers import StreamEvent, ToolCallDelta, Usage, added, arguments, number, reason, string
from .declare import Event, event

__all__ = [
    "GeminiBlob",
    "GeminiCandidate",
    "GeminiContent",
    "GeminiFunctionCall",
    "GeminiModalityTokenCount",
    "GeminiPart",
    "GeminiPromptFeedback",
    "GeminiUsageMetadata",
    "GenerateContentResponse",
]


@event(rename="camel", light=True)
class GeminiFunctionCall(Event):
    """A call of a function that the client is to carry out, as a rule whole."""

    name: str | None = None
    """The name of the function."""

    args: Any = None
    """Its arguments, an object."""

    id: str | None = None
    """Identifies the call, with newer models."""

    partial_args: Any = None
    """Pieces of arguments that are streamed: a list of objects with ``jsonPath`` and a value."""

    will_continue: bool | None = None
    """Whether more pieces of this call follow."""


@event(rename="camel")
class GeminiBlob(Event):
    """Data that is no text."""

    mime_type: str | None = None
    """What kind of data it is, e.g. "image/png"."""

    data: str | None = None
    """The data in base64."""


@event(rename="camel", light=True)
class GeminiPart(Event):
    """A part of the content. One of its fields says what it is."""

    text: str | None = None
    """Text: of the answer, or of the thinking if ``thought`` is true."""

    thought: bool | None = None
    """Whether the part is a summary of the thinking."""

    thought_signature: str | None = None
    """The thinking as only the server can read it, in base64, to be sent back."""

    function_call: GeminiFunctionCall | None = None
    """A call of a function."""

    inline_data: GeminiBlob | None = None
    """An image or a sound."""

    executable_code: Any = None
    """Code that the server runs, an object with ``language`` and ``code``."""

    code_execution_result: Any = None
    """What the code gave, an object with ``outcome`` and ``output``."""

    tool_call: Any = None
    """A call of a tool that the server carries out itself."""

    tool_response: Any = None
    """What that tool gave."""


@event(rename="camel")
class GeminiContent(Event):
    """What one event adds to the answer."""

    parts: tuple[GeminiPart, ...] | None = None
    """Its parts; none in an event that only ends the answer."""

    role: str | None = None
    """Who speaks, "model"."""


@event(rename="camel", light=True)
class GeminiCandidate(Event):
    """One alternative's next piece."""

    content: GeminiContent | None = None
    """What to add to the answer."""

    finish_reason: str | int | None = None
    """Why generation ended: "STOP", "MAX_TOKENS", "SAFETY", ...; a number in some streams. None while it goes
    on, with most servers; older ones say "STOP" in each event."""

    index: int | None = None
    """Which candidate, from 0; often left out."""

    finish_message: str | None = None
    """More about why it ended."""

    safety_ratings: Any = None
    """How harmful the content may be, a list by category."""

    citation_metadata: Any = None
    """Sources that the text repeats."""

    grounding_metadata: Any = None
    """Web pages and searches that the text rests on."""

    url_context_metadata: Any = None
    """The pages that were read."""


@event(rename="camel")
class GeminiModalityTokenCount(Event):
    """The tokens of one kind of content."""

    modality: str | int | None = None
    """The kind: "TEXT", "IMAGE", "AUDIO", "VIDEO" or "DOCUMENT"."""

    token_count: int | None = None
    """How many."""


@event(rename="camel")
class GeminiUsageMetadata(Usage):
    """How many tokens a request has used so far; in most events, the last one counts. Cached tokens are a
    part of the prompt, thinking is counted apart from the candidates."""

    prompt_token_count: int | None = None
    """Tokens of the prompt, cached ones included."""

    candidates_token_count: int | None = None
    """Tokens generated, without thinking."""

    total_token_count: int | None = None
    """All tokens."""

    thoughts_token_count: int | None = None
    """Tokens of thinking."""

    cached_content_token_count: int | None = None
    """Tokens of the prompt read from a cache."""

    tool_use_prompt_token_count: int | None = None
    """Tokens of the results of tools that the server ran."""

    prompt_tokens_details: tuple[GeminiModalityTokenCount, ...] | None = None
    """The tokens of the prompt by kind."""

    candidates_tokens_details: tuple[GeminiModalityTokenCount, ...] | None = None
    """The tokens generated by kind."""

    cache_tokens_details: tuple[GeminiModalityTokenCount, ...] | None = None
    """The tokens from a cache by kind."""

    tool_use_prompt_tokens_details: tuple[GeminiModalityTokenCount, ...] | None = None
    """The tokens of results of tools by kind."""

    traffic_type: str | None = None
    """How the request is paid for, e.g. "ON_DEMAND" (Vertex)."""

    service_tier: str | None = None
    """The tier of service that processed the request."""

    @property
    def input_tokens(self) -> int | None:
        """All tokens of the input: the prompt and results of tools."""
        return added(self.prompt_token_count, self.tool_use_prompt_token_count)

    @property
    def output_tokens(self) -> int | None:
        """All tokens generated, thinking included."""
        return added(self.candidates_token_count, self.thoughts_token_count)

    @property
    def reported_total_tokens(self) -> int | None:
        """Input and output together as the server counts them."""
        return number(self.total_token_count)

    @property
    def cached_tokens(self) -> int | None:
        """Which part of the input was read from a cache."""
        return number(self.cached_content_token_count)

    @property
    def reasoning_tokens(self) -> int | None:
        """Which part of the output was thinking."""
        return number(self.thoughts_token_count)


@event(rename="camel", light=True)
class GeminiPromptFeedback(Event):
    """Why there is no answer."""

    block_reason: str | int | None = None
    """Why the prompt was refused: "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", ..."""

    block_reason_message: str | None = None
    """The same in words (Vertex)."""

    safety_ratings: Any = None
    """How harmful the prompt may be, a list by category."""


@event(rename="camel")
class GenerateContentResponse(StreamEvent):
    """One event of a Gemini stream."""

    __dialect__ = "gemini"

    candidates: tuple[GeminiCandidate, ...] | None = None
    """Pieces of the answer, as a rule a single one."""

    usage_metadata: GeminiUsageMetadata | None = None
    """The tokens used so far."""

    model_version: str | None = None
    """The model that answers."""

    response_id: str | None = None
    """Identifies the response; the same in all events of a stream."""

    create_time: str | None = None
    """When the request arrived, RFC 3339 (Vertex)."""

    prompt_feedback: GeminiPromptFeedback | None = None
    """Why the prompt was refused, if it was."""

    @property
    def text(self) -> str:
        """The text to append, without thinking."""
        return "".join([string(part.text) for part in self._parts() if part.text and not part.thought])

    @property
    def reasoning(self) -> str:
        """The summary of the thinking to append."""
        return "".join([string(part.text) for part in self._parts() if part.text and part.thought])

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The calls in the event, as a rule whole. They have no index.

        Of a call whose arguments are streamed there is its head alone. Its pieces (``partial_args``) each
        name the place that a value belongs to, so they are no text to append; an accumulator puts them
        together.
        """
        calls: list[Any] = [part.function_call for part in self._parts()]
        return tuple(
            [
                ToolCallDelta.of(None, call.id, call.name, call.args)
                for call in calls
                if isinstance(call, GeminiFunctionCall) and (call.name or call.id or call.args is not None)
            ]
        )

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended, of the first candidate that says so, or why the prompt was refused."""
        for candidate in self._candidates():
            if said := _enum(candidate.finish_reason):
                return said
        return _enum(getattr(self.prompt_feedback, "block_reason", None))

    @property
    def usage(self) -> GeminiUsageMetadata | None:
        """The tokens used so far."""
        usage = self.usage_metadata
        return usage if isinstance(usage, GeminiUsageMetadata) else None

    def _candidates(self) -> list[GeminiCandidate]:
        candidates: Any = self.candidates
        if not isinstance(candidates, tuple):
            return []
        return [item for item in candidates if isinstance(item, GeminiCandidate)]

    def _parts(self) -> list[GeminiPart]:
        found: list[GeminiPart] = []
        for candidate in self._candidates():
            parts: Any = getattr(candidate.content, "parts", None)
            if isinstance(parts, tuple):
                found += [part for part in parts if isinstance(part, GeminiPart)]
        return found


def _enum(value: Any) -> str | None:
    """A value of an enumeration by its name, or by its number where that is sent; 0 is "not given"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return reason(arguments(value)) if value else None
    return reason(value)
