"""openai's streams, on sselerate's decoder. Two lines for a client that is there:

    from sselerate.compat import openai as fast

    client = fast.patch(openai.OpenAI())

or `OpenAI` and `AsyncOpenAI` from here in place of openai's. Everything else is as it was: the same client,
streams, helpers and errors.

Streams of chat completions, completions, responses, images and transcriptions deliver light events: immutable
objects with the attributes of the SDK's chunks, generated from these; ``model_dump()``, ``to_dict()`` and the
like work, ``isinstance(chunk, ChatCompletionChunk)`` does not, and attributes cannot be set. ``models="sdk"``
delivers instances of the SDK's own classes, made faster. So do other streams, the few events that hold a
whole response, and the ``stream()`` helpers and `ChatCompletionStreamState`, in any case.

Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event.
- A byte that is not UTF-8 becomes U+FFFD instead of ending the stream.
- Events without data are left out; the SDK fails on them (a ``retry:`` of its own, ``event: ping``).

With versions of openai that are not known, and for clients that frame their streams themselves, nothing is
changed, and a `CompatWarning` says so.
"""

import importlib
from typing import TYPE_CHECKING, Any, TypeVar

from ._light import Light, Lighter
from ._sdk_stream import StreamDecoder
from ._stainless import CompatWarning, Models, Sdk

if TYPE_CHECKING:
    AsyncOpenAI: type[Any]
    OpenAI: type[Any]

__all__ = ["AsyncOpenAI", "CompatWarning", "Light", "Models", "OpenAI", "StreamDecoder", "patch", "unpatch"]

Client = TypeVar("Client")

_SDK = Sdk(
    "openai",
    __name__,
    tested=((1, 109), (4, 0)),
    named_events=False,
    light=(
        "types.chat:ChatCompletionChunk",
        "types:Completion",
        "types.responses:ResponseStreamEvent",
        "types:ImageGenStreamEvent",
        "types:ImageEditStreamEvent",
        "types.audio:TranscriptionStreamEvent",
    ),
)


def __getattr__(name: str) -> Any:
    # Deriving them needs openai, which is not imported before somebody asks.
    if name in ("OpenAI", "AsyncOpenAI"):
        _keep_helpers()
        return _SDK.patched(getattr(importlib.import_module("openai"), name), "light")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def patch(client: Client, models: Models = "light") -> Client:
    """Makes the streams of a client fast, and those of its copies (``with_options``); returns it.

    Args:
        client: an `OpenAI`, an `AsyncOpenAI`, or of a class derived from them, such as `AzureOpenAI`.
        models: "light" for light events, "sdk" for the SDK's own classes.

    Raises:
        TypeError: it is no such client.
    """
    _keep_helpers()
    patched: Client = _SDK.patch(client, models)
    return patched


def unpatch(client: Client) -> Client:
    """Makes a client as it was before `patch`; returns it."""
    unpatched: Client = _SDK.unpatch(client)
    return unpatched


def lighter() -> Lighter:
    """What generates the light classes."""
    return _SDK.lighter


def _keep_helpers() -> None:
    """The ``stream()`` helpers and accumulators change what they are given, and hand it on: they get the
    SDK's."""
    chat = importlib.import_module("openai.lib.streaming.chat")
    _SDK.accept(chat.ChatCompletionStreamState, "handle_chunk")
    _SDK.give_models(chat.ChatCompletionStream)
    _SDK.give_models(chat.AsyncChatCompletionStream)
    try:
        responses = importlib.import_module("openai.lib.streaming.responses._responses")
    except ImportError:  # before the helper for responses
        return
    _SDK.accept(responses.ResponseStreamState, "handle_event")
    _SDK.give_models(responses.ResponseStream)
    _SDK.give_models(responses.AsyncResponseStream)
