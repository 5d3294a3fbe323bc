//! Arrow arrays in blocks that own their rows: as lists of values where those hold them, so that the array
//! need not be kept, else as arrays.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::{ArrowError, DataType};
use arrow_select::concat::concat;
use arrow_select::interleave::interleave;

use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::copying::{Source, different, list_of};
use crate::block::text::{Span, StoreText, TextBuffer};
use crate::block::{ColumnOf, OwnedBlock, RowIndex, ValuesOf};
use crate::error::{Error, ErrorKind, Result};
use crate::types::logical::ColumnType;
use crate::types::physical::PhysicalType;

/// How the values of an array are stored; none for types that only Arrow has.
fn physical_of(array: &dyn Array) -> Option<PhysicalType> {
    ColumnType::from_arrow(array.data_type()).storage().map(|storage| storage.physical)
}

/// Whether a list holds the array's values.
pub(super) fn has_list(array: &dyn Array) -> bool {
    physical_of(array).is_some()
}

/// Appends some values of an array to a list, by their indexes, none of which may be of a null.
pub(super) fn append(
    values: &mut ValuesOf<Span, Span>,
    text: &mut TextBuffer,
    array: &dyn Array,
    indices: &[usize],
) -> Result<()> {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        if indices.is_empty() {
            return Ok(());
        }
        let keys = dictionary.normalized_keys();
        let indices: Vec<usize> = indices.iter().map(|index| keys[*index]).collect();
        return append(values, text, dictionary.values(), &indices);
    }
    let physical = physical_of(array);
    visit(array, Appending { values, text, indices, physical })
}

/// See [`append`].
struct Appending<'b> {
    values: &'b mut ValuesOf<Span, Span>,
    text: &'b mut TextBuffer,
    indices: &'b [usize],
    physical: Option<PhysicalType>,
}

impl<'v> ArrayVisitor<'v> for Appending<'_> {
    type Output = Result<()>;

    fn others(self) -> Result<()> {
        Err(different())
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> Result<()> {
        list_of!(self.values, Bool)?.extend(self.indices.iter().map(|index| value(*index)));
        Ok(())
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> Result<()> {
        list_of!(self.values, I32)?.extend(self.indices.iter().map(|index| value(*index)));
        Ok(())
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> Result<()> {
        list_of!(self.values, I64)?.extend(self.indices.iter().map(|index| value(*index)));
        Ok(())
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> Result<()> {
        list_of!(self.values, F32)?.extend(self.indices.iter().map(|index| value(*index)));
        Ok(())
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> Result<()> {
        list_of!(self.values, F64)?.extend(self.indices.iter().map(|index| value(*index)));
        Ok(())
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> Result<()> {
        let Self { values, mut text, indices, .. } = self;
        list_of!(values, Text)?.extend(indices.iter().map(|index| text.text(value(*index))));
        Ok(())
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> Result<()> {
        let Self { values, mut text, indices, .. } = self;
        list_of!(values, Bytes)?.extend(indices.iter().map(|index| text.bytes(value(*index))));
        Ok(())
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> Result<()> {
        let Self { values, mut text, indices, physical } = self;
        let numbers = indices.iter().map(|index| value(*index));
        match physical {
            // The array was taken because its numbers have no more digits than its type.
            Some(PhysicalType::I32) => list_of!(values, I32)?.extend(numbers.map(|n| n as i32)),
            Some(PhysicalType::I64) => list_of!(values, I64)?.extend(numbers.map(|n| n as i64)),
            Some(PhysicalType::FixedBytes(width)) => {
                let start = size_of::<i128>().saturating_sub(width);
                let bytes = numbers.map(|number| text.bytes(&number.to_be_bytes()[start..]));
                list_of!(values, Bytes)?.extend(bytes);
            }
            _ => return Err(different()),
        }
        Ok(())
    }
}

/// Appends an array as it is, its first value being that of row `first`.
pub(super) fn append_whole(
    values: &mut ValuesOf<Span, Span>,
    first: usize,
    array: ArrayRef,
) -> Result<()> {
    if values.len() == 0 {
        *values = ValuesOf::Arrow(array.slice(0, 0));
    }
    fill_up(values, first)?;
    let ValuesOf::Arrow(known) = values else { return Err(different()) };
    *known = if first == 0 { array } else { concat(&[&**known, &*array]).map_err(failed)? };
    Ok(())
}

/// Has an array end with nulls, so that it has a value for each of so many rows. Other values stay.
pub(super) fn fill_up(values: &mut ValuesOf<Span, Span>, rows: usize) -> Result<()> {
    if let ValuesOf::Arrow(array) = values
        && array.len() < rows
    {
        let nulls = new_null_array(array.data_type(), rows - array.len());
        *array = concat(&[&**array, &*nulls]).map_err(failed)?;
    }
    Ok(())
}

/// Values of several arrays of one type, by array and index; the one of an array that is not there is null.
fn interleaved(
    data_type: &DataType,
    arrays: &[Option<&ArrayRef>],
    indices: &[(usize, usize)],
) -> Result<ArrayRef> {
    let null = new_null_array(data_type, 1);
    let arrays: Vec<&dyn Array> = arrays.iter().map(|array| &**array.unwrap_or(&null)).collect();
    interleave(&arrays, indices).map_err(failed)
}

/// The array that a column is, if it is one.
fn array_of<'s>(source: &Option<Source<'s, '_>>) -> Option<&'s ArrayRef> {
    match &source.as_ref()?.column.values {
        ValuesOf::Arrow(array) => Some(array),
        _ => None,
    }
}

/// Whether there are arrays of several types, or arrays and lists. Several dictionaries are of several types, too:
/// Arrow puts their entries together, for which keys may be too short.
pub(super) fn are_mixed(sources: &[Option<Source<'_, '_>>]) -> bool {
    let known = sources.iter().filter(|source| source.is_some_and(|s| s.column.values.len() > 0));
    let mut types = known.map(|source| array_of(source).map(|array| array.data_type()));
    let Some(first) = types.next() else { return false };
    types.any(|other| other != first || matches!(other, Some(DataType::Dictionary(..))))
}

/// Appends picked rows of a column of arrays of one type. `picked` are those that have a value.
pub(super) fn gather(
    column: &mut ColumnOf<Span, Span>,
    text: &mut TextBuffer,
    first: usize,
    sources: &[Option<Source<'_, '_>>],
    rows: &[RowIndex],
    picked: &[RowIndex],
) -> Result<()> {
    // Those without rows may be of other types.
    let not_empty = |source| array_of(source).filter(|array| !array.is_empty());
    let arrays: Vec<_> = sources.iter().map(not_empty).collect();
    let Some(some) = arrays.iter().flatten().next() else { return Ok(()) };
    if !has_list(some) {
        // Nulls among its rows; those of a block without the column are the one null that stands for it.
        let index = |at: &RowIndex| match arrays[at.block as usize] {
            Some(_) => (at.block as usize, at.row as usize),
            None => (at.block as usize, 0),
        };
        let indices: Vec<_> = rows.iter().map(index).collect();
        let array = interleaved(some.data_type(), &arrays, &indices)?;
        return append_whole(&mut column.values, first, array);
    }
    if let [Some(only)] = arrays[..] {
        let indices: Vec<usize> = picked.iter().map(|at| at.row as usize).collect();
        return append(&mut column.values, text, only, &indices);
    }
    let indices: Vec<_> = picked.iter().map(|at| (at.block as usize, at.row as usize)).collect();
    let array = interleaved(some.data_type(), &arrays, &indices)?;
    let all: Vec<usize> = (0..array.len()).collect();
    append(&mut column.values, text, &array, &all)
}

/// The same rows, nulls among them, as an array.
pub(super) fn picked(sources: &[Option<Source<'_, '_>>], rows: &[RowIndex]) -> Result<ArrayRef> {
    let arrays: Vec<_> = sources.iter().map(array_of).collect();
    let some = arrays.iter().flatten().next().ok_or_else(different)?;
    let index = |at: &RowIndex| match arrays[at.block as usize] {
        Some(array) if (at.row as usize) < array.len() => (at.block as usize, at.row as usize),
        _ => (arrays.len(), 0),
    };
    let indices: Vec<_> = rows.iter().map(index).collect();
    // The one that stands for rows without a value is behind all others.
    let arrays: Vec<_> = arrays.iter().copied().chain([None]).collect();
    interleaved(some.data_type(), &arrays, &indices)
}

/// For each source, a block with the values of its array as a list, in the first column; without columns
/// where it is no array.
pub(super) fn copied_arrays(sources: &[Option<Source<'_, '_>>]) -> Result<Vec<OwnedBlock>> {
    sources.iter().map(copied_array).collect()
}

fn copied_array(source: &Option<Source<'_, '_>>) -> Result<OwnedBlock> {
    let mut copy = OwnedBlock::default();
    if let (Some(source), Some(array)) = (source, array_of(source)) {
        let present = source.column.present.clone();
        let there: Vec<usize> = (0..source.rows).filter(|row| present.contains(*row)).collect();
        let mut values = ValuesOf::Empty;
        append(&mut values, &mut copy.text, array, &there)?;
        copy.pivoted.columns.push(ColumnOf::new(present, values));
    }
    Ok(copy)
}

fn failed(cause: ArrowError) -> Error {
    let message = "arrays of one column can't be put together";
    Error::new(ErrorKind::Unsupported, message).with_cause(cause)
}
