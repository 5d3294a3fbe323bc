//! Text or bytes.

use std::borrow::Cow;

use parquet::basic::Encoding;

use super::bytes_page::BytesPage;
use super::{Cost, Interned};
use crate::encode::direct::bloom_filter::BloomFilter;
use crate::encode::direct::dictionary::BytesDictionary;
use crate::encode::direct::encoding::plain::LENGTH_BYTES;
use crate::encode::direct::statistics::{Bounds, BytesRange};
use crate::options::Profile;
use crate::runtime::hash::{Seed, same};
use crate::runtime::prefetch::each_prefetched;

/// See the module.
#[derive(Debug)]
pub(in crate::encode::direct) struct BytesValues {
    interned: Interned<BytesDictionary>,
    /// What the dictionary's values would take PLAIN, in bytes.
    seen_bytes: usize,
    /// The page's values outside the dictionary, and their bounds.
    page: Option<BytesPage>,
    profile: Profile,
    range: BytesRange,
    filter: Option<BloomFilter>,
    most_bytes: usize,
}

impl BytesValues {
    pub(in crate::encode::direct) fn new(
        has_dictionary: bool,
        most_bytes: usize,
        profile: Profile,
        seed: Seed,
    ) -> Self {
        Self {
            interned: Interned::new(has_dictionary.then(|| BytesDictionary::new(seed))),
            seen_bytes: 0,
            page: None,
            profile,
            range: BytesRange::default(),
            filter: None,
            most_bytes,
        }
    }

    pub(in crate::encode::direct) fn with_filter(self, filter: Option<BloomFilter>) -> Self {
        Self { filter, ..self }
    }

    pub(in crate::encode::direct) fn append<T: AsRef<[u8]>>(&mut self, values: &[T]) {
        let Some((dictionary, indices)) = self.interned.open() else {
            if let Some(filter) = &mut self.filter {
                values.iter().for_each(|value| filter.insert(value.as_ref()));
            }
            let sample = values.iter().map(AsRef::as_ref);
            let page = self.page.get_or_insert_with(|| BytesPage::for_values(self.profile, sample));
            page.append(values, &mut self.range);
            return;
        };
        let before = indices.len();
        indices.resize(before + values.len(), 0);
        let mut next = indices[before..].iter_mut();
        // Values often come several times in a row.
        let mut last: Option<(&[u8], u16)> = None;
        let mut bytes = 0;
        each_prefetched(values, |value| {
            bytes += LENGTH_BYTES + value.len();
            let index = match last {
                Some((known, index)) if same(known, value) => index,
                _ => dictionary.intern(value) as u16,
            };
            last = Some((value, index));
            next.next().into_iter().for_each(|next| *next = index);
        });
        self.judge(values.len(), bytes);
    }

    /// Appends values of a dictionary of `entries` entries, given by their numbers: an entry is looked
    /// up once, however often it comes.
    pub(in crate::encode::direct) fn append_keys<'v>(
        &mut self,
        entries: usize,
        entry: impl Fn(usize) -> &'v [u8],
        keys: &[usize],
    ) {
        let is_small = entries <= keys.len();
        let Some((dictionary, indices)) = self.interned.open().filter(|_| is_small) else {
            let values: Vec<&[u8]> = keys.iter().map(|key| entry(*key)).collect();
            return self.append(&values);
        };
        let mut known: Vec<Option<(u16, usize)>> = vec![None; entries];
        let mut bytes = 0;
        indices.extend(keys.iter().map(|key| {
            let (index, len) = *known[*key].get_or_insert_with(|| {
                let value = entry(*key);
                (dictionary.intern(value) as u16, value.len())
            });
            bytes += LENGTH_BYTES + len;
            index
        }));
        self.judge(keys.len(), bytes);
    }

    /// Counts values that went through the dictionary, and leaves it where they show that it costs
    /// more than it saves.
    fn judge(&mut self, values: usize, bytes: usize) {
        self.interned.seen += values;
        self.seen_bytes += bytes;
        if self.interned.is_to_leave(&self.cost(), self.most_bytes) {
            self.leave_dictionary();
        }
    }

    fn leave_dictionary(&mut self) {
        let (Some(dictionary), indices) = self.interned.leave() else { return };
        let values = indices.iter().map(|index| dictionary.entry((*index).into()));
        let entries = (0..dictionary.len() as u32).map(|entry| dictionary.entry(entry));
        if let Some(filter) = &mut self.filter {
            entries.clone().for_each(|entry| filter.insert(entry));
        }
        let page = self.page.insert(BytesPage::for_values(self.profile, entries));
        page.append(&values.collect::<Vec<_>>(), &mut self.range);
    }

    fn cost(&self) -> Cost {
        let dictionary = self.interned.dictionary.as_ref();
        Cost {
            entries: dictionary.map_or(0, BytesDictionary::len),
            page: dictionary.map_or(0, |dictionary| dictionary.page().len()),
            otherwise: self.seen_bytes,
        }
    }

    pub(in crate::encode::direct) fn page_bytes(&self) -> usize {
        self.interned.indices.len() * 2 + self.page.as_ref().map_or(0, BytesPage::len)
    }

    /// Puts no more values through the dictionary; the open page has none.
    pub(in crate::encode::direct) fn close_dictionary(&mut self) {
        self.interned.close();
    }

    /// Whether the page has to end now, for the dictionary's sake.
    pub(in crate::encode::direct) fn is_closing(&self) -> bool {
        self.interned.is_closing
    }

    /// Appends the page's values and starts the next page.
    pub(in crate::encode::direct) fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        if !self.interned.indices.is_empty() && self.interned.is_page_to_leave(&self.cost()) {
            self.leave_dictionary();
        }
        if self.interned.indices.is_empty() {
            self.range.clear();
            let values = self.page.as_mut().filter(|values| values.len() > 0);
            return values.map_or(Encoding::PLAIN, |values| values.append_to(page));
        }
        self.interned.append_to(page);
        Encoding::RLE_DICTIONARY
    }

    pub(in crate::encode::direct) fn bounds(&self) -> Bounds {
        match &self.interned.dictionary {
            Some(dictionary) if !self.interned.indices.is_empty() => {
                let mut range = BytesRange::default();
                self.interned.distinct().for_each(|entry| range.add(dictionary.entry(entry)));
                range.to_bounds()
            }
            _ => self.range.to_bounds(),
        }
    }

    /// The chunk's dictionary page, if any page needs it, and its number of entries.
    pub(in crate::encode::direct) fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        let dictionary = self.interned.needed()?;
        Some((Cow::Borrowed(dictionary.page()), dictionary.len()))
    }

    /// The filter, with the dictionary's values.
    pub(in crate::encode::direct) fn take_filter(&mut self) -> Option<BloomFilter> {
        let mut filter = self.filter.take()?;
        if let Some(dictionary) = self.interned.needed() {
            filter.with_room(dictionary.len());
            let entries = 0..dictionary.len() as u32;
            entries.for_each(|entry| filter.insert(dictionary.entry(entry)));
        }
        Some(filter)
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        let dictionary = self.interned.dictionary.as_ref();
        dictionary.map_or(0, BytesDictionary::bytes_held)
            + self.interned.bytes_held()
            + self.page.as_ref().map_or(0, BytesPage::bytes_held)
            + self.filter.as_ref().map_or(0, BloomFilter::bytes_held)
    }
}
