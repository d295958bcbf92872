"""Ways to read a stream, ours and those of others, each as the loop that its user would write.

A peer is the source text of a loop, the statement that reads one event's text (`READ`, the same for every
peer whose events look alike) and the names that both use. Loop and statement are compiled into one function
per workload, so that no peer pays for a call, a generator or a test that another one is spared.

Nothing here uses a network: SDKs read from responses that hold their bytes in memory.
"""

from __future__ import annotations

import codecs
import importlib
import importlib.metadata
import json
import textwrap
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from benches import workloads
from benches.backends import core_module, functions
from benches.workloads import Dialect, Stream, Workload

Names = dict[str, Any]
Reader = Callable[[list[bytes], bytes, list[Any]], None]
"""Reads the chunks of one stream whose lines end with the given bytes; collecting readers fill the list."""

# ---- loops -----------------------------------------------------------------------------------------------

ITERATE = """
for event in events(chunks):
    READ
"""

# The fastest correct way to split a buffer that ends with an event.
SPLIT = """
separator = newline * 2
for chunk in chunks:
    for block in chunk.split(separator):
        if block and block != DONE:
            event = decode(block[6:])
            READ
"""
SPLIT_FIELDS = """
separator = newline * 2
for chunk in chunks:
    for block in chunk.split(separator):
        start = block.find(b"data: ")
        if start >= 0 and block != DONE:
            event = decode(block[start + 6:])
            READ
"""

# Faster still, and wrong as soon as a comment, an `event:` line or a keep-alive appears.
SPLIT_PREFIX = """
separator = newline * 2 + b"data: "
for chunk in chunks:
    payloads = chunk.split(separator)
    payloads[0] = payloads[0][6:]
    if payloads[-1].startswith(b"[DONE]"):
        payloads.pop()
    for payload in payloads:
        event = decode(payload)
        READ
"""

# The same for chunks that cut events anywhere.
INCREMENTAL = """
separator = newline * 2
tail = b""
for chunk in chunks:
    blocks = (tail + chunk).split(separator)
    tail = blocks.pop()
    for block in blocks:
        if block != DONE:
            event = decode(block[6:])
            READ
"""
INCREMENTAL_FIELDS = """
separator = newline * 2
tail = b""
for chunk in chunks:
    blocks = (tail + chunk).split(separator)
    tail = blocks.pop()
    for block in blocks:
        start = block.find(b"data: ")
        if start >= 0 and block != DONE:
            event = decode(block[start + 6:])
            READ
"""

FEED = """
decoder = Decoder(target)
for chunk in chunks:
    for event in decoder.feed(chunk):
        READ
for event in decoder.close():
    READ
"""

ASYNC_ITERATE = """
async def main():
    async for event in events(asynchronous(chunks)):
        READ
run(main())
"""

ASYNC_INCREMENTAL = """
async def main():
    separator = newline * 2
    tail = b""
    async for chunk in asynchronous(chunks):
        blocks = (tail + chunk).split(separator)
        tail = blocks.pop()
        for block in blocks:
            if block != DONE:
                event = decode(block[6:])
                READ
run(main())
"""

HTTPX_SSE = """
for event in EventSource(Response(chunks)).iter_sse():
    if event.data == "[DONE]":
        break
    event = build(loads(event.data))
    READ
"""

# The text of a whole stream and nothing else: KEEP hands it over.
TEXT = """
text = text_of(chunks)
KEEP
"""

TEXT_SPLIT = """
separator = newline * 2
texts = []
for chunk in chunks:
    for block in chunk.split(separator):
        if block and block != DONE:
            event = decode(block[6:])
            READ
            if text:
                texts.append(text)
text = "".join(texts)
KEEP
"""

TEXT_INCREMENTAL = """
separator = newline * 2
tail = b""
texts = []
for chunk in chunks:
    blocks = (tail + chunk).split(separator)
    tail = blocks.pop()
    for block in blocks:
        if block != DONE:
            event = decode(block[6:])
            READ
            if text:
                texts.append(text)
text = "".join(texts)
KEEP
"""

TEXT_ITERATE = """
texts = []
for event in events(chunks):
    READ
    if text:
        texts.append(text)
text = "".join(texts)
KEEP
"""

# ---- what is read of an event ----------------------------------------------------------------------------

READ: dict[tuple[str, Dialect], str] = {
    ("object", "completion"): "text = event.choices[0].text",
    ("object", "chat"): "text = event.choices[0].delta.content",
    ("object", "anthropic"): "text = event.delta.text if event.__class__ is Delta else None",
    ("object", "responses"): "text = event.delta if event.__class__ is Delta else None",
    ("sdk", "completion"): "text = event.choices[0].text",
    ("sdk", "chat"): "text = event.choices[0].delta.content",
    ("sdk", "anthropic"): 'text = event.delta.text if event.type == "content_block_delta" else None',
    ("sdk", "responses"): 'text = event.delta if event.type == "response.output_text.delta" else None',
    ("dict", "completion"): 'text = event["choices"][0]["text"]',
    ("dict", "chat"): 'text = event["choices"][0]["delta"].get("content")',
    (
        "dict",
        "anthropic",
    ): 'text = event["delta"]["text"] if event["type"] == "content_block_delta" else None',
    ("dict", "responses"): 'text = event["delta"] if event["type"] == "response.output_text.delta" else None',
}
# Where some events have no choices (totals, filter results): every reader looks first.
READ_GUARDED: dict[tuple[str, Dialect], str] = {
    ("object", "completion"): "choices = event.choices\ntext = choices[0].text if choices else None",
    ("object", "chat"): "choices = event.choices\ntext = choices[0].delta.content if choices else None",
    ("sdk", "completion"): "choices = event.choices\ntext = choices[0].text if choices else None",
    ("sdk", "chat"): "choices = event.choices\ntext = choices[0].delta.content if choices else None",
    ("dict", "completion"): 'choices = event["choices"]\ntext = choices[0]["text"] if choices else None',
    (
        "dict",
        "chat",
    ): 'choices = event["choices"]\ntext = choices[0]["delta"].get("content") if choices else None',
}


@dataclass(frozen=True)
class Peer:
    """One way to read a stream.

    name: short and stable, for tables and `--only`.
    label: what it is, in words.
    packages: distributions whose versions belong beside its figures.
    frame: its loop; `frame_fields` (if any) where blocks hold more than one `data: ` line.
    names: makes the names that the loop uses, for a workload.
    style: how its events are read, a key of `READ`.
    dialects: what it can read.
    refuses: names of workloads that it raises on.
    plain: it can only read blocks of one `data: ` line.
    cuts: whether it copes with chunks that cut events; if not it is given chunks that do not.
    events: how many events it is timed on at once; fewer for the slow ones, so that samples stay short.
    adapt: changes a stream before it is cut and timed, where the peer refuses what servers really send.
    whole: it reads the text of a stream as one str, and no events.
    """

    name: str
    label: str
    packages: tuple[str, ...]
    frame: str
    names: Callable[[Workload], Names]
    style: str = "object"
    frame_fields: str | None = None
    dialects: frozenset[Dialect] = frozenset(("completion", "chat", "anthropic", "responses"))
    refuses: frozenset[str] = frozenset()
    plain: bool = False
    cuts: bool = True
    events: int = 1000
    adapt: Callable[[Stream], Stream] = field(default=lambda stream: stream)
    whole: bool = False

    def reader(self, workload: Workload, *, collect: bool = False) -> Reader:
        """The compiled loop for `workload`; with `collect` it appends every text to the list it is given."""
        statement = READ[self.style, workload.dialect]
        if workload.guarded:
            statement = READ_GUARDED.get((self.style, workload.dialect), statement)
        if collect and not self.whole:
            statement += "\nfound.append(text)"
        frame = self.frame if workload.plain else self.frame_fields or self.frame
        frame = frame.replace("KEEP", "found.append(text)" if collect else "pass")
        names = {"DONE": workloads.DONE} | self.names(workload)
        return _compiled(frame, statement, names, f"<{self.name} reading {workload.name}>")

    def reads(self, workload: Workload) -> bool:
        """Whether the peer can read `workload` at all."""
        if workload.dialect not in self.dialects or workload.name in self.refuses:
            return False
        return workload.plain or not self.plain

    def versions(self) -> str:
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in self.packages)


def _compiled(frame: str, statement: str, names: Names, title: str) -> Reader:
    lines = []
    for line in frame.strip().splitlines():
        margin = line[: len(line) - len(line.lstrip())]
        lines.append(textwrap.indent(statement, margin) if line.strip() == "READ" else line)
    # The names are parameters with defaults: locals, as they would be in a function of one's own.
    parameters = ", ".join(["chunks", "newline", "found", *(f"{name}={name}" for name in names)])
    source = f"def read({parameters}):\n" + textwrap.indent("\n".join(lines), "    ")
    namespace = dict(names)
    exec(compile(source, title, "exec"), namespace)
    read: Reader = namespace["read"]
    return read


# ---- sselerate -------------------------------------------------------------------------------------------


def target_of(dialect: Dialect) -> Any:
    """The event class (or union) of a dialect."""
    from sselerate import events

    if dialect == "completion":
        return events.CompletionStreamEvent
    if dialect == "chat":
        return events.ChatCompletionChunk
    from benches import declared

    return declared.Message if dialect == "anthropic" else declared.Response


def _delta_class(dialect: Dialect) -> Names:
    if dialect == "anthropic":
        from benches.declared import ContentBlockDelta

        return {"Delta": ContentBlockDelta}
    if dialect == "responses":
        from benches.declared import OutputTextDelta

        return {"Delta": OutputTextDelta}
    return {}


def _iterating(backend: str, workload: Workload) -> Names:
    events = partial(functions(backend).iter_events, target=target_of(workload.dialect))
    return {"events": events} | _delta_class(workload.dialect)


def _feeding(backend: str, workload: Workload) -> Names:
    names = {"Decoder": core_module(backend).Decoder, "target": target_of(workload.dialect)}
    return names | _delta_class(workload.dialect)


def _iterating_async(backend: str, workload: Workload) -> Names:
    events = partial(functions(backend).aiter_events, target=target_of(workload.dialect))
    return {"events": events, "asynchronous": asynchronous, "run": run} | _delta_class(workload.dialect)


def _text(backend: str, workload: Workload) -> Names:
    return {"text_of": partial(functions(backend).text, target=target_of(workload.dialect))}


async def asynchronous(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine that never waits: what is timed is the decoding, not an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the coroutine waits for something")


# ---- msgspec, orjson, json -------------------------------------------------------------------------------


def _msgspec(workload: Workload) -> Names:
    import msgspec

    from benches.structs import struct_of

    # Mistral sends lists of parts now and then.
    instead = {"content": str | list | None} if workload.name == "recorded-chat" else {}
    structs = struct_of(target_of(workload.dialect), instead)
    names: Names = {"decode": msgspec.json.Decoder(structs).decode, "asynchronous": asynchronous, "run": run}
    wanted = _delta_class(workload.dialect)
    if wanted:
        names["Delta"] = next(cls for cls in structs.__args__ if cls.__name__ == wanted["Delta"].__name__)
    return names


def _msgspec_text(workload: Workload) -> Names:
    """Structs of nothing but the way to the text."""
    import msgspec

    texts: list[Any] = [("text", str)]
    if workload.dialect == "chat":
        # Mistral sends lists of parts now and then; readers of text take what is a str.
        delta = msgspec.defstruct("Delta", [("content", str | list | None, None)], gc=False)
        texts = [("delta", delta)]
    choice = msgspec.defstruct("Choice", texts, gc=False)
    event = msgspec.defstruct("Event", [("choices", list[choice])], gc=False)  # type: ignore[valid-type]
    return {"decode": msgspec.json.Decoder(event).decode}


def _orjson(workload: Workload) -> Names:
    import orjson

    return {"decode": orjson.loads}


def _json(workload: Workload) -> Names:
    return {"decode": json.loads}


# ---- httpx-sse + json.loads into our dataclasses ---------------------------------------------------------


class TextResponse:
    """The little of an HTTP response that httpx-sse reads: cheaper than httpx, to httpx-sse's favour."""

    headers = {"content-type": "text/event-stream"}  # noqa: RUF012 (read only)

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = chunks

    def iter_text(self) -> Iterator[str]:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        for chunk in self.chunks:
            if text := decode(chunk):
                yield text


# What is rare in the workloads (logprobs, usage, tool calls) stays a dict, to the favour of httpx-sse.


def _completion(payload: dict[str, Any]) -> Any:
    from sselerate import events

    choices = tuple(
        [
            events.CompletionStreamChoice(
                text=choice["text"],
                index=choice["index"],
                logprobs=choice.get("logprobs"),
                finish_reason=choice.get("finish_reason"),
            )
            for choice in payload["choices"]
        ]
    )
    return events.CompletionStreamEvent(
        id=payload["id"],
        object=payload["object"],
        created=payload["created"],
        model=payload["model"],
        choices=choices,
        system_fingerprint=payload.get("system_fingerprint"),
        obfuscation=payload.get("obfuscation"),
        usage=payload.get("usage"),
    )


def _chat(payload: dict[str, Any]) -> Any:
    from sselerate import events

    choices = []
    for choice in payload["choices"]:
        delta = choice["delta"]
        choices.append(
            events.ChatCompletionChunkChoice(
                index=choice["index"],
                delta=events.ChatCompletionDelta(
                    role=delta.get("role"),
                    content=delta.get("content"),
                    refusal=delta.get("refusal"),
                    tool_calls=delta.get("tool_calls"),
                ),
                logprobs=choice.get("logprobs"),
                finish_reason=choice.get("finish_reason"),
            )
        )
    return events.ChatCompletionChunk(
        id=payload["id"],
        object=payload["object"],
        created=payload["created"],
        model=payload["model"],
        choices=tuple(choices),
        service_tier=payload.get("service_tier"),
        system_fingerprint=payload.get("system_fingerprint"),
        usage=payload.get("usage"),
        obfuscation=payload.get("obfuscation"),
    )


def _httpx_sse(workload: Workload) -> Names:
    from httpx_sse import EventSource

    build = _completion if workload.dialect == "completion" else _chat
    return {"EventSource": EventSource, "Response": TextResponse, "build": build, "loads": json.loads}


# ---- SDKs ------------------------------------------------------------------------------------------------


class BytesResponse:
    """The little of an HTTP response that Speakeasy's `stream_events` reads."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = chunks

    def iter_bytes(self) -> Iterable[bytes]:
        return self.chunks


def _openai(workload: Workload) -> Names:
    import httpx2
    from openai import OpenAI, Stream
    from openai.types import Completion
    from openai.types.chat import ChatCompletionChunk
    from openai.types.responses import ResponseStreamEvent

    types: dict[Dialect, Any] = {
        "completion": Completion,
        "chat": ChatCompletionChunk,
        "responses": ResponseStreamEvent,
    }
    client = OpenAI(api_key="unused", base_url="http://localhost")

    def events(chunks: list[bytes]) -> Iterable[Any]:
        response = httpx2.Response(200, content=iter(chunks))
        return Stream(cast_to=types[workload.dialect], response=response, client=client)

    return {"events": events}


def _anthropic(workload: Workload) -> Names:
    import httpx2
    from anthropic import Anthropic, Stream
    from anthropic.types import RawMessageStreamEvent

    client = Anthropic(api_key="unused", base_url="http://localhost")
    kind: Any = RawMessageStreamEvent

    def events(chunks: list[bytes]) -> Iterable[Any]:
        return Stream(cast_to=kind, response=httpx2.Response(200, content=iter(chunks)), client=client)

    return {"events": events}


def _r9s(workload: Workload) -> Names:
    from r9s import models
    from r9s.utils import unmarshal_json
    from r9s.utils.eventstreaming import stream_events

    body: Any = models.CreateCompletionResponseBody
    if workload.dialect == "chat":
        body = models.CreateChatCompletionResponseBody

    def events(chunks: list[bytes]) -> Iterable[Any]:
        # As its generated methods call it.
        response: Any = BytesResponse(chunks)
        return stream_events(response, lambda raw: unmarshal_json(raw, body).data, "[DONE]")

    return {"events": events}


def _named_as_r9s_wants(stream: Stream) -> Stream:
    """r9s accepts no `object` but "completion", which no server sends."""
    blocks = tuple(block.replace(b'"text_completion"', b'"completion"') for block in stream.blocks)
    return replace(stream, blocks=blocks)


# ---- the table -------------------------------------------------------------------------------------------

OPENAI_SHAPED: frozenset[Dialect] = frozenset(("completion", "chat"))
# How many events make a short sample, and still a stream whose first and last events do not weigh much.
SLOW, SLOWER, SLOWEST = 100, 40, 10

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("rust", "sselerate, Rust core: iter_events", (), ITERATE, partial(_iterating, "rust")),
        Peer("rust-feed", "sselerate, Rust core: Decoder.feed", (), FEED, partial(_feeding, "rust")),
        Peer(
            "rust-async",
            "sselerate, Rust core: aiter_events",
            (),
            ASYNC_ITERATE,
            partial(_iterating_async, "rust"),
        ),
        Peer(
            "python",
            "sselerate, pure-Python fallback: iter_events",
            (),
            ITERATE,
            partial(_iterating, "python"),
            events=SLOW,
        ),
        Peer(
            "msgspec-split",
            'bytes.split(b"\\n\\n") + msgspec.json.Decoder(Struct, gc=False)',
            ("msgspec",),
            SPLIT,
            _msgspec,
            frame_fields=SPLIT_FIELDS,
            cuts=False,
        ),
        Peer(
            "msgspec-prefix",
            'bytes.split(b"\\n\\ndata: ") + msgspec (breaks on a comment or event line)',
            ("msgspec",),
            SPLIT_PREFIX,
            _msgspec,
            plain=True,
            cuts=False,
        ),
        Peer(
            "msgspec",
            "correct incremental feed + msgspec",
            ("msgspec",),
            INCREMENTAL,
            _msgspec,
            frame_fields=INCREMENTAL_FIELDS,
        ),
        Peer(
            "msgspec-async",
            "async for over chunks, incremental feed + msgspec",
            ("msgspec",),
            ASYNC_INCREMENTAL,
            _msgspec,
            plain=True,
        ),
        Peer(
            "rust-text",
            "sselerate, Rust core: text",
            (),
            TEXT,
            partial(_text, "rust"),
            dialects=OPENAI_SHAPED,
            whole=True,
        ),
        Peer(
            "rust-text-events",
            'sselerate, Rust core: iter_events, "".join',
            (),
            TEXT_ITERATE,
            partial(_iterating, "rust"),
            dialects=OPENAI_SHAPED,
            whole=True,
        ),
        Peer(
            "python-text",
            "sselerate, pure-Python fallback: text",
            (),
            TEXT,
            partial(_text, "python"),
            dialects=OPENAI_SHAPED,
            events=SLOW,
            whole=True,
        ),
        Peer(
            "msgspec-text-split",
            'bytes.split(b"\\n\\n") + msgspec, Struct of the text only, "".join',
            ("msgspec",),
            TEXT_SPLIT,
            _msgspec_text,
            dialects=OPENAI_SHAPED,
            plain=True,
            cuts=False,
            whole=True,
        ),
        Peer(
            "msgspec-text",
            'correct incremental feed + msgspec, Struct of the text only, "".join',
            ("msgspec",),
            TEXT_INCREMENTAL,
            _msgspec_text,
            dialects=OPENAI_SHAPED,
            plain=True,
            whole=True,
        ),
        Peer(
            "orjson",
            "correct incremental feed + orjson.loads, dicts",
            ("orjson",),
            INCREMENTAL,
            _orjson,
            style="dict",
            frame_fields=INCREMENTAL_FIELDS,
        ),
        Peer(
            "json",
            "correct incremental feed + json.loads, dicts",
            (),
            INCREMENTAL,
            _json,
            style="dict",
            frame_fields=INCREMENTAL_FIELDS,
            events=SLOW,
        ),
        Peer(
            "httpx-sse",
            "httpx-sse + json.loads into the same dataclasses",
            ("httpx-sse",),
            HTTPX_SSE,
            _httpx_sse,
            dialects=OPENAI_SHAPED,
            events=SLOW,
        ),
        Peer(
            "openai",
            "OpenAI SDK: Stream[T]",
            ("openai",),
            ITERATE,
            _openai,
            style="sdk",
            dialects=frozenset(("completion", "chat", "responses")),
            events=SLOWER,
        ),
        Peer(
            "anthropic",
            "Anthropic SDK: Stream[RawMessageStreamEvent]",
            ("anthropic",),
            ITERATE,
            _anthropic,
            style="sdk",
            dialects=frozenset(("anthropic",)),
            events=SLOWER,
        ),
        Peer(
            "r9s",
            "r9s SDK: its own stream_events",
            ("r9s",),
            ITERATE,
            _r9s,
            dialects=OPENAI_SHAPED,
            refuses=frozenset(("chat-tools", "chat-azure")),
            events=SLOWEST,
            adapt=_named_as_r9s_wants,
        ),
    )
}


TEXT_PEERS = ("rust-text", "rust-text-events", "python-text", "msgspec-text-split", "msgspec-text")
"""Those that read the text of a stream and no events."""


def available(name: str) -> str | None:
    """None if the peer can run here, else why not, in a few words."""
    peer = PEERS[name]
    try:
        peer.names(workloads.make("anthropic" if peer.dialects == {"anthropic"} else "completion", 20))
    except ImportError as error:
        return str(error)
    return None


# ---- running ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prepared:
    """A peer, a workload and a chunking, ready to be timed: call it once for one sample."""

    peer: Peer
    workload: Workload
    chunking: str
    inputs: tuple[tuple[list[bytes], bytes], ...]
    read: Reader

    def __call__(self) -> None:
        read = self.read
        for chunks, newline in self.inputs:
            read(chunks, newline, [])

    def texts(self) -> list[str | None]:
        """What the peer reads, for comparison; not for timing."""
        read = self.peer.reader(self.workload, collect=True)
        found: list[str | None] = []
        for chunks, newline in self.inputs:
            read(chunks, newline, found)
        return found

    def right(self) -> bool:
        """Whether the peer finds the expected texts; events without text are left out, as SDKs skip pings."""
        if self.peer.whole:
            expected = ["".join(text for text in stream.texts if text) for stream in self.workload.streams]
            return self.texts() == expected
        return [text for text in self.texts() if text is not None] == [
            text for text in self.workload.texts if text is not None
        ]


def prepare(name: str, workload: Workload, chunking: str) -> Prepared:
    """Cuts the streams of `workload` for the peer; one that cannot cope with cuts gets aligned chunks."""
    peer = PEERS[name]
    cut = workloads.CHUNKINGS[chunking]
    if chunking == "16 KiB" and not peer.cuts:
        cut = workloads.aligned
    inputs = tuple((cut(stream), stream.newline) for stream in map(peer.adapt, workload.streams))
    return Prepared(peer, workload, chunking, inputs, peer.reader(workload))


def fits(name: str, workload: Workload, chunking: str) -> bool:
    """Whether the peer can read the workload in such chunks."""
    peer = PEERS[name]
    return peer.reads(workload) and (peer.cuts or chunking in ("16 KiB", "1 event", "whole"))
