//! DELTA_LENGTH_BYTE_ARRAY: the lengths of byte arrays, DELTA_BINARY_PACKED; then their bytes.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6>

use super::delta_binary_packed::{append_delta_binary_packed, delta_binary_packed_len};

/// Appends byte arrays of these lengths, whose bytes are `data`.
pub(in crate::backend::direct) fn append_delta_length(
    lengths: &[u32],
    data: &[u8],
    out: &mut Vec<u8>,
) {
    append_delta_binary_packed(lengths, out);
    out.extend_from_slice(data);
}

/// The bytes that [`append_delta_length`] appends.
pub(in crate::backend::direct) fn delta_length_len(lengths: &[u32], data_bytes: usize) -> usize {
    delta_binary_packed_len(lengths) + data_bytes
}

/// The simplest decoder: the values and what follows them.
#[cfg(test)]
pub(super) fn decode(bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (lengths, mut rest) = super::delta_binary_packed::decode(bytes);
    let mut values = Vec::new();
    for length in lengths {
        let (value, after) = rest.split_at(length as usize);
        values.push(value);
        rest = after;
    }
    (values, rest)
}

#[cfg(test)]
mod tests {
    use parquet::basic::Encoding;
    use parquet::data_type::ByteArrayType;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::page_of::read_page;
    use super::*;

    proptest! {
        #[test]
        fn byte_arrays_come_back(values in vec(vec(any::<u8>(), 0..300), 0..300)) {
            let lengths: Vec<u32> = values.iter().map(|value| value.len() as u32).collect();
            let mut bytes = Vec::new();
            append_delta_length(&lengths, &values.concat(), &mut bytes);
            let total = values.iter().map(Vec::len).sum();
            prop_assert_eq!(bytes.len(), delta_length_len(&lengths, total));
            let (decoded, rest) = decode(&bytes);
            prop_assert_eq!(decoded, values.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert!(rest.is_empty());
            let read = read_page::<ByteArrayType>(bytes, Encoding::DELTA_LENGTH_BYTE_ARRAY, values.len());
            let read: Vec<&[u8]> = read.iter().map(|value| value.data()).collect();
            prop_assert_eq!(read, values);
        }
    }
}
