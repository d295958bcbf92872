//! A fixed amount of work for `make perf-gate`, which runs it under callgrind and counts instructions.
//!
//! `gate WORK TIMES` with WORK one of framing, full, predicted, 1460 (predicted, in chunks that cut events). Run with two values of TIMES:
//! the difference is free of start-up.

use sselerate_core::decoder::{Decoder, Options, Step};
use sselerate_core::framing::{Framer, Mode};
use sselerate_core::schema::{Class, Field, Schema, Shape, Target, kinds};
use std::sync::Arc;

const EVENTS: usize = 1000;
const TOKENS: [&str; 10] = [" the", " a", " of", "ing", " model", " stream", ".\\n", " café", ",", " token"];

fn stream() -> Vec<u8> {
    let mut stream = String::new();
    for event in 0..EVENTS {
        let (token, padding) = (TOKENS[event * 7 % 10], &"aZ3kQ9xLm0PwR7tB"[..1 + event * 5 % 16]);
        stream.push_str(&format!(
            r#"data: {{"id":"cmpl-8wq44uFYuGm6kNe44ntRwluggKZFY","object":"text_completion","created":1709033852,"choices":[{{"text":"{token}","index":0,"logprobs":null,"finish_reason":null}}],"model":"gpt-3.5-turbo-instruct","system_fingerprint":"fp_1234567890","obfuscation":"{padding}"}}"#
        ));
        stream.push_str("\n\n");
    }
    stream.into_bytes()
}

fn schema() -> Arc<Schema> {
    let field = |wire: &str, shape| Field { wire: wire.into(), shape, required: false };
    let shape = |kinds, classes, items| Shape { kinds, classes, items, ..Shape::default() };
    let names = ["id", "object", "created", "model", "choices", "system_fingerprint", "obfuscation"];
    let event = names.iter().map(|name| field(name, if *name == "choices" { 2 } else { 3 })).collect();
    let choice = ["text", "index", "logprobs", "finish_reason"].iter().map(|name| field(name, 3)).collect();
    Arc::new(Schema {
        classes: vec![Class { fields: event }, Class { fields: choice }],
        shapes: vec![
            shape(kinds::OBJECT, vec![0], None),
            shape(kinds::OBJECT, vec![1], None),
            shape(kinds::ARRAY, vec![], Some(1)),
            shape(127, vec![], None),
        ],
        target: Target::Shape(0),
        last: Vec::new(),
        last_names: Vec::new(),
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let work = arguments.next().unwrap_or_default();
    let times: usize = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    let stream = stream();
    let size = if work == "1460" { 1460 } else { 16 << 10 };
    let mut framer = Framer::new(Mode::Standard, usize::MAX, false);
    let mut decoder = Decoder::new(schema(), Options { predict: work != "full", ..Options::default() });
    let mut seen = 0;
    for _ in 0..times {
        for chunk in stream.chunks(size) {
            let mut position = 0;
            if work == "framing" {
                while framer.next(chunk, &mut position).is_some() {
                    seen += 1;
                }
                continue;
            }
            while let Some(step) = decoder.step(chunk, &mut position) {
                seen += match step {
                    Step::Hit(hit) => usize::from(hit.spans.len() < 99),
                    Step::Event(event) => usize::from(event.learn(false).is_none_or(|learned| learned.template < 99)),
                    Step::Nothing | Step::Text(..) | Step::Failed(_) | Step::Unknown(_) => 0,
                };
            }
        }
    }
    assert_eq!(seen, times * EVENTS, "{work}");
}
