//! The types of Arrow that ours are, and are stored as.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, TimeUnit as ArrowUnit};

use crate::types::logical::{
    ColumnType, ELEMENT_NAME, ENTRIES_NAME, KEY_NAME, MAX_DECIMAL_PRECISION, VALUE_NAME,
};
use crate::types::timestamp::TimeUnit;

/// What Arrow calls the type of UUIDs, which is an extension of bytes of a fixed length.
pub(crate) const UUID_EXTENSION: &str = "arrow.uuid";
/// Where a field names it.
pub(crate) const EXTENSION_TYPE_NAME_KEY: &str = "ARROW:extension:name";

impl ColumnType {
    /// The type that a column of `field` gets: as [`from_arrow`](Self::from_arrow), but UUIDs are known by
    /// the extension that the field names.
    pub(crate) fn from_field(field: &Field) -> Self {
        match Self::from_arrow(field.data_type()) {
            Self::Fixed(16) if field.extension_type_name() == Some(UUID_EXTENSION) => Self::Uuid,
            ty => ty,
        }
    }

    /// The type that a column of `data_type` gets: our own where one holds all of its values.
    #[must_use]
    pub fn from_arrow(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Bool,
            DataType::Int8 => Self::Int8,
            DataType::Int16 => Self::Int16,
            DataType::Int32 => Self::Int32,
            DataType::Int64 => Self::Int64,
            DataType::UInt8 => Self::Uint8,
            DataType::UInt16 => Self::Uint16,
            DataType::UInt32 => Self::Uint32,
            DataType::UInt64 => Self::Uint64,
            DataType::Float16 | DataType::Float32 => Self::Float,
            DataType::Float64 => Self::Double,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Self::Bytes,
            DataType::Dictionary(_, values) => Self::from_arrow(values),
            DataType::Timestamp(unit, zone) => match (unit_of(*unit), zone.as_deref()) {
                (Some(unit), None) => Self::LocalTimestamp(unit),
                (Some(unit), Some("UTC" | "+00:00" | "Z")) => Self::Timestamp(unit),
                _ => Self::Arrow(data_type.clone()),
            },
            DataType::Time32(ArrowUnit::Millisecond) => Self::Time(TimeUnit::Millis),
            DataType::Time64(ArrowUnit::Microsecond) => Self::Time(TimeUnit::Micros),
            DataType::Time64(ArrowUnit::Nanosecond) => Self::Time(TimeUnit::Nanos),
            DataType::Date32 => Self::Date,
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale) => match u8::try_from(*scale) {
                Ok(scale) if scale <= *precision && *precision <= MAX_DECIMAL_PRECISION => {
                    Self::Decimal { precision: *precision, scale }
                }
                _ => Self::Arrow(data_type.clone()),
            },
            DataType::FixedSizeBinary(bytes) => match u32::try_from(*bytes) {
                Ok(bytes) if Self::Fixed(bytes).problem().is_none() => Self::Fixed(bytes),
                _ => Self::Arrow(data_type.clone()),
            },
            DataType::List(element)
            | DataType::LargeList(element)
            | DataType::FixedSizeList(element, _) => match Self::from_field(element) {
                Self::Arrow(_) | Self::List(_) => Self::Arrow(data_type.clone()),
                element => Self::List(Box::new(element)),
            },
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(fields) if are_texts(fields) => Self::Map,
                _ => Self::Arrow(data_type.clone()),
            },
            other => Self::Arrow(other.clone()),
        }
    }

    /// The field that a column of this type is in Arrow's schema.
    pub(crate) fn to_field(&self, name: &str) -> Field {
        let field = Field::new(name, self.to_arrow(), true);
        match self {
            Self::Uuid => {
                let extension = (EXTENSION_TYPE_NAME_KEY.to_owned(), UUID_EXTENSION.to_owned());
                field.with_metadata(HashMap::from([extension]))
            }
            _ => field,
        }
    }

    /// The Arrow type that the `arrow` backend stores the column as.
    #[must_use]
    pub fn to_arrow(&self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int8 => DataType::Int8,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Uint8 => DataType::UInt8,
            Self::Uint16 => DataType::UInt16,
            Self::Uint32 => DataType::UInt32,
            Self::Uint64 => DataType::UInt64,
            Self::Float => DataType::Float32,
            Self::Double => DataType::Float64,
            Self::Text | Self::Json => DataType::Utf8,
            Self::Bytes => DataType::Binary,
            Self::Timestamp(unit) => DataType::Timestamp(arrow_unit(*unit), Some("UTC".into())),
            Self::LocalTimestamp(unit) => DataType::Timestamp(arrow_unit(*unit), None),
            Self::Time(TimeUnit::Millis) => DataType::Time32(ArrowUnit::Millisecond),
            Self::Time(unit) => DataType::Time64(arrow_unit(*unit)),
            Self::Date => DataType::Date32,
            Self::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale as i8),
            Self::Uuid => DataType::FixedSizeBinary(16),
            Self::Fixed(bytes) => DataType::FixedSizeBinary(*bytes as i32),
            Self::List(element) => DataType::List(Arc::new(element.to_field(ELEMENT_NAME))),
            Self::Map => DataType::Map(Arc::new(entries_field()), false),
            Self::Arrow(data_type) => data_type.clone(),
        }
    }
}

/// Whether these are the fields of entries whose keys and values are text.
fn are_texts(fields: &Fields) -> bool {
    fields.len() == 2
        && fields.iter().all(|field| ColumnType::from_field(field) == ColumnType::Text)
}

/// The field of a map's entries.
fn entries_field() -> Field {
    let key = Field::new(KEY_NAME, DataType::Utf8, false);
    let value = Field::new(VALUE_NAME, DataType::Utf8, true);
    Field::new(ENTRIES_NAME, DataType::Struct(Fields::from(vec![key, value])), false)
}

fn arrow_unit(unit: TimeUnit) -> ArrowUnit {
    match unit {
        TimeUnit::Millis => ArrowUnit::Millisecond,
        TimeUnit::Micros => ArrowUnit::Microsecond,
        TimeUnit::Nanos => ArrowUnit::Nanosecond,
    }
}

/// The unit; none of seconds, which Parquet does not have.
fn unit_of(unit: ArrowUnit) -> Option<TimeUnit> {
    match unit {
        ArrowUnit::Second => None,
        ArrowUnit::Millisecond => Some(TimeUnit::Millis),
        ArrowUnit::Microsecond => Some(TimeUnit::Micros),
        ArrowUnit::Nanosecond => Some(TimeUnit::Nanos),
    }
}
