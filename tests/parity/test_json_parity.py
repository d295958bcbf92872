"""JSON on its own: both backends and json.loads agree on what is JSON, what it means, and where it breaks."""

from __future__ import annotations

import json
import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sselerate.errors import DecodeError
from sselerate.events import GenericEvent
from tests.backends import Backend
from tests.outcomes import canonical, drive
from tests.parity import streams

texts = st.one_of(
    streams.any_texts,
    streams.damaged_texts(streams.any_texts),
    st.text('{}[]:,"\\tfnuIN-+.eE0 1a\t\x00\u00e9', max_size=12),
    st.builds(
        "{}{}{}".format,
        st.text("-+.eE019_x", max_size=8),
        streams.number_texts,
        st.text("-+.eE019_x", max_size=3),
    ),
)


def value_of(text: str, backend: Backend) -> object:
    """What a decoder makes of a payload; an array around it keeps [DONE] and errors from meaning more."""
    (outcome,) = drive(backend.Decoder(), [b"data:[" + text.encode("utf-8", "surrogatepass") + b"]\n\n"])
    return outcome


usable = texts.filter(lambda text: "\n" not in text and "\r" not in text and text.strip(" ") != "DONE")


@given(text=usable)
@example("1." + "0" * 30)
@example("1" * 5000)
def test_same_as_json_loads(backend: Backend, text: str) -> None:
    """A payload is accepted exactly if json.loads accepts it, with the same value."""
    outcome = value_of(text, backend)
    if re.search("[0-9]{4301}", text):
        assert canonical(outcome.data) == canonical([int_of(text)])
        return
    try:
        wanted = json.loads(f"[{text}]".encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    except ValueError:
        assert isinstance(outcome, DecodeError), outcome
    else:
        assert isinstance(outcome, GenericEvent), outcome
        assert canonical(outcome.data) == canonical(wanted)


def int_of(digits: str) -> int:
    """A repdigit without the interpreter's limit on digits."""
    return int(digits[0]) * (10 ** len(digits) - 1) // 9


@given(text=usable)
def test_backends_agree_on_causes(both: tuple[Backend, Backend], text: str) -> None:
    """The same cause at the same byte."""
    one, other = [canonical(value_of(text, backend)) for backend in both]
    assert one == other


@given(text=streams.any_texts, cut=st.integers(0, 1000))
def test_every_beginning_is_unfinished(backend: Backend, text: str, cut: int) -> None:
    """A value cut short is always "unexpected end of data" at the end: callers can tell it from nonsense."""
    whole = f"[{text}]".encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    payload = whole[: 1 + cut % (len(whole) - 1)].decode("utf-8", "ignore").encode()
    # A number that breaks off after its dot or exponent sign reads as a whole number and something after it.
    assume(not re.search(rb"[0-9](\.|[eE][+-]?)$", payload))
    (outcome,) = drive(backend.Decoder(), [b"data:" + payload + b"\n\n"])
    assert str(outcome).startswith(f"invalid JSON at byte {len(payload)} of event 0 "), (payload, outcome)
    assert str(outcome).endswith("unexpected end of data")
