//! Schemas with everything that decides about an event: rules, tags, literals, nested classes, signs of the last event.

use sselerate_core::schema::{Class, Field, Literal, Rule, Schema, Shape, Tags, Target, kinds};
use sselerate_core::sign::{Sign, Step as Path};
use std::sync::{Arc, OnceLock};

/// The schema of this number, whatever it is; they are made once.
pub fn shared(which: usize) -> Arc<Schema> {
    static SCHEMAS: OnceLock<[Arc<Schema>; 3]> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| [rules(), with_target(4), with_target(6)].map(Arc::new));
    schemas[which % schemas.len()].clone()
}

/// The same classes, wanted as one shape.
fn with_target(shape: usize) -> Schema {
    Schema { target: Target::Shape(shape), ..rules() }
}

/// Classes like those of completions, chat chunks and tagged events, recognised by rules.
pub fn rules() -> Schema {
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
    let names: [(&str, usize); 5] =
        [("a", 2), ("b", 3), ("content_block_delta", 4), ("text_delta", 2), ("response.output_text.delta", 5)];
    let tagged = Shape {
        kinds: kinds::OBJECT,
        classes: vec![2, 3, 4, 5],
        tags: Some(Tags {
            key: b"type".to_vec(),
            classes: names.iter().map(|(name, class)| (name.as_bytes().to_vec(), *class)).collect(),
            other: None,
        }),
        expected: "object".into(),
        ..Shape::default()
    };
    let choices = Shape { kinds: kinds::ARRAY, items: Some(5), expected: "array".into(), ..Shape::default() };
    let field = |wire: &str, shape, required| Field { wire: wire.as_bytes().to_vec(), shape, required };
    let key = |key: &str| Path::Key(key.as_bytes().to_vec());
    let sign = |name: &str, equals| Sign::new(vec![key(name)], equals, None, None);
    let words = |words: &[&str]| Some(words.iter().map(|&word| Literal::Str(word.into())).collect());
    let prefixed = Sign::new(vec![key("type")], None, Some(b"response.".to_vec()), None);
    let nested = Sign::new(vec![key("choices"), Path::Index(0), key("text")], None, None, Some(b"created".to_vec()));
    Schema {
        classes: vec![
            Class::new(vec![
                field("id", 1, true),
                field("created", 2, false),
                field("choices", 7, true),
                field("delta", 6, false),
            ]),
            Class::new(vec![
                field("index", 2, false),
                field("text", 1, false),
                field("finish_reason", 3, false),
                field("delta", 6, false),
            ]),
            Class::new(vec![field("type", 1, true), field("text", 1, false)]),
            Class::new(vec![field("type", 1, true), field("data", 0, false)]),
            Class::new(vec![field("type", 1, true), field("index", 2, true), field("delta", 6, true)]),
            Class::new(vec![field("type", 1, true), field("delta", 1, true), field("sequence_number", 2, true)]),
        ],
        shapes: vec![any, text, number, reason, class(0), class(1), tagged, choices],
        target: Target::Rules(vec![
            Rule { sign: nested, shape: Some(4) },
            Rule { sign: sign("choices", None), shape: Some(4) },
            Rule { sign: sign("type", words(&["a", "b", "content_block_delta"])), shape: Some(6) },
            Rule { sign: prefixed, shape: Some(6) },
        ]),
        last: vec![
            sign("done", Some(vec![Literal::Bool(true)])),
            Sign::new(vec![key("done")], None, Some(Vec::new()), Some(b"id".to_vec())),
            sign("object", words(&["the end"])),
        ],
        last_names: vec![b"done".to_vec()],
    }
}
