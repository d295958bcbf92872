"""Writes the corpus: `python -m tests.corpus.make`. README.md of this folder describes the files."""

from __future__ import annotations

from pathlib import Path

from tests.corpus import (
    agent_cases,
    anthropic_cases,
    dialect_cases,
    gemini_cases,
    hostile_cases,
    openai_cases,
    server_cases,
    spec_cases,
    vendor_cases,
)

FOLDER = Path(__file__).resolve().parent
STREAMS = (openai_cases, anthropic_cases, gemini_cases, vendor_cases, agent_cases, server_cases)
GROUPS = {
    "spec": spec_cases.CASES,
    "dialects": [*dialect_cases.CASES, *(case for module in STREAMS for case in module.CASES)],
    "hostile": hostile_cases.CASES,
}


def files() -> dict[str, bytes]:
    """Relative path -> content of every file of the corpus."""
    contents: dict[str, bytes] = {}
    for group, cases in GROUPS.items():
        for case in cases:
            stem = f"{group}/{case.name}"
            if f"{stem}.sse" in contents:
                raise ValueError(f"two cases are called {stem}")
            contents[f"{stem}.sse"] = case.body
            contents[f"{stem}.json"] = case.expectation()
    return contents


def committed() -> dict[str, bytes]:
    """Relative path -> content of the files that are there."""
    paths = (path for group in GROUPS for path in (FOLDER / group).glob("*"))
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def main() -> None:
    wanted = files()
    for stale in committed().keys() - wanted.keys():
        (FOLDER / stale).unlink()
    for group in GROUPS:
        (FOLDER / group).mkdir(exist_ok=True)
    for path, content in wanted.items():
        (FOLDER / path).write_bytes(content)
    print(f"{len(wanted) // 2} cases written")


if __name__ == "__main__":
    main()
