//! JSON scalars to Python objects.

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString};
use sselerate_core::json::{Kind, scan, unescape};
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// CPython refuses to convert longer decimal texts in one go (the least its limit can be set to is 640).
const DIGITS_AT_ONCE: usize = 600;
/// What nine digits can say.
pub(crate) const LARGEST_SMALL: u32 = 999_999_999;
/// See [`utf8`].
const LONGEST_TOKEN: usize = 512;

/// A str of ASCII bytes.
#[inline]
pub(crate) fn ascii<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    debug_assert!(bytes.is_ascii());
    let length = bytes.len() as ffi::Py_ssize_t;
    // SAFETY: PyUnicode_New(n, 127) gives a new compact ASCII str with room for n bytes, which nobody else has seen
    // yet; for n < 2 CPython has shared objects, which FromStringAndSize returns.
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
    if flags == 0 {
        return ascii(py, body);
    }
    let (text, is_ascii) = characters(body, flags, scratch, false);
    if is_ascii { ascii(py, text) } else { utf8(py, text) }
}

/// UTF-8 of a JSON string's body, surrogates in the manner of [`unescape`], and whether it is ASCII.
#[inline]
pub(crate) fn characters<'a>(
    body: &'a [u8],
    flags: u8,
    scratch: &'a mut Vec<u8>,
    replace_surrogates: bool,
) -> (&'a [u8], bool) {
    if flags & scan::ESCAPED == 0 {
        return (body, flags == 0);
    }
    scratch.clear();
    let is_ascii = unescape(body, scratch, replace_surrogates).ascii;
    (scratch, is_ascii)
}

/// A str of UTF-8 that was checked, or that [`unescape`] wrote: surrogates in three bytes each stay what they are.
///
/// CPython's decoder finds out by and by how wide the characters are, and copies what it has each time: for a token of
/// a few characters beyond ASCII that takes three times as long as to look first. In long texts it gains more by its
/// longer steps; and of some single characters it has objects already.
pub(crate) fn utf8<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if bytes.len() <= 2 || bytes.len() > LONGEST_TOKEN {
        return decode(py, bytes, c"surrogatepass");
    }
    let length = scan::count(bytes, |byte| byte & 0xC0 != 0x80);
    // The first byte of a character tells how many bits it has.
    let largest = match bytes.iter().fold(0, |largest, &byte| largest.max(byte)) {
        ..0x80 => return ascii(py, bytes),
        0x80..0xC4 => 0xFF,
        0xC4..0xF0 => 0xFFFF,
        0xF0.. => 0x10_FFFF,
    };
    // SAFETY: a new str, seen by nobody, has room for `length` characters of the width that `largest` asks for.
    unsafe {
        let text = ffi::PyUnicode_New(length as ffi::Py_ssize_t, largest);
        if text.is_null() {
            return Err(PyMemoryError::new_err(()));
        }
        let data = ffi::PyUnicode_DATA(text);
        match largest {
            0xFF => write_characters::<u8>(bytes, std::slice::from_raw_parts_mut(data.cast(), length)),
            0xFFFF => write_characters::<u16>(bytes, std::slice::from_raw_parts_mut(data.cast(), length)),
            _ => write_characters::<u32>(bytes, std::slice::from_raw_parts_mut(data.cast(), length)),
        }
        Ok(Bound::from_owned_ptr(py, text))
    }
}

/// Write the characters of UTF-8. Whatever the bytes are, all places are written.
#[inline(always)]
fn write_characters<T: From<u8> + TryFrom<u32>>(mut bytes: &[u8], places: &mut [MaybeUninit<T>]) {
    const BLOCK: usize = 8;
    let mut at = 0;
    while at < places.len() {
        if let (Some(block), Some(block_places)) = (bytes.first_chunk::<BLOCK>(), places.get_mut(at..at + BLOCK))
            && block.is_ascii()
        {
            for (place, &byte) in block_places.iter_mut().zip(block) {
                place.write(byte.into());
            }
            (bytes, at) = (&bytes[BLOCK..], at + BLOCK);
            continue;
        }
        let bits = |byte: u8, mask: u8, shift: u32| u32::from(byte & mask) << shift;
        let (code, length) = match *bytes {
            [a, ..] if a < 0x80 => (bits(a, 0x7F, 0), 1),
            [a, b, ..] if a < 0xE0 => (bits(a, 0x1F, 6) | bits(b, 0x3F, 0), 2),
            [a, b, c, ..] if a < 0xF0 => (bits(a, 0x0F, 12) | bits(b, 0x3F, 6) | bits(c, 0x3F, 0), 3),
            [a, b, c, d, ..] => (bits(a, 0x07, 18) | bits(b, 0x3F, 12) | bits(c, 0x3F, 6) | bits(d, 0x3F, 0), 4),
            _ => (u32::from(b'?'), bytes.len()),
        };
        places[at].write(T::try_from(code).unwrap_or_else(|_| b'?'.into()));
        (bytes, at) = (&bytes[length..], at + 1);
    }
}

/// A str of bytes of the stream, what is not UTF-8 replaced.
#[inline]
pub(crate) fn text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if bytes.is_ascii() { ascii(py, bytes) } else { decode(py, bytes, c"replace") }
}

/// A str of bytes by CPython's own decoder.
fn decode<'py>(py: Python<'py>, bytes: &[u8], errors: &CStr) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: pointer and length belong together, and the error handler's name ends with NUL.
    unsafe {
        let length = bytes.len() as ffi::Py_ssize_t;
        let text = ffi::PyUnicode_DecodeUTF8(bytes.as_ptr().cast(), length, errors.as_ptr());
        Bound::from_owned_ptr_or_err(py, text)
    }
}

/// An int of its decimal text, exact at any length.
#[inline]
pub(crate) fn int<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |digits| (true, digits));
    if digits.len() > 18 {
        return long_int(py, negative, digits);
    }
    let value = decimal(digits) as i64;
    // SAFETY: it gives an owned object, or null and an exception. (PyO3's conversions panic where there is no memory.)
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromLongLong(if negative { -value } else { value })) }
}

/// The int of a number, None if there is none.
#[inline]
pub(crate) fn unsigned(py: Python<'_>, number: Option<u64>) -> PyResult<Bound<'_, PyAny>> {
    let Some(number) = number else { return Ok(py.None().into_bound(py)) };
    // SAFETY: as in `int`.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromUnsignedLongLong(number)) }
}

/// An empty dict.
#[inline]
pub(crate) fn dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: it gives an owned dict, or null and an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyDict_New())?.cast_into_unchecked()) }
}

/// An empty list.
#[inline]
pub(crate) fn list(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    // SAFETY: it gives an owned list, or null and an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyList_New(0))?.cast_into_unchecked()) }
}

/// The value of at most eighteen digits.
#[inline]
fn decimal(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit.wrapping_sub(b'0')))
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

/// The value of an integer from 0 to [`LARGEST_SMALL`].
#[inline]
pub(crate) fn small(text: &[u8]) -> Option<u32> {
    let is_small = text.len() <= 9 && text.first() != Some(&b'-');
    is_small.then(|| decimal(text) as u32)
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
        // SAFETY: as in `int`.
        Kind::Float | Kind::NotFinite => unsafe {
            Bound::from_owned_ptr_or_err(py, ffi::PyFloat_FromDouble(float_value(text)))
        },
        Kind::True => Ok(PyBool::new(py, true).to_owned().into_any()),
        Kind::False => Ok(PyBool::new(py, false).to_owned().into_any()),
        Kind::Null | Kind::Array | Kind::Object => Ok(py.None().into_bound(py)),
    }
}

/// Whether a str has these characters, which are ASCII.
#[inline]
pub(crate) fn is_ascii_text(text: &Bound<'_, PyString>, bytes: &[u8]) -> bool {
    let text = text.as_ptr();
    // SAFETY: `text` is a str. One of this kind keeps its characters, one byte each, where PyUnicode_DATA says.
    unsafe {
        ffi::PyUnicode_GET_LENGTH(text) == bytes.len() as ffi::Py_ssize_t
            && ffi::PyUnicode_KIND(text) == ffi::PyUnicode_1BYTE_KIND
            && std::slice::from_raw_parts(ffi::PyUnicode_DATA(text).cast::<u8>(), bytes.len()) == bytes
    }
}
