//! The text of a stream, without its events.
//!
//! A class can say where its `text` comes from (`__text__` in `sselerate.events.base`). Followed through a plan,
//! that leads to holes and to constants, so the text of an event that fits the template is read off its holes. Whatever
//! the path does not settle, and every event that fits no template, is asked for its `text`, as the pure-Python backend
//! asks all of them.

use crate::part::Part;
use crate::program::Program;
use crate::scalar;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use sselerate_core::decoder::Hit;
use sselerate_core::json::{Kind, has_surrogates, scan, unescape};

/// Bytes that are copied in one go.
const LANE: usize = 16;

/// A piece of the text of every event of a template.
pub(crate) enum Piece {
    Constant(Vec<u8>),
    Hole(usize),
}

/// The text of the events of a plan; None: the path does not settle it.
pub(crate) fn pieces(py: Python<'_>, program: &Program, root: &Part) -> Option<Vec<Piece>> {
    let Part::Object { class, .. } = root else { return None };
    let path = program.layouts[*class].text.as_deref()?;
    let mut pieces = Vec::new();
    follow(py, program, root, path, &mut pieces).then_some(pieces)
}

/// Follow a path from a part on. False: ask the event.
fn follow(py: Python<'_>, program: &Program, part: &Part, path: &[(String, bool)], pieces: &mut Vec<Piece>) -> bool {
    let Some(((name, each), rest)) = path.split_first() else {
        return match part {
            Part::Hole { index, kind: Kind::Str, .. } => {
                pieces.push(Piece::Hole(*index));
                true
            }
            Part::Hole { kind, .. } => matches!(kind, Kind::Null | Kind::True | Kind::False),
            Part::Given(value) | Part::Constant { value, .. } => constant(value.bind(py), pieces),
            _ => false,
        };
    };
    let Part::Object { class, slots, .. } = part else { return false };
    let layout = &program.layouts[*class];
    let Some(field) = layout.names.iter().position(|known| known == name) else { return true };
    let slot = layout.slot(field);
    let Some((_, part)) = slots.iter().find(|(offset, _)| *offset == slot) else { return false };
    match (part, each) {
        (Part::Tuple { items, .. }, true) => items.iter().all(|item| follow(py, program, item, rest, pieces)),
        (Part::Given(items), true) => items.bind(py).cast::<PyTuple>().is_ok_and(|items| items.is_empty()),
        (_, true) => false,
        (part, false) => follow(py, program, part, rest, pieces),
    }
}

/// A constant at the end of a path.
fn constant(value: &Bound<'_, PyAny>, pieces: &mut Vec<Piece>) -> bool {
    if value.is_none() {
        return true;
    }
    let mut text = Text::default();
    let settled = value.is_instance_of::<PyString>() && text.push(value).is_ok();
    pieces.push(Piece::Constant(text.bytes));
    settled
}

/// Text that grows: UTF-8, and lone surrogates in the manner of UTF-8.
#[derive(Default)]
pub(crate) struct Text {
    bytes: Vec<u8>,
    /// Lone surrogates in holes become U+FFFD.
    pub(crate) replace_surrogates: bool,
}

impl Text {
    /// Add the text of an event that fits a template.
    #[inline(always)]
    pub(crate) fn push_pieces(&mut self, pieces: &[Piece], hit: Hit<'_>) {
        for piece in pieces {
            match piece {
                Piece::Constant(text) => self.bytes.extend_from_slice(text),
                Piece::Hole(index) => {
                    let Some(span) = hit.spans.get(*index) else { continue };
                    if span.flags & scan::ESCAPED == 0 {
                        self.push_bytes(&hit.bytes[span.start..], span.end - span.start);
                    } else {
                        unescape(span.bytes(hit.bytes), &mut self.bytes, self.replace_surrogates);
                    }
                }
            }
        }
    }

    /// Add the bytes with which `source` begins. Few are copied as a whole lane, without a call.
    #[inline(always)]
    fn push_bytes(&mut self, source: &[u8], length: usize) {
        match source.first_chunk::<LANE>() {
            Some(lane) if length <= LANE => {
                let end = self.bytes.len() + length;
                self.bytes.extend_from_slice(lane);
                self.bytes.truncate(end);
            }
            _ => self.bytes.extend_from_slice(&source[..length]),
        }
    }

    /// Add the text of an event.
    pub(crate) fn push_event(&mut self, event: &Bound<'_, PyAny>) -> PyResult<()> {
        let text = event.getattr(intern!(event.py(), "text"))?;
        if text.is_instance_of::<PyString>() { self.push(&text) } else { Ok(()) }
    }

    fn push(&mut self, text: &Bound<'_, PyAny>) -> PyResult<()> {
        match text.cast::<PyString>()?.to_str() {
            Ok(text) => self.bytes.extend_from_slice(text.as_bytes()),
            Err(_) => {
                let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
                self.bytes.extend_from_slice(bytes.extract::<&[u8]>().map_err(|_| PyValueError::new_err("no text"))?);
            }
        }
        Ok(())
    }

    /// As the str of a whole stream: characters whose halves came in two events are whole.
    pub(crate) fn finish_whole<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = self.finish(py)?;
        if !has_surrogates(&self.bytes) {
            return Ok(text);
        }
        py.import("sselerate._surrogates")?.call_method1("join_halves", (text,))
    }

    /// As a str.
    pub(crate) fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.bytes.is_ascii() {
            return scalar::ascii(py, &self.bytes);
        }
        scalar::utf8(py, &self.bytes)
    }
}
