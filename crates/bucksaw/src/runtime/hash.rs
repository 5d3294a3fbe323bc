//! Hashing and comparing short byte strings, without a call for each.
//!
//! The hash folds products of 128 bits, as wyhash does (<https://github.com/wangyi-fudan/wyhash>),
//! under two numbers that each writer draws at random, so that no one can make values that collide.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};

use twox_hash::xxhash3_128::Hasher;

/// Bytes of a file that are hashed at once.
const READ_BYTES: usize = 1 << 20;

/// How many bytes a source has, up to its end, and their XXH3-128.
pub(crate) fn xxh3_128_of(mut source: impl Read) -> io::Result<(u64, u128)> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; READ_BYTES];
    let mut bytes = 0;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hasher.finish_128())),
            Ok(read) => {
                hasher.write(buffer.get(..read).unwrap_or_default());
                bytes += read as u64;
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

/// What a writer's hashes start from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    first: u64,
    second: u64,
}

impl Seed {
    pub(crate) fn random() -> Self {
        let source = RandomState::new();
        Self { first: source.hash_one(1), second: source.hash_one(2) }
    }

    #[inline]
    pub(crate) fn hash_u64(self, value: u64) -> u64 {
        fold(value ^ self.first, self.second | 1)
    }

    #[inline]
    pub(crate) fn hash_bytes(self, bytes: &[u8]) -> u64 {
        let len = (bytes.len() as u64) << 56;
        if bytes.len() <= 16 {
            let (low, high) = ends(bytes);
            return fold(low ^ self.first ^ len, high ^ self.second);
        }
        let mut hash = self.first ^ len;
        let pairs = bytes.chunks_exact(16);
        for pair in pairs {
            let (low, high) = ends(pair);
            hash = fold(low ^ hash, high ^ self.second);
        }
        let (low, high) = ends(&bytes[bytes.len() - 16..]);
        fold(low ^ hash, high ^ self.second)
    }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// All of at most 16 bytes: their start and their end, which may overlap.
#[inline]
fn ends(bytes: &[u8]) -> (u64, u64) {
    let byte = |index: usize| bytes.get(index).copied().map_or(0, u64::from);
    match bytes.len() {
        8.. => (word(bytes, 0), word(bytes, bytes.len() - 8)),
        4.. => (half_word(bytes, 0), half_word(bytes, bytes.len() - 4)),
        _ => (byte(0) | byte(1) << 8 | byte(2) << 16, 0),
    }
}

/// The eight bytes from `index` on, of which there are so many. (An option of them would be told from none
/// by its address, which compilers look at for each.)
#[inline]
fn word(bytes: &[u8], index: usize) -> u64 {
    bytes[index..index + 8].try_into().map_or(0, u64::from_le_bytes)
}

/// The four bytes from `index` on.
#[inline]
fn half_word(bytes: &[u8], index: usize) -> u64 {
    bytes[index..index + 4].try_into().map_or(0, u32::from_le_bytes).into()
}

/// `a == b`.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        0..=16 => ends(a) == ends(b),
        len @ 17..=32 => {
            ends(&a[..16]) == ends(&b[..16]) && ends(&a[len - 16..]) == ends(&b[len - 16..])
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn same_is_equality(a in vec(0..2_u8, 0..40), b in vec(0..2_u8, 0..40), index in 0..40_usize) {
            prop_assert_eq!(same(&a, &b), a == b);
            let mut other = a.clone();
            prop_assert!(same(&a, &other));
            if let Some(byte) = other.get_mut(index) {
                *byte ^= 0x80;
                prop_assert!(!same(&a, &other));
                let seed = Seed::random();
                prop_assert_ne!(seed.hash_bytes(&a), seed.hash_bytes(&other));
            }
        }
    }

    /// Every byte counts, and so does the length.
    #[test]
    fn zeros_of_different_lengths_have_different_hashes() {
        let zeros = [0; 100];
        let seed = Seed::random();
        let mut hashes: Vec<u64> = (0..=100).map(|len| seed.hash_bytes(&zeros[..len])).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 101);
    }
}
