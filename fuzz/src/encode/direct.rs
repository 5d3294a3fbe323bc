//! The encoders of `direct`. They are private to the library, and know nothing of it: here they are
//! compiled once more, in a module of the name that their visibility asks for.

#[path = "../../../crates/bucksaw/src/encode/direct/encoding/mod.rs"]
#[allow(dead_code)]
mod encoding;
#[path = "../../../crates/bucksaw/src/encode/direct/encoding/page_of.rs"]
mod page_of;

use parquet::basic::Encoding;
use parquet::data_type::{BoolType, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};

use self::encoding::byte_stream_split::append_byte_stream_split;
use self::encoding::delta_binary_packed::{append_delta_binary_packed, delta_binary_packed_len};
use self::encoding::delta_byte_array::DeltaBytes;
use self::encoding::delta_length::DeltaLengthBytes;
use self::encoding::rle::{append_bit_run, append_hybrid, width_of};
use self::page_of::{read_indices, read_page};

pub fn hybrid(values: Vec<i64>) {
    let indices: Vec<u16> = values.iter().map(|value| *value as u16).collect();
    let greatest = indices.iter().copied().max().unwrap_or_default();
    let width = width_of(greatest.into());
    let mut page = vec![width];
    append_hybrid(&indices, width, &mut page);
    let wide: Vec<u32> = indices.iter().map(|index| u32::from(*index)).collect();
    let mut same = vec![width];
    append_hybrid(&wide, width, &mut same);
    assert_eq!(page, same);
    let dictionary = (0..=i64::from(greatest)).flat_map(i64::to_le_bytes).collect();
    let entries = usize::from(greatest) + 1;
    let read = read_indices::<Int64Type>(dictionary, entries, page, indices.len());
    assert_eq!(read, indices.into_iter().map(i64::from).collect::<Vec<_>>());
}

pub fn bits(words: &[u64], less: usize) {
    let count = (words.len() * 64).saturating_sub(less % 64);
    let bits: Vec<bool> =
        (0..count).map(|place| words[place / 64] >> (place % 64) & 1 == 1).collect();
    let mut run = Vec::new();
    append_bit_run(words, count, &mut run);
    let page = [&(run.len() as u32).to_le_bytes()[..], &run].concat();
    if count > 0 {
        assert_eq!(read_page::<BoolType>(page, Encoding::RLE, count), bits);
    }
}

pub fn delta_64(values: Vec<i64>) {
    let mut page = Vec::new();
    append_delta_binary_packed(&values, &mut page);
    assert_eq!(page.len(), delta_binary_packed_len(&values));
    let read = read_page::<Int64Type>(page, Encoding::DELTA_BINARY_PACKED, values.len());
    assert_eq!(read, values);
}

pub fn delta_32(values: Vec<i64>) {
    let values: Vec<i32> = values.into_iter().map(|value| value as i32).collect();
    let mut page = Vec::new();
    append_delta_binary_packed(&values, &mut page);
    assert_eq!(page.len(), delta_binary_packed_len(&values));
    let read = read_page::<Int32Type>(page, Encoding::DELTA_BINARY_PACKED, values.len());
    assert_eq!(read, values);
}

pub fn delta_length(values: Vec<Vec<u8>>) {
    let (mut encoded, mut page) = (DeltaLengthBytes::default(), Vec::new());
    values.iter().for_each(|value| encoded.append(value));
    encoded.append_to(&mut page);
    let encoding = Encoding::DELTA_LENGTH_BYTE_ARRAY;
    let read = read_page::<ByteArrayType>(page, encoding, values.len());
    assert!(read.iter().map(|value| value.data()).eq(values.iter().map(Vec::as_slice)));
    assert_eq!(read.len(), values.len());
}

pub fn delta_byte_array(values: Vec<Vec<u8>>) {
    let (mut encoded, mut page) = (DeltaBytes::default(), Vec::new());
    values.iter().for_each(|value| encoded.append(value));
    encoded.append_to(&mut page);
    let read = read_page::<ByteArrayType>(page, Encoding::DELTA_BYTE_ARRAY, values.len());
    assert!(read.iter().map(|value| value.data()).eq(values.iter().map(Vec::as_slice)));
}

pub fn stream_split_64(values: Vec<i64>) {
    let mut page = Vec::new();
    append_byte_stream_split(&values, i64::to_le_bytes, &mut page);
    let read = read_page::<DoubleType>(page, Encoding::BYTE_STREAM_SPLIT, values.len());
    assert!(read.iter().map(|value| value.to_bits() as i64).eq(values));
}

pub fn stream_split_32(values: Vec<f32>) {
    let mut page = Vec::new();
    append_byte_stream_split(&values, f32::to_le_bytes, &mut page);
    let read = read_page::<FloatType>(page, Encoding::BYTE_STREAM_SPLIT, values.len());
    assert!(
        read.iter().map(|value| value.to_bits()).eq(values.iter().map(|value| value.to_bits()))
    );
}
