//! The values of Arrow arrays, read where they are: in every layout that a column's type comes in.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

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
pub(super) struct Appending<'p, P> {
    pub(super) page: &'p mut P,
    /// How many values the array has.
    pub(super) len: usize,
    pub(super) picked: Picked<'p>,
}

/// Which values are appended, by their indexes; none of them is null.
#[derive(Clone, Copy)]
pub(super) enum Picked<'p> {
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

pub(super) use extend;
