//! `BlockParser`: bytes of an event stream to all of its blocks, for the drop-ins of clients that deliver them.

use crate::chunk::Chunk;
use crate::errors;
use crate::guard::Exclusive;
use crate::layout::{self, Layout};
use crate::options::{EventId, Limit, Switch};
use crate::parser::shared;
use crate::scalar;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyString, PyType};
use sselerate_core::framing::{Frame, Framer, Item, Mode};

/// Turns the bytes of one text/event-stream into its `Block` objects, without I/O.
///
/// The standard drops a block without data, but many clients hand it on. A block that is too large ends the
/// stream.
///
/// Args:
///     max_event_bytes: limit for the pending block; beyond it EventTooLargeError is raised. The compiled
///         core stops at 4 GiB whatever it is.
///     last_event_id: where a resumed stream starts.
#[pyclass(frozen, module = "sselerate._core")]
pub(crate) struct BlockParser {
    state: Exclusive<State>,
}

/// A parser, used by one call at a time.
struct State {
    framer: Framer,
    max_event_bytes: usize,
    count: u64,
    closed: bool,
    maker: Maker,
}

/// Makes the objects. Event types and ids that repeat are shared.
struct Maker {
    block: Layout,
    last_name: Py<PyString>,
    last_id: Py<PyString>,
}

#[pymethods]
impl BlockParser {
    #[new]
    #[pyo3(
        signature = (*, max_event_bytes=Limit::DEFAULT, last_event_id=EventId(String::new())),
        text_signature = "(*, max_event_bytes=67108864, last_event_id='')"
    )]
    fn new(py: Python<'_>, max_event_bytes: Limit, last_event_id: EventId) -> PyResult<Self> {
        let mut framer = Framer::new(Mode::Blocks, max_event_bytes.0, false);
        framer.set_last_event_id(last_event_id.0.as_bytes());
        let class = py.import("sselerate.sse")?.getattr("Block")?.cast_into::<PyType>()?;
        let empty = || PyString::intern(py, "").unbind();
        let state = State {
            framer,
            max_event_bytes: max_event_bytes.0,
            count: 0,
            closed: false,
            maker: Maker {
                block: Layout::new(&class, ["event", "data", "id", "sets_id", "retry"])?,
                last_name: empty(),
                last_id: empty(),
            },
        };
        Ok(Self { state: Exclusive::new(state) })
    }

    /// Takes the next bytes of the stream and returns the blocks they complete.
    ///
    /// Raises:
    ///     EventTooLargeError: a block is too large; `events` has the blocks before it.
    ///     RuntimeError: the parser is closed, or in use elsewhere.
    fn feed<'py>(&self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let mut state = self.state.enter(py, "BlockParser")?;
        if state.closed {
            return Err(PyRuntimeError::new_err("feed() after close()"));
        }
        let chunk = Chunk::of(data)?;
        let blocks = scalar::list(py)?;
        match state.read(chunk.bytes(py), &blocks) {
            Ok(()) => Ok(blocks),
            Err(error) => {
                state.closed = true;
                // None of the chunk is to come again, but all of it has been received.
                state.framer.resume_at(chunk.bytes(py).len());
                Err(errors::with_attribute(py, error, "events", &blocks))
            }
        }
    }

    /// Ends the stream. A block without its blank line is dropped, or returned with ``flush``.
    ///
    /// Raises:
    ///     EventTooLargeError: as in `feed`, of the beginning of a byte order mark that never came.
    ///     RuntimeError: the parser is in use elsewhere.
    #[pyo3(signature = (flush=Switch(false)), text_signature = "($self, flush=False)")]
    fn close<'py>(&self, py: Python<'py>, flush: Switch) -> PyResult<Bound<'py, PyList>> {
        let mut entered = self.state.enter(py, "BlockParser")?;
        let state = &mut *entered;
        let blocks = scalar::list(py)?;
        let ends = !std::mem::replace(&mut state.closed, true);
        if ends && flush.0 {
            match state.framer.finish() {
                Some(Item::Event(frame)) => blocks.append(state.maker.make(py, &frame)?)?,
                Some(Item::TooLarge(offset)) => {
                    let error = errors::too_large(py, state.max_event_bytes, state.count, offset)?;
                    return Err(errors::with_attribute(py, PyErr::from_value(error), "events", &blocks));
                }
                _ => {}
            }
        }
        Ok(blocks)
    }

    /// Bytes received since the end of the last block.
    #[getter]
    fn pending(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.state.enter(py, "BlockParser")?.framer.pending(0))
    }
}

impl State {
    fn read(&mut self, chunk: &[u8], blocks: &Bound<'_, PyList>) -> PyResult<()> {
        let py = blocks.py();
        let mut position = 0;
        while let Some(item) = self.framer.next(chunk, &mut position) {
            match item {
                Item::Event(frame) => {
                    blocks.append(self.maker.make(py, &frame)?)?;
                    self.count += 1;
                }
                Item::TooLarge(offset) => {
                    return Err(PyErr::from_value(errors::too_large(py, self.max_event_bytes, self.count, offset)?));
                }
                Item::Comment(_) | Item::Damaged { .. } | Item::Truncated(_) | Item::Nothing => {}
            }
        }
        Ok(())
    }
}

impl Maker {
    fn make<'py>(&mut self, py: Python<'py>, frame: &Frame<'_>) -> PyResult<Bound<'py, PyAny>> {
        let data = frame.data.map(|data| scalar::text(py, data)).transpose()?;
        let values = [
            shared(py, &mut self.last_name, frame.event)?,
            data.unwrap_or_else(|| py.None().into_bound(py)),
            shared(py, &mut self.last_id, frame.id)?,
            PyBool::new(py, frame.sets_id).to_owned().into_any(),
            scalar::unsigned(py, frame.retry)?,
        ];
        let block = self.block.make(py)?;
        for (index, value) in values.into_iter().enumerate() {
            // SAFETY: the slots are the class's, and nobody else has the block yet.
            unsafe { layout::write(&block, self.block.slot(index), value) };
        }
        Ok(block)
    }
}
