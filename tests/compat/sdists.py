"""The source distributions that hold the upstream suites, fetched with pip and unpacked into a cache.

They are other people's work: nothing of them is kept in the repository. To run the suites without a network,
unpack them into the folder that SSELERATE_UPSTREAM names, each as `name-version/`. That is also the only way
to run those whose tests are in no distribution: they need a checkout of the project's repository.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

LIST = Path(__file__).with_name("sdists.txt")


class Unavailable(Exception):
    """The distribution can neither be found nor fetched."""


class Unpublished(Unavailable):
    """The tests are in no distribution, only in the repository of the project."""


def pinned() -> dict[str, tuple[str, str]]:
    """Name -> (version, SHA-256 of the archive or "unpublished")."""
    found = {}
    for line in LIST.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement, digest = line.split()
            name, version = requirement.split("==")
            found[name] = version, digest
    return found


def unpacked(name: str, cache: Path) -> Path:
    """The folder with the sources of a distribution.

    Raises:
        Unavailable: with the reason; `Unpublished` if it cannot be otherwise.
    """
    version, digest = pinned()[name]
    folder = Path(os.environ.get("SSELERATE_UPSTREAM") or cache) / f"{name}-{version}"
    if not folder.exists():
        if digest == "unpublished":
            raise Unpublished(f"the tests of {name} are in its repository only: see tests/compat/sdists.py")
        _fetch(name, version, digest, folder)
    return folder


def _fetch(name: str, version: str, digest: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    requirements = folder.with_suffix(".txt")
    requirements.write_text(f"{name}=={version} --hash=sha256:{digest}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--no-binary", name, "-d", str(folder.parent), "-r", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"pip download {name}=={version} took more than four minutes") from None
    finally:
        requirements.unlink()
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise Unavailable(f"pip download {name}=={version}: {last}")
    stem = f"{name}-{version}".replace("-", "_")
    (archive,) = (
        file for file in folder.parent.glob("*.tar.gz") if file.name.replace("-", "_") == f"{stem}.tar.gz"
    )
    aside = folder.with_suffix(".part")
    with tarfile.open(archive) as tar:
        # the filter keeps members inside; Pythons that lack it are older than the fix they need anyway
        options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(aside, **options)  # type: ignore[arg-type]
    archive.unlink()
    (inner,) = aside.iterdir()
    inner.rename(folder)
    aside.rmdir()
