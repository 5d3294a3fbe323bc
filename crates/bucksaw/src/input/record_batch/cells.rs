//! The values of arrays, one at a time.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, TimeUnit};
use bumpalo::Bump;

use super::SourceColumn;
use crate::block::arrays::{ArrayVisitor, is_null, visit};
use crate::error::{Error, ErrorKind, Result};
use crate::input::zones;
use crate::types::path;
use crate::types::value::Value;

/// Arrays as they are shown as text.
pub(super) struct Shown(Vec<ArrayRef>);

impl Shown {
    pub(super) fn of(columns: &[&SourceColumn]) -> Self {
        Self(columns.iter().map(|column| zones::in_utc(&column.array)).collect())
    }
}

/// The values of columns, one at a time.
///
/// # Errors
/// [`ErrorKind::Refused`] for types that can't be shown as text.
pub(super) fn cells_of<'s, 'a>(
    columns: &[&'a SourceColumn],
    shown: &'s Shown,
) -> Result<Vec<(&'a SourceColumn, Cells<'s, 'a>)>> {
    let cells = columns.iter().zip(&shown.0).map(|(column, shown)| {
        Ok((*column, Cells::new(&path::shown(&column.path), &column.array, shown.as_ref())?))
    });
    cells.collect()
}

/// The values of an array, one at a time.
pub(super) struct Cells<'s, 'a> {
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

    pub(super) fn value(&self, row: usize, arena: &'a Bump) -> Value<'a> {
        if is_null(self.array, row) {
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
pub(crate) fn shown(formatter: &ArrayFormatter<'_>, array: &dyn Array, row: usize) -> String {
    formatter.value(row).try_to_string().unwrap_or_else(|_| {
        let one = array.slice(row, 1);
        let number = cast(&one, &DataType::Int64).ok();
        let number = number.and_then(|one| Some(one.as_primitive_opt::<Int64Type>()?.value(0)));
        number.map_or_else(|| format!("{one:?}"), |number| number.to_string())
    })
}

/// The elements of lists, the keys and the values of maps, or the entries of a dictionary.
pub(super) fn inner_of(array: &dyn Array) -> Vec<&ArrayRef> {
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
