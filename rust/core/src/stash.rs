//! Payloads that wait: the values of one that holds several, and one of a dialect that is met for the first time.

use crate::error::JsonErrorKind;
use crate::framing::{End, Frame};
use crate::json::{Tape, parse};

/// One payload, from which values are taken.
#[derive(Debug, Default)]
pub(crate) struct Stash {
    payload: Vec<u8>,
    /// The value taken last: where it begins and ends.
    last: (usize, usize),
    event: Vec<u8>,
    offset: u64,
    bare: bool,
    end: Option<End>,
    tape: Tape,
}

impl Stash {
    pub(crate) fn is_empty(&self) -> bool {
        self.end.is_none()
    }

    pub(crate) fn clear(&mut self) {
        self.end = None;
        self.payload = Vec::new();
    }

    /// Hold the payload of a frame, as the one value that it is.
    pub(crate) fn hold(&mut self, frame: &Frame<'_>) {
        self.fill(frame, frame.data.unwrap_or_default());
    }

    /// Hold the payload of a frame if it has several values. False: it has not.
    pub(crate) fn take_values(&mut self, frame: &Frame<'_>) -> bool {
        let Some(data) = frame.data.filter(|_| frame.end != End::Cut) else { return false };
        let several = |error: crate::error::JsonError| error.kind == JsonErrorKind::TrailingData;
        let found = parse(data, &mut self.tape).is_err_and(several);
        if found {
            match std::str::from_utf8(data) {
                Ok(_) => self.fill(frame, data),
                Err(_) => self.fill(frame, String::from_utf8_lossy(data).as_bytes()),
            }
        }
        found
    }

    fn fill(&mut self, frame: &Frame<'_>, data: &[u8]) {
        self.payload = data.to_vec();
        self.last = (0, 0);
        self.event = frame.event.to_vec();
        (self.offset, self.bare, self.end) = (frame.offset, frame.bare, Some(frame.end));
    }

    /// The next value, or the last one again; None: there is no more.
    pub(crate) fn next(&mut self, again: bool) -> Option<Frame<'_>> {
        let end = self.end?;
        if !again {
            let begin = self.last.1;
            if begin > 0 && begin >= self.payload.len() {
                self.clear();
                return None;
            }
            let rest = &self.payload[begin..];
            self.last = match parse(rest, &mut self.tape) {
                Err(error) if error.kind == JsonErrorKind::TrailingData => (begin, begin + error.position),
                _ => (begin, self.payload.len()),
            };
        }
        let (begin, behind) = self.last;
        let frame = Frame::of(&self.payload[begin..behind], self.offset, end);
        Some(Frame { event: &self.event, bare: self.bare, ..frame })
    }
}
