//! Where does the next line end? LF, CR and CRLF end a line; nothing else does.
//!
//! Almost all streams end their lines with LF only, so both needles are searched apart and the found positions are
//! kept: a chunk without any CR is searched for it once, not once a line. Both positions only move forward, which keeps
//! the time linear however the two are mixed.

use memchr::memchr;

/// Remembers the next LF and the next CR of the current chunk. Positions are stored plus one; a stored value not
/// above the position asked for is stale, so zero means "not searched yet".
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    lf: usize,
    cr: usize,
}

impl LineEnds {
    /// Forget everything: a new chunk begins.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Index of the first LF or CR in `chunk` at or after `from`.
    #[inline]
    pub(super) fn next(&mut self, chunk: &[u8], from: usize) -> Option<usize> {
        if self.lf <= from {
            self.lf = search(b'\n', chunk, from);
        }
        if self.cr <= from {
            self.cr = search(b'\r', chunk, from);
        }
        let end = self.lf.min(self.cr);
        if end == usize::MAX { None } else { Some(end - 1) }
    }
}

#[inline]
fn search(needle: u8, chunk: &[u8], from: usize) -> usize {
    memchr(needle, &chunk[from..]).map_or(usize::MAX, |found| from + found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_kind_of_line_end_in_order() {
        let chunk = b"a\nb\rc\r\nd";
        let mut ends = LineEnds::default();
        let found: Vec<_> = [0, 2, 4, 6, 7].iter().map(|&from| ends.next(chunk, from)).collect();
        assert_eq!(found, [Some(1), Some(3), Some(5), Some(6), None]);
    }

    #[test]
    fn clear_forgets_positions_of_the_last_chunk() {
        let mut ends = LineEnds::default();
        assert_eq!(ends.next(b"abc\n", 0), Some(3));
        ends.clear();
        assert_eq!(ends.next(b"\nabc", 0), Some(0));
    }
}
