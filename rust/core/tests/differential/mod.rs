//! Prediction against the full parser: two decoders, one with templates and one without, read the same stream side by
//! side.
//!
//! `tests/prediction.rs` runs it with numbers from a generator, `rust/fuzz/fuzz_targets/prediction.rs` with libFuzzer's
//! bytes. An execution is small on purpose (two or three events to learn from, a few changed ones, nothing formatted),
//! so that millions fit into a test and most of them are hits or near misses.

#![allow(unreachable_pub, reason = "a part of two crates; in the fuzz crate it is reached from outside")]

pub mod compare;
pub mod program;
pub mod random;
pub mod schema;

use compare::Sides;
use sselerate_core::decoder::{Decoder, Options};

/// What an execution saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Events and errors that both sides agreed about.
    pub events: u64,
    /// Those that a template took.
    pub hits: u64,
    /// Executions in which a template took at least one.
    pub with_hits: u64,
}

impl std::ops::AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.hits += other.hits;
        self.with_hits += other.with_hits;
    }
}

/// Run one program (see [`program`]).
///
/// # Panics
/// The sides disagree.
pub fn run(program: &[u8]) -> Seen {
    let (settings, stream) = program::play(program);
    let options = Options {
        strict: settings.strict,
        multi: settings.multi,
        max_event_bytes: settings.max_event_bytes,
        split: settings.split,
        ..Options::default()
    };
    let schema = schema::shared(settings.schema);
    let mut sides = Sides {
        with: Decoder::new(schema.clone(), options.clone()),
        without: Decoder::new(schema, Options { predict: false, ..options }),
        known: Vec::new(),
        named: settings.named,
        seen: Seen::default(),
    };
    let mut agreed = Ok(());
    for _ in 0..settings.times {
        let mut chunks = std::iter::once(settings.begin).chain(stream.chunks(settings.chunk));
        agreed = agreed.and_then(|()| chunks.try_for_each(|chunk| sides.read(chunk)));
        agreed = agreed.and_then(|()| sides.finish());
        sides.with.reset();
        sides.without.reset();
    }
    if let Err(difference) = agreed {
        panic!(
            "{difference}\n{settings:?}\nafter {:?} of {:?}\nprogram {:?}",
            sides.seen,
            String::from_utf8_lossy(&stream),
            String::from_utf8_lossy(program),
        );
    }
    let mut seen = sides.seen;
    seen.with_hits = u64::from(seen.hits > 0);
    seen
}
