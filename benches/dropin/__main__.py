"""`make bench-dropin`: SDKs with and without `sselerate.compat`; writes benches/results/dropin.md.

The figures are CPU time of the whole process for a stream of 1,000 events, the request included: the minimum
of many streams, the kinds taken in turns. What the programs deliver is compared first, event by event.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import importlib.util
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benches.dropin import server
from benches.dropin.programs import FRAMING, KINDS, PROGRAMS, Program, comparable, http_client, in_memory
from benches.measure import Figure, take_turns
from benches.report import RESULTS, Refused, processor

Row = tuple[Program, dict[str, Figure], dict[str, Figure]]
"""A program, its figures by kind, and those of the program with a stream that is cut short."""

HEAD = """# Drop-ins: the same program, with and without a patch

`make bench-dropin`, {date}. {system}, {processor}, {python}; {versions}.

CPU time of the whole process for one stream of 1,000 events, the request included: the minimum of many
streams, in milliseconds (or: microseconds an event), and how many times less it is than without a patch. What
the three deliver was compared first, event by event. "Request" is the same with light events and a stream of
six events: mostly what the SDK does before the first one. Behind it, how many times less is left without it.
"""


def check(program: Program, client: object) -> None:
    """Compares what a program delivers in every kind.

    Raises:
        Refused: it is not the same.
    """
    texts = [text for text in program.stream.texts if text]
    stock: list[object] = []
    for kind in KINDS:
        program.patch(client, kind)
        if [text for text in program.read(client, program.text) if text] != texts:
            raise Refused(f"{program.name}, {kind}: other texts than were sent")
        delivered = program.read(client, comparable)
        if kind == "stock":
            stock = delivered
        elif delivered != stock:
            at = next((i for i, pair in enumerate(zip(delivered, stock)) if pair[0] != pair[1]), "the end")  # noqa: B905
            raise Refused(f"{program.name}, {kind}: event {at} is not that of the SDK")


def measured(program: Program, client: object, seconds: float) -> dict[str, Figure]:
    runs: dict[str, Callable[[], object]] = dict.fromkeys(KINDS, lambda: program.read(client, program.text))
    return take_turns(
        runs, seconds, least=5, before=lambda kind: program.patch(client, kind), clock=time.process_time_ns
    )


def table(title: str, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    requests = any(of_cut for _, _, of_cut in rows)
    head, rule = '| program | stock | `models="light"` | | `models="sdk"` | |', "|---|--:|--:|--:|--:|--:|"
    if requests:
        head += " request | light without it | sdk |"
        rule += "--:|--:|--:|"
    lines = [f"\n## {title}\n", head, rule]
    for program, figures, of_cut in rows:
        stock = figures["stock"].minimum
        cells = [program.label, f"{stock / 1e6:.1f}"]
        for kind in KINDS[1:]:
            least = figures[kind].minimum
            cells += [f"{least / 1e6:.2f}", f"{stock / least:.1f}x"]
        if requests:
            less = {kind: figures[kind].minimum - of_cut[kind].minimum for kind in KINDS}
            cells.append(f"{of_cut['light'].minimum / 1e6:.2f}")
            cells += [f"{less['stock'] / less[kind]:.1f}x" for kind in KINDS[1:]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rows_in_memory(programs: Sequence[Program], seconds: float) -> list[Row]:
    rows = []
    for program in programs:
        print(f"{program.name}, in memory", file=sys.stderr)
        client = program.connect("http://memory/v1", in_memory(program))
        check(program, client)
        of_cut = program.cut.connect("http://memory/v1", in_memory(program.cut))
        rows.append(
            (program, measured(program, client, seconds), measured(program.cut, of_cut, seconds / 4)),
        )
    return rows


def rows_of_framing(programs: Sequence[Program], seconds: float) -> list[Row]:
    rows: list[Row] = []
    for program in programs:
        print(program.name, file=sys.stderr)
        events = program.connect("", None)
        check(program, events)
        rows.append((program, measured(program, events, seconds), {}))
    return rows


def rows_through_server(programs: Sequence[Program], seconds: float) -> list[Row]:
    if lacking := missing(("starlette", "uvicorn")):
        print(f"bench-dropin: no server without {', '.join(sorted(lacking))}", file=sys.stderr)
        return []
    rows: list[Row] = []
    with server.running() as url:
        for program in programs:
            if not program.asynchronous:
                print(f"{program.name}, through a server", file=sys.stderr)
                with contextlib.closing(http_client(program, trust_env=False)) as http:
                    client = program.connect(f"{url}/{program.name}", http)
                    check(program, client)
                    rows.append((program, measured(program, client, seconds), {}))
    return rows


def missing(packages: Iterable[str]) -> set[str]:
    return {package for package in packages if importlib.util.find_spec(package) is None}


def run(seconds: float, only: str) -> str:
    lacking = missing(package for program in PROGRAMS for package in program.packages)
    if lacking:
        print(f"bench-dropin: left out for want of {', '.join(sorted(lacking))}", file=sys.stderr)

    def wanted(programs: Sequence[Program]) -> list[Program]:
        return [program for program in programs if only in program.name and not lacking & {*program.packages}]

    programs, framing = wanted(PROGRAMS), wanted(FRAMING)
    return "".join(
        (
            HEAD.format(**surroundings([*programs, *framing])),
            table("In memory, an event a read", rows_in_memory(programs, seconds)),
            table("In memory, framing and decoding alone", rows_of_framing(framing, seconds)),
            table(
                "Through a server on the loopback interface, in another process",
                rows_through_server(programs, seconds),
            ),
        )
    )


def surroundings(programs: Sequence[Program]) -> dict[str, str]:
    packages = sorted({package for program in programs for package in program.packages})
    return {
        "date": datetime.date.today().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benches.dropin", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples: a look, not evidence")
    parser.add_argument(
        "--only", default="", metavar="NAME", help="the programs that have this in their names"
    )
    parser.add_argument("--no-files", action="store_true", help="print the tables and write nothing")
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER", help="where to write")
    options = parser.parse_args(arguments)
    try:
        text = run(0.2 if options.quick else 3.0, options.only)
    except Refused as error:
        print(f"bench-dropin: {error}", file=sys.stderr)
        return 2
    if not options.no_files:
        options.into.mkdir(parents=True, exist_ok=True)
        (options.into / "dropin.md").write_text(text)
    print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
