"""What `compat.openai` and `compat.anthropic` share: the hooks of the SDKs that Stainless generates.

A stream of such an SDK asks its client for a decoder (``_make_sse_decoder()``), takes events from that,
parses the data of each (``event.json()``), looks for errors in it, and hands it back to the client to be made
an object (``_process_response_data()``). A patched client gives it a `StreamDecoder`, whose events parse to a
`Payload`: a mapping that is parsed only if somebody looks into it. Its text goes straight to a `Decoder`.

That is the way of the first event, and of all that are unusual. The others do not pass through the SDK: its
`Stream.__stream__`, wrapped, lets the user have what the decoder makes of whole chunks.

Whatever that does not know (types of events, errors, JSON that is none) goes the SDK's own way from the same
text, so that it ends, or fails, as it always did.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import json
import re
import sys
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from types import FrameType
from typing import Any, Literal, TypeAlias

from .._backend import BlockParser, Decoder
from ..events.generic import GenericEvent
from ..sse import Block
from ._construct import Constructor, members
from ._light import Light, Lighter

__all__ = ["CompatWarning", "Models", "Payload", "Sdk", "StreamDecoder", "StreamEvent"]

Models: TypeAlias = Literal["light", "sdk"]
"""What streams deliver: light events, or the SDK's own pydantic objects."""

_LARGEST = 2**62
"""The SDKs have no limit for an event."""


class CompatWarning(UserWarning):
    """Something is left to the SDK because this version of sselerate does not know it."""


class StreamEvent:
    """One event as the streams of the SDKs expect it."""

    __slots__ = ("_decoder", "data", "event", "id", "retry")

    def __init__(
        self, decoder: "StreamDecoder", event: str | None, data: str, id: str | None, retry: int | None
    ) -> None:
        self._decoder = decoder
        self.event = event
        """The event type, None if none was sent."""
        self.data = data
        """The values of the ``data:`` lines, joined with LF; "" if there were none."""
        self.id = id
        """The last event id of the stream at this event, None if none was ever sent."""
        self.retry = retry
        """The reconnection time in milliseconds which this very block set, or None."""

    def json(self) -> Any:
        """The data, parsed; an object not before somebody looks into it.

        Raises:
            json.JSONDecodeError: it is not JSON; for objects later, at the first look.
        """
        data = self.data
        return Payload(data, self._decoder) if data.startswith("{") else json.loads(data)

    @property
    def raw(self) -> list[str]:
        """The lines of the event, as they would be written now; comments and unknown fields are lost."""
        lines = [f"data: {line}" for line in self.data.split("\n")] if self.data else []
        fields = {"event": self.event, "id": self.id, "retry": self.retry}
        return [f"{name}: {value}" for name, value in fields.items() if value is not None] + lines

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event}, data={self.data}, id={self.id}, retry={self.retry})"


class Payload(Mapping[str, Any]):
    """The JSON object in the data of an event, parsed at the first look."""

    __slots__ = ("_value", "decoder", "text")

    def __init__(self, text: str, decoder: "StreamDecoder") -> None:
        self.text = text
        self.decoder = decoder
        self._value: Any = None

    @property
    def value(self) -> Any:
        """The parsed JSON.

        Raises:
            json.JSONDecodeError: it is not JSON.
        """
        if self._value is None:
            self._value = json.loads(self.text)
        return self._value

    def get(self, key: str, default: Any = None) -> Any:
        """As that of a dict."""
        if key == "error" and self._value is None and '"error"' not in self.text:
            return default  # what the streams ask of every event
        return self.value.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self.value[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return repr(self.value)


class StreamDecoder:
    """The decoder of one stream: bytes to `StreamEvent` objects, and their payloads to what the user gets.

    Not before the first payload comes back is it known what the payloads are to become. From then on, chunks
    of whole events go past the SDK, straight to the typed decoder and to the user (`through`). If it finds
    anything else than such payloads in one (the end of the stream, an error, a comment), the SDK has that
    chunk after all.
    """

    def __init__(self, sdk: "Sdk", models: Models) -> None:
        self.models = models
        """What it delivers; to be changed only before the first event."""
        self._sdk = sdk
        self._named = sdk.named_events
        self._cast_to: Any = None
        self._typed: Decoder[Any] | None = None
        self._convert: Callable[[Any], Any] = _nothing
        self._parser = BlockParser(max_event_bytes=sys.maxsize)
        self._chunks: Any = ()
        """The body of the response, once the SDK reads it."""
        self._for_sdk: list[StreamEvent] = []
        """Events that the SDK has not asked for yet, last one first."""
        self._error: Exception | None = None
        """What reading the body raised; for the SDK to say how it is called."""

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[StreamEvent]:
        """The events of a stream for the SDK."""
        self._chunks = iterator = iter(iterator)
        while True:
            while self._for_sdk:
                yield self._for_sdk.pop()
            if self._error is not None:
                raise self._error
            for chunk in iterator:
                self._leave_to_sdk(chunk)
                break
            else:
                return

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[StreamEvent]:
        """The events of a stream for the SDK."""
        self._chunks = iterator = aiter(iterator)
        while True:
            while self._for_sdk:
                yield self._for_sdk.pop()
            if self._error is not None:
                raise self._error
            async for chunk in iterator:
                self._leave_to_sdk(chunk)
                break
            else:
                return

    def through(self, events: Generator[Any, None, None]) -> Iterator[Any]:
        """What the user gets of a stream whose SDK reads it through this decoder and yields ``events``."""
        try:
            for made in events:
                yield made
                typed = self._past_sdk()
                if typed is None:
                    continue
                try:
                    for chunk in self._chunks:
                        decoded = typed.feed(chunk) if chunk[-2:] == b"\n\n" else []
                        if len(decoded) == 1 and isinstance(decoded[0], Light) and not typed.done:
                            yield decoded[0]
                        elif decoded and not typed.done and all(map(self._is_for_users, decoded)):
                            yield from map(self._made, decoded)
                        else:
                            self._leave_to_sdk(chunk)
                            break
                except Exception as error:
                    self._error = error
        finally:
            events.close()

    async def athrough(self, events: AsyncGenerator[Any, None]) -> AsyncIterator[Any]:
        """`through` for an asynchronous stream."""
        # The same once more, since each further call or generator would be a tenth of what an event costs.
        try:
            async for made in events:
                yield made
                typed = self._past_sdk()
                if typed is None:
                    continue
                try:
                    async for chunk in self._chunks:
                        decoded = typed.feed(chunk) if chunk[-2:] == b"\n\n" else []
                        if len(decoded) == 1 and isinstance(decoded[0], Light) and not typed.done:
                            yield decoded[0]
                        elif decoded and not typed.done and all(map(self._is_for_users, decoded)):
                            for event in decoded:
                                yield self._made(event)
                        else:
                            self._leave_to_sdk(chunk)
                            break
                except Exception as error:
                    self._error = error
        finally:
            await events.aclose()

    def _past_sdk(self) -> "Decoder[Any] | None":
        """What decodes the chunks that follow; None if the SDK has to see them."""
        return None if self._for_sdk or self._parser.pending else self._typed

    def _leave_to_sdk(self, chunk: bytes) -> None:
        found = self._parser.feed(chunk)
        self._for_sdk = [self._event(block) for block in found if block.data or self._named]
        self._for_sdk.reverse()

    def _made(self, decoded: Any) -> Any:
        """What a decoded payload becomes."""
        return decoded if isinstance(decoded, Light) else self._convert(decoded.data)

    def _is_for_users(self, event: Any) -> bool:
        """Whether the SDK would hand a decoded payload on; it leaves out some types of events."""
        if isinstance(event, Light):
            return True
        if type(event) is not GenericEvent or type(event.data) is not dict:
            return False
        return not self._named or event.type not in (None, "ping", "error")

    def _event(self, block: Block) -> StreamEvent:
        return StreamEvent(self, block.event or None, block.data or "", block.id or None, block.retry)

    def made_of(self, payload: Payload, cast_to: Any) -> Any:
        """What a payload becomes; None if that is for the SDK to say."""
        if cast_to is not self._cast_to:
            self._cast_to = cast_to
            self._typed, self._convert = self._sdk.plan(cast_to, self.models)
        if self._typed is None:
            return None
        text = payload.text
        if "\n" in text:
            text = text.replace("\n", "\ndata: ")
        for event in self._typed.feed(b"data: " + text.encode() + b"\n\n"):
            if isinstance(event, Light) or (type(event) is GenericEvent and type(event.data) is dict):
                return self._made(event)
        return None


def _nothing(value: Any) -> None:
    return None


class Sdk:
    """One SDK: where its parts are, what versions are known, what its streams deliver.

    Args:
        name: the package.
        module: the compat module for it.
        tested: the versions from the first to before the second.
        named_events: whether its streams leave out events by their types: those without one, and pings.
        light: the types of events that become light, each as "module:name" in the package; all others become
            the SDK's own objects, whose users may look closer.
    """

    def __init__(
        self,
        name: str,
        module: str,
        *,
        tested: tuple[tuple[int, ...], tuple[int, ...]],
        named_events: bool,
        light: tuple[str, ...],
    ) -> None:
        self.name = name
        self.module = module
        self.tested = tested
        self.named_events = named_events
        self.light = light
        self._lighter: Lighter | None = None
        self._constructor: Constructor | None = None
        self._targets: dict[tuple[Any, Models], tuple[Any, Any]] = {}
        self._classes: dict[tuple[type, Models], type] = {}
        self._warned: set[str] = set()

    def warn(self, message: str) -> None:
        """Says once that something is left to the SDK."""
        if message not in self._warned:
            self._warned.add(message)
            warnings.warn(message, CompatWarning, stacklevel=_callers_level())

    @property
    def lighter(self) -> Lighter:
        """What generates the light classes of the SDK."""
        if self._lighter is None:
            self._lighter = Lighter(self.constructor, self.module)
        return self._lighter

    @property
    def constructor(self) -> Constructor:
        """What makes instances of its models."""
        if self._constructor is None:
            models = importlib.import_module(f"{self.name}._models")
            self._constructor = Constructor(models.BaseModel, models.construct_type)
        return self._constructor

    def plan(self, cast_to: Any, models: Models) -> "tuple[Decoder[Any] | None, Callable[[Any], Any]]":
        """How the payloads of a stream become objects of a type: (decoder, what then makes the object).

        Without a decoder the SDK makes them.
        """
        key = cast_to, models
        try:
            target, convert = self._targets[key]
        except (KeyError, TypeError):
            target, convert = self._planned(cast_to, models)
            with contextlib.suppress(TypeError):  # a type that is not hashable
                self._targets[key] = target, convert
        if target is None:
            return None, _nothing
        return Decoder(target, on_error="yield", multi=True, max_event_bytes=_LARGEST), convert

    def _planned(self, cast_to: Any, models: Models) -> tuple[Any, Any]:
        types = members(cast_to)
        if not all(self.constructor.is_model(cls) and not hasattr(cls, "build") for cls in types):
            return None, None
        light = models == "light" and any(cast_to == self._type(place) for place in self.light)
        target = self.lighter.target(cast_to) if light else None
        return target or GenericEvent, self.constructor.of(cast_to)

    def _type(self, place: str) -> Any:
        """The type at a place in the package; None if this version has none."""
        module, _, name = place.partition(":")
        try:
            return getattr(importlib.import_module(f"{self.name}.{module}"), name, None)
        except ImportError:
            return None

    def accept(self, owner: Any, name: str) -> None:
        """Lets a function of the SDK take light events; it gets the SDK's own objects."""
        function = getattr(owner, name)
        if hasattr(function, "__sselerate__"):
            return

        @functools.wraps(function)
        def accepting(*arguments: Any, **named: Any) -> Any:
            arguments = tuple(value.to_model() if isinstance(value, Light) else value for value in arguments)
            named = {
                key: value.to_model() if isinstance(value, Light) else value for key, value in named.items()
            }
            return function(*arguments, **named)

        accepting.__sselerate__ = function  # type: ignore[attr-defined]
        setattr(owner, name, accepting)

    def give_models(self, helper: Any) -> None:
        """Lets the streams that a helper of the SDK is made with deliver the SDK's own objects."""
        init = helper.__init__
        if hasattr(init, "__sselerate__"):
            return

        @functools.wraps(init)
        def accepting(self: Any, *arguments: Any, **named: Any) -> None:
            for value in (*arguments, *named.values()):
                decoder = getattr(value, "_decoder", None)
                if isinstance(decoder, StreamDecoder):
                    decoder.models = "sdk"
            init(self, *arguments, **named)

        accepting.__sselerate__ = init  # type: ignore[attr-defined]
        helper.__init__ = accepting

    def is_known(self) -> bool:
        """Whether its version is one that can be patched; warns if not."""
        version = importlib.metadata.version(self.name)
        number = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
        oldest, before = self.tested
        if not oldest <= number < before:
            wanted = f">={'.'.join(map(str, oldest))},<{'.'.join(map(str, before))}"
            self.warn(f"{self.name} {version} is left as it is: sselerate has been tested with {wanted}")
            return False
        return True

    @property
    def _base(self) -> Any:
        """What all its clients derive from."""
        return importlib.import_module(f"{self.name}._base_client").BaseClient

    def has_usual_streams(self, cls: type) -> bool:
        """Whether a class of its clients leaves the streams to the SDK; warns if not."""
        for hook in ("_make_sse_decoder", "_process_response_data"):
            if getattr(cls, hook, None) is not getattr(self._base, hook, ()):
                self.warn(f"{cls.__module__}.{cls.__qualname__} is left as it is: it has its own {hook}")
                return False
        return True

    def patched(self, cls: type, models: Models) -> type:
        """The subclass of a client class whose streams deliver ``models``."""
        if models not in ("light", "sdk"):
            raise ValueError(f"models must be 'light' or 'sdk', not {models!r}")
        cls = getattr(cls, "__sselerate__", cls)
        if not (self.is_known() and self.has_usual_streams(cls)):
            return cls
        key = cls, models
        if key not in self._classes:
            streaming = importlib.import_module(f"{self.name}._streaming")
            self._lead_through(streaming.Stream, "__iter__", "through")
            self._lead_through(streaming.AsyncStream, "__aiter__", "athrough")
            self._classes[key] = self._subclass(cls, models)
        return self._classes[key]

    def _lead_through(self, stream: Any, iterate: str, through: str) -> None:
        """Lets the streams of the SDK that are read by a `StreamDecoder` take its short cut."""
        stream_events = stream.__stream__
        iter_events = getattr(stream, iterate)
        if hasattr(stream_events, "__sselerate__"):
            return

        @functools.wraps(stream_events)
        def __stream__(self: Any) -> Any:
            events = stream_events(self)
            decoder = getattr(self, "_decoder", None)
            return getattr(decoder, through)(events) if isinstance(decoder, StreamDecoder) else events

        @functools.wraps(iter_events)
        def __iter__(self: Any) -> Any:
            ours = isinstance(getattr(self, "_decoder", None), StreamDecoder)
            # The SDK hands every event on once more, for an observer if there is one.
            if ours and getattr(self, "_observer", None) is None:
                return self._iterator
            return iter_events(self)

        __stream__.__sselerate__ = stream_events  # type: ignore[attr-defined]
        stream.__stream__ = __stream__
        setattr(stream, iterate, __iter__)

    def _subclass(self, cls: Any, models: Models) -> type:
        sdk = self

        def _make_sse_decoder(self: Any) -> Any:
            return StreamDecoder(sdk, models)

        def _process_response_data(self: Any, *, data: Any, cast_to: Any, response: Any) -> Any:
            if type(data) is Payload:
                made = None if self._strict_response_validation else data.decoder.made_of(data, cast_to)
                if made is not None:
                    return made
                data = data.value
            elif type(data) is dict and type(data.get("data")) is Payload:
                data = {**data, "data": data["data"].value}
            return cls._process_response_data(self, data=data, cast_to=cast_to, response=response)

        namespace = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            "__sselerate__": cls,
            "_make_sse_decoder": _make_sse_decoder,
            "_process_response_data": _process_response_data,
        }
        return type(cls.__name__, (cls,), namespace)

    def patch(self, client: Any, models: Models) -> Any:
        """Makes a client deliver ``models``, in its copies too; returns it.

        Raises:
            TypeError: it is none.
        """
        if self.is_known():
            self._refuse_others(client)
            client.__class__ = self.patched(type(client), models)
        return client

    def _refuse_others(self, given: Any) -> None:
        if isinstance(given, self._base):
            return
        kind = f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__
        message = f"expected a client of {self.name}, got {kind}"
        if isinstance(getattr(given, "root_client", None), self._base):  # LangChain's models
            message += "; its root_client is one, and its root_async_client"
        raise TypeError(message)

    def unpatch(self, client: Any) -> Any:
        """Makes a client as it was; returns it."""
        theirs = getattr(type(client), "__sselerate__", None)
        if theirs is not None:
            client.__class__ = theirs
        return client


def _callers_level() -> int:
    """The ``stacklevel`` of a warning by which it points at the line outside of this package."""
    level = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("sselerate", "importlib", "_frozen_importlib"):
            break
        level += package == "sselerate"  # of the others warnings takes no notice
        frame = frame.f_back
    return level + 1
