"""Events of the streams of sound: speech (``POST /v1/audio/speech``) and transcription
(``POST /v1/audio/transcriptions``).

Field meanings follow the OpenAI API reference, "Audio". The streams end with the connection; lines end with
CRLF.
"""

import dataclasses
from typing import Any, Literal, TypeAlias

from .answers import StreamEvent, Usage, string
from .declare import Event, event

__all__ = [
    "AudioInputTokenDetails",
    "AudioStreamEvent",
    "AudioUsage",
    "SpeechAudioDeltaEvent",
    "SpeechAudioDoneEvent",
    "TranscriptTextDeltaEvent",
    "TranscriptTextDoneEvent",
    "TranscriptTextSegmentEvent",
    "TranscriptTokenLogprob",
]


@event
class AudioInputTokenDetails(Event):
    """What the input tokens consist of."""

    audio_tokens: int | None = None
    """Tokens of sound."""

    text_tokens: int | None = None
    """Tokens of text."""


@event
class AudioUsage(Usage):
    """How many tokens a request has used, or how long its sound was."""

    type: str | None = None
    """What is counted, "tokens" or "duration"."""

    input_tokens: int | None = None
    """Tokens of the input."""

    output_tokens: int | None = None
    """Tokens generated."""

    reported_total_tokens: int | None = dataclasses.field(default=None, metadata={"wire": "total_tokens"})
    """The sum of both as the server counts it (the key ``total_tokens``)."""

    input_token_details: AudioInputTokenDetails | None = None
    """The input tokens in detail."""

    seconds: int | float | None = None
    """How long the sound was, in seconds."""


class _AudioEvent(StreamEvent):
    """Base of the events of both streams."""

    __slots__ = ()
    __dialect__ = "openai-audio"


@event
class SpeechAudioDeltaEvent(_AudioEvent):
    """The next piece of speech."""

    type: Literal["speech.audio.delta"]
    """Its type."""

    audio: str
    """The sound to append, in base64."""


@event
class SpeechAudioDoneEvent(_AudioEvent):
    """The last event: the speech is whole."""

    type: Literal["speech.audio.done"]
    """Its type."""

    usage: AudioUsage | None = None
    """The tokens used."""

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


@event
class TranscriptTokenLogprob(Event):
    """A token of the transcript with its log probability."""

    token: str | None = None
    """The token as text."""

    logprob: float | None = None
    """The natural logarithm of its probability."""

    bytes: tuple[int, ...] | None = None
    """The UTF-8 bytes of the token."""


@event
class TranscriptTextDeltaEvent(_AudioEvent):
    """The next piece of the transcript."""

    type: Literal["transcript.text.delta"]
    """Its type."""

    delta: str
    """The text to append."""

    logprobs: tuple[TranscriptTokenLogprob, ...] | None = None
    """Log probabilities of its tokens, if the request asked for them."""

    segment_id: str | None = None
    """The segment that the text belongs to, where speakers are told apart."""

    obfuscation: str | None = None
    """Random characters that hide the length of the text from observers of the connection."""

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.delta)


@event
class TranscriptTextSegmentEvent(_AudioEvent):
    """A stretch of one speaker is whole."""

    type: Literal["transcript.text.segment"]
    """Its type."""

    id: str
    """Identifies the segment."""

    speaker: str | None = None
    """Who speaks."""

    start: float | None = None
    """Where it begins, in seconds."""

    end: float | None = None
    """Where it ends, in seconds."""

    segment_text: str = dataclasses.field(metadata={"wire": "text"})
    """Its text, which came as deltas before (the key ``text``)."""


@event
class TranscriptTextDoneEvent(_AudioEvent):
    """The last event: the transcript is whole."""

    type: Literal["transcript.text.done"]
    """Its type."""

    full_text: str = dataclasses.field(metadata={"wire": "text"})
    """The whole text, once more (the key ``text``)."""

    logprobs: tuple[TranscriptTokenLogprob, ...] | None = None
    """Log probabilities of its tokens, if the request asked for them."""

    usage: AudioUsage | None = None
    """The tokens used."""

    languages: Any = None
    """The languages that are spoken, a list."""

    @property
    def is_terminal(self) -> bool:
        """Always."""
        return True


AudioStreamEvent: TypeAlias = (
    TranscriptTextDeltaEvent
    | TranscriptTextSegmentEvent
    | TranscriptTextDoneEvent
    | SpeechAudioDeltaEvent
    | SpeechAudioDoneEvent
)
"""Any event of a stream of speech or of a transcription."""
