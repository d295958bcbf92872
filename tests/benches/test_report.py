"""The report compares before it times, refuses what would mislead, and writes what it says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from benches import peers, report, suite, tables
from benches.goals import Goal
from benches.measure import take_turns

MISSING = {name: "left out, to be quick" for name in peers.PEERS if name not in ("python", "json")}


@pytest.fixture(autouse=True)
def two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "find_missing", lambda: MISSING)


def test_it_writes_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(["--quick", "--only", "completion", "--into", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert shown == (tmp_path / "latest.md").read_text()
    assert "| correct incremental feed + json.loads, dicts" in shown
    assert "Left out: " in shown
    record = json.loads((tmp_path / "latest.json").read_text())
    kinds = {(row["peer"], row["chunks"]) for row in record["rows"]}
    expected = {(peer, chunks) for peer in ("python", "json") for chunks in suite.MAIN}
    assert kinds == expected | {("python", suite.TINY)}
    assert all(0 < row["minimum"] <= row["median"] and row["samples"] >= 5 for row in record["rows"])


def test_a_reader_that_reads_wrongly_is_not_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers.Prepared, "texts", lambda self: ["something else"])
    assert report.main(["--quick", "--only", "unpadded", "--no-files"]) == 2
    assert "reads other texts than expected" in capsys.readouterr().err


def test_a_backend_that_decodes_wrongly_is_not_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "functions", lambda backend: SimpleNamespace(decode=lambda data, target: []))
    assert report.main(["--quick", "--only", "unpadded", "--no-files"]) == 2
    assert "to other values than json.loads" in capsys.readouterr().err


def test_unknown_workloads_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(["--only", "nothing"]) == 2
    assert "no workload is called 'nothing'" in capsys.readouterr().err


def test_debug_builds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite.peers, "available", lambda name: None)
    monkeypatch.setattr(suite.peers, "core_module", lambda backend: SimpleNamespace(DEBUG_BUILD=True))
    with pytest.raises(suite.Refused, match="debug build"):
        suite.find_missing()


def test_turns_go_to_the_one_that_had_the_least_time() -> None:
    calls: list[str] = []
    figures = take_turns(
        {"slow": lambda: (calls.append("slow"), sum(range(20_000))), "fast": lambda: calls.append("fast")},
        seconds=0.01,
    )
    assert figures["fast"].samples > figures["slow"].samples >= 15
    assert figures["slow"].minimum > figures["fast"].minimum
    assert figures["slow"].noise >= 1
    # They alternate: no reader has all its turns in one stretch.
    first = calls[4:].index("slow")
    assert "fast" in calls[4 + first :]


def test_goals_say_where_a_run_stands() -> None:
    verdicts = [Goal("", "", ratio, goal=10, floor=6).verdict for ratio in (11, 7, 3)]
    assert verdicts == ["reached", "above the floor", "below the floor"]
    verdicts = [Goal("", "", ratio, goal=1.25, floor=1.25, most=True).verdict for ratio in (1.1, 1.3)]
    assert verdicts == ["reached", "missed"]


def test_tables_are_aligned() -> None:
    assert tables.table(["a", "bb"], [["long", "1"], ["x", "1,000"]]) == (
        "| a    |    bb |\n| ---- | ----: |\n| long |     1 |\n| x    | 1,000 |"
    )
