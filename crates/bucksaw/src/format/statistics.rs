//! Statistics of a column chunk, by the order that a column's type defines.
//!
//! Of floating-point numbers that order has no place for NaN, and readers may take both zeros for
//! equal. So a zero as min is written as -0.0, and as max as +0.0. Many readers take NaN for greater than
//! any number, and skip by the max where NaN may be asked for: beside NaN there are no bounds, but its count.

use parquet::basic::{LogicalType, Type as PhysicalType};

use super::schema::SchemaElement;
use super::thrift::Fields;

/// Statistics of a column chunk; values are PLAIN, without a length.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statistics {
    pub(crate) null_count: Option<i64>,
    pub(crate) distinct_count: Option<i64>,
    pub(crate) max: Option<Vec<u8>>,
    pub(crate) min: Option<Vec<u8>>,
    pub(crate) is_max_exact: bool,
    pub(crate) is_min_exact: bool,
    pub(crate) nan_count: Option<i64>,
}

impl Statistics {
    pub(crate) fn write(&self, fields: &mut Fields<'_>) {
        let count = |number, count: Option<i64>, fields: &mut Fields<'_>| {
            if let Some(count) = count {
                fields.i64(number, count);
            }
        };
        count(3, self.null_count, fields);
        count(4, self.distinct_count, fields);
        for (number, bound) in [(5, &self.max), (6, &self.min)] {
            if let Some(bound) = bound {
                fields.binary(number, bound);
            }
        }
        for (number, bound, is_exact) in
            [(7, &self.max, self.is_max_exact), (8, &self.min, self.is_min_exact)]
        {
            if bound.is_some() {
                fields.bool(number, is_exact);
            }
        }
        count(9, self.nan_count, fields);
    }

    /// The same statistics by the order of the column's type.
    pub(crate) fn in_type_order(self, leaf: &SchemaElement) -> Self {
        let Some(float) = Float::of(leaf) else { return self };
        let has_nan = self.nan_count.is_some_and(|count| count > 0);
        match (&self.min, &self.max) {
            (Some(min), Some(max)) if !has_nan && !float.is_nan(min) && !float.is_nan(max) => {
                Self { min: Some(float.as_min(min)), max: Some(float.as_max(max)), ..self }
            }
            _ => Self { min: None, max: None, ..self },
        }
    }
}

/// The floating-point types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Float {
    Half,
    Single,
    Double,
}

impl Float {
    /// The floating-point type of a leaf, if it has one.
    pub(crate) fn of(leaf: &SchemaElement) -> Option<Self> {
        match (leaf.physical?, &leaf.logical) {
            (PhysicalType::FLOAT, _) => Some(Self::Single),
            (PhysicalType::DOUBLE, _) => Some(Self::Double),
            (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Float16)) => Some(Self::Half),
            _ => None,
        }
    }

    /// The bits below the sign, and those of infinity.
    fn magnitude(self, value: &[u8]) -> (u64, u64) {
        let bits = value.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let (width, infinity) = match self {
            Self::Half => (16, 0x7c00),
            Self::Single => (32, f32::INFINITY.to_bits().into()),
            Self::Double => (64, f64::INFINITY.to_bits()),
        };
        (bits & !(1 << (width - 1)), infinity)
    }

    pub(crate) fn is_nan(self, value: &[u8]) -> bool {
        let (magnitude, infinity) = self.magnitude(value);
        magnitude > infinity
    }

    /// A min that holds for readers to whom both zeros are equal, too.
    pub(crate) fn as_min(self, value: &[u8]) -> Vec<u8> {
        self.with_sign(value, 0x80)
    }

    /// The same of a max.
    pub(crate) fn as_max(self, value: &[u8]) -> Vec<u8> {
        self.with_sign(value, 0)
    }

    /// A zero with this sign; other values as they are.
    fn with_sign(self, value: &[u8], sign: u8) -> Vec<u8> {
        let mut value = value.to_vec();
        if self.magnitude(&value).0 == 0
            && let Some(last) = value.last_mut()
        {
            *last = sign;
        }
        value
    }
}
