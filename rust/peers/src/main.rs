//! What does not predict: the general parser beside yyjson, simd-json, sonic-rs and serde_json, the same fields read by
//! each; and big events beside a search and a copy of their bytes. `make bench-json`. All results are compared before
//! anything is timed.

use sselerate_core::decoder::{Decoder, Options, Step};
use sselerate_core::json::{Tape, parse};
use sselerate_core::schema::{Class, Field, Schema, Shape, Target, kinds};
use sselerate_peers::turns::{Run, report};
use sselerate_peers::{Ours, SimdJson, Yyjson, serde, sonic};
use std::hint::black_box;
use std::sync::Arc;

const SECONDS: f64 = 1.0;
const EVENTS: usize = 500;
const TOKENS: [&str; 10] = [" the", " a", " of", "ing", " model", " stream", ".\\n", " café", ",", " token"];

/// Payloads of completion events as OpenAI sends them.
fn completions() -> Vec<Vec<u8>> {
    let payload = |event: usize| {
        let (token, padding) = (TOKENS[event * 7 % 10], &"aZ3kQ9xLm0PwR7tB"[..1 + event * 5 % 16]);
        format!(
            r#"{{"id":"cmpl-8wq44uFYuGm6kNe44ntRwluggKZFY","object":"text_completion","created":1709033852,"choices":[{{"text":"{token}","index":0,"logprobs":null,"finish_reason":null}}],"model":"gpt-3.5-turbo-instruct","system_fingerprint":"fp_1234567890","obfuscation":"{padding}"}}"#
        )
        .into_bytes()
    };
    (0..EVENTS).map(payload).collect()
}

/// A `response.completed` event of about 100 KB, many short values; and an image of 4 MiB in base64, one long one.
fn big() -> [(&'static str, Vec<u8>); 2] {
    let part = |number: usize| {
        format!(
            r#"{{"id":"msg_{number:048}","type":"message","status":"completed","role":"assistant","content":[{{"type":"output_text","annotations":[],"logprobs":[],"text":"{}"}}]}}"#,
            TOKENS.concat()
        )
    };
    let parts: Vec<_> = (0..380).map(part).collect();
    let completed = format!(
        r#"{{"type":"response.completed","response":{{"id":"resp_1","output":[{}],"usage":null}},"sequence_number":9}}"#,
        parts.join(",")
    );
    let image = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ".repeat((4 << 20) / 44);
    let image = format!(r#"{{"type":"image_generation.partial_image","b64_json":"{image}","partial_image_index":0}}"#);
    [("response.completed, 100 KB", completed.into_bytes()), ("image, 4 MiB", image.into_bytes())]
}

fn fields() {
    let payloads = completions();
    let (mut ours, mut yyjson, mut simd) = (Ours::default(), Yyjson::new(512), SimdJson::default());
    for payload in &payloads {
        let expected = serde(payload);
        assert_eq!(ours.read(payload), expected);
        assert_eq!(yyjson.read(payload), expected);
        assert_eq!(simd.read(payload), expected);
        assert_eq!(sonic(payload), expected);
    }
    let payloads = &payloads;
    let mut runs: Vec<Run<'_>> = vec![
        ("sselerate".into(), Box::new(|| payloads.iter().for_each(|p| drop(black_box(ours.read(p)))))),
        ("yyjson".into(), Box::new(|| payloads.iter().for_each(|p| drop(black_box(yyjson.read(p)))))),
        ("simd-json (serde)".into(), Box::new(|| payloads.iter().for_each(|p| drop(black_box(simd.read(p)))))),
        ("sonic-rs (serde)".into(), Box::new(|| payloads.iter().for_each(|p| drop(black_box(sonic(p)))))),
        ("serde_json".into(), Box::new(|| payloads.iter().for_each(|p| drop(black_box(serde(p)))))),
    ];
    let bytes = payloads.iter().map(Vec::len).sum();
    report("Completion event, all fields", &mut runs, EVENTS, bytes, SECONDS);
}

/// One class with one field: all the rest of an event is unknown.
fn schema() -> Arc<Schema> {
    let object = Shape { kinds: kinds::OBJECT, classes: vec![0], ..Shape::default() };
    let any = Shape { kinds: 127, ..Shape::default() };
    Arc::new(Schema {
        classes: vec![Class::new(vec![Field { wire: b"type".to_vec(), shape: 1, required: false }])],
        shapes: vec![object, any],
        target: Target::Shape(0),
        last: Vec::new(),
        last_names: Vec::new(),
    })
}

/// Nodes of the events that were parsed.
fn decode(stream: &[u8], schema: &Arc<Schema>, chunk: usize) -> usize {
    let mut decoder = Decoder::new(schema.clone(), Options::default());
    let mut nodes = 0;
    for chunk in stream.chunks(chunk) {
        let mut position = 0;
        while let Some(step) = decoder.step(chunk, &mut position) {
            if let Step::Event(event) = step {
                nodes += event.tape.nodes().len();
            }
        }
    }
    nodes
}

fn huge() {
    let schema = schema();
    for (name, payload) in big() {
        let (mut tape, mut copy, mut simd_copy) = (Tape::default(), payload.clone(), payload.clone());
        parse(&payload, &mut tape).expect("JSON");
        let stream = [b"data: ", &payload[..], b"\n\n"].concat();
        assert_eq!(decode(&stream, &schema, 4096), tape.nodes().len());
        let mut buffers = simd_json::Buffers::default();
        let mut yyjson = Yyjson::new(payload.len());
        assert!(yyjson.is_json(&payload));
        let (payload, stream, schema) = (&payload, &stream, &schema);
        let mut runs: Vec<Run<'_>> = vec![
            ("memchr".into(), Box::new(|| assert!(memchr::memchr(0, black_box(payload)).is_none()))),
            ("memcpy".into(), Box::new(|| copy.copy_from_slice(black_box(payload)))),
            (
                "UTF-8 of the standard library".into(),
                Box::new(|| assert!(std::str::from_utf8(black_box(payload)).is_ok())),
            ),
            ("sselerate, tape".into(), Box::new(|| assert!(parse(black_box(payload), &mut tape).is_ok()))),
            (
                "simd-json, tape, with a copy".into(),
                Box::new(|| {
                    simd_copy.copy_from_slice(payload);
                    drop(black_box(simd_json::to_tape_with_buffers(&mut simd_copy, &mut buffers)));
                }),
            ),
            ("yyjson".into(), Box::new(|| assert!(yyjson.is_json(payload)))),
        ];
        for chunk in [usize::MAX, 16 << 10, 4096] {
            let cut = if chunk == usize::MAX { "whole".to_owned() } else { format!("{chunk} B chunks") };
            let run = move || assert!(decode(stream, schema, chunk) > 0);
            runs.push((format!("sselerate, from lines to tape, {cut}"), Box::new(run)));
        }
        report(name, &mut runs, 1, payload.len(), SECONDS);
    }
}

fn main() {
    fields();
    huge();
}
