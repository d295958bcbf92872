"""urllib3.

    with adapter.stream(urllib3.PoolManager(), "POST", url, target=ChatCompletionChunk, json=request) as
    events:
        for event in events:
            ...

    with adapter.sse(pool, "GET", url, reconnect=Reconnect()) as events: ...

The arguments of a request are those of ``pool.request``; unless they say otherwise, urllib3 retries nothing
and redirects as usual.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .adapter import Adapter
from .response import Response

__all__ = ["MOST", "arriving", "events", "raised_as", "sse", "stream"]

MOST = 65536
"""Bytes that are asked for at once; what has arrived is given."""


def arriving(response: Any) -> Iterator[bytes]:
    """The body of a response of urllib3 as it arrives, decompressed."""
    if getattr(response, "chunked", False) and response.supports_chunked_reads():
        yield from response.stream(MOST, decode_content=True)
        return
    # stream() and read() wait for all the bytes they are asked for; read1 takes what is there
    while True:
        chunk = response.read1(MOST, decode_content=True)
        if chunk:
            yield chunk
        elif response.closed or response._fp is None or response._fp.isclosed():
            return


@contextmanager
def raised_as(ours: Any, theirs: Any) -> Iterator[None]:
    """Raises the errors of urllib3, in the body of a response, as requests and niquests do: ``theirs`` and
    ``ours`` are the modules of both."""
    try:
        yield
    except theirs.ProtocolError as error:
        raise ours.ChunkedEncodingError(error) from error
    except theirs.DecodeError as error:
        raise ours.ContentDecodingError(error) from error
    except theirs.ReadTimeoutError as error:
        raise ours.ConnectionError(error) from error


class _Response(Response):
    def __init__(self, given: Any) -> None:
        super().__init__(given, given.status, given.headers.get("content-type"))

    def raw_chunks(self) -> Iterator[bytes]:
        # The body that it keeps if it has been read already, as without ``preload_content=False``.
        read = getattr(self.given, "_body", None)
        return arriving(self.given) if read is None else iter((read,))

    def close(self) -> None:
        self.given.close()
        self.given.release_conn()


def _send(client: Any, method: str, url: Any, arguments: dict[str, Any]) -> Any:
    urllib3 = importlib.import_module("urllib3")
    retries = urllib3.Retry(connect=0, read=0, status=0, other=0)
    if isinstance(arguments.get("headers"), list):  # of which urllib3 knows nothing
        arguments = {**arguments, "headers": urllib3.HTTPHeaderDict(arguments["headers"])}
    return client.request(method, url, **{"retries": retries, **arguments, "preload_content": False})


def _errors(client: Any) -> tuple[type[BaseException], ...]:
    return importlib.import_module("urllib3.exceptions").HTTPError, OSError


_adapter = Adapter(_Response, _send, _errors)

events, stream, sse = _adapter.events, _adapter.stream, _adapter.sse
