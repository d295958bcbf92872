//! The pure core of `sselerate`: bytes of an LLM event stream in, borrowed values out.
//!
//! ```text
//! bytes -> framing (lines, fields, events) -> json (a tape of the payload) -> schema (which field is which)
//!                 \_________ predictor, template (the same event again, but for a few holes) __________/
//! ```
//!
//! No Python, no I/O, no clock, no `unsafe`. [`decoder::Decoder`] ties the parts together; all but the
//! predictor can be used alone.

#![forbid(unsafe_code)]

pub mod decoder;
pub mod error;
pub mod framing;
pub mod json;
pub mod limits;
mod patience;
pub mod predictor;
pub mod schema;
mod seam;
mod sightings;
pub mod sign;
mod stash;
pub mod template;
