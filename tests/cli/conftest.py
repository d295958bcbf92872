"""The command as a process of its own, on each backend."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from benches.workloads import make


@dataclass(frozen=True)
class Result:
    """What a run of the command gave. Nothing that it prints is ever a traceback."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Command:
    """`sselerate` on one backend."""

    backend: str

    @property
    def environment(self) -> dict[str, str]:
        fixed = {"SSELERATE_BACKEND": self.backend, "COLUMNS": "80", "PYTHONUNBUFFERED": ""}
        return {**os.environ, **fixed}

    @property
    def start(self) -> list[str]:
        return [sys.executable, "-m", "sselerate"]

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        done = subprocess.run(
            [*self.start, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**self.environment, **(environment or {})},
            timeout=60,
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.err, result.err
        return result


@pytest.fixture(params=["rust", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of each backend in turn: these tests choose it as users do, by the environment."""
    name: str = request.param
    return name


@pytest.fixture
def command(backend: str) -> Command:
    return Command(backend)


@pytest.fixture
def completion(tmp_path: Path) -> tuple[Path, str]:
    """A file with a completion stream, and its text."""
    (stream,) = make("completion", 40).streams
    path = tmp_path / "completion.sse"
    path.write_bytes(stream.data)
    return path, "".join(text or "" for text in stream.texts)
