"""Bodies of event streams on which the clients agree or are known to differ; their names say why."""

from __future__ import annotations

CHUNK = b'data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "one event": b"data: hello\n\n",
    "chunks of a chat": CHUNK * 3 + b"data: [DONE]\n\n",
    "event types": b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n",
    "explicit message": b"event: message\ndata: 1\n\nevent:\ndata: 2\n\n",
    "crlf": b"event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n",
    "cr": b"data: 1\r\rdata: 2\r\r",
    "data lines": b"data: a\ndata:\ndata:  b\ndata\n\n",
    "empty data": b"data:\n\ndata\n\ndata: x\n\n",
    "no space": b"data:a\n\nevent:b\ndata:c\n\n",
    "comments": b": one\n\ndata: a\n: two\n\n:\n\ndata: b\n\n",
    "ids": b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n",
    "retry with data": b"retry: 500\ndata: a\n\ndata: b\n\n",
    "unknown fields": b"foo: bar\ndata: a\nbaz\n\nfoo: bar\n\n",
    "text": "data: €豆腐 \u2028 \x85 \x0b\n\n".encode(),
    "colons": b"data: a:b: c\n\ndata::\n\n",
    "not the last blank line": b"data: a\n\ndata: b\n",
}
"""On these the targets and WHATWG agree, but for the defaults and what follows the last blank line."""

DATA_LESS: dict[str, bytes] = {
    "retry only": b"retry: 10000\n\ndata: a\n\n",
    "event only": b"event: ping\n\ndata: a\n\n",
    "id only": b"id: 7\n\ndata: a\n\n",
    "id and retry only, crlf": b"id: 7\r\nretry: 500\r\n\r\ndata: a\r\n\r\n",
}
"""Blocks without data, which the standard drops."""


def chopped(body: bytes) -> list[tuple[str, list[bytes]]]:
    """The ways in which a body may arrive: (what it is called, the chunks)."""
    blocks = [block + b"\n\n" for block in body.split(b"\n\n")]
    blocks[-1] = blocks[-1][:-2]
    return [
        ("whole", [body] if body else []),
        ("bytes", [body[i : i + 1] for i in range(len(body))]),
        ("threes", [body[i : i + 3] for i in range(0, len(body), 3)]),
        ("blocks", [block for block in blocks if block]),
        ("with nothing between", [piece for i in range(0, len(body), 5) for piece in (b"", body[i : i + 5])]),
    ]
