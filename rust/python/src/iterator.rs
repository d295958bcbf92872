//! `EventIterator`: pulls chunks from any iterator and hands out events one by one.
//!
//! With one event in a chunk this saves the list, and with many it saves nothing but costs nothing either: nothing is
//! allocated for a chunk.

use crate::chunk::Chunk;
use crate::decoder::Decoder;
use crate::errors;
use crate::guard::Exclusive;
use crate::options::GivenDecoder;
use crate::text::Text;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple};
use pyo3::{Borrowed, PyTypeInfo, ffi};
use std::sync::OnceLock;

/// Iterates over the events of a stream, and pulls a chunk whenever it needs one.
///
/// After an error, of the stream or of the source, the next step goes on behind it.
#[pyclass(frozen, generic, module = "sselerate._core")]
pub(crate) struct EventIterator {
    decoder: Py<Decoder>,
    source: Exclusive<Source>,
}

/// What `next()` calls, put in the place of PyO3's function for it, which it falls back on.
///
/// PyO3 counts for each call whether this thread may use Python, and turns what a function returns into what CPython
/// expects. That is a tenth of the time of a predicted event. So an event that is there and fits a template is handed
/// out without, as is the next chunk taken if that is all; whatever else comes up is left to
/// [`EventIterator::__next__`], with nothing done.
static GENERAL_NEXT: OnceLock<ffi::iternextfunc> = OnceLock::new();

/// Put [`quick_next`] in its place, before there is any iterator.
pub(crate) fn quicken(py: Python<'_>) {
    if cfg!(Py_GIL_DISABLED) {
        return;
    }
    let class = EventIterator::type_object_raw(py);
    // SAFETY: `class` is a ready type, of which no instance exists yet, and we hold the GIL. What CPython keeps apart
    // from the slot (`EventIterator.__next__`) still leads to the general function.
    unsafe {
        if let Some(general) = (*class).tp_iternext
            && GENERAL_NEXT.set(general).is_ok()
        {
            (*class).tp_iternext = Some(quick_next);
        }
    }
}

unsafe extern "C" fn quick_next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held and an instance of the class whose slot this is. While PyO3 does not
    // know that the GIL is held, a `Py` must not be dropped (it would wait for a later call to be released), which
    // `next_at_hand` sees to.
    let at_hand = std::panic::catch_unwind(|| unsafe {
        let py = Python::assume_attached();
        let iterator = Borrowed::from_ptr(py, object).cast_unchecked::<EventIterator>();
        iterator.get().next_at_hand(py).map(|event| event.map_or(std::ptr::null_mut(), Bound::into_ptr))
    });
    // SAFETY: as this function was called. There is a general one, as it came before this function took its place.
    unsafe {
        match at_hand {
            Ok(Some(event)) => event,
            Ok(None) => GENERAL_NEXT.get().map_or(std::ptr::null_mut(), |general| general(object)),
            Err(panic) => {
                // An event may be lost, which nobody must take for the end or for the next one.
                errors::panicked(&*panic).restore(Python::assume_attached());
                std::ptr::null_mut()
            }
        }
    }
}

impl EventIterator {
    fn read_text(&self, py: Python<'_>, text: &mut Text) -> PyResult<()> {
        let mut source = self.source.enter(py, "EventIterator")?;
        loop {
            if let Some((chunk, position)) = &mut source.current {
                self.decoder.get().enter(py)?.read_text(py, chunk.bytes(py), position, text)?;
                source.current = None;
                // As in `__next__`.
                py.check_signals()?;
            }
            if !self.pull(py, &mut source)? {
                break;
            }
        }
        while let Some(event) = self.decoder.get().enter(py)?.finish(py)? {
            text.push_event(&event)?;
        }
        Ok(())
    }

    /// Get the next chunk. False: there is none, and the stream has ended. The source may look at the decoder
    /// meanwhile.
    fn pull(&self, py: Python<'_>, source: &mut Source) -> PyResult<bool> {
        let ended = self.decoder.get().enter(py)?.is_ended();
        let next = match &source.chunks {
            Some(chunks) if !ended => chunks.bind(py).clone().next(),
            _ => None,
        };
        let Some(chunk) = next else {
            source.chunks = None;
            self.decoder.get().enter(py)?.set_closed();
            return Ok(false);
        };
        source.current = Some((Chunk::of(&chunk?)?, 0));
        Ok(true)
    }

    /// The next event, if it fits a template and lies whole in the rest of this chunk. None: ask
    /// [`EventIterator::__next__`]; nothing was done.
    #[inline]
    pub(crate) fn event_in_chunk<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut source = self.source.enter(py, "EventIterator")?;
        let mut decoder = self.decoder.get().enter(py)?;
        match source.current.as_mut() {
            Some((chunk, position)) if *position < chunk.bytes(py).len() => decoder.take(py, chunk.bytes(py), position),
            _ => Ok(None),
        }
    }

    /// One that is given its chunks.
    pub(crate) fn without_source(decoder: Py<Decoder>) -> Self {
        Self { decoder, source: Exclusive::new(Source { chunks: None, current: None, text: Text::default() }) }
    }

    /// The next event of the chunk at hand; None: it takes another chunk, or the end of the stream.
    pub(crate) fn next_in_chunk<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.next_of(py, &mut *self.source.enter(py, "EventIterator")?)
    }

    #[inline]
    fn next_of<'py>(&self, py: Python<'py>, source: &mut Source) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some((chunk, position)) = &mut source.current {
            if let Some(event) = self.decoder.get().enter(py)?.next(py, chunk.bytes(py), position)? {
                return Ok(Some(event));
            }
            source.current = None;
        }
        Ok(None)
    }

    pub(crate) fn is_ended(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.decoder.get().enter(py)?.is_ended())
    }

    /// The next event that the end of the stream gives.
    pub(crate) fn finish<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut decoder = self.decoder.get().enter(py)?;
        decoder.set_closed();
        decoder.finish(py)
    }

    /// Take the next chunk from outside, once one is wanted.
    pub(crate) fn give(&self, given: &Bound<'_, PyAny>) -> PyResult<()> {
        let chunk = Chunk::of(given)?;
        let mut source = self.source.enter(given.py(), "EventIterator")?;
        source.current = Some((chunk, 0));
        Ok(())
    }

    /// The next event, if it fits a template and lies whole in this chunk or the next. Some(None): the source raised,
    /// and its exception is set. None: ask the general function; nothing was done but, at most, getting the next chunk.
    #[inline]
    fn next_at_hand<'py>(&self, py: Python<'py>) -> Option<Option<Bound<'py, PyAny>>> {
        let mut source = self.source.enter(py, "EventIterator").ok()?;
        let mut decoder = self.decoder.get().enter(py).ok()?;
        let (chunk, position) = source.current.as_mut()?;
        let bytes = chunk.bytes(py);
        if *position < bytes.len() {
            return given(py, decoder.take(py, bytes, position));
        }
        if !decoder.is_between_events() {
            return None;
        }
        // The source may look at the decoder.
        drop(decoder);
        let chunks = source.chunks.as_ref()?.as_ptr();
        // SAFETY: an iterator has this slot; it gives an owned object, or null with or without an exception.
        let next = unsafe { Bound::from_owned_ptr_or_opt(py, (*ffi::Py_TYPE(chunks)).tp_iternext?(chunks)) };
        let Some(next) = next else {
            // SAFETY: the GIL is held. StopIteration may be set or not; all else is for the caller.
            let ended = unsafe {
                ffi::PyErr_Occurred().is_null() || ffi::PyErr_ExceptionMatches(ffi::PyExc_StopIteration) != 0
            };
            if !ended {
                return Some(None);
            }
            // SAFETY: as above.
            unsafe { ffi::PyErr_Clear() };
            // It must not be asked again.
            drop(source.chunks.take()?.into_bound(py));
            return None;
        };
        let next = match Chunk::of(&next) {
            Ok(next) => next,
            Err(error) => return given(py, Err(error)),
        };
        let mut decoder = self.decoder.get().enter(py).ok()?;
        let (chunk, position) = source.current.as_mut()?;
        decoder.end_chunk(chunk.bytes(py));
        *position = 0;
        std::mem::replace(chunk, next).release(py);
        given(py, decoder.take(py, chunk.bytes(py), position))
    }
}

/// What [`EventIterator::next_at_hand`] makes of an event or an error.
#[inline]
fn given<'py>(py: Python<'py>, event: PyResult<Option<Bound<'py, PyAny>>>) -> Option<Option<Bound<'py, PyAny>>> {
    match event {
        Ok(event) => event.map(Some),
        Err(error) => {
            error.restore(py);
            Some(None)
        }
    }
}

/// Where the chunks come from.
struct Source {
    /// None: used up, or closed.
    chunks: Option<Py<PyIterator>>,
    current: Option<(Chunk, usize)>,
    /// What a call for the text had got when the source raised.
    text: Text,
}

#[pymethods]
impl EventIterator {
    #[new]
    fn new(chunks: &Bound<'_, PyAny>, decoder: GivenDecoder) -> PyResult<Self> {
        let chunks = Some(chunks.try_iter()?.unbind());
        Ok(Self { decoder: decoder.0, source: Exclusive::new(Source { chunks, current: None, text: Text::default() }) })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    pub(crate) fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut source = self.source.enter(py, "EventIterator")?;
        if let Some(event) = self.next_of(py, &mut source)? {
            return Ok(Some(event));
        }
        while self.pull(py, &mut source)? {
            if let Some(event) = self.next_of(py, &mut source)? {
                return Ok(Some(event));
            }
            // Nothing else would see Ctrl-C while a source that runs no Python code gives chunks without an event.
            py.check_signals()?;
        }
        self.decoder.get().enter(py)?.finish(py)
    }

    // A source is as a rule a generator, whose frame may hold whatever holds this. While a call is under way, nothing
    // is shown to the garbage collector, which then takes everything for reachable.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.decoder)?;
        let Some(source) = self.source.visit(&visit) else { return Ok(()) };
        source.chunks.as_ref().map_or(Ok(()), |chunks| visit.call(chunks))
    }

    fn __clear__(&self, py: Python<'_>) {
        if let Ok(mut source) = self.source.enter(py, "EventIterator") {
            source.chunks = None;
        }
    }

    /// Returns the text of all events that are still to come, joined. With the compiled core it takes
    /// about a quarter of the time of the events: those that are like earlier ones are not made.
    ///
    /// Raises:
    ///     SSEError: as the iteration does; its ``text`` holds the text before it. Call again to continue.
    ///         After other errors, as of the source, another call begins with the text before it.
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut text = std::mem::take(&mut self.source.enter(py, "EventIterator")?.text);
        match self.read_text(py, &mut text) {
            Ok(()) => text.finish_whole(py),
            Err(error) if errors::is_ours(py, &error)? => {
                Err(errors::with_attribute(py, error, "text", &text.finish_whole(py)?))
            }
            Err(error) => {
                self.source.enter(py, "EventIterator")?.text = text;
                Err(error)
            }
        }
    }

    /// Ends the iteration; an iterator of chunks that has a ``close`` method, such as a generator, is
    /// closed. A file stays open, as does whatever else the chunks come from: who opened it closes it.
    pub(crate) fn close(&self, py: Python<'_>) -> PyResult<()> {
        let chunks = {
            let mut source = self.source.enter(py, "EventIterator")?;
            source.current = None;
            self.decoder.get().enter(py)?.abandon();
            source.chunks.take()
        };
        match chunks {
            Some(chunks) if chunks.bind(py).hasattr("close")? => chunks.bind(py).call_method0("close").map(drop),
            _ => Ok(()),
        }
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    /// The decoder that makes the events, to be asked for its dialect, its counts and where the stream
    /// is.
    #[getter]
    pub(crate) fn decoder(&self, py: Python<'_>) -> Py<Decoder> {
        self.decoder.clone_ref(py)
    }

    /// Whether the stream has said that it is complete.
    #[getter]
    pub(crate) fn done(&self, py: Python<'_>) -> PyResult<bool> {
        self.decoder.bind(py).getattr("done")?.extract()
    }
}
