"""Light instances (adopt.rs of the binding) and their reuse (recycle.rs, reuse.rs): nothing of it is seen."""

import copy
import gc
import os
import pickle
import subprocess
import sys
import sysconfig
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from sselerate import (
    ChatCompletionChunk,
    CompletionStreamChoice,
    CompletionStreamEvent,
    Event,
    GenericEvent,
    StreamEvent,
    event,
)
from tests.backends import Backend

HAVE_GC = 1 << 14
WORDS = [
    "a",
    "bb",
    " the",
    "twelve chars",
    "fifteen letters",
    "sixteen letters!",
    "a much longer piece of text",
]
WORDS += ["é", "x\\n", ""]


def block(text: str, index: int = 0, padding: str = "") -> bytes:
    return (
        'data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":'
        f'[{{"text":"{text}","index":{index},"logprobs":null,"finish_reason":null}}],"obfuscation":"{padding}"}}\n\n'
    ).encode()


def stream(count: int) -> list[tuple[str, bytes]]:
    words = [WORDS[(7 * i + i // 3) % len(WORDS)] for i in range(count)]
    return [(word.replace("\\n", "\n"), block(word, i % 3, "p" * (i % 18))) for i, word in enumerate(words)]


@pytest.fixture
def light(rust: Backend) -> Backend:
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("instances are plain where there is no GIL, see adopt.rs")
    return rust


def test_leaf_classes_are_light(light: Backend) -> None:
    for cls in (CompletionStreamEvent, CompletionStreamChoice, ChatCompletionChunk):
        assert not cls.__flags__ & HAVE_GC, cls
    made = light.decode(block("a"), CompletionStreamEvent)[0]
    built = CompletionStreamEvent(id="", object="", created=0, model="", choices=())
    for light_one in (made, made.choices[0], built):
        assert not gc.is_tracked(light_one)


def test_classes_with_any_keep_the_collector() -> None:
    assert GenericEvent.__flags__ & HAVE_GC


class Early:
    """What knows a class while it is made, and makes instances of it."""

    made: ClassVar[list[Any]] = []

    def __set_name__(self, owner: type, name: str) -> None:
        self.made.append(object.__new__(owner))


class EarlyBase(StreamEvent):
    __slots__ = ()

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        Early.made.append(object.__new__(cls))


class EarlyType(type):
    def __init__(cls, *given: Any) -> None:
        super().__init__(*given)
        Early.made.append(object.__new__(cls))


@pytest.mark.parametrize("early", ["attribute", "base", "metaclass"])
def test_classes_with_instances_stay_as_they_are(backend: Backend, early: str) -> None:
    """The collector holds those instances, and must find them as they were made."""
    members: dict[str, Any] = {"__annotations__": {"text": str}, "__module__": __name__}
    if early == "attribute":
        members["mark"] = Early()
    base = EarlyBase if early == "base" else StreamEvent
    metaclass = EarlyType if early == "metaclass" else type
    made = event(metaclass("Made", (base,), members))
    assert Early.made
    Early.made.clear()
    gc.collect()
    (item,) = backend.decode(b'data: {"text":"a"}\n\n', made)
    assert item.text == "a"
    assert gc.is_tracked(item)
    del item
    gc.collect()


def test_instances_count_their_class(light: Backend) -> None:
    before = sys.getrefcount(CompletionStreamEvent)
    events = light.decode(b"".join(data for _, data in stream(1000)), CompletionStreamEvent)
    assert sys.getrefcount(CompletionStreamEvent) > before + 900  # some that were kept before may have gone
    copies = [copy.copy(event) for event in events]
    assert copies == events
    del events, copies
    light.decode(b"", CompletionStreamEvent)
    # What a decoder has learnt keeps a few.
    assert sys.getrefcount(CompletionStreamEvent) < before + 50


class Slotted(CompletionStreamEvent):
    __slots__ = ()


class Open(CompletionStreamEvent):
    pass


@event
class More(CompletionStreamEvent):
    seed: int = 0


@pytest.mark.parametrize("cls", [Slotted, Open, More])
def test_subclasses_work_as_ever(cls: type[CompletionStreamEvent]) -> None:
    for _ in range(300):
        one = cls(
            id="a", object="b", created=1, model="m", choices=(CompletionStreamChoice(text="t", index=0),)
        )
        assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one) == copy.copy(one)
        if cls is Open:
            one.__dict__["own"] = [one]  # a cycle of the subclass's own making, which it pays for itself
    gc.collect()


def test_weak_references_are_refused() -> None:
    with pytest.raises(TypeError):
        weakref.ref(CompletionStreamEvent(id="", object="", created=0, model="", choices=()))


def test_an_event_that_is_kept_never_changes(backend: Backend) -> None:
    """Every third event, every fourth choice and every fifth text is kept, the rest dropped."""
    kept: list[tuple[str, object]] = []
    blocks = stream(2000)
    for i, (word, made) in enumerate(zip((word for word, _ in blocks), each(backend, blocks), strict=True)):
        assert made.choices[0].text == word
        if i % 3 == 0:
            kept.append((word, made))
        if i % 4 == 0:
            kept.append((word, made.choices[0]))
        if i % 5 == 0:
            kept.append((word, made.choices[0].text))
            hash(made.choices[0].text)
        if i % 7 == 0:
            kept.append((word, made.choices))
        if i % 11 == 0:
            kept.append((word, sys.intern(made.choices[0].text)))
    for word, thing in kept:
        if isinstance(thing, CompletionStreamEvent):
            thing = thing.choices
        if isinstance(thing, tuple):
            thing = thing[0]
        text = thing.text if isinstance(thing, CompletionStreamChoice) else thing
        assert text == word
        assert hash(text) == hash(word)


def test_interning_a_text_and_dropping_it_does_not_lose_it(backend: Backend) -> None:
    interned = set()
    for made in each(backend, stream(500)):
        interned.add(id(sys.intern(made.choices[0].text)))
        del made
    words = {word.replace("\\n", "\n") for word in WORDS}
    assert {sys.intern(word) for word in words} == words


def test_texts_serve_as_keys(backend: Backend) -> None:
    counts: dict[str, int] = {}
    blocks = stream(1000)
    for made in each(backend, blocks):
        counts[made.choices[0].text] = counts.get(made.choices[0].text, 0) + 1
    words = [word for word, _ in blocks]
    assert counts == {word: words.count(word) for word in words}


def test_lists_of_feed_are_independent(backend: Backend) -> None:
    decoder = backend.Decoder(CompletionStreamEvent)
    blocks = stream(600)
    lists = [decoder.feed(b"".join(data for _, data in blocks[i : i + 60])) for i in range(0, 600, 60)]
    texts = [made.choices[0].text for events in lists for made in events]
    assert texts == [word for word, _ in blocks]


def each(backend: Backend, blocks: list[tuple[str, bytes]]) -> Iterator[CompletionStreamEvent]:
    return iter(backend.iter_events([data for _, data in blocks], CompletionStreamEvent))


def test_under_the_debug_allocator(light: Backend) -> None:
    """Guard bytes around every allocation: a write beyond a string or an event would abort the process."""
    this = "tests/unit/test_light_events.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", this, "-k", "not allocator"]
    environment = {**os.environ, "PYTHONMALLOC": "debug"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_extra_does_not_change_the_weight() -> None:
    @event
    class Light(Event):
        n: int

    assert Light(n=1, extra={"a": []}).extra == {"a": []}
