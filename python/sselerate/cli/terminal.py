"""Foreign text on a terminal: its control characters must not reach it."""

import re
from typing import TextIO

# Everything that moves the cursor, colours, rings, or reverses the reading direction: C0 but for tab and
# newline, DEL, C1, and the bidirectional controls.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL_AND_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """`text` with visible escapes (``\\x1b``) for control characters; tabs and line ends stay."""
    return _CONTROL.sub(_escape, text.replace("\r\n", "\n"))


def escaped_line(text: str) -> str:
    """The same for text that has to stay on one line."""
    return _CONTROL_AND_BREAKS.sub(_escape, text)


def escaped_json(text: str) -> str:
    """JSON text with control characters as ``\\u`` escapes, which leaves its value as it is."""
    return _CONTROL_AND_BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: "re.Match[str]") -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
