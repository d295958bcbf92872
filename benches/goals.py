"""The ratios that the project has set itself, and where a run stands."""

from __future__ import annotations

from dataclasses import dataclass

from benches.peers import PEERS
from benches.suite import Bench


@dataclass(frozen=True)
class Goal:
    """A ratio that the project has set itself; `floor` is what it must not fall below."""

    what: str
    against: str
    measured: float
    goal: float
    floor: float
    most: bool = False

    @property
    def verdict(self) -> str:
        if self.most:
            return "reached" if self.measured <= self.goal else "missed"
        if self.measured >= self.goal:
            return "reached"
        return "above the floor" if self.measured >= self.floor else "below the floor"


def goals(bench: Bench) -> list[Goal]:
    def text(name: str) -> str:
        return PEERS[name].label

    wanted = (
        ("loop, 16 KiB reads", "completion", "16 KiB", "rust", "msgspec-split", 10, 6),
        ("loop, 1 event per read", "completion", "1 event", "rust", "msgspec", 12, 8),
        ("loop, 1460-byte reads that cut events", "completion", "1460 B", "rust", "msgspec", 10, 6),
        ("feed() -> list, 1 event per read", "completion", "1 event", "rust-feed", "msgspec", 6, 6),
        ("async for, 16 KiB reads", "completion", "16 KiB", "rust-async", "msgspec-async", 6, 6),
        ("async for, 1 event per read", "completion", "1 event", "rust-async", "msgspec-async", 6, 6),
        ("text only, 16 KiB reads", "completion", "16 KiB", "rust-text", "msgspec-text-split", 25, 20),
        (
            "text only, 1460-byte reads that cut events",
            "completion",
            "1460 B",
            "rust-text",
            "msgspec-text",
            25,
            20,
        ),
        ("loop, 16 KiB reads", "completion", "16 KiB", "rust", "openai", 1000, 300),
        ("text only, 16 KiB reads", "completion", "16 KiB", "rust-text", "openai", 1000, 1000),
        ("recordings, one loop", "recordings", "16 KiB", "rust", "msgspec-split", 5, 5),
        ("pure-Python fallback, 16 KiB reads", "completion", "16 KiB", "python", "httpx-sse", 1, 1),
        ("pure-Python fallback, 1 event per read", "completion", "1 event", "python", "httpx-sse", 1, 1),
    )
    found = []
    for what, workload, chunks, ours, theirs, goal, floor in wanted:
        ratio = bench.ratio(workload, chunks, ours, theirs)
        if ratio is not None:
            found.append(Goal(what, text(theirs), ratio, goal, floor))
    reference = bench.row("completion", "16 KiB", "rust")
    for name in ("chat", "anthropic"):
        row = bench.row(name, "16 KiB", "rust")
        if row and reference:
            per_byte = (row.minimum / row.bytes_per_event) / (reference.minimum / reference.bytes_per_event)
            found.append(
                Goal(f"{name}: time per byte", "completions, Rust core", per_byte, 1.3, 1.3, most=True)
            )
    for backend in ("rust", "python"):
        sizes = [row for row in bench.rows if row.chunks == "4 KiB" and row.peer == backend]
        if sizes:
            growth = sizes[-1].minimum / sizes[0].minimum
            what = f"{sizes[-1].workload}: time per MiB, {backend} backend"
            found.append(Goal(what, sizes[0].workload, growth, 1.25, 1.25, most=True))
    return found
