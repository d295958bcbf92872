"""`Adapter` and `AsyncAdapter`: the functions that every module here has, made of what its client needs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    aclosing,
    asynccontextmanager,
    closing,
    contextmanager,
)
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .._backend import Decoder
from .._headers import lower
from ..events.answers import StreamEvent
from ..events.declare import Event
from ..events.error import ErrorEvent
from .reconnect import AsyncPlainEvents, Connections, PlainEvents, Reconnect
from .response import AsyncResponse, Response
from .stream import AsyncEventStream, EventStream, opened, opened_async

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..stream import Options

__all__ = ["Adapter", "AsyncAdapter"]

C = TypeVar("C", bound=Event)

Errors = tuple[type[BaseException], ...]


class Adapter:
    """The functions for a synchronous client.

    Args:
        wrap: makes a `Response` of a response of the client.
        send: makes a request: ``send(client, method, url, arguments)``.
        errors: the errors of connections that ``send`` and reading raise, for a client.
    """

    def __init__(
        self,
        wrap: Callable[[Any], Response],
        send: Callable[[Any, str, Any, dict[str, Any]], Any],
        errors: Callable[[Any], Errors],
    ) -> None:
        self._wrap = wrap
        self._send = send
        self._errors = errors

    @overload
    def events(
        self,
        response: Any,
        target: type[C],
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "EventStream[C]": ...

    @overload
    def events(
        self,
        response: Any,
        target: type[C],
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["yield"],
        **options: "Unpack[Options]",
    ) -> "EventStream[C | ErrorEvent]": ...

    @overload
    def events(
        self,
        response: Any,
        target: None = None,
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "yield", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "EventStream[StreamEvent]": ...

    @overload
    def events(
        self,
        response: Any,
        target: Any,
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "yield", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "EventStream[Any]": ...

    def events(
        self,
        response: Any,
        target: Any = None,
        *,
        also_accept: Collection[str] = (),
        stop_when_done: bool = False,
        **options: Any,
    ) -> EventStream[Any]:
        """The events of a response that is open, and is closed with them.

        Args:
            response: a response whose body has not been read.
            target: as in `sselerate.iter_events`.
            also_accept: further content types that are read as an event stream.
            stop_when_done: whether nothing more is read once the last event of the dialect has come, for
                servers that keep the connection open behind it. Otherwise only ``[DONE]`` ends the reading
                before the body does.
            options: those of `sselerate.Decoder`.

        Raises:
            ResponseError: its status is an error.
            ContentTypeError: it is neither an event stream nor JSON.
        """
        return opened(self._wrap(response), target, options, also_accept, stop_when_done)

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: type[C],
        options: "Options | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractContextManager[EventStream[C]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: type[C],
        options: "Mapping[str, Any]" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractContextManager[EventStream[C | ErrorEvent]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: None = None,
        options: "Options | Mapping[str, Any] | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractContextManager[EventStream[StreamEvent]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: Any,
        options: "Options | Mapping[str, Any] | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractContextManager[EventStream[Any]]": ...

    @contextmanager
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: Any = None,
        options: Any = None,
        also_accept: Collection[str] = (),
        stop_when_done: bool = False,
        **request: Any,
    ) -> Iterator[EventStream[Any]]:
        """Makes a request and gives its events, as `events` does; closes the response at the end of the
        block.

        Args:
            client: the client, session or pool.
            method: the HTTP method.
            url: the address.
            target: as in `sselerate.iter_events`.
            options: those of `sselerate.Decoder`.
            also_accept: as in `events`, like ``stop_when_done``.
            request: the arguments of the request.

        Raises:
            TypeError, ValueError: the target or an option is wrong; no request is made.
            ResponseError, ContentTypeError: as `events` does.
        """
        options = options or {}
        Decoder(target, **options)  # refuses what is wrong before a request is made
        response = self._wrap(self._send(client, method, url, request))
        with opened(response, target, options, also_accept, stop_when_done) as events:
            yield events

    @contextmanager
    def sse(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        reconnect: Reconnect | None = None,
        last_event_id: str = "",
        max_event_bytes: int = 67108864,
        also_accept: Collection[str] = (),
        **request: Any,
    ) -> Iterator[PlainEvents]:
        """Gives the server-sent events of an address, untyped: over one connection or, with ``reconnect``,
        many.

        Args:
            client: as in `stream`, like ``method``, ``url`` and ``request``.
            reconnect: how a stream that ends or breaks off is opened again; None if it is not.
            last_event_id: where a stream goes on that was read before.
            max_event_bytes: limit for an event.
            also_accept: further content types that are read as an event stream.

        Raises:
            ResponseError: the status is an error, and none to try again.
            ContentTypeError: it is no event stream.
            EventTooLargeError: an event outgrew the limit; the next step goes on behind it.
        """

        def connect(headers: dict[str, str]) -> Response:
            arguments = _with_headers(request, headers, str.encode)
            return self._wrap(self._send(client, method, url, arguments))

        errors = self._errors(client)
        connections = Connections(reconnect, errors, last_event_id, max_event_bytes, also_accept)
        with closing(PlainEvents(connect, connections)) as events:
            yield events


class AsyncAdapter:
    """The functions for an asynchronous client.

    Args:
        wrap: makes an `AsyncResponse` of a response of the client.
        send: makes a request: ``await send(client, method, url, arguments)``.
        errors: the errors of connections that ``send`` and reading raise, for a client.
        encode: what makes a header of text that is not ASCII.
    """

    def __init__(
        self,
        wrap: Callable[[Any], AsyncResponse],
        send: Callable[[Any, str, Any, dict[str, Any]], Awaitable[Any]],
        errors: Callable[[Any], Errors],
        encode: Callable[[str], Any] = str.encode,
    ) -> None:
        self._wrap = wrap
        self._send = send
        self._errors = errors
        self._encode = encode

    @overload
    async def events(
        self,
        response: Any,
        target: type[C],
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "AsyncEventStream[C]": ...

    @overload
    async def events(
        self,
        response: Any,
        target: type[C],
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["yield"],
        **options: "Unpack[Options]",
    ) -> "AsyncEventStream[C | ErrorEvent]": ...

    @overload
    async def events(
        self,
        response: Any,
        target: None = None,
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "yield", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "AsyncEventStream[StreamEvent]": ...

    @overload
    async def events(
        self,
        response: Any,
        target: Any,
        *,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        on_error: Literal["raise", "yield", "skip"] = ...,
        **options: "Unpack[Options]",
    ) -> "AsyncEventStream[Any]": ...

    async def events(
        self,
        response: Any,
        target: Any = None,
        *,
        also_accept: Collection[str] = (),
        stop_when_done: bool = False,
        **options: Any,
    ) -> AsyncEventStream[Any]:
        """The events of a response that is open, and is closed with them.

        Args:
            response: a response whose body has not been read.
            target: as in `sselerate.aiter_events`.
            also_accept: further content types that are read as an event stream.
            stop_when_done: as in `Adapter.events`.
            options: those of `sselerate.Decoder`.

        Raises:
            ResponseError: its status is an error.
            ContentTypeError: it is neither an event stream nor JSON.
        """
        return await opened_async(self._wrap(response), target, options, also_accept, stop_when_done)

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: type[C],
        options: "Options | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractAsyncContextManager[AsyncEventStream[C]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: type[C],
        options: "Mapping[str, Any]" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractAsyncContextManager[AsyncEventStream[C | ErrorEvent]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: None = None,
        options: "Options | Mapping[str, Any] | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractAsyncContextManager[AsyncEventStream[StreamEvent]]": ...

    @overload
    def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: Any,
        options: "Options | Mapping[str, Any] | None" = ...,
        also_accept: Collection[str] = ...,
        stop_when_done: bool = ...,
        **request: Any,
    ) -> "AbstractAsyncContextManager[AsyncEventStream[Any]]": ...

    @asynccontextmanager
    async def stream(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        target: Any = None,
        options: Any = None,
        also_accept: Collection[str] = (),
        stop_when_done: bool = False,
        **request: Any,
    ) -> AsyncIterator[AsyncEventStream[Any]]:
        """Makes a request and gives its events, as `events` does; closes the response at the end of the
        block.

        Args:
            client: the client or session.
            method: the HTTP method.
            url: the address.
            target: as in `sselerate.aiter_events`.
            options: those of `sselerate.Decoder`.
            also_accept: as in `events`, like ``stop_when_done``.
            request: the arguments of the request.

        Raises:
            TypeError, ValueError: the target or an option is wrong; no request is made.
            ResponseError, ContentTypeError: as `events` does.
        """
        options = options or {}
        Decoder(target, **options)  # refuses what is wrong before a request is made
        response = self._wrap(await self._send(client, method, url, request))
        async with await opened_async(response, target, options, also_accept, stop_when_done) as events:
            yield events

    @asynccontextmanager
    async def sse(
        self,
        client: Any,
        method: str,
        url: Any,
        *,
        reconnect: Reconnect | None = None,
        last_event_id: str = "",
        max_event_bytes: int = 67108864,
        also_accept: Collection[str] = (),
        **request: Any,
    ) -> AsyncIterator[AsyncPlainEvents]:
        """Gives the server-sent events of an address, untyped: over one connection or, with ``reconnect``,
        many.

        Args:
            client: as in `stream`, like ``method``, ``url`` and ``request``.
            reconnect: how a stream that ends or breaks off is opened again; None if it is not.
            last_event_id: where a stream goes on that was read before.
            max_event_bytes: limit for an event.
            also_accept: further content types that are read as an event stream.

        Raises:
            ResponseError: the status is an error, and none to try again.
            ContentTypeError: it is no event stream.
            EventTooLargeError: an event outgrew the limit; the next step goes on behind it.
        """

        async def connect(headers: dict[str, str]) -> AsyncResponse:
            arguments = _with_headers(request, headers, self._encode)
            return self._wrap(await self._send(client, method, url, arguments))

        errors = self._errors(client)
        connections = Connections(reconnect, errors, last_event_id, max_event_bytes, also_accept)
        async with aclosing(AsyncPlainEvents(connect, connections)) as events:
            yield events


def _with_headers(
    arguments: dict[str, Any], ours: dict[str, str], encode: Callable[[str], Any]
) -> dict[str, Any]:
    """The arguments of a request with the headers of an event stream. Those of the caller go first, but for
    the last event id, which may be any text and needs ``encode``."""
    given = arguments.get("headers") or ()
    if isinstance(given, Mapping) and not hasattr(given, "getall"):
        pairs: list[tuple[Any, Any]] = list(dict(given).items())
    else:  # a list or a multidict, where a name may come twice
        pairs = list(given.items() if isinstance(given, Mapping) else given)
    known = {lower(name) for name, _ in pairs}
    for name, value in ours.items():
        if name == "Last-Event-ID":
            pairs = [pair for pair in pairs if lower(pair[0]) != "last-event-id"]
            pairs.append((name, encode(value)))
        elif name.lower() not in known:
            pairs.append((name, value))
    single = dict(pairs)
    return {**arguments, "headers": single if len(single) == len(pairs) else pairs}
