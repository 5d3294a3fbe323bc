//! Values of 4 or 8 bytes, by their bits.

use std::borrow::Cow;

use parquet::basic::Encoding;

use super::{Cost, Interned, PROBE_VALUES};
use crate::encode::direct::bloom_filter::BloomFilter;
use crate::encode::direct::cost::{Entropy, deltas_pay};
use crate::encode::direct::dictionary::FixedDictionary;
use crate::encode::direct::encoding::byte_stream_split::append_byte_stream_split;
use crate::encode::direct::encoding::delta_binary_packed::{
    append_delta_binary_packed, delta_binary_packed_len,
};
use crate::encode::direct::encoding::plain::append_fixed;
use crate::encode::direct::statistics::Bounds;
use crate::options::Profile;
use crate::runtime::hash::Seed;
use crate::schema::ColumnType;

/// Values that tell whether floats and doubles are split.
const SAMPLE_VALUES: usize = 4_096;

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Int32,
    Int64,
    Float,
    Double,
}

impl Kind {
    fn of(ty: &ColumnType) -> Self {
        match ty {
            ColumnType::I32 => Self::Int32,
            ColumnType::F32 => Self::Float,
            ColumnType::F64 => Self::Double,
            _ => Self::Int64,
        }
    }

    fn is_integer(self) -> bool {
        matches!(self, Self::Int32 | Self::Int64)
    }

    /// Bytes of a value.
    fn width(self) -> usize {
        match self {
            Self::Int32 | Self::Float => 4,
            Self::Int64 | Self::Double => 8,
        }
    }

    fn is_nan(self, bits: u64) -> bool {
        match self {
            Self::Float => f32::from_bits(bits as u32).is_nan(),
            Self::Double => f64::from_bits(bits).is_nan(),
            _ => false,
        }
    }

    fn append_plain(self, values: &[u64], out: &mut Vec<u8>) {
        match self.width() {
            4 => append_fixed(values, four_bytes, out),
            _ => append_fixed(values, u64::to_le_bytes, out),
        }
    }

    fn append_split(self, values: &[u64], out: &mut Vec<u8>) {
        match self.width() {
            4 => append_byte_stream_split(values, four_bytes, out),
            _ => append_byte_stream_split(values, u64::to_le_bytes, out),
        }
    }

    fn append_deltas(self, values: &[u64], out: &mut Vec<u8>) {
        match self.width() {
            4 => append_delta_binary_packed(&narrow(values), out),
            _ => append_delta_binary_packed(values, out),
        }
    }

    /// What [`append_deltas`](Self::append_deltas) would append, in bytes.
    fn deltas_len(self, values: &[u64]) -> usize {
        match self.width() {
            4 => delta_binary_packed_len(&narrow(values)),
            _ => delta_binary_packed_len(values),
        }
    }

    fn insert(self, values: &[u64], filter: &mut BloomFilter) {
        for bits in values {
            match self {
                Self::Int32 => filter.insert(&four_bytes(*bits)),
                Self::Int64 => filter.insert(&bits.to_le_bytes()),
                Self::Float => filter.insert_float(*bits as u32),
                Self::Double => filter.insert_double(*bits),
            }
        }
    }

    fn split_pays(self, values: &[u64]) -> bool {
        let sample = values.iter().take(SAMPLE_VALUES).copied();
        let entropy = match self.width() {
            4 => Entropy::of(sample.map(four_bytes)),
            _ => Entropy::of(sample.map(u64::to_le_bytes)),
        };
        entropy.split_pays()
    }
}

fn four_bytes(bits: u64) -> [u8; 4] {
    (bits as u32).to_le_bytes()
}

fn narrow(values: &[u64]) -> Vec<u32> {
    values.iter().map(|value| *value as u32).collect()
}

/// See the module.
#[derive(Debug)]
pub(in crate::encode::direct) struct FixedValues {
    interned: Interned<FixedDictionary>,
    /// The page's values outside the dictionary.
    plain: Vec<u64>,
    /// How they are stored, once that is chosen.
    encoding: Option<Encoding>,
    /// What a sample took as deltas, in bytes, and its number of values.
    as_deltas: Option<(usize, usize)>,
    kind: Kind,
    profile: Profile,
    filter: Option<BloomFilter>,
    most_bytes: usize,
}

impl FixedValues {
    pub(in crate::encode::direct) fn new(
        has_dictionary: bool,
        ty: &ColumnType,
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
            kind: Kind::of(ty),
            profile,
            filter: None,
            most_bytes,
        }
    }

    pub(in crate::encode::direct) fn with_filter(self, filter: Option<BloomFilter>) -> Self {
        Self { filter, ..self }
    }

    pub(in crate::encode::direct) fn append(&mut self, values: impl Iterator<Item = u64>) {
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
        let may_be = self.profile == Profile::Modern && self.kind.is_integer();
        let indices = &self.interned.indices;
        if !may_be || self.as_deltas.is_some() || indices.len() < PROBE_VALUES {
            return;
        }
        let Some(dictionary) = &self.interned.dictionary else { return };
        let entries = dictionary.entries();
        let sample: Vec<u64> = indices.iter().map(|index| entries[usize::from(*index)]).collect();
        self.as_deltas = Some((self.kind.deltas_len(&sample), sample.len()));
    }

    fn cost(&self) -> Cost {
        let entries = self.interned.dictionary.as_ref().map_or(0, |known| known.entries().len());
        let plain = self.interned.seen * self.kind.width();
        let otherwise = self
            .as_deltas
            .map_or(plain, |(bytes, values)| plain.min(self.interned.seen * bytes / values.max(1)));
        Cost { entries, page: entries * self.kind.width(), otherwise }
    }

    /// The encoding of values outside the dictionary, chosen by the first page that has some.
    fn choose(&self) -> Encoding {
        let plain_bytes = self.plain.len() * self.kind.width();
        match (self.profile, self.kind.is_integer()) {
            (Profile::Portable, _) => Encoding::PLAIN,
            (_, false) if self.kind.split_pays(&self.plain) => Encoding::BYTE_STREAM_SPLIT,
            (_, true) if deltas_pay(self.kind.deltas_len(&self.plain), plain_bytes) => {
                Encoding::DELTA_BINARY_PACKED
            }
            _ => Encoding::PLAIN,
        }
    }

    pub(in crate::encode::direct) fn page_bytes(&self) -> usize {
        self.interned.indices.len() * 2 + self.plain.len() * self.kind.width()
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
            if self.plain.is_empty() {
                return Encoding::PLAIN;
            }
            let encoding = self.encoding.unwrap_or_else(|| self.choose());
            self.encoding = Some(encoding);
            if let Some(filter) = &mut self.filter {
                self.kind.insert(&self.plain, filter);
            }
            match encoding {
                Encoding::DELTA_BINARY_PACKED => self.kind.append_deltas(&self.plain, page),
                Encoding::BYTE_STREAM_SPLIT => self.kind.append_split(&self.plain, page),
                _ => self.kind.append_plain(&self.plain, page),
            }
            self.plain.clear();
            return encoding;
        }
        self.interned.append_to(page);
        Encoding::RLE_DICTIONARY
    }

    pub(in crate::encode::direct) fn bounds(&self, ty: &ColumnType) -> Bounds {
        let Some(dictionary) =
            self.interned.dictionary.as_ref().filter(|_| !self.interned.indices.is_empty())
        else {
            return Bounds::of_bits(ty, self.plain.iter().copied());
        };
        let entries = dictionary.entries();
        let distinct = self.interned.distinct();
        let mut bounds = Bounds::of_bits(ty, distinct.map(|entry| entries[entry as usize]));
        if bounds.nans > 0 {
            let is_nan = |index: &&u16| self.kind.is_nan(entries[usize::from(**index)]);
            bounds.nans = self.interned.indices.iter().filter(is_nan).count() as u64;
        }
        bounds
    }

    /// The chunk's dictionary page, if any page needs it, and its number of entries.
    pub(in crate::encode::direct) fn dictionary_page(&self) -> Option<(Cow<'_, [u8]>, usize)> {
        let dictionary = self.interned.needed()?;
        let mut page = Vec::new();
        self.kind.append_plain(dictionary.entries(), &mut page);
        Some((Cow::Owned(page), dictionary.entries().len()))
    }

    /// The filter, with the dictionary's values.
    pub(in crate::encode::direct) fn take_filter(&mut self) -> Option<BloomFilter> {
        let mut filter = self.filter.take()?;
        if let Some(dictionary) = self.interned.needed() {
            filter.with_room(dictionary.entries().len());
            self.kind.insert(dictionary.entries(), &mut filter);
        }
        Some(filter)
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        let dictionary = self.interned.dictionary.as_ref();
        dictionary.map_or(0, FixedDictionary::bytes_held)
            + self.interned.bytes_held()
            + self.plain.capacity() * 8
            + self.filter.as_ref().map_or(0, BloomFilter::bytes_held)
    }
}
