"""A run as Markdown tables that read well as plain text too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benches.goals import Goal
from benches.peers import PEERS, TEXT_PEERS
from benches.suite import BRIEF, MAIN, READERS, TINY, Bench, Row
from benches.workloads import RECIPES


def number(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def times(value: float | None) -> str:
    return "" if value is None else f"{number(value)}x"


def cell(row: Row | None) -> str:
    return "" if row is None else f"{number(row.minimum)} ({number(row.median)})"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table, aligned so that it reads well as plain text too; numbers to the right."""
    body = [list(line) for line in lines]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cells[0].ljust(widths[0]),
            *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True)),
        ]
        return "| " + " | ".join(padded) + " |"

    rule = "| " + " | ".join(["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]) + " |"
    return "\n".join([line(head), rule, *map(line, body)])


def main_table(bench: Bench) -> str:
    lines = []
    for name in READERS:
        rows = [bench.row("completion", chunks, name) for chunks in MAIN]
        if any(rows):
            ratios = (bench.ratio("completion", chunks, "rust", name) for chunks in ("16 KiB", "1 event"))
            lines.append([PEERS[name].label, *map(cell, rows), *map(times, ratios)])
    head = [
        "reader",
        "16 KiB reads",
        "1 event per read",
        "1460 B reads",
        "whole",
        "/ Rust core, 16 KiB",
        "/ Rust core, 1 event",
    ]
    return table(head, lines)


def situations_table(bench: Bench, names: Sequence[str]) -> str:
    lines = []
    for name, chunks in [*((name, "16 KiB") for name in names), ("completion", TINY)]:
        rows = {peer: bench.row(name, chunks, peer) for peer in BRIEF}
        if not any(rows.values()):
            continue
        some = next(row for row in rows.values() if row)
        sdk = rows["openai"] or rows["anthropic"]
        situation = "recorded streams, all in one loop"
        if name in RECIPES:
            situation = f"{name}: {RECIPES[name].situation}"
        if chunks == TINY:
            situation = f"{name}, in reads of {TINY}"
        lines.append(
            [
                situation,
                number(some.bytes_per_event),
                *(cell(rows[peer]) for peer in BRIEF[:4]),
                cell(sdk),
                times(bench.ratio(name, chunks, "rust", "msgspec-split")),
                times(bench.ratio(name, chunks, "rust", "msgspec")),
            ]
        )
    head = ["situation", "bytes", "Rust core", "fallback", "split + msgspec", "incremental + msgspec", "SDK"]
    return table([*head, "split / Rust core", "incremental / Rust core"], lines)


def text_table(bench: Bench) -> str:
    lines = []
    for name in TEXT_PEERS:
        rows = [bench.row("completion", chunks, name) for chunks in MAIN]
        if any(rows):
            ratios = (bench.ratio("completion", chunks, "rust-text", name) for chunks in ("16 KiB", "1460 B"))
            lines.append([PEERS[name].label, *map(cell, rows), *map(times, ratios)])
    head = ["reader", "16 KiB reads", "1 event per read", "1460 B reads", "whole"]
    return table([*head, "/ text, 16 KiB", "/ text, 1460 B"], lines)


def ways_table(bench: Bench) -> str:
    lines = []
    for name in ("rust", "rust-feed", "rust-async", "msgspec", "msgspec-async"):
        rows = [bench.row("completion", chunks, name) for chunks in ("16 KiB", "1 event")]
        if any(rows):
            lines.append([PEERS[name].label, *map(cell, rows)])
    return table(["way", "16 KiB reads", "1 event per read"], lines)


def scaling_table(bench: Bench) -> str:
    names = sorted({row.workload for row in bench.rows if row.chunks == "4 KiB"})
    lines = []
    for peer in ("rust", "python", "msgspec"):
        rows = [bench.row(name, "4 KiB", peer) for name in names]
        if any(rows):
            lines.append([PEERS[peer].label, *(f"{row.minimum / 1e6:,.2f}" if row else "" for row in rows)])
    return table(["ms per MiB, 4 KiB reads", *names], lines)


def goals_table(found: Sequence[Goal]) -> str:
    lines = []
    for goal in found:
        aim = f"<= {goal.goal:g}x" if goal.most else f"{goal.goal:g}x, floor {goal.floor:g}x"
        lines.append([f"{goal.what} / {goal.against}", times(goal.measured), aim, goal.verdict])
    return table(["goal", "measured", "aim", ""], lines)


def markdown(bench: Bench, names: Sequence[str], about: dict[str, Any], found: Sequence[Goal]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    noises = sorted(row.median / row.minimum for row in bench.rows)
    parts = [
        "# Benchmark",
        f"{about['date']}, {about['processor']}, {about['system']}, {about['python']}. {versions}.",
        "Nanoseconds per event: the smallest of many short samples taken in turns, the median in brackets "
        f"(the gap is noise: {noises[len(noises) // 2]:.2f} in the median row, {noises[-1]:.2f} at most). "
        "All readers found the same texts before they were timed. Method: benches/README.md.",
    ]
    if about["missing"]:
        parts.append(
            "Left out: " + "; ".join(f"{PEERS[name].label} ({why})" for name, why in about["missing"].items())
        )
    if any(row.workload == "completion" for row in bench.rows):
        parts += ["## Completions: loop over the events, read `choices[0].text`", main_table(bench)]
        parts += ["## Ways to take events", ways_table(bench)]
        parts += ["## The text of a stream as one str, no events", text_table(bench)]
    if any(row.chunks == "16 KiB" for row in bench.rows):
        parts += ["## Situations, 16 KiB reads", situations_table(bench, [*names, "recordings"])]
    if not about["recordings"]:
        parts.append("Recorded streams were not measured: there is no folder with recordings.")
    if any(row.chunks == "4 KiB" for row in bench.rows):
        parts += ["## One huge event", scaling_table(bench)]
    if found:
        parts += ["## Goals", goals_table(found)]
    return "\n\n".join(parts) + "\n"
