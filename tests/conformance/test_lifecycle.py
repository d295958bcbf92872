"""feed, close, reset: what may be called when, and what an error leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from sselerate.errors import DecodeError, EventTooLargeError, ServerError, SSEError, TruncatedStreamError
from sselerate.events import ErrorEvent, GenericEvent
from tests.backends import Backend

GOOD = b'data: {"n":1}\n\n'
BAD = b'data: {"n":\n\n'


@pytest.fixture(params=["Parser", "Decoder"])
def machine(backend: Backend, request: pytest.FixtureRequest) -> Any:
    return getattr(backend, request.param)()


def test_feed_after_close(machine: Any) -> None:
    machine.feed(b"data: {")
    try:
        machine.close()
    except TruncatedStreamError:
        assert "Decoder" in type(machine).__name__
    with pytest.raises(RuntimeError, match=r"^feed\(\) after close\(\); call reset\(\) first$"):
        machine.feed(b"x")
    with pytest.raises(RuntimeError, match="after close"):
        machine.feed(b"")


def test_close_twice(machine: Any) -> None:
    machine.feed(GOOD)
    assert not machine.closed
    assert machine.close() == []
    assert machine.closed
    assert machine.close() == []


def test_reset_opens_again(machine: Any) -> None:
    assert len(machine.feed(GOOD)) == 1
    machine.close()
    machine.reset()
    assert not machine.closed
    assert len(machine.feed(GOOD)) == 1


def test_reset_forgets_the_seed(backend: Backend) -> None:
    for machine in (backend.Parser(last_event_id="5"), backend.Decoder(last_event_id="5")):
        assert machine.last_event_id == "5"
        machine.reset()
        assert machine.last_event_id == ""


def test_no_seed(backend: Backend) -> None:
    for seed in (None, ""):
        assert backend.Parser(last_event_id=seed).last_event_id == ""
        assert backend.Decoder(last_event_id=seed).last_event_id == ""


def test_new(backend: Backend) -> None:
    parser = backend.Parser()
    assert (parser.last_event_id, parser.retry, parser.pending, parser.closed) == ("", None, 0, False)
    assert (parser.comment_count, parser.unknown_field_count) == (0, 0)
    decoder = backend.Decoder()
    assert (decoder.last_event_id, decoder.retry, decoder.done, decoder.closed) == ("", None, False, False)
    assert (decoder.comment_count, decoder.error_count, decoder.event_index) == (0, 0, 0)


def test_what_came_before_an_error_is_not_lost(backend: Backend) -> None:
    decoder = backend.Decoder()
    with pytest.raises(DecodeError) as raised:
        decoder.feed(GOOD + GOOD + BAD + GOOD + BAD + GOOD)
    assert raised.value.events == [GenericEvent(data={"n": 1})] * 2
    with pytest.raises(DecodeError) as raised:
        decoder.feed(b"")
    assert raised.value.events == [GenericEvent(data={"n": 1})]
    assert raised.value.event_index == 4
    assert decoder.feed(b"") == [GenericEvent(data={"n": 1})]
    assert decoder.feed(b"") == []


def test_what_came_after_an_error_comes_with_the_next_chunk(backend: Backend) -> None:
    decoder = backend.Decoder()
    with pytest.raises(DecodeError):
        decoder.feed(BAD + GOOD + GOOD[:5])
    assert decoder.feed(GOOD[5:] + GOOD) == [GenericEvent(data={"n": 1})] * 3


def test_what_came_after_an_error_comes_with_close(backend: Backend) -> None:
    decoder = backend.Decoder()
    with pytest.raises(DecodeError):
        decoder.feed(BAD + GOOD + GOOD[:-2])
    assert decoder.close() == [GenericEvent(data={"n": 1})] * 2


def test_an_error_inside_close(backend: Backend) -> None:
    """close() that raises has not lost what comes behind the error: call it again."""
    decoder = backend.Decoder()
    with pytest.raises(DecodeError) as raised:
        decoder.feed(BAD + GOOD + BAD + GOOD + b"data: {")
    assert raised.value.events == []
    with pytest.raises(DecodeError) as raised:
        decoder.close()
    assert raised.value.events == [GenericEvent(data={"n": 1})]
    with pytest.raises(TruncatedStreamError) as truncated:
        decoder.close()
    assert truncated.value.events == [GenericEvent(data={"n": 1})]
    assert decoder.close() == []
    assert decoder.closed


def test_the_parser_keeps_events_before_an_error_too(backend: Backend) -> None:
    parser = backend.Parser(max_event_bytes=20)
    with pytest.raises(EventTooLargeError) as raised:
        parser.feed(b"data: a\n\ndata: " + b"x" * 20 + b"\n\ndata: b\n\n")
    assert [event.data for event in raised.value.events] == ["a"]
    assert (raised.value.limit, raised.value.offset, raised.value.event_index) == (20, 9, 1)
    assert [event.data for event in parser.feed(b"")] == ["b"]


def test_chunks_may_change_after_feed(machine: Any) -> None:
    """A caller may reuse its buffer (readinto): nothing that was fed is looked at again."""
    buffer = bytearray(b'data: {"n":')
    machine.feed(buffer)
    buffer[:] = b"x" * len(buffer)
    view = memoryview(buffer)
    buffer[:4] = b"1}\n\n"
    (event,) = machine.feed(view[:4])
    assert event.data in ({"n": 1}, '{"n":1}')
    view.release()
    buffer.clear()  # nobody holds on to it


def test_the_rest_after_an_error_may_change_too(backend: Backend) -> None:
    decoder = backend.Decoder()
    buffer = bytearray(BAD + GOOD)
    with pytest.raises(DecodeError) as raised:
        decoder.feed(buffer)
    buffer[:] = b"\0" * len(buffer)
    buffer.clear()
    assert decoder.feed(b"") == [GenericEvent(data={"n": 1})]
    del raised


def test_pending_after_flush(backend: Backend) -> None:
    """close(flush=True) drops nothing, except what was being skipped."""
    parser = backend.Parser()
    parser.feed(b"data: a\n\nid: 7\ndata: b")
    assert [event.data for event in parser.close(flush=True)] == ["b"]
    assert (parser.pending, parser.last_event_id) == (0, "7")
    parser = backend.Parser(max_event_bytes=10)
    with pytest.raises(EventTooLargeError):
        parser.feed(b"data: 0123456789\nid: 5")
    assert parser.close(flush=True) == []
    assert (parser.pending, parser.last_event_id) == (22, "")


def test_on_error_yield(backend: Backend) -> None:
    decoder = backend.Decoder(on_error="yield")
    good, event, also_good = decoder.feed(GOOD + b'data: {"error":{"message":"m"}}\n\n' + GOOD)
    assert good == also_good == GenericEvent(data={"n": 1})
    assert isinstance(event, ErrorEvent)
    assert (event.kind, event.error, event.offset, event.event_index) == ("server", {"message": "m"}, 15, 1)
    assert event.message == "server error in event 1 (stream offset 15): m"
    error = event.exception()
    assert isinstance(error, ServerError)
    assert (error.error, str(error)) == ({"message": "m"}, event.message)


def test_on_error_skip_counts(backend: Backend) -> None:
    decoder = backend.Decoder(on_error="skip")
    assert decoder.feed(BAD + GOOD + b"error: x\n\n" + b"data: {") == [GenericEvent(data={"n": 1})]
    assert decoder.error_count == 2
    assert decoder.close() == []
    assert decoder.error_count == 3
    decoder.reset()
    assert decoder.error_count == 0


def test_after_done_everything_is_ignored(backend: Backend) -> None:
    decoder = backend.Decoder()
    assert decoder.feed(GOOD + b"data: [DONE]\n\n" + BAD) == [GenericEvent(data={"n": 1})]
    assert decoder.done
    assert decoder.feed(GOOD + BAD) == []
    assert decoder.close() == []
    decoder.reset()
    assert not decoder.done
    assert len(decoder.feed(GOOD)) == 1


def test_multi_goes_on(backend: Backend) -> None:
    decoder = backend.Decoder(multi=True)
    assert len(decoder.feed(GOOD + b"data: [DONE]\n\n" + GOOD)) == 2
    assert decoder.done
    with pytest.raises(SSEError):
        decoder.feed(BAD)
    assert decoder.done


def test_summary_of_a_server_error_is_cut(backend: Backend) -> None:
    """Long errors do not flood a log: 200 characters and an ellipsis; the value itself is whole."""
    with pytest.raises(ServerError) as raised:
        backend.decode(b'data: {"error":{"code":"' + b"x" * 5000 + b'"}}\n\n')
    assert str(raised.value).endswith('{"code":"' + "x" * 191 + "\u2026")
    assert raised.value.error == {"code": "x" * 5000}
    assert raised.value.data == '{"error":{"code":"' + "x" * 182 + "\u2026"
