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
import re
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal, TypeAlias

from .._backend import Decoder
from ..events.generic import GenericEvent
from ._client import NO_LIMIT
from ._construct import Constructor, members
from ._light import Light, Lighter
from ._sdk_stream import Payload, StreamDecoder

__all__ = ["CompatWarning", "Models", "Sdk"]

Models: TypeAlias = Literal["light", "sdk"]
"""What streams deliver: light events, or the SDK's own pydantic objects."""


class CompatWarning(UserWarning):
    """Something is left to the SDK because this version of sselerate does not know it."""


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
            return None, convert
        return Decoder(target, on_error="yield", multi=True, max_event_bytes=NO_LIMIT), convert

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
