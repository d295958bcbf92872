//! No bytes make the decoder panic, and it says something finite about all of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sselerate_fuzz::{said, split};

fuzz_target!(|data: &[u8]| {
    let Some((options, size, stream)) = split(data) else { return };
    let said = said(options, stream.chunks(size));
    assert!(said.len() <= 2 * stream.len() + 2);
});
