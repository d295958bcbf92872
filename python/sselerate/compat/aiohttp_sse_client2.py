"""aiohttp-sse-client2's `EventSource`, on sselerate's parser. In place of the import:

    from sselerate.compat.aiohttp_sse_client2 import client as sse_client

    async with sse_client.EventSource("https://stream.example/") as source:
        async for event in source:
            ...

Names, signatures, events, states, callbacks, waits and errors are those of aiohttp-sse-client2 0.3, which are
also those of the older aiohttp-sse-client: all spaces after a colon and all LF at the end of the data go, the
type of an event without ``event:`` is None, an id stays, a stream that ends is opened again after twice the
reconnection time, one that breaks off raises aiohttp's error.

Different, since nobody can want it otherwise:

- Events of any size: a line of more than 128 KiB raised ValueError.
- A leading byte order mark no longer costs the first event, and CR alone ends a line.
- A byte that is not UTF-8 becomes U+FFFD instead of raising.
- An id with NUL and a ``retry:`` of anything but digits are ignored, as the standard says.
- What a connection cut off is not put before the first event of the next one.
- The ``headers`` that a caller passes are not changed.
- A response of another content type is closed.
"""

import asyncio
import importlib
import logging
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from .._backend import BlockParser
from ..sse import Block
from ._client import NO_LIMIT

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["READY_STATE_CLOSED", "READY_STATE_CONNECTING", "READY_STATE_OPEN", "EventSource", "MessageEvent"]

READY_STATE_CONNECTING = 0
READY_STATE_OPEN = 1
READY_STATE_CLOSED = 2

DEFAULT_RECONNECTION_TIME = timedelta(seconds=5)
DEFAULT_MAX_CONNECT_RETRY = 5
DEFAULT_MAX_READ_RETRY = 10

CONTENT_TYPE_EVENT_STREAM = "text/event-stream"
LAST_EVENT_ID_HEADER = "Last-Event-Id"

client = sys.modules[__name__]
"""This module, by the name that it has in the package."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """One event."""

    type: str | None
    """What the ``event:`` line says; None without one."""
    message: str
    """The same; "" without one."""
    data: str
    """The values of the ``data:`` lines, joined with LF."""
    origin: str
    """Scheme, host and port of the server."""
    last_event_id: str
    """The id that was sent last, with this event or before."""


class EventSource:
    """The events of an address, as an asynchronous context manager and iterator.

    Args:
        url: the address.
        option: ``{"method": ...}``, if it is not GET.
        reconnection_time: half of what is waited before a stream is opened again.
        max_connect_retry: how often a first connection that fails is tried again.
        session: the session to use; without one it makes, and closes, its own.
        on_open: called when a connection is made.
        on_message: called with each event.
        on_error: called when a connection is lost or cannot be made.
        kwargs: arguments of the session's ``request``.
    """

    def __init__(
        self,
        url: Any,
        option: dict[str, Any] | None = None,
        reconnection_time: timedelta = DEFAULT_RECONNECTION_TIME,
        max_connect_retry: int = DEFAULT_MAX_CONNECT_RETRY,
        session: Any = None,
        on_open: Callable[[], Any] | None = None,
        on_message: Callable[[MessageEvent], Any] | None = None,
        on_error: Callable[[], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._url = importlib.import_module("yarl").URL(url)
        self._method = "GET" if option is None else option.get("method", "GET")
        self._kwargs = kwargs
        self._owns_session = session is None
        self._session = importlib.import_module("aiohttp").ClientSession() if session is None else session
        self._on_open = on_open
        self._on_message = on_message
        self._on_error = on_error
        self._max_connect_retry = max_connect_retry
        self._first_reconnection_time = reconnection_time
        self._reconnection_time = reconnection_time
        self._ready_state = READY_STATE_CONNECTING
        self._last_event_id = ""
        self._origin = ""
        self._response: Any = None
        self._parser = BlockParser(max_event_bytes=NO_LIMIT)
        self._ready: deque[MessageEvent] = deque()

    @property
    def url(self) -> Any:
        """The address."""
        return self._url

    @property
    def ready_state(self) -> int:
        """One of the READY_STATE constants."""
        return self._ready_state

    def __enter__(self) -> NoReturn:
        raise TypeError("Use async with instead")

    def __exit__(self, *exception: object) -> None: ...

    async def __aenter__(self) -> "Self":
        await self.connect(self._max_connect_retry)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()
        if self._owns_session:
            await self._session.close()

    def __aiter__(self) -> "EventSource":
        return self

    async def __anext__(self) -> MessageEvent:
        if not self._response:
            raise ValueError("the event source is not connected")
        while not self._ready:
            chunk = await self._response.content.readany()
            if chunk:
                for block in self._parser.feed(chunk):
                    self._take(block)
            else:
                await self._wait()
                await self.connect()
        event = self._ready.popleft()
        if self._on_message:
            self._on_message(event)
        return event

    async def connect(self, retry: int = 0) -> None:
        """Opens the stream.

        Args:
            retry: how often a connection that cannot be made is tried again.

        Raises:
            ConnectionRefusedError: status 305, 401 or 407.
            ConnectionAbortedError: another status below 400 than 200, or no event stream.
            ConnectionError: another status. Other failures raise aiohttp's ClientConnectionError.
        """
        aiohttp = importlib.import_module("aiohttp")
        while True:
            arguments = {**self._kwargs, "headers": self._headers()}
            try:
                response = await self._session.request(self._method, self._url, **arguments)
                break
            except aiohttp.ClientConnectionError:
                if retry <= 0 or self._ready_state == READY_STATE_CLOSED:
                    self._failed()
                    raise
                retry -= 1
                await self._wait()
        if response.status != 200:
            body = await response.read()
            self._failed()
            raise self._refusal(response.status, body)
        if response.content_type != CONTENT_TYPE_EVENT_STREAM:
            response.close()
            self._failed()
            given = response.headers.get("Content-Type")
            raise ConnectionAbortedError(f"fetch {self._url} failed with wrong Content-Type: {given}")
        if self._ready_state != READY_STATE_CLOSED:
            self._ready_state = READY_STATE_OPEN
            if self._on_open:
                self._on_open()
        self._reconnection_time = self._first_reconnection_time
        self._parser = BlockParser(max_event_bytes=NO_LIMIT, last_event_id=self._last_event_id)
        self._response = response
        self._origin = str(response.real_url.origin())

    async def close(self) -> None:
        """Closes the stream."""
        self._ready_state = READY_STATE_CLOSED
        response, self._response = self._response, None
        if response is not None:
            response.close()

    def _headers(self) -> Any:
        headers = importlib.import_module("multidict").CIMultiDict(self._kwargs.get("headers") or ())
        headers["Accept"] = CONTENT_TYPE_EVENT_STREAM
        headers["Cache-Control"] = "no-cache"
        if self._last_event_id:
            headers[LAST_EVENT_ID_HEADER] = self._last_event_id
        return headers

    async def _wait(self) -> None:
        """Reports a lost connection, and waits until it is time for the next."""
        self._ready_state = READY_STATE_CONNECTING
        if self._on_error:
            self._on_error()
        self._reconnection_time *= 2
        seconds = self._reconnection_time.total_seconds()
        _log.debug("wait %s seconds for retry", seconds)
        await asyncio.sleep(seconds)

    def _failed(self) -> None:
        """Reports that there will be no connection."""
        if self._ready_state != READY_STATE_CLOSED:
            self._ready_state = READY_STATE_CLOSED
            if self._on_error:
                self._on_error()

    def _refusal(self, status: int, body: bytes) -> ConnectionError:
        if status >= 400 or status == 305:
            kind = ConnectionRefusedError if status in (305, 401, 407) else ConnectionError
            return kind(f"fetch {self._url} failed: {status}: {body!r}", body)
        message = f"fetch {self._url} failed with wrong response status: {status}: {body!r}"
        return ConnectionAbortedError(message, body)

    def _take(self, block: Block) -> None:
        """Takes a block: its event, if it has data, is ready then."""
        if block.retry is not None:
            self._reconnection_time = timedelta(milliseconds=block.retry)
        self._last_event_id = id = block.id.lstrip(" ")
        data = block.data
        if data is None:
            return
        if data.startswith(" ") or "\n" in data:
            data = "\n".join(line.lstrip(" ") for line in data.split("\n")).rstrip("\n")
        event = block.event.lstrip(" ")
        self._ready.append(MessageEvent(event or None, event, data, self._origin, id))
