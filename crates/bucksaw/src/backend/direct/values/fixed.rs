//! Values of 8 bytes.

use std::borrow::Cow;

use parquet::basic::Encoding;

use super::{Cost, Interned, PROBE_VALUES};
use crate::backend::direct::dictionary::FixedDictionary;
use crate::backend::direct::encoding::byte_stream_split::append_byte_stream_split;
use crate::backend::direct::encoding::delta_binary_packed::{
    append_delta_binary_packed, delta_binary_packed_len,
};
use crate::backend::direct::encoding::plain;
use crate::backend::direct::statistics::Bounds;
use crate::hash::Seed;
use crate::options::Profile;
use crate::schema::ColumnType;

/// See the module.
#[derive(Debug)]
pub(in crate::backend::direct) struct FixedValues {
    interned: Interned<FixedDictionary>,
    /// The page's values outside the dictionary.
    plain: Vec<u64>,
    /// How they are stored, once that is chosen.
    encoding: Option<Encoding>,
    /// What a sample took as deltas, in bytes, and its number of values.
    as_deltas: Option<(usize, usize)>,
    is_double: bool,
    profile: Profile,
    most_bytes: usize,
}

impl FixedValues {
    pub(in crate::backend::direct) fn new(
        has_dictionary: bool,
        is_double: bool,
        most_bytes: usize,
        profile: Profile,
        seed: Seed,
    ) -> Self {
        let dictionary = has_dictionary.then(|| FixedDictionary::new(seed));
        Self {
            interned: Interned::new(dictionary),
            plain: Vec::new(),
            encoding: None,
            as_deltas: None,
            is_double,
            profile,
            most_bytes,
        }
    }

    pub(in crate::backend::direct) fn append(&mut self, values: impl Iterator<Item = u64>) {
        let Some((dictionary, indices)) = self.interned.open() else {
            self.plain.extend(values);
            return;
        };
        let before = indices.len();
        indices.extend(values.map(|value| dictionary.intern(value) as u16));
        let added = indices.len() - before;
        self.interned.seen += added;
        self.sample_deltas();
        if self.interned.is_to_leave(&self.cost(), self.most_bytes) {
            self.leave_dictionary();
        }
    }

    fn leave_dictionary(&mut self) {
        let (dictionary, indices) = self.interned.leave();
        let entries = dictionary.as_ref().map_or(&[][..], FixedDictionary::entries);
        self.plain.extend(indices.into_iter().map(|index| entries[usize::from(index)]));
    }

    /// Finds out once what the values take as deltas, where they may be stored so.
    fn sample_deltas(&mut self) {
        let may_be = self.profile == Profile::Modern && !self.is_double;
        let indices = &self.interned.indices;
        if !may_be || self.as_deltas.is_some() || indices.len() < PROBE_VALUES {
            return;
        }
        let Some(dictionary) = &self.interned.dictionary else { return };
        let entries = dictionary.entries();
        let sample: Vec<u64> = indices.iter().map(|index| entries[usize::from(*index)]).collect();
        self.as_deltas = Some((delta_binary_packed_len(&sample), sample.len()));
    }

    fn cost(&self) -> Cost {
        let entries = self.interned.dictionary.as_ref().map_or(0, |known| known.entries().len());
        let plain = self.interned.seen * 8;
        let otherwise = self
            .as_deltas
            .map_or(plain, |(bytes, values)| plain.min(self.interned.seen * bytes / values.max(1)));
        Cost { entries, page: entries * 8, otherwise }
    }

    /// The encoding of values outside the dictionary, chosen by the first page that has some.
    fn choose(&self) -> Encoding {
        let plain_bytes = self.plain.len() * 8;
        match (self.profile, self.is_double) {
            (Profile::Portable, _) => Encoding::PLAIN,
            (_, true) if split_pays(&self.plain) => Encoding::BYTE_STREAM_SPLIT,
            (_, false) if delta_binary_packed_len(&self.plain) * 10 < plain_bytes * 9 => {
                Encoding::DELTA_BINARY_PACKED
            }
            _ => Encoding::PLAIN,
        }
    }

    pub(in crate::backend::direct) fn page_bytes(&self) -> usize {
        self.interned.indices.len() * 2 + self.plain.len() * 8
    }

    /// Whether the page has to end now, for the dictionary's sake.
    pub(in crate::backend::direct) fn is_closing(&self) -> bool {
        self.interned.is_closing
    }

    /// Appends the page's values and starts the next page.
    pub(in crate::backend::direct) fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        if !self.interned.indices.is_empty() && self.interned.is_page_to_leave(&self.cost()) {
            self.leave_dictionary();
        }
        if self.interned.indices.is_empty() {
            if self.plain.is_empty() {
                return Encoding::PLAIN;
            }
            let encoding = self.encoding.unwrap_or_else(|| self.choose());
            self.encoding = Some(encoding);
            match encoding {
                Encoding::DELTA_BINARY_PACKED => append_delta_binary_packed(&self.plain, page),
                Encoding::BYTE_STREAM_SPLIT => {
                    append_byte_stream_split(&self.plain, u64::to_le_bytes, page);
                }
                _ => plain::append_fixed(&self.plain, page),
            }
            self.plain.clear();
            return encoding;
        }
        self.interned.append_to(page);
        Encoding::RLE_DICTIONARY
    }

    pub(in crate::backend::direct) fn bounds(&self, ty: &ColumnType) -> Bounds {
        let Some(dictionary) =
            self.interned.dictionary.as_ref().filter(|_| !self.interned.indices.is_empty())
        else {
            return Bounds::of_bits(ty, self.plain.iter().copied());
        };
        let entries = dictionary.entries();
        let distinct = self.interned.distinct();
        let mut bounds = Bounds::of_bits(ty, distinct.map(|entry| entries[entry as usize]));
        if bounds.nans > 0 {
            let is_nan = |index: &&u16| f64::from_bits(entries[usize::from(**index)]).is_nan();
            bounds.nans = self.interned.indices.iter().filter(is_nan).count() as u64;
        }
        bounds
    }

    /// The chunk's dictionary page, if any page needs it, and its number of entries.
    pub(in crate::backend::direct) fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        let dictionary = self.interned.needed()?;
        let mut page = Vec::new();
        plain::append_fixed(dictionary.entries(), &mut page);
        Some((Cow::Owned(page), dictionary.entries().len()))
    }

    pub(in crate::backend::direct) fn bytes_held(&self) -> usize {
        let dictionary = self.interned.dictionary.as_ref();
        dictionary.map_or(0, FixedDictionary::bytes_held)
            + self.interned.bytes_held()
            + self.plain.capacity() * 8
    }
}

/// Values that tell whether doubles are split.
const SAMPLE_VALUES: usize = 4_096;

/// Whether the bytes of doubles take fewer bits each in streams of their own, by their entropy.
fn split_pays(values: &[u64]) -> bool {
    let sample = &values[..values.len().min(SAMPLE_VALUES)];
    let mut streams = [[0_u32; 256]; 8];
    for value in sample {
        for (stream, byte) in streams.iter_mut().zip(value.to_le_bytes()) {
            stream[usize::from(byte)] += 1;
        }
    }
    let mut together = [0_u32; 256];
    for stream in &streams {
        together.iter_mut().zip(stream).for_each(|(all, some)| *all += some);
    }
    let apart: f64 = streams.iter().map(entropy_bits).sum();
    apart < entropy_bits(&together) * 0.95
}

/// The bits that an ideal code takes for as many bytes of each kind.
fn entropy_bits(counts: &[u32; 256]) -> f64 {
    let all = f64::from(counts.iter().sum::<u32>());
    let bits = |count: &u32| f64::from(*count) * (all / f64::from(*count)).log2();
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}
