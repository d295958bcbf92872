"""The programs: each reads one stream with an SDK, as its user would write it.

A program is the same in every way it is timed: only the patch is put on or taken off before. The streams are
those of `benches.workloads`, of 1,000 events, so that a millisecond a stream is a microsecond an event.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from benches import workloads
from benches.workloads import Stream

EVENTS = 1000
ENDS = 3
KINDS = ("stock", "light", "sdk")
"""Without a patch, with ``models="light"``, with ``models="sdk"``."""
MESSAGES = [{"role": "user", "content": "hi"}]


@dataclass(frozen=True)
class Program:
    """One program and the stream it is given."""

    name: str
    label: str
    packages: tuple[str, ...]
    """What has to be installed."""
    stream: Stream
    connect: Callable[[str, Any], Any]
    """Makes the client, of a base URL and the client of httpx or httpx2 to use."""
    patch: Callable[[Any, str], object]
    """Puts a client into one of the `KINDS`."""
    events: Callable[[Any], Any]
    """Asks for the stream: its events."""
    text: Callable[[Any], str | None]
    """What the program reads of an event."""
    http: str = "httpx2"
    asynchronous: bool = False

    @property
    def cut(self) -> Program:
        """The same with the events that begin and end the stream only: what a request costs."""
        blocks = self.stream.blocks[:ENDS] + self.stream.blocks[-ENDS:]
        return replace(self, stream=replace(self.stream, blocks=blocks, texts=()))

    def read(self, client: Any, each: Callable[[Any], Any]) -> list[Any]:
        """One stream read to its end: what ``each`` gives of every event."""
        if self.asynchronous:
            return asyncio.run(self._aread(client, each))
        return [each(event) for event in self.events(client)]

    async def _aread(self, client: Any, each: Callable[[Any], Any]) -> list[Any]:
        return [each(event) async for event in await self.events(client)]


# ---- responses in memory ---------------------------------------------------------------------------------


def in_memory(program: Program) -> Any:
    """A client of httpx that is given the stream, an event a read, whatever it asks for."""
    http = importlib.import_module(program.http)
    headers = {"content-type": "text/event-stream"}
    chunks = workloads.each_event(program.stream)

    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    def answer(request: Any) -> Any:
        content = body() if program.asynchronous else iter(chunks)
        return http.Response(200, headers=headers, content=content)

    return http_client(program, transport=http.MockTransport(answer))


def http_client(program: Program, **options: Any) -> Any:
    http = importlib.import_module(program.http)
    make = http.AsyncClient if program.asynchronous else http.Client
    return make(**options)


class BytesResponse:
    """What the event streams of Speakeasy's SDKs need of a response."""

    headers = {"content-type": "text/event-stream"}  # noqa: RUF012

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks

    def iter_bytes(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None: ...


# ---- the SDKs --------------------------------------------------------------------------------------------


def stream_of(name: str) -> Stream:
    (stream,) = workloads.make(name, EVENTS).streams
    return stream


def patch_client(compat: str) -> Callable[[Any, str], object]:
    def patch(client: Any, kind: str) -> object:
        module = importlib.import_module(f"sselerate.compat.{compat}")
        return module.unpatch(client) if kind == "stock" else module.patch(client, kind)

    return patch


def patch_package(name: str) -> Callable[[Any, str], object]:
    def patch(client: Any, kind: str) -> object:
        from sselerate.compat import speakeasy

        return speakeasy.unpatch(name) if kind == "stock" else speakeasy.patch(name, kind)  # type: ignore[arg-type]

    return patch


def openai(url: str, http: Any) -> Any:
    from openai import OpenAI

    return OpenAI(api_key="k", base_url=url, http_client=http)


def async_openai(url: str, http: Any) -> Any:
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key="k", base_url=url, http_client=http)


def anthropic(url: str, http: Any) -> Any:
    from anthropic import Anthropic

    return Anthropic(api_key="k", base_url=url, http_client=http)


def mistralai(url: str, http: Any) -> Any:
    from mistralai.client import Mistral

    return Mistral(api_key="k", server_url=url, client=http)


def r9s(url: str, http: Any) -> Any:
    from r9s import R9S

    return R9S(api_key="k", server_url=url, client=http)


def langchain(url: str, http: Any) -> Any:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(api_key="k", model="m", base_url=url, http_client=http, stream_usage=False)  # type: ignore[arg-type]


def patch_langchain(model: Any, kind: str) -> object:
    return patch_client("openai")(model.root_client, kind)


def chat_text(chunk: Any) -> str | None:
    text: str | None = chunk.choices[0].delta.content if chunk.choices else None
    return text


def responses_text(event: Any) -> str | None:
    return event.delta if event.type == "response.output_text.delta" else None


def message_text(event: Any) -> str | None:
    return event.delta.text if event.type == "content_block_delta" else None


def as_r9s_wants(stream: Stream) -> Stream:
    """r9s accepts no ``object`` but "completion", which no server sends."""
    blocks = tuple(block.replace(b'"text_completion"', b'"completion"') for block in stream.blocks)
    return replace(stream, blocks=blocks)


def r9s_framing(url: str, http: Any) -> Any:
    from r9s import models, utils
    from r9s.utils import eventstreaming

    def events(chunks: list[bytes]) -> Any:
        def decoder(raw: str) -> Any:
            return utils.unmarshal_json(raw, models.CreateCompletionResponseBody).data

        return eventstreaming.stream_events(BytesResponse(chunks), decoder, "[DONE]")  # type: ignore[arg-type]

    return events


def mistralai_framing(url: str, http: Any) -> Any:
    from mistralai.client import models
    from mistralai.client.utils import eventstreaming
    from mistralai.client.utils.unmarshal_json_response import unmarshal_json_response

    def events(chunks: list[bytes]) -> Any:
        response: Any = BytesResponse(chunks)

        def decoder(raw: str) -> Any:
            return unmarshal_json_response(models.CompletionEvent, response, raw)

        return eventstreaming.stream_events(response, decoder, "[DONE]")

    return events


def _framed(chunks: list[bytes], events: Any) -> Any:
    return events(chunks)


CHAT = Program(
    "openai-chat",
    "openai `chat.completions.create(stream=True)`",
    ("openai", "httpx2"),
    stream_of("chat"),
    openai,
    patch_client("openai"),
    lambda client: client.chat.completions.create(model="m", messages=MESSAGES, stream=True),
    chat_text,
)
MISTRAL = Program(
    "mistralai",
    "mistralai `chat.stream`",
    ("mistralai", "httpx2"),
    stream_of("chat-mistral"),
    mistralai,
    patch_package("mistralai"),
    lambda client: client.chat.stream(model="m", messages=MESSAGES),
    lambda event: chat_text(event.data),
)
R9S = Program(
    "r9s",
    "r9s `completions.create(stream=True)`",
    ("r9s", "httpx"),
    as_r9s_wants(stream_of("completion")),
    r9s,
    patch_package("r9s"),
    lambda client: client.completions.create(model="m", prompt="hi", stream=True),
    lambda event: event.choices[0].text,
    http="httpx",
)
PROGRAMS = (
    CHAT,
    replace(
        CHAT,
        name="openai-async",
        label="the same with `AsyncOpenAI`",
        connect=async_openai,
        asynchronous=True,
    ),
    Program(
        "openai-responses",
        "openai `responses.create(stream=True)`",
        ("openai", "httpx2"),
        stream_of("responses"),
        openai,
        patch_client("openai"),
        lambda client: client.responses.create(model="m", input="hi", stream=True),
        responses_text,
    ),
    Program(
        "anthropic",
        "anthropic `messages.create(stream=True)`",
        ("anthropic", "httpx2"),
        stream_of("anthropic"),
        anthropic,
        patch_client("anthropic"),
        lambda client: client.messages.create(model="m", max_tokens=9, messages=MESSAGES, stream=True),
        message_text,
    ),
    MISTRAL,
    R9S,
    replace(
        CHAT,
        name="langchain-openai",
        label="langchain-openai `ChatOpenAI.stream`",
        packages=("langchain_openai", "openai", "httpx2"),
        connect=langchain,
        patch=patch_langchain,
        events=lambda model: model.stream("hi"),
        text=lambda chunk: chunk.content,
    ),
)
FRAMING = tuple(
    replace(
        program,
        name=f"{program.name}-framing",
        label=f"{program.packages[0]} `stream_events` alone",
        connect=connect,
        events=partial(_framed, workloads.each_event(program.stream)),
    )
    for program, connect in ((MISTRAL, mistralai_framing), (R9S, r9s_framing))
)
"""Framing and decoding without a client: what the SDK does once the bytes are there."""


def comparable(event: Any) -> Any:
    """An event as plain values, for comparing what the `KINDS` deliver."""
    if hasattr(event, "response_metadata"):  # a chunk of LangChain: each run has an id of its own
        return event.model_dump(exclude={"id"})
    return json.loads(event.model_dump_json(by_alias=True))
