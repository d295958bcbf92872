//! Attributes of events whose class has a `__getattr__`: those of a class that has met unknown keys.
//!
//! Before 3.12, CPython looks at such a class for a `__getattribute__` and a `__getattr__` each time an attribute is read, which
//! makes declared fields, nearly all that is ever read, four times as dear. Here they are looked for first, and CPython's way is
//! taken only for what is not found. From 3.12 on its interpreter knows better, and this is left out.

use pyo3::prelude::*;
use pyo3::types::PyType;

/// Make the declared fields of a class with a `__getattr__` cheap to read. CPython undoes it should either method be set on the class later.
#[cfg(not(Py_3_12))]
pub(crate) fn quicken(class: &Bound<'_, PyType>) -> PyResult<()> {
    use pyo3::{ffi, intern};

    let py = class.py();
    let general = intern!(py, "__getattribute__");
    if !class.getattr(general)?.is(&py.get_type::<PyAny>().getattr(general)?) {
        return Ok(());
    }
    let class = class.as_type_ptr();
    // SAFETY: a ready type, and the GIL is held. What it has now is what CPython gives every class with a `__getattr__`, and what
    // `getattro` leaves to it; a class without one keeps what it has.
    unsafe {
        match (*class).tp_getattro {
            Some(known) if std::ptr::fn_addr_eq(known, ffi::PyObject_GenericGetAttr as ffi::getattrofunc) => {}
            Some(known) if *HOOK.get_or_init(|| known) as usize == known as usize => {
                (*class).tp_getattro = Some(getattro);
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(Py_3_12)]
pub(crate) fn quicken(_class: &Bound<'_, PyType>) -> PyResult<()> {
    Ok(())
}

/// What CPython calls for an attribute of an instance whose class has a `__getattr__`.
#[cfg(not(Py_3_12))]
static HOOK: std::sync::OnceLock<pyo3::ffi::getattrofunc> = std::sync::OnceLock::new();

#[cfg(not(Py_3_12))]
unsafe extern "C" {
    /// What a class and its bases have by this name, borrowed; null without an exception if nothing. Exported by CPython, though not
    /// by `pyo3::ffi`: Cython's modules use it too.
    fn _PyType_Lookup(class: *mut pyo3::ffi::PyTypeObject, name: *mut pyo3::ffi::PyObject) -> *mut pyo3::ffi::PyObject;
}

#[cfg(not(Py_3_12))]
unsafe extern "C" fn getattro(
    object: *mut pyo3::ffi::PyObject,
    name: *mut pyo3::ffi::PyObject,
) -> *mut pyo3::ffi::PyObject {
    use pyo3::ffi;

    // SAFETY: as CPython calls this, with the GIL held. A member descriptor of the very class of an object gives the offset of one of
    // its slots, which holds an owned reference or null. HOOK was set before any class got this function.
    unsafe {
        let class = ffi::Py_TYPE(object);
        let found = _PyType_Lookup(class, name);
        if !found.is_null() && ffi::Py_TYPE(found) == &raw mut ffi::PyMemberDescr_Type {
            let found = found.cast::<ffi::PyMemberDescrObject>();
            let member = (*found).d_member.cast::<ffi::PyMemberDef>();
            if (*found).d_common.d_type == class && (*member).type_code == ffi::Py_T_OBJECT_EX {
                let value = *object.byte_offset((*member).offset).cast::<*mut ffi::PyObject>();
                if !value.is_null() {
                    ffi::Py_INCREF(value);
                    return value;
                }
            }
        }
        let value = ffi::PyObject_GenericGetAttr(object, name);
        if !value.is_null() || ffi::PyErr_ExceptionMatches(ffi::PyExc_AttributeError) == 0 {
            return value;
        }
        match HOOK.get() {
            Some(hook) => {
                ffi::PyErr_Clear();
                hook(object, name)
            }
            None => value,
        }
    }
}
