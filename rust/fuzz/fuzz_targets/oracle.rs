//! What the JSON parser accepts, serde_json accepts with the same structure, and the other way round; but for what
//! Python's json allows (NaN, Infinity, lone surrogates) and our limits (depth, digits of an integer).
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sselerate_core::error::JsonErrorKind;
use sselerate_core::json::{Kind, Tape, parse, unescape};

fuzz_target!(|payload: &[u8]| {
    let Ok(text) = std::str::from_utf8(payload) else { return };
    // With exact numbers serde_json gives a meaning of its own to objects with this key.
    if text.contains("$serde_json::private") {
        return;
    }
    let mut tape = Tape::default();
    let ours = parse(payload, &mut tape);
    let theirs: Result<Value, _> = {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        serde::read(reader)
    };
    match (&ours, &theirs) {
        (Ok(()), Ok(value)) => {
            let mut node = 0;
            same(value, &tape, payload, &mut node);
            assert_eq!(node, tape.nodes().len());
        }
        (Err(_), Err(_)) => {}
        (Ok(()), Err(error)) => {
            let python_only = tape.nodes().iter().any(|node| node.kind == Kind::NotFinite) || text.contains("\\u");
            assert!(python_only, "only we accept {text:?}: {error}");
        }
        (Err(error), Ok(_)) => {
            let limit = matches!(error.kind, JsonErrorKind::TooDeep | JsonErrorKind::IntegerTooLong);
            assert!(limit, "only serde_json accepts {text:?}: {error}");
        }
    }
});

mod serde {
    use serde_json::Value;

    pub fn read(mut reader: serde_json::Deserializer<serde_json::de::StrRead<'_>>) -> Result<Value, serde_json::Error> {
        let value = <Value as serde_core::Deserialize>::deserialize(&mut reader)?;
        reader.end()?;
        Ok(value)
    }
}

/// Walk both at once. Objects are compared by the last value of each key, as a map keeps it.
fn same(value: &Value, tape: &Tape, payload: &[u8], node: &mut usize) {
    let here = tape.nodes()[*node];
    match value {
        Value::Null => assert_eq!(here.kind, Kind::Null),
        Value::Bool(true) => assert_eq!(here.kind, Kind::True),
        Value::Bool(false) => assert_eq!(here.kind, Kind::False),
        Value::Number(number) => {
            assert!(matches!(here.kind, Kind::Int | Kind::Float));
            assert_eq!(
                number.to_string().to_ascii_lowercase().replace('+', ""),
                String::from_utf8_lossy(here.bytes(payload)).to_ascii_lowercase().replace('+', "")
            );
        }
        Value::String(text) => {
            assert_eq!(here.kind, Kind::Str);
            let mut ours = Vec::new();
            unescape(here.bytes(payload), &mut ours, false);
            assert_eq!(text.as_bytes(), ours);
        }
        Value::Array(items) => {
            let children: Vec<_> = tape.children(*node).collect();
            assert_eq!(items.len(), children.len());
            for (item, mut child) in items.iter().zip(children) {
                same(item, tape, payload, &mut child);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                let mut member = tape.member(payload, *node, key.as_bytes()).expect("their key");
                same(value, tape, payload, &mut member);
            }
            assert_eq!(here.kind, Kind::Object);
        }
    }
    *node = here.next as usize;
}
