//! Which framing has this stream? Its first bytes say.
//!
//! Nearly all streams are lines, and their first byte tells. Only where it leaves that open (white space, a byte order
//! mark, a bracket, NUL) bytes are held until enough of them have come.

use super::array::{self, Items, WITHIN};
use super::binary::{self, Frames};
use super::frame::Item;
use super::framer::{Framer, Mode};

/// Reader of a stream in whichever framing. Feed a chunk by calling [`StreamFramer::next`] until it answers None.
#[derive(Debug)]
pub(crate) struct StreamFramer {
    max_event_bytes: usize,
    /// It is known to be a binary stream.
    binary: bool,
    lines: Framer,
    framing: Framing,
    /// The stream was an array, whose bracket has been closed.
    array_is_whole: bool,
}

#[derive(Debug)]
enum Framing {
    /// Not known yet: the bytes so far.
    Open(Vec<u8>),
    /// Lines, which begin with bytes that were held.
    Held(Held),
    Lines,
    Array(Items),
    Binary(Frames),
}

/// Bytes that were held, as a chunk that is being read.
#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    position: usize,
    used_up: bool,
}

impl StreamFramer {
    /// A framer at the start of a stream; `binary`: it is known to be a binary one.
    pub(crate) fn new(max_event_bytes: usize, binary: bool) -> Self {
        let lines = Framer::new(Mode::Typed, max_event_bytes, false);
        let mut framer = Self { max_event_bytes, binary, lines, framing: Framing::Lines, array_is_whole: false };
        framer.open();
        framer
    }

    /// Back to the start of a stream.
    pub(crate) fn reset(&mut self) {
        self.lines.reset();
        self.open();
    }

    fn open(&mut self) {
        self.array_is_whole = false;
        self.framing = match self.binary {
            true => Framing::Binary(Frames::new(self.max_event_bytes, b"")),
            false => Framing::Open(Vec::new()),
        };
    }

    /// The reader of lines, for its counters.
    pub(crate) fn lines(&self) -> &Framer {
        &self.lines
    }

    /// The stream was one JSON array, and its bracket has been closed.
    pub(crate) fn array_is_whole(&self) -> bool {
        self.array_is_whole || matches!(&self.framing, Framing::Array(items) if items.is_closed())
    }

    /// Set the last event id, as when a connection is resumed. Binary streams have none.
    pub(crate) fn set_last_event_id(&mut self, id: &[u8]) {
        if !self.binary {
            self.lines.set_last_event_id(id);
        }
    }

    /// Whether a whole event of lines at this point of the chunk could be taken without looking at what came before it.
    #[inline]
    pub(crate) fn at_block_start(&mut self) -> bool {
        // Bytes that were held come first.
        matches!(self.framing, Framing::Lines) && self.lines.at_block_start()
    }

    /// Tell that someone else took a whole block; see [`Framer::took`].
    #[inline]
    pub(crate) fn took(&mut self, bare: bool, position: usize) {
        self.lines.took(bare, position);
    }

    /// Where in the chunk the next item of an array begins, if it is an object and nothing of it was read yet. Someone
    /// else may take it, whole.
    #[inline]
    pub(crate) fn item_at(&mut self, chunk: &[u8], position: usize) -> Option<usize> {
        match &mut self.framing {
            Framing::Array(items) => items.object_at(chunk, position),
            _ => None,
        }
    }

    /// Give up the rest of the chunk: what lies behind `position` will come again as a chunk of its own.
    pub(crate) fn resume_at(&mut self, position: usize) {
        match &mut self.framing {
            Framing::Array(items) => items.resume_at(position),
            Framing::Lines | Framing::Held(_) => self.lines.resume_at(position),
            Framing::Open(_) | Framing::Binary(_) => {}
        }
    }

    /// The next thing in `chunk` at or after `*position`, which moves behind it. None: the chunk is used up.
    #[inline]
    pub(crate) fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Item<'a>> {
        match self.framing {
            Framing::Lines => self.lines.next(chunk, position),
            _ => self.next_of_other(chunk, position),
        }
    }

    fn next_of_other<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Item<'a>> {
        if let Framing::Open(_) = self.framing
            && !self.choose(chunk, position)
        {
            return None;
        }
        match &self.framing {
            Framing::Array(items) if items.is_closed() => {
                // What follows is lines.
                self.lines.begin_at(items.base());
                (self.framing, self.array_is_whole) = (Framing::Lines, true);
            }
            Framing::Held(held) if held.used_up => self.framing = Framing::Lines,
            _ => {}
        }
        match &mut self.framing {
            Framing::Held(held) => Some(held.next(&mut self.lines)),
            Framing::Array(items) => items.next(chunk, position),
            Framing::Binary(frames) => frames.next(chunk, position),
            Framing::Lines | Framing::Open(_) => self.lines.next(chunk, position),
        }
    }

    /// The stream has ended: what is left of it. Call until it answers None.
    pub(crate) fn finish(&mut self) -> Option<Item<'_>> {
        if let Framing::Open(held) = &mut self.framing {
            self.framing = Framing::Held(Held::new(std::mem::take(held)));
        }
        match &mut self.framing {
            Framing::Held(held) if !held.used_up => Some(held.next(&mut self.lines)),
            Framing::Array(items) => items.finish(),
            Framing::Binary(frames) => frames.finish(),
            _ => self.lines.finish(),
        }
    }

    /// Look at the first bytes. False: more of them are needed.
    fn choose(&mut self, chunk: &[u8], position: &mut usize) -> bool {
        let Framing::Open(held) = &mut self.framing else { return true };
        let rest = &chunk[*position..];
        let Some(&first) = held.first().or(rest.first()) else { return false };
        if !matches!(first, b' ' | b'\t' | b'\n' | b'\r' | 0xEF | b'[' | 0) {
            self.framing = Framing::Lines;
            return true;
        }
        let before = held.len();
        held.extend_from_slice(&rest[..rest.len().min(WITHIN - before)]);
        let undecided = held.len() < WITHIN;
        let chosen = match (binary::is_binary(held), array::begin(held)) {
            (Some(true), _) => Framing::Binary(Frames::new(self.max_event_bytes, &held[..before])),
            (None, _) | (Some(false), None) if undecided => {
                *position = chunk.len();
                return false;
            }
            (_, Some(begin)) if begin > 0 => {
                *position += begin.saturating_sub(before);
                let chunk_start = before as u64; // the chunk is the first that was not held
                Framing::Array(Items::new(self.max_event_bytes, begin as u64 - 1, chunk_start))
            }
            _ => {
                held.truncate(before);
                Framing::Held(Held::new(std::mem::take(held)))
            }
        };
        if let Framing::Binary(_) = chosen {
            self.lines.set_last_event_id(b"");
        }
        self.framing = chosen;
        true
    }
}

impl Held {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, position: 0, used_up: false }
    }

    fn next<'a>(&'a mut self, lines: &'a mut Framer) -> Item<'a> {
        let item = lines.next(&self.bytes, &mut self.position);
        self.used_up = item.is_none();
        item.unwrap_or(Item::Nothing)
    }
}
