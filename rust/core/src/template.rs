//! A template: an event as what others like it repeat, and what differs in them.
//!
//! Successive events of a stream repeat nearly all their bytes. A template is an event that was parsed in full, cut
//! into constant segments and *holes*: scalars that have been seen to change. The next event is compared segment by
//! segment, and only the holes are read. `data: ` (and an `event:` line before it) and the blank line belong to the
//! segments, so an event that fits needs no search for its lines either. Which templates there are, and which of their
//! scalars are holes, [`crate::predictor`] decides.
//!
//! Why it is sound. Segments are cut only at the ends of scalars, and reading JSON is deterministic: if every byte up
//! to a scalar is the same, the parser stands in the same state, and a string that ends at its quote, or a number that
//! is followed by the same delimiter, leads it to the same state again. So an event that fits would give the same tape
//! with other spans. What decides about the meaning of an event (its `type`, tags, errors:
//! [`crate::schema::Schema::pinned`]) is never a hole. Holes check what the full parser checks: control characters,
//! escapes, UTF-8.

use crate::framing::{Frame, Place};
use crate::json::{Kind, Tape, scan};
use crate::limits::MAX_INT_DIGITS;

const MAX_SCALARS: usize = 256;
/// Events in which more changes are not worth predicting. Recorded ones have three holes at the 95th percentile.
pub(crate) const MAX_HOLES: usize = 32;
/// Hits after which a constant counts as one, whatever its next value: to take on the id of a new stream costs as much
/// as reading it in about so many events.
pub(crate) const SETTLED: u64 = 8;

/// An event as constant segments and holes.
#[derive(Debug)]
pub(crate) struct Template {
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
}

/// A value in the payload that is no array or object, or the padding before its last brace.
#[derive(Debug)]
pub(crate) struct Scalar {
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

/// What may stand in a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A constant that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its tape node.
    pub node: usize,
    /// Its new value.
    pub span: Span,
}

/// The lines around a payload: before it, and behind it.
pub(crate) type Lines<'a> = (&'a [u8], &'a [u8]);

/// What of a template is compared with bytes.
pub(crate) trait Extent {
    /// The lines around the payload, too.
    const LINES: bool;
    /// More may follow.
    const OPEN: bool;
}

/// A whole event: the payload and the lines around it.
pub(crate) enum Block {}

impl Extent for Block {
    const LINES: bool = true;
    const OPEN: bool = true;
}

/// A payload that is already framed: it is all there is.
pub(crate) enum Payload {}

impl Extent for Payload {
    const LINES: bool = false;
    const OPEN: bool = false;
}

/// An item of an array: a payload that ends with the brace of its object.
pub(crate) enum Item {}

impl Extent for Item {
    const LINES: bool = false;
    const OPEN: bool = true;
}

impl Span {
    /// The bytes of the value.
    #[inline]
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start..self.end]
    }
}

impl Template {
    /// The template of an event that was parsed in full. `scalars` count from the payload's start, and `shape` is that
    /// of both. `named`: the lines around the payload are a part of the event. None: it would have too many holes.
    pub(crate) fn new(
        payload: &[u8],
        lines: Option<Lines<'_>>,
        bare: bool,
        named: bool,
        scalars: Vec<Scalar>,
        shape: u64,
    ) -> Option<Self> {
        if scalars.iter().filter(|scalar| scalar.hole).count() > MAX_HOLES {
            return None;
        }
        let mut template = Self {
            text: Vec::new(),
            payload: (0, 0),
            framed: false,
            named,
            bare,
            scalars,
            holes: Vec::new(),
            constant: Vec::new(),
            shape,
            hits_since_change: 0,
        };
        template.set_text(payload, lines, bare);
        Some(template)
    }

    /// Compare an extent of the template with the bytes at `at`, and read the holes: the end of the event.
    #[inline(always)]
    pub(crate) fn fit<E: Extent>(&self, bytes: &[u8], at: usize, spans: &mut [Span; MAX_HOLES]) -> Option<usize> {
        let has_extent = if E::LINES { self.framed } else { !self.named };
        if !has_extent {
            return None;
        }
        let (mut skip, suffix) = if E::LINES { (0, 0) } else { (self.payload.0, self.text.len() - self.payload.1) };
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
        (E::OPEN || end == bytes.len()).then_some(end)
    }

    /// An event that fits has at least so many bytes.
    #[inline]
    pub(crate) fn shortest(&self) -> usize {
        self.constant.len()
    }

    /// Where the data of an event that fits begins, and how many bytes the event may have in all, if these are the
    /// first of one.
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let segment = self.holes.first().map_or(self.constant.len(), |hole| hole.behind);
        let length = segment.min(bytes.len());
        let begins = self.framed && self.constant.get(..length)? == &bytes[..length];
        begins.then_some((self.payload.0, self.text.len()))
    }

    /// The event is a bare value.
    #[inline]
    pub(crate) fn is_bare(&self) -> bool {
        self.bare
    }

    #[inline]
    pub(crate) fn hole_count(&self) -> usize {
        self.holes.len()
    }

    /// The tape nodes that are holes.
    pub(crate) fn hole_nodes(&self) -> Vec<usize> {
        self.scalars.iter().filter(|scalar| scalar.hole).map(|scalar| scalar.node).collect()
    }

    /// Those of the values of all scalars that are in holes.
    pub(crate) fn hole_values(&self, values: &[Span]) -> impl Iterator<Item = Span> {
        self.scalars.iter().zip(values).filter(|(scalar, _)| scalar.hole).map(|(_, &value)| value)
    }

    /// So many more events fitted.
    #[inline]
    pub(crate) fn note_hits(&mut self, count: u64) {
        self.hits_since_change += count;
    }

    fn is_settled(&self) -> bool {
        self.hits_since_change >= SETTLED
    }

    /// Read all scalars of a payload with this shape. False: it has another one, or lines that are not those of the
    /// template.
    pub(crate) fn read_all(&self, payload: &[u8], lines: Option<Lines<'_>>, values: &mut Vec<Span>) -> bool {
        values.clear();
        if self.named && lines.is_none_or(|(prefix, _)| Some(prefix) != self.text.get(..self.payload.0)) {
            return false;
        }
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

    /// Become the template of another event of the shape, of which all scalars have been read: the constants that were
    /// others. Those that had not settled are holes from now on. None: there would be too many holes.
    pub(crate) fn take_on(
        &mut self,
        payload: &[u8],
        lines: Option<Lines<'_>>,
        bare: bool,
        values: &[Span],
    ) -> Option<Vec<Change>> {
        let settled = self.is_settled();
        let mut changes = Vec::new();
        for (scalar, &span) in self.scalars.iter().zip(values) {
            if !scalar.hole && self.value(scalar) != span.bytes(payload) {
                changes.push(Change { node: scalar.node, span });
            }
        }
        if self.holes.len() + changes.len() > MAX_HOLES {
            return None;
        }
        let same_lines = lines.is_none_or(|lines| self.framed && self.bare == bare && self.lines() == lines);
        if changes.is_empty() && same_lines {
            return Some(changes);
        }
        for (scalar, span) in self.scalars.iter_mut().zip(values) {
            scalar.hole |= !settled && self.text[scalar.start..scalar.end] != *span.bytes(payload);
            (scalar.start, scalar.end) = (span.start, span.end);
        }
        self.set_text(payload, lines, bare);
        if !changes.is_empty() {
            self.hits_since_change = 0;
        }
        Some(changes)
    }

    /// Whether an event differs from this one in scalars that may vary only. `scalars` count from the payload's start.
    pub(crate) fn is_like(&self, shape: u64, payload: &[u8], scalars: &[Scalar]) -> bool {
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
    pub(crate) fn note_changes(&self, payload: &[u8], scalars: &mut [Scalar]) {
        let settled = self.is_settled();
        for (old, new) in self.scalars.iter().zip(scalars) {
            let changed = self.value(old) != &payload[new.start..new.end];
            new.hole = old.hole || (changed && !settled);
        }
    }

    /// Take the bytes of another event of the shape, whose `scalars` count from the payload's start. Where its lines
    /// are not known, those of the template stay.
    fn set_text(&mut self, payload: &[u8], lines: Option<Lines<'_>>, bare: bool) {
        let (prefix, suffix) = lines.unwrap_or(self.lines());
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

    fn lines(&self) -> Lines<'_> {
        (&self.text[..self.payload.0], &self.text[self.payload.1..])
    }

    fn gap(&self, from: usize, to: usize) -> &[u8] {
        &self.text[from..to]
    }

    fn value(&self, scalar: &Scalar) -> &[u8] {
        self.gap(scalar.start, scalar.end)
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
pub(crate) fn constant_lines<'a>(chunk: &'a [u8], frame: &Frame<'_>) -> Option<Lines<'a>> {
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
pub(crate) fn scalars(payload: &[u8], tape: &Tape, pinned: &[bool]) -> Option<Vec<Scalar>> {
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
pub(crate) fn shape(payload: &[u8], scalars: &[Scalar]) -> u64 {
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
    use crate::json::parse;

    /// The template of a payload in which the scalars of these nodes are holes.
    fn template(payload: &str, holes: &[usize], lines: Option<Lines<'_>>, named: bool) -> Template {
        let payload = payload.as_bytes();
        let mut tape = Tape::default();
        parse(payload, &mut tape).unwrap();
        let mut scalars = scalars(payload, &tape, &vec![false; tape.nodes().len()]).unwrap();
        for scalar in &mut scalars {
            scalar.hole = holes.contains(&scalar.node);
        }
        let shape = shape(payload, &scalars);
        Template::new(payload, lines, false, named, scalars, shape).unwrap()
    }

    /// What is in the holes, and what is left behind the event.
    fn fit<'a, E: Extent>(template: &Template, bytes: &'a str) -> Option<(Vec<&'a str>, &'a str)> {
        let mut spans = [Span::default(); MAX_HOLES];
        let end = template.fit::<E>(bytes.as_bytes(), 0, &mut spans)?;
        let values = spans[..template.hole_count()].iter().map(|span| &bytes[span.start..span.end]);
        Some((values.collect(), &bytes[end..]))
    }

    #[test]
    fn an_event_fits_that_differs_in_holes_only() {
        let template = template(r#"{"id":"x","n":1,"t":"a"}"#, &[6], None, false);
        assert_eq!(fit::<Payload>(&template, r#"{"id":"x","n":1,"t":"é\n"}"#), Some((vec!["é\\n"], "")));
        for miss in [
            r#"{"id":"x","n":2,"t":"a"}"#,
            r#"{"id":"x","n":1,"t":null}"#,
            r#"{"id":"x","n":1,"t":"a","u":1}"#,
            r#"{"id":"x","n":1,"t":"\x"}"#,
            "{\"id\":\"x\",\"n\":1,\"t\":\"\\\n\"}",
            r#"{"id":"x","n":1,"t":"a"#,
        ] {
            assert_eq!(fit::<Payload>(&template, miss), None, "{miss}");
        }
    }

    #[test]
    fn a_payload_is_all_there_is_and_behind_an_item_or_a_block_there_may_be_more() {
        let (a, b) = (r#"{"t":"a"}"#, r#"{"t":"b"}"#);
        let (item, block) = (format!("{b},{a}"), format!("data: {b}\n\ndata: "));
        let lines = Some((&b"data: "[..], &b"\n\n"[..]));
        for lines in [None, lines] {
            let template = template(a, &[2], lines, false);
            assert_eq!(fit::<Payload>(&template, b), Some((vec!["b"], "")));
            assert_eq!(fit::<Payload>(&template, &item), None);
            assert_eq!(fit::<Item>(&template, &item), Some((vec!["b"], &item[b.len()..])));
            // Only a template that knows the lines can tell where a block ends.
            assert_eq!(fit::<Block>(&template, &block), lines.map(|_| (vec!["b"], "data: ")));
        }
        let named = template(a, &[2], lines, true);
        assert_eq!(fit::<Block>(&named, &block), Some((vec!["b"], "data: ")));
        assert_eq!(fit::<Payload>(&named, b), None);
        assert_eq!(fit::<Item>(&named, &item), None);
    }
}
