//! Where does a JSON value end that comes in pieces? Its brackets and quotes say; whether it is JSON is left to the
//! parser.

use crate::json::scan;

/// What is open of a value that begins with a bracket or a quote. Nothing is, before it and behind it.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    depth: usize,
    in_string: bool,
    /// The last byte was the backslash of an escape.
    escaped: bool,
}

impl Brackets {
    /// The value has begun, and has not ended.
    pub(super) fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }

    /// Index behind the value that begins at `at`, or goes on there if one is open; None: its end is not in `bytes`.
    pub(super) fn close(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        if self.escaped && at < bytes.len() {
            self.escaped = false;
            at += 1;
        }
        loop {
            if self.in_string {
                // Control characters stop the run too; whether they may be there is not asked here.
                at = scan::plain_run(bytes, at).0;
            } else {
                at += bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            }
            let byte = *bytes.get(at)?;
            at += 1;
            match (self.in_string, byte) {
                (_, b'"') => self.in_string = !self.in_string,
                (true, b'\\') => {
                    self.escaped = at == bytes.len();
                    at += 1;
                }
                (false, b'{' | b'[') => self.depth += 1,
                (false, _) => self.depth -= 1,
                (true, _) => {}
            }
            if !self.is_open() {
                return Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_what_opened_them_is_closed() {
        let text = "\u{20ac} and a control \u{1} in more than sixteen bytes";
        for value in [
            "{}".to_owned(),
            "[]".to_owned(),
            "[{]}".to_owned(),
            r#""a}\"\\""#.to_owned(),
            r#"{"a]": "}\\", "b": [1, {"c": null}, "\"]"]}"#.to_owned(),
            format!(r#"{{"{text}": ["{text}\n{text}"]}}"#),
        ] {
            let stream = format!("{value}]}}\"x");
            for cut in 0..=value.len() {
                let (left, right) = stream.as_bytes().split_at(cut);
                let mut brackets = Brackets::default();
                let mut end = brackets.close(left, 0);
                assert_eq!(end.is_some(), cut == value.len(), "{value} cut at {cut}");
                assert_eq!(brackets.is_open(), cut > 0 && end.is_none());
                if end.is_none() {
                    assert_eq!(brackets.close(b"", 0), None);
                    end = brackets.close(right, 0).map(|behind| cut + behind);
                }
                assert_eq!(end, Some(value.len()), "{value} cut at {cut}");
                assert!(!brackets.is_open());
            }
        }
    }
}
