//! What the targets share: a schema like that of the chat and completion classes, and a way to write down what a decoder said.

use sselerate_core::decoder::{Cause, Decoder, Options, Step};
use sselerate_core::json::{Kind, Tape};
use sselerate_core::schema::{Class, Field, Literal, Rule, Schema, Shape, Sign, Step as Path, Tags, Target, kinds};
use sselerate_core::template::Span;
use std::sync::Arc;

/// One class with every kind of shape in it, recognised by a rule, and a second one by another: so pinned values, tags, literals and
/// unknown payloads all occur.
pub fn schema() -> Arc<Schema> {
    let any = Shape { kinds: 127, expected: "any value".into(), ..Shape::default() };
    let text = Shape { kinds: kinds::STR | kinds::NULL, expected: "str or null".into(), ..Shape::default() };
    let number = Shape { kinds: kinds::INT | kinds::FLOAT, expected: "float".into(), ..Shape::default() };
    let reason = Shape {
        kinds: kinds::STR | kinds::NULL,
        literals: Some(vec![Literal::Str("stop".into()), Literal::Null]),
        expected: "\"stop\" or null".into(),
        ..Shape::default()
    };
    let class =
        |class| Shape { kinds: kinds::OBJECT, classes: vec![class], expected: "object".into(), ..Shape::default() };
    let tagged = Shape {
        kinds: kinds::OBJECT,
        classes: vec![2, 3],
        tags: Some(Tags { key: b"type".to_vec(), classes: vec![(b"a".to_vec(), 2), (b"b".to_vec(), 3)], other: None }),
        expected: "object".into(),
        ..Shape::default()
    };
    let choices = Shape { kinds: kinds::ARRAY, items: Some(5), expected: "array".into(), ..Shape::default() };
    let field = |wire: &str, shape, required| Field { wire: wire.as_bytes().to_vec(), shape, required };
    let sign = |key: &str, equals: Option<[&str; 2]>| Sign {
        path: vec![Path::Key(key.as_bytes().to_vec())],
        equals: equals.map(|words| words.map(|word| word.as_bytes().to_vec()).to_vec()),
        prefix: None,
        also: None,
    };
    Arc::new(Schema {
        classes: vec![
            Class {
                fields: vec![
                    field("id", 1, true),
                    field("created", 2, false),
                    field("choices", 7, true),
                    field("delta", 6, false),
                ],
            },
            Class {
                fields: vec![
                    field("index", 2, false),
                    field("text", 1, false),
                    field("finish_reason", 3, false),
                    field("delta", 6, false),
                ],
            },
            Class { fields: vec![field("type", 1, true), field("text", 1, false)] },
            Class { fields: vec![field("type", 1, true), field("data", 0, false)] },
        ],
        shapes: vec![any, text, number, reason, class(0), class(1), tagged, choices],
        target: Target::Rules(vec![
            Rule { sign: sign("choices", None), shape: Some(4) },
            Rule { sign: sign("type", Some(["a", "b"])), shape: Some(6) },
        ]),
        last: vec![sign("done", None)],
        last_names: vec![b"done".to_vec()],
    })
}

/// Everything that a decoder says about a stream cut into these chunks, an entry an event.
pub fn said<'a>(options: Options, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = Decoder::new(schema(), options);
    let mut made = Templates::default();
    let mut said = Vec::new();
    for chunk in chunks {
        let mut position = 0;
        while let Some(step) = decoder.step(chunk, &mut position) {
            made.note(step, &mut said);
        }
    }
    while let Some(step) = decoder.finish() {
        made.note(step, &mut said);
    }
    said.push(format!("{} {} {}", decoder.is_done(), decoder.event_index(), decoder.framer().comment_count()));
    said
}

/// What a consumer keeps of each template: the values of the event it was learnt from, and which of them are holes.
#[derive(Default)]
pub struct Templates {
    known: Vec<(Vec<String>, Vec<usize>, String)>,
    /// Events that fitted a template.
    pub hits: usize,
}

impl Templates {
    fn note(&mut self, step: Step<'_>, said: &mut Vec<String>) {
        match step {
            Step::Nothing => {}
            Step::Unknown(rule) => unreachable!("rule {rule} has a shape"),
            Step::Text(text, name) => {
                said.push(format!("{:?} {:?}", String::from_utf8_lossy(text), String::from_utf8_lossy(name)))
            }
            Step::Hit(hit) => {
                self.hits += 1;
                let (values, holes, shape) = &self.known[hit.template];
                let mut values = values.clone();
                for (&hole, span) in holes.iter().zip(hit.spans) {
                    // Hole 0 is the white space before the last brace, which is no value.
                    if hole != 0 {
                        values[hole] = hole_value(span, hit.bytes);
                    }
                }
                said.push(format!("{shape} {}", values.join("")));
            }
            Step::Event(event) => {
                let values = values(event.tape, event.payload);
                let shape = format!("{:?}", event.shape);
                said.push(format!("{shape} {}", values.join("")));
                if let Some(learned) = event.learn(false) {
                    if self.known.len() <= learned.template {
                        self.known.resize_with(learned.template + 1, Default::default);
                    }
                    self.known[learned.template] = (values, learned.holes, shape);
                }
            }
            Step::Failed(failure) => {
                let cause = match &failure.cause {
                    Cause::Server(Some((tape, node))) => {
                        format!("server {}", values(tape, failure.data.as_bytes())[*node..].join(""))
                    }
                    cause => format!("{cause:?}"),
                };
                said.push(format!("{cause} {} {} {}", failure.data, failure.event_index, failure.offset));
            }
        }
    }
}

/// One text a node, so that two tapes with equal texts mean the same.
fn values(tape: &Tape, payload: &[u8]) -> Vec<String> {
    let text = |node: &sselerate_core::json::Node| match node.kind {
        Kind::Object => format!("{{{}", node.next),
        Kind::Array => format!("[{}", node.next),
        Kind::Key => format!("{}:", String::from_utf8_lossy(node.bytes(payload))),
        Kind::Str => format!("{:?}{}", String::from_utf8_lossy(node.bytes(payload)), node.flags),
        kind => format!("{kind:?}{},", String::from_utf8_lossy(node.bytes(payload))),
    };
    tape.nodes().iter().map(text).collect()
}

/// A hole is read as what it looks like: a string is known by the quote behind it.
fn hole_value(span: &Span, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(span.bytes(bytes));
    if bytes.get(span.end) == Some(&b'"') {
        return format!("{text:?}{}", span.flags);
    }
    let kind = match text.as_bytes().first() {
        Some(b't') => Kind::True,
        Some(b'f') => Kind::False,
        Some(b'n') => Kind::Null,
        _ if text.contains(['.', 'e', 'E']) => Kind::Float,
        _ => Kind::Int,
    };
    format!("{kind:?}{text},")
}

/// The fuzzer's bytes as options, a cut of the stream, and the stream.
pub fn split(data: &[u8]) -> Option<(Options, usize, &[u8])> {
    let (&first, rest) = data.split_first()?;
    let (&size, stream) = rest.split_first()?;
    let options = Options {
        strict: first & 1 != 0,
        multi: first & 2 != 0,
        max_event_bytes: if first & 4 != 0 { 40 + usize::from(first >> 3) } else { 1 << 20 },
        split: first & 128 != 0,
        ..Options::default()
    };
    Some((options, usize::from(size).max(1), stream))
}
