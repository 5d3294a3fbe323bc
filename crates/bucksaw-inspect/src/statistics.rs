//! Statistics as readable values, by the column's type.

use std::cmp::Ordering;

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::Float16Type;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::AsBytes;
use parquet::file::statistics::Statistics as Stored;
use parquet::schema::types::ColumnDescriptor;

use super::description::Statistics;
use super::json::Json;
use super::text;
use super::values::Value;

/// What a column's values stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The physical type says all.
    Plain,
    Unsigned,
    Date,
    Time(i64),
    Timestamp(i64, bool),
    Decimal(i32),
    Text,
    Uuid,
    Float16,
    /// INT96: a moment in nanoseconds, with a day and a time of day.
    Nanos,
    /// Something whose order isn't defined or isn't known here.
    Unordered,
}

/// A smallest or largest value as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f32),
    Double(f64),
    Bytes(Vec<u8>),
    Nanos(i64),
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => text::MILLIS,
        TimeUnit::MICROS => text::MICROS,
        TimeUnit::NANOS => text::NANOS,
    }
}

impl Meaning {
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        if column.physical_type() == Type::INT96 {
            return Self::Nanos;
        }
        match column.logical_type_ref() {
            None => Self::of_converted(column),
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => Self::Text,
            Some(LogicalType::Decimal(decimal)) => Self::Decimal(decimal.scale),
            Some(LogicalType::Date) => Self::Date,
            Some(LogicalType::Time(time)) => Self::Time(per_second(time.unit)),
            Some(LogicalType::Timestamp(stamp)) => {
                Self::Timestamp(per_second(stamp.unit), stamp.is_adjusted_to_u_t_c)
            }
            Some(LogicalType::Integer(integer)) if !integer.is_signed => Self::Unsigned,
            Some(LogicalType::Integer(_) | LogicalType::Bson) => Self::Plain,
            Some(LogicalType::Uuid) => Self::Uuid,
            Some(LogicalType::Float16) => Self::Float16,
            Some(_) => Self::Unordered,
        }
    }

    fn of_converted(column: &ColumnDescriptor) -> Self {
        match column.converted_type() {
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Self::Text,
            ConvertedType::DECIMAL => Self::Decimal(column.type_scale()),
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIME_MILLIS => Self::Time(text::MILLIS),
            ConvertedType::TIME_MICROS => Self::Time(text::MICROS),
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp(text::MILLIS, true),
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp(text::MICROS, true),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Self::Unsigned,
            ConvertedType::INTERVAL => Self::Unordered,
            _ => Self::Plain,
        }
    }
}

/// The stored smallest and largest value.
pub(super) fn raw(stored: &Stored, meaning: Meaning) -> (Option<Raw>, Option<Raw>) {
    fn both<T>(
        min: Option<&T>,
        max: Option<&T>,
        raw: impl Fn(&T) -> Raw,
    ) -> (Option<Raw>, Option<Raw>) {
        (min.map(&raw), max.map(&raw))
    }
    let unsigned = meaning == Meaning::Unsigned;
    match stored {
        Stored::Boolean(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Bool(*v)),
        Stored::Int32(s) if unsigned => {
            both(s.min_opt(), s.max_opt(), |v| Raw::Uint(u64::from(v.cast_unsigned())))
        }
        Stored::Int32(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Int(i64::from(*v))),
        Stored::Int64(s) if unsigned => {
            both(s.min_opt(), s.max_opt(), |v| Raw::Uint(v.cast_unsigned()))
        }
        Stored::Int64(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Int(*v)),
        Stored::Int96(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Nanos(v.to_nanos())),
        Stored::Float(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Float(*v)),
        Stored::Double(s) => both(s.min_opt(), s.max_opt(), |v| Raw::Double(*v)),
        Stored::ByteArray(s) => {
            both(s.min_opt(), s.max_opt(), |v| Raw::Bytes(v.as_bytes().to_vec()))
        }
        Stored::FixedLenByteArray(s) => {
            both(s.min_opt(), s.max_opt(), |v| Raw::Bytes(v.as_bytes().to_vec()))
        }
    }
}

/// A stored value, readable.
pub(super) fn readable(raw: &Raw, meaning: Meaning) -> Json {
    match (raw, meaning) {
        (Raw::Bool(value), _) => Json::Bool(*value),
        (Raw::Int(value), Meaning::Date) => text::date(*value),
        (Raw::Int(value), Meaning::Time(per_second)) => text::time(*value, per_second),
        (Raw::Int(value), Meaning::Timestamp(per_second, utc)) => {
            text::timestamp(*value, per_second, utc)
        }
        (Raw::Int(value), Meaning::Decimal(scale)) => text::decimal(&value.to_be_bytes(), scale),
        (Raw::Int(value), _) => Json::Int(*value),
        (Raw::Uint(value), _) => Json::Uint(*value),
        (Raw::Float(value), _) => Json::Float(*value),
        (Raw::Double(value), _) => Json::Double(*value),
        (Raw::Nanos(value), _) => text::timestamp(*value, text::NANOS, false),
        (Raw::Bytes(bytes), Meaning::Decimal(scale)) => text::decimal(bytes, scale),
        (Raw::Bytes(bytes), Meaning::Uuid) => Json::Text(text::uuid(bytes)),
        (Raw::Bytes(bytes), Meaning::Float16) => float16(bytes),
        (Raw::Bytes(bytes), Meaning::Text) => match std::str::from_utf8(bytes) {
            Ok(text) => Json::Text(text.to_owned()),
            Err(_) => Json::Text(text::hex(bytes)),
        },
        (Raw::Bytes(bytes), _) => Json::Text(text::hex(bytes)),
    }
}

fn float16(bytes: &[u8]) -> Json {
    half(bytes).map_or_else(|| Json::Text(text::hex(bytes)), Json::Float)
}

fn half(bytes: &[u8]) -> Option<f32> {
    type Half = <Float16Type as ArrowPrimitiveType>::Native;
    Some(Half::from_le_bytes(bytes.try_into().ok()?).to_f32())
}

/// Compares two stored values of one column, where their order is known.
pub(super) fn compare(left: &Raw, right: &Raw, meaning: Meaning) -> Option<Ordering> {
    match (left, right) {
        (Raw::Bool(left), Raw::Bool(right)) => Some(left.cmp(right)),
        (Raw::Int(left), Raw::Int(right)) => Some(left.cmp(right)),
        (Raw::Uint(left), Raw::Uint(right)) => Some(left.cmp(right)),
        (Raw::Float(left), Raw::Float(right)) => left.partial_cmp(right),
        (Raw::Double(left), Raw::Double(right)) => left.partial_cmp(right),
        (Raw::Bytes(left), Raw::Bytes(right)) => compare_bytes(left, right, meaning),
        _ => None,
    }
}

/// The same of a value that was read.
pub(super) fn compare_value(left: Value<'_>, right: &Raw, meaning: Meaning) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Raw::Bool(right)) => Some(left.cmp(right)),
        (Value::Int32(left), Raw::Int(right)) => Some(i64::from(left).cmp(right)),
        (Value::Int64(left), Raw::Int(right)) => Some(left.cmp(right)),
        (Value::Int32(left), Raw::Uint(right)) => Some(u64::from(left.cast_unsigned()).cmp(right)),
        (Value::Int64(left), Raw::Uint(right)) => Some(left.cast_unsigned().cmp(right)),
        (Value::Float(left), Raw::Float(right)) => left.partial_cmp(right),
        (Value::Double(left), Raw::Double(right)) => left.partial_cmp(right),
        (Value::Bytes(left), Raw::Bytes(right)) => compare_bytes(left, right, meaning),
        _ => None,
    }
}

fn compare_bytes(left: &[u8], right: &[u8], meaning: Meaning) -> Option<Ordering> {
    match meaning {
        Meaning::Decimal(_) => Some(text::unscaled(left)?.cmp(&text::unscaled(right)?)),
        Meaning::Float16 => half(left)?.partial_cmp(&half(right)?),
        Meaning::Text | Meaning::Plain | Meaning::Uuid => Some(left.cmp(right)),
        _ => None,
    }
}

/// A value that was read, as it is stored as a smallest or largest one. None of INT96.
pub(super) fn raw_value(value: Value<'_>, meaning: Meaning) -> Option<Raw> {
    let is_unsigned = meaning == Meaning::Unsigned;
    Some(match value {
        Value::Bool(value) => Raw::Bool(value),
        Value::Int32(value) if is_unsigned => Raw::Uint(value.cast_unsigned().into()),
        Value::Int64(value) if is_unsigned => Raw::Uint(value.cast_unsigned()),
        Value::Int32(value) => Raw::Int(value.into()),
        Value::Int64(value) => Raw::Int(value),
        Value::Float(value) => Raw::Float(value),
        Value::Double(value) => Raw::Double(value),
        Value::Bytes(_) if meaning == Meaning::Nanos => return None,
        Value::Bytes(value) => Raw::Bytes(value.to_vec()),
    })
}

/// Whether a value is not a number, which no order has a place for.
pub(super) fn is_nan(value: Value<'_>, meaning: Meaning) -> bool {
    match value {
        Value::Float(value) => value.is_nan(),
        Value::Double(value) => value.is_nan(),
        Value::Bytes(bytes) if meaning == Meaning::Float16 => half(bytes).is_some_and(f32::is_nan),
        _ => false,
    }
}

/// A column chunk's statistics, readable.
pub(super) fn describe(stored: &Stored, meaning: Meaning) -> Statistics {
    let (min, max) = raw(stored, meaning);
    Statistics {
        null_count: stored.null_count_opt(),
        distinct_count: stored.distinct_count_opt(),
        nan_count: stored.nan_count_opt(),
        min_is_exact: min.is_some() && stored.min_is_exact(),
        max_is_exact: max.is_some() && stored.max_is_exact(),
        min: min.map(|raw| readable(&raw, meaning)),
        max: max.map(|raw| readable(&raw, meaning)),
        deprecated_order: stored.is_min_max_deprecated(),
    }
}

/// A logical type as text.
pub(super) fn logical_name(logical: &LogicalType) -> String {
    let adjusted = |utc: bool| if utc { "UTC" } else { "local" };
    match logical {
        LogicalType::Decimal(decimal) => {
            format!("DECIMAL({}, {})", decimal.precision, decimal.scale)
        }
        LogicalType::Time(time) => {
            format!("TIME({:?}, {})", time.unit, adjusted(time.is_adjusted_to_u_t_c))
        }
        LogicalType::Timestamp(stamp) => {
            format!("TIMESTAMP({:?}, {})", stamp.unit, adjusted(stamp.is_adjusted_to_u_t_c))
        }
        LogicalType::Integer(integer) => {
            let sign = if integer.is_signed { "signed" } else { "unsigned" };
            format!("INTEGER({}, {sign})", integer.bit_width)
        }
        LogicalType::Geometry(geometry) => {
            format!("GEOMETRY({})", geometry.crs.as_deref().unwrap_or("OGC:CRS84"))
        }
        LogicalType::Geography(geography) => {
            format!("GEOGRAPHY({})", geography.crs.as_deref().unwrap_or("OGC:CRS84"))
        }
        LogicalType::Variant(_) => "VARIANT".to_owned(),
        // The others have no parameters: their name is all.
        other => format!("{other:?}").to_uppercase(),
    }
}

/// The bytes of a value, where all values of a column have the same.
pub(super) fn type_length(column: &ColumnDescriptor) -> Option<i32> {
    (column.physical_type() == Type::FIXED_LEN_BYTE_ARRAY).then(|| column.type_length())
}
