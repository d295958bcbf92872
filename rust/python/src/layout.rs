//! Where the slots of a class lie in its instances.
//!
//! Events are plain frozen dataclasses with slots. They are made here by allocating an instance and writing its slots,
//! as `__init__` of a frozen dataclass would spend more time than the parser. The offsets are read from the member
//! descriptors that `__slots__` left on the class.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PySet, PyType};
use std::sync::atomic::{AtomicBool, Ordering};

/// A class whose instances can be made and filled directly.
pub(crate) struct Layout {
    class: Py<PyType>,
    /// Offsets in the order of the names given.
    slots: Box<[isize]>,
}

impl Layout {
    /// # Errors
    /// TypeError if one of `names` is no slot of an object in `class`.
    pub(crate) fn new<'a>(class: &Bound<'_, PyType>, names: impl IntoIterator<Item = &'a str>) -> PyResult<Self> {
        let slots = names.into_iter().map(|name| slot_offset(class, name)).collect::<PyResult<_>>()?;
        Ok(Self { class: class.clone().unbind(), slots })
    }

    /// Where the slot lies for which `name` number `index` was given.
    #[inline]
    pub(crate) fn slot(&self, index: usize) -> isize {
        self.slots[index]
    }

    pub(crate) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }

    /// A new instance, all slots empty. Nothing else has seen it: it must get all its slots before it is let out.
    #[inline]
    pub(crate) fn make<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let class = self.class.as_ptr().cast::<ffi::PyTypeObject>();
        // SAFETY: `class` is a ready heap type, so it has tp_alloc, which gives an owned object or sets an exception.
        unsafe {
            let alloc = (*class).tp_alloc.unwrap_unchecked();
            Bound::from_owned_ptr_or_err(py, alloc(class, 0))
        }
    }
}

/// Put `value` into a slot, whatever was there before.
///
/// # Safety
/// `offset` is that of a slot, by a [`Layout`] of the class of `object`; and nobody but the caller may read `object`
/// meanwhile.
#[inline]
pub(crate) unsafe fn write(object: &Bound<'_, PyAny>, offset: isize, value: Bound<'_, PyAny>) {
    // SAFETY: by the contract the slot holds an owned reference or null. The old value is released last, when the slot
    // is valid again, as that can run any code.
    unsafe {
        let slot = object.as_ptr().byte_offset(offset).cast::<*mut ffi::PyObject>();
        let old = slot.replace(value.into_ptr());
        ffi::Py_XDECREF(old);
    }
}

/// What a slot holds; None if it is empty.
///
/// # Safety
/// As for [`write`].
#[inline]
pub(crate) unsafe fn read<'py>(object: &Bound<'py, PyAny>, offset: isize) -> Option<Bound<'py, PyAny>> {
    // SAFETY: by the contract the slot holds an owned reference or null.
    unsafe {
        let value = *object.as_ptr().byte_offset(offset).cast::<*mut ffi::PyObject>();
        Bound::from_borrowed_ptr_or_opt(object.py(), value)
    }
}

fn slot_offset(class: &Bound<'_, PyType>, name: &str) -> PyResult<isize> {
    let descriptor = class.getattr(name)?;
    let refused = || PyTypeError::new_err(format!("{class}.{name} is not a slot"));
    // SAFETY: the type of the descriptor is checked before its layout is relied on. The offset lies inside instances of
    // `class`, as the descriptor belongs to it or to a base of it.
    unsafe {
        if ffi::Py_TYPE(descriptor.as_ptr()) != &raw mut ffi::PyMemberDescr_Type {
            return Err(refused());
        }
        let descriptor = descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
        let owner = (*descriptor).d_common.d_type;
        let member = (*descriptor).d_member.cast::<ffi::PyMemberDef>();
        let is_object = (*member).type_code == ffi::Py_T_OBJECT_EX;
        if !is_object || ffi::PyType_IsSubtype(class.as_ptr().cast(), owner) == 0 {
            return Err(refused());
        }
        Ok((*member).offset)
    }
}

/// An event class: its layout (fields in order, then `extra`, then `_absent`) and what its fields hold when their keys
/// are missing.
pub(crate) struct EventLayout {
    layout: Layout,
    pub(crate) defaults: Box<[Py<PyAny>]>,
    /// The slot that takes the name in the `event` field of the block.
    pub(crate) event_name: Option<isize>,
    /// The attributes of the fields.
    pub(crate) names: Box<[String]>,
    /// Where the text of an event is; None: ask its attribute `text`. See `text`.
    pub(crate) text: Option<Box<[(String, bool)]>>,
    /// What `note_extra` of `sselerate.events.extra` returned: the keys that are noted, or that there is nothing more
    /// to note.
    noted: PyOnceLock<Py<PySet>>,
    all_noted: AtomicBool,
}

impl EventLayout {
    pub(crate) fn new(
        class: &Bound<'_, PyType>,
        names: &[String],
        defaults: Box<[Py<PyAny>]>,
        event_name: Option<&str>,
        text: Option<Vec<(String, bool)>>,
    ) -> PyResult<Self> {
        let hidden = ["extra", "_absent"];
        let layout = Layout::new(class, names.iter().map(String::as_str).chain(hidden))?;
        let event_name = event_name.map(|name| slot_offset(class, name)).transpose()?;
        let (names, text) = (names.into(), text.map(Vec::into_boxed_slice));
        Ok(Self {
            layout,
            defaults,
            event_name,
            names,
            text,
            noted: PyOnceLock::new(),
            all_noted: AtomicBool::new(false),
        })
    }

    #[inline]
    pub(crate) fn make<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.layout.make(py)
    }

    pub(crate) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.layout.class(py)
    }

    #[inline]
    pub(crate) fn slot(&self, field: usize) -> isize {
        self.layout.slot(field)
    }

    pub(crate) fn extra(&self) -> isize {
        self.layout.slot(self.defaults.len())
    }

    pub(crate) fn absent(&self) -> isize {
        self.layout.slot(self.defaults.len() + 1)
    }

    /// An instance has these unknown keys: from now on the class makes attributes of them.
    pub(crate) fn note_extra(&self, py: Python<'_>, extra: &Bound<'_, PyDict>) -> PyResult<()> {
        if self.all_noted.load(Ordering::Relaxed) {
            return Ok(());
        }
        if let Some(noted) = self.noted.get(py)
            && are_in(extra, noted.bind(py))?
        {
            return Ok(());
        }
        let extra_keys = py.import("sselerate.events.extra")?;
        let noted = extra_keys.call_method1("note_extra", (self.layout.class(py), extra))?;
        match noted.cast_into::<PySet>() {
            Ok(noted) => {
                self.noted.get_or_init(py, || noted.unbind());
            }
            Err(_) => self.all_noted.store(true, Ordering::Relaxed),
        }
        Ok(())
    }
}

/// Whether a set has all keys of a dict.
fn are_in(keys: &Bound<'_, PyDict>, set: &Bound<'_, PySet>) -> PyResult<bool> {
    for (key, _) in keys {
        if !set.contains(key)? {
            return Ok(false);
        }
    }
    Ok(true)
}
