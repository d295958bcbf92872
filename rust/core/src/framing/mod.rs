//! Bytes to server-sent events, by the WHATWG rule (HTML standard, "Interpreting an event stream").
//!
//! `line` finds line ends, `field` says what a line is, `event` puts the fields of a block together.

mod event;
mod field;
mod line;

pub use event::{End, Frame, Framer, Item, Mode, Place};
