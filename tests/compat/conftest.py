"""Fixtures of the compat tests."""

from __future__ import annotations

import pytest

from sselerate.compat import _blocks, _stainless, speakeasy
from tests import backends


@pytest.fixture(params=["rust", "python"])
def framing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The framing of `Blocks`: with the compiled parser, where there is one, and without."""
    if request.param == "python":
        monkeypatch.setattr(_blocks, "BACKEND", "python")
    elif _blocks.BACKEND != "rust":
        pytest.skip("this is the pure-Python package")
    return request.param


@pytest.fixture(params=["rust", "python"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each backend in turn, for all that the drop-ins decode."""
    module = backends.load(request.param)
    monkeypatch.setattr(_blocks, "BACKEND", request.param)
    monkeypatch.setattr(_blocks, "Parser", module.Parser)
    for user in (_stainless, speakeasy):
        monkeypatch.setattr(user, "Decoder", module.Decoder)
    return request.param
