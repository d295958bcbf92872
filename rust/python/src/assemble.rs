//! A tape to an event: every value made anew, strings that repeat shared.

use crate::layout;
use crate::program::Program;
use crate::scalar;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use sselerate_core::json::{Kind, Tape};
use sselerate_core::schema::{ClassId, ShapeId};

/// Longer strings are not worth comparing with the last one.
const LONGEST_SHARED: usize = 64;
/// Keys of plain dicts that are remembered, by a hash of their bytes.
const KEYS: usize = 256;

/// Makes events. It remembers, for each field of each class, the last string, which the next event gets too if it is
/// the same: the id, model and finish reason of a stream exist once.
#[derive(Default)]
pub(crate) struct Assembler {
    last: Vec<Vec<Option<Py<PyString>>>>,
    keys: Vec<Option<Py<PyString>>>,
    pub(crate) scratch: Vec<u8>,
    /// Lone surrogates in holes become U+FFFD. In payloads that were parsed in full they are that already.
    pub(crate) replace_surrogates: bool,
}

/// A payload that was parsed in full.
#[derive(Clone, Copy)]
pub(crate) struct Parsed<'a> {
    pub(crate) program: &'a Program,
    pub(crate) payload: &'a [u8],
    pub(crate) tape: &'a Tape,
}

impl Assembler {
    pub(crate) fn new(program: &Program, replace_surrogates: bool) -> Self {
        let mut assembler = Self { replace_surrogates, ..Self::default() };
        assembler.grow(program);
        assembler
    }

    /// Make room for the classes that a program has got since.
    pub(crate) fn grow(&mut self, program: &Program) {
        for class in &program.schema.classes[self.last.len()..] {
            self.last.push(class.fields().iter().map(|_| None).collect());
        }
    }

    /// The event of a payload, and whether it has the name of its `event` field too; None: no class claims it.
    pub(crate) fn event<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        shape: ShapeId,
        name: &[u8],
    ) -> PyResult<Option<(Bound<'py, PyAny>, bool)>> {
        let schema = &parsed.program.schema;
        let Some(class) = schema.resolve(&schema.shapes[shape], parsed.payload, parsed.tape, 0) else {
            return Ok(None);
        };
        let event = self.object(py, parsed, class, 0)?;
        let layout = &parsed.program.layouts[class];
        if let Some(slot) = layout.event_name {
            // SAFETY: the slot is one of this class, and nobody else has the event yet.
            unsafe { layout::write(&event, slot, self.event_name(py, name)?) };
        }
        Ok(Some((event, layout.event_name.is_some())))
    }

    /// The value at a node, as its shape has it. Recursion is bounded by the depth limit of the tape.
    fn value<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        node: usize,
        shape: ShapeId,
    ) -> PyResult<Bound<'py, PyAny>> {
        let schema = &parsed.program.schema;
        let shape = &schema.shapes[shape];
        let here = &parsed.tape.nodes()[node];
        match here.kind {
            Kind::Object => match schema.resolve(shape, parsed.payload, parsed.tape, node) {
                Some(class) => self.object(py, parsed, class, node),
                None => self.dict(py, parsed, node, shape.values),
            },
            Kind::Array => match shape.items {
                Some(items) => self.tuple(py, parsed, node, items),
                None => self.plain(py, parsed, node),
            },
            kind => scalar::of_kind(py, kind, here.bytes(parsed.payload), here.flags, &mut self.scratch),
        }
    }

    fn object<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        class: ClassId,
        node: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let layout = &parsed.program.layouts[class];
        let fields = &parsed.program.schema.classes[class];
        let event = layout.make(py)?;
        let mut seen = 0u128;
        let mut extra: Option<Bound<'py, PyDict>> = None;
        let mut expected = 0;
        for key in parsed.tape.children(node) {
            let name = &parsed.tape.nodes()[key];
            if let Some(field) = fields.find_node(name, parsed.payload, expected) {
                let value = self.field(py, parsed, class, field, key + 1, fields.fields()[field].shape)?;
                // SAFETY: the slot is one of this class, and nobody else has the event yet.
                unsafe { layout::write(&event, layout.slot(field), value) };
                seen |= 1 << field;
                expected = field + 1;
            } else {
                let value = self.plain(py, parsed, key + 1)?;
                let name = self.word(py, name.bytes(parsed.payload), name.flags)?;
                let extra = match &mut extra {
                    Some(extra) => extra,
                    None => extra.insert(scalar::dict(py)?),
                };
                extra.set_item(name, value)?;
            }
        }
        let count = layout.defaults.len();
        let absent = if count == 0 { 0 } else { !seen & (u128::MAX >> (128 - count)) };
        // SAFETY: as above.
        unsafe {
            let mut missing = absent;
            while missing != 0 {
                let field = missing.trailing_zeros() as usize;
                layout::write(&event, layout.slot(field), layout.defaults[field].bind(py).clone());
                missing &= missing - 1;
            }
            layout::write(&event, layout.absent(), mask(py, absent)?);
            if let Some(slot) = layout.event_name {
                layout::write(&event, slot, py.None().into_bound(py));
            }
            match extra {
                None => layout::write(&event, layout.extra(), py.None().into_bound(py)),
                Some(extra) => {
                    layout.note_extra(py, &extra)?;
                    layout::write(&event, layout.extra(), extra.into_any());
                }
            }
        }
        Ok(event)
    }

    /// The value of a declared field: the last one's very object if it is the same short string.
    #[inline]
    fn field<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        class: ClassId,
        field: usize,
        node: usize,
        shape: ShapeId,
    ) -> PyResult<Bound<'py, PyAny>> {
        let here = &parsed.tape.nodes()[node];
        if here.kind != Kind::Str || here.flags != 0 || (here.end - here.start) as usize > LONGEST_SHARED {
            return self.value(py, parsed, node, shape);
        }
        let bytes = here.bytes(parsed.payload);
        let last = &mut self.last[class][field];
        if let Some(last) = last
            && scalar::is_ascii_text(last.bind(py), bytes)
        {
            return Ok(last.bind(py).clone().into_any());
        }
        let text = scalar::ascii(py, bytes)?;
        *last = Some(text.cast::<PyString>()?.clone().unbind());
        Ok(text)
    }

    fn tuple<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        node: usize,
        items: ShapeId,
    ) -> PyResult<Bound<'py, PyAny>> {
        let length = parsed.tape.children(node).count();
        // SAFETY: a new tuple, seen by nobody, gets each of its items once. Should one fail, the empty places are null,
        // which its deallocation allows.
        unsafe {
            let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(length as ffi::Py_ssize_t))?;
            for (index, item) in parsed.tape.children(node).enumerate() {
                let value = self.value(py, parsed, item, items)?;
                ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, value.into_ptr());
            }
            Ok(tuple)
        }
    }

    fn dict<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        node: usize,
        values: Option<ShapeId>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dict = scalar::dict(py)?;
        for key in parsed.tape.children(node) {
            let name = &parsed.tape.nodes()[key];
            let name = self.word(py, name.bytes(parsed.payload), name.flags)?;
            let value = match values {
                Some(values) => self.value(py, parsed, key + 1, values)?,
                None => self.plain(py, parsed, key + 1)?,
            };
            dict.set_item(name, value)?;
        }
        Ok(dict.into_any())
    }

    /// Plain JSON: dicts, lists and scalars, never shared between events.
    pub(crate) fn plain<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        node: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let here = &parsed.tape.nodes()[node];
        match here.kind {
            Kind::Object => self.dict(py, parsed, node, None),
            Kind::Array => {
                let list = scalar::list(py)?;
                for item in parsed.tape.children(node) {
                    list.append(self.plain(py, parsed, item)?)?;
                }
                Ok(list.into_any())
            }
            kind => scalar::of_kind(py, kind, here.bytes(parsed.payload), here.flags, &mut self.scratch),
        }
    }

    /// The key of a plain dict, or another word that repeats itself. Short ones come from a table, with their hashes
    /// known.
    fn word<'py>(&mut self, py: Python<'py>, body: &[u8], flags: u8) -> PyResult<Bound<'py, PyString>> {
        if flags != 0 || body.len() > LONGEST_SHARED {
            return Ok(scalar::string(py, body, flags, &mut self.scratch)?.cast_into()?);
        }
        if self.keys.is_empty() {
            self.keys.resize_with(KEYS, || None);
        }
        let hash = body.iter().fold(body.len(), |hash, &byte| hash.wrapping_mul(31) ^ byte as usize);
        let slot = &mut self.keys[hash % KEYS];
        if let Some(key) = slot
            && scalar::is_ascii_text(key.bind(py), body)
        {
            return Ok(key.bind(py).clone());
        }
        let key = scalar::ascii(py, body)?.cast_into::<PyString>()?;
        *slot = Some(key.clone().unbind());
        Ok(key)
    }

    /// An event of no known class: its JSON as it is.
    pub(crate) fn generic<'py>(
        &mut self,
        py: Python<'py>,
        parsed: Parsed<'_>,
        name: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = self.plain(py, parsed, 0)?;
        self.generic_with(py, parsed.program, data, name)
    }

    /// A GenericEvent of `data`, and the name in its `event` field.
    pub(crate) fn generic_with<'py>(
        &mut self,
        py: Python<'py>,
        program: &Program,
        data: Bound<'py, PyAny>,
        name: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        let layout = &program.generic;
        let name = self.event_name(py, name)?;
        let event = layout.make(py)?;
        // SAFETY: the slots are those of GenericEvent, and nobody else has the event yet. `_absent` stays empty, as it
        // is on events that were built by keyword.
        unsafe {
            layout::write(&event, layout.slot(0), data);
            layout::write(&event, layout.slot(1), name);
            layout::write(&event, layout.extra(), py.None().into_bound(py));
        }
        Ok(event)
    }

    /// The name in the `event` field of a block, as events keep it: None for the default.
    fn event_name<'py>(&mut self, py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        match name {
            b"" | b"message" => Ok(py.None().into_bound(py)),
            name if name.is_ascii() => Ok(self.word(py, name, 0)?.into_any()),
            name => scalar::text(py, name),
        }
    }
}

/// An int of bits. Those below 256 exist already; classes of more than 64 fields are rare.
#[inline]
fn mask(py: Python<'_>, bits: u128) -> PyResult<Bound<'_, PyAny>> {
    match u64::try_from(bits) {
        Ok(bits) => scalar::unsigned(py, Some(bits)),
        Err(_) => Ok(bits.into_pyobject(py)?.into_any()),
    }
}
