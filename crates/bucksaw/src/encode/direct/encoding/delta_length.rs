//! DELTA_LENGTH_BYTE_ARRAY: the lengths of byte arrays, DELTA_BINARY_PACKED; then their bytes.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6>

use super::byte_buffer::ByteBuffer;
use super::delta_binary_packed::append_delta_binary_packed;

/// Byte arrays of a page.
#[derive(Debug, Default)]
pub(in crate::encode::direct) struct DeltaLengthBytes {
    lengths: Vec<u32>,
    data: ByteBuffer,
}

impl DeltaLengthBytes {
    #[inline]
    pub(in crate::encode::direct) fn append(&mut self, value: &[u8]) {
        // Pages stay far below 4 GiB: longer values are refused before.
        self.lengths.push(value.len() as u32);
        self.data.append(value);
    }

    /// Bytes so far, about.
    pub(in crate::encode::direct) fn len(&self) -> usize {
        self.lengths.len() + self.data.len()
    }

    /// Appends them and starts anew.
    pub(in crate::encode::direct) fn append_to(&mut self, page: &mut Vec<u8>) {
        append_delta_binary_packed(&self.lengths, page);
        page.extend_from_slice(self.data.as_slice());
        self.lengths.clear();
        self.data.clear();
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        self.lengths.capacity() * 4 + self.data.bytes_held()
    }
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
            let (mut page, mut bytes) = (DeltaLengthBytes::default(), Vec::new());
            values.iter().for_each(|value| page.append(value));
            page.append_to(&mut bytes);
            let (decoded, rest) = decode(&bytes);
            prop_assert_eq!(decoded, values.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert!(rest.is_empty());
            let read = read_page::<ByteArrayType>(bytes, Encoding::DELTA_LENGTH_BYTE_ARRAY, values.len());
            let read: Vec<&[u8]> = read.iter().map(|value| value.data()).collect();
            prop_assert_eq!(read, values);
        }
    }
}
