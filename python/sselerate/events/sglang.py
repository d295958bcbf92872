"""Events of SGLang's own stream (``POST /generate``).

Field meanings follow the SGLang documentation, "Native APIs". (Its ``/v1`` streams are those of `chat`.) The
text of an event is all text so far, not what is new; so it is ``full_text``, and ``text`` is "". The stream
ends with ``[DONE]``.
"""

import dataclasses
from typing import Any

from .answers import StreamEvent, Usage, number, reason, string
from .declare import event

__all__ = ["SGLangMetaInfo", "SGLangStreamEvent"]


@event(light=True)
class SGLangMetaInfo(Usage):
    """What the server says about the request so far."""

    id: str | None = None
    """Identifies the request."""

    finish_reason: Any = None
    """Why generation ended, an object with ``type``; None while it goes on."""

    prompt_tokens: int | None = None
    """Tokens of the prompt."""

    completion_tokens: int | None = None
    """Tokens generated so far."""

    cached_tokens: int | None = None
    """Tokens of the prompt read from the cache."""

    output_token_logprobs: Any = None
    """The tokens so far with their log probabilities, a list of lists: probability, number, text or None.
    Log probabilities of other tokens are in ``extra``."""

    @property
    def input_tokens(self) -> int | None:
        """Tokens of the prompt."""
        return number(self.prompt_tokens)

    @property
    def output_tokens(self) -> int | None:
        """Tokens generated so far."""
        return number(self.completion_tokens)


@event
class SGLangStreamEvent(StreamEvent):
    """One event."""

    __dialect__ = "sglang"

    full_text: str = dataclasses.field(metadata={"wire": "text"})
    """All text so far (the key ``text``)."""

    meta_info: SGLangMetaInfo
    """What the server says about the request."""

    output_ids: tuple[int, ...] | None = None
    """The same as tokens."""

    index: int | None = None
    """Which prompt of the request, from 0."""

    @property
    def finish_reason(self) -> str | None:
        """Why generation ended."""
        said = getattr(self.meta_info, "finish_reason", None)
        return reason(said.get("type") if isinstance(said, dict) else said)

    @property
    def usage(self) -> SGLangMetaInfo | None:
        """The tokens used so far."""
        info: Any = self.meta_info
        return info if isinstance(info, SGLangMetaInfo) else None


class NewText:
    """What each event of a stream adds to the text.

    A server that was started for it sends pieces of the text in place of all of it; that shows in the first
    one that does not begin with the text before it. (A piece that repeats all before it is taken for the
    whole.)
    """

    def __init__(self) -> None:
        self._whole: str | None = ""
        """All of the text so far; None where pieces are sent."""

    def of(self, event: SGLangStreamEvent) -> str:
        """What ``event``, the next one, adds; "" if nothing."""
        text = string(event.full_text)
        if not text or self._whole is None:
            return text
        if not text.startswith(self._whole):
            self._whole = None
            return text
        added, self._whole = text[len(self._whole) :], text
        return added
