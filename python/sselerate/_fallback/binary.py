"""Framing of the binary event stream of AWS, for the typed decoder: in place of `TypedFramer`."""

from collections.abc import Iterator

from ..eventstream import EventStreamMessage, Frames, payload_of
from .framing import EVENT, TOO_LARGE, Frame

__all__ = ["DAMAGED", "TRUNCATED", "BinaryFramer"]

DAMAGED = "damaged"
"""A frame that cannot be read; the data says why."""
TRUNCATED = "truncated"
"""A frame in which the stream ended."""


class BinaryFramer:
    """Splits one binary event stream into frames, with the interface of `Framer`. There are no ids, no
    comments and nothing to be retried."""

    last_event_id = ""
    retry: int | None = None
    comment_count = 0

    def __init__(self, max_event_bytes: int) -> None:
        self.max_event_bytes = max_event_bytes
        self.frames: Iterator[Frame | None] = self._run()
        """What the bytes give, in order; None wherever more are needed. It never ends."""
        self._frames = Frames(max_event_bytes)
        self._finished = False

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the stream, for `frames`."""
        self._frames.feed(chunk)

    def finish(self, commit: bool) -> None:
        """Takes the end of the stream."""
        self._finished = True

    def _run(self) -> Iterator[Frame | None]:
        while True:
            for offset, found in self._frames:
                if isinstance(found, EventStreamMessage):
                    event, data = payload_of(found)
                    yield EVENT, data, event, None, None, offset
                elif found is None:
                    yield TOO_LARGE, b"", b"", None, None, offset
                else:
                    yield DAMAGED, found.encode(), b"", None, None, offset
            if self._finished and self._frames.pending:
                self._finished = False
                yield TRUNCATED, b"", b"", None, None, self._frames.offset
            yield None
