//! Arrow record batches to blocks: arrays go in whole where their type is their column's, else
//! value by value under the type rules.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt64Array};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, TimeUnit};
use arrow_select::take::take;
use bumpalo::Bump;

use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::bitmap::Bits;
use crate::block::lists::Lists;
use crate::block::{Block, BlockColumn, UNCOUNTED_TEXT, Values};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::input::zones;
use crate::options::UnknownColumns;
use crate::schema::{ColumnType, Resolution, Schema};
use crate::types::decimal;
use crate::types::value::Value;

/// The block of a record batch's rows, whose values stay where they are. Text made on the way is put
/// into `arena`.
///
/// # Errors
/// [`ErrorKind::Refused`] where the schema or strict mode refuses a row (counted from the
/// batch's first), and [`ErrorKind::Refused`] for types that can't be shown as text where they
/// have to be. `schema` may have grown then.
pub(crate) fn block_of_batch<'a>(
    batch: &'a RecordBatch,
    schema: &mut Schema,
    arena: &'a Bump,
) -> Result<Block<'a>> {
    let mut block = Block::new();
    let batch_schema = batch.schema_ref();
    let mut one_by_one = Vec::new();
    for (field, array) in batch_schema.fields().iter().zip(batch.columns()) {
        if !take_whole(&mut block, schema, field, array)? {
            one_by_one.push((field.name().as_str(), array, zones::in_utc(array)));
        }
    }
    let one_by_one: Vec<_> = one_by_one
        .iter()
        .map(|(name, array, shown)| Ok((*name, Cells::new(name, array, shown.as_ref())?)))
        .collect::<Result<_>>()?;
    let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
    // A batch says of what type its values are.
    builder.settles_at_once = true;
    for row in 0..batch.num_rows() {
        for (name, cells) in &one_by_one {
            builder
                .push((*name).into(), &cells.value(row, arena))
                .map_err(|error| error.at_row(row as u64))?;
        }
        builder.end_row();
    }
    Ok(block)
}

/// Takes an array whole; false where its values have to go one by one.
fn take_whole<'a>(
    block: &mut Block<'a>,
    schema: &mut Schema,
    field: &Field,
    array: &ArrayRef,
) -> Result<bool> {
    let name = field.name();
    let nulls = array.logical_nulls();
    let is_all_null = nulls.as_ref().map_or(0, |nulls| nulls.null_count()) == array.len();
    if is_all_null && schema.unknown_columns != UnknownColumns::Refuse {
        return Ok(true);
    }
    let Resolution::Column(id) = schema.resolve(name) else { return Ok(false) };
    if schema.column(id).is_dropped {
        return Ok(true);
    }
    if is_all_null || (schema.strict && schema.column(id).is_renamed) {
        return Ok(is_all_null);
    }
    if schema.column(id).redacted.is_some() {
        return Ok(false);
    }
    let ty = ColumnType::from_field(field);
    let column = schema.column(id);
    let fits = match &column.ty {
        Some(known) => *known == ty,
        None => !column.takes_all_as_text || ty == ColumnType::Text,
    };
    if !fits || block.pivoted.column_mut(id).present.count() > 0 || !fits_its_type(array) {
        return Ok(false);
    }
    if schema.column(id).ty.is_none() {
        schema.set_type(id, ty);
    }
    let ty = schema.column(id).ty.clone();
    *block.pivoted.column_mut(id) = column_of(name, array, ty.as_ref())?;
    block.pivoted.most_text = UNCOUNTED_TEXT;
    Ok(true)
}

/// An array as a column of this type.
fn column_of<'a>(name: &str, array: &ArrayRef, ty: Option<&ColumnType>) -> Result<BlockColumn<'a>> {
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
    let nulls = array.logical_nulls();
    Bits::from_fn(array.len(), |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)))
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

/// The values of an array, one at a time.
struct Cells<'s, 'a> {
    array: &'a ArrayRef,
    formatter: ArrayFormatter<'s>,
    /// The elements of lists, the keys and the values of maps, or the entries of a dictionary.
    inner: Vec<Cells<'s, 'a>>,
    /// For each value, its entry in the dictionary.
    keys: Vec<usize>,
}

impl<'s, 'a> Cells<'s, 'a> {
    /// `shown` is the same array as it is kept as text.
    fn new(name: &str, array: &'a ArrayRef, shown: &'s dyn Array) -> Result<Self> {
        static OPTIONS: FormatOptions<'static> = FormatOptions::new();
        let formatter = ArrayFormatter::try_new(shown, &OPTIONS).map_err(|cause| {
            Error::new(
                ErrorKind::Refused,
                format!("its type {} can't be kept as text", array.data_type()),
            )
            .in_column(name)
            .with_cause(cause)
        })?;
        let mut keys = Vec::new();
        if let Some(dictionary) = array.as_any_dictionary_opt()
            && !dictionary.values().is_empty()
        {
            keys = dictionary.normalized_keys();
        }
        let inner = inner_of(array).into_iter().zip(inner_of(shown));
        let inner =
            inner.map(|(inner, shown)| Self::new(name, inner, shown)).collect::<Result<_>>()?;
        Ok(Self { array, formatter, inner, keys })
    }

    /// The indexes of a list's elements, or a map's entries.
    fn indexes(&self, row: usize) -> Range<usize> {
        match self.array.data_type() {
            DataType::List(_) => {
                let offsets = self.array.as_list::<i32>().value_offsets();
                offsets[row] as usize..offsets[row + 1] as usize
            }
            DataType::Map(..) => {
                let offsets = self.array.as_map().value_offsets();
                offsets[row] as usize..offsets[row + 1] as usize
            }
            DataType::LargeList(_) => {
                let offsets = self.array.as_list::<i64>().value_offsets();
                offsets[row] as usize..offsets[row + 1] as usize
            }
            _ => {
                let lists = self.array.as_fixed_size_list();
                let start = lists.value_offset_at(row);
                start..start + lists.value_length() as usize
            }
        }
    }

    fn value(&self, row: usize, arena: &'a Bump) -> Value<'a> {
        if self.array.is_null(row) {
            return Value::Null;
        }
        match &self.inner[..] {
            [] => {}
            [keys, values, ..] => {
                let key = |index| match keys.value(index, arena) {
                    Value::Text(key) => key,
                    other => arena.alloc_str(&other.to_text()),
                };
                let entry = |index| (key(index), values.value(index, arena));
                return Value::Map(arena.alloc_slice_fill_iter(self.indexes(row).map(entry)));
            }
            [elements] => {
                if let Some(key) = self.keys.get(row) {
                    return elements.value(*key, arena);
                }
                let values = self.indexes(row).map(|index| elements.value(index, arena));
                return Value::List(arena.alloc_slice_fill_iter(values));
            }
        }
        match visit(self.array, ValueAt { row, data_type: self.array.data_type() }) {
            Some(value) => value,
            None => self.text(row, arena),
        }
    }

    fn text(&self, row: usize, arena: &'a Bump) -> Value<'a> {
        Value::Text(arena.alloc_str(&self.formatter.value(row).to_string()))
    }
}

/// The elements of lists, the keys and the values of maps, or the entries of a dictionary.
fn inner_of(array: &dyn Array) -> Vec<&ArrayRef> {
    match array.data_type() {
        DataType::List(_) => vec![array.as_list::<i32>().values()],
        DataType::LargeList(_) => vec![array.as_list::<i64>().values()],
        DataType::FixedSizeList(..) => vec![array.as_fixed_size_list().values()],
        DataType::Map(..) => vec![array.as_map().keys(), array.as_map().values()],
        DataType::Dictionary(..) => vec![array.as_any_dictionary().values()],
        _ => Vec::new(),
    }
}

/// One value of an array; none where only its text keeps all of it.
struct ValueAt<'v> {
    row: usize,
    data_type: &'v DataType,
}

impl<'v> ArrayVisitor<'v> for ValueAt<'v> {
    type Output = Option<Value<'v>>;

    fn others(self) -> Self::Output {
        None
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> Self::Output {
        Some(Value::Bool(value(self.row)))
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> Self::Output {
        (*self.data_type != DataType::Date32).then(|| Value::I32(value(self.row)))
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> Self::Output {
        let value = value(self.row);
        match self.data_type {
            DataType::Timestamp(unit, Some(_)) => {
                let micros = match unit {
                    TimeUnit::Second => value.checked_mul(1_000_000),
                    TimeUnit::Millisecond => value.checked_mul(1_000),
                    TimeUnit::Microsecond => Some(value),
                    TimeUnit::Nanosecond => None,
                };
                micros.map(Value::Timestamp)
            }
            DataType::Timestamp(..) => None,
            DataType::UInt64 => Some(Value::U64(value.cast_unsigned())),
            _ => Some(Value::I64(value)),
        }
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> Self::Output {
        Some(Value::F32(value(self.row)))
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> Self::Output {
        Some(Value::F64(value(self.row)))
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> Self::Output {
        Some(Value::Text(value(self.row)))
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> Self::Output {
        Some(Value::Bytes(value(self.row)))
    }
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
