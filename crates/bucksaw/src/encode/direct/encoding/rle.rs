//! The RLE / bit-packing hybrid, for dictionary indices and levels.
//!
//! ```text
//! hybrid     = { rle-run | packed-run }
//! rle-run    = varint(length << 1) value             value in as many bytes as its width needs
//! packed-run = varint(groups << 1 | 1) bit-packed    groups of 8 values, lowest bits first
//! ```
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3>

use super::bit_pack::{Bits, GROUP, append_packed};
pub(in crate::encode::direct) use super::varint::append_varint;

/// A group of values that are all the same is worth a run of its own.
#[inline]
fn is_run<T: Bits + PartialEq>(group: &[T; GROUP], value: T) -> bool {
    // Without a branch for each of them.
    group.iter().fold(true, |all, other| all & (*other == value))
}

/// Bits that hold every value up to `max`; one at least, since some readers take no less.
pub(in crate::encode::direct) fn width_of(max: u32) -> u8 {
    (32 - max.leading_zeros()).max(1) as u8
}

/// Appends values of `width` bits.
pub(in crate::encode::direct) fn append_hybrid<T: Bits + PartialEq>(
    mut values: &[T],
    width: u8,
    out: &mut Vec<u8>,
) {
    while !values.is_empty() {
        // A packed run ends with a whole group, so only at its groups a run of one value can start.
        let groups = values.as_chunks::<GROUP>().0;
        let packed = groups.iter().position(|group| is_run(group, group[0]));
        let Some(packed) = packed else { return append_packed_run(values, width, out) };
        append_packed_run(&values[..packed * GROUP], width, out);
        values = &values[packed * GROUP..];
        let length = run_length(values);
        append_rle_run(values[0].into() as u32, length, width, out);
        values = &values[length..];
    }
}

/// How often the first value comes at first.
fn run_length<T: Bits + PartialEq>(values: &[T]) -> usize {
    let first = values[0];
    let groups = values.as_chunks::<GROUP>().0;
    let whole = groups.iter().take_while(|group| is_run(group, first)).count() * GROUP;
    whole + values[whole..].iter().take_while(|value| **value == first).count()
}

/// Appends `length` times the same value.
pub(in crate::encode::direct) fn append_rle_run(
    value: u32,
    length: usize,
    width: u8,
    out: &mut Vec<u8>,
) {
    append_varint((length as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..usize::from(width).div_ceil(8)]);
}

/// Appends `count` values of one bit, given 64 to a word.
pub(in crate::encode::direct) fn append_bit_run(words: &[u64], count: usize, out: &mut Vec<u8>) {
    let groups = count.div_ceil(8);
    append_varint((groups as u64) << 1 | 1, out);
    let start = out.len();
    out.reserve(words.len() * 8);
    words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    out.truncate(start + groups);
}

fn append_packed_run<T: Bits>(values: &[T], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    append_varint((values.len().div_ceil(GROUP) as u64) << 1 | 1, out);
    append_packed(values, width, out);
}

#[cfg(test)]
mod tests {
    use parquet::data_type::Int64Type;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::bit_pack::unpack;
    use super::super::page_of::read_indices;
    use super::super::varint::read_varint;
    use super::*;

    /// The simplest encoder: a value at a time, looking ahead for a run of its own.
    fn simple(values: &[u32], width: u8) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut packed_from, mut at) = (0, 0);
        while at < values.len() {
            let first = values[at];
            let run = values[at..].iter().take_while(|value| **value == first).count();
            // A packed run ends with a whole group, which the run before may have to fill.
            let fill = (8 - (at - packed_from) % 8) % 8;
            if run >= fill + 8 {
                append_packed_run(&values[packed_from..at + fill], width, &mut out);
                append_rle_run(first, run - fill, width, &mut out);
                packed_from = at + run;
            }
            at += run;
        }
        append_packed_run(&values[packed_from..], width, &mut out);
        out
    }

    /// The simplest decoder.
    fn decode(mut bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < count {
            let (header, rest) = read_varint(bytes);
            let length = (header >> 1) as usize;
            assert!(length > 0, "empty runs are misread by some readers");
            let is_run = header & 1 == 0;
            let len =
                if is_run { usize::from(width).div_ceil(8) } else { length * usize::from(width) };
            let (run, rest) = rest.split_at(len);
            if is_run {
                let value = run.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
                values.extend(std::iter::repeat_n(value, length));
            } else {
                values.extend(unpack(run, width, length * 8).into_iter().map(|value| value as u32));
            }
            bytes = rest;
        }
        assert!(bytes.is_empty(), "nothing is left over");
        assert!(values.len() < count + 8);
        values.truncate(count);
        values
    }

    fn runs() -> impl Strategy<Value = (u8, Vec<u32>)> {
        (1..=32_u8).prop_flat_map(|width| {
            let max = u32::MAX >> (32 - width);
            let run = (0..=max, prop_oneof![4 => 1..4_usize, 1 => 1..100_usize]);
            (Just(width), vec(run, 0..60)).prop_map(|(width, runs)| {
                let values =
                    runs.into_iter().flat_map(|(value, length)| std::iter::repeat_n(value, length));
                (width, values.collect())
            })
        })
    }

    proptest! {
        #[test]
        fn values_come_back((width, values) in runs()) {
            let mut bytes = Vec::new();
            append_hybrid(&values, width, &mut bytes);
            prop_assert_eq!(&bytes, &simple(&values, width));
            prop_assert_eq!(&decode(&bytes, width, values.len()), &values);
            if width <= 16 {
                let values: Vec<u16> = values.iter().map(|value| *value as u16).collect();
                let mut same = Vec::new();
                append_hybrid(&values, width, &mut same);
                prop_assert_eq!(same, bytes);
            }
        }

        #[test]
        fn indices_come_back((_, values) in runs()) {
            let indices: Vec<u16> = values.iter().map(|value| *value as u16).collect();
            let max = indices.iter().copied().max().unwrap_or_default();
            let width = width_of(max.into());
            let mut page = vec![width];
            append_hybrid(&indices, width, &mut page);
            let dictionary = (0..=i64::from(max)).flat_map(i64::to_le_bytes).collect();
            let entries = usize::from(max) + 1;
            let read = read_indices::<Int64Type>(dictionary, entries, page, indices.len());
            prop_assert_eq!(read, indices.into_iter().map(i64::from).collect::<Vec<_>>());
        }

        #[test]
        fn bits_come_back(bits in vec(any::<bool>(), 1..300)) {
            let mut words = vec![0_u64; bits.len().div_ceil(64)];
            bits.iter().enumerate().for_each(|(index, bit)| words[index / 64] |= u64::from(*bit) << (index % 64));
            let mut bytes = Vec::new();
            append_bit_run(&words, bits.len(), &mut bytes);
            let expected: Vec<u32> = bits.iter().map(|bit| u32::from(*bit)).collect();
            prop_assert_eq!(decode(&bytes, 1, bits.len()), expected);
        }
    }

    #[test]
    fn widths_hold_their_greatest() {
        let cases = [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (255, 8), (256, 9), (u32::MAX, 32)];
        for (max, width) in cases {
            assert_eq!(width_of(max), width);
        }
    }
}
