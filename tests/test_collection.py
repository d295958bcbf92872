"""The tests need no more than requirements/dev.txt: what compares with other packages, or stands in for them,
is left out where those are not installed."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

WITHOUT_PEERS = """
import importlib.metadata
import re
import sys
from importlib.machinery import PathFinder

import pytest


def normal(name):
    return re.sub("[-_.]+", "-", name).lower()


def modules(distributions):
    return {file.parts[0].partition(".")[0] for each in distributions for file in each.files or ()}


with open("requirements/dev.txt") as lines:
    needed = {normal(line.partition("==")[0]) for line in lines if "==" in line}
needed.add("sselerate")
here, peers = [], []
for each in importlib.metadata.distributions():
    (here if normal(each.metadata["Name"]) in needed else peers).append(each)
hidden = modules(peers) - modules(here)
find = PathFinder.find_spec


def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in hidden else find(name, path, target)


PathFinder.find_spec = find_spec
importlib.metadata.distributions = lambda: here  # some peers bring plugins of pytest and hypothesis
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_everything_is_collected_without_the_peers() -> None:
    command = [sys.executable, "-c", WITHOUT_PEERS, "--collect-only", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr
