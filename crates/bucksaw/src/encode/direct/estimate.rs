//! What values that are all there would take in each encoding.

use std::collections::HashSet;
use std::hash::Hash;

use foldhash::fast::RandomState;
use parquet::basic::Encoding;

use super::cost::{Entropy, deltas_pay, dictionary_bytes, dictionary_pays, sharing_pays};
use super::encoding::delta_binary_packed::{Integer, delta_binary_packed_len};
use super::encoding::delta_byte_array::{DeltaBytes, shared_bytes};
use super::encoding::delta_length::DeltaLengthBytes;
use super::encoding::plain::LENGTH_BYTES;
use crate::options::Profile;

/// Bytes before compression, about, but for those of levels and page headers.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// Different values.
    pub distinct: usize,
    /// PLAIN.
    pub plain: usize,
    /// The dictionary page and the indices; none where there never is a dictionary.
    pub dictionary: Option<usize>,
    /// DELTA_BINARY_PACKED.
    pub deltas: Option<usize>,
    /// DELTA_LENGTH_BYTE_ARRAY.
    pub delta_lengths: Option<usize>,
    /// DELTA_BYTE_ARRAY.
    pub delta_bytes: Option<usize>,
    /// What of byte arrays is shared with those before, of how many bytes.
    shared: (usize, usize),
    /// For BYTE_STREAM_SPLIT, which takes no less than PLAIN before compression.
    pub entropy: Option<Entropy>,
}

impl Estimate {
    /// Values that are only stored as they are, or with a dictionary.
    fn of<T: Eq + Hash>(
        values: impl Iterator<Item = T> + Clone,
        bytes_of: impl Fn(&T) -> usize,
    ) -> Self {
        let plain: usize = values.clone().map(|value| bytes_of(&value)).sum();
        let count = values.clone().count();
        let distinct: HashSet<T, RandomState> = values.collect();
        let page = distinct.iter().map(bytes_of).sum();
        let dictionary = Some(dictionary_bytes(page, distinct.len(), count));
        Self { distinct: distinct.len(), plain, dictionary, ..Self::default() }
    }

    /// Bools: a bit each.
    #[must_use]
    pub fn of_bools(values: &[bool]) -> Self {
        let plain = values.len().div_ceil(8);
        Self { plain, dictionary: None, ..Self::of(values.iter(), |_| 0) }
    }

    /// Integers of 32 bits.
    #[must_use]
    pub fn of_int32(values: &[i32]) -> Self {
        Self::of_integers(values, size_of::<i32>())
    }

    /// Integers of 64 bits.
    #[must_use]
    pub fn of_int64(values: &[i64]) -> Self {
        Self::of_integers(values, size_of::<i64>())
    }

    fn of_integers<T: Integer + Eq + Hash>(values: &[T], width: usize) -> Self {
        let deltas = Some(delta_binary_packed_len(values));
        Self { deltas, ..Self::of(values.iter(), |_| width) }
    }

    /// Floats.
    #[must_use]
    pub fn of_floats(values: &[f32]) -> Self {
        let bytes = values.iter().map(|value| value.to_le_bytes());
        Self { entropy: Some(Entropy::of(bytes.clone())), ..Self::of(bytes, |bytes| bytes.len()) }
    }

    /// Doubles.
    #[must_use]
    pub fn of_doubles(values: &[f64]) -> Self {
        let bytes = values.iter().map(|value| value.to_le_bytes());
        Self { entropy: Some(Entropy::of(bytes.clone())), ..Self::of(bytes, |bytes| bytes.len()) }
    }

    /// Byte arrays that all have the same length.
    #[must_use]
    pub fn of_fixed_bytes<'v>(values: impl Iterator<Item = &'v [u8]> + Clone) -> Self {
        Self::of(values, |value| value.len())
    }

    /// Byte arrays.
    #[must_use]
    pub fn of_bytes<'v>(values: impl Iterator<Item = &'v [u8]> + Clone) -> Self {
        let (mut lengths, mut deltas) = (DeltaLengthBytes::default(), DeltaBytes::default());
        values.clone().for_each(|value| lengths.append(value));
        values.clone().for_each(|value| deltas.append(value));
        let (mut delta_lengths, mut delta_bytes) = (Vec::new(), Vec::new());
        lengths.append_to(&mut delta_lengths);
        deltas.append_to(&mut delta_bytes);
        let bytes = values.clone().map(<[u8]>::len).sum();
        Self {
            delta_lengths: Some(delta_lengths.len()),
            delta_bytes: Some(delta_bytes.len()),
            shared: (shared_bytes(values.clone()), bytes),
            ..Self::of(values, |value| LENGTH_BYTES + value.len())
        }
    }

    /// Adds the estimate of another row group; of both, `distinct` is the larger.
    pub fn add(&mut self, other: &Self) {
        fn both<T: std::ops::Add<Output = T>>(a: Option<T>, b: Option<T>) -> Option<T> {
            a.zip(b).map(|(a, b)| a + b)
        }
        self.distinct = self.distinct.max(other.distinct);
        self.plain += other.plain;
        self.dictionary = both(self.dictionary, other.dictionary);
        self.deltas = both(self.deltas, other.deltas);
        self.delta_lengths = both(self.delta_lengths, other.delta_lengths);
        self.delta_bytes = both(self.delta_bytes, other.delta_bytes);
        self.shared = (self.shared.0 + other.shared.0, self.shared.1 + other.shared.1);
        self.entropy = both(self.entropy, other.entropy);
    }

    /// What the `direct` backend's rules choose for such values.
    #[must_use]
    pub fn choice(&self, profile: Profile) -> Encoding {
        let otherwise = match (profile, self.deltas) {
            (Profile::Modern, Some(deltas)) => self.plain.min(deltas),
            _ => self.plain,
        };
        if self.dictionary.is_some_and(|dictionary| dictionary_pays(dictionary, otherwise)) {
            return Encoding::RLE_DICTIONARY;
        }
        if profile == Profile::Portable {
            return Encoding::PLAIN;
        }
        if self.delta_bytes.is_some() {
            return match sharing_pays(self.shared.0, self.shared.1) {
                true => Encoding::DELTA_BYTE_ARRAY,
                false => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            };
        }
        match (self.deltas, self.entropy) {
            (Some(deltas), _) if deltas_pay(deltas, self.plain) => Encoding::DELTA_BINARY_PACKED,
            (_, Some(entropy)) if entropy.split_pays() => Encoding::BYTE_STREAM_SPLIT,
            _ => Encoding::PLAIN,
        }
    }
}
