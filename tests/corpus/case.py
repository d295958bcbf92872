"""One case of the corpus, and short names for the parts of an expectation.

The functions only build the dictionaries that README.md of this folder describes; they know no rule of
the format that is tested, except the wording of the error messages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`name` becomes the file name, `source` says which rule or which server the case comes from."""

    name: str
    source: str
    body: bytes
    parser: Item
    typed: list[Item] = field(default_factory=list)

    def expectation(self) -> bytes:
        document: Item = {"source": self.source, "parser": self.parser}
        if self.typed:
            document["typed"] = self.typed
        return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False).encode() + b"\n"


# Parser


def sse(data: str, event: str = "message", id: str = "", retry: int | None = None) -> Item:
    return {"event": event, "data": data, "id": id, "retry": retry}


def comment(text: str) -> Item:
    return {"comment": text}


def parsed(
    *events: Item,
    last_event_id: str = "",
    retry: int | None = None,
    pending: int = 0,
    comments: int = 0,
    unknown_fields: int = 0,
    flush: list[Item] | None = None,
    options: Item | None = None,
) -> Item:
    expectation: Item = {"options": options} if options else {}
    expectation["events"] = list(events)
    expectation |= {"last_event_id": last_event_id, "retry": retry, "pending": pending}
    expectation |= {"comments": comments, "unknown_fields": unknown_fields}
    if flush:
        expectation["flush_events"] = flush
    return expectation


# Decoder


def run(target: str, *outcomes: Item, done: bool = False, options: Item | None = None, **after: Any) -> Item:
    return {"target": target, "options": options or {}, "outcomes": list(outcomes), "done": done} | after


def got(wire: Any, class_name: str | None = None, **attributes: Any) -> Item:
    """An event. `wire` is its to_dict(), or JSON text (str) for what strict JSON cannot hold.

    In the names of attributes two underscores stand for the dot of a path: choices__0__text.
    """
    outcome: Item = {"event_json": wire} if isinstance(wire, str) else {"event": wire}
    return outcome | _about(class_name, attributes)


def seen(class_name: str, **attributes: Any) -> Item:
    """An event of which only the class and some attributes are checked."""
    return _about(class_name, attributes)


def _about(class_name: str | None, attributes: Item) -> Item:
    about: Item = {"class": class_name} if class_name else {}
    if attributes:
        about["attributes"] = {path.replace("__", "."): value for path, value in attributes.items()}
    return about


# Errors, of either


def failure(kind: str, index: int, offset: int, message: str | None = None, **about: Any) -> Item:
    outcome: Item = {"error": kind, "offset": offset, "event_index": index}
    if message is not None:
        outcome["message"] = message
    return outcome | about


def bad_json(position: int, cause: str, index: int = 0, offset: int = 0) -> Item:
    message = f"invalid JSON at byte {position} of event {index} (stream offset {offset}): {cause}"
    return failure("DecodeError", index, offset, message)


def bad_utf8(index: int = 0, offset: int = 0) -> Item:
    return failure("DecodeError", index, offset, f"invalid UTF-8 in event {index} (stream offset {offset})")


def missing(path: str, index: int = 0, offset: int = 0) -> Item:
    message = f"{path}: missing in event {index} (stream offset {offset})"
    return failure("DecodeError", index, offset, message, path=path)


def truncated(cause: str, index: int = 0, offset: int = 0) -> Item:
    message = f"stream ended inside event {index} (stream offset {offset}): {cause}"
    return failure("TruncatedStreamError", index, offset, message)


def too_large(limit: int, index: int = 0, offset: int = 0) -> Item:
    message = f"event {index} at stream offset {offset} is larger than max_event_bytes={limit}"
    return failure("EventTooLargeError", index, offset, message, limit=limit)


def server_error(summary: str, value: Any, index: int = 0, offset: int = 0) -> Item:
    message = f"server error in event {index} (stream offset {offset}): {summary}"
    return failure("ServerError", index, offset, message, value=value)
