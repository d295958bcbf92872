"""Event instances as values, and the classes the package declares."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import sys
from typing import Any

import pytest

from sselerate import events
from sselerate.events import (
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionDelta,
    CompletionStreamChoice,
    CompletionStreamEvent,
    Event,
    GenericEvent,
)
from sselerate.events.declare import schema_of
from tests.backends import Backend
from tests.targets import TextPart

WIRE: dict[str, Any] = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1709033852,
    "model": "davinci-002",
    "choices": [
        {
            "text": " that",
            "index": 0,
            "logprobs": {
                "tokens": [" that"],
                "token_logprobs": [-0.5],
                "top_logprobs": [{" that": -0.5, " it": -2.0}],
                "text_offset": [3],
            },
            "finish_reason": None,
        }
    ],
    "usage": None,
}

CLASSES = [
    ChatCompletionChunk, ChatCompletionChunkChoice, ChatCompletionDelta, CompletionStreamChoice,
    CompletionStreamEvent, GenericEvent, events.CompletionLogprobs, events.CompletionUsage, events.ErrorEvent,
]  # fmt: skip


def decoded(backend: Backend, wire: Any, target: Any = CompletionStreamEvent) -> Any:
    (event,) = backend.decode(b"data: " + json.dumps(wire).encode() + b"\n\n", target)
    return event


def built(**changes: Any) -> CompletionStreamEvent:
    choice = CompletionStreamChoice(text="t", index=0)
    fields = {"id": "i", "object": "o", "created": 1, "model": "m", "choices": (choice,)} | changes
    return CompletionStreamEvent(**fields)


@pytest.fixture(params=["built", "decoded", "decoded with extra"])
def sample(request: pytest.FixtureRequest, backend: Backend) -> CompletionStreamEvent:
    if request.param == "built":
        return built()
    extra = {"x": {"l": [1]}} if "extra" in request.param else {}
    event: CompletionStreamEvent = decoded(backend, WIRE | extra)
    return event


def test_wire_shape_comes_back(backend: Backend) -> None:
    event = decoded(backend, WIRE)
    assert event.to_dict() == WIRE
    assert json.loads(event.to_json()) == WIRE
    assert list(event.to_dict()) == list(WIRE)


def test_sequences_are_tuples(backend: Backend) -> None:
    event = decoded(backend, WIRE)
    assert type(event.choices) is tuple
    logprobs = event.choices[0].logprobs
    assert [type(value) for value in (logprobs.tokens, logprobs.top_logprobs)] == [tuple, tuple]
    assert type(logprobs.top_logprobs[0]) is dict


def test_absent_is_not_null(backend: Backend) -> None:
    """Both read as None, and both come back as they were sent."""
    null, absent = decoded(backend, WIRE), decoded(backend, {k: v for k, v in WIRE.items() if k != "usage"})
    assert null.usage is absent.usage is None
    assert null == absent
    assert "usage" in null.to_dict()
    assert "usage" not in absent.to_dict()


def test_missing_required_fields(backend: Backend) -> None:
    event = decoded(backend, {"choices": []})
    assert (event.id, event.created, event.choices) == (None, None, ())
    assert event.to_dict() == {"choices": []}
    assert decoded(backend, {"choices": None}).to_dict() == {"choices": None}


def test_built_events_leave_defaults_out() -> None:
    assert built().to_dict() == {
        "id": "i",
        "object": "o",
        "created": 1,
        "model": "m",
        "choices": [{"text": "t", "index": 0}],
    }
    assert built(obfuscation="x", extra={"k": (1, 2)}).to_dict()["k"] == [1, 2]
    assert built(id=None).to_dict()["id"] is None  # required: always there


def test_equality_and_hash(sample: CompletionStreamEvent) -> None:
    twin = pickle.loads(pickle.dumps(sample))
    assert twin == sample
    assert twin != dataclasses.replace(sample, id="other")
    assert sample != sample.to_dict()
    assert built() == built()
    assert hash(built()) == hash(built())
    assert len({built(), built(), built(id="j")}) == 2


def test_unknown_keys_leave_the_hash_alone(backend: Backend) -> None:
    """A key that a server adds must not make what was hashable unhashable."""
    wire = {key: value for key, value in WIRE.items() if key != "choices"}
    plain, more = decoded(backend, wire), decoded(backend, {**wire, "x": [{}]})
    assert hash(plain) == hash(more) == hash(decoded(backend, {**wire, "x": [{}]}))
    assert plain != more
    assert len({plain, more, decoded(backend, {**wire, "x": [{}]})}) == 2


def test_declared_dicts_are_not_hashable(backend: Backend) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(decoded(backend, WIRE))  # of which top_logprobs holds dicts


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, dataclasses.replace]
    + [lambda e, p=p: pickle.loads(pickle.dumps(e, p)) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
)
def test_copies(sample: CompletionStreamEvent, again: Any) -> None:
    twin = again(sample)
    assert type(twin) is type(sample)
    assert twin == sample
    assert repr(twin) == repr(sample)
    if again is not dataclasses.replace:  # its result is an event built by keyword
        assert twin.to_dict() == sample.to_dict()


def test_deepcopy_is_deep(sample: CompletionStreamEvent) -> None:
    twin = copy.deepcopy(sample)
    if sample.extra is not None:
        assert twin.extra is not sample.extra
        assert twin.extra is not None
        assert twin.extra["x"] is not sample.extra["x"]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copy_replace(sample: CompletionStreamEvent) -> None:
    assert copy.replace(sample, id="new").id == "new"  # type: ignore[attr-defined,unused-ignore]


def test_pickles_name_fields(backend: Backend) -> None:
    """A pickle holds what was sent, by name: it can be read after fields were added to the class."""
    event = decoded(backend, {"id": "x", "choices": []})
    restore, arguments = event.__reduce__()[:2]
    assert arguments[1:] == ({"id": "x", "choices": ()}, None, True)
    assert restore(*arguments).to_dict() == {"id": "x", "choices": []}


def test_frozen(sample: CompletionStreamEvent) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.id = "new"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del sample.id
    with pytest.raises((AttributeError, TypeError)):
        sample.unknown = 1  # type: ignore[attr-defined]
    assert not hasattr(sample, "__dict__")


def test_match(sample: CompletionStreamEvent) -> None:
    match sample:
        case CompletionStreamEvent(object=kind, choices=[CompletionStreamChoice(index=0, text=text)]):
            assert (kind, text) == (sample.object, sample.choices[0].text)
        case _:
            pytest.fail("no match")


def test_dataclass_functions(sample: CompletionStreamEvent) -> None:
    assert dataclasses.is_dataclass(sample)
    names = [field.name for field in dataclasses.fields(sample)]
    assert set(names) == {"extra", *(field.name for field in schema_of(type(sample)).fields)}
    assert dataclasses.asdict(sample)["choices"][0]["text"] == sample.choices[0].text


def test_keyword_only() -> None:
    with pytest.raises(TypeError):
        CompletionStreamChoice("t", 0)  # type: ignore[misc]
    with pytest.raises(TypeError, match="index"):
        CompletionStreamChoice(text="t")  # type: ignore[call-arg]


def test_repr() -> None:
    part = TextPart(kind="text", text="t")
    assert repr(part) == "TextPart(kind='text', text='t')"
    assert (
        repr(dataclasses.replace(part, extra={"a": 1})) == "TextPart(kind='text', text='t', extra={'a': 1})"
    )


def test_unknown_keys_are_attributes(backend: Backend) -> None:
    extra = {"x_groq": {"id": "r"}, "__verbose": 1, "to_dict": 2, "with space": 3}
    for event in (decoded(backend, WIRE | extra), built(extra=extra)):
        assert event.extra == extra
        assert event.x_groq == {"id": "r"}
        assert getattr(event, "__verbose") == 1  # mangled otherwise
        assert event.to_dict()["to_dict"] == 2  # what the class has wins
        assert getattr(event, "with space") == 3
        with pytest.raises(AttributeError, match="'CompletionStreamEvent' object has no attribute 'y_groq'"):
            _ = event.y_groq
        assert not hasattr(event, "__array__")
    plain = decoded(backend, WIRE)
    assert not hasattr(plain, "x_groq")
    assert not hasattr(built(), "x_groq")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_classes(cls: type[Event]) -> None:
    schema = schema_of(cls)
    assert schema.cls is cls
    assert cls.__doc__
    assert "__dict__" not in dir(cls) or not hasattr(object.__new__(cls), "__dict__")
    for field in schema.fields:
        assert field.shape.expected
        assert field.required or field.default is None or isinstance(field.default, tuple | str | int | float)


def test_null_members_of_chat(backend: Backend) -> None:
    """Servers send null where the reference has an object or an array."""
    wire = {
        "choices": [{"delta": None, "logprobs": None}, {"delta": {"tool_calls": None}}, None],
        "usage": {},
    }
    event = decoded(backend, wire, ChatCompletionChunk)
    assert event.choices[0] == ChatCompletionChunkChoice(index=None, delta=None)  # type: ignore[arg-type]
    assert event.choices[1].delta == ChatCompletionDelta(tool_calls=None)
    assert event.choices[2] is None
    assert event.to_dict() == wire


def test_generic_event(backend: Backend) -> None:
    event = decoded(backend, {"kind": "new", "n": [1]}, None)
    assert event == GenericEvent(data={"kind": "new", "n": [1]})
    assert event.to_dict() == {"kind": "new", "n": [1]}
    assert GenericEvent(data=[1], type="t").to_dict() == {"data": [1], "type": "t"}
    (named,) = backend.decode(b'event: x\ndata: {"n":1}\n\n')
    assert named == GenericEvent(data={"n": 1}, type="x")
    (default,) = backend.decode(b'event: message\ndata: {"n":1}\n\n')
    assert default.type is None


@pytest.mark.parametrize(
    "payload", ['{"id":"x"}', '{"object":"text_completion","choices":[]}', "[1]", "null", '"s"']
)
def test_generic_target(backend: Backend, payload: str) -> None:
    """As a target it takes every payload as it is."""
    assert backend.decode(f"data: {payload}\n\n".encode(), GenericEvent) == [
        GenericEvent(data=json.loads(payload))
    ]


@pytest.mark.parametrize(
    ("payload", "cls"),
    [
        ({"object": "chat.completion.chunk"}, ChatCompletionChunk),
        ({"object": "chat.completion.done", "choices": [{"text": ""}]}, ChatCompletionChunk),
        ({"object": "text_completion", "choices": [{"delta": {}}]}, CompletionStreamEvent),
        ({"object": "completion"}, CompletionStreamEvent),
        ({"object": "", "choices": []}, ChatCompletionChunk),
        ({"object": 5, "choices": None}, ChatCompletionChunk),
        ({"choices": [{"delta": None}]}, ChatCompletionChunk),
        ({"choices": [{"text": ""}]}, CompletionStreamEvent),
    ],
)
def test_recognised(backend: Backend, payload: Any, cls: type) -> None:
    assert type(decoded(backend, payload, None)) is cls


def test_constant_strings_are_shared(backend: Backend) -> None:
    """The id, the model and the like of a stream exist once, however many events are kept."""
    body = b"".join(
        b'data: {"id":"cmpl-%s","object":"text_completion","model":"some-model","system_fingerprint":"fp_12",'
        b'"choices":[{"index":0,"text":" t%d"}]}\n\n' % (b"long" * 5, i)
        for i in range(50)
    )
    kept = backend.decode(body, CompletionStreamEvent)
    for name in ("id", "object", "model", "system_fingerprint"):
        assert len({id(getattr(event, name)) for event in kept}) <= 5, name
