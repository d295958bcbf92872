//! `AsyncEventIterator`: awaits chunks, and hands out events one by one.
//!
//! It is an [`EventIterator`] that is given the chunks which were awaited. An event that is there already comes without
//! the event loop: the awaitable is done at once, and it is used again for the next event.

use crate::decoder::Decoder;
use crate::errors;
use crate::guard::Exclusive;
use crate::iterator::EventIterator;
use crate::options::GivenDecoder;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration, PyStopIteration, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyIterator, PyTuple};
use pyo3::{Borrowed, PyTypeInfo, ffi, intern};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asynchronous iterator over the events of a stream. It awaits the source only when it has no event left.
///
/// After an error, of the stream or of the source, the next step goes on behind it.
#[pyclass(frozen, generic, module = "sselerate._core")]
pub(crate) struct AsyncEventIterator {
    events: Py<EventIterator>,
    /// The source has ended.
    ended: AtomicBool,
    /// The source; None: closed.
    chunks: Exclusive<Option<Py<PyAny>>>,
    /// Someone awaits the source.
    busy: AtomicBool,
    /// An awaitable that is done, to be used again.
    spare: Exclusive<Option<Py<NextEvent>>>,
}

impl AsyncEventIterator {
    fn refuse_second_user(&self) -> PyResult<()> {
        if self.busy.load(Ordering::Relaxed) {
            return Err(PyRuntimeError::new_err("AsyncEventIterator is in use by another task or call"));
        }
        Ok(())
    }

    /// The awaitable that was used last, if nobody has it any more.
    #[inline]
    fn spare<'py>(this: &Bound<'py, Self>) -> Option<Bound<'py, NextEvent>> {
        let py = this.py();
        let mut spare = this.get().spare.enter(py, "AsyncEventIterator").ok()?;
        // Someone else may have it still; only its last owner may change it.
        // SAFETY: a live object, and the GIL is held.
        if unsafe { ffi::Py_REFCNT(spare.as_ref()?.as_ptr()) } != 1 {
            return None;
        }
        let spare = spare.take()?.into_bound(py);
        spare.get().state.enter(py, "NextEvent").ok()?.iterator = Some(this.clone().unbind());
        Some(spare)
    }
}

#[pymethods]
impl AsyncEventIterator {
    #[new]
    fn new(chunks: &Bound<'_, PyAny>, decoder: GivenDecoder) -> PyResult<Self> {
        let py = chunks.py();
        // What `async for` was given as an iterator need not be iterable again.
        let chunks = match chunks.hasattr(intern!(py, "__anext__"))? {
            true => chunks.clone(),
            // SAFETY: it gives an owned object, or null and an exception.
            false => unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyObject_GetAIter(chunks.as_ptr())) }?,
        };
        let chunks = chunks.unbind();
        let events = Py::new(py, EventIterator::without_source(decoder.0))?;
        Ok(Self {
            events,
            ended: AtomicBool::new(false),
            chunks: Exclusive::new(Some(chunks)),
            busy: AtomicBool::new(false),
            spare: Exclusive::new(None),
        })
    }

    fn __aiter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __anext__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, NextEvent>> {
        if let Some(spare) = Self::spare(this) {
            return Ok(spare);
        }
        let state = Exclusive::new(State { iterator: Some(this.clone().unbind()), waiting: None });
        Bound::new(this.py(), NextEvent { state, stop: Exclusive::new(None) })
    }

    // As in `crate::iterator`.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.events)?;
        let Some(chunks) = self.chunks.visit(&visit) else { return Ok(()) };
        chunks.as_ref().map_or(Ok(()), |chunks| visit.call(chunks))?;
        let Some(spare) = self.spare.visit(&visit) else { return Ok(()) };
        spare.as_ref().map_or(Ok(()), |spare| visit.call(spare))
    }

    fn __clear__(&self, py: Python<'_>) {
        if let Ok(mut chunks) = self.chunks.enter(py, "AsyncEventIterator") {
            *chunks = None;
        }
    }

    /// Ends the iteration; an iterator of chunks that has an ``aclose`` method, such as a generator, is
    /// closed. What a stream is read from stays open: who opened it closes it.
    fn aclose<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.refuse_second_user()?;
        let chunks = self.chunks.enter(py, "AsyncEventIterator")?.take();
        self.events.get().close(py)?;
        py.import("sselerate._coroutines")?.getattr("aclose")?.call1((chunks,))
    }

    fn __aenter__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        this.py().import("sselerate._coroutines")?.getattr("entered")?.call1((this,))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__<'py>(&self, py: Python<'py>, _exception: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        self.aclose(py)
    }

    /// The decoder that makes the events, to be asked for its dialect, its counts and where the stream
    /// is.
    #[getter]
    fn decoder(&self, py: Python<'_>) -> Py<Decoder> {
        self.events.get().decoder(py)
    }

    /// Whether the stream has said that it is complete.
    #[getter]
    fn done(&self, py: Python<'_>) -> PyResult<bool> {
        self.events.get().done(py)
    }
}

/// What `AsyncEventIterator.__anext__` returns: a coroutine, to those who ask, for one event.
#[pyclass(frozen, module = "sselerate._core")]
pub(crate) struct NextEvent {
    state: Exclusive<State>,
    /// The StopIteration that the last event was told with, which is used again if nobody has it: making one takes
    /// longer than making an event. Until then, or until the source is waited for, it keeps that event.
    stop: Exclusive<Option<Py<PyAny>>>,
}

struct State {
    /// None: done.
    iterator: Option<Py<AsyncEventIterator>>,
    /// What the source is asked through, if it is.
    waiting: Option<Py<PyIterator>>,
}

impl State {
    /// Leave the iterator to others, and what was waited for.
    fn give_up(&mut self, py: Python<'_>) -> PyResult<()> {
        let (Some(iterator), Some(waiting)) = (self.iterator.take(), self.waiting.take()) else { return Ok(()) };
        iterator.get().busy.store(false, Ordering::Relaxed);
        match waiting.bind(py).getattr_opt(intern!(py, "close"))? {
            Some(close) => close.call0().map(drop),
            None => Ok(()),
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if self.waiting.is_none() {
            return;
        }
        // As a coroutine does that is dropped: an exception may be on its way, which the source's code must not see.
        Python::attach(|py| {
            let [mut class, mut value, mut traceback] = [std::ptr::null_mut(); 3];
            // SAFETY: the GIL is held. All three are owned or null, and given back as they are.
            #[allow(deprecated, reason = "what replaces it is not in CPython 3.11")]
            unsafe {
                ffi::PyErr_Fetch(&raw mut class, &raw mut value, &raw mut traceback);
            }
            if let Err(error) = self.give_up(py) {
                error.write_unraisable(py, None);
            }
            // SAFETY: as above.
            #[allow(deprecated, reason = "as above")]
            unsafe {
                ffi::PyErr_Restore(class, value, traceback);
            }
        });
    }
}

/// What an awaitable is woken with.
enum Input<'py> {
    Value(Bound<'py, PyAny>),
    Exception(Bound<'py, PyTuple>),
}

/// Where an awaitable has got to.
enum Progress<'py> {
    Waits(Bound<'py, PyAny>),
    Done(Bound<'py, PyAny>),
}

impl<'py> Progress<'py> {
    /// In the way of a generator.
    fn told(self) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Waits(value) => Ok(value),
            Self::Done(event) => Err(PyStopIteration::new_err((event.unbind(),))),
        }
    }
}

impl NextEvent {
    fn advance<'py>(this: &Bound<'py, Self>, input: Input<'py>) -> PyResult<Progress<'py>> {
        let py = this.py();
        let mut state = this.get().state.enter(py, "NextEvent")?;
        let Some(iterator) = state.iterator.as_ref().map(|iterator| iterator.bind(py).clone()) else {
            return Err(PyRuntimeError::new_err("cannot reuse already awaited AsyncEventIterator.__anext__()"));
        };
        if let (None, Input::Value(value)) = (&state.waiting, &input)
            && !value.is_none()
        {
            return Err(PyTypeError::new_err("can't send non-None value to a just-started coroutine"));
        }
        let progress = state.advance(py, iterator.get(), input);
        let mut spare = None;
        if !matches!(progress, Ok(Progress::Waits(_))) {
            (state.iterator, state.waiting) = (None, None);
            spare = Some(this.clone().unbind());
        }
        drop(state);
        let before =
            iterator.get().spare.enter(py, "AsyncEventIterator").map(|mut kept| std::mem::replace(&mut *kept, spare));
        // Whose code may run, once the iterator can be used.
        drop(before);
        if !matches!(progress, Ok(Progress::Done(_))) {
            this.get().forget_event(py)?;
        }
        progress.map_err(|error| match error.is_instance_of::<PyStopIteration>(py) {
            true => not_the_end(py, error),
            false => error,
        })
    }

    /// The next event, if it is at hand.
    #[inline]
    fn done_at_once<'py>(this: Borrowed<'_, 'py, Self>) -> Option<PyResult<Bound<'py, PyAny>>> {
        let py = this.py();
        let mut state = this.get().state.enter(py, "NextEvent").ok()?;
        if state.waiting.is_some() {
            return None;
        }
        let iterator = state.iterator.as_ref()?.bind(py);
        if iterator.get().busy.load(Ordering::Relaxed) {
            return None;
        }
        let event = iterator.get().events.get().event_in_chunk(py).transpose()?;
        let iterator = state.iterator.take()?.into_bound(py);
        drop(state);
        let spare = iterator.get().spare.enter(py, "AsyncEventIterator").ok();
        let before = spare.and_then(|mut spare| spare.replace(this.to_owned().unbind()));
        // Not as a `Py`: PyO3 may not know here that the GIL is held.
        drop(before.map(|before| before.into_bound(py)));
        Some(event)
    }

    /// Let go of the last event, which may be large, and of what has seen its exception: it can take long until there
    /// is another one.
    fn forget_event(&self, py: Python<'_>) -> PyResult<()> {
        let mut kept = self.stop.enter(py, "NextEvent")?;
        let before = match &*kept {
            // SAFETY: it is a StopIteration.
            Some(stop) => unsafe { change_value(stop.bind(py), py.None().into_bound(py)) }.ok(),
            None => return Ok(()),
        };
        let stop = if before.is_none() { kept.take() } else { None };
        drop(kept);
        // Whose code may run.
        drop((before, stop));
        Ok(())
    }

    /// Raise a StopIteration with this value, or whatever making one raises.
    #[inline]
    fn stop(&self, event: Bound<'_, PyAny>) {
        let py = event.py();
        let stop = match self.stop_with(event) {
            Ok(stop) => stop,
            Err(error) => return error.restore(py),
        };
        // What PyO3 does, without the detours that it takes to be told later which exception it is.
        // SAFETY: the GIL is held, and the references are given away.
        unsafe {
            #[cfg(Py_3_12)]
            ffi::PyErr_SetRaisedException(stop.into_ptr());
            #[cfg(not(Py_3_12))]
            ffi::PyErr_Restore(ffi::Py_NewRef(ffi::PyExc_StopIteration), stop.into_ptr(), std::ptr::null_mut());
        }
    }

    /// The StopIteration that was raised last, or another one, with this value.
    #[inline]
    fn stop_with<'py>(&self, event: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = event.py();
        let mut kept = self.stop.enter(py, "NextEvent")?;
        let event = match &*kept {
            // SAFETY: it is a StopIteration.
            Some(stop) => match unsafe { change_value(stop.bind(py), event) } {
                Ok(before) => {
                    let stop = stop.bind(py).clone();
                    drop(kept);
                    // Whose code may run.
                    drop(before);
                    return Ok(stop);
                }
                Err(event) => event,
            },
            None => event,
        };
        let stop = py.get_type::<PyStopIteration>().call1((event,))?;
        let before = kept.replace(stop.clone().unbind());
        drop(kept);
        drop(before.map(|before| before.into_bound(py)));
        Ok(stop)
    }
}

/// Give a StopIteration another value, if it has one owner and is as it was made: no frame of Python has left its
/// traceback on it, nor whoever caught it an attribute. Ok: the value it had. Err: this value, and nothing is done.
///
/// # Safety
/// `stop` is a StopIteration.
#[inline(always)]
unsafe fn change_value<'py>(
    stop: &Bound<'py, PyAny>,
    value: Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Bound<'py, PyAny>> {
    // SAFETY: by the contract, and the GIL is held. Its arguments are a tuple, or null while it goes; if it is the only
    // one that has them, nobody can see either, and both references to the former value are theirs.
    unsafe {
        let fields = stop.as_ptr().cast::<ffi::PyStopIterationObject>();
        let added = [(*fields).dict, (*fields).traceback, (*fields).context, (*fields).cause];
        // A char of C, not of Rust.
        let suppress_context = (&raw const (*fields).suppress_context).cast::<u8>().read();
        let (arguments, before) = ((*fields).args, (*fields).value);
        let is_as_made = ffi::Py_REFCNT(stop.as_ptr()) == 1
            && added.iter().fold(0, |bits, added| bits | *added as usize) == 0
            && suppress_context == 0
            && !arguments.is_null()
            && ffi::Py_REFCNT(arguments) == 1
            && ffi::Py_SIZE(arguments) == 1;
        if !is_as_made {
            return Err(value);
        }
        let item = (&raw mut (*arguments.cast::<ffi::PyTupleObject>()).ob_item).cast::<*mut ffi::PyObject>();
        if before.is_null() || *item != before {
            return Err(value);
        }
        // The garbage collector forgets a tuple of what it need not know, and this may get what it must.
        if ffi::Py_TYPE(before) != ffi::Py_TYPE(value.as_ptr()) && ffi::PyObject_GC_IsTracked(arguments) == 0 {
            ffi::PyObject_GC_Track(arguments.cast());
        }
        #[cfg(Py_3_14)]
        {
            (*arguments.cast::<ffi::PyTupleObject>()).ob_hash = -1;
        }
        (*fields).value = value.clone().into_ptr();
        *item = value.into_ptr();
        ffi::Py_DECREF(before);
        Ok(Bound::from_owned_ptr(stop.py(), before))
    }
}

impl State {
    fn advance<'py>(
        &mut self,
        py: Python<'py>,
        iterator: &AsyncEventIterator,
        mut input: Input<'py>,
    ) -> PyResult<Progress<'py>> {
        loop {
            match (&self.waiting, &input) {
                (Some(waiting), input) => {
                    let result = match input {
                        Input::Value(value) => waiting.bind(py).send(value),
                        Input::Exception(exception) => throw(waiting.bind(py), exception),
                    };
                    if let Ok(PySendResult::Next(value)) = result {
                        return Ok(Progress::Waits(value));
                    }
                    self.waiting = None;
                    iterator.busy.store(false, Ordering::Relaxed);
                    match result {
                        Ok(PySendResult::Next(_)) => {}
                        Ok(PySendResult::Return(chunk)) => iterator.events.get().give(&chunk)?,
                        Err(error) if error.is_instance_of::<PyStopAsyncIteration>(py) => {
                            iterator.ended.store(true, Ordering::Relaxed);
                        }
                        Err(error) => return Err(error),
                    }
                }
                (None, Input::Exception(exception)) => return Err(raised(exception)?),
                (None, Input::Value(_)) => {}
            }
            input = Input::Value(py.None().into_bound(py));
            iterator.refuse_second_user()?;
            let events = iterator.events.get();
            if let Some(event) = events.next_in_chunk(py)? {
                return Ok(Progress::Done(event));
            }
            if iterator.ended.load(Ordering::Relaxed) || events.is_ended(py)? {
                return match events.finish(py)? {
                    Some(event) => Ok(Progress::Done(event)),
                    None => Err(PyStopAsyncIteration::new_err(())),
                };
            }
            let chunks =
                iterator.chunks.enter(py, "AsyncEventIterator")?.as_ref().map(|chunks| chunks.bind(py).clone());
            let Some(chunks) = chunks else { return Err(PyStopAsyncIteration::new_err(())) };
            match ask(&chunks) {
                Ok(waiting) => {
                    self.waiting = Some(waiting.unbind());
                    iterator.busy.store(true, Ordering::Relaxed);
                }
                // An `__anext__` that is no coroutine says so at once.
                Err(error) if error.is_instance_of::<PyStopAsyncIteration>(py) => {
                    iterator.ended.store(true, Ordering::Relaxed);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// What becomes of a StopIteration that is none of ours, as in a coroutine: its value would be taken for an event.
#[cold]
fn not_the_end(py: Python<'_>, error: PyErr) -> PyErr {
    let raised = PyRuntimeError::new_err("coroutine raised StopIteration");
    raised.set_cause(py, Some(error));
    raised
}

/// What a slot for a special method without arguments returns; None: the type has no such slot.
fn special<'py>(
    object: &Bound<'py, PyAny>,
    slot: impl Fn(&ffi::PyAsyncMethods) -> Option<ffi::unaryfunc>,
) -> Option<PyResult<Bound<'py, PyAny>>> {
    // SAFETY: a type that has slots of this kind keeps them as long as it lives; they give an owned object, or null and
    // an exception.
    unsafe {
        let method = (*object.get_type_ptr()).tp_as_async.as_ref().and_then(slot)?;
        Some(Bound::from_owned_ptr_or_err(object.py(), method(object.as_ptr())))
    }
}

/// Ask a source for a chunk, as `async for` does: the iterator that waits for it.
fn ask<'py>(chunks: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyIterator>> {
    let py = chunks.py();
    let awaitable = match special(chunks, |slots| slots.am_anext) {
        Some(awaitable) => awaitable?,
        None => chunks.call_method0(intern!(py, "__anext__"))?,
    };
    let waiting = match special(&awaitable, |slots| slots.am_await) {
        Some(waiting) => waiting?,
        // A coroutine made by the decorator `types.coroutine` waits for itself.
        None if py.import("inspect")?.getattr("isawaitable")?.call1((&awaitable,))?.is_truthy()? => awaitable,
        None => {
            let name = awaitable.get_type().name()?;
            return Err(PyTypeError::new_err(format!("object {name} can't be used in 'await' expression")));
        }
    };
    Ok(waiting.cast_into::<PyIterator>()?)
}

/// `throw()` of an iterator that may have none.
fn throw<'py>(waiting: &Bound<'py, PyIterator>, exception: &Bound<'py, PyTuple>) -> PyResult<PySendResult<'py>> {
    let py = waiting.py();
    let Some(throw) = waiting.getattr_opt(intern!(py, "throw"))? else { return Err(raised(exception)?) };
    match throw.call1(exception) {
        Ok(value) => Ok(PySendResult::Next(value)),
        Err(error) if error.is_instance_of::<PyStopIteration>(py) => {
            Ok(PySendResult::Return(error.value(py).getattr(intern!(py, "value"))?))
        }
        Err(error) => Err(error),
    }
}

/// The exception that the arguments of `throw()` stand for: an instance, or a class and what to make it of.
fn raised(arguments: &Bound<'_, PyTuple>) -> PyResult<PyErr> {
    let first = arguments.get_item(0)?;
    let exception = match first.is_callable() {
        false => first,
        true => match arguments.get_item(1).ok().filter(|value| !value.is_none()) {
            Some(value) if value.is_instance(&first)? => value,
            Some(value) => first.call1((value,))?,
            None => first.call0()?,
        },
    };
    Ok(PyErr::from_value(exception))
}

#[pymethods]
impl NextEvent {
    fn __await__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::send(this, this.py().None().into_bound(this.py()))
    }

    fn send<'py>(this: &Bound<'py, Self>, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Self::advance(this, Input::Value(value))?.told()
    }

    #[pyo3(signature = (*exception))]
    fn throw<'py>(this: &Bound<'py, Self>, exception: Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        Self::advance(this, Input::Exception(exception))?.told()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(state) = self.state.visit(&visit) else { return Ok(()) };
        state.iterator.as_ref().map_or(Ok(()), |iterator| visit.call(iterator))?;
        state.waiting.as_ref().map_or(Ok(()), |waiting| visit.call(waiting))?;
        let Some(stop) = self.stop.visit(&visit) else { return Ok(()) };
        stop.as_ref().map_or(Ok(()), |stop| visit.call(stop))
    }

    fn __clear__(&self, py: Python<'_>) {
        let Ok(mut state) = self.state.enter(py, "NextEvent") else { return };
        // The iterator may live on.
        if let (Some(iterator), Some(_)) = (&state.iterator, &state.waiting) {
            iterator.get().busy.store(false, Ordering::Relaxed);
        }
        (state.iterator, state.waiting) = (None, None);
        drop(state);
        if let Ok(mut stop) = self.stop.enter(py, "NextEvent") {
            *stop = None;
        }
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let nothing = State { iterator: None, waiting: None };
        // What is closed may come back here.
        let mut state = std::mem::replace(&mut *self.state.enter(py, "NextEvent")?, nothing);
        state.give_up(py)
    }
}

/// PyO3's function for the slot of [`quick_anext`], for all that this leaves.
static GENERAL_ANEXT: OnceLock<ffi::unaryfunc> = OnceLock::new();

/// Put the quick functions in their places, as [`crate::iterator::quicken`] does, and for the same reason.
pub(crate) fn quicken(py: Python<'_>) {
    if cfg!(Py_GIL_DISABLED) {
        return;
    }
    let (iterator, next) = (AsyncEventIterator::type_object_raw(py), NextEvent::type_object_raw(py));
    // SAFETY: both are ready types without instances; a heap type's `tp_as_async` is its own.
    unsafe {
        let (iterator_slots, next_slots) = ((*iterator).tp_as_async, (*next).tp_as_async);
        if iterator_slots.is_null() || next_slots.is_null() {
            return;
        }
        if let Some(general_anext) = (*iterator_slots).am_anext
            && GENERAL_ANEXT.set(general_anext).is_ok()
        {
            (*iterator_slots).am_anext = Some(quick_anext);
            (*next_slots).am_await = Some(quick_await);
            (*next_slots).am_send = Some(quick_send);
            (*next).tp_iternext = Some(quick_next);
        }
    }
}

unsafe extern "C" fn quick_anext(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held and an instance of the class whose slot this is. Nothing is dropped
    // here as a `Py`, see `crate::iterator`.
    let spare = std::panic::catch_unwind(|| unsafe {
        let iterator = Borrowed::from_ptr(Python::assume_attached(), object).cast_unchecked::<AsyncEventIterator>();
        AsyncEventIterator::spare(&iterator).map(Bound::into_ptr)
    });
    if let Ok(Some(spare)) = spare {
        return spare;
    }
    // SAFETY: called as this function was. There is one, as it came before this function took its place.
    GENERAL_ANEXT.get().map_or(std::ptr::null_mut(), |general| unsafe { general(object) })
}

unsafe extern "C" fn quick_await(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a live object, and the GIL is held.
    unsafe { ffi::Py_NewRef(object) }
}

/// The event at hand, owned; or null, with an exception set. None: nothing is at hand.
///
/// # Safety
/// `object` is a `NextEvent`, and the GIL is held.
unsafe fn at_hand(object: *mut ffi::PyObject) -> Option<*mut ffi::PyObject> {
    // SAFETY: by the contract.
    let event = std::panic::catch_unwind(|| unsafe {
        let py = Python::assume_attached();
        match NextEvent::done_at_once(Borrowed::from_ptr(py, object).cast_unchecked::<NextEvent>())? {
            Ok(event) => Some(event.into_ptr()),
            Err(error) => {
                error.restore(py);
                Some(std::ptr::null_mut())
            }
        }
    });
    event.unwrap_or_else(|panic| {
        // SAFETY: by the contract.
        errors::panicked(&*panic).restore(unsafe { Python::assume_attached() });
        Some(std::ptr::null_mut())
    })
}

/// What [`NextEvent::send`] does, in the way of `PyIter_Send`: how it went, and the event, or what to wait for, or null
/// with an exception set.
///
/// # Safety
/// `object` is a `NextEvent`, `value` an object, and the GIL is held.
unsafe fn sent(object: *mut ffi::PyObject, value: *mut ffi::PyObject) -> (ffi::PySendResult, *mut ffi::PyObject) {
    // SAFETY: by the contract.
    unsafe {
        if let Some(event) = at_hand(object) {
            let how = if event.is_null() { ffi::PySendResult::PYGEN_ERROR } else { ffi::PySendResult::PYGEN_RETURN };
            return (how, event);
        }
        let py = Python::assume_attached();
        let progress = std::panic::catch_unwind(|| {
            Python::attach(|_| {
                let next = Borrowed::from_ptr(py, object).cast_unchecked::<NextEvent>().to_owned();
                NextEvent::advance(&next, Input::Value(Borrowed::from_ptr(py, value).to_owned()))
            })
        });
        match progress.unwrap_or_else(|panic| Err(errors::panicked(&*panic))) {
            Ok(Progress::Waits(value)) => (ffi::PySendResult::PYGEN_NEXT, value.into_ptr()),
            Ok(Progress::Done(event)) => (ffi::PySendResult::PYGEN_RETURN, event.into_ptr()),
            Err(error) => {
                error.restore(py);
                (ffi::PySendResult::PYGEN_ERROR, std::ptr::null_mut())
            }
        }
    }
}

unsafe extern "C" fn quick_send(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> ffi::PySendResult {
    // SAFETY: CPython calls this with the GIL held and an instance of the class whose slot this is; `result` is for one
    // owned reference.
    unsafe {
        let (how, value) = sent(object, value);
        result.write(value);
        how
    }
}

/// The way in which CPython 3.12 and later ask, which takes the event for the value of a StopIteration.
unsafe extern "C" fn quick_next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held and an instance of the class whose slot this is.
    unsafe {
        match sent(object, ffi::Py_None()) {
            (ffi::PySendResult::PYGEN_RETURN, event) => {
                let py = Python::assume_attached();
                let next = Borrowed::from_ptr(py, object).cast_unchecked::<NextEvent>();
                next.get().stop(Bound::from_owned_ptr(py, event));
                std::ptr::null_mut()
            }
            (_, value) => value,
        }
    }
}
