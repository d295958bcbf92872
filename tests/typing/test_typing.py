"""mypy --strict, and pyright where it is installed, agree with declarations.py; and it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typing import declarations

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(declarations.__file__)


def check(*command: str) -> None:
    environment = os.environ | {"MYPYPATH": str(ROOT / "python")}
    process = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert process.returncode == 0, process.stdout + process.stderr


def test_it_runs() -> None:
    declarations.main()


@pytest.mark.timeout(300)
def test_mypy(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    check(
        sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", "--no-error-summary",
        "--config-file", os.devnull, "--cache-dir", str(tmp_path), "--explicit-package-bases", str(FILE),
    )  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("pyright"), reason="pyright is not installed")
def test_pyright(tmp_path: Path) -> None:
    config = tmp_path / "pyrightconfig.json"
    config.write_text(
        f'{{"include": ["{FILE}"], "extraPaths": ["{ROOT / "python"}"], "typeCheckingMode": "strict",'
        ' "enableTypeIgnoreComments": true, "reportUnnecessaryTypeIgnoreComment": "none",'
        ' "reportUnnecessaryComparison": "none", "reportUnnecessaryIsInstance": "none"}'
    )
    check("pyright", "--project", str(config), "--pythonpath", sys.executable)
