//! Fields to events: the block that is being put together, in whatever pieces its bytes arrive.
//!
//! Strategy. A block that lies whole in one chunk is never copied: its single `data` line is a slice of the chunk. Only
//! what a chunk leaves unfinished is saved: a `data` line goes straight to where the joined data is kept (once its name
//! is known, which takes six bytes), any other line to the block's `line`. So a byte is searched once and copied at
//! most once, whatever the size of the chunks.
//!
//! Traps. A CR at the end of a chunk ends the line at once and one LF is swallowed later, maybe after empty chunks. The
//! byte order mark may be cut, and what looks like its beginning may be ordinary bytes. An event can be too large in
//! the middle of a line; the rest of the block is then skipped, not kept.

use super::bare::Bare;
use super::block::Block;
use super::buffer::release;
use super::cursor::Cursor;
use super::field::{Field, value};
use super::frame::{End, Frame, Item, Place};
use super::line::LineEnds;

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// What becomes of lines and blocks that the standard ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By the standard: unknown fields are ignored, and blocks without data.
    Standard,
    /// Blocks without data are delivered if they have another field: what many clients do.
    Blocks,
    /// For LLM servers: a field `error` and lines of bare JSON are events too.
    Typed,
}

/// Incremental reader of an event stream. Feed a chunk by calling [`Framer::next`] until it answers None.
#[derive(Debug)]
pub struct Framer {
    mode: Mode,
    max_event_bytes: usize,
    deliver_comments: bool,
    ends: LineEnds,
    /// Bytes of the byte order mark seen so far; 3 when that question is settled.
    bom: usize,
    /// There was one: what begins behind it begins with it.
    has_bom: bool,
    skip_lf: bool,
    /// Offset in the stream of the current chunk's first byte.
    base: u64,
    block: Block,
    /// The item handed out by the last call, to be cleared by the next.
    handed_out: HandedOut,
    last_id: Vec<u8>,
    retry: Option<u64>,
    comment: Vec<u8>,
    comment_count: u64,
    unknown_field_count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HandedOut {
    Nothing,
    Block,
    Bare,
}

/// What a line led to.
enum Outcome {
    /// Nothing yet.
    Continue,
    /// A blank line ended a block, which is an event.
    Block,
    /// A blank line ended one that is none (typed streams only).
    Nothing,
    /// A comment that is to be delivered.
    Comment,
    /// The line closed a bare value.
    BareWhole,
    /// The line is no part of the bare value before it, which stays unfinished.
    BareCut,
    TooLarge,
}

impl Framer {
    /// A framer at the start of a stream.
    pub fn new(mode: Mode, max_event_bytes: usize, deliver_comments: bool) -> Self {
        Self {
            mode,
            max_event_bytes,
            deliver_comments,
            ends: LineEnds::default(),
            bom: 0,
            has_bom: false,
            skip_lf: false,
            base: 0,
            block: Block::default(),
            handed_out: HandedOut::Nothing,
            last_id: Vec::new(),
            retry: None,
            comment: Vec::new(),
            comment_count: 0,
            unknown_field_count: 0,
        }
    }

    /// Back to the start of a stream, with the same options.
    pub fn reset(&mut self) {
        *self = Self::new(self.mode, self.max_event_bytes, self.deliver_comments);
    }

    /// The last event id, as bytes of the stream.
    pub fn last_event_id(&self) -> &[u8] {
        &self.last_id
    }

    /// Set the last event id, as when a connection is resumed.
    pub fn set_last_event_id(&mut self, id: &[u8]) {
        self.last_id = id.to_vec();
    }

    /// The reconnection time in milliseconds, if the server has set one.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Comment lines seen.
    pub fn comment_count(&self) -> u64 {
        self.comment_count
    }

    /// Lines with a field name that the standard does not know.
    pub fn unknown_field_count(&self) -> u64 {
        self.unknown_field_count
    }

    /// Bytes received after the end of the last block, given how much of the current chunk is consumed.
    pub fn pending(&self, consumed: usize) -> u64 {
        if self.block.begun && self.handed_out != HandedOut::Block {
            self.base + consumed as u64 - self.block.start
        } else {
            0
        }
    }

    /// Whether a whole event at this point of the chunk could be taken without looking at what came before it.
    #[inline]
    pub(super) fn at_block_start(&mut self) -> bool {
        self.clear_handed_out();
        !self.skip_lf && self.bom == BOM.len() && (!self.block.begun || self.block.is_clean())
    }

    /// Tell that someone else took a whole block (or a bare value, which ends no block) that began at `position`.
    #[inline]
    pub(super) fn took(&mut self, bare: bool, position: usize) {
        if !bare {
            self.block.begun = false;
            self.block.size = 0;
        } else if !self.block.begun {
            self.block.begun = true;
            self.block.start = self.base + position as u64;
        }
    }

    /// Give up the rest of the chunk: what lies behind `position` will come again as a chunk of its own.
    pub fn resume_at(&mut self, position: usize) {
        self.base += position as u64;
        self.ends.clear();
    }

    /// Begin in the midst of a stream: with the chunk whose first byte is at `base`.
    pub(super) fn begin_at(&mut self, base: u64) {
        self.base = base;
        self.bom = BOM.len();
    }

    #[inline]
    fn clear_handed_out(&mut self) {
        match self.handed_out {
            HandedOut::Nothing => return,
            HandedOut::Block => self.block.clear(),
            HandedOut::Bare => self.block.bare.clear(),
        }
        self.handed_out = HandedOut::Nothing;
    }

    /// The next item in `chunk` at or after `*position`, which moves behind it. None: the chunk is used up, the rest is
    /// remembered, and the next call may bring the next chunk. Never fails.
    pub fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Item<'a>> {
        self.clear_handed_out();
        if self.bom < BOM.len() {
            self.skip_bom(chunk, position);
        }
        if let Some(place) = self.usual_block(chunk, *position) {
            *position = place.end;
            let data = &chunk[place.data..place.end - 2];
            let frame = Frame::of(data, self.base + place.start as u64, End::Own);
            return Some(Item::Event(Frame { id: &self.last_id, place: Some(place), ..frame }));
        }
        let mut cursor = Cursor::new(chunk, *position);
        let outcome = self.read_lines(&mut cursor);
        *position = cursor.position;
        if !matches!(outcome, Outcome::Continue) {
            return Some(self.item(outcome, cursor));
        }
        cursor.save(&mut self.block);
        self.base += chunk.len() as u64;
        self.ends.clear();
        None
    }

    /// Read lines until one of them leads to something. [`Outcome::Continue`]: the chunk is used up.
    #[inline]
    fn read_lines(&mut self, cursor: &mut Cursor<'_>) -> Outcome {
        while let Some(start) = self.line_start(cursor) {
            let offset = self.base + start as u64;
            if !self.block.begun {
                self.block.begun = true;
                self.block.start = offset;
                cursor.begin = Some(start);
            }
            let outcome = match self.line_end(cursor) {
                None => self.carry(&cursor.chunk[start..], offset, cursor),
                Some(end) if self.block.line_len > 0 => self.read_carried(&cursor.chunk[start..end], cursor),
                Some(end) => self.read_line(&cursor.chunk[start..end], Some(end), cursor),
            };
            if !matches!(outcome, Outcome::Continue) {
                return outcome;
            }
        }
        Outcome::Continue
    }

    /// Where the next line begins, behind the LF of a CRLF that was cut; None: the chunk is used up.
    #[inline]
    fn line_start(&mut self, cursor: &mut Cursor<'_>) -> Option<usize> {
        let first = cursor.chunk.get(cursor.position)?;
        if std::mem::take(&mut self.skip_lf) && *first == b'\n' {
            cursor.position += 1;
        }
        (cursor.position < cursor.chunk.len()).then_some(cursor.position)
    }

    /// Where the line at the cursor ends, which moves behind its line end; None, and to the end of the chunk, if that
    /// is not in the chunk.
    #[inline]
    fn line_end(&mut self, cursor: &mut Cursor<'_>) -> Option<usize> {
        let end = self.ends.next(cursor.chunk, cursor.position);
        cursor.position = end.map_or(cursor.chunk.len(), |end| end + 1);
        if cursor.chunk[end?] == b'\r' {
            match cursor.chunk.get(cursor.position) {
                Some(b'\n') => cursor.position += 1,
                Some(_) => {}
                None => self.skip_lf = true,
            }
        }
        end
    }

    /// What is handed out for a line that has led to something. What stays of the block is saved first.
    fn item<'a>(&'a mut self, outcome: Outcome, mut cursor: Cursor<'a>) -> Item<'a> {
        match outcome {
            Outcome::Continue | Outcome::Nothing => Item::Nothing,
            Outcome::Block => self.block_event(&cursor, End::Own),
            Outcome::Comment => {
                cursor.save(&mut self.block);
                Item::Comment(&self.comment)
            }
            Outcome::BareWhole => self.bare_event(&cursor, End::Own),
            Outcome::BareCut => {
                cursor.save(&mut self.block);
                self.bare_event(&cursor, End::Cut)
            }
            Outcome::TooLarge => self.too_large(),
        }
    }

    /// The block at this position if it is nothing but a `data` line, all of it in the chunk, with LF at its ends, as
    /// nearly all are. It leaves no trace in `block`, which saves 220 of 530 instructions an event.
    #[inline]
    fn usual_block(&mut self, chunk: &[u8], start: usize) -> Option<Place> {
        if self.block.begun || self.skip_lf || !chunk.get(start..)?.starts_with(b"data:") {
            return None;
        }
        let end = self.ends.next(chunk, start)?;
        if !chunk[end..].starts_with(b"\n\n") || end - start > self.max_event_bytes {
            return None;
        }
        let data = end - value(&chunk[start + b"data:".len()..end]).len();
        Some(Place { start, data, end: end + 2 })
    }

    /// The stream has ended: deliver what its last, unfinished block holds. Call until it answers None.
    pub fn finish(&mut self) -> Option<Item<'_>> {
        self.clear_handed_out();
        if self.bom < BOM.len() {
            self.block.line.extend_from_slice(&BOM[..self.bom]);
            self.block.line_len += self.bom;
            self.bom = BOM.len();
        }
        let mut cursor = Cursor::new(b"", 0);
        if self.block.line_len > 0 {
            let outcome = self.read_carried(b"", &mut cursor);
            if !matches!(outcome, Outcome::Continue) {
                return Some(self.item(outcome, cursor));
            }
        }
        if self.block.skipping {
            return None;
        }
        if self.block.bare.open {
            return Some(self.bare_event(&cursor, End::Stream));
        }
        if self.mode == Mode::Typed {
            self.block.has_id = false; // an id is committed by a blank line, and there was none
        }
        if self.end_block() {
            return Some(self.block_event(&cursor, End::Stream));
        }
        None
    }

    /// Take the byte order mark at the very start; what only began like one is ordinary bytes of the first line.
    fn skip_bom(&mut self, chunk: &[u8], position: &mut usize) {
        while self.bom < BOM.len() {
            let Some(&byte) = chunk.get(*position) else { return };
            self.block.begun = true;
            if byte != BOM[self.bom] {
                self.block.line.extend_from_slice(&BOM[..self.bom]);
                self.block.line_len = self.bom;
                self.bom = BOM.len();
                return;
            }
            self.bom += 1;
            *position += 1;
            self.has_bom = self.bom == BOM.len();
        }
    }

    /// Save the beginning of a line whose end is not in the chunk.
    fn carry(&mut self, rest: &[u8], offset: u64, cursor: &mut Cursor<'_>) -> Outcome {
        let block = &mut self.block;
        if block.line_len == 0 {
            block.line_start = offset;
        }
        block.line_len += rest.len();
        if block.skipping {
            return Outcome::Continue;
        }
        if block.kept() + block.line_len > self.max_event_bytes {
            return Outcome::TooLarge;
        }
        cursor.save(block);
        block.save_line(rest);
        Outcome::Continue
    }

    /// Finish the line that earlier chunks began.
    fn read_carried(&mut self, rest: &[u8], cursor: &mut Cursor<'_>) -> Outcome {
        if self.block.in_data {
            let length = std::mem::take(&mut self.block.line_len) + rest.len();
            self.block.in_data = false;
            if self.exceeds(length) {
                return Outcome::TooLarge;
            }
            self.block.size += length;
            self.block.data.extend_from_slice(rest);
            return Outcome::Continue;
        }
        self.block.line_len = 0;
        if self.block.skipping {
            return Outcome::Continue;
        }
        let mut line = std::mem::take(&mut self.block.line);
        line.extend_from_slice(rest);
        let outcome = self.read_line(&line, None, cursor);
        release(&mut line);
        self.block.line = line;
        outcome
    }

    fn exceeds(&self, line: usize) -> bool {
        self.block.kept() + line > self.max_event_bytes
    }

    /// Take in one whole line. `end` is where it ends in the chunk; None: it was put together from several.
    #[inline]
    fn read_line(&mut self, line: &[u8], end: Option<usize>, cursor: &mut Cursor<'_>) -> Outcome {
        if line.is_empty() && !self.block.bare.open {
            return match (self.end_block(), self.mode) {
                (true, _) => Outcome::Block,
                // What comes next may be what a template expects.
                (false, Mode::Typed) => Outcome::Nothing,
                (false, Mode::Standard | Mode::Blocks) => Outcome::Continue,
            };
        }
        if self.block.skipping {
            return Outcome::Continue;
        }
        if self.exceeds(line.len()) {
            return Outcome::TooLarge;
        }
        if self.mode == Mode::Typed {
            if self.block.bare.open {
                if !line.starts_with(b"data:") && !line.starts_with(b"event:") {
                    return if self.block.bare.add(line) { Outcome::BareWhole } else { Outcome::Continue };
                }
                let outcome = self.read_field(line, end, cursor);
                debug_assert!(matches!(outcome, Outcome::Continue));
                return Outcome::BareCut;
            }
            if let (false, Some(bracket)) = (self.block.has_data, Bare::bracket(line)) {
                return self.begin_bare(line, bracket, end, cursor);
            }
        }
        self.read_field(line, end, cursor)
    }

    /// Take in the first line of a bare value.
    fn begin_bare(&mut self, line: &[u8], bracket: usize, end: Option<usize>, cursor: &mut Cursor<'_>) -> Outcome {
        let offset = end.map_or(self.block.line_start, |end| self.base + (end - line.len()) as u64);
        let behind_bom = self.has_bom && offset == BOM.len() as u64;
        let bare = &mut self.block.bare;
        bare.start = if behind_bom { 0 } else { offset };
        if !bare.begin(line, bracket) {
            return Outcome::Continue;
        }
        match end {
            Some(end) => {
                let start = end - line.len();
                (cursor.begin, cursor.data) = (Some(start), Some((start, end)));
            }
            None => bare.text.extend_from_slice(line),
        }
        Outcome::BareWhole
    }

    #[inline]
    fn read_field(&mut self, line: &[u8], end: Option<usize>, cursor: &mut Cursor<'_>) -> Outcome {
        let block = &mut self.block;
        match Field::of(line) {
            Field::Data(value) => {
                block.size += line.len();
                match end {
                    Some(end) if !block.has_data => {
                        block.has_data = true;
                        cursor.data = Some((end - value.len(), end));
                    }
                    _ => {
                        cursor.save(block);
                        block.begin_data_line();
                        block.data.extend_from_slice(value);
                    }
                }
            }
            Field::Event(value) => {
                block.size += line.len();
                block.event.clear();
                block.event.extend_from_slice(value);
            }
            Field::Id(value) => {
                block.size += line.len();
                if !value.contains(&0) {
                    block.has_id = true;
                    block.id.clear();
                    block.id.extend_from_slice(value);
                }
            }
            Field::Retry(value) => {
                block.size += line.len();
                block.retry = Some(value);
                self.retry = Some(value);
            }
            Field::BadRetry => block.size += line.len(),
            Field::Error(value) if self.mode == Mode::Typed => {
                block.has_error = true;
                block.error.clear();
                block.error.extend_from_slice(value);
            }
            Field::Error(_) | Field::Unknown => self.unknown_field_count += 1,
            Field::Comment(text) => {
                self.comment_count += 1;
                if self.deliver_comments {
                    self.comment.clear();
                    self.comment.extend_from_slice(text);
                    return Outcome::Comment;
                }
            }
        }
        Outcome::Continue
    }

    /// The blank line has come. True: there is something to deliver. False: the block is gone without a trace but its
    /// id.
    fn end_block(&mut self) -> bool {
        if self.block.has_id && !self.block.skipping {
            std::mem::swap(&mut self.last_id, &mut self.block.id);
        }
        if self.is_delivered() && !self.block.skipping {
            return true;
        }
        self.block.clear();
        false
    }

    fn is_delivered(&self) -> bool {
        let block = &self.block;
        let has_other = || block.has_id || block.retry.is_some() || !block.event.is_empty();
        block.has_data || block.has_error || (self.mode == Mode::Blocks && has_other())
    }

    fn too_large(&mut self) -> Item<'static> {
        let (start, line_len) = (self.block.start, self.block.line_len);
        self.block.clear();
        (self.block.begun, self.block.start, self.block.line_len, self.block.skipping) = (true, start, line_len, true);
        Item::TooLarge(start)
    }

    fn block_event<'a>(&'a mut self, cursor: &Cursor<'a>, end: End) -> Item<'a> {
        self.handed_out = HandedOut::Block;
        let block = &self.block;
        Item::Event(Frame {
            data: block.has_data.then(|| cursor.data().unwrap_or(&block.data)),
            event: &block.event,
            id: &self.last_id,
            sets_id: block.has_id,
            retry: block.retry,
            error: block.has_error.then_some(&block.error[..]),
            offset: block.start,
            bare: false,
            end,
            place: cursor.place(),
        })
    }

    fn bare_event<'a>(&'a mut self, cursor: &Cursor<'a>, end: End) -> Item<'a> {
        self.handed_out = HandedOut::Bare;
        let bare = &self.block.bare;
        let frame = Frame::of(cursor.data().unwrap_or(&bare.text), bare.start, end);
        Item::Event(Frame { id: &self.last_id, bare: true, place: cursor.place(), ..frame })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = (String, String, Option<u64>);

    fn read(mode: Mode, chunks: &[&[u8]]) -> Vec<Seen> {
        let mut framer = Framer::new(mode, 1 << 20, false);
        let mut seen = Vec::new();
        for chunk in chunks {
            let mut position = 0;
            while let Some(item) = framer.next(chunk, &mut position) {
                let frame = match item {
                    Item::Event(frame) => frame,
                    Item::Nothing => continue,
                    other => panic!("{other:?}"),
                };
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                seen.push((text(frame.event), text(frame.data.unwrap_or(b"")), frame.retry));
            }
        }
        seen
    }

    #[test]
    fn every_cut_gives_the_same_events() {
        let stream = "\u{feff}event: a\r\ndata: 1\rdata:2\n\r\n: c\n\ndata\n\nid: 7\nretry: 5\ndata:  x\n\n{\"a\":\n[1]}\ndata: y\n\n{\nevent: z\ndata: w\n\n"
            .as_bytes();
        for mode in [Mode::Standard, Mode::Blocks, Mode::Typed] {
            let whole = read(mode, &[stream]);
            assert_eq!(whole[0], ("a".into(), "1\n2".into(), None));
            for cut in 0..=stream.len() {
                let (left, right) = stream.split_at(cut);
                assert_eq!(read(mode, &[left, b"", right]), whole, "{mode:?} cut at {cut}");
            }
            let single: Vec<&[u8]> = stream.chunks(1).collect();
            assert_eq!(read(mode, &single), whole, "{mode:?} byte by byte");
        }
    }

    #[test]
    fn a_block_too_large_is_skipped_whole_for_every_cut() {
        let stream = b"id: 1\ndata: 0123456789\ndata: x\n\ndata: ok\n\n";
        for cut in 0..=stream.len() {
            let mut framer = Framer::new(Mode::Standard, 12, false);
            let mut seen = Vec::new();
            for chunk in [&stream[..cut], &stream[cut..]] {
                let mut position = 0;
                while let Some(item) = framer.next(chunk, &mut position) {
                    seen.push(match item {
                        Item::TooLarge(offset) => format!("too large at {offset}"),
                        Item::Event(frame) => String::from_utf8(frame.data.unwrap().to_vec()).unwrap(),
                        other => unreachable!("{other:?}"),
                    });
                }
            }
            assert_eq!(seen, ["too large at 0", "ok"], "cut at {cut}");
            assert_eq!(framer.last_event_id(), b"");
        }
    }

    /// Everything that a framer says about these chunks.
    fn said<'a>(mode: Mode, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
        let mut framer = Framer::new(mode, 24, false);
        let mut said = Vec::new();
        for chunk in chunks {
            let mut position = 0;
            while let Some(item) = framer.next(chunk, &mut position) {
                said.push(match item {
                    Item::Event(frame) => format!("{:?}", Frame { place: None, ..frame }),
                    other => format!("{other:?}"),
                });
            }
        }
        said.push(format!("{} {:?}", framer.pending(0), framer.last_event_id()));
        said.push(format!("{} {}", framer.comment_count(), framer.unknown_field_count()));
        while let Some(item) = framer.finish() {
            said.push(format!("{item:?}"));
        }
        said
    }

    #[test]
    fn usual_blocks_are_those_that_are_read_line_by_line() {
        let pieces = [
            "data: a\n\n",
            "data:\n\n",
            "data\n\n",
            "data:  b\n\n",
            "data: too large a block\n\n",
            "data: c\r\n\r\n",
            "data: d\r\r",
            "data: e\n\r\n",
            "data: f\r\n\n",
            "data: g\rdata: h\n\n",
            "data: i\n",
            ": j\n",
            "id: k\n",
            "event: l\n",
            "retry: 1\n",
            "\n",
            "\r",
            "{\"m\":[\n",
            "1]}\n",
            "error: n\n\n",
            "datas: o\n\n",
        ];
        let mut bits = 1u32;
        let mut below = |end: usize| {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (bits >> 8) as usize % end
        };
        for _ in 0..20_000 {
            let stream: String = (0..1 + below(8)).map(|_| pieces[below(pieces.len())]).collect();
            for mode in [Mode::Standard, Mode::Blocks, Mode::Typed] {
                // A chunk of one byte has no block in it.
                let expected = said(mode, stream.as_bytes().chunks(1));
                assert_eq!(said(mode, std::iter::once(stream.as_bytes())), expected, "{mode:?} {stream:?}");
                assert_eq!(said(mode, stream.as_bytes().chunks(1 + below(20))), expected, "{mode:?} {stream:?}");
            }
        }
    }

    #[test]
    fn an_unfinished_tail_is_delivered_only_on_request() {
        let mut framer = Framer::new(Mode::Standard, 1 << 20, false);
        let mut position = 0;
        assert!(framer.next(b"data: a\ndata: b", &mut position).is_none());
        assert_eq!(framer.pending(0), 15);
        let Some(Item::Event(frame)) = framer.finish() else { panic!() };
        assert_eq!((frame.data, frame.end), (Some(&b"a\nb"[..]), End::Stream));
        assert!(framer.finish().is_none());
    }
}
