//! `Decoder`: bytes of an event stream to typed events.

use crate::adopt;
use crate::assemble::{Assembler, Parsed};
use crate::chunk::Chunk;
use crate::errors;
use crate::guard::{Entered, Exclusive};
use crate::leftover::Leftover;
use crate::options::{BinaryContent, EventId, Limit, OnError, ReplaceSurrogates, Switch};
use crate::plan::{self, Adapted};
use crate::plans::Plans;
use crate::program::{Manner, Program, Warm};
use crate::scalar;
use crate::text::Text;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyList;
use sselerate_core::decoder::{self as core, Hit, Options, Step};

/// Turns the bytes of one event stream into typed events, without I/O.
///
/// A decoder belongs to one thread at a time. After an error it goes on with the next event: the rest of the
/// bytes is decoded by the next `feed` or `close`.
///
/// Args:
///     target: the class the events become: an event class or a union of several; None recognises the dialect
///         of each payload.
///     strict: whether a payload that deviates from the declaration raises DecodeError; otherwise missing
///         keys become defaults or None, other values stay as they are, and unknown keys go to ``extra``
///         anyway.
///     on_error: "raise" errors, "yield" them as `ErrorEvent`, or "skip" them; all are counted.
///     max_event_bytes: limit for the pending event. The compiled core stops at 4 GiB whatever it is.
///     multi: whether the source holds several streams one after another; otherwise what follows ``[DONE]``
///         is ignored.
///     last_event_id: where a resumed stream starts.
///     content_type: the content type of the response, if known. A binary event stream of AWS
///         (``application/vnd.amazon.eventstream``) is then read as one even if its first frame is damaged;
///         everything else shows in the bytes.
///     split: whether a payload may hold several JSON values one after another, each of which is an event;
///         otherwise that is an error.
///     surrogates: what becomes of a lone surrogate that an escape in a string or key spells: "keep" it, as
///         `json.loads` does, though such a str cannot be encoded as UTF-8, or "replace" it with U+FFFD.
#[pyclass(frozen, generic, module = "sselerate._core")]
pub(crate) struct Decoder {
    state: Exclusive<State>,
}

/// A decoder, used by one call at a time.
pub(crate) struct State {
    /// Boxed: a stream may be short, and moving this into its place took as long as an event.
    core: Box<core::Decoder>,
    maker: Maker,
    manner: Manner,
    left: Leftover,
    closed: bool,
    /// The dialect of the first event that belongs to one.
    dialect: Option<Py<PyAny>>,
    /// The class that was asked for its dialect last, so that it is asked once.
    asked_for_dialect: *const ffi::PyTypeObject,
}

// SAFETY: `asked_for_dialect` is only compared.
unsafe impl Send for State {}

impl Decoder {
    /// # Errors
    /// RuntimeError, if another call is using it.
    pub(crate) fn enter(&self, py: Python<'_>) -> PyResult<Entered<'_, State>> {
        self.state.enter(py, "Decoder")
    }
}

#[pymethods]
impl Decoder {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
    #[pyo3(
        signature = (
            target=None, *, strict=Switch(false), on_error=OnError::Raise, max_event_bytes=Limit::DEFAULT, multi=Switch(false),
            last_event_id=EventId(String::new()), content_type=BinaryContent(false), split=Switch(false),
            surrogates=ReplaceSurrogates(false)
        ),
        text_signature = "(target=None, *, strict=False, on_error='raise', max_event_bytes=67108864, multi=False, last_event_id='', content_type=None, split=False, surrogates='keep')"
    )]
    fn new(
        py: Python<'_>,
        target: Option<&Bound<'_, PyAny>>,
        strict: Switch,
        on_error: OnError,
        max_event_bytes: Limit,
        multi: Switch,
        last_event_id: EventId,
        content_type: BinaryContent,
        split: Switch,
        surrogates: ReplaceSurrogates,
    ) -> PyResult<Self> {
        let (Switch(strict), Switch(multi), Switch(split), Limit(max_event_bytes)) =
            (strict, multi, split, max_event_bytes);
        let (BinaryContent(binary), ReplaceSurrogates(replace_surrogates)) = (content_type, surrogates);
        let program = match target {
            Some(target) => Program::of(target)?,
            None => Program::of(py.None().bind(py))?,
        };
        let options = Options { strict, multi, max_event_bytes, binary, split, replace_surrogates, predict: true };
        let manner = Manner { strict, replace_surrogates };
        let schema = program.get().schema.clone();
        let (mut core, plans, assembler) = match program.get().warm(manner) {
            Some(mut warm) => {
                warm.assembler.grow(program.get());
                (Box::new(core::Decoder::with_predictor(schema, options, warm.predictor)), warm.plans, warm.assembler)
            }
            None => (
                Box::new(core::Decoder::new(schema, options)),
                Plans::default(),
                Assembler::new(program.get(), replace_surrogates),
            ),
        };
        core.set_last_event_id(last_event_id.0.as_bytes());
        let state = State {
            core,
            maker: Maker { program, assembler, plans, on_error, max_event_bytes, error_count: 0 },
            manner,
            left: Leftover::default(),
            closed: false,
            dialect: None,
            asked_for_dialect: std::ptr::null(),
        };
        Ok(Self { state: Exclusive::new(state) })
    }

    /// Takes the next bytes of the stream and returns the events they complete.
    ///
    /// Raises:
    ///     SSEError: an event is faulty or reports an error (on_error="raise"); its ``events`` holds the
    ///         events decoded before it.
    ///     RuntimeError: the decoder is closed, or in use elsewhere.
    fn feed<'py>(&self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let mut state = self.enter(py)?;
        let events = scalar::list(py)?;
        state.take_chunk(py, data, &mut Sink::Events(&events))?;
        Ok(events)
    }

    /// Takes the next bytes of the stream and returns the text of the events they complete, joined.
    ///
    /// The same as the ``text`` of what `feed` returns. With the compiled core it takes about a quarter of
    /// the time: events that are like earlier ones are not made.
    ///
    /// Raises:
    ///     SSEError: as in `feed`; its ``text`` holds the text before it.
    ///     RuntimeError: as in `feed`.
    fn text<'py>(&self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut state = self.enter(py)?;
        let mut text = Text::default();
        state.take_chunk(py, data, &mut Sink::Text(&mut text))?;
        text.finish(py)
    }

    /// Ends the stream and returns its last event, if only the blank line after it was missing.
    ///
    /// Raises:
    ///     TruncatedStreamError: the data of the last event is not whole JSON.
    ///     SSEError: as in `feed`; call again to continue.
    fn close<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let mut state = self.enter(py)?;
        let events = scalar::list(py)?;
        state.closed = true;
        state.decode_left(py, b"", &mut Sink::Events(&events))?;
        loop {
            match state.finish(py) {
                Ok(Some(event)) => events.append(event)?,
                Ok(None) => return Ok(events),
                Err(error) => return Err(errors::with_attribute(py, error, "events", &events)),
            }
        }
    }

    /// Makes the decoder like new, for another stream. A given ``last_event_id`` is not applied again.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self.enter(py)?;
        state.core.reset();
        state.left = Leftover::default();
        (state.closed, state.maker.error_count) = (false, 0);
        (state.dialect, state.asked_for_dialect) = (None, std::ptr::null());
        Ok(())
    }

    // As in `crate::iterator`.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.state.visit(&visit).map_or(Ok(()), |state| state.maker.plans.traverse(&visit))
    }

    fn __clear__(&self, py: Python<'_>) {
        if let Ok(mut state) = self.enter(py) {
            state.maker.plans.forget_events();
        }
    }

    /// Whether the stream has said that it is complete: ``[DONE]``, the last event of its dialect, or the
    /// bracket that closes a JSON array.
    #[getter]
    fn done(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.enter(py)?.core.is_done())
    }

    /// Whether everything that may still come is ignored, since ``[DONE]`` came (never with ``multi``).
    #[getter]
    fn ended(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.enter(py)?.core.is_ended())
    }

    /// Whether `close()` was called.
    #[getter]
    fn closed(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.enter(py)?.closed)
    }

    /// The id which a reconnecting client would send; "" if there was none.
    #[getter]
    fn last_event_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.enter(py)?;
        scalar::text(py, state.core.framer().last_event_id())
    }

    /// The reconnection time the server asked for last, in milliseconds, or None.
    #[getter]
    fn retry(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.enter(py)?.core.framer().retry())
    }

    /// How many comment lines came.
    #[getter]
    fn comment_count(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.enter(py)?.core.framer().comment_count())
    }

    /// How many errors came, whatever became of them.
    #[getter]
    fn error_count(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.enter(py)?.maker.error_count)
    }

    /// The dialect of the first event that belongs to one, e.g. "openai-chat"; None before.
    #[getter]
    fn dialect<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.enter(py)?;
        Ok(state.dialect.as_ref().map_or_else(|| py.None(), |name| name.clone_ref(py)).into_bound(py))
    }

    /// How many events with data came, ``[DONE]`` and empty ones included.
    #[getter]
    fn event_index(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.enter(py)?.core.event_index())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let predictor = self.core.take_predictor();
        let Maker { program, assembler, plans, .. } = &mut self.maker;
        let (assembler, plans) = (std::mem::take(assembler), std::mem::take(plans));
        program.get().keep_warm(self.manner, Warm { predictor, plans, assembler });
    }
}

impl State {
    /// Compile what a rule stands for: a dialect has been met that this process has not seen before.
    #[cold]
    fn load(&mut self, py: Python<'_>, rule: usize) -> PyResult<()> {
        let program = Program::with_rule(py, &self.maker.program, rule)?;
        self.core.set_schema(program.get().schema.clone());
        self.maker.assembler.grow(program.get());
        self.maker.program = program;
        Ok(())
    }

    /// Note the dialect of an event, of the first that has one.
    fn note_dialect(&mut self, event: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.dialect.is_none() && self.asked_for_dialect != event.get_type_ptr().cast_const() {
            self.dialect = plan::dialect(event)?;
            self.asked_for_dialect = event.get_type_ptr();
        }
        Ok(())
    }

    /// Whether all events so far lie behind, and more may come as lines.
    pub(crate) fn is_between_events(&mut self) -> bool {
        self.core.at_block_start()
    }

    /// A chunk of which all events were taken is behind.
    pub(crate) fn end_chunk(&mut self, chunk: &[u8]) {
        self.core.end_chunk(chunk, chunk.len());
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.core.is_ended()
    }

    /// Drop what is left of the stream.
    pub(crate) fn abandon(&mut self) {
        self.closed = true;
        self.left = Leftover::default();
        self.core.end();
    }

    pub(crate) fn set_closed(&mut self) {
        self.closed = true;
    }

    /// The next event of a chunk, from `*position` on; None: the chunk is used up.
    ///
    /// # Errors
    /// What `on_error` says to raise. The chunk can be gone on with behind it.
    #[inline]
    pub(crate) fn next<'py>(
        &mut self,
        py: Python<'py>,
        chunk: &[u8],
        position: &mut usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        loop {
            if self.core.end_chunk(chunk, *position) {
                return Ok(None);
            }
            if let Some(event) = self.take(py, chunk, position)? {
                return Ok(Some(event));
            }
            let Some(step) = self.core.parse(chunk, position) else { return Ok(None) };
            if let Step::Unknown(rule) = step {
                self.load(py, rule)?;
            } else if let Some(event) = self.maker.make(py, step)? {
                self.note_dialect(&event)?;
                return Ok(Some(event));
            }
        }
    }

    /// The event at `*position`, if it fits a template; None: it takes the parser.
    #[inline]
    pub(crate) fn take<'py>(
        &mut self,
        py: Python<'py>,
        chunk: &[u8],
        position: &mut usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(hit) = self.core.take(chunk, position) else { return Ok(None) };
        let Maker { program, assembler, plans, .. } = &mut self.maker;
        let plan = plans.get(py, program.get(), assembler, hit.template)?;
        plan.note_dialect(py, &mut self.dialect);
        plan.make(py, program.get(), assembler, hit).map(Some)
    }

    /// The next event that the end of the stream gives; None: there is no more.
    ///
    /// # Errors
    /// As for `next`.
    pub(crate) fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        loop {
            let Some(step) = self.core.finish() else { return Ok(None) };
            if let Step::Unknown(rule) = step {
                self.load(py, rule)?;
            } else if let Some(event) = self.maker.make(py, step)? {
                self.note_dialect(&event)?;
                return Ok(Some(event));
            }
        }
    }

    /// Decode the next bytes of the stream.
    fn take_chunk<'py>(&mut self, py: Python<'py>, data: &Bound<'py, PyAny>, sink: &mut Sink<'_, 'py>) -> PyResult<()> {
        if self.closed {
            return Err(PyRuntimeError::new_err("feed() after close(); call reset() first"));
        }
        let chunk = Chunk::of(data)?;
        if !self.left.is_empty() {
            self.decode_left(py, chunk.bytes(py), sink)?;
        }
        self.decode_chunk(py, chunk.bytes(py), sink)
    }

    /// Decode a chunk; nothing is left of an earlier one.
    fn decode_chunk(&mut self, py: Python<'_>, chunk: &[u8], sink: &mut Sink<'_, '_>) -> PyResult<()> {
        let mut position = 0;
        self.decode_until_error(py, chunk, &mut position, sink).map_err(|error| {
            self.core.resume_at(position);
            self.left.add(&chunk[position..]);
            sink.add_to(py, error)
        })
    }

    /// Decode what an error left over. Should there be another one, `after` is left over too.
    #[cold]
    fn decode_left(&mut self, py: Python<'_>, after: &[u8], sink: &mut Sink<'_, '_>) -> PyResult<()> {
        let mut left = std::mem::take(&mut self.left);
        let mut position = 0;
        self.decode_until_error(py, left.rest(), &mut position, sink).map_err(|error| {
            self.core.resume_at(position);
            left.pass(position);
            left.add(after);
            self.left = left;
            sink.add_to(py, error)
        })
    }

    fn decode_until_error(
        &mut self,
        py: Python<'_>,
        chunk: &[u8],
        position: &mut usize,
        sink: &mut Sink<'_, '_>,
    ) -> PyResult<()> {
        match sink {
            Sink::Text(text) => return self.read_text(py, chunk, position, text),
            Sink::Events(events) => {
                while let Some(event) = self.next(py, chunk, position)? {
                    events.append(event)?;
                }
            }
        }
        Ok(())
    }

    /// Read the text of all events from `*position` of a chunk on.
    pub(crate) fn read_text(
        &mut self,
        py: Python<'_>,
        chunk: &[u8],
        position: &mut usize,
        text: &mut Text,
    ) -> PyResult<()> {
        text.replace_surrogates = self.manner.replace_surrogates;
        loop {
            self.take_texts(py, chunk, position, text)?;
            if self.core.end_chunk(chunk, *position) {
                return Ok(());
            }
            match self.core.parse(chunk, position) {
                None => return Ok(()),
                Some(Step::Unknown(rule)) => self.load(py, rule)?,
                Some(Step::Hit(hit)) => self.maker.push_text(py, hit, &mut self.dialect, text)?,
                Some(step) => {
                    if let Some(event) = self.maker.make(py, step)? {
                        self.note_dialect(&event)?;
                        text.push_event(&event)?;
                    }
                }
            }
        }
    }

    /// Read the text of the events from `*position` on that fit a template.
    fn take_texts(&mut self, py: Python<'_>, chunk: &[u8], position: &mut usize, text: &mut Text) -> PyResult<()> {
        let Self { core, maker, dialect, .. } = self;
        while *position < chunk.len() {
            let mut pushed: PyResult<()> = Ok(());
            core.take_run(chunk, position, |hit| {
                pushed = maker.push_text(py, hit, dialect, text);
                pushed.is_ok()
            });
            pushed?;
            // Another template may fit, or what was left out of the run.
            let Some(hit) = core.take(chunk, position) else { break };
            maker.push_text(py, hit, dialect, text)?;
        }
        Ok(())
    }
}

/// What a call is asked for.
enum Sink<'a, 'py> {
    Events(&'a Bound<'py, PyList>),
    Text(&'a mut Text),
}

impl Sink<'_, '_> {
    /// `error` with what came before it.
    fn add_to(&self, py: Python<'_>, error: PyErr) -> PyErr {
        match self {
            Self::Events(events) => errors::with_attribute(py, error, "events", events),
            Self::Text(text) => match text.finish(py) {
                Ok(text) => errors::with_attribute(py, error, "text", &text),
                Err(error) => error,
            },
        }
    }
}

/// What makes objects of steps, apart from the core, which the steps borrow from.
struct Maker {
    program: Py<Program>,
    assembler: Assembler,
    plans: Plans,
    on_error: OnError,
    max_event_bytes: usize,
    error_count: u64,
}

impl Maker {
    /// Add the text of the event of a hit.
    #[inline(always)]
    fn push_text(
        &mut self,
        py: Python<'_>,
        hit: Hit<'_>,
        dialect: &mut Option<Py<PyAny>>,
        text: &mut Text,
    ) -> PyResult<()> {
        let Self { program, assembler, plans, .. } = self;
        let plan = plans.get(py, program.get(), assembler, hit.template)?;
        plan.note_dialect(py, dialect);
        match plan.text(py, program.get()) {
            Some(pieces) => text.push_pieces(pieces, hit),
            None => text.push_event(&plan.make(py, program.get(), assembler, hit)?)?,
        }
        Ok(())
    }

    fn make<'py>(&mut self, py: Python<'py>, step: Step<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Self { program, assembler, plans, .. } = self;
        let program = program.get();
        match step {
            Step::Nothing | Step::Unknown(_) => Ok(None),
            Step::Text(text, name) => {
                let text = scalar::text(py, text)?;
                assembler.generic_with(py, program, text, name).map(Some)
            }
            Step::Hit(hit) => {
                plans.get(py, program, assembler, hit.template)?.make(py, program, assembler, hit).map(Some)
            }
            Step::Adapted(hit, learned, changes) => {
                plans.adapt(py, program, assembler, Adapted { hit, learned, changes }).map(Some)
            }
            Step::Event(event) => {
                let parsed = Parsed { program, payload: event.payload, tape: event.tape };
                let made = match event.shape {
                    Some(shape) => assembler.event(py, parsed, shape, event.name)?,
                    None => None,
                };
                let Some((made, named)) = made else {
                    return assembler.generic(py, parsed, event.name).map(Some);
                };
                let shape = event.shape.unwrap_or_default();
                // A plan makes an event of its own, whose finalizers would be seen to run.
                if program.finalizes || adopt::finalizes(&made.get_type()) {
                    return Ok(Some(made));
                }
                let (payload, name) = (event.payload, event.name);
                if let Some(learned) = event.learn(named) {
                    plans.learn(learned, shape, payload, name);
                }
                Ok(Some(made))
            }
            Step::Failed(failure) => {
                self.error_count += 1;
                if self.on_error == OnError::Skip {
                    return Ok(None);
                }
                let exception = errors::exception(py, &failure, self.max_event_bytes, program, assembler)?;
                match self.on_error {
                    OnError::Yield => errors::error_event(&exception).map(Some),
                    _ => Err(PyErr::from_value(exception)),
                }
            }
        }
    }
}
