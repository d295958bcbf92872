"""The build backend (PEP 517, PEP 660): Rust where cargo is there, the pure-Python package where it is not.

    cargo on PATH     maturin compiles `sselerate._core`. If that fails, the build fails: a machine that could
                      have had the fast module must not end up with the slow one unnoticed.
    no cargo          hatchling packs the Python files alone. pip hides what a backend prints, so the wheel
                      says it in its name, which pip does show:
                      `sselerate-0.1.0-0_pure_python_no_cargo_found-py3-none-any.whl`.

The environment variable SSELERATE_BUILD=rust or =pure decides instead of the search for cargo.

The sdist is the tree as it stands, packed by hatchling in both cases: making one needs no compiler, and what
is in it does not depend on who made it.

maturin's own `get_requires_*` are never called: where cargo is missing they ask for a package that fetches a
whole Rust toolchain, and here that case belongs to hatchling. There is no `prepare_metadata_*`: it is
optional, and without it pip takes the metadata from the wheel, which it then does not build again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

MATURIN = ["maturin>=1.9.4,<2"]
HATCHLING = ["hatchling>=1.27,<2"]
PURE_WHEEL = [*HATCHLING, "wheel>=0.46"]  # `wheel` puts the build tag into a finished wheel

NO_CARGO_TAG = "0_pure_python_no_cargo_found"  # a build tag starts with a digit; 0 sorts below any other

Settings = dict[str, Any] | None


def mode() -> str:
    """Return "rust" or "pure"; end the build if what is asked for is impossible."""
    wanted = os.environ.get("SSELERATE_BUILD", "")
    cargo = shutil.which("cargo")
    if wanted not in ("", "rust", "pure"):
        sys.exit(f"sselerate: SSELERATE_BUILD must be 'rust' or 'pure', not {wanted!r}")
    if wanted == "rust" and cargo is None:
        sys.exit(
            "sselerate: SSELERATE_BUILD=rust asks for the compiled module, but there is no cargo on PATH. "
            "Install Rust (https://rustup.rs), or unset SSELERATE_BUILD to get the pure-Python package."
        )
    return wanted or ("rust" if cargo else "pure")


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    return MATURIN if mode() == "rust" else PURE_WHEEL


get_requires_for_build_editable = get_requires_for_build_wheel


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    return HATCHLING


def build_sdist(directory: str, config_settings: Settings = None) -> str:
    from hatchling.build import build_sdist

    return build_sdist(directory, config_settings)


def build_wheel(
    directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    wheel = _builder().build_wheel(directory, config_settings, metadata_directory)
    return _say_if_no_cargo(directory, wheel)


def build_editable(
    directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    if mode() == "pure":
        _refuse_compiled_module()
    wheel = _builder().build_editable(directory, config_settings, metadata_directory)
    return _say_if_no_cargo(directory, wheel)


def _builder() -> ModuleType:
    if mode() == "rust":
        import maturin as builder
    else:
        import hatchling.build as builder
    return builder


def _say_if_no_cargo(directory: str, wheel: str) -> str:
    """Where cargo was looked for in vain, say so on stderr and in the wheel's name; return the name."""
    if mode() == "rust" or os.environ.get("SSELERATE_BUILD"):
        return wheel
    print(
        "sselerate: no cargo on PATH, so this is the pure-Python package: complete, but slower. "
        "For the compiled one, install Rust (https://rustup.rs) and reinstall with --no-cache-dir.",
        file=sys.stderr,
    )
    command = [sys.executable, "-m", "wheel", "tags", "--remove", f"--build={NO_CARGO_TAG}", wheel]
    return subprocess.check_output(command, cwd=directory, text=True).strip()


def _refuse_compiled_module() -> None:
    """An editable install runs from the source tree, so a compiled module there would make "pure" untrue."""
    for suffix in EXTENSION_SUFFIXES:
        module = Path(__file__).parents[1] / "python" / "sselerate" / f"_core{suffix}"
        if module.exists():
            sys.exit(
                f"sselerate: {module} comes from an earlier build with cargo, and this pure-Python install "
                "would import it; remove it first (`make clean` does)."
            )
