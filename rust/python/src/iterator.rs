//! `EventIterator`: pulls chunks from any iterator and hands out events one by one.
//!
//! With one event in a chunk this saves the list, and with many it saves nothing but costs nothing either: nothing is
//! allocated for a chunk.

use crate::chunk::Chunk;
use crate::decoder::{Decoder, Opening};
use crate::guard::Exclusive;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyTuple};

/// Iterates over the events of a stream, and pulls a chunk whenever it needs one.
///
/// After an error, of the stream or of the source, the next step goes on behind it.
#[pyclass(frozen, generic, module = "sselerate._core")]
pub(crate) struct EventIterator {
    decoder: Py<Decoder>,
    source: Exclusive<Source>,
}

/// Where the chunks come from.
struct Source {
    /// None: used up, or closed.
    chunks: Option<Py<PyIterator>>,
    current: Option<(Chunk, usize)>,
    /// The first bytes of a stream that is left to the pure-Python decoder.
    held: Option<Vec<u8>>,
    /// The pure-Python iterator over such a stream.
    other: Option<Py<PyAny>>,
}

impl Source {
    /// The next event of a stream that is left to the pure-Python decoder.
    fn next_of_other<'py>(&mut self, py: Python<'py>, decoder: &Decoder) -> PyResult<Option<Bound<'py, PyAny>>> {
        let other = match &self.other {
            Some(other) => other.bind(py).clone(),
            None => {
                let held: Vec<_> = self.held.take().iter().map(|held| PyBytes::new(py, held)).collect();
                let chunks = match self.chunks.take() {
                    Some(chunks) => chunks.into_bound(py).into_any(),
                    None => PyTuple::empty(py).into_any(),
                };
                let chain = py.import("itertools")?.getattr("chain")?.call1((held, chunks))?;
                let decoder = decoder.enter()?.other().map(|other| other.clone_ref(py));
                let class = py.import("sselerate._fallback.iterator")?.getattr("EventIterator")?;
                let other = class.call1((chain, decoder))?;
                self.other = Some(other.clone().unbind());
                other
            }
        };
        other.cast_into::<PyIterator>()?.next().transpose()
    }
}

#[pymethods]
impl EventIterator {
    #[new]
    fn new(chunks: &Bound<'_, PyAny>, decoder: Py<Decoder>) -> PyResult<Self> {
        let chunks = Some(chunks.try_iter()?.unbind());
        Ok(Self { decoder, source: Exclusive::new(Source { chunks, current: None, held: None, other: None }) })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut source = self.source.enter("EventIterator")?;
        let mut decoder = self.decoder.get().enter()?;
        loop {
            if let Some((chunk, position)) = &mut source.current {
                if let Some(event) = decoder.next(py, chunk.bytes(py), position)? {
                    return Ok(Some(event));
                }
                source.current = None;
            }
            if decoder.is_handed_over() {
                drop(decoder);
                return source.next_of_other(py, self.decoder.get());
            }
            let next = match &source.chunks {
                Some(chunks) if !decoder.is_ended() => chunks.bind(py).clone().next(),
                _ => None,
            };
            let Some(chunk) = next else {
                source.chunks = None;
                if !decoder.is_closed() {
                    decoder.set_closed();
                    if let Some(held) = decoder.take_held() {
                        source.current = Some((Chunk::Copy(held), 0));
                        continue;
                    }
                }
                return decoder.finish(py);
            };
            let chunk = Chunk::of(&chunk?)?;
            match decoder.open(py, chunk.bytes(py))? {
                Opening::Open => {}
                Opening::Lines => source.current = Some((chunk, 0)),
                Opening::HeldLines(held) => source.current = Some((Chunk::Copy(held), 0)),
                Opening::Other(held) => {
                    decoder.hand_over(py)?;
                    source.held = Some(held);
                }
            }
        }
    }

    /// Ends the iteration; a source that has a ``close`` method, such as a generator, is closed.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let chunks = {
            let mut source = self.source.enter("EventIterator")?;
            source.current = None;
            if let Some(other) = source.other.take() {
                return other.call_method0(py, "close").map(drop);
            }
            self.decoder.get().enter()?.abandon();
            source.chunks.take()
        };
        match chunks {
            Some(chunks) if chunks.bind(py).hasattr("close")? => chunks.bind(py).call_method0("close").map(drop),
            _ => Ok(()),
        }
    }

    /// Whether the stream has said that it is complete.
    #[getter]
    fn done(&self, py: Python<'_>) -> PyResult<bool> {
        self.decoder.bind(py).getattr("done")?.extract()
    }
}
