"""The decoder gives exactly what the corpus says, however the bytes are cut and whoever pulls them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sselerate.errors import SSEError
from sselerate.events.declare import Event
from tests import chunkings
from tests.backends import Backend
from tests.corpus.read import CASES, Stored
from tests.outcomes import canonical, canonicals, drive, iterate
from tests.targets import TARGETS

Run = dict[str, Any]
TYPED = [(case, run) for case in CASES for run in case.typed]


def name_of(value: Any) -> str:
    if isinstance(value, Stored):
        return value.name
    options = ",".join(f"{key}={option}" for key, option in value["options"].items())
    return f"{value['target']}({options})"


each_run = pytest.mark.parametrize(("case", "run"), TYPED, ids=name_of)


def plain(value: Any) -> Any:
    """A value of an event as JSON would write it: events as objects, tuples as lists."""
    if isinstance(value, Event):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def at(event: Any, path: str) -> Any:
    value = event
    for step in path.split("."):
        if isinstance(value, list | tuple):
            value = value[int(step)]
        else:
            value = value[step] if isinstance(value, dict) else getattr(value, step)
    return plain(value)


def same(one: Any, other: Any) -> bool:
    return canonical(one, ordered=False) == canonical(other, ordered=False)


def check(outcome: Any, wanted: dict[str, Any]) -> None:
    if "error" in wanted:
        assert isinstance(outcome, SSEError), outcome
        assert type(outcome).__name__ == wanted["error"]
        if "message" in wanted:
            assert str(outcome) == wanted["message"]
        for attribute in ("offset", "event_index", "path", "limit", "data"):
            if attribute in wanted:
                assert getattr(outcome, attribute) == wanted[attribute], attribute
        if "value" in wanted:
            assert same(outcome.error, wanted["value"])  # type: ignore[attr-defined]
        return
    assert isinstance(outcome, Event), outcome
    if "class" in wanted:
        assert type(outcome).__name__ == wanted["class"]
    if "event" in wanted:
        assert same(outcome.to_dict(), wanted["event"])
    if "event_json" in wanted:
        assert same(outcome.to_dict(), json.loads(wanted["event_json"]))
    for path, value in wanted.get("attributes", {}).items():
        assert same(at(outcome, path), value), path


def check_all(outcomes: list[Any], wanted: list[dict[str, Any]]) -> None:
    assert len(outcomes) == len(wanted), outcomes
    for outcome, expected in zip(outcomes, wanted, strict=True):
        check(outcome, expected)


@each_run
def test_outcomes(backend: Backend, case: Stored, run: Run) -> None:
    """The whole stream at once is checked against the expectation, every other way to cut it against that."""
    target, options = TARGETS[run["target"]], run["options"]
    decoder = backend.Decoder(target, **options)
    outcomes = drive(decoder, [case.body], drain=True)
    check_all(outcomes, run["outcomes"])
    wanted = canonicals(outcomes)
    attributes = {key: run[key] for key in run if key not in ("target", "options", "outcomes")}
    for number, (name, chunks) in enumerate(chunkings.every(case.body)):
        decoder = backend.Decoder(target, **options)
        assert canonicals(drive(decoder, chunks, drain=number % 2 == 0)) == wanted, name
        assert {key: getattr(decoder, key) for key in attributes} == attributes, name
        assert decoder.closed
        assert decoder.close() == []


@each_run
def test_again_after_reset(backend: Backend, case: Stored, run: Run) -> None:
    """What a decoder learnt from one stream changes nothing in the next."""
    target, options = TARGETS[run["target"]], run["options"]
    decoder = backend.Decoder(target, **options)
    first = drive(decoder, [case.body])
    for _ in range(3):
        decoder.reset()
        assert (decoder.done, decoder.closed, decoder.event_index, decoder.error_count) == (
            False,
            False,
            0,
            0,
        )
        assert canonicals(drive(decoder, [case.body])) == canonicals(first)


@each_run
def test_pulled(backend: Backend, case: Stored, run: Run) -> None:
    target, options = TARGETS[run["target"]], run["options"]
    for name, chunks in chunkings.few(case.body):
        iterator = backend.iter_events(chunks, target, **options)
        check_all(iterate(iterator), run["outcomes"])
        assert iterator.done == run["done"], name


@each_run
def test_pulled_asynchronously(backend: Backend, case: Stored, run: Run) -> None:
    target, options = TARGETS[run["target"]], run["options"]

    async def source() -> AsyncIterator[bytes]:
        for chunk in chunkings.at_random(case.body, 1):
            await asyncio.sleep(0)
            yield chunk

    async def pull() -> list[Any]:
        out: list[Any] = []
        events = backend.aiter_events(source(), target, **options)
        while True:
            try:
                out.append(await anext(events))
            except StopAsyncIteration:
                return out
            except SSEError as error:
                out.append(error)

    check_all(asyncio.run(pull()), run["outcomes"])


@each_run
def test_decoded_at_once(backend: Backend, case: Stored, run: Run) -> None:
    """decode() raises the first error, with all that came before it."""
    target, options = TARGETS[run["target"]], run["options"]
    wanted = run["outcomes"]
    first_error = next((i for i, outcome in enumerate(wanted) if "error" in outcome), None)
    if first_error is None:
        check_all(backend.decode(case.body, target, **options), wanted)
        return
    with pytest.raises(SSEError) as raised:
        backend.decode(case.body, target, **options)
    check_all([*raised.value.events, raised.value], wanted[: first_error + 1])
