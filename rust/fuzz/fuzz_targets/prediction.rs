//! A decoder with templates says the same as one without, about streams that repeat their events with mutations.
//!
//! The fuzzer's bytes are a program: a few events of real and made-up shapes, repeated, with bytes replaced in each repetition.
//! So most executions have hits, near misses and misses, which plain mutation of a whole stream rarely gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sselerate_fuzz::{said, split};

const EVENTS: [&[u8]; 10] = [
    b"data: {\"id\":\"c\",\"created\":1,\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":null}],\"obfuscation\":\"xyz\"}\n\n",
    b"data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"type\":\"a\",\"text\":\"b\"}}],\"p\":\"abcd\"}\n\n",
    b"event: a\ndata: {\"type\":\"a\",\"text\":\"Hello\"   }\n\n",
    b"event: b\r\ndata: {\"type\":\"b\",\"data\":{\"k\":[1,2.5,true],\"s\":\"\\u00e9\\n\"}}\r\n\r\n",
    b"{\"type\":\"a\",\"text\":\"line\"}\n",
    b"data: {\"choices\":[],\"id\":\"\",\"created\":1.5,\"delta\":null}\n\n",
    b"data: {\"id\":\"\xc3\xa9\",\"choices\":[{\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\",\"index\":0},{\"text\":\"\xf0\x9f\x98\x80\",\"index\":1}]}\n\n",
    b"data: {\"type\":\"error\",\"error\":{\"message\":\"m\"}}\n\n",
    b": comment\n\nid: 7\ndata: {\"type\":\"a\",\"text\":\"id\"}\n\n",
    b"data: [DONE]\n\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((options, size, program)) = split(data) else { return };
    let mut stream = Vec::new();
    let mut last: Vec<u8> = EVENTS[0].to_vec();
    for step in program.chunks(4) {
        let [kind, place, byte, length] = [0, 1, 2, 3].map(|at| step.get(at).copied().unwrap_or(0));
        match kind % 8 {
            // A known event.
            0 => last = EVENTS[usize::from(place) % EVENTS.len()].to_vec(),
            // The last one again, some of its bytes replaced by a run of one byte.
            1..=3 => {
                let mut event = last.clone();
                let at = usize::from(place) % event.len();
                let end = (at + usize::from(length % 4)).min(event.len());
                event.splice(at..end, std::iter::repeat_n(byte, usize::from(length / 4 % 4)));
                stream.extend_from_slice(&event);
                continue;
            }
            // The last one changed for good.
            4 => {
                let at = usize::from(place) % last.len();
                last[at] = byte;
            }
            _ => {}
        }
        stream.extend_from_slice(&last);
    }
    let chunks = || stream.chunks(size * 8);
    let with = said(options.clone(), chunks());
    let mut without = options;
    without.predict = false;
    assert_eq!(with, said(without, chunks()));
});
