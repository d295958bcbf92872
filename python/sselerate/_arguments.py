"""Chunks, limits and ids as callers give them, checked. `options.rs` and `chunk.rs` of the binding do the
same."""

__all__ = ["event_id", "limit", "whole"]


def event_id(value: object) -> str:
    """The id of the event after which a stream goes on, "" for None.

    Raises:
        UnicodeEncodeError: it has lone surrogates, which no stream can have sent.
    """
    if not isinstance(value, str | None):
        raise TypeError(f"last_event_id must be a str or None, not {type(value).__name__}")
    value = value or ""
    value.encode()
    return value


def limit(name: str, value: object) -> int:
    """A number of bytes, at least 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value


def whole(data: object) -> bytes:
    """A chunk as bytes that nobody else can change."""
    if type(data) is bytes:
        return data
    try:
        return memoryview(data).tobytes()  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"expected a bytes-like chunk, got {type(data).__name__}") from None
