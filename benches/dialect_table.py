"""The table of the dialects: what an event of each costs, beside one of the completion path.

All readers get the same 16 KiB reads and loop over the events without a look at them. Before anything is
timed, every reader must have read the stream to what `json.loads` finds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

import sselerate
from benches import dialects, peers
from benches.dialects import Sent
from benches.measure import Figure, take_turns
from benches.structs import struct_of
from benches.tables import table

READERS = ("rust", "rust, no target", "python", "json", "msgspec")
REFERENCE = "completion"
_DATA = re.compile(rb"(?m)^data: ?(\{.*)$")


@dataclass(frozen=True)
class DialectRow:
    """The figures of one dialect, in nanoseconds per event."""

    name: str
    dialect: str
    events: int
    bytes_per_event: float
    nanoseconds: dict[str, float]
    """By reader; one that cannot read the stream is left out."""

    def per_byte(self, reader: str) -> float | None:
        taken = self.nanoseconds.get(reader)
        return None if taken is None else taken / self.bytes_per_event


def payloads_of(data: bytes) -> list[bytes]:
    """The JSON of the events, found by what is constant in a stream of lines."""
    return _DATA.findall(data.replace(b"\r\n", b"\n"))


def _iterating(backend: str, sent: Sent, target: Any) -> Callable[[], None]:
    iter_events, chunks = peers.functions(backend).iter_events, sent.chunks()

    def run() -> None:
        for _ in iter_events(chunks, target):
            pass

    return run


def _parsing(sent: Sent, parse: Callable[[bytes], Any]) -> Callable[[], None]:
    data = sent.data

    def run() -> None:
        for payload in payloads_of(data):
            parse(payload)

    return run


def readers_of(sent: Sent, missing: dict[str, str]) -> dict[str, Callable[[], None]]:
    """The readers that can read a stream, each found to read it rightly.

    Raises:
        ValueError: one of our backends does not.
    """
    target: Any = getattr(sselerate, sent.target)
    wanted = list(sent.payloads)
    found: dict[str, Callable[[], None]] = {}
    for reader, backend, given in (
        ("rust", "rust", target),
        ("rust, no target", "rust", None),
        ("python", "python", target),
    ):
        if backend in missing:
            continue
        if [event.to_dict() for event in peers.functions(backend).decode(sent.data, given)] != wanted:
            raise ValueError(f"the {backend} backend reads {sent.name} wrongly")
        found[reader] = _iterating(backend, sent, given)
    payloads = payloads_of(sent.data)
    if [json.loads(payload) for payload in payloads] != wanted:
        return found  # frames, an array, lines of JSON: there is no short way to the payloads
    found["json"] = _parsing(sent, json.loads)
    try:
        decode = msgspec.json.Decoder(struct_of(target)).decode
        for payload in payloads:
            decode(payload)
    except (TypeError, ValueError, msgspec.MsgspecError):
        return found  # a union without tags, or values that differ from the declaration
    found["msgspec"] = _parsing(sent, decode)
    return found


def measure(seconds: float, missing: dict[str, str], names: list[str] | None = None) -> list[DialectRow]:
    """Measures the dialects, each beside the completion path, so that both see the same machine."""
    reference = dialects.make(REFERENCE)
    of_reference = readers_of(reference, missing)
    rows: list[DialectRow] = []
    for name in names or list(dialects.RECIPES):
        sent = dialects.make(name)
        runs = {(name, reader): run for reader, run in readers_of(sent, missing).items()}
        beside = {
            (REFERENCE, reader): of_reference[reader] for reader in of_reference if reader[:4] == "rust"
        }
        figures = take_turns({" / ".join(key): run for key, run in (runs | beside).items()}, seconds)
        for of, keys in ((sent, runs), (reference, beside)):
            if of is reference and name == REFERENCE:
                continue
            times = {reader: figures[f"{which} / {reader}"] for which, reader in keys}
            row = _row(of, times)
            rows.append(row if of is sent else _row(of, times, beside=name))
    return rows


def _row(sent: Sent, figures: dict[str, Figure], beside: str = "") -> DialectRow:
    count = len(sent.payloads)
    times = {reader: figure.minimum / count for reader, figure in figures.items()}
    name = f"{sent.name}, beside {beside}" if beside else sent.name
    return DialectRow(name, sent.dialect, count, len(sent.data) / count, times)


def ratios(rows: list[DialectRow]) -> dict[tuple[str, str], float]:
    """(dialect, reader) -> how much a byte costs, as a multiple of one of the completions beside it."""
    by_name = {row.name: row for row in rows}
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        reference = by_name.get(f"{REFERENCE}, beside {row.name}")
        if row.name == REFERENCE:
            reference = row
        for reader in ("rust", "rust, no target"):
            mine = row.per_byte(reader)
            theirs = reference.per_byte(reader) if reference else None
            if mine is not None and theirs is not None:
                found[row.name, reader] = mine / theirs
    return found


def markdown(rows: list[DialectRow]) -> str:
    """The section of the report."""
    against = ratios(rows)
    lines = []
    for row in rows:
        if ", beside " in row.name:
            continue
        line = [row.name, f"{row.bytes_per_event:,.0f}"]
        for reader in ("rust", "rust, no target"):
            taken, ratio = row.nanoseconds.get(reader), against.get((row.name, reader))
            line.append("" if taken is None else f"{taken:,.0f}")
            line.append("" if ratio is None else f"{ratio:.2f}")
        for reader in ("python", "json", "msgspec"):
            taken = row.nanoseconds.get(reader)
            line.append("" if taken is None else f"{taken:,.0f}")
        lines.append(line)
    head = [
        "stream",
        "B/event",
        "rust",
        "per byte",
        "no target",
        "per byte",
        "python",
        "json.loads",
        "msgspec",
    ]
    return (
        "## Every dialect\n\n"
        'Nanoseconds per event, iterated in 16 KiB reads and not looked at; "per byte" is the cost of a byte as a '
        "multiple of that of the completions measured beside it. `json.loads` and msgspec get the payloads by a "
        "search for `data:` in the whole stream; msgspec makes Structs of the same declarations.\n\n"
        + table(head, lines)
        + "\n"
    )


def main() -> None:
    """Prints the table alone, `python -m benches.dialect_table [NAME ...]`."""
    import sys

    from benches.suite import find_missing

    print(markdown(measure(0.1, find_missing(), sys.argv[1:] or None)))


if __name__ == "__main__":
    main()
