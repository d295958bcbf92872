//! Where does the next line end? LF, CR and CRLF end a line; nothing else does.
//!
//! Almost all streams end their lines with LF only, so both needles are searched apart, and a CR only as far as the
//! next LF or a little further: stretches without any CR are searched for it once, not once a line. What was found or
//! searched only moves forward, which keeps the time linear however the two are mixed.

use memchr::memchr;

/// How far a CR is searched at once: a few lines, and not more than is soon made up for if nobody wants the rest.
const WINDOW: usize = 1024;

/// Remembers the next LF and the next CR of the current chunk. Positions are stored plus one; a stored value not
/// above the position asked for is stale, so zero means "not searched yet".
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    lf: usize,
    cr: usize,
    /// As far as `cr` tells: where the search for a CR has ended without one, else the largest number.
    searched: usize,
}

impl LineEnds {
    /// Forget everything: a new chunk begins.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Index of the first LF or CR in `chunk` at or after `from`.
    #[inline]
    pub(super) fn next(&mut self, chunk: &[u8], from: usize) -> Option<usize> {
        if chunk.get(from) == Some(&b'\n') {
            return Some(from); // a blank line, after every event
        }
        if self.lf <= from {
            self.lf = memchr(b'\n', &chunk[from..]).map_or(usize::MAX, |found| from + found + 1);
        }
        if self.cr <= from || self.searched < self.lf {
            self.search_cr(chunk, from);
        }
        let end = self.lf.min(self.cr);
        if end == usize::MAX { None } else { Some(end - 1) }
    }

    fn search_cr(&mut self, chunk: &[u8], from: usize) {
        let start = if self.cr <= from { from } else { self.searched.max(from) };
        let stop = self.lf.max(start.saturating_add(WINDOW)).min(chunk.len());
        let found = chunk.get(start..stop).and_then(|window| memchr(b'\r', window));
        self.cr = found.map_or(usize::MAX, |found| start + found + 1);
        self.searched = if found.is_some() || stop == chunk.len() { usize::MAX } else { stop };
    }
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
    fn stretches_beyond_a_window_are_searched_too() {
        for cr in [3, WINDOW - 2, WINDOW, WINDOW + 1, 3 * WINDOW] {
            for lf in [2, 5, WINDOW - 1, WINDOW + 7, 3 * WINDOW + 1] {
                if cr == lf {
                    continue;
                }
                let mut chunk = vec![b'a'; 4 * WINDOW];
                (chunk[cr], chunk[lf]) = (b'\r', b'\n');
                let mut ends = LineEnds::default();
                let first = cr.min(lf);
                assert_eq!(ends.next(&chunk, 0), Some(first));
                assert_eq!(ends.next(&chunk, first + 1), Some(cr.max(lf)));
                assert_eq!(ends.next(&chunk, cr.max(lf) + 1), None);
            }
        }
    }

    #[test]
    fn clear_forgets_positions_of_the_last_chunk() {
        let mut ends = LineEnds::default();
        assert_eq!(ends.next(b"abc\n", 0), Some(3));
        ends.clear();
        assert_eq!(ends.next(b"\nabc", 0), Some(0));
    }
}
