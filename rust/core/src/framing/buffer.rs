//! Buffers that are filled again for every event.

/// Buffers above this capacity are given back after the event that needed them.
const KEEP_CAPACITY: usize = 1 << 20;

/// Empty a buffer, and give it back if it is large.
pub(super) fn release(buffer: &mut Vec<u8>) {
    if buffer.capacity() > KEEP_CAPACITY {
        *buffer = Vec::new();
    } else {
        buffer.clear();
    }
}
