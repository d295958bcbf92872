"""The table of the dialects: what an event of each costs, beside one of the completion path.

All readers get the same 16 KiB reads and loop over the events without a look at them. Before anything is
timed, every reader must have read the stream to what `json.loads` finds.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sselerate
from benches import dialects, peers
from benches.dialects import Sent
from benches.measure import take_turns
from benches.tables import table

READERS = ("rust", "rust, no target", "python", "json.loads", "msgspec")
READERS_OF_OURS = {"rust": "rust, completions", "rust, no target": "rust, completions, no target"}
"""Those that are compared with the completion path, and what they are called there."""
REFERENCE = "completion"
ABOUT = """\
Nanoseconds per event, all events iterated over in 16 KiB reads and not looked at. "per byte": what a byte
costs, as a multiple of one of completions that took turns with it; what an event costs whatever its length
makes it large where events are short. json.loads and msgspec are given the payloads by a search for `data:`
in the whole stream, and msgspec makes Structs of the same declarations; no figure where that cannot be,
nor where nothing in a stream tells its dialect to a decoder without a target.
"""
_DATA = re.compile(rb"(?m)^data: ?(\{.*)$")


@dataclass(frozen=True)
class DialectRow:
    """The figures of one dialect, in nanoseconds per event."""

    name: str
    dialect: str | None
    events: int
    bytes_per_event: float
    nanoseconds: dict[str, float]
    """By reader; one that cannot read the stream is left out."""
    per_byte: dict[str, float]
    """By reader of ours: what a byte costs, as a multiple of one of the completions in the same turns."""


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
        if backend in missing or (given is None and not sent.recognised):
            continue
        if [event.to_dict() for event in peers.functions(backend).decode(sent.data, given)] != wanted:
            raise ValueError(f"the {backend} backend reads {sent.name} wrongly")
        found[reader] = _iterating(backend, sent, given)
    payloads = payloads_of(sent.data)
    if sent.dialect is None or [json.loads(payload) for payload in payloads] != wanted:
        return found  # frames, an array, lines of JSON, text: there is no short way to the payloads
    found["json.loads"] = _parsing(sent, json.loads)
    if "msgspec" in missing:
        return found
    import msgspec

    from benches.structs import struct_of

    try:
        decode = msgspec.json.Decoder(struct_of(target)).decode
        for payload in payloads:
            decode(payload)
    except (TypeError, ValueError, msgspec.MsgspecError):
        return found  # a union without tags, or values that differ from the declaration
    found["msgspec"] = _parsing(sent, decode)
    return found


def measure(seconds: float, missing: dict[str, str], names: Sequence[str] = ()) -> list[DialectRow]:
    """Measures the dialects, each in turns with the completion path, so that both see the same machine."""
    reference = dialects.make(REFERENCE)
    known = readers_of(reference, missing)
    beside = {theirs: known[ours] for ours, theirs in READERS_OF_OURS.items() if ours in known}
    rows: list[DialectRow] = []
    for name in names or dialects.RECIPES:
        sent = dialects.make(name)
        figures = take_turns(readers_of(sent, missing) | beside, seconds)
        size, count = len(sent.data), len(sent.payloads)
        taken = {reader: figure.minimum / count for reader, figure in figures.items()}
        times = {reader: value for reader, value in taken.items() if reader in READERS}
        per_byte = {
            ours: (figures[ours].minimum / size) / (figures[theirs].minimum / len(reference.data))
            for ours, theirs in READERS_OF_OURS.items()
            if ours in figures and theirs in figures
        }
        rows.append(DialectRow(name, sent.dialect, count, size / count, times, per_byte))
    return rows


def markdown(rows: Sequence[DialectRow]) -> str:
    """The section of the report; nothing if there are no rows."""
    if not rows:
        return ""
    lines = []
    for row in rows:
        line = [row.name, f"{row.bytes_per_event:,.0f}"]
        for reader in READERS:
            taken = row.nanoseconds.get(reader)
            line.append("" if taken is None else f"{taken:,.0f}")
            if reader in READERS_OF_OURS:
                ratio = row.per_byte.get(reader)
                line.append("" if ratio is None else f"{ratio:.2f}")
        lines.append(line)
    head = ["stream", "bytes", "Rust core", "per byte", "no target", "per byte", *READERS[2:]]
    return f"\n## Every dialect\n\n{ABOUT}\n{table(head, lines)}\n"


def main() -> None:
    """Prints the table alone, `python -m benches.dialect_table [NAME ...]`."""
    from benches.suite import find_missing

    print(markdown(measure(0.1, find_missing(), sys.argv[1:])))


if __name__ == "__main__":
    main()
