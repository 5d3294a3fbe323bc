//! Numbers of 4 or 8 bytes.

use std::borrow::Cow;

use parquet::basic::Encoding;

use super::arrays::TakesArrays;
use super::{ColumnValues, Cost, DictionaryIndices, PROBE_VALUES, ValuesSettings, unexpected};
use crate::block::ValuesSlice;
use crate::encode::direct::bloom_filter::BloomFilter;
use crate::encode::direct::cost::deltas_pay;
use crate::encode::direct::dictionary::{FixedDictionary, Reusable as _};
use crate::encode::direct::fixed_width::FixedWidth;
use crate::encode::direct::statistics::Bounds;
use crate::error::Result;
use crate::options::Profile;
use crate::runtime::hash::Seed;
use crate::types::physical::Order;

/// Values that tell whether floats and doubles are split.
const SAMPLE_VALUES: usize = 4_096;

/// See the module.
#[derive(Debug)]
pub(super) struct FixedValues<T> {
    interned: DictionaryIndices<FixedDictionary<T>>,
    /// The page's values outside the dictionary.
    plain: Vec<T>,
    /// How they are stored, once that is chosen.
    encoding: Option<Encoding>,
    /// What a sample took as deltas, in bytes, and its number of values.
    as_deltas: Option<(usize, usize)>,
    order: Order,
    profile: Profile,
    filter: Option<BloomFilter>,
    max_bytes: usize,
}

impl<T: FixedWidth> FixedValues<T> {
    pub(super) fn new(
        has_dictionary: bool,
        order: Order,
        max_bytes: usize,
        profile: Profile,
        seed: Seed,
        filter: Option<BloomFilter>,
    ) -> Self {
        let dictionary = has_dictionary.then(|| FixedDictionary::new(seed));
        Self {
            interned: DictionaryIndices::new(dictionary),
            plain: Vec::new(),
            encoding: None,
            as_deltas: None,
            order,
            profile,
            filter,
            max_bytes,
        }
    }

    pub(super) fn extend(&mut self, values: impl Iterator<Item = T>) {
        let Some((dictionary, indices)) = self.interned.open() else {
            self.plain.extend(values);
            return;
        };
        let before = indices.len();
        indices.extend(values.map(|value| dictionary.intern(value) as u16));
        let added = indices.len() - before;
        self.interned.seen += added;
        self.sample_deltas();
        if self.interned.should_fall_back(&self.cost(), self.max_bytes) {
            self.fall_back();
        }
    }

    fn fall_back(&mut self) {
        let (dictionary, indices) = self.interned.fall_back();
        let entries = dictionary.as_ref().map_or(&[][..], FixedDictionary::entries);
        self.plain.extend(indices.iter().map(|index| entries[usize::from(*index)]));
        self.interned.keep(dictionary, indices);
    }

    /// Finds out once what the values take as deltas, where they may be stored so.
    fn sample_deltas(&mut self) {
        let may_be = self.profile == Profile::Modern && T::HAS_DELTAS;
        let indices = &self.interned.indices;
        if !may_be || self.as_deltas.is_some() || indices.len() < PROBE_VALUES {
            return;
        }
        let Some(dictionary) = &self.interned.dictionary else { return };
        let entries = dictionary.entries();
        let sample: Vec<T> = indices.iter().map(|index| entries[usize::from(*index)]).collect();
        self.as_deltas = Some((T::deltas_len(&sample), sample.len()));
    }

    fn cost(&self) -> Cost {
        let entries = self.interned.dictionary.as_ref().map_or(0, |known| known.entries().len());
        let plain = self.interned.seen * T::WIDTH;
        let otherwise = self
            .as_deltas
            .map_or(plain, |(bytes, values)| plain.min(self.interned.seen * bytes / values.max(1)));
        Cost { entries, page: entries * T::WIDTH, otherwise }
    }

    /// The encoding of values outside the dictionary, chosen by the first page that has some.
    fn choose(&self) -> Encoding {
        let plain = self.plain.as_slice();
        let sample = &plain[..plain.len().min(SAMPLE_VALUES)];
        match (self.profile, T::HAS_DELTAS) {
            (Profile::Portable, _) => Encoding::PLAIN,
            (_, false) if T::split_pays(sample) => Encoding::BYTE_STREAM_SPLIT,
            (_, true) if deltas_pay(T::deltas_len(plain), size_of_val(plain)) => {
                Encoding::DELTA_BINARY_PACKED
            }
            _ => Encoding::PLAIN,
        }
    }
}

impl<T: FixedWidth> ColumnValues for FixedValues<T>
where
    Self: TakesArrays,
{
    fn end_chunk(&mut self) {
        self.plain = Vec::new();
    }

    fn restart(&mut self, settings: &ValuesSettings, filter: Option<BloomFilter>) {
        let seed = settings.seed;
        self.interned.restart(settings.has_dictionary.then_some(|| FixedDictionary::new(seed)));
        self.encoding = None;
        self.as_deltas = None;
        self.filter = filter;
        self.max_bytes = settings.max_bytes;
    }

    fn append(&mut self, values: &ValuesSlice<'_, '_>) -> Result<()> {
        #[cfg(feature = "arrow")]
        if let ValuesSlice::Arrow(array) = values {
            return self.append_array(array);
        }
        self.extend(T::slice_of(values).ok_or_else(unexpected)?.iter().copied());
        Ok(())
    }

    fn page_bytes(&self) -> usize {
        self.interned.indices.len() * 2 + size_of_val(self.plain.as_slice())
    }

    fn close_dictionary(&mut self) {
        self.interned.close();
    }

    fn must_end_page(&self) -> bool {
        self.interned.falls_back_after_page
    }

    fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        if !self.interned.indices.is_empty() && self.interned.should_page_fall_back(&self.cost()) {
            self.fall_back();
        }
        if self.interned.indices.is_empty() {
            if self.plain.is_empty() {
                return Encoding::PLAIN;
            }
            let encoding = self.encoding.unwrap_or_else(|| self.choose());
            self.encoding = Some(encoding);
            if let Some(filter) = &mut self.filter {
                self.plain.iter().for_each(|value| value.insert(filter));
            }
            match encoding {
                Encoding::DELTA_BINARY_PACKED => T::append_deltas(&self.plain, page),
                Encoding::BYTE_STREAM_SPLIT => T::append_split(&self.plain, page),
                _ => T::append_plain(&self.plain, page),
            }
            self.plain.clear();
            return encoding;
        }
        self.interned.append_to(page);
        Encoding::RLE_DICTIONARY
    }

    fn bounds(&self) -> Bounds {
        let Some(dictionary) =
            self.interned.dictionary.as_ref().filter(|_| !self.interned.indices.is_empty())
        else {
            return T::bounds(self.plain.iter().copied(), self.order);
        };
        let entries = dictionary.entries();
        let distinct = self.interned.distinct();
        let mut bounds = T::bounds(distinct.map(|entry| entries[entry as usize]), self.order);
        if bounds.nans > 0 {
            let is_nan = |index: &&u16| entries[usize::from(**index)].is_nan();
            bounds.nans = self.interned.indices.iter().filter(is_nan).count() as u64;
        }
        bounds
    }

    fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        let dictionary = self.interned.referenced()?;
        let mut page = Vec::new();
        T::append_plain(dictionary.entries(), &mut page);
        Some((Cow::Owned(page), dictionary.entries().len()))
    }

    fn take_filter(&mut self) -> Option<BloomFilter> {
        let mut filter = self.filter.take()?;
        if let Some(dictionary) = self.interned.referenced() {
            filter.with_room(dictionary.entries().len());
            dictionary.entries().iter().for_each(|value| value.insert(&mut filter));
        }
        Some(filter)
    }

    fn bytes_held(&self) -> usize {
        let dictionary = self.interned.dictionary.as_ref();
        dictionary.map_or(0, FixedDictionary::bytes_held)
            + self.interned.bytes_held()
            + self.plain.capacity() * T::WIDTH
            + self.filter.as_ref().map_or(0, BloomFilter::bytes_held)
    }
}
