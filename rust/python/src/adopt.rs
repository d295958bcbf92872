//! Light instances: event classes that can't be part of a reference cycle live without the garbage collector.
//!
//! An event that holds nothing but strings, numbers and other such events can't be in a cycle: it is frozen, so nothing
//! can be put into it later, and what was put into it existed before it. (`extra` may hold dicts; a program that puts
//! an event into its own `extra` leaks it. msgspec makes the same trade with `gc=False`.) Such a class is *adopted*
//! when it is declared, before it has any instance: its objects lose the collector's header, which makes them 16 bytes
//! smaller and invisible to collections, and they are freed by [`dealloc`] below instead of CPython's general way,
//! which costs more than making the object did. Freed objects wait in a small list for the next one of their size.
//!
//! The rest of CPython knows all of this from the type's own slots, so subclasses, `copy`, `pickle` and
//! `object.__new__` just work. (But a `__del__` that is put on the class later is never called: `dealloc` does not look
//! for one.) A class stays as it is where there is no GIL.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::cell::UnsafeCell;

/// Freed objects of one size that wait for reuse. Enough for the events of one chunk.
const WAITING: usize = 128;
/// Slots of the largest objects that wait; larger ones are rare.
const SIZES: usize = 24;

/// How deep `dealloc` goes into itself before it puts off what it meets.
const DEEPEST: usize = 50;

const HEADER: usize = size_of::<ffi::PyObject>();
const SLOT: usize = size_of::<*mut ffi::PyObject>();

/// Adopt a class that has no instance yet. False: it stays as it is.
///
/// The caller vouches for what only the declaration can tell: that its fields hold nothing the collector would have to
/// know.
#[pyfunction]
pub(crate) fn adopt(cls: &Bound<'_, PyType>) -> bool {
    if cfg!(Py_GIL_DISABLED) {
        return false;
    }
    let class = cls.as_type_ptr();
    // SAFETY: `class` is a ready type and we hold the GIL. It is changed only if its instances are a header and object
    // slots, as then `alloc` and `dealloc` below are right for them; and it has no instance yet, so none was made in
    // another way.
    unsafe {
        if ffi::PyType_GetFlags(class) & ffi::Py_TPFLAGS_HAVE_GC == 0 || slots(cls).is_none() {
            return false;
        }
        // Without a GIL the flags are an atomic, but nobody comes here.
        #[cfg(not(Py_GIL_DISABLED))]
        {
            (*class).tp_flags &= !ffi::Py_TPFLAGS_HAVE_GC;
        }
        (*class).tp_traverse = None;
        (*class).tp_clear = None;
        (*class).tp_alloc = Some(alloc);
        (*class).tp_dealloc = Some(dealloc);
        (*class).tp_free = Some(ffi::PyObject_Free);
        ffi::PyType_Modified(class);
    }
    true
}

/// Whether instances have something to do when they go.
pub(crate) fn finalizes(class: &Bound<'_, PyType>) -> bool {
    let class = class.as_type_ptr();
    // SAFETY: a ready type.
    unsafe { (*class).tp_finalize.is_some() || (*class).tp_del.is_some() }
}

/// How many slots instances have, if they have nothing else: no dict, no weak references, no finalizer.
pub(crate) fn slots(cls: &Bound<'_, PyType>) -> Option<usize> {
    let class = cls.as_type_ptr();
    // SAFETY: a ready type; `tp_members` of a heap type ends with an entry without a name.
    unsafe {
        let plain = (*class).tp_itemsize == 0
            && (*class).tp_dictoffset == 0
            && (*class).tp_weaklistoffset == 0
            && !finalizes(cls);
        if !plain {
            return None;
        }
        let mut slots = 0;
        let mut base = class;
        while base != &raw mut ffi::PyBaseObject_Type {
            if ffi::PyType_GetFlags(base) & ffi::Py_TPFLAGS_HEAPTYPE == 0 {
                return None;
            }
            let mut member = (*base).tp_members;
            while !member.is_null() && !(*member).name.is_null() {
                if (*member).type_code != ffi::Py_T_OBJECT_EX {
                    return None;
                }
                slots += 1;
                member = member.add(1);
            }
            base = (*base).tp_base;
        }
        ((*class).tp_basicsize as usize == HEADER + slots * SLOT).then_some(slots)
    }
}

/// Whether this very class, not only a base of it, was adopted.
///
/// # Safety
/// `class` is a ready type.
unsafe fn is_adopted(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: by the contract.
    let known = unsafe { (*class).tp_dealloc };
    known.is_some_and(|known| std::ptr::fn_addr_eq(known, dealloc as ffi::destructor))
}

/// Freed objects by number of slots.
struct Waiting(UnsafeCell<[Vec<*mut ffi::PyObject>; SIZES]>);

// SAFETY: used only by `alloc` and `dealloc`, which run with the GIL held (no class is adopted without one) and don't
// give it up while they use it.
unsafe impl Sync for Waiting {}

static WAITING_OBJECTS: Waiting = Waiting(UnsafeCell::new([const { Vec::new() }; SIZES]));

/// How deep `dealloc` is in itself, and the objects that were found too deep: a chain of objects must not use up the
/// stack.
struct Depth(UnsafeCell<(usize, Vec<*mut ffi::PyObject>)>);

// SAFETY: as for `Waiting`.
unsafe impl Sync for Depth {}

static DEPTH: Depth = Depth(UnsafeCell::new((0, Vec::new())));

/// The list for objects of this size, if there is one.
///
/// # Safety
/// The GIL is held, and the result is given up before any Python code runs.
unsafe fn waiting(size: usize) -> Option<&'static mut Vec<*mut ffi::PyObject>> {
    // SAFETY: by the contract nobody else has a reference.
    unsafe { (*WAITING_OBJECTS.0.get()).get_mut((size - HEADER) / SLOT) }
}

/// `tp_alloc` of adopted classes, and of what inherits it.
unsafe extern "C" fn alloc(class: *mut ffi::PyTypeObject, items: ffi::Py_ssize_t) -> *mut ffi::PyObject {
    // SAFETY: called by CPython, or by `Layout::make`, with a ready type and the GIL. A waiting object is free memory
    // of exactly this size; PyObject_Init makes it an object of this class and counts the class.
    unsafe {
        if is_adopted(class) {
            let size = (*class).tp_basicsize as usize;
            if let Some(object) = waiting(size).and_then(Vec::pop) {
                object.cast::<u8>().add(HEADER).write_bytes(0, size - HEADER);
                return ffi::PyObject_Init(object, class);
            }
        }
        ffi::PyType_GenericAlloc(class, items)
    }
}

/// `tp_dealloc` of adopted classes.
unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let state = DEPTH.0.get();
    // SAFETY: the GIL is held, and no reference to the state is kept while `free` runs, which comes back here.
    unsafe {
        if (*state).0 >= DEEPEST {
            (*state).1.push(object);
            return;
        }
        (*state).0 += 1;
        free(object);
        if (*state).0 == 1 {
            while let Some(object) = (*state).1.pop() {
                free(object);
            }
        }
        (*state).0 -= 1;
    }
}

/// Free an object. For an instance of a subclass, CPython's own comes first, deals with what the subclass added,
/// and calls `dealloc` for the rest.
///
/// # Safety
/// As CPython calls `tp_dealloc`.
unsafe fn free(object: *mut ffi::PyObject) {
    // SAFETY: called by CPython for an object with no owner left. The adopted class among its bases says how many slots
    // there are; each holds an owned reference or null. The memory goes back in the way of the object's own class, or
    // waits if it was made by `alloc` or could have been. A heap type counts its instances, so it loses one.
    unsafe {
        let class = ffi::Py_TYPE(object);
        let mut adopted = class;
        while !is_adopted(adopted) {
            adopted = (*adopted).tp_base;
        }
        let size = (*adopted).tp_basicsize as usize;
        let slots = object.byte_add(HEADER).cast::<*mut ffi::PyObject>();
        for slot in 0..(size - HEADER) / SLOT {
            ffi::Py_XDECREF(slots.add(slot).replace(std::ptr::null_mut()));
        }
        match waiting(size).filter(|waiting| adopted == class && waiting.len() < WAITING) {
            Some(waiting) => waiting.push(object),
            None => match (*class).tp_free {
                Some(free) => free(object.cast()),
                None => ffi::PyObject_Free(object.cast()),
            },
        }
        ffi::Py_DECREF(class.cast());
    }
}
