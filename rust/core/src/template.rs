//! Prediction: the next event is the last one again, but for a few values.
//!
//! Successive events of a stream repeat nearly all their bytes. A template is an event that was parsed in full, cut
//! into constant segments and *holes*: scalars that have been seen to change. The next event is compared segment by
//! segment, and only the holes are read. `data: ` (and an `event:` line before it) and the blank line belong to the
//! segments, so an event that fits needs no search for its lines either.
//!
//! Why it is sound. Segments are cut only at the ends of scalars, and reading JSON is deterministic: if every byte up
//! to a scalar is the same, the parser stands in the same state, and a string that ends at its quote, or a number that
//! is followed by the same delimiter, leads it to the same state again. So an event that fits would give the same tape
//! with other spans. What decides about the meaning of an event (its `type`, tags, errors:
//! [`crate::schema::Schema::pinned`]) is never a hole. Holes check what the full parser checks: control characters,
//! escapes, UTF-8.
//!
//! How it learns. A constant that changes soon after it was learnt becomes a hole for good; one that had held for long
//! (an id when a new stream begins, a timestamp) just takes its new value. An event that differs from a template in
//! nothing but constants is *adapted*: all its scalars are read as if they were holes, which takes a fraction of
//! parsing it. One with another shape is parsed in full and learnt, which costs more than a hit saves: so it has a
//! budget that hits refill, and after some misses in a row nothing is even compared for a while.

use crate::framing::{Frame, Place};
use crate::json::{Kind, Tape, scan};
use crate::limits::MAX_INT_DIGITS;

/// Templates kept. A recorded stream needs four for 94 % of its events; the others are for the next streams: all
/// recorded chat streams together have nearly a hundred shapes.
const MAX_TEMPLATES: usize = 128;
/// Templates of the current stream that are compared line by line, so that what fits none does not pay for all of them.
const MAX_LIVE: usize = 4;
/// Templates that are tried when one may take on other constants.
const MAX_CANDIDATES: usize = 24;
/// Larger payloads are not worth remembering: they are few, and the full parser runs at memory speed there.
const MAX_PAYLOAD: usize = 16 << 10;
const MAX_SCALARS: usize = 256;
/// Events in which more changes are not worth predicting. Recorded ones have three holes at the 95th percentile.
const MAX_HOLES: usize = 32;
/// Hits after which a constant counts as one, whatever its next value.
const SETTLED: u64 = 16;
/// Misses in a row after which prediction pauses.
const PATIENCE: u32 = 8;
const SHORTEST_PAUSE: u32 = 32;
const LONGEST_PAUSE: u32 = 1024;
/// What learning costs, in hits, and how much can be saved up. Where nothing hits, pauses give some back.
const LEARNING_COST: u64 = 3;
const MOST_CREDIT: u64 = 96;
/// What a new decoder may spend: enough for the first events of a stream and two of those that repeat, with one to
/// spare.
const FIRST_CREDIT: u64 = 6 * LEARNING_COST;

/// What may stand in a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Value {
    Str,
    Int,
    Float,
    /// `null`, `true` or `false`.
    Word,
    /// White space before the last closing brace, which Anthropic varies.
    Padding,
    /// Anything that can't vary.
    Fixed,
}

/// What of a template is compared: the payload and the lines around it.
const BLOCK: u8 = 0;
/// The payload, which is all there is.
const PAYLOAD: u8 = 1;
/// The payload, which ends with the brace of its object: more may follow.
const ITEM: u8 = 2;

/// Where the value of a hole stands in the bytes that were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// Of a string: [`scan::ESCAPED`], [`scan::NON_ASCII`].
    pub flags: u8,
}

impl Span {
    /// The bytes of the value.
    #[inline]
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start..self.end]
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Scalar {
    /// In [`Template::text`].
    start: usize,
    end: usize,
    value: Value,
    node: usize,
    hole: bool,
}

#[derive(Clone, Copy, Debug)]
struct Hole {
    /// How many constant bytes are before it, behind the hole before.
    behind: usize,
    value: Value,
}

#[derive(Debug)]
struct Template {
    /// Line prefix, payload and blank line of the event it was learnt from; only the payload if the rest is not known.
    text: Vec<u8>,
    /// Where the payload begins and ends in `text`.
    payload: (usize, usize),
    framed: bool,
    /// The lines around the payload are a part of the event: the payload alone is not enough.
    named: bool,
    bare: bool,
    scalars: Vec<Scalar>,
    /// The scalars that are holes.
    holes: Vec<Hole>,
    /// What is compared: `text` without the holes.
    constant: Vec<u8>,
    /// Hash of everything but the scalars that may vary.
    shape: u64,
    hits_since_change: u64,
    last_used: u64,
    successor: usize,
}

/// What was learnt from an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The template that fits the event now. One that had this number before is gone.
    pub template: usize,
    /// The tape nodes that are holes, in the order of [`Predictor::spans`].
    pub holes: Vec<usize>,
}

/// A constant that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its tape node.
    pub node: usize,
    /// Its new value.
    pub span: Span,
}

/// A template that has taken the constants of an event, and so fits it.
#[derive(Debug)]
pub struct Adapted {
    /// The template.
    pub taken: Taken,
    /// Its holes. They may be more than before.
    pub learned: Learned,
    /// The constants that were others before.
    pub changes: Vec<Change>,
}

/// A template that fits.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Its number.
    pub template: usize,
    /// Where the event ends in the bytes that were compared.
    pub end: usize,
    /// The event is a bare value.
    pub bare: bool,
    holes: usize,
}

/// The templates of one decoder. They outlive a stream: the next one has the same shapes.
#[derive(Debug)]
pub struct Predictor {
    enabled: bool,
    templates: Vec<Template>,
    /// How many quotes the payload of each has: all events of its shape have as many, but for those escaped in strings.
    quotes: Vec<usize>,
    /// Those that fitted in this stream, at most [`MAX_LIVE`]. Only these are compared line by line: the others have
    /// the constants of earlier streams.
    live: Vec<usize>,
    spans: [Span; MAX_HOLES],
    /// All scalars of an event that may become that of a template.
    values: Vec<Span>,
    last: usize,
    clock: u64,
    /// The clock when this stream began.
    began: u64,
    patience: Patience,
    /// That of [`Predictor::adapt`], which even a stream with hits can have no use for.
    adapt_patience: Patience,
    credit: u64,
}

/// When to give up for a while.
#[derive(Debug)]
struct Patience {
    /// In a row, or nearly.
    misses: u32,
    /// How many more events to let pass.
    pause: u32,
    next_pause: u32,
}

impl Predictor {
    /// A predictor without templates; one that is not enabled never predicts.
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            templates: Vec::new(),
            quotes: Vec::new(),
            live: Vec::new(),
            spans: [Span::default(); MAX_HOLES],
            values: Vec::new(),
            last: 0,
            clock: 0,
            began: 0,
            patience: Patience::new(),
            adapt_patience: Patience::new(),
            credit: FIRST_CREDIT,
        }
    }

    /// Another stream begins.
    pub fn begin(&mut self) {
        self.live.clear();
        self.began = self.clock;
    }

    /// The values of the holes of a hit, in order. They are there until the next one.
    #[inline]
    pub fn spans(&self, hit: &Taken) -> &[Span] {
        self.spans.get(..hit.holes).unwrap_or_default()
    }

    /// Whether it is worth comparing anything at the moment.
    #[inline]
    pub fn is_active(&self) -> bool {
        !self.patience.is_pausing() && !self.templates.is_empty()
    }

    /// Take a whole event, with its lines, at `at`, if it fits a template.
    #[inline]
    pub fn take_event(&mut self, chunk: &[u8], at: usize) -> Option<Taken> {
        self.first_fit::<BLOCK>(chunk, at)
    }

    /// Where the data of the event that is expected begins, and how many bytes it may have in all, if these are the
    /// first of it.
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let template = self.templates.get(self.templates.get(self.last)?.successor)?;
        let segment = template.holes.first().map_or(template.constant.len(), |hole| hole.behind);
        let length = segment.min(bytes.len());
        let begins = template.framed && template.constant.get(..length)? == &bytes[..length];
        begins.then_some((template.payload.0, template.text.len()))
    }

    /// Take whole events from `at` on, none with more than `limit` bytes, as long as they fit the template of the
    /// first, and give each with its holes to `each` until that says no: how many, and where the last one ends. Values
    /// that stand alone are not taken.
    #[inline]
    pub fn take_run(
        &mut self,
        chunk: &[u8],
        at: usize,
        limit: usize,
        mut each: impl FnMut(usize, &[Span]) -> bool,
    ) -> (u64, usize) {
        let Self { templates, spans, last, .. } = self;
        let expected = templates.get(*last).map_or(0, |last| last.successor);
        let (mut count, mut position) = (0, at);
        if let Some(template) = templates.get(expected).filter(|template| !template.bare) {
            // Not the beginning of one at the end of a chunk.
            while chunk.len() - position >= template.constant.len()
                && let Some(end) = template.fit::<BLOCK>(chunk, position, spans)
                && end - position <= limit
            {
                (count, position) = (count + 1, end);
                let goes_on = each(expected, spans.get(..template.holes.len()).unwrap_or_default());
                if !goes_on || template.successor != expected {
                    break;
                }
            }
        }
        if count > 0 {
            self.hit(expected, position, count);
        }
        (count, position)
    }

    /// Take a payload that is already framed, if it fits a template. One with lines that a template could have is left
    /// to [`Predictor::adapt`]: with them it has been tried.
    #[inline]
    pub fn take_payload(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8]) -> Option<Taken> {
        if constant_lines(chunk, frame).is_some() {
            return None;
        }
        self.first_fit::<PAYLOAD>(payload, 0)
    }

    /// Take an item of a JSON array at `at`, if it fits a template.
    #[inline]
    pub fn take_item(&mut self, chunk: &[u8], at: usize) -> Option<Taken> {
        self.first_fit::<ITEM>(chunk, at)
    }

    #[inline(always)]
    fn first_fit<const EXTENT: u8>(&mut self, bytes: &[u8], at: usize) -> Option<Taken> {
        let expected = self.templates.get(self.last)?.successor;
        match self.templates.get(expected)?.fit::<EXTENT>(bytes, at, &mut self.spans) {
            Some(end) => self.hit(expected, end, 1),
            None => self.other_fit::<EXTENT>(expected, bytes, at),
        }
    }

    #[inline(never)]
    fn other_fit<const EXTENT: u8>(&mut self, expected: usize, bytes: &[u8], at: usize) -> Option<Taken> {
        let Self { templates, live, spans, .. } = self;
        let mut others = live.iter().filter(|&&number| number != expected);
        let (template, end) = others.find_map(|&number| {
            let end = templates.get(number)?.fit::<EXTENT>(bytes, at, spans)?;
            Some((number, end))
        })?;
        self.follow(template);
        self.hit(template, end, 1)
    }

    #[inline(always)]
    fn hit(&mut self, template: usize, end: usize, count: u64) -> Option<Taken> {
        self.clock += count;
        self.patience.forgive(u32::MAX);
        self.credit = (self.credit + count).min(MOST_CREDIT);
        self.last = template;
        if self.templates.get(template)?.last_used <= self.began {
            self.come_alive(template);
        }
        let hit = self.templates.get_mut(template)?;
        hit.hits_since_change += count;
        hit.last_used = self.clock;
        Some(Taken { template, end, bare: hit.bare, holes: hit.holes.len() })
    }

    #[inline]
    fn follow(&mut self, template: usize) {
        if let Some(last) = self.templates.get_mut(self.last) {
            last.successor = template;
        }
        self.last = template;
    }

    /// An event had to be parsed in full. True: [`Predictor::learn`] from it.
    #[inline]
    pub fn missed(&mut self) -> bool {
        if !self.enabled {
            return false;
        }
        if self.patience.is_pausing() {
            self.patience.wait();
            if !self.patience.is_pausing() {
                // Enough for two tries: what begins to repeat itself after a long time is learnt all the same.
                self.credit = self.credit.max(2 * LEARNING_COST);
            }
            return false;
        }
        self.patience.miss();
        if self.credit < LEARNING_COST {
            return false;
        }
        self.credit -= LEARNING_COST;
        true
    }

    /// Take a payload that has the shape of a template but other constants, which the template takes on.
    pub fn adapt(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8]) -> Option<Adapted> {
        if self.adapt_patience.is_pausing() {
            self.adapt_patience.wait();
            return None;
        }
        let adapted = self.adapt_one(chunk, frame, payload);
        match adapted {
            // Not all at once: where one in three is adapted, the others would pay for it without end.
            Some(_) => self.adapt_patience.forgive(1),
            None => self.adapt_patience.miss(),
        }
        adapted
    }

    fn adapt_one(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8]) -> Option<Adapted> {
        if payload.len() > MAX_PAYLOAD {
            return None;
        }
        let (quotes, lines) = (quotes(payload), constant_lines(chunk, frame));
        let Self { templates, values, .. } = self;
        let candidates = self.quotes.iter().enumerate().filter(|&(_, &of)| of == quotes).map(|(number, _)| number);
        let number = candidates
            .take(MAX_CANDIDATES)
            .find(|&number| templates.get(number).is_some_and(|template| template.read_all(payload, lines, values)))?;
        let template = templates.get_mut(number)?;
        let settled = template.is_settled();
        let mut changes = Vec::new();
        for (scalar, &span) in template.scalars.iter().zip(&*values) {
            if !scalar.hole && template.value(scalar) != span.bytes(payload) {
                changes.push(Change { node: scalar.node, span });
            }
        }
        if template.holes.len() + changes.len() > MAX_HOLES {
            return None;
        }
        for (scalar, span) in template.scalars.iter_mut().zip(&*values) {
            scalar.hole |= !settled && template.text[scalar.start..scalar.end] != *span.bytes(payload);
            (scalar.start, scalar.end) = (span.start, span.end);
        }
        template.set_text(payload, lines, frame.bare);
        if !changes.is_empty() {
            template.hits_since_change = 0;
        }
        let holes = template.scalars.iter().zip(&*values).filter(|(scalar, _)| scalar.hole);
        for ((_, value), span) in holes.zip(&mut self.spans) {
            *span = *value;
        }
        let learned = Learned { template: number, holes: template.hole_nodes() };
        self.follow(number);
        self.come_alive(number);
        Some(Adapted { taken: self.hit(number, payload.len(), 1)?, learned, changes })
    }

    /// Learn from an event that was parsed in full. `pinned` has an entry for each node of the tape. `named`: the lines
    /// around the payload are a part of the event. None: this event is not worth a template.
    pub fn learn(
        &mut self,
        chunk: &[u8],
        frame: &Frame<'_>,
        payload: &[u8],
        tape: &Tape,
        pinned: &[bool],
        named: bool,
    ) -> Option<Learned> {
        if payload.len() > MAX_PAYLOAD || (named && constant_lines(chunk, frame).is_none()) {
            return None;
        }
        let mut scalars = scalars(payload, tape, pinned)?;
        let shape = shape(payload, &scalars);
        let known = self.templates.iter().position(|template| template.is_like(shape, payload, &scalars));
        if let Some(known) = known {
            self.templates[known].note_changes(payload, &mut scalars);
        }
        if scalars.iter().filter(|scalar| scalar.hole).count() > MAX_HOLES {
            return None;
        }
        let slot = known.unwrap_or_else(|| self.slot());
        self.clock += 1;
        let mut learned = Template {
            text: Vec::new(),
            payload: (0, 0),
            framed: false,
            named,
            bare: frame.bare,
            scalars,
            holes: Vec::new(),
            constant: Vec::new(),
            shape,
            hits_since_change: 0,
            last_used: self.clock,
            successor: slot,
        };
        learned.set_text(payload, constant_lines(chunk, frame), frame.bare);
        let holes = learned.hole_nodes();
        if slot == self.templates.len() {
            self.templates.push(learned);
            self.quotes.push(0);
        } else {
            learned.successor = if known.is_some() { self.templates[slot].successor } else { slot };
            self.templates[slot] = learned;
        }
        self.quotes[slot] = quotes(payload);
        self.follow(slot);
        self.come_alive(slot);
        Some(Learned { template: slot, holes })
    }

    #[cold]
    fn come_alive(&mut self, template: usize) {
        if self.live.contains(&template) {
            return;
        }
        if self.live.len() < MAX_LIVE {
            self.live.push(template);
        } else if let Some(oldest) = self.live.iter_mut().min_by_key(|live| self.templates[**live].last_used) {
            *oldest = template;
        }
    }

    /// A free place, or that of the template not used for longest.
    fn slot(&mut self) -> usize {
        if self.templates.len() < MAX_TEMPLATES {
            return self.templates.len();
        }
        let oldest = (0..MAX_TEMPLATES).min_by_key(|&slot| self.templates[slot].last_used);
        oldest.unwrap_or(0)
    }
}

impl Patience {
    fn new() -> Self {
        Self { misses: 0, pause: 0, next_pause: SHORTEST_PAUSE }
    }

    #[inline]
    fn is_pausing(&self) -> bool {
        self.pause > 0
    }

    /// An event has passed in a pause.
    fn wait(&mut self) {
        self.pause -= 1;
    }

    fn miss(&mut self) {
        self.misses += 1;
        if self.misses > PATIENCE {
            self.pause = self.next_pause;
            self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
            // After the pause, three tries.
            self.misses = PATIENCE - 2;
        }
    }

    /// A success makes up for so many misses.
    #[inline]
    fn forgive(&mut self, misses: u32) {
        self.misses = self.misses.saturating_sub(misses);
        if self.misses == 0 {
            self.next_pause = SHORTEST_PAUSE;
        }
    }
}

impl Template {
    /// Compare an extent of the template with the bytes at `at`, and read the holes: the end of the event.
    #[inline(always)]
    fn fit<const EXTENT: u8>(&self, bytes: &[u8], at: usize, spans: &mut [Span; MAX_HOLES]) -> Option<usize> {
        if if EXTENT == BLOCK { !self.framed } else { self.named } {
            return None;
        }
        let (mut skip, suffix) =
            if EXTENT == BLOCK { (0, 0) } else { (self.payload.0, self.text.len() - self.payload.1) };
        let mut constant = self.constant.get(skip..self.constant.len().checked_sub(suffix)?)?;
        let mut rest = bytes.get(at..)?;
        for (hole, span) in self.holes.iter().zip(spans) {
            let segment;
            (segment, constant) = constant.split_at_checked(hole.behind - skip)?;
            skip = 0;
            rest = after(rest, segment)?;
            let start = bytes.len() - rest.len();
            if hole.value == Value::Str {
                let quote = scan::ascii_run(rest, 0);
                *span = Span { start, end: start + quote, flags: 0 };
                rest = rest.get(quote..)?;
                if rest.first() == Some(&b'"') {
                    continue;
                }
            } else if let Some(length) = hole.value.usual_length(rest) {
                *span = Span { start, end: start + length, flags: 0 };
                rest = rest.get(length..)?;
                continue;
            }
            *span = match hole.value {
                Value::Str => unusual_string(bytes, start, span.end)?,
                value => value.read(bytes, start)?,
            };
            rest = bytes.get(span.end..)?;
        }
        let end = bytes.len() - after(rest, constant)?.len();
        (EXTENT != PAYLOAD || end == bytes.len()).then_some(end)
    }

    /// Read all scalars of a payload with this shape. False: it has another one, or lines that are not those of the
    /// template.
    fn read_all(&self, payload: &[u8], lines: Option<(&[u8], &[u8])>, values: &mut Vec<Span>) -> bool {
        if self.named && lines.is_none_or(|(prefix, _)| Some(prefix) != self.text.get(..self.payload.0)) {
            return false;
        }
        values.clear();
        let (mut mine, mut rest) = (self.payload.0, payload);
        for scalar in &self.scalars {
            let Some(behind) = after(rest, self.gap(mine, scalar.start)) else { return false };
            let start = payload.len() - behind.len();
            let value = match scalar.value {
                Value::Fixed => after(behind, self.value(scalar)).map(|_| {
                    let end = start + scalar.end - scalar.start;
                    Span { start, end, flags: 0 }
                }),
                kind => kind.read(payload, start),
            };
            let Some(value) = value else { return false };
            values.push(value);
            (mine, rest) = (scalar.end, &payload[value.end..]);
        }
        rest == self.gap(mine, self.payload.1)
    }

    /// Take the bytes of another event of the shape, whose `scalars` count from the payload's start. Where its lines
    /// are not known, those of the template stay.
    fn set_text(&mut self, payload: &[u8], lines: Option<(&[u8], &[u8])>, bare: bool) {
        let (before, behind) = (self.text.get(..self.payload.0), self.text.get(self.payload.1..));
        let (prefix, suffix) = lines.unwrap_or((before.unwrap_or_default(), behind.unwrap_or_default()));
        let (start, text) = (prefix.len(), [prefix, payload, suffix].concat());
        (self.text, self.payload) = (text, (start, start + payload.len()));
        for scalar in &mut self.scalars {
            (scalar.start, scalar.end) = (scalar.start + self.payload.0, scalar.end + self.payload.0);
        }
        if lines.is_some() {
            (self.framed, self.bare) = (true, bare);
        }
        self.cut();
    }

    fn cut(&mut self) {
        self.holes.clear();
        self.constant.clear();
        let mut start = 0;
        for scalar in self.scalars.iter().filter(|scalar| scalar.hole) {
            self.holes.push(Hole { behind: scalar.start - start, value: scalar.value });
            self.constant.extend_from_slice(&self.text[start..scalar.start]);
            start = scalar.end;
        }
        self.constant.extend_from_slice(&self.text[start..]);
    }

    fn gap(&self, from: usize, to: usize) -> &[u8] {
        &self.text[from..to]
    }

    fn value(&self, scalar: &Scalar) -> &[u8] {
        self.gap(scalar.start, scalar.end)
    }

    fn is_settled(&self) -> bool {
        self.hits_since_change >= SETTLED
    }

    fn hole_nodes(&self) -> Vec<usize> {
        self.scalars.iter().filter(|scalar| scalar.hole).map(|scalar| scalar.node).collect()
    }

    /// Whether an event differs from this one in scalars that may vary only. `scalars` count from the payload's start.
    fn is_like(&self, shape: u64, payload: &[u8], scalars: &[Scalar]) -> bool {
        if self.shape != shape || self.scalars.len() != scalars.len() {
            return false;
        }
        let (mut mine, mut theirs) = (self.payload.0, 0);
        for (old, new) in self.scalars.iter().zip(scalars) {
            if self.gap(mine, old.start) != &payload[theirs..new.start] || old.value != new.value {
                return false;
            }
            if old.value == Value::Fixed && self.value(old) != &payload[new.start..new.end] {
                return false;
            }
            (mine, theirs) = (old.end, new.end);
        }
        self.gap(mine, self.payload.1) == &payload[theirs..]
    }

    /// Mark as holes in `scalars` what has changed since it was learnt, unless it had settled.
    fn note_changes(&self, payload: &[u8], scalars: &mut [Scalar]) {
        let settled = self.is_settled();
        for (old, new) in self.scalars.iter().zip(scalars) {
            let changed = self.value(old) != &payload[new.start..new.end];
            new.hole = old.hole || (changed && !settled);
        }
    }
}

impl Value {
    /// The length of an integer or of padding at the start of `bytes`, if it is one of the usual ones. None: ask
    /// [`Self::read`].
    #[inline(always)]
    fn usual_length(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Int => bytes.first_chunk().and_then(scan::plain_integer),
            Self::Padding => Some(scan::blanks(bytes, 0)),
            _ => None,
        }
    }

    /// Read a value of this kind at `at`.
    #[inline]
    fn read(self, bytes: &[u8], at: usize) -> Option<Span> {
        let (end, flags) = match self {
            Self::Str => return string(bytes, at),
            Self::Int => {
                let (end, integer) = scan::number(bytes, at)?;
                if !integer || end - at > MAX_INT_DIGITS {
                    return None;
                }
                (end, 0)
            }
            Self::Float => {
                let (end, integer) = scan::number(bytes, at)?;
                if integer {
                    return None;
                }
                (end, 0)
            }
            Self::Word => {
                let rest = &bytes[at..];
                let word = [&b"null"[..], b"true", b"false"].into_iter().find(|word| rest.starts_with(word))?;
                (at + word.len(), 0)
            }
            Self::Padding => (scan::blanks(bytes, at), 0),
            Self::Fixed => return None,
        };
        Some(Span { start: at, end, flags })
    }
}

/// Any string.
fn string(bytes: &[u8], at: usize) -> Option<Span> {
    let end = scan::ascii_run(bytes, at);
    if bytes.get(end) == Some(&b'"') { Some(Span { start: at, end, flags: 0 }) } else { unusual_string(bytes, at, end) }
}

/// A string with escapes or characters beyond ASCII, the first of which is at `unusual`.
#[cold]
fn unusual_string(bytes: &[u8], at: usize, unusual: usize) -> Option<Span> {
    let (end, flags) = scan::string(bytes, unusual).ok()?;
    if flags & scan::NON_ASCII != 0 {
        std::str::from_utf8(bytes.get(unusual..end)?).ok()?;
    }
    Some(Span { start: at, end, flags })
}

/// If `bytes` begin with `segment`: what is behind it.
#[inline(always)]
fn after<'a>(bytes: &'a [u8], segment: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(segment.len())?;
    scan::same(head, segment).then_some(rest)
}

/// The lines around a payload, if they are such that every event of the kind has the same: at most an `event` line
/// before it, and the blank line behind it.
fn constant_lines<'a>(chunk: &'a [u8], frame: &Frame<'_>) -> Option<(&'a [u8], &'a [u8])> {
    let Place { start, data, end } = frame.place?;
    let payload = frame.data?.len();
    let (prefix, suffix) = (chunk.get(start..data)?, chunk.get(data + payload..end)?);
    if frame.bare {
        return (prefix.is_empty() && suffix == b"\n").then_some((prefix, suffix));
    }
    let newline: &[u8] = match suffix {
        b"\n\n" => b"\n",
        b"\r\n\r\n" => b"\r\n",
        _ => return None,
    };
    let mut line = prefix;
    if prefix.starts_with(b"event:") {
        let end = prefix.iter().position(|&byte| byte == b'\n' || byte == b'\r')?;
        line = prefix[end..].strip_prefix(newline)?;
    }
    matches!(line, b"data:" | b"data: ").then_some((prefix, suffix))
}

/// The scalars of a payload in the order of the text, and the padding before its last brace.
fn scalars(payload: &[u8], tape: &Tape, pinned: &[bool]) -> Option<Vec<Scalar>> {
    let root = tape.nodes().first()?;
    if root.kind != Kind::Object || tape.nodes().len() > 4 * MAX_SCALARS {
        return None;
    }
    let mut scalars = Vec::with_capacity(tape.nodes().len() / 2);
    for (index, node) in tape.nodes().iter().enumerate() {
        let value = match node.kind {
            Kind::Key | Kind::Array | Kind::Object => continue,
            _ if pinned[index] => Value::Fixed,
            Kind::Str => Value::Str,
            Kind::Int => Value::Int,
            Kind::Float => Value::Float,
            Kind::Null | Kind::True | Kind::False => Value::Word,
            Kind::NotFinite => Value::Fixed,
        };
        scalars.push(Scalar { start: node.start as usize, end: node.end as usize, value, node: index, hole: false });
    }
    if scalars.len() > MAX_SCALARS {
        return None;
    }
    let brace = root.end as usize - 1;
    let spaces = payload[..brace].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    scalars.push(Scalar { start: brace - spaces, end: brace, value: Value::Padding, node: 0, hole: false });
    Some(scalars)
}

/// How many quotes a payload has.
fn quotes(payload: &[u8]) -> usize {
    scan::count(payload, |byte| byte == b'"')
}

/// Hash of what must be the same for one template to serve two events.
fn shape(payload: &[u8], scalars: &[Scalar]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            hash =
                (hash ^ u64::from_le_bytes(word.try_into().expect("eight bytes"))).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            hash ^= hash >> 29;
        }
        for &byte in words.remainder() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    };
    let mut from = 0;
    for scalar in scalars {
        add(&payload[from..scalar.start]);
        add(&[scalar.value as u8]);
        if scalar.value == Value::Fixed {
            add(&payload[scalar.start..scalar.end]);
        }
        from = scalar.end;
    }
    add(&payload[from..]);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::End;
    use crate::json::parse;

    fn frame(data: &[u8]) -> Frame<'_> {
        Frame {
            data: Some(data),
            event: b"",
            id: b"",
            sets_id: false,
            retry: None,
            error: None,
            offset: 0,
            bare: false,
            end: End::Own,
            place: None,
        }
    }

    fn learn(predictor: &mut Predictor, payload: &str) -> Learned {
        let mut tape = Tape::default();
        parse(payload.as_bytes(), &mut tape).unwrap();
        let pinned = vec![false; tape.nodes().len()];
        predictor.learn(b"", &frame(payload.as_bytes()), payload.as_bytes(), &tape, &pinned, false).unwrap()
    }

    fn taken<'a>(predictor: &mut Predictor, payload: &'a str) -> Option<Vec<&'a str>> {
        let hit = predictor.take_payload(b"", &frame(payload.as_bytes()), payload.as_bytes())?;
        Some(predictor.spans(&hit).iter().map(|span| &payload[span.start..span.end]).collect())
    }

    #[test]
    fn what_changed_is_a_hole_and_only_that() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"x","n":1,"t":"a"}"#);
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"a"}"#), Some(vec![]));
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"b"}"#), None);
        let learned = learn(&mut predictor, r#"{"id":"x","n":1,"t":"b"}"#);
        assert_eq!(learned, Learned { template: 0, holes: vec![6] });
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"é\n"}"#), Some(vec!["é\\n"]));
        for miss in [
            r#"{"id":"x","n":2,"t":"a"}"#,
            r#"{"id":"x","n":1,"t":null}"#,
            r#"{"id":"x","n":1,"t":"a","u":1}"#,
            r#"{"id":"x","n":1,"t":"\x"}"#,
            "{\"id\":\"x\",\"n\":1,\"t\":\"\\\n\"}",
            r#"{"id":"x","n":1,"t":"a"#,
        ] {
            assert_eq!(taken(&mut predictor, miss), None, "{miss}");
        }
    }

    #[test]
    fn a_settled_constant_takes_its_new_value() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"one","t":"a"}"#);
        learn(&mut predictor, r#"{"id":"one","t":"b"}"#);
        for _ in 0..SETTLED {
            assert!(taken(&mut predictor, r#"{"id":"one","t":"c"}"#).is_some());
        }
        let learned = learn(&mut predictor, r#"{"id":"two","t":"d"}"#);
        assert_eq!(learned.holes.len(), 1);
        assert_eq!(taken(&mut predictor, r#"{"id":"two","t":"e"}"#), Some(vec!["e"]));
        assert_eq!(taken(&mut predictor, r#"{"id":"one","t":"e"}"#), None);
    }

    fn adapted(predictor: &mut Predictor, payload: &str) -> Option<(Vec<usize>, Vec<usize>)> {
        let adapted = predictor.adapt(b"", &frame(payload.as_bytes()), payload.as_bytes())?;
        assert_eq!(adapted.taken.end, payload.len());
        Some((adapted.learned.holes, adapted.changes.iter().map(|change| change.node).collect()))
    }

    #[test]
    fn a_template_takes_on_other_constants() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"one","n":1,"t":"a"}"#);
        // Soon after it was learnt: what changes is a hole.
        assert_eq!(adapted(&mut predictor, r#"{"id":"one","n":1,"t":"b"}"#), Some((vec![6], vec![6])));
        for _ in 0..SETTLED {
            assert_eq!(taken(&mut predictor, r#"{"id":"one","n":1,"t":"é"}"#), Some(vec!["é"]));
        }
        // After that, it is a constant of another stream.
        assert_eq!(adapted(&mut predictor, r#"{"id":"two","n":22,"t":"c"}"#), Some((vec![6], vec![2, 4])));
        assert_eq!(taken(&mut predictor, r#"{"id":"two","n":22,"t":"d"}"#), Some(vec!["d"]));
        assert_eq!(taken(&mut predictor, r#"{"id":"one","n":1,"t":"d"}"#), None);
        assert_eq!(adapted(&mut predictor, r#"{"id":"six","n":22,"t":"c"}"#), Some((vec![2, 6], vec![2])));
        for other in [
            r#"{"id":"two","n":2.5,"t":"c"}"#,
            r#"{"id":"two","n":22,"u":"c"}"#,
            r#"{"id":"two","n":22,"t":"c"} "#,
            r#"{"id":"two","n":22,"t":"c","u":1}"#,
            r#"{"id":"two","n":22,"t":"c"#,
            r#"{"id":"two","n":22,"t":"\x"}"#,
            r#"{"id":"two","n":022,"t":"c"}"#,
        ] {
            assert_eq!(adapted(&mut predictor, other), None, "{other}");
        }
    }

    #[test]
    fn what_decides_about_the_meaning_is_not_taken_on() {
        let mut predictor = Predictor::new(true);
        let payload = r#"{"type":"a","t":"b"}"#;
        let mut tape = Tape::default();
        parse(payload.as_bytes(), &mut tape).unwrap();
        let pinned = [false, false, true, false, false];
        predictor.learn(b"", &frame(payload.as_bytes()), payload.as_bytes(), &tape, &pinned, false).unwrap();
        assert_eq!(adapted(&mut predictor, r#"{"type":"x","t":"b"}"#), None);
        assert_eq!(adapted(&mut predictor, r#"{"type":"a","t":"c"}"#), Some((vec![4], vec![4])));
    }

    #[test]
    fn padding_before_the_last_brace_may_vary() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"t":{"u":1} }"#);
        learn(&mut predictor, r#"{"t":{"u":1}   }"#);
        assert_eq!(taken(&mut predictor, r#"{"t":{"u":1}}"#), Some(vec![""]));
        assert_eq!(taken(&mut predictor, "{\"t\":{\"u\":1}\n}"), None);
    }
}
