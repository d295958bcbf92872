"""From HTTP clients to events: one module per client, each named after it.

    from sselerate.adapters import httpx as adapter

    with adapter.stream(client, "POST", url, target=ChatCompletionChunk, json=request) as events:
        for event in events:
            ...

Every module has ``stream`` (opens a request, gives typed events), ``events`` (the same for a response that is
open) and ``sse`` (plain server-sent events, which can reconnect); for asynchronous clients with an ``a`` in
front. They look at the status and the content type, hand the body over as it arrives, decompressed, and close
the response. Importing one imports nothing of its client.

`ResponseError`, `ContentTypeError` and `Reconnect` are what they share.
"""

from .errors import ContentTypeError, ResponseError
from .reconnect import Reconnect

__all__ = ["ContentTypeError", "Reconnect", "ResponseError"]
