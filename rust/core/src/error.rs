//! What can be wrong with a payload: a small kind and one byte offset. Messages are rendered by whoever reports them.

use crate::limits::{MAX_DEPTH, MAX_INT_DIGITS};
use std::fmt;

/// Why a payload is not the JSON we accept. The texts are part of the interface: the Python fallback gives the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The data ended inside a value; more bytes could make it valid.
    UnexpectedEnd,
    /// A byte that cannot start a value stands where a value must be.
    ExpectedValue,
    /// An object key must be a string.
    ExpectedKey,
    /// No colon after an object key.
    ExpectedColon,
    /// Neither a comma nor the closing brace after a member.
    ExpectedCommaOrBrace,
    /// Neither a comma nor the closing bracket after an item.
    ExpectedCommaOrBracket,
    /// A raw control character (below U+0020) in a string.
    ControlCharacter,
    /// A backslash before a character that is no escape.
    InvalidEscape,
    /// `\u` without four hex digits.
    InvalidUnicodeEscape,
    /// Bytes after the value.
    TrailingData,
    /// More than [`crate::limits::MAX_DEPTH`] nested arrays and objects.
    TooDeep,
    /// An integer of more than [`crate::limits::MAX_INT_DIGITS`] digits.
    IntegerTooLong,
    /// Valid JSON, but not an object where only an object makes an event.
    ExpectedObject,
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::UnexpectedEnd => "unexpected end of data",
            Self::ExpectedValue => "expected a value",
            Self::ExpectedKey => "expected a string key",
            Self::ExpectedColon => "expected ':'",
            Self::ExpectedCommaOrBrace => "expected ',' or '}'",
            Self::ExpectedCommaOrBracket => "expected ',' or ']'",
            Self::ControlCharacter => "control character in string",
            Self::InvalidEscape => "invalid escape",
            Self::InvalidUnicodeEscape => "invalid \\u escape",
            Self::TrailingData => "trailing data after the value",
            Self::TooDeep => return write!(f, "nested deeper than {MAX_DEPTH}"),
            Self::IntegerTooLong => return write!(f, "integer of more than {MAX_INT_DIGITS} digits"),
            Self::ExpectedObject => "expected an object",
        };
        f.write_str(text)
    }
}

/// A payload that is not valid JSON: what is wrong, and at which byte of the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Byte offset in the payload.
    pub position: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.position)
    }
}

impl std::error::Error for JsonError {}
