//! A decoder with templates says the same as one without. What an execution is stands in
//! `rust/core/tests/differential/`.
//!
//! Most mutations change only the edits of a program and leave its events as they are, so that most executions are hits
//! or near misses, which mutation of whole streams rarely gives. Fast enough for tens of millions of executions: `make
//! fuzz-prediction`.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use sselerate_fuzz::differential::random::Random;
use sselerate_fuzz::differential::{program, run};
use std::sync::atomic::{AtomicU64, Ordering};

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);
static EVENTS: AtomicU64 = AtomicU64::new(0);
static HITS: AtomicU64 = AtomicU64::new(0);

fuzz_target!(|data: &[u8]| {
    let seen = run(data);
    let events = EVENTS.fetch_add(seen.events, Ordering::Relaxed) + seen.events;
    let hits = HITS.fetch_add(seen.hits, Ordering::Relaxed) + seen.hits;
    let executions = EXECUTIONS.fetch_add(1, Ordering::Relaxed) + 1;
    if executions.is_multiple_of(1 << 20) {
        eprintln!("prediction: {executions} executions, {events} events compared, {hits} of them hits");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random(seed.into());
    let events = data[..size].iter().position(|&byte| byte == 0).unwrap_or(size);
    if random.below(4) == 0 || events == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut made = Vec::new();
    program::generate(&data[..events], &mut random, &mut made);
    if made.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..made.len()].copy_from_slice(&made);
    made.len()
});
