"""Chunks and limits as callers give them, checked. `options.rs` and `chunk.rs` of the binding do the same."""

__all__ = ["limit", "whole"]


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
