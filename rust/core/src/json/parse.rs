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
        super::unescape(self.bytes(payload), &mut text);
        Cow::Owned(text)
    }

    /// Whether a string or key is this text.
    #[inline(always)]
    pub fn spells(&self, payload: &[u8], text: &[u8]) -> bool {
        if self.flags & scan::ESCAPED != 0 {
            return *self.text(payload) == *text;
        }
        payload.get(self.start as usize..self.end as usize) == Some(text)
    }
}

/// The nodes of one payload. Node 0 is the whole value.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    /// Room for the parser's stack.
    open: Vec<u32>,
    seen: Seen,
}

/// What was seen anywhere in a payload, to know at once what can't be there.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// [`key_bit`] of every key; all bits if one has escapes.
    keys: u64,
    /// The flags of all strings and keys.
    flags: u8,
}

/// One of 64 bits for the keys of a length, first and last byte.
#[inline]
fn key_bit(key: &[u8]) -> u64 {
    let ends = usize::from(key.first().copied().unwrap_or_default())
        + 5 * usize::from(key.last().copied().unwrap_or_default());
    1 << ((key.len() * 11 + ends) & 63)
}

impl Tape {
    /// All nodes in the order of the text.
    #[inline]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The children of an array, or the keys of an object.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let parent = self.nodes[index];
        let keyed = parent.kind == Kind::Object;
        let mut at = index + 1;
        std::iter::from_fn(move || {
            if at >= parent.next as usize {
                return None;
            }
            let child = at;
            at = self.nodes[at + usize::from(keyed)].next as usize;
            Some(child)
        })
    }

    /// Whether all bytes of strings and keys are ASCII.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.seen.flags & scan::NON_ASCII == 0
    }

    /// Whether there may be such a key anywhere; if not, there is none.
    #[inline]
    pub fn may_have(&self, key: &[u8]) -> bool {
        self.seen.keys & key_bit(key) != 0
    }

    /// The value of a member of an object; of several with this key, the last. Keys with escapes are compared unescaped.
    pub fn member(&self, payload: &[u8], index: usize, key: &[u8]) -> Option<usize> {
        if !self.may_have(key) {
            return None;
        }
        if self.nodes.get(index)?.kind != Kind::Object {
            return None;
        }
        self.children(index).filter(|&child| self.nodes[child].spells(payload, key)).last().map(|child| child + 1)
    }
}

/// Lay the tape of `payload`, which must be at most 4 GiB. The old content of `tape` is dropped. Takes time linear in the payload; nesting and
/// integers are limited by [`crate::limits`]. UTF-8 is not checked here.
///
/// # Errors
/// The first thing that is not JSON. A payload that could be completed by more bytes is [`JsonErrorKind::UnexpectedEnd`].
pub fn parse(payload: &[u8], tape: &mut Tape) -> Result<(), JsonError> {
    tape.nodes.clear();
    assert!(u32::try_from(payload.len()).is_ok(), "a payload of 4 GiB or more");
    let mut open = std::mem::take(&mut tape.open);
    open.clear();
    let mut parser = Parser { payload, at: 0, nodes: &mut tape.nodes, open, seen: Seen::default() };
    let parsed = parser.run();
    (tape.open, tape.seen) = (parser.open, parser.seen);
    parsed
}

struct Parser<'a> {
    payload: &'a [u8],
    at: usize,
    nodes: &'a mut Vec<Node>,
    /// Node indexes of the arrays and objects we are in.
    open: Vec<u32>,
    seen: Seen,
}

// The small steps are inlined into the one loop: as calls they would cost more than what they do.
impl Parser<'_> {
    fn run(&mut self) -> Result<(), JsonError> {
        // What the innermost of `open` is.
        let mut in_object = false;
        'value: loop {
            match self.peek() {
                Some(b'"') => self.string(Kind::Str)?,
                Some(b'{') => {
                    self.enter(Kind::Object)?;
                    if self.peek() != Some(b'}') {
                        in_object = true;
                        self.key()?;
                        continue 'value;
                    }
                    self.leave();
                }
                Some(b'[') => {
                    self.enter(Kind::Array)?;
                    if self.peek() != Some(b']') {
                        in_object = false;
                        continue 'value;
                    }
                    self.leave();
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(_) => self.literal()?,
                None => return self.fail(JsonErrorKind::UnexpectedEnd),
            }
            // A value has ended: what follows depends on what we are in.
            loop {
                if self.open.is_empty() {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => self.fail(JsonErrorKind::TrailingData),
                    };
                }
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if in_object {
                            self.key()?;
                        }
                        continue 'value;
                    }
                    Some(b'}') if in_object => in_object = self.leave(),
                    Some(b']') if !in_object => in_object = self.leave(),
                    None => return self.fail(JsonErrorKind::UnexpectedEnd),
                    Some(_) if in_object => return self.fail(JsonErrorKind::ExpectedCommaOrBrace),
                    Some(_) => return self.fail(JsonErrorKind::ExpectedCommaOrBracket),
                }
            }
        }
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        let byte = *self.payload.get(self.at)?;
        if byte > b' ' { Some(byte) } else { self.skip_white_space() }
    }

    fn skip_white_space(&mut self) -> Option<u8> {
        while matches!(self.payload.get(self.at)?, b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.payload.get(self.at).copied()
    }

    #[cold]
    fn fail<T>(&self, kind: JsonErrorKind) -> Result<T, JsonError> {
        Err(JsonError { kind, position: self.at })
    }

    #[inline(always)]
    fn push(&mut self, kind: Kind, flags: u8, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, flags, start: start as u32, end: end as u32, next });
    }

    #[inline(always)]
    fn string(&mut self, kind: Kind) -> Result<(), JsonError> {
        let start = self.at + 1;
        let (end, flags) = scan::string(self.payload, start)?;
        self.seen.flags |= flags;
        self.push(kind, flags, start, end);
        self.at = end + 1;
        Ok(())
    }

    #[inline(always)]
    fn key(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => {
                let start = self.at + 1;
                self.string(Kind::Key)?;
                let escaped = self.nodes.last().is_some_and(|key| key.flags & scan::ESCAPED != 0);
                let bit = key_bit(self.payload.get(start..self.at - 1).unwrap_or_default());
                self.seen.keys |= if escaped { u64::MAX } else { bit };
            }
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
        if self.open.len() == MAX_DEPTH {
            return self.fail(JsonErrorKind::TooDeep);
        }
        self.open.push(self.nodes.len() as u32);
        self.push(kind, 0, self.at, self.at);
        self.at += 1;
        Ok(())
    }

    /// Leave an array or object; true if what it is in is an object.
    #[inline(always)]
    fn leave(&mut self) -> bool {
        self.at += 1;
        let next = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|open| self.nodes.get_mut(open as usize)) {
            node.end = self.at as u32;
            node.next = next;
        }
        let outer = self.open.last().and_then(|&open| self.nodes.get(open as usize));
        outer.is_some_and(|node| node.kind == Kind::Object)
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        let Some((end, integer)) = scan::number(self.payload, start) else {
            return self.literal();
        };
        let kind = if integer { Kind::Int } else { Kind::Float };
        if integer && end - start - usize::from(self.payload[start] == b'-') > MAX_INT_DIGITS {
            return self.fail(JsonErrorKind::IntegerTooLong);
        }
        self.push(kind, 0, start, end);
        self.at = end;
        Ok(())
    }

    #[inline(always)]
    fn literal(&mut self) -> Result<(), JsonError> {
        let rest = self.payload.get(self.at..).unwrap_or_default();
        let (length, kind) = match rest.first() {
            Some(b'n') if rest.starts_with(b"null") => (4, Kind::Null),
            Some(b't') if rest.starts_with(b"true") => (4, Kind::True),
            Some(b'f') if rest.starts_with(b"false") => (5, Kind::False),
            _ => return self.unusual_literal(),
        };
        self.push(kind, 0, self.at, self.at + length);
        self.at += length;
        Ok(())
    }

    /// One that Python knows besides, or one that is cut off.
    #[cold]
    fn unusual_literal(&mut self) -> Result<(), JsonError> {
        const LITERALS: [(&[u8], Kind); 6] = [
            (b"null", Kind::Null),
            (b"false", Kind::False),
            (b"true", Kind::True),
            (b"NaN", Kind::NotFinite),
            (b"Infinity", Kind::NotFinite),
            (b"-Infinity", Kind::NotFinite),
        ];
        let rest = &self.payload[self.at..];
        for (word, kind) in LITERALS {
            if rest.starts_with(word) {
                self.push(kind, 0, self.at, self.at + word.len());
                self.at += word.len();
                return Ok(());
            }
            if word.starts_with(rest) {
                return Err(JsonError { kind: JsonErrorKind::UnexpectedEnd, position: self.payload.len() });
            }
        }
        self.fail(JsonErrorKind::ExpectedValue)
    }
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
