"""Both decoders give the same events and the same errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sselerate.errors import DecodeError, SSEError
from sselerate.events import ErrorEvent, Event
from tests.backends import Backend
from tests.outcomes import canonical, canonicals, drive, iterate
from tests.parity import streams
from tests.targets import TARGETS

targets = st.sampled_from(sorted(TARGETS))


def bodies(target: str) -> st.SearchStrategy[bytes]:
    return st.one_of(
        streams.composed(target),
        streams.composed(target),
        streams.mutated(),
        streams.repeating(),
        streams.array(target),
        streams.binary(target),
        streams.several(target),
    )


def state(decoder: Any) -> tuple[Any, ...]:
    return (
        decoder.done,
        decoder.closed,
        decoder.dialect,
        decoder.last_event_id,
        decoder.retry,
        decoder.comment_count,
        decoder.error_count,
        decoder.event_index,
    )


def step(decoder: Any, chunk: bytes) -> tuple[Any, ...]:
    try:
        events = decoder.feed(chunk)
    except SSEError as error:
        events = [*error.events, error]
    return canonicals(events), state(decoder)


@pytest.mark.parametrize("target", sorted(TARGETS))
@given(data=st.data(), options=streams.decoder_options, drain=st.booleans())
def test_decoders_agree(
    both: tuple[Backend, Backend], target: str, data: st.DataObject, options: dict[str, Any], drain: bool
) -> None:
    """Same events, errors and state, after every chunk and at the end."""
    chunks = data.draw(streams.chunked(data.draw(bodies(target))))
    decoders = [backend.Decoder(TARGETS[target], **options) for backend in both]
    for chunk in chunks:
        one, other = [step(decoder, chunk) for decoder in decoders]
        assert one == other
    one, other = [canonicals(drive(decoder, [], drain=drain)) for decoder in decoders]
    assert one == other
    assert state(decoders[0]) == state(decoders[1])


@given(data=st.data(), target=targets, options=streams.decoder_options)
def test_iterators_agree(
    both: tuple[Backend, Backend], data: st.DataObject, target: str, options: dict[str, Any]
) -> None:
    """Pulling gives the same on both, errors in their place."""
    chunks = data.draw(streams.chunked(data.draw(bodies(target))))
    one, other = [
        canonicals(iterate(backend.iter_events(chunks, TARGETS[target], **options))) for backend in both
    ]
    assert one == other


@given(data=st.data(), target=targets, options=streams.decoder_options)
def test_chunks_do_not_matter(
    backend: Backend, data: st.DataObject, target: str, options: dict[str, Any]
) -> None:
    """Any cut, fed or pulled, to a decoder new or used before, gives what the whole gives."""
    body = data.draw(bodies(target))
    options.pop("last_event_id", None)  # reset() does not seed again
    decoder = backend.Decoder(TARGETS[target], **options)
    wanted = canonicals(drive(decoder, [body]))
    after = state(decoder)
    chunks = data.draw(streams.chunked(body))
    decoder.reset()
    drive(decoder, [data.draw(bodies(target))])
    decoder.reset()
    assert canonicals(drive(decoder, chunks, drain=data.draw(st.booleans()))) == wanted
    assert state(decoder) == after
    assert canonicals(iterate(backend.iter_events(chunks, TARGETS[target], **options))) == wanted


@given(data=st.data(), target=targets)
def test_on_error_only_changes_the_delivery(backend: Backend, data: st.DataObject, target: str) -> None:
    """ "yield" gives in place of each error an event that carries it, "skip" nothing."""
    body, strict = data.draw(bodies(target)), data.draw(st.booleans())
    raised, yielded, skipped = [
        drive(backend.Decoder(TARGETS[target], strict=strict, on_error=mode), [body])
        for mode in ("raise", "yield", "skip")
    ]
    assert canonicals(skipped) == canonicals(e for e in raised if not isinstance(e, SSEError))
    assert len(yielded) == len(raised)
    for event, outcome in zip(yielded, raised, strict=True):
        if isinstance(outcome, SSEError):
            assert isinstance(event, ErrorEvent)
            assert (event.message, event.offset, event.event_index) == (
                str(outcome),
                outcome.offset,
                outcome.event_index,
            )
            assert canonical(event.exception()) == canonical(outcome)
        else:
            assert canonical(event) == canonical(outcome)


@pytest.mark.parametrize("target", sorted(TARGETS))
@given(data=st.data())
def test_nothing_is_lost(backend: Backend, target: str, data: st.DataObject) -> None:
    """A lenient decoder refuses only what json.loads refuses, and to_dict() is what json.loads gives."""
    text = data.draw(st.one_of(streams.near_texts[target], streams.damaged_texts(streams.near_texts[target])))
    if text.strip(" ") == "[DONE]" or not text.strip(" \t\n") or "\n" in text or "\r" in text:
        return
    payload = text.encode("utf-8", "surrogatepass")
    (outcome,) = drive(backend.Decoder(TARGETS[target]), [b"data: " + payload + b"\n\n"])
    try:
        value = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        if target == "generic":  # text is data to it
            assert outcome.data == payload.decode("utf-8", "replace")  # type: ignore[attr-defined]
            return
        assert isinstance(outcome, DecodeError)
        assert ": " in str(outcome)
        return
    if isinstance(outcome, DecodeError):
        assert not isinstance(value, dict)
        assert target != "auto"
        assert str(outcome).endswith("expected an object")
    elif isinstance(outcome, Event):
        whole = outcome.to_dict() if isinstance(value, dict) else outcome.data  # type: ignore[attr-defined]
        assert canonical(whole, ordered=False) == canonical(value, ordered=False)
        assert canonical(json.loads(outcome.to_json())) == canonical(outcome.to_dict())


@pytest.mark.parametrize("target", ["sample", "part", "completion", "chat", "camel", "job"])
@given(data=st.data())
def test_strict_changes_no_value(backend: Backend, target: str, data: st.DataObject) -> None:
    """A strict decoder gives what a lenient one gives, or says where the value differs from the class."""
    payload = data.draw(streams.near_texts[target]).encode("utf-8", "surrogatepass")
    body = b"data: " + payload + b"\n\n"
    lenient = drive(backend.Decoder(TARGETS[target]), [body])
    strict = drive(backend.Decoder(TARGETS[target], strict=True), [body])
    if len(strict) == 1 and isinstance(strict[0], DecodeError) and strict[0].path is not None:
        assert strict[0].path.startswith("$")
        assert str(strict[0]).startswith(f"{strict[0].path}: ")
        assert not isinstance(lenient[0], SSEError)
    else:
        assert canonicals(strict) == canonicals(lenient)
