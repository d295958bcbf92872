"""`httpx_sse`, on sselerate's parser. In place of the import, for httpx and httpx2, sync and async:

    from sselerate.compat.httpx_sse import aconnect_sse, connect_sse, EventSource

Names, signatures, errors and events are those of httpx-sse 0.4: blocks without data are events if they have
an ``event:``, ``id:`` or ``retry:``; what follows the last blank line is dropped; the id stays.

Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event.
- Once an id has come, further blank lines and comment-only blocks are no events any more.
- ``retry:`` is set by ASCII digits only: ``+5_0`` was 50, ``-5`` was -5.
- A line that CR ends is complete at once, not only when the next byte arrives.
- The ``headers`` that a caller passes are not changed, and may be of any kind that the client takes.
- Events compare by value.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from .._backend import BlockParser
from .._headers import lower
from ..sse import Block
from ._client import NO_LIMIT, byte_chunks, header_pairs, transport_error

__all__ = ["EventSource", "SSEError", "ServerSentEvent", "aconnect_sse", "connect_sse"]

if TYPE_CHECKING:

    class SSEError(Exception):
        """The response is no event stream. An ``httpx.TransportError``, or that of httpx2."""


def __getattr__(name: str) -> Any:
    # Deriving it needs the HTTP library, which is not imported before somebody asks.
    if name == "SSEError":
        return transport_error(__name__, None)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class ServerSentEvent:
    """One event of the stream, read-only."""

    __slots__ = ("_data", "_event", "_id", "_retry")

    def __init__(
        self,
        event: str | None = None,
        data: str | None = None,
        id: str | None = None,
        retry: int | None = None,
    ) -> None:
        self._event = event or "message"
        self._data = data or ""
        self._id = id or ""
        self._retry = retry

    @property
    def event(self) -> str:
        """The event type, "message" if none was sent."""
        return self._event

    @property
    def data(self) -> str:
        """The values of the ``data:`` lines, joined with LF; "" if there were none."""
        return self._data

    @property
    def id(self) -> str:
        """The last event id of the stream at this event, "" if none was ever sent."""
        return self._id

    @property
    def retry(self) -> int | None:
        """The reconnection time in milliseconds which this very block set, or None."""
        return self._retry

    def json(self) -> Any:
        """The data, parsed.

        Raises:
            json.JSONDecodeError: it is not JSON.
        """
        return json.loads(self._data)

    def _key(self) -> tuple[Any, ...]:
        return self._event, self._data, self._id, self._retry

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ServerSentEvent) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        pieces = [f"event={self._event!r}"]
        if self._data:
            pieces.append(f"data={self._data!r}")
        if self._id:
            pieces.append(f"id={self._id!r}")
        if self._retry is not None:
            pieces.append(f"retry={self._retry!r}")
        return f"ServerSentEvent({', '.join(pieces)})"


def _event(block: Block) -> ServerSentEvent:
    return ServerSentEvent(block.event, block.data, block.id, block.retry)


class EventSource:
    """The events of a streamed response of httpx or httpx2."""

    def __init__(self, response: Any) -> None:
        self._response = response

    @property
    def response(self) -> Any:
        """The response that is read."""
        return self._response

    def _check_content_type(self) -> None:
        content_type = self._response.headers.get("content-type", "").partition(";")[0]
        if "text/event-stream" not in content_type:
            raise transport_error(__name__, self._response)(
                f"Expected response header Content-Type to contain 'text/event-stream', got {content_type!r}"
            )

    def iter_sse(self) -> Iterator[ServerSentEvent]:
        """The events, as they come.

        Raises:
            SSEError: the response is no event stream.
        """
        self._check_content_type()
        parser = BlockParser(max_event_bytes=NO_LIMIT)
        for chunk in byte_chunks(self._response):
            yield from map(_event, parser.feed(chunk))

    async def aiter_sse(self) -> AsyncGenerator[ServerSentEvent, None]:
        """The events, as they come.

        Raises:
            SSEError: the response is no event stream.
        """
        self._check_content_type()
        parser = BlockParser(max_event_bytes=NO_LIMIT)
        chunks = byte_chunks(self._response, asynchronous=True)
        try:
            async for chunk in chunks:
                for block in parser.feed(chunk):
                    yield _event(block)
        finally:
            await chunks.aclose()


@contextmanager
def connect_sse(client: Any, method: str, url: Any, **kwargs: Any) -> Iterator[EventSource]:
    """Opens an event stream with a client of httpx or httpx2; the arguments are those of its ``stream``."""
    with client.stream(method, url, headers=_headers(kwargs), **kwargs) as response:
        yield EventSource(response)


@asynccontextmanager
async def aconnect_sse(client: Any, method: str, url: Any, **kwargs: Any) -> AsyncIterator[EventSource]:
    """`connect_sse` for an asynchronous client."""
    async with client.stream(method, url, headers=_headers(kwargs), **kwargs) as response:
        yield EventSource(response)


def _headers(kwargs: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Takes the headers out of the arguments of a request; returns them with those of an event stream."""
    wanted = {"accept": "text/event-stream", "cache-control": "no-store"}
    given = header_pairs(kwargs.pop("headers", None))
    return [(name, value) for name, value in given if lower(name) not in wanted] + [
        ("Accept", wanted["accept"]),
        ("Cache-Control", wanted["cache-control"]),
    ]
