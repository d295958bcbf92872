"""Puts `sselerate.compat.sseclient` in the place of sseclient, for its own tests."""

import sys

from sselerate.compat import sseclient

sys.modules["sseclient"] = sseclient
