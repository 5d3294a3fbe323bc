//! The types that columns have, and what they are called elsewhere.

use std::fmt;
use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};

use crate::types::value::Value;

/// What the elements of a list are called in the file.
pub(crate) const ELEMENT_NAME: &str = "element";

/// The type of a column's values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// Parquet's BOOLEAN.
    Bool,
    /// Parquet's INT32.
    I32,
    /// Parquet's INT64.
    I64,
    /// Parquet's INT64 with the annotation for unsigned integers of 64 bits.
    U64,
    /// Parquet's FLOAT.
    F32,
    /// Parquet's DOUBLE.
    F64,
    /// Parquet's BYTE_ARRAY with the annotation for text.
    Text,
    /// Parquet's BYTE_ARRAY.
    Bytes,
    /// Parquet's INT64 with the annotation for timestamps: microseconds since 1970, UTC.
    Timestamp,
    /// Lists of another type of these, with the annotation for lists: a list, each of its elements,
    /// or both may be null.
    List(Box<ColumnType>),
    /// Any other type of Arrow's, from a record batch.
    Arrow(DataType),
}

impl ColumnType {
    /// The type that a column of `data_type` gets: our own where one holds all of its values.
    #[must_use]
    pub fn from_arrow(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Bool,
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::UInt8
            | DataType::UInt16 => Self::I32,
            DataType::Int64 | DataType::UInt32 => Self::I64,
            DataType::UInt64 => Self::U64,
            DataType::Float16 | DataType::Float32 => Self::F32,
            DataType::Float64 => Self::F64,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Self::Bytes,
            DataType::Dictionary(_, values) => Self::from_arrow(values),
            DataType::Timestamp(TimeUnit::Microsecond, Some(zone))
                if matches!(zone.as_ref(), "UTC" | "+00:00" | "Z") =>
            {
                Self::Timestamp
            }
            DataType::List(element)
            | DataType::LargeList(element)
            | DataType::FixedSizeList(element, _) => match Self::from_arrow(element.data_type()) {
                Self::Arrow(_) | Self::List(_) => Self::Arrow(data_type.clone()),
                element => Self::List(Box::new(element)),
            },
            other => Self::Arrow(other.clone()),
        }
    }

    /// The Arrow type that the `arrow` backend stores the column as.
    #[must_use]
    pub fn to_arrow(&self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::I32 => DataType::Int32,
            Self::I64 => DataType::Int64,
            Self::U64 => DataType::UInt64,
            Self::F32 => DataType::Float32,
            Self::F64 => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Bytes => DataType::Binary,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::List(element) => {
                DataType::List(Arc::new(Field::new(ELEMENT_NAME, element.to_arrow(), true)))
            }
            Self::Arrow(data_type) => data_type.clone(),
        }
    }
}

impl ColumnType {
    /// The type of its single values: of a list's elements.
    pub(crate) fn leaf(&self) -> &Self {
        match self {
            Self::List(element) => element.leaf(),
            other => other,
        }
    }

    /// Whether its values are signed integers, floats or doubles.
    pub(crate) fn is_of_numbers(&self) -> bool {
        matches!(self, Self::I32 | Self::I64 | Self::F32 | Self::F64)
    }

    /// Whether a column of this type holds `value` as it is.
    pub(crate) fn is_of(&self, value: Value<'_>) -> bool {
        matches!(
            (self, value),
            (Self::Text, Value::Text(_))
                | (Self::I64, Value::I64(_))
                | (Self::F64, Value::F64(_))
                | (Self::Bool, Value::Bool(_))
                | (Self::Bytes, Value::Bytes(_))
                | (Self::Timestamp, Value::Timestamp(_))
                | (Self::U64, Value::U64(_))
                | (Self::I32, Value::I32(_))
                | (Self::F32, Value::F32(_))
        )
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::I32 => f.write_str("int32"),
            Self::I64 => f.write_str("int64"),
            Self::U64 => f.write_str("uint64"),
            Self::F32 => f.write_str("float"),
            Self::F64 => f.write_str("double"),
            Self::Text => f.write_str("text"),
            Self::Bytes => f.write_str("bytes"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::List(element) => write!(f, "list<{element}>"),
            Self::Arrow(data_type) => write!(f, "arrow {data_type}"),
        }
    }
}
