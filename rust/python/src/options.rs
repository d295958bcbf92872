//! The arguments of decoders, parsers and iterators, checked as they come in.

use crate::decoder::Decoder;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use sselerate_core::limits::MAX_EVENT_BYTES;

/// Positions inside a payload are kept in 32 bits, so no limit is above that.
const LARGEST: usize = u32::MAX as usize - 1;

/// `max_event_bytes`: any int from 1 on.
#[derive(Clone, Copy)]
pub(crate) struct Limit(pub(crate) usize);

impl Limit {
    pub(crate) const DEFAULT: Self = Self(MAX_EVENT_BYTES);
}

impl<'py> FromPyObject<'_, 'py> for Limit {
    type Error = PyErr;

    fn extract(limit: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !limit.is_instance_of::<PyInt>() || limit.is_instance_of::<PyBool>() {
            return Err(wrong_type("max_event_bytes must be an int", &limit));
        }
        if limit.lt(1)? {
            return Err(PyValueError::new_err(format!("max_event_bytes must be at least 1, not {}", limit.str()?)));
        }
        Ok(Self(limit.extract::<usize>().map_or(LARGEST, |limit| limit.min(LARGEST))))
    }
}

/// A switch: anything that has a truth value.
#[derive(Clone, Copy)]
pub(crate) struct Switch(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for Switch {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        value.is_truthy().map(Self)
    }
}

/// `on_error`: what becomes of an event that is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnError {
    Raise,
    Yield,
    Skip,
}

impl<'py> FromPyObject<'_, 'py> for OnError {
    type Error = PyErr;

    fn extract(word: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let words = [("raise", Self::Raise), ("yield", Self::Yield), ("skip", Self::Skip)];
        one_of(&word, words, "on_error must be 'raise', 'yield' or 'skip'")
    }
}

/// `errors`: whether bytes that are no UTF-8 raise.
pub(crate) struct StrictUtf8(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for StrictUtf8 {
    type Error = PyErr;

    fn extract(word: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let words = [("replace", Self(false)), ("strict", Self(true))];
        one_of(&word, words, "errors must be 'replace' or 'strict'")
    }
}

/// `surrogates`: whether lone ones become U+FFFD.
pub(crate) struct ReplaceSurrogates(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for ReplaceSurrogates {
    type Error = PyErr;

    fn extract(word: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let words = [("keep", Self(false)), ("replace", Self(true))];
        one_of(&word, words, "surrogates must be 'keep' or 'replace'")
    }
}

/// `last_event_id`: a str, or None for none.
pub(crate) struct EventId(pub(crate) String);

impl<'py> FromPyObject<'_, 'py> for EventId {
    type Error = PyErr;

    fn extract(id: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if id.is_none() {
            return Ok(Self(String::new()));
        }
        match id.cast::<PyString>() {
            Ok(id) => Ok(Self(id.to_str()?.to_owned())),
            Err(_) => Err(wrong_type("last_event_id must be a str or None", &id)),
        }
    }
}

/// `content_type`: whether it is that of the binary event streams of AWS. None: it is not known.
pub(crate) struct BinaryContent(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for BinaryContent {
    type Error = PyErr;

    fn extract(name: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if name.is_none() {
            return Ok(Self(false));
        }
        let Ok(name) = name.cast::<PyString>() else {
            return Err(wrong_type("content_type must be a str or None", &name));
        };
        // A server may send anything, and some clients make lone surrogates of it.
        let name = name.to_string_lossy();
        let name = name.split(';').next().unwrap_or_default().trim();
        Ok(Self(name.eq_ignore_ascii_case("application/vnd.amazon.eventstream")))
    }
}

/// `decoder`: one of this backend.
pub(crate) struct GivenDecoder(pub(crate) Py<Decoder>);

impl<'py> FromPyObject<'_, 'py> for GivenDecoder {
    type Error = PyErr;

    fn extract(decoder: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match decoder.cast::<Decoder>() {
            Ok(decoder) => Ok(Self(decoder.to_owned().unbind())),
            Err(_) => Err(wrong_type("decoder must be a Decoder", &decoder)),
        }
    }
}

/// What one of a few words stands for.
fn one_of<T, const N: usize>(value: &Bound<'_, PyAny>, words: [(&str, T); N], expected: &str) -> PyResult<T> {
    if let Ok(value) = value.cast::<PyString>()
        && let Ok(value) = value.to_str() // a lone surrogate is in none of them
        && let Some((_, meaning)) = words.into_iter().find(|(word, _)| *word == value)
    {
        return Ok(meaning);
    }
    Err(PyValueError::new_err(format!("{expected}, not {}", value.repr()?)))
}

fn wrong_type(what: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{what}, not {name}")),
        Err(error) => error,
    }
}
