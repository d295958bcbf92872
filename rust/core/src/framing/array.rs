//! A stream that is one JSON array, as Gemini sends it without `alt=sse`: its items are the events.
//!
//! Commas are not insisted on, and an item ends where its bracket closes: what is between items and what an item is
//! made of is left to the JSON parser. An item that lies whole in one chunk is not copied.

use super::brackets::Brackets;
use super::buffer::release;
use super::frame::{End, Frame, Item};

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// The bracket of the array and that of its first item are among so many bytes.
pub(super) const WITHIN: usize = 64;

/// Whether a stream that begins with `head` is an array: the index behind its bracket, `Some(0)` if it is none, None if
/// more bytes are needed to tell.
pub(super) fn begin(head: &[u8]) -> Option<usize> {
    let known = &head[..head.len().min(WITHIN)];
    let undecided = if head.len() < WITHIN { None } else { Some(0) };
    if BOM.starts_with(known) {
        return undecided;
    }
    let text = if known.starts_with(BOM) { BOM.len() } else { 0 };
    let first = |from: usize| known[from..].iter().position(|&byte| !is_space(byte)).map(|found| from + found);
    let Some(bracket) = first(text) else { return undecided };
    if known[bracket] != b'[' {
        return Some(0);
    }
    let Some(item) = first(bracket + 1) else { return undecided };
    Some(if known[item] == b'{' { bracket + 1 } else { 0 })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// It ends a number or a word: a separator, or what else may begin there.
fn is_structural(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b'{' | b'}' | b'[' | b']' | b'"')
}

/// Reads the items of the array from behind its bracket on.
#[derive(Debug)]
pub(super) struct Items {
    max_bytes: usize,
    /// Stream offset of the array.
    start: u64,
    /// Stream offset of the chunk.
    base: u64,
    closed: bool,
    /// The stream has ended, and what it left was handed out.
    finished: bool,
    item: Open,
    /// The item has been handed out, so that its text may go.
    handed_out: bool,
}

/// The item that is being read.
#[derive(Debug, Default)]
struct Open {
    open: bool,
    offset: u64,
    /// What earlier chunks held of it.
    text: Vec<u8>,
    brackets: Brackets,
    /// It is too large: nothing is kept.
    skipping: bool,
}

impl Items {
    /// `start` is the stream offset of the array, `base` that of the chunk which the next call reads.
    pub(super) fn new(max_bytes: usize, start: u64, base: u64) -> Self {
        Self { max_bytes, start, base, closed: false, finished: false, item: Open::default(), handed_out: false }
    }

    /// The bracket of the array has been closed.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Stream offset of the current chunk.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// Where the next item begins in the chunk, if it begins there, with a brace.
    #[inline]
    pub(super) fn object_at(&mut self, chunk: &[u8], position: usize) -> Option<usize> {
        self.forget();
        if self.item.open || self.closed {
            return None;
        }
        let at = position + between(&chunk[position..]);
        (chunk.get(at) == Some(&b'{')).then_some(at)
    }

    /// What lies behind `position` will come again as a chunk of its own.
    pub(super) fn resume_at(&mut self, position: usize) {
        self.base += position as u64;
    }

    /// The next item; None: the chunk is used up.
    pub(super) fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Item<'a>> {
        self.forget();
        let mut fresh = false;
        if !self.item.open {
            *position += between(&chunk[*position..]);
            match chunk.get(*position) {
                None => return self.used_up(chunk),
                Some(b']') => {
                    *position += 1;
                    self.closed = true;
                    return Some(Item::Nothing);
                }
                Some(_) => {}
            }
            self.item.open = true;
            self.item.offset = self.base + *position as u64;
            fresh = true;
        }
        let from = *position;
        let (end, whole) = self.item.scan(chunk, from, fresh);
        *position = end;
        if !self.item.skipping && self.item.text.len() + end - from > self.max_bytes {
            let offset = self.item.offset;
            self.item.text = Vec::new();
            self.item.skipping = true;
            if whole {
                self.item = Open::default();
            }
            return Some(Item::TooLarge(offset));
        }
        if whole && self.item.skipping {
            self.item = Open::default();
            return Some(Item::Nothing);
        }
        if whole {
            self.handed_out = true;
            if fresh {
                return Some(self.event(Some(&chunk[from..end]), End::Own));
            }
            self.item.text.extend_from_slice(&chunk[from..end]);
            return Some(self.event(None, End::Own));
        }
        if !self.item.skipping {
            self.item.text.extend_from_slice(&chunk[from..end]);
        }
        self.used_up(chunk)
    }

    fn used_up(&mut self, chunk: &[u8]) -> Option<Item<'static>> {
        self.base += chunk.len() as u64;
        None
    }

    /// The stream has ended without the bracket of the array: what there is of it, once.
    pub(super) fn finish(&mut self) -> Option<Item<'_>> {
        self.forget();
        if self.closed || self.finished {
            return None;
        }
        self.finished = true;
        if !self.item.open {
            // Between two items it is the array itself that is truncated.
            (self.item.offset, self.item.text) = (self.start, b"[".to_vec());
        }
        self.handed_out = true;
        Some(self.event(None, End::Stream))
    }

    fn forget(&mut self) {
        if std::mem::take(&mut self.handed_out) {
            let text = std::mem::take(&mut self.item.text);
            self.item = Open { text, ..Open::default() };
            release(&mut self.item.text);
        }
    }

    fn event<'a>(&'a self, in_chunk: Option<&'a [u8]>, end: End) -> Item<'a> {
        let frame = Frame::of(in_chunk.unwrap_or(&self.item.text), self.item.offset, end);
        Item::Event(Frame { bare: true, ..frame })
    }
}

/// How many bytes there are that separate items.
#[inline]
fn between(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_space(byte) || byte == b',').count()
}

impl Open {
    /// Where the item that goes on at `at` ends in the chunk, and whether that is its end. `fresh`: it begins there.
    fn scan(&mut self, chunk: &[u8], mut at: usize, fresh: bool) -> (usize, bool) {
        let begin = at;
        if !self.brackets.is_open() {
            // A number, a word, or nothing yet.
            at += chunk[at..].iter().take_while(|byte| !is_structural(**byte)).count();
            match chunk.get(at) {
                Some(b'{' | b'[' | b'"') => {}
                // A bracket that closes nothing is an item, which is no JSON.
                Some(b'}' | b']') if fresh && at == begin => return (at + 1, true),
                end => return (at, end.is_some()),
            }
        }
        self.brackets.close(chunk, at).map_or((chunk.len(), false), |end| (end, true))
    }
}
