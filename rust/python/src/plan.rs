//! How to make the event of a template: what is constant is shared, what is in a hole is made.
//!
//! A plan is built once, from a tape and the event that was made of it. Two ways lead from it to the next event. The general
//! one makes new objects around the shared constants. The quick one makes nothing but the values in the holes: if an earlier event
//! of this template has no owner left but the plan, nobody can see it any more, and it becomes the next event by changing
//! its holes. (CPython's `zip` reuses its result tuple on the same condition.) In a loop that drops each event before
//! the next but one, two event objects serve the whole stream.

use crate::adopt;
use crate::assemble::{Assembler, Parsed, item};
use crate::layout;
use crate::program::Program;
use crate::reuse;
use crate::scalar;
use crate::text::{self, Piece};
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sselerate_core::decoder::Hit;
use sselerate_core::json::{Kind, scan, unescape};
use sselerate_core::schema::{ClassId, ShapeId};
use sselerate_core::template::Learned;
use std::cell::OnceCell;

/// Earlier events kept for reuse: enough for the events of two 16 KiB chunks that are handed out as lists.
const MAX_KEPT: usize = 160;
/// Events with longer values are not kept: they would hold memory that nobody asked to hold.
const MAX_KEPT_VALUE: usize = 4096;
/// Events with more parts than this are made anew.
const MAX_PARTS: usize = 8;
/// Where the items of a tuple begin.
const ITEMS: usize = std::mem::offset_of!(ffi::PyTupleObject, ob_item);

/// A way to make a value.
pub(crate) enum Part {
    /// Immutable and free of holes: shared by all events of the template.
    Constant(Py<PyAny>),
    Hole {
        index: usize,
        kind: Kind,
    },
    Object {
        class: ClassId,
        constants: Vec<(isize, Py<PyAny>)>,
        varying: Vec<(isize, Part)>,
    },
    Tuple(Vec<Part>),
    List(Vec<Part>),
    Dict(Vec<(Py<PyAny>, Part)>),
}

/// The event as a list of parts that lead to holes (the first is the event), and the slots that are holes.
#[derive(Default)]
struct Reuse {
    parts: Vec<Place>,
    holes: Vec<(usize, isize, usize, Kind)>,
}

/// Where a part of an event is found.
#[derive(Clone, Copy)]
struct Place {
    /// The part it hangs on, and where in that; of the event itself not looked at.
    parent: usize,
    offset: isize,
    /// How many words of it are what [`Kept::words`] keeps: its type and all slots or items.
    size: usize,
}

/// An earlier event.
struct Kept {
    event: Py<PyAny>,
    /// All words of all parts behind the reference counts, as they were when the event was handed out. Frozen classes keep nobody from
    /// `object.__setattr__`: an event that was changed in this way is not used again.
    words: Box<[usize]>,
    /// How much room the strings in its holes have at least: see [`reuse`].
    room: usize,
}

/// How to make the events of one template.
pub(crate) struct Plan {
    root: Part,
    /// The dialect of its events, if they have one.
    dialect: Option<Py<PyAny>>,
    /// Where the text of its events is, once that was asked for.
    text: OnceCell<Option<Vec<Piece>>>,
    reuse: Option<Reuse>,
    /// Earlier events, in the order they were handed out, from `next` on.
    kept: Vec<Kept>,
    next: usize,
    /// How much room strings in holes are given.
    room: usize,
}

impl Plan {
    /// The plan for a template that was learnt from `event`, which was made of `parsed`.
    pub(crate) fn new(
        parsed: Parsed<'_>,
        shape: ShapeId,
        learned: &Learned,
        event: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let builder = Builder { parsed, holes: &learned.holes };
        let root = builder.part(0, Some(shape), event)?;
        let mut reuse = Reuse::default();
        let reusable = cfg!(not(any(Py_GIL_DISABLED, Py_3_14)))
            && !matches!(root, Part::Constant(_))
            && reuse.add(event.py(), parsed.program, &root, 0, 0);
        let reuse = (reusable && reuse.parts.len() <= MAX_PARTS).then_some(reuse);
        let dialect = dialect(event)?;
        Ok(Self { root, dialect, text: OnceCell::new(), reuse, kept: Vec::new(), next: 0, room: reuse::LEAST_ROOM })
    }

    /// The event of a hit.
    #[inline(always)]
    pub(crate) fn make<'py>(
        &mut self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        hit: Hit<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.again(py, assembler, hit) {
            Some(event) => Ok(event),
            None => self.make_new(py, program, assembler, hit),
        }
    }

    /// The event of a hit: an earlier one that nobody has any more.
    #[inline(always)]
    fn again<'py>(&mut self, py: Python<'py>, assembler: &mut Assembler, hit: Hit<'_>) -> Option<Bound<'py, PyAny>> {
        let kept = self.kept.get_mut(self.next)?;
        if !self.reuse.as_ref()?.refill(py, kept, assembler, hit) {
            return None;
        }
        let event = kept.event.bind(py).clone();
        self.next += 1;
        if self.next == self.kept.len() {
            self.next = 0;
        }
        Some(event)
    }

    fn make_new<'py>(
        &mut self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        hit: Hit<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let longest = hit.spans.iter().map(|span| span.end - span.start).max().unwrap_or_default();
        if longest > self.room && longest <= reuse::MOST_ROOM {
            self.room = reuse::room_of(longest);
        }
        let event = self.root.make(py, program, assembler, hit, self.room)?;
        if self.reuse.is_some() && longest <= MAX_KEPT_VALUE {
            self.keep(&event);
        }
        Ok(event)
    }

    /// Where the text of the events is; None: they have to be asked.
    pub(crate) fn text(&self, py: Python<'_>, program: &Program) -> Option<&[Piece]> {
        self.text.get_or_init(|| text::pieces(py, program, &self.root)).as_deref()
    }

    /// Note the dialect of the events, if none is known yet.
    #[inline]
    pub(crate) fn note_dialect(&self, py: Python<'_>, known: &mut Option<Py<PyAny>>) {
        if known.is_none() {
            *known = self.dialect.as_ref().map(|name| name.clone_ref(py));
        }
    }

    /// Let go of earlier events.
    pub(crate) fn forget_events(&mut self) {
        self.kept = Vec::new();
        self.next = 0;
    }

    /// Remember an event. The oldest one has too little room; or it is still in use, so either the ring is too small or events are
    /// being collected.
    fn keep(&mut self, event: &Bound<'_, PyAny>) {
        let Some(reuse) = &self.reuse else { return };
        let kept = Kept { event: event.clone().unbind(), words: reuse.words(event), room: self.room };
        let full = self.kept.len() == MAX_KEPT;
        match self.kept.get_mut(self.next) {
            Some(old) if full || old.room < self.room => *old = kept,
            _ => self.kept.insert(self.next, kept),
        }
        self.next += 1;
        if self.next >= self.kept.len() {
            self.next = 0;
        }
    }
}

impl Reuse {
    /// Add a part and what is below it. False: something in it must be new in every event.
    fn add(&mut self, py: Python<'_>, program: &Program, part: &Part, parent: usize, offset: isize) -> bool {
        let at = self.parts.len();
        match part {
            Part::Constant(_) => true,
            Part::Hole { index, kind } => {
                self.holes.push((parent, offset, *index, *kind));
                true
            }
            Part::Object { class, varying, .. } => {
                // Whatever else an instance has (a dict, weak references, a finalizer) would live on in the next event.
                let Some(slots) = adopt::slots(program.layouts[*class].class(py)) else { return false };
                self.parts.push(Place { parent, offset, size: 1 + slots });
                varying.iter().all(|(offset, part)| self.add(py, program, part, at, *offset))
            }
            Part::Tuple(parts) => {
                self.parts.push(Place { parent, offset, size: 2 + parts.len() });
                parts.iter().enumerate().all(|(item, part)| {
                    let offset = (ITEMS + item * size_of::<*mut ffi::PyObject>()) as isize;
                    self.add(py, program, part, at, offset)
                })
            }
            Part::List(_) | Part::Dict(_) => false,
        }
    }

    /// What [`Kept::words`] keeps of an event that this plan has just made.
    fn words(&self, event: &Bound<'_, PyAny>) -> Box<[usize]> {
        let mut objects: Vec<*mut ffi::PyObject> = Vec::new();
        let mut words = Vec::new();
        // SAFETY: a new event has the parts that the plan gave it, with the classes and lengths that offsets and sizes were taken from.
        unsafe {
            for &Place { parent, offset, size } in &self.parts {
                let object = match objects.get(parent) {
                    Some(parent) => *parent.byte_offset(offset).cast::<*mut ffi::PyObject>(),
                    None => event.as_ptr(),
                };
                words.extend_from_slice(std::slice::from_raw_parts(object.cast::<usize>().add(1), size));
                objects.push(object);
            }
        }
        words.into()
    }

    /// Turn an event into the next one, if nobody but the plan has it, it is as it was made, and there is room. False: make another.
    #[inline(always)]
    fn refill(&self, py: Python<'_>, kept: &mut Kept, assembler: &mut Assembler, hit: Hit<'_>) -> bool {
        let mut parts = [(std::ptr::null_mut::<ffi::PyObject>(), 0); MAX_PARTS];
        // SAFETY: each part is looked at only after its parent was found to have one owner, the plan's event itself, and to hold what the
        // plan put there: so it is the part that the plan made, with the class and length that the offsets were taken from, and nobody else
        // can see it or get hold of it while the GIL is held. What is in a hole was put there by `hole_value`, with this room or
        // more, as a plan's room only grows.
        unsafe {
            let mut before = 0;
            for (part, &Place { parent, offset, size }) in self.parts.iter().enumerate() {
                let object = match part {
                    0 => kept.event.as_ptr(),
                    _ => *parts[parent % MAX_PARTS].0.byte_offset(offset).cast::<*mut ffi::PyObject>(),
                };
                let Some(words) = kept.words.get(before..before + size) else { return false };
                if ffi::Py_REFCNT(object) != 1 || !is_made_of(object, words) {
                    return false;
                }
                parts[part % MAX_PARTS] = (object, before);
                before += size;
            }
            for &(part, offset, hole, kind) in &self.holes {
                let (object, words) = parts[part % MAX_PARTS];
                let slot = object.byte_offset(offset).cast::<*mut ffi::PyObject>();
                let Some(&span) = hit.spans.get(hole) else { return false };
                if kind == Kind::Str && span.flags == 0 {
                    if reuse::refill(*slot, hit.bytes, span.start, span.end, kept.room) {
                        continue;
                    }
                    let length = span.end - span.start;
                    if kept.room < length && length <= reuse::MOST_ROOM {
                        return false;
                    }
                }
                if kind == Kind::Str && span.flags == scan::ESCAPED {
                    let text = &mut assembler.scratch;
                    text.clear();
                    let ascii = unescape(span.bytes(hit.bytes), text).ascii;
                    if ascii && reuse::refill(*slot, text, 0, text.len(), kept.room) {
                        continue;
                    }
                }
                let Ok(value) = hole_value(py, hit, hole, kind, assembler, kept.room) else { return false };
                let value = value.into_ptr();
                if let Some(word) = kept.words.get_mut(words + offset as usize / size_of::<usize>() - 1) {
                    *word = value as usize;
                }
                ffi::Py_DECREF(slot.replace(value));
            }
        }
        true
    }
}

/// Whether the words of an object behind its reference count are these.
///
/// # Safety
/// `object` is alive, and has as many if the first one, its type, is the same.
#[inline(always)]
unsafe fn is_made_of(object: *mut ffi::PyObject, words: &[usize]) -> bool {
    // SAFETY: by the contract; the type is compared before anything behind it is read.
    unsafe {
        let Some((&class, rest)) = words.split_first() else { return false };
        if ffi::Py_TYPE(object) as usize != class {
            return false;
        }
        std::slice::from_raw_parts(object.cast::<usize>().add(2), rest.len()) == rest
    }
}

/// The name of the dialect that the class of an event belongs to.
pub(crate) fn dialect(event: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
    let name = event.get_type().getattr_opt(intern!(event.py(), "__dialect__"))?;
    Ok(name.filter(|name| !name.is_none()).map(Bound::unbind))
}

/// The value in a hole. One that held a word may hold another word now. ASCII strings are made with room, by `reuse`.
fn hole_value<'py>(
    py: Python<'py>,
    hit: Hit<'_>,
    hole: usize,
    kind: Kind,
    assembler: &mut Assembler,
    room: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let span = hit.spans[hole];
    let bytes = span.bytes(hit.bytes);
    if kind == Kind::Str && span.flags == 0 {
        return reuse::ascii(py, bytes, room);
    }
    if kind == Kind::Str && span.flags == scan::ESCAPED {
        assembler.scratch.clear();
        if unescape(bytes, &mut assembler.scratch).ascii {
            return reuse::ascii(py, &assembler.scratch, room);
        }
    }
    if assembler.replace_surrogates && span.flags & scan::ESCAPED != 0 {
        return scalar::string_replacing(py, bytes, &mut assembler.scratch);
    }
    let kind = match (kind, bytes.first()) {
        (Kind::Null | Kind::True | Kind::False, Some(b't')) => Kind::True,
        (Kind::Null | Kind::True | Kind::False, Some(b'f')) => Kind::False,
        (Kind::Null | Kind::True | Kind::False, _) => Kind::Null,
        (kind, _) => kind,
    };
    scalar::of_kind(py, kind, bytes, span.flags, &mut assembler.scratch)
}

impl Part {
    #[inline]
    fn make<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        hit: Hit<'_>,
        room: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Constant(value) => Ok(value.bind(py).clone()),
            Self::Hole { index, kind } => hole_value(py, hit, *index, *kind, assembler, room),
            Self::Object { class, constants, varying } => {
                let event = program.layouts[*class].make(py)?;
                // SAFETY: the offsets come from the layout of this class, and nobody else has the event yet.
                unsafe {
                    for (offset, value) in constants {
                        layout::write(&event, *offset, value.bind(py).clone());
                    }
                    for (offset, part) in varying {
                        layout::write(&event, *offset, part.make(py, program, assembler, hit, room)?);
                    }
                }
                Ok(event)
            }
            Self::Tuple(parts) => {
                // SAFETY: a new tuple, seen by nobody, gets each of its items once.
                unsafe {
                    let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(parts.len() as ffi::Py_ssize_t))?;
                    for (index, part) in parts.iter().enumerate() {
                        let value = part.make(py, program, assembler, hit, room)?;
                        ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, value.into_ptr());
                    }
                    Ok(tuple)
                }
            }
            Self::List(parts) => {
                let list = PyList::empty(py);
                for part in parts {
                    list.append(part.make(py, program, assembler, hit, room)?)?;
                }
                Ok(list.into_any())
            }
            Self::Dict(parts) => {
                let dict = PyDict::new(py);
                for (key, part) in parts {
                    dict.set_item(key, part.make(py, program, assembler, hit, room)?)?;
                }
                Ok(dict.into_any())
            }
        }
    }
}

/// Walks a tape and the event that was made of it, side by side.
struct Builder<'a> {
    parsed: Parsed<'a>,
    holes: &'a [usize],
}

impl Builder<'_> {
    /// `shape` is None inside plain JSON.
    fn part(&self, node: usize, shape: Option<ShapeId>, made: &Bound<'_, PyAny>) -> PyResult<Part> {
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
                let parts = tape.children(node).enumerate();
                let parts = parts.map(|(index, child)| self.part(child, items, &item(made, index)?));
                let parts = parts.collect::<PyResult<Vec<_>>>()?;
                let constant = parts.iter().all(|part| matches!(part, Part::Constant(_)));
                Ok(if constant { Part::Constant(made.clone().unbind()) } else { Part::Tuple(parts) })
            }
            kind => match self.holes.iter().position(|&hole| hole == node) {
                Some(index) => Ok(Part::Hole { index, kind }),
                None => Ok(Part::Constant(made.clone().unbind())),
            },
        }
    }

    fn object(&self, node: usize, class: ClassId, made: &Bound<'_, PyAny>) -> PyResult<Part> {
        let Parsed { program, payload, tape } = self.parsed;
        let layout = &program.layouts[class];
        let fields = &program.schema.classes[class];
        let mut nodes = vec![None; fields.fields.len()];
        let mut has_extra = false;
        for key in tape.children(node) {
            match fields.find_node(&tape.nodes()[key], payload, 0) {
                Some(field) => nodes[field] = Some(key + 1),
                None => has_extra = true,
            }
        }
        let (mut constants, mut varying) = (Vec::new(), Vec::new());
        let slot = |offset| {
            // SAFETY: `made` was made with this layout; whoever else has it can't change it.
            let held = unsafe { layout::read(made, offset) };
            held.ok_or_else(|| PyRuntimeError::new_err("an event with an empty slot"))
        };
        for (field, value) in nodes.into_iter().enumerate() {
            let offset = layout.slot(field);
            let held = slot(offset)?;
            let part = match value {
                Some(value) => self.part(value, Some(fields.fields[field].shape), &held)?,
                None => Part::Constant(held.unbind()),
            };
            match part {
                Part::Constant(value) => constants.push((offset, value)),
                part => varying.push((offset, part)),
            }
        }
        constants.push((layout.absent(), slot(layout.absent())?.unbind()));
        if let Some(offset) = layout.event_name {
            constants.push((offset, slot(offset)?.unbind()));
        }
        let extra = slot(layout.extra())?;
        if has_extra {
            varying.push((layout.extra(), self.extra(node, fields, extra.cast::<PyDict>()?)?));
        } else {
            constants.push((layout.extra(), extra.unbind()));
        }
        Ok(match varying.is_empty() {
            true => Part::Constant(made.clone().unbind()),
            false => Part::Object { class, constants, varying },
        })
    }

    fn extra(&self, node: usize, fields: &sselerate_core::schema::Class, made: &Bound<'_, PyDict>) -> PyResult<Part> {
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
