"""Puts `sselerate.compat.openai` in the place of openai's clients and of its decoder, for its own tests.

SSELERATE_MODELS says what streams deliver: "light" or "sdk".
"""

import os
import sys
from typing import Any

import openai
import openai._streaming

from sselerate.compat import openai as fast

MODELS: Any = os.environ.get("SSELERATE_MODELS", "light")

fast._keep_helpers()
for name in ("OpenAI", "AsyncOpenAI"):
    patched = fast._SDK.patched(getattr(openai, name), MODELS)
    setattr(openai, name, patched)
    setattr(sys.modules["openai._client"], name, patched)


class SSEDecoder(fast.StreamDecoder):  # type: ignore[misc]
    """The decoder, as tests make it by hand. They look into its buffers when nothing is left in them."""

    _data: list[str] = []  # noqa: RUF012
    _last_event_id = None

    def __init__(self) -> None:
        super().__init__(fast._SDK, MODELS)


openai._streaming.SSEDecoder = SSEDecoder  # type: ignore[misc,assignment]
