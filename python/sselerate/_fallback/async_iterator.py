"""`AsyncEventIterator`: chunks from any asynchronous iterator -> typed events, one at a time."""

from collections.abc import AsyncIterable, Coroutine
from typing import Any, Generic, NoReturn, TypeVar, final

from .._coroutines import aclose, entered
from .decoder import Decoder

__all__ = ["AsyncEventIterator"]

E = TypeVar("E")


@final
class AsyncEventIterator(Generic[E]):
    """Asynchronous iterator over the events of a stream. It awaits the source only when it has no event left.

    After an error, of the stream or of the source, the next step goes on behind it.
    """

    __slots__ = ("_busy", "_chunks", "_decoder", "_source_ended")

    def __init__(self, chunks: AsyncIterable[Any], decoder: Decoder[E]) -> None:
        if not isinstance(decoder, Decoder):
            raise TypeError(f"decoder must be a Decoder, not {type(decoder).__name__}")
        # What `async for` was given as an iterator need not be iterable again.
        self._chunks: Any = chunks if hasattr(chunks, "__anext__") else aiter(chunks)
        self._decoder = decoder
        self._busy = False
        """Someone awaits the source."""
        self._source_ended = False
        """It is not asked again, but it can still be closed: what follows ``[DONE]`` was not asked for."""

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'AsyncEventIterator' is not an acceptable base type")

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'AsyncEventIterator' object")

    def __aenter__(self) -> "Coroutine[Any, Any, AsyncEventIterator[E]]":
        return entered(self)

    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]:
        return self.aclose()

    @property
    def decoder(self) -> Decoder[E]:
        """The decoder that makes the events, to be asked for its dialect, its counts and where the stream
        is."""
        return self._decoder

    @property
    def done(self) -> bool:
        """Whether the stream has said that it is complete."""
        return self._decoder.done

    def __aiter__(self) -> "AsyncEventIterator[E]":
        return self

    async def __anext__(self) -> E:
        while True:
            event = self._decoder._at_hand()
            if event is not None:
                return event
            self._refuse_second_user()
            if not await self._pull():
                raise StopAsyncIteration

    async def _pull(self) -> bool:
        """Gives the decoder the next chunk, or the end; returns whether there was anything to give."""
        chunks, decoder = self._chunks, self._decoder
        if chunks is None or self._source_ended:
            return False
        if not decoder.ended:
            self._busy = True
            try:
                decoder._take(await chunks.__anext__())
                return True
            except StopAsyncIteration:
                pass
            finally:
                self._busy = False
        self._source_ended = True
        decoder._finish()
        return True

    def _refuse_second_user(self) -> None:
        if self._busy:
            raise RuntimeError("AsyncEventIterator is in use by another task or call")

    async def aclose(self) -> None:
        """Ends the iteration; an iterator of chunks that has an ``aclose`` method, such as a generator, is
        closed. What a stream is read from stays open: who opened it closes it."""
        self._refuse_second_user()
        chunks, self._chunks = self._chunks, None
        self._decoder._abandon()
        await aclose(chunks)
