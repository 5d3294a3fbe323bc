//! The values of a column chunk's open page: as indices of the chunk's dictionary while that pays,
//! else in another encoding.

#[cfg(feature = "arrow")]
mod array_visitors;
#[cfg(feature = "arrow")]
mod arrays;
#[cfg(not(feature = "arrow"))]
mod arrays {
    /// Without arrays there is nothing to take.
    pub(super) trait TakesArrays {}

    impl<P> TakesArrays for P {}
}
mod bools;
mod bytes;
mod bytes_page;
mod fixed;

use std::borrow::Cow;
use std::fmt::Debug;

use parquet::basic::Encoding;

use self::bools::BoolValues;
use self::bytes::BytesValues;
use self::fixed::FixedValues;
use super::bloom_filter::BloomFilter;
use super::cost::{dictionary_bytes, dictionary_pays};
use super::dictionary::{MAX_ENTRIES, Reusable};
use super::encoding::plain::LENGTH_BYTES;
use super::encoding::rle::{append_hybrid, width_of};
use super::page::STEP_ROWS;
use super::statistics::Bounds;
use crate::block::ValuesSlice;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Profile;
use crate::runtime::hash::Seed;
use crate::types::physical::{PhysicalType, Storage};

/// The values of a column chunk: those of its open page, and its dictionary.
pub(super) trait ColumnValues: Debug + Send {
    /// Lets go of what a chunk has that is finished, but for what the column's next one uses again: the
    /// dictionary's memory, which is most of it.
    fn end_chunk(&mut self);

    /// Starts anew for that next chunk.
    fn restart(&mut self, settings: &ValuesSettings, filter: Option<BloomFilter>);

    /// Appends values to the open page.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where they are not of the column's type.
    fn append(&mut self, values: &ValuesSlice<'_, '_>) -> Result<()>;

    /// Takes a value of bytes as the only one of a page, PLAIN: appends to `head` what stands there before
    /// its own bytes, and returns its bounds. The open page has none.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where they are not of the column's type.
    fn append_alone(&mut self, _value: &[u8], _head: &mut Vec<u8>) -> Result<Bounds> {
        Err(unexpected())
    }

    /// Bytes of the open page, about.
    fn page_bytes(&self) -> usize;

    /// Whether the page has to end now, for the dictionary's sake.
    fn must_end_page(&self) -> bool;

    /// Puts no more values through the dictionary; the open page has none.
    fn close_dictionary(&mut self);

    /// The bounds of the open page.
    fn bounds(&self) -> Bounds;

    /// Appends the page's values and starts the next page.
    fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding;

    /// The chunk's dictionary page, if any page needs it, and its number of entries.
    fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)>;

    /// The filter, with the dictionary's values.
    fn take_filter(&mut self) -> Option<BloomFilter>;

    fn bytes_held(&self) -> usize;
}

/// How the values of a chunk are encoded.
pub(super) struct ValuesSettings {
    pub(super) has_dictionary: bool,
    /// Bytes of a dictionary page, about, at the most.
    pub(super) max_bytes: usize,
    pub(super) profile: Profile,
    pub(super) seed: Seed,
}

/// The values of a chunk that are stored so.
pub(super) fn values_of(
    storage: Storage,
    settings: &ValuesSettings,
    filter: Option<BloomFilter>,
) -> Box<dyn ColumnValues> {
    let &ValuesSettings { has_dictionary, max_bytes, profile, seed } = settings;
    let order = storage.order;
    macro_rules! new {
        ($type:ty) => {
            <$type>::new(has_dictionary, order, max_bytes, profile, seed, filter)
        };
    }
    match storage.physical {
        PhysicalType::Bool => Box::new(BoolValues::default()),
        PhysicalType::I32 => Box::new(new!(FixedValues<i32>)),
        PhysicalType::I64 => Box::new(new!(FixedValues<i64>)),
        PhysicalType::F32 => Box::new(new!(FixedValues<f32>)),
        PhysicalType::F64 => Box::new(new!(FixedValues<f64>)),
        PhysicalType::Text | PhysicalType::Bytes => Box::new(new!(BytesValues<LENGTH_BYTES>)),
        PhysicalType::FixedBytes(width) => Box::new(new!(BytesValues<0>).with_width(width)),
    }
}

fn unexpected() -> Error {
    Error::new(ErrorKind::Unsupported, "a block's values are not of their column's type")
}

/// Values of a page before it is first asked whether the dictionary pays.
const PROBE_VALUES: usize = 1_024;
/// The first answer looks ahead to this many times the values that were seen.
const LOOK_AHEAD: usize = 16;

/// A dictionary that takes more bytes is let go when it is given up.
const MAX_SPARE_BYTES: usize = 64 << 10;

/// A dictionary, and the open page's values as indices of it.
#[derive(Debug)]
struct DictionaryIndices<D> {
    dictionary: Option<D>,
    /// Whether new values go through it.
    is_open: bool,
    /// It is given up with the end of the open page.
    falls_back_after_page: bool,
    indices: Vec<u16>,
    /// How many of them the longest page had.
    longest: usize,
    /// Values that have gone through it.
    seen: usize,
    has_pages: bool,
    /// A dictionary that was given up, for the next chunk.
    spare: Option<D>,
}

/// What a dictionary costs so far, and what its values would in another encoding, in bytes.
struct Cost {
    entries: usize,
    page: usize,
    otherwise: usize,
}

impl<D: Reusable> DictionaryIndices<D> {
    fn new(dictionary: Option<D>) -> Self {
        Self {
            is_open: dictionary.is_some(),
            dictionary,
            falls_back_after_page: false,
            indices: Vec::new(),
            longest: 0,
            seen: 0,
            has_pages: false,
            spare: None,
        }
    }

    /// Starts anew, with a dictionary if `new` makes one where there is none.
    fn restart(&mut self, new: Option<impl FnOnce() -> D>) {
        let known = self.dictionary.take().or(self.spare.take());
        let dictionary = new.map(|new| match known {
            Some(mut known) => {
                known.clear();
                known
            }
            None => new(),
        });
        let mut indices = std::mem::take(&mut self.indices);
        indices.clear();
        *self = Self { indices, ..Self::new(dictionary) };
    }

    /// The dictionary that new values go through, and the indices that they become.
    fn open(&mut self) -> Option<(&mut D, &mut Vec<u16>)> {
        let dictionary = self.dictionary.as_mut().filter(|_| self.is_open)?;
        Some((dictionary, &mut self.indices))
    }

    /// Judges after values were added: true where the open page's values are to
    /// [fall back](Self::fall_back).
    fn should_fall_back(&mut self, cost: &Cost, max_bytes: usize) -> bool {
        if !self.has_pages
            && self.indices.len() >= PROBE_VALUES
            && self.costs_more(cost)
            && !self.will_pay(cost)
        {
            return true;
        }
        // The next values must find room.
        self.falls_back_after_page |=
            cost.entries > MAX_ENTRIES - STEP_ROWS || cost.page > max_bytes;
        false
    }

    /// Judges at the end of a page: true as above. A dictionary that pages need already, and that
    /// does not pay, takes this page and no more.
    fn should_page_fall_back(&mut self, cost: &Cost) -> bool {
        let costs_more = self.costs_more(cost);
        self.falls_back_after_page |= costs_more;
        costs_more && !self.has_pages
    }

    fn costs_more(&self, cost: &Cost) -> bool {
        !dictionary_pays(dictionary_bytes(cost.page, cost.entries, self.seen), cost.otherwise)
    }

    /// Whether the dictionary is likely to pay after [`LOOK_AHEAD`] times as many values.
    fn will_pay(&self, cost: &Cost) -> bool {
        let values = self.seen * LOOK_AHEAD;
        let entries = expected_entries(cost.entries, self.seen, values);
        let page = cost.page * entries / cost.entries.max(1);
        entries * 2 < values
            && dictionary_pays(dictionary_bytes(page, entries, values), cost.otherwise * LOOK_AHEAD)
    }

    /// Takes no values any more; the open page has none.
    fn close(&mut self) {
        (self.is_open, self.falls_back_after_page) = (false, false);
    }

    /// The dictionary that no page needs is gone, and the open page's values with it: they are to be
    /// stored otherwise.
    fn fall_back(&mut self) -> (Option<D>, Vec<u16>) {
        (self.is_open, self.falls_back_after_page) = (false, false);
        (self.dictionary.take(), std::mem::take(&mut self.indices))
    }

    /// Keeps for later what [fell back](Self::fall_back).
    fn keep(&mut self, dictionary: Option<D>, mut indices: Vec<u16>) {
        self.longest = self.longest.max(indices.len());
        self.spare = dictionary.filter(|known| known.bytes_held() <= MAX_SPARE_BYTES);
        indices.clear();
        self.indices = indices;
    }

    /// Appends the page's indices, their width first, and starts the next page.
    fn append_to(&mut self, page: &mut Vec<u8>) {
        let width = width_of(self.max_index().into());
        page.push(width);
        append_hybrid(&self.indices, width, page);
        self.longest = self.longest.max(self.indices.len());
        self.indices.clear();
        self.has_pages = true;
        if std::mem::take(&mut self.falls_back_after_page) {
            self.is_open = false;
        }
    }

    /// The dictionary, if any page needs it.
    fn referenced(&self) -> Option<&D> {
        self.dictionary.as_ref().filter(|_| self.has_pages)
    }

    /// The max of the page's indices. A fold without calls becomes a loop over many at once.
    fn max_index(&self) -> u16 {
        self.indices.iter().fold(0, |max, index| if *index > max { *index } else { max })
    }

    /// The page's entries, each once.
    fn distinct(&self) -> impl Iterator<Item = u32> + use<D> {
        let mut is_used = vec![false; usize::from(self.max_index()) + 1];
        self.indices.iter().for_each(|index| is_used[usize::from(*index)] = true);
        is_used.into_iter().zip(0..).filter_map(|(is_used, entry)| is_used.then_some(entry))
    }

    fn bytes_held(&self) -> usize {
        let indices = self.longest.max(self.indices.len()).next_power_of_two() * 2;
        indices + self.spare.as_ref().map_or(0, D::bytes_held)
    }
}

/// How many different values `values` values have, where `seen` of them have `entries`: as if all
/// were drawn alike from a set whose size these tell.
fn expected_entries(entries: usize, seen: usize, values: usize) -> usize {
    let drawn = |set: f64, values: usize| set * -f64::exp_m1(-(values as f64) / set);
    // The set of which `seen` draws show `entries`, by bisection.
    let (mut least, mut most) = (entries as f64, values as f64 * 16.0);
    for _ in 0..32 {
        let middle = (least + most) / 2.0;
        if drawn(middle, seen) < entries as f64 { least = middle } else { most = middle }
    }
    drawn(most, values).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_repeats_tell_of_a_large_set() {
        assert_eq!(expected_entries(4, 1_024, 16_384), 4);
        assert!((7_000..9_500).contains(&expected_entries(974, 1_024, 16_384)));
        assert!(expected_entries(1_024, 1_024, 16_384) > 15_000);
    }
}
