"""Patches mistralai's event streams with `sselerate.compat.speakeasy`, for its own tests.

SSELERATE_MODELS says what streams deliver: "light" or "sdk".
"""

import os
from typing import Any

from sselerate.compat import speakeasy

MODELS: Any = os.environ.get("SSELERATE_MODELS", "light")

speakeasy.patch("mistralai", MODELS)
