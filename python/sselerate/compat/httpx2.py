"""httpx2's `EventSource`, on sselerate's parser. For the whole program, whoever makes the sources:
``client.sse()``, other people's code, the transports of the MCP SDK:

    import sselerate.compat.httpx2

    sselerate.compat.httpx2.patch()

Or for a response of your own, `EventSource` in place of the import. It is a class of httpx2's, its events are
``httpx2.ServerSentEvent``, its errors ``httpx2.SSEError``; the limit of 1 MiB for an event stays.

As in httpx2 2.16, blocks without data are events if they have an ``event:``, ``id:`` or ``retry:``; what
follows the last blank line is dropped; the id stays.

Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event.
- ``retry:`` is set by ASCII digits only: ``+5_0`` was 50, ``-5`` was -5.
- A line that CR ends is complete at once, not only when the next byte arrives.
- The limit counts what is kept of an event: not lines of unknown fields. No line may be longer, not even a
  comment, however the chunks are cut.
"""

import importlib
import inspect
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from .._backend import BlockParser
from ..errors import EventTooLargeError
from ..sse import Block
from ._client import NO_LIMIT, byte_chunks
from ._stainless import CompatWarning

__all__ = ["EventSource", "patch", "unpatch"]

if TYPE_CHECKING:

    class EventSource:
        """The events of a streamed response. A subclass of ``httpx2.EventSource``."""

        def __init__(self, response: Any, max_event_size: int | None = 1024 * 1024) -> None: ...

        @property
        def response(self) -> Any:
            """The response that is read."""

        def __iter__(self) -> Iterator[Any]: ...

        def __aiter__(self) -> AsyncIterator[Any]: ...


_METHODS = ("__iter__", "__aiter__")
_originals: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    # Deriving it needs httpx2, which is not imported before somebody asks.
    if name == "EventSource":
        return _subclass()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def patch() -> None:
    """Makes every ``httpx2.EventSource`` read with sselerate's parser, until `unpatch`.

    A version of httpx2 whose class is built otherwise is left as it is, with a `CompatWarning`.
    """
    source = importlib.import_module("httpx2").EventSource
    if _originals:
        return
    if not _is_known(source):
        version = importlib.import_module("httpx2").__version__
        warnings.warn(
            f"httpx2 {version} is left as it is: sselerate does not know its EventSource",
            CompatWarning,
            stacklevel=2,
        )
        return
    for name, method in zip(_METHODS, (_events, _async_events), strict=True):
        _originals[name] = vars(source)[name]
        setattr(source, name, method)


def unpatch() -> None:
    """Gives httpx2 its own methods back."""
    for name, method in _originals.items():
        setattr(importlib.import_module("httpx2").EventSource, name, method)
    _originals.clear()


@cache
def _subclass() -> type[Any]:
    source = importlib.import_module("httpx2").EventSource
    members = {"__module__": __name__, "__doc__": source.__doc__, "__qualname__": "EventSource"}
    return type("EventSource", (source,), {**members, "__iter__": _events, "__aiter__": _async_events})


def _is_known(source: type[Any]) -> bool:
    """Whether a class has what the methods below use."""
    names = vars(source)
    parameters = list(inspect.signature(source).parameters)
    return {*_METHODS, "_check_content_type"} <= names.keys() and parameters == ["response", "max_event_size"]


def _events(self: Any) -> Iterator[Any]:
    request = self._response.request
    parser, make = _opened(self, request)
    for chunk in byte_chunks(self._response):
        try:
            blocks = parser.feed(chunk)
        except EventTooLargeError as error:
            yield from map(make, error.events)
            raise _too_large(self, request) from None
        yield from map(make, blocks)


async def _async_events(self: Any) -> AsyncGenerator[Any, None]:
    request = self._response.request
    parser, make = _opened(self, request)
    async for chunk in byte_chunks(self._response, asynchronous=True):
        try:
            blocks = parser.feed(chunk)
        except EventTooLargeError as error:
            for block in error.events:
                yield make(block)
            raise _too_large(self, request) from None
        for block in blocks:
            yield make(block)


def _opened(source: Any, request: Any) -> tuple[BlockParser, Callable[[Block], Any]]:
    """What reads a source, whose content type is looked at first, and what makes its events."""
    httpx2 = importlib.import_module("httpx2")
    try:
        source._check_content_type()
    except httpx2.SSEError as error:
        error.request = request
        raise
    size = source._max_event_size
    limit = NO_LIMIT if size is None else max(int(size), 1)  # httpx2 takes any number
    return BlockParser(max_event_bytes=limit), _maker(httpx2.ServerSentEvent)


def _too_large(source: Any, request: Any) -> Exception:
    message = f"Server-sent event exceeded the {source._max_event_size} byte limit."
    error: Exception = importlib.import_module("httpx2").SSEError(message)
    error.request = request  # type: ignore[attr-defined]
    return error


@cache
def _maker(cls: type[Any]) -> Callable[[Block], Any]:
    """What makes an event of a block."""
    if not cls.__dictoffset__:
        return lambda block: cls(block.event or "message", block.data or "", block.id, block.retry)
    new = object.__new__

    def make(block: Block) -> Any:
        # the constructor of a frozen dataclass takes as long as all the rest
        made = new(cls)
        event, data = block.event or "message", block.data or ""
        vars(made).update(event=event, data=data, id=block.id, retry=block.retry)
        return made

    return make
