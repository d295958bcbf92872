"""Fixtures of all tests: the backends, the recordings, the hypothesis profiles."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import backends

ROOT = Path(__file__).resolve().parent.parent
RUST = {"rust", "both"}
"""Fixtures and parameters that need the compiled module."""

# "ci" keeps the whole suite to a few minutes on two cores; "thorough" is for a long run by hand:
# SSELERATE_HYPOTHESIS=thorough. Neither has a deadline: the machine may be busy.
_common: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("ci", max_examples=100, derandomize=True, **_common)
settings.register_profile("thorough", max_examples=5000, print_blob=True, **_common)
settings.load_profile(os.environ.get("SSELERATE_HYPOTHESIS", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-rust",
        action="store_true",
        help="leave out everything that needs the compiled module (for an install without cargo)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--no-rust"):
        return
    kept, left_out = [], []
    for item in items:
        parameters = getattr(item, "callspec", None)
        rust = parameters is not None and parameters.params.get("backend") == "rust"
        (left_out if rust or RUST & set(getattr(item, "fixturenames", ())) else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session", params=["rust", "python"])
def backend(request: pytest.FixtureRequest) -> backends.Backend:
    """Each backend in turn."""
    return backends.load(request.param)


@pytest.fixture(scope="session")
def rust() -> backends.Backend:
    return backends.load("rust")


@pytest.fixture(scope="session")
def python() -> backends.Backend:
    return backends.load("python")


@pytest.fixture(scope="session")
def both(rust: backends.Backend, python: backends.Backend) -> tuple[backends.Backend, backends.Backend]:
    """Both backends at once, for tests that compare them."""
    return rust, python


def recordings_folder() -> Path:
    return Path(os.environ.get("SSELERATE_RECORDINGS") or ROOT.parent / "shared" / "recordings")


def recordings_index() -> list[dict[str, Any]]:
    """The entries of index.json; empty where the recordings are absent."""
    index = recordings_folder() / "index.json"
    return json.loads(index.read_bytes()) if index.exists() else []


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded streams, which are not part of the project."""
    folder = recordings_folder()
    if not (folder / "index.json").exists():
        pytest.skip(f"no recorded streams: {folder} is absent (SSELERATE_RECORDINGS names the folder)")
    return folder
