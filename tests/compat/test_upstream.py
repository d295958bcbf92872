"""The targets' own tests, with our modules in the targets' places.

Every test passes, but for those that suites.py lists with their reasons; and those do fail, so that the list
stays true.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

import sselerate
from tests.compat import sdists
from tests.compat.suites import SUITES, Suite

HERE = Path(__file__).parent
PACKAGE = Path(sselerate.__file__).parent.parent


@pytest.mark.timeout(600)
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_upstream_suite(suite: Suite, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    missing = [name for name in suite.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the {suite.name} tests need {', '.join(missing)}: not installed")
    assert pytestconfig.cache is not None
    try:
        folder = sdists.unpacked(suite.sdist, pytestconfig.cache.mkdir("upstream"))
    except sdists.Unavailable as error:
        if os.environ.get("CI") and not isinstance(error, sdists.Unpublished):
            raise
        pytest.skip(str(error))
    results, output = run(suite, folder, tmp_path)
    tally = Counter(kind for kind, _ in results.values())
    print(f"{suite.name}: {dict(tally)}")
    failed = {test for test, (kind, _) in results.items() if kind == "failed"}
    expected = {test for test, _ in suite.differences}
    assert {test for test in failed if not {test, test.partition("[")[0]} & expected} == set(), output
    as_upstream = expected - failed - {test.partition("[")[0] for test in failed}
    assert as_upstream == set(), f"these do not fail, take them off the list:\n{output}"
    reasons = {reason for kind, reason in results.values() if kind == "skipped"}
    assert {reason for reason in reasons if not reason.startswith(suite.skipped)} == set()
    assert tally["passed"] == suite.passed, output


def run(suite: Suite, folder: Path, tmp_path: Path) -> tuple[dict[str, tuple[str, str]], str]:
    """Test -> ("passed", "failed" or "skipped", why it was skipped), and what pytest wrote."""
    report = tmp_path / "report.xml"
    ini = tmp_path / "pytest.ini"
    ini.write_text("\n".join(["[pytest]", *suite.ini]), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ini), "--rootdir", str(folder)]
    command += ["-p", "no:cacheprovider", "-p", suite.swap, f"--junitxml={report}"]
    command += [f"--deselect={test}" for test, _ in suite.left_out]
    paths = [str(HERE / "swaps"), str(PACKAGE), str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": os.pathsep.join(paths), **dict(suite.environment)}
    done = subprocess.run(
        [*command, *suite.tests], cwd=folder, env=environment, capture_output=True, text=True, timeout=500
    )
    output = done.stdout + done.stderr
    if not report.exists():
        pytest.fail(output)
    results = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{(case.get('classname') or '').replace('.', '/')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            results[name] = "failed", ""
        elif skipped is not None:
            results[name] = "skipped", skipped.get("message") or ""
        else:
            results[name] = "passed", ""
    return results, output
