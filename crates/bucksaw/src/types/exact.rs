//! Which values a type holds exactly, and how it stores them.

use bumpalo::Bump;

use crate::types::decimal::{decimal_from_integer, decimal_from_text, is_number};
use crate::types::logical::{ColumnType, MAX_DECIMAL_PRECISION, decimal_bytes};
use crate::types::number::{double_holds, float_holds};
use crate::types::physical::{PhysicalType, PhysicalValue};
use crate::types::spelling::BytesSpelling;
use crate::types::timestamp::{
    TimeUnit, days_from_text, from_micros, local_from_text, time_from_text,
};
use crate::types::value::Value;

/// How a value got into its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    AsItIs,
    Widened,
    /// As the nearest float or double.
    Rounded,
    Parsed,
    AsText,
    /// Bytes, as text.
    AsBase64,
}

/// A value as it is stored, and how it got there.
pub(crate) type Held<'a> = (PhysicalValue<'a>, How);

impl ColumnType {
    /// A single value as a column of this type holds it, if it does so exactly. Text is looked at only in
    /// columns of text.
    pub(crate) fn held<'a>(&self, value: Value<'a>, arena: &'a Bump) -> Option<Held<'a>> {
        if self.is_of(value) {
            return Some((value.stored()?, How::AsItIs));
        }
        let as_it_is = |stored| Some((stored, How::AsItIs));
        match (self, value) {
            (ty, _) if ty.is_of_integers() => as_it_is(self.stored_integer(integer_of(value)?)?),
            (Self::Double, Value::F32(float)) => as_it_is(PhysicalValue::F64(double_of(float)?)),
            (Self::Float, Value::F64(double)) => as_it_is(PhysicalValue::F32(float_of(double)?)),
            (Self::Float, _) => {
                let integer = integer_of(value)?;
                let float = integer as f32;
                (float as i128 == integer).then_some((PhysicalValue::F32(float), How::Widened))
            }
            (Self::Double, _) => {
                let integer = integer_of(value)?;
                let double = integer as f64;
                (double as i128 == integer).then_some((PhysicalValue::F64(double), How::Widened))
            }
            (Self::Timestamp(unit), Value::Timestamp(micros)) => {
                as_it_is(PhysicalValue::I64(from_micros(micros, *unit)?))
            }
            (Self::Decimal { precision, scale }, Value::F32(_) | Value::F64(_)) => {
                let number = decimal_from_text(&value.to_text(), *precision, *scale)?;
                as_it_is(self.stored_decimal(number, arena)?)
            }
            (Self::Decimal { precision, scale }, _) => {
                let number = decimal_from_integer(integer_of(value)?, *precision, *scale)?;
                as_it_is(self.stored_decimal(number, arena)?)
            }
            (Self::Uuid | Self::Fixed(_), Value::Bytes(bytes)) => {
                self.has_length_of(bytes).then_some((PhysicalValue::Bytes(bytes), How::AsItIs))
            }
            _ => None,
        }
    }

    /// A JSON number as it is spelled, as a column of this type holds it, if it does so exactly.
    pub(crate) fn held_number<'a>(&self, text: &str, arena: &'a Bump) -> Option<Held<'a>> {
        let double = || text.parse().ok().filter(|value| double_holds(text, *value));
        match self {
            Self::Float => Some((PhysicalValue::F32(float_of(double()?)?), How::Widened)),
            Self::Double => Some((PhysicalValue::F64(double()?), How::Widened)),
            Self::Decimal { precision, scale } => {
                let number = decimal_from_text(text, *precision, *scale)?;
                Some((self.stored_decimal(number, arena)?, How::AsItIs))
            }
            _ => None,
        }
    }

    /// The number that `text` spells, as a column of this type holds it: floats and doubles as the nearest one,
    /// if that is finite, others exactly.
    pub(crate) fn nearest<'a>(&self, text: &str, arena: &'a Bump) -> Option<Held<'a>> {
        let rounded = |is_held| if is_held { How::AsItIs } else { How::Rounded };
        match self {
            ty if ty.is_of_integers() => {
                let integer = decimal_from_text(text, MAX_DECIMAL_PRECISION, 0)?;
                Some((self.stored_integer(integer)?, How::AsItIs))
            }
            Self::Float if is_number(text) => {
                let float = text.parse().ok().filter(|float: &f32| float.is_finite())?;
                Some((PhysicalValue::F32(float), rounded(float_holds(text, float))))
            }
            Self::Double if is_number(text) => {
                let double = text.parse().ok().filter(|double: &f64| double.is_finite())?;
                Some((PhysicalValue::F64(double), rounded(double_holds(text, double))))
            }
            Self::Decimal { .. } => self.held_number(text, arena),
            _ => None,
        }
    }

    /// The value that `text` spells, for a column that was declared to have this type; times aside.
    pub(crate) fn parsed<'a>(
        &self,
        text: &str,
        bytes: Option<BytesSpelling>,
        arena: &'a Bump,
    ) -> Option<Held<'a>> {
        let value = match self {
            Self::Bool => PhysicalValue::Bool(text.parse().ok()?),
            Self::Date => PhysicalValue::I32(days_from_text(text)?),
            Self::LocalTimestamp(unit) => PhysicalValue::I64(local_from_text(text, *unit)?),
            Self::Time(unit) => match (unit, time_from_text(text, *unit)?) {
                (TimeUnit::Millis, millis) => PhysicalValue::I32(millis.try_into().ok()?),
                (_, time) => PhysicalValue::I64(time),
            },
            Self::Uuid => PhysicalValue::Bytes(arena.alloc_slice_copy(&uuid_from_text(text)?)),
            Self::Bytes => PhysicalValue::Bytes(arena.alloc_slice_copy(&bytes?.decode(text)?)),
            Self::Fixed(_) => {
                let decoded = bytes.unwrap_or(BytesSpelling::Base64).decode(text);
                let decoded = decoded.filter(|bytes| self.has_length_of(bytes))?;
                PhysicalValue::Bytes(arena.alloc_slice_copy(&decoded))
            }
            _ => {
                let (number, how) = self.nearest(text, arena)?;
                return Some((number, if how == How::Rounded { how } else { How::Parsed }));
            }
        };
        Some((value, How::Parsed))
    }

    fn has_length_of(&self, bytes: &[u8]) -> bool {
        let physical = self.storage().map(|storage| storage.physical);
        physical == Some(PhysicalType::FixedBytes(bytes.len()))
    }

    /// The integer as a column of integers holds it, if it does.
    fn stored_integer<'a>(&self, integer: i128) -> Option<PhysicalValue<'a>> {
        Some(match self {
            Self::Int8 => PhysicalValue::I32(i8::try_from(integer).ok()?.into()),
            Self::Int16 => PhysicalValue::I32(i16::try_from(integer).ok()?.into()),
            Self::Uint8 => PhysicalValue::I32(u8::try_from(integer).ok()?.into()),
            Self::Uint16 => PhysicalValue::I32(u16::try_from(integer).ok()?.into()),
            Self::Uint32 => PhysicalValue::I32(u32::try_from(integer).ok()?.cast_signed()),
            Self::Int32 => PhysicalValue::I32(integer.try_into().ok()?),
            Self::Int64 => PhysicalValue::I64(integer.try_into().ok()?),
            Self::Uint64 => PhysicalValue::I64(u64::try_from(integer).ok()?.cast_signed()),
            _ => return None,
        })
    }

    /// A decimal without its point, which has no more digits than this type.
    fn stored_decimal<'a>(&self, number: i128, arena: &'a Bump) -> Option<PhysicalValue<'a>> {
        let Self::Decimal { precision, .. } = self else { return None };
        Some(match self.storage()?.physical {
            PhysicalType::I32 => PhysicalValue::I32(number.try_into().ok()?),
            PhysicalType::I64 => PhysicalValue::I64(number.try_into().ok()?),
            _ => {
                let bytes = number.to_be_bytes();
                let start = bytes.len() - decimal_bytes(*precision);
                PhysicalValue::Bytes(arena.alloc_slice_copy(&bytes[start..]))
            }
        })
    }
}

fn integer_of(value: Value<'_>) -> Option<i128> {
    match value {
        Value::I32(value) => Some(value.into()),
        Value::I64(value) => Some(value.into()),
        Value::U64(value) => Some(value.into()),
        _ => None,
    }
}

/// The float that is the same number, or the same NaN.
fn float_of(double: f64) -> Option<f32> {
    let float = double as f32;
    (f64::from(float).to_bits() == double.to_bits()).then_some(float)
}

/// The double that is the same number, or the same NaN.
fn double_of(float: f32) -> Option<f64> {
    let double = f64::from(float);
    (double as f32).to_bits().eq(&float.to_bits()).then_some(double)
}

/// The bytes of a UUID as RFC 9562 writes it: 8, 4, 4, 4 and 12 hexadecimal digits, in either case.
fn uuid_from_text(text: &str) -> Option<[u8; 16]> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    if text.len() != 36 || HYPHENS.iter().any(|at| text.as_bytes()[*at] != b'-') {
        return None;
    }
    let mut number = 0_u128;
    for (_, digit) in text.bytes().enumerate().filter(|(at, _)| !HYPHENS.contains(at)) {
        number = number << 4 | u128::from(char::from(digit).to_digit(16)?);
    }
    Some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_hyphens_and_hexadecimal_digits() {
        let uuid = uuid_from_text("0192f4a6-7b1C-7d3e-8f00-ffffffffffff").expect("a UUID");
        assert_eq!(uuid[..6], [0x01, 0x92, 0xf4, 0xa6, 0x7b, 0x1c]);
        assert_eq!(uuid[10..], [0xff; 6]);
        for text in [
            "0192f4a67b1c7d3e8f00ffffffffffff",
            "{0192f4a6-7b1c-7d3e-8f00-ffffffffffff}",
            "0192f4a6-7b1c-7d3e-8f00-fffffffffffg",
            "0192f4a6-7b1c-7d3e-8f000ffffffffffff",
            "0192f4a6-7b1c-7d3e-8f00-ffffffffff\u{e9}",
        ] {
            assert_eq!(uuid_from_text(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_stored_in_as_few_bytes_as_their_digits_need() {
        let arena = Bump::new();
        let stored = |precision, scale, text: &str| {
            ColumnType::Decimal { precision, scale }
                .held_number(text, &arena)
                .map(|(value, _)| value)
        };
        assert_eq!(stored(9, 2, "-1.25"), Some(PhysicalValue::I32(-125)));
        assert_eq!(stored(10, 2, "1.25"), Some(PhysicalValue::I64(125)));
        assert_eq!(stored(19, 0, "-1"), Some(PhysicalValue::Bytes(&[0xff; 9])));
        assert_eq!(stored(19, 0, "0.5"), None);
    }
}
