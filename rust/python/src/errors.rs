//! Failures to the exceptions of `sselerate.errors`, whose texts live there.

use crate::assemble::{Assembler, Parsed};
use crate::program::Program;
use crate::scalar;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use sselerate_core::decoder::{Cause, Failure, Reported};
use std::any::Any;

/// A function or class of the Python side, looked up once.
fn imported<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    module: &str,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    cell.get_or_try_init(py, || Ok(py.import(module)?.getattr(name)?.unbind())).map(|value| value.bind(py))
}

macro_rules! python {
    ($py:expr, $module:literal, $name:literal) => {{
        static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        imported($py, &CELL, $module, $name)
    }};
}

/// The exception of a failure.
pub(crate) fn exception<'py>(
    py: Python<'py>,
    failure: &Failure<'_>,
    limit: usize,
    program: &Program,
    assembler: &mut Assembler,
) -> PyResult<Bound<'py, PyAny>> {
    let Failure { cause, data, event_index, offset } = failure;
    let data = &**data;
    match cause {
        Cause::Json(error) => python!(py, "sselerate.errors", "invalid_json")?.call1((
            error.kind.to_string(),
            error.position,
            data,
            *event_index,
            *offset,
        )),
        Cause::Mismatch(mismatch) => python!(py, "sselerate.errors", "mismatch")?.call1((
            scalar::utf8(py, &mismatch.path)?,
            scalar::utf8(py, &mismatch.problem)?,
            data,
            *event_index,
            *offset,
        )),
        Cause::Truncated(kind) => {
            python!(py, "sselerate.errors", "truncated")?.call1((kind.to_string(), data, *event_index, *offset))
        }
        Cause::TooLarge => too_large(py, limit, *event_index, *offset),
        Cause::Damaged(cause) => python!(py, "sselerate.errors", "damaged")?.call1((*cause, *event_index, *offset)),
        Cause::Server(value) => {
            let (error, payload) = match value {
                Some(Reported { payload, tape, node }) => {
                    let payload = assembler.plain(py, Parsed { program, payload, tape }, 0)?;
                    let error = if *node == 0 { payload.clone() } else { payload.get_item("error")? };
                    (error, payload)
                }
                None => (data.into_pyobject(py)?.into_any(), py.None().into_bound(py)),
            };
            python!(py, "sselerate.errors", "server_error")?.call1((error, payload, data, *event_index, *offset))
        }
    }
}

/// EventTooLargeError
pub(crate) fn too_large(py: Python<'_>, limit: usize, event_index: u64, offset: u64) -> PyResult<Bound<'_, PyAny>> {
    python!(py, "sselerate.errors", "too_large")?.call1((limit, event_index, offset))
}

/// DecodeError of a strict `Parser`.
pub(crate) fn invalid_utf8<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    event_index: u64,
    offset: u64,
) -> PyResult<Bound<'py, PyAny>> {
    python!(py, "sselerate.errors", "invalid_utf8")?.call1((data, event_index, offset))
}

/// The event that stands for an exception.
pub(crate) fn error_event<'py>(exception: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    python!(exception.py(), "sselerate.events.error", "ErrorEvent")?.call_method1("of", (exception,))
}

/// What PyO3 makes of a panic, for functions that CPython calls without it.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> PyErr {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    PanicException::new_err(text.unwrap_or("panic from Rust code").to_owned())
}

/// Whether it is an `SSEError`.
pub(crate) fn is_ours(py: Python<'_>, exception: &PyErr) -> PyResult<bool> {
    Ok(exception.matches(py, python!(py, "sselerate.errors", "SSEError")?)?)
}

/// `exception` with what the same call had decoded before it, if it is one of ours.
pub(crate) fn with_attribute(py: Python<'_>, exception: PyErr, name: &str, before: &Bound<'_, PyAny>) -> PyErr {
    let set = is_ours(py, &exception).and_then(|ours| match ours {
        true => exception.value(py).setattr(name, before),
        false => Ok(()),
    });
    set.map_or_else(|error| error, |()| exception)
}
