//! What has been seen so far of the block that is being put together.

use super::bare::Bare;
use super::buffer::release;
use super::field::value;

/// The unfinished block.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) begun: bool,
    /// Offset in the stream of its first byte.
    pub(super) start: u64,
    /// Bytes of the retained lines, without line ends.
    pub(super) size: usize,
    pub(super) has_data: bool,
    /// Joined `data` values, unless the only one is still a slice of the chunk.
    pub(super) data: Vec<u8>,
    pub(super) event: Vec<u8>,
    pub(super) has_id: bool,
    pub(super) id: Vec<u8>,
    pub(super) retry: Option<u64>,
    pub(super) has_error: bool,
    pub(super) error: Vec<u8>,
    /// The unfinished line, unless `in_data`.
    pub(super) line: Vec<u8>,
    /// Length of the unfinished line, wherever it is kept.
    pub(super) line_len: usize,
    /// Offset in the stream of the unfinished line.
    pub(super) line_start: u64,
    /// The unfinished line is a `data` line and its value so far is at the end of `data`.
    pub(super) in_data: bool,
    /// Too large: nothing is kept until the blank line.
    pub(super) skipping: bool,
    pub(super) bare: Bare,
}

impl Block {
    pub(super) fn clear(&mut self) {
        (self.begun, self.size, self.has_data, self.has_id, self.retry) = (false, 0, false, false, None);
        (self.has_error, self.line_len, self.in_data, self.skipping) = (false, 0, false, false);
        self.event.clear();
        self.id.clear();
        self.error.clear();
        release(&mut self.data);
        release(&mut self.line);
        self.bare.clear();
    }

    /// Begin a `data` line in `data`.
    pub(super) fn begin_data_line(&mut self) {
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
    }

    /// Save what the chunk holds of an unfinished line.
    pub(super) fn save_line(&mut self, mut rest: &[u8]) {
        const NAME: &[u8] = b"data:";
        if !self.in_data && !self.bare.open && self.line.len() <= NAME.len() {
            // One byte more than the name tells whether a space follows it.
            let (head, tail) = rest.split_at(rest.len().min(NAME.len() + 1 - self.line.len()));
            self.line.extend_from_slice(head);
            rest = tail;
            if self.line.len() > NAME.len() && self.line.starts_with(NAME) {
                self.begin_data_line();
                self.data.extend_from_slice(value(&self.line[NAME.len()..]));
                self.line.clear();
                self.in_data = true;
            }
        }
        let line = if self.in_data { &mut self.data } else { &mut self.line };
        line.extend_from_slice(rest);
    }

    /// Bytes that count against the limit, without the current line: that of the line feed which joins it to a bare
    /// value among them.
    pub(super) fn kept(&self) -> usize {
        self.size + self.bare.text.len() + usize::from(self.bare.open)
    }

    /// Nothing of a block has been seen that would make the next one depend on it: no field that was kept, and none
    /// that counts against the limit.
    pub(super) fn is_clean(&self) -> bool {
        !(self.size > 0
            || self.has_data
            || self.has_id
            || self.has_error
            || self.skipping
            || self.bare.open
            || self.line_len > 0
            || self.retry.is_some()
            || !self.event.is_empty())
    }
}
