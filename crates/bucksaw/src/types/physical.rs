//! How values are stored: all that blocks, dictionaries, pages and statistics know of a type.

use std::cmp::Ordering;

/// How the values of a column are stored; of lists, their elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PhysicalType {
    Bool,
    I32,
    I64,
    F32,
    F64,
    /// Bytes that are known to be UTF-8.
    Text,
    Bytes,
    /// So many bytes each.
    FixedBytes(usize),
}

/// How values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Integers, floats, and bytes that are an integer, its highest byte first.
    Signed,
    /// Bools, unsigned integers, and bytes one after the other.
    Unsigned,
}

/// How the values of a column are stored and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    pub(crate) physical: PhysicalType,
    pub(crate) order: Order,
}

impl Storage {
    /// Compares two values, each PLAIN, without a length.
    pub(crate) fn compare(self, a: &[u8], b: &[u8]) -> Ordering {
        fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
            bytes.first_chunk().copied().unwrap_or([0; N])
        }
        match (self.physical, self.order) {
            (PhysicalType::I32, Order::Signed) => {
                i32::from_le_bytes(fixed(a)).cmp(&i32::from_le_bytes(fixed(b)))
            }
            (PhysicalType::I32, Order::Unsigned) => {
                u32::from_le_bytes(fixed(a)).cmp(&u32::from_le_bytes(fixed(b)))
            }
            (PhysicalType::I64, Order::Signed) => {
                i64::from_le_bytes(fixed(a)).cmp(&i64::from_le_bytes(fixed(b)))
            }
            (PhysicalType::I64, Order::Unsigned) => {
                u64::from_le_bytes(fixed(a)).cmp(&u64::from_le_bytes(fixed(b)))
            }
            (PhysicalType::F32, _) => {
                f32::from_le_bytes(fixed(a)).total_cmp(&f32::from_le_bytes(fixed(b)))
            }
            (PhysicalType::F64, _) => {
                f64::from_le_bytes(fixed(a)).total_cmp(&f64::from_le_bytes(fixed(b)))
            }
            (_, Order::Signed) => compare_signed(a, b),
            (_, Order::Unsigned) => a.cmp(b),
        }
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self.physical, PhysicalType::F32 | PhysicalType::F64)
    }
}

/// Compares integers of as many bytes, the highest first.
pub(crate) fn compare_signed(a: &[u8], b: &[u8]) -> Ordering {
    let is_negative = |bytes: &[u8]| bytes.first().is_some_and(|first| *first >= 0x80);
    is_negative(b).cmp(&is_negative(a)).then_with(|| a.cmp(b))
}

/// A value as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PhysicalValue<'a> {
    Null,
    Bool(bool),
    I32(i32),
    I64(i64),
    F32(f32),
    F64(f64),
    Text(&'a str),
    /// Bytes, as many as the type says where it has a fixed length.
    Bytes(&'a [u8]),
    List(&'a [PhysicalValue<'a>]),
    /// Keys, each with its value.
    Map(&'a [(&'a str, Option<&'a str>)]),
}

impl PhysicalValue<'_> {
    /// Bytes of its text or bytes, or of a list with all that it has.
    pub(crate) fn text_bytes(self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List(values) => {
                size_of_val(values) + values.iter().map(|value| value.text_bytes()).sum::<usize>()
            }
            Self::Map(entries) => {
                let text =
                    |(key, value): &(&str, Option<&str>)| key.len() + value.map_or(0, str::len);
                size_of_val(entries) + entries.iter().map(text).sum::<usize>()
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_by_their_sign_and_then_by_their_bytes() {
        let numbers = [i128::MIN, -300, -1, 0, 1, 255, 256, i128::MAX];
        let storage = Storage { physical: PhysicalType::FixedBytes(16), order: Order::Signed };
        for a in numbers {
            for b in numbers {
                let order = storage.compare(&a.to_be_bytes(), &b.to_be_bytes());
                assert_eq!(order, a.cmp(&b), "{a} {b}");
            }
        }
    }
}
