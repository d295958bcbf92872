"""Seeded streams to measure on, each named for a situation, each with the texts a right reader finds in it.

A workload is made of streams, and a stream of blocks (one event each, its blank line included), so that any
chunking can be cut from it. Everything follows from the seed: the same name and size give the same bytes on
every machine and Python. The mix of texts follows what recorded streams hold (see `token`): 4 bytes in the
median and about 22 at the 95th percentile, one text in ten with a backslash, three in a hundred not ASCII.

tests/benches/test_workloads.py reads every stream with `json.loads` and compares.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Dialect = Literal["completion", "chat", "anthropic", "responses"]
Json = dict[str, Any]

DONE = b"data: [DONE]"


@dataclass(frozen=True)
class Stream:
    """One response body: `blocks` joined are its bytes; `texts` has one entry for each event but [DONE].

    `newline` is the line ending that the whole stream uses, so that a peer may split on it.
    """

    blocks: tuple[bytes, ...]
    texts: tuple[str | None, ...]
    newline: bytes = b"\n"

    @property
    def data(self) -> bytes:
        return b"".join(self.blocks)


@dataclass(frozen=True)
class Workload:
    """Streams of one dialect in one situation.

    `texts` is what reading the first choice of every event gives (None: the event has no text), in order.
    `guarded`: some events have no text, so that a reader has to look before it takes the first choice.
    `plain`: every block is one `data: ` line, no comments or `event:` lines, so that a slice finds the JSON.
    """

    name: str
    situation: str
    dialect: Dialect
    streams: tuple[Stream, ...]

    @property
    def events(self) -> int:
        return sum(len(stream.texts) for stream in self.streams)

    @property
    def bytes(self) -> int:
        return sum(len(block) for stream in self.streams for block in stream.blocks)

    @property
    def texts(self) -> list[str | None]:
        return [text for stream in self.streams for text in stream.texts]

    @property
    def text(self) -> str:
        return "".join(text for text in self.texts if text)

    @property
    def guarded(self) -> bool:
        return None in self.texts

    @property
    def plain(self) -> bool:
        return all(block.startswith(b"data: ") for stream in self.streams for block in stream.blocks)


# ---- texts -----------------------------------------------------------------------------------------------

PROSE = (
    "the of and to in is that it for was on are as with his they at be this from have or by one had not "
    "but what all were when we there can an your which their said if do will each about how up out them "
    "then she many some so these would other into has more her two like him see time could no make than "
    "first been its who now people my made over did down only way find use may water long little very "
    "after words called just where most know stream event parser value reading quickly because different "
    "question another following important together something remember answer"
)
WORDS = PROSE.split()
PIECES = (
    "ing",
    "ed",
    "er",
    "ly",
    "tion",
    "s",
    "'s",
    "’t",
    "al",
    "est",
    "ment",
    "able",
    "un",
    "re",
    "ation",
    "ize",
    "th",
)
POINTS = (",", ".", " (", ")", ":", ";", " -", "?", "!", " –", "**", "1", " 2", "3", "0", " =", "`")
ESCAPED = (
    "\n",
    "\n\n",
    '"',
    ' "',
    "\\",
    "\t",
    '."\n',
    "\n- ",
    "```\n",
    "\\n",
    '{"',
    '":"',
    "\r\n",
    "/",
    "\u001b[0m",
)
EMOJI = ("😀", " 🚀", "👍", "👩\u200d💻", "🇫🇷", "✨", "\ufffd")
CJK = ("你好", "世界", "我", "的", "解析", "東京", "こんにちは", "です", "안녕", "하세요", "，", "。")
LATIN = ("é", "ü", " naïve", " Straße", "ñ", " œuvre", "İ", "\u2028")


def token(random: random.Random) -> str:
    """One delta's text as a server sends it: mostly one token, at times several in one piece."""
    kind = random.random()
    if kind < 0.10:
        # Servers that batch tokens, or whose tokenizer is coarse: the long tail of the recorded sizes.
        return "".join(" " + random.choice(WORDS) for _ in range(random.randint(3, 7)))
    if kind < 0.19:
        return random.choice(ESCAPED)
    if kind < 0.20:
        return random.choice(EMOJI)
    if kind < 0.213:
        return random.choice(CJK)
    if kind < 0.22:
        return random.choice(LATIN)
    if kind < 0.36:
        return random.choice(POINTS)
    if kind < 0.52:
        return random.choice(PIECES)
    return " " + random.choice(WORDS)


def letters(random: random.Random, low: int, high: int) -> str:
    """Padding as servers send it: letters and digits, of a length in low..high."""
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(random.choice(alphabet) for _ in range(random.randint(low, high)))


# ---- bytes -----------------------------------------------------------------------------------------------


def compact(payload: Json) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def spaced(payload: Json) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def escaped(payload: Json) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def block(payload: bytes, event: str | None = None, newline: bytes = b"\n") -> bytes:
    head = b"" if event is None else b"event: " + event.encode() + newline
    return head + b"data: " + payload + newline * 2


def done(newline: bytes = b"\n") -> bytes:
    return DONE + newline * 2


# ---- OpenAI completions: the reference case --------------------------------------------------------------

Encode = Callable[[Json], bytes]


@dataclass
class CompletionServer:
    """Writes the events of one completion stream in OpenAI's key order; `padded` adds `obfuscation`."""

    random: random.Random
    model: str = "gpt-3.5-turbo-instruct"
    usage: bool = False
    padded: bool = True

    def __post_init__(self) -> None:
        self.id = "cmpl-" + letters(self.random, 29, 29)
        self.created = self.random.randint(1_700_000_000, 1_790_000_000)

    def event(
        self,
        text: str,
        *,
        index: int = 0,
        finish: str | None = None,
        logprobs: Json | None = None,
        **extra: Any,
    ) -> Json:
        choice: Json = {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish}
        return self.envelope([choice]) | extra

    def envelope(self, choices: list[Json]) -> Json:
        event: Json = {
            "id": self.id,
            "object": "text_completion",
            "created": self.created,
            "choices": choices,
        }
        event["model"] = self.model
        event["system_fingerprint"] = "fp_50cad350e4"
        if self.usage:
            event["usage"] = None
        if self.padded:
            event["obfuscation"] = letters(self.random, 1, 16)
        return event

    def totals(self, tokens: int) -> Json:
        usage = {"prompt_tokens": 12, "completion_tokens": tokens, "total_tokens": 12 + tokens}
        return self.envelope([]) | {"usage": usage}


def completion_stream(
    random: random.Random,
    events: int,
    *,
    encode: Encode = compact,
    newline: bytes = b"\n",
    usage: bool = False,
    padded: bool = True,
    write: Callable[[random.Random], str] = token,
    **extra: Any,
) -> Stream:
    """`events` - 1 texts, the finish event with an empty text (with `usage` the totals too), [DONE]."""
    server = CompletionServer(random, usage=usage, padded=padded)
    texts: list[str | None] = [write(random) for _ in range(events - 1 - usage)]
    payloads = [server.event(text or "", **extra) for text in texts]
    payloads.append(server.event("", finish="stop", **extra))
    texts.append("")
    if usage:
        payloads.append(server.totals(events))
        texts.append(None)
    blocks = [block(encode(payload), newline=newline) for payload in payloads]
    return Stream((*blocks, done(newline)), tuple(texts), newline)


def completion(events: int, random: random.Random, **options: Any) -> list[Stream]:
    return [completion_stream(random, events, **options)]


def short_completions(events: int, random: random.Random) -> list[Stream]:
    """18 events is the median length of a recorded stream."""
    return [completion_stream(random, 18) for _ in range(max(1, events // 18))]


def wide_text(random: random.Random) -> str:
    return random.choice(CJK + EMOJI)


def alternating(events: int, random: random.Random) -> list[Stream]:
    """Four servers with their own ids, models and key orders take turns in one stream, as in a merged log."""
    servers = [
        CompletionServer(random, model=model)
        for model in ("davinci-002", "opt-125m", "llama-3", "babbage-002")
    ]
    blocks, texts = [], []
    for number in range(events):
        which = number % len(servers)
        text = token(random)
        items = list(servers[which].event(text).items())
        blocks.append(block(compact(dict(items[which:] + items[:which]))))
        texts.append(text)
    return [Stream((*blocks, done()), tuple(texts))]


def unlike(events: int, random: random.Random) -> list[Stream]:
    """No two events share a shape: keys in random order, own separators, own padding key, changing ids."""
    blocks, texts = [], []
    for _ in range(events):
        server = CompletionServer(random, model="model-" + letters(random, 1, 12))
        text = token(random)
        payload = server.event(text) | {
            "x_" + letters(random, 4, 12): random.choice((None, True, 1.5, "v", [1]))
        }
        choice = shuffled(payload["choices"][0], random)
        payload = shuffled(payload | {"choices": [choice]}, random)
        separators = (random.choice((",", ", ", ",  ")), random.choice((":", ": ", " :")))
        blocks.append(block(json.dumps(payload, ensure_ascii=False, separators=separators).encode()))
        texts.append(text)
    return [Stream((*blocks, done()), tuple(texts))]


def shuffled(payload: Json, random: random.Random) -> Json:
    items = list(payload.items())
    random.shuffle(items)
    return dict(items)


def completion_logprobs(events: int, random: random.Random) -> list[Stream]:
    """The token strings are keys of `top_logprobs`, so that no two events have the same keys."""
    server = CompletionServer(random)
    blocks, texts, offset = [], [], 0
    for _ in range(events):
        text = token(random)
        others = [token(random) for _ in range(4)]
        logprobs = {
            "tokens": [text],
            "token_logprobs": [-random.random() * 3],
            "top_logprobs": [{word: -random.random() * 9 for word in [text, *others]}],
            "text_offset": [offset],
        }
        offset += len(text)
        blocks.append(block(compact(server.event(text, logprobs=logprobs))))
        texts.append(text)
    return [Stream((*blocks, done()), tuple(texts))]


def completion_choices(events: int, random: random.Random, *, n: int = 4) -> list[Stream]:
    """`n` choices in random turns, one in each event; each ends with its own finish event."""
    server = CompletionServer(random)
    texts = [token(random) for _ in range(events - n)]
    payloads = [server.event(text, index=random.randrange(n)) for text in texts]
    payloads += [server.event("", index=index, finish="length") for index in range(n)]
    return [Stream((*(block(compact(payload)) for payload in payloads), done()), (*texts, *[""] * n))]


def huge_completions(events: int, random: random.Random, *, size: int = 256 * 1024) -> list[Stream]:
    """Events of `size` bytes of text: whole documents, images as base64."""
    server = CompletionServer(random)
    texts = [letters(random, 1000, 1000) * (size // 1000) for _ in range(max(2, events // 100))]
    return [Stream((*(block(compact(server.event(text))) for text in texts), done()), tuple(texts))]


def one_huge(size: int) -> Stream:
    """One completion event with `size` bytes of text: how time grows with the size is read off it."""
    source = random.Random(7)
    text = (letters(source, 4096, 4096) * (size // 4096 + 1))[:size]
    return Stream((block(compact(CompletionServer(source).event(text))), done()), (text,))


# ---- chat chunks -----------------------------------------------------------------------------------------


@dataclass
class ChatServer:
    """Writes chat chunks in OpenAI's key order."""

    random: random.Random
    model: str = "gpt-4o-2024-08-06"

    def __post_init__(self) -> None:
        self.id = "chatcmpl-" + letters(self.random, 29, 29)
        self.created = self.random.randint(1_700_000_000, 1_790_000_000)

    def chunk(self, delta: Json, *, finish: str | None = None, logprobs: Json | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        return self.envelope([choice])

    def envelope(self, choices: list[Json]) -> Json:
        return {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": "fp_e413f45763",
            "choices": choices,
            "obfuscation": letters(self.random, 1, 16),
        }

    def totals(self, tokens: int) -> Json:
        usage = {
            "prompt_tokens": 278,
            "completion_tokens": tokens,
            "total_tokens": 278 + tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }
        return self.envelope([]) | {"usage": usage}


ROLE: Json = {"role": "assistant", "content": "", "refusal": None}


def chat_blocks(payloads: list[Json]) -> tuple[bytes, ...]:
    return (*(block(compact(payload)) for payload in payloads), done())


def chat(events: int, random: random.Random) -> list[Stream]:
    server = ChatServer(random)
    texts: list[str | None] = [token(random) for _ in range(events - 3)]
    payloads = [server.chunk(ROLE), *(server.chunk({"content": text}) for text in texts)]
    payloads += [server.chunk({}, finish="stop"), server.totals(events)]
    return [Stream(chat_blocks(payloads), ("", *texts, None, None))]


def chat_tools(events: int, random: random.Random) -> list[Stream]:
    """Two tool calls, one after the other, their arguments in pieces; no text at all."""
    server = ChatServer(random)
    payloads = [server.chunk(ROLE)]
    for index, name in enumerate(("search_flights", "final_result")):
        function = {"name": name, "arguments": ""}
        call = {
            "index": index,
            "id": "call_" + letters(random, 24, 24),
            "type": "function",
            "function": function,
        }
        payloads.append(server.chunk({"tool_calls": [call]}))
        for _ in range((events - 5) // 2 + (events - 5) % 2 * index):
            call = {
                "index": index,
                "function": {"arguments": random.choice(('{"', '":"', token(random), '"}'))},
            }
            payloads.append(server.chunk({"tool_calls": [call]}))
    payloads += [server.chunk({}, finish="tool_calls"), server.totals(events)]
    return [Stream(chat_blocks(payloads), ("", *[None] * (len(payloads) - 1)))]


def chat_logprobs(events: int, random: random.Random) -> list[Stream]:
    server = ChatServer(random)
    texts = [token(random) for _ in range(events)]

    def scored(text: str) -> Json:
        return {"token": text, "logprob": -random.random() * 9, "bytes": list(text.encode())}

    payloads = []
    for text in texts:
        top = [scored(word) for word in (text, token(random), token(random))]
        logprobs = {"content": [scored(text) | {"top_logprobs": top}], "refusal": None}
        payloads.append(server.chunk({"content": text}, logprobs=logprobs))
    return [Stream(chat_blocks(payloads), tuple(texts))]


def chat_mistral(events: int, random: random.Random) -> list[Stream]:
    """Mistral: padding of random length under `p`, and the finish chunk carries text."""
    server = ChatServer(random, model="mistral-small-latest")
    texts = [token(random) for _ in range(events)]

    def chunk(text: str, finish: str | None) -> Json:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        head = {
            "id": server.id,
            "object": "chat.completion.chunk",
            "created": server.created,
            "model": server.model,
        }
        return head | {"choices": [choice], "p": letters(random, 1, 36)}

    payloads = [chunk(text, None) for text in texts[:-1]] + [chunk(texts[-1], "stop")]
    return [Stream(chat_blocks(payloads), tuple(texts))]


def chat_openrouter(events: int, random: random.Random) -> list[Stream]:
    """OpenRouter: keep-alive comments first, `provider` and `native_finish_reason`, role in every delta."""
    server = ChatServer(random, model="openai/o3")
    texts = [token(random) for _ in range(events)]

    def chunk(text: str, finish: str | None) -> Json:
        delta = {"role": "assistant", "content": text}
        choice = {
            "index": 0,
            "delta": delta,
            "finish_reason": finish,
            "native_finish_reason": finish,
            "logprobs": None,
        }
        head = {
            "id": server.id,
            "provider": "OpenAI",
            "model": server.model,
            "object": "chat.completion.chunk",
        }
        return head | {"created": server.created, "choices": [choice]}

    payloads = [chunk(text, None) for text in texts[:-1]] + [chunk(texts[-1], "stop")]
    comments = (b": OPENROUTER PROCESSING\n\n",) * 3
    return [Stream(comments + chat_blocks(payloads), tuple(texts))]


def chat_azure(events: int, random: random.Random) -> list[Stream]:
    """Azure: keys in alphabetical order, filter results in every choice, a first chunk without any choice."""
    server = ChatServer(random, model="gpt-4.1-mini-2025-04-14")
    texts: list[str | None] = [token(random) for _ in range(events - 1)]
    rating = {"filtered": False, "severity": "safe"}
    results = {"hate": rating, "self_harm": rating, "sexual": rating, "violence": rating}

    def chunk(choices: list[Json], **changes: Any) -> Json:
        head = {"choices": choices, "created": server.created, "id": server.id, "model": server.model}
        tail = {"object": "chat.completion.chunk", "obfuscation": letters(random, 1, 16)}
        return head | tail | {"system_fingerprint": "fp_b6f445fc1c"} | changes

    def choice(delta: Json, finish: str | None) -> Json:
        return {"content_filter_results": results, "delta": delta, "finish_reason": finish, "index": 0} | {
            "logprobs": None
        }

    filters = [{"prompt_index": 0, "content_filter_results": results}]
    payloads = [chunk([], id="", model="", object="", created=0, prompt_filter_results=filters)]
    payloads += [chunk([choice({"content": text}, None)]) for text in texts[:-1]]
    payloads.append(chunk([choice({"content": texts[-1]}, "stop")]))
    return [Stream(chat_blocks(payloads), (None, *texts))]


# ---- Anthropic messages, OpenAI responses ----------------------------------------------------------------


def anthropic(events: int, random: random.Random) -> list[Stream]:
    """Message events with their `event:` line, and spaces of random number before the closing brace."""

    def padded(payload: Json) -> bytes:
        return block(compact(payload)[:-1] + b" " * random.randint(0, 16) + b"}", event=payload["type"])

    usage = {
        "input_tokens": 25,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
    }
    message: Json = {
        "id": "msg_" + letters(random, 24, 24),
        "type": "message",
        "role": "assistant",
        "content": [],
    }
    message |= {
        "model": "claude-3-5-sonnet-20240620",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    texts = [token(random) for _ in range(events - 6)]
    blocks = [
        padded({"type": "message_start", "message": message}),
        padded({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        b'event: ping\ndata: {"type": "ping"}\n\n',
    ]
    for text in texts:
        delta = {"type": "text_delta", "text": text}
        blocks.append(padded({"type": "content_block_delta", "index": 0, "delta": delta}))
    last = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}}
    blocks.append(padded({"type": "content_block_stop", "index": 0}))
    blocks.append(padded(last | {"usage": {"output_tokens": events}}))
    blocks.append(padded({"type": "message_stop"}))
    return [Stream(tuple(blocks), (None, None, None, *texts, None, None, None))]


def responses(events: int, random: random.Random) -> list[Stream]:
    """Three values change in each event (delta, obfuscation, sequence_number); the last event is long."""
    item = "msg_" + letters(random, 48, 48)
    sequence = iter(range(events + 1))

    def numbered(type: str, **fields: Any) -> bytes:
        return block(compact({"type": type} | fields | {"sequence_number": next(sequence)}), event=type)

    def body(status: str, output: list[Json]) -> Json:
        head = {"id": "resp_" + item[4:], "object": "response", "created_at": 1776381833, "status": status}
        return head | {
            "error": None,
            "model": "gpt-4.1-2025-04-14",
            "output": output,
            "temperature": 1.0,
            "tools": [],
        }

    place = {"item_id": item, "output_index": 0, "content_index": 0}
    texts = [token(random) for _ in range(events - 3)]
    blocks = [numbered("response.created", response=body("in_progress", []))]
    for text in texts:
        fields = {"content_index": 0, "delta": text, "item_id": item, "logprobs": [], "output_index": 0}
        fields["obfuscation"] = letters(random, 1, 16)
        blocks.append(numbered("response.output_text.delta", **fields))
    whole = "".join(texts)
    blocks.append(numbered("response.output_text.done", **place, text=whole, logprobs=[]))
    part = {"type": "output_text", "annotations": [], "text": whole}
    output = [{"id": item, "type": "message", "status": "completed", "content": [part], "role": "assistant"}]
    blocks.append(numbered("response.completed", response=body("completed", output)))
    return [Stream(tuple(blocks), (None, *texts, None, None))]


# ---- the table -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    situation: str
    dialect: Dialect
    streams: Callable[[int, random.Random], list[Stream]]


RECIPES: dict[str, Recipe] = {
    "completion": Recipe(
        "completions of OpenAI: short tokens, obfuscation of varying length", "completion", completion
    ),
    "usage": Recipe(
        "the same with include_usage: usage null in each event, totals last",
        "completion",
        partial(completion, usage=True),
    ),
    "unpadded": Recipe("the same without obfuscation", "completion", partial(completion, padded=False)),
    "short": Recipe("streams of 18 events, a new decoder for each", "completion", short_completions),
    "crlf": Recipe("lines end with CR LF", "completion", partial(completion, newline=b"\r\n")),
    "spaced": Recipe("spaces after commas and colons", "completion", partial(completion, encode=spaced)),
    "extra": Recipe(
        "a key that the class does not declare in every event",
        "completion",
        partial(completion, provider="p"),
    ),
    "wide": Recipe(
        "every text is CJK or emoji, as UTF-8", "completion", partial(completion, write=wide_text)
    ),
    "escaped": Recipe(
        "every text is CJK or emoji, as \\u escapes",
        "completion",
        partial(completion, write=wide_text, encode=escaped),
    ),
    "n4": Recipe("four choices in random turns", "completion", completion_choices),
    "alternating": Recipe("four servers with their own key order take turns", "completion", alternating),
    "unlike": Recipe("no two events share a shape: random key order and separators", "completion", unlike),
    "logprobs": Recipe("logprobs: the tokens are keys", "completion", completion_logprobs),
    "huge": Recipe("events of 256 KiB", "completion", huge_completions),
    "chat": Recipe("chat chunks of OpenAI, with totals", "chat", chat),
    "chat-tools": Recipe("chat chunks with tool calls", "chat", chat_tools),
    "chat-logprobs": Recipe("chat chunks with logprobs", "chat", chat_logprobs),
    "chat-mistral": Recipe("chat chunks of Mistral: padding `p`", "chat", chat_mistral),
    "chat-openrouter": Recipe(
        "chat chunks of OpenRouter: comments, undeclared keys", "chat", chat_openrouter
    ),
    "chat-azure": Recipe("chat chunks of Azure: alphabetical keys, filter results", "chat", chat_azure),
    "anthropic": Recipe(
        "messages of Anthropic: event lines, padding before the brace", "anthropic", anthropic
    ),
    "responses": Recipe("responses of OpenAI: three changing values, event lines", "responses", responses),
}


def make(name: str, events: int = 1000, seed: int = 1) -> Workload:
    """The workload `name` with about `events` events (exactly, where streams have no fixed length)."""
    recipe = RECIPES[name]
    streams = recipe.streams(events, random.Random(f"{name}/{seed}"))
    return Workload(name, recipe.situation, recipe.dialect, tuple(streams))


# ---- chunkings -------------------------------------------------------------------------------------------


def sized(stream: Stream, size: int) -> list[bytes]:
    """Reads of `size` bytes that cut events anywhere, as a socket or a file gives them."""
    data = stream.data
    return [data[start : start + size] for start in range(0, len(data), size)]


def aligned(stream: Stream, size: int = 16 * 1024) -> list[bytes]:
    """Reads of at most `size` bytes that end with an event: a gift to peers that cannot cope with a cut."""
    chunks: list[bytes] = []
    room = 0
    for piece in stream.blocks:
        if len(piece) > room:
            chunks.append(b"")
            room = size
        chunks[-1] += piece
        room -= len(piece)
    return chunks


def each_event(stream: Stream) -> list[bytes]:
    return list(stream.blocks)


def whole(stream: Stream) -> list[bytes]:
    return [stream.data]


CHUNKINGS: dict[str, Callable[[Stream], list[bytes]]] = {
    "16 KiB": partial(sized, size=16 * 1024),
    "1 event": each_event,
    "1460 B": partial(sized, size=1460),
    "64 B": partial(sized, size=64),
    "whole": whole,
}


def payloads(stream: Stream) -> Iterator[Json]:
    """The JSON payloads read in the plainest way there is; the reference that everything is compared with."""
    for piece in stream.data.split(stream.newline * 2):
        for line in piece.split(stream.newline):
            if line.startswith(b"data: ") and line != DONE:
                yield json.loads(line[len(b"data: ") :])
