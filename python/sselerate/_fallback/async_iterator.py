"""`AsyncEventIterator`: chunks from any asynchronous iterator -> typed events, one at a time."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, NoReturn, TypeVar

from ..errors import SSEError
from .decoder import Decoder

__all__ = ["AsyncEventIterator"]

E = TypeVar("E")


class AsyncEventIterator(Generic[E]):
    """Asynchronous iterator over the events of a stream. It awaits the source only when it has no event left.

    After an error, of the stream or of the source, the next step goes on behind it.
    """

    __slots__ = ("_busy", "_chunks", "_decoder", "_error", "_kept", "_ready")

    def __init__(self, chunks: AsyncIterator[Any], decoder: Decoder[E]) -> None:
        self._chunks: AsyncIterator[Any] | None = chunks
        self._decoder = decoder
        self._ready: Iterator[E] = iter(())
        self._error: SSEError | None = None
        self._kept = False
        """The decoder has raised, and so may have kept a part of the chunk."""
        self._busy = False

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'AsyncEventIterator' object")

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._decoder.done

    def __aiter__(self) -> "AsyncEventIterator[E]":
        return self

    async def __anext__(self) -> E:
        for event in self._ready:
            return event
        if self._busy:
            raise RuntimeError("AsyncEventIterator is in use by another task or call")
        self._busy = True
        try:
            return await self._pull()
        finally:
            self._busy = False

    async def _pull(self) -> E:
        decoder = self._decoder
        while True:
            for event in self._ready:
                return event
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if self._kept:
                self._decode(None if decoder.closed else b"")
            elif self._chunks is None:
                raise StopAsyncIteration
            elif decoder.ended:
                self._chunks = None
            else:
                try:
                    chunk = await self._chunks.__anext__()
                except StopAsyncIteration:
                    self._chunks = chunk = None
                else:
                    if chunk is None:
                        raise TypeError("expected a bytes-like chunk, got NoneType")
                self._decode(chunk)

    def _decode(self, chunk: Any) -> None:
        """Feeds ``chunk`` to the decoder, or closes it if that is None."""
        try:
            events = self._decoder.close() if chunk is None else self._decoder.feed(chunk)
            self._kept = False
        except SSEError as error:
            events, error.events = error.events, []
            self._error = error
            self._kept = True
        self._ready = iter(events)

    async def aclose(self) -> None:
        """Ends the iteration; a source that has an ``aclose`` method, such as a generator, is closed."""
        if self._busy:
            raise RuntimeError("AsyncEventIterator is in use by another task or call")
        chunks, self._chunks = self._chunks, None
        self._ready = iter(())
        self._error = None
        self._kept = False
        await aclose(chunks)


async def aclose(chunks: object) -> None:
    """Closes a source that can be closed. Both backends call it."""
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
