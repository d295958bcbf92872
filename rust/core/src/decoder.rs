//! Bytes of a stream to payloads that are ready to become typed events.
//!
//! The order in which a byte meets things: the templates (is this the last event again? cut by a chunk: see `seam`),
//! the framing, the tape, and the questions every payload is asked: is it the terminator, an error of the server, of
//! which class is it. What comes out borrows from the chunk or from buffers here; objects are made by whoever asks.

use crate::error::{JsonError, JsonErrorKind};
use crate::framing::{End, Frame, Framer, Item, StreamFramer};
use crate::json::{Kind, Node, Tape, lone_surrogate, parse, replace_surrogates};
use crate::predictor::{Adapted, Learned, Predictor, Taken};
use crate::schema::{Mismatch, Recognised, Schema, ShapeId, Target};
use crate::seam::Seam;
use crate::stash::Stash;
use crate::template::{Change, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// How a decoder treats its stream.
#[derive(Clone, Debug)]
pub struct Options {
    /// Payloads must keep their declaration.
    pub strict: bool,
    /// Several streams back to back: `[DONE]` ends none of them.
    pub multi: bool,
    /// See [`crate::limits::MAX_EVENT_BYTES`].
    pub max_event_bytes: usize,
    /// The stream is known to be a binary event stream.
    pub binary: bool,
    /// A payload may hold several JSON values, each of which is an event.
    pub split: bool,
    /// Lone surrogates that escapes spell become U+FFFD in whatever is parsed in full. Those in [`Hit::spans`] are left
    /// to [`crate::json::unescape`]: whoever resolves their escapes has to look at each anyway.
    pub replace_surrogates: bool,
    /// Templates are used. Off, every event takes the full parser: for tests and measurements.
    pub predict: bool,
}

impl Default for Options {
    fn default() -> Self {
        let max_event_bytes = crate::limits::MAX_EVENT_BYTES;
        Self {
            strict: false,
            multi: false,
            max_event_bytes,
            binary: false,
            split: false,
            replace_surrogates: false,
            predict: true,
        }
    }
}

/// Incremental decoder of one stream after another.
#[derive(Debug)]
pub struct Decoder {
    framer: StreamFramer,
    /// Payloads that come before whatever the framer has next.
    stash: Stash,
    /// The beginning of an event that the framer has not seen.
    seam: Seam,
    /// The chunk that the framer was given last.
    place: ChunkPlace,
    reader: Reader,
}

/// What reads the items of the framer, apart from it: an item borrows from the framer.
#[derive(Debug)]
struct Reader {
    schema: Arc<Schema>,
    options: Options,
    predictor: Predictor,
    tape: Tape,
    /// A payload whose invalid UTF-8 was replaced.
    repaired: Vec<u8>,
    /// A payload whose lone surrogates were replaced.
    replaced: Vec<u8>,
    pinned: Vec<bool>,
    /// A class of the target has a field `error`.
    error_is_data: bool,
    event_index: u64,
    done: bool,
    ended: bool,
    /// The last payload from the stash was of a rule that is not compiled: it is wanted again.
    unknown: bool,
}

/// What [`Decoder::step`] found.
#[derive(Debug)]
pub enum Step<'a> {
    /// Something that is no event for a consumer of typed events. Go on.
    Nothing,
    /// An event that fits a template: make it from what was learnt with it.
    Hit(Hit<'a>),
    /// An event that fits a template which has other constants, and maybe more holes, from now on.
    Adapted(Hit<'a>, Learned, Vec<Change>),
    /// An event that was parsed in full.
    Event(Event<'a>),
    /// Data that is text to a consumer of whatever comes, and the name in its `event` field.
    Text(&'a [u8], &'a [u8]),
    /// An event that is none. The decoder goes on behind it.
    Failed(Failure<'a>),
    /// What this rule stands for is needed: [`Decoder::set_schema`], then go on.
    Unknown(usize),
}

/// An event that fits a template.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// [`Learned::template`].
    pub template: usize,
    /// What `spans` count from.
    pub bytes: &'a [u8],
    /// The values of [`Learned::holes`].
    pub spans: &'a [Span],
}

/// An event that was parsed in full.
#[derive(Debug)]
pub struct Event<'a> {
    /// Its JSON.
    pub payload: &'a [u8],
    /// The nodes of the payload.
    pub tape: &'a Tape,
    /// What it is; None: it was not recognised.
    pub shape: Option<ShapeId>,
    /// The name in its `event` field.
    pub name: &'a [u8],
    learning: Option<Learning<'a>>,
}

#[derive(Debug)]
struct Learning<'a> {
    predictor: &'a mut Predictor,
    pinned: &'a mut Vec<bool>,
    schema: &'a Schema,
    strict: bool,
    chunk: &'a [u8],
    frame: Frame<'a>,
}

impl Event<'_> {
    /// Learn a template from this event, if that pays. `named`: the name in its `event` field is a part of it.
    pub fn learn(self, named: bool) -> Option<Learned> {
        let learning = self.learning?;
        learning.schema.pinned(self.shape?, learning.strict, self.payload, self.tape, learning.pinned);
        learning.predictor.learn(learning.chunk, &learning.frame, self.payload, self.tape, learning.pinned, named)
    }
}

/// Why an event is none.
#[derive(Debug)]
pub struct Failure<'a> {
    /// What is wrong.
    pub cause: Cause<'a>,
    /// The data of the event, as text.
    pub data: Cow<'a, str>,
    /// How many events with data came before it.
    pub event_index: u64,
    /// Where its block begins in the stream.
    pub offset: u64,
}

/// What is wrong with an event.
#[derive(Debug)]
pub enum Cause<'a> {
    /// It is not JSON.
    Json(JsonError),
    /// Strict mode: it departs from its declaration.
    Mismatch(Mismatch),
    /// The stream ended inside it.
    Truncated(JsonErrorKind),
    /// It has more bytes than allowed.
    TooLarge,
    /// It is a binary frame that cannot be read.
    Damaged(&'static str),
    /// The server reports an error: its value, or None if `data` is the error as text.
    Server(Option<Reported<'a>>),
}

/// The value of an error that a server reports.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    /// The JSON it is in.
    pub payload: &'a [u8],
    /// The nodes of the payload.
    pub tape: &'a Tape,
    /// That of the value.
    pub node: usize,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(schema: Arc<Schema>, options: Options) -> Self {
        let predictor = Predictor::new(options.predict);
        Self::with_predictor(schema, options, predictor)
    }

    /// The same with the templates of a decoder that is gone. They must come from one with this schema and these
    /// options.
    pub fn with_predictor(schema: Arc<Schema>, options: Options, mut predictor: Predictor) -> Self {
        predictor.begin();
        Self {
            framer: StreamFramer::new(options.max_event_bytes, options.binary),
            stash: Stash::default(),
            seam: Seam::default(),
            place: ChunkPlace::default(),
            reader: Reader {
                error_is_data: schema.declares_error(),
                schema,
                predictor,
                options,
                tape: Tape::default(),
                repaired: Vec::new(),
                replaced: Vec::new(),
                pinned: Vec::new(),
                event_index: 0,
                done: false,
                ended: false,
                unknown: false,
            },
        }
    }

    /// What was learnt, for the next decoder.
    pub fn take_predictor(&mut self) -> Predictor {
        std::mem::replace(&mut self.reader.predictor, Predictor::new(false))
    }

    /// Back to the start of a stream. What was learnt is kept.
    pub fn reset(&mut self) {
        self.framer.reset();
        self.stash.clear();
        self.seam.clear();
        self.reader.predictor.begin();
        (self.reader.event_index, self.reader.done, self.reader.ended, self.reader.unknown) = (0, false, false, false);
    }

    /// The reader of lines below, for its counters.
    pub fn framer(&self) -> &Framer {
        self.framer.lines()
    }

    /// Set the last event id, as when a connection is resumed.
    pub fn set_last_event_id(&mut self, id: &[u8]) {
        self.framer.set_last_event_id(id);
    }

    /// Give up the rest of the chunk: what lies behind `position` will come again as a chunk of its own.
    pub fn resume_at(&mut self, position: usize) {
        self.framer.resume_at(position);
    }

    /// Take a schema that has more rules compiled, and all else as before.
    pub fn set_schema(&mut self, schema: Arc<Schema>) {
        self.reader.schema = schema;
    }

    /// A terminator was seen: `[DONE]`, an event that is the last of its dialect, or the bracket that closes an array.
    pub fn is_done(&self) -> bool {
        self.reader.done || self.framer.array_is_whole()
    }

    /// `[DONE]` was seen: whatever follows is ignored.
    pub fn is_ended(&self) -> bool {
        self.reader.ended
    }

    /// Ignore whatever follows, as after `[DONE]`.
    pub fn end(&mut self) {
        self.reader.ended = true;
    }

    /// How many events with data came so far.
    pub fn event_index(&self) -> u64 {
        self.reader.event_index
    }

    /// Whether a chunk is used up at `position`, and no event left open. It counts as read then: take the next one.
    /// False: go on with [`Decoder::step`].
    #[inline]
    pub fn end_chunk(&mut self, chunk: &[u8], position: usize) -> bool {
        let used_up = position == chunk.len() && self.is_between_events();
        if used_up {
            self.framer.resume_at(position);
        }
        used_up
    }

    /// The event at `*position` of `chunk`, which moves behind it, if it fits a template. None: go on with
    /// [`Decoder::parse`].
    #[inline]
    pub fn take<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Hit<'a>> {
        let taken = self.taken(chunk, position)?;
        Some(self.reader.hit(taken, chunk))
    }

    /// The same for all events from `*position` on that fit the template of the first: each is given to `each`, until
    /// that says no. How many there were.
    #[inline]
    pub fn take_run(&mut self, chunk: &[u8], position: &mut usize, mut each: impl FnMut(Hit<'_>) -> bool) -> u64 {
        if !self.may_take() {
            return 0;
        }
        let reader = &mut self.reader;
        let give = |template, spans: &[Span]| each(Hit { template, bytes: chunk, spans });
        let (count, end) = reader.predictor.take_run(chunk, *position, reader.options.max_event_bytes, give);
        if count > 0 {
            self.place.take_at(*position);
            self.framer.took(false, *position);
            *position = end;
            reader.event_index += count;
        }
        count
    }

    /// Whether the next event may be compared with the templates.
    #[inline]
    fn may_take(&mut self) -> bool {
        self.reader.predictor.is_active() && self.at_block_start()
    }

    #[inline]
    fn taken(&mut self, chunk: &[u8], position: &mut usize) -> Option<Taken> {
        if !self.may_take() {
            return None;
        }
        let reader = &mut self.reader;
        let taken = reader.predictor.take_event(chunk, *position)?;
        if taken.end - *position > reader.options.max_event_bytes {
            return None;
        }
        self.place.take_at(*position);
        self.framer.took(taken.bare, *position);
        *position = taken.end;
        reader.event_index += 1;
        Some(taken)
    }

    /// The next thing in `chunk` at or after `*position`, which moves behind it, without a look at whole templates:
    /// what [`Decoder::take`] left. None: the chunk is used up.
    pub fn parse<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Step<'a>> {
        if self.reader.ended {
            *position = chunk.len();
            return None;
        }
        if !self.stash.is_empty() {
            return Some(self.reader.read_stashed(&mut self.stash));
        }
        if !self.seam.is_empty() {
            if !self.seam.add(&chunk[*position..]) {
                *position = chunk.len();
                return None;
            }
            if let Some(taken) = self.taken_at_seam(position) {
                return Some(Step::Hit(self.reader.hit(taken, self.seam.bytes())));
            }
        } else if let Some(taken) = self.taken_item(chunk, position) {
            return Some(Step::Hit(self.reader.hit(taken, chunk)));
        } else if self.holds_back(chunk, *position) {
            *position = chunk.len();
            return None;
        }
        if !self.place.goes_on(chunk, *position) {
            // The last chunk was left in its midst: what the framer knows of it is not true of this one.
            self.framer.resume_at(0);
        }
        let item = self.framer.next(chunk, position);
        self.place.position = *position;
        let item = item?;
        Some(self.reader.read(item, chunk, &mut self.stash))
    }

    /// Hold back the rest of a chunk from the framer, if it is the beginning of an event that a template may fit.
    fn holds_back(&mut self, chunk: &[u8], position: usize) -> bool {
        let rest = &chunk[position..];
        // What ends with a line is read as lines: there is no more to come of an event that fits.
        if rest.last().is_none_or(|&last| last == b'\n') || !self.may_take() {
            return false;
        }
        let reader = &self.reader;
        let Some((data, usual)) = reader.predictor.may_begin(rest) else { return false };
        let held = self.seam.hold(rest, data, usual, reader.options.max_event_bytes);
        if held {
            self.framer.resume_at(position);
        }
        held
    }

    /// The event that was held back, if with the bytes behind it it fits a template. If not, the framer gets what was
    /// held back, as the chunk that it is the end of.
    fn taken_at_seam(&mut self, position: &mut usize) -> Option<Taken> {
        let (reader, held) = (&mut self.reader, self.seam.held());
        let taken = reader.predictor.take_event(self.seam.bytes(), 0);
        let taken = taken.filter(|taken| taken.end > held.len() && taken.end <= reader.options.max_event_bytes);
        if let Some(taken) = taken {
            self.framer.took(taken.bare, 0);
            self.framer.resume_at(held.len());
            *position += taken.end - held.len();
            reader.event_index += 1;
            self.seam.clear();
        } else {
            self.give_back();
        }
        taken
    }

    /// Let the framer read what was held back, as the end of a chunk.
    fn give_back(&mut self) {
        if !self.seam.is_empty() {
            // It has no event: no line of it is whole but one of a name.
            let item = self.framer.next(self.seam.held(), &mut 0);
            debug_assert!(item.is_none(), "an event at the end of a chunk: {item:?}");
            self.seam.clear();
        }
    }

    /// The item of an array at `*position`, if it fits a template.
    fn taken_item(&mut self, chunk: &[u8], position: &mut usize) -> Option<Taken> {
        let reader = &mut self.reader;
        let at = self.framer.item_at(chunk, *position).filter(|_| reader.predictor.is_active())?;
        let taken = reader.predictor.take_item(chunk, at)?;
        if taken.end - at > reader.options.max_event_bytes {
            return None;
        }
        *position = taken.end;
        reader.event_index += 1;
        Some(taken)
    }

    /// Whether all events so far lie behind, and what comes next is a line.
    #[inline]
    pub fn at_block_start(&mut self) -> bool {
        !self.reader.ended && self.is_between_events()
    }

    #[inline]
    fn is_between_events(&mut self) -> bool {
        self.stash.is_empty() && self.seam.is_empty() && self.framer.at_block_start()
    }

    /// The next thing in `chunk` at or after `*position`, which moves behind it. None: the chunk is used up.
    #[inline]
    pub fn step<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Step<'a>> {
        match self.taken(chunk, position) {
            Some(taken) => Some(Step::Hit(self.reader.hit(taken, chunk))),
            None => self.parse(chunk, position),
        }
    }

    /// The stream has ended: its last, unfinished event is delivered if its JSON is whole. Call until it answers None.
    pub fn finish(&mut self) -> Option<Step<'_>> {
        if self.reader.ended {
            return None;
        }
        if !self.stash.is_empty() {
            return Some(self.reader.read_stashed(&mut self.stash));
        }
        self.give_back();
        let item = self.framer.finish()?;
        Some(self.reader.read(item, b"", &mut self.stash))
    }
}

/// Where a chunk lies, and what of it has been read. A chunk that is left in its midst may be followed by another one,
/// even in the same place of the memory: that begins before where the last one was left.
#[derive(Debug, Default)]
struct ChunkPlace {
    address: usize,
    length: usize,
    position: usize,
}

impl ChunkPlace {
    /// Whether the chunk at `position` can be the rest of the last one. It is the last one from now on.
    #[inline]
    fn goes_on(&mut self, chunk: &[u8], position: usize) -> bool {
        let last = std::mem::replace(self, Self { address: chunk.as_ptr().addr(), length: chunk.len(), position });
        last.address == self.address && last.length == self.length && last.position <= position
    }

    /// An event at `position` is taken, which the framer does not see: the first of a chunk shows that it is another.
    #[inline]
    fn take_at(&mut self, position: usize) {
        if position == 0 {
            *self = Self::default();
        }
    }
}

impl Reader {
    #[inline]
    fn hit<'a>(&'a self, taken: Taken, bytes: &'a [u8]) -> Hit<'a> {
        Hit { template: taken.template, bytes, spans: self.predictor.spans(&taken) }
    }

    #[inline]
    fn read<'a>(&'a mut self, item: Item<'a>, chunk: &'a [u8], stash: &mut Stash) -> Step<'a> {
        let event_index = self.event_index;
        let (cause, offset) = match item {
            Item::Event(frame) => {
                let may_have_values = self.options.split && frame.error.is_none() && !self.is_text(&frame);
                if may_have_values && stash.take_values(&frame) {
                    return Step::Nothing;
                }
                return self.read_event(frame, chunk, Some(stash));
            }
            Item::Nothing | Item::Comment(_) => return Step::Nothing,
            Item::TooLarge(offset) => (Cause::TooLarge, offset),
            Item::Damaged { cause, offset } => (Cause::Damaged(cause), offset),
            Item::Truncated(offset) => (Cause::Truncated(JsonErrorKind::UnexpectedEnd), offset),
        };
        if !matches!(cause, Cause::TooLarge) {
            self.event_index += 1;
        }
        Step::Failed(Failure { cause, data: Cow::Borrowed(""), event_index, offset })
    }

    fn read_stashed<'a>(&'a mut self, stash: &'a mut Stash) -> Step<'a> {
        let again = std::mem::take(&mut self.unknown);
        match stash.next(again) {
            Some(frame) => self.read_event(frame, b"", None),
            None => Step::Nothing,
        }
    }

    /// Whether the data is text to a consumer of whatever comes, whatever it looks like.
    fn is_text(&self, frame: &Frame<'_>) -> bool {
        self.may_be_text(frame) && is_numbered(frame.id)
    }

    fn may_be_text(&self, frame: &Frame<'_>) -> bool {
        frame.event == b"output" && matches!(self.schema.target, Target::Rules(_))
    }

    /// Whether the lines and the data say what the event is: nothing that came before them, as an id that makes it
    /// text, and no end of the stream.
    fn is_predictable(&self, frame: &Frame<'_>) -> bool {
        frame.end == End::Own && frame.event != b"error" && !self.may_be_text(frame)
    }

    /// `stash` is where the payload can wait, unless it comes from there.
    fn read_event<'a>(&'a mut self, frame: Frame<'a>, chunk: &'a [u8], stash: Option<&mut Stash>) -> Step<'a> {
        let event_index = self.event_index;
        if frame.data.is_some() {
            self.event_index += 1;
        }
        if let Some(error) = frame.error {
            return self.server_error_field(error, event_index, frame.offset);
        }
        let data = frame.data.unwrap_or_default();
        let mut named_last = false;
        if !frame.event.is_empty() && frame.end != End::Cut {
            named_last = self.schema.last_names.iter().any(|name| name == frame.event);
            self.done |= named_last;
            if self.is_text(&frame) {
                return Step::Text(data, frame.event);
            }
        }
        if data.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n')) {
            return Step::Nothing;
        }
        if is_terminator(data) {
            self.done = true;
            self.ended = !self.options.multi;
            return Step::Nothing;
        }
        let predictable = self.is_predictable(&frame);
        if predictable && self.predictor.is_active() {
            if let Some(taken) = self.predictor.take_payload(chunk, &frame, data) {
                return Step::Hit(self.hit(taken, data));
            }
            // A line that ends the stream must be seen, not predicted; and surrogates are replaced by the full parser,
            // wherever they are.
            let by_parser = named_last || (self.options.replace_surrogates && data.contains(&b'\\'));
            if !by_parser && let Some(Adapted { taken, learned, changes }) = self.predictor.adapt(chunk, &frame, data) {
                let hit = self.hit(taken, data);
                return if changes.is_empty() { Step::Hit(hit) } else { Step::Adapted(hit, learned, changes) };
            }
        }
        self.parse_event(frame, chunk, event_index, predictable, stash)
    }

    fn server_error_field<'a>(&'a mut self, error: &'a [u8], event_index: u64, offset: u64) -> Step<'a> {
        let (data, parsed) = parse_text(error, &mut self.tape, &mut self.repaired);
        let payload = values_of(data, &self.options, &self.tape, &mut self.replaced);
        let value = parsed.is_ok().then_some(Reported { payload, tape: &self.tape, node: 0 });
        Step::Failed(Failure { cause: Cause::Server(value), data: text(data), event_index, offset })
    }

    fn parse_event<'a>(
        &'a mut self,
        frame: Frame<'a>,
        chunk: &'a [u8],
        event_index: u64,
        predictable: bool,
        stash: Option<&mut Stash>,
    ) -> Step<'a> {
        let Self { schema, options, predictor, tape, repaired, replaced, pinned, error_is_data, done, unknown, .. } =
            self;
        let data = frame.data.unwrap_or_default();
        let offset = frame.offset;
        let (data, mut parsed) = parse_text(data, tape, repaired);
        let fail = |cause| Step::Failed(Failure { cause, data: text(data), event_index, offset });
        let tape = &*tape;
        if frame.end == End::Cut {
            parsed = Err(JsonError { kind: JsonErrorKind::UnexpectedEnd, position: data.len() });
        }
        let named_error = frame.event == b"error";
        if let Err(error) = parsed {
            if !named_error && schema.takes_anything() && frame.end != End::Cut {
                return Step::Text(data, frame.event);
            }
            let cause = match error {
                _ if named_error => Cause::Server(None),
                error if frame.end == End::Stream => Cause::Truncated(error.kind),
                error => Cause::Json(error),
            };
            return fail(cause);
        }
        let payload = values_of(data, options, tape, replaced);
        let signs = Signs::of(payload, tape);
        let is_object = tape.nodes()[0].kind == Kind::Object;
        if (is_object || named_error)
            && let Some(node) = signs.server_error(tape, payload, named_error, *error_is_data)
        {
            return fail(Cause::Server(Some(Reported { payload, tape, node })));
        }
        if !is_object && matches!(schema.target, Target::Shape(_)) {
            let error = JsonError { kind: JsonErrorKind::ExpectedObject, position: 0 };
            return fail(Cause::Json(error));
        }
        let shape = match schema.recognise(payload, tape) {
            Recognised::As(shape) => Some(shape),
            Recognised::Not => None,
            Recognised::By(rule) => {
                match stash {
                    Some(stash) => stash.hold(&frame),
                    None => *unknown = true,
                }
                self.event_index = event_index;
                return Step::Unknown(rule);
            }
        };
        let last = schema.is_last(payload, tape) || schema.last_names.iter().any(|name| name == frame.event);
        *done |= last;
        if let (true, Some(shape)) = (options.strict, shape)
            && let Err(mismatch) = schema.check(shape, payload, tape)
        {
            return fail(Cause::Mismatch(mismatch));
        }
        let learning = (shape.is_some() && predictable && !last && predictor.missed(data, tape)).then_some(Learning {
            predictor,
            pinned,
            schema,
            strict: options.strict,
            chunk,
            frame,
        });
        Step::Event(Event { payload, tape, shape, name: frame.event, learning })
    }
}

/// Lay the tape of some bytes. Invalid UTF-8 is replaced first, as the standard's decoder does; that is found out late,
/// as nearly all payloads are ASCII.
fn parse_text<'a>(data: &'a [u8], tape: &mut Tape, repaired: &'a mut Vec<u8>) -> (&'a [u8], Result<(), JsonError>) {
    let parsed = parse(data, tape);
    let ascii = if parsed.is_ok() { tape.is_ascii() } else { data.is_ascii() };
    if ascii || std::str::from_utf8(data).is_ok() {
        return (data, parsed);
    }
    repaired.clear();
    repaired.extend_from_slice(String::from_utf8_lossy(data).as_bytes());
    let parsed = parse(repaired, tape);
    (repaired, parsed)
}

/// The payload that values are made of: `data`, without lone surrogates if they are to be replaced. It has the same
/// tape.
#[inline]
fn values_of<'a>(data: &'a [u8], options: &Options, tape: &Tape, replaced: &'a mut Vec<u8>) -> &'a [u8] {
    if options.replace_surrogates && tape.has_escapes() { without_surrogates(data, replaced) } else { data }
}

#[cold]
#[inline(never)]
fn without_surrogates<'a>(data: &'a [u8], replaced: &'a mut Vec<u8>) -> &'a [u8] {
    if lone_surrogate(data, 0).is_none() {
        return data;
    }
    replaced.clear();
    replaced.extend_from_slice(data);
    replace_surrogates(replaced);
    replaced
}

fn text(payload: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(payload)
}

/// Two numbers with a colon between them: the ids of Replicate, whose `output` events hold text.
fn is_numbered(id: &[u8]) -> bool {
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let colon = id.iter().position(|&byte| byte == b':');
    colon.is_some_and(|colon| number(&id[..colon]) && number(&id[colon + 1..]))
}

/// `[DONE]` and nothing else, spaces around it allowed.
fn is_terminator(data: &[u8]) -> bool {
    let start = data.iter().position(|&byte| byte != b' ').unwrap_or(data.len());
    data[start..].strip_prefix(b"[DONE]").is_some_and(|rest| rest.iter().all(|&byte| byte == b' '))
}

/// The members that tell about an event whatever it is, if the payload is an object: the nodes of their values.
struct Signs {
    error: Option<usize>,
    kind: Option<usize>,
    object: Option<usize>,
}

impl Signs {
    fn of(payload: &[u8], tape: &Tape) -> Self {
        let member = |key: &str| tape.member(payload, 0, key.as_bytes());
        Self { error: member("error"), kind: member("type"), object: member("object") }
    }

    /// The node of the error a server reports. `named`: the `event` field says it is one. `declared`: the consumer
    /// knows a field `error`.
    fn server_error(&self, tape: &Tape, payload: &[u8], named: bool, declared: bool) -> Option<usize> {
        let error = self.error.map(|node| (node, tape.nodes()[node]));
        let given = error.filter(|(_, value)| value.kind != Kind::Null);
        let said = given.is_some_and(|(node, value)| match value.kind {
            Kind::False => false,
            Kind::Str => value.start != value.end,
            Kind::Object => value.next as usize != node + 1,
            _ => true,
        });
        let is_error = |sign: Option<usize>| sign.is_some_and(|node| is_str(&tape.nodes()[node], payload, b"error"));
        if named || (said && !declared) || is_error(self.kind) || is_error(self.object) {
            return Some(given.map_or(0, |(node, _)| node));
        }
        None
    }
}

fn is_str(node: &Node, payload: &[u8], text: &[u8]) -> bool {
    node.kind == Kind::Str && node.spells(payload, text)
}
