//! A part of an event: how it is made for each event of a template, and what all of them share.

use crate::assemble::{Assembler, Parsed};
use crate::layout;
use crate::plan::Adapted;
use crate::program::Program;
use crate::reuse;
use crate::scalar;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use sselerate_core::decoder::Hit;
use sselerate_core::json::Kind;
use sselerate_core::schema::{Class, ClassId, ShapeId};
use sselerate_core::template::Span;

/// A way to make a value. What is immutable and free of holes is shared by all events of the template: `shared`.
pub(crate) enum Part {
    /// Not from the payload: a default, the name of the event, what an event keeps about itself.
    Given(Py<PyAny>),
    /// A scalar of the payload that all events have, until the template takes on another one.
    Constant {
        node: usize,
        kind: Kind,
        value: Py<PyAny>,
    },
    /// A scalar that changes from event to event.
    Hole {
        node: usize,
        kind: Kind,
        index: usize,
    },
    /// Slots in the order of the declaration.
    Object {
        class: ClassId,
        slots: Vec<(isize, Part)>,
        shared: Option<Py<PyAny>>,
    },
    Tuple {
        items: Vec<Part>,
        shared: Option<Py<PyAny>>,
    },
    List(Vec<Part>),
    Dict(Vec<(Py<PyAny>, Part)>),
}

impl Part {
    /// The value that all events of the template share.
    #[inline]
    pub(crate) fn shared(&self) -> Option<&Py<PyAny>> {
        match self {
            Self::Given(value) | Self::Constant { value, .. } => Some(value),
            Self::Object { shared, .. } | Self::Tuple { shared, .. } => shared.as_ref(),
            Self::Hole { .. } | Self::List(_) | Self::Dict(_) => None,
        }
    }

    /// Take on what the template has taken on: whether this or something below has become another.
    pub(crate) fn adapt(
        &mut self,
        py: Python<'_>,
        program: &Program,
        assembler: &mut Assembler,
        adapted: &Adapted<'_>,
    ) -> PyResult<bool> {
        let Adapted { hit, learned, changes } = adapted;
        let mut changed = false;
        let mut below =
            |part: &mut Self| part.adapt(py, program, assembler, adapted).map(|is_another| changed |= is_another);
        match self {
            Self::Given(_) => {}
            Self::Constant { node, kind, .. } | Self::Hole { node, kind, .. } => {
                let (node, kind) = (*node, *kind);
                let change = changes.iter().find(|change| change.node == node);
                if let Some(index) = learned.holes.iter().position(|&hole| hole == node) {
                    *self = Self::Hole { node, kind, index };
                } else if let Some(change) = change {
                    let value = scalar_of(py, change.span, hit.bytes, kind, assembler)?.unbind();
                    *self = Self::Constant { node, kind, value };
                }
                changed = change.is_some();
            }
            Self::Object { slots, .. } => slots.iter_mut().try_for_each(|(_, part)| below(part))?,
            Self::Tuple { items, .. } | Self::List(items) => items.iter_mut().try_for_each(below)?,
            Self::Dict(members) => members.iter_mut().try_for_each(|(_, part)| below(part))?,
        }
        if changed {
            self.share(py, program, assembler, *hit)?;
        }
        Ok(changed)
    }

    /// Make anew what all events share of an object or a tuple, if it has no holes.
    fn share(&mut self, py: Python<'_>, program: &Program, assembler: &mut Assembler, hit: Hit<'_>) -> PyResult<()> {
        let constant = match self {
            Self::Object { slots, shared, .. } => {
                *shared = None;
                slots.iter().all(|(_, part)| part.shared().is_some())
            }
            Self::Tuple { items, shared } => {
                *shared = None;
                items.iter().all(|part| part.shared().is_some())
            }
            _ => false,
        };
        if constant {
            let value = self.make(py, program, assembler, hit, 0, None)?.unbind();
            if let Self::Object { shared, .. } | Self::Tuple { shared, .. } = self {
                *shared = Some(value);
            }
        }
        Ok(())
    }

    /// The value for a hit. What goes into holes is added to `values`, if asked for, in the order of the parts.
    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        hit: Hit<'_>,
        room: usize,
        mut values: Option<&mut Vec<Bound<'py, PyAny>>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(shared) = self.shared() {
            return Ok(shared.bind(py).clone());
        }
        match self {
            Self::Given(value) | Self::Constant { value, .. } => Ok(value.bind(py).clone()),
            Self::Hole { index, kind, .. } => {
                let value = hole_value(py, hit, *index, *kind, assembler, room)?;
                if let Some(values) = values {
                    values.push(value.clone());
                }
                Ok(value)
            }
            Self::Object { class, slots, .. } => {
                let event = program.layouts[*class].make(py)?;
                for (offset, part) in slots {
                    let value = part.make(py, program, assembler, hit, room, values.as_deref_mut())?;
                    // SAFETY: the offset comes from the layout of this class, and nobody else has the event yet.
                    unsafe { layout::write(&event, *offset, value) };
                }
                Ok(event)
            }
            Self::Tuple { items, .. } => {
                // SAFETY: a new tuple, seen by nobody, gets each of its items once.
                unsafe {
                    let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(items.len() as ffi::Py_ssize_t))?;
                    for (index, part) in items.iter().enumerate() {
                        let value = part.make(py, program, assembler, hit, room, values.as_deref_mut())?;
                        ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, value.into_ptr());
                    }
                    Ok(tuple)
                }
            }
            Self::List(parts) => {
                let list = scalar::list(py)?;
                for part in parts {
                    list.append(part.make(py, program, assembler, hit, room, values.as_deref_mut())?)?;
                }
                Ok(list.into_any())
            }
            Self::Dict(parts) => {
                let dict = scalar::dict(py)?;
                for (key, part) in parts {
                    dict.set_item(key, part.make(py, program, assembler, hit, room, values.as_deref_mut())?)?;
                }
                Ok(dict.into_any())
            }
        }
    }
}

/// Walks a tape and the event that was made of it, side by side.
pub(crate) struct Builder<'a> {
    pub(crate) parsed: Parsed<'a>,
    /// The nodes that are holes.
    pub(crate) holes: &'a [usize],
}

impl Builder<'_> {
    /// The part for what was made of a node. `shape` is None inside plain JSON.
    pub(crate) fn part(&self, node: usize, shape: Option<ShapeId>, made: &Bound<'_, PyAny>) -> PyResult<Part> {
        let Parsed { program, payload, tape } = self.parsed;
        let here = &tape.nodes()[node];
        let schema = &program.schema;
        let shape = shape.map(|shape| &schema.shapes[shape]);
        match here.kind {
            Kind::Object => match shape.and_then(|shape| schema.resolve(shape, payload, tape, node)) {
                Some(class) => self.object(node, class, made),
                None => self.dict(node, shape.and_then(|shape| shape.values), made.cast::<PyDict>()?),
            },
            Kind::Array => {
                let items = shape.and_then(|shape| shape.items);
                if items.is_none() {
                    let list = made.cast::<PyList>()?;
                    let parts = tape.children(node).enumerate();
                    let parts = parts.map(|(index, child)| self.part(child, None, &list.get_item(index)?));
                    return Ok(Part::List(parts.collect::<PyResult<_>>()?));
                }
                let tuple = made.cast::<PyTuple>()?;
                let parts = tape.children(node).enumerate();
                let parts = parts.map(|(index, child)| self.part(child, items, &tuple.get_item(index)?));
                let items = parts.collect::<PyResult<Vec<_>>>()?;
                let constant = items.iter().all(|part| part.shared().is_some());
                Ok(Part::Tuple { items, shared: constant.then(|| made.clone().unbind()) })
            }
            kind => Ok(match self.holes.iter().position(|&hole| hole == node) {
                Some(index) => Part::Hole { node, kind, index },
                None => Part::Constant { node, kind, value: made.clone().unbind() },
            }),
        }
    }

    fn object(&self, node: usize, class: ClassId, made: &Bound<'_, PyAny>) -> PyResult<Part> {
        let Parsed { program, payload, tape } = self.parsed;
        let layout = &program.layouts[class];
        let fields = &program.schema.classes[class];
        let mut nodes = vec![None; fields.fields().len()];
        let mut has_extra = false;
        for key in tape.children(node) {
            match fields.find_node(&tape.nodes()[key], payload, 0) {
                Some(field) => nodes[field] = Some(key + 1),
                None => has_extra = true,
            }
        }
        let mut slots = Vec::new();
        let slot = |offset| {
            // SAFETY: `made` was made with this layout, and nobody's code has run since: see `NoCollection` in `plans`.
            let held = unsafe { layout::read(made, offset) };
            held.ok_or_else(|| PyRuntimeError::new_err("an event with an empty slot"))
        };
        for (field, value) in nodes.into_iter().enumerate() {
            let offset = layout.slot(field);
            let held = slot(offset)?;
            let part = match value {
                Some(value) => self.part(value, Some(fields.fields()[field].shape), &held)?,
                None => Part::Given(held.unbind()),
            };
            slots.push((offset, part));
        }
        for offset in [Some(layout.absent()), layout.event_name].into_iter().flatten() {
            slots.push((offset, Part::Given(slot(offset)?.unbind())));
        }
        let extra = slot(layout.extra())?;
        let extra =
            if has_extra { self.extra(node, fields, extra.cast::<PyDict>()?)? } else { Part::Given(extra.unbind()) };
        slots.push((layout.extra(), extra));
        let constant = slots.iter().all(|(_, part)| part.shared().is_some());
        Ok(Part::Object { class, slots, shared: constant.then(|| made.clone().unbind()) })
    }

    fn extra(&self, node: usize, fields: &Class, made: &Bound<'_, PyDict>) -> PyResult<Part> {
        let Parsed { payload, tape, .. } = self.parsed;
        let unknown = tape.children(node).filter(|&key| fields.find_node(&tape.nodes()[key], payload, 0).is_none());
        self.members(unknown, None, made)
    }

    fn dict(&self, node: usize, values: Option<ShapeId>, made: &Bound<'_, PyDict>) -> PyResult<Part> {
        self.members(self.parsed.tape.children(node), values, made)
    }

    fn members(
        &self,
        keys: impl Iterator<Item = usize>,
        values: Option<ShapeId>,
        made: &Bound<'_, PyDict>,
    ) -> PyResult<Part> {
        let Parsed { payload, tape, .. } = self.parsed;
        let py = made.py();
        // Of a key that comes twice the first place and the last value count, as in the dict that was made.
        let mut nodes: Vec<(Bound<'_, PyAny>, usize)> = Vec::new();
        for key in keys {
            let name = &tape.nodes()[key];
            let name = scalar::string(py, name.bytes(payload), name.flags, &mut Vec::new())?;
            match nodes.iter_mut().find(|(known, _)| known.eq(&name).unwrap_or(false)) {
                Some((_, node)) => *node = key + 1,
                None => nodes.push((name, key + 1)),
            }
        }
        let parts = nodes
            .into_iter()
            .zip(made.iter())
            .map(|((_, node), (key, value))| Ok((key.unbind(), self.part(node, values, &value)?)));
        Ok(Part::Dict(parts.collect::<PyResult<_>>()?))
    }
}

/// The value in a hole. One that held a word may hold another word now. ASCII strings are made with room, by `reuse`.
pub(crate) fn hole_value<'py>(
    py: Python<'py>,
    hit: Hit<'_>,
    hole: usize,
    kind: Kind,
    assembler: &mut Assembler,
    room: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let span = hit.spans[hole];
    let bytes = span.bytes(hit.bytes);
    if kind == Kind::Str {
        let (text, is_ascii) =
            scalar::characters(bytes, span.flags, &mut assembler.scratch, assembler.replace_surrogates);
        return string(py, text, is_ascii, room);
    }
    scalar_of(py, span, hit.bytes, kind, assembler)
}

/// A str for a hole, of ASCII or of UTF-8.
pub(crate) fn string<'py>(py: Python<'py>, text: &[u8], is_ascii: bool, room: usize) -> PyResult<Bound<'py, PyAny>> {
    if is_ascii { reuse::ascii(py, text, room) } else { scalar::utf8(py, text) }
}

/// The value of a scalar. One that held a word may hold another word now.
fn scalar_of<'py>(
    py: Python<'py>,
    span: Span,
    bytes: &[u8],
    kind: Kind,
    assembler: &mut Assembler,
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = span.bytes(bytes);
    let kind = match (kind, bytes.first()) {
        (Kind::Null | Kind::True | Kind::False, Some(b't')) => Kind::True,
        (Kind::Null | Kind::True | Kind::False, Some(b'f')) => Kind::False,
        (Kind::Null | Kind::True | Kind::False, _) => Kind::Null,
        (kind, _) => kind,
    };
    scalar::of_kind(py, kind, bytes, span.flags, &mut assembler.scratch)
}
