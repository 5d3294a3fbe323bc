//! Bools, which need no dictionary.

use std::borrow::Cow;

use parquet::basic::Encoding;

#[cfg(feature = "arrow")]
use super::arrays::TakesArrays;
use super::{ColumnValues, ValuesSettings, unexpected};
use crate::block::ValuesSlice;
use crate::encode::direct::bloom_filter::BloomFilter;
use crate::encode::direct::encoding::plain::append_bools;
use crate::encode::direct::statistics::Bounds;
use crate::error::Result;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct BoolValues {
    pub(super) page: Vec<bool>,
}

impl ColumnValues for BoolValues {
    fn end_chunk(&mut self) {
        self.page = Vec::new();
    }

    fn restart(&mut self, _: &ValuesSettings, _: Option<BloomFilter>) {}

    fn append(&mut self, values: &ValuesSlice<'_, '_>) -> Result<()> {
        match values {
            ValuesSlice::Bool(values) => self.page.extend_from_slice(values),
            #[cfg(feature = "arrow")]
            ValuesSlice::Arrow(array) => return self.append_array(array),
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    fn page_bytes(&self) -> usize {
        self.page.len() / 8
    }

    fn close_dictionary(&mut self) {}

    fn must_end_page(&self) -> bool {
        false
    }

    fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        append_bools(&self.page, page);
        self.page.clear();
        Encoding::PLAIN
    }

    fn bounds(&self) -> Bounds {
        let has = |value| self.page.contains(&value);
        let range = (!self.page.is_empty()).then(|| (!has(false), has(true)));
        Bounds::of(range.map(|(min, max)| ([u8::from(min)], [u8::from(max)])), 0)
    }

    fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        None
    }

    fn take_filter(&mut self) -> Option<BloomFilter> {
        None
    }

    fn bytes_held(&self) -> usize {
        self.page.capacity()
    }
}

impl BoolValues {
    #[cfg(feature = "arrow")]
    pub(super) fn extend(&mut self, values: impl Iterator<Item = bool>) {
        self.page.extend(values);
    }
}
