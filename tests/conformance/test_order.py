"""The order of keys, and that nothing mutable is shared between events."""

from __future__ import annotations

from sselerate.events import ChatCompletionChunk, CompletionStreamEvent
from tests.backends import Backend


def test_duplicate_keys_keep_the_first_position(backend: Backend) -> None:
    (event,) = backend.decode(b'data: {"b":1,"a":2,"c":3,"b":4,"c":{"y":1,"x":2,"y":3}}\n\n')
    assert list(event.data.items()) == [("b", 4), ("a", 2), ("c", {"y": 3, "x": 2})]
    assert list(event.data["c"]) == ["y", "x"]


def test_unknown_keys_in_wire_order(backend: Backend) -> None:
    (event,) = backend.decode(
        b'data: {"z":1,"model":"m","y":2,"id":"i","x":3,"z":4}\n\n', CompletionStreamEvent
    )
    assert list(event.extra.items()) == [("z", 4), ("y", 2), ("x", 3)]


def test_to_dict_gives_declared_fields_first(backend: Backend) -> None:
    (event,) = backend.decode(b'data: {"z":1,"model":"m","id":"i"}\n\n', CompletionStreamEvent)
    assert list(event.to_dict()) == ["id", "model", "z"]


def test_mutable_values_are_never_shared(backend: Backend) -> None:
    """Two equal events in a row: changing a dict or list of one leaves the other alone."""
    body = (
        b'data: {"id":"i","choices":[{"index":0,"delta":{"content":"a"},"logprobs":[1],"x":{"l":[1]}}],'
        b'"prompt_filter_results":[{"a":{}}],"usage":{"prompt_tokens":1,"cost":{"v":[]}}}\n\n'
    )
    one, two, three, four = backend.decode(body * 4, ChatCompletionChunk)
    one.extra["prompt_filter_results"][0]["a"]["b"] = 1
    two.choices[0].extra["x"]["l"].append(2)
    three.usage.extra["cost"]["v"].append(3)
    four.choices[0].logprobs.append(4)
    five, *_ = backend.decode(body, ChatCompletionChunk)
    for event in (two, three, four, five):
        assert event.extra == {"prompt_filter_results": [{"a": {}}]}
    for event in (one, three, four, five):
        assert event.choices[0].extra == {"x": {"l": [1]}}
    for event in (one, two, four, five):
        assert event.usage.extra == {"cost": {"v": []}}
    for event in (one, two, three, five):
        assert event.choices[0].logprobs == [1]


def test_to_dict_shares_nothing_with_the_event(backend: Backend) -> None:
    (event,) = backend.decode(
        b'data: {"id":"i","x":{"l":[1]},"choices":[{"logprobs":[1]}]}\n\n', ChatCompletionChunk
    )
    wire = event.to_dict()
    wire["x"]["l"].append(2)
    wire["choices"][0]["logprobs"].append(2)
    wire["choices"].clear()
    assert event.to_dict() == {"id": "i", "x": {"l": [1]}, "choices": [{"logprobs": [1]}]}
