//! How many bytes of text or bytes an Arrow array stands for.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// Entries of a dictionary up to this long, in bytes, are counted as if all were as long as the longest.
const SHORT: usize = 256;

/// Bytes of an array's text or bytes; of a dictionary's, at least as many as its keys stand for.
pub(crate) fn text_bytes(array: &ArrayRef) -> usize {
    match array.data_type() {
        DataType::Utf8 => span(array.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => span(array.as_string::<i64>().value_offsets()),
        DataType::Binary => span(array.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => span(array.as_binary::<i64>().value_offsets()),
        DataType::Utf8View | DataType::BinaryView => value_lens(array).into_iter().sum(),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let lens = value_lens(dictionary.values());
            match lens.iter().max() {
                None => 0,
                Some(longest) if *longest <= SHORT => array.len() * longest,
                Some(_) => dictionary.normalized_keys().into_iter().map(|key| lens[key]).sum(),
            }
        }
        _ => 0,
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
fn value_lens(array: &ArrayRef) -> Vec<usize> {
    fn between<O: Copy + Into<i64>>(offsets: &[O]) -> Vec<usize> {
        offsets.windows(2).map(span).collect()
    }
    match array.data_type() {
        DataType::Utf8 => between(array.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => between(array.as_string::<i64>().value_offsets()),
        DataType::Binary => between(array.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => between(array.as_binary::<i64>().value_offsets()),
        DataType::Utf8View => array.as_string_view().lengths().map(|len| len as usize).collect(),
        DataType::BinaryView => array.as_binary_view().lengths().map(|len| len as usize).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int8Type;
    use arrow_array::{DictionaryArray, Int64Array, StringArray, StringViewArray};
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
