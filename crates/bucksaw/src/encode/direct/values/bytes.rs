//! Text or bytes.

use std::borrow::Cow;

use parquet::basic::Encoding;

#[cfg(feature = "arrow")]
use super::arrays::TakesArrays;
use super::bytes_page::BytesPage;
use super::{ColumnValues, Cost, DictionaryIndices, ValuesSettings, unexpected};
use crate::block::ValuesSlice;
use crate::encode::direct::bloom_filter::BloomFilter;
use crate::encode::direct::dictionary::{BytesDictionary, Reusable as _};
use crate::encode::direct::encoding::plain::LENGTH_BYTES;
use crate::encode::direct::statistics::{Bounds, BytesRange};
use crate::error::Result;
use crate::options::Profile;
use crate::runtime::hash::{Seed, same};
use crate::runtime::prefetch::each_prefetched;
use crate::types::physical::Order;

/// See the module. A value has so many bytes of length before it when PLAIN, or none where all are of the
/// same length.
#[derive(Debug)]
pub(super) struct BytesValues<const PREFIX: usize> {
    interned: DictionaryIndices<BytesDictionary<PREFIX>>,
    /// What the dictionary's values would take PLAIN, in bytes.
    seen_bytes: usize,
    /// The page's values outside the dictionary, and their bounds.
    page: Option<BytesPage>,
    profile: Profile,
    order: Order,
    range: BytesRange,
    filter: Option<BloomFilter>,
    max_bytes: usize,
    /// Of values of the same length, their bytes.
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "what decimals of arrays are cut to")
    )]
    width: usize,
}

impl<const PREFIX: usize> BytesValues<PREFIX> {
    pub(super) fn new(
        has_dictionary: bool,
        order: Order,
        max_bytes: usize,
        profile: Profile,
        seed: Seed,
        filter: Option<BloomFilter>,
    ) -> Self {
        Self {
            interned: DictionaryIndices::new(has_dictionary.then(|| BytesDictionary::new(seed))),
            seen_bytes: 0,
            page: None,
            profile,
            order,
            range: BytesRange::new(order),
            filter,
            max_bytes,
            width: 0,
        }
    }

    pub(super) fn with_width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// Of values of the same length, their bytes.
    #[cfg(feature = "arrow")]
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn extend<T: AsRef<[u8]>>(&mut self, values: &[T]) {
        let Some((dictionary, indices)) = self.interned.open() else {
            if let Some(filter) = &mut self.filter {
                values.iter().for_each(|value| filter.insert(value.as_ref()));
            }
            let sample = values.iter().map(AsRef::as_ref);
            let page = self
                .page
                .get_or_insert_with(|| BytesPage::for_values::<PREFIX>(self.profile, sample));
            page.append(values, &mut self.range);
            return;
        };
        let before = indices.len();
        indices.resize(before + values.len(), 0);
        let mut next = indices[before..].iter_mut();
        // Values often come several times in a row, those that rows have in common from the same place.
        let mut last: Option<(&[u8], u16)> = None;
        let mut bytes = 0;
        each_prefetched(values, |value| {
            bytes += PREFIX + value.len();
            let index = match last {
                Some((known, index)) if std::ptr::eq(known, value) || same(known, value) => index,
                _ => dictionary.intern(value) as u16,
            };
            last = Some((value, index));
            next.next().into_iter().for_each(|next| *next = index);
        });
        self.evaluate(values.len(), bytes);
    }

    /// Appends values of a dictionary of `entries` entries, given by their numbers: an entry is looked
    /// up once, however often it comes.
    #[cfg(feature = "arrow")]
    pub(super) fn extend_by_keys<'v>(
        &mut self,
        entries: usize,
        entry: impl Fn(usize) -> &'v [u8],
        keys: &[usize],
    ) {
        let is_small = entries <= keys.len();
        let Some((dictionary, indices)) = self.interned.open().filter(|_| is_small) else {
            let values: Vec<&[u8]> = keys.iter().map(|key| entry(*key)).collect();
            return self.extend(&values);
        };
        let mut known: Vec<Option<(u16, usize)>> = vec![None; entries];
        let mut bytes = 0;
        indices.extend(keys.iter().map(|key| {
            let (index, len) = *known[*key].get_or_insert_with(|| {
                let value = entry(*key);
                (dictionary.intern(value) as u16, value.len())
            });
            bytes += PREFIX + len;
            index
        }));
        self.evaluate(keys.len(), bytes);
    }

    /// Counts values that went through the dictionary, and leaves it where they show that it costs
    /// more than it saves.
    fn evaluate(&mut self, values: usize, bytes: usize) {
        self.interned.seen += values;
        self.seen_bytes += bytes;
        if self.interned.should_fall_back(&self.cost(), self.max_bytes) {
            self.fall_back();
        }
    }

    fn fall_back(&mut self) {
        let (Some(dictionary), indices) = self.interned.fall_back() else { return };
        let values = indices.iter().map(|index| dictionary.entry((*index).into()));
        let entries = (0..dictionary.len() as u32).map(|entry| dictionary.entry(entry));
        if let Some(filter) = &mut self.filter {
            entries.clone().for_each(|entry| filter.insert(entry));
        }
        let page = BytesPage::for_values::<PREFIX>(self.profile, entries);
        let page = self.page.insert(page);
        page.append(&values.collect::<Vec<_>>(), &mut self.range);
        self.interned.keep(Some(dictionary), indices);
    }

    fn cost(&self) -> Cost {
        let dictionary = self.interned.dictionary.as_ref();
        Cost {
            entries: dictionary.map_or(0, BytesDictionary::len),
            page: dictionary.map_or(0, |dictionary| dictionary.page().len()),
            otherwise: self.seen_bytes,
        }
    }
}

impl<const PREFIX: usize> ColumnValues for BytesValues<PREFIX> {
    fn end_chunk(&mut self) {
        self.page = None;
    }

    fn restart(&mut self, settings: &ValuesSettings, filter: Option<BloomFilter>) {
        let seed = settings.seed;
        self.interned.restart(settings.has_dictionary.then_some(|| BytesDictionary::new(seed)));
        self.seen_bytes = 0;
        self.range.clear();
        self.filter = filter;
        self.max_bytes = settings.max_bytes;
    }

    fn append(&mut self, values: &ValuesSlice<'_, '_>) -> Result<()> {
        match values {
            ValuesSlice::Text(values) => self.extend(values),
            ValuesSlice::Bytes(values) => self.extend(values),
            #[cfg(feature = "arrow")]
            ValuesSlice::Arrow(array) => return self.append_array(array),
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    fn append_alone(&mut self, value: &[u8], head: &mut Vec<u8>) -> Result<Bounds> {
        if let Some(filter) = &mut self.filter {
            filter.insert(value);
        }
        self.range.clear();
        self.range.add(value);
        let bounds = self.range.to_bounds();
        self.range.clear();
        if PREFIX == LENGTH_BYTES {
            // Longer values are refused before.
            head.extend_from_slice(&(value.len() as u32).to_le_bytes());
        }
        Ok(bounds)
    }

    fn page_bytes(&self) -> usize {
        self.interned.indices.len() * 2 + self.page.as_ref().map_or(0, BytesPage::len)
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
            self.range.clear();
            let values = self.page.as_mut().filter(|values| values.len() > 0);
            return values.map_or(Encoding::PLAIN, |values| values.append_to(page));
        }
        self.interned.append_to(page);
        Encoding::RLE_DICTIONARY
    }

    fn bounds(&self) -> Bounds {
        match &self.interned.dictionary {
            Some(dictionary) if !self.interned.indices.is_empty() => {
                let mut range = BytesRange::new(self.order);
                self.interned.distinct().for_each(|entry| range.add(dictionary.entry(entry)));
                range.to_bounds()
            }
            _ => self.range.to_bounds(),
        }
    }

    fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        let dictionary = self.interned.referenced()?;
        Some((Cow::Borrowed(dictionary.page()), dictionary.len()))
    }

    fn take_filter(&mut self) -> Option<BloomFilter> {
        let mut filter = self.filter.take()?;
        if let Some(dictionary) = self.interned.referenced() {
            filter.with_room(dictionary.len());
            let entries = 0..dictionary.len() as u32;
            entries.for_each(|entry| filter.insert(dictionary.entry(entry)));
        }
        Some(filter)
    }

    fn bytes_held(&self) -> usize {
        let dictionary = self.interned.dictionary.as_ref();
        dictionary.map_or(0, BytesDictionary::bytes_held)
            + self.interned.bytes_held()
            + self.page.as_ref().map_or(0, BytesPage::bytes_held)
            + self.filter.as_ref().map_or(0, BloomFilter::bytes_held)
    }
}
