//! What a single value says about its column's type.

use crate::options::{Numbers, TypeRules};
use crate::types::logical::ColumnType;

/// Integers beyond 64 bits that are in a column by themselves: as many digits as 2⁶⁴ has.
pub(crate) const LARGE_INTEGERS: ColumnType = ColumnType::Decimal { precision: 20, scale: 0 };

/// What an item says about its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Integer,
    /// Beyond 64 bits.
    LargeInteger,
    Double,
    /// A number with more digits than a double.
    LongNumber,
    /// A moment, or text that is one.
    Time,
    Bytes,
    /// An array that may be a list.
    Array,
    /// Text, and what is kept as JSON text.
    Text,
}

impl Kind {
    pub(super) const COUNT: usize = 9;
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Bool,
        Self::Integer,
        Self::LargeInteger,
        Self::Double,
        Self::LongNumber,
        Self::Time,
        Self::Bytes,
        Self::Array,
        Self::Text,
    ];

    /// Whether a column of this type holds such values; where it holds some of them, too.
    pub(crate) fn is_held_by(self, ty: &ColumnType, rules: TypeRules) -> bool {
        use ColumnType as T;
        match self {
            _ if *ty == T::Text => true,
            Self::Bool => *ty == T::Bool,
            Self::Integer => ty.is_of_numbers(),
            Self::LargeInteger | Self::LongNumber
                if *ty == T::Double && rules.numbers == Numbers::Double =>
            {
                true
            }
            Self::LargeInteger => *ty == LARGE_INTEGERS,
            Self::Double => matches!(ty, T::Double | T::Float),
            Self::LongNumber | Self::Text => false,
            Self::Time => matches!(ty, T::Timestamp(_)),
            Self::Bytes => *ty == T::Bytes,
            Self::Array => matches!(ty, T::List(_)),
        }
    }
}
