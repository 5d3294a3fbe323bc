//! The values of Arrow arrays, read where they are: in every layout that a column's type comes in.

use std::convert::identity;

use arrow_array::ArrowPrimitiveType;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::{BytesValues, FixedValues, PageValues};
use crate::error::{Error, ErrorKind, Result};

/// Appends the values of an array that are not null.
pub(in crate::encode::direct) fn append(page: &mut PageValues, array: &ArrayRef) -> Result<()> {
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    match (array.as_any_dictionary_opt(), nulls) {
        (None, None) => append_places(page, array, 0..array.len(), None),
        (None, Some(nulls)) => {
            let places: Vec<usize> = nulls.valid_indices().collect();
            append_places(page, array, places.iter().copied(), None)
        }
        // It has values, so that there are keys.
        (Some(dictionary), nulls) => {
            let mut keys = dictionary.normalized_keys();
            if let Some(nulls) = nulls {
                keys = nulls.valid_indices().map(|row| keys[row]).collect();
            }
            append_places(page, dictionary.values(), keys.iter().copied(), Some(&keys))
        }
    }
}

/// Appends the values of an array at `places`, none of which is null; `keys` are the same places,
/// where they come again and again.
fn append_places(
    page: &mut PageValues,
    array: &ArrayRef,
    places: impl Iterator<Item = usize>,
    keys: Option<&[usize]>,
) -> Result<()> {
    match page {
        PageValues::Bool(page) => {
            let values = array.as_boolean_opt().ok_or_else(|| unknown(array))?.values();
            page.extend(places.map(|place| values.value(place)));
            Ok(())
        }
        PageValues::Fixed(page) => append_fixed(page, array, places),
        PageValues::Bytes(page) => append_bytes(page, array, places, keys),
    }
}

fn append_fixed(
    page: &mut FixedValues,
    array: &ArrayRef,
    places: impl Iterator<Item = usize>,
) -> Result<()> {
    use TimestampMicrosecondType as MicrosType;
    match array.data_type() {
        DataType::Int8 => append_bits::<Int8Type>(page, array, places, |v| narrow(v.into())),
        DataType::Int16 => append_bits::<Int16Type>(page, array, places, |v| narrow(v.into())),
        DataType::Int32 => append_bits::<Int32Type>(page, array, places, narrow),
        DataType::UInt8 => append_bits::<UInt8Type>(page, array, places, |v| narrow(v.into())),
        DataType::UInt16 => append_bits::<UInt16Type>(page, array, places, |v| narrow(v.into())),
        DataType::UInt32 => append_bits::<UInt32Type>(page, array, places, u64::from),
        DataType::Int64 => append_bits::<Int64Type>(page, array, places, |v| v as u64),
        DataType::UInt64 => append_bits::<UInt64Type>(page, array, places, |v| v),
        DataType::Float16 => {
            append_bits::<Float16Type>(page, array, places, |v| v.to_f32().to_bits().into());
        }
        DataType::Float32 => {
            append_bits::<Float32Type>(page, array, places, |v| v.to_bits().into());
        }
        DataType::Float64 => append_bits::<Float64Type>(page, array, places, f64::to_bits),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            append_bits::<MicrosType>(page, array, places, |v| v as u64);
        }
        _ => return Err(unknown(array)),
    }
    Ok(())
}

/// The bits of a value of 4 bytes.
fn narrow(value: i32) -> u64 {
    (value as u32).into()
}

fn append_bits<T: ArrowPrimitiveType>(
    page: &mut FixedValues,
    array: &ArrayRef,
    places: impl Iterator<Item = usize>,
    bits: impl Fn(T::Native) -> u64,
) {
    let values = array.as_primitive::<T>().values();
    page.append(places.map(|place| bits(values[place])));
}

fn append_bytes(
    page: &mut BytesValues,
    array: &ArrayRef,
    places: impl Iterator<Item = usize>,
    keys: Option<&[usize]>,
) -> Result<()> {
    // A value of each layout is found in a way of its own, and appended in the same.
    macro_rules! append {
        ($array:expr, $bytes_of:expr) => {{
            let array = $array;
            let value = |place: usize| $bytes_of(array.value(place));
            match keys {
                Some(keys) => page.append_keys(array.len(), value, keys),
                None => page.append(&places.map(value).collect::<Vec<_>>()),
            }
        }};
    }
    match array.data_type() {
        DataType::Utf8 => append!(array.as_string::<i32>(), str::as_bytes),
        DataType::LargeUtf8 => append!(array.as_string::<i64>(), str::as_bytes),
        DataType::Utf8View => append!(array.as_string_view(), str::as_bytes),
        DataType::Binary => append!(array.as_binary::<i32>(), identity),
        DataType::LargeBinary => append!(array.as_binary::<i64>(), identity),
        DataType::BinaryView => append!(array.as_binary_view(), identity),
        _ => return Err(unknown(array)),
    }
    Ok(())
}

fn unknown(array: &ArrayRef) -> Error {
    let message = format!("its {} is not of its column's type", array.data_type());
    Error::new(ErrorKind::Unsupported, message)
}
