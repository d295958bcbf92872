//! How far one call has come in its chunk.

use super::block::Block;
use super::frame::Place;

/// One call of [`super::Framer::next`]: how far it has come in its chunk, and what of the chunk is not saved.
pub(super) struct Cursor<'a> {
    pub(super) chunk: &'a [u8],
    pub(super) position: usize,
    /// Where the block begins (the value, if bare), if this call has seen that.
    pub(super) begin: Option<usize>,
    /// The only data of the block (or of the value), while it can stay where it is: from where to where.
    pub(super) data: Option<(usize, usize)>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(chunk: &'a [u8], position: usize) -> Self {
        Self { chunk, position, begin: None, data: None }
    }

    /// The data that is still in the chunk.
    pub(super) fn data(&self) -> Option<&'a [u8]> {
        self.data.map(|(from, to)| &self.chunk[from..to])
    }

    /// Save it: it is not all, or the block outlives the call.
    pub(super) fn save(&mut self, block: &mut Block) {
        if let Some((from, to)) = self.data.take() {
            block.data.extend_from_slice(&self.chunk[from..to]);
        }
    }

    /// Where in the chunk lies what ends here, if all of it does.
    pub(super) fn place(&self) -> Option<Place> {
        let (start, (data, _)) = self.begin.zip(self.data)?;
        Some(Place { start, data, end: self.position })
    }
}
