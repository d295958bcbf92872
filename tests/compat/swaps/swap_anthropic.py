"""Puts `sselerate.compat.anthropic` in the place of anthropic's clients, for its own tests.

SSELERATE_MODELS says what streams deliver: "light" or "sdk".
"""

import os
import sys
from typing import Any

import anthropic

from sselerate.compat import anthropic as fast

MODELS: Any = os.environ.get("SSELERATE_MODELS", "light")

fast._keep_helpers()
for name in ("Anthropic", "AsyncAnthropic"):
    patched = fast._SDK.patched(getattr(anthropic, name), MODELS)
    setattr(anthropic, name, patched)
    setattr(sys.modules["anthropic._client"], name, patched)
