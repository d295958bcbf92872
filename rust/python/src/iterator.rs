//! `EventIterator`: pulls chunks from any iterator and hands out events one by one.
//!
//! With one event in a chunk this saves the list, and with many it saves nothing but costs nothing either: nothing is
//! allocated for a chunk.

use crate::chunk::Chunk;
use crate::decoder::Decoder;
use crate::guard::Exclusive;
use pyo3::prelude::*;
use pyo3::types::PyIterator;

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
}

#[pymethods]
impl EventIterator {
    #[new]
    fn new(chunks: &Bound<'_, PyAny>, decoder: Py<Decoder>) -> PyResult<Self> {
        let chunks = Some(chunks.try_iter()?.unbind());
        Ok(Self { decoder, source: Exclusive::new(Source { chunks, current: None }) })
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
            let next = match &source.chunks {
                Some(chunks) if !decoder.is_ended() => chunks.bind(py).clone().next(),
                _ => None,
            };
            match next {
                Some(chunk) => source.current = Some((Chunk::of(&chunk?)?, 0)),
                None => {
                    source.chunks = None;
                    if !decoder.is_closed() {
                        decoder.set_closed();
                    }
                    return decoder.finish(py);
                }
            }
        }
    }

    /// Ends the iteration; a source that has a ``close`` method, such as a generator, is closed.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let chunks = {
            let mut source = self.source.enter("EventIterator")?;
            source.current = None;
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
