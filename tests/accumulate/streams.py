"""Streams for the tests, written as the JSON of their events."""

from __future__ import annotations

import json
from typing import Any

from sselerate.accumulate import Accumulator
from tests.backends import Backend


def body(*payloads: Any) -> bytes:
    """Server-sent events with these payloads."""
    return b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads)


def accumulate(backend: Backend, target: Any, *payloads: Any, partial_json: bool = False) -> Accumulator[Any]:
    """The accumulator after a stream of these payloads; errors are pushed, not raised."""
    accumulator: Accumulator[Any] = Accumulator(target, partial_json=partial_json)
    backend.collect(body(*payloads), target, into=accumulator, on_error="yield")
    return accumulator


def chunk(delta: Any = None, *, index: Any = 0, finish_reason: Any = None, **keys: Any) -> dict[str, Any]:
    """A chat chunk with one choice."""
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason, **keys}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "m",
        "choices": [choice],
    }


def tool(arguments: Any = None, *, name: Any = None, id: Any = None, index: Any = 0) -> dict[str, Any]:
    """A chat chunk with a piece of one tool call; ``index=...`` leaves that key out."""
    call = {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
    if index is not ...:
        call["index"] = index
    return chunk({"tool_calls": [call]})
