//! BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on: nothing shorter,
//! but easier on what compresses the page.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#byte-stream-split-byte_stream_split--9>

/// Values that go through the transposition at a time.
const BLOCK: usize = 16;

/// Appends values of `WIDTH` bytes each, which `bytes_of` gives.
pub(in crate::encode::direct) fn append_byte_stream_split<T: Copy, const WIDTH: usize>(
    values: &[T],
    bytes_of: impl Fn(T) -> [u8; WIDTH],
    out: &mut Vec<u8>,
) {
    if values.is_empty() {
        return;
    }
    let start = out.len();
    out.resize(start + values.len() * WIDTH, 0);
    let mut streams: Vec<&mut [u8]> = out[start..].chunks_exact_mut(values.len()).collect();
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let mut split = [[0_u8; BLOCK]; WIDTH];
        // A stream at a time: the compiler makes shifts of whole vectors of it.
        for (number, stream) in split.iter_mut().enumerate() {
            for (byte, value) in stream.iter_mut().zip(block) {
                *byte = bytes_of(*value)[number];
            }
        }
        for (stream, bytes) in streams.iter_mut().zip(split) {
            stream[number * BLOCK..][..BLOCK].copy_from_slice(&bytes);
        }
    }
    for (index, value) in rest.iter().enumerate() {
        for (stream, byte) in streams.iter_mut().zip(bytes_of(*value)) {
            stream[blocks.len() * BLOCK + index] = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use parquet::basic::Encoding;
    use parquet::data_type::{DoubleType, FloatType};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::page_of::read_page;
    use super::*;

    /// The simplest encoder.
    fn simple<const WIDTH: usize>(values: &[[u8; WIDTH]]) -> Vec<u8> {
        (0..WIDTH).flat_map(|byte| values.iter().map(move |value| value[byte])).collect()
    }

    proptest! {
        #[test]
        fn values_of_8_bytes_come_back(values in vec(any::<u64>(), 0..100)) {
            let mut bytes = Vec::new();
            append_byte_stream_split(&values, u64::to_le_bytes, &mut bytes);
            let each: Vec<[u8; 8]> = values.iter().map(|value| value.to_le_bytes()).collect();
            prop_assert_eq!(&bytes, &simple(&each));
            let read = read_page::<DoubleType>(bytes, Encoding::BYTE_STREAM_SPLIT, values.len());
            let read: Vec<u64> = read.into_iter().map(f64::to_bits).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn values_of_4_bytes_come_back(values in vec(any::<f32>(), 0..100)) {
            let mut bytes = Vec::new();
            append_byte_stream_split(&values, f32::to_le_bytes, &mut bytes);
            let each: Vec<[u8; 4]> = values.iter().map(|value| value.to_le_bytes()).collect();
            prop_assert_eq!(&bytes, &simple(&each));
            let read = read_page::<FloatType>(bytes, Encoding::BYTE_STREAM_SPLIT, values.len());
            prop_assert_eq!(read, values);
        }
    }
}
