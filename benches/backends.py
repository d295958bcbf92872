"""The functions of the package on either backend, whichever it has chosen for itself."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any
from unittest import mock

__all__ = ["Functions", "core_module", "functions"]

MODULES = {"rust": "sselerate._core", "python": "sselerate._fallback"}


def core_module(backend: str) -> ModuleType:
    """The compiled core or the fallback.

    Raises:
        ImportError: there is no such backend in this installation.
    """
    return importlib.import_module(MODULES[backend])


class Functions:
    """`iter_events` and all that is made of it, on one backend."""

    def __init__(self, backend: ModuleType) -> None:
        stream = _again("sselerate.stream", {"sselerate._backend": backend})
        self.iter_events: Any = stream.iter_events
        self.aiter_events: Any = stream.aiter_events
        self.decode: Any = stream.decode
        self.text: Any = stream.text
        self.atext: Any = stream.atext
        collectors = _again("sselerate.accumulate.collectors", {"sselerate.stream": stream})
        self.collect: Any = collectors.collect
        self.acollect: Any = collectors.acollect


@cache
def functions(backend: str) -> Functions:
    """Those of a backend, by its name."""
    return Functions(core_module(backend))


def _again(name: str, others: dict[str, ModuleType]) -> ModuleType:
    """A second instance of a module, for which ``others`` are in the places of what it imports."""
    importlib.import_module(name)  # what else it needs is there then
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    with mock.patch.dict(sys.modules, others):
        spec.loader.exec_module(again)
    return again
