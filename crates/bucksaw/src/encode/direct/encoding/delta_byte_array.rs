//! DELTA_BYTE_ARRAY: for each byte array how many bytes it begins with that the one before begins with
//! too, DELTA_BINARY_PACKED; then the rest of each, DELTA_LENGTH_BYTE_ARRAY.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-strings-delta_byte_array--7>

use super::delta_binary_packed::append_delta_binary_packed;
use super::delta_length::DeltaLengthBytes;

/// Byte arrays of a page.
#[derive(Debug, Default)]
pub(in crate::encode::direct) struct DeltaBytes {
    shared: Vec<u32>,
    rests: DeltaLengthBytes,
    before: Vec<u8>,
}

impl DeltaBytes {
    #[inline]
    pub(in crate::encode::direct) fn append(&mut self, value: &[u8]) {
        let prefix = shared_prefix(&self.before, value);
        // Pages stay far below 4 GiB: longer values are refused before.
        self.shared.push(prefix as u32);
        self.rests.append(&value[prefix..]);
        self.before.truncate(prefix);
        self.before.extend_from_slice(&value[prefix..]);
    }

    /// Bytes so far, about.
    pub(in crate::encode::direct) fn len(&self) -> usize {
        self.shared.len() + self.rests.len()
    }

    /// Appends them and starts anew.
    pub(in crate::encode::direct) fn append_to(&mut self, page: &mut Vec<u8>) {
        append_delta_binary_packed(&self.shared, page);
        self.rests.append_to(page);
        self.shared.clear();
        // A page's first value stands alone.
        self.before.clear();
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        self.shared.capacity() * 4 + self.rests.bytes_held() + self.before.capacity()
    }
}

/// The bytes that neighbours share: what DELTA_BYTE_ARRAY saves against DELTA_LENGTH_BYTE_ARRAY, but for
/// the lengths of what is shared, which take up to two bytes a value and mostly one.
pub(in crate::encode::direct) fn shared_bytes<'v>(
    values: impl IntoIterator<Item = &'v [u8]>,
) -> usize {
    let mut before: &[u8] = &[];
    let mut shared = 0;
    for value in values {
        shared += shared_prefix(before, value);
        before = value;
    }
    shared
}

/// How many bytes both begin with.
#[inline]
pub(in crate::encode::direct) fn shared_prefix(a: &[u8], b: &[u8]) -> usize {
    let (a_words, b_words) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let differences =
        a_words.iter().zip(b_words).map(|(a, b)| u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b));
    for (word, difference) in differences.enumerate() {
        if difference != 0 {
            return word * 8 + difference.trailing_zeros() as usize / 8;
        }
    }
    let len = a.len().min(b.len());
    let (a, b) = (&a[..len], &b[..len]);
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        // All words are the same, so that the last bytes may differ only behind them.
        (Some(a), Some(b)) => {
            let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
            len - 8 + difference.trailing_zeros() as usize / 8
        }
        _ => a.iter().zip(b).take_while(|(a, b)| a == b).count(),
    }
}

#[cfg(test)]
mod tests {
    use parquet::basic::Encoding;
    use parquet::data_type::ByteArrayType;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::page_of::read_page;
    use super::super::{delta_binary_packed, delta_length};
    use super::*;

    fn simple_prefix(a: &[u8], b: &[u8]) -> usize {
        a.iter().zip(b).take_while(|(a, b)| a == b).count()
    }

    /// The simplest decoder.
    fn decode(bytes: &[u8]) -> Vec<Vec<u8>> {
        let (shared, rest) = delta_binary_packed::decode(bytes);
        let (ends, rest) = delta_length::decode(rest);
        assert!(rest.is_empty());
        assert_eq!(shared.len(), ends.len());
        let mut values: Vec<Vec<u8>> = Vec::new();
        for (shared, end) in shared.into_iter().zip(ends) {
            let before = values.last().map_or(&[][..], Vec::as_slice);
            let value = [&before[..shared as usize], end].concat();
            values.push(value);
        }
        values
    }

    proptest! {
        #[test]
        fn byte_arrays_come_back(values in vec(vec(0..2_u8, 0..40), 0..300)) {
            let slices = || values.iter().map(Vec::as_slice);
            let mut bytes = Vec::new();
            let mut page = DeltaBytes::default();
            slices().for_each(|value| page.append(value));
            page.append_to(&mut bytes);
            prop_assert_eq!(&decode(&bytes), &values);
            let pairs = values.windows(2);
            let shared: usize = pairs.map(|pair| simple_prefix(&pair[0], &pair[1])).sum();
            prop_assert_eq!(shared_bytes(slices()), shared);
            let read = read_page::<ByteArrayType>(bytes, Encoding::DELTA_BYTE_ARRAY, values.len());
            let read: Vec<&[u8]> = read.iter().map(|value| value.data()).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn prefixes_are_those_of_the_simple_loop(same in vec(any::<u8>(), 0..40), a in vec(0..2_u8, 0..20), b in vec(0..2_u8, 0..20)) {
            let (a, b) = ([&same[..], &a].concat(), [&same[..], &b].concat());
            prop_assert_eq!(shared_prefix(&a, &b), simple_prefix(&a, &b));
        }
    }
}
