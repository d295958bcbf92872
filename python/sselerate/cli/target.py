"""What `--target` names: an event class, or None for recognition."""

import argparse
import importlib
import sys
from typing import Any

from .. import events
from ..events.declare import Event, schema_of

EXAMPLES = ("auto", "CompletionStreamEvent", "ChatCompletionChunk", "GenericEvent", "module:Class")


def named_target(name: str) -> type[Event] | None:
    """The class called `name` ("auto": None), one of ours or, as "module:Class", anybody's.

    Raises:
        argparse.ArgumentTypeError: there is no such class, or it is no event class.
    """
    if name == "auto":
        return None
    module, colon, attribute = name.partition(":")
    found = _imported(module, attribute) if colon else getattr(events, name, None)
    if found is None:
        raise argparse.ArgumentTypeError(f"there is no event class {name!r}; use {', '.join(EXAMPLES)}")
    try:
        schema_of(found)
    except (TypeError, NameError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    target: type[Event] = found
    return target


def _imported(module: str, attribute: str) -> Any:
    # As `python -m` does: modules in the working directory can be named.
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except Exception as error:  # whatever a foreign module raises, the user wants the reason
        raise argparse.ArgumentTypeError(f"cannot import {module!r}: {error}") from None
    finally:
        sys.path.remove("")
