"""Help, version, arguments, exit codes, signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

import sselerate
from benches.workloads import make
from sselerate.cli.target import named_target

from .conftest import Command
from .test_cli_decode import event

HERE = Path(__file__).parent
posix = pytest.mark.skipif(os.name != "posix", reason="signals and special files of POSIX")


@pytest.mark.parametrize("arguments", [(), ("decode",)], ids=["sselerate", "decode"])
def test_help(command: Command, arguments: tuple[str, ...]) -> None:
    """The help is what the snapshot says. After a wanted change: delete the snapshot and run again."""
    snapshot = HERE / f"help_{'_'.join(arguments) or 'sselerate'}.txt"
    result = command(*arguments, "--help")
    assert (result.code, result.err) == (0, "")
    if not snapshot.exists():
        snapshot.write_text(result.out)
        pytest.fail(f"wrote {snapshot.name}: read it, and run again")
    assert result.out == snapshot.read_text()


def test_version_names_the_backend(command: Command) -> None:
    result = command("--version")
    assert result.code == 0
    assert result.out.startswith(f"sselerate {sselerate.__version__} ({command.backend} backend, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "COMMAND"),
        (("decode", "--format", "xml"), "invalid choice: 'xml'"),
        (("decode", "--on-error", "ignore"), "invalid choice: 'ignore'"),
        (("decode", "--max-event-bytes", "0"), "'0' is no number of bytes, at least 1"),
        (("decode", "--max-event-bytes", "64M"), "'64M' is no number of bytes, at least 1"),
        (("decode", "--target", "Nothing"), "there is no event class 'Nothing'; use auto, "),
        (("decode", "--target", "no.such.module:Class"), "cannot import 'no.such.module'"),
        (("decode", "--target", "json:loads"), "'json:loads' cannot be the target: unsupported annotation"),
        (("decode", "--target", "StreamEvent"), "'StreamEvent' cannot be the target: "),
        (("decode", "--target", "builtins:int"), "'builtins:int' cannot be the target: "),
        (("decode", "--target", "json:"), "there is no event class 'json:'"),
        (("decode", "--target", "ErrorKind"), "there is no event class 'ErrorKind'"),
    ],
)
def test_wrong_arguments(command: Command, arguments: tuple[str, ...], message: str) -> None:
    result = command(*arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_every_target_of_the_docs() -> None:
    """Whatever docs/dialects.md lists as a target can be named, unions as well as classes."""
    lines = (HERE.parent.parent / "docs" / "dialects.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| dialect | who sends it"))
    table = [line.split(" | ") for line in lines[start : lines.index("", start)]]
    column = table[0].index("target")
    names = [name for row in table[2:] for name in re.findall(r"`(\w+)`", row[column])]
    assert {"ChatCompletionChunk", "ResponseStreamEvent", "GenericEvent"} <= set(names)
    for name in names:
        assert named_target(name) is getattr(sselerate, name)


def test_a_module_with_a_mistake_is_reported_not_raised(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("1 / 0\n")
    result = command("decode", "--target", "mine:Class", cwd=tmp_path)
    assert result.code == 2
    assert "cannot import 'mine': division by zero" in result.err


@posix
def test_a_reader_that_goes_away_ends_the_command_quietly(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "long.sse"
    path.write_bytes(b"".join(stream.data for stream in make("completion", 5000).streams))
    process = subprocess.Popen(
        [*command.start, "decode", "--format", "jsonl", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=command.environment,
    )
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().startswith(b"{")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 141


@posix
def test_ctrl_c_ends_the_command_quietly(command: Command) -> None:
    (stream,) = make("completion", 20).streams
    process = subprocess.Popen(
        [*command.start, "decode"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=command.environment,
        # Where the tests run in the background of a shell, Ctrl-C is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(stream.blocks[0])
    process.stdin.flush()
    expected = (stream.texts[0] or "").encode()
    assert process.stdout.read(len(expected)) == expected  # it is at work, and waits for more
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_reported(command: Command, completion: tuple[Path, str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*command.start, "decode", str(completion[0])],
            stdout=full,
            stderr=subprocess.PIPE,
            env=command.environment,
            timeout=60,
        )
    assert done.returncode == 3
    assert done.stderr == b"sselerate: cannot write the output: No space left on device\n"


@posix
def test_a_closed_output_is_reported(command: Command, completion: tuple[Path, str]) -> None:
    arguments = [*command.start, "decode", str(completion[0])]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *arguments],
        stderr=subprocess.PIPE,
        env=command.environment,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (3, b"sselerate: cannot write the output: it is closed\n")


@posix
@pytest.mark.parametrize("full", [False, True], ids=["closed", "full"])
def test_messages_that_nobody_can_read_are_lost_and_no_more(
    command: Command, completion: tuple[Path, str], tmp_path: Path, full: bool
) -> None:
    if full and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    (tmp_path / "choices.sse").write_bytes(event("a") + event("x", index=1) + b"data: {\n\n")

    def run(*arguments: str) -> tuple[int, str]:
        script = 'exec "$@" 2>/dev/full' if full else 'exec "$@" 2>&-'
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *command.start, "decode", *arguments],
            stdout=subprocess.PIPE,
            env=command.environment,
            timeout=60,
        )
        return done.returncode, done.stdout.decode()

    path, text = completion
    assert run("absent") == (3, "")
    assert run(str(path), "absent") == (3, text if text.endswith("\n") else text + "\n")
    assert run(str(tmp_path / "choices.sse")) == (1, "a\n")


def test_main_returns_the_code(completion: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    from sselerate.cli import main

    assert main(["decode", str(completion[0])]) == 0
    assert capsys.readouterr().out.rstrip("\n") == completion[1].rstrip("\n")
    assert main(["decode", "no such file"]) == 3
    assert capsys.readouterr().err == "sselerate: no such file: No such file or directory\n"
