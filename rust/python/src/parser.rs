//! `Parser`: bytes of an event stream to server-sent events.

use crate::chunk::Chunk;
use crate::errors;
use crate::guard::Exclusive;
use crate::layout::{self, Layout};
use crate::leftover::Leftover;
use crate::options::{EventId, Limit, StrictUtf8, Switch};
use crate::scalar;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyType};
use sselerate_core::framing::{Frame, Framer, Item, Mode};

/// Turns the bytes of one text/event-stream into `ServerSentEvent` objects, without I/O.
///
/// A parser belongs to one thread at a time. After an error it goes on: the rest of the bytes is parsed by
/// the next `feed` or `close`.
///
/// Args:
///     max_event_bytes: limit for the pending event; beyond it EventTooLargeError is raised. The compiled
///         core stops at 4 GiB whatever it is.
///     errors: what invalid UTF-8 becomes: "replace" U+FFFD, "strict" a DecodeError.
///     comments: whether `Comment` objects are delivered too, in their place.
///     last_event_id: where a resumed stream starts.
#[pyclass(frozen, module = "sselerate._core")]
pub(crate) struct Parser {
    state: Exclusive<State>,
}

/// A parser, used by one call at a time.
struct State {
    framer: Framer,
    max_event_bytes: usize,
    strict: bool,
    event_index: u64,
    left: Leftover,
    closed: bool,
    flush: bool,
    maker: Maker,
}

/// Makes the objects. Event types and ids that repeat are shared.
struct Maker {
    event: Layout,
    comment: Layout,
    last_name: Py<PyString>,
    last_id: Py<PyString>,
}

#[pymethods]
impl Parser {
    #[new]
    #[pyo3(
        signature = (
            *, max_event_bytes=Limit::DEFAULT, errors=StrictUtf8(false), comments=Switch(false),
            last_event_id=EventId(String::new())
        ),
        text_signature = "(*, max_event_bytes=67108864, errors='replace', comments=False, last_event_id='')"
    )]
    fn new(
        py: Python<'_>,
        max_event_bytes: Limit,
        errors: StrictUtf8,
        comments: Switch,
        last_event_id: EventId,
    ) -> PyResult<Self> {
        let (Limit(max_event_bytes), StrictUtf8(strict), Switch(comments)) = (max_event_bytes, errors, comments);
        let mut framer = Framer::new(Mode::Standard, max_event_bytes, comments);
        framer.set_last_event_id(last_event_id.0.as_bytes());
        let (left, maker) = (Leftover::default(), Maker::new(py)?);
        let state = State { framer, max_event_bytes, strict, event_index: 0, left, closed: false, flush: false, maker };
        Ok(Self { state: Exclusive::new(state) })
    }

    /// Takes the next bytes of the stream and returns the events they complete.
    ///
    /// Raises:
    ///     SSEError: an event is too large or (errors="strict") not UTF-8.
    ///     RuntimeError: the parser is closed, or in use elsewhere.
    fn feed<'py>(&self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let mut state = self.state.enter(py, "Parser")?;
        if state.closed {
            return Err(PyRuntimeError::new_err("feed() after close(); call reset() first"));
        }
        let chunk = Chunk::of(data)?;
        let events = scalar::list(py)?;
        state.parse_left(py, chunk.bytes(py), &events)?;
        state.parse_chunk(py, chunk.bytes(py), &events)?;
        Ok(events)
    }

    /// Ends the stream. The specification drops a block without its blank line; ``flush`` delivers it.
    #[pyo3(signature = (flush=Switch(false)), text_signature = "($self, flush=False)")]
    fn close<'py>(&self, py: Python<'py>, flush: Switch) -> PyResult<Bound<'py, PyList>> {
        let mut state = self.state.enter(py, "Parser")?;
        let events = scalar::list(py)?;
        if !state.closed {
            (state.closed, state.flush) = (true, flush.0);
        }
        state.parse_left(py, b"", &events)?;
        if state.flush {
            state.parse_tail(py, &events)?;
        }
        Ok(events)
    }

    /// Makes the parser like new, for another stream. A given ``last_event_id`` is not applied again.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self.state.enter(py, "Parser")?;
        state.framer.reset();
        state.left = Leftover::default();
        (state.event_index, state.closed, state.flush) = (0, false, false);
        Ok(())
    }

    /// The id which a reconnecting client would send; "" if there was none.
    #[getter]
    fn last_event_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        scalar::text(py, self.state.enter(py, "Parser")?.framer.last_event_id())
    }

    /// The reconnection time the server asked for last, in milliseconds, or None.
    #[getter]
    fn retry(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.state.enter(py, "Parser")?.framer.retry())
    }

    /// Bytes received since the end of the last block; after `close()`, those it dropped.
    #[getter]
    fn pending(&self, py: Python<'_>) -> PyResult<u64> {
        let state = self.state.enter(py, "Parser")?;
        Ok(state.framer.pending(0) + state.left.rest().len() as u64)
    }

    /// How many comment lines came.
    #[getter]
    fn comment_count(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.state.enter(py, "Parser")?.framer.comment_count())
    }

    /// How many lines came that are no field, comment or blank line.
    #[getter]
    fn unknown_field_count(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.state.enter(py, "Parser")?.framer.unknown_field_count())
    }

    /// Whether `close()` was called.
    #[getter]
    fn closed(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.state.enter(py, "Parser")?.closed)
    }
}

impl State {
    /// Parse a chunk; nothing is left of an earlier one.
    fn parse_chunk(&mut self, py: Python<'_>, chunk: &[u8], events: &Bound<'_, PyList>) -> PyResult<()> {
        let mut position = 0;
        self.parse_until_error(py, chunk, &mut position, events).inspect_err(|_| {
            self.framer.resume_at(position);
            self.left.add(&chunk[position..]);
        })
    }

    /// Parse what an error left over. Should there be another one, `after` is left over too.
    fn parse_left(&mut self, py: Python<'_>, after: &[u8], events: &Bound<'_, PyList>) -> PyResult<()> {
        if self.left.is_empty() {
            return Ok(());
        }
        let mut left = std::mem::take(&mut self.left);
        let mut position = 0;
        self.parse_until_error(py, left.rest(), &mut position, events).inspect_err(|_| {
            self.framer.resume_at(position);
            left.pass(position);
            left.add(after);
            self.left = left;
        })
    }

    fn parse_until_error(
        &mut self,
        py: Python<'_>,
        chunk: &[u8],
        position: &mut usize,
        events: &Bound<'_, PyList>,
    ) -> PyResult<()> {
        while let Some(item) = self.framer.next(chunk, position) {
            let made = self.maker.make(py, item, &mut self.event_index, self.strict, self.max_event_bytes);
            made.and_then(|made| events.append(made))
                .map_err(|error| errors::with_attribute(py, error, "events", events))?;
        }
        Ok(())
    }

    fn parse_tail(&mut self, py: Python<'_>, events: &Bound<'_, PyList>) -> PyResult<()> {
        while let Some(item) = self.framer.finish() {
            let made = self.maker.make(py, item, &mut self.event_index, self.strict, self.max_event_bytes);
            if let Err(error) = made.and_then(|made| events.append(made)) {
                return Err(errors::with_attribute(py, error, "events", events));
            }
        }
        Ok(())
    }
}

impl Maker {
    fn new(py: Python<'_>) -> PyResult<Self> {
        let module = py.import("sselerate.sse")?;
        let class = |name: &str| -> PyResult<Bound<'_, PyType>> { Ok(module.getattr(name)?.cast_into()?) };
        Ok(Self {
            event: Layout::new(&class("ServerSentEvent")?, ["event", "data", "id", "retry"])?,
            comment: Layout::new(&class("Comment")?, ["text"])?,
            last_name: PyString::intern(py, "message").unbind(),
            last_id: PyString::intern(py, "").unbind(),
        })
    }

    fn make<'py>(
        &mut self,
        py: Python<'py>,
        item: Item<'_>,
        event_index: &mut u64,
        strict: bool,
        max_event_bytes: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        match item {
            Item::Comment(text) => {
                let comment = self.comment.make(py)?;
                // SAFETY: the slot is the class's, and nobody else has the object yet.
                unsafe { layout::write(&comment, self.comment.slot(0), scalar::text(py, text)?) };
                Ok(comment)
            }
            Item::TooLarge(offset) => {
                Err(PyErr::from_value(errors::too_large(py, max_event_bytes, *event_index, offset)?))
            }
            Item::Event(frame) => {
                *event_index += 1;
                self.make_event(py, &frame, *event_index - 1, strict)
            }
            Item::Damaged { .. } | Item::Truncated(_) | Item::Nothing => {
                Err(PyRuntimeError::new_err("an item of another framing"))
            }
        }
    }

    fn make_event<'py>(
        &mut self,
        py: Python<'py>,
        frame: &Frame<'_>,
        event_index: u64,
        strict: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = frame.data.unwrap_or_default();
        let id = if frame.sets_id { frame.id } else { b"" };
        if strict && [data, frame.event, id].iter().any(|bytes| std::str::from_utf8(bytes).is_err()) {
            let error = errors::invalid_utf8(py, &scalar::text(py, data)?, event_index, frame.offset)?;
            return Err(PyErr::from_value(error));
        }
        let name = if frame.event.is_empty() { b"message" } else { frame.event };
        let name = shared(py, &mut self.last_name, name)?;
        let id = shared(py, &mut self.last_id, frame.id)?;
        let retry = scalar::unsigned(py, frame.retry)?;
        let event = self.event.make(py)?;
        let values = [name, scalar::text(py, data)?, id, retry];
        for (index, value) in values.into_iter().enumerate() {
            // SAFETY: the slots are the class's, and nobody else has the event yet.
            unsafe { layout::write(&event, self.event.slot(index), value) };
        }
        Ok(event)
    }
}

/// A str of bytes of the stream, the last one's very object if it is the same.
pub(crate) fn shared<'py>(py: Python<'py>, last: &mut Py<PyString>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if !bytes.is_ascii() || !scalar::is_ascii_text(last.bind(py), bytes) {
        *last = scalar::text(py, bytes)?.cast_into::<PyString>()?.unbind();
    }
    Ok(last.bind(py).clone().into_any())
}
