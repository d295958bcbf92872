//! Earlier events of a plan that nobody has any more: which of their parts and holes there are, and how they become the
//! next event.

use crate::adopt;
use crate::assemble::Assembler;
use crate::part::{self, Part};
use crate::program::Program;
use crate::reuse;
use crate::scalar;
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use sselerate_core::decoder::Hit;
use sselerate_core::json::Kind;
use std::mem::offset_of;

/// Earlier events kept for reuse: enough for the events of two 16 KiB chunks that are handed out as lists.
const MAX_KEPT: usize = 160;
/// Whether it can be seen that a dict is as it was made. CPython 3.14 no longer counts their changes, so events with
/// plain dicts are made anew there.
const DICTS_SHOW_CHANGES: bool = cfg!(not(Py_3_14));
/// Events with more parts than this are made anew.
const MAX_PARTS: usize = 64;

/// Words of a tuple and of a list before the items; the reference count is not one of them. From CPython 3.14 on a
/// tuple keeps its hash there, once it was asked for.
const TUPLE_HEAD: usize = offset_of!(ffi::PyTupleObject, ob_item) / size_of::<usize>() - 1;
const LIST_HEAD: usize = 2;

/// What of an event is not shared: its parts, the event itself first and each behind the one it hangs on, and the holes
/// in them.
#[derive(Default)]
pub(crate) struct Reuse {
    parts: Vec<Place>,
    holes: Vec<Hole>,
    /// How many words all parts have.
    size: usize,
}

/// Earlier events of a plan, in the order they were handed out, from `next` on.
#[derive(Default)]
pub(crate) struct Ring {
    kept: Vec<Kept>,
    next: usize,
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
struct Hole {
    /// Which of [`Reuse::parts`] has it.
    part: usize,
    /// Which of [`Kept::words`] points to its value.
    word: usize,
    /// Its key, in a dict.
    key: Option<Py<PyAny>>,
    /// Which of the hit's spans has its value.
    index: usize,
    kind: Kind,
}

/// An earlier event.
struct Kept {
    event: Py<PyAny>,
    /// What all parts held when the event was handed out. Frozen classes keep nobody from `object.__setattr__`, and
    /// dicts and lists are not frozen at all: an event that was changed is not used again.
    words: Box<[usize]>,
    /// What is in its holes, held so that an equal word is the same object: its memory cannot have become another's.
    values: Box<[Py<PyAny>]>,
    /// How much room the strings in its holes have at least: see [`reuse`].
    room: usize,
}

impl Reuse {
    /// What can be used again of the events of a plan; None: nothing.
    pub(crate) fn of(py: Python<'_>, program: &Program, root: &Part) -> Option<Self> {
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
                let (kind, head, class) = match part {
                    Part::List(_) => (Container::List, LIST_HEAD, &raw const ffi::PyList_Type),
                    _ => (Container::Fixed, TUPLE_HEAD, &raw const ffi::PyTuple_Type),
                };
                let at = place(kind, head + items.len(), class);
                items
                    .iter()
                    .enumerate()
                    .all(|(item, part)| self.add_below(py, program, part, at, words + head + item, None))
            }
            Part::Dict(_) if !DICTS_SHOW_CHANGES => false,
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
        self.holes.push(Hole { part, word, key: key.map(|key| key.clone().unbind()), index, kind });
        true
    }

    /// What [`Kept::words`] keeps of an event that this plan has just made, with `values` in its holes. None: it is not
    /// as it was made, as the garbage collector may have run somebody's code meanwhile.
    fn words(&self, event: &Bound<'_, PyAny>, values: &[Bound<'_, PyAny>]) -> Option<Box<[usize]>> {
        let mut words: Vec<usize> = Vec::with_capacity(self.size);
        for (number, place) in self.parts.iter().enumerate() {
            let object = if number == 0 { event.as_ptr() } else { *words.get(place.held)? as *mut ffi::PyObject };
            // SAFETY: a word that stands for a part is an item of one that was looked at before, and alive; null is an
            // empty slot. Nothing is read but what its type and length allow.
            unsafe {
                if object.is_null() || ffi::Py_TYPE(object).cast_const() != place.class {
                    return None;
                }
                let length = match place.kind {
                    Container::List => Some(place.size - LIST_HEAD),
                    _ if place.class == &raw const ffi::PyTuple_Type => Some(place.size - TUPLE_HEAD),
                    _ => None,
                };
                if length.is_some_and(|length| ffi::Py_SIZE(object) as usize != length) {
                    return None;
                }
                match place.kind {
                    Container::Fixed => words.extend_from_slice(behind_count(object, place.size)),
                    Container::List => {
                        words.extend_from_slice(behind_count(object, LIST_HEAD));
                        words.extend_from_slice(list_items(object, place.size - LIST_HEAD));
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
        let is_in_place = |(hole, value): (&Hole, &Bound<'_, PyAny>)| {
            words.get(hole.word).is_some_and(|&word| word == value.as_ptr() as usize)
        };
        let are_all = self.holes.len() == values.len() && self.holes.iter().zip(values).all(is_in_place);
        are_all.then(|| words.into())
    }

    /// Turn an event into the next one, if nobody but the plan has it, it is as it was made, and there is room. False:
    /// make another.
    #[inline(always)]
    fn refill(&self, py: Python<'_>, kept: &mut Kept, assembler: &mut Assembler, hit: Hit<'_>) -> bool {
        // SAFETY: each part is looked at only after the part it hangs on was found to have one owner, the plan's event
        // itself, and to hold what the plan put there: so it is the part that the plan made, with the class and length
        // that its words were taken from, and nobody else can see it or get hold of it while the GIL is held. (CPython
        // 3.14 has references that it does not count, but only while a local variable has one that it does.)
        unsafe {
            for (number, place) in self.parts.iter().enumerate() {
                let Some(words) = kept.words.get(place.words..place.words + place.size) else { return false };
                let object = if number == 0 { kept.event.as_ptr() } else { kept.held(place.held) };
                if object.is_null() || ffi::Py_REFCNT(object) != 1 || !place.kind.is_as_made(object, words) {
                    return false;
                }
            }
            for (number, hole) in self.holes.iter().enumerate() {
                if !self.refill_hole(py, kept, assembler, hit, (number, hole)) {
                    return false;
                }
            }
        }
        true
    }

    /// # Safety
    /// The event is as it was made, and nobody can see it. What is in its holes was put there by `hole_value`, with the
    /// room of `kept` or more, as a plan's room only grows.
    #[inline(always)]
    unsafe fn refill_hole(
        &self,
        py: Python<'_>,
        kept: &mut Kept,
        assembler: &mut Assembler,
        hit: Hit<'_>,
        (number, hole): (usize, &Hole),
    ) -> bool {
        let Some(&span) = hit.spans.get(hole.index) else { return false };
        let value = kept.held(hole.word);
        // SAFETY: by the contract.
        unsafe {
            if hole.kind == Kind::Str && span.flags == 0 {
                if reuse::refill(value, hit.bytes, span.start, span.end, kept.room) {
                    return true;
                }
                let length = span.end - span.start;
                if kept.room < length && length <= reuse::MOST_ROOM {
                    return false;
                }
            }
            if hole.kind == Kind::Str && span.flags != 0 {
                return self.refill_unusual(py, kept, assembler, span.bytes(hit.bytes), span.flags, (number, hole));
            }
            if hole.kind != Kind::Str && refill_number(value, hole.kind, span.bytes(hit.bytes)) {
                return true;
            }
        }
        let Ok(value) = part::hole_value(py, hit, hole.index, hole.kind, assembler, kept.room) else { return false };
        // SAFETY: by the contract.
        unsafe { self.put(py, kept, (number, hole), value) }
    }

    /// [`Self::refill_hole`] with a string that is not just its bytes.
    ///
    /// # Safety
    /// As for [`Self::refill_hole`].
    #[inline(never)]
    unsafe fn refill_unusual(
        &self,
        py: Python<'_>,
        kept: &mut Kept,
        assembler: &mut Assembler,
        body: &[u8],
        flags: u8,
        (number, hole): (usize, &Hole),
    ) -> bool {
        let (text, is_ascii) = scalar::characters(body, flags, &mut assembler.scratch, assembler.replace_surrogates);
        // SAFETY: by the contract.
        unsafe {
            if is_ascii && reuse::refill(kept.held(hole.word), text, 0, text.len(), kept.room) {
                return true;
            }
            let Ok(value) = part::string(py, text, is_ascii, kept.room) else { return false };
            self.put(py, kept, (number, hole), value)
        }
    }

    /// Put a new value into a hole. False: there was no memory for it.
    ///
    /// # Safety
    /// As for [`Self::refill_hole`].
    unsafe fn put(
        &self,
        py: Python<'_>,
        kept: &mut Kept,
        (number, hole): (usize, &Hole),
        value: Bound<'_, PyAny>,
    ) -> bool {
        let Some(place) = self.parts.get(hole.part) else { return false };
        let object = if hole.part == 0 { kept.event.as_ptr() } else { kept.held(place.held) };
        let Some(word) = kept.words.get_mut(hole.word) else { return false };
        *word = value.as_ptr() as usize;
        let Some(held) = kept.values.get_mut(number) else { return false };
        drop(std::mem::replace(held, value.clone().unbind()).into_bound(py));
        let index = hole.word - place.words;
        // SAFETY: by the contract the part has as many words as its place, and the hole is one of them.
        unsafe {
            let slot = match (place.kind, &hole.key) {
                (Container::Fixed, _) => object.cast::<*mut ffi::PyObject>().add(1 + index),
                (Container::List, _) => (*object.cast::<ffi::PyListObject>()).ob_item.add(index - LIST_HEAD),
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

/// Write another number into what is in a hole of this kind. False, and nothing is done: it can't take it, or is no
/// number.
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

impl Ring {
    /// The event of a hit: an earlier one that nobody has any more.
    #[inline(always)]
    pub(crate) fn again<'py>(
        &mut self,
        reuse: &Reuse,
        py: Python<'py>,
        assembler: &mut Assembler,
        hit: Hit<'_>,
    ) -> Option<Bound<'py, PyAny>> {
        let kept = self.kept.get_mut(self.next)?;
        if !reuse.refill(py, kept, assembler, hit) {
            return None;
        }
        let event = kept.event.bind(py).clone();
        self.next += 1;
        if self.next == self.kept.len() {
            self.next = 0;
        }
        Some(event)
    }

    /// Remember an event, made with so much room for the strings in `values`. The oldest one has too little; or it is
    /// still in use, so either the ring is too small or events are being collected.
    pub(crate) fn keep<'py>(
        &mut self,
        reuse: &Reuse,
        event: &Bound<'py, PyAny>,
        values: Vec<Bound<'py, PyAny>>,
        room: usize,
    ) {
        let Some(words) = reuse.words(event, &values) else { return };
        let values = values.into_iter().map(Bound::unbind).collect();
        let kept = Kept { event: event.clone().unbind(), words, values, room };
        let full = self.kept.len() == MAX_KEPT;
        match self.kept.get_mut(self.next) {
            Some(old) if full || old.room < room => std::mem::replace(old, kept).release(event.py()),
            _ => self.kept.insert(self.next, kept),
        }
        self.next += 1;
        if self.next >= self.kept.len() {
            self.next = 0;
        }
    }

    /// Show earlier events to the garbage collector: whoever had one may have put into it what holds the stream.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.kept.iter().try_for_each(|kept| visit.call(&kept.event))
    }

    /// Let go of earlier events.
    pub(crate) fn clear(&mut self) {
        (self.kept, self.next) = (Vec::new(), 0);
    }
}

impl Kept {
    /// Let go of it, where PyO3 may not know that the GIL is held.
    fn release(self, py: Python<'_>) {
        for object in self.values.into_iter().chain([self.event]) {
            drop(object.into_bound(py));
        }
    }

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
        // SAFETY: by the contract; the type is compared before anything behind it is read, and the length of a list
        // before its items.
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

/// The version of a dict, which changes with it (PEP 509). Without one ([`DICTS_SHOW_CHANGES`]) nobody asks.
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
