//! The RLE / bit-packing hybrid, for dictionary indices and definition levels.
//!
//! ```text
//! hybrid     = { rle-run | packed-run }
//! rle-run    = varint(length << 1) value             value in as many bytes as its width needs
//! packed-run = varint(groups << 1 | 1) bit-packed    groups of 8 values, lowest bits first
//! ```
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3>

/// Values in a row that are worth a run of their own.
const LEAST_RUN: usize = 8;

/// Bits that hold every value up to `greatest`; one at least, since some readers take no less.
pub(in crate::backend::direct) fn width_of(greatest: u32) -> u8 {
    (32 - greatest.leading_zeros()).max(1) as u8
}

/// Appends values of `width` bits.
pub(in crate::backend::direct) fn append_hybrid(values: &[u16], width: u8, out: &mut Vec<u8>) {
    let mut packed_from = 0;
    let mut at = 0;
    while at < values.len() {
        let first = values[at];
        let run = values[at..].iter().take_while(|value| **value == first).count();
        // A packed run ends with a whole group, which the run before may have to fill.
        let fill = (8 - (at - packed_from) % 8) % 8;
        if run >= fill + LEAST_RUN {
            append_packed_run(&values[packed_from..at + fill], width, out);
            append_rle_run(first.into(), run - fill, width, out);
            packed_from = at + run;
        }
        at += run;
    }
    append_packed_run(&values[packed_from..], width, out);
}

/// Appends `length` times the same value.
pub(in crate::backend::direct) fn append_rle_run(
    value: u32,
    length: usize,
    width: u8,
    out: &mut Vec<u8>,
) {
    append_varint((length as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..usize::from(width).div_ceil(8)]);
}

/// Appends `count` values of one bit, given 64 to a word.
pub(in crate::backend::direct) fn append_bit_run(words: &[u64], count: usize, out: &mut Vec<u8>) {
    let groups = count.div_ceil(8);
    append_varint((groups as u64) << 1 | 1, out);
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    out.extend(bytes.take(groups));
}

fn append_packed_run(values: &[u16], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    append_varint((values.len().div_ceil(8) as u64) << 1 | 1, out);
    for group in values.chunks(8) {
        append_group(group, width, out);
    }
}

/// Appends up to eight values, with zeros for those that are missing.
fn append_group(group: &[u16], width: u8, out: &mut Vec<u8>) {
    let (mut bits, mut filled) = (0_u64, 0);
    for place in 0..8 {
        let value = group.get(place).copied().unwrap_or_default();
        bits |= u64::from(value) << filled;
        filled += u32::from(width);
        // At most 31 bits are left over, so that the next value fits.
        while filled >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes()[..filled.div_ceil(8) as usize]);
}

pub(in crate::backend::direct) fn append_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// The simplest decoder: a bit at a time.
    fn decode(bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        let mut at = 0;
        while values.len() < count {
            let mut header = 0_u64;
            let mut shift = 0;
            loop {
                let byte = bytes[at];
                at += 1;
                header |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let length = (header >> 1) as usize;
            assert!(length > 0, "empty runs are misread by some readers");
            if header & 1 == 0 {
                let len = usize::from(width).div_ceil(8);
                let byte = |byte: usize| u32::from(bytes[at + byte]) << (8 * byte);
                let value = (0..len).map(byte).sum::<u32>();
                at += len;
                values.extend(std::iter::repeat_n(value, length));
            } else {
                let bit = |bit: usize| u32::from(bytes[at + bit / 8] >> (bit % 8) & 1);
                let value = |place: usize| {
                    (0..usize::from(width))
                        .map(|low| bit(place * usize::from(width) + low) << low)
                        .sum::<u32>()
                };
                values.extend((0..length * 8).map(value));
                at += length * usize::from(width);
            }
        }
        assert_eq!(at, bytes.len(), "nothing is left over");
        assert!(values.len() < count + 8);
        values.truncate(count);
        values
    }

    fn runs() -> impl Strategy<Value = (u8, Vec<u16>)> {
        (1..=16_u8).prop_flat_map(|width| {
            let greatest = u16::MAX >> (16 - width);
            let run = (0..=greatest, prop_oneof![4 => 1..4_usize, 1 => 1..100_usize]);
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
            let values: Vec<u32> = values.into_iter().map(u32::from).collect();
            prop_assert_eq!(decode(&bytes, width, values.len()), values);
        }

        #[test]
        fn bits_come_back(bits in vec(any::<bool>(), 1..300)) {
            let mut words = vec![0_u64; bits.len().div_ceil(64)];
            bits.iter().enumerate().for_each(|(place, bit)| words[place / 64] |= u64::from(*bit) << (place % 64));
            let mut bytes = Vec::new();
            append_bit_run(&words, bits.len(), &mut bytes);
            let expected: Vec<u32> = bits.iter().map(|bit| u32::from(*bit)).collect();
            prop_assert_eq!(decode(&bytes, 1, bits.len()), expected);
        }
    }

    #[test]
    fn widths_hold_their_greatest() {
        let cases = [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (255, 8), (256, 9), (u32::MAX, 32)];
        for (greatest, width) in cases {
            assert_eq!(width_of(greatest), width);
        }
    }
}
