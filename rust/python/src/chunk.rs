//! The bytes of a bytes-like object, without a copy.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A bytes-like object that is being read. The object cannot go away or change its size while this lives.
pub(crate) enum Chunk {
    Bytes(Py<PyBytes>),
    /// Anything else with one contiguous buffer of bytes: bytearray, memoryview, array, mmap.
    Buffer(PyBuffer<u8>),
    /// A copy, where that is the only way: strided views, other item types; and everything mutable without a GIL, or before CPython
    /// 3.12, whose garbage collector may call Python code while an event is made.
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
        let refused = |_| {
            let name = object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
            PyTypeError::new_err(format!("expected a bytes-like chunk, got {name}"))
        };
        if let Ok(buffer) = PyBuffer::<u8>::get(object) {
            let fixed = cfg!(all(Py_3_12, not(Py_GIL_DISABLED))) || buffer.readonly();
            if buffer.is_c_contiguous() && fixed && cfg!(not(Py_GIL_DISABLED)) {
                return Ok(Self::Buffer(buffer));
            }
            return Ok(Self::Copy(buffer.to_vec(object.py())?));
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

    /// The bytes as they are now. Between two calls the owner may have changed them, which is why nothing derived from them is kept
    /// but positions.
    #[inline]
    pub(crate) fn bytes<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(py),
            Self::Buffer(buffer) => {
                let start = buffer.buf_ptr().cast::<u8>();
                if start.is_null() {
                    return b"";
                }
                // SAFETY: contiguous (checked in `of_buffer`), and exported for as long as the PyBuffer lives. With the GIL held, and no
                // Python code running while the slice is in use, nobody writes to it.
                unsafe { std::slice::from_raw_parts(start, buffer.len_bytes()) }
            }
            Self::Copy(bytes) => bytes,
        }
    }
}
