//! DELTA_BINARY_PACKED: each integer as its distance from the one before, in as few bits as a run of
//! 32 distances needs.
//!
//! ```text
//! encoded = varint(128) varint(4) varint(count) zigzag(first value) { block }
//! block   = zigzag(min distance) 4 widths of a byte each, { run of 32 distances above the min, bit-packed }
//! ```
//!
//! Distances wrap around, in as many bits as the values have. Runs behind the last value have the width
//! 0 and no bytes.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5>

use super::bit_pack::{append_packed, packed_len};
use super::varint::{append_varint, append_zigzag, varint_len, zigzag_len};

/// Distances of a block, and of a run: what every writer uses.
const BLOCK: usize = 128;
const RUN: usize = 32;
const RUNS: usize = BLOCK / RUN;

/// An integer of 32 or 64 bits. Unsigned ones stand for the signed ones of the same bits, as Parquet
/// stores them.
pub(in crate::encode::direct) trait Integer: Copy {
    fn signed(self) -> i64;
    /// The distance from `before`, wrapped to the integer's bits.
    fn distance(self, before: Self) -> i64;
}

macro_rules! integer {
    ($($type:ty as $signed:ty),*) => {$(
        impl Integer for $type {
            #[inline]
            fn signed(self) -> i64 {
                (self as $signed).into()
            }

            #[inline]
            fn distance(self, before: Self) -> i64 {
                (self.wrapping_sub(before) as $signed).into()
            }
        }
    )*};
}

integer!(i32 as i32, u32 as i32, i64 as i64, u64 as i64);

/// Appends integers, which take no more bits each than they have.
pub(in crate::encode::direct) fn append_delta_binary_packed<T: Integer>(
    values: &[T],
    out: &mut Vec<u8>,
) {
    append_varint(BLOCK as u64, out);
    append_varint(RUNS as u64, out);
    append_varint(values.len() as u64, out);
    append_zigzag(values.first().map_or(0, |first| first.signed()), out);
    each_block(values, |block| {
        append_zigzag(block.min, out);
        out.extend_from_slice(&block.widths);
        for (run, width) in block.above_min.as_chunks::<RUN>().0.iter().zip(block.widths) {
            append_packed(run, width, out);
        }
    });
}

/// The bytes that [`append_delta_binary_packed`] appends, at about two thirds of its price.
pub(in crate::encode::direct) fn delta_binary_packed_len<T: Integer>(values: &[T]) -> usize {
    let first = values.first().map_or(0, |first| first.signed());
    let mut len = varint_len(BLOCK as u64) + varint_len(RUNS as u64);
    len += varint_len(values.len() as u64) + zigzag_len(first);
    each_block(values, |block| {
        len += zigzag_len(block.min) + RUNS;
        len += block.widths.iter().map(|width| packed_len(RUN, *width)).sum::<usize>();
    });
    len
}

struct Block {
    min: i64,
    widths: [u8; RUNS],
    /// With zeros behind the last.
    above_min: [u64; BLOCK],
}

fn each_block<T: Integer>(values: &[T], mut take: impl FnMut(&Block)) {
    let mut block = Block { min: 0, widths: [0; RUNS], above_min: [0; BLOCK] };
    let mut from = 0;
    // Each block of distances needs the value before its first one.
    while from + 1 < values.len() {
        let to = values.len().min(from + BLOCK + 1);
        block.fill(&values[from..to]);
        take(&block);
        from = to - 1;
    }
}

impl Block {
    #[inline]
    fn fill<T: Integer>(&mut self, values: &[T]) {
        let count = values.len() - 1;
        let mut min = i64::MAX;
        for (slot, (after, before)) in self.above_min.iter_mut().zip(values[1..].iter().zip(values))
        {
            let distance = after.distance(*before);
            min = min.min(distance);
            *slot = distance as u64;
        }
        self.above_min[..count]
            .iter_mut()
            .for_each(|distance| *distance = distance.wrapping_sub(min as u64));
        self.above_min[count..].fill(0);
        self.min = min;
        let runs = self.above_min.as_chunks::<RUN>().0;
        for (width, run) in self.widths.iter_mut().zip(runs) {
            let any = run.iter().fold(0, |any, distance| any | distance);
            *width = (64 - any.leading_zeros()) as u8;
        }
    }
}

/// The simplest decoder: the values and what follows them.
#[cfg(test)]
pub(super) fn decode(bytes: &[u8]) -> (Vec<i64>, &[u8]) {
    use super::bit_pack::unpack;
    use super::varint::{read_varint, read_zigzag};

    let (block, rest) = read_varint(bytes);
    let (runs, rest) = read_varint(rest);
    let (count, rest) = read_varint(rest);
    let (first, mut rest) = read_zigzag(rest);
    assert_eq!((block, runs), (128, 4));
    let mut values = Vec::new();
    if count > 0 {
        values.push(first);
    }
    while values.len() < count as usize {
        let (min, after) = read_zigzag(rest);
        let (widths, mut after) = after.split_at(4);
        for width in widths {
            if values.len() == count as usize {
                assert_eq!(*width, 0, "a run that holds nothing");
            }
            let (run, behind) = after.split_at(4 * usize::from(*width));
            for distance in unpack(run, *width, 32) {
                if values.len() < count as usize {
                    let last = values[values.len() - 1];
                    values.push(last.wrapping_add(min).wrapping_add(distance as i64));
                } else {
                    assert_eq!(distance, 0, "padding");
                }
            }
            after = behind;
        }
        rest = after;
    }
    (values, rest)
}

#[cfg(test)]
mod tests {
    use parquet::basic::Encoding;
    use parquet::data_type::{Int32Type, Int64Type};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::page_of::read_page;
    use super::*;

    fn encode<T: Integer>(values: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_delta_binary_packed(values, &mut bytes);
        assert_eq!(bytes.len(), delta_binary_packed_len(values));
        bytes
    }

    /// Runs of integers that lie as far apart as `shift` lets them.
    fn integers() -> impl Strategy<Value = Vec<i64>> {
        let run = (any::<i64>(), 0..64_u32, vec(any::<i64>(), 1..100));
        vec(run, 0..6).prop_map(|runs| {
            let of_run = |(start, shift, far): (i64, u32, Vec<i64>)| {
                far.into_iter().map(move |far| start.wrapping_add(far >> shift))
            };
            runs.into_iter().flat_map(of_run).collect()
        })
    }

    proptest! {
        #[test]
        fn integers_of_64_bits_come_back(values in integers()) {
            let bytes = encode(&values);
            let (decoded, rest) = decode(&bytes);
            prop_assert_eq!(&decoded, &values);
            prop_assert!(rest.is_empty());
            let unsigned: Vec<u64> = values.iter().map(|value| *value as u64).collect();
            prop_assert_eq!(&encode(&unsigned), &bytes);
            let read = read_page::<Int64Type>(bytes, Encoding::DELTA_BINARY_PACKED, values.len());
            prop_assert_eq!(read, values);
        }

        #[test]
        fn integers_of_32_bits_come_back(values in integers()) {
            let values: Vec<i32> = values.iter().map(|value| *value as i32).collect();
            let bytes = encode(&values);
            // Wrapped to 32 bits they come back, and none took more.
            let (decoded, _) = decode(&bytes);
            let decoded: Vec<i32> = decoded.iter().map(|value| *value as i32).collect();
            prop_assert_eq!(&decoded, &values);
            let blocks = values.len().saturating_sub(1).div_ceil(128);
            prop_assert!(bytes.len() <= 20 + blocks * (14 + 128 * 4));
            let read = read_page::<Int32Type>(bytes, Encoding::DELTA_BINARY_PACKED, values.len());
            prop_assert_eq!(read, values);
        }
    }

    #[test]
    fn steady_counters_take_no_bits_at_all() {
        let values: Vec<i64> = (0..129).map(|index| index * 1_000).collect();
        assert_eq!(encode(&values), [128, 1, 4, 129, 1, 0, 0xd0, 0x0f, 0, 0, 0, 0]);
        assert_eq!(encode::<i64>(&[]), [128, 1, 4, 0, 0]);
        assert_eq!(encode(&[-1_i64]), [128, 1, 4, 1, 1]);
    }

    #[test]
    fn the_greatest_distances_wrap() {
        for values in [[i64::MIN, i64::MAX, i64::MIN], [i64::MAX, i64::MIN, 0], [0, i64::MIN, 0]] {
            assert_eq!(decode(&encode(&values)).0, values);
        }
    }
}
