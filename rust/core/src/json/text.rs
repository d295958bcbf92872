//! String bodies to text: escapes resolved, surrogates kept as `json.loads` keeps them, or replaced before anybody sees
//! them. And back.

use super::scan::{self, LANES};
use memchr::{memchr, memchr_iter};

/// U+FFFD as an escape.
const REPLACEMENT: &[u8; 6] = b"\\ufffd";

/// The text of a string body with escapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unescaped {
    /// Every byte is ASCII.
    pub ascii: bool,
    /// A lone surrogate is in it, written as three bytes in the manner of UTF-8 (so it is not valid UTF-8).
    pub surrogates: bool,
}

/// A text as JSON writes it, characters beyond ASCII as they are.
pub(crate) fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    out
}

/// Bodies up to this length, which those of tokens are, are written on the stack first.
const TOKEN: usize = 32;

/// Whether text in the manner of UTF-8 has surrogates, as [`unescape`] writes those that stand alone.
pub fn has_surrogates(text: &[u8]) -> bool {
    memchr_iter(0xED, text).any(|at| text.get(at + 1).is_some_and(|&second| second >= 0xA0))
}

/// Append the text of `body` to `out`, U+FFFD for each lone surrogate if those are to be replaced. The body must have
/// passed [`super::scan::string`]; any other bytes give some text, never a panic.
#[inline]
pub fn unescape(body: &[u8], out: &mut Vec<u8>, replace_surrogates: bool) -> Unescaped {
    // No text is longer than what spells it.
    if body.len() <= TOKEN {
        let mut text = [0; TOKEN];
        let (length, surrogates) = write_text(body, &mut text, replace_surrogates);
        let text = &text[..length];
        out.extend_from_slice(text);
        return Unescaped { ascii: text.is_ascii(), surrogates };
    }
    let start = out.len();
    out.resize(start + body.len(), 0);
    let (length, surrogates) = write_text(body, &mut out[start..], replace_surrogates);
    out.truncate(start + length);
    Unescaped { ascii: out[start..].is_ascii(), surrogates }
}

/// Write the text of `body` to the beginning of `text`, which is as long at least: the length, and whether there are
/// lone surrogates in it.
#[inline(always)]
fn write_text(body: &[u8], text: &mut [u8], replace_surrogates: bool) -> (usize, bool) {
    let (mut at, mut length, mut surrogates) = (0, 0, false);
    while let Some(&byte) = body.get(at) {
        if byte != b'\\' {
            // All lanes are written: those behind the backslash will be written over.
            if let (Some(lanes), Some(places)) = (body[at..].first_chunk(), text.get_mut(length..length + LANES)) {
                places.copy_from_slice(lanes);
                let plain = scan::before_backslash(lanes);
                (at, length) = (at + plain, length + plain);
            } else {
                text[length] = byte;
                (at, length) = (at + 1, length + 1);
            }
            continue;
        }
        let Some(&letter) = body.get(at + 1) else { break };
        if let Some(byte) = simple(letter) {
            text[length] = byte;
            (at, length) = (at + 2, length + 1);
            continue;
        }
        let (mut code, spelt) = code_point(&body[at..]);
        if is_surrogate(code) {
            surrogates |= !replace_surrogates;
            code = if replace_surrogates { char::REPLACEMENT_CHARACTER.into() } else { code };
        }
        let (utf8, bytes) = encode(code);
        match text.get_mut(length..length + utf8.len()) {
            Some(places) => places.copy_from_slice(&utf8),
            None => text[length..length + bytes].copy_from_slice(&utf8[..bytes]),
        }
        (at, length) = ((at + spelt).min(body.len()), length + bytes);
    }
    (length, surrogates)
}

/// What the escape with this letter stands for; None: `\u`.
#[inline(always)]
fn simple(letter: u8) -> Option<u8> {
    match letter {
        b'b' => Some(0x08),
        b'f' => Some(0x0C),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'u' => None,
        other => Some(other),
    }
}

/// Where the first escape that spells a lone surrogate begins in `json`, at or after `from`, which is not inside an
/// escape. `json` is a string body, or a whole payload: in JSON backslashes stand in strings only.
pub(crate) fn lone_surrogate(json: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'\\', json.get(at..)?)?;
        if json.get(at + 1) != Some(&b'u') {
            at += 2;
            continue;
        }
        let (code, length) = code_point(&json[at..]);
        if is_surrogate(code) && at + length <= json.len() {
            return Some(at);
        }
        at += length;
    }
}

/// Write the escape of U+FFFD over each that spells a lone surrogate. It is as long, so the tape of the JSON stays what
/// it was.
pub(crate) fn replace_surrogates(json: &mut [u8]) {
    let mut at = 0;
    while let Some(begin) = lone_surrogate(json, at) {
        at = begin + REPLACEMENT.len();
        json[begin..at].copy_from_slice(REPLACEMENT);
    }
}

/// The code point of the `\u` escape at the start, joined with a second one if both make a surrogate pair, and its
/// length.
fn code_point(escape: &[u8]) -> (u32, usize) {
    let first = unit(escape);
    if (0xD800..0xDC00).contains(&first) && escape.get(6..8) == Some(b"\\u") {
        let second = unit(&escape[6..]);
        if (0xDC00..0xE000).contains(&second) {
            return (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12);
        }
    }
    (first, 6)
}

/// The value of a hexadecimal digit; of any other byte 0.
const HEX: [u8; 256] = {
    let mut values = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        values[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            digit @ b'A'..=b'F' => digit - b'A' + 10,
            _ => 0,
        };
        byte += 1;
    }
    values
};

/// The code unit of the `\u` escape at the start. What is cut off counts as zeros in front.
#[inline(always)]
fn unit(escape: &[u8]) -> u32 {
    let value = |digits: &[u8]| digits.iter().fold(0, |sum, &digit| sum << 4 | u32::from(HEX[usize::from(digit)]));
    match escape.first_chunk::<6>() {
        Some(whole) => value(&whole[2..]),
        None => value(escape.get(2..).unwrap_or_default()),
    }
}

/// Whether it stands for half a character.
fn is_surrogate(code: u32) -> bool {
    (0xD800..0xE000).contains(&code)
}

/// UTF-8 of a code point, surrogates in the same manner, and how many bytes it has.
fn encode(code: u32) -> ([u8; 4], usize) {
    let low = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
    match code {
        ..0x80 => ([code as u8, 0, 0, 0], 1),
        0x80..0x800 => ([0xC0 | (code >> 6) as u8, low(0), 0, 0], 2),
        0x800..0x1_0000 => ([0xE0 | (code >> 12) as u8, low(6), low(0), 0], 3),
        _ => ([0xF0 | (code >> 18) as u8, low(12), low(6), low(0)], 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> (Vec<u8>, Unescaped) {
        let mut out = Vec::new();
        let result = unescape(body.as_bytes(), &mut out, false);
        (out, result)
    }

    #[test]
    fn escapes_pairs_and_lone_surrogates() {
        assert_eq!(text(r#"a\n\"\/\\\u00e9"#).0, "a\n\"/\\é".as_bytes());
        assert_eq!(text(r"\ud83d\ude00!").0, "😀!".as_bytes());
        let (bytes, result) = text(r"\ud83dx");
        assert_eq!((&bytes[..], result.surrogates), (&[0xED, 0xA0, 0xBD, b'x'][..], true));
        assert_eq!(text(r"\ude00\ud83d").0.len(), 6);
        assert!(text(r"\u0041").1.ascii);
        assert!(!text("é\\n").1.ascii);
    }

    /// [`unescape`], one character after the other.
    fn text_by_characters(body: &[u8]) -> (Vec<u8>, Unescaped) {
        let (mut out, mut surrogates, mut at) = (Vec::new(), false, 0);
        while at < body.len() {
            match (body[at], body.get(at + 1)) {
                (b'\\', None) => break,
                (b'\\', Some(b'u')) => {
                    let (code, length) = code_point(&body[at..]);
                    match char::from_u32(code) {
                        Some(character) => out.extend(character.to_string().into_bytes()),
                        None => out.extend([0xED, 0x80 | (code >> 6 & 0x3F) as u8, 0x80 | (code & 0x3F) as u8]),
                    }
                    (surrogates, at) = (surrogates || char::from_u32(code).is_none(), at + length);
                }
                (b'\\', Some(&letter)) => {
                    out.push(simple(letter).unwrap());
                    at += 2;
                }
                (byte, _) => {
                    out.push(byte);
                    at += 1;
                }
            }
        }
        let ascii = out.is_ascii();
        (out, Unescaped { ascii, surrogates })
    }

    fn assert_same(body: &[u8]) {
        let mut out = b"before".to_vec();
        let result = unescape(body, &mut out, false);
        assert!(out.starts_with(b"before"));
        assert_eq!((out.split_off(6), result), text_by_characters(body), "{:?}", String::from_utf8_lossy(body));
    }

    #[test]
    fn bodies_are_the_same_text_character_by_character() {
        let letters = *b"a\\nuDd\"8\xc3\xa9";
        for number in 0..letters.len().pow(6) {
            let body: Vec<u8> = (0..6).map(|at| letters[number / letters.len().pow(at) % letters.len()]).collect();
            assert_same(&body);
        }
        let parts = [
            "\\n",
            "\\u4f60",
            "\\ud83d\\ude00",
            "\\udc00",
            "\\u00e9",
            "\\u0041",
            "é",
            "😀",
            "seventeen letters",
            "x",
            "",
        ];
        let mut random = 1u32;
        for number in 0..20_000 {
            let mut body = String::new();
            for _ in 0..number % 12 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                body += parts[(random >> 16) as usize % parts.len()];
                body += &"abcdefghijklmnopqrstuvwxyz"[..(random >> 8) as usize % 20];
            }
            assert_same(body.as_bytes());
            assert_same(&body.as_bytes()[..body.len() - (random >> 24) as usize % (body.len() + 1)]);
        }
    }

    #[test]
    fn lone_surrogates_are_replaced_where_they_stand() {
        let replaced = |json: &str| {
            let mut json = json.as_bytes().to_vec();
            replace_surrogates(&mut json);
            String::from_utf8(json).unwrap()
        };
        assert_eq!(replaced(r"\ud83d\uD83D\uDE00\ude00"), r"\ufffd\uD83D\uDE00\ufffd");
        assert_eq!(replaced(r"\ud83d\n\udfff\u00e9 \uDBFF\u0041"), r"\ufffd\n\ufffd\u00e9 \ufffd\u0041");
        assert_eq!(replaced(r"\\ud83d\\\ud83d é"), r"\\ud83d\\\ufffd é");
        assert_eq!(replaced(r#"{"\udc00":["\udc00",1]}"#), r#"{"\ufffd":["\ufffd",1]}"#);
        let mut text = b"a".to_vec();
        let result = unescape(br"\ud83d\n\ud83d\ude00", &mut text, true);
        assert_eq!((&text[..], result.surrogates), ("a\u{fffd}\n😀".as_bytes(), false));
        for (body, has) in [("퟿\u{e000}é", false), (r"\ud83d\ude00", false), (r"a\ud83d", true), (r"\udfff", true)] {
            text.clear();
            unescape(body.as_bytes(), &mut text, false);
            assert_eq!(has_surrogates(&text), has, "{body}");
        }
        assert_eq!(lone_surrogate(br"\ud83", 0), None);
        assert_eq!(lone_surrogate(br"\", 0), None);
        assert_eq!(lone_surrogate(br"\ud83d", 6), None);
    }
}
