"""What `make bench` measures: which readers, in which situations, checked before they are timed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from benches import peers, recordings, workloads
from benches.measure import Figure, take_turns
from benches.peers import PEERS, Prepared
from benches.workloads import Workload

MAIN = ("16 KiB", "1 event", "1460 B", "whole")
"""The chunkings of the first table; the others are measured on 16 KiB reads."""
TINY = "64 B"
"""The chunking that nobody likes; a row of the situations."""

READERS = tuple(
    name for name in PEERS if name not in ("rust-feed", "rust-async", "msgspec-async", *peers.TEXT_PEERS)
)
BRIEF = ("rust", "python", "msgspec-split", "msgspec", "openai", "anthropic")
"""The readers that the table of situations shows; SDKs only on their own dialects."""
SDK_SITUATIONS = ("chat", "chat-tools", "anthropic", "responses")


@dataclass(frozen=True)
class Row:
    """One measured contender in one situation; times are nanoseconds per event."""

    workload: str
    chunks: str
    peer: str
    minimum: float
    median: float
    samples: int
    events: int
    bytes_per_event: float


class Refused(Exception):
    """The benches cannot run, or a contender reads wrongly; the text says why."""


class Bench:
    def __init__(self, seconds: float, missing: dict[str, str]) -> None:
        self.seconds = seconds
        self.missing = missing
        self.rows: list[Row] = []

    def contenders(
        self, names: Iterable[str], make: Callable[[int], Workload], chunking: str
    ) -> dict[str, Prepared]:
        """The named peers that are here and fit, each on a workload of the size that suits it, checked."""
        found: dict[str, Prepared] = {}
        for name in names:
            if name in self.missing:
                continue
            workload = make(PEERS[name].events)
            if not peers.fits(name, workload, chunking):
                continue
            prepared = peers.prepare(name, workload, chunking)
            if not prepared.right():
                raise Refused(
                    f"{name} reads other texts than expected from {workload.name} in {chunking} chunks"
                )
            found[name] = prepared
        return found

    def measure(self, contenders: dict[str, Prepared]) -> None:
        for name, figure in take_turns(contenders, self.seconds).items():
            self.keep(name, contenders[name], figure)

    def keep(self, name: str, prepared: Prepared, figure: Figure) -> None:
        workload = prepared.workload
        figure = figure.per(workload.events)
        self.rows.append(
            Row(
                workload=workload.name,
                chunks=prepared.chunking,
                peer=name,
                minimum=figure.minimum,
                median=figure.median,
                samples=figure.samples,
                events=workload.events,
                bytes_per_event=workload.bytes / workload.events,
            )
        )

    def measure_recordings(self) -> None:
        """All recorded completion and chat streams in one loop, as one contender per peer."""
        loaded = [recordings.load("completion"), recordings.load("chat")]
        parts = [workload for workload in loaded if workload is not None]
        if not parts:
            return
        names = ("rust", "python", "msgspec-split", "msgspec", "orjson", "json")
        pairs: dict[str, list[Prepared]] = {}
        for name in names:
            found = [self.contenders([name], partial(_given, part), "16 KiB").get(name) for part in parts]
            if all(found):
                pairs[name] = [prepared for prepared in found if prepared]
        events = sum(part.events for part in parts)
        size = sum(part.bytes for part in parts)

        def run(both: Sequence[Prepared]) -> None:
            for prepared in both:
                prepared()

        figures = take_turns({name: partial(run, both) for name, both in pairs.items()}, self.seconds)
        for name, figure in figures.items():
            per = figure.per(events)
            row = Row(
                "recordings", "16 KiB", name, per.minimum, per.median, per.samples, events, size / events
            )
            self.rows.append(row)

    def measure_scaling(self, quick: bool) -> None:
        """One event of 1, 2 and 8 MiB in 4 KiB reads: nanoseconds per MiB.

        The msgspec composition is quadratic here (the tail is copied at each read): up to 2 MiB will do.
        """
        runs: dict[str, Prepared] = {}
        sizes: dict[str, int] = {}
        for size in (1, 2) if quick else (1, 2, 8):
            stream = workloads.one_huge(size << 20)
            workload = Workload(f"one event of {size} MiB", "", "completion", (stream,))
            for name in ("rust", "python", "msgspec") if size < 8 else ("rust", "python"):
                if name in self.missing:
                    continue
                peer = PEERS[name]
                inputs = ((workloads.sized(stream, 4096), stream.newline),)
                prepared = Prepared(peer, workload, "4 KiB", inputs, peer.reader(workload))
                if not prepared.right():
                    raise Refused(f"{name} reads {workload.name} wrongly")
                runs[f"{name}, {size}"] = prepared
                sizes[f"{name}, {size}"] = size
        for key, figure in take_turns(runs, self.seconds, least=3).items():
            peer, workload, per = runs[key].peer, runs[key].workload, figure.per(sizes[key])
            row = Row(workload.name, "4 KiB", peer.name, per.minimum, per.median, per.samples, 1, 0)
            self.rows.append(row)

    # ---- reading the figures

    def row(self, workload: str, chunks: str, peer: str) -> Row | None:
        found = (r for r in self.rows if (r.workload, r.chunks, r.peer) == (workload, chunks, peer))
        return next(found, None)

    def ratio(self, workload: str, chunks: str, peer: str, against: str) -> float | None:
        ours, theirs = self.row(workload, chunks, peer), self.row(workload, chunks, against)
        return theirs.minimum / ours.minimum if ours and theirs else None


def _given(workload: Workload, events: int) -> Workload:
    """What makes a workload that has the size it has."""
    return workload


def check_events(missing: dict[str, str], names: Iterable[str]) -> None:
    """Both backends must give back every payload whole, before anything of them is timed."""
    for name in names:
        workload = workloads.make(name, 100)
        for backend in ("rust", "python"):
            if backend in missing:
                continue
            decode = peers.functions(backend).decode
            for stream in workload.streams:
                events = decode(stream.data, peers.target_of(workload.dialect))
                if [event.to_dict() for event in events] != list(workloads.payloads(stream)):
                    raise Refused(f"the {backend} backend decodes {name} to other values than json.loads")


def find_missing() -> dict[str, str]:
    """The peers that cannot run here, with the reason. Refuses debug builds."""
    missing = {name: reason for name in PEERS if (reason := peers.available(name))}
    if "rust" not in missing and peers.core_module("rust").DEBUG_BUILD:
        raise Refused("sselerate._core is a debug build; build it with --release and try again")
    return missing
