"""The upstream suites, how each is run against our modules, and where the results are to differ."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """One run of upstream tests with one of our modules swapped in."""

    name: str
    """What the run is called."""
    sdist: str
    """The distribution that holds the tests."""
    swap: str
    """The pytest plugin in swaps/ that puts our module in place."""
    tests: tuple[str, ...]
    """The files and folders to run, in the distribution."""
    needs: tuple[str, ...]
    """The modules which the tests import; the run is skipped where one is missing."""
    passed: int
    """How many tests pass; a test that upstream adds or drops with a version shows here."""
    ini: dict[str, str] = field(default_factory=dict)
    """Options of pytest."""
    differences: dict[str, str] = field(default_factory=dict)
    """Test -> why it fails with our module. Whole test ids, without the folder; all parameters if without any."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Test -> why upstream itself skips it."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables for the run."""


SUITES = (
    Suite(
        name="httpx-sse",
        sdist="httpx-sse",
        swap="swap_httpx_sse",
        tests=("tests",),
        needs=("httpx", "pytest_asyncio", "sse_starlette", "starlette"),
        ini={"asyncio_mode": "strict"},
        passed=59,
    ),
)
