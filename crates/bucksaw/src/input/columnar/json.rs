//! Values of arrays as JSON: what no column holds as it is, and rows that are refused.

use arrow_array::cast::AsArray;
use arrow_array::types::{IntervalDayTimeType, IntervalMonthDayNanoType, IntervalYearMonthType};
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, Field, Fields, IntervalUnit};

use super::kinds::{INT96, INTERVAL, KIND_KEY, moments_of};
use crate::block::arrays::{is_null, visit};
use crate::block::pivoted::OpenRest;
use crate::error::{Error, ErrorKind, Result};
use crate::input::record_batch::{SourceColumn, ValueAt};
use crate::input::zones;
use crate::types::item::Item;
use crate::types::logical::ColumnType;
use crate::types::value::append_json_string;

/// Levels of values within values.
const MAX_DEPTH: usize = 128;

/// How the values of an array become JSON.
pub(super) enum Json {
    Object(ArrayRef, Vec<(String, Json)>),
    /// Lists, whose elements these are: from one index to before another.
    List(ArrayRef, Box<Json>),
    /// An object where keys are text, else a list of objects with `key` and `value`.
    Map(ArrayRef, Box<[Json; 2]>),
    /// The value of each key.
    Dictionary(ArrayRef, Vec<usize>, Box<Json>),
    Interval(ArrayRef),
    /// Months, days and milliseconds in 12 bytes.
    IntervalBytes(ArrayRef),
    /// Numbers whose text JSON takes.
    Number(ArrayRef),
    /// Moments of 96 bits: those that have 64, and the text of others.
    Moments(ArrayRef, Option<ArrayRef>),
    Leaf(ArrayRef),
}

impl Json {
    /// # Errors
    /// [`ErrorKind::Refused`] where values nest too deep.
    pub(super) fn of(field: &Field, array: &ArrayRef) -> Result<Self> {
        Self::at_depth(field, array, 0)
    }

    fn at_depth(field: &Field, array: &ArrayRef, depth: usize) -> Result<Self> {
        if depth > MAX_DEPTH {
            let message = format!("its values nest deeper than {MAX_DEPTH} levels");
            return Err(Error::new(ErrorKind::Refused, message));
        }
        let array = array.clone();
        let of = |field: &Field, array: &ArrayRef| Self::at_depth(field, array, depth + 1);
        let boxed = |json: Self| Box::new(json);
        if let Some(kind) = field.metadata().get(KIND_KEY) {
            return Ok(match kind.as_str() {
                INT96 => {
                    let ((_, moments), others) = moments_of(&array);
                    let others = others.map(|(_, texts)| texts);
                    Self::Moments(zones::in_utc(&moments), others)
                }
                INTERVAL => Self::IntervalBytes(array),
                _ => Self::Leaf(array),
            });
        }
        Ok(match field.data_type() {
            DataType::Struct(fields) => {
                let members = array.as_struct().columns().iter();
                let members = fields.iter().zip(members).map(|(field, values)| {
                    let mut name = String::new();
                    append_json_string(field.name(), &mut name);
                    Ok((name, of(field, values)?))
                });
                let members = members.collect::<Result<_>>()?;
                Self::Object(array, members)
            }
            DataType::List(element) => {
                let elements = of(element, array.as_list::<i32>().values())?;
                Self::List(array, boxed(elements))
            }
            DataType::LargeList(element) => {
                let elements = of(element, array.as_list::<i64>().values())?;
                Self::List(array, boxed(elements))
            }
            DataType::FixedSizeList(element, _) => {
                let elements = of(element, array.as_fixed_size_list().values())?;
                Self::List(array, boxed(elements))
            }
            DataType::ListView(element) => {
                let elements = of(element, array.as_list_view::<i32>().values())?;
                Self::List(array, boxed(elements))
            }
            DataType::LargeListView(element) => {
                let elements = of(element, array.as_list_view::<i64>().values())?;
                Self::List(array, boxed(elements))
            }
            DataType::Map(entries, _) => {
                let (keys, values) = fields_of_entries(entries)?;
                let map = array.as_map();
                let (keys, values) = (of(keys, map.keys())?, of(values, map.values())?);
                Self::Map(array, Box::new([keys, values]))
            }
            DataType::Dictionary(_, values) => {
                let dictionary = array.as_any_dictionary();
                let entry = Field::new("", values.as_ref().clone(), true);
                let entries = of(&entry, dictionary.values())?;
                let keys = match dictionary.values().is_empty() {
                    true => Vec::new(),
                    false => dictionary.normalized_keys(),
                };
                Self::Dictionary(array, keys, boxed(entries))
            }
            DataType::Interval(_) => Self::Interval(array),
            DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => Self::Number(array),
            _ => Self::Leaf(zones::in_utc(&array)),
        })
    }

    fn array(&self) -> &ArrayRef {
        match self {
            Self::Object(array, _)
            | Self::List(array, _)
            | Self::Map(array, _)
            | Self::Dictionary(array, ..)
            | Self::Interval(array)
            | Self::IntervalBytes(array)
            | Self::Number(array)
            | Self::Moments(array, _)
            | Self::Leaf(array) => array,
        }
    }

    /// Appends the value of a row.
    pub(super) fn append(&self, row: usize, json: &mut String) {
        let is_moment = matches!(self, Self::Moments(..));
        if is_null(self.array(), row) && !is_moment {
            json.push_str("null");
            return;
        }
        match self {
            Self::Object(_, members) => {
                json.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    json.push_str(if index > 0 { "," } else { "" });
                    json.push_str(name);
                    json.push(':');
                    value.append(row, json);
                }
                json.push('}');
            }
            Self::List(array, elements) => {
                json.push('[');
                for (index, element) in elements_of(array, row).enumerate() {
                    json.push_str(if index > 0 { "," } else { "" });
                    elements.append(element, json);
                }
                json.push(']');
            }
            Self::Map(array, entries) => append_map(array, entries, row, json),
            Self::Dictionary(_, keys, entries) => match keys.get(row) {
                Some(key) => entries.append(*key, json),
                None => json.push_str("null"),
            },
            Self::Interval(array) => append_interval(array, row, json),
            Self::IntervalBytes(array) => {
                let bytes = array.as_fixed_size_binary().value(row);
                let part = |index: usize| {
                    let part = bytes.get(index * 4..).and_then(|part| part.first_chunk());
                    part.map_or(0, |part| u32::from_le_bytes(*part))
                };
                let [months, days, millis] = [part(0), part(1), part(2)];
                json.push_str(&format!(
                    r#"{{"months":{months},"days":{days},"milliseconds":{millis}}}"#
                ));
            }
            Self::Number(array) => json.push_str(&text_of(array, row)),
            Self::Moments(moments, others) => {
                let others = others.as_ref().and_then(|others| others.as_string_opt::<i32>());
                match others.filter(|others| others.is_valid(row)) {
                    Some(others) => append_json_string(others.value(row), json),
                    None if moments.is_null(row) => json.push_str("null"),
                    None => append_json_string(&text_of(moments, row), json),
                }
            }
            Self::Leaf(array) => {
                let value = visit(array, ValueAt { row, data_type: array.data_type() });
                match value {
                    Some(value) => Item::Value(value).append_json(json),
                    None => append_json_string(&text_of(array, row), json),
                }
            }
        }
    }
}

fn text_of(array: &ArrayRef, row: usize) -> String {
    array_value_to_string(array, row).unwrap_or_default()
}

/// The fields of a map's keys and values.
fn fields_of_entries(entries: &Field) -> Result<(&Field, &Field)> {
    let fields: Option<&Fields> = match entries.data_type() {
        DataType::Struct(fields) => Some(fields),
        _ => None,
    };
    match fields.map(|fields| &fields[..]) {
        Some([keys, values]) => Ok((keys, values)),
        _ => Err(Error::new(ErrorKind::Refused, "its map has no entries of a key and a value")),
    }
}

/// The indexes of a list's elements.
fn elements_of(array: &ArrayRef, row: usize) -> std::ops::Range<usize> {
    match array.data_type() {
        DataType::List(_) => {
            let offsets = array.as_list::<i32>().value_offsets();
            offsets[row] as usize..offsets[row + 1] as usize
        }
        DataType::LargeList(_) => {
            let offsets = array.as_list::<i64>().value_offsets();
            offsets[row] as usize..offsets[row + 1] as usize
        }
        DataType::ListView(_) => {
            let lists = array.as_list_view::<i32>();
            let start = lists.value_offset(row) as usize;
            start..start + lists.value_size(row) as usize
        }
        DataType::LargeListView(_) => {
            let lists = array.as_list_view::<i64>();
            let start = lists.value_offset(row) as usize;
            start..start + lists.value_size(row) as usize
        }
        _ => {
            let lists = array.as_fixed_size_list();
            let start = lists.value_offset_at(row);
            start..start + lists.value_length() as usize
        }
    }
}

fn append_map(array: &ArrayRef, [keys, values]: &[Json; 2], row: usize, json: &mut String) {
    let offsets = array.as_map().value_offsets();
    let entries = offsets[row] as usize..offsets[row + 1] as usize;
    let are_names = matches!(
        keys.array().data_type(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    );
    json.push(if are_names { '{' } else { '[' });
    for (index, entry) in entries.enumerate() {
        json.push_str(if index > 0 { "," } else { "" });
        match are_names {
            true => {
                keys.append(entry, json);
                json.push(':');
                values.append(entry, json);
            }
            false => {
                json.push_str("{\"key\":");
                keys.append(entry, json);
                json.push_str(",\"value\":");
                values.append(entry, json);
                json.push('}');
            }
        }
    }
    json.push(if are_names { '}' } else { ']' });
}

fn append_interval(array: &ArrayRef, row: usize, json: &mut String) {
    let text = match array.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => {
            let months = array.as_primitive::<IntervalYearMonthType>().value(row);
            format!(r#"{{"months":{months}}}"#)
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let value = array.as_primitive::<IntervalDayTimeType>().value(row);
            format!(r#"{{"days":{},"milliseconds":{}}}"#, value.days, value.milliseconds)
        }
        _ => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            let (months, days, nanos) = (value.months, value.days, value.nanoseconds);
            format!(r#"{{"months":{months},"days":{days},"nanoseconds":{nanos}}}"#)
        }
    };
    json.push_str(&text);
}

/// Rows as lines of JSON.
pub(super) struct Lines<'c>(Vec<(&'c SourceColumn, Json)>);

impl<'c> Lines<'c> {
    pub(super) fn of(columns: &'c [SourceColumn]) -> Self {
        let json = |column: &'c SourceColumn| {
            let field = Field::new("", column.array.data_type().clone(), true);
            // They are columns, which nest no deeper than lists do.
            Some((column, Json::of(&field, &column.array).ok()?))
        };
        Self(columns.iter().filter_map(json).collect())
    }

    pub(super) fn line(&self, row: usize) -> String {
        let mut object = OpenRest::default();
        let there =
            self.0.iter().enumerate().filter(|(_, (column, _))| !is_null(&column.array, row));
        for (index, (column, json)) in there {
            let mut value = String::new();
            match column.ty == ColumnType::Json {
                true => value = text_of(&column.array, row),
                false => json.append(row, &mut value),
            }
            object.push(&column.path, index as u64, Item::Json(&value));
        }
        match object.json.is_empty() {
            true => "{}\n".to_owned(),
            false => format!("{}\n", object.end()),
        }
    }
}
