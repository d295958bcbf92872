"""The table by which payloads are recognised: right about every class, and no dearer than it need be."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

import sselerate
from sselerate.events import Event, StreamEvent
from sselerate.events.declare import schema_of, shape_of
from sselerate.events.recognise import RULES, Rule, find_rule, is_text
from tests.backends import Backend
from tests.corpus.read import CASES, Stored

EVENTS = importlib.import_module("sselerate.events")
ROOT = Path(__file__).resolve().parent.parent.parent
UNRECOGNISED = {"writer-completions"}
"""Dialects that nothing tells apart from other JSON."""
ENDED_OTHERWISE = {"gemini", "openai-assistants"}
"""Dialects that are complete with the bracket of an array, or with `event: done`."""


def modules() -> list[Any]:
    return [
        importlib.import_module(f"sselerate.events.{info.name}")
        for info in pkgutil.iter_modules(EVENTS.__path__)
    ]


def dialects() -> dict[str, list[type[StreamEvent]]]:
    """The classes of each dialect that come out of decoders."""
    found: dict[str, list[type[StreamEvent]]] = {}
    for module in modules():
        for value in vars(module).values():
            if (
                inspect.isclass(value)
                and issubclass(value, StreamEvent)
                and value.__module__ == module.__name__
                and value.__dialect__ is not None
            ):
                found.setdefault(value.__dialect__, []).append(value)
    return found


def classes_of(rule: Rule) -> tuple[type, ...]:
    return shape_of(rule.target).classes


def test_every_dialect_is_recognised() -> None:
    known = {cls.__dialect__ for rule in RULES for cls in classes_of(rule)}  # type: ignore[attr-defined]
    assert dialects().keys() - known == UNRECOGNISED


def test_the_types_in_the_table_are_those_of_the_classes() -> None:
    """A union that is chosen by the values of its tag is chosen by all of them."""
    listed: dict[str, set[str]] = {}
    for rule in RULES:
        shape = shape_of(rule.target)
        if shape.tag is not None and rule.path == (shape.tag,):
            assert rule.also is None or rule.equals is None or set(rule.equals) <= shape.tags.keys()
            listed.setdefault(rule.name, set()).update(rule.equals or ())
            if rule.prefix is not None:
                listed[rule.name].update(tag for tag in shape.tags if tag.startswith(rule.prefix))
            if rule.equals is None and rule.prefix is None:
                listed[rule.name].update(shape.tags)
    for name, values in listed.items():
        (rule, *_) = [rule for rule in RULES if rule.name == name]
        assert values >= shape_of(rule.target).tags.keys(), name
        assert values <= shape_of(rule.target).tags.keys() or shape_of(rule.target).other is not None, name


def test_no_earlier_rule_hides_a_type() -> None:
    for rule in RULES:
        for value in rule.equals or ():
            payload: dict[str, Any] = {rule.path[0]: value}  # type: ignore[dict-item]
            if rule.also is not None:
                payload.setdefault(rule.also, "")
            found = find_rule(payload)
            assert found is not None
            assert found.name == rule.name, value


HOT = {
    "text",
    "delta",
    "content",
    "response",
    "thinking",
    "partial_json",
    "generated_text",
    "outputText",
    "generation",
}


def test_no_path_ends_at_text() -> None:
    """The core never predicts the value at the end of a path."""
    assert not HOT & {rule.path[-1] for rule in RULES if rule.path != ("choices", 0, "text")} - {"delta"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_done_is_what_the_last_event_says(backend: Backend, case: Stored) -> None:
    """The core goes by the table, as it predicts events without asking them."""
    events, done = backend.iter_events([case.body], on_error="yield"), False
    for event in events:
        if event.__dialect__ not in ENDED_OTHERWISE:
            assert event.is_terminal == (events.done and not done) or done
        done = events.done


@pytest.mark.parametrize(
    ("event", "last_id", "text"),
    [
        (b"output", "1690212292:0", True),
        (b"output", "1690212292", False),
        (b"output", "", False),
        (b"output", ":", False),
        (b"output", "a:b", False),
        (b"output", "٣:٣", False),
        (b"message", "1690212292:0", False),
    ],
)
def test_text_blocks(event: bytes, last_id: str, text: bool) -> None:
    assert is_text(event, last_id) is text


def test_names_are_in_the_table_of_lazy_imports() -> None:
    table = {module: names.split() for module, names in EVENTS._LAZY.items()}
    modules = {info.name for info in pkgutil.iter_modules(EVENTS.__path__)}
    machinery = {"annotations", "base", "build", "declare", "extra", "recognise", "shape"}
    assert table.keys() == modules - machinery
    for module, names in table.items():
        assert names == importlib.import_module(f"sselerate.events.{module}").__all__
    assert len(set(EVENTS.__all__)) == len(EVENTS.__all__)


def test_dialects_are_imported_when_needed() -> None:
    code = (
        "import sys, sselerate\n"
        "def loaded():\n"
        "    return {name[17:] for name in sys.modules if name.startswith('sselerate.events.')}\n"
        "assert not loaded() & {'responses', 'messages', 'gemini'}, loaded()\n"
        "from sselerate._fallback import Decoder\n"
        'Decoder().feed(b\'data: {"type":"message_stop"}\\n\\n\')\n'
        "assert 'messages' in loaded() and not loaded() & {'responses', 'gemini', 'agui'}, loaded()\n"
        "assert sselerate.GenerateContentResponse.__name__ == 'GenerateContentResponse'\n"
        "assert 'gemini' in loaded()\n"
        "try: sselerate.Nothing\n"
        "except AttributeError as error: assert \"'sselerate' has no attribute 'Nothing'\" in str(error)\n"
        "assert {'Nothing', 'ToolUseBlock'} & set(dir(sselerate)) == {'ToolUseBlock'}\n"
    )
    subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"], check=True, cwd=ROOT
    )


def test_names_of_dialects() -> None:
    for name, classes in dialects().items():
        assert name == name.lower()
        assert " " not in name
        for cls in classes:
            assert issubclass(cls, Event)
            if "__wire__" in cls.__dict__:
                schema_of(cls)


def test_what_comes_often_is_cheap(rust: Backend) -> None:
    """The garbage collector need not know the instances of deltas; see adopt.rs for where that is so."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("instances are plain where there is no GIL")
    names = """
        CompletionStreamEvent ChatCompletionChunk ResponseTextDeltaEvent ResponseReasoningTextDeltaEvent
        ResponseFunctionCallArgumentsDeltaEvent ResponseReasoningSummaryTextDeltaEvent ContentBlockDeltaEvent
        GenerateContentResponse InteractionStepDeltaEvent CohereContentDeltaEvent CohereToolCallDeltaEvent
        CohereV1TextEvent MistralMessageOutputEvent MistralFunctionCallEvent OllamaChatResponse
        OllamaGenerateResponse ConverseStreamEvent TitanStreamEvent LlamaStreamEvent TGIStreamEvent
        LlamaCppStreamEvent SGLangStreamEvent WatsonxStreamEvent WriterCompletionEvent
        TranscriptTextDeltaEvent AssistantMessageDeltaEvent AGUITextMessageEvent AGUIToolCallEvent
        AGUIReasoningEvent UIMessageTextEvent UIMessageToolInputDeltaEvent UIMessageReasoningEvent
        JSONRPCMessage ImagePartialImageEvent
    """
    have_gc = 1 << 14
    assert [name for name in names.split() if getattr(sselerate, name).__flags__ & have_gc] == []


def test_only_what_is_met_is_imported() -> None:
    """A decoder without a target loads the classes of a dialect with its first event. Decoders that meet
    dialects in another order than the one before them agree about all of them."""
    program = """
import itertools, sys
from sselerate import Decoder
dialects = {"chat", "messages", "responses", "gemini", "agui"}
loaded = lambda: {name for name in dialects if f"sselerate.events.{name}" in sys.modules}
bodies = {
    "MessageStopEvent": b'data: {"type":"message_stop","i":%d}\\n\\n',
    "ResponseTextDeltaEvent": b'data: {"type":"response.output_text.delta","delta":"%d"}\\n\\n',
    "GenerateContentResponse": b'data: {"candidates":[{"index":%d}]}\\n\\n',
}
before = loaded()
old = [Decoder() for _ in range(6)]
assert loaded() == before, loaded()
assert old[0].feed(b'data: {"a":1}\\n\\n')[0].data == {"a": 1}
assert loaded() == before, loaded()
for decoder, names in zip(old, itertools.permutations(bodies)):
    for i in range(40):
        for name in names:
            (event,) = decoder.feed(bodies[name] % i)
            assert type(event).__name__ == name, (type(event), name)
            if i == 0 and decoder is old[0]:
                print(sorted(loaded() - before))
while old:
    old.pop()
    for i in range(3):
        for name in bodies:
            (event,) = Decoder().feed(bodies[name] % i)
            assert event.to_dict() and type(event).__name__ == name
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "['messages']",
        "['messages', 'responses']",
        "['gemini', 'messages', 'responses']",
    ]
