//! What a framer hands out: events and what else it met, borrowed from the chunk or from the framer.

/// One dispatched event. All slices borrow from the chunk or from the framer.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The `data` lines joined with LF; None when there is none (only with `error`, or where all blocks are asked for).
    pub data: Option<&'a [u8]>,
    /// The `event` field, empty when there is none.
    pub event: &'a [u8],
    /// The last event id after this block.
    pub id: &'a [u8],
    /// The block itself has set it.
    pub sets_id: bool,
    /// The `retry` value set inside this block.
    pub retry: Option<u64>,
    /// The value of a field named `error` (typed streams only).
    pub error: Option<&'a [u8]>,
    /// Byte offset in the stream of the first byte of the block (of the value, if bare).
    pub offset: u64,
    /// The data is a JSON value that stood outside any field (typed streams only).
    pub bare: bool,
    /// How it came to its end.
    pub end: End,
    /// Where the block lies in the chunk, if all of it does.
    pub(crate) place: Option<Place>,
}

impl<'a> Frame<'a> {
    /// One that has nothing but data.
    #[inline(always)]
    pub(crate) fn of(data: &'a [u8], offset: u64, end: End) -> Self {
        Self {
            data: Some(data),
            event: b"",
            id: b"",
            sets_id: false,
            retry: None,
            error: None,
            offset,
            bare: false,
            end,
            place: None,
        }
    }
}

/// What ended an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its blank line; the closing bracket, if bare.
    Own,
    /// A bare value was cut off by a field.
    Cut,
    /// The end of the stream.
    Stream,
}

/// Where a block lies in a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its first byte.
    pub(crate) start: usize,
    /// The first byte of its data.
    pub(crate) data: usize,
    /// Behind its blank line.
    pub(crate) end: usize,
}

/// What [`super::Framer::next`] found.
#[derive(Debug)]
pub enum Item<'a> {
    /// An event.
    Event(Frame<'a>),
    /// A comment, if asked for.
    Comment(&'a [u8]),
    /// A block, item or frame that is larger than allowed, and its offset in the stream. What follows of it is skipped.
    TooLarge(u64),
    /// A binary frame that cannot be read. (Typed streams only, as the following.)
    Damaged {
        /// What is wrong with it.
        cause: &'static str,
        /// Its offset in the stream.
        offset: u64,
    },
    /// The stream ended in a binary frame, which began at this offset.
    Truncated(u64),
    /// Nothing for a consumer of events, as a block without data (typed streams and other framings only). Go on.
    Nothing,
}
