"""Which backend runs: the choice of the package, and that the tests cannot lose a leg unnoticed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sselerate
from tests.backends import Backend

ROOT = Path(__file__).resolve().parent.parent

ABSENT = """
import sys
sys.modules["sselerate._core"] = None  # as if it had never been built
"""

DAMAGED = """
import sys
from importlib.machinery import ModuleSpec
class Damaged:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "sselerate._core" else None
    def create_module(self, spec):
        raise ImportError("undefined symbol: PyNothing", name="sselerate._core")
    def exec_module(self, module): ...
sys.meta_path.insert(0, Damaged())
"""

MISSING_INSIDE = """
import sys, types
from importlib.machinery import ModuleSpec
class Needy:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "sselerate._core" else None
    def create_module(self, spec): ...
    def exec_module(self, module):
        import a_module_that_does_not_exist
sys.meta_path.insert(0, Needy())
"""


def in_a_process(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a Python process of its own says that runs some code."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )


def chosen(prelude: str = "", wanted: str | None = None) -> str:
    """BACKEND of a new process, or the last line of its traceback."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("SSELERATE_BACKEND", None)
    if wanted is not None:
        environment["SSELERATE_BACKEND"] = wanted
    process = in_a_process(prelude + "import sselerate; print(sselerate.BACKEND)", environment)
    return (process.stdout or process.stderr).strip().splitlines()[-1]


def test_the_backend_is_what_it_says(backend: Backend) -> None:
    assert backend.Parser.__module__.startswith("sselerate")
    assert (backend.module.__name__ == "sselerate._core") == (backend.name == "rust")


def test_the_main_leg_runs_on_rust(rust: Backend) -> None:
    """Whoever runs the tests without --no-rust has the compiled module, and `import sselerate` uses it."""
    wanted = os.environ.get("SSELERATE_BACKEND") or "rust"
    assert wanted == sselerate.BACKEND
    if wanted == "rust":
        assert sselerate.Parser is rust.Parser
        assert sselerate.Decoder is rust.Decoder


def test_rust_by_default(rust: Backend) -> None:
    assert chosen() == chosen(wanted="") == chosen(wanted="rust") == "rust"


def test_python_by_wish() -> None:
    assert chosen(wanted="python") == "python"


def test_python_where_rust_is_absent() -> None:
    assert chosen(ABSENT) == "python"


def test_no_silent_change_of_an_explicit_wish() -> None:
    said = chosen(ABSENT, wanted="rust")
    assert said.startswith("ModuleNotFoundError: SSELERATE_BACKEND is 'rust', but")


def test_a_damaged_core_raises() -> None:
    """Falling back would turn a broken build into a slow program nobody asks about."""
    assert "undefined symbol: PyNothing" in chosen(DAMAGED)
    assert chosen(DAMAGED, wanted="python") == "python"


def test_a_core_that_lacks_something_raises() -> None:
    assert "a_module_that_does_not_exist" in chosen(MISSING_INSIDE)


def test_an_unknown_wish_is_refused() -> None:
    assert "SSELERATE_BACKEND must be 'rust' or 'python', not 'fast'" in chosen(wanted="fast")


WITHOUT_THE_OTHER = """
import asyncio, sys
import sselerate
import sselerate.compat.httpx_sse  # reads blocks itself

delta = '{"index": 0, "delta": {"content": "Hi"}'
chunks = [
    '{"object": "chat.completion.chunk", "choices": [' + delta + '}]}',
    '{"object": "chat.completion.chunk", "choices": [' + delta + ', "usage": {"total_tokens": 3}}]}',
    '{"object": "chat.completion.chunk", "choices": [' + delta + '}], "error": "down"}',
]
stream = "".join("data: " + chunk + "\\n\\n" for chunk in chunks).encode()

accumulator = sselerate.Accumulator()
for event in sselerate.decode(stream, on_error="yield"):
    accumulator.push(event)
assert (accumulator.text, accumulator.usage.total_tokens) == ("HiHiHi", 3)
(error,) = accumulator.errors
assert error.event.text == "Hi"

async def source():
    yield stream

async def first():
    async with sselerate.aiter_events(source()) as events:
        return await anext(events)

assert asyncio.run(first()).text == "Hi"
print(*[name for name in sys.modules if name.startswith("sselerate._fallback")] or ["none"])
"""


def test_the_core_needs_nothing_of_the_fallback(rust: Backend) -> None:
    """What both backends need lies beside them: nobody loads two of them."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "SSELERATE_BACKEND": "rust"}
    process = in_a_process(WITHOUT_THE_OTHER, environment)
    assert (process.stdout.split(), process.stderr) == (["none"], "")


INTERPRETERS = """
import sys
try:
    import _interpreters as interpreters
    new, run = lambda: interpreters.create("legacy"), interpreters.exec
except ImportError:
    import _xxsubinterpreters as interpreters
    new, run = lambda: interpreters.create(isolated=False), interpreters.run_string

code = f"import sys; sys.path[:] = {sys.path!r}" + '''
try:
    import sselerate
    print(len(sselerate.decode(b"data: {}")), flush=True)
except ImportError as error:
    print(error, flush=True)
'''
exec(code)
for _ in range(2):
    interpreter = new()
    run(interpreter, code)
    interpreters.destroy(interpreter)
assert type(sselerate.decode(b"data: {}")[0]) is sselerate.GenericEvent
"""


def test_several_interpreters(backend: Backend) -> None:
    """What the compiled core keeps would be used in an interpreter that did not make it."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "SSELERATE_BACKEND": backend.name}
    process = in_a_process(INTERPRETERS, environment)
    refused = (
        "sselerate._core works in one interpreter of a process only; SSELERATE_BACKEND=python works in all"
    )
    there = "1" if backend.name == "python" else refused
    assert (process.stdout.splitlines(), process.stderr) == (["1", there, there], "")


def inner_run(tmp_path: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of these very tests' first one where the compiled module is absent."""
    (tmp_path / "hide_core.py").write_text(ABSENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    name = "tests/test_backends.py::test_the_backend_is_what_it_says"
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "hide_core", "-p", "no:cacheprovider", "-q", *options, name],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    return process.returncode, process.stdout


def test_a_missing_core_fails_the_rust_leg(tmp_path: Path) -> None:
    code, output = inner_run(tmp_path)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 passed, 1 error" in output
    assert "skipped" not in output
    assert "the rust backend cannot be imported" in output


def test_the_rust_leg_is_left_out_on_request_only(tmp_path: Path) -> None:
    code, output = inner_run(tmp_path, "--no-rust")
    assert code == pytest.ExitCode.OK
    assert "1 passed, 1 deselected" in output
