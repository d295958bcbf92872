"""Both parsers give the same, and what the independent reading gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sselerate.errors import DecodeError
from tests.backends import Backend
from tests.outcomes import canonicals, drive
from tests.parity import streams
from tests.reading import read

bodies = st.one_of(
    streams.composed("auto"),
    streams.mutated(),
    st.lists(st.one_of(streams.field_lines, st.just(b"")), max_size=12).flatmap(
        lambda lines: st.lists(streams.newlines, min_size=len(lines), max_size=len(lines)).map(
            lambda ends: b"".join(line + end for line, end in zip(lines, ends, strict=True))
        )
    ),
    st.binary(max_size=40),
    st.lists(
        st.sampled_from([b"\r", b"\n", b"data", b":", b" ", b"a", b"id", b"\xef\xbb\xbf", b"\0"]), max_size=24
    ).map(b"".join),
)


def state(parser: Any) -> tuple[Any, ...]:
    return (
        parser.last_event_id,
        parser.retry,
        parser.pending,
        parser.comment_count,
        parser.unknown_field_count,
        parser.closed,
    )


@given(data=st.data(), body=bodies, options=streams.parser_options, drain=st.booleans(), flush=st.booleans())
def test_parsers_agree(
    both: tuple[Backend, Backend],
    data: st.DataObject,
    body: bytes,
    options: dict[str, Any],
    drain: bool,
    flush: bool,
) -> None:
    """Same events, comments, errors and state, after every chunk and at the end."""
    chunks = data.draw(streams.chunked(body))
    parsers = [backend.Parser(**options) for backend in both]
    for chunk in chunks:
        one, other = [step(parser, chunk) for parser in parsers]
        assert one == other
    one, other = [canonicals(drive(parser, [], drain=drain, flush=flush)) for parser in parsers]
    assert one == other
    assert state(parsers[0]) == state(parsers[1])


def step(parser: Any, chunk: bytes) -> tuple[Any, ...]:
    """What one feed gives, and the state after it: events must come as early on both."""
    try:
        events = parser.feed(chunk)
    except DecodeError as error:
        events = [*error.events, error]
    except Exception as error:  # EventTooLargeError
        events = [*getattr(error, "events", []), error]
    return canonicals(events), state(parser)


@given(data=st.data(), body=bodies, options=streams.parser_options)
def test_chunks_do_not_matter(
    backend: Backend, data: st.DataObject, body: bytes, options: dict[str, Any]
) -> None:
    """Any cut gives what the whole gives."""
    whole, cut = backend.Parser(**options), backend.Parser(**options)
    wanted = canonicals(drive(whole, [body]))
    chunks = data.draw(streams.chunked(body))
    assert canonicals(drive(cut, chunks, drain=data.draw(st.booleans()))) == wanted
    assert state(cut) == state(whole)


@given(data=st.data(), body=bodies)
def test_the_rules(backend: Backend, data: st.DataObject, body: bytes) -> None:
    """Without limits the parser is the WHATWG rules and nothing else."""
    parser = backend.Parser()
    events = drive(parser, data.draw(streams.chunked(body)))
    reading = read(body)
    assert [(e.event, e.data, e.id, e.retry) for e in events] == reading.events
    assert state(parser) == (
        reading.last_event_id,
        reading.retry,
        reading.pending,
        len(reading.comments),
        reading.unknown_fields,
        True,
    )
