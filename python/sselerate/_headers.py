"""Names of HTTP headers, which clients take as str or bytes."""

__all__ = ["lower"]


def lower(name: str | bytes) -> str:
    """``name`` in the form in which names are compared."""
    return (name.decode("latin-1") if isinstance(name, bytes) else name).lower()
