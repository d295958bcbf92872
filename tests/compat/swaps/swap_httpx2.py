"""Puts `sselerate.compat.httpx2` under httpx2's `EventSource`, for its own tests and those of the MCP SDK."""

import importlib.util
import sys
import types

from sselerate.compat import httpx2

httpx2.patch()

if importlib.util.find_spec("logfire") is None:
    # The conftest.py of the MCP SDK imports it, for tests that are not run here.
    testing = types.ModuleType("logfire.testing")
    testing.CaptureLogfire = object  # type: ignore[attr-defined]
    sys.modules["logfire"] = types.ModuleType("logfire")
    sys.modules["logfire.testing"] = testing
