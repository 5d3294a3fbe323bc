//! Asking for memory before it is needed.
//!
//! Why this file may be unsafe:
//! 1. Rows in memory are spread over the heap, and a column's loop waits for each of its texts: with
//!    the processor asked ahead, `benches/in_memory.rs` gains 1.2 times on blocks of such rows.
//! 2. There is no safe way to ask on stable Rust.
#![allow(unsafe_code)]

/// Values that a loop asks ahead.
pub(super) const AHEAD: usize = 12;

/// Asks for the cache line in which `bytes` starts.
#[inline(always)]
pub(super) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch is a hint: it takes any address, never faults and changes nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}
