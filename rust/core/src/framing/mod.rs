//! Bytes to server-sent events, by the WHATWG rule (HTML standard, "Interpreting an event stream").
//!
//! `line` finds line ends, `field` says what a line is, `framer` moves a `cursor` through a chunk, puts the fields of
//! a `block` together, or the lines of a `bare` JSON value, and hands out a `frame`. `stream` is for typed streams,
//! which may also be one JSON `array` or a `binary` event stream of AWS. Where bare values and items of arrays end is
//! told by their `brackets`.

mod array;
mod bare;
mod binary;
mod block;
mod brackets;
mod buffer;
mod cursor;
mod field;
mod frame;
mod framer;
mod line;
mod stream;

pub(crate) use frame::Place;
pub use frame::{End, Frame, Item};
pub use framer::{Framer, Mode};
pub(crate) use stream::StreamFramer;
