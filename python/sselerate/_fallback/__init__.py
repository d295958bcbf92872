"""The backend in pure Python: what it does is the specification of both.

Bytes become blocks in `framing` (and `bare`), JSON values in `json`, events in `schema`; `parser`, `blocks`,
`decoder`, `iterator` and `async_iterator` put these together.
"""

from .async_iterator import AsyncEventIterator
from .blocks import BlockParser
from .decoder import Decoder
from .iterator import EventIterator
from .parser import Parser

__all__ = ["AsyncEventIterator", "BlockParser", "Decoder", "EventIterator", "Parser"]
