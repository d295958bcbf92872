"""`sselerate decode`: formats, sources, errors, streams that are still arriving."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benches.workloads import make, payloads

from .conftest import Command

CHUNK = '{"id":"c1","object":"text_completion","created":1,"model":"m","choices":[%s]}'


def event(text: str, index: int = 0, finish: str = "null") -> bytes:
    choice = f'{{"text":{json.dumps(text)},"index":{index},"logprobs":null,"finish_reason":{finish}}}'
    return b"data: " + (CHUNK % choice).encode() + b"\n\n"


def zstd_compressed(data: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        zstd = pytest.importorskip("backports.zstd")
    packed: bytes = zstd.compress(data)
    return packed


# ---- sources


def test_file_and_stdin(command: Command, completion: tuple[Path, str]) -> None:
    path, text = completion
    expected = (0, text if text.endswith("\n") else text + "\n", "")
    for result in (
        command("decode", path),
        command("decode", stdin=path.read_bytes()),
        command("decode", "-", stdin=path.read_bytes()),
    ):
        assert (result.code, result.out, result.err) == expected


@pytest.mark.parametrize("pack", [gzip.compress, zstd_compressed], ids=["gzip", "zstd"])
def test_compressed_sources(
    command: Command, completion: tuple[Path, str], tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """Known by their first bytes, whatever their name; several members one after another are one source."""
    data = completion[0].read_bytes()
    packed = pack(data)
    half = len(data) // 2
    path = tmp_path / "packed.bin"
    path.write_bytes(packed)
    assert command("decode", path).out == command("decode", completion[0]).out
    members = pack(data[:half]) + pack(data[half:])
    assert command("decode", stdin=members).out == command("decode", completion[0]).out
    for bad, reason in ((packed[:-9], "data ends early"), (packed[:40] + b"\xff" * 4000, "damaged")):
        result = command("decode", stdin=bad)
        assert result.code == 3
        assert reason in result.err


def test_unreadable_files_do_not_stop_the_others(
    command: Command, completion: tuple[Path, str], tmp_path: Path
) -> None:
    result = command("decode", tmp_path / "absent.sse", tmp_path, completion[0])
    assert result.code == 3
    assert result.out.startswith(completion[1][:20])
    assert result.err.splitlines()[0] == f"sselerate: {tmp_path / 'absent.sse'}: No such file or directory"
    assert len(result.err.splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="makes a pipe non-blocking")
def test_a_pipe_without_data_has_not_ended(command: Command) -> None:
    """Whoever else has the pipe may have made it non-blocking; then `cat` fails too."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, event("one"))
    done = subprocess.run(
        [*command.start, "decode"], stdin=reading, capture_output=True, env=command.environment, timeout=60
    )
    os.close(reading)
    os.close(writing)
    assert (done.returncode, done.stdout) == (3, b"one\n")
    assert done.stderr == b"sselerate: stdin: it is non-blocking, and nothing is there yet\n"


def test_a_source_without_events_is_noted(command: Command) -> None:
    for data in (b"", b"<html>not a stream</html>\n", b": ping\n\n", b"data: [DONE]\n\n"):
        result = command("decode", stdin=data)
        assert (result.code, result.out, result.err) == (0, "", "sselerate: stdin: no events found\n")


@pytest.mark.skipif(os.name != "posix", reason="reads a pipe without blocking")
def test_text_appears_as_it_arrives(command: Command) -> None:
    process = subprocess.Popen(
        [*command.start, "decode"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=command.environment,
    )
    assert process.stdin
    assert process.stdout
    for word in ("one", " two", " three"):
        process.stdin.write(event(word))
        process.stdin.flush()
        # Blocks for ever (until the test's timeout) if the text is held back.
        assert process.stdout.read(len(word)) == word.encode()
    process.stdin.close()
    assert process.stdout.read() == b"\n"
    process.stdout.close()
    assert process.wait(timeout=30) == 0


# ---- formats


def test_jsonl_gives_the_payloads_back(command: Command) -> None:
    for name in ("completion", "chat-openrouter", "chat-azure", "anthropic", "responses"):
        (stream,) = make(name, 30).streams
        result = command("decode", "--format", "jsonl", stdin=stream.data)
        assert (result.code, result.err) == (0, "")
        assert [json.loads(line) for line in result.out.splitlines()] == list(payloads(stream))


def test_halves_of_a_character_meet(command: Command) -> None:
    texts = [rb"a\ud83d", b"", rb"\ude00b\ud83d", rb"\ud83d", rb"\ude00", rb"\ude00", rb"\ud83d"]
    data = b"".join(b'data: {"choices":[{"text":"%s"}]}\n\n' % text for text in texts)
    assert command("decode", stdin=data).out == "a😀b\\ud83d😀\\ude00\\ud83d\n"
    assert command("decode", stdin=data + b"data: [DONE]\n\n" + data[:40]).out.startswith("a😀b")


def test_lone_surrogates_can_be_printed(command: Command) -> None:
    data = event("half: \ud83d!")
    assert command("decode", stdin=data).out == "half: \\ud83d!\n"
    (line,) = command("decode", "--format", "jsonl", stdin=data).out.splitlines()
    assert json.loads(line)["choices"][0]["text"] == "half: \ud83d!"
    assert command("decode", "--surrogates", "replace", stdin=data).out == "half: \ufffd!\n"


def test_output_is_utf8_in_any_locale(command: Command) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    assert command("decode", stdin=event("é 你"), environment=plain).out == "é 你\n"


def test_text_is_that_of_the_first_choice(command: Command) -> None:
    data = event("a") + event("x", index=1) + event("b") + event("y", index=1)
    result = command("decode", stdin=data)
    assert (result.code, result.out) == (0, "ab\n")
    assert result.err == (
        "sselerate: stdin: 2 events of further choices left out; --format jsonl shows them\n"
    )


def test_summary(command: Command, tmp_path: Path) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    totals = b"data: " + (CHUNK % "")[:-1].encode() + b',"usage":' + json.dumps(usage).encode() + b"}\n\n"
    one = event("Hel") + event("lo", finish='"stop"') + totals + b"data: [DONE]\n\n"
    two = event("bad ") + b"data: {\n\n" + event("ok")
    (tmp_path / "one.sse").write_bytes(one)
    (tmp_path / "two.sse").write_bytes(one + two)
    result = command(
        "decode", "--format", "summary", "--on-error", "skip", "one.sse", "two.sse", cwd=tmp_path
    )
    assert (result.code, result.err) == (0, "")
    a, b = len(one), len(two)
    assert result.out == (
        "source      events  bytes  characters  model  finish  input  output  errors\n"
        f"one.sse          3   {a:4}           5  m      stop        7       2       0\n"
        f"two.sse          3   {a:4}           5  m      stop        7       2       0\n"
        f"two.sse #2       2   {b:4}           6  m      -           -       -       1\n"
        f"total of 3       8   {a + a + b:4}          16  -      -          14       4       1\n"
    )


def test_target(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from sselerate import Event, event\n@event\nclass Token(Event):\n    text: str\n    n: int = 0\n"
    )
    data = b'data: {"text":"a","n":1}\n\ndata: {"text":"b"}\n\n'
    result = command("decode", "--target", "mine:Token", "--strict", stdin=data, cwd=tmp_path)
    assert (result.code, result.out, result.err) == (0, "ab\n", "")
    result = command("decode", "--target", "CompletionStreamEvent", "--strict", stdin=data)
    assert result.code == 1
    assert result.err == "sselerate: stdin: $.id: missing in event 0 (stream offset 0)\n"
    result = command("decode", "--target", "GenericEvent", "--format", "jsonl", stdin=data)
    assert result.out == '{"text":"a","n":1}\n{"text":"b"}\n'


def test_output_that_lacks_everything_is_explained(command: Command, tmp_path: Path) -> None:
    """Of a target that is another than that of the stream, and of a class that has no text."""
    (tmp_path / "mine.py").write_text(
        "from sselerate import Event, event\n@event\nclass Mine(Event):\n    n: int\n"
    )
    data = event("a") + b"data: [DONE]\n\n" + event("b")
    no_text = "no event has text; --format jsonl shows them\n"
    not_the_target = "sselerate: stdin: no event is of the target; without --target each is recognised\n"
    both = (f"sselerate: stdin: {no_text}", f"sselerate: stdin (stream 2): {no_text}")
    for target, form, messages in (
        ("MessageStreamEvent", "text", [*both, not_the_target]),
        ("MessageStreamEvent", "jsonl", [not_the_target]),
        ("ChatCompletionChunk", "text", both),
        ("mine:Mine", "text", both),
        ("mine:Mine", "jsonl", []),
        ("GenericEvent", "jsonl", []),
        ("CompletionStreamEvent", "text", []),
    ):
        result = command("decode", "--target", target, "--format", form, stdin=data, cwd=tmp_path)
        assert (result.code, result.err) == (0, "".join(messages)), target
    assert command("decode", "--target", "MessageStreamEvent", stdin=BROKEN).code == 1


@pytest.mark.parametrize("form", ["text", "jsonl", "summary"])
def test_integers_longer_than_str_takes(command: Command, form: str) -> None:
    """Whatever CPython's limit is, which is 4,300 digits by default."""
    long = b"9" * 5000
    data = event("a") + b'data: {"choices":[{"index":0,"text":""}],"usage":{"prompt_tokens":%s}}\n\n' % long
    result = command("decode", "--format", form, stdin=data)
    assert (result.code, result.err) == (0, "")
    assert (long.decode() in result.out) == (form == "jsonl")  # as a count it counts nothing
    data = event("a") + b'data: {"error":{"code":%s}}\n\n' % long
    result = command("decode", "--format", form, "--on-error", "yield", stdin=data)
    assert result.code == 1


def test_max_event_bytes(command: Command) -> None:
    data = event("x" * 500)
    result = command("decode", "--max-event-bytes", "500", stdin=data)
    assert (result.code, result.out) == (1, "")
    assert "is larger than max_event_bytes=500" in result.err
    assert command("decode", "--max-event-bytes", "1000", stdin=data).out == "x" * 500 + "\n"


def test_split(command: Command) -> None:
    one, two = (event(text).removeprefix(b"data: ").rstrip() for text in "ab")
    assert command("decode", stdin=b"data: %s%s\n\n" % (one, two)).code == 1
    result = command("decode", "--split", stdin=b"data: %s%s\n\n" % (one, two))
    assert (result.code, result.out, result.err) == (0, "ab\n", "")


# ---- errors

BROKEN = event("one") + b"data: {oops}\n\n" + event("two")
BROKEN_MESSAGE = f"invalid JSON at byte 1 of event 1 (stream offset {len(event('one'))})"


def test_raise_gives_the_source_up_and_goes_on_with_the_next(command: Command, tmp_path: Path) -> None:
    (tmp_path / "good.sse").write_bytes(event("good"))
    result = command("decode", "-", "good.sse", stdin=BROKEN, cwd=tmp_path)
    assert (result.code, result.out) == (1, "one\ngood\n")
    assert result.err == f"sselerate: stdin: {BROKEN_MESSAGE}: expected a string key\n"


def test_yield_reports_and_goes_on(command: Command) -> None:
    result = command("decode", "--on-error", "yield", stdin=BROKEN)
    assert (result.code, result.out) == (1, "onetwo\n")
    assert BROKEN_MESSAGE in result.err
    result = command("decode", "--on-error", "yield", "--format", "jsonl", stdin=BROKEN)
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 1
    assert len(lines) == 3
    assert lines[1]["kind"] == "decode"
    assert lines[1]["event_index"] == 1


def test_skip_is_silent(command: Command) -> None:
    result = command("decode", "--on-error", "skip", stdin=BROKEN)
    assert (result.code, result.out, result.err) == (0, "onetwo\n", "")


def test_errors_of_the_server(command: Command) -> None:
    data = event("par") + b'data: {"error":{"message":"over\x1b[31mloaded","code":529}}\n\n'
    data = data.replace(b"\x1b", b"\\u001b")
    result = command("decode", stdin=data)
    assert (result.code, result.out) == (1, "par\n")
    assert "server error in event 1" in result.err
    assert result.err.endswith("over\\x1b[31mloaded\n")


def test_a_truncated_stream(command: Command) -> None:
    result = command("decode", stdin=event("whole") + event("cut")[:-20])
    assert (result.code, result.out) == (1, "whole\n")
    assert "stream ended inside event 1" in result.err


def test_errors_name_the_stream_they_are_in(command: Command) -> None:
    result = command("decode", stdin=event("a") + b"data: [DONE]\n\n" + BROKEN)
    assert (result.code, result.out) == (1, "a\none\n")
    assert result.err.startswith(f"sselerate: stdin (stream 2): {BROKEN_MESSAGE}")


BAD = [
    b"\x00\xff\xfe" * 100,
    b"\x1f\x8b" + b"\x00" * 50,
    b"\x1f",
    b"\x28\xb5\x2f\xfd" + b"junk" * 10,
    b"\x28\xb5",
    b"data: " + b"[" * 200 + b"\n\n",
    b"data: \xff\n\n",
    b'data: {"choices": 3}\n\ndata: {"choices":[null,{"delta":5,"text":[]}]}\n\n',
    b'data: {"usage":[1],"type":7,"candidates":{}}\n\ndata: 5\n\ndata: "x"\n\n',
    b'{"error": {"message": "no stream at all"}}',
]


@pytest.mark.parametrize("form", ["text", "jsonl", "summary"])
def test_bad_input_never_gives_a_traceback(command: Command, tmp_path: Path, form: str) -> None:
    paths = [tmp_path / str(number) for number in range(len(BAD))]
    for path, data in zip(paths, BAD, strict=True):
        path.write_bytes(data)
    result = command("decode", "--format", form, *paths)  # see `Command`
    assert result.code == 3
    complaints = {Path(line.split(":")[1].strip()).name for line in result.err.splitlines()}
    assert complaints >= {"0", "1", "2", "3", "4", "5", "6", "9"}


def test_every_recording(command: Command, recordings: Path) -> None:
    index = {entry["file"]: entry for entry in json.loads((recordings / "index.json").read_bytes())}
    names = sorted(name for name in index if name.endswith(".sse"))
    result = command("decode", "--format", "summary", *names, cwd=recordings)
    lines = {line.split()[0]: line.split() for line in result.out.splitlines()}
    for name in names:
        done = (recordings / name).read_bytes().count(b"data: [DONE]")
        events, size = map(int, lines[name][1:3])
        assert (events, size) == (index[name]["events"] - done, index[name]["bytes"]), name
    assert [line.split(":")[1].strip() for line in result.err.splitlines()] == [
        name for name in names if index[name]["events"] == 0
    ]
