"""Which framing a stream needs, by its first bytes."""

from ..eventstream import is_event_stream
from .array import array_begin

__all__ = ["has_other_framing"]


def has_other_framing(head: bytes) -> bool | None:
    """Whether a stream that begins with ``head`` is a binary event stream or one JSON array, and not lines.

    None: more bytes are needed. The compiled core asks this of streams whose first byte leaves it open,
    and hands those of other framings to the decoder here: they are rare, and small.
    """
    binary = is_event_stream(head)
    if binary is None or binary:
        return binary
    begin = array_begin(head)
    return None if begin is None else begin > 0
