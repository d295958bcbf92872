//! A fixed amount of work for `make perf-gate`, which runs it under callgrind and counts instructions.
//!
//! `gate WORK TIMES`, WORK being one of
//!
//! - framing, full, predicted, 1460 (predicted, in chunks that cut events), on a stream of completions that repeat each
//!   other;
//! - unlike, logprobs, turns, random, twice, spoilt, cold, cold twice: streams on which prediction fails, and the same
//!   with `, full` behind the name: without.
//!
//! Run with two values of TIMES: the difference is free of start-up.

use sselerate_core::decoder::{Decoder, Options, Step};
use sselerate_core::framing::{Framer, Mode};
use std::fmt::Write;

#[path = "../benches/completions/mod.rs"]
mod completions;
use completions::{PADDING, TOKENS, schema};

const EVENTS: usize = 1000;
/// Tokens and padding of varying length, all else the same.
fn completions() -> String {
    let text = |event: usize| completions::event(TOKENS[event * 7 % 10], &PADDING[..1 + event * 5 % 16]);
    (0..EVENTS).map(text).collect()
}

/// An event of `shape`, one of 5,040: the order of its seven keys.
fn shuffled(shape: usize, event: usize) -> String {
    let token = TOKENS[event * 7 % 10];
    let mut members = vec![
        format!(r#""id":"cmpl-{:029}""#, event * 7919),
        r#""object":"text_completion""#.to_owned(),
        format!(r#""created":{}"#, 1_709_033_852 + event),
        format!(r#""choices":[{{"text":"{token}","index":0,"logprobs":null,"finish_reason":null}}]"#),
        r#""model":"gpt-3.5-turbo-instruct""#.to_owned(),
        r#""system_fingerprint":"fp_1234567890""#.to_owned(),
        format!(r#""obfuscation":"{}""#, &PADDING[..1 + event * 5 % 16]),
    ];
    let (mut left, mut ordered) = (shape, Vec::new());
    while !members.is_empty() {
        ordered.push(members.remove(left % members.len()));
        left /= members.len() + 1;
    }
    format!("data: {{{}}}\n\n", ordered.join(","))
}

/// No event has the keys in the order of another near it.
fn unlike() -> String {
    (0..EVENTS).map(|event| shuffled(event * 2_909 % 5_040, event)).collect()
}

/// Each event has the shape of the one before or behind it, and of no other: what is learnt is of no use.
fn twice() -> String {
    (0..EVENTS).map(|event| shuffled(event / 2 * 2_909 % 5_040, event)).collect()
}

/// Sixteen shapes in turns: four times as many as are compared with every event.
fn turns() -> String {
    (0..EVENTS).map(|event| shuffled(event % 16 * 311, event)).collect()
}

/// Sixteen shapes in no order: all are known, but the one that comes next must be searched for.
fn random() -> String {
    let mut number = 1u32;
    let mut next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 28) as usize
    };
    (0..EVENTS).map(|event| shuffled(next() * 311, event)).collect()
}

/// The tokens are keys, so that no two events have the same ones.
fn logprobs() -> String {
    let mut stream = String::new();
    for event in 0..EVENTS {
        let token = TOKENS[event * 7 % 10];
        let mut top = String::new();
        for other in 0..5 {
            let comma = if other == 0 { "" } else { "," };
            let _ = write!(top, r#"{comma}"{}{event}":-{other}.{:03}"#, TOKENS[(event + other) % 10], event % 999);
        }
        stream.push_str(&format!(
            r#"data: {{"id":"cmpl-8wq44uFYuGm6kNe44ntRwluggKZFY","object":"text_completion","created":1709033852,"choices":[{{"text":"{token}","index":0,"logprobs":{{"tokens":["{token}"],"token_logprobs":[-0.{event:04}],"top_logprobs":[{{{top}}}],"text_offset":[{event}]}},"finish_reason":null}}],"model":"gpt-3.5-turbo-instruct"}}"#
        ));
        stream.push_str("\n\n");
    }
    stream
}

/// Every eighth event repeats an earlier one, which keeps hope alive for the others.
fn spoilt() -> String {
    (0..EVENTS).map(|event| shuffled(if event % 8 == 0 { 0 } else { event * 2_909 % 5_040 }, event)).collect()
}

/// The stream in pieces of `events` whole events.
fn pieces(stream: &str, events: usize) -> Vec<&[u8]> {
    let (mut pieces, mut start, mut seen) = (Vec::new(), 0, 0);
    for (at, blank) in stream.match_indices("\n\n") {
        seen += 1;
        if seen % events == 0 || at + blank.len() == stream.len() {
            pieces.push(&stream.as_bytes()[start..at + blank.len()]);
            start = at + blank.len();
        }
    }
    pieces
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let work = arguments.next().unwrap_or_default();
    let times: usize = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    let (name, full) = work.strip_suffix(", full").map_or((&work[..], work == "full"), |name| (name, true));
    let stream = match name {
        "unlike" | "cold" => unlike(),
        "twice" | "cold twice" => twice(),
        "spoilt" => spoilt(),
        "logprobs" => logprobs(),
        "turns" => turns(),
        "random" => random(),
        _ => completions(),
    };
    let size = if work == "1460" { 1460 } else { 16 << 10 };
    let mut framer = Framer::new(Mode::Standard, usize::MAX, false);
    let (schema, options) = (schema(), Options { predict: !full, ..Options::default() });
    let mut decoder = Decoder::new(schema.clone(), options.clone());
    let mut seen = 0;
    let chunks: Vec<&[u8]> = match name {
        // The median length of recorded streams; nothing was learnt before each.
        "cold" | "cold twice" => pieces(&stream, 18),
        _ => stream.as_bytes().chunks(size).collect(),
    };
    for _ in 0..times {
        for chunk in &chunks {
            let mut position = 0;
            if work == "framing" {
                while framer.next(chunk, &mut position).is_some() {
                    seen += 1;
                }
                continue;
            }
            if name.starts_with("cold") {
                decoder = Decoder::new(schema.clone(), options.clone());
            }
            while let Some(step) = decoder.step(chunk, &mut position) {
                seen += match step {
                    Step::Hit(hit) | Step::Adapted(hit, ..) => usize::from(hit.spans.len() < 99),
                    Step::Event(event) => usize::from(event.learn(false).is_none_or(|learned| learned.template < 999)),
                    Step::Nothing | Step::Text(..) | Step::Failed(_) | Step::Unknown(_) => 0,
                };
            }
        }
    }
    assert_eq!(seen, times * EVENTS, "{work}");
}
