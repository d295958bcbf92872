"""The committed corpus is what its generator writes, in the shape that its README.md describes."""

from __future__ import annotations

import json

import pytest

from tests.corpus import make
from tests.corpus.read import CASES, Stored
from tests.targets import TARGETS

ITEMS = [
    {"event", "data", "id", "retry"},
    {"comment"},
    {"error", "message", "offset", "event_index", "limit"},
]


def test_committed_files_are_those_of_the_generator() -> None:
    wanted, committed = make.files(), make.committed()
    assert sorted(wanted) == sorted(committed)
    differing = [path for path, content in wanted.items() if committed[path] != content]
    assert not differing, "run `python -m tests.corpus.make` after a change to the cases"


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_shape(case: Stored) -> None:
    """A misspelt key would be a check that never happens."""
    stem = make.FOLDER / f"{case.name}.json"
    text = stem.read_text("ascii")
    whole = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert whole.keys() <= {"source", "parser", "typed"}
    assert whole["source"]
    required = {"events", "last_event_id", "retry", "pending", "comments", "unknown_fields"}
    assert required <= case.parser.keys() <= required | {"options", "flush_events"}
    for item in case.parser["events"] + case.parser.get("flush_events", []):
        assert any(item.keys() <= keys for keys in ITEMS)
    for run in case.typed:
        assert run["target"] in TARGETS
        required = {"target", "options", "outcomes", "done"}
        optional = {"last_event_id", "retry", "comment_count", "error_count", "event_index", "dialect"}
        assert required <= run.keys() <= required | optional
        for outcome in run["outcomes"]:
            if "error" in outcome:
                optional = {"message", "path", "limit", "value", "data"}
                assert {"error", "offset", "event_index"} <= outcome.keys()
                assert outcome.keys() <= {"error", "offset", "event_index"} | optional
            else:
                assert outcome.keys() & {"event", "event_json", "attributes"}
                assert outcome.keys() <= {"event", "event_json", "class", "attributes"}
