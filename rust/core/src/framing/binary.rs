//! The binary event stream of AWS, in which Bedrock answers.
//!
//! ```text
//! u32 length of all of it | u32 length of the headers | u32 CRC-32 of these eight bytes
//! headers: u8 length of the name, name, u8 type, value
//! payload
//! u32 CRC-32 of all before it
//! ```
//!
//! All numbers are big-endian. A frame that lies whole in one chunk is not copied; what is delivered is put together in
//! one buffer, as the JSON object that the SDKs of AWS show: the payload under the name of the event.

use super::buffer::release;
use super::frame::{End, Frame, Item};
use crate::json::{Kind, Tape, parse, quoted, scan};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

const PRELUDE: usize = 12;
const CRC: usize = 4;
/// Strict about alphabet and padding, but not about bits that are left over, as Python is.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Whether a stream that begins with `head` is a binary one; None if more bytes are needed to tell. Text never begins
/// with NUL, and a frame of less than 16 MiB does; the checksum of the lengths tells for sure.
pub(super) fn is_binary(head: &[u8]) -> Option<bool> {
    if *head.first()? != 0 {
        return Some(false);
    }
    Some(Prelude::of(head)?.is_sound)
}

struct Prelude {
    length: usize,
    headers: usize,
    /// The checksum is right.
    is_sound: bool,
}

impl Prelude {
    fn of(bytes: &[u8]) -> Option<Self> {
        let (prelude, _) = bytes.split_first_chunk::<PRELUDE>()?;
        Some(Self {
            length: number(&prelude[..4]) as usize,
            headers: number(&prelude[4..8]) as usize,
            is_sound: crc32fast::hash(&prelude[..8]) == number(&prelude[8..]),
        })
    }
}

/// A big-endian number of at most four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

/// Reads the frames of a stream.
#[derive(Debug)]
pub(super) struct Frames {
    max_bytes: usize,
    /// Stream offset of the next frame.
    offset: u64,
    /// What earlier chunks held of it.
    buffer: Vec<u8>,
    /// Bytes to come that belong to a frame which is too large.
    skip: usize,
    /// It is not known where the next frame begins: the rest is ignored.
    lost: bool,
    /// The frame in the buffer has been handed out.
    handed_out: bool,
    writer: Writer,
}

impl Frames {
    /// `head` is what earlier chunks held of the first frame.
    pub(super) fn new(max_bytes: usize, head: &[u8]) -> Self {
        Self {
            max_bytes,
            offset: 0,
            buffer: head.to_vec(),
            skip: 0,
            lost: false,
            handed_out: false,
            writer: Writer::default(),
        }
    }

    /// What the next frame is; None: the chunk is used up.
    pub(super) fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<Item<'a>> {
        if std::mem::take(&mut self.handed_out) {
            release(&mut self.buffer);
        }
        if self.lost {
            *position = chunk.len();
            return None;
        }
        let skipped = self.skip.min(chunk.len() - *position);
        self.skip -= skipped;
        self.offset += skipped as u64;
        *position += skipped;
        let rest = &chunk[*position..];
        if self.buffer.is_empty() {
            let Some(prelude) = Prelude::of(rest) else { return self.keep(rest, rest.len(), position) };
            if let Some(fault) = self.fault(&prelude, rest.len(), position) {
                return Some(fault);
            }
            if rest.len() < prelude.length {
                return self.keep(rest, rest.len(), position);
            }
            *position += prelude.length;
            let start = self.offset;
            self.offset += prelude.length as u64;
            return Some(self.writer.read(&rest[..prelude.length], prelude.headers, start));
        }
        // First the prelude, then as much as it says.
        let missing = PRELUDE.saturating_sub(self.buffer.len()).min(rest.len());
        self.keep(rest, missing, position);
        let rest = &chunk[*position..];
        let prelude = Prelude::of(&self.buffer)?;
        if missing > 0
            && let Some(fault) = self.fault(&prelude, rest.len(), position)
        {
            return Some(fault);
        }
        let missing = (prelude.length - self.buffer.len()).min(rest.len());
        self.keep(rest, missing, position);
        if self.buffer.len() < prelude.length {
            return None;
        }
        self.handed_out = true;
        let start = self.offset;
        self.offset += prelude.length as u64;
        Some(self.writer.read(&self.buffer, prelude.headers, start))
    }

    /// The stream has ended: whether in the midst of a frame, once.
    pub(super) fn finish(&mut self) -> Option<Item<'static>> {
        if std::mem::take(&mut self.handed_out) || self.buffer.is_empty() {
            self.buffer = Vec::new();
            return None;
        }
        self.buffer = Vec::new();
        Some(Item::Truncated(self.offset))
    }

    fn keep(&mut self, bytes: &[u8], count: usize, position: &mut usize) -> Option<Item<'static>> {
        self.buffer.extend_from_slice(&bytes[..count]);
        *position += count;
        None
    }

    /// What makes a frame unreadable from its prelude on. `available`: bytes of the chunk behind what the buffer has.
    fn fault(&mut self, prelude: &Prelude, available: usize, position: &mut usize) -> Option<Item<'static>> {
        let Prelude { length, headers, is_sound } = *prelude;
        let offset = self.offset;
        let cause = if !is_sound {
            "the checksum of the lengths is wrong"
        } else if length.checked_sub(PRELUDE + CRC).is_none_or(|room| room < headers) {
            "the lengths contradict each other"
        } else if length > self.max_bytes {
            let taken = (length - self.buffer.len()).min(available);
            *position += taken;
            self.skip = length - self.buffer.len() - taken;
            self.offset += (self.buffer.len() + taken) as u64;
            self.buffer = Vec::new();
            return Some(Item::TooLarge(offset));
        } else {
            return None;
        };
        self.lost = true;
        self.buffer = Vec::new();
        Some(Item::Damaged { cause, offset })
    }
}

/// Writes what a decoder makes of a frame.
#[derive(Debug, Default)]
struct Writer {
    /// The headers of the last event. Nearly all frames of a stream have the same.
    headers: Vec<u8>,
    /// What is written before the payload of such an event: a brace and the name.
    begin: Vec<u8>,
    /// It is a chunk.
    is_chunk: bool,
    data: Vec<u8>,
    tape: Tape,
}

impl Writer {
    /// What a whole frame says.
    fn read(&mut self, frame: &[u8], headers: usize, offset: u64) -> Item<'_> {
        release(&mut self.data);
        let (body, crc) = frame.split_at(frame.len() - CRC);
        if crc32fast::hash(body) != number(crc) {
            return Item::Damaged { cause: "the checksum is wrong", offset };
        }
        let (headers, payload) = body[PRELUDE..].split_at(headers);
        if self.begin.is_empty() || headers != self.headers {
            let Some(known) = Headers::of(headers) else {
                return Item::Damaged { cause: "the headers are malformed", offset };
            };
            if let Some("exception" | "error") = known.message_type {
                known.write_error(payload, &mut self.data, &mut self.tape);
                return self.event(b"error", offset);
            }
            let name = known.event_type.unwrap_or("");
            self.is_chunk = name == "chunk";
            self.headers.clear();
            self.headers.extend_from_slice(headers);
            self.begin.clear();
            self.begin.push(b'{');
            write_json(Some(name), &mut self.begin);
            self.begin.push(b':');
        }
        if !(self.is_chunk && write_chunk(payload, &mut self.data, &mut self.tape)) {
            self.data.extend_from_slice(&self.begin);
            self.data.extend_from_slice(if payload.is_empty() { b"null" } else { payload });
            self.data.push(b'}');
        }
        self.event(b"", offset)
    }

    fn event(&self, event: &'static [u8], offset: u64) -> Item<'_> {
        Item::Event(Frame { event, ..Frame::of(&self.data, offset, End::Own) })
    }
}

/// The headers that say what a message is, where they are text.
#[derive(Default)]
struct Headers<'a> {
    message_type: Option<&'a str>,
    event_type: Option<&'a str>,
    exception_type: Option<&'a str>,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
}

impl<'a> Headers<'a> {
    /// None: they are malformed.
    fn of(mut bytes: &'a [u8]) -> Option<Self> {
        let mut headers = Self::default();
        while !bytes.is_empty() {
            let length = usize::from(take(&mut bytes, 1)?[0]);
            let name = std::str::from_utf8(take(&mut bytes, length)?).ok()?;
            let text = value(&mut bytes)?;
            match name {
                ":message-type" => headers.message_type = text,
                ":event-type" => headers.event_type = text,
                ":exception-type" => headers.exception_type = text,
                ":error-code" => headers.error_code = text,
                ":error-message" => headers.error_message = text,
                _ => {}
            }
        }
        Some(headers)
    }

    /// Write the error that an exception or an error reports.
    fn write_error(&self, payload: &[u8], data: &mut Vec<u8>, tape: &mut Tape) {
        if self.message_type == Some("exception") {
            return write_exception(self.exception_type, payload, data, tape);
        }
        data.extend_from_slice(b"{\"code\":");
        write_json(self.error_code, data);
        data.extend_from_slice(b",\"message\":");
        write_json(self.error_message, data);
        data.push(b'}');
    }
}

/// The first bytes, which are then gone.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Read past the value of a header: `Some(Some(_))` if it is text.
fn value<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a str>> {
    let kind = take(bytes, 1)?[0];
    let length = match kind {
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        5 | 8 => 8,
        6 | 7 => number(take(bytes, 2)?) as usize,
        9 => 16,
        _ => return None,
    };
    let value = take(bytes, length)?;
    if kind == 7 { std::str::from_utf8(value).ok().map(Some) } else { Some(None) }
}

/// The payload of an exception with a member `code` before its others; one that is no object becomes the member
/// `message`.
fn write_exception(code: Option<&str>, payload: &[u8], data: &mut Vec<u8>, tape: &mut Tape) {
    data.extend_from_slice(b"{\"code\":");
    write_json(code, data);
    let is_json = parse(payload, tape).is_ok() && std::str::from_utf8(payload).is_ok();
    match tape.nodes().first().filter(|_| is_json) {
        Some(node) if node.kind == Kind::Object => {
            let members = &payload[node.start as usize + 1..];
            if tape.nodes().len() > 1 {
                data.push(b',');
            }
            data.extend_from_slice(members);
        }
        said => {
            data.extend_from_slice(b",\"message\":");
            match said {
                Some(_) => data.extend_from_slice(payload),
                None => write_json(Some(&String::from_utf8_lossy(payload)), data),
            }
            data.push(b'}');
        }
    }
}

/// The JSON of the model, which is base64 inside a chunk. False: this is some other chunk.
fn write_chunk(payload: &[u8], data: &mut Vec<u8>, tape: &mut Tape) -> bool {
    if let Some(bytes) = usual_chunk(payload) {
        if BASE64.decode_vec(bytes, data).is_ok() {
            return true;
        }
        data.clear();
        return false;
    }
    if parse(payload, tape).is_err() || std::str::from_utf8(payload).is_err() {
        return false;
    }
    let Some(bytes) = tape.member(payload, 0, b"bytes").map(|node| &tape.nodes()[node]) else { return false };
    if bytes.kind == Kind::Str && BASE64.decode_vec(bytes.text(payload), data).is_ok() {
        return true;
    }
    data.clear();
    false
}

/// The base64 of a chunk as AWS writes it, which need not be parsed: `{"bytes":"...","p":"..."}` without any escape.
fn usual_chunk(payload: &[u8]) -> Option<&[u8]> {
    let text = payload.strip_prefix(b"{\"bytes\":\"")?;
    let (bytes, rest) = text.split_at(scan::plain_run(text, 0).0);
    let padding = rest.strip_prefix(b"\",\"p\":\"")?.strip_suffix(b"\"}")?;
    let is_plain = scan::plain_run(padding, 0) == (padding.len(), false);
    is_plain.then_some(bytes)
}

/// A string, or null, as Python writes it.
fn write_json(text: Option<&str>, data: &mut Vec<u8>) {
    match text {
        Some(text) => data.extend_from_slice(&quoted(text.as_bytes())),
        None => data.extend_from_slice(b"null"),
    }
}
