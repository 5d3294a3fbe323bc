//! What encodings cost, in bytes before compression, and by which rules one is chosen: while a file is
//! written, and when `inspect` explains one.

use super::encoding::rle::width_of;

/// One part in so many of the bytes has to be shared with the value before to be left out.
const MIN_SHARED: usize = 5;
/// Deltas have to save one part in so many.
const MIN_SAVED: usize = 10;
/// Bytes in streams of their own have to have less than this part of their entropy together.
const MOST_ENTROPY: f64 = 0.95;

/// What indices of a dictionary take.
pub(super) fn index_bytes(entries: usize, values: usize) -> usize {
    values * usize::from(width_of(entries.saturating_sub(1) as u32)) / 8
}

/// What values take with a dictionary whose page has `page` bytes.
pub(super) fn dictionary_bytes(page: usize, entries: usize, values: usize) -> usize {
    page + index_bytes(entries, values)
}

/// Whether a dictionary pays against what the values take without one.
pub(super) fn dictionary_pays(dictionary: usize, otherwise: usize) -> bool {
    dictionary < otherwise
}

/// Whether DELTA_BINARY_PACKED pays against PLAIN.
pub(super) fn deltas_pay(deltas: usize, plain: usize) -> bool {
    deltas * MIN_SAVED < plain * (MIN_SAVED - 1)
}

/// Whether DELTA_BYTE_ARRAY pays against DELTA_LENGTH_BYTE_ARRAY, where values share so many bytes with
/// those before them.
pub(super) fn sharing_pays(shared: usize, bytes: usize) -> bool {
    shared * MIN_SHARED > bytes
}

/// The bytes that values would take by the entropy of their bytes: all of them together, as in PLAIN,
/// and the first of all, the second of all and so on apart, as in BYTE_STREAM_SPLIT.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entropy {
    /// As in PLAIN.
    pub together: f64,
    /// As in BYTE_STREAM_SPLIT.
    pub apart: f64,
}

impl Entropy {
    pub(super) fn of<const WIDTH: usize>(values: impl Iterator<Item = [u8; WIDTH]>) -> Self {
        let mut streams = [[0_u32; 256]; WIDTH];
        for value in values {
            for (stream, byte) in streams.iter_mut().zip(value) {
                stream[usize::from(byte)] += 1;
            }
        }
        let mut together = [0_u32; 256];
        for stream in &streams {
            together.iter_mut().zip(stream).for_each(|(all, some)| *all += some);
        }
        let apart = streams.iter().map(entropy_bytes).sum();
        Self { together: entropy_bytes(&together), apart }
    }

    /// Whether BYTE_STREAM_SPLIT pays against PLAIN.
    pub(super) fn split_pays(self) -> bool {
        self.apart < self.together * MOST_ENTROPY
    }
}

/// The bytes that an ideal code takes for as many bytes of each kind.
fn entropy_bytes(counts: &[u32; 256]) -> f64 {
    let all = f64::from(counts.iter().sum::<u32>());
    let bits = |count: &u32| f64::from(*count) * (all / f64::from(*count)).log2();
    counts.iter().filter(|count| **count > 0).map(bits).sum::<f64>() / 8.0
}

impl std::ops::Add for Entropy {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { together: self.together + other.together, apart: self.apart + other.apart }
    }
}
