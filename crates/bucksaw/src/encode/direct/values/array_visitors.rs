//! How the values of each column type are read from arrays.

use super::arrays::{Appending, Picked, extend};
use super::bools::BoolValues;
use super::bytes::BytesValues;
use super::fixed::FixedValues;
use crate::block::arrays::ArrayVisitor;

impl<'v> ArrayVisitor<'v> for Appending<'_, BoolValues> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> bool {
        extend!(self, &value)
    }
}

impl<'v> ArrayVisitor<'v> for Appending<'_, FixedValues<i32>> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> bool {
        extend!(self, &value)
    }

    /// They have no more digits than their type, which was looked at when the array came.
    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> bool {
        extend!(self, |index| value(index) as i32)
    }
}

impl<'v> ArrayVisitor<'v> for Appending<'_, FixedValues<i64>> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> bool {
        extend!(self, &value)
    }

    /// They have no more digits than their type, too.
    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> bool {
        extend!(self, |index| value(index) as i64)
    }
}

impl<'v> ArrayVisitor<'v> for Appending<'_, FixedValues<f32>> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> bool {
        extend!(self, &value)
    }
}

impl<'v> ArrayVisitor<'v> for Appending<'_, FixedValues<f64>> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> bool {
        extend!(self, &value)
    }
}

impl<'v, const PREFIX: usize> ArrayVisitor<'v> for Appending<'_, BytesValues<PREFIX>> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> bool {
        self.bytes(move |index| value(index).as_bytes())
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> bool {
        let Self { page, len, picked } = self;
        match picked {
            Picked::All => page.extend(&(0..len).map(value).collect::<Vec<_>>()),
            Picked::Some(indices) => {
                page.extend(&indices.iter().map(|index| value(*index)).collect::<Vec<_>>());
            }
            Picked::Keys(keys) => page.extend_by_keys(len, value, keys),
        }
        true
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> bool {
        let Self { page, len, picked } = self;
        let bytes = |index: usize| value(index).to_be_bytes();
        let values: Vec<[u8; 16]> = match picked {
            Picked::All => (0..len).map(bytes).collect(),
            Picked::Some(indices) | Picked::Keys(indices) => {
                indices.iter().map(|index| bytes(*index)).collect()
            }
        };
        let start = size_of::<i128>().saturating_sub(page.width());
        page.extend(&values.iter().map(|bytes| &bytes[start..]).collect::<Vec<_>>());
        true
    }
}
