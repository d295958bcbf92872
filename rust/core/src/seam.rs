//! An event that the end of a chunk cuts, put together to be compared with the templates.
//!
//! Framed in pieces it costs as much as four that fit. So the beginning of what looks like the next event is held back
//! until the next chunk has come. If it then fits no template after all, the framer reads it as if nobody had looked at
//! it.

use memchr::memchr2;

/// Longer events are left to the framer, of which they are a smaller part.
const LONGEST: usize = 4 << 10;
/// By how much an event may be longer than its template.
const SLACK: usize = 256;

/// What was held back of an event, and what the chunk behind it begins with.
#[derive(Debug, Default)]
pub(crate) struct Seam {
    bytes: Vec<u8>,
    /// How many of them were held back.
    held: usize,
    /// How many the event may have.
    most: usize,
}

impl Seam {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// What was held back was dealt with.
    pub(crate) fn clear(&mut self) {
        self.held = 0;
    }

    /// Hold back the end of a chunk, if it is the beginning of an event whose data begins at `data`. A usual one has so
    /// many bytes, none more than `limit`. False: it is not.
    pub(crate) fn hold(&mut self, end: &[u8], data: usize, usual: usize, limit: usize) -> bool {
        let most = (usual + SLACK).min(limit);
        if end.len() > most || usual > LONGEST || has_line_end(end.get(data..).unwrap_or_default()) {
            return false;
        }
        self.bytes.clear();
        self.bytes.extend_from_slice(end);
        (self.held, self.most) = (end.len(), most);
        true
    }

    /// Add the bytes with which the next chunk begins. False: all of them were held back too, as the event is still not
    /// whole.
    pub(crate) fn add(&mut self, chunk: &[u8]) -> bool {
        let more = &chunk[..chunk.len().min(self.most.saturating_sub(self.held))];
        self.bytes.extend_from_slice(more);
        if more.len() < chunk.len() || has_line_end(more) {
            return true;
        }
        self.held = self.bytes.len();
        false
    }

    /// What was held back, and more.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was held back.
    pub(crate) fn held(&self) -> &[u8] {
        &self.bytes[..self.held]
    }
}

fn has_line_end(bytes: &[u8]) -> bool {
    memchr2(b'\n', b'\r', bytes).is_some()
}
