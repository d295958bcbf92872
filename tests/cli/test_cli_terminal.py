"""What only happens on a terminal: escaped control characters, the progress bar."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sselerate.cli.terminal import escaped, escaped_json, escaped_line

from .conftest import Command
from .test_cli_decode import event

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


def on_terminal(
    command: Command, *arguments: str, out_to: Path | None = None, term: str = "xterm", code: int = 0
) -> str:
    """What the user of a terminal sees of a run, its output on the terminal or in a file."""
    import pty

    ours, theirs = pty.openpty()
    with open(out_to or os.devnull, "wb") as file:
        process = subprocess.Popen(
            [*command.start, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file if out_to else theirs,
            stderr=theirs,
            env={**command.environment, "TERM": term},
        )
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(timeout=60) == code
    return seen.decode()


def test_control_characters_do_not_reach_the_terminal(command: Command, tmp_path: Path) -> None:
    text = "a\tb\n\x1b[31mred\x07\x9b0m \x7f\u202eevil\r\nend\rover"
    path = tmp_path / "control.sse"
    path.write_bytes(event(text))
    shown = on_terminal(command, "decode", str(path))
    assert shown == "a\tb\r\n\\x1b[31mred\\x07\\x9b0m \\x7f\\u202eevil\r\nend\\x0dover\r\n"
    assert on_terminal(command, "decode", str(path), out_to=tmp_path / "out") == ""
    assert (tmp_path / "out").read_bytes() == text.encode() + b"\n"


def test_messages_start_on_a_new_line(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "choices.sse"
    path.write_bytes(event("first") + event("second", index=1))
    assert on_terminal(command, "decode", str(path)).startswith("first\r\nsselerate: ")


def test_progress_bar(command: Command, tmp_path: Path) -> None:
    """For long work on files, when the output goes elsewhere; never for short work."""
    pytest.importorskip("rich")
    path = tmp_path / "long.sse"
    path.write_bytes(event("x" * (9 << 20)))
    assert "MB" in on_terminal(command, "decode", str(path), out_to=tmp_path / "out")
    assert (tmp_path / "out").stat().st_size == (9 << 20) + 1
    assert "MB" not in on_terminal(command, "decode", str(path))
    absent = str(tmp_path / "absent")
    assert "MB" in on_terminal(command, "decode", absent, str(path), out_to=tmp_path / "out", code=3)
    assert on_terminal(command, "decode", str(path), out_to=tmp_path / "out", term="dumb") == ""
    path.write_bytes(event("short"))
    assert on_terminal(command, "decode", str(path), out_to=tmp_path / "out") == ""


def test_escapes() -> None:
    every = "".join(map(chr, range(0x100))) + "\u2028\u202e\u2066é你😀"
    for escape in (escaped, escaped_line):
        shown = escape(every)
        assert all(c.isprintable() or c in "\t\n\xa0\xad\u2028" for c in shown), escape
        assert shown.endswith("é你😀")
    assert "\n" not in escaped_line(every)
    assert escaped("a\tb\nc\r\n") == "a\tb\nc\n"
    text = json.dumps(every, ensure_ascii=False)
    assert json.loads(escaped_json(text)) == every
    assert not any(0x7F <= ord(c) < 0xA0 for c in escaped_json(text))
