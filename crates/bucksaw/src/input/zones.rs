//! Times of named zones as text: in UTC, since the rules of the world's zones are a megabyte of code.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, FieldRef};

/// The same array, with its times of named zones, `Europe/Berlin` or `UTC`, as those of UTC. Offsets, such as
/// `+02:00`, stay. Where a type can't be converted, the array stays as it is.
pub(crate) fn in_utc(array: &ArrayRef) -> ArrayRef {
    match type_in_utc(array.data_type()) {
        Some(ty) => cast(array, &ty).unwrap_or_else(|_| Arc::clone(array)),
        None => Arc::clone(array),
    }
}

/// The type without named zones, where it has any.
fn type_in_utc(ty: &DataType) -> Option<DataType> {
    match ty {
        DataType::Timestamp(unit, Some(zone)) if !zone.starts_with(['+', '-']) => {
            Some(DataType::Timestamp(*unit, Some("+00:00".into())))
        }
        DataType::List(field) => Some(DataType::List(field_in_utc(field)?)),
        DataType::LargeList(field) => Some(DataType::LargeList(field_in_utc(field)?)),
        DataType::FixedSizeList(field, length) => {
            Some(DataType::FixedSizeList(field_in_utc(field)?, *length))
        }
        DataType::Map(field, is_sorted) => Some(DataType::Map(field_in_utc(field)?, *is_sorted)),
        DataType::Dictionary(keys, values) => {
            Some(DataType::Dictionary(keys.clone(), Box::new(type_in_utc(values)?)))
        }
        DataType::Struct(fields) => {
            let changed: Vec<_> = fields.iter().map(field_in_utc).collect();
            changed.iter().any(Option::is_some).then(|| {
                let fields = fields.iter().zip(changed);
                DataType::Struct(
                    fields.map(|(old, new)| new.unwrap_or_else(|| Arc::clone(old))).collect(),
                )
            })
        }
        _ => None,
    }
}

fn field_in_utc(field: &FieldRef) -> Option<FieldRef> {
    Some(Arc::new(Field::clone(field).with_data_type(type_in_utc(field.data_type())?)))
}
