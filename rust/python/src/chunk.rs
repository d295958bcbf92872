//! The bytes of a bytes-like object, without a copy if nobody can change them.
//!
//! Python code may run while a chunk is read: the first unknown key of a class is noted, an exception is made, an event
//! asked for its text, and with them whatever traces calls; before CPython 3.12 also what the garbage collector finds.
//! Bytes that were looked at must still be the same then, or a str is made of what was never checked. So what is
//! mutable is copied first.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

/// A bytes-like object that is being read.
pub(crate) enum Chunk {
    Bytes(Py<PyBytes>),
    /// A part of a bytes object, or a file that was mapped to be read.
    View(PyBuffer<u8>),
    /// A copy of anything else.
    Copy(Vec<u8>),
}

impl Chunk {
    /// # Errors
    /// TypeError for what is not bytes-like.
    #[inline]
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone().unbind()));
        }
        Self::of_buffer(object)
    }

    fn of_buffer(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let refused = |error: PyErr| {
            if !error.is_instance_of::<PyTypeError>(object.py()) {
                return error; // a memoryview that was released
            }
            let name = object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
            PyTypeError::new_err(format!("expected a bytes-like chunk, got {name}"))
        };
        if let Ok(buffer) = PyBuffer::<u8>::get(object) {
            return Ok(if buffer.is_c_contiguous() && buffer.readonly() && is_immutable(object)? {
                Self::View(buffer)
            } else {
                Self::Copy(buffer.to_vec(object.py())?)
            });
        }
        // Other item types ("c", "b", "I", ...) and strides: memoryview knows how to flatten them.
        let view = object.py().import("builtins")?.getattr("memoryview")?.call1((object,)).map_err(refused)?;
        let bytes = view.call_method0("tobytes")?;
        Ok(Self::Bytes(bytes.cast_into::<PyBytes>()?.unbind()))
    }

    /// Let go of it, where PyO3 may not know that the GIL is held.
    pub(crate) fn release(self, py: Python<'_>) {
        if let Self::Bytes(bytes) = self {
            drop(bytes.into_bound(py));
        }
    }

    #[inline]
    pub(crate) fn bytes<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(py),
            Self::View(buffer) => {
                let start = buffer.buf_ptr().cast::<u8>();
                if start.is_null() {
                    return b"";
                }
                // SAFETY: contiguous, and exported for as long as the PyBuffer lives; and nobody writes to it (both
                // checked in `of_buffer`).
                unsafe { std::slice::from_raw_parts(start, buffer.len_bytes()) }
            }
            Self::Copy(bytes) => bytes,
        }
    }
}

/// Whether nobody can change what a read-only buffer of this object shows. That it is read-only says nothing: it may be
/// a view of a bytearray.
fn is_immutable(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let owner = match object.cast_exact::<PyMemoryView>() {
        Ok(view) => view.getattr(intern!(object.py(), "obj"))?,
        Err(_) => object.clone(),
    };
    // Who maps a file so that Python can only read it answers for other programs that write to it.
    Ok(owner.is_exact_instance_of::<PyBytes>() || owner.get_type().is(object.py().import("mmap")?.getattr("mmap")?))
}
