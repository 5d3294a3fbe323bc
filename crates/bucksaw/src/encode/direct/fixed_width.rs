//! Numbers of 4 or 8 bytes: what is stored of them, and how they compare.

use std::fmt::Debug;

use super::bloom_filter::BloomFilter;
use super::cost::Entropy;
use super::encoding::byte_stream_split::append_byte_stream_split;
use super::encoding::delta_binary_packed::{append_delta_binary_packed, delta_binary_packed_len};
use super::encoding::plain::append_fixed;
use super::statistics::Bounds;
use crate::block::ValuesSlice;
use crate::types::physical::Order;

/// A number that is told from others by its bits.
pub(super) trait FixedWidth: Copy + Debug + Send + 'static {
    /// Bytes of a value.
    const WIDTH: usize = size_of::<Self>();
    /// Whether DELTA_BINARY_PACKED stores it.
    const HAS_DELTAS: bool;

    fn bits(self) -> u64;

    fn is_nan(self) -> bool {
        false
    }

    /// The values of a block's column that is stored so.
    fn slice_of<'s>(values: &ValuesSlice<'s, '_>) -> Option<&'s [Self]>;

    fn bounds(values: impl Iterator<Item = Self>, order: Order) -> Bounds;

    fn append_plain(values: &[Self], out: &mut Vec<u8>);

    fn append_split(values: &[Self], out: &mut Vec<u8>);

    /// Whether BYTE_STREAM_SPLIT pays, by these values.
    fn split_pays(sample: &[Self]) -> bool;

    fn append_deltas(values: &[Self], out: &mut Vec<u8>);

    /// What [`append_deltas`](Self::append_deltas) would append, in bytes.
    fn deltas_len(values: &[Self]) -> usize;

    fn insert(self, filter: &mut BloomFilter);
}

/// The min and the max by what `key` makes of them.
fn range_by<T: Copy, K: Ord + Copy>(
    mut values: impl Iterator<Item = T>,
    key: impl Fn(T) -> K,
) -> Option<(T, T)> {
    let first = values.next()?;
    let start = (first, key(first));
    let (min, max) = values.fold((start, start), |(min, max), value| {
        let this = (value, key(value));
        (if this.1 < min.1 { this } else { min }, if this.1 > max.1 { this } else { max })
    });
    Some((min.0, max.0))
}

macro_rules! bytes_of_width {
    () => {
        fn append_plain(values: &[Self], out: &mut Vec<u8>) {
            append_fixed(values, Self::to_le_bytes, out);
        }

        fn append_split(values: &[Self], out: &mut Vec<u8>) {
            append_byte_stream_split(values, Self::to_le_bytes, out);
        }

        fn split_pays(sample: &[Self]) -> bool {
            Entropy::of(sample.iter().copied().map(Self::to_le_bytes)).split_pays()
        }
    };
}

macro_rules! integer {
    ($type:ty, $unsigned:ty, $variant:ident) => {
        impl FixedWidth for $type {
            const HAS_DELTAS: bool = true;

            #[inline]
            fn bits(self) -> u64 {
                (self as $unsigned).into()
            }

            fn slice_of<'s>(values: &ValuesSlice<'s, '_>) -> Option<&'s [Self]> {
                match values {
                    ValuesSlice::$variant(values) => Some(values),
                    _ => None,
                }
            }

            fn bounds(values: impl Iterator<Item = Self>, order: Order) -> Bounds {
                // A loop for each order, without a look at it for each value.
                let range = match order {
                    Order::Signed => range_by(values, |value| value),
                    Order::Unsigned => range_by(values, |value| value as $unsigned),
                };
                Bounds::of(range.map(|(min, max)| (min.to_le_bytes(), max.to_le_bytes())), 0)
            }

            bytes_of_width!();

            fn append_deltas(values: &[Self], out: &mut Vec<u8>) {
                append_delta_binary_packed(values, out);
            }

            fn deltas_len(values: &[Self]) -> usize {
                delta_binary_packed_len(values)
            }

            fn insert(self, filter: &mut BloomFilter) {
                filter.insert(&self.to_le_bytes());
            }
        }
    };
}

integer!(i32, u32, I32);
integer!(i64, u64, I64);

macro_rules! float {
    ($type:ty, $signed:ty, $unsigned:ty, $variant:ident, $insert:ident) => {
        impl FixedWidth for $type {
            const HAS_DELTAS: bool = false;

            #[inline]
            fn bits(self) -> u64 {
                self.to_bits().into()
            }

            fn is_nan(self) -> bool {
                <$type>::is_nan(self)
            }

            fn slice_of<'s>(values: &ValuesSlice<'s, '_>) -> Option<&'s [Self]> {
                match values {
                    ValuesSlice::$variant(values) => Some(values),
                    _ => None,
                }
            }

            fn bounds(values: impl Iterator<Item = Self>, _: Order) -> Bounds {
                /// The number that orders a float as its `total_cmp` does.
                fn total_order(value: $type) -> $signed {
                    let bits = value.to_bits() as $signed;
                    bits ^ ((bits >> (<$signed>::BITS - 1)) as $unsigned >> 1) as $signed
                }
                let mut nans = 0;
                let numbers = values.filter(|value| {
                    nans += u64::from(value.is_nan());
                    !value.is_nan()
                });
                let range = range_by(numbers, total_order);
                // A reader that takes both zeros for equal must find either.
                let zero_as = |value: $type, zero: $type| if value == 0.0 { zero } else { value };
                let range = range.map(|(min, max)| {
                    (zero_as(min, -0.0).to_le_bytes(), zero_as(max, 0.0).to_le_bytes())
                });
                Bounds::of(range, nans)
            }

            bytes_of_width!();

            fn append_deltas(values: &[Self], out: &mut Vec<u8>) {
                Self::append_plain(values, out);
            }

            fn deltas_len(values: &[Self]) -> usize {
                size_of_val(values)
            }

            fn insert(self, filter: &mut BloomFilter) {
                filter.$insert(self.to_bits());
            }
        }
    };
}

float!(f32, i32, u32, F32, insert_float);
float!(f64, i64, u64, F64, insert_double);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_no_bound_and_zeros_have_both_signs() {
        let bounds = f64::bounds([f64::NAN, 0.0, 1.0].into_iter(), Order::Signed);
        assert_eq!(bounds.min, Some((-0.0_f64).to_le_bytes().to_vec()));
        assert_eq!(bounds.max, Some(1.0_f64.to_le_bytes().to_vec()));
        assert_eq!(bounds.nans, 1);
    }

    #[test]
    fn integers_have_two_orders() {
        let values = [1, -1, i64::MIN, i64::MAX];
        let bounds = |order| {
            let bounds = i64::bounds(values.into_iter(), order);
            let number = |bytes: Option<Vec<u8>>| {
                i64::from_le_bytes(bytes.expect("a bound").try_into().expect("8 bytes"))
            };
            (number(bounds.min), number(bounds.max))
        };
        assert_eq!(bounds(Order::Signed), (i64::MIN, i64::MAX));
        assert_eq!(bounds(Order::Unsigned), (1, -1));
    }
}
