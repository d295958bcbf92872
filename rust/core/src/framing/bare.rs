//! A JSON value outside any field: an error body in place of the stream or in the midst of it, or a line of JSON lines.

use super::buffer::release;

/// A JSON value outside any field, followed by its brackets until it is whole.
#[derive(Debug, Default)]
pub(super) struct Bare {
    pub(super) open: bool,
    pub(super) start: u64,
    pub(super) text: Vec<u8>,
    pub(super) depth: usize,
    pub(super) in_string: bool,
    pub(super) escaped: bool,
}

impl Bare {
    /// Follow one line (and the line end after it); true when the value is whole.
    pub(super) fn follow(&mut self, line: &[u8]) -> bool {
        for &byte in line {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                } else if byte == b'\\' {
                    self.escaped = true;
                } else if byte == b'"' {
                    self.in_string = false;
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return true;
                    }
                }
                _ => {}
            }
        }
        self.escaped = false;
        false
    }

    pub(super) fn clear(&mut self) {
        release(&mut self.text);
        (self.open, self.depth, self.in_string, self.escaped) = (false, 0, false, false);
    }
}
