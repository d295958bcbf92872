//! What the targets share: the differential that the core's tests run too, and a way to write down what a decoder said.

#[path = "../../core/tests/differential/mod.rs"]
pub mod differential;

use sselerate_core::decoder::{Cause, Decoder, Options, Reported, Step};
use sselerate_core::json::{Kind, Tape};
use sselerate_core::template::Span;

/// Everything that a decoder says about a stream cut into these chunks, an entry an event.
pub fn said<'a>(options: Options, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = Decoder::new(differential::schema::shared(0), options);
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
            Step::Adapted(hit, learned, changes) => {
                let (values, holes, _) = &mut self.known[learned.template];
                *holes = learned.holes;
                for change in changes.iter().filter(|change| change.node != 0) {
                    values[change.node] = hole_value(&change.span, hit.bytes);
                }
                self.note(Step::Hit(hit), said);
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
                    Cause::Server(Some(Reported { payload, tape, node })) => {
                        format!("server {}", values(tape, payload)[*node..].join(""))
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
