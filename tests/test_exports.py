"""What `import sselerate` offers, and that its version is one and the same everywhere."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import sselerate
from tests.backends import Backend

ROOT = Path(__file__).resolve().parent.parent

PROMISED = {
    "BACKEND", "ServerSentEvent", "Comment", "Parser", "Decoder", "iter_events", "aiter_events", "decode",
    "text", "atext",
    "event", "Event", "GenericEvent", "ErrorEvent",
    "SSEError", "DecodeError", "TruncatedStreamError", "EventTooLargeError", "ServerError",
    "CompletionStreamEvent", "CompletionStreamChoice", "CompletionLogprobs", "CompletionUsage",
    "ChatCompletionChunk", "ChatCompletionChunkChoice", "ChatCompletionDelta", "ChatCompletionToolCallDelta",
    "ChatCompletionFunctionCallDelta", "ChatCompletionLogprobs", "ChatCompletionTokenLogprob",
    "ChatCompletionTopLogprob",
}  # fmt: skip
"""Names that users import from the top; taking one away breaks them."""


def test_promised_names() -> None:
    assert set(sselerate.__all__) >= PROMISED


def test_all_is_right() -> None:
    names = sselerate.__all__
    assert len(set(names)) == len(names)
    for name in names:
        assert hasattr(sselerate, name), name
    ours = {name for name, value in vars(sselerate).items() if belongs(value) and not name.startswith("_")}
    assert ours <= set(names), "public by its name, but not in __all__"


def belongs(value: object) -> bool:
    """Whether it is a thing of the package and no module, and so offered to users by its mere name."""
    return not inspect.ismodule(value) and str(getattr(value, "__module__", "")).startswith("sselerate")


def test_star_import() -> None:
    namespace: dict[str, object] = {}
    exec("from sselerate import *", namespace)
    assert set(sselerate.__all__) <= namespace.keys()


@pytest.mark.parametrize(
    "module", ["sselerate.errors", "sselerate.sse", "sselerate.events", "sselerate.stream"]
)
def test_all_of_the_public_modules(module: str) -> None:
    loaded = importlib.import_module(module)
    for name in loaded.__all__:
        assert hasattr(loaded, name), name


def test_every_event_class_is_exported() -> None:
    """A class declared in a dialect file is importable from the top, too."""
    import sselerate.events as events

    for info in pkgutil.iter_modules(events.__path__):
        module = importlib.import_module(f"sselerate.events.{info.name}")
        for name, value in vars(module).items():
            if (
                inspect.isclass(value)
                and issubclass(value, events.Event)
                and value.__module__ == module.__name__
                and not name.startswith("_")
            ):
                assert getattr(sselerate, name, None) is value, f"{module.__name__}.{name}"


def test_public_things_are_documented() -> None:
    for name in sselerate.__all__:
        value = getattr(sselerate, name)
        if inspect.isclass(value) or callable(value):
            assert inspect.getdoc(value), name


def test_event_fields_are_documented() -> None:
    """Every field that an exported event class itself declares has a docstring under it in the source."""
    import ast
    import dataclasses
    import textwrap

    for name in sselerate.__all__:
        cls = getattr(sselerate, name)
        if not (inspect.isclass(cls) and issubclass(cls, sselerate.Event)) or cls is sselerate.Event:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        assert isinstance(tree, ast.ClassDef)
        declared = {
            statement.target.id: after
            for statement, after in zip(tree.body, [*tree.body[1:], None], strict=True)
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        }
        for field in {field.name for field in dataclasses.fields(cls)} & declared.keys():
            after = declared[field]
            documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            assert documented, f"{name}.{field}"


def test_versions_agree() -> None:
    """Cargo.toml holds the version; everything else repeats it."""
    match = re.search(r'(?m)^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text("utf-8"))
    assert match
    version = match[1]
    assert sselerate.__version__ == version
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'dynamic = ["version"]' in project or f'version = "{version}"' in project
    try:
        installed = importlib.metadata.version("sselerate")
    except importlib.metadata.PackageNotFoundError:
        pass  # run from the source tree
    else:
        assert installed == version


def test_the_core_is_of_this_version(rust: Backend) -> None:
    assert rust.module.__version__ == sselerate.__version__


def test_py_typed() -> None:
    assert (Path(sselerate.__file__).parent / "py.typed").exists()


def test_no_import_costs_much() -> None:
    """asyncio, rich and the command line are loaded when needed, not by `import sselerate`."""
    import os
    import subprocess
    import sys

    code = (
        "import sys, sselerate; print(*{'asyncio', 'rich', 'argparse', 'sselerate.cli'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert process.stdout.split() == []
