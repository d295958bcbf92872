"""`make valgrind`: the tests of what is unsafe in the compiled module, under valgrind's memcheck.

Light instances, their free lists, reused events, strings written in place, the iterator, copies and pickles.
CPython allocates each object by itself here (PYTHONMALLOC=malloc), so that memcheck sees every one. It fails
on

- any invalid read, write or free, wherever it is found: what was broken in one place is often noticed in
  another;
- any use of memory that was never written, where it was allocated on behalf of the compiled module;
- memory definitely lost, likewise.

What is left aside has no error in it: CPython looks at the first digit of integers that have none (0) and
then ignores it, and memcheck takes every pointer that comes of it for unwritten; glibc compares wide text
32 bytes at a time, over the end but never into another page; and what the interpreter does not free when it
ends is its own affair.

    python -m tests.valgrind [ARGUMENTS OF PYTEST]     with arguments: these tests instead of the selection
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SELECTION = (
    "tests/unit/test_light_events.py",
    "tests/unit/test_next_streams.py",
    "tests/unit/test_reused_events.py",
    "tests/unit/test_stream.py",
    "tests/unit/test_strings.py",
    "tests/test_text.py",
    "tests/parity/test_pickling.py",
    "tests/conformance/test_blocks.py",
    "tests/conformance/test_lifecycle.py",
    "tests/conformance/test_sources.py",
    # Not the fallback, and not what runs other processes: memcheck would not follow.
    "-k",
    "not python and not process and not allocator",
)
FRAMES = 40
"""Deep enough to see the module below the frames of CPython's allocation."""


@dataclass(frozen=True)
class Finding:
    """An error that memcheck reports, with its stacks, innermost first, as "function (object)"."""

    kind: str
    what: str
    where: tuple[str, ...]
    origin: tuple[str, ...]
    """Of memory that was never written: where it was allocated."""

    @property
    def counts(self) -> bool:
        if self.kind.startswith("Leak_"):
            return self.kind == "Leak_DefinitelyLost" and _through_module(self.where)
        if self.kind.startswith("Uninit"):
            return _through_module(self.origin) and not any(
                at.startswith("_PyLong_New ") for at in self.origin
            )
        return not self.where[0].startswith("__wmemcmp")

    def __str__(self) -> str:
        origin = ("allocated at", *self.origin[:16]) if self.origin else ()
        return "\n    ".join([f"{self.kind}: {self.what}", *self.where[:16], *origin])


def _through_module(stack: tuple[str, ...]) -> bool:
    return any("/_core." in frame for frame in stack)


def findings(report: Path) -> Iterator[Finding]:
    """What is in a report that memcheck wrote as XML."""
    for error in ElementTree.parse(report).getroot().iter("error"):
        stacks = [
            tuple(f"{frame.findtext('fn', '?')} ({frame.findtext('obj', '?')})" for frame in stack)
            for stack in error.iterfind("stack")
        ]
        what = error.findtext("what") or error.findtext("xwhat/text") or ""
        origin = stacks[1] if len(stacks) > 1 else ()
        yield Finding(error.findtext("kind", "?"), what, stacks[0] if stacks else ("?",), origin)


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            "valgrind",
            "--tool=memcheck",
            "--leak-check=full",
            "--track-origins=yes",
            "--child-silent-after-fork=yes",
            "--show-leak-kinds=definite",
            f"--num-callers={FRAMES}",
            "--xml=yes",
            f"--xml-file={report}",
            sys.executable,
            # No plugins that start processes, no files in the project, and all the time it takes.
            *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=0"),
            *(arguments or SELECTION),
        ]
        environment = os.environ | {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}
        tests = subprocess.run(command, cwd=ROOT, env=environment)
        found = list(findings(report))
    bad = [finding for finding in found if finding.counts]
    for finding in bad:
        print(finding)
    aside = len(found) - len(bad)
    print(f"valgrind: {len(bad)} errors; {aside} findings left aside, as the head of this file says")
    return 1 if bad or tests.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
