"""Events and errors travel between processes, whichever backend made them and whichever reads them."""

# ruff: noqa: E501 -- payloads are easier to review in one piece

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backends import Backend
from tests.outcomes import canonicals, drive
from tests.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
BODY = (
    b'data: {"id":"a","object":"text_completion","created":1,"model":"m","choices":[{"text":"Hi","index":0,"logprobs":'
    b'{"tokens":["Hi"],"token_logprobs":[null],"top_logprobs":[{"Hi":-0.5}],"text_offset":[0]}}],"x":{"y":[1,null]}}\n\n'
    b'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"\\ud83d","tool_calls":[{"index":0}]}}],'
    b'"usage":{"total_tokens":18446744073709551616}}\n\n'
    b'event: e\ndata: {"any":[1.5,true]}\n\nid: 1\nretry: 2\ndata: {\n\ndata: {"error":{"message":"m"}}\n\nerror: e\n\n'
    b"data: " + b"x" * 2000 + b"\n\ndata: {"
)


def outcomes(backend: Backend) -> list[Any]:
    """Events of every class and errors of every kind."""
    return [
        *drive(backend.Decoder(max_event_bytes=1000), [BODY]),
        *drive(backend.Decoder(on_error="yield", max_event_bytes=1000), [BODY]),
        *drive(backend.Parser(comments=True), [b": c\n" + BODY], flush=True),
        *drive(backend.Decoder(TARGETS["sample"], strict=True), [b'data: {"name":5}\n\n']),
    ]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_round_trip(backend: Backend, protocol: int) -> None:
    made = outcomes(backend)
    again = pickle.loads(pickle.dumps(made, protocol))
    assert canonicals(again) == canonicals(made)
    for one, other in zip(again, made, strict=True):
        if not isinstance(one, Exception):
            assert one == other
            assert repr(one) == repr(other)
            if hasattr(one, "to_dict"):
                assert one.to_dict() == other.to_dict()


def test_errors_keep_their_events(backend: Backend) -> None:
    with pytest.raises(Exception, match="invalid JSON") as raised:
        backend.Decoder().feed(b'data: {"a":1}\n\ndata: {\n\n')
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.events == raised.value.events != []


@pytest.mark.parametrize("act", [copy.copy, copy.deepcopy])
def test_copies(backend: Backend, act: Any) -> None:
    made = outcomes(backend)
    assert canonicals(map(act, made)) == canonicals(made)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_same_pickles(both: tuple[Backend, Backend], protocol: int) -> None:
    """What one backend made and pickled equals what the other made."""
    one, other = [outcomes(backend) for backend in both]
    assert canonicals(pickle.loads(pickle.dumps(one, protocol))) == canonicals(other)
    assert canonicals(pickle.loads(pickle.dumps(other, protocol))) == canonicals(one)


READER = """
import pickle, sys
from tests.outcomes import canonicals
import sselerate
assert sselerate.BACKEND == sys.argv[1], sselerate.BACKEND
if sselerate.BACKEND == "python":
    assert "sselerate._core" not in sys.modules
made = pickle.load(sys.stdin.buffer)
sys.stdout.write(repr(canonicals(made)))
"""


@pytest.mark.parametrize("reader", ["python", "rust"])
def test_in_another_process(both: tuple[Backend, Backend], reader: str) -> None:
    """A process with the other backend reads the pickle, and without importing the one that made it."""
    maker = both[0] if reader == "python" else both[1]
    made = outcomes(maker)
    assert read_elsewhere(made, reader) == repr(canonicals(made))


def test_in_another_process_without_rust(python: Backend) -> None:
    made = outcomes(python)
    assert read_elsewhere(made, "python") == repr(canonicals(made))


def read_elsewhere(made: list[Any], reader: str) -> str:
    environment = os.environ | {
        "SSELERATE_BACKEND": reader,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONIOENCODING": "utf-8:surrogatepass",
    }
    process = subprocess.run(
        [sys.executable, "-c", READER, reader],
        input=pickle.dumps(made),
        capture_output=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    assert process.returncode == 0, process.stderr.decode()
    return process.stdout.decode("utf-8", "surrogatepass")
