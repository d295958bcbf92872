"""What a stream of an SDK that Stainless generates reads with, in a patched client: see `_stainless`."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .._backend import BlockParser, Decoder
from ..events.generic import GenericEvent
from ..sse import Block
from ._client import NO_LIMIT
from ._light import Light

if TYPE_CHECKING:
    from ._stainless import Models, Sdk

__all__ = ["Payload", "StreamDecoder", "StreamEvent"]


class StreamEvent:
    """One event as the streams of the SDKs expect it."""

    __slots__ = ("_decoder", "data", "event", "id", "retry")

    def __init__(
        self, decoder: "StreamDecoder", event: str | None, data: str, id: str | None, retry: int | None
    ) -> None:
        self._decoder = decoder
        self.event = event
        """The event type, None if none was sent."""
        self.data = data
        """The values of the ``data:`` lines, joined with LF; "" if there were none."""
        self.id = id
        """The last event id of the stream at this event, None if none was ever sent."""
        self.retry = retry
        """The reconnection time in milliseconds which this very block set, or None."""

    def json(self) -> Any:
        """The data, parsed; an object not before somebody looks into it.

        Raises:
            json.JSONDecodeError: it is not JSON; for objects later, at the first look.
        """
        data = self.data
        return Payload(data, self._decoder) if data.startswith("{") else json.loads(data)

    @property
    def raw(self) -> list[str]:
        """The lines of the event, as they would be written now; comments and unknown fields are lost."""
        lines = [f"data: {line}" for line in self.data.split("\n")] if self.data else []
        fields = {"event": self.event, "id": self.id, "retry": self.retry}
        return [f"{name}: {value}" for name, value in fields.items() if value is not None] + lines

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event}, data={self.data}, id={self.id}, retry={self.retry})"


class Payload(Mapping[str, Any]):
    """The JSON object in the data of an event, parsed at the first look."""

    __slots__ = ("_value", "decoder", "text")

    def __init__(self, text: str, decoder: "StreamDecoder") -> None:
        self.text = text
        self.decoder = decoder
        self._value: Any = None

    @property
    def value(self) -> Any:
        """The parsed JSON.

        Raises:
            json.JSONDecodeError: it is not JSON.
        """
        if self._value is None:
            self._value = json.loads(self.text)
        return self._value

    def get(self, key: str, default: Any = None) -> Any:
        """As that of a dict."""
        if key == "error" and self._value is None and '"error"' not in self.text:
            return default  # what the streams ask of every event
        return self.value.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self.value[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return repr(self.value)


class StreamDecoder:
    """The decoder of one stream: bytes to `StreamEvent` objects, and their payloads to what the user gets.

    Not before the first payload comes back is it known what the payloads are to become. From then on, chunks
    of whole events go past the SDK, straight to the typed decoder and to the user (`through`). If it finds
    anything else than such payloads in one (the end of the stream, an error, a comment), the SDK has that
    chunk after all.
    """

    def __init__(self, sdk: "Sdk", models: "Models") -> None:
        self.models = models
        """What it delivers; to be changed only before the first event."""
        self._sdk = sdk
        self._named = sdk.named_events
        self._cast_to: Any = None
        self._typed: Decoder[Any] | None = None
        self._convert: Any = None
        self._parser = BlockParser(max_event_bytes=NO_LIMIT)
        self._chunks: Any = ()
        """The body of the response, once the SDK reads it."""
        self._for_sdk: list[StreamEvent] = []
        """Events that the SDK has not asked for yet, last one first."""
        self._error: Exception | None = None
        """What reading the body raised; for the SDK to say how it is called."""

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[StreamEvent]:
        """The events of a stream for the SDK."""
        self._chunks = iterator = iter(iterator)
        while True:
            while self._for_sdk:
                yield self._for_sdk.pop()
            if self._error is not None:
                raise self._error
            for chunk in iterator:
                self._leave_to_sdk(chunk)
                break
            else:
                return

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[StreamEvent]:
        """The events of a stream for the SDK."""
        self._chunks = iterator = aiter(iterator)
        while True:
            while self._for_sdk:
                yield self._for_sdk.pop()
            if self._error is not None:
                raise self._error
            async for chunk in iterator:
                self._leave_to_sdk(chunk)
                break
            else:
                return

    def through(self, events: Generator[Any, None, None]) -> Iterator[Any]:
        """What the user gets of a stream whose SDK reads it through this decoder and yields ``events``."""
        try:
            for made in events:
                yield made
                typed = self._past_sdk()
                if typed is None:
                    continue
                try:
                    for chunk in self._chunks:
                        decoded = typed.feed(chunk) if chunk[-2:] == b"\n\n" else []
                        if len(decoded) == 1 and isinstance(decoded[0], Light) and not typed.done:
                            yield decoded[0]
                        elif decoded and not typed.done and all(map(self._is_for_users, decoded)):
                            yield from map(self._made, decoded)
                        else:
                            self._leave_to_sdk(chunk)
                            break
                except Exception as error:
                    self._error = error
        finally:
            events.close()

    async def athrough(self, events: AsyncGenerator[Any, None]) -> AsyncIterator[Any]:
        """`through` for an asynchronous stream."""
        # The same once more, since each further call or generator would be a tenth of what an event costs.
        try:
            async for made in events:
                yield made
                typed = self._past_sdk()
                if typed is None:
                    continue
                try:
                    async for chunk in self._chunks:
                        decoded = typed.feed(chunk) if chunk[-2:] == b"\n\n" else []
                        if len(decoded) == 1 and isinstance(decoded[0], Light) and not typed.done:
                            yield decoded[0]
                        elif decoded and not typed.done and all(map(self._is_for_users, decoded)):
                            for event in decoded:
                                yield self._made(event)
                        else:
                            self._leave_to_sdk(chunk)
                            break
                except Exception as error:
                    self._error = error
        except GeneratorExit:  # where the garbage collector found both, it has the SDK's generator closed too
            raise
        except BaseException:
            await events.aclose()
            raise

    def _past_sdk(self) -> "Decoder[Any] | None":
        """What decodes the chunks that follow; None if the SDK has to see them."""
        return None if self._for_sdk or self._parser.pending else self._typed

    def _leave_to_sdk(self, chunk: bytes) -> None:
        found = self._parser.feed(chunk)
        self._for_sdk = [self._event(block) for block in found if block.data or self._named]
        self._for_sdk.reverse()

    def _made(self, decoded: Any) -> Any:
        """What a decoded payload becomes."""
        return decoded if isinstance(decoded, Light) else self._convert(decoded.data)

    def _is_for_users(self, event: Any) -> bool:
        """Whether the SDK would hand a decoded payload on; it leaves out some types of events."""
        if isinstance(event, Light):
            return True
        if type(event) is not GenericEvent or type(event.data) is not dict:
            return False
        return not self._named or event.type not in (None, "ping", "error")

    def _event(self, block: Block) -> StreamEvent:
        return StreamEvent(self, block.event or None, block.data or "", block.id or None, block.retry)

    def made_of(self, payload: Payload, cast_to: Any) -> Any:
        """What a payload becomes; None if that is for the SDK to say."""
        if cast_to is not self._cast_to:
            self._cast_to = cast_to
            self._typed, self._convert = self._sdk.plan(cast_to, self.models)
        if self._typed is None:
            return None
        text = payload.text
        if "\n" in text:
            text = text.replace("\n", "\ndata: ")
        for event in self._typed.feed(b"data: " + text.encode() + b"\n\n"):
            if isinstance(event, Light) or (type(event) is GenericEvent and type(event.data) is dict):
                return self._made(event)
        return None
