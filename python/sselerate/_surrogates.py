"""Characters whose halves came apart: an escape may spell one, and servers cut texts between the two."""

import re

__all__ = ["join_halves"]

_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


def join_halves(text: str) -> str:
    """``text`` with the two halves of a surrogate pair as the character where they meet; a half that has lost
    the other one stays, as ``json.loads`` leaves it."""
    return text if text.isascii() else _PAIR.sub(_character, text)


def _character(pair: "re.Match[str]") -> str:
    return chr(0x10000 + ((ord(pair[1]) & 0x3FF) << 10) + (ord(pair[2]) & 0x3FF))
