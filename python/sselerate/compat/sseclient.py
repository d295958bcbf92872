"""sseclient-py's `SSEClient`, on sselerate's parser. In place of the import:

    import sselerate.compat.sseclient as sseclient

    for event in sseclient.SSEClient(response).events():
        ...

Names, signatures and events are those of sseclient-py 1.9: an id belongs to its own event only, ``retry`` is
text, and what follows the last blank line is an event too.

Different, since nobody can want it otherwise:

- A leading byte order mark no longer costs the first event (in UTF-8; in another ``char_enc`` it is text).
- A byte that is not UTF-8 (or ``char_enc``) becomes U+FFFD instead of raising.
- A blank line ends an event whatever the line ends are: LF then CRLF made one event of two.
- An id with NUL and a ``retry:`` of anything but digits are ignored, as the standard says; ``007`` is "7".
- Time is linear: a large event in small chunks was copied again with every line.
- Nothing is written to the log.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Any

from .._backend import BlockParser
from ..sse import Block
from ._client import NO_LIMIT

__all__ = ["SSEClient"]


class Event:
    """One event. Its attributes may be changed."""

    __slots__ = ("data", "event", "id", "retry")

    def __init__(
        self,
        id: str | None = None,
        event: str = "message",
        data: str = "",
        retry: str | None = None,
    ) -> None:
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry

    def __str__(self) -> str:
        said = f"{self.event} event"
        if self.id:
            said += f" #{self.id}"
        if self.data:
            said += f", {len(self.data)} bytes"
        else:
            said += ", no data"
        if self.retry:
            said += f", retry in {self.retry}ms"
        return said


def _events(blocks: Iterable[Block]) -> Iterator[Event]:
    for block in blocks:
        if block.data is not None:
            id = block.id if block.sets_id else None
            retry = None if block.retry is None else str(block.retry)
            yield Event(id, block.event or "message", block.data, retry)


class SSEClient:
    """Reads the events of a response that has been opened.

    Args:
        event_source: an iterable of bytes, such as a response of requests or urllib3; if it has a ``close``
            method, `close` calls it.
        char_enc: the encoding of the text.
    """

    def __init__(self, event_source: Any, char_enc: str = "utf-8") -> None:
        self._event_source = event_source
        self._char_enc = char_enc

    def events(self) -> Iterator[Event]:
        """The events, as they come."""
        parser = BlockParser(max_event_bytes=NO_LIMIT)
        text = codecs.getincrementaldecoder(self._char_enc)("replace")
        is_utf8 = codecs.lookup(self._char_enc).name == "utf-8"
        for chunk in self._event_source:
            # UTF-7 can spell lone surrogates: bytes that are no UTF-8
            utf8 = chunk if is_utf8 else text.decode(chunk).encode("utf-8", "surrogatepass")
            yield from _events(parser.feed(utf8))
        yield from _events(parser.feed(text.decode(b"", final=True).encode("utf-8", "surrogatepass")))
        yield from _events(parser.close(flush=True))

    def close(self) -> None:
        """Closes the source."""
        self._event_source.close()
