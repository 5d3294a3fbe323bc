//! The values of Arrow arrays, read where they are: in every layout that a column's type comes in.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

use super::bools::BoolValues;
use super::bytes::BytesValues;
use super::fixed::FixedValues;
use crate::block::arrays::{ArrayVisitor, visit};
use crate::error::{Error, ErrorKind, Result};

/// Values that arrays can be appended to.
pub(super) trait TakesArrays {
    /// Appends the values of an array that are not null.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where they are not of the column's type.
    fn append_array(&mut self, array: &ArrayRef) -> Result<()>;
}

impl<P> TakesArrays for P
where
    for<'p, 'v> Appending<'p, P>: ArrayVisitor<'v, Output = bool>,
{
    fn append_array(&mut self, array: &ArrayRef) -> Result<()> {
        let len = array.len();
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        let is_done = match (array.as_any_dictionary_opt(), nulls) {
            (None, None) => visit(array, Appending { page: self, len, picked: Picked::All }),
            (None, Some(nulls)) => {
                let indices: Vec<usize> = nulls.valid_indices().collect();
                visit(array, Appending { page: self, len, picked: Picked::Some(&indices) })
            }
            // It has values, so that there are keys.
            (Some(dictionary), nulls) => {
                let mut keys = dictionary.normalized_keys();
                if let Some(nulls) = nulls {
                    keys = nulls.valid_indices().map(|row| keys[row]).collect();
                }
                let entries = dictionary.values();
                let picked = Picked::Keys(&keys);
                visit(entries, Appending { page: self, len: entries.len(), picked })
            }
        };
        if is_done {
            return Ok(());
        }
        let message = format!("its {} is not of its column's type", array.data_type());
        Err(Error::new(ErrorKind::Unsupported, message))
    }
}

/// Appends some of an array's values to a page; false for an array that is not of the page's type.
struct Appending<'p, P> {
    page: &'p mut P,
    /// How many values the array has.
    len: usize,
    picked: Picked<'p>,
}

/// Which values are appended, by their indexes; none of them is null.
#[derive(Clone, Copy)]
enum Picked<'p> {
    All,
    Some(&'p [usize]),
    /// They come again and again.
    Keys(&'p [usize]),
}

/// A loop for each way to pick, without a look at it for each value.
macro_rules! extend {
    ($appending:expr, $value:expr) => {{
        let Appending { page, len, picked } = $appending;
        match picked {
            Picked::All => page.extend((0..len).map($value)),
            Picked::Some(indices) | Picked::Keys(indices) => {
                page.extend(indices.iter().map(|index| $value(*index)));
            }
        }
        true
    }};
}

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
