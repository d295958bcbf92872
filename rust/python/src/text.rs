//! The text of a stream, without its events.
//!
//! A class can say where its `text` comes from (`__text__` in `sselerate.events.declare`). Followed through a plan, that leads to holes and
//! to constants, so the text of an event that fits the template is read off its holes. Whatever the path does not
//! settle, and every event that fits no template, is asked for its `text`, as the pure-Python backend asks all of them.

use crate::plan::Part;
use crate::program::Program;
use crate::scalar;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use sselerate_core::decoder::Hit;
use sselerate_core::json::{Kind, scan, unescape, unescape_replacing};

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
            Part::Hole { index, kind: Kind::Str } => {
                pieces.push(Piece::Hole(*index));
                true
            }
            Part::Hole { kind, .. } => matches!(kind, Kind::Null | Kind::True | Kind::False),
            Part::Constant(value) => constant(value.bind(py), pieces),
            _ => false,
        };
    };
    let Part::Object { class, constants, varying } = part else {
        let Part::Constant(value) = part else { return false };
        return follow_made(program, value.bind(py), path, pieces);
    };
    let layout = &program.layouts[*class];
    let Some(field) = layout.names.iter().position(|known| known == name) else { return true };
    let slot = layout.slot(field);
    if let Some((_, value)) = constants.iter().find(|(offset, _)| *offset == slot) {
        let value = value.bind(py);
        return if *each { each_made(program, value, rest, pieces) } else { follow_made(program, value, rest, pieces) };
    }
    let Some((_, part)) = varying.iter().find(|(offset, _)| *offset == slot) else { return false };
    match (part, each) {
        (Part::Tuple(items), true) => items.iter().all(|item| follow(py, program, item, rest, pieces)),
        (_, true) => false,
        (part, false) => follow(py, program, part, rest, pieces),
    }
}

/// The same from an object on that all events share.
fn follow_made(program: &Program, made: &Bound<'_, PyAny>, path: &[(String, bool)], pieces: &mut Vec<Piece>) -> bool {
    let Some(((name, each), rest)) = path.split_first() else { return constant(made, pieces) };
    let class = made.get_type();
    let Some(layout) = program.layouts.iter().find(|layout| class.is(layout.class(made.py()))) else { return false };
    if !layout.names.contains(name) {
        return true;
    }
    let Ok(value) = made.getattr(name.as_str()) else { return false };
    if *each { each_made(program, &value, rest, pieces) } else { follow_made(program, &value, rest, pieces) }
}

fn each_made(program: &Program, made: &Bound<'_, PyAny>, path: &[(String, bool)], pieces: &mut Vec<Piece>) -> bool {
    made.cast::<PyTuple>().is_ok_and(|items| items.iter().all(|item| follow_made(program, &item, path, pieces)))
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
    #[inline]
    pub(crate) fn push_pieces(&mut self, pieces: &[Piece], hit: Hit<'_>) {
        for piece in pieces {
            match piece {
                Piece::Constant(text) => self.bytes.extend_from_slice(text),
                Piece::Hole(index) => {
                    let Some(span) = hit.spans.get(*index) else { continue };
                    let body = span.bytes(hit.bytes);
                    if span.flags & scan::ESCAPED == 0 {
                        self.bytes.extend_from_slice(body);
                    } else if self.replace_surrogates {
                        unescape_replacing(body, &mut self.bytes);
                    } else {
                        unescape(body, &mut self.bytes);
                    }
                }
            }
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

    /// As a str.
    pub(crate) fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.bytes.is_ascii() {
            return scalar::ascii(py, &self.bytes);
        }
        scalar::utf8(py, &self.bytes, c"surrogatepass")
    }
}
