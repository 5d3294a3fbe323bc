//! Min and max, and how they are written down: truncated validly, NaN left out.

use crate::format::statistics::Statistics;
use crate::types::physical::{Order, PhysicalType, Storage, compare_signed};

/// Bytes of text or bytes that are written down of a bound.
pub(super) const BOUND_BYTES: usize = 64;

/// The same of a page's bounds: there are many pages, and what is kept of each counts.
pub(super) const PAGE_BOUND_BYTES: usize = 32;

/// What is known about the values of a page or of a column chunk: min and max PLAIN, without a length. Of
/// long text or bytes they are the first [`BOUND_BYTES`] and one more.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    pub(super) min: Option<Vec<u8>>,
    pub(super) max: Option<Vec<u8>>,
    pub(super) nans: u64,
}

impl Bounds {
    pub(super) fn of<const WIDTH: usize>(
        range: Option<([u8; WIDTH], [u8; WIDTH])>,
        nans: u64,
    ) -> Self {
        let (min, max) = range.map(|(min, max)| (min.to_vec(), max.to_vec())).unzip();
        Self { min, max, nans }
    }

    /// Widens these bounds to hold those of another page.
    pub(super) fn add(&mut self, storage: Storage, page: &Self) {
        let is_before = |a: &[u8], b: &[u8]| storage.compare(a, b).is_lt();
        if let Some(min) = &page.min
            && self.min.as_ref().is_none_or(|known| is_before(min, known))
        {
            self.min = Some(min.clone());
        }
        if let Some(max) = &page.max
            && self.max.as_ref().is_none_or(|known| is_before(known, max))
        {
            self.max = Some(max.clone());
        }
        self.nans += page.nans;
    }

    /// The bounds as they are written, truncated to `limit` bytes; none where there is no bound that is short
    /// enough, and none beside NaN, which may be above all numbers to whoever reads them.
    pub(super) fn to_bytes(
        &self,
        physical: PhysicalType,
        limit: usize,
    ) -> Option<(Vec<u8>, Vec<u8>)> {
        if self.nans > 0 {
            return None;
        }
        type Truncate = fn(&[u8], bool, usize) -> Option<Vec<u8>>;
        let short = |bound: &[u8], truncate: Truncate| match physical {
            _ if bound.len() <= limit => Some(bound.to_vec()),
            PhysicalType::Text => truncate(bound, true, limit),
            PhysicalType::Bytes => truncate(bound, false, limit),
            // Some readers take as many bytes as a value has.
            _ => None,
        };
        Some((short(self.min.as_ref()?, cut_down)?, short(self.max.as_ref()?, cut_up)?))
    }

    /// The bounds as the footer has them.
    pub(super) fn to_statistics(
        &self,
        storage: Storage,
        nulls: i64,
        distinct: Option<i64>,
    ) -> Statistics {
        let (min, max) = self.to_bytes(storage.physical, BOUND_BYTES).unzip();
        Statistics {
            null_count: Some(nulls),
            distinct_count: distinct,
            is_max_exact: max.is_some() && max == self.max,
            is_min_exact: min.is_some() && min == self.min,
            max,
            min,
            nan_count: storage.is_float().then_some(self.nans as i64),
        }
    }
}

/// The min and the max of byte strings, as far as a bound needs them.
#[derive(Debug)]
pub(super) struct BytesRange {
    order: Order,
    /// What makes the first bytes of integers compare as unsigned ones.
    flip: u64,
    /// The first bytes of both, which most values are told by; with none yet, every value is.
    min_start: u64,
    max_start: u64,
    min: Option<Vec<u8>>,
    max: Option<Vec<u8>>,
}

impl BytesRange {
    pub(super) fn new(order: Order) -> Self {
        let flip = if order == Order::Signed { 1 << 63 } else { 0 };
        Self { order, flip, min_start: 0, max_start: 0, min: None, max: None }
    }

    #[inline]
    pub(super) fn add(&mut self, value: &[u8]) {
        let start = start_of(value) ^ self.flip;
        if start <= self.min_start || start >= self.max_start || self.min.is_none() {
            self.compare(value, start);
        }
    }

    fn compare(&mut self, value: &[u8], start: u64) {
        // One byte more than is written says that the bound is not exact.
        let value = &value[..value.len().min(BOUND_BYTES + 1)];
        let replace = |known: &mut Option<Vec<u8>>| {
            let known = known.get_or_insert_default();
            known.clear();
            known.extend_from_slice(value);
        };
        let order = self.order;
        let is_before = |a: &[u8], b: &[u8]| match order {
            Order::Signed => compare_signed(a, b).is_lt(),
            Order::Unsigned => a < b,
        };
        if self.min.as_ref().is_none_or(|min| is_before(value, min)) {
            replace(&mut self.min);
            self.min_start = start;
        }
        if self.max.as_ref().is_none_or(|max| is_before(max, value)) {
            replace(&mut self.max);
            self.max_start = start;
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.order);
    }

    pub(super) fn to_bounds(&self) -> Bounds {
        Bounds { min: self.min.clone(), max: self.max.clone(), nans: 0 }
    }
}

/// The first 8 bytes, which compare as the bytes do.
#[inline]
fn start_of(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(start) => u64::from_be_bytes(*start),
        None => {
            let mut start = [0; 8];
            start[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(start)
        }
    }
}

/// A prefix: nothing that starts with it comes before it.
fn cut_down(bytes: &[u8], is_text: bool, limit: usize) -> Option<Vec<u8>> {
    Some(prefix(bytes, is_text, limit).to_vec())
}

/// The lowest text or bytes of at most `limit` bytes that come after everything with this prefix.
fn cut_up(bytes: &[u8], is_text: bool, limit: usize) -> Option<Vec<u8>> {
    let prefix = prefix(bytes, is_text, limit);
    if !is_text {
        let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
        let mut bound = prefix[..=last].to_vec();
        bound[last] += 1;
        return Some(bound);
    }
    let text = std::str::from_utf8(prefix).ok()?;
    text.char_indices().rev().find_map(|(at, char)| {
        let mut bound = text[..at].to_owned();
        bound.push(next_char(char)?);
        (bound.len() <= limit).then(|| bound.into_bytes())
    })
}

fn prefix(bytes: &[u8], is_text: bool, limit: usize) -> &[u8] {
    let is_boundary =
        |at: &usize| !is_text || bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let end = (0..=limit.min(bytes.len())).rev().find(is_boundary).unwrap_or(0);
    &bytes[..end]
}

/// The next character: surrogates are none.
fn next_char(char: char) -> Option<char> {
    match char {
        '\u{d7ff}' => Some('\u{e000}'),
        char => char::from_u32(u32::from(char) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bounds_of(text: &str, limit: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut range = BytesRange::new(Order::Unsigned);
        range.add(text.as_bytes());
        range.to_bounds().to_bytes(PhysicalType::Text, limit)
    }

    proptest! {
        #[test]
        fn bounds_of_text_hold_it_and_are_text(
            text in "\\PC{0,60}|[\u{7f}\u{d7ff}\u{10ffff}é]{0,60}",
            limit in prop_oneof![Just(BOUND_BYTES), Just(PAGE_BOUND_BYTES)],
        ) {
            let Some((min, max)) = bounds_of(&text, limit) else {
                let max_char = char::MAX;
                prop_assert!(text.starts_with(max_char));
                return Ok(());
            };
            prop_assert!(min.as_slice() <= text.as_bytes() && text.as_bytes() <= max.as_slice());
            prop_assert!(std::str::from_utf8(&min).is_ok() && std::str::from_utf8(&max).is_ok());
            prop_assert!(min.len() <= limit && max.len() <= limit);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_those_of_whole_values(values in proptest::collection::vec("[ab\u{0}]{0,12}|a{60,70}b?", 1..20)) {
            let mut range = BytesRange::new(Order::Unsigned);
            values.iter().for_each(|value| range.add(value.as_bytes()));
            let bounds = range.to_bounds();
            let cut = |value: Option<&String>| value.map(|value| value.as_bytes()[..value.len().min(BOUND_BYTES + 1)].to_vec());
            prop_assert_eq!(bounds.min, cut(values.iter().min()));
            prop_assert_eq!(bounds.max, cut(values.iter().max()));
        }
    }

    proptest! {
        #[test]
        fn ranges_of_integers_are_by_their_sign(values in proptest::collection::vec(any::<i128>().prop_map(|value| value >> 30), 1..20)) {
            let mut range = BytesRange::new(Order::Signed);
            values.iter().for_each(|value| range.add(&value.to_be_bytes()));
            let bytes = |value: Option<&i128>| value.map(|value| value.to_be_bytes().to_vec());
            let bounds = range.to_bounds();
            prop_assert_eq!(bounds.min, bytes(values.iter().min()));
            prop_assert_eq!(bounds.max, bytes(values.iter().max()));
        }
    }
}
