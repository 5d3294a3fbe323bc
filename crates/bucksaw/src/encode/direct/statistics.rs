//! Least and greatest values, and how they are written down: truncated validly, NaN left out.

use std::cmp::Ordering;

use crate::format::statistics::Statistics;
use crate::schema::ColumnType;

/// Bytes of text or bytes that are written down of a bound.
pub(super) const BOUND_BYTES: usize = 64;

/// A bound: a value's bits, or its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    Bits(u64),
    Bytes(Vec<u8>),
}

/// What is known about the values of a page or of a column chunk.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    pub(super) least: Option<Bound>,
    pub(super) greatest: Option<Bound>,
    pub(super) nans: u64,
}

/// The number that orders a double's bits as [`f64::total_cmp`] does.
fn total_order(bits: u64) -> i64 {
    let bits = bits as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The same of a float.
fn total_order_32(bits: u64) -> i32 {
    let bits = bits as i32;
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

/// The least and the greatest by what `key` makes of them.
fn range_by<K: Ord + Copy>(
    mut values: impl Iterator<Item = u64>,
    key: impl Fn(u64) -> K,
) -> Option<(u64, u64)> {
    let first = values.next()?;
    let start = (first, key(first));
    let (least, greatest) = values.fold((start, start), |(least, greatest), value| {
        let this = (value, key(value));
        (
            if this.1 < least.1 { this } else { least },
            if this.1 > greatest.1 { this } else { greatest },
        )
    });
    Some((least.0, greatest.0))
}

/// How values of up to 8 bytes compare, given by their bits.
pub(super) fn compare_bits(ty: &ColumnType, a: u64, b: u64) -> Ordering {
    match ty {
        ColumnType::I32 => (a as i32).cmp(&(b as i32)),
        ColumnType::F32 => f32::from_bits(a as u32).total_cmp(&f32::from_bits(b as u32)),
        ColumnType::U64 | ColumnType::Bool => a.cmp(&b),
        ColumnType::F64 => f64::from_bits(a).total_cmp(&f64::from_bits(b)),
        _ => (a as i64).cmp(&(b as i64)),
    }
}

fn is_nan(ty: &ColumnType, bits: u64) -> bool {
    match ty {
        ColumnType::F32 => f32::from_bits(bits as u32).is_nan(),
        ColumnType::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

/// The bits of `zero` for either zero of a floating-point type; other bits as they are.
fn zero_as(ty: &ColumnType, bits: u64, zero: f32) -> u64 {
    match ty {
        ColumnType::F32 if f32::from_bits(bits as u32) == 0.0 => zero.to_bits().into(),
        ColumnType::F64 if f64::from_bits(bits) == 0.0 => f64::from(zero).to_bits(),
        _ => bits,
    }
}

impl Bounds {
    pub(super) fn of_bits(ty: &ColumnType, values: impl Iterator<Item = u64>) -> Self {
        let mut bounds = Self::default();
        // A loop for each order, without a look at the type for each value.
        let range = match ty {
            ColumnType::U64 | ColumnType::Bool => range_by(values, |value| value),
            ColumnType::I32 => range_by(values, |value| value as i32),
            ColumnType::F64 | ColumnType::F32 => {
                let numbers = values.filter(|value| {
                    let is_number = !is_nan(ty, *value);
                    bounds.nans += u64::from(!is_number);
                    is_number
                });
                match ty {
                    ColumnType::F32 => range_by(numbers, total_order_32),
                    _ => range_by(numbers, total_order),
                }
            }
            _ => range_by(values, |value| value as i64),
        };
        if let Some((least, greatest)) = range {
            // A reader that takes both zeros for equal must find either.
            bounds.least = Some(Bound::Bits(zero_as(ty, least, -0.0)));
            bounds.greatest = Some(Bound::Bits(zero_as(ty, greatest, 0.0)));
        }
        bounds
    }

    /// Widens these bounds to hold those of another page.
    pub(super) fn add(&mut self, ty: &ColumnType, page: &Self) {
        let is_before = |a: &Bound, b: &Bound| match (a, b) {
            (Bound::Bits(a), Bound::Bits(b)) => compare_bits(ty, *a, *b).is_lt(),
            (Bound::Bytes(a), Bound::Bytes(b)) => a < b,
            _ => false,
        };
        if let Some(least) = &page.least
            && self.least.as_ref().is_none_or(|known| is_before(least, known))
        {
            self.least = Some(least.clone());
        }
        if let Some(greatest) = &page.greatest
            && self.greatest.as_ref().is_none_or(|known| is_before(known, greatest))
        {
            self.greatest = Some(greatest.clone());
        }
        self.nans += page.nans;
    }

    /// The bounds as the column index has them: bytes, truncated; none where there is no bound that
    /// is short enough, and none beside NaN, which may be above all numbers to whoever reads them.
    pub(super) fn to_bytes(&self, ty: &ColumnType) -> Option<(Vec<u8>, Vec<u8>)> {
        if self.nans > 0 {
            return None;
        }
        let bytes = |bound: &Bound, truncate: fn(&[u8], bool) -> Option<Vec<u8>>| match bound {
            Bound::Bits(bits) if *ty == ColumnType::Bool => Some(vec![*bits as u8]),
            Bound::Bits(bits) if matches!(ty, ColumnType::I32 | ColumnType::F32) => {
                Some((*bits as u32).to_le_bytes().to_vec())
            }
            Bound::Bits(bits) => Some(bits.to_le_bytes().to_vec()),
            Bound::Bytes(bytes) if bytes.len() <= BOUND_BYTES => Some(bytes.clone()),
            Bound::Bytes(bytes) => truncate(bytes, *ty == ColumnType::Text),
        };
        Some((bytes(self.least.as_ref()?, cut_down)?, bytes(self.greatest.as_ref()?, cut_up)?))
    }

    /// The bounds as the footer has them.
    pub(super) fn to_statistics(
        &self,
        ty: &ColumnType,
        nulls: i64,
        distinct: Option<i64>,
    ) -> Statistics {
        let is_exact = |bound: &Option<Bound>, written: &Vec<u8>| match bound {
            Some(Bound::Bytes(bytes)) => bytes == written,
            _ => true,
        };
        let is_float = matches!(ty, ColumnType::F32 | ColumnType::F64);
        let (min, max) = self.to_bytes(ty).unzip();
        Statistics {
            null_count: Some(nulls),
            distinct_count: distinct,
            is_max_exact: max.as_ref().is_some_and(|max| is_exact(&self.greatest, max)),
            is_min_exact: min.as_ref().is_some_and(|min| is_exact(&self.least, min)),
            max,
            min,
            nan_count: is_float.then_some(self.nans as i64),
        }
    }
}

/// The least and the greatest of byte strings, as far as a bound needs them.
#[derive(Debug, Default)]
pub(super) struct BytesRange {
    /// The first bytes of both, which most values are told by; with none yet, every value is.
    least_start: u64,
    greatest_start: u64,
    least: Option<Vec<u8>>,
    greatest: Option<Vec<u8>>,
}

impl BytesRange {
    #[inline]
    pub(super) fn add(&mut self, value: &[u8]) {
        let start = start_of(value);
        if start <= self.least_start || start >= self.greatest_start || self.least.is_none() {
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
        if self.least.as_ref().is_none_or(|least| value < least.as_slice()) {
            replace(&mut self.least);
            self.least_start = start;
        }
        if self.greatest.as_ref().is_none_or(|greatest| value > greatest.as_slice()) {
            replace(&mut self.greatest);
            self.greatest_start = start;
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn to_bounds(&self) -> Bounds {
        let bound = |bytes: &Option<Vec<u8>>| bytes.clone().map(Bound::Bytes);
        Bounds { least: bound(&self.least), greatest: bound(&self.greatest), nans: 0 }
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
fn cut_down(bytes: &[u8], is_text: bool) -> Option<Vec<u8>> {
    Some(prefix(bytes, is_text).to_vec())
}

/// The least text or bytes of at most [`BOUND_BYTES`] that come after everything with this prefix.
fn cut_up(bytes: &[u8], is_text: bool) -> Option<Vec<u8>> {
    let prefix = prefix(bytes, is_text);
    if !is_text {
        let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
        let mut bound = prefix[..=last].to_vec();
        bound[last] += 1;
        return Some(bound);
    }
    let text = std::str::from_utf8(prefix).ok()?;
    text.char_indices().rev().find_map(|(place, char)| {
        let mut bound = text[..place].to_owned();
        bound.push(next_char(char)?);
        (bound.len() <= BOUND_BYTES).then(|| bound.into_bytes())
    })
}

fn prefix(bytes: &[u8], is_text: bool) -> &[u8] {
    let is_boundary =
        |at: &usize| !is_text || bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let end = (0..=BOUND_BYTES.min(bytes.len())).rev().find(is_boundary).unwrap_or(0);
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

    fn bounds_of(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut range = BytesRange::default();
        range.add(text.as_bytes());
        range.to_bounds().to_bytes(&ColumnType::Text)
    }

    proptest! {
        #[test]
        fn bounds_of_text_hold_it_and_are_text(text in "\\PC{0,60}|[\u{7f}\u{d7ff}\u{10ffff}é]{0,60}") {
            let Some((least, greatest)) = bounds_of(&text) else {
                let greatest_char = char::MAX;
                prop_assert!(text.starts_with(greatest_char));
                return Ok(());
            };
            prop_assert!(least.as_slice() <= text.as_bytes() && text.as_bytes() <= greatest.as_slice());
            prop_assert!(std::str::from_utf8(&least).is_ok() && std::str::from_utf8(&greatest).is_ok());
            prop_assert!(least.len() <= BOUND_BYTES && greatest.len() <= BOUND_BYTES);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_those_of_whole_values(values in proptest::collection::vec("[ab\u{0}]{0,12}|a{60,70}b?", 1..20)) {
            let mut range = BytesRange::default();
            values.iter().for_each(|value| range.add(value.as_bytes()));
            let bounds = range.to_bounds();
            let cut = |value: Option<&String>| value.map(|value| Bound::Bytes(value.as_bytes()[..value.len().min(BOUND_BYTES + 1)].to_vec()));
            prop_assert_eq!(bounds.least, cut(values.iter().min()));
            prop_assert_eq!(bounds.greatest, cut(values.iter().max()));
        }
    }

    #[test]
    fn nan_is_no_bound_and_zeros_have_both_signs() {
        let bits = [f64::NAN, 0.0, 1.0].map(f64::to_bits);
        let bounds = Bounds::of_bits(&ColumnType::F64, bits.into_iter());
        assert_eq!(bounds.least, Some(Bound::Bits((-0.0_f64).to_bits())));
        assert_eq!(bounds.greatest, Some(Bound::Bits(1.0_f64.to_bits())));
        assert_eq!(bounds.nans, 1);
    }
}
