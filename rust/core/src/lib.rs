//! The pure core of `sselerate`: bytes of an LLM event stream in, borrowed values out.
//!
//! ```text
//! bytes -> framing (lines, fields, events) -> json (a tape of the payload) -> schema (which field is which)
//!                 \______________ template (the same event again, but for a few holes) ______________/
//! ```
//!
//! No Python, no I/O, no clock, no `unsafe`. [`decoder::Decoder`] ties the parts together; each can be used alone.

#![forbid(unsafe_code)]

pub mod decoder;
pub mod error;
pub mod framing;
pub mod json;
pub mod limits;
pub mod schema;
mod seam;
pub mod sign;
mod stash;
pub mod template;
