"""Which backend is in use: the compiled core, or pure Python where the core was not built.

The environment variable SSELERATE_BACKEND ("rust" or "python") overrides the choice. A compiled core that is
there but cannot be loaded raises: to go on slowly without a word would be worse.
"""

import importlib
import os
from typing import TYPE_CHECKING, Literal

__all__ = ["BACKEND", "AsyncEventIterator", "BlockParser", "Decoder", "EventIterator", "Parser"]

BACKEND: Literal["rust", "python"]


def _choose() -> Literal["rust", "python"]:
    wanted = os.environ.get("SSELERATE_BACKEND", "")
    if wanted == "python":
        return "python"
    if wanted not in ("", "rust"):
        raise ImportError(f"SSELERATE_BACKEND must be 'rust' or 'python', not {wanted!r}")
    name = f"{__package__}._core"
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        if wanted == "rust":
            message = "SSELERATE_BACKEND is 'rust', but this sselerate was built without its compiled core"
            raise ModuleNotFoundError(message, name=name) from None
        return "python"
    return "rust"


BACKEND = _choose()
"""The backend in use, "rust" or "python"."""

# For type checkers the fallback stands for both: it is the contract, in source.
if TYPE_CHECKING or BACKEND == "python":
    from ._fallback import AsyncEventIterator, BlockParser, Decoder, EventIterator, Parser
else:
    from ._core import AsyncEventIterator, BlockParser, Decoder, EventIterator, Parser
