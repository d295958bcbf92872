"""`Constructor` makes what the SDKs make: the same classes, fields, set fields and extras, for any JSON."""

from __future__ import annotations

import copy
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sselerate.compat._construct import Constructor
from tests.compat import streams
from tests.compat.sdk_objects import difference

CASES = {
    "openai chat": (
        "openai",
        "types.chat:ChatCompletionChunk",
        streams.CHAT + streams.TOOLS + streams.ODD_CHAT,
    ),
    "openai completions": ("openai", "types:Completion", streams.COMPLETION),
    "openai responses": ("openai", "types.responses:ResponseStreamEvent", streams.RESPONSES),
    "anthropic messages": ("anthropic", "types:RawMessageStreamEvent", streams.MESSAGES),
}
ODD_VALUES = [
    None,
    0,
    1,
    -1.5,
    2.0,
    True,
    "",
    "x",
    "5",
    "text",
    [],
    ["a"],
    [{}],
    {},
    {"type": "text"},
    {"a": 1},
]


def parts(package: str, place: str) -> tuple[Any, Any, Any]:
    """(a constructor, the SDK's function, the type)."""
    pytest.importorskip(package, reason=f"{package} is not installed")
    models = importlib.import_module(f"{package}._models")
    module, _, name = place.partition(":")
    wanted = getattr(importlib.import_module(f"{package}.{module}"), name)
    return Constructor(models.BaseModel, models.construct_type), models.construct_type, wanted


@pytest.mark.parametrize("case", CASES)
def test_usual_and_odd_payloads(case: str) -> None:
    package, place, payloads = CASES[case]
    constructor, construct_type, wanted = parts(package, place)
    for payload in [*payloads, None, 3, "x", [payloads[0], 1]]:
        ours = constructor.of(wanted)(copy.deepcopy(payload))
        theirs = construct_type(value=copy.deepcopy(payload), type_=wanted)
        assert difference(ours, theirs) is None, payload


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_payloads_with_anything_in_them(case: str, data: st.DataObject) -> None:
    package, place, payloads = CASES[case]
    constructor, construct_type, wanted = parts(package, place)
    payload = copy.deepcopy(data.draw(st.sampled_from(payloads)))
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(list(places(payload)) or [({"": 0}, "")]))
        if data.draw(st.booleans()):
            container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
        elif isinstance(container, dict):
            del container[key]
    ours = constructor.of(wanted)(copy.deepcopy(payload))
    theirs = construct_type(value=copy.deepcopy(payload), type_=wanted)
    assert difference(ours, theirs) is None, payload


def places(value: Any) -> Any:
    """(container, key) of every value inside."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize(
    ("case", "api"),
    [
        ("openai chat", "chat"),
        ("openai completions", "completions"),
        ("openai responses", "responses"),
        ("anthropic messages", "messages"),
    ],
)
def test_recorded_streams(case: str, api: str, recordings: Path) -> None:
    package, place, _ = CASES[case]
    constructor, construct_type, wanted = parts(package, place)
    make = constructor.of(wanted)
    compared = 0
    for file, events in streams.recorded(recordings, api):
        for _, data in events:
            try:
                payload = json.loads(data)
            except ValueError:
                continue
            assert difference(make(payload), construct_type(value=json.loads(data), type_=wanted)) is None, (
                file
            )
            compared += 1
    assert compared


def test_nothing_is_shared() -> None:
    constructor, _, wanted = parts(*CASES["openai chat"][:2])
    make = constructor.of(wanted)
    payload = streams.CHAT[1]
    one, other = make(payload), make(payload)
    one.choices.append(1)
    one.model_fields_set.add("x")
    one.model_extra["y"] = 1
    assert len(other.choices) == 1
    assert "x" not in other.model_fields_set
    assert "y" not in other.model_extra
    assert len(payload["choices"]) == 1
