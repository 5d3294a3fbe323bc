//! Min and max of a column as values, from the PLAIN bytes that Parquet has of them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use serde::{Serialize, Serializer};

use super::schema::SchemaElement;

/// A min or max of a column.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Bound {
    /// Of a column of bools.
    Bool(bool),
    /// Of a column of integers, timestamps (in their unit, since 1970), dates (days since 1970) or
    /// decimals (without the point).
    Int(i128),
    /// Of a column of floats or doubles: never NaN; a zero is -0.0 as min and 0.0 as max.
    Double(f64),
    /// Of a column of text. A long text is cut off: as max, its last character is one higher then.
    Text(String),
    /// Of a column of bytes; cut off like text.
    Bytes(Vec<u8>),
}

/// As JSON: numbers, text; bytes in base64.
impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => match i64::try_from(*value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(_) => serializer.serialize_i128(*value),
            },
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Bytes(value) => serializer.serialize_str(&BASE64_STANDARD.encode(value)),
        }
    }
}

impl Bound {
    /// What the bytes of a min or max say of a leaf; none where its type has no order here.
    pub(crate) fn of(leaf: &SchemaElement, bytes: &[u8]) -> Option<Self> {
        let unsigned = match (&leaf.logical, leaf.converted) {
            (Some(LogicalType::Integer(integer)), _) => !integer.is_signed,
            (_, Some(converted)) => matches!(
                converted,
                ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32
                    | ConvertedType::UINT_64
            ),
            _ => false,
        };
        let is_decimal = matches!(leaf.logical, Some(LogicalType::Decimal(_)))
            || leaf.converted == Some(ConvertedType::DECIMAL);
        Some(match leaf.physical? {
            PhysicalType::BOOLEAN => Self::Bool(*bytes.first()? != 0),
            PhysicalType::INT32 => {
                let bytes = bytes.try_into().ok()?;
                let signed = i32::from_le_bytes(bytes).into();
                Self::Int(if unsigned { u32::from_le_bytes(bytes).into() } else { signed })
            }
            PhysicalType::INT64 => {
                let bytes = bytes.try_into().ok()?;
                let signed = i64::from_le_bytes(bytes).into();
                Self::Int(if unsigned { u64::from_le_bytes(bytes).into() } else { signed })
            }
            PhysicalType::FLOAT => Self::Double(f32::from_le_bytes(bytes.try_into().ok()?).into()),
            PhysicalType::DOUBLE => Self::Double(f64::from_le_bytes(bytes.try_into().ok()?)),
            PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY if is_decimal => {
                Self::Int(big_endian(bytes)?)
            }
            PhysicalType::BYTE_ARRAY => match leaf.logical {
                Some(LogicalType::String) => Self::Text(String::from_utf8(bytes.to_vec()).ok()?),
                _ => Self::Bytes(bytes.to_vec()),
            },
            PhysicalType::FIXED_LEN_BYTE_ARRAY => match leaf.logical {
                None | Some(LogicalType::Uuid) => Self::Bytes(bytes.to_vec()),
                _ => return None,
            },
            PhysicalType::INT96 => return None,
        })
    }
}

/// A signed integer, the highest byte first.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [sign; 16];
    let start = wide.len().checked_sub(bytes.len())?;
    wide[start..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// What all row groups say of a leaf.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeafTotals {
    /// As Parquet counts them: with nulls, and with a null for a list that has no element.
    pub(crate) values: u64,
    pub(crate) nans: u64,
    /// Min and max, as long as every row group with a value tells its own.
    bounds: Option<(Bound, Bound)>,
    is_unknown: bool,
}

impl LeafTotals {
    /// Adds a row group's: the values, how many are null, and how many NaN, and min and max.
    pub(crate) fn add(
        &mut self,
        values: u64,
        nulls: u64,
        nans: u64,
        bounds: Option<(Bound, Bound)>,
    ) {
        self.values = self.values.saturating_add(values);
        self.nans = self.nans.saturating_add(nans);
        match (bounds, &mut self.bounds) {
            (None, _) => self.is_unknown |= nulls < values,
            (Some(bounds), None) => self.bounds = Some(bounds),
            (Some((min, max)), Some((known_min, known_max))) => {
                if min < *known_min {
                    *known_min = min;
                }
                if max > *known_max {
                    *known_max = max;
                }
            }
        }
    }

    pub(crate) fn bounds(&self) -> Option<&(Bound, Bound)> {
        self.bounds.as_ref().filter(|_| !self.is_unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(physical: PhysicalType, logical: Option<LogicalType>) -> SchemaElement {
        SchemaElement::leaf("a", physical, logical)
    }

    #[test]
    fn bytes_are_read_by_the_type_that_they_are_of() {
        use PhysicalType as P;
        let minus_one = [0xff_u8; 8];
        let of = |physical, logical, bytes: &[u8]| Bound::of(&leaf(physical, logical), bytes);
        assert_eq!(of(P::INT64, None, &minus_one), Some(Bound::Int(-1)));
        let unsigned = Some(LogicalType::integer(64, false));
        assert_eq!(of(P::INT64, unsigned, &minus_one), Some(Bound::Int(u64::MAX.into())));
        assert_eq!(of(P::INT32, None, &minus_one), None, "too long");
        assert_eq!(of(P::BYTE_ARRAY, None, b"\xff"), Some(Bound::Bytes(vec![0xff])));
        let text = Some(LogicalType::String);
        assert_eq!(of(P::BYTE_ARRAY, text, "é".as_bytes()), Some(Bound::Text("é".into())));
        let decimal = Some(LogicalType::decimal(2, 5));
        assert_eq!(of(P::FIXED_LEN_BYTE_ARRAY, decimal, &[0xff, 0x85]), Some(Bound::Int(-123)));
    }

    #[test]
    fn a_row_group_without_bounds_leaves_none_unless_it_is_null() {
        let bounds = |min, max| Some((Bound::Int(min), Bound::Int(max)));
        let mut totals = LeafTotals::default();
        totals.add(3, 1, 0, bounds(-5, 2));
        totals.add(4, 4, 0, None);
        totals.add(1, 0, 0, bounds(0, 7));
        assert_eq!(totals.bounds(), Some(&(Bound::Int(-5), Bound::Int(7))));
        assert_eq!(totals.values, 8);
        totals.add(2, 1, 1, None);
        assert_eq!((totals.bounds(), totals.nans), (None, 1));
    }
}
