"""`make perf-gate`: instructions per event of the core on a fixed workload, against the numbers in gate.json.

Seconds depend on the machine and its mood; instruction counts under valgrind's callgrind repeat. They do
change with the compiler, so gate.json names the one it was written with, and with another it has no verdict.

    python -m benches.gate            compare: exit 1 if a count is more than 3 % above the one kept
    python -m benches.gate --keep     write the counts of this build
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = Path(__file__).parent / "gate.json"
WORKS = ("framing", "full", "predicted", "1460")
EVENTS = 1000
"""Events in a repetition; the same constant is in rust/core/examples/gate.rs."""
REPETITIONS = (2, 12)
TOLERANCE = 0.03


def compiler() -> str:
    """What compiles the core, e.g. "rustc 1.95.0 x86_64-unknown-linux-gnu"."""
    said = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    facts = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    return f"rustc {facts['release']} {facts['host']}"


def instructions(program: Path, work: str, times: int) -> int:
    """Instructions of one run of the gate program."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            program,
            work,
            str(times),
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    counted = re.search(r"Collected : (\d+)", said)
    if counted is None:
        raise SystemExit(f"callgrind said something else than a count:\n{said}")
    return int(counted[1])


def measure() -> dict[str, float]:
    """Instructions per event for each kind of work."""
    build = ["cargo", "build", "--release", "--locked", "-q", "-p", "sselerate-core", "--example", "gate"]
    subprocess.run(build, check=True, cwd=ROOT)
    program = ROOT / "target/release/examples/gate"
    few, many = REPETITIONS
    counts = {}
    for work in WORKS:
        difference = instructions(program, work, many) - instructions(program, work, few)
        counts[work] = round(difference / ((many - few) * EVENTS), 1)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="write the counts of this build to gate.json")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("perf-gate: not run, as there is no valgrind on PATH (Debian package: valgrind)")
        return 0
    counts, built = measure(), compiler()
    if arguments.keep:
        KEPT.write_text(json.dumps({"compiler": built, "instructions_per_event": counts}, indent=1) + "\n")
    kept = json.loads(KEPT.read_text())
    same = kept["compiler"] == built
    failed = False
    for work, count in counts.items():
        wanted = kept["instructions_per_event"][work]
        change = count / wanted - 1
        failed |= change > TOLERANCE
        print(f"perf-gate: {work:10} {count:8.1f} instructions an event, kept {wanted:8.1f} ({change:+.1%})")
    if not same:
        print(f"perf-gate: no verdict: the numbers kept are those of {kept['compiler']}, this is {built}")
    elif failed:
        print(
            f"perf-gate: more than {TOLERANCE:.0%} above the numbers kept in benches/gate.json",
            file=sys.stderr,
        )
    return 1 if failed and same else 0


if __name__ == "__main__":
    sys.exit(main())
