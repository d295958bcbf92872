"""The coroutines of `AsyncEventIterator` in both backends: a class written in Rust cannot declare its own."""

from typing import TypeVar

__all__ = ["aclose", "entered"]

T = TypeVar("T")


async def entered(iterator: T) -> T:
    """What a ``with`` block is given."""
    return iterator


async def aclose(chunks: object) -> None:
    """Closes a source that can be closed."""
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
