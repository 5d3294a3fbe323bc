//! Where a JSON string's plain run of bytes ends, where brackets stand, and which bytes are inside of quotes.
//!
//! Why this file may be unsafe:
//! 1. Most bytes of a line are in its strings; looking at 16 at once makes a whole conversion 1.1 to 1.2
//!    times as fast (`bucksaw convert` of the workloads synth40 and realistic, against the portable loop).
//! 2. Functions of a processor's features are unsafe to call on stable Rust, even of those that every
//!    processor of the architecture has.
#![allow(unsafe_code)]

/// Bytes that are looked at together.
pub(in crate::input) const LANES: usize = 16;

/// The index of the first quote, backslash or control byte from `at` on, or the length.
#[inline]
pub(in crate::input) fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(lanes) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let special = special_lanes(lanes);
        if special != 0 {
            return at + special.trailing_zeros() as usize;
        }
        at += LANES;
    }
    bytes[at..].iter().position(|byte| is_special(*byte)).map_or(bytes.len(), |found| at + found)
}

#[inline]
fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// A bit for each byte, set where it is special.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(in crate::input) fn special_lanes(lanes: &[u8; LANES]) -> u32 {
    // SAFETY: every x86-64 processor has SSE2, which is all that the function needs.
    unsafe { special_lanes_sse2(lanes) }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn special_lanes_sse2(lanes: &[u8; LANES]) -> u32 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_max_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x,
        _mm_set1_epi8,
    };
    let lanes = u128::from_le_bytes(*lanes);
    let text = _mm_set_epi64x((lanes >> 64) as i64, lanes as i64);
    let last_control = _mm_set1_epi8(0x1f);
    let is_quote = _mm_cmpeq_epi8(text, _mm_set1_epi8(b'"' as i8));
    let is_backslash = _mm_cmpeq_epi8(text, _mm_set1_epi8(b'\\' as i8));
    let is_control = _mm_cmpeq_epi8(_mm_max_epu8(text, last_control), last_control);
    _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_quote, is_backslash), is_control)) as u32
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(in crate::input) fn special_lanes(lanes: &[u8; LANES]) -> u32 {
    special_lanes_portable(lanes)
}

/// The same a byte at a time, which compilers turn into what the processor has.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn special_lanes_portable(lanes: &[u8; LANES]) -> u32 {
    lanes.iter().enumerate().map(|(lane, byte)| u32::from(is_special(*byte)) << lane).sum()
}

/// Bytes of a block, whose marks are looked for together.
pub(in crate::input) const BLOCK: usize = 64;

/// What JSON's structure is made of: a bit for each byte of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::input) struct Marks {
    pub(in crate::input) quotes: u64,
    pub(in crate::input) backslashes: u64,
    /// `{` and `[`.
    pub(in crate::input) opening: u64,
    /// `}` and `]`.
    pub(in crate::input) closing: u64,
    pub(in crate::input) newlines: u64,
}

impl Marks {
    /// Those of a block.
    #[inline]
    pub(in crate::input) fn of(block: &[u8; BLOCK]) -> Self {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 processor has SSE2, which is all that the function needs.
        return unsafe { Self::of_sse2(block) };
        #[cfg(not(target_arch = "x86_64"))]
        Self::of_portable(block)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "sse2")]
    fn of_sse2(block: &[u8; BLOCK]) -> Self {
        use std::arch::x86_64::{
            _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        };
        let mut marks = Self::default();
        for (index, lanes) in block.as_chunks::<LANES>().0.iter().enumerate() {
            let lanes = u128::from_le_bytes(*lanes);
            let text = _mm_set_epi64x((lanes >> 64) as i64, lanes as i64);
            // With this bit square brackets are curly ones, and nothing else is.
            let folded = _mm_or_si128(text, _mm_set1_epi8(0x20));
            let bits = |text, byte: u8| {
                let mask = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(byte as i8)));
                u64::from(mask as u32) << (index * LANES)
            };
            marks.quotes |= bits(text, b'"');
            marks.backslashes |= bits(text, b'\\');
            marks.opening |= bits(folded, b'{');
            marks.closing |= bits(folded, b'}');
            marks.newlines |= bits(text, b'\n');
        }
        marks
    }

    /// The same a byte at a time.
    #[cfg(any(test, not(target_arch = "x86_64")))]
    fn of_portable(block: &[u8; BLOCK]) -> Self {
        let bits = |is_meant: fn(u8) -> bool| {
            block.iter().enumerate().map(|(at, byte)| u64::from(is_meant(*byte)) << at).sum()
        };
        Self {
            quotes: bits(|byte| byte == b'"'),
            backslashes: bits(|byte| byte == b'\\'),
            opening: bits(|byte| byte == b'{' || byte == b'['),
            closing: bits(|byte| byte == b'}' || byte == b']'),
            newlines: bits(|byte| byte == b'\n'),
        }
    }
}

/// A bit for each byte of a block, set where it is this one.
#[inline]
pub(in crate::input) fn places_of(byte: u8, block: &[u8; BLOCK]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has SSE2, which is all that the function needs.
    return unsafe { places_of_sse2(byte, block) };
    #[cfg(not(target_arch = "x86_64"))]
    places_of_portable(byte, block)
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn places_of_sse2(byte: u8, block: &[u8; BLOCK]) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
    let mut places = 0;
    for (index, lanes) in block.as_chunks::<LANES>().0.iter().enumerate() {
        let lanes = u128::from_le_bytes(*lanes);
        let text = _mm_set_epi64x((lanes >> 64) as i64, lanes as i64);
        let found = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(byte as i8)));
        places |= u64::from(found as u32) << (index * LANES);
    }
    places
}

/// The same a byte at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn places_of_portable(byte: u8, block: &[u8; BLOCK]) -> u64 {
    block.iter().enumerate().map(|(at, other)| u64::from(*other == byte) << at).sum()
}

/// A bit for each byte, set where an odd number of bits is set up to there.
#[inline]
pub(in crate::input) fn parity_up_to(mut bits: u64) -> u64 {
    for by in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << by;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_are_told_alike_for_every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for at in 0..BLOCK {
                let mut block = [b'a'; BLOCK];
                block[at] = byte;
                assert_eq!(Marks::of(&block), Marks::of_portable(&block), "{byte}");
                assert_eq!(places_of(byte, &block), places_of_portable(byte, &block), "{byte}");
                assert_eq!(places_of(b'a', &block), places_of_portable(b'a', &block), "{byte}");
            }
        }
    }

    #[test]
    fn lanes_are_told_alike_for_every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for lane in 0..LANES {
                let mut lanes = [b'a'; LANES];
                lanes[lane] = byte;
                assert_eq!(special_lanes(&lanes), special_lanes_portable(&lanes), "{byte}");
            }
        }
    }

    proptest! {
        #[test]
        fn ends_where_the_first_special_byte_is(
            text in "[a-zé\u{7f}\u{80}]{0,70}[\"\\\\\u{1f}\n]?[a-z\"]{0,20}",
            at in 0..40_usize,
        ) {
            let bytes = text.as_bytes();
            let at = at.min(bytes.len());
            let expected = (at..bytes.len()).find(|index| is_special(bytes[*index]));
            prop_assert_eq!(string_end(bytes, at), expected.unwrap_or(bytes.len()));
        }
    }
}
