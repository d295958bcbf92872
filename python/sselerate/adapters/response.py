"""What the adapters know of a response, whichever client it came from.

Each adapter derives from `Response` or `AsyncResponse`; what is to be done with a response is written once,
for these, in `stream` and `reconnect`.
"""

import codecs
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import suppress
from typing import Any

from ..errors import DecodeError
from ..eventstream import CONTENT_TYPE as BINARY
from .errors import ContentTypeError, ResponseError

__all__ = ["AsyncResponse", "Head", "Response"]

_UTF_8 = {"utf-8", "ascii"}  # who says ASCII and sends more meant UTF-8
_MOST_OF_AN_ERROR = 1 << 20
"""Bytes that are read of the body of an error."""


class Head:
    """Status and headers of a response."""

    def __init__(self, given: Any, status: int, content_type: str | None) -> None:
        self.given = given
        """The response of the client."""
        self.status = status
        """The HTTP status."""
        self.content_type = content_type or ""
        """The header, "" if there is none."""

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset, if it is one that is not UTF-8."""
        for parameter in self.content_type.split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                name = value.strip().strip("\"'")
                try:
                    b" ".decode(name, "ignore")  # refuses what is no encoding of text, such as "zlib"
                    found = codecs.lookup(name).name
                except (LookupError, ValueError):
                    return None
                return None if found in _UTF_8 else found
        return None

    def is_accepted(self, events_only: bool, also_accept: Collection[str]) -> bool:
        """Whether it has a content type that is wanted. A typed decoder may find events in an event stream of
        either kind, in JSON, or if nothing is said."""
        kind = self.media_type
        also = (also_accept,) if isinstance(also_accept, str) else also_accept  # each letter would be one
        if kind == "text/event-stream" or kind in {name.lower() for name in also}:
            return True
        return not events_only and (kind in ("", BINARY) or "json" in kind)

    def refused(self, body: bytes) -> ContentTypeError:
        """The error for another content type."""
        message = f"expected content type text/event-stream, got {self.content_type or 'none'!r}"
        return ContentTypeError(message, content_type=self.content_type, body=body)


class Response(Head, ABC):
    """A response that is read synchronously."""

    @abstractmethod
    def raw_chunks(self) -> Iterator[bytes]:
        """The body as it arrives, content decoding done."""

    @abstractmethod
    def close(self) -> None:
        """Gives the connection back, or closes it if the body has not been read."""

    def chunks(self) -> Iterator[bytes]:
        """`raw_chunks`, in UTF-8 whatever the charset."""
        charset = self.charset
        if charset is None:
            return self.raw_chunks()
        return map(_in_utf_8(charset), self.raw_chunks())

    def check(self, events_only: bool, also_accept: Collection[str]) -> None:
        """Refuses a response that is no stream.

        Raises:
            ResponseError: its status is none of success.
            ContentTypeError: it is something else than an event stream, and not of ``also_accept``; with
                ``events_only`` also if it is JSON, or says nothing.
        """
        if not 200 <= self.status < 300:
            raise ResponseError.of(self.status, self._error_body())
        if not self.is_accepted(events_only, also_accept):
            raise self.refused(next(iter(self.raw_chunks()), b""))

    def _error_body(self) -> bytes:
        body = bytearray()
        with suppress(Exception):  # a body that breaks off says less than the status
            for chunk in self.raw_chunks():
                body += chunk
                if len(body) >= _MOST_OF_AN_ERROR:
                    break
        return bytes(body)


class AsyncResponse(Head, ABC):
    """A response that is read asynchronously."""

    @abstractmethod
    def raw_chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, content decoding done."""

    @abstractmethod
    async def aclose(self) -> None:
        """Gives the connection back, or closes it if the body has not been read."""

    def chunks(self) -> AsyncIterator[bytes]:
        """`raw_chunks`, in UTF-8 whatever the charset."""
        charset = self.charset
        return self.raw_chunks() if charset is None else self._encoded(charset)

    async def _encoded(self, charset: str) -> AsyncIterator[bytes]:
        encoded = _in_utf_8(charset)
        async for chunk in self.raw_chunks():
            yield encoded(chunk)

    async def check(self, events_only: bool, also_accept: Collection[str]) -> None:
        """As that of `Response`."""
        if not 200 <= self.status < 300:
            raise ResponseError.of(self.status, await self._error_body())
        if not self.is_accepted(events_only, also_accept):
            async for chunk in self.raw_chunks():
                raise self.refused(chunk)
            raise self.refused(b"")

    async def _error_body(self) -> bytes:
        body = bytearray()
        with suppress(Exception):  # a body that breaks off says less than the status
            async for chunk in self.raw_chunks():
                body += chunk
                if len(body) >= _MOST_OF_AN_ERROR:
                    break
        return bytes(body)


def _in_utf_8(charset: str) -> Callable[[bytes], bytes]:
    """What makes UTF-8 of the chunks of a body in another charset; raises DecodeError where it cannot."""
    decode = codecs.getincrementaldecoder(charset)("replace").decode

    def encoded(chunk: bytes) -> bytes:
        try:
            # UTF-7 can spell lone surrogates: bytes that are no UTF-8, which decoders know how to take
            return decode(chunk).encode("utf-8", "surrogatepass")
        except UnicodeError as error:  # not all codecs can replace what they do not know
            raise DecodeError(f"charset {charset}: {error}") from error

    return encoded
