//! Asking for memory before it is needed.
//!
//! Why this file may be unsafe:
//! 1. Rows in memory are spread over the heap, and who reads them waits for each of their names and
//!    texts: with the processor asked ahead, `benches/in_memory.rs` gains 1.2 times and more.
//! 2. There is no safe way to ask on stable Rust.
#![allow(unsafe_code)]

/// Values that a loop asks ahead.
const AHEAD: usize = 16;

/// Does `work` with each value, having asked for it some values before.
#[inline(always)]
pub(crate) fn each_prefetched<'v, T: AsRef<[u8]>>(values: &'v [T], mut work: impl FnMut(&'v [u8])) {
    for (index, value) in values.iter().enumerate() {
        if let Some(later) = values.get(index + AHEAD) {
            prefetch(later.as_ref());
        }
        work(value.as_ref());
    }
}

/// Asks for the cache lines in which `bytes` starts and ends.
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8]) {
    let range = bytes.as_ptr_range();
    ask(range.start);
    ask(range.end);
}

/// Asks for the cache line in which `value` starts.
#[inline(always)]
pub(crate) fn prefetch_start<T>(value: &T) {
    ask(std::ptr::from_ref(value).cast());
}

#[inline(always)]
fn ask(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch is a hint: it takes any address, never faults and changes nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
