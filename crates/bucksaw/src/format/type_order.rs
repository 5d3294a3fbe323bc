//! Statistics by the order that a column's type defines.
//!
//! Of floating-point numbers that order has no place for NaN, and readers may take both zeros for
//! equal. So a zero as min is written as -0.0, and as max as +0.0. Many readers take NaN for greater than
//! any number, and skip by the max where NaN may be asked for: beside NaN there are no bounds, but its count.

use parquet::basic::{LogicalType, Type as PhysicalType};

use super::page_index::ColumnIndex;
use super::schema::SchemaElement;
use super::statistics::Statistics;

impl Statistics {
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

impl ColumnIndex {
    /// The same index by the order of the column's type; none where a page has values that the order has
    /// no place for: a bound of every page with values has to be there, and none may be of such a page.
    ///
    /// Zeros of either sign become the one or the other, so pages that came in an order still do.
    pub(crate) fn in_type_order(mut self, leaf: &SchemaElement) -> Option<Self> {
        let Some(float) = Float::of(leaf) else { return Some(self) };
        if self.nan_counts.iter().flatten().any(|count| *count > 0) {
            return None;
        }
        let bounds = self.min_values.iter_mut().zip(&mut self.max_values);
        for ((min, max), _) in bounds.zip(&self.null_pages).filter(|(_, is_null)| !**is_null) {
            if float.is_nan(min) || float.is_nan(max) {
                return None;
            }
            (*min, *max) = (float.as_min(min), float.as_max(max));
        }
        Some(self)
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

    fn is_nan(self, value: &[u8]) -> bool {
        let (magnitude, infinity) = self.magnitude(value);
        magnitude > infinity
    }

    /// A min that holds for readers to whom both zeros are equal, too.
    fn as_min(self, value: &[u8]) -> Vec<u8> {
        self.with_sign(value, 0x80)
    }

    /// The same of a max.
    fn as_max(self, value: &[u8]) -> Vec<u8> {
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
