//! What a decoder says about a stream does not depend on how the stream is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sselerate_fuzz::{said, split};

fuzz_target!(|data: &[u8]| {
    let Some((options, size, stream)) = split(data) else { return };
    let whole = said(options.clone(), std::iter::once(stream));
    assert_eq!(said(options.clone(), stream.chunks(size)), whole, "in chunks of {size}");
    assert_eq!(said(options.clone(), stream.chunks(1)), whole, "byte by byte");
    let (left, right) = stream.split_at(size.min(stream.len()));
    assert_eq!(said(options, [left, b"", right].into_iter()), whole, "cut at {size}");
});
