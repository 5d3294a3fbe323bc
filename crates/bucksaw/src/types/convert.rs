//! Values of the standard library's types.

use std::borrow::Cow;
use std::num::TryFromIntError;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::types::value::Value;

macro_rules! from_scalars {
    ($($scalar:ty => $variant:ident),*) => {
        $(impl<'v> From<$scalar> for Value<'v> {
            fn from(value: $scalar) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

from_scalars!(
    bool => Bool, i8 => I32, i16 => I32, i32 => I32, i64 => I64, u8 => I32, u16 => I32, u32 => I64,
    u64 => U64, f32 => F32, f64 => F64, &'v str => Text, &'v [u8] => Bytes, &'v [Value<'v>] => List
);

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

// Of at most 64 bits, on every platform that Rust has.
impl From<isize> for Value<'_> {
    fn from(value: isize) -> Self {
        Self::I64(value as i64)
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Self::U64(value as u64)
    }
}

/// Where 64 bits hold it, with or without a sign. (A larger one is kept by
/// [`Writer::serialize`](crate::Writer::serialize), or as text.)
impl TryFrom<i128> for Value<'_> {
    type Error = TryFromIntError;

    fn try_from(value: i128) -> Result<Self, TryFromIntError> {
        i64::try_from(value).map(Self::I64).or_else(|_| u64::try_from(value).map(Self::U64))
    }
}

/// Where 64 bits hold it.
impl TryFrom<u128> for Value<'_> {
    type Error = TryFromIntError;

    fn try_from(value: u128) -> Result<Self, TryFromIntError> {
        u64::try_from(value).map(Self::U64)
    }
}

macro_rules! from_references {
    ($($number:ty),*) => {
        $(impl From<&$number> for Value<'_> {
            fn from(value: &$number) -> Self {
                Self::from(*value)
            }
        }

        impl From<&Option<$number>> for Value<'_> {
            fn from(value: &Option<$number>) -> Self {
                Self::from(*value)
            }
        })*
    };
}

from_references!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64, SystemTime);

impl<'a, 'v: 'a> From<&'a Value<'v>> for Value<'a> {
    fn from(value: &'a Value<'v>) -> Self {
        *value
    }
}

macro_rules! from_text {
    ($($text:ty),*) => {
        $(impl<'a> From<&'a $text> for Value<'a> {
            fn from(text: &'a $text) -> Self {
                Self::Text(text)
            }
        }

        impl<'a> From<&'a Option<$text>> for Value<'a> {
            fn from(text: &'a Option<$text>) -> Self {
                text.as_ref().map_or(Self::Null, |text| Self::Text(text))
            }
        })*
    };
}

from_text!(String, Box<str>, std::rc::Rc<str>, std::sync::Arc<str>, Cow<'_, str>, &str);

macro_rules! from_bytes {
    ($($bytes:ty),*) => {
        $(impl<'a> From<&'a $bytes> for Value<'a> {
            fn from(bytes: &'a $bytes) -> Self {
                Self::Bytes(bytes)
            }
        }

        impl<'a> From<&'a Option<$bytes>> for Value<'a> {
            fn from(bytes: &'a Option<$bytes>) -> Self {
                bytes.as_ref().map_or(Self::Null, |bytes| Self::Bytes(bytes))
            }
        })*
    };
}

from_bytes!(Vec<u8>, Box<[u8]>, Cow<'_, [u8]>);

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<Value<'a>>> for Value<'a> {
    fn from(values: &'a Vec<Value<'a>>) -> Self {
        Self::List(values)
    }
}

impl<'a, const N: usize> From<&'a [Value<'a>; N]> for Value<'a> {
    fn from(values: &'a [Value<'a>; N]) -> Self {
        Self::List(values)
    }
}

/// The microsecond that it lies in, since that is what [`Value::Timestamp`] counts; moments beyond
/// some 292,000 years from 1970 become the last that it holds.
impl From<SystemTime> for Value<'_> {
    fn from(time: SystemTime) -> Self {
        Self::Timestamp(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration().as_nanos().div_ceil(1_000);
                i64::try_from(before).map_or(i64::MIN, |micros| -micros)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn integers_of_every_width_keep_their_value() {
        let narrow = [Value::from(-128_i8), Value::from(200_u8), Value::from(65_535_u16)];
        assert_eq!(narrow, [Value::I32(-128), Value::I32(200), Value::I32(65_535)]);
        assert_eq!(Value::from(-5_i16), Value::I32(-5));
        assert_eq!(Value::from(u32::MAX), Value::I64(4_294_967_295));
        assert_eq!(Value::from(isize::MIN), Value::I64(i64::MIN));
        assert_eq!(Value::from(usize::MAX), Value::U64(u64::MAX));
        assert_eq!(Value::try_from(i128::from(u64::MAX)), Ok(Value::U64(u64::MAX)));
        assert_eq!(Value::try_from(-1_i128), Ok(Value::I64(-1)));
        assert!(Value::try_from(i128::from(u64::MAX) + 1).is_err());
        assert!(Value::try_from(u128::MAX).is_err());
    }

    #[test]
    fn values_are_borrowed_from_what_owns_them() {
        let (owned, shared): (String, Cow<'_, str>) = ("a".into(), Cow::Borrowed("a"));
        let boxed: Box<str> = "a".into();
        for text in [Value::from(&owned), Value::from(&shared), Value::from(&boxed)] {
            assert_eq!(text, Value::Text("a"));
        }
        assert_eq!(Value::from(&vec![1_u8, 2]), Value::Bytes(&[1, 2]));
        assert_eq!(Value::from(b"ab"), Value::Bytes(b"ab"));
        assert_eq!(Value::from(&Some(owned)), Value::Text("a"));
        assert_eq!(Value::from(&None::<String>), Value::Null);
        assert_eq!(Value::from(Some(&7_u8)), Value::I32(7));
        let list = [Value::I64(1), Value::Null];
        assert_eq!(Value::from(&list), Value::List(&list));
    }

    #[test]
    fn moments_are_floored_to_their_microsecond() {
        let at = |nanos: i64| match nanos {
            0.. => UNIX_EPOCH + Duration::from_nanos(nanos.unsigned_abs()),
            _ => UNIX_EPOCH - Duration::from_nanos(nanos.unsigned_abs()),
        };
        for (nanos, micros) in [(0, 0), (1_999, 1), (-1, -1), (-1_000, -1), (-1_001, -2)] {
            assert_eq!(Value::from(at(nanos)), Value::Timestamp(micros), "{nanos} ns");
        }
    }
}
