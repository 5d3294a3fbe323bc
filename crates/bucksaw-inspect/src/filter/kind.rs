//! What a column's values can be compared with.

use std::fmt;

use bucksaw::internal::origins::Epochs;
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, Type};

use super::number::Width;
use crate::json::Json;
use crate::respelling::Respelling;
use crate::statistics::Meaning;
use crate::text::NANOS;

/// The nanoseconds of a day.
const DAY: i64 = 86_400 * NANOS;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Bool,
    Integer,
    Float(Width),
    Decimal,
    /// Moments: the nanoseconds of the unit that they are stored in, and the decimal digits of nanoseconds of the one
    /// that their numbers had before, if they had.
    Moment {
        unit: i64,
        epoch_digits: Option<u8>,
    },
    TimeOfDay,
    Text,
    Bytes,
    /// A list, a map or a group in one column.
    Nested(&'static str),
    /// What members in columns of theirs make.
    Object,
}

impl Kind {
    /// Of a column that all rows have this value of.
    pub(in super::super) fn of_constant(value: &Json) -> Self {
        match value {
            Json::Bool(_) => Self::Bool,
            Json::Int(_) | Json::Uint(_) => Self::Integer,
            Json::Double(_) => Self::Float(Width::Double),
            _ => Self::Text,
        }
    }

    /// Of a top-level column, the first of whose leaves this is.
    pub(in super::super) fn of(field: &Type, leaf: &ColumnDescriptor, how: Respelling) -> Self {
        let info = field.get_basic_info();
        if info.has_repetition() && info.repetition() == Repetition::REPEATED {
            return Self::Nested("a list");
        }
        if !field.is_primitive() {
            return Self::Nested(match (info.logical_type_ref(), info.converted_type()) {
                (Some(LogicalType::List), _) | (_, ConvertedType::LIST) => "a list",
                (Some(LogicalType::Map), _)
                | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => "a map",
                _ => "a group",
            });
        }
        let epoch_digits = match how {
            Respelling::Epochs { digits, were: Epochs::Numbers | Epochs::Texts } => Some(digits),
            _ => None,
        };
        match Meaning::of(leaf) {
            Meaning::Date => Self::Moment { unit: DAY, epoch_digits: None },
            Meaning::Timestamp(per_second, _) => {
                Self::Moment { unit: NANOS / per_second, epoch_digits }
            }
            Meaning::Nanos => Self::Moment { unit: 1, epoch_digits },
            Meaning::Time(_) => Self::TimeOfDay,
            Meaning::Decimal(_) => Self::Decimal,
            Meaning::Text => Self::Text,
            Meaning::Uuid => Self::Bytes,
            Meaning::Float16 => Self::Float(Width::Half),
            Meaning::Unsigned => Self::Integer,
            Meaning::Plain | Meaning::Unordered => match leaf.physical_type() {
                Physical::BOOLEAN => Self::Bool,
                Physical::INT32 | Physical::INT64 | Physical::INT96 => Self::Integer,
                Physical::FLOAT => Self::Float(Width::Single),
                Physical::DOUBLE => Self::Float(Width::Double),
                Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => Self::Bytes,
            },
        }
    }

    pub(super) fn epoch_digits(&self) -> Option<u8> {
        match self {
            Self::Moment { epoch_digits, .. } => *epoch_digits,
            _ => None,
        }
    }

    /// What to write instead of what can't be compared.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Bool => "write true or false",
            Self::Integer | Self::Decimal => "write a number",
            Self::Float(_) => "write a number, NaN, Infinity or -Infinity",
            Self::Moment { epoch_digits: None, .. } => {
                "write a time such as '2026-11-28T07:05:09.25Z' or '2026-11-28'"
            }
            Self::Moment { .. } => {
                "write a time such as '2026-11-28T07:05:09.25Z', or a number since 1970 as it is printed"
            }
            Self::TimeOfDay => "write a time of day such as '07:05:09.25'",
            Self::Text | Self::Bytes => "write a text in quotes",
            Self::Nested(_) => "only is null, is not null and like can be asked",
            Self::Object => "only is null and is not null can be asked; name one of its members",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a column of bools",
            Self::Integer => "a column of integers",
            Self::Float(_) => "a column of floats",
            Self::Decimal => "a column of decimals",
            Self::Moment { .. } => "a column of times",
            Self::TimeOfDay => "a column of times of day",
            Self::Text => "a column of texts",
            Self::Bytes => "a column of bytes",
            Self::Nested(what) => what,
            Self::Object => "an object",
        })
    }
}
