//! Bytes to server-sent events, by the WHATWG rule (HTML standard, "Interpreting an event stream").
//!
//! `line` finds line ends, `field` says what a line is, `event` puts the fields of a block together. `stream` is for
//! typed streams, which may also be one JSON `array` or a `binary` event stream of AWS.

mod array;
mod binary;
mod event;
mod field;
mod line;
mod stream;

pub use event::{End, Frame, Framer, Item, Mode, Place};
pub use stream::StreamFramer;
