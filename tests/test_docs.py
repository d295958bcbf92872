"""What the documentation shows runs.

Every block that starts with ```python is executed, the blocks of a file one after the other in one namespace,
in an empty folder. A block that cannot run here (it needs a network or a client library) says so in the line
before it:

    <!-- not run: needs a server -->

Docstrings: examples in doctest form (>>>).
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sselerate

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/accumulators.md",
    "docs/adapters.md",
    "docs/dialects.md",
    "docs/dropin.md",
]
BLOCK = re.compile(r"(?ms)^(?P<before>[^\n]*)\n(?P<indent> *)```python[^\n]*\n(?P<code>.*?)^(?P=indent)```$")
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")


def blocks(document: str) -> Iterator[tuple[str, str]]:
    """(reason not to run or "", code with its line numbers kept) of each block of Python."""
    text = (ROOT / document).read_text("utf-8")
    for match in BLOCK.finditer("\n" + text):
        before = match["before"].strip()
        if before.startswith("<!-- not run"):
            assert NOT_RUN.fullmatch(before), f"{document}: give a reason in {before!r}"
        line = text.count("\n", 0, match.start("code") - 1)
        yield before if NOT_RUN.fullmatch(before) else "", "\n" * line + inspect.cleandoc(match["code"])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_blocks_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for not_run, code in blocks(document):
        # those that are not run must be Python too
        compiled = compile(code, document, "exec", dont_inherit=True)
        if not not_run:
            exec(compiled, namespace)


def test_the_first_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    code = next(code for not_run, code in blocks("README.md") if not not_run)
    exec(code, {})
    said = re.findall(r"# (.*)$", code, re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == said[-1:]


def modules() -> list[str]:
    """Every module of the package but the compiled one and what runs on import."""
    found = ["sselerate"]
    for info in pkgutil.walk_packages(sselerate.__path__, "sselerate."):
        if info.name not in ("sselerate._core", "sselerate.__main__"):
            found.append(info.name)
    return found


@pytest.mark.parametrize("name", modules())
def test_docstring_examples(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
