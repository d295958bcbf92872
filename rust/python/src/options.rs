//! The arguments that decoders and parsers share, checked as they come in.

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

/// `surrogates`: whether lone ones become U+FFFD.
pub(crate) struct ReplaceSurrogates(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for ReplaceSurrogates {
    type Error = PyErr;

    fn extract(surrogates: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let word = surrogates.cast::<PyString>().ok();
        match word.as_ref().map(|word| word.to_str()) {
            Some(Ok("keep")) => Ok(Self(false)),
            Some(Ok("replace")) => Ok(Self(true)),
            _ => {
                let other = surrogates.repr()?;
                Err(PyValueError::new_err(format!("surrogates must be 'keep' or 'replace', not {other}")))
            }
        }
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

/// `content_type`: that of the response, or None if it is not known.
pub(crate) struct ContentType(pub(crate) Option<String>);

impl ContentType {
    /// Whether it is that of the binary event streams of AWS.
    pub(crate) fn is_binary(&self) -> bool {
        let name = self.0.as_deref().and_then(|name| name.split(';').next()).unwrap_or("").trim();
        name.eq_ignore_ascii_case("application/vnd.amazon.eventstream")
    }
}

impl<'py> FromPyObject<'_, 'py> for ContentType {
    type Error = PyErr;

    fn extract(name: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if name.is_none() {
            return Ok(Self(None));
        }
        match name.cast::<PyString>() {
            Ok(name) => Ok(Self(Some(name.to_str()?.to_owned()))),
            Err(_) => Err(wrong_type("content_type must be a str or None", &name)),
        }
    }
}

fn wrong_type(what: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{what}, not {name}")),
        Err(error) => error,
    }
}
