//! String bodies to text: escapes resolved, surrogates kept as `json.loads` keeps them, or replaced before anybody sees
//! them. And back.

use memchr::memchr;

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

/// Bodies up to this length are read byte by byte.
const TOKEN: usize = 32;

/// Append the text of `body` to `out`. The body must have passed [`super::scan::string`]; any other bytes give some
/// text, never a panic.
#[inline]
pub fn unescape(body: &[u8], out: &mut Vec<u8>) -> Unescaped {
    if body.len() <= TOKEN
        && let Some(result) = unescape_short(body, out)
    {
        return result;
    }
    unescape_any(body, out)
}

/// [`unescape`] for the tokens of a stream, which have few bytes and no `\u`. None: it is not one, and nothing was
/// appended.
fn unescape_short(body: &[u8], out: &mut Vec<u8>) -> Option<Unescaped> {
    let mut text = [0; TOKEN];
    let (mut length, mut high, mut at) = (0, 0, 0);
    while let Some(&byte) = body.get(at) {
        let (byte, step) = match byte {
            b'\\' => (simple(*body.get(at + 1)?)?, 2),
            byte => (byte, 1),
        };
        *text.get_mut(length)? = byte;
        high |= byte;
        (length, at) = (length + 1, at + step);
    }
    out.extend_from_slice(text.get(..length)?);
    Some(Unescaped { ascii: high < 0x80, surrogates: false })
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

fn unescape_any(body: &[u8], out: &mut Vec<u8>) -> Unescaped {
    let mut result = Unescaped { ascii: true, surrogates: false };
    let mut rest = body;
    while let Some(&first) = rest.first() {
        let length = match (first, rest.get(1)) {
            (b'\\', None) => return result,
            (b'\\', Some(&letter)) => match simple(letter) {
                Some(byte) => {
                    result.ascii &= byte.is_ascii();
                    out.push(byte);
                    2
                }
                None => {
                    let (code, length) = code_point(rest);
                    push(code, out, &mut result);
                    length.min(rest.len())
                }
            },
            _ => {
                let (plain, _) = rest.split_at(memchr(b'\\', rest).unwrap_or(rest.len()));
                result.ascii &= plain.is_ascii();
                out.extend_from_slice(plain);
                plain.len()
            }
        };
        rest = &rest[length..];
    }
    result
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
        if (0xD800..0xE000).contains(&code) && at + length <= json.len() {
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

/// [`unescape`] with U+FFFD for each lone surrogate.
#[cold]
pub fn unescape_replacing(body: &[u8], out: &mut Vec<u8>) -> Unescaped {
    let mut body = body.to_vec();
    replace_surrogates(&mut body);
    unescape(&body, out)
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

/// The code unit of the `\u` escape at the start.
fn unit(escape: &[u8]) -> u32 {
    let digits = escape.get(2..).unwrap_or_default().iter().take(4);
    digits.fold(0, |sum, &digit| sum << 4 | u32::from(HEX[usize::from(digit)]))
}

fn push(code: u32, out: &mut Vec<u8>, result: &mut Unescaped) {
    match char::from_u32(code) {
        Some(character) => {
            result.ascii &= character.is_ascii();
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        None => {
            *result = Unescaped { ascii: false, surrogates: true };
            let low = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
            out.extend_from_slice(&[0xE0 | (code >> 12) as u8, low(6), low(0)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> (Vec<u8>, Unescaped) {
        let mut out = Vec::new();
        let result = unescape(body.as_bytes(), &mut out);
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

    #[test]
    fn short_bodies_are_the_same_text_byte_by_byte() {
        let letters = *b"a\\nub\"\xc3\xa9";
        for number in 0..letters.len().pow(6) {
            let body: Vec<u8> = (0..6).map(|at| letters[number / letters.len().pow(at) % letters.len()]).collect();
            let (mut short, mut any) = (Vec::new(), Vec::new());
            let result = unescape_any(&body, &mut any);
            match unescape_short(&body, &mut short) {
                Some(short_result) => assert_eq!((short, short_result), (any, result), "{body:?}"),
                None => {
                    let is_cut = body.split(|&byte| byte == b'\\').count() > 1 && body.ends_with(b"\\");
                    assert!(short.is_empty() && (is_cut || body.windows(2).any(|pair| pair == b"\\u")), "{body:?}");
                }
            }
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
        let result = unescape_replacing(br"\ud83d\n\ud83d\ude00", &mut text);
        assert_eq!((&text[..], result.surrogates), ("a\u{fffd}\n😀".as_bytes(), false));
        assert_eq!(lone_surrogate(br"\ud83", 0), None);
        assert_eq!(lone_surrogate(br"\", 0), None);
        assert_eq!(lone_surrogate(br"\ud83d", 6), None);
    }
}
