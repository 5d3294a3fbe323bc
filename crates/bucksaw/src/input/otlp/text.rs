//! Text on the wire.
//!
//! Why this file has `unsafe` code:
//! 1. Attributes are many short texts, mostly ASCII, at any address. The standard library's check goes byte by byte to the next
//!    aligned address, which most of them end before; it took a tenth of the whole time from OTLP to Parquet.
//! 2. Without it `bucksaw convert` takes 1.09 times as long for requests of the workload synth40, and 1.04 times for realistic ones;
//!    `benches/otlp.rs` measures decoding alone.
//! 3. Nothing safe makes text of bytes that are known to be ASCII.
#![allow(unsafe_code)]

/// Texts up to here are looked at here; longer ones are worth a call.
const SHORT: usize = 64;

/// The bytes as text, if they are UTF-8.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.len() <= SHORT && is_ascii(bytes) {
        // SAFETY: ASCII is UTF-8.
        return Some(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    simdutf8::basic::from_utf8(bytes).ok()
}

/// Whether no byte has its highest bit; the last words of bytes may overlap.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    let all = words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word));
    let last = match (bytes.last_chunk::<8>(), rest) {
        (Some(last), _) => u64::from_le_bytes(*last),
        (None, rest) => match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first) | u32::from_le_bytes(*last))
            }
            _ => rest.iter().fold(0, |all, byte| all | u64::from(*byte)),
        },
    };
    (all | last) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_the_standard_library_takes() {
        for len in 0..100 {
            let mut bytes = vec![b'a'; len];
            assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok());
            for at in 0..len {
                for other in [&b"\x80"[..], b"\xff", "é".as_bytes(), "\u{20ac}".as_bytes()] {
                    bytes.splice(at..(at + 1), other.iter().copied());
                    assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok(), "{bytes:?}");
                    bytes.splice(at..at + other.len(), [b'a']);
                }
            }
        }
    }
}
