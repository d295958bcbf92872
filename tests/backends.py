"""The two backends as the tests see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from benches import backends


@dataclass(frozen=True)
class Backend:
    """One backend and the functions of the package bound to it."""

    name: str
    module: Any
    Parser: Any
    BlockParser: Any
    Decoder: Any
    EventIterator: Any
    AsyncEventIterator: Any
    iter_events: Any
    aiter_events: Any
    decode: Any
    text: Any
    atext: Any
    collect: Any
    acollect: Any

    def __repr__(self) -> str:
        return self.name


def load(name: str) -> Backend:
    """Imports a backend by its module, past the choice that `import sselerate` makes.

    A missing compiled module fails the test that asked for it: a skipped Rust leg would look like a green
    one. Where there is no cargo, `--no-rust` leaves the leg out openly.
    """
    try:
        module = backends.core_module(name)
    except ImportError as error:
        pytest.fail(
            f"the {name} backend cannot be imported ({error}); build it, or run with --no-rust", pytrace=False
        )
    functions = backends.functions(name)
    return Backend(
        name,
        module,
        module.Parser,
        module.BlockParser,
        module.Decoder,
        module.EventIterator,
        module.AsyncEventIterator,
        functions.iter_events,
        functions.aiter_events,
        functions.decode,
        functions.text,
        functions.atext,
        functions.collect,
        functions.acollect,
    )
