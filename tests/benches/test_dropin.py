"""The drop-in bench compares before it times, and says what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai", reason="openai is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from benches import workloads
from benches.dropin import __main__ as bench
from benches.dropin.programs import CHAT, in_memory
from benches.report import Refused

SHORT = replace(CHAT, stream=workloads.make("chat", 20).streams[0])


def test_it_writes_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PROGRAMS", (SHORT,))
    monkeypatch.setattr(bench, "FRAMING", ())
    monkeypatch.setattr(bench, "rows_through_server", lambda programs, seconds: [])
    assert bench.main(["--quick", "--into", str(tmp_path)]) == 0
    text = (tmp_path / "dropin.md").read_text()
    assert text == capsys.readouterr().out
    (row,) = [line for line in text.splitlines() if line.startswith("| openai")]
    assert row.count("x |") == 4
    assert "an event a read" in text
    assert "loopback" not in text


def test_programs_that_read_something_else_are_not_timed() -> None:
    client = SHORT.connect("http://memory/v1", in_memory(SHORT))
    bench.check(SHORT, client)
    with pytest.raises(Refused, match="stock: other texts than were sent"):
        bench.check(replace(SHORT, text=lambda chunk: "other"), client)
    with pytest.raises(Refused, match="light: event 0 is not that of the SDK"):
        bench.check(replace(SHORT, patch=wrong), client)


def wrong(client: Any, kind: str) -> None:
    """Patches, and lets the stream have other indices."""
    CHAT.patch(client, kind)
    if kind == "light":
        blocks = tuple(block.replace(b'"index":0', b'"index":1') for block in SHORT.stream.blocks)
        client._client = in_memory(replace(SHORT, stream=replace(SHORT.stream, blocks=blocks)))
