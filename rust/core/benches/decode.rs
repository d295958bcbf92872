//! What a byte costs in the core, without Python: framing, the JSON parser, and the decoder with and without templates.
//!
//! `cargo bench -p sselerate-core`. The stream is made here: completion events as OpenAI sends them, with tokens and padding of
//! varying length.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sselerate_core::decoder::{Decoder, Options};
use sselerate_core::framing::{Framer, Item, Mode};
use sselerate_core::json::{Tape, parse};
use sselerate_core::schema::{Class, Field, Schema, Shape, Target, kinds};
use std::hint::black_box;
use std::sync::Arc;

const CHUNK: usize = 16 << 10;
const EVENTS: usize = 4000;

fn stream() -> Vec<u8> {
    const TOKENS: [&str; 10] = [" the", " a", " of", "ing", " model", " stream", ".\\n", " café", ",", " token"];
    let mut state = 1u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(state) * u64::from(below)) >> 32) as usize
    };
    let mut stream = String::new();
    for _ in 0..EVENTS {
        let (token, padding) = (TOKENS[random(10)], &"aZ3kQ9xLm0PwR7tB"[..1 + random(16)]);
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

fn decode(stream: &[u8], chunk: usize, predict: bool) -> usize {
    let mut decoder = Decoder::new(schema(), Options { predict, ..Options::default() });
    let mut bytes = 0;
    for chunk in stream.chunks(chunk) {
        let mut position = 0;
        while let Some(step) = decoder.step(chunk, &mut position) {
            use sselerate_core::decoder::Step;
            match step {
                Step::Hit(hit) => bytes += hit.spans.iter().map(|span| span.end - span.start).sum::<usize>(),
                Step::Event(event) => bytes += event.learn(false).map_or(1, |learned| learned.holes.len()),
                Step::Nothing | Step::Text(..) | Step::Failed(_) | Step::Unknown(_) => {}
            }
        }
    }
    bytes
}

fn benches(criterion: &mut Criterion) {
    let stream = stream();
    let mut group = criterion.benchmark_group("completions");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("framing, 16 KiB chunks", |bencher| {
        bencher.iter(|| {
            let mut framer = Framer::new(Mode::Standard, usize::MAX, false);
            let mut bytes = 0;
            for chunk in stream.chunks(CHUNK) {
                let mut position = 0;
                while let Some(item) = framer.next(chunk, &mut position) {
                    if let Item::Event(frame) = item {
                        bytes += frame.data.map_or(0, <[u8]>::len);
                    }
                }
            }
            black_box(bytes)
        });
    });
    group.bench_function("json tape", |bencher| {
        let payloads: Vec<_> =
            stream.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b"data: ")).collect();
        let mut tape = Tape::default();
        bencher.iter(|| {
            payloads.iter().map(|payload| parse(payload, &mut tape).map_or(0, |()| tape.nodes().len())).sum::<usize>()
        });
    });
    for (name, chunk) in [("16 KiB chunks", CHUNK), ("1460 byte chunks", 1460)] {
        group.bench_function(format!("decode predicted, {name}"), |bencher| {
            bencher.iter(|| decode(&stream, chunk, true));
        });
        group.bench_function(format!("decode in full, {name}"), |bencher| {
            bencher.iter(|| decode(&stream, chunk, false));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
