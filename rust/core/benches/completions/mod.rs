//! Completions as OpenAI sends them, for the benches and for `examples/gate.rs`: tokens and padding of varying length,
//! all else the same.

use sselerate_core::schema::{Class, Field, Schema, Shape, Target, kinds};
use std::sync::Arc;

pub(crate) const TOKENS: [&str; 10] = [" the", " a", " of", "ing", " model", " stream", ".\\n", " café", ",", " token"];
pub(crate) const PADDING: &str = "aZ3kQ9xLm0PwR7tB";

/// One event, with its blank line.
pub(crate) fn event(token: &str, padding: &str) -> String {
    format!(
        r#"data: {{"id":"cmpl-8wq44uFYuGm6kNe44ntRwluggKZFY","object":"text_completion","created":1709033852,"choices":[{{"text":"{token}","index":0,"logprobs":null,"finish_reason":null}}],"model":"gpt-3.5-turbo-instruct","system_fingerprint":"fp_1234567890","obfuscation":"{padding}"}}"#
    ) + "\n\n"
}

/// A class for them.
pub(crate) fn schema() -> Arc<Schema> {
    let field = |wire: &str, shape| Field { wire: wire.into(), shape, required: false };
    let shape = |kinds, classes, items| Shape { kinds, classes, items, ..Shape::default() };
    let names = ["id", "object", "created", "model", "choices", "system_fingerprint", "obfuscation"];
    let event = names.iter().map(|name| field(name, if *name == "choices" { 2 } else { 3 })).collect();
    let choice = ["text", "index", "logprobs", "finish_reason"].iter().map(|name| field(name, 3)).collect();
    Arc::new(Schema {
        classes: vec![Class::new(event), Class::new(choice)],
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
