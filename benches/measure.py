"""Timing on a noisy machine: many short samples, taken in turns, of which the smallest counts.

A shared machine is slowed down in bursts, so that medians of runs differ by half while minima repeat. Samples
stay near a millisecond, to fit between bursts, and the contenders of one table take turns in one process, so
that what slows the machine down slows all of them. The median is kept too: it shows how noisy the run was.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Run = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """Nanoseconds of one run of a contender: the smallest and the median of `samples`."""

    minimum: float
    median: float
    samples: int

    @property
    def noise(self) -> float:
        return self.median / self.minimum

    def per(self, count: float) -> Figure:
        return Figure(self.minimum / count, self.median / count, self.samples)


def take_turns(
    runs: Mapping[str, Run],
    seconds: float,
    least: int = 15,
    before: Callable[[str], object] = str,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> dict[str, Figure]:
    """Times every run for about `seconds`, at least `least` times.

    The one that has had the least time goes next: fast ones get many samples, slow ones few; `before` is
    called with its name, untimed. The garbage collector stays on as it is in real programs; what exists
    before is taken out of its sight.
    """
    samples: dict[str, list[int]] = {name: [] for name in runs}
    spent = dict.fromkeys(runs, 0)
    budget = int(seconds * 1e9)
    for name, run in runs.items():
        before(name)
        run()
        run()
    gc.collect()
    gc.freeze()
    try:
        while waiting := [name for name in runs if spent[name] < budget or len(samples[name]) < least]:
            name = min(waiting, key=spent.__getitem__)
            run = runs[name]
            before(name)
            started = clock()
            run()
            taken = clock() - started
            samples[name].append(taken)
            spent[name] += taken
    finally:
        gc.unfreeze()
    return {name: Figure(min(taken), statistics.median(taken), len(taken)) for name, taken in samples.items()}
