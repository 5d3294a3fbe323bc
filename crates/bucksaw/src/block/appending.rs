//! Runs of a block's rows, appended to a block that owns its text.

use crate::block::ColumnOf;
#[cfg(feature = "arrow")]
use crate::block::array_values;
use crate::block::copying::{append_bytes, append_mixed, append_texts, list_of};
use crate::block::lists::ListsOf;
use crate::block::text::{Span, TextBuffer};
use crate::block::{BlockSlice, ColumnSlice, OwnedBlock, ValuesOf, ValuesSlice};
use crate::error::Result;

/// Appends all rows; they are not counted yet.
pub(super) fn append(block: &mut OwnedBlock, rows: &BlockSlice<'_, '_>) -> Result<()> {
    let first = block.pivoted.rows;
    for (id, slice) in rows.columns().chain(rows.mixed_columns()) {
        append_column(block.pivoted.column_mut(id), &mut block.text, first, &slice)?;
    }
    Ok(())
}

/// The same, without columns whose types have not settled.
pub(super) fn append_settled(block: &mut OwnedBlock, rows: &BlockSlice<'_, '_>) -> Result<()> {
    append_late(block, block.pivoted.rows, rows)
}

/// Adds columns of rows from row `first` on.
pub(super) fn append_late(
    block: &mut OwnedBlock,
    first: usize,
    rows: &BlockSlice<'_, '_>,
) -> Result<()> {
    rows.columns().try_for_each(|(id, slice)| {
        append_column(block.pivoted.column_mut(id), &mut block.text, first, &slice)
    })
}

/// Appends a column's rows, the first of which becomes row `first`.
pub(crate) fn append_column(
    column: &mut ColumnOf<Span, Span>,
    text: &mut TextBuffer,
    first: usize,
    slice: &ColumnSlice<'_, '_>,
) -> Result<()> {
    let mut row = first;
    for (bits, rows) in slice.present_words() {
        column.present.insert_word(row, bits, rows);
        row += rows;
    }
    let values = &mut column.values;
    match slice.values() {
        ValuesSlice::Bool(list) => list_of!(values, Bool)?.extend_from_slice(list),
        ValuesSlice::I32(list) => list_of!(values, I32)?.extend_from_slice(list),
        ValuesSlice::I64(list) => list_of!(values, I64)?.extend_from_slice(list),
        ValuesSlice::F32(list) => list_of!(values, F32)?.extend_from_slice(list),
        ValuesSlice::F64(list) => list_of!(values, F64)?.extend_from_slice(list),
        ValuesSlice::Text(list) => append_texts(list_of!(values, Text)?, text, list),
        ValuesSlice::Bytes(list) => append_bytes(list_of!(values, Bytes)?, text, list),
        ValuesSlice::Mixed(list) => append_mixed(list_of!(values, Mixed)?, text, list.0),
        ValuesSlice::List(slices) => {
            let lists: &mut ListsOf<_, _> = list_of!(values, List)?;
            let first = lists.element_count();
            slices.lens().for_each(|len| {
                lists.push(len);
            });
            for (field, elements) in slices.fields() {
                append_column(lists.field_mut(field), text, first, &elements)?;
            }
        }
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) if array_values::has_list(&array) => {
            let there = slice.present().enumerate().filter(|(_, is_present)| *is_present);
            let indices: Vec<usize> = there.map(|(index, _)| index).collect();
            array_values::append(values, text, &array, &indices)?;
        }
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => array_values::append_whole(values, first, array)?,
    }
    Ok(())
}
