//! What is one line? A comment, one of the fields the standard knows, or something to ignore.

/// One line of a block, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// `: text`
    Comment(&'a [u8]),
    Data(&'a [u8]),
    Event(&'a [u8]),
    Id(&'a [u8]),
    /// A `retry` value that is ASCII digits and fits in u64.
    Retry(u64),
    /// A `retry` line with any other value: known, retained for the size, without effect.
    BadRetry,
    /// The field name `error`, which no standard knows but GPUStack and old llama.cpp servers send.
    Error(&'a [u8]),
    Unknown,
}

impl<'a> Field<'a> {
    /// Read a line that is not empty.
    #[inline]
    pub(super) fn of(line: &'a [u8]) -> Self {
        if let Some(rest) = line.strip_prefix(b"data:") {
            return Self::Data(value(rest));
        }
        match memchr::memchr(b':', line) {
            Some(0) => Self::Comment(value(&line[1..])),
            Some(colon) => Self::named(&line[..colon], value(&line[colon + 1..])),
            None => Self::named(line, b""),
        }
    }

    fn named(name: &[u8], value: &'a [u8]) -> Self {
        match name {
            b"data" => Self::Data(value),
            b"event" => Self::Event(value),
            b"id" => Self::Id(value),
            b"retry" => retry(value).map_or(Self::BadRetry, Self::Retry),
            b"error" => Self::Error(value),
            _ => Self::Unknown,
        }
    }
}

/// One leading space belongs to the syntax, not to the value.
#[inline]
pub(super) fn value(after_colon: &[u8]) -> &[u8] {
    after_colon.strip_prefix(b" ").unwrap_or(after_colon)
}

fn retry(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_one_space_is_syntax() {
        assert_eq!(Field::of(b"data:  x"), Field::Data(b" x"));
        assert_eq!(Field::of(b"data"), Field::Data(b""));
        assert_eq!(Field::of(b"Data: x"), Field::Unknown);
        assert_eq!(Field::of(b" data: x"), Field::Unknown);
        assert_eq!(Field::of(b":x"), Field::Comment(b"x"));
        assert_eq!(Field::of(b"event"), Field::Event(b""));
    }

    #[test]
    fn retry_is_ascii_digits_that_fit() {
        assert_eq!(Field::of(b"retry: 0003"), Field::Retry(3));
        assert_eq!(Field::of(b"retry: 18446744073709551615"), Field::Retry(u64::MAX));
        for bad in ["retry: 18446744073709551616", "retry:", "retry: +5", "retry: 5_0", "retry: 1.0", "retry: ٣"] {
            assert_eq!(Field::of(bad.as_bytes()), Field::BadRetry, "{bad}");
        }
    }
}
