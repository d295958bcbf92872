//! How to make the event of a template: what is constant is shared, what is in a hole is made.
//!
//! A plan is built once, from a tape and the event that was made of it. Two ways lead from it to the next event. The general
//! one makes new objects around the shared constants. The quick one makes nothing but the values in the holes: if an earlier event
//! of this template has no owner left but the plan, nobody can see it any more, and it becomes the next event by changing
//! its holes. (CPython's `zip` reuses its result tuple on the same condition.) In a loop that drops each event before
//! the next but one, two event objects serve the whole stream.

use crate::adopt;
use crate::assemble::{Assembler, Parsed};
use crate::layout;
use crate::program::Program;
use crate::reuse;
use crate::scalar;
use crate::text::{self, Piece};
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use sselerate_core::decoder::Hit;
use sselerate_core::json::{Kind, scan, unescape};
use sselerate_core::schema::{ClassId, ShapeId};
use sselerate_core::template::{Change, Learned, Span};
use std::cell::OnceCell;

/// Earlier events kept for reuse: enough for the events of two 16 KiB chunks that are handed out as lists.
const MAX_KEPT: usize = 160;
/// Events with longer values are not kept: they would hold memory that nobody asked to hold.
const MAX_KEPT_VALUE: usize = 4096;
/// Events with more parts than this are made anew.
const MAX_PARTS: usize = 64;

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

/// What of an event is not shared: its parts, the event itself first and each behind the one it hangs on, and the holes in them.
#[derive(Default)]
struct Reuse {
    parts: Vec<Place>,
    holes: Vec<Gap>,
    /// How many words all parts have.
    size: usize,
}

/// A part of an event that was made for this event alone.
struct Place {
    /// Which of [`Kept::words`] points to it; of the event itself not looked at.
    held: usize,
    /// Where its own words begin, and how many there are.
    words: usize,
    size: usize,
    kind: Container,
    /// Its type, which is that of the declaration or one of CPython's, and so lives on.
    class: *const ffi::PyTypeObject,
}

// SAFETY: `class` is only compared.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

/// What a part is, and so what its words are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    /// An instance or a tuple: all that follows the reference count.
    Fixed,
    /// Type, length, items.
    List,
    /// Type, version, values. CPython gives a dict a new version with every change.
    Dict,
}

/// A hole in a part.
struct Gap {
    /// Which of [`Reuse::parts`] has it.
    part: usize,
    /// Which of [`Kept::words`] points to its value.
    word: usize,
    /// Its key, in a dict.
    key: Option<Py<PyAny>>,
    hole: usize,
    kind: Kind,
}

/// An earlier event.
struct Kept {
    event: Py<PyAny>,
    /// What all parts held when the event was handed out. Frozen classes keep nobody from `object.__setattr__`, and dicts and lists are
    /// not frozen at all: an event that was changed is not used again.
    words: Box<[usize]>,
    /// What is in its holes, held so that an equal word is the same object: its memory cannot have become another's.
    values: Box<[Py<PyAny>]>,
    /// How much room the strings in its holes have at least: see [`reuse`].
    room: usize,
}

/// An event whose template has other constants, and maybe more holes, from now on.
pub(crate) struct Adapted<'a> {
    pub(crate) hit: Hit<'a>,
    pub(crate) learned: Learned,
    pub(crate) changes: Vec<Change>,
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
        let reuse = Reuse::of(event.py(), parsed.program, &root);
        let dialect = dialect(event)?;
        Ok(Self { root, dialect, text: OnceCell::new(), reuse, kept: Vec::new(), next: 0, room: reuse::LEAST_ROOM })
    }

    /// Take on what the template has taken on.
    pub(crate) fn adapt(
        &mut self,
        py: Python<'_>,
        program: &Program,
        assembler: &mut Assembler,
        adapted: &Adapted<'_>,
    ) -> PyResult<()> {
        self.forget_events();
        self.text = OnceCell::new();
        self.root.adapt(py, program, assembler, adapted)?;
        self.reuse = Reuse::of(py, program, &self.root);
        Ok(())
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
        let mut values = Vec::new();
        let event = self.root.make(py, program, assembler, hit, self.room, &mut values)?;
        if self.reuse.is_some() && longest <= MAX_KEPT_VALUE {
            self.keep(&event, values);
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
        if !self.kept.is_empty() {
            self.kept = Vec::new();
        }
        self.next = 0;
    }

    /// Remember an event. The oldest one has too little room; or it is still in use, so either the ring is too small or events are
    /// being collected.
    fn keep(&mut self, event: &Bound<'_, PyAny>, values: Vec<Py<PyAny>>) {
        let Some(reuse) = &self.reuse else { return };
        let Some(words) = reuse.words(event, &values) else { return };
        let kept = Kept { event: event.clone().unbind(), words, values: values.into(), room: self.room };
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
    /// What can be used again of the events of a plan; None: nothing.
    fn of(py: Python<'_>, program: &Program, root: &Part) -> Option<Self> {
        if !reuse::REUSES || root.shared().is_some() {
            return None;
        }
        let mut reuse = Self::default();
        (reuse.add(py, program, root, 0) && reuse.parts.len() <= MAX_PARTS).then_some(reuse)
    }

    /// Add a part and what is below it, which word `held` points to. False: something in it must be new in every event.
    fn add(&mut self, py: Python<'_>, program: &Program, part: &Part, held: usize) -> bool {
        let words = self.size;
        let mut place = |kind, size, class: *const ffi::PyTypeObject| {
            self.parts.push(Place { held, words, size, kind, class });
            self.size += size;
            self.parts.len() - 1
        };
        match part {
            part if part.shared().is_some() => true,
            Part::Object { class, slots, .. } => {
                // Whatever else an instance has (a dict, weak references, a finalizer) would live on in the next event.
                let class = program.layouts[*class].class(py);
                let Some(size) = adopt::slots(class) else { return false };
                let at = place(Container::Fixed, 1 + size, class.as_type_ptr());
                let word = |offset: isize| words + offset as usize / size_of::<usize>() - 1;
                slots.iter().all(|(offset, part)| self.add_below(py, program, part, at, word(*offset), None))
            }
            Part::Tuple { items, .. } | Part::List(items) => {
                let (kind, class) = match part {
                    Part::List(_) => (Container::List, &raw const ffi::PyList_Type),
                    _ => (Container::Fixed, &raw const ffi::PyTuple_Type),
                };
                let at = place(kind, 2 + items.len(), class);
                items
                    .iter()
                    .enumerate()
                    .all(|(item, part)| self.add_below(py, program, part, at, words + 2 + item, None))
            }
            Part::Dict(members) => {
                let at = place(Container::Dict, 2 + members.len(), &raw const ffi::PyDict_Type);
                let mut members = members.iter().enumerate();
                members.all(|(member, (key, part))| {
                    self.add_below(py, program, part, at, words + 2 + member, Some(key.bind(py)))
                })
            }
            Part::Given(_) | Part::Constant { .. } | Part::Hole { .. } => false,
        }
    }

    fn add_below(
        &mut self,
        py: Python<'_>,
        program: &Program,
        below: &Part,
        part: usize,
        word: usize,
        key: Option<&Bound<'_, PyAny>>,
    ) -> bool {
        let Part::Hole { index, kind, .. } = *below else { return self.add(py, program, below, word) };
        self.holes.push(Gap { part, word, key: key.map(|key| key.clone().unbind()), hole: index, kind });
        true
    }

    /// What [`Kept::words`] keeps of an event that this plan has just made, with `values` in its holes. None: it is not as it was made, as the
    /// garbage collector may have run somebody's code meanwhile.
    fn words(&self, event: &Bound<'_, PyAny>, values: &[Py<PyAny>]) -> Option<Box<[usize]>> {
        let mut words: Vec<usize> = Vec::with_capacity(self.size);
        for (number, place) in self.parts.iter().enumerate() {
            let object = if number == 0 { event.as_ptr() } else { *words.get(place.held)? as *mut ffi::PyObject };
            // SAFETY: a word that stands for a part is an item of one that was looked at before, and alive; null is an empty slot. Nothing is
            // read but what its type and length allow.
            unsafe {
                if object.is_null() || ffi::Py_TYPE(object).cast_const() != place.class {
                    return None;
                }
                let is_sized = place.class == &raw const ffi::PyTuple_Type || place.kind == Container::List;
                if is_sized && ffi::Py_SIZE(object) as usize != place.size - 2 {
                    return None;
                }
                match place.kind {
                    Container::Fixed => words.extend_from_slice(behind_count(object, place.size)),
                    Container::List => {
                        words.extend_from_slice(behind_count(object, 2));
                        words.extend_from_slice(list_items(object, place.size - 2));
                    }
                    Container::Dict => {
                        words.extend([ffi::Py_TYPE(object) as usize, version(object)]);
                        let (mut at, mut value) = (0, std::ptr::null_mut());
                        while ffi::PyDict_Next(object, &raw mut at, std::ptr::null_mut(), &raw mut value) != 0 {
                            words.push(value as usize);
                        }
                    }
                }
            }
            if words.len() != place.words + place.size {
                return None;
            }
        }
        let is_in_place =
            |(gap, value): (&Gap, &Py<PyAny>)| words.get(gap.word).is_some_and(|&word| word == value.as_ptr() as usize);
        let are_all = self.holes.len() == values.len() && self.holes.iter().zip(values).all(is_in_place);
        are_all.then(|| words.into())
    }

    /// Turn an event into the next one, if nobody but the plan has it, it is as it was made, and there is room. False: make another.
    #[inline(always)]
    fn refill(&self, py: Python<'_>, kept: &mut Kept, assembler: &mut Assembler, hit: Hit<'_>) -> bool {
        // SAFETY: each part is looked at only after the part it hangs on was found to have one owner, the plan's event itself, and to hold
        // what the plan put there: so it is the part that the plan made, with the class and length that its words were taken from, and
        // nobody else can see it or get hold of it while the GIL is held.
        unsafe {
            for (number, place) in self.parts.iter().enumerate() {
                let Some(words) = kept.words.get(place.words..place.words + place.size) else { return false };
                let object = if number == 0 { kept.event.as_ptr() } else { kept.held(place.held) };
                if object.is_null() || ffi::Py_REFCNT(object) != 1 || !place.kind.is_as_made(object, words) {
                    return false;
                }
            }
            for (number, gap) in self.holes.iter().enumerate() {
                if !self.refill_hole(py, kept, assembler, hit, (number, gap)) {
                    return false;
                }
            }
        }
        true
    }

    /// # Safety
    /// The event is as it was made, and nobody can see it. What is in its holes was put there by `hole_value`, with the room of `kept` or
    /// more, as a plan's room only grows.
    #[inline(always)]
    unsafe fn refill_hole(
        &self,
        py: Python<'_>,
        kept: &mut Kept,
        assembler: &mut Assembler,
        hit: Hit<'_>,
        (number, gap): (usize, &Gap),
    ) -> bool {
        let Some(&span) = hit.spans.get(gap.hole) else { return false };
        let value = kept.held(gap.word);
        // SAFETY: by the contract.
        unsafe {
            if gap.kind == Kind::Str && span.flags == 0 {
                if reuse::refill(value, hit.bytes, span.start, span.end, kept.room) {
                    return true;
                }
                let length = span.end - span.start;
                if kept.room < length && length <= reuse::MOST_ROOM {
                    return false;
                }
            }
            if gap.kind == Kind::Str && span.flags == scan::ESCAPED {
                let text = &mut assembler.scratch;
                text.clear();
                let ascii = unescape(span.bytes(hit.bytes), text).ascii;
                if ascii && reuse::refill(value, text, 0, text.len(), kept.room) {
                    return true;
                }
            }
            if gap.kind != Kind::Str && refill_number(value, gap.kind, span.bytes(hit.bytes)) {
                return true;
            }
        }
        let Ok(value) = hole_value(py, hit, gap.hole, gap.kind, assembler, kept.room) else { return false };
        // SAFETY: by the contract.
        unsafe { self.put(py, kept, (number, gap), value) }
    }

    /// Put a new value into a hole. False: there was no memory for it.
    ///
    /// # Safety
    /// As for [`Self::refill_hole`].
    unsafe fn put(
        &self,
        py: Python<'_>,
        kept: &mut Kept,
        (number, gap): (usize, &Gap),
        value: Bound<'_, PyAny>,
    ) -> bool {
        let Some(place) = self.parts.get(gap.part) else { return false };
        let object = if gap.part == 0 { kept.event.as_ptr() } else { kept.held(place.held) };
        let Some(word) = kept.words.get_mut(gap.word) else { return false };
        *word = value.as_ptr() as usize;
        let Some(held) = kept.values.get_mut(number) else { return false };
        drop(std::mem::replace(held, value.clone().unbind()).into_bound(py));
        let index = gap.word - place.words;
        // SAFETY: by the contract the part has as many words as its place, and the hole is one of them.
        unsafe {
            let slot = match (place.kind, &gap.key) {
                (Container::Fixed, _) => object.cast::<*mut ffi::PyObject>().add(1 + index),
                (Container::List, _) => (*object.cast::<ffi::PyListObject>()).ob_item.add(index - 2),
                (Container::Dict, Some(key)) => {
                    let is_set = ffi::PyDict_SetItem(object, key.as_ptr(), value.as_ptr()) == 0;
                    if !is_set {
                        ffi::PyErr_Clear();
                    }
                    kept.words[place.words + 1] = version(object);
                    return is_set;
                }
                (Container::Dict, None) => return false,
            };
            ffi::Py_DECREF(slot.replace(value.into_ptr()));
        }
        true
    }
}

/// Write another number into what is in a hole of this kind. False, and nothing is done: it can't take it, or is no number.
///
/// # Safety
/// As for [`Reuse::refill_hole`].
#[inline(never)]
unsafe fn refill_number(value: *mut ffi::PyObject, kind: Kind, text: &[u8]) -> bool {
    // SAFETY: by the contract, and `hole_value` makes an int or a float for such a hole.
    unsafe {
        match kind {
            Kind::Int => reuse::refill_int(value, || scalar::small(text)),
            Kind::Float => reuse::refill_float(value, || scalar::float_value(text)),
            _ => false,
        }
    }
}

impl Kept {
    /// What a word points to.
    #[inline(always)]
    fn held(&self, word: usize) -> *mut ffi::PyObject {
        self.words.get(word).map_or(std::ptr::null_mut(), |&word| word as *mut ffi::PyObject)
    }
}

impl Container {
    /// Whether the words of an object are these.
    ///
    /// # Safety
    /// `object` is alive; it has as many words if the first one, its type, is the same.
    #[inline(always)]
    unsafe fn is_as_made(self, object: *mut ffi::PyObject, words: &[usize]) -> bool {
        let Some((&class, rest)) = words.split_first() else { return false };
        // SAFETY: by the contract; the type is compared before anything behind it is read, and the length of a list before its items.
        unsafe {
            if ffi::Py_TYPE(object) as usize != class {
                return false;
            }
            match (self, rest.split_first()) {
                (Self::Fixed, _) => behind_count(object, words.len())[1..] == *rest,
                (Self::List, Some((&length, items))) => {
                    ffi::Py_SIZE(object) as usize == length && list_items(object, items.len()) == items
                }
                (Self::Dict, Some((&known, _))) => version(object) == known,
                (_, None) => false,
            }
        }
    }
}

/// The words of an object behind its reference count.
///
/// # Safety
/// `object` is alive, and has as many.
#[inline(always)]
unsafe fn behind_count<'a>(object: *mut ffi::PyObject, words: usize) -> &'a [usize] {
    // SAFETY: by the contract.
    unsafe { std::slice::from_raw_parts(object.cast::<usize>().add(1), words) }
}

/// The items of a list.
///
/// # Safety
/// `object` is a list of this length.
#[inline(always)]
unsafe fn list_items<'a>(object: *mut ffi::PyObject, length: usize) -> &'a [usize] {
    // SAFETY: by the contract; an empty list has no memory for items.
    unsafe {
        match length {
            0 => &[],
            _ => std::slice::from_raw_parts((*object.cast::<ffi::PyListObject>()).ob_item.cast(), length),
        }
    }
}

/// The version of a dict, which changes with it (PEP 509). CPython 3.14 has none, and no event is used again there.
///
/// # Safety
/// `object` is a dict.
#[inline(always)]
unsafe fn version(object: *mut ffi::PyObject) -> usize {
    // SAFETY: by the contract.
    #[cfg(not(Py_3_14))]
    #[allow(deprecated, reason = "it is what CPython's own caches go by")]
    let version = unsafe { (*object.cast::<ffi::PyDictObject>()).ma_version_tag as usize };
    #[cfg(Py_3_14)]
    let version = {
        let _ = object;
        0
    };
    version
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
    scalar_of(py, span, hit.bytes, kind, assembler)
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
    /// The value that all events of the template share.
    #[inline]
    pub(crate) fn shared(&self) -> Option<&Py<PyAny>> {
        match self {
            Self::Given(value) | Self::Constant { value, .. } => Some(value),
            Self::Object { shared, .. } | Self::Tuple { shared, .. } => shared.as_ref(),
            Self::Hole { .. } | Self::List(_) | Self::Dict(_) => None,
        }
    }

    /// Whether this or something below has become another.
    fn adapt(
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
            let value = self.make(py, program, assembler, hit, 0, &mut Vec::new())?.unbind();
            if let Self::Object { shared, .. } | Self::Tuple { shared, .. } = self {
                *shared = Some(value);
            }
        }
        Ok(())
    }

    /// The value for a hit. What goes into holes is added to `values`, in the order of [`Reuse::holes`].
    #[inline]
    fn make<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        hit: Hit<'_>,
        room: usize,
        values: &mut Vec<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(shared) = self.shared() {
            return Ok(shared.bind(py).clone());
        }
        match self {
            Self::Given(value) | Self::Constant { value, .. } => Ok(value.bind(py).clone()),
            Self::Hole { index, kind, .. } => {
                let value = hole_value(py, hit, *index, *kind, assembler, room)?;
                values.push(value.clone().unbind());
                Ok(value)
            }
            Self::Object { class, slots, .. } => {
                let event = program.layouts[*class].make(py)?;
                for (offset, part) in slots {
                    let value = part.make(py, program, assembler, hit, room, values)?;
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
                        let value = part.make(py, program, assembler, hit, room, values)?;
                        ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, value.into_ptr());
                    }
                    Ok(tuple)
                }
            }
            Self::List(parts) => {
                let list = PyList::empty(py);
                for part in parts {
                    list.append(part.make(py, program, assembler, hit, room, values)?)?;
                }
                Ok(list.into_any())
            }
            Self::Dict(parts) => {
                let dict = PyDict::new(py);
                for (key, part) in parts {
                    dict.set_item(key, part.make(py, program, assembler, hit, room, values)?)?;
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
