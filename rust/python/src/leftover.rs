//! What an error left of a chunk: the next call begins with it.

/// Bytes to go on with, read from the front and added to at the end, in time linear in all of them.
#[derive(Default)]
pub(crate) struct Leftover {
    bytes: Vec<u8>,
    /// Those before this are done.
    at: usize,
}

impl Leftover {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// So many of the rest are done.
    pub(crate) fn pass(&mut self, count: usize) {
        self.at += count;
        // A chunk may hold an error in every event: what is moved is less than what was passed.
        if self.at > self.bytes.len() / 2 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}
