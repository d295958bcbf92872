//! One user at a time, checked: what `&mut self` promises inside Rust has to hold for callers in Python too.

use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A value that one call at a time may use. A second one, from another thread or from inside the first, gets an error.
pub(crate) struct Exclusive<T> {
    /// INVARIANT: true from `enter` until its `Entered` is dropped.
    busy: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is reached only through `enter`, which lets one caller in at a time (see there).
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { busy: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// # Errors
    /// RuntimeError, naming `what`, if someone is inside.
    #[inline]
    pub(crate) fn enter(&self, _py: Python<'_>, what: &'static str) -> Result<Entered<'_, T>, PyErr> {
        if self.was_busy() { Err(in_use(what)) } else { Ok(Entered { owner: self }) }
    }

    /// For `__traverse__`, where nothing of Python may be touched. None, if someone is inside.
    pub(crate) fn visit(&self, _visit: &PyVisit<'_>) -> Option<Entered<'_, T>> {
        if self.was_busy() { None } else { Some(Entered { owner: self }) }
    }

    /// Whether it was busy; it is now.
    #[inline]
    fn was_busy(&self) -> bool {
        // With the GIL, which both callers hold by their witnesses, no other thread runs between the load and the
        // store, and a locked exchange would cost more than a tenth of a whole event.
        #[cfg(not(Py_GIL_DISABLED))]
        {
            let busy = self.busy.load(Ordering::Relaxed);
            self.busy.store(true, Ordering::Relaxed);
            busy
        }
        #[cfg(Py_GIL_DISABLED)]
        self.busy.swap(true, Ordering::Acquire)
    }
}

#[cold]
fn in_use(what: &str) -> PyErr {
    PyRuntimeError::new_err(format!("{what} is in use by another thread or call"))
}

/// The right to use the value, until dropped.
pub(crate) struct Entered<'a, T> {
    owner: &'a Exclusive<T>,
}

impl<T> Deref for Entered<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `busy` is ours, so no other reference to the value exists.
        unsafe { &*self.owner.value.get() }
    }
}

impl<T> DerefMut for Entered<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: `busy` is ours, so no other reference to the value exists.
        unsafe { &mut *self.owner.value.get() }
    }
}

impl<T> Drop for Entered<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.owner.busy.store(false, Ordering::Release);
    }
}
