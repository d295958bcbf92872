"""Events of a Writer completion stream (``POST /v1/completions``).

Field meanings follow the Writer API reference. (Its chat streams are those of `chat`.) The one key is too
common a word to recognise the dialect by, so the class must be named as the target.
"""

from .answers import StreamEvent, string
from .declare import event

__all__ = ["WriterCompletionEvent"]


@event
class WriterCompletionEvent(StreamEvent):
    """One event."""

    __dialect__ = "writer-completions"

    value: str
    """Text to append."""

    @property
    def text(self) -> str:
        """The text to append."""
        return string(self.value)
