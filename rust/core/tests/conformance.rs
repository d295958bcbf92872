//! The corpus that Python reads too (`tests/corpus`), its `parser` part: every case whole, at every cut, and byte by
//! byte.

use serde_json::Value;
use sselerate_core::framing::{Framer, Item, Mode};
use std::path::{Path, PathBuf};

const DEFAULT_LIMIT: usize = 64 << 20;
/// Longer cases are not cut at every byte.
const EVERY_CUT: usize = 2000;

struct Case {
    name: String,
    stream: Vec<u8>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let folders = std::fs::read_dir(&corpus).expect("the corpus beside the crates").flatten();
    let files = folders.filter_map(|folder| std::fs::read_dir(folder.path()).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sse"));
    paths.sort();
    let case = |path: PathBuf| {
        let expected = std::fs::read_to_string(path.with_extension("json")).expect("an expectation for each stream");
        let expected: Value = serde_json::from_str(&expected).expect("valid JSON");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Case { name, stream: std::fs::read(&path).expect("readable"), expected }
    };
    paths.into_iter().map(case).filter(|case| !case.expected["parser"].is_null()).collect()
}

/// What the parser gives, in the words of the corpus, and its attributes after the end.
fn read<'a>(options: &Value, chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<Value>, Value) {
    let limit = options["max_event_bytes"].as_u64().map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let strict = options["errors"] == "strict";
    let mut framer = Framer::new(Mode::Standard, limit, options["comments"] == true);
    framer.set_last_event_id(options["last_event_id"].as_str().unwrap_or("").as_bytes());
    let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes));
    let mut items = Vec::new();
    let mut index = 0;
    for chunk in chunks {
        let mut position = 0;
        while let Some(item) = framer.next(chunk, &mut position) {
            items.push(match item {
                Item::Damaged { .. } | Item::Truncated(_) | Item::Nothing => unreachable!("not of lines"),
                Item::Comment(comment) => serde_json::json!({"comment": text(comment)}),
                Item::TooLarge(offset) => serde_json::json!({
                    "error": "EventTooLargeError",
                    "message": format!("event {index} at stream offset {offset} is larger than max_event_bytes={limit}"),
                    "offset": offset,
                    "event_index": index,
                    "limit": limit,
                }),
                Item::Event(frame) => {
                    index += 1;
                    let data = frame.data.unwrap_or_default();
                    let id = if frame.sets_id { frame.id } else { b"" };
                    let valid = [data, frame.event, id].iter().all(|bytes| std::str::from_utf8(bytes).is_ok());
                    if strict && !valid {
                        let (index, offset) = (index - 1, frame.offset);
                        items.push(serde_json::json!({
                            "error": "DecodeError",
                            "message": format!("invalid UTF-8 in event {index} (stream offset {offset})"),
                            "offset": offset,
                            "event_index": index,
                        }));
                        continue;
                    }
                    let event = if frame.event.is_empty() { b"message" } else { frame.event };
                    serde_json::json!({"event": text(event), "data": text(data), "id": text(frame.id), "retry": frame.retry})
                }
            });
        }
    }
    let attributes = serde_json::json!({
        "last_event_id": text(framer.last_event_id()),
        "retry": framer.retry(),
        "pending": framer.pending(0),
        "comments": framer.comment_count(),
        "unknown_fields": framer.unknown_field_count(),
    });
    (items, attributes)
}

/// The keys that an expectation names, of what we have.
fn named(have: &Value, wanted: &Value) -> Value {
    let (Some(have), Some(wanted)) = (have.as_object(), wanted.as_object()) else { return have.clone() };
    have.iter().filter(|(key, _)| wanted.contains_key(*key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[test]
fn every_case_however_it_is_cut() {
    let cases = cases();
    assert!(cases.len() > 100, "the corpus has only {} cases", cases.len());
    for Case { name, stream, expected } in &cases {
        let parser = &expected["parser"];
        let wanted = parser["events"].as_array().expect("a list of events");
        let check = |how: &str, (items, attributes): (Vec<Value>, Value)| {
            let items: Vec<_> = items
                .iter()
                .zip(wanted.iter().chain(std::iter::repeat(&Value::Null)))
                .map(|(have, want)| named(have, want))
                .collect();
            assert_eq!(&items, wanted, "{name}, {how}");
            assert_eq!(attributes, named(parser, &attributes), "{name}, {how}");
        };
        let options = &parser["options"];
        check("whole", read(options, std::iter::once(&stream[..])));
        check("byte by byte", read(options, stream.chunks(1)));
        if stream.len() <= EVERY_CUT {
            for cut in 0..=stream.len() {
                let (left, right) = stream.split_at(cut);
                check(&format!("cut at {cut}"), read(options, [left, b"", right].into_iter()));
            }
        }
    }
}
