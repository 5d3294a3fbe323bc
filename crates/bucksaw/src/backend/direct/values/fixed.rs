//! Values of 8 bytes.

use std::borrow::Cow;

use parquet::basic::Encoding;

use super::{Cost, Interned};
use crate::backend::direct::dictionary::FixedDictionary;
use crate::backend::direct::encoding::plain;
use crate::backend::direct::statistics::Bounds;
use crate::hash::Seed;
use crate::schema::ColumnType;

/// See the module.
#[derive(Debug)]
pub(in crate::backend::direct) struct FixedValues {
    interned: Interned<FixedDictionary>,
    plain: Vec<u64>,
    most_bytes: usize,
}

impl FixedValues {
    pub(in crate::backend::direct) fn new(
        has_dictionary: bool,
        most_bytes: usize,
        seed: Seed,
    ) -> Self {
        let dictionary = has_dictionary.then(|| FixedDictionary::new(seed));
        Self { interned: Interned::new(dictionary), plain: Vec::new(), most_bytes }
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
        if self.interned.is_to_leave(&self.cost(), self.most_bytes) {
            self.leave_dictionary();
        }
    }

    fn leave_dictionary(&mut self) {
        let (dictionary, indices) = self.interned.leave();
        let entries = dictionary.as_ref().map_or(&[][..], FixedDictionary::entries);
        self.plain.extend(indices.into_iter().map(|index| entries[usize::from(index)]));
    }

    fn cost(&self) -> Cost {
        let entries = self.interned.dictionary.as_ref().map_or(0, |known| known.entries().len());
        Cost { entries, page: entries * 8, otherwise: self.interned.seen * 8 }
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
            plain::append_fixed(&self.plain, page);
            self.plain.clear();
            return Encoding::PLAIN;
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
