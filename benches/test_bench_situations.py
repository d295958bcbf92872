"""pytest-benchmark cases: our backends and msgspec in every situation, 16 KiB reads."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches import peers, workloads


@pytest.mark.parametrize("name", ["rust", "python", "msgspec-split", "msgspec"])
@pytest.mark.parametrize("workload", workloads.RECIPES)
def test_situation(benchmark: BenchmarkFixture, workload: str, name: str) -> None:
    if reason := peers.available(name):
        pytest.skip(reason)
    if name == "rust" and peers.core_module("rust").DEBUG_BUILD:
        pytest.fail("sselerate._core is a debug build")
    made = workloads.make(workload, peers.PEERS[name].events)
    prepared = peers.prepare(name, made, "16 KiB")
    assert prepared.right()
    benchmark.group = workload
    benchmark.extra_info.update(events=made.events, bytes=made.bytes)
    benchmark(prepared)
