//! Prediction: the next event is the last one again, but for a few values.
//!
//! Successive events of a stream repeat nearly all their bytes. A template is an event that was parsed in full, cut into
//! constant segments and *holes*: scalars that have been seen to change. The next event is compared segment by segment, and
//! only the holes are read. `data: ` (and an `event:` line before it) and the blank line belong to the segments, so an
//! event that fits needs no search for its lines either.
//!
//! Why it is sound. Segments are cut only at the ends of scalars, and reading JSON is deterministic: if every byte up to a
//! scalar is the same, the parser stands in the same state, and a string that ends at its quote, or a number that is followed by
//! the same delimiter, leads it to the same state again. So an event that fits would give the same tape with other
//! spans. What decides about the meaning of an event (its `type`, tags, errors: [`crate::schema::Schema::pinned`]) is never a hole. Holes
//! check what the full parser checks: control characters, escapes, UTF-8.
//!
//! How it learns. A constant that changes soon after it was learnt becomes a hole for good; one that had held for long
//! (an id when a new stream begins, a timestamp) just takes its new value. Learning costs more than a hit saves, so it has a
//! budget that hits refill; and after some misses in a row nothing is even compared for a while.

use crate::framing::{Frame, Place};
use crate::json::{Kind, Tape, scan};
use crate::limits::MAX_INT_DIGITS;

/// Templates kept. Recorded streams need four for 94 % of their events.
const MAX_TEMPLATES: usize = 8;
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
/// What learning costs, in hits; how much can be saved up; what a miss gives back, so that it never stops for good.
const LEARNING_COST: u32 = 8 * 3;
const MOST_CREDIT: u32 = 8 * 96;
/// What a new decoder may spend: enough for the first events of a stream and two of those that repeat, with one to spare.
const FIRST_CREDIT: u32 = 6 * LEARNING_COST;
const CREDIT_OF_HIT: u32 = 8;
const CREDIT_OF_MISS: u32 = 1;

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
    /// What is compared: each hole with the constant before it, and the constant behind the last.
    holes: Vec<(Box<[u8]>, Value)>,
    last_segment: Box<[u8]>,
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
    spans: [Span; MAX_HOLES],
    last: usize,
    clock: u64,
    misses: u32,
    pause: u32,
    next_pause: u32,
    credit: u32,
}

impl Predictor {
    /// A predictor without templates; one that is not enabled never predicts.
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            templates: Vec::with_capacity(MAX_TEMPLATES),
            spans: [Span::default(); MAX_HOLES],
            last: 0,
            clock: 0,
            misses: 0,
            pause: 0,
            next_pause: SHORTEST_PAUSE,
            credit: FIRST_CREDIT,
        }
    }

    /// The values of the holes of a hit, in order. They are there until the next one.
    #[inline]
    pub fn spans(&self, hit: &Taken) -> &[Span] {
        self.spans.get(..hit.holes).unwrap_or_default()
    }

    /// Whether it is worth comparing anything at the moment.
    #[inline]
    pub fn is_active(&self) -> bool {
        self.pause == 0 && !self.templates.is_empty()
    }

    /// Take a whole event, with its lines, at `at`, if it fits a template.
    #[inline]
    pub fn take_event(&mut self, chunk: &[u8], at: usize) -> Option<Taken> {
        self.first_fit::<BLOCK>(chunk, at)
    }

    /// Take a payload that is already framed, if it fits a template.
    #[inline]
    pub fn take_payload(&mut self, payload: &[u8]) -> Option<Taken> {
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
            Some(end) => self.hit(expected, end),
            None => self.other_fit::<EXTENT>(expected, bytes, at),
        }
    }

    #[inline(never)]
    fn other_fit<const EXTENT: u8>(&mut self, expected: usize, bytes: &[u8], at: usize) -> Option<Taken> {
        let spans = &mut self.spans;
        let mut others = self.templates.iter().enumerate().filter(|&(template, _)| template != expected);
        let (template, end) =
            others.find_map(|(number, template)| Some((number, template.fit::<EXTENT>(bytes, at, spans)?)))?;
        self.follow(template);
        self.hit(template, end)
    }

    #[inline]
    fn hit(&mut self, template: usize, end: usize) -> Option<Taken> {
        self.clock += 1;
        self.misses = 0;
        self.next_pause = SHORTEST_PAUSE;
        self.credit = (self.credit + CREDIT_OF_HIT).min(MOST_CREDIT);
        self.last = template;
        let hit = self.templates.get_mut(template)?;
        hit.hits_since_change += 1;
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
        if self.pause > 0 {
            self.pause -= 1;
            if self.pause == 0 {
                // Enough for two tries: what begins to repeat itself after a long time is learnt all the same.
                self.credit = self.credit.max(2 * LEARNING_COST);
            }
            return false;
        }
        self.misses += 1;
        if self.misses > PATIENCE {
            self.pause = self.next_pause;
            self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
            // After the pause, two tries.
            self.misses = PATIENCE - 2;
        }
        self.credit = (self.credit + CREDIT_OF_MISS).min(MOST_CREDIT);
        if self.credit < LEARNING_COST {
            return false;
        }
        self.credit -= LEARNING_COST;
        true
    }

    /// A payload template fitted an event that lies whole in the chunk: remember its lines too.
    pub fn learn_frame(&mut self, template: usize, chunk: &[u8], frame: &Frame<'_>) {
        let template = &mut self.templates[template];
        let Some((prefix, suffix)) = constant_lines(chunk, frame) else { return };
        if template.framed {
            return;
        }
        let shift = prefix.len();
        template.text.splice(..0, prefix.iter().copied());
        template.text.extend_from_slice(suffix);
        template.payload = (template.payload.0 + shift, template.payload.1 + shift);
        for scalar in &mut template.scalars {
            (scalar.start, scalar.end) = (scalar.start + shift, scalar.end + shift);
        }
        (template.framed, template.bare) = (true, frame.bare);
        template.cut();
    }

    /// Learn from an event that was parsed in full. `pinned` has an entry for each node of the tape. `named`: the lines around
    /// the payload are a part of the event. None: this event is not worth a template.
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
        let lines = constant_lines(chunk, frame);
        let (prefix, suffix) = lines.unwrap_or((b"", b""));
        for scalar in &mut scalars {
            (scalar.start, scalar.end) = (scalar.start + prefix.len(), scalar.end + prefix.len());
        }
        let slot = known.unwrap_or_else(|| self.slot());
        self.clock += 1;
        let mut learned = Template {
            text: [prefix, payload, suffix].concat(),
            payload: (prefix.len(), prefix.len() + payload.len()),
            framed: lines.is_some(),
            named,
            bare: frame.bare,
            scalars,
            holes: Vec::new(),
            last_segment: Box::default(),
            shape,
            hits_since_change: 0,
            last_used: self.clock,
            successor: slot,
        };
        learned.cut();
        let holes = learned.scalars.iter().filter(|scalar| scalar.hole).map(|scalar| scalar.node).collect();
        if slot == self.templates.len() {
            self.templates.push(learned);
        } else {
            learned.successor = if known.is_some() { self.templates[slot].successor } else { slot };
            self.templates[slot] = learned;
        }
        self.follow(slot);
        Some(Learned { template: slot, holes })
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

impl Template {
    /// Compare an extent of the template with the bytes at `at`, and read the holes: the end of the event.
    #[inline(always)]
    fn fit<const EXTENT: u8>(&self, bytes: &[u8], at: usize, spans: &mut [Span; MAX_HOLES]) -> Option<usize> {
        if if EXTENT == BLOCK { !self.framed } else { self.named } {
            return None;
        }
        let mut skip = if EXTENT == BLOCK { 0 } else { self.payload.0 };
        let mut rest = bytes.get(at..)?;
        for ((segment, value), span) in self.holes.iter().zip(spans) {
            rest = after(rest, segment.get(skip..)?)?;
            skip = 0;
            let start = bytes.len() - rest.len();
            if *value == Value::Str {
                let quote = scan::ascii_run(rest, 0);
                *span = Span { start, end: start + quote, flags: 0 };
                rest = rest.get(quote..)?;
                if rest.first() == Some(&b'"') {
                    continue;
                }
            }
            *span = value.read(bytes, start)?;
            rest = bytes.get(span.end..)?;
        }
        let suffix = if EXTENT == BLOCK { 0 } else { self.text.len() - self.payload.1 };
        let segment = self.last_segment.get(skip..self.last_segment.len().checked_sub(suffix)?)?;
        let end = bytes.len() - after(rest, segment)?.len();
        (EXTENT != PAYLOAD || end == bytes.len()).then_some(end)
    }

    fn cut(&mut self) {
        let mut constant = 0;
        self.holes.clear();
        for scalar in self.scalars.iter().filter(|scalar| scalar.hole) {
            self.holes.push((self.text[constant..scalar.start].into(), scalar.value));
            constant = scalar.end;
        }
        self.last_segment = self.text[constant..].into();
    }

    fn gap(&self, from: usize, to: usize) -> &[u8] {
        &self.text[from..to]
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
            if old.value == Value::Fixed && self.gap(old.start, old.end) != &payload[new.start..new.end] {
                return false;
            }
            (mine, theirs) = (old.end, new.end);
        }
        self.gap(mine, self.payload.1) == &payload[theirs..]
    }

    /// Mark as holes in `scalars` what has changed since it was learnt, unless it had settled.
    fn note_changes(&self, payload: &[u8], scalars: &mut [Scalar]) {
        let settled = self.hits_since_change >= SETTLED;
        for (old, new) in self.scalars.iter().zip(scalars) {
            let changed = self.gap(old.start, old.end) != &payload[new.start..new.end];
            new.hole = old.hole || (changed && !settled);
        }
    }
}

impl Value {
    /// Read a value of this kind at `at`.
    #[inline]
    fn read(self, bytes: &[u8], at: usize) -> Option<Span> {
        let (end, flags) = match self {
            Self::Str => return unusual_string(bytes, at),
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
            Self::Padding => {
                let padding = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                (at + padding, 0)
            }
            Self::Fixed => return None,
        };
        Some(Span { start: at, end, flags })
    }
}

/// A string with escapes or characters beyond ASCII.
#[cold]
fn unusual_string(bytes: &[u8], at: usize) -> Option<Span> {
    let (end, flags) = scan::string(bytes, at).ok()?;
    std::str::from_utf8(&bytes[at..end]).ok()?;
    Some(Span { start: at, end, flags })
}

/// If `bytes` begin with `segment`: what is behind it.
#[inline(always)]
fn after<'a>(bytes: &'a [u8], segment: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(segment.len())?;
    same(head, segment).then_some(rest)
}

/// Whether two slices of one length are equal. Short ones, as between holes, without a call: by lanes or words that may overlap.
#[inline]
fn same(left: &[u8], right: &[u8]) -> bool {
    match left.len() {
        65.. => left == right,
        16.. => {
            let (left_lanes, right_lanes) = (left.as_chunks::<16>().0, right.as_chunks::<16>().0);
            let mut lanes = left_lanes.iter().zip(right_lanes);
            lanes.all(|(left, right)| left == right) && left.last_chunk::<16>() == right.last_chunk::<16>()
        }
        8.. => ends_equal::<8>(left, right),
        4.. => ends_equal::<4>(left, right),
        _ => left.iter().zip(right).all(|(left, right)| left == right),
    }
}

/// Whether the first and the last `N` bytes are the same.
#[inline]
fn ends_equal<const N: usize>(left: &[u8], right: &[u8]) -> bool {
    left.first_chunk::<N>() == right.first_chunk::<N>() && left.last_chunk::<N>() == right.last_chunk::<N>()
}

/// The lines around a payload, if they are such that every event of the kind has the same: at most an `event` line before
/// it, and the blank line behind it.
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
        let hit = predictor.take_payload(payload.as_bytes())?;
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

    #[test]
    fn padding_before_the_last_brace_may_vary() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"t":{"u":1} }"#);
        learn(&mut predictor, r#"{"t":{"u":1}   }"#);
        assert_eq!(taken(&mut predictor, r#"{"t":{"u":1}}"#), Some(vec![""]));
        assert_eq!(taken(&mut predictor, "{\"t\":{\"u\":1}\n}"), None);
    }

    #[test]
    fn every_length_of_segment_is_compared_to_its_last_byte() {
        for length in 0..80 {
            let left = vec![7u8; length];
            assert!(same(&left, &left.clone()));
            for flip in 0..length {
                let mut right = left.clone();
                right[flip] = 8;
                assert!(!same(&left, &right), "length {length}, byte {flip}");
            }
        }
    }
}
