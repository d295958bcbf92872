//! A payload to a tape: one node for each value and key, in the order of the text.
//!
//! The tape knows nothing of schemas. It costs one pass, no allocation once its vector has grown, and lets everything
//! after it (recognition, strict checks, assembly, learning a template) walk the payload without parsing again.

use super::scan;
use crate::error::{JsonError, JsonErrorKind};
use crate::limits::{MAX_DEPTH, MAX_INT_DIGITS};
use std::borrow::Cow;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `null`
    Null,
    /// `false`
    False,
    /// `true`
    True,
    /// A number without fraction and exponent.
    Int,
    /// Any other number.
    Float,
    /// `NaN`, `Infinity` or `-Infinity`, which Python's json accepts.
    NotFinite,
    /// A string.
    Str,
    /// The key of an object's member; its value is the next node.
    Key,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One value or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Of a string or key: [`scan::ESCAPED`] and [`scan::NON_ASCII`].
    pub flags: u8,
    /// First byte (of a string or key: of its body, behind the quote).
    pub start: u32,
    /// Behind the last byte (of a string or key: its closing quote).
    pub end: u32,
    /// Index of the next node that is not inside this one.
    pub next: u32,
}

impl Node {
    /// The bytes of this node (of a string or key: its body).
    #[inline]
    pub fn bytes<'a>(&self, payload: &'a [u8]) -> &'a [u8] {
        &payload[self.start as usize..self.end as usize]
    }

    /// The text of a string or key, escapes resolved.
    #[inline]
    pub fn text<'a>(&self, payload: &'a [u8]) -> Cow<'a, [u8]> {
        if self.flags & scan::ESCAPED == 0 {
            return Cow::Borrowed(self.bytes(payload));
        }
        let mut text = Vec::new();
        super::unescape(self.bytes(payload), &mut text, false);
        Cow::Owned(text)
    }

    /// Whether a string or key is this text.
    #[inline(always)]
    pub fn spells(&self, payload: &[u8], text: &[u8]) -> bool {
        let is_escaped = self.flags & scan::ESCAPED != 0;
        if (self.end - self.start) as usize != text.len() {
            return is_escaped && *self.text(payload) == *text;
        }
        // Escapes are longer than what they stand for.
        let bytes = payload.get(self.start as usize..self.end as usize);
        !is_escaped && bytes.is_some_and(|bytes| scan::same(bytes, text))
    }
}

/// The nodes of one payload. Node 0 is the whole value.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// Nodes, and behind them room for more.
    room: Vec<Node>,
    /// How many nodes there are.
    count: usize,
    seen: Seen,
}

/// What was seen anywhere in a payload, to know at once what can't be there.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// A bit for the [`key_number`] of every key; all bits if one has escapes.
    keys: u64,
    /// The flags of all strings and keys.
    flags: u8,
}

/// How many numbers [`key_number`] has.
pub(crate) const KEY_NUMBERS: usize = 64;

/// A small number that the same key always has, of its length and second byte: in recorded streams nearly no key shares
/// one with those that are looked for in every event.
#[inline(always)]
pub(crate) fn key_number(key: &[u8]) -> usize {
    number_of(key.get(1).copied().unwrap_or(b'"'), key.len() as u32) as usize
}

/// The bit of a key among those that were seen. An empty one has none: see [`Tape::may_have`].
#[inline]
pub(crate) fn key_bit(key: &[u8]) -> u64 {
    if key.is_empty() { 0 } else { 1 << key_number(key) }
}

/// The second byte of a key of one is the quote behind it.
#[inline(always)]
fn number_of(second: u8, length: u32) -> u32 {
    u32::from(second).wrapping_add(length.wrapping_mul(15)) % KEY_NUMBERS as u32
}

impl Tape {
    /// All nodes in the order of the text.
    #[inline]
    pub fn nodes(&self) -> &[Node] {
        &self.room[..self.count]
    }

    /// The children of an array, or the keys of an object.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let nodes = self.nodes();
        let parent = &nodes[index];
        let (end, to_value) = (parent.next as usize, usize::from(parent.kind == Kind::Object));
        let mut at = index + 1;
        std::iter::from_fn(move || {
            let child = at;
            if child >= end {
                return None;
            }
            at = nodes[child + to_value].next as usize;
            Some(child)
        })
    }

    /// Whether all bytes of strings and keys are ASCII.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.seen.flags & scan::NON_ASCII == 0
    }

    /// Whether strings or keys have escapes.
    #[inline]
    pub fn has_escapes(&self) -> bool {
        self.seen.flags & scan::ESCAPED != 0
    }

    /// Whether there may be such a key anywhere; if not, there is none.
    #[inline]
    pub fn may_have(&self, key: &[u8]) -> bool {
        key.is_empty() || self.seen.keys >> key_number(key) & 1 != 0
    }

    /// Whether there may be keys with all these bits ([`key_bit`]); if not, one of them is nowhere.
    #[inline(always)]
    pub(crate) fn may_have_all(&self, bits: u64) -> bool {
        self.seen.keys & bits == bits
    }

    /// The bits of the keys of the outermost object; all if one has escapes.
    pub(crate) fn outer_keys(&self, payload: &[u8]) -> u64 {
        let bits = |key: &Node| if key.flags & scan::ESCAPED == 0 { key_bit(key.bytes(payload)) } else { u64::MAX };
        match self.nodes().first() {
            Some(root) if root.kind == Kind::Object => {
                self.children(0).fold(0, |all, key| all | bits(&self.nodes()[key]))
            }
            _ => 0,
        }
    }

    /// The value of a member of an object; of several with this key, the last. Keys with escapes are compared
    /// unescaped.
    pub fn member(&self, payload: &[u8], index: usize, key: &[u8]) -> Option<usize> {
        if !self.may_have(key) {
            return None;
        }
        let nodes = self.nodes();
        if nodes.get(index)?.kind != Kind::Object {
            return None;
        }
        self.children(index).filter(|&child| nodes[child].spells(payload, key)).last().map(|child| child + 1)
    }
}

/// Lay the tape of `payload`, which must be at most 4 GiB. The old content of `tape` is dropped. Takes time linear in
/// the payload; nesting and integers are limited by [`crate::limits`]. UTF-8 is not checked here.
///
/// # Errors
/// The first thing that is not JSON; the tape is empty then. A payload that could be completed by more bytes is
/// [`JsonErrorKind::UnexpectedEnd`].
pub fn parse(payload: &[u8], tape: &mut Tape) -> Result<(), JsonError> {
    assert!(u32::try_from(payload.len()).is_ok(), "a payload of 4 GiB or more");
    let mut parser = Parser {
        payload,
        at: 0,
        room: std::mem::take(&mut tape.room),
        count: 0,
        inside: Inside::Nothing,
        inner: OUTERMOST,
        depth: 0,
        seen: Seen::default(),
        stops: scan::Stops::NONE,
    };
    let parsed = parser.run();
    tape.count = if parsed.is_ok() { parser.count as usize } else { 0 };
    (tape.room, tape.seen) = (parser.room, parser.seen);
    parsed
}

/// What the next value belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Array,
    Object,
}

/// In place of a node's index: there is nothing around it.
const OUTERMOST: u32 = u32::MAX;

/// The state of [`parse`]. It is to live in registers: so all steps are inlined into the one loop, indexes are as small
/// as those in nodes, and what is too rare to be inlined is a function of values, not of the parser: a reference would
/// put all of it into memory.
struct Parser<'a> {
    payload: &'a [u8],
    /// The next byte.
    at: u32,
    room: Vec<Node>,
    count: u32,
    inside: Inside,
    /// The innermost array or object we are in. Until its end is known, its `next` is the one around it.
    inner: u32,
    /// How many arrays and objects we are in.
    depth: usize,
    seen: Seen,
    /// Where strings end, as far as it is known.
    stops: scan::Stops,
}

impl Parser<'_> {
    #[inline(always)]
    fn run(&mut self) -> Result<(), JsonError> {
        'value: loop {
            match self.peek() {
                Some(b'"') => self.string(Kind::Str)?,
                Some(b'{') => {
                    self.enter(Kind::Object)?;
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue 'value;
                    }
                }
                Some(b'[') => {
                    self.enter(Kind::Array)?;
                    if self.peek() != Some(b']') {
                        continue 'value;
                    }
                }
                Some(b'0'..=b'9') => self.number()?,
                Some(_) => self.literal()?,
                None => return self.fail(JsonErrorKind::UnexpectedEnd),
            }
            // A value has ended, or an array or object is empty.
            loop {
                match (self.peek(), self.inside) {
                    (Some(b','), Inside::Object) => {
                        self.at += 1;
                        self.key()?;
                        continue 'value;
                    }
                    (Some(b','), Inside::Array) => {
                        self.at += 1;
                        continue 'value;
                    }
                    (Some(b'}'), Inside::Object) | (Some(b']'), Inside::Array) => self.leave(),
                    (None, Inside::Nothing) => return Ok(()),
                    (None, _) => return self.fail(JsonErrorKind::UnexpectedEnd),
                    (_, Inside::Nothing) => return self.fail(JsonErrorKind::TrailingData),
                    (_, Inside::Object) => return self.fail(JsonErrorKind::ExpectedCommaOrBrace),
                    (_, Inside::Array) => return self.fail(JsonErrorKind::ExpectedCommaOrBracket),
                }
            }
        }
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        let byte = *self.payload.get(self.at as usize)?;
        if byte > b' ' {
            return Some(byte);
        }
        self.at = behind_white_space(self.payload, self.at);
        self.payload.get(self.at as usize).copied()
    }

    #[inline(always)]
    fn fail<T>(&self, kind: JsonErrorKind) -> Result<T, JsonError> {
        Err(JsonError { kind, position: self.at as usize })
    }

    #[inline(always)]
    fn push(&mut self, kind: Kind, flags: u8, start: u32, end: u32, next: u32) {
        let node = Node { kind, flags, start, end, next };
        let index = self.count as usize;
        match self.room.get_mut(index) {
            Some(place) => *place = node,
            None => {
                self.room = with_more_room(std::mem::take(&mut self.room));
                self.room[index] = node;
            }
        }
        self.count += 1;
    }

    #[inline(always)]
    fn string(&mut self, kind: Kind) -> Result<(), JsonError> {
        let start = self.at + 1;
        let stop = self.stops.next(self.payload, start);
        if self.payload.get(stop as usize) == Some(&b'"') {
            self.text(kind, 0, start, stop);
        } else {
            let (end, flags) = unusual_string(self.payload, stop)?;
            self.seen.flags |= flags;
            self.text(kind, flags, start, end);
        }
        Ok(())
    }

    /// A string or key whose end is known.
    #[inline(always)]
    fn text(&mut self, kind: Kind, flags: u8, start: u32, end: u32) {
        self.push(kind, flags, start, end, self.count + 1);
        if kind == Kind::Key {
            // Behind an empty key this may be anything: see `Tape::may_have`.
            let second = self.payload.get(start as usize + 1).copied().unwrap_or_default();
            self.seen.keys |= if flags & scan::ESCAPED == 0 { 1 << number_of(second, end - start) } else { u64::MAX };
        }
        self.at = end + 1;
    }

    /// A key and its colon.
    #[inline(always)]
    fn key(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.string(Kind::Key)?,
            Some(_) => return self.fail(JsonErrorKind::ExpectedKey),
            None => return self.fail(JsonErrorKind::UnexpectedEnd),
        }
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return self.fail(JsonErrorKind::ExpectedColon),
            None => return self.fail(JsonErrorKind::UnexpectedEnd),
        }
        Ok(())
    }

    #[inline(always)]
    fn enter(&mut self, kind: Kind) -> Result<(), JsonError> {
        if self.depth == MAX_DEPTH {
            return self.fail(JsonErrorKind::TooDeep);
        }
        let around = std::mem::replace(&mut self.inner, self.count);
        self.push(kind, 0, self.at, self.at, around);
        self.inside = if kind == Kind::Object { Inside::Object } else { Inside::Array };
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    #[inline(always)]
    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
        if let Some(node) = self.room.get_mut(self.inner as usize) {
            node.end = self.at;
            self.inner = std::mem::replace(&mut node.next, self.count);
        }
        self.inside = match self.room.get(self.inner as usize) {
            None => Inside::Nothing,
            Some(node) if node.kind == Kind::Object => Inside::Object,
            Some(_) => Inside::Array,
        };
    }

    /// A number that begins with a digit.
    #[inline(always)]
    fn number(&mut self) -> Result<(), JsonError> {
        let (kind, end) = match scan::lanes_at(self.payload, self.at).and_then(scan::plain_integer) {
            Some(length) => (Kind::Int, self.at + length as u32),
            None => number(self.payload, self.at)?,
        };
        self.push(kind, 0, self.at, end, self.count + 1);
        self.at = end;
        Ok(())
    }

    #[inline(always)]
    fn literal(&mut self) -> Result<(), JsonError> {
        let (kind, end) = match self.payload.get(self.at as usize..self.at as usize + 4) {
            Some(b"null") => (Kind::Null, self.at + 4),
            Some(b"true") => (Kind::True, self.at + 4),
            _ => unusual_literal(self.payload, self.at)?,
        };
        self.push(kind, 0, self.at, end, self.count + 1);
        self.at = end;
        Ok(())
    }
}

#[inline(never)]
fn behind_white_space(payload: &[u8], mut at: u32) -> u32 {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = payload.get(at as usize) {
        at += 1;
    }
    at
}

/// Twice the room.
#[cold]
#[inline(never)]
fn with_more_room(mut room: Vec<Node>) -> Vec<Node> {
    let node = Node { kind: Kind::Null, flags: 0, start: 0, end: 0, next: 0 };
    room.resize((2 * room.len()).max(64), node);
    room
}

/// The end and the flags of a string that is not only ASCII without escapes, from the first other byte on.
#[cold]
#[inline(never)]
fn unusual_string(payload: &[u8], from: u32) -> Result<(u32, u8), JsonError> {
    let (end, flags) = scan::string(payload, from as usize)?;
    Ok((end as u32, flags))
}

/// The kind and the end of a number.
#[inline(never)]
fn number(payload: &[u8], at: u32) -> Result<(Kind, u32), JsonError> {
    let start = at as usize;
    let Some((end, integer)) = scan::number(payload, start) else {
        return Err(JsonError { kind: JsonErrorKind::ExpectedValue, position: start });
    };
    if integer && end - start - usize::from(payload[start] == b'-') > MAX_INT_DIGITS {
        return Err(JsonError { kind: JsonErrorKind::IntegerTooLong, position: start });
    }
    Ok((if integer { Kind::Int } else { Kind::Float }, end as u32))
}

/// The kind and the end of what begins with no digit: a negative number, `false`, a word that Python knows besides.
#[inline(never)]
fn unusual_literal(payload: &[u8], at: u32) -> Result<(Kind, u32), JsonError> {
    const LITERALS: [(&[u8], Kind); 6] = [
        (b"null", Kind::Null),
        (b"false", Kind::False),
        (b"true", Kind::True),
        (b"NaN", Kind::NotFinite),
        (b"Infinity", Kind::NotFinite),
        (b"-Infinity", Kind::NotFinite),
    ];
    let rest = &payload[at as usize..];
    if let [b'-', b'0'..=b'9', ..] = rest {
        return number(payload, at);
    }
    for (word, kind) in LITERALS {
        if rest.starts_with(word) {
            return Ok((kind, at + word.len() as u32));
        }
        if word.starts_with(rest) {
            return Err(JsonError { kind: JsonErrorKind::UnexpectedEnd, position: payload.len() });
        }
    }
    Err(JsonError { kind: JsonErrorKind::ExpectedValue, position: at as usize })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (JsonErrorKind, usize) {
        let error = parse(text.as_bytes(), &mut Tape::default()).expect_err(text);
        (error.kind, error.position)
    }

    #[test]
    fn the_tape_keeps_order_and_nesting() {
        let mut tape = Tape::default();
        let payload = br#" {"a": [1, {"b": null}], "c": "x"} "#;
        parse(payload, &mut tape).unwrap();
        let kinds: Vec<_> = tape.nodes().iter().map(|node| node.kind).collect();
        use Kind::{Array, Int, Key, Null, Object, Str};
        assert_eq!(kinds, [Object, Key, Array, Int, Object, Key, Null, Key, Str]);
        assert_eq!(tape.children(0).collect::<Vec<_>>(), [1, 7]);
        assert_eq!(tape.children(2).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(tape.member(payload, 0, b"c"), Some(8));
        assert_eq!(tape.nodes()[8].bytes(payload), b"x");
    }

    #[test]
    fn an_escape_is_not_the_text_that_it_looks_like() {
        let mut tape = Tape::default();
        let payload = br#"{"\\n": 1, "\n": 2}"#;
        parse(payload, &mut tape).unwrap();
        assert_eq!(tape.member(payload, 0, br"\\n"), None);
        assert_eq!(tape.member(payload, 0, br"\n"), Some(2));
        assert_eq!(tape.member(payload, 0, b"\n"), Some(4));
    }

    #[test]
    fn errors_name_the_cause_and_the_place() {
        use JsonErrorKind::*;
        for (text, kind, position) in [
            ("", UnexpectedEnd, 0),
            ("  ", UnexpectedEnd, 2),
            ("tru", UnexpectedEnd, 3),
            ("trux", ExpectedValue, 0),
            ("-", UnexpectedEnd, 1),
            ("-x", ExpectedValue, 0),
            ("-Inf", UnexpectedEnd, 4),
            ("{", UnexpectedEnd, 1),
            ("{\"a\"", UnexpectedEnd, 4),
            ("{1:2}", ExpectedKey, 1),
            ("{\"a\" 1}", ExpectedColon, 5),
            ("{\"a\":1,}", ExpectedKey, 7),
            ("{\"a\":1 \"b\"", ExpectedCommaOrBrace, 7),
            ("[1,]", ExpectedValue, 3),
            ("[1 2]", ExpectedCommaOrBracket, 3),
            ("1 2", TrailingData, 2),
            ("01", TrailingData, 1),
            ("1.", TrailingData, 1),
            ("\"a\n\"", ControlCharacter, 2),
            ("\"a\\x\"", InvalidEscape, 2),
            ("\"\\u12x4\"", InvalidUnicodeEscape, 1),
            ("\"\\u12", UnexpectedEnd, 5),
            ("\u{feff}{}", ExpectedValue, 0),
        ] {
            assert_eq!(error(text), (kind, position), "{text:?}");
        }
        assert_eq!(error(&"[".repeat(129)), (TooDeep, 128));
        assert_eq!(error(&"1".repeat(16_385)), (IntegerTooLong, 0));
        assert!(parse("[".repeat(128).as_bytes(), &mut Tape::default()).unwrap_err().kind == UnexpectedEnd);
        assert!(parse("9".repeat(16_384).as_bytes(), &mut Tape::default()).is_ok());
    }
}
