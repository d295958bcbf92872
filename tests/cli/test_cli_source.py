"""Sources: unpacking as the bytes arrive, in any pieces, without growing."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sselerate.cli import source
from sselerate.cli.source import Source, SourceError

TEXT = b"data: some text that repeats, and repeats\n\n" * 500


def zstd_compressed(data: bytes) -> bytes:
    packed: bytes = source._zstd().compress(data)
    return packed


PACKERS = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd_compressed}


def read(monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]) -> list[bytes]:
    """What a source gives whose file is read in these pieces."""

    def raw(self: Source, count: object) -> Iterator[bytes]:
        return iter(pieces)

    monkeypatch.setattr(Source, "_raw", raw)
    return list(Source("any").chunks(lambda size: None))


@pytest.mark.parametrize("packer", PACKERS)
def test_any_pieces(monkeypatch: pytest.MonkeyPatch, packer: str) -> None:
    packed = bytes(PACKERS[packer](TEXT))
    assert b"".join(read(monkeypatch, [packed])) == TEXT
    assert b"".join(read(monkeypatch, [packed[i : i + 1] for i in range(len(packed))])) == TEXT


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_members_one_after_another(monkeypatch: pytest.MonkeyPatch, packer: str) -> None:
    packed = bytes(PACKERS[packer](TEXT)) + bytes(PACKERS[packer](b"end"))
    for size in (1, 7, len(packed)):
        pieces = [packed[i : i + size] for i in range(0, len(packed), size)]
        assert b"".join(read(monkeypatch, pieces)) == TEXT + b"end"


@pytest.mark.parametrize("kind", [0x50, 0x5E, 0x5F])
def test_zstd_frames_to_be_skipped(monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    """pzstd begins with one, a table for seeking is one at the end."""
    skipped = bytes((kind,)) + b"\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"\0\0x\0\0"
    packed = skipped + zstd_compressed(TEXT) + skipped + zstd_compressed(b"end") + skipped
    for size in (1, 7, len(packed)):
        pieces = [packed[i : i + size] for i in range(0, len(packed), size)]
        assert b"".join(read(monkeypatch, pieces)) == TEXT + b"end"
    with pytest.raises(SourceError, match="the zstd data ends early"):
        read(monkeypatch, [packed[:-1]])


def test_zeros_after_gzip_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """They fill blocks, of tapes for one; another member may follow, however many they are."""
    zeros = b"\0" * 20
    first, second = gzip.compress(TEXT), gzip.compress(b"end")
    assert b"".join(read(monkeypatch, [first + zeros, zeros])) == TEXT
    for pieces in (
        [first + zeros + second],
        [first + zeros, zeros, zeros + second],
        [first, zeros, zeros, second + zeros, zeros],
    ):
        assert b"".join(read(monkeypatch, pieces)) == TEXT + b"end"


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
@pytest.mark.parametrize("size", [source.UNPACKED - 1, source.UNPACKED, 5 * source.UNPACKED + 3])
def test_a_bomb_is_unpacked_in_bounded_pieces(
    monkeypatch: pytest.MonkeyPatch, packer: str, size: int
) -> None:
    pieces = read(monkeypatch, [bytes(PACKERS[packer](b"\n" * size))])
    assert sum(map(len, pieces)) == size
    assert max(map(len, pieces)) <= source.UNPACKED


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_an_early_end(monkeypatch: pytest.MonkeyPatch, packer: str) -> None:
    packed = bytes(PACKERS[packer](TEXT))
    with pytest.raises(SourceError, match=f"the {packer} data ends early"):
        read(monkeypatch, [packed[:-1]])


def test_what_only_begins_like_a_compressed_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"\x1f", b"\x1fdata: x\n\n", b"\x28\xb5\x2f", b"(data)", b"P", b"P*M", b"Retry"):
        assert b"".join(read(monkeypatch, [data])) == data
        assert b"".join(read(monkeypatch, [data[:1], data[1:]])) == data


def test_without_a_zstd_module(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    packed = zstd_compressed(TEXT)
    monkeypatch.setitem(sys.modules, name, None)
    parent = sys.modules[name.partition(".")[0]]
    monkeypatch.delattr(parent, "zstd", raising=False)
    with pytest.raises(SourceError, match=r"pip install 'sselerate\[zstd\]'"):
        read(monkeypatch, [packed])


def test_sizes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert Source(str(path)).size() == 5
    assert Source(str(tmp_path)).size() == 0
    assert Source(str(tmp_path / "absent")).size() == 0
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        assert Source(str(tmp_path / "pipe")).size() is None
