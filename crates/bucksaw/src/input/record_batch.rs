//! Arrow record batches to blocks: arrays go in whole where their type is their column's, else
//! value by value under the type rules.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt64Array};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, TimeUnit};
use arrow_select::filter::filter;
use arrow_select::take::take;
use bumpalo::Bump;

use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::bitmap::Bits;
use crate::block::lists::Lists;
use crate::block::{Block, BlockColumn, UNCOUNTED_TEXT, Values};
use crate::coerce::builder::BorrowingBuilder;
use crate::coerce::counts::Outcome;
use crate::encode::origins::Texts;
use crate::error::{Error, ErrorKind, Result};
use crate::input::zones;
use crate::options::UnknownColumns;
use crate::schema::{ColumnId, ColumnType, Resolution, Schema, Sibling};
use crate::types::item::Item;
use crate::types::json::item_of;
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit as TimeUnitOfColumn;
use crate::types::value::Value;
use crate::types::{decimal, path};

/// A column of a source that comes as arrays: its values in some rows.
#[derive(Clone, Debug)]
pub(crate) struct SourceColumn {
    /// The path that they come from.
    pub(crate) path: String,
    pub(crate) ty: ColumnType,
    pub(crate) array: ArrayRef,
    pub(crate) field_id: Option<i32>,
    /// Whether the file gets it even if no row has a value.
    pub(crate) stays: bool,
    /// Whether its values are others, as JSON text.
    pub(crate) is_made_json: bool,
    /// What a file of ours says of it.
    pub(crate) traced: Traced,
}

/// What a file of ours says of a column beside its path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traced {
    pub(crate) role: Role,
    /// What its texts were.
    pub(crate) texts: Texts,
    /// How rows spelled its values.
    pub(crate) input: Option<Spelling>,
    /// Whether its type was chosen.
    pub(crate) is_declared: bool,
}

/// What a column's values are of its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Values,
    /// Those that the path's column can't hold, as text.
    Misfits,
    /// Nanoseconds of its moments; a column of this path where it has none.
    Nanos { path: String },
    /// What has no column.
    Rest,
}

impl SourceColumn {
    /// The path that its values have one by one.
    fn path_alone(&self) -> &str {
        match &self.traced.role {
            Role::Nanos { path } => path,
            _ => &self.path,
        }
    }
}

/// The columns of a record batch, as they are.
pub(crate) fn columns_of(batch: &RecordBatch) -> Vec<SourceColumn> {
    let fields = batch.schema_ref().fields().iter().zip(batch.columns());
    let column = |(field, array): (&Arc<Field>, &ArrayRef)| SourceColumn {
        path: field.name().clone(),
        ty: ColumnType::from_field(field),
        array: Arc::clone(array),
        field_id: None,
        stays: false,
        is_made_json: false,
        traced: Traced::default(),
    };
    fields.map(column).collect()
}

/// What becomes of rows that the schema or strict mode refuses.
pub(crate) enum OnRefused<'r> {
    /// The first is an error.
    Fail,
    /// They are left out, and told; those behind the first as well, if there is to be no more.
    LeaveOut { refused: &'r mut Vec<(usize, Error)>, stops_at_first: bool },
}

/// The block of so many rows with these columns, whose values stay where they are. Text made on the way is put
/// into `arena`.
///
/// # Errors
/// [`ErrorKind::Refused`] where the schema or strict mode refuses a row (counted from the
/// first), and [`ErrorKind::Refused`] for types that can't be shown as text where they
/// have to be. `schema` may have grown then.
pub(crate) fn block_of_columns<'a>(
    columns: &'a [SourceColumn],
    rows: usize,
    schema: &mut Schema,
    arena: &'a Bump,
    on_refused: OnRefused<'_>,
) -> Result<Block<'a>> {
    let mut block = Block::new();
    let (mut whole, mut one_by_one) = (Vec::new(), Vec::new());
    let (values, others): (Vec<_>, Vec<_>) =
        columns.iter().partition(|column| column.traced.role == Role::Values);
    for column in values {
        match take_whole(&mut block, schema, column)? {
            Taken::Nothing => {}
            Taken::Whole(id) => whole.push((id, column)),
            Taken::No => one_by_one.push(column),
        }
    }
    for column in others {
        match take_beside(&mut block, schema, column, &one_by_one)? {
            Taken::Nothing => {}
            Taken::Whole(id) => whole.push((id, column)),
            Taken::No => one_by_one.push(column),
        }
    }
    let is_mixed = |column: &&SourceColumn| {
        column.traced.texts == Texts::Mixed
            && column.array.logical_null_count() < column.array.len()
    };
    for column in columns.iter().filter(is_mixed) {
        if let Resolution::Column(id) = schema.resolve(&column.path) {
            schema.mix_texts(id);
        }
    }
    if one_by_one.is_empty() {
        block.pivoted.rows = rows;
        block.pivoted.table = schema.table();
        whole.iter().for_each(|(id, column)| count_texts(&mut block, *id, column, &column.array));
        return Ok(block);
    }
    let shown = Shown::of(&one_by_one);
    let cells = cells_of(&one_by_one, &shown)?;
    let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
    // A batch says of what type its values are.
    builder.settles_at_once = true;
    let is_taken = push_rows(&mut builder, &cells, rows, on_refused)?;
    for (id, column) in whole {
        let array = match &is_taken {
            Some(is_taken) => filter(&column.array, is_taken).map_err(|cause| {
                let message = format!("its {} can't be stored", column.array.data_type());
                let error = Error::new(ErrorKind::Refused, message).with_cause(cause);
                error.in_column(&path::shown(&column.path))
            })?,
            None => Arc::clone(&column.array),
        };
        if is_taken.is_some() {
            let name = path::shown(&column.path);
            *block.pivoted.column_mut(id) = column_of(&name, &array, Some(&column.ty))?;
        }
        count_texts(&mut block, id, column, &array);
    }
    Ok(block)
}

/// Pushes the values of all rows, one by one; which rows were taken, if not all.
fn push_rows<'a>(
    builder: &mut BorrowingBuilder<'_, 'a>,
    cells: &[(&'a SourceColumn, Cells<'_, 'a>)],
    rows: usize,
    mut on_refused: OnRefused<'_>,
) -> Result<Option<BooleanArray>> {
    let mut is_taken: Option<Vec<bool>> = None;
    for row in 0..rows {
        let pushed = push_row(builder, cells, row);
        match (pushed, &mut on_refused) {
            (Ok(()), _) => {
                builder.end_row();
                is_taken.iter_mut().for_each(|is_taken| is_taken.push(true));
            }
            (Err(error), OnRefused::Fail) => return Err(error.at_row(row as u64)),
            (Err(error), OnRefused::LeaveOut { refused, stops_at_first }) => {
                builder.undo_row();
                refused.push((row, error));
                is_taken.get_or_insert_with(|| vec![true; row]).push(false);
                if *stops_at_first {
                    break;
                }
            }
        }
    }
    Ok(is_taken.map(|mut is_taken| {
        is_taken.resize(rows, false);
        BooleanArray::from(is_taken)
    }))
}

/// The values of a row, one by one.
fn push_row<'a>(
    builder: &mut BorrowingBuilder<'_, 'a>,
    cells: &[(&'a SourceColumn, Cells<'_, 'a>)],
    row: usize,
) -> Result<()> {
    let arena = builder.arena();
    for (column, cells) in cells {
        let value = cells.value(row, arena);
        if let (Role::Rest, Value::Text(text)) = (&column.traced.role, value) {
            builder.push_rest_object(text)?;
            continue;
        }
        let is_spelled = column.ty == ColumnType::Json || column.traced.texts == Texts::Spelled;
        let item = match value {
            Value::Text(text) if is_spelled => item_of(text, arena).unwrap_or(Item::Value(value)),
            value => Item::Value(value),
        };
        builder.push_item(column.path_alone().into(), item)?;
    }
    Ok(())
}

/// Arrays as they are shown as text.
struct Shown(Vec<ArrayRef>);

impl Shown {
    fn of(columns: &[&SourceColumn]) -> Self {
        Self(columns.iter().map(|column| zones::in_utc(&column.array)).collect())
    }
}

/// The values of columns, one at a time.
///
/// # Errors
/// [`ErrorKind::Refused`] for types that can't be shown as text.
fn cells_of<'s, 'a>(
    columns: &[&'a SourceColumn],
    shown: &'s Shown,
) -> Result<Vec<(&'a SourceColumn, Cells<'s, 'a>)>> {
    let cells = columns.iter().zip(&shown.0).map(|(column, shown)| {
        Ok((*column, Cells::new(&path::shown(&column.path), &column.array, shown.as_ref())?))
    });
    cells.collect()
}

/// What was done with a column's values.
enum Taken {
    /// There are none, or they are dropped.
    Nothing,
    /// They are in this column.
    Whole(ColumnId),
    /// They have to go one by one.
    No,
}

/// Takes an array whole, where that can be.
fn take_whole<'a>(
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
        schema.trace(id, traced.input.as_ref(), traced.is_declared);
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

/// Takes what belongs to other columns, or to none, whole, where that can be.
fn take_beside<'a>(
    block: &mut Block<'a>,
    schema: &mut Schema,
    column: &'a SourceColumn,
    one_by_one: &[&SourceColumn],
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
        // Values that come one by one may have to go there, too.
        Role::Rest if !one_by_one.is_empty() => None,
        Role::Rest => Some(schema.rest()),
        _ if one_by_one.iter().any(|column| column.path == *path) => None,
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
        (Some(ty), Sibling::Nanos) => *ty == ColumnType::Timestamp(TimeUnitOfColumn::Micros),
        (ty, Sibling::Text) => ty.is_some(),
        (None, _) => false,
    };
    if !is_held || column.is_dropped {
        return None;
    }
    schema.sibling(id, what, false)
}

/// Counts what is known of the values of a column that was taken whole.
fn count_texts(block: &mut Block<'_>, id: ColumnId, column: &SourceColumn, array: &ArrayRef) {
    if column.traced.texts == Texts::Spelled && column.ty == ColumnType::Text {
        let there = array.len() - array.logical_null_count();
        block.pivoted.spelled.extend(std::iter::repeat_n(id, there));
    }
    count_json(block, id, column, array);
}

/// Counts values of a column that are others as JSON text.
fn count_json(block: &mut Block<'_>, id: ColumnId, column: &SourceColumn, array: &ArrayRef) {
    let texts = array.as_string_opt::<i32>().filter(|_| column.is_made_json);
    for text in texts.into_iter().flatten().flatten() {
        block.pivoted.count(id, Outcome::JsonText, Item::Json(text));
    }
    block.pivoted.settle_counts();
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
        Value::Text(arena.alloc_str(&shown(&self.formatter, self.array, row)))
    }
}

/// A value as text; a moment beyond all calendars as the number that it is.
pub(super) fn shown(formatter: &ArrayFormatter<'_>, array: &dyn Array, row: usize) -> String {
    formatter.value(row).try_to_string().unwrap_or_else(|_| {
        let one = array.slice(row, 1);
        let number = cast(&one, &DataType::Int64).ok();
        let number = number.and_then(|one| Some(one.as_primitive_opt::<Int64Type>()?.value(0)));
        number.map_or_else(|| format!("{one:?}"), |number| number.to_string())
    })
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
pub(crate) struct ValueAt<'v> {
    pub(crate) row: usize,
    pub(crate) data_type: &'v DataType,
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
        let value = value(self.row);
        match self.data_type {
            DataType::Date32 | DataType::Time32(_) => None,
            DataType::UInt32 => Some(Value::I64(value.cast_unsigned().into())),
            _ => Some(Value::I32(value)),
        }
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
            DataType::Timestamp(..) | DataType::Time64(_) => None,
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
