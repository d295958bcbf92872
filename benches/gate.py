"""`make perf-gate`: instructions per event on fixed workloads, against the numbers in gate.json.

Seconds depend on the machine and its mood; instruction counts under valgrind's callgrind repeat. Two kinds of
work are counted:

- the core alone (rust/core/examples/gate.rs): framing, the full parser, prediction, and streams on which
  prediction fails, where it may cost little more than the same with prediction switched off (`MISSES`);
- Python loops over events (gate_loop.py), of which only the instructions inside the compiled module count:
  those of the interpreter and of libc depend on how these were built.

The counts change with the compiler, with the vectors that the processor has, and in the loops with the minor
version of CPython. gate.json says what its numbers belong to; where something else runs, the row is printed
without a verdict and the line above it says why. `--keep` writes the numbers of this build.

    python -m benches.gate            compare: exit 1 if a count is more than 3 % above the one kept
    python -m benches.gate --keep     write the counts of this build
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from benches.gate_loop import EVENTS, REPETITIONS, WORKS

ROOT = Path(__file__).parent.parent
KEPT = Path(__file__).parent / "gate.json"
CORE_WORKS = ("framing", "full", "predicted", "1460")
MISSES = dict.fromkeys(("unlike", "logprobs", "turns", "random", "twice", "spoilt", "cold"), 1.25)
"""Streams on which prediction fails (see gate.rs), each counted with and, as "NAME, full", without it; and
what the former may cost at most, as a multiple of the latter."""
MISSES["cold twice"] = 1.6
"""What is worst for a new decoder: all that it learns from its first 18 events is of no use. Not 1.25."""
CORE_EVENTS = 1000
"""Events in a repetition of the core; the same constant is in rust/core/examples/gate.rs."""
CORE_REPETITIONS = (2, 12)
TOLERANCE = 0.03

Counts = dict[str, float]


def compiler() -> str:
    """What compiles the core, e.g. "rustc 1.95.0 x86_64-unknown-linux-gnu"."""
    said = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    facts = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    return f"rustc {facts['release']} {facts['host']}"


def vectors() -> str:
    """The widest vectors of this processor that a search in the core may use."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "unknown"
    return "avx2" if re.search(r"\bavx2\b", flags) else "none beyond the baseline"


def interpreter() -> str:
    """The version of CPython that a compiled module belongs to, e.g. "3.11" or "3.13t"."""
    return sysconfig.get_python_version() + ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else "")


def callgrind(command: list[str], out: Path, *options: str) -> str:
    """Runs a command under callgrind, which writes to `out`; what it said."""
    # A fixed hash seed: dicts keyed by str take the same path each time.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *options, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    if run.returncode:
        raise SystemExit(f"perf-gate: {' '.join(command)} failed:\n{run.stdout}{run.stderr}")
    return run.stderr


def count_core() -> Counts:
    """Instructions per event of the core, by work: the difference of few and many repetitions."""
    build = ["cargo", "build", "--release", "--locked", "-q", "-p", "sselerate-core", "--example", "gate"]
    subprocess.run(build, check=True, cwd=ROOT)
    program = str(ROOT / "target/release/examples/gate")
    few, many = CORE_REPETITIONS
    counts = {}
    for work in (*CORE_WORKS, *(f"{name}{way}" for name in MISSES for way in ("", ", full"))):
        totals = []
        for times in (few, many):
            with tempfile.TemporaryDirectory() as folder:
                said = callgrind([program, work, str(times)], Path(folder) / "out")
            counted = re.search(r"Collected : (\d+)", said)
            if counted is None:
                raise SystemExit(f"perf-gate: callgrind said something else than a count:\n{said}")
            totals.append(int(counted[1]))
        counts[work] = round((totals[1] - totals[0]) / ((many - few) * CORE_EVENTS), 1)
    return counts


def count_loops() -> tuple[Counts, Counts]:
    """Instructions per event of the Python loops: inside the compiled module, and in the whole process."""
    own, whole = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        names = ("--compress-strings=no", "--compress-pos=no")
        callgrind([sys.executable, "-m", "benches.gate_loop"], out, "--dump-before=getppid", *names)
        for index, work in enumerate(WORKS):
            # What was counted between the two markers of a work; odd parts hold what comes before the first.
            by_object = self_costs(Path(f"{out}.{2 * index + 2}"))
            events = EVENTS * REPETITIONS
            module = sum(count for name, count in by_object.items() if Path(name).name.startswith("_core."))
            own[work] = round(module / events, 1)
            whole[work] = round(sum(by_object.values()) / events, 1)
    return own, whole


def self_costs(path: Path) -> dict[str, int]:
    """Instructions by object file (program or library) in a file of callgrind's, without those of calls."""
    costs: dict[str, int] = {}
    where, called = "", False
    with path.open() as lines:
        for line in lines:
            if line[0].isdigit():
                # The line behind `calls=` has the cost of the call, which is counted where it arises.
                if not called:
                    costs[where] = costs.get(where, 0) + int(line.split()[1])
                called = False
            elif line.startswith("ob="):
                where = line[3:].strip()
            elif line.startswith("calls="):
                called = True
    return costs


def compare(what: str, counts: Counts, kept: Counts | None, notes: Counts | None = None) -> bool:
    """Prints a row for each count; whether one is too high."""
    failed = False
    for work, count in counts.items():
        row = f"perf-gate: {what}: {work:16} {count:9,.1f} instructions an event"
        wanted = (kept or {}).get(work)
        if wanted is not None:
            change = count / wanted - 1
            failed |= change > TOLERANCE
            row += f", kept {wanted:9,.1f} ({change:+.1%}{', TOO MANY' if change > TOLERANCE else ''})"
        elif kept is not None:
            row += ", nothing kept to compare with"
        if notes:
            row += f"; {notes[work]:,.0f} in the whole process"
        print(row)
    return failed


def check_misses(counts: Counts) -> bool:
    """Prints what failing predictions cost; whether it is too much."""
    failed = False
    for name, most in MISSES.items():
        ratio = counts[name] / counts[f"{name}, full"]
        failed |= ratio > most
        print(f"perf-gate: {name}: {ratio:.2f}x of the same without prediction, at most {most}x")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="write the counts of this build to gate.json")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("perf-gate: there is no valgrind on PATH (Debian package: valgrind)", file=sys.stderr)
        return 2
    core, (loops, whole) = count_core(), count_loops()
    here = {"compiler": compiler(), "vectors": vectors()}
    kept: dict[str, Any] = json.loads(KEPT.read_text())
    if arguments.keep:
        # Loops of other versions of CPython stay, unless they were counted with another compiler.
        others = kept["loops"] if {key: kept[key] for key in here} == here else {}
        kept = here | {"core": core, "loops": dict(sorted((others | {interpreter(): loops}).items()))}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    differs = [f"{kept[key]}, here {value}" for key, value in here.items() if kept[key] != value]
    if differs:
        print(f"perf-gate: NO VERDICT on counts: those kept belong to {'; '.join(differs)}")
    failed = compare("core", core, None if differs else kept["core"])
    own = None if differs else kept["loops"].get(interpreter())
    if own is None and not differs:
        versions = ", ".join(kept["loops"])
        print(
            f"perf-gate: NO VERDICT on loops: those kept are of CPython {versions}, this is {interpreter()}"
        )
    failed |= compare("loop", loops, own, whole)
    if failed:
        print(f"perf-gate: more than {TOLERANCE:.0%} above benches/gate.json", file=sys.stderr)
    if check_misses(core):
        print("perf-gate: streams that cannot be predicted cost too much", file=sys.stderr)
        failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
