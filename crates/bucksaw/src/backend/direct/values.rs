//! The values of a column chunk's open page, as indices of its dictionary or PLAIN.

use foldhash::fast::RandomState;
use parquet::basic::Encoding;

use super::dictionary::{BytesDictionary, FixedDictionary};
use super::encoding::plain::{self, LENGTH_BYTES};
use super::encoding::rle::{append_hybrid, width_of};
use super::statistics::Bounds;
use crate::schema::ColumnType;

/// Values of a page before it is first asked whether the dictionary pays.
const PROBE_VALUES: usize = 1_024;

/// Where a chunk's dictionary is in its life.
#[derive(Debug)]
enum Dictionary<D> {
    /// New values go through it.
    Open(D),
    /// Given up after pages that need it: it still is the chunk's dictionary page.
    Closed(D),
    /// There is none.
    None,
}

impl<D> Dictionary<D> {
    fn new(dictionary: Option<D>) -> Self {
        dictionary.map_or(Self::None, Self::Open)
    }

    fn get(&self) -> Option<&D> {
        match self {
            Self::Open(dictionary) | Self::Closed(dictionary) => Some(dictionary),
            Self::None => None,
        }
    }

    /// Takes no more values; it stays if pages need it.
    fn give_up(&mut self, is_needed: bool) {
        *self = match std::mem::replace(self, Self::None) {
            Self::Open(dictionary) if is_needed => Self::Closed(dictionary),
            Self::Open(_) => Self::None,
            other => other,
        };
    }
}

/// Values of 8 bytes.
#[derive(Debug)]
pub(super) struct FixedValues {
    dictionary: Dictionary<FixedDictionary>,
    indices: Vec<u32>,
    plain: Vec<u64>,
    /// Values of the chunk so far.
    seen: usize,
    has_dictionary_pages: bool,
}

/// Text or bytes.
#[derive(Debug)]
pub(super) struct BytesValues {
    dictionary: Dictionary<BytesDictionary>,
    indices: Vec<u32>,
    /// The page's values, PLAIN.
    plain: Vec<u8>,
    seen: usize,
    /// What the chunk's values, and those of the open page, would take PLAIN, in bytes.
    seen_bytes: usize,
    page_plain_bytes: usize,
    /// What the dictionary page may take, in bytes.
    most_bytes: usize,
    /// The dictionary is given up with the end of the page.
    is_closing: bool,
    has_dictionary_pages: bool,
}

/// Whether a dictionary takes more than it saves: its page and `values` indices, against PLAIN.
fn costs_more(page_bytes: usize, entries: usize, values: usize, plain_bytes: usize) -> bool {
    let width = usize::from(width_of(entries as u32));
    page_bytes + values * width / 8 >= plain_bytes
}

fn greatest_of(indices: &[u32]) -> u32 {
    indices.iter().copied().max().unwrap_or_default()
}

/// Appends a page of indices: their width, then the hybrid.
fn append_indices(indices: &[u32], page: &mut Vec<u8>) {
    let width = width_of(greatest_of(indices));
    page.push(width);
    append_hybrid(indices, width, page);
}

/// Each index once.
fn distinct(indices: &[u32]) -> Vec<u32> {
    let mut is_used = vec![false; greatest_of(indices) as usize + 1];
    let mut is_new = |index: &u32| !std::mem::replace(&mut is_used[*index as usize], true);
    indices.iter().copied().filter(|index| is_new(index)).collect()
}

impl FixedValues {
    pub(super) fn new(has_dictionary: bool, seed: &RandomState) -> Self {
        Self {
            dictionary: Dictionary::new(has_dictionary.then(|| FixedDictionary::new(seed))),
            indices: Vec::new(),
            plain: Vec::new(),
            seen: 0,
            has_dictionary_pages: false,
        }
    }

    pub(super) fn append(&mut self, values: impl Iterator<Item = u64>) {
        let before = self.page_values();
        match &mut self.dictionary {
            Dictionary::Open(dictionary) => {
                self.indices.extend(values.map(|value| dictionary.intern(value)))
            }
            _ => self.plain.extend(values),
        }
        self.seen += self.page_values() - before;
        if !self.has_dictionary_pages && self.indices.len() >= PROBE_VALUES {
            self.reconsider(usize::MAX);
        }
    }

    fn page_values(&self) -> usize {
        self.indices.len() + self.plain.len()
    }

    pub(super) fn page_bytes(&self) -> usize {
        self.page_values() * 8
    }

    /// Gives the dictionary up where it costs more than it saves, or is larger than a page may be.
    fn reconsider(&mut self, most_bytes: usize) {
        let Dictionary::Open(dictionary) = &self.dictionary else { return };
        let entries = dictionary.entries();
        let bytes = entries.len() * 8;
        if bytes <= most_bytes && !costs_more(bytes, entries.len(), self.seen, self.seen * 8) {
            return;
        }
        self.plain = self.indices.drain(..).map(|index| entries[index as usize]).collect();
        self.dictionary.give_up(self.has_dictionary_pages);
    }

    /// Appends the page's values and starts the next page.
    pub(super) fn append_to(&mut self, most_bytes: usize, page: &mut Vec<u8>) -> Encoding {
        self.reconsider(most_bytes);
        if self.indices.is_empty() {
            plain::append_fixed(&self.plain, page);
            self.plain.clear();
            return Encoding::PLAIN;
        }
        append_indices(&self.indices, page);
        self.indices.clear();
        self.has_dictionary_pages = true;
        Encoding::RLE_DICTIONARY
    }

    pub(super) fn bounds(&self, ty: &ColumnType) -> Bounds {
        match &self.dictionary {
            Dictionary::Open(dictionary) if !self.indices.is_empty() => {
                let mut bounds = Bounds::of_bits(
                    ty,
                    distinct(&self.indices)
                        .into_iter()
                        .map(|index| dictionary.entries()[index as usize]),
                );
                if *ty == ColumnType::F64 {
                    let is_nan = |index: &&u32| {
                        f64::from_bits(dictionary.entries()[**index as usize]).is_nan()
                    };
                    bounds.nans = self.indices.iter().filter(is_nan).count() as u64;
                }
                bounds
            }
            _ => Bounds::of_bits(ty, self.plain.iter().copied()),
        }
    }

    /// The chunk's dictionary page, if any page needs it, and its number of entries.
    pub(super) fn dictionary_page(&self) -> Option<(Vec<u8>, usize)> {
        let dictionary = self.dictionary.get().filter(|_| self.has_dictionary_pages)?;
        let mut page = Vec::new();
        plain::append_fixed(dictionary.entries(), &mut page);
        Some((page, dictionary.entries().len()))
    }

    pub(super) fn bytes_held(&self) -> usize {
        let dictionary = self.dictionary.get();
        dictionary.map_or(0, |dictionary| dictionary.bytes_held())
            + self.indices.capacity() * 4
            + self.plain.capacity() * 8
    }
}

impl BytesValues {
    pub(super) fn new(has_dictionary: bool, most_bytes: usize, seed: &RandomState) -> Self {
        Self {
            dictionary: Dictionary::new(has_dictionary.then(|| BytesDictionary::new(seed))),
            indices: Vec::new(),
            plain: Vec::new(),
            seen: 0,
            seen_bytes: 0,
            page_plain_bytes: 0,
            most_bytes,
            is_closing: false,
            has_dictionary_pages: false,
        }
    }

    pub(super) fn append<'v>(&mut self, values: impl Iterator<Item = &'v [u8]>) {
        match &mut self.dictionary {
            Dictionary::Open(dictionary) => {
                // Values often come several times in a row.
                let mut last = self.indices.last().copied();
                for value in values {
                    self.seen_bytes += LENGTH_BYTES + value.len();
                    self.page_plain_bytes += LENGTH_BYTES + value.len();
                    let index = match last {
                        Some(last) if dictionary.entry(last) == value => last,
                        _ => dictionary.intern(value),
                    };
                    self.indices.push(index);
                    last = Some(index);
                    self.seen += 1;
                }
            }
            _ => {
                for value in values {
                    plain::append_bytes(value, &mut self.plain);
                }
            }
        }
        let is_large = matches!(&self.dictionary, Dictionary::Open(dictionary) if dictionary.page().len() > self.most_bytes);
        if is_large || (!self.has_dictionary_pages && self.indices.len() >= PROBE_VALUES) {
            self.reconsider();
        }
    }

    pub(super) fn page_bytes(&self) -> usize {
        self.indices.len() * 4 + self.plain.len()
    }

    /// Whether the page has to end now, for the dictionary's sake.
    pub(super) fn is_closing(&self) -> bool {
        self.is_closing
    }

    /// As that of [`FixedValues`]; but where the page's values would take too much PLAIN, because long
    /// ones repeat, the page still goes through the dictionary.
    fn reconsider(&mut self) {
        let Dictionary::Open(dictionary) = &self.dictionary else { return };
        let bytes = dictionary.page().len();
        if bytes <= self.most_bytes
            && !costs_more(bytes, dictionary.len(), self.seen, self.seen_bytes)
        {
            return;
        }
        if self.page_plain_bytes > self.most_bytes * 2 {
            self.is_closing = true;
            return;
        }
        for index in self.indices.drain(..) {
            plain::append_bytes(dictionary.entry(index), &mut self.plain);
        }
        self.dictionary.give_up(self.has_dictionary_pages);
    }

    pub(super) fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        self.reconsider();
        self.page_plain_bytes = 0;
        if self.indices.is_empty() {
            page.append(&mut self.plain);
            return Encoding::PLAIN;
        }
        append_indices(&self.indices, page);
        self.indices.clear();
        self.has_dictionary_pages = true;
        if std::mem::take(&mut self.is_closing) {
            self.dictionary.give_up(true);
        }
        Encoding::RLE_DICTIONARY
    }

    pub(super) fn bounds(&self) -> Bounds {
        match &self.dictionary {
            Dictionary::Open(dictionary) if !self.indices.is_empty() => {
                let distinct = distinct(&self.indices);
                Bounds::of_bytes(distinct.iter().map(|index| dictionary.entry(*index)))
            }
            _ => Bounds::of_bytes(plain_entries(&self.plain)),
        }
    }

    pub(super) fn dictionary_page(&self) -> Option<(Vec<u8>, usize)> {
        let dictionary = self.dictionary.get().filter(|_| self.has_dictionary_pages)?;
        Some((dictionary.page().to_vec(), dictionary.len()))
    }

    pub(super) fn bytes_held(&self) -> usize {
        let dictionary = self.dictionary.get();
        dictionary.map_or(0, |dictionary| dictionary.bytes_held())
            + self.indices.capacity() * 4
            + self.plain.capacity()
    }
}

/// The byte arrays of a PLAIN page.
fn plain_entries(mut page: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = page.split_first_chunk::<LENGTH_BYTES>()?;
        let (entry, rest) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        page = rest;
        Some(entry)
    })
}
