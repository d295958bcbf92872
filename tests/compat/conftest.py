"""Fixtures of the compat tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sselerate.compat import (
    _sdk_stream,
    _stainless,
    aiohttp_sse_client2,
    httpx2,
    httpx_sse,
    speakeasy,
    sseclient,
)
from tests import backends
from tests.compat import clients


@pytest.fixture(params=["rust", "python"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each backend in turn, for all that the drop-ins decode."""
    module = backends.load(request.param)
    for user in (_sdk_stream, aiohttp_sse_client2, httpx2, httpx_sse, speakeasy, sseclient):
        monkeypatch.setattr(user, "BlockParser", module.BlockParser)
    for user in (_sdk_stream, _stainless, speakeasy):
        monkeypatch.setattr(user, "Decoder", module.Decoder)
    return request.param


@pytest.fixture(params=clients.SYNC)
def sync(request: pytest.FixtureRequest) -> Iterator[clients.Sync]:
    """Each synchronous HTTP client in turn, with its adapter."""
    sync = clients.Sync(request.param)
    yield sync
    sync.close()


@pytest.fixture(params=clients.ASYNC)
def asynchronous(request: pytest.FixtureRequest) -> clients.Async:
    """Each asynchronous one."""
    return clients.Async(request.param)
