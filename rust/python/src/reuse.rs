//! Strings and numbers that can be written again.
//!
//! A string in a hole of an event that nobody can see any more (see `plan`) is itself invisible. Making a new one and
//! freeing the old one takes a third of the time of a whole predicted event, so the old one is filled again, as CPython
//! does with the left operand of `a += b` when it is its only owner. All strings that go into holes are made here, with
//! room for more characters than they have, and only these are ever filled again. How much room is the plan's to say:
//! it goes by the texts it has seen. Numbers need no room: a float takes any other value, an int any other of as many
//! digits inside.
//!
//! Left out without a GIL ([`REUSES`]), where a count of two proves nothing.

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Whether anything is used again.
pub(crate) const REUSES: bool = cfg!(not(Py_GIL_DISABLED));
/// CPython has one object of each int up to here.
const LARGEST_SHARED_INT: u32 = if cfg!(Py_3_15) { 1024 } else { 256 };
/// What an int says of itself if it is positive and has one digit inside: its length, and before CPython 3.12 nothing
/// else.
const ONE_DIGIT: usize = if cfg!(Py_3_12) { 1 << 3 } else { 1 };
/// Digits inside ints have 30 bits, and not 15, as CPython can be built too.
static LARGE_DIGITS: AtomicBool = AtomicBool::new(false);
const _: () = assert!(crate::scalar::LARGEST_SMALL < 1 << 30);

/// The first byte of what a str says of itself, if it is compact, ASCII and not interned. How the bits of it are laid
/// out is CPython's own affair, and has changed within a version.
static PLAIN_TEXT: AtomicU8 = AtomicU8::new(NEVER);
/// Nothing says this of itself: every str of the kinds at hand is compact, which is a bit.
const NEVER: u8 = 0;

/// Find out how the interpreter keeps strings and ints.
pub(crate) fn look_at_layouts(py: Python<'_>) -> PyResult<()> {
    look_at_texts();
    look_at_ints(py)
}

fn look_at_texts() {
    // SAFETY: the GIL is held, as `look_at_layouts` has a witness of it; PyUnicode_New gives new strings, which are
    // filled before anybody sees them, or null.
    unsafe {
        let (mut text, wide) = (ffi::PyUnicode_New(LANES as ffi::Py_ssize_t, 127), ffi::PyUnicode_New(1, 255));
        if !text.is_null() && !wide.is_null() {
            ffi::PyUnicode_DATA(text).cast::<u8>().write_bytes(b's', LANES);
            ffi::PyUnicode_DATA(wide).cast::<u8>().write(u8::MAX);
            let plain = state(text);
            ffi::PyUnicode_InternInPlace(&raw mut text);
            if plain != state(text) && plain != state(wide) {
                PLAIN_TEXT.store(plain, Ordering::Relaxed);
            }
        }
        ffi::PyErr_Clear();
        ffi::Py_XDECREF(text);
        ffi::Py_XDECREF(wide);
    }
}

/// What a str says of itself: whether it is interned, compact, ASCII.
///
/// # Safety
/// `text` is a str.
#[inline(always)]
unsafe fn state(text: *mut ffi::PyObject) -> u8 {
    // SAFETY: by the contract.
    unsafe { (&raw const (*text.cast::<ffi::PyASCIIObject>()).state).cast::<u8>().read() }
}

fn look_at_ints(py: Python<'_>) -> PyResult<()> {
    let bits: u32 = py.import("sys")?.getattr("int_info")?.getattr("bits_per_digit")?.extract()?;
    LARGE_DIGITS.store(bits == 30 && cfg!(target_pointer_width = "64"), Ordering::Relaxed);
    Ok(())
}

const HEADER: usize = size_of::<ffi::PyASCIIObject>();
/// Bytes that are copied in one go.
const LANES: usize = 16;
/// The least room there is: with header and NUL, the first multiple of [`LANES`].
pub(crate) const LEAST_ROOM: usize = room_of(1);
/// The most. 99 % of recorded tokens are shorter.
pub(crate) const MOST_ROOM: usize = room_of(100);

/// The characters for which there is room in an object that has room for `length` of them. The allocator rounds up to
/// 16 anyway.
pub(crate) const fn room_of(length: usize) -> usize {
    let least = if length < LANES { LANES } else { length + 1 };
    (HEADER + least).next_multiple_of(LANES) - HEADER - 1
}

/// A str of ASCII bytes, with room if it needs no more than that.
#[inline]
pub(crate) fn ascii<'py>(py: Python<'py>, bytes: &[u8], room: usize) -> PyResult<Bound<'py, PyAny>> {
    if bytes.is_empty() || bytes.len() > room || !REUSES {
        return crate::scalar::ascii(py, bytes);
    }
    // SAFETY: a new compact ASCII str that nobody else has seen has room for `room` characters and the NUL behind them.
    // Its length may be any that fits: PyUnicode_Resize shortens strings in the same way, and the allocator keeps no
    // length.
    unsafe {
        let text = ffi::PyUnicode_New(room as ffi::Py_ssize_t, 127);
        if text.is_null() {
            return Err(PyMemoryError::new_err(()));
        }
        fill(text, bytes, 0, bytes.len());
        Ok(Bound::from_owned_ptr(py, text))
    }
}

/// Write another text, `bytes[start..end]`, into a string. False, and nothing is done: this one can't take it.
///
/// # Safety
/// `text` is a str, made by a function that makes all its ASCII strings of 1 to `room` characters with [`ascii`] and
/// this or more room, at least [`LEAST_ROOM`]; `start..end` lies in `bytes`; and if the reference count of `text` is
/// two, the caller has both references (that of the event and its own), and the GIL.
#[inline]
pub(crate) unsafe fn refill(text: *mut ffi::PyObject, bytes: &[u8], start: usize, end: usize, room: usize) -> bool {
    if !REUSES {
        return false;
    }
    // SAFETY: `text` is a str, by the contract. No other owner means that no dict and no C code has it; an interned
    // string would be in a table that does not count. Compact ASCII of 1 to `room` characters has room, by the
    // contract.
    unsafe {
        let object = text.cast::<ffi::PyASCIIObject>();
        #[cfg(not(Py_3_12))]
        let plain = (*object).wstr.is_null();
        #[cfg(Py_3_12)]
        let plain = true;
        let ours = plain && state(text) == PLAIN_TEXT.load(Ordering::Relaxed);
        let fits = |length: usize| length.wrapping_sub(1) < room;
        if ffi::Py_REFCNT(text) != 2 || !ours || !fits((*object).length as usize) || !fits(end - start) {
            return false;
        }
        fill(text, bytes, start, end);
    }
    true
}

/// Write another value into a float. False, and nothing is done: this one can't take it.
///
/// # Safety
/// `float` is a float; and if its reference count is two, the caller has both references, and the GIL.
#[inline]
pub(crate) unsafe fn refill_float(float: *mut ffi::PyObject, value: impl FnOnce() -> f64) -> bool {
    // SAFETY: by the contract; no other owner means that nobody can see it.
    unsafe {
        let ours = ffi::Py_REFCNT(float) == 2;
        if ours {
            (*float.cast::<ffi::PyFloatObject>()).ob_fval = value();
        }
        ours
    }
}

/// Write another value into an int, if there is one. False, and nothing is done: this one can't take it.
///
/// # Safety
/// `int` is an int; and if its reference count is two, the caller has both references, and the GIL.
#[inline]
pub(crate) unsafe fn refill_int(int: *mut ffi::PyObject, value: impl FnOnce() -> Option<u32>) -> bool {
    /// An int of one digit: `_longobject` in CPython's longintrepr.h, 3.10 to 3.13.
    #[repr(C)]
    struct Int {
        head: ffi::PyObject,
        length: usize,
        digit: u32,
    }
    // SAFETY: by the contract; no other owner means that nobody can see it, and that it is none of those that CPython
    // shares. The length is there in every int, and a digit of this size was found to be.
    unsafe {
        let int = int.cast::<Int>();
        if ffi::Py_REFCNT(int.cast()) != 2 || (*int).length != ONE_DIGIT || !LARGE_DIGITS.load(Ordering::Relaxed) {
            return false;
        }
        let value = value().filter(|&value| value > LARGEST_SHARED_INT);
        if let Some(value) = value {
            (*int).digit = value;
        }
        value.is_some()
    }
}

/// # Safety
/// `text` is a compact ASCII str with room for `start..end` of `bytes` and a NUL, and for [`LEAST_ROOM`]; nobody else
/// can see it.
#[inline(always)]
unsafe fn fill(text: *mut ffi::PyObject, bytes: &[u8], start: usize, end: usize) {
    let length = end - start;
    // SAFETY: by the contract; a string with room has at least LANES bytes for characters and NUL. The hash is that of
    // the old text: -1 has it computed anew.
    unsafe {
        let characters = text.cast::<u8>().add(HEADER);
        let source = bytes.as_ptr().add(start);
        if length <= LANES && bytes.len() - start >= LANES {
            // As a number: the compiler would make one call to memcpy of two copies.
            characters.cast::<u128>().write_unaligned(source.cast::<u128>().read_unaligned());
        } else {
            std::ptr::copy_nonoverlapping(source, characters, length);
        }
        characters.add(length).write(0);
        let object = text.cast::<ffi::PyASCIIObject>();
        (*object).length = length as ffi::Py_ssize_t;
        (*object).hash = -1;
    }
}
