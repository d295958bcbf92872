//! JSON payloads to a flat tape, by the rules of Python's `json.loads`.
//!
//! `scan` finds the ends of strings and numbers, `parse` lays the tape, `text` turns string bodies into text.

mod parse;
pub mod scan;
mod text;

pub(crate) use parse::{KEY_NUMBERS, key_bit, key_number};
pub use parse::{Kind, Node, Tape, parse};
pub use text::{Unescaped, has_surrogates, unescape};
pub(crate) use text::{lone_surrogate, quoted, replace_surrogates};
