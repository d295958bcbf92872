//! A JSON value outside any field: an error body in place of the stream or in the midst of it, or a line of JSON lines.

use super::brackets::Brackets;
use super::buffer::release;

/// The value so far, line by line.
#[derive(Debug, Default)]
pub(super) struct Bare {
    /// It goes on in the next line.
    pub(super) open: bool,
    /// Offset in the stream of its first line.
    pub(super) start: u64,
    /// The lines so far, joined with LF, unless the first was all of it.
    pub(super) text: Vec<u8>,
    brackets: Brackets,
}

impl Bare {
    /// Index of the bracket with which a bare value begins in this line, if it does.
    #[inline]
    pub(super) fn bracket(line: &[u8]) -> Option<usize> {
        let first = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        matches!(line[first], b'{' | b'[').then_some(first)
    }

    /// Take in the first line, whose bracket is at that index; true: the value is whole, and the line was not kept.
    pub(super) fn begin(&mut self, line: &[u8], bracket: usize) -> bool {
        if self.brackets.close(line, bracket).is_some() {
            return true;
        }
        self.open = true;
        self.text.extend_from_slice(line);
        false
    }

    /// Take in a further line; true: the value is whole.
    pub(super) fn add(&mut self, line: &[u8]) -> bool {
        self.text.push(b'\n');
        let begin = self.text.len() - 1;
        self.text.extend_from_slice(line);
        self.brackets.close(&self.text, begin).is_some()
    }

    pub(super) fn clear(&mut self) {
        release(&mut self.text);
        (self.open, self.brackets) = (false, Brackets::default());
    }
}
