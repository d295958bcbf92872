"""Events of an image stream (``POST /v1/images/generations`` and ``/edits`` with ``stream``).

Field meanings follow the OpenAI API reference, "Image generation streaming events". No recorded stream was at
hand.
"""

import dataclasses
from typing import Literal, TypeAlias

from .answers import StreamEvent, Usage
from .declare import Event, event

__all__ = [
    "ImageCompletedEvent",
    "ImageEvent",
    "ImagePartialImageEvent",
    "ImageStreamEvent",
    "ImageTokensDetails",
    "ImageUsage",
]


@event
class ImageTokensDetails(Event):
    """What tokens consist of."""

    image_tokens: int | None = None
    """Tokens of images."""

    text_tokens: int | None = None
    """Tokens of text."""


@event
class ImageUsage(Usage):
    """How many tokens an image has used."""

    input_tokens: int | None
    """Tokens of the prompt and of given images."""

    output_tokens: int | None
    """Tokens of the image."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

    input_tokens_details: ImageTokensDetails | None = None
    """The input tokens in detail."""

    output_tokens_details: ImageTokensDetails | None = None
    """The output tokens in detail."""


@event
class ImageEvent(StreamEvent):
    """Base of the events of an image stream."""

    __dialect__ = "openai-images"

    b64_json: str | None = None
    """The image, or a preview of it, in base64."""

    created_at: int | None = None
    """When the event was created, in seconds since the Unix epoch."""

    size: str | None = None
    """Width and height in pixels, e.g. "1024x1024"."""

    quality: str | None = None
    """The quality: "low", "medium", "high", ..."""

    background: str | None = None
    """The background: "transparent", "opaque" or "auto"."""

    output_format: str | None = None
    """The format: "png", "webp" or "jpeg"."""


@event
class ImagePartialImageEvent(ImageEvent):
    """A preview of the image."""

    type: Literal["image_generation.partial_image", "image_edit.partial_image"]
    """Its type."""

    partial_image_index: int
    """Which preview, from 0."""


@event
class ImageCompletedEvent(ImageEvent):
    """The image. There may be others: nothing says that one is the last."""

    type: Literal["image_generation.completed", "image_edit.completed"]
    """Its type."""

    usage: ImageUsage | None = None
    """The tokens used."""


ImageStreamEvent: TypeAlias = ImagePartialImageEvent | ImageCompletedEvent
"""Any event of an image stream."""
