//! How to make the event of a template: what is constant is shared, what is in a hole is made.
//!
//! A plan is built once, from a tape and the event that was made of it. Two ways lead from it to the next event. The
//! general one makes new objects around the shared constants. The quick one makes nothing but the values in the holes:
//! if an earlier event of this template has no owner left but the plan, nobody can see it any more, and it becomes the
//! next event by changing its holes. (CPython's `zip` reuses its result tuple on the same condition.) In a loop that
//! drops each event before the next but one, two event objects serve the whole stream.

use crate::assemble::{Assembler, Parsed};
use crate::part::{Builder, Part};
use crate::program::Program;
use crate::recycle::{Reuse, Ring};
use crate::reuse;
use crate::text::{self, Piece};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use sselerate_core::decoder::Hit;
use sselerate_core::predictor::Learned;
use sselerate_core::schema::ShapeId;
use sselerate_core::template::Change;
use std::cell::OnceCell;

/// Events with longer values are not kept: they would hold memory that nobody asked to hold.
const MAX_KEPT_VALUE: usize = 4096;

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
    /// None: its events are made anew.
    reuse: Option<Reuse>,
    ring: Ring,
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
        Ok(Self { root, dialect, text: OnceCell::new(), reuse, ring: Ring::default(), room: reuse::LEAST_ROOM })
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
        if let Some(reuse) = &self.reuse
            && let Some(event) = self.ring.again(reuse, py, assembler, hit)
        {
            return Ok(event);
        }
        self.make_new(py, program, assembler, hit)
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
        let Some(reuse) = self.reuse.as_ref().filter(|_| longest <= MAX_KEPT_VALUE) else {
            return self.root.make(py, program, assembler, hit, self.room, None);
        };
        let mut values = Vec::new();
        let event = self.root.make(py, program, assembler, hit, self.room, Some(&mut values))?;
        self.ring.keep(reuse, &event, values, self.room);
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

    /// Show earlier events to the garbage collector.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.ring.traverse(visit)
    }

    /// Let go of earlier events.
    pub(crate) fn forget_events(&mut self) {
        self.ring.clear();
    }
}

/// The name of the dialect that the class of an event belongs to.
pub(crate) fn dialect(event: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
    let name = event.get_type().getattr_opt(intern!(event.py(), "__dialect__"))?;
    Ok(name.filter(|name| !name.is_none()).map(Bound::unbind))
}
