//! Values of a fixed number of bits, one after the other, the lowest bits first.
//!
//! Eight values of `n` bits are `n` bytes, so that a group of eight starts at a byte. A group is packed
//! by a loop that the compiler unrolls for each width, into words whose last one may reach into the next
//! group's place and is written over by it.

/// What can be packed: an unsigned integer.
pub(in crate::encode::direct) trait Bits:
    Copy + Default + Into<u64>
{
    const BITS: usize;
}

impl Bits for u8 {
    const BITS: usize = 8;
}

impl Bits for u16 {
    const BITS: usize = 16;
}

impl Bits for u32 {
    const BITS: usize = 32;
}

impl Bits for u64 {
    const BITS: usize = 64;
}

/// Values of a group.
pub(super) const GROUP: usize = 8;

/// Bytes that [`append_packed`] appends.
pub(super) fn packed_len(values: usize, width: u8) -> usize {
    values.div_ceil(GROUP) * usize::from(width)
}

/// Appends values of at most `width` bits, and zeros up to a whole group.
pub(super) fn append_packed<T: Bits>(values: &[T], width: u8, out: &mut Vec<u8>) {
    debug_assert!(usize::from(width) <= T::BITS);
    macro_rules! for_width {
        ($($width:literal)*) => {
            match width {
                $($width => append_of_width::<T, $width>(values, out),)*
                _ => {}
            }
        };
    }
    for_width!(
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
        33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64
    );
}

fn append_of_width<T: Bits, const WIDTH: usize>(values: &[T], out: &mut Vec<u8>) {
    // Wider ones are never asked for; without code for them the rest is small.
    if WIDTH > T::BITS {
        return;
    }
    let reach = WIDTH.next_multiple_of(8);
    let mut at = out.len();
    let end = at + values.len().div_ceil(GROUP) * WIDTH;
    out.resize(end + reach - WIDTH, 0);
    let (groups, rest) = values.as_chunks::<GROUP>();
    for group in groups {
        pack_group::<T, WIDTH>(group, &mut out[at..at + reach]);
        at += WIDTH;
    }
    if !rest.is_empty() {
        let mut group = [T::default(); GROUP];
        group[..rest.len()].copy_from_slice(rest);
        pack_group::<T, WIDTH>(&group, &mut out[at..at + reach]);
    }
    out.truncate(end);
}

#[inline(always)]
fn pack_group<T: Bits, const WIDTH: usize>(group: &[T; GROUP], out: &mut [u8]) {
    let (words, _) = out.as_chunks_mut::<8>();
    let (mut word, mut filled, mut index) = (0_u64, 0, 0);
    for value in group {
        let value: u64 = (*value).into();
        word |= value << filled;
        filled += WIDTH;
        if filled >= 64 {
            words[index] = word.to_le_bytes();
            index += 1;
            filled -= 64;
            word = if filled == 0 { 0 } else { value >> (WIDTH - filled) };
        }
    }
    if filled > 0 {
        words[index] = word.to_le_bytes();
    }
}

/// The simplest decoder: a bit at a time.
#[cfg(test)]
pub(super) fn unpack(bytes: &[u8], width: u8, count: usize) -> Vec<u64> {
    let width = usize::from(width);
    let bit = |bit: usize| u64::from(bytes[bit / 8] >> (bit % 8) & 1);
    (0..count).map(|index| (0..width).map(|low| bit(index * width + low) << low).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_of_all_types_come_back(values in vec(any::<u64>(), 0..40), width in 1..=64_u8) {
            let values: Vec<u64> = values.iter().map(|value| value >> (64 - width)).collect();
            // What is there already stays.
            let mut bytes = vec![0xaa; 3];
            append_packed(&values, width, &mut bytes);
            prop_assert_eq!(&bytes[..3], [0xaa; 3]);
            prop_assert_eq!(bytes.len(), 3 + packed_len(values.len(), width));
            let mut expected = values.clone();
            expected.resize(values.len().next_multiple_of(GROUP), 0);
            prop_assert_eq!(unpack(&bytes[3..], width, expected.len()), expected);
            if width <= 32 {
                let values: Vec<u32> = values.iter().map(|value| *value as u32).collect();
                let mut same = vec![0xaa; 3];
                append_packed(&values, width, &mut same);
                prop_assert_eq!(&bytes, &same);
            }
            if width <= 16 {
                let values: Vec<u16> = values.iter().map(|value| *value as u16).collect();
                let mut same = vec![0xaa; 3];
                append_packed(&values, width, &mut same);
                prop_assert_eq!(&bytes, &same);
            }
        }
    }
}
