"""`Dump` gives what ``model_dump()`` of the SDK's own object gives, for any JSON."""

from __future__ import annotations

import copy
import importlib
import json
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sselerate._fallback import Decoder
from sselerate.compat._light import Light
from tests.compat import streams
from tests.compat.test_construct import CASES, ODD_VALUES, places


def parts(case: str) -> tuple[Any, Any, Any]:
    """(what a decoder is to decode, the SDK's function, the type)."""
    package, place, _ = CASES[case]
    pytest.importorskip(package, reason=f"{package} is not installed")
    module, _, name = place.partition(":")
    wanted = getattr(importlib.import_module(f"{package}.{module}"), name)
    target = importlib.import_module(f"sselerate.compat.{package}").lighter().target(wanted)
    return target, importlib.import_module(f"{package}._models").construct_type, wanted


def light_of(target: Any, payload: Any) -> Light | None:
    events = Decoder(target, on_error="yield").feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
    return events[0] if events and isinstance(events[0], Light) else None


USUAL = {
    "openai chat": streams.CHAT + streams.TOOLS,
    "openai completions": streams.COMPLETION[:-1],  # the last one has an integer among its floats
    "openai responses": [event for event in streams.RESPONSES if "output_text" in event["type"]],
    "anthropic messages": [event for event in streams.MESSAGES if "content_block_delta" in event["type"]],
}


@pytest.mark.parametrize("case", USUAL)
def test_usual_payloads_need_no_model(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target, construct_type, wanted = parts(case)
    monkeypatch.setattr(Light, "to_model", None)
    for payload in USUAL[case]:
        light = light_of(target, payload)
        assert light is not None
        theirs = construct_type(value=copy.deepcopy(payload), type_=wanted).model_dump()
        assert same(light.model_dump(), theirs)
        assert same(light.model_dump(mode="json"), theirs)


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_payloads_with_anything_in_them(case: str, data: st.DataObject) -> None:
    target, construct_type, wanted = parts(case)
    payload = copy.deepcopy(data.draw(st.sampled_from(CASES[case][2])))
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(list(places(payload)) or [({"": 0}, "")]))
        if data.draw(st.booleans()):
            container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
        elif isinstance(container, dict):
            del container[key]
    light = light_of(target, payload)
    if light is None:
        return
    theirs = construct_type(value=copy.deepcopy(payload), type_=wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydantic's, about values of another type
        assert same(light.model_dump(), theirs.model_dump()), payload
        assert same(light.model_dump(mode="json"), theirs.model_dump(mode="json")), payload


def same(one: Any, other: Any) -> bool:
    """Whether values are equal, types and the order of keys included."""
    return repr(one) == repr(other)


def test_nothing_is_shared() -> None:
    target, _, _ = parts("openai chat")
    light = light_of(target, {**CASES["openai chat"][2][1], "more": {"a": [1]}})
    assert light is not None
    light.model_dump()["more"]["a"].append(2)
    light.model_dump()["choices"].append(2)
    assert light.model_dump()["more"] == {"a": [1]}
    assert len(light.model_dump()["choices"]) == 1
