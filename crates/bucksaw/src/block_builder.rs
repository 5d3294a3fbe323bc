//! Scatters the values of rows to a block's columns, by the type rules: a value goes into its
//! column as it is, or as text into the column's sibling, or as JSON into `_rest`; never nowhere.

use bumpalo::Bump;

use crate::alterations::Alterations;
use crate::block::{Block, Values};
use crate::error::{Error, ErrorKind, Result};
use crate::number::double_holds;
use crate::schema::{Checkpoint, Column, ColumnId, ColumnType, Place, Schema};
use crate::value::{Value, append_json_string, timestamp_from_text};

/// Names the column that a value belongs to: by its name in the rows, or by its resolved id.
#[derive(Clone, Copy, Debug)]
pub enum Key<'k> {
    /// The name in the rows.
    Name(&'k str),
    /// An id of [`Writer::column`](crate::Writer::column).
    Id(ColumnId),
}

impl<'k> From<&'k str> for Key<'k> {
    fn from(name: &'k str) -> Self {
        Self::Name(name)
    }
}

impl<'k> From<&'k String> for Key<'k> {
    fn from(name: &'k String) -> Self {
        Self::Name(name)
    }
}

impl From<ColumnId> for Key<'_> {
    fn from(id: ColumnId) -> Self {
        Self::Id(id)
    }
}

/// What an input found: a value, or something that no value holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Value(Value<'a>),
    /// A JSON number that neither an integer of 64 bits nor a double holds.
    Number(&'a str),
    /// A JSON array or object that is kept as JSON text.
    Json(&'a str),
    /// A JSON object beyond the depth limit, kept as JSON text.
    TooDeep(&'a str),
}

impl<'a> Item<'a> {
    /// The type of a column whose first value this is.
    fn column_type(self) -> Option<ColumnType> {
        Some(match self {
            Self::Value(Value::Null) => return None,
            Self::Value(Value::Bool(_)) => ColumnType::Bool,
            Self::Value(Value::I32(_)) => ColumnType::I32,
            Self::Value(Value::I64(_) | Value::U64(_)) => ColumnType::I64,
            Self::Value(Value::F32(_)) => ColumnType::F32,
            Self::Value(Value::F64(_)) => ColumnType::F64,
            Self::Value(Value::Bytes(_)) => ColumnType::Bytes,
            Self::Value(Value::Timestamp(_)) => ColumnType::Timestamp,
            Self::Number(number) if number.contains(['.', 'e', 'E']) => ColumnType::F64,
            Self::Number(_) => ColumnType::I64,
            Self::Value(Value::Text(_)) | Self::Json(_) | Self::TooDeep(_) => ColumnType::Text,
        })
    }

    fn into_text(self, arena: &'a Bump) -> &'a str {
        match self {
            Self::Value(Value::Text(text)) => text,
            Self::Value(value) => arena.alloc_str(&value.to_text()),
            Self::Number(text) | Self::Json(text) | Self::TooDeep(text) => text,
        }
    }

    fn append_json(self, json: &mut String) {
        match self {
            Self::Value(value) => value.append_json(json),
            Self::Number(text) | Self::Json(text) | Self::TooDeep(text) => json.push_str(text),
        }
    }
}

/// Fills a [`Block`] row by row.
///
/// Push a row's values in any order, then [`end_row`](Self::end_row). After an error the row is to
/// be undone with [`undo_row`](Self::undo_row); nothing of it is left.
#[derive(Debug)]
pub struct BlockBuilder<'b, 'a> {
    pub(crate) block: &'b mut Block<'a>,
    pub(crate) schema: &'b mut Schema,
    arena: &'a Bump,
    /// What `_rest` gets of this row, without its braces.
    rest: String,
    row_start: Checkpoint,
    alterations_before: Alterations,
}

impl<'b, 'a> BlockBuilder<'b, 'a> {
    /// Continues `block` with columns of `schema`; text made on the way is put into `arena`.
    pub fn new(block: &'b mut Block<'a>, schema: &'b mut Schema, arena: &'a Bump) -> Self {
        if block.rows == 0 {
            block.fit(schema.columns());
        }
        let row_start = schema.checkpoint();
        let alterations_before = block.alterations;
        Self { block, schema, arena, rest: String::new(), row_start, alterations_before }
    }

    /// The arena for text that is made on the way.
    #[must_use]
    pub fn arena(&self) -> &'a Bump {
        self.arena
    }

    /// How many rows the block has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.block.rows
    }

    /// Adds a value to the row.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] where a closed schema or strict mode refuses it.
    pub fn push<'k>(&mut self, key: impl Into<Key<'k>>, value: Value<'a>) -> Result<()> {
        self.push_item(key.into(), Item::Value(value))
    }

    #[inline]
    pub(crate) fn push_item(&mut self, key: Key<'_>, item: Item<'a>) -> Result<()> {
        let is_null = matches!(item, Item::Value(Value::Null));
        match key {
            Key::Id(_) if is_null => Ok(()),
            Key::Id(id) => self.store(id, item),
            // A null adds no column, but a closed schema still has to know the name.
            Key::Name(_) if is_null && !self.schema.closed => Ok(()),
            Key::Name(name) => match self.schema.place(name) {
                Place::Column(_) if is_null => Ok(()),
                Place::Column(id) => {
                    self.check_name(id)?;
                    self.store(id, item)
                }
                Place::Rest => {
                    self.refuse_if_strict(name, "there is no column for it (too many columns, too long a name, or the name \"_rest\")")?;
                    self.block.alterations.rest_values += 1;
                    self.push_rest(name, item)
                }
                Place::Unexpected => Err(Error::new(
                    ErrorKind::Refused,
                    "the closed schema has no such column: declare it, or open the schema",
                )
                .in_column(name)),
            },
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        if !self.rest.is_empty() {
            self.rest.push('}');
            let json = self.arena.alloc_str(&self.rest);
            self.rest.clear();
            let id = self.schema.rest();
            let row = self.block.rows;
            let column = self.block.column_mut(id);
            column.claim(row);
            push_text(&mut column.values, json);
        }
        self.block.rows += 1;
        self.schema.row_ended();
        self.row_start = self.schema.checkpoint();
        self.alterations_before = self.block.alterations;
    }

    /// Forgets what was pushed since the last row's end.
    pub fn undo_row(&mut self) {
        self.rest.clear();
        self.block.truncate(self.block.rows);
        self.block.alterations = self.alterations_before;
        self.schema.undo(self.row_start);
        self.schema.row_ended();
        self.block.columns.truncate(self.schema.columns().len());
    }

    /// Counts, or in strict mode refuses, a column that the file has to call otherwise.
    pub(crate) fn check_name(&mut self, id: ColumnId) -> Result<()> {
        if !self.schema.strict {
            return Ok(());
        }
        let column = self.schema.column(id);
        match &column.renamed_from {
            None => Ok(()),
            Some(given) => Err(refused(
                given,
                &format!(
                    "its name is empty or differs from another only in case; it would be stored as {:?}",
                    column.name
                ),
            )),
        }
    }

    fn refuse_if_strict(&self, name: &str, why: &str) -> Result<()> {
        if self.schema.strict { Err(refused(name, why)) } else { Ok(()) }
    }

    /// Stores a value in the column that its name leads to.
    #[inline]
    pub(crate) fn store(&mut self, id: ColumnId, item: Item<'a>) -> Result<()> {
        if let Item::Value(value) = item
            && let Some(column) = self.block.columns.get_mut(id.index())
            && column.push_alike(self.block.rows, value)
        {
            return Ok(());
        }
        self.store_by_the_rules(id, item)
    }

    #[inline(never)]
    fn store_by_the_rules(&mut self, id: ColumnId, item: Item<'a>) -> Result<()> {
        if let Item::TooDeep(_) = item {
            self.refuse_if_strict(&self.schema.column(id).name, "its objects nest too deep")?;
            self.block.alterations.too_deep += 1;
        } else if let Item::Json(_) = item {
            self.block.alterations.json_texts += 1;
        }
        let column = self.schema.column(id);
        let ty = match &column.ty {
            Some(ty) => ty.clone(),
            None => {
                let all_as_text = column.takes_all_as_text.then_some(ColumnType::Text);
                let Some(ty) = all_as_text.or_else(|| item.column_type()) else { return Ok(()) };
                self.schema.set_type(id, ty.clone());
                ty
            }
        };
        let fitted =
            fit(item, &ty, self.schema.column(id), self.schema.int64_from_text, self.arena);
        let Some((value, how)) = fitted else { return self.store_misfit(id, &ty, item) };
        let row = self.block.rows;
        let column = self.block.column_mut(id);
        if !column.claim(row) {
            return self.store_duplicate(id, item);
        }
        append(&mut column.values, value);
        how.count(&mut self.block.alterations);
        Ok(())
    }

    /// A value of another type than its column's: as text into the sibling.
    fn store_misfit(&mut self, id: ColumnId, ty: &ColumnType, item: Item<'a>) -> Result<()> {
        let column = self.schema.column(id);
        if self.schema.strict || self.schema.closed {
            let text = item.into_text(self.arena);
            let shown: String = text.chars().take(40).collect();
            return Err(refused(
                &column.name,
                &format!(
                    "it holds {ty}, and {shown:?} is not one: mend the row, or open the schema and leave strict mode to keep it as text"
                ),
            ));
        }
        let is_number = matches!(item, Item::Number(_) | Item::Value(Value::U64(_)));
        if is_number && ty.is_of_numbers() {
            self.block.alterations.oversized_numbers += 1;
        } else {
            self.block.alterations.conflicts += 1;
        }
        let row = self.block.rows;
        if let Some(sibling) = self.schema.text_sibling(id) {
            let column = self.block.column_mut(sibling);
            if column.claim(row) {
                push_text(&mut column.values, item.into_text(self.arena));
                return Ok(());
            }
        }
        let name = self.given_name(id);
        self.push_rest(&name, item)
    }

    fn store_duplicate(&mut self, id: ColumnId, item: Item<'a>) -> Result<()> {
        let name = self.given_name(id);
        self.refuse_if_strict(&name, "the row gives it twice")?;
        self.block.alterations.duplicates += 1;
        self.push_rest(&name, item)
    }

    fn given_name(&self, id: ColumnId) -> String {
        self.schema.column(id).given_name().to_owned()
    }

    #[expect(clippy::unnecessary_wraps, reason = "the last step of functions that can fail")]
    fn push_rest(&mut self, name: &str, item: Item<'a>) -> Result<()> {
        self.rest.push(if self.rest.is_empty() { '{' } else { ',' });
        append_json_string(name, &mut self.rest);
        self.rest.push(':');
        item.append_json(&mut self.rest);
        Ok(())
    }
}

fn refused(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Refused, why).in_column(name)
}

/// How a value got into its column.
#[derive(Clone, Copy)]
enum How {
    AsItIs,
    Widened,
    Parsed,
    AsText,
}

impl How {
    fn count(self, alterations: &mut Alterations) {
        match self {
            Self::AsItIs => {}
            Self::Widened => alterations.widened += 1,
            Self::Parsed => alterations.parsed_texts += 1,
            Self::AsText => alterations.texts_by_prefix += 1,
        }
    }
}

/// The value as a column of type `ty` holds it, if it can without bending it.
fn fit<'a>(
    item: Item<'a>,
    ty: &ColumnType,
    column: &Column,
    parse_integers: bool,
    arena: &'a Bump,
) -> Option<(Value<'a>, How)> {
    use ColumnType as T;
    let value = match item {
        Item::Value(value) => value,
        Item::Number(text) if matches!(ty, T::F32 | T::F64) => {
            let value = text.parse().ok().filter(|value| double_holds(text, *value))?;
            return match ty {
                T::F32 => Some((Value::F32(float_of(value)?), How::Widened)),
                _ => Some((Value::F64(value), How::Widened)),
            };
        }
        Item::Json(text) | Item::TooDeep(text) if *ty == T::Text => {
            return Some((Value::Text(text), How::AsItIs));
        }
        _ if column.takes_all_as_text => {
            return Some((Value::Text(item.into_text(arena)), How::AsText));
        }
        _ => return None,
    };
    Some(match (ty, value) {
        _ if ty.is_of(value) => (value, How::AsItIs),
        (T::I32 | T::I64 | T::U64, Value::I32(_) | Value::I64(_) | Value::U64(_)) => {
            (integer_as(ty, integer_of(value)?)?, How::AsItIs)
        }
        (T::F32 | T::F64, Value::I32(_) | Value::I64(_) | Value::U64(_)) => {
            (widened(ty, integer_of(value)?)?, How::Widened)
        }
        (T::F64, Value::F32(float)) => (Value::F64(double_of(float)?), How::AsItIs),
        (T::F32, Value::F64(double)) => (Value::F32(float_of(double)?), How::AsItIs),
        (T::I32 | T::I64, Value::Text(text)) if column.declared && parse_integers => {
            (integer_as(ty, text.parse::<i64>().ok()?.into())?, How::Parsed)
        }
        (T::Timestamp, Value::Text(text)) if column.declared => {
            (Value::Timestamp(timestamp_from_text(text)?), How::Parsed)
        }
        _ if column.takes_all_as_text => (Value::Text(item.into_text(arena)), How::AsText),
        _ => return None,
    })
}

/// The integer as a column of integers holds it, if it does.
fn integer_as<'a>(ty: &ColumnType, integer: i128) -> Option<Value<'a>> {
    Some(match ty {
        ColumnType::I32 => Value::I32(integer.try_into().ok()?),
        ColumnType::I64 => Value::I64(integer.try_into().ok()?),
        ColumnType::U64 => Value::U64(integer.try_into().ok()?),
        _ => return None,
    })
}

fn integer_of(value: Value<'_>) -> Option<i128> {
    match value {
        Value::I32(value) => Some(value.into()),
        Value::I64(value) => Some(value.into()),
        Value::U64(value) => Some(value.into()),
        _ => None,
    }
}

/// The integer as a column of floats or doubles holds it, if it does so exactly.
fn widened<'a>(ty: &ColumnType, integer: i128) -> Option<Value<'a>> {
    match ty {
        ColumnType::F32 => {
            let float = integer as f32;
            (float as i128 == integer).then_some(Value::F32(float))
        }
        _ => {
            let double = integer as f64;
            (double as i128 == integer).then_some(Value::F64(double))
        }
    }
}

/// The float that is the same number, or the same NaN.
fn float_of(double: f64) -> Option<f32> {
    let float = double as f32;
    (f64::from(float).to_bits() == double.to_bits()).then_some(float)
}

/// The double that is the same number, or the same NaN.
fn double_of(float: f32) -> Option<f64> {
    let double = f64::from(float);
    (double as f32).to_bits().eq(&float.to_bits()).then_some(double)
}

/// Values that a column's list has room for at first.
const FIRST_VALUES: usize = 128;

macro_rules! append_to {
    ($values:expr, $variant:ident, $value:expr) => {
        match $values {
            Values::$variant(list) => list.push($value),
            values => {
                let mut list = Vec::with_capacity(FIRST_VALUES);
                list.push($value);
                *values = Values::$variant(list);
            }
        }
    };
}

#[inline]
fn push_text<'a>(values: &mut Values<'a>, text: &'a str) {
    append_to!(values, Text, text);
}

/// Appends a value to the list of its type, which a column's list always is or becomes.
#[inline]
fn append<'a>(values: &mut Values<'a>, value: Value<'a>) {
    match value {
        Value::Null => {}
        Value::Bool(value) => append_to!(values, Bool, value),
        Value::I32(value) => append_to!(values, I32, value),
        Value::I64(value) => append_to!(values, I64, value),
        Value::U64(value) => append_to!(values, U64, value),
        Value::F32(value) => append_to!(values, F32, value),
        Value::F64(value) => append_to!(values, F64, value),
        Value::Text(value) => append_to!(values, Text, value),
        Value::Bytes(value) => append_to!(values, Bytes, value),
        Value::Timestamp(value) => append_to!(values, Timestamp, value),
    }
}
