"""Fixtures of the compat tests."""

from __future__ import annotations

import pytest

from sselerate.compat import _blocks


@pytest.fixture(params=["rust", "python"])
def framing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The framing of `Blocks`: with the compiled parser, where there is one, and without."""
    if request.param == "python":
        monkeypatch.setattr(_blocks, "BACKEND", "python")
    elif _blocks.BACKEND != "rust":
        pytest.skip("this is the pure-Python package")
    return request.param
