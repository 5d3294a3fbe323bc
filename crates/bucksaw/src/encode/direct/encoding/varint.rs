//! Integers in as many bytes as they need, seven bits to a byte, the lowest first.

pub(in crate::encode::direct) use crate::format::thrift::{
    append_varint, append_zigzag, varint_len,
};

/// Bytes of [`append_zigzag`].
pub(in crate::encode::direct) fn zigzag_len(value: i64) -> usize {
    varint_len(zigzag(value))
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

/// The simplest decoder: the integer and what follows it.
#[cfg(test)]
pub(super) fn read_varint(bytes: &[u8]) -> (u64, &[u8]) {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0).expect("an end") + 1;
    let add = |value: u64, byte: &u8| value << 7 | u64::from(byte & 0x7f);
    (bytes[..end].iter().rev().fold(0, add), &bytes[end..])
}

#[cfg(test)]
pub(super) fn read_zigzag(bytes: &[u8]) -> (i64, &[u8]) {
    let (value, rest) = read_varint(bytes);
    ((value >> 1) as i64 ^ -((value & 1) as i64), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_come_back(value in any::<i64>(), shift in 0..64_u32) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            append_zigzag(value, &mut bytes);
            prop_assert_eq!(bytes.len(), zigzag_len(value));
            prop_assert_eq!(read_zigzag(&bytes), (value, &[][..]));
        }
    }
}
