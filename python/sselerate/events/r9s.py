"""The stream events of the r9s API, as its SDK declares them.

Its completions are `CompletionStreamEvent`, and its chats and messages those of OpenAI and Anthropic, under
the names of the SDK. Its own are the images, and an event of responses that is flat: one class for all types,
where `ResponseStreamEvent` of this package has a class for each.
"""

from typing import Any, TypeAlias

from .answers import StreamEvent, string
from .chat import ChatCompletionChunk
from .declare import Event, event
from .images import ImageUsage
from .messages import MessageStreamEvent

__all__ = [
    "AnthropicStreamEvent",
    "ChatCompletionStreamEvent",
    "FlatResponseStreamEvent",
    "ImageEditStreamEvent",
    "ImageGenerationStreamData",
    "ImageGenerationStreamEvent",
    "ResponseDelta",
]

ChatCompletionStreamEvent: TypeAlias = ChatCompletionChunk
"""One event of a chat completion stream."""

AnthropicStreamEvent: TypeAlias = MessageStreamEvent
"""Any event of a message stream."""


@event
class ResponseDelta(Event):
    """What an event adds, as an object."""

    text: str | None = None
    """Text to append."""

    role: str | None = None
    """Who speaks."""

    content: str | None = None
    """Content to append."""


@event
class FlatResponseStreamEvent(StreamEvent):
    """One event of a response stream, of whatever type."""

    __dialect__ = "openai-responses"

    type: str
    """Its type, e.g. "response.output_text.delta"."""

    sequence_number: int | None = None
    """Which event of the response it is, from 0."""

    response: Any = None
    """The response as it stands, an object."""

    output_item: Any = None
    """An item of the output, an object."""

    output_item_index: int | None = None
    """Which item of the output, from 0."""

    content_index: int | None = None
    """Which part of the item, from 0."""

    delta: str | ResponseDelta | None = None
    """What the event adds."""

    @property
    def text(self) -> str:
        """The text to append."""
        if self.type not in ("response.output_text.delta", "response.text.delta"):
            return ""
        delta = self.delta
        if isinstance(delta, ResponseDelta):
            return string(delta.text) or string(delta.content)
        return string(delta)

    @property
    def finish_reason(self) -> str | None:
        """How the response has ended: "completed", "incomplete" or "failed"."""
        return self.type.removeprefix("response.") if self.is_terminal else None

    @property
    def is_terminal(self) -> bool:
        """Whether the response has ended."""
        return self.type in ("response.completed", "response.incomplete", "response.failed")


@event
class ImageGenerationStreamData(Event):
    """One image, or a preview of it."""

    index: int
    """Which image of the request, from 0."""

    b64_json: str | None = None
    """The image in base64."""

    url: str | None = None
    """Where the image is."""

    progress: float | None = None
    """How far it is, from 0 to 1."""

    is_final: bool | None = None
    """Whether it is the image, not a preview."""

    revised_prompt: str | None = None
    """The prompt as the model changed it."""


@event
class ImageGenerationStreamEvent(StreamEvent):
    """One event of an image stream."""

    __dialect__ = "r9s-images"

    id: str
    """Identifies the request."""

    object: str
    """The type of the object: "image.generation.chunk"."""

    created: int
    """When it was created, in seconds since the Unix epoch."""

    model: str
    """The model that draws."""

    data: tuple[ImageGenerationStreamData, ...]
    """Images and previews."""

    usage: ImageUsage | None = None
    """The tokens used, in the last event."""


@event
class ImageEditStreamEvent(StreamEvent):
    """One event of a stream of edited images."""

    __dialect__ = "r9s-images"

    type: str
    """Its type, e.g. "image_edit.partial", "image_edit.final" or "image_edit.chunk"."""

    index: int | None = None
    """Which image of the request, from 0."""

    b64_json: str | None = None
    """The image in base64."""

    url: str | None = None
    """Where the image is."""

    progress: float | None = None
    """How far it is, from 0 to 1."""

    is_final: bool | None = None
    """Whether it is the image, not a preview."""

    revised_prompt: str | None = None
    """The prompt as the model changed it."""

    id: str | None = None
    """Identifies the request."""

    created: int | None = None
    """When it was created, in seconds since the Unix epoch."""

    model: str | None = None
    """The model that draws."""

    object: str | None = None
    """The type of the object."""

    output_format: str | None = None
    """The format of the image."""

    usage: ImageUsage | None = None
    """The tokens used, in the last event."""
