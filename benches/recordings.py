"""The recorded completion and chat streams as workloads, where the folder with the recordings is at hand.

It is `../shared/recordings` beside the project, or wherever SSELERATE_RECORDINGS points. The recordings are
other people's and never copied; without them the benches leave their rows out and say so.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from benches.workloads import Dialect, Stream, Workload, payloads

ROOT = Path(__file__).resolve().parents[1]


def folder() -> Path | None:
    path = Path(os.environ.get("SSELERATE_RECORDINGS") or ROOT.parent / "shared" / "recordings")
    return path if (path / "index.json").is_file() else None


def load(dialect: Dialect) -> Workload | None:
    """All recorded streams of a dialect ("completion" or "chat"), or None where there are no recordings."""
    path = folder()
    if path is None:
        return None
    api = {"completion": "completions", "chat": "chat"}[dialect]
    entries = json.loads((path / "index.json").read_text())
    names = [entry["file"] for entry in entries if entry["api"] == api and entry["file"].endswith(".sse")]
    streams = tuple(_stream((path / name).read_bytes(), dialect) for name in sorted(names))
    situation = f"{len(streams)} recorded {api} streams, a new decoder for each"
    return Workload(f"recorded-{dialect}", situation, dialect, streams)


def _stream(data: bytes, dialect: Dialect) -> Stream:
    newline = b"\r\n" if b"\r\n\r\n" in data else b"\n"
    end = newline * 2
    pieces = data.split(end)
    rest = pieces.pop()
    blocks = [piece + end for piece in pieces] + ([rest + end] if rest.strip() else [])
    plain = Stream(tuple(blocks), (), newline)
    return Stream(plain.blocks, tuple(_text(payload, dialect) for payload in payloads(plain)), newline)


def _text(payload: dict[str, Any], dialect: Dialect) -> Any:
    if not payload.get("choices"):
        return None
    choice = payload["choices"][0]
    return choice["text"] if dialect == "completion" else choice["delta"].get("content")
