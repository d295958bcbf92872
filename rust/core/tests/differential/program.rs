//! Programs: a few events to learn from, and edits that are applied to one of them after the other.
//!
//! `events`, a zero byte, four bytes of settings, five bytes for each edit. Without the zero byte the program is a
//! plain stream, so that any `.sse` file is one. The edited events follow the given ones in the stream.

use super::random::Random;

/// How the stream is read.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub strict: bool,
    pub multi: bool,
    pub max_event_bytes: usize,
    /// Comes before the stream, in a chunk of its own: the framing is then not known yet.
    pub begin: &'static [u8],
    /// Bytes in a chunk.
    pub chunk: usize,
    /// Which of the schemas.
    pub schema: usize,
    /// How often the stream is read: what was learnt outlives it.
    pub times: usize,
    /// Names of events are a part of them.
    pub named: bool,
    /// A payload may hold several values.
    pub split: bool,
    /// Edits change what the next ones find.
    keep: bool,
    /// After an edited event the untouched one comes again.
    again: bool,
}

const EDIT: usize = 5;
const SETTINGS: usize = 4;
/// More would make executions slow and say nothing new.
const MOST_EDITS: usize = 6;

/// What is put into events: pieces of JSON, of lines, of characters, and what is wrong with each.
const PIECES: [&[u8]; 64] = [
    b"\\",
    b"\\\"",
    b"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b",",
    b"}",
    b"{",
    b"]",
    b"[",
    b":",
    b"\xc3\xa9",
    b"\xe4\xbd\xa0",
    b"\xf0\x9f\x98\x80",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\\u00e9",
    b"\\ud83d\\ude00",
    b"\\ud83d",
    b"\\x",
    b"\\u12",
    b"\\\\",
    b"\\n",
    b"\x00",
    b"\x1f",
    b"\x7f",
    b"0",
    b"-",
    b"1",
    b".5",
    b"e9",
    b"1e",
    b"null",
    b"true",
    b"false",
    b"event:\n",
    b"NaN",
    b"-Infinity",
    b"\xef\xbb\xbf",
    b"data:",
    b"data: ",
    b"event: b\n",
    b"event: error\n",
    b"id: 1\n",
    b": c\n",
    b",\"error\":{\"message\":\"m\"}",
    b",\"type\":\"error\"",
    b",\"done\":true",
    b"[DONE]",
    b"\"\"",
    b"{}",
    b"[]",
    b"\"a\"",
    b"retry: x\n",
    b"\"stop\"",
    b"12345678901234567890",
    b"  ",
    b"   ",
];
/// Lengths around those of the vectors that scan and compare.
const LENGTHS: [usize; 16] = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

/// What may come before a stream.
const BEGINNINGS: [&[u8]; 8] = [b"\n", b"\r\n", b"\n\n", b" \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\n[", b"\r"];

/// The settings and the stream of a program.
pub fn play(program: &[u8]) -> (Settings, Vec<u8>) {
    let (events, rest) = match program.iter().position(|&byte| byte == 0) {
        Some(end) => (&program[..end], &program[end + 1..]),
        None => (program, &[][..]),
    };
    let setting = |index: usize| rest.get(index).copied().unwrap_or(0);
    let flags = setting(0);
    let settings = Settings {
        strict: flags & 1 != 0,
        multi: flags & 2 != 0,
        max_event_bytes: if flags & 48 == 48 { 40 + usize::from(setting(3)) } else { 1 << 20 },
        begin: if setting(3) & 64 != 0 { BEGINNINGS[usize::from(setting(2) / 32)] } else { b"" },
        chunk: match setting(1) {
            size if size < 128 => usize::MAX,
            size => (usize::from(size) - 127) * 5,
        },
        schema: usize::from(setting(2)),
        times: if flags & 12 == 12 { 2 } else { 1 },
        named: setting(3) & 3 == 3,
        split: setting(3) & 12 == 12,
        keep: flags & 64 != 0,
        again: flags & 128 != 0,
    };
    let mut stream = events.to_vec();
    let mut blocks = blocks(events);
    for edit in rest.get(SETTINGS..).unwrap_or_default().chunks_exact(EDIT).take(MOST_EDITS) {
        let count = blocks.len();
        // Mostly the last one: templates are of what was seen last.
        let block = &mut blocks[count - 1 - (usize::from(edit[0] >> 4) % 3).min(count - 1)];
        let edited = edited(block, edit);
        stream.extend_from_slice(&edited);
        if settings.again {
            stream.extend_from_slice(block);
        }
        if settings.keep {
            *block = edited;
        }
    }
    (settings, stream)
}

/// The events of a stream, each with its blank line; at least one, if only an empty one. A bare line is an event.
fn blocks(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let mut start = 0;
    let bare = stream.first() == Some(&b'{');
    for at in 0..stream.len() {
        let here = &stream[..=at];
        if here.ends_with(b"\n\n") || here.ends_with(b"\r\n\r\n") || (bare && here.ends_with(b"\n")) {
            blocks.push(stream[start..=at].to_vec());
            start = at + 1;
        }
    }
    if start < stream.len() || blocks.is_empty() {
        blocks.push(stream[start..].to_vec());
    }
    blocks
}

/// `event` with one edit.
fn edited(event: &[u8], edit: &[u8]) -> Vec<u8> {
    let &[kind, place, value, more, length] = edit else { unreachable!("edits have five bytes") };
    let mut event = event.to_vec();
    let anywhere = (usize::from(place) | usize::from(more) << 8) % (event.len() + 1);
    let piece = PIECES[usize::from(value) % PIECES.len()];
    let length = LENGTHS[usize::from(length) % LENGTHS.len()];
    match kind & 15 {
        0 => event.insert(anywhere, value),
        1 => {
            if let Some(byte) = event.get_mut(anywhere) {
                *byte = value;
            }
        }
        2 => insert(&mut event, anywhere, piece),
        3 => drop(event.drain(anywhere..(anywhere + length).min(event.len()))),
        4 => {
            let copy = event[anywhere..(anywhere + length).min(event.len())].to_vec();
            insert(&mut event, anywhere, &copy);
        }
        kind => {
            let Some((start, end)) = scalar(&event, usize::from(place)) else { return event };
            let inside = start + usize::from(more) % (end - start + 1);
            match kind {
                // A letter more or less, and another length: what happens in every stream.
                5..=7 => drop(event.splice(start..end, std::iter::repeat_n(b'a' + value % 26, length))),
                8 => drop(event.splice(start..end, std::iter::repeat_n(b'0' + value % 10, length.max(1)))),
                9 => insert(&mut event, inside, piece),
                10 => drop(event.splice(start..end, piece.iter().copied())),
                11 if inside < end => event[inside] = value,
                12 => {
                    let run = [&[b'x'].repeat(length), piece].concat();
                    insert(&mut event, inside, &run);
                }
                13 => drop(event.drain(inside..end)),
                14 => {
                    let brace = event.iter().rposition(|&byte| byte == b'}').unwrap_or(event.len());
                    insert(&mut event, brace, &[b' '].repeat(length));
                }
                _ => {}
            }
        }
    }
    event
}

fn insert(event: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    event.splice(at..at, bytes.iter().copied());
}

/// Where a scalar's bytes are (of a string: without its quotes), of those behind a colon; `which` counts round.
fn scalar(event: &[u8], which: usize) -> Option<(usize, usize)> {
    let colons = || {
        // The first colon ends the name of the field.
        let field = event.iter().position(|&byte| byte == b'{').unwrap_or(0);
        (field..event.len())
            .filter(|&at| event[at] == b':' && event.get(at + 1).is_some_and(|&next| !matches!(next, b'{' | b'[')))
    };
    let colon = colons().nth(which % colons().count().max(1))?;
    let mut start = colon + 1;
    while event.get(start) == Some(&b' ') {
        start += 1;
    }
    let is_string = event.get(start) == Some(&b'"');
    start += usize::from(is_string);
    let ends = |byte: &u8| if is_string { *byte == b'"' } else { matches!(byte, b',' | b'}' | b']' | b' ') };
    let end = event[start.min(event.len())..].iter().position(ends)? + start;
    Some((start, end))
}

/// A program of random edits on these events.
pub fn generate(events: &[u8], random: &mut Random, program: &mut Vec<u8>) {
    program.clear();
    program.extend_from_slice(events);
    program.push(0);
    program.extend_from_slice(&(random.bits() as u32).to_le_bytes());
    for _ in 0..1 + random.below(MOST_EDITS - 1) {
        program.extend_from_slice(&random.bits().to_le_bytes()[..EDIT]);
    }
}
