//! `sselerate._core`: the compiled backend.
//!
//! A chunk comes in through `chunk`, goes through `sselerate_core`, and what that finds becomes Python objects in
//! `assemble` (parsed in full) or `plan` (predicted: made of its `part`s, or an earlier event that `recycle` changes),
//! laid out as `layout` read it off the classes. `program` compiles what a consumer declared; `errors` turns failures
//! into the exceptions of `sselerate.errors`.

use pyo3::prelude::*;

mod adopt;
mod assemble;
mod async_iterator;
mod blocks;
mod chunk;
mod decoder;
mod errors;
mod guard;
mod iterator;
mod layout;
mod leftover;
mod options;
mod parser;
mod part;
mod plan;
mod plans;
mod program;
mod recycle;
mod reuse;
mod scalar;
mod text;

/// The compiled backend of sselerate.
#[pymodule]
mod _core {
    use pyo3::exceptions::PyImportError;
    use pyo3::ffi;
    use pyo3::prelude::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[pymodule_export]
    use crate::adopt::adopt;
    #[pymodule_export]
    use crate::async_iterator::AsyncEventIterator;
    #[pymodule_export]
    use crate::blocks::BlockParser;
    #[pymodule_export]
    use crate::decoder::Decoder;
    #[pymodule_export]
    use crate::iterator::EventIterator;
    #[pymodule_export]
    use crate::parser::Parser;

    /// Built without optimisation: no benchmark may use it.
    #[pymodule_export]
    const DEBUG_BUILD: bool = cfg!(debug_assertions);
    /// The version of the crate, which is that of the package.
    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "the name Python uses")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        refuse_second_interpreter()?;
        crate::iterator::quicken(module.py());
        crate::async_iterator::quicken(module.py());
        crate::reuse::look_at_layouts(module.py())
    }

    /// What is kept in statics (types, compiled targets, functions looked up once) belongs to the interpreter that made
    /// it, and is gone with it. PyO3 does not look at this where a module is imported.
    fn refuse_second_interpreter() -> PyResult<()> {
        const NONE: i64 = -1;
        static FIRST: AtomicI64 = AtomicI64::new(NONE);
        // SAFETY: the GIL is held.
        let here = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
        match FIRST.compare_exchange(NONE, here, Ordering::Relaxed, Ordering::Relaxed) {
            Err(first) if first != here => Err(PyImportError::new_err(
                "sselerate._core works in one interpreter of a process only; SSELERATE_BACKEND=python works in all",
            )),
            _ => Ok(()),
        }
    }
}
