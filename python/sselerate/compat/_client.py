"""What the compat modules need of a response of httpx or httpx2, without importing either."""

import codecs
import importlib
import sys
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any

__all__ = ["NO_LIMIT", "byte_chunks", "header_pairs", "transport_error"]

NO_LIMIT = sys.maxsize
"""Of the bytes of an event: what is replaced here has none."""

_UTF_8 = {"utf-8", "ascii"}  # ASCII is UTF-8, and who says ASCII and sends more meant UTF-8


def byte_chunks(response: Any, asynchronous: bool = False) -> Any:
    """The body of a response in chunks of bytes, content decoding done, text as UTF-8 whatever its charset.

    A synchronous or an asynchronous generator.
    """
    if _is_utf_8(response):
        return response.aiter_bytes() if asynchronous else response.iter_bytes()
    return _encoded_async(response) if asynchronous else _encoded(response)


def _is_utf_8(response: Any) -> bool:
    # The standard says that event streams are UTF-8, the libraries obey the header: so who declares another
    # charset gets what the libraries give.
    encoding = getattr(response, "encoding", None)
    if not isinstance(encoding, str):
        return True
    try:
        return codecs.lookup(encoding).name in _UTF_8
    except LookupError:
        return True


def _encoded(response: Any) -> Iterator[bytes]:
    for text in response.iter_text():
        yield text.encode("utf-8", "replace")


async def _encoded_async(response: Any) -> AsyncIterator[bytes]:
    async for text in response.aiter_text():
        yield text.encode("utf-8", "replace")


def header_pairs(headers: Any) -> list[tuple[Any, Any]]:
    """Headers in any form that httpx takes, as pairs."""
    if headers is None:
        return []
    multi = getattr(headers, "multi_items", None)
    if multi is not None:
        return list(multi())
    return list(headers.items() if hasattr(headers, "items") else headers)


def transport_error(module: str, response: Any) -> type[Exception]:
    """The SSEError of the compat module ``module`` that fits the library of ``response``, which may be None.

    It derives from the ``TransportError`` of that library. Those for httpx2 responses derive from the one
    that the compat module shows as SSEError, so that one except clause catches all.
    """
    packages = {cls.__module__.partition(".")[0] for cls in type(response).__mro__}
    return _transport_error(module, "httpx2" if "httpx2" in packages else "httpx")


@cache
def _transport_error(module: str, library: str) -> type[Exception]:
    bases: tuple[type[Exception], ...] = (_base(library),)
    if library == "httpx2":
        shown = _transport_error(module, "httpx")
        if issubclass(shown, bases[0]):  # only httpx2 is installed
            return shown
        bases = (shown, *bases)
    namespace = {"__module__": module, "__doc__": "The response is no event stream."}
    error = type("SSEError", bases, namespace)
    if library == "httpx":
        vars(sys.modules[module])["SSEError"] = error  # where pickle looks for it
    return error


def _base(library: str) -> type[Exception]:
    for name in dict.fromkeys((library, "httpx", "httpx2")):
        try:
            found: type[Exception] = importlib.import_module(name).TransportError
        except ModuleNotFoundError:
            continue
        return found
    return Exception
