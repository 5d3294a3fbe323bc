//! Arrow arrays, read where they are: one value at a time, as it is stored, whatever the array's layout.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};

/// Entries of a dictionary up to this long, in bytes, are counted as if all were as long as the longest.
const SHORT: usize = 256;

/// Does something with the values of an array, which it is given a way to read: by their indexes, none of
/// which may be of a null. What it does not know goes to [`others`](Self::others).
pub(crate) trait ArrayVisitor<'v>: Sized {
    type Output;

    fn others(self) -> Self::Output;

    fn bools(self, _value: impl Fn(usize) -> bool + 'v) -> Self::Output {
        self.others()
    }

    /// Integers of up to 32 bits, unsigned ones by their bits, dates, and times of day in milliseconds.
    fn i32s(self, _value: impl Fn(usize) -> i32 + 'v) -> Self::Output {
        self.others()
    }

    /// Longer integers, unsigned ones by their bits; moments and times of day, in the unit of the array.
    fn i64s(self, _value: impl Fn(usize) -> i64 + 'v) -> Self::Output {
        self.others()
    }

    fn f32s(self, _value: impl Fn(usize) -> f32 + 'v) -> Self::Output {
        self.others()
    }

    fn f64s(self, _value: impl Fn(usize) -> f64 + 'v) -> Self::Output {
        self.others()
    }

    fn texts(self, _value: impl Fn(usize) -> &'v str + 'v) -> Self::Output {
        self.others()
    }

    /// Bytes, of a fixed length or not.
    fn bytes(self, _value: impl Fn(usize) -> &'v [u8] + 'v) -> Self::Output {
        self.others()
    }

    /// Decimals, without the point.
    fn decimals(self, _value: impl Fn(usize) -> i128 + 'v) -> Self::Output {
        self.others()
    }
}

/// The array, its values not looked up. (Where it can't be cast, the backend will refuse it.)
pub(crate) fn without_dictionary(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Dictionary(_, values) => cast(&array, values).unwrap_or(array),
        _ => array,
    }
}

/// Gives the array's values to the visitor; dictionaries, lists and the like are others.
pub(crate) fn visit<'v, V: ArrayVisitor<'v>>(array: &'v dyn Array, visitor: V) -> V::Output {
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean().values();
            visitor.bools(|index| values.value(index))
        }
        DataType::Int8 => visitor.i32s(number::<Int8Type, _>(array, i32::from)),
        DataType::Int16 => visitor.i32s(number::<Int16Type, _>(array, i32::from)),
        DataType::Int32 => visitor.i32s(number::<Int32Type, _>(array, |value| value)),
        DataType::UInt8 => visitor.i32s(number::<UInt8Type, _>(array, i32::from)),
        DataType::UInt16 => visitor.i32s(number::<UInt16Type, _>(array, i32::from)),
        DataType::Date32 => visitor.i32s(number::<Date32Type, _>(array, |value| value)),
        DataType::UInt32 => visitor.i32s(number::<UInt32Type, _>(array, u32::cast_signed)),
        DataType::Time32(TimeUnit::Millisecond) => {
            visitor.i32s(number::<Time32MillisecondType, _>(array, |value| value))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            visitor.i64s(number::<Time64MicrosecondType, _>(array, |value| value))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            visitor.i64s(number::<Time64NanosecondType, _>(array, |value| value))
        }
        DataType::Int64 => visitor.i64s(number::<Int64Type, _>(array, |value| value)),
        DataType::UInt64 => visitor.i64s(number::<UInt64Type, _>(array, u64::cast_signed)),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => visitor.i64s(number::<TimestampSecondType, _>(array, |v| v)),
            TimeUnit::Millisecond => {
                visitor.i64s(number::<TimestampMillisecondType, _>(array, |v| v))
            }
            TimeUnit::Microsecond => {
                visitor.i64s(number::<TimestampMicrosecondType, _>(array, |v| v))
            }
            TimeUnit::Nanosecond => {
                visitor.i64s(number::<TimestampNanosecondType, _>(array, |v| v))
            }
        },
        DataType::Float16 => visitor.f32s(number::<Float16Type, _>(array, |value| value.to_f32())),
        DataType::Float32 => visitor.f32s(number::<Float32Type, _>(array, |value| value)),
        DataType::Float64 => visitor.f64s(number::<Float64Type, _>(array, |value| value)),
        DataType::Decimal32(..) => visitor.decimals(number::<Decimal32Type, _>(array, i128::from)),
        DataType::Decimal64(..) => visitor.decimals(number::<Decimal64Type, _>(array, i128::from)),
        DataType::Decimal128(..) => visitor.decimals(number::<Decimal128Type, _>(array, |v| v)),
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            visitor.texts(|index| array.value(index))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            visitor.texts(|index| array.value(index))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            visitor.texts(|index| array.value(index))
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            visitor.bytes(|index| array.value(index))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            visitor.bytes(|index| array.value(index))
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            visitor.bytes(|index| array.value(index))
        }
        DataType::FixedSizeBinary(_) => {
            let array = array.as_fixed_size_binary();
            visitor.bytes(|index| array.value(index))
        }
        _ => visitor.others(),
    }
}

fn number<'v, T: ArrowPrimitiveType, N>(
    array: &'v dyn Array,
    as_stored: impl Fn(T::Native) -> N + 'v,
) -> impl Fn(usize) -> N + 'v {
    let values = array.as_primitive::<T>().values();
    move |index| as_stored(values[index])
}

/// Whether a value is null: arrays of the type null have nothing that says so.
pub(crate) fn is_null(array: &dyn Array, row: usize) -> bool {
    *array.data_type() == DataType::Null || array.is_null(row)
}

/// Bytes of an array's text or bytes; of a dictionary's, at least as many as its keys stand for.
pub(crate) fn text_bytes(array: &dyn Array) -> usize {
    match array.data_type() {
        DataType::Utf8 => span(array.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => span(array.as_string::<i64>().value_offsets()),
        DataType::Binary => span(array.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => span(array.as_binary::<i64>().value_offsets()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let lens = visit(dictionary.values(), Lens(0..dictionary.values().len()));
            match lens.iter().max() {
                None => 0,
                Some(longest) if *longest <= SHORT => array.len() * longest,
                Some(_) => dictionary.normalized_keys().into_iter().map(|key| lens[key]).sum(),
            }
        }
        _ => visit(array, Lens(0..array.len())).into_iter().sum(),
    }
}

/// Bytes between the first offset and the last.
fn span<O: Copy + Into<i64>>(offsets: &[O]) -> usize {
    match offsets {
        [first, .., last] => ((*last).into() - (*first).into()) as usize,
        _ => 0,
    }
}

/// Bytes of each value; none for values that are neither text nor bytes.
struct Lens(Range<usize>);

impl<'v> ArrayVisitor<'v> for Lens {
    type Output = Vec<usize>;

    fn others(self) -> Vec<usize> {
        Vec::new()
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> Vec<usize> {
        self.0.map(|index| value(index).len()).collect()
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> Vec<usize> {
        self.0.map(|index| value(index).len()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int8Type;
    use arrow_array::{ArrayRef, DictionaryArray, Int64Array, StringArray, StringViewArray};
    use arrow_cast::cast;

    use super::*;

    #[test]
    fn text_counts_as_often_as_it_comes() {
        let long = "x".repeat(1_000);
        let texts =
            vec![Some("ab"), None, Some(&long), Some("a text of more than 12 bytes"), Some("ab")];
        let plain: ArrayRef = Arc::new(StringArray::from(texts.clone()));
        for ty in [DataType::Utf8, DataType::LargeUtf8, DataType::Binary, DataType::BinaryView] {
            let array = cast(&plain, &ty).expect("another layout");
            assert_eq!(text_bytes(&array), 1_032, "{ty}");
            assert_eq!(text_bytes(&array.slice(3, 2)), 30, "{ty}");
        }
        let views: ArrayRef = Arc::new(StringViewArray::from(texts.clone()));
        assert_eq!(text_bytes(&views), 1_032);
        let keys: DictionaryArray<Int8Type> = texts.into_iter().collect();
        let keys: ArrayRef = Arc::new(keys);
        assert!((1_032..1_100).contains(&text_bytes(&keys)));
        let short: ArrayRef = Arc::new(
            [Some("a"), None, Some("abc")].into_iter().collect::<DictionaryArray<Int8Type>>(),
        );
        assert_eq!(text_bytes(&short), 9, "as if all were the longest");
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        assert_eq!(text_bytes(&numbers), 0);
    }
}
