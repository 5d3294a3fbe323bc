//! The type rules: what becomes of a value in a column of a type.

use bumpalo::Bump;

use super::item::Item;
use super::json::items_of_array;
use crate::coerce::counts::Alterations;
use crate::schema::{Column, ColumnType};
use crate::types::number::double_holds;
use crate::types::value::{Value, timestamp_from_text};

/// How a value got into its column.
#[derive(Clone, Copy)]
pub(crate) enum How {
    AsItIs,
    Widened,
    Parsed,
    AsText,
}

impl How {
    pub(crate) fn count(self, alterations: &mut Alterations) {
        match self {
            Self::AsItIs => {}
            Self::Widened => alterations.widened += 1,
            Self::Parsed => alterations.parsed_texts += 1,
            Self::AsText => alterations.texts_by_prefix += 1,
        }
    }
}

/// What values are fitted with.
pub(crate) struct Fitting<'f, 'a> {
    pub(crate) column: &'f Column,
    pub(crate) parse_integers: bool,
    pub(crate) arena: &'a Bump,
}

impl<'a> Fitting<'_, 'a> {
    /// The value as a column of type `ty` holds it, if it can without bending it.
    pub(crate) fn fit(&self, item: Item<'a>, ty: &ColumnType) -> Option<(Value<'a>, How)> {
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
            Item::Json(text) if matches!(ty, T::List(_)) => {
                return self.fit_list(items_of_array(text, self.arena)?, ty.leaf());
            }
            _ if self.column.takes_all_as_text => {
                return Some((Value::Text(item.into_text(self.arena)), How::AsText));
            }
            _ => return None,
        };
        Some(match (ty, value) {
            _ if ty.is_of(value) => (value, How::AsItIs),
            (T::List(element), Value::List(values)) => {
                let is_fit = |value: &Value<'_>| *value == Value::Null || element.is_of(*value);
                if values.iter().all(is_fit) {
                    return Some((value, How::AsItIs));
                }
                let items = values.iter().map(|value| Item::Value(*value)).collect();
                return self.fit_list(items, element);
            }
            (T::Text, Value::List(_)) => (Value::Text(item.into_text(self.arena)), How::AsItIs),
            (T::I32 | T::I64 | T::U64, Value::I32(_) | Value::I64(_) | Value::U64(_)) => {
                (integer_as(ty, integer_of(value)?)?, How::AsItIs)
            }
            (T::F32 | T::F64, Value::I32(_) | Value::I64(_) | Value::U64(_)) => {
                (widened(ty, integer_of(value)?)?, How::Widened)
            }
            (T::F64, Value::F32(float)) => (Value::F64(double_of(float)?), How::AsItIs),
            (T::F32, Value::F64(double)) => (Value::F32(float_of(double)?), How::AsItIs),
            (T::I32 | T::I64, Value::Text(text)) if self.column.declared && self.parse_integers => {
                (integer_as(ty, text.parse::<i64>().ok()?.into())?, How::Parsed)
            }
            (T::Timestamp, Value::Text(text)) if self.column.declared => {
                (Value::Timestamp(timestamp_from_text(text)?), How::Parsed)
            }
            _ if self.column.takes_all_as_text => {
                (Value::Text(item.into_text(self.arena)), How::AsText)
            }
            _ => return None,
        })
    }

    /// The list, if each of its elements fits a column of theirs.
    fn fit_list(&self, items: Vec<Item<'a>>, element: &ColumnType) -> Option<(Value<'a>, How)> {
        let mut list_how = How::AsItIs;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = match item {
                Item::Value(Value::Null) => Value::Null,
                // Only whole values are kept as JSON text.
                _ if item.is_json() => return None,
                _ => {
                    let (value, how) = self.fit(item, element)?;
                    if !matches!(how, How::AsItIs) {
                        list_how = how;
                    }
                    value
                }
            };
            values.push(value);
        }
        Some((Value::List(self.arena.alloc_slice_copy(&values)), list_how))
    }
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
