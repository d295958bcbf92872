"""`make bench`: measures sselerate beside its peers and writes benches/results/latest.{md,json,svg,png}.

README.md in this folder says how, and what the tables do and do not show.
"""

from __future__ import annotations

import argparse
import datetime
import fnmatch
import json
import platform
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from benches import dialect_table, recordings, workloads
from benches.goals import Goal, goals
from benches.peers import PEERS, TEXT_PEERS
from benches.suite import (
    BRIEF,
    MAIN,
    READERS,
    SDK_SITUATIONS,
    TINY,
    Bench,
    Refused,
    check_events,
    find_missing,
)
from benches.tables import markdown
from benches.workloads import RECIPES

RESULTS = Path(__file__).parent / "results"


class Progress:
    """One line that changes, on a terminal; nothing elsewhere."""

    def __init__(self, steps: int) -> None:
        self.steps, self.step, self.shown = steps, 0, sys.stderr.isatty()
        self.started = time.monotonic()

    def say(self, what: str) -> None:
        self.step += 1
        if self.shown:
            spent = time.monotonic() - self.started
            line = f"[{self.step}/{self.steps}] {spent:3.0f} s  {what}"
            print(f"\r\x1b[K{line[:110]}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def surroundings(missing: dict[str, str]) -> dict[str, Any]:
    """What the figures depend on."""
    build = sysconfig.get_config_var("CONFIG_ARGS") or ""
    optimised = "with" if "--enable-optimizations" in build else "without"
    # Distributions may optimise in their own way, which shows nowhere.
    python = f"{platform.python_implementation()} {platform.python_version()}, configured {optimised} PGO"
    versions: dict[str, str] = {}
    for name, peer in PEERS.items():
        if name not in missing and peer.packages:
            versions |= dict([part.rsplit(" ", 1) for part in peer.versions().split(", ")])
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": python,
        "versions": dict(sorted(versions.items())),
        "missing": missing,
        "recordings": recordings.folder() is not None,
    }


def run(options: argparse.Namespace) -> str:
    missing = find_missing()
    names = [name for name in RECIPES if fnmatch.fnmatch(name, options.only)]
    if not names and options.only not in ("recordings", "scaling", "dialects"):
        raise Refused(f"no workload is called {options.only!r}; there are: {', '.join(RECIPES)}")
    all_of_it = options.only == "*"
    bench = Bench(0.04 if options.quick else 0.7, missing)
    progress = Progress(len(names) + (len(MAIN) + 1 if "completion" in names else 0) + 3 * all_of_it)
    for name in names:
        check_events(missing, [name])
        make = partial(workloads.make, name)
        if name == "completion":
            ways = ("rust-feed", "rust-async", "msgspec-async")
            for chunking in MAIN:
                progress.say(f"{name}, {chunking}")
                bench.measure(bench.contenders([*READERS, *ways, *TEXT_PEERS], make, chunking))
            progress.say(f"{name}, {TINY}")
            bench.measure(bench.contenders(BRIEF, make, TINY))
            continue
        progress.say(f"{name}, 16 KiB")
        shown = [peer for peer in BRIEF if peer not in ("openai", "anthropic") or name in SDK_SITUATIONS]
        bench.measure(bench.contenders(shown, make, "16 KiB"))
    if all_of_it or options.only == "recordings":
        progress.say("recordings")
        bench.measure_recordings()
    if all_of_it or options.only == "scaling":
        progress.say("one huge event")
        bench.measure_scaling(options.quick)
    rows = []
    if all_of_it or options.only == "dialects":
        progress.say("dialects")
        rows = dialect_table.measure(bench.seconds / 5, missing)
    progress.end()
    about = surroundings(missing)
    found = goals(bench)
    text = markdown(bench, names, about, found) if bench.rows else ""
    text += dialect_table.markdown(rows)
    if not options.no_files:
        about |= {"dialects": [asdict(row) for row in rows]}
        write(options.into, text, about, bench, found)
    return text


def write(folder: Path, text: str, about: dict[str, Any], bench: Bench, found: Sequence[Goal]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.md").write_text(text)
    rows = [asdict(row) | {"label": PEERS[row.peer].label} for row in bench.rows]
    record = about | {"rows": rows, "goals": [asdict(goal) | {"verdict": goal.verdict} for goal in found]}
    (folder / "latest.json").write_text(json.dumps(record, indent=1) + "\n")
    if bench.row("completion", "16 KiB", "msgspec-split"):
        try:
            from benches.plot import draw
        except ImportError as error:
            print(f"no plot: {error}", file=sys.stderr)
        else:
            draw(rows, about, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benches.report", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few of the samples: a look, not evidence")
    parser.add_argument("--only", default="*", metavar="NAME", help="workloads to measure, e.g. 'chat*'")
    parser.add_argument("--no-files", action="store_true", help="print the tables and write nothing")
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER", help="where to write")
    options = parser.parse_args(arguments)
    try:
        text = run(options)
    except Refused as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
