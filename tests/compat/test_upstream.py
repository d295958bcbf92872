"""The targets' own tests, with our modules in the targets' places.

Every test passes, but for those that suites.py lists with their reasons; and those do fail, so that the list stays
true.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.compat import sdists
from tests.compat.suites import SUITES, Suite

HERE = Path(__file__).parent
PACKAGE = Path(importlib.util.find_spec("sselerate").origin).parent.parent  # type: ignore[union-attr, arg-type]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_upstream_suite(suite: Suite, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    missing = [name for name in suite.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the {suite.name} tests need {', '.join(missing)}, which are not installed")
    try:
        folder = sdists.unpacked(suite.sdist, pytestconfig.cache.mkdir("upstream"))  # type: ignore[union-attr]
    except sdists.Unavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    results, output = run(suite, folder, tmp_path)
    tally = {
        kind: sum(1 for result in results.values() if result == kind)
        for kind in ("passed", "failed", "skipped")
    }
    print(f"{suite.name}: {tally}")
    failed = {test for test, result in results.items() if result == "failed"}
    skipped = {test for test, result in results.items() if result == "skipped"}
    assert {test for test in failed if not listed(test, suite.differences)} == set(), output
    assert {test for test in skipped if not listed(test, suite.skipped)} == set(), output
    for expectations, found in ((suite.differences, failed), (suite.skipped, skipped)):
        gone = {entry for entry in expectations if not any(listed(test, {entry: ""}) for test in found)}
        assert gone == set(), f"these are as upstream now, take them off the list:\n{output}"
    assert tally["passed"] == suite.passed, output


def listed(test: str, entries: dict[str, str]) -> bool:
    return test in entries or test.partition("[")[0] in entries


def run(suite: Suite, folder: Path, tmp_path: Path) -> tuple[dict[str, str], str]:
    """Test id -> "passed", "failed" or "skipped", and what pytest wrote."""
    report = tmp_path / "report.xml"
    ini = tmp_path / "pytest.ini"
    ini.write_text("[pytest]\n" + "".join(f"{key} = {value}\n" for key, value in suite.ini.items()), "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x" if False else "-ra",
        "-c",
        str(ini),
        "--rootdir",
        str(folder),
    ]
    command += ["-p", "no:cacheprovider", "-p", "no:randomly", "-p", suite.swap, f"--junitxml={report}"]
    paths = [str(HERE / "swaps"), str(PACKAGE), str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTHONPATH": os.pathsep.join(paths), **suite.environment}
    done = subprocess.run(
        [*command, *suite.tests], cwd=folder, env=environment, capture_output=True, text=True, timeout=500
    )
    if not report.exists():
        pytest.fail(done.stdout + done.stderr)
    results = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}::{case.get('name')}"
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            results[name] = "failed"
        else:
            results[name] = "skipped" if "skipped" in kinds else "passed"
    return results, done.stdout + done.stderr
