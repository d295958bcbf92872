//! JSON scalars to Python objects.

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use sselerate_core::json::{Kind, scan, unescape, unescape_replacing};

/// CPython refuses to convert longer decimal texts in one go (the least its limit can be set to is 640).
const DIGITS_AT_ONCE: usize = 600;

/// A str of ASCII bytes.
#[inline]
pub(crate) fn ascii<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    debug_assert!(bytes.is_ascii());
    let length = bytes.len() as ffi::Py_ssize_t;
    // SAFETY: PyUnicode_New(n, 127) gives a new compact ASCII str with room for n bytes, which nobody else has seen yet; for n < 2
    // CPython has shared objects, which FromStringAndSize returns.
    unsafe {
        if bytes.len() < 2 {
            return Bound::from_owned_ptr_or_err(py, ffi::PyUnicode_FromStringAndSize(bytes.as_ptr().cast(), length));
        }
        let text = ffi::PyUnicode_New(length, 127);
        if text.is_null() {
            return Err(PyMemoryError::new_err(()));
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), ffi::PyUnicode_DATA(text).cast::<u8>(), bytes.len());
        Ok(Bound::from_owned_ptr(py, text))
    }
}

/// A str of a JSON string's body; `flags` as [`scan::string`] gave them.
#[inline]
pub(crate) fn string<'py>(
    py: Python<'py>,
    body: &[u8],
    flags: u8,
    scratch: &mut Vec<u8>,
) -> PyResult<Bound<'py, PyAny>> {
    match flags {
        0 => ascii(py, body),
        scan::NON_ASCII => utf8(py, body, c"strict"),
        _ => {
            scratch.clear();
            let text = unescape(body, scratch);
            if text.ascii {
                ascii(py, scratch)
            } else {
                utf8(py, scratch, if text.surrogates { c"surrogatepass" } else { c"strict" })
            }
        }
    }
}

pub(crate) fn utf8<'py>(py: Python<'py>, bytes: &[u8], errors: &std::ffi::CStr) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: pointer and length belong together, and the error handler's name ends with NUL.
    unsafe {
        let text = ffi::PyUnicode_DecodeUTF8(bytes.as_ptr().cast(), bytes.len() as ffi::Py_ssize_t, errors.as_ptr());
        Bound::from_owned_ptr_or_err(py, text)
    }
}

/// A str of bytes of the stream, what is not UTF-8 replaced.
#[inline]
pub(crate) fn text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if bytes.is_ascii() { ascii(py, bytes) } else { utf8(py, bytes, c"replace") }
}

/// An int of its decimal text, exact at any length.
#[inline]
pub(crate) fn int<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |digits| (true, digits));
    if digits.len() > 18 {
        return long_int(py, negative, digits);
    }
    let value = digits.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit.wrapping_sub(b'0')));
    Ok((if negative { -value } else { value }).into_pyobject(py)?.into_any())
}

#[cold]
fn long_int<'py>(py: Python<'py>, negative: bool, digits: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let int = py.get_type::<PyInt>();
    let mut value = 0i32.into_pyobject(py)?.into_any();
    for part in digits.chunks(DIGITS_AT_ONCE) {
        let scale = 10i32.into_pyobject(py)?.into_any().pow(part.len(), py.None())?;
        value = value.mul(scale)?.add(int.call1((ascii(py, part)?,))?)?;
    }
    if negative { value.neg() } else { Ok(value) }
}

/// The value of an integer of at most nine digits.
#[inline]
pub(crate) fn small(text: &[u8]) -> Option<u32> {
    let is_small = text.len() < 10 && text.iter().all(u8::is_ascii_digit);
    is_small.then(|| text.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0'))))
}

/// The value of a JSON number or of one of Python's words for what is none, correctly rounded: the standard library's
/// parser is the one the fast-float paper describes.
#[inline]
pub(crate) fn float_value(text: &[u8]) -> f64 {
    debug_assert!(text.is_ascii());
    match text {
        b"NaN" => f64::NAN,
        b"Infinity" => f64::INFINITY,
        b"-Infinity" => f64::NEG_INFINITY,
        // SAFETY: a JSON number has ASCII bytes only. (The check took longer than most parses.)
        number => unsafe { std::str::from_utf8_unchecked(number) }.parse().unwrap_or(f64::NAN),
    }
}

/// A str of a JSON string's body that may have lone surrogates, U+FFFD in place of each.
#[cold]
pub(crate) fn string_replacing<'py>(
    py: Python<'py>,
    body: &[u8],
    scratch: &mut Vec<u8>,
) -> PyResult<Bound<'py, PyAny>> {
    scratch.clear();
    if unescape_replacing(body, scratch).ascii { ascii(py, scratch) } else { utf8(py, scratch, c"strict") }
}

/// Any scalar.
#[inline]
pub(crate) fn of_kind<'py>(
    py: Python<'py>,
    kind: Kind,
    text: &[u8],
    flags: u8,
    scratch: &mut Vec<u8>,
) -> PyResult<Bound<'py, PyAny>> {
    match kind {
        Kind::Str | Kind::Key => string(py, text, flags, scratch),
        Kind::Int => int(py, text),
        Kind::Float | Kind::NotFinite => Ok(float_value(text).into_pyobject(py)?.into_any()),
        Kind::True => Ok(PyBool::new(py, true).to_owned().into_any()),
        Kind::False => Ok(PyBool::new(py, false).to_owned().into_any()),
        Kind::Null | Kind::Array | Kind::Object => Ok(py.None().into_bound(py)),
    }
}

/// Whether a str is ASCII and has these bytes.
#[inline]
pub(crate) fn is_ascii_text(text: &Bound<'_, PyString>, bytes: &[u8]) -> bool {
    let text = text.as_ptr();
    // SAFETY: `text` is a str. A compact ASCII one keeps its characters, one byte each, where PyUnicode_DATA says.
    unsafe {
        ffi::PyUnicode_GET_LENGTH(text) == bytes.len() as ffi::Py_ssize_t
            && ffi::PyUnicode_KIND(text) == ffi::PyUnicode_1BYTE_KIND
            && ffi::PyUnicode_IS_COMPACT_ASCII(text) != 0
            && std::slice::from_raw_parts(ffi::PyUnicode_DATA(text).cast::<u8>(), bytes.len()) == bytes
    }
}
