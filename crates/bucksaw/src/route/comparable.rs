//! Keys as bytes that compare as the keys do.

use super::keys::Key;

/// Appends a value so that bytes compare as values do: NaN is behind all others, and both zeros are one.
pub(super) fn append_value(value: &Key<'_>, bytes: &mut Vec<u8>) {
    match value {
        Key::Bool(value) => bytes.push((*value).into()),
        Key::Int(value) => append_integer(*value, bytes),
        Key::F64(value) => {
            let bits = if value.is_nan() { f64::NAN } else { value + 0.0 }.to_bits();
            let is_negative = bits >> 63 == 1;
            let ordered = if is_negative { !bits } else { bits | 1 << 63 };
            bytes.extend(ordered.to_be_bytes());
        }
        Key::Bytes(value) => append_bytes(value, bytes),
    }
}

/// How many bytes it has, and those, the highest first; of negative ones the other way round.
fn append_integer(value: i128, bytes: &mut Vec<u8>) {
    let magnitude = if value < 0 { !value } else { value }.cast_unsigned();
    let len = (u128::BITS - magnitude.leading_zeros()).div_ceil(8) as u8;
    let digits = magnitude.to_be_bytes();
    let digits = &digits[digits.len() - usize::from(len)..];
    if value < 0 {
        bytes.push(0x7f - len);
        bytes.extend(digits.iter().map(|byte| !byte));
    } else {
        bytes.push(0x80 + len);
        bytes.extend(digits);
    }
}

/// Bytes with an end that comes before whatever may follow.
pub(super) fn append_bytes(value: &[u8], bytes: &mut Vec<u8>) {
    let mut left = value;
    while let Some(zero) = memchr::memchr(0, left) {
        bytes.extend(&left[..=zero]);
        bytes.push(0xff);
        left = &left[zero + 1..];
    }
    bytes.extend(left);
    bytes.extend([0, 0]);
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Key<'static>> {
        let bytes =
            proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(0xff), any::<u8>()], 0..6);
        prop_oneof![
            any::<i128>().prop_map(Key::Int),
            any::<i64>().prop_map(|value| Key::Int(value.into())),
            (-300_i128..300).prop_map(Key::Int),
            any::<f64>().prop_map(Key::F64),
            (-2_i32..3).prop_map(|value| Key::F64(value.into())),
            Just(()).prop_map(|()| Key::F64(-0.0)),
            bytes.prop_map(|bytes| Key::Bytes(Cow::Owned(bytes))),
            any::<bool>().prop_map(Key::Bool),
        ]
    }

    fn bytes_of(value: &Key<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_value(value, &mut bytes);
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]
        #[test]
        fn bytes_compare_as_values_do(a in value(), b in value()) {
            let is_one_kind = std::mem::discriminant(&a) == std::mem::discriminant(&b);
            if let (true, Some(order)) = (is_one_kind, a.partial_cmp(&b)) {
                prop_assert_eq!(bytes_of(&a).cmp(&bytes_of(&b)), order);
                // What follows never counts more.
                let (mut longer, mut other) = (bytes_of(&a), bytes_of(&b));
                longer.push(9);
                other.push(1);
                prop_assert_eq!(longer.cmp(&other), order.then(Ordering::Greater));
            }
        }
    }
}
