"""The errors of responses that are no streams."""

import json
from typing import Any

from ..errors import ServerError, SSEError, cut

__all__ = ["ContentTypeError", "ResponseError"]


class ResponseError(ServerError):
    """The server answered with an error status. ``error``, ``payload`` and ``data`` hold what
    the body says."""

    status: int
    """The HTTP status."""

    body: bytes
    """The body of the response."""

    def __init__(
        self, message: str, *, status: int = 0, body: bytes = b"", error: Any = None, payload: Any = None
    ) -> None:
        super().__init__(message, error=error, data=cut(body.decode("utf-8", "replace")), payload=payload)
        self.status = status
        self.body = body

    @classmethod
    def of(cls, status: int, body: bytes) -> "ResponseError":
        """The error of a response. Its value is the key "error" of a JSON body, the whole JSON, or the
        text."""
        error: Any
        text = body.decode("utf-8", "replace")
        try:
            error = payload = json.loads(text)
        except (ValueError, RecursionError):  # the latter of what is nested too deep
            error, payload = text, None
        if isinstance(error, dict):
            error = error.get("error", error)
        said = error.get("message") if isinstance(error, dict) else error
        summary = said if isinstance(said, str) and said else text
        message = f"HTTP status {status}: {cut(summary)}" if summary else f"HTTP status {status}"
        return cls(message, status=status, body=body, error=error, payload=payload)


class ContentTypeError(SSEError):
    """The response is no stream of events, by its content type."""

    content_type: str
    """The content type of the response, "" if it has none."""

    body: bytes
    """The beginning of the body, if it was read."""

    def __init__(self, message: str, *, content_type: str = "", body: bytes = b"") -> None:
        super().__init__(message)
        self.content_type = content_type
        self.body = body
