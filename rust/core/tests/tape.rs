//! The tape of the parser is that of a reader which looks at one byte at a time, and so are its errors and their
//! places; what serde_json accepts is on it as well. On generated JSON, whole, cut and changed, at every distance from
//! the ends of the payload.
//!
//! `SSELERATE_TAPE_RUNS` sets the executions (100,000), `SSELERATE_TAPE_SEED` the first of the generator's numbers (1).

#[path = "differential/random.rs"]
#[expect(unreachable_pub, reason = "it is a part of another crate, too")]
mod random;

use random::Random;
use sselerate_core::error::{JsonError, JsonErrorKind};
use sselerate_core::json::{Kind, Node, Tape, parse, scan};
use sselerate_core::limits::{MAX_DEPTH, MAX_INT_DIGITS};

/// The reader to compare with: recursive, a byte at a time, nothing clever.
struct Reader<'a> {
    payload: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
}

type Read<T> = Result<T, JsonError>;

impl Reader<'_> {
    fn read(payload: &[u8]) -> Read<Vec<Node>> {
        let mut reader = Reader { payload, at: 0, nodes: Vec::new() };
        reader.value(0)?;
        match reader.peek() {
            None => Ok(reader.nodes),
            Some(_) => reader.fail(JsonErrorKind::TrailingData),
        }
    }

    fn fail<T>(&self, kind: JsonErrorKind) -> Read<T> {
        Err(JsonError { kind, position: self.at })
    }

    fn byte(&self) -> Option<u8> {
        self.payload.get(self.at).copied()
    }

    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn push(&mut self, kind: Kind, flags: u8, start: usize, end: usize) -> usize {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, flags, start: start as u32, end: end as u32, next });
        self.nodes.len() - 1
    }

    fn value(&mut self, depth: usize) -> Read<()> {
        match self.peek() {
            None => self.fail(JsonErrorKind::UnexpectedEnd),
            Some(b'"') => self.string(Kind::Str),
            Some(b'{' | b'[') if depth == MAX_DEPTH => self.fail(JsonErrorKind::TooDeep),
            Some(b'{') => self.items(depth, Kind::Object, b'}', JsonErrorKind::ExpectedCommaOrBrace),
            Some(b'[') => self.items(depth, Kind::Array, b']', JsonErrorKind::ExpectedCommaOrBracket),
            Some(_) => self.scalar(),
        }
    }

    fn items(&mut self, depth: usize, kind: Kind, close: u8, otherwise: JsonErrorKind) -> Read<()> {
        let node = self.push(kind, 0, self.at, 0);
        self.at += 1;
        let mut first = true;
        loop {
            match self.peek() {
                Some(byte) if byte == close && first => break,
                _ if first => {}
                Some(byte) if byte == close => break,
                Some(b',') => self.at += 1,
                Some(_) => return self.fail(otherwise),
                None => return self.fail(JsonErrorKind::UnexpectedEnd),
            }
            first = false;
            if kind == Kind::Object {
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
            }
            self.value(depth + 1)?;
        }
        self.at += 1;
        (self.nodes[node].end, self.nodes[node].next) = (self.at as u32, self.nodes.len() as u32);
        Ok(())
    }

    fn string(&mut self, kind: Kind) -> Read<()> {
        self.at += 1;
        let (start, mut flags) = (self.at, 0);
        loop {
            match self.byte() {
                None => return self.fail(JsonErrorKind::UnexpectedEnd),
                Some(b'"') => break,
                Some(0..0x20) => return self.fail(JsonErrorKind::ControlCharacter),
                Some(b'\\') => {
                    flags |= scan::ESCAPED;
                    self.escape()?;
                }
                Some(byte) => {
                    flags |= if byte < 0x80 { 0 } else { scan::NON_ASCII };
                    self.at += 1;
                }
            }
        }
        self.push(kind, flags, start, self.at);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Read<()> {
        let end = Err(JsonError { kind: JsonErrorKind::UnexpectedEnd, position: self.payload.len() });
        match self.payload.get(self.at + 1) {
            None => return end,
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                for digit in 2..6 {
                    match self.payload.get(self.at + digit) {
                        None => return end,
                        Some(byte) if byte.is_ascii_hexdigit() => {}
                        Some(_) => return self.fail(JsonErrorKind::InvalidUnicodeEscape),
                    }
                }
                self.at += 6;
            }
            Some(_) => return self.fail(JsonErrorKind::InvalidEscape),
        }
        Ok(())
    }

    fn scalar(&mut self) -> Read<()> {
        let rest = &self.payload[self.at..];
        if let Some((length, kind)) = number(rest) {
            let digits = length - usize::from(rest[0] == b'-');
            if kind == Kind::Int && digits > MAX_INT_DIGITS {
                return self.fail(JsonErrorKind::IntegerTooLong);
            }
            self.push(kind, 0, self.at, self.at + length);
            self.at += length;
            return Ok(());
        }
        let words = [
            ("null", Kind::Null),
            ("true", Kind::True),
            ("false", Kind::False),
            ("NaN", Kind::NotFinite),
            ("Infinity", Kind::NotFinite),
            ("-Infinity", Kind::NotFinite),
        ];
        for (word, kind) in words {
            if rest.starts_with(word.as_bytes()) {
                self.push(kind, 0, self.at, self.at + word.len());
                self.at += word.len();
                return Ok(());
            }
        }
        if words.iter().any(|(word, _)| word.as_bytes().starts_with(rest)) {
            self.at = self.payload.len();
            return self.fail(JsonErrorKind::UnexpectedEnd);
        }
        self.fail(JsonErrorKind::ExpectedValue)
    }
}

/// Length and kind of the longest number at the start: of all prefixes that are numbers, the longest.
fn number(text: &[u8]) -> Option<(usize, Kind)> {
    let digits = |from: usize| text[from.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = if text.get(sign) == Some(&b'0') { 1 } else { digits(sign) };
    if whole == 0 {
        return None;
    }
    let (mut length, mut kind) = (sign + whole, Kind::Int);
    if text.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        (length, kind) = (length + 1 + digits(length + 1), Kind::Float);
    }
    if let Some(b'e' | b'E') = text.get(length) {
        let from = length + 1 + usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        if digits(from) > 0 {
            (length, kind) = (from + digits(from), Kind::Float);
        }
    }
    Some((length, kind))
}

/// Appends a value; of names, numbers and texts those that are special in some way are the likely ones.
fn write_value(random: &mut Random, depth: usize, out: &mut Vec<u8>) {
    write_space(random, out);
    match random.below(if depth > 4 { 5 } else { 8 }) {
        0 | 1 => write_string(random, out),
        2 | 3 => {
            let numbers =
                ["0", "-0", "7", "1709033852", "-12.50", "1e5", "0.1E-7", "123456789012345", "1234567890123456"];
            out.extend_from_slice(numbers[random.below(numbers.len())].as_bytes());
        }
        4 => {
            let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
            out.extend_from_slice(words[random.below(words.len())].as_bytes());
        }
        kind => {
            let is_object = kind > 5;
            out.push(if is_object { b'{' } else { b'[' });
            for item in 0..random.below(5) {
                if item > 0 {
                    out.push(b',');
                }
                if is_object {
                    write_space(random, out);
                    write_string(random, out);
                    write_space(random, out);
                    out.push(b':');
                }
                write_value(random, depth + 1, out);
            }
            write_space(random, out);
            out.push(if is_object { b'}' } else { b']' });
        }
    }
    write_space(random, out);
}

fn write_space(random: &mut Random, out: &mut Vec<u8>) {
    if random.below(8) == 0 {
        let spaces = [" ", "  ", "\n", "\t\r\n ", "                    "];
        out.extend_from_slice(spaces[random.below(spaces.len())].as_bytes());
    }
}

fn write_string(random: &mut Random, out: &mut Vec<u8>) {
    let parts =
        ["", "id", "text", "a", "finish_reason", "0123456789abcdef", "é", "\\n", "\\\"", "\\u00e9", "{[,:]}", " "];
    out.push(b'"');
    for _ in 0..random.below(4) {
        out.extend_from_slice(parts[random.below(parts.len())].as_bytes());
    }
    out.resize(out.len() + [0, 0, 0, random.below(100)][random.below(4)], b'x');
    out.push(b'"');
}

/// Changes a byte or two: most of what comes of it is no JSON.
fn spoil(random: &mut Random, payload: &mut Vec<u8>) {
    const BYTES: &[u8] = b"\"\"\\{}[],:0-.eEnu \n\x00\x1f\x7f\x80\xff";
    for _ in 0..random.below(3) {
        let (at, byte) = (random.below(payload.len() + 1), BYTES[random.below(BYTES.len())]);
        match random.below(4) {
            0 => payload.insert(at, byte),
            1 => payload.truncate(at),
            2 if at < payload.len() => drop(payload.remove(at)),
            3 if at < payload.len() => payload[at] = byte,
            _ => {}
        }
    }
}

/// What the tape says besides its nodes.
fn check_look_ups(payload: &[u8], tape: &Tape) {
    let strings = |node: &&Node| matches!(node.kind, Kind::Str | Kind::Key);
    let ascii = tape.nodes().iter().filter(strings).all(|node| node.bytes(payload).is_ascii());
    assert_eq!(tape.is_ascii(), ascii);
    for (index, object) in tape.nodes().iter().enumerate().filter(|(_, node)| node.kind == Kind::Object) {
        let mut members = Vec::new();
        let mut at = index + 1;
        while at < object.next as usize {
            members.push(at);
            at = tape.nodes()[at + 1].next as usize;
        }
        assert_eq!(tape.children(index).collect::<Vec<_>>(), members);
        for &member in &members {
            let name = tape.nodes()[member].text(payload);
            let last = members.iter().rfind(|&&other| tape.nodes()[other].text(payload) == name);
            assert_eq!(tape.member(payload, index, &name), last.map(|last| last + 1));
        }
        assert_eq!(tape.member(payload, index, b"never"), None);
    }
}

fn check(payload: &[u8], tape: &mut Tape) -> bool {
    let ours = parse(payload, tape);
    let shown = || format!("{payload:?}, {:?}", String::from_utf8_lossy(payload));
    match Reader::read(payload) {
        Ok(nodes) => {
            assert_eq!(ours, Ok(()), "{}", shown());
            assert_eq!(tape.nodes(), nodes, "{}", shown());
            check_look_ups(payload, tape);
        }
        Err(error) => {
            assert_eq!(ours, Err(error), "{}", shown());
            assert!(tape.nodes().is_empty());
            let theirs = serde_json::from_slice::<serde_json::Value>(payload);
            assert!(theirs.is_err(), "serde_json takes {}", shown());
        }
    }
    ours.is_ok()
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().expect(name))
}

#[test]
fn the_tape_is_that_of_a_reader_of_single_bytes() {
    let mut random = Random(setting("SSELERATE_TAPE_SEED", 1) as u64);
    let (mut tape, mut accepted, runs) = (Tape::default(), 0, setting("SSELERATE_TAPE_RUNS", 100_000));
    for _ in 0..runs {
        let mut payload = Vec::new();
        write_value(&mut random, 0, &mut payload);
        spoil(&mut random, &mut payload);
        accepted += usize::from(check(&payload, &mut tape));
    }
    assert!(accepted > runs / 4 && accepted < runs * 3 / 4, "{accepted} of {runs} are JSON");
}

#[test]
fn every_prefix_of_an_event_is_cut_off_at_its_end() {
    let event = r#"{"id":"cmpl-8wq44uFYuGm6kNe44ntRwluggKZFY","created":1709033852,"choices":[{"text":"é\n","index":0,"logprobs":null,"p":-0.25,"done":false}],"obfuscation":"aZ3kQ9xL"}"#;
    let mut tape = Tape::default();
    for end in 0..event.len() {
        check(&event.as_bytes()[..end], &mut tape);
    }
    assert!(check(event.as_bytes(), &mut tape));
}

#[test]
fn a_tape_that_was_large_is_used_again() {
    let mut tape = Tape::default();
    let large = format!("[{}1]", "[],".repeat(5000));
    for payload in [large.as_bytes(), b"[1,{\"a\":2}]", b"[", b"{}", large.as_bytes(), b"\"x\""] {
        check(payload, &mut tape);
    }
    for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
        check(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes(), &mut tape);
        check(format!("{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth)).as_bytes(), &mut tape);
    }
    for digits in [15, 16, 17, MAX_INT_DIGITS, MAX_INT_DIGITS + 1] {
        for sign in ["", "-"] {
            check(format!("[{sign}{}]", "9".repeat(digits)).as_bytes(), &mut tape);
        }
    }
}
