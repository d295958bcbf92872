"""The recipe for LangChain: the openai clients in a `ChatOpenAI` are patched; it delivers what it did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.compat import streams

langchain_openai = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
openai = pytest.importorskip("openai", reason="openai is not installed")
http = pytest.importorskip("httpx2", reason="httpx2 is not installed")

from sselerate.compat import openai as fast  # noqa: E402
from sselerate.compat._light import Light  # noqa: E402
from tests.compat.test_openai import async_handler, handler  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("backend"),
    # LangChain's own, of pydantic about its messages
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning"),
]

SOURCES = {
    "text": (streams.sse(streams.CHAT, done=True), {}),
    "tools": (streams.sse(streams.TOOLS, done=True), {}),
    "responses": (streams.sse(streams.RESPONSES, named=True), {"use_responses_api": True}),
}


def model_for(name: str) -> Any:
    chunks, options = SOURCES[name]
    return langchain_openai.ChatOpenAI(
        api_key="k",
        model="m",
        http_client=http.Client(transport=handler(chunks)),
        http_async_client=http.AsyncClient(transport=async_handler(chunks)),
        **options,
    )


def patched(name: str, models: fast.Models) -> Any:
    model = model_for(name)
    fast.patch(model.root_client, models)
    fast.patch(model.root_async_client, models)
    return model


def plain(chunks: list[Any]) -> list[Any]:
    """Chunks as plain values, but for the ids that LangChain gives each run."""
    return [{**chunk.model_dump(), "id": str(chunk.id).startswith("lc_run")} for chunk in chunks]


async def collected(model: Any) -> list[Any]:
    return [chunk async for chunk in model.astream("hi")]


@pytest.mark.parametrize("models", ["light", "sdk"])
@pytest.mark.parametrize("name", SOURCES)
def test_the_same_chunks(name: str, models: fast.Models) -> None:
    theirs = plain(list(model_for(name).stream("hi")))
    assert len(theirs) > 5
    assert plain(list(patched(name, models).stream("hi"))) == theirs
    assert plain(asyncio.run(collected(patched(name, models)))) == theirs


def test_chunks_are_light_and_dumped_without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Light, "to_model", None)
    assert "".join(chunk.content for chunk in patched("tools", "light").stream("hi")) == ""


def test_clients_of_ours() -> None:
    chunks, _ = SOURCES["text"]
    client = fast.OpenAI(api_key="k", http_client=http.Client(transport=handler(chunks)))
    model = langchain_openai.ChatOpenAI(
        api_key="k", model="m", client=client.chat.completions, root_client=client
    )
    assert plain(list(model.stream("hi"))) == plain(list(model_for("text").stream("hi")))


def test_the_model_itself_is_no_client() -> None:
    with pytest.raises(TypeError, match=r"got ChatOpenAI; its root_client is one"):
        fast.patch(model_for("text"))


def test_structured_output() -> None:
    choice = {"index": 0, "delta": {"content": '{"city":"Rome"}'}, "finish_reason": None}
    answer = [streams.CHAT[0], {**streams.CHAT[1], "choices": [choice]}, streams.CHAT[-2]]
    schema = {"title": "Place", "type": "object", "properties": {"city": {"type": "string"}}}
    found = []
    for patch in (False, True):
        chunks = streams.sse(answer, done=True)
        model = langchain_openai.ChatOpenAI(
            api_key="k", model="m", http_client=http.Client(transport=handler(chunks))
        )
        if patch:
            fast.patch(model.root_client)
        found.append(list(model.with_structured_output(schema).stream("hi")))
    assert found[0] == found[1]
    assert found[0][-1] == {"city": "Rome"}
