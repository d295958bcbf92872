"""The committed cases, as the conformance tests read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.corpus.make import FOLDER, GROUPS


@dataclass(frozen=True)
class Stored:
    """A committed case: its name ("spec/bom-twice"), bytes, and expectation."""

    name: str
    body: bytes
    parser: dict[str, Any]
    typed: list[dict[str, Any]]

    def __repr__(self) -> str:
        return self.name


def _read(group: str, stem: str) -> Stored:
    path = FOLDER / group / stem
    expectation = json.loads(path.with_suffix(".json").read_bytes())
    return Stored(
        f"{group}/{stem}",
        path.with_suffix(".sse").read_bytes(),
        expectation["parser"],
        expectation.get("typed", []),
    )


CASES = [_read(group, path.stem) for group in GROUPS for path in sorted((FOLDER / group).glob("*.sse"))]
