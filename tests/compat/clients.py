"""HTTP clients and their adapters, for tests that run with all of them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

SYNC = ("httpx", "httpx2", "requests", "urllib3", "niquests")
ASYNC = ("httpx", "httpx2", "aiohttp", "niquests")


def installed(name: str) -> Any:
    """The module of a client; skips the test where it is not installed."""
    if name in ("urllib3", "requests") and importlib.util.find_spec("urllib3_future"):
        pytest.skip("urllib3 is urllib3-future here, which niquests brings: tested as niquests")
    return pytest.importorskip(name, reason=f"{name} is not installed")


def adapter_of(name: str) -> Any:
    """The module of `sselerate.adapters` for a client."""
    return importlib.import_module(f"sselerate.adapters.{'httpx' if name == 'httpx2' else name}")


class Sync:
    """A synchronous client with its adapter."""

    def __init__(self, name: str, **arguments: Any) -> None:
        self.name = name
        self.module = installed(name)
        self.adapter = adapter_of(name)
        if name in ("httpx", "httpx2"):
            self.client = self.module.Client(trust_env=False, **arguments)
        elif name == "urllib3":
            self.client = self.module.PoolManager(timeout=self.module.Timeout(10))
        else:
            self.client = self.module.Session()
            self.client.trust_env = False

    def open(self, url: str) -> Any:
        """A response, made by hand."""
        if self.name in ("httpx", "httpx2"):
            return self.client.send(self.client.build_request("GET", url), stream=True)
        if self.name == "urllib3":
            return self.client.request("GET", url, preload_content=False)
        return self.client.get(url, stream=True)

    def close(self) -> None:
        (self.client.clear if self.name == "urllib3" else self.client.close)()


class Async:
    """An asynchronous client with its adapter, to be made in a loop."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.module = installed(name)
        adapter = adapter_of(name)
        prefix = "" if name == "aiohttp" else "a"
        self.stream = getattr(adapter, f"{prefix}stream")
        self.sse = getattr(adapter, f"{prefix}sse")
        self.events = getattr(adapter, f"{prefix}events")

    @asynccontextmanager
    async def client(self, **arguments: Any) -> AsyncIterator[Any]:
        if self.name in ("httpx", "httpx2"):
            async with self.module.AsyncClient(trust_env=False, **arguments) as client:
                yield client
        elif self.name == "aiohttp":
            async with self.module.ClientSession(**arguments) as client:
                yield client
        else:
            async with self.module.AsyncSession(**arguments) as client:
                client.trust_env = False
                yield client
