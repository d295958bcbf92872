//! Strings that can be written again.
//!
//! A string in a hole of an event that nobody can see any more (see `plan`) is itself invisible. Making a new one and freeing the
//! old one takes a third of the time of a whole predicted event, so the old one is filled again, as CPython does
//! with the left operand of `a += b` when it is its only owner. All strings that go into holes are made here, with room for
//! [`ROOM`] characters, and only these are ever filled again.
//!
//! Left out where it can't be checked or does not pay: CPython 3.14 and later hide whether a string is interned, and without a GIL a
//! count of one proves nothing. There, `refill` always says no.

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Characters there is room for, at least: what makes the whole string 64 bytes. 95 % of recorded tokens have at most 22.
const ROOM: usize = 64 - size_of::<ffi::PyASCIIObject>() - 1;

/// A str of ASCII bytes, with room.
#[inline]
pub(crate) fn ascii<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if bytes.len() < 2 || bytes.len() > ROOM || cfg!(any(Py_GIL_DISABLED, Py_3_14)) {
        return crate::scalar::ascii(py, bytes);
    }
    // SAFETY: a new compact ASCII str that nobody else has seen has room for ROOM characters and the NUL behind them. Its length
    // may be any that fits: PyUnicode_Resize shortens strings in the same way, and the allocator keeps no length.
    unsafe {
        let text = ffi::PyUnicode_New(ROOM as ffi::Py_ssize_t, 127);
        if text.is_null() {
            return Err(PyMemoryError::new_err(()));
        }
        fill(text, bytes);
        Ok(Bound::from_owned_ptr(py, text))
    }
}

/// Write another text into a string. False, and nothing is done: this one can't take it.
///
/// # Safety
/// `text` was made by a function that makes all its ASCII strings of 2 to [`ROOM`] characters with [`ascii`]; and if its
/// reference count is one, the caller has that reference, and the GIL.
#[inline]
pub(crate) unsafe fn refill(text: *mut ffi::PyObject, bytes: &[u8]) -> bool {
    #[cfg(not(any(Py_GIL_DISABLED, Py_3_14)))]
    {
        let room = 2..=ROOM;
        // SAFETY: the type is checked before the layout is relied on. One owner means that no dict and no C code has it; an
        // interned string would be in a table that does not count. Compact ASCII of 2 to ROOM characters has room, by the contract.
        unsafe {
            if !room.contains(&bytes.len()) || ffi::Py_REFCNT(text) != 1 || ffi::PyUnicode_CheckExact(text) == 0 {
                return false;
            }
            let object = text.cast::<ffi::PyASCIIObject>();
            #[cfg(not(Py_3_12))]
            let plain = (*object).wstr.is_null() && (*object).ready() == 1;
            #[cfg(Py_3_12)]
            let plain = true;
            let ours = plain && (*object).interned() == 0 && (*object).compact() == 1 && (*object).ascii() == 1;
            if !ours || !room.contains(&((*object).length as usize)) {
                return false;
            }
            fill(text, bytes);
        }
        true
    }
    #[cfg(any(Py_GIL_DISABLED, Py_3_14))]
    {
        let _ = (text, bytes);
        false
    }
}

/// # Safety
/// `text` is a compact ASCII str with room for `bytes` and a NUL, and nobody else can see it.
#[inline]
unsafe fn fill(text: *mut ffi::PyObject, bytes: &[u8]) {
    // SAFETY: by the contract. The hash is that of the old text: -1 has it computed anew.
    unsafe {
        let characters = ffi::PyUnicode_DATA(text).cast::<u8>();
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), characters, bytes.len());
        characters.add(bytes.len()).write(0);
        let object = text.cast::<ffi::PyASCIIObject>();
        (*object).length = bytes.len() as ffi::Py_ssize_t;
        (*object).hash = -1;
    }
}
