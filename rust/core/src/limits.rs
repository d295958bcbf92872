//! Every limit in one place, with the reason for its value.

/// Largest block (event) that may be pending, in bytes: base64 images of tens of MB pass, an endless line does not.
pub const MAX_EVENT_BYTES: usize = 64 << 20;

/// Deepest nesting of JSON arrays and objects. Recorded streams stay below 20.
pub const MAX_DEPTH: usize = 128;

/// Longest integer, in digits. Turning decimal digits into an integer takes quadratic time, so a cap keeps a hostile
/// server from stalling the reader; the longest integer in recorded streams has 19 digits.
pub const MAX_INT_DIGITS: usize = 16_384;
