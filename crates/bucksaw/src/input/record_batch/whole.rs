//! Arrays that a column takes as they are.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::take::take;

use super::cells::inner_of;
use super::{Made, Role, SourceColumn};
use crate::block::arrays::{ArrayVisitor, is_null, visit};
use crate::block::bitmap::Bits;
use crate::block::counts::Outcome;
use crate::block::lists::Lists;
use crate::block::{Block, BlockColumn, UNCOUNTED_TEXT, Values};
use crate::error::{Error, ErrorKind, Result};
use crate::format::origins::{Texts, is_spelled};
use crate::options::UnknownColumns;
use crate::schema::{ColumnId, ColumnType, Resolution, Schema, Sibling};
use crate::types::item::Item;
use crate::types::timestamp::TimeUnit;
use crate::types::value::Value;
use crate::types::{decimal, path};

/// What was done with a column's values.
pub(super) enum Taken {
    /// There are none, or they are dropped.
    Nothing,
    /// They are in this column.
    Whole(ColumnId),
    /// They have to go one by one.
    No,
}

/// Takes an array whole, where that can be.
pub(super) fn take_whole<'a>(
    block: &mut Block<'a>,
    schema: &mut Schema,
    SourceColumn { path, ty, array, field_id, stays, traced, .. }: &'a SourceColumn,
) -> Result<Taken> {
    let nulls = array.logical_nulls();
    let is_all_null = nulls.as_ref().map_or(0, |nulls| nulls.null_count()) == array.len();
    let not_whole = if is_all_null { Taken::Nothing } else { Taken::No };
    if is_all_null && !stays && schema.unknown_columns != UnknownColumns::Refuse {
        return Ok(Taken::Nothing);
    }
    let known = schema.columns().len();
    let Resolution::Column(id) = schema.resolve(path) else {
        let is_refused = schema.unknown_columns == UnknownColumns::Refuse;
        return Ok(if is_refused { Taken::No } else { not_whole });
    };
    if schema.column(id).is_dropped {
        let column = schema.column(id);
        let is_nothing = !(column.is_in_rest || column.is_fingerprinted);
        return Ok(if is_nothing { Taken::Nothing } else { Taken::No });
    }
    if *stays && schema.columns().len() > known {
        schema.stay(id, *field_id);
    }
    let column = schema.column(id);
    let fits = match &column.ty {
        Some(known) => known == ty,
        None => !column.takes_all_as_text || *ty == ColumnType::Text,
    };
    let is_renamed = schema.strict && column.is_renamed;
    if is_renamed || column.redacted.is_some() || !fits || (is_all_null && !stays) {
        return Ok(not_whole);
    }
    if block.pivoted.column_mut(id).present.count() > 0 || !fits_its_type(array) {
        return Ok(not_whole);
    }
    if schema.column(id).ty.is_none() {
        schema.set_type(id, ty.clone());
        schema.has_json_columns |= *ty == ColumnType::Json;
        schema.trace(id, traced.input.as_ref());
    } else if !is_all_null {
        schema.agree(id, traced.input.as_ref());
    }
    if is_all_null {
        return Ok(Taken::Nothing);
    }
    *block.pivoted.column_mut(id) = column_of(&path::shown(path), array, Some(ty))?;
    block.pivoted.most_text = UNCOUNTED_TEXT;
    Ok(Taken::Whole(id))
}

/// Takes what belongs to other columns, or to none, whole, where that can be: values that come one by one may have to go there, too,
/// or to the column that it belongs to.
pub(super) fn take_beside<'a>(
    block: &mut Block<'a>,
    schema: &mut Schema,
    column: &'a SourceColumn,
    [are_its, are_some]: [bool; 2],
) -> Result<Taken> {
    let SourceColumn { path, ty, array, traced, .. } = column;
    if array.logical_null_count() == array.len() {
        return Ok(Taken::Nothing);
    }
    // What redacts or leaves out looks at each value.
    if schema.refuses_rows() || schema.chooses() {
        return Ok(Taken::No);
    }
    let id = match traced.role {
        Role::Rest if are_some => None,
        Role::Rest => Some(schema.rest()),
        _ if are_its => None,
        Role::Nanos { .. } => beside(schema, path, Sibling::Nanos),
        _ => beside(schema, path, Sibling::Text),
    };
    let is_free =
        |id: ColumnId, block: &mut Block<'a>| block.pivoted.column_mut(id).present.count() == 0;
    let Some(id) = id.filter(|id| is_free(*id, block)) else { return Ok(Taken::No) };
    *block.pivoted.column_mut(id) = column_of(&path::shown(path), array, Some(ty))?;
    block.pivoted.most_text = UNCOUNTED_TEXT;
    Ok(Taken::Whole(id))
}

/// The sibling of the column of this path, where there is such a column and it can have one.
fn beside(schema: &mut Schema, path: &str, what: Sibling) -> Option<ColumnId> {
    let id = schema.find(path)?;
    let column = schema.column(id);
    let is_held = match (&column.ty, what) {
        (Some(ty), Sibling::Nanos) => *ty == ColumnType::Timestamp(TimeUnit::Micros),
        (ty, Sibling::Text) => ty.is_some(),
        (None, _) => false,
    };
    if !is_held || column.is_dropped {
        return None;
    }
    schema.sibling(id, what, false)
}

/// Counts what is known of the values of a column that was taken whole.
pub(super) fn count_texts(
    block: &mut Block<'_>,
    id: ColumnId,
    column: &SourceColumn,
    array: &ArrayRef,
) {
    if column.ty == ColumnType::Text {
        let count = match (column.traced.texts, array.as_string_view_opt()) {
            (Texts::Spelled, _) => array.len() - array.logical_null_count(),
            (Texts::Mixed, Some(texts)) if column.traced.are_apart => {
                texts.iter().flatten().filter(|text| is_spelled(text)).count()
            }
            _ => 0,
        };
        block.pivoted.spelled.extend(std::iter::repeat_n(id, count));
    }
    if let Some(made) = column.made {
        count_made(block, id, made, array);
    }
}

/// Counts values of a column whose types no column has.
fn count_made(block: &mut Block<'_>, id: ColumnId, made: Made, array: &ArrayRef) {
    let texts = array.as_string_opt::<i32>();
    for row in (0..array.len()).filter(|row| !is_null(array, *row)) {
        let text = texts.map_or("", |texts| texts.value(row));
        let item = match made {
            Made::Json => Item::Json(text),
            Made::Other => Item::Value(Value::Text(text)),
        };
        if made == Made::Json {
            block.pivoted.count(id, Outcome::JsonText, item);
        }
        block.pivoted.count(id, Outcome::Retyped, item);
    }
    block.pivoted.settle_counts();
}

/// An array as a column of this type.
pub(super) fn column_of<'a>(
    name: &str,
    array: &ArrayRef,
    ty: Option<&ColumnType>,
) -> Result<BlockColumn<'a>> {
    let values = match ty {
        Some(ColumnType::List(element)) => {
            Values::List(Box::new(lists_of(name, array, Some(element))?))
        }
        Some(ColumnType::Map) => Values::List(Box::new(lists_of(name, array, None)?)),
        _ => Values::Arrow(Arc::clone(array)),
    };
    Ok(BlockColumn::new(present(array), values))
}

/// Which values of an array are there.
fn present(array: &ArrayRef) -> Bits {
    match array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
        None => Bits::all(array.len()),
        Some(nulls) => {
            let mut bits = Bits::default();
            for (index, word) in nulls.inner().bit_chunks().iter_padded().enumerate() {
                let first = index * 64;
                if first < array.len() {
                    bits.insert_word(first, word, (array.len() - first).min(64));
                }
            }
            bits
        }
    }
}

/// An array's lists, whose elements are of this type, or maps; values stay where they are.
fn lists_of<'a>(name: &str, array: &ArrayRef, element: Option<&ColumnType>) -> Result<Lists<'a>> {
    if array.is_empty() {
        return Ok(Lists::default());
    }
    let failed = |cause| {
        Error::new(ErrorKind::Refused, format!("its {} can't be stored", array.data_type()))
            .in_column(name)
            .with_cause(cause)
    };
    let array = match array.data_type() {
        DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            &cast(array, &DataType::List(Arc::clone(field))).map_err(failed)?
        }
        _ => array,
    };
    let (offsets, fields) = match array.as_map_opt() {
        Some(maps) => (maps.value_offsets(), vec![maps.keys(), maps.values()]),
        None => {
            let lists = array.as_list::<i32>();
            (lists.value_offsets(), vec![lists.values()])
        }
    };
    let mut end = 0;
    let mut ends = Vec::with_capacity(array.len());
    let there = || (0..array.len()).filter(|row| array.is_valid(*row));
    let indexes = |row: usize| offsets[row] as usize..offsets[row + 1] as usize;
    for row in there() {
        end += indexes(row).len();
        ends.push(end);
    }
    let all = indexes(0).start..indexes(array.len() - 1).end;
    let field = |values: &ArrayRef| {
        if all.len() == end {
            return Ok(values.slice(all.start, end));
        }
        // Lists that are null may have elements, which belong to no row.
        let indexes = there().flat_map(indexes).map(|index| index as u64);
        take(values, &UInt64Array::from_iter_values(indexes), None).map_err(failed)
    };
    let field = |values| column_of(name, &field(values)?, element);
    Ok(Lists::new(ends, fields.into_iter().map(field).collect::<Result<_>>()?))
}

/// Whether an array holds only what its type may: Arrow lets decimals have more digits than theirs, and keys be null.
fn fits_its_type(array: &dyn Array) -> bool {
    let has_keys = array.as_map_opt().is_none_or(|maps| maps.keys().logical_null_count() == 0);
    match &inner_of(array)[..] {
        [] => visit(array, FitsItsType(array)),
        inner => has_keys && inner.iter().all(|inner| fits_its_type(inner)),
    }
}

/// See [`fits_its_type`].
struct FitsItsType<'v>(&'v dyn Array);

impl<'v> ArrayVisitor<'v> for FitsItsType<'v> {
    type Output = bool;

    fn others(self) -> bool {
        true
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> bool {
        let (DataType::Decimal32(precision, _)
        | DataType::Decimal64(precision, _)
        | DataType::Decimal128(precision, _)) = self.0.data_type()
        else {
            return true;
        };
        let mut there = (0..self.0.len()).filter(|row| self.0.is_valid(*row));
        there.all(|row| decimal::fits(value(row), *precision))
    }
}
