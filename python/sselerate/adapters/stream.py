"""`EventStream`: the typed events of an HTTP response, which is closed with them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, TypeVar

from .. import _backend
from ..stream import bind
from .response import AsyncResponse, Response

__all__ = ["AsyncEventStream", "EventStream", "opened", "opened_async"]

E = TypeVar("E")

_streams = bind(_backend)


class EventStream(Generic[E]):
    """Iterates over the events of a response. At the end of the stream, of a with block, or at an error of
    the connection it closes the response.

    After an `SSEError` the next step goes on behind it.
    """

    def __init__(self, response: Response, target: Any, options: dict[str, Any]) -> None:
        self._response = response
        self._events = _streams.iter_events(_until_closed(response), target, **options)

    @property
    def response(self) -> Any:
        """The response of the client."""
        return self._response.given

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._events.done

    def __iter__(self) -> Iterator[E]:
        # not self: a method of Python around every event would cost as much as half the decoding
        return self._events

    def __next__(self) -> E:
        event: E = next(self._events)
        return event

    def close(self) -> None:
        """Ends the iteration and closes the response."""
        self._events.close()
        self._response.close()

    def __enter__(self) -> "EventStream[E]":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncEventStream(Generic[E]):
    """`EventStream` for an asynchronous client."""

    def __init__(self, response: AsyncResponse, target: Any, options: dict[str, Any]) -> None:
        self._response = response
        self._events = _streams.aiter_events(_until_closed_async(response), target, **options)

    @property
    def response(self) -> Any:
        """The response of the client."""
        return self._response.given

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._events.done

    def __aiter__(self) -> "AsyncEventStream[E]":
        return self

    async def __anext__(self) -> E:
        try:
            event: E = await self._events.__anext__()
            return event
        except StopAsyncIteration:  # perhaps before the end of the body, which nobody reads then
            await self._response.aclose()
            raise

    async def aclose(self) -> None:
        """Ends the iteration and closes the response."""
        try:
            await self._events.aclose()
        finally:
            await self._response.aclose()

    async def __aenter__(self) -> "AsyncEventStream[E]":
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()


def _until_closed(response: Response) -> Iterator[bytes]:
    """The chunks of a response, which is closed when they end, break off or are wanted no more."""
    try:
        yield from response.chunks()
    finally:
        response.close()


async def _until_closed_async(response: AsyncResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.chunks():
            yield chunk
    finally:
        await response.aclose()


def opened(response: Response, target: Any, options: dict[str, Any]) -> EventStream[Any]:
    """The events of a response that has been looked at; it is closed if there are none."""
    try:
        response.check(events_only=False)
        return EventStream(response, target, {"content_type": response.content_type, **options})
    except BaseException:
        response.close()
        raise


async def opened_async(
    response: AsyncResponse, target: Any, options: dict[str, Any]
) -> AsyncEventStream[Any]:
    """`opened` for an asynchronous client."""
    try:
        await response.check(events_only=False)
        return AsyncEventStream(response, target, {"content_type": response.content_type, **options})
    except BaseException:
        await response.aclose()
        raise
