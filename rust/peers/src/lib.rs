//! The same fields of a completion event, read by each parser.

pub mod turns;

use serde::Deserialize;
use sselerate_core::json::{Kind, Tape, parse, unescape};
use sselerate_core::schema::{Class, Field};
use std::borrow::Cow;
use std::ffi::{CStr, c_char};

/// What a consumer reads of an event. Texts borrow from the payload where nothing is escaped.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub struct Event<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub object: Cow<'a, str>,
    pub created: i64,
    #[serde(borrow)]
    pub choices: Vec<Choice<'a>>,
    #[serde(borrow)]
    pub model: Cow<'a, str>,
    #[serde(borrow, default)]
    pub system_fingerprint: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub obfuscation: Option<Cow<'a, str>>,
}

/// Its only choice.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub struct Choice<'a> {
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    pub index: i64,
    #[serde(borrow, default)]
    pub finish_reason: Option<Cow<'a, str>>,
}

/// Ours: a tape, and fields found as the decoder finds them.
pub struct Ours {
    tape: Tape,
    event: Class,
    choice: Class,
}

impl Default for Ours {
    fn default() -> Self {
        let field = |name: &&str| Field { wire: (*name).into(), shape: 0, required: false };
        let class = |names: &[&str]| Class::new(names.iter().map(field).collect());
        Self {
            tape: Tape::default(),
            event: class(&["id", "object", "created", "choices", "model", "system_fingerprint", "obfuscation"]),
            choice: class(&["text", "index", "logprobs", "finish_reason"]),
        }
    }
}

impl Ours {
    pub fn read<'a>(&mut self, payload: &'a [u8]) -> Event<'a> {
        parse(payload, &mut self.tape).expect("JSON");
        // As in the decoder, all of it at once.
        let payload = std::str::from_utf8(payload).expect("UTF-8");
        let (mut event, mut hint) = (Event::default(), 0);
        for key in self.tape.children(0) {
            let Some(field) = self.event.find_node(&self.tape.nodes()[key], payload.as_bytes(), hint) else { continue };
            hint = field + 1;
            match field {
                0 => event.id = self.text(key + 1, payload).unwrap_or_default(),
                1 => event.object = self.text(key + 1, payload).unwrap_or_default(),
                2 => event.created = self.integer(key + 1, payload),
                3 => {
                    event.choices = self.tape.children(key + 1).map(|choice| self.choice(choice, payload)).collect();
                }
                4 => event.model = self.text(key + 1, payload).unwrap_or_default(),
                5 => event.system_fingerprint = self.text(key + 1, payload),
                _ => event.obfuscation = self.text(key + 1, payload),
            }
        }
        event
    }

    fn choice<'a>(&self, node: usize, payload: &'a str) -> Choice<'a> {
        let (mut choice, mut hint) = (Choice::default(), 0);
        for key in self.tape.children(node) {
            let Some(field) = self.choice.find_node(&self.tape.nodes()[key], payload.as_bytes(), hint) else {
                continue;
            };
            hint = field + 1;
            match field {
                0 => choice.text = self.text(key + 1, payload).unwrap_or_default(),
                1 => choice.index = self.integer(key + 1, payload),
                3 => choice.finish_reason = self.text(key + 1, payload),
                _ => {}
            }
        }
        choice
    }

    fn text<'a>(&self, node: usize, payload: &'a str) -> Option<Cow<'a, str>> {
        let node = &self.tape.nodes()[node];
        if node.kind != Kind::Str {
            return None;
        }
        let text = &payload[node.start as usize..node.end as usize];
        if node.flags & sselerate_core::json::scan::ESCAPED == 0 {
            return Some(Cow::Borrowed(text));
        }
        let mut unescaped = Vec::with_capacity(text.len());
        unescape(text.as_bytes(), &mut unescaped, false);
        String::from_utf8(unescaped).ok().map(Cow::Owned)
    }

    fn integer(&self, node: usize, payload: &str) -> i64 {
        let digits = self.tape.nodes()[node].bytes(payload.as_bytes());
        digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    }
}

/// yyjson, the DOM parser: a document in a buffer that is used again, and look-ups by key.
pub struct Yyjson {
    pool: Vec<u8>,
}

impl Yyjson {
    /// For payloads up to `size` bytes.
    pub fn new(size: usize) -> Self {
        // Its documentation's bound for reading without options.
        Self { pool: vec![0; size * 12 + 1024] }
    }

    /// Parse, and read nothing.
    pub fn is_json(&mut self, payload: &[u8]) -> bool {
        !self.document(payload).is_null()
    }

    /// The document, which lives in the pool until the next one.
    fn document(&mut self, payload: &[u8]) -> *mut yyjson_sys::yyjson_doc {
        let payload = (payload.as_ptr().cast_mut().cast(), payload.len());
        // SAFETY: the payload is not written to, the allocator lives as long as the call needs it, and the pool longer.
        unsafe {
            let mut alc: yyjson_sys::yyjson_alc = std::mem::zeroed();
            assert!(yyjson_sys::yyjson_alc_pool_init(&mut alc, self.pool.as_mut_ptr().cast(), self.pool.len()));
            yyjson_sys::yyjson_read_opts(payload.0, payload.1, 0, &alc, std::ptr::null_mut())
        }
    }

    pub fn read<'a>(&'a mut self, payload: &'a [u8]) -> Event<'a> {
        use yyjson_sys::*;
        let document = self.document(payload);
        assert!(!document.is_null());
        let text = |value: *mut yyjson_val| {
            // SAFETY: yyjson answers NULL where there is no string; strings live in the pool, which the event borrows.
            unsafe {
                let text: *const c_char = yyjson_get_str(value);
                (!text.is_null()).then(|| String::from_utf8_lossy(CStr::from_ptr(text).to_bytes()))
            }
        };
        let at = |object, key: &CStr| {
            // SAFETY: a value of the document, or NULL, which every function takes.
            unsafe { yyjson_obj_get(object, key.as_ptr()) }
        };
        // SAFETY: the document is there until the next one is read; absent values are NULL, which every function takes.
        unsafe {
            let root = yyjson_doc_get_root(document);
            let choices = at(root, c"choices");
            let count = yyjson_arr_size(choices);
            let choices = (0..count).map(|index| {
                let choice = yyjson_arr_get(choices, index);
                Choice {
                    text: text(at(choice, c"text")).unwrap_or_default(),
                    index: yyjson_get_sint(at(choice, c"index")),
                    finish_reason: text(at(choice, c"finish_reason")),
                }
            });
            Event {
                choices: choices.collect(),
                id: text(at(root, c"id")).unwrap_or_default(),
                object: text(at(root, c"object")).unwrap_or_default(),
                created: yyjson_get_sint(at(root, c"created")),
                model: text(at(root, c"model")).unwrap_or_default(),
                system_fingerprint: text(at(root, c"system_fingerprint")),
                obfuscation: text(at(root, c"obfuscation")),
            }
        }
    }
}

/// simd-json changes what it reads, so it gets a copy; that costs it little.
#[derive(Default)]
pub struct SimdJson {
    copy: Vec<u8>,
    buffers: simd_json::Buffers,
}

impl SimdJson {
    pub fn read<'a>(&'a mut self, payload: &[u8]) -> Event<'a> {
        self.copy.clear();
        self.copy.extend_from_slice(payload);
        simd_json::serde::from_slice_with_buffers(&mut self.copy, &mut self.buffers).expect("JSON")
    }
}

pub fn sonic(payload: &[u8]) -> Event<'_> {
    sonic_rs::from_slice(payload).expect("JSON")
}

pub fn serde(payload: &[u8]) -> Event<'_> {
    serde_json::from_slice(payload).expect("JSON")
}
