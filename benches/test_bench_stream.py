"""pytest-benchmark cases: every reader on the main workloads, in the four usual chunkings.

    pytest benches --benchmark-group-by=group

For a look at one reader, or a comparison with a saved run; `make bench` is what figures are published from.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches import peers, workloads

CHUNKINGS = ("16 KiB", "1 event", "1460 B", "whole")
WORKLOADS = ("completion", "chat", "anthropic", "responses")


@pytest.mark.parametrize("name", peers.PEERS)
@pytest.mark.parametrize("chunking", CHUNKINGS)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_read(benchmark: BenchmarkFixture, workload: str, chunking: str, name: str) -> None:
    """Time for the whole workload; `extra_info` has its events and bytes."""
    made = workloads.make(workload, peers.PEERS[name].events)
    if not peers.fits(name, made, chunking):
        pytest.skip("does not read this dialect or chunking")
    if reason := peers.available(name):
        pytest.skip(reason)
    if name.startswith("rust") and peers.core_module("rust").DEBUG_BUILD:
        pytest.fail("sselerate._core is a debug build")
    prepared = peers.prepare(name, made, chunking)
    assert prepared.right()
    benchmark.group = f"{workload}, {chunking}"
    benchmark.extra_info.update(events=made.events, bytes=made.bytes)
    benchmark(prepared)
