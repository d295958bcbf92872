"""anthropic's streams, on sselerate's decoder. Two lines for a client that is there:

    from sselerate.compat import anthropic as fast

    client = fast.patch(anthropic.Anthropic())

or `Anthropic` and `AsyncAnthropic` from here in place of anthropic's. Everything else is as it was: the same
client, streams, helpers and errors.

``messages.create(stream=True)`` delivers light events: immutable objects with the attributes of the SDK's
events, generated from these; ``model_dump()``, ``to_dict()`` and the like work,
``isinstance(event, RawContentBlockDeltaEvent)`` does not, and attributes cannot be set. ``models="sdk"``
delivers instances of the SDK's own classes, made faster. So do the events that come once in a while
(``message_start``, ``content_block_start``, ``message_delta``), and the ``messages.stream()`` helpers, in any
case.

Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event.
- A byte that is not UTF-8 becomes U+FFFD instead of ending the stream.
- A blank line ends an event whatever the line ends are, and time is linear in the size of an event.

With versions of anthropic that are not known, and for clients that frame their streams themselves (Bedrock),
nothing is changed, and a `CompatWarning` says so.
"""

import importlib
from typing import TYPE_CHECKING, Any, TypeVar

from ._light import Light, Lighter
from ._sdk_stream import StreamDecoder
from ._stainless import CompatWarning, Models, Sdk

if TYPE_CHECKING:
    Anthropic: type[Any]
    AsyncAnthropic: type[Any]

__all__ = [
    "Anthropic",
    "AsyncAnthropic",
    "CompatWarning",
    "Light",
    "Models",
    "StreamDecoder",
    "patch",
    "unpatch",
]

Client = TypeVar("Client")

_SDK = Sdk(
    "anthropic",
    __name__,
    tested=((1, 17), (3, 0)),
    named_events=True,
    light=("types:RawMessageStreamEvent", "types.beta:BetaRawMessageStreamEvent", "types:Completion"),
)

_HELPERS = {
    "lib.streaming._messages": ("MessageStream", "AsyncMessageStream"),
    "lib.streaming._beta_messages": ("BetaMessageStream", "BetaAsyncMessageStream"),
}


def __getattr__(name: str) -> Any:
    # Deriving them needs anthropic, which is not imported before somebody asks.
    if name in ("Anthropic", "AsyncAnthropic"):
        _keep_helpers()
        return _SDK.patched(getattr(importlib.import_module("anthropic"), name), "light")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def patch(client: Client, models: Models = "light") -> Client:
    """Makes the streams of a client fast, and those of its copies (``with_options``); returns it.

    Args:
        client: an `Anthropic`, an `AsyncAnthropic`, or of a class derived from them.
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
    """The ``stream()`` helpers hand events on and look at their classes, so they get the SDK's own."""
    for module, names in _HELPERS.items():
        streaming = importlib.import_module(f"anthropic.{module}")
        _SDK.accept(streaming, "accumulate_event")
        for name in names:
            _SDK.give_models(getattr(streaming, name))
