//! What a byte costs in the core, without Python: framing, the JSON parser, and the decoder with and without templates.
//!
//! `cargo bench -p sselerate-core`. The stream is made here: completion events as OpenAI sends them, with tokens and
//! padding of varying length.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sselerate_core::decoder::{Decoder, Options};
use sselerate_core::framing::{Framer, Item, Mode};
use sselerate_core::json::{Tape, parse};
use std::hint::black_box;

mod completions;
use completions::{PADDING, TOKENS, event, schema};

const CHUNK: usize = 16 << 10;
const EVENTS: usize = 4000;

fn stream() -> Vec<u8> {
    let mut state = 1u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(state) * u64::from(below)) >> 32) as usize
    };
    let mut stream = String::new();
    for _ in 0..EVENTS {
        stream.push_str(&event(TOKENS[random(10)], &PADDING[..1 + random(16)]));
    }
    stream.into_bytes()
}

fn decode(stream: &[u8], chunk: usize, predict: bool) -> usize {
    let mut decoder = Decoder::new(schema(), Options { predict, ..Options::default() });
    let mut bytes = 0;
    for chunk in stream.chunks(chunk) {
        let mut position = 0;
        while let Some(step) = decoder.step(chunk, &mut position) {
            use sselerate_core::decoder::Step;
            match step {
                Step::Hit(hit) | Step::Adapted(hit, ..) => {
                    bytes += hit.spans.iter().map(|span| span.end - span.start).sum::<usize>();
                }
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
