"""Plain server-sent events over connections that may break, as the standard has it.

When a stream ends or breaks, it is opened again after the time that the server asked for last (``retry:``),
with the last event id in the header ``Last-Event-ID``. The server ends it for good with status 204. A status
such as 404 and a content type other than that of an event stream end it with an error.

The waiting between failed attempts, longer each time, is that of tenacity: ``pip install
sselerate[reconnect]``.
"""

import importlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from .._backend import Parser
from ..errors import SSEError
from ..sse import ServerSentEvent
from .errors import ResponseError
from .response import AsyncResponse, Response

__all__ = ["AsyncPlainEvents", "Connections", "PlainEvents", "Reconnect"]

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What event ids may hold and values of headers may not (RFC 9110, section 5.5): some clients refuse them."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How a broken event stream is opened again.

    Raises:
        ValueError: there is no attempt, or a time is below zero.
    """

    attempts: int | None = 5
    """After how many failures in a row it is given up; None for never. A stream that has been opened ends the
    row."""

    wait: float = 3.0
    """Seconds before a stream is opened again, unless the server has asked for another time."""

    most: float = 60.0
    """Seconds that are waited at most between two attempts, whatever the server asks for."""

    statuses: tuple[int, ...] = (408, 425, 429, 500, 502, 503, 504)
    """Statuses that are worth another attempt."""

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, or None, not {self.attempts}")
        for name in ("wait", "most"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")


class _Ended(Exception):
    """The server has said that there is nothing more to come (status 204)."""


class Connections:
    """What is kept from one connection to the next.

    Args:
        reconnect: how the stream is opened again; None if it is not.
        errors: the client's errors of connections.
        last_event_id: where a stream goes on that was read before.
        max_event_bytes: limit for the pending event.
        also_accept: content types beside that of an event stream.
    """

    def __init__(
        self,
        reconnect: Reconnect | None,
        errors: tuple[type[BaseException], ...],
        last_event_id: str,
        max_event_bytes: int,
        also_accept: Collection[str],
    ) -> None:
        if not isinstance(reconnect, Reconnect | None):
            raise TypeError(f"reconnect must be a Reconnect or None, not {type(reconnect).__name__}")
        self.settings = reconnect
        self.errors = errors
        self.also_accept = also_accept
        self._last_event_id = last_event_id
        self._max_event_bytes = max_event_bytes
        self._retry: int | None = None
        self._parser = self._new_parser()
        self._events: Iterator[Any] = iter(())
        self._error: SSEError | None = None
        """What comes after those events."""

    def _new_parser(self) -> Parser:
        return Parser(last_event_id=self._last_event_id, max_event_bytes=self._max_event_bytes)

    def take(self, chunk: bytes) -> None:
        """Takes the next bytes of a connection, when `event` has none left."""
        try:
            self._events = iter(self._parser.feed(chunk))
        except SSEError as error:
            self._events, error.events = iter(error.events), []
            self._error = error

    def event(self) -> ServerSentEvent | None:
        """The next event of the bytes at hand; None if they give no more.

        Raises:
            SSEError: in the place of an event.
        """
        for event in self._events:
            return event  # type: ignore[no-any-return]
        if self._error is not None:
            error = self._error
            self._error = None
            self.take(b"")  # what is behind it
            raise error
        return None

    def take_nothing(self) -> None:
        """Drops what is at hand."""
        self._events, self._error = iter(()), None

    def headers(self) -> dict[str, str]:
        """The headers of the next request."""
        found = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        value = self._last_event_id.strip(" \t")  # which HTTP would drop, and h11 refuses
        if value and not _CONTROL.search(value):
            found["Last-Event-ID"] = value
        return found

    def lost(self) -> float:
        """Prepares for the next connection; returns the seconds to wait before it."""
        assert self.settings is not None
        self._last_event_id = self._parser.last_event_id
        self._retry = self._parser.retry if self._parser.retry is not None else self._retry
        self._parser = self._new_parser()
        return self.delay

    @property
    def delay(self) -> float:
        assert self.settings is not None
        asked = self.settings.wait if self._retry is None else self._retry / 1000
        return min(asked, self.settings.most)

    def breaks(self, error: BaseException) -> bool:
        """Whether an error is one of the connection, after which it may be opened again."""
        if isinstance(error, ResponseError):
            return self.settings is not None and error.status in self.settings.statuses
        return isinstance(error, self.errors)

    def retrying(self, kind: str) -> Any:
        """tenacity's loop over the attempts to open a connection, whose ``sleep`` waits as its clients do;
        ``kind`` is the name of its class."""
        try:
            tenacity = importlib.import_module("tenacity")
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                "reconnecting needs tenacity: pip install sselerate[reconnect]", name="tenacity"
            ) from None
        assert self.settings is not None
        limit = self.settings.attempts
        first = self.delay or 0.1
        jitter = min(1.0, first, self.settings.most)
        growing = tenacity.wait_exponential(multiplier=first, max=self.settings.most - jitter)
        return getattr(tenacity, kind)(
            retry=tenacity.retry_if_exception(self.breaks),
            wait=growing + tenacity.wait_random(0, jitter),
            stop=tenacity.stop_never if limit is None else tenacity.stop_after_attempt(limit),
            reraise=True,
        )


class PlainEvents:
    """Iterates over the server-sent events of a stream, over as many connections as it takes.

    After an error of one event the next step goes on behind it.

    Args:
        connect: makes the request with the given headers.
        connections: what is known of the stream.
    """

    def __init__(self, connect: Callable[[dict[str, str]], Response], connections: Connections) -> None:
        self._connections = connections
        self._reads = _reads(connect, connections)
        """Takes a chunk with each step. What passes through it ends it, so errors of events do not."""

    def __iter__(self) -> "PlainEvents":
        return self

    def __next__(self) -> ServerSentEvent:
        while True:
            event = self._connections.event()
            if event is not None:
                return event
            next(self._reads)

    def close(self) -> None:
        """Ends the iteration and closes the connection."""
        self._connections.take_nothing()
        self._reads.close()


class AsyncPlainEvents:
    """`PlainEvents` of an asynchronous client."""

    def __init__(
        self, connect: Callable[[dict[str, str]], Awaitable[AsyncResponse]], connections: Connections
    ) -> None:
        self._connections = connections
        self._reads = _reads_async(connect, connections)

    def __aiter__(self) -> "AsyncPlainEvents":
        return self

    async def __anext__(self) -> ServerSentEvent:
        while True:
            event = self._connections.event()
            if event is not None:
                return event
            await anext(self._reads)

    async def aclose(self) -> None:
        """As `close` of `PlainEvents`."""
        self._connections.take_nothing()
        await self._reads.aclose()


def _reads(
    connect: Callable[[dict[str, str]], Response], connections: Connections
) -> Generator[None, None, None]:
    """Reads a stream, a chunk with each step."""
    reconnect = connections.settings

    def attempt() -> Response:
        response = connect(connections.headers())
        try:
            if response.status == 204:
                raise _Ended
            response.check(True, connections.also_accept)
        except BaseException:
            response.close()
            raise
        return response

    while True:
        try:
            response = attempt() if reconnect is None else connections.retrying("Retrying")(attempt)
        except _Ended:
            return
        try:
            for chunk in response.chunks():
                connections.take(chunk)
                yield
        except connections.errors:
            if reconnect is None:
                raise
        finally:
            response.close()
        if reconnect is None:
            return
        connections.retrying("Retrying").sleep(connections.lost())


async def _reads_async(
    connect: Callable[[dict[str, str]], Awaitable[AsyncResponse]], connections: Connections
) -> AsyncGenerator[None, None]:
    """`_reads` for an asynchronous client."""
    reconnect = connections.settings

    async def attempt() -> AsyncResponse:
        response = await connect(connections.headers())
        try:
            if response.status == 204:
                raise _Ended
            await response.check(True, connections.also_accept)
        except BaseException:
            await response.aclose()
            raise
        return response

    while True:
        try:
            if reconnect is None:
                response = await attempt()
            else:
                response = await connections.retrying("AsyncRetrying")(attempt)
        except _Ended:
            return
        try:
            async for chunk in response.chunks():
                connections.take(chunk)
                yield
        except connections.errors:
            if reconnect is None:
                raise
        finally:
            await response.aclose()
        if reconnect is None:
            return
        await connections.retrying("AsyncRetrying").sleep(connections.lost())
