"""The event streams of SDKs that Speakeasy generates, on sselerate's decoder. One line patches one of them:

    from sselerate.compat import speakeasy

    speakeasy.patch("mistralai")  # or "r9s", or any other package

and its streams deliver light events: immutable objects with the attributes of the SDK's models, generated
from these. ``model_dump()`` and the like work, ``isinstance`` does not. Decoding is lenient: what the models
of an SDK forbid (r9s wants ``"object": "completion"``, which no server sends) is kept as it came, what is
missing is None. ``patch(name, models="sdk")`` delivers the SDK's own models, validated as ever, but faster.
Streams of shapes that are not known here go through the SDK's own decoder.

`stream_events`, `stream_events_async`, `EventStream` and `EventStreamAsync` can take the places of those in
an SDK's ``utils/eventstreaming.py`` one by one; they deliver what the given decoder would.

The framing is that of the SDKs: what follows the last blank line is an event too, and data that is not JSON
is text. Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event.
- Older SDKs (r9s): LF then CRLF ends an event; blocks without data are left out where the event needs data,
  instead of failing; an event that follows the sentinel in the same chunk is not delivered.
- Light events: blocks with empty data are left out, instead of failing.
- A byte that is not UTF-8 becomes U+FFFD instead of raising, an escaped lone surrogate is kept.
- ``retry:`` is set by ASCII digits only, and an empty ``event:`` is none.
- Time is linear: a loop over every byte, again and again for a large event, is not there.
"""

import contextlib
import functools
import importlib
import inspect
import json
import types
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from .._backend import BlockParser, Decoder
from ..sse import Block
from ._client import NO_LIMIT
from ._light import Light, Lighter
from ._stainless import CompatWarning, Models

__all__ = [
    "CompatWarning",
    "EventStream",
    "EventStreamAsync",
    "Light",
    "Models",
    "patch",
    "stream_events",
    "stream_events_async",
    "unpatch",
]

T = TypeVar("T")

_PLACES = ("", ".client", ".azure.client", ".gcp.client")
"""Where in a package ``utils.eventstreaming`` may be."""


def patch(package: str, models: Models = "light") -> None:
    """Makes all event streams of an SDK fast, of clients that exist already too.

    Args:
        package: its name: "mistralai", "r9s", ...
        models: "light" for light events, "sdk" for the SDK's own models.

    Raises:
        ModuleNotFoundError: there is no such package, or none with event streams.
    """
    if models not in ("light", "sdk"):
        raise ValueError(f"models must be 'light' or 'sdk', not {models!r}")
    for module in _modules(package):
        unpatch_module(module)
        for name, ours in (("stream_events", stream_events), ("stream_events_async", stream_events_async)):
            theirs = getattr(module, name)
            old = "data_required" not in inspect.signature(theirs).parameters
            replacement: Any = functools.partial(ours, _models=models, _old=old)
            replacement.__sselerate__ = theirs
            setattr(module, name, replacement)


def unpatch(package: str) -> None:
    """Makes the event streams of an SDK as they were before `patch`.

    Raises:
        ModuleNotFoundError: as `patch`.
    """
    for module in _modules(package):
        unpatch_module(module)


def unpatch_module(module: Any) -> None:
    """`unpatch` for one module ``utils.eventstreaming``."""
    for name in ("stream_events", "stream_events_async"):
        function = getattr(module, name)
        setattr(module, name, getattr(function, "__sselerate__", function))


def _modules(package: str) -> list[Any]:
    importlib.import_module(package)  # says if it is not installed
    found = []
    for place in _PLACES:
        # Parts of an SDK may need what is not installed, as mistralai's for Google does.
        with contextlib.suppress(ModuleNotFoundError):
            found.append(importlib.import_module(f"{package}{place}.utils.eventstreaming"))
    if not found:
        raise ModuleNotFoundError(f"{package} has no module utils.eventstreaming", name=package)
    return found


def stream_events(
    response: Any,
    decoder: Callable[[str], T],
    sentinel: str | None = None,
    data_required: bool = True,
    *,
    _models: Models = "sdk",
    _old: bool = False,
) -> Generator[T, None, None]:
    """The events of a response, as ``decoder`` makes them; closes the response at the end.

    Args:
        response: a streamed response of httpx or httpx2.
        decoder: makes an event of a JSON text with the keys data, id, event, retry.
        sentinel: the data that ends the stream.
        data_required: whether blocks without data are left out.
    """
    reader: _Reader[T] = _Reader(decoder, sentinel, data_required, _models, _old)
    try:
        for chunk in response.iter_bytes():
            if not reader.ended:
                yield from reader.read(chunk)
            if reader.ended and not _old:
                return
        yield from reader.finish()
    finally:
        if not _old:
            response.close()


async def stream_events_async(
    response: Any,
    decoder: Callable[[str], T],
    sentinel: str | None = None,
    data_required: bool = True,
    *,
    _models: Models = "sdk",
    _old: bool = False,
) -> AsyncGenerator[T, None]:
    """`stream_events` for an asynchronous response."""
    reader: _Reader[T] = _Reader(decoder, sentinel, data_required, _models, _old)
    try:
        async for chunk in response.aiter_bytes():
            if not reader.ended:
                for event in reader.read(chunk):
                    yield event
            if reader.ended and not _old:
                return
        for event in reader.finish():
            yield event
    finally:
        if not _old:
            await response.aclose()


class EventStream(Generic[T]):
    """An iterator over the events of a response, which can be used in a with statement."""

    def __init__(
        self,
        response: Any,
        decoder: Callable[[str], T],
        sentinel: str | None = None,
        client_ref: object | None = None,
        data_required: bool = True,
    ) -> None:
        self.response = response
        self.generator = stream_events(response, decoder, sentinel, data_required)
        self.client_ref = client_ref  # a client that is collected closes its connections
        self._closed = False

    def __iter__(self) -> "EventStream[T]":
        return self

    def __next__(self) -> T:
        if self._closed:
            raise StopIteration
        return next(self.generator)

    def __enter__(self) -> "EventStream[T]":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the response and ends the iteration."""
        self._closed = True
        self.response.close()


class EventStreamAsync(Generic[T]):
    """`EventStream` for an asynchronous response."""

    def __init__(
        self,
        response: Any,
        decoder: Callable[[str], T],
        sentinel: str | None = None,
        client_ref: object | None = None,
        data_required: bool = True,
    ) -> None:
        self.response = response
        self.generator = stream_events_async(response, decoder, sentinel, data_required)
        self.client_ref = client_ref
        self._closed = False

    def __aiter__(self) -> "EventStreamAsync[T]":
        return self

    async def __anext__(self) -> T:
        if self._closed:
            raise StopAsyncIteration
        return await self.generator.__anext__()

    async def __aenter__(self) -> "EventStreamAsync[T]":
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the response and ends the iteration."""
        self._closed = True
        await self.response.aclose()


class _Event:
    """One event of a stream, as SDKs see it. In older ones an id belongs to its own event only."""

    __slots__ = ("data", "event", "id", "retry")

    def __init__(self, block: Block, old: bool) -> None:
        self.event = block.event or None
        self.data = block.data
        self.id = None if old and not block.sets_id else block.id or None
        self.retry = block.retry

    def envelope(self) -> dict[str, Any]:
        """What the SDK validates: the keys that were there, data parsed if it is JSON."""
        found: dict[str, Any] = {}
        if self.id is not None:
            found["id"] = self.id
        if self.event is not None:
            found["event"] = self.event
        if self.data is not None:
            try:
                found["data"] = json.loads(self.data)
            except (ValueError, RecursionError):
                found["data"] = self.data
        if self.retry is not None:
            found["retry"] = self.retry
        return found


class _Reader(Generic[T]):
    """Reads one stream."""

    def __init__(
        self,
        decoder: Callable[[str], T],
        sentinel: str | None,
        data_required: bool,
        models: Models,
        old: bool,
    ) -> None:
        self.ended = False
        """Whether the sentinel has come."""
        self._decoder = decoder
        self._sentinel = sentinel
        self._old = old
        self._parser = BlockParser(max_event_bytes=NO_LIMIT)
        self._recipe = recipe = _recipe(decoder)
        self._data_required = data_required and not old
        self._typed: Decoder[Any] | None = None
        self._direct = False
        if recipe is not None:
            self._data_required = self._data_required or recipe.needs_data
            if models == "light" and recipe.target is not None:
                self._typed = Decoder(recipe.target, on_error="yield", multi=True, max_event_bytes=NO_LIMIT)
                self._direct = recipe.only_data

    def read(self, chunk: bytes) -> Any:
        """The events of a chunk: an iterable, to be read before the next one."""
        typed = self._typed
        if typed is not None and self._direct and chunk[-2:] == b"\n\n" and not self._parser.pending:
            decoded = typed.feed(chunk)
            if (
                all(isinstance(event, Light) for event in decoded)
                and not typed.done
                and self._recipe is not None
            ):
                return decoded if self._recipe.envelope is None else map(self._recipe.wrapped, decoded)
        return self._framed(self._parser.feed(chunk))

    def finish(self) -> Iterator[T]:
        """The event that the end of the stream has cut off."""
        if not self.ended:
            yield from self._framed(self._parser.close(flush=True))

    def _framed(self, blocks: list[Block]) -> Iterator[T]:
        for block in blocks:
            data = block.data
            if data is None and self._data_required:
                continue
            if self._typed is not None and data is not None and not data.strip():
                continue
            if self._sentinel and data == self._sentinel:
                self.ended = True
                return
            yield self._made(_Event(block, self._old))

    def _made(self, event: _Event) -> Any:
        recipe = self._recipe
        if recipe is not None:
            if self._typed is not None and event.data is not None:
                text = event.data.replace("\n", "\ndata: ") if "\n" in event.data else event.data
                name = b"event: error\n" if event.event == "error" else b""
                for made in self._typed.feed(name + b"data: " + text.encode() + b"\n\n"):
                    if isinstance(made, Light):
                        return recipe.wrapped(made, event)
            envelope = event.envelope()
            try:
                return recipe.validated(envelope)
            except Exception:
                return self._decoder(json.dumps(envelope))  # which raises what users expect
        return self._decoder(json.dumps(event.envelope()))


class _Recipe:
    """What a decoder of an SDK does: validate an envelope, and perhaps take the data out of it."""

    def __init__(self, model: Any, attributes: tuple[str, ...]) -> None:
        self._model = model
        self._attributes = attributes
        self._validate: Callable[[Any], Any] | None = None
        fields = model.model_fields
        known = set(fields) <= {"data", "id", "event", "retry"} and "data" in fields
        data = fields.get("data")
        self.needs_data = data is not None and data.is_required()
        self.envelope: Callable[..., Light] | None = None
        """The light class of the envelope; None where users get the data alone."""
        self.target: Any = None
        """What a typed decoder decodes the data to; None if it cannot."""
        self.only_data = True
        """Whether nothing but the data matters."""
        if known and attributes in ((), ("data",)):
            self.target = lighter().target(data.annotation)
            if not attributes:
                self.only_data = set(fields) == {"data"}
                self.envelope = lighter().shallow(model)
                if self.envelope is None:
                    self.target = None
        self._fields = [name for name in fields if name != "data"]

    def validated(self, envelope: dict[str, Any]) -> Any:
        """What the decoder returns for an envelope.

        Raises:
            Exception: whatever pydantic does; the decoder itself raises what the SDK does.
        """
        if self._validate is None:
            self._validate = _models.of(self._model)
        value = self._validate(envelope)
        for name in self._attributes:
            value = getattr(value, name)
        return value

    def wrapped(self, data: Any, event: _Event | None = None) -> Any:
        """Light data as users get it."""
        if self.envelope is None:
            return data
        if event is None or self.only_data:
            return self.envelope(data=data)
        return self.envelope(data=data, **{name: getattr(event, name) for name in self._fields})


_recipes: dict[tuple[Any, ...], _Recipe | None] = {}


def _recipe(decoder: Any) -> _Recipe | None:
    """What a decoder does; None if it is none of an SDK's own.

    SDKs write ``lambda raw: utils.unmarshal_json(raw, models.X).data`` and the like. The code of such a
    function is run once with other names to be found: an ``unmarshal_json`` that tells what it was given.
    """
    code = getattr(decoder, "__code__", None)
    if code is None or not {"unmarshal_json", "unmarshal_json_response"} & {
        *code.co_names,
        *code.co_freevars,
    }:
        return None
    used = (cell.cell_contents for cell in decoder.__closure__ or ())
    key = code, *(value for value in used if isinstance(value, type | types.ModuleType))
    if key not in _recipes:
        _recipes[key] = _found_recipe(decoder, code)
    return _recipes[key]


def _found_recipe(decoder: Any, code: types.CodeType) -> _Recipe | None:
    probe = _Probe()
    utils = types.SimpleNamespace(unmarshal_json=probe.unmarshal_json)
    names = {
        "__builtins__": {},
        "models": decoder.__globals__.get("models"),
        "utils": utils,
        "unmarshal_json": probe.unmarshal_json,
        "unmarshal_json_response": probe.unmarshal_json_response,
    }
    closure = tuple(
        types.CellType(names[name]) if name != "models" and name in names else cell
        for name, cell in zip(code.co_freevars, decoder.__closure__ or (), strict=True)
    )
    try:
        returned = types.FunctionType(code, names, closure=closure)(_Probe.RAW)
    except Exception:
        return None
    if not isinstance(returned, _Value) or not _models.is_model(probe.model):
        return None
    return _Recipe(probe.model, returned.attributes)


class _Value:
    """Stands for what was unmarshalled; remembers which attributes were taken of it."""

    def __init__(self, attributes: tuple[str, ...]) -> None:
        self.attributes = attributes

    def __getattr__(self, name: str) -> "_Value":
        return _Value((*self.attributes, name))


class _Probe:
    """Functions with the names of an SDK's that remember their arguments."""

    RAW = "{}"

    def __init__(self) -> None:
        self.model: Any = None

    def unmarshal_json(self, raw: str, model: Any) -> _Value:
        if raw is not self.RAW:
            raise ValueError
        self.model = model
        return _Value(())

    def unmarshal_json_response(self, model: Any, response: Any, raw: str) -> _Value:
        return self.unmarshal_json(raw, model)


class _Validation:
    """Makes models of the SDKs, by validating."""

    def is_model(self, annotation: Any) -> bool:
        pydantic = importlib.import_module("pydantic")
        return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)

    def of(self, annotation: Any) -> Callable[[Any], Any]:
        validate: Callable[[Any], Any] = (
            importlib.import_module("pydantic").TypeAdapter(annotation).validate_python
        )
        return validate


_models = _Validation()


@functools.cache
def lighter() -> Lighter:
    """What generates the light classes."""
    return Lighter(_models, __name__, unset="Unset")
