"""`EventStream`: the typed events of an HTTP response, which is closed with them."""

from collections.abc import AsyncIterator, Collection, Iterator
from typing import Any, Generic, TypeVar

from .._backend import AsyncEventIterator, Decoder, EventIterator
from .response import AsyncResponse, Response

__all__ = ["AsyncEventStream", "EventStream", "opened", "opened_async"]

E = TypeVar("E")


class EventStream(Generic[E]):
    """Iterates over the events of a response. At the end of the stream, of a with block, or at an error of
    the connection it closes the response.

    After an `SSEError` the next step goes on behind it.

    Args:
        response: the response.
        decoder: makes the events of its body.
        stop_when_done: whether nothing more is read once the stream has said that it is complete.
    """

    def __init__(self, response: Response, decoder: Decoder[E], stop_when_done: bool) -> None:
        self._response = response
        chunks = _until_closed(response, decoder if stop_when_done else None)
        self._events = EventIterator(chunks, decoder)

    @property
    def response(self) -> Any:
        """The response of the client."""
        return self._response.given

    @property
    def decoder(self) -> Decoder[E]:
        """The decoder that makes the events."""
        return self._events.decoder

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._events.done

    def __iter__(self) -> Iterator[E]:
        # not self: a method of Python around every event would cost as much as half the decoding
        return self._events

    def __next__(self) -> E:
        return next(self._events)

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

    def __init__(self, response: AsyncResponse, decoder: Decoder[E], stop_when_done: bool) -> None:
        self._response = response
        chunks = _until_closed_async(response, decoder if stop_when_done else None)
        self._events = AsyncEventIterator(chunks, decoder)

    @property
    def response(self) -> Any:
        """The response of the client."""
        return self._response.given

    @property
    def decoder(self) -> Decoder[E]:
        """The decoder that makes the events."""
        return self._events.decoder

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._events.done

    def __aiter__(self) -> "AsyncEventStream[E]":
        return self

    async def __anext__(self) -> E:
        try:
            return await self._events.__anext__()
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


def _until_closed(response: Response, until_done: Decoder[Any] | None) -> Iterator[bytes]:
    """The chunks of a response, which is closed when they end, break off or are wanted no more, or when
    ``until_done``, the decoder that they go to, has been told that the stream is complete."""
    try:
        for chunk in response.chunks():
            yield chunk
            if until_done is not None and until_done.done:
                return
    finally:
        response.close()


async def _until_closed_async(
    response: AsyncResponse, until_done: Decoder[Any] | None
) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.chunks():
            yield chunk
            if until_done is not None and until_done.done:
                return
    finally:
        await response.aclose()


def opened(
    response: Response,
    target: Any,
    options: dict[str, Any],
    also_accept: Collection[str] = (),
    stop_when_done: bool = False,
) -> EventStream[Any]:
    """The events of a response that has been looked at; it is closed if there are none."""
    try:
        response.check(False, also_accept)
        decoder = Decoder(target, **{"content_type": response.content_type, **options})
        return EventStream(response, decoder, stop_when_done)
    except BaseException:
        response.close()
        raise


async def opened_async(
    response: AsyncResponse,
    target: Any,
    options: dict[str, Any],
    also_accept: Collection[str] = (),
    stop_when_done: bool = False,
) -> AsyncEventStream[Any]:
    """`opened` for an asynchronous client."""
    try:
        await response.check(False, also_accept)
        decoder = Decoder(target, **{"content_type": response.content_type, **options})
        return AsyncEventStream(response, decoder, stop_when_done)
    except BaseException:
        await response.aclose()
        raise
