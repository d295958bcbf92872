//! The plans of a decoder, by the numbers of their templates.
//!
//! A plan is made of a payload and its event, which takes longer than decoding it did. Many events are learnt from and
//! then never come again: the first and the last of a stream, and every one that shows a further hole. So the payload
//! is kept, and the plan is made when its template fits for the first time, of an event that nobody else has ever seen.

use crate::assemble::{Assembler, Parsed};
use crate::plan::{Adapted, Plan};
use crate::program::Program;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use sselerate_core::json::{Tape, parse};
use sselerate_core::predictor::Learned;
use sselerate_core::schema::ShapeId;

/// What a plan is made of.
struct Lesson {
    learned: Learned,
    shape: ShapeId,
    payload: Box<[u8]>,
    /// In the `event` field.
    name: Box<[u8]>,
}

enum Entry {
    Nothing,
    Lesson(Box<Lesson>),
    Plan(Plan),
}

#[derive(Default)]
pub(crate) struct Plans {
    entries: Vec<Entry>,
    tape: Tape,
}

impl Plans {
    /// Remember what was learnt from an event, in place of what the template of that number was before.
    pub(crate) fn learn(&mut self, learned: Learned, shape: ShapeId, payload: &[u8], name: &[u8]) {
        let number = learned.template;
        if self.entries.len() <= number {
            self.entries.resize_with(number + 1, || Entry::Nothing);
        }
        self.entries[number] =
            Entry::Lesson(Box::new(Lesson { learned, shape, payload: payload.into(), name: name.into() }));
    }

    /// The event of a hit whose template has taken on other constants.
    pub(crate) fn adapt<'py>(
        &mut self,
        py: Python<'py>,
        program: &Program,
        assembler: &mut Assembler,
        adapted: Adapted<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (hit, number) = (adapted.hit, adapted.hit.template);
        match self.entries.get_mut(number) {
            Some(Entry::Plan(plan)) => {
                if let Err(error) = plan.adapt(py, program, assembler, &adapted) {
                    // What is half done must not be used.
                    self.entries[number] = Entry::Nothing;
                    return Err(error);
                }
            }
            // It has the name in the `event` field that the template asks for, if that is a part of the event.
            Some(Entry::Lesson(lesson)) => (lesson.learned, lesson.payload) = (adapted.learned, hit.bytes.into()),
            _ => {}
        }
        self.get(py, program, assembler, number)?.make(py, program, assembler, hit)
    }

    /// The plan of a template that fits.
    #[inline]
    pub(crate) fn get(
        &mut self,
        py: Python<'_>,
        program: &Program,
        assembler: &mut Assembler,
        number: usize,
    ) -> PyResult<&mut Plan> {
        // Asked twice, as the borrow checker can't see that the first answer is not used further.
        if !matches!(self.entries.get(number), Some(Entry::Plan(_))) {
            self.make(py, program, assembler, number)?;
        }
        match self.entries.get_mut(number) {
            Some(Entry::Plan(plan)) => Ok(plan),
            _ => Err(PyRuntimeError::new_err("a template without a plan")),
        }
    }

    #[cold]
    fn make(&mut self, py: Python<'_>, program: &Program, assembler: &mut Assembler, number: usize) -> PyResult<()> {
        let Some(entry) = self.entries.get_mut(number) else { return Ok(()) };
        let Entry::Lesson(lesson) = &*entry else { return Ok(()) };
        let Lesson { learned, shape, payload, name } = &**lesson;
        // It was parsed before, and so gives the same tape again.
        if parse(payload, &mut self.tape).is_err() {
            return Ok(());
        }
        let parsed = Parsed { program, payload, tape: &self.tape };
        // The plan goes by the tape: the event must be as it was made.
        let _nobody_runs = NoCollection::begin(py);
        if let Some((event, _)) = assembler.event(py, parsed, *shape, name)? {
            *entry = Entry::Plan(Plan::new(parsed, *shape, learned, &event)?);
        }
        Ok(())
    }

    /// Show events that were made earlier to the garbage collector.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.entries.iter().try_for_each(|entry| match entry {
            Entry::Plan(plan) => plan.traverse(visit),
            Entry::Nothing | Entry::Lesson(_) => Ok(()),
        })
    }

    /// Let go of events that were made earlier.
    pub(crate) fn forget_events(&mut self) {
        for entry in &mut self.entries {
            if let Entry::Plan(plan) = entry {
                plan.forget_events();
            }
        }
    }
}

/// Until it is dropped, the garbage collector does not run, and so no code of somebody's in it. (From CPython 3.12 on
/// it never does while an extension is at work.)
struct NoCollection {
    was_enabled: bool,
}

impl NoCollection {
    fn begin(_: Python<'_>) -> Self {
        // SAFETY: the GIL is held.
        Self { was_enabled: unsafe { ffi::PyGC_Disable() } == 1 }
    }
}

impl Drop for NoCollection {
    fn drop(&mut self) {
        if self.was_enabled {
            // SAFETY: it is dropped at the end of a block in which the GIL is held.
            unsafe { ffi::PyGC_Enable() };
        }
    }
}
