"""What `--target` names: an event class, a union of several, or None for recognition."""

import argparse
import importlib
import sys
from typing import Any

from .. import Decoder, events

EXAMPLES = ("auto", "ChatCompletionChunk", "MessageStreamEvent", "GenericEvent", "module:Class")


def named_target(name: str) -> Any:
    """The target called `name` ("auto": None), one of ours or, as "module:Class", anybody's.

    Raises:
        argparse.ArgumentTypeError: there is nothing of that name, or no decoder takes it.
    """
    if name == "auto":
        return None
    module, colon, attribute = name.partition(":")
    found = _imported(module, attribute) if colon else getattr(events, name, None)
    if found is None:
        raise argparse.ArgumentTypeError(f"there is no event class {name!r}; use {', '.join(EXAMPLES)}")
    try:
        Decoder(found)
    except TypeError as error:
        reason = str(error).removeprefix("target: ")
        raise argparse.ArgumentTypeError(f"{name!r} cannot be the target: {reason}") from None
    return found


def _imported(module: str, attribute: str) -> Any:
    # As `python -m` does: modules in the working directory can be named.
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except Exception as error:  # whatever a foreign module raises, the user wants the reason
        raise argparse.ArgumentTypeError(f"cannot import {module!r}: {error}") from None
    finally:
        sys.path.remove("")
