//! Where does a string or a number end?
//!
//! Nearly all strings of a stream are a few bytes long, so they are looked at sixteen bytes at a time: one mask of the
//! bytes that stop a plain run (quote, backslash, control characters), one of the bytes above ASCII, by the vectors of
//! the `wide` crate (SSE2 or NEON, and plain words elsewhere). What is longer goes on in blocks of 64 bytes, and a
//! parser that reads one string after the other keeps what it saw in such a block ([`Stops`]). Loads never leave the
//! slice; what is left at its end goes byte by byte, by the same predicate, or once more with the bytes before it.

use crate::error::{JsonError, JsonErrorKind};
use wide::{i8x16, u8x16};

/// A string body contains a backslash.
pub const ESCAPED: u8 = 1;
/// A string body contains a byte above 0x7F (not yet known to be valid UTF-8).
pub const NON_ASCII: u8 = 2;

pub(super) const LANES: usize = 16;
const BLOCK: usize = 64;

/// Bit i of the first mask: byte i stops a plain run. Bit i of the second: byte i is above ASCII.
#[inline]
fn masks(lanes: [u8; LANES]) -> (u32, u32) {
    let bytes = u8x16::from(lanes);
    let quote = bytes.simd_eq(u8x16::splat(b'"'));
    let backslash = bytes.simd_eq(u8x16::splat(b'\\'));
    let control = bytes.min(u8x16::splat(0x1F)).simd_eq(bytes);
    ((quote | backslash | control).to_bitmask(), bytes.to_bitmask())
}

#[inline]
fn stops(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// All bits of a lane are set where a byte is a quote, backslash, control character or above ASCII.
#[inline(always)]
fn ascii_stops(lanes: &[u8; LANES]) -> i8x16 {
    // As signed numbers, the bytes above ASCII are below the control characters.
    let signed = i8x16::from(lanes.map(u8::cast_signed));
    let ends = signed.simd_eq(i8x16::splat(b'"' as i8)) | signed.simd_eq(i8x16::splat(b'\\' as i8));
    ends | signed.simd_lt(i8x16::splat(0x20))
}

/// Bit i: byte i is one of those.
#[inline(always)]
fn stop_mask(lanes: &[u8; LANES]) -> u16 {
    ascii_stops(lanes).to_bitmask() as u16
}

/// Index of the first block, of those that begin at `from`, which has such a byte or is not whole. One branch in 64
/// bytes saves a quarter of the time of a long text.
#[inline(never)]
fn behind_ascii_blocks(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        let stops = block.as_chunks().0.iter().map(ascii_stops).fold(i8x16::ZERO, |all, some| all | some);
        if stops.to_bitmask() != 0 {
            break;
        }
        at += BLOCK;
    }
    at
}

/// Index of the first quote, backslash, control character or byte above ASCII at or after `from` (or the length). A
/// string that goes on to a quote here is nothing but its bytes.
#[inline(always)]
pub fn ascii_run(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(lanes) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        let stop = stop_mask(lanes);
        if stop != 0 {
            return at + stop.trailing_zeros() as usize;
        }
        at += LANES;
        if at - from == BLOCK {
            at = behind_ascii_blocks(bytes, at);
        }
    }
    while bytes.get(at).is_some_and(|&byte| !stops(byte) && byte < 0x80) {
        at += 1;
    }
    at
}

/// How many of these bytes are before the first backslash.
#[inline(always)]
pub(super) fn before_backslash(lanes: &[u8; LANES]) -> usize {
    let backslashes = u8x16::from(*lanes).simd_eq(u8x16::splat(b'\\')).to_bitmask() as u16;
    backslashes.trailing_zeros() as usize
}

/// Sixteen bytes from `at` on, if there are so many.
#[inline(always)]
pub(super) fn lanes_at(bytes: &[u8], at: u32) -> Option<&[u8; LANES]> {
    // A sum of 64 bits cannot overflow, and so costs no check.
    bytes.get(at as usize..at as usize + LANES)?.first_chunk()
}

/// Where strings that are ASCII without escapes stop, in 64 bytes of a payload that are looked at together: most
/// strings are so short that several stop there.
pub(super) struct Stops {
    /// Where the 64 bytes begin.
    block: u32,
    /// A bit for each byte that [`ascii_run`] stops at.
    bits: u64,
}

impl Stops {
    /// Nothing was looked at yet.
    pub(super) const NONE: Self = Self { block: 0, bits: 0 };

    /// What [`ascii_run`] says, for a `from` that is not before what the last call returned.
    #[inline(always)]
    pub(super) fn next(&mut self, bytes: &[u8], from: u32) -> u32 {
        let left = self.bits.checked_shr(from - self.block).unwrap_or(0);
        if left != 0 {
            return from + left.trailing_zeros();
        }
        *self = Self::at_or_after(bytes, from);
        self.block + self.bits.trailing_zeros()
    }

    /// The first block that has a stop, those before `from` left out; if there is none, the last block.
    #[inline(never)]
    fn at_or_after(bytes: &[u8], from: u32) -> Self {
        let Some(last) = bytes.len().checked_sub(BLOCK) else { return Self::in_short(bytes, from) };
        let mut at = from as usize;
        loop {
            let block = at.min(last);
            let all = bytes.get(block..block + BLOCK).and_then(|rest| rest.first_chunk()).map_or(0, stop_bits);
            let bits = all & u64::MAX.checked_shl((at - block) as u32).unwrap_or(0);
            if bits != 0 || block == last {
                return Self { block: block as u32, bits };
            }
            at = behind_ascii_blocks(bytes, at + BLOCK);
        }
    }

    /// The same for less than a block: what is missing is filled with stops.
    #[cold]
    #[inline(never)]
    fn in_short(bytes: &[u8], from: u32) -> Self {
        let mut block = [0; BLOCK];
        block[..bytes.len()].copy_from_slice(bytes);
        Self { block: 0, bits: stop_bits(&block) & u64::MAX << from }
    }
}

/// Bit i: [`ascii_run`] stops at byte i.
#[inline(always)]
fn stop_bits(block: &[u8; BLOCK]) -> u64 {
    let lanes = block.as_chunks::<LANES>().0.iter().enumerate();
    lanes.fold(0, |bits, (index, lanes)| bits | u64::from(stop_mask(lanes)) << (index * LANES))
}

/// Index of the first quote, backslash or control character at or after `from` (or the length), and whether a byte
/// above ASCII came before it.
pub fn plain_run(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    let mut non_ascii = false;
    while let Some(lanes) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        let (stop, high) = masks(*lanes);
        if stop != 0 {
            let before = stop.trailing_zeros();
            return (at + before as usize, non_ascii || high & ((1 << before) - 1) != 0);
        }
        non_ascii |= high != 0;
        at += LANES;
        if at - from == BLOCK {
            let (end, high) = behind_plain_blocks(bytes, at);
            (at, non_ascii) = (end, non_ascii || high);
        }
    }
    while bytes.get(at).is_some_and(|&byte| !stops(byte)) {
        non_ascii |= bytes[at] >= 0x80;
        at += 1;
    }
    (at, non_ascii)
}

/// Index of the first block, of those that begin at `from`, in which a plain run stops or which is not whole, and
/// whether a byte above ASCII came before it.
#[inline(never)]
fn behind_plain_blocks(bytes: &[u8], from: usize) -> (usize, bool) {
    let (mut at, mut non_ascii) = (from, false);
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        let (mut stop, mut high) = (0, 0);
        for &byte in block {
            stop |= u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20);
            high |= byte;
        }
        if stop != 0 {
            break;
        }
        non_ascii |= high >= 0x80;
        at += BLOCK;
    }
    (at, non_ascii)
}

/// Read a string body from `from` on, which is its beginning or behind ASCII without escapes: the index of its closing
/// quote, and its flags.
///
/// # Errors
/// A control character, a wrong escape, or the end of the data.
pub fn string(bytes: &[u8], from: usize) -> Result<(usize, u8), JsonError> {
    let fail = |kind, position| Err(JsonError { kind, position });
    let (mut at, mut flags) = (from, 0);
    loop {
        match bytes.get(at) {
            None => return fail(JsonErrorKind::UnexpectedEnd, bytes.len()),
            Some(b'"') => return Ok((at, flags)),
            Some(b'\\') => {
                flags |= ESCAPED;
                match bytes.get(at + 1) {
                    None => return fail(JsonErrorKind::UnexpectedEnd, bytes.len()),
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u') => {
                        let digits = bytes.get(at + 2..).unwrap_or_default();
                        match digits.first_chunk::<4>() {
                            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => at += 6,
                            None if digits.iter().all(u8::is_ascii_hexdigit) => {
                                return fail(JsonErrorKind::UnexpectedEnd, bytes.len());
                            }
                            _ => return fail(JsonErrorKind::InvalidUnicodeEscape, at),
                        }
                    }
                    Some(_) => return fail(JsonErrorKind::InvalidEscape, at),
                }
            }
            Some(..0x20) => return fail(JsonErrorKind::ControlCharacter, at),
            Some(_) => {
                let (end, non_ascii) = plain_run(bytes, at);
                flags |= if non_ascii { NON_ASCII } else { 0 };
                at = end;
            }
        }
    }
}

/// How many bytes are such. They are summed up in bytes, which goes by vectors.
#[inline]
pub fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let in_part = |part: &[u8]| part.iter().map(|&byte| u8::from(is(byte))).sum::<u8>();
    bytes.chunks(usize::from(u8::MAX)).map(|part| usize::from(in_part(part))).sum()
}

/// Whether two texts are the same. Keys, names and what is constant in an event are short, and `==` would be a call
/// that takes longer than they do: so they are compared by lanes or words that may overlap.
#[inline(always)]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    /// The first and the last bytes, which may overlap.
    #[inline(always)]
    fn ends<const N: usize>(text: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        Some((text.first_chunk()?, text.last_chunk()?))
    }
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        65.. => one == other,
        16.. => {
            let mut lanes = one.as_chunks::<LANES>().0.iter().zip(other.as_chunks::<LANES>().0);
            lanes.all(|(one, other)| one == other) && one.last_chunk::<LANES>() == other.last_chunk()
        }
        8.. => ends::<8>(one) == ends::<8>(other),
        4.. => ends::<4>(one) == ends::<4>(other),
        2.. => ends::<2>(one) == ends::<2>(other),
        _ => one.first() == other.first(),
    }
}

/// Index of the first byte at or after `from` that is no space and no tab.
#[inline]
pub fn blanks(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(lanes) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        let lanes = u8x16::from(*lanes);
        let blank = lanes.simd_eq(u8x16::splat(b' ')) | lanes.simd_eq(u8x16::splat(b'\t'));
        let run = blank.to_bitmask().trailing_ones() as usize;
        at += run;
        if run < LANES {
            return at;
        }
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// How many digits these bytes begin with.
#[inline(always)]
fn leading_digits(lanes: &[u8; LANES]) -> u32 {
    let values = u8x16::from(*lanes) - u8x16::splat(b'0');
    values.min(u8x16::splat(9)).simd_eq(values).to_bitmask().trailing_ones()
}

/// Index of the first byte at or after `from` that is no digit.
#[inline]
pub fn digits(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    // Most numbers have one digit before the point.
    if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
        return at;
    }
    while let Some(lanes) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        let run = leading_digits(lanes) as usize;
        at += run;
        if run < LANES {
            return at;
        }
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// Read the longest number at `from`: its end and whether it is an integer. None: no number starts here.
#[inline]
pub fn number(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let first = from + usize::from(bytes.get(from) == Some(&b'-'));
    let mut end = match bytes.get(first)? {
        b'0' => first + 1,
        b'1'..=b'9' => digits(bytes, first + 1),
        _ => return None,
    };
    let mut integer = true;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(bytes, end + 1);
        if fraction > end + 1 {
            (end, integer) = (fraction, false);
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes, signed);
        if exponent > signed {
            (end, integer) = (exponent, false);
        }
    }
    Some((end, integer))
}

/// How many digits these bytes begin with, if they are an integer of less than sixteen and another byte follows. None:
/// ask [`number`].
#[inline(always)]
pub(crate) fn plain_integer(lanes: &[u8; LANES]) -> Option<usize> {
    let length = leading_digits(lanes) as usize;
    let goes_on = matches!(lanes.get(length)?, b'.' | b'e' | b'E') || (lanes[0] == b'0' && length > 1);
    if goes_on || length == 0 { None } else { Some(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_agree_with_the_predicate_on_every_byte_in_every_lane() {
        for lane in 0..LANES {
            for byte in 0..=255 {
                let mut lanes = [b'x'; LANES];
                lanes[lane] = byte;
                assert_eq!(
                    masks(lanes),
                    (u32::from(stops(byte)) << lane, u32::from(byte >= 0x80) << lane),
                    "{lanes:?}"
                );
            }
        }
    }

    #[test]
    fn plain_runs_end_where_a_byte_wise_search_says() {
        for length in 0..150 {
            for stop in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[stop] = b'"';
                assert_eq!(plain_run(&bytes, 0), (stop, false));
                bytes[stop / 2] = if stop / 2 < stop { 0xC3 } else { b'"' };
                assert_eq!(plain_run(&bytes, 0), (stop, stop / 2 < stop));
            }
            assert_eq!(plain_run(&vec![b'a'; length], 0), (length, false));
        }
    }

    #[test]
    fn blanks_end_where_a_byte_wise_search_says() {
        for length in 0..50 {
            for end in 0..=length {
                for other in [b'}', b'\n', 0, 0xA0] {
                    let mut bytes = vec![other; length];
                    for (at, byte) in bytes[..end].iter_mut().enumerate() {
                        *byte = if at % 5 == 3 { b'\t' } else { b' ' };
                    }
                    assert_eq!(blanks(&bytes, 0), end);
                    assert_eq!(blanks(&bytes, length.min(2)), end.max(length.min(2)));
                }
            }
        }
    }

    #[test]
    fn ascii_runs_end_where_a_byte_wise_search_says() {
        for length in (0..50).chain([64, 100, 127, 128, 129, 200]) {
            assert_eq!(ascii_run(&vec![b'a'; length], 0), length);
            for at in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    let expected = if stops(byte) || byte >= 0x80 { at } else { length };
                    assert_eq!(ascii_run(&bytes, 0), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn stops_are_where_ascii_runs_end() {
        for length in (1..140).chain([192, 200, 400]) {
            for every in [1, 3, 16, 63, 64, 65, 150, 500] {
                let text = |at| if at % every == every - 1 { b"\"\\\n\xC3"[at / every % 4] } else { b'a' };
                let bytes: Vec<u8> = (0..length).map(text).collect();
                for step in [1, 2, 17, 70] {
                    let (mut stops, mut from) = (Stops::NONE, 0);
                    while from <= length {
                        let end = stops.next(&bytes, from as u32) as usize;
                        assert_eq!(end, ascii_run(&bytes, from), "from {from} of {length}, one in {every}");
                        from = end + step;
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_is_what_is_equal() {
        let text: Vec<u8> = (0..80).collect();
        for length in 0..=text.len() {
            assert!(same(&text[..length], &text.to_vec()[..length]));
            assert!(!same(&text[..length], &text[..length.saturating_sub(1)]) || length == 0);
            for at in 0..length {
                let mut other = text[..length].to_vec();
                other[at] ^= 0x20;
                assert!(!same(&text[..length], &other), "{at} of {length}");
            }
        }
    }

    #[test]
    fn digits_end_where_a_byte_wise_search_says() {
        for length in 0..50 {
            for stop in *b"/:.e\0\xff" {
                let mut bytes: Vec<u8> = (0..length).map(|index| b'0' + (index % 10) as u8).collect();
                assert_eq!(digits(&bytes, 0), length);
                bytes.extend([stop; 20]);
                assert_eq!(digits(&bytes, 0), length);
            }
        }
    }

    #[test]
    fn numbers_take_the_longest_valid_prefix() {
        for (text, expected) in [
            ("12,", Some((2, true))),
            ("-0]", Some((2, true))),
            ("01", Some((1, true))),
            ("1.", Some((1, true))),
            ("1.5e", Some((3, false))),
            ("1e+5 ", Some((4, false))),
            ("-", None),
            ("-x", None),
            ("+1", None),
        ] {
            assert_eq!(number(text.as_bytes(), 0), expected, "{text}");
        }
    }
}
