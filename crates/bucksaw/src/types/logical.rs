//! What the values of a column mean, and how such types are spelled.

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "arrow")]
use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

use crate::types::nesting::Nesting;
use crate::types::physical::{Order, PhysicalType, Storage};
use crate::types::timestamp::TimeUnit;
use crate::types::value::{Value, ValueKind};

/// What the elements of a list are called in the file.
pub(crate) const ELEMENT_NAME: &str = "element";
/// What the entries of a map are called there, and in them keys and values.
pub(crate) const ENTRIES_NAME: &str = "key_value";
pub(crate) const KEY_NAME: &str = "key";
pub(crate) const VALUE_NAME: &str = "value";
/// Digits of a decimal, at the most.
pub const MAX_DECIMAL_PRECISION: u8 = 38;
/// Bytes of a value of a fixed length, at the most.
pub const MAX_FIXED_BYTES: u32 = 64 << 10;

/// The type of a column's values: what they mean. A schema file spells it as its [`Display`] does:
/// `int64`, `timestamp(ns)`, `decimal(10,2)`, `list<int64>`; `string`, `long`, `boolean` and `float64` are read, too.
///
/// ```
/// use bucksaw::ColumnType;
/// let ty: ColumnType = "decimal(10,2)".parse()?;
/// assert_eq!(ty, ColumnType::Decimal { precision: 10, scale: 2 });
/// assert_eq!(ColumnType::list_of(ty).to_string(), "list<decimal(10,2)>");
/// # Ok::<(), String>(())
/// ```
///
/// [`Display`]: fmt::Display
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum ColumnType {
    /// True or false: Parquet's BOOLEAN.
    Bool,
    /// Signed integers of 8 bits: Parquet's INT32 with the annotation for them.
    Int8,
    /// Signed integers of 16 bits, in the same way.
    Int16,
    /// Signed integers of 32 bits: Parquet's INT32.
    Int32,
    /// Signed integers of 64 bits: Parquet's INT64.
    Int64,
    /// Unsigned integers of 8 bits: Parquet's INT32 with the annotation for them.
    Uint8,
    /// Unsigned integers of 16 bits, in the same way.
    Uint16,
    /// Unsigned integers of 32 bits, in the same way; some readers take those beyond 31 bits for negative.
    Uint32,
    /// Unsigned integers of 64 bits: Parquet's INT64 with the annotation for them. Some readers know them
    /// only as decimals.
    Uint64,
    /// Floats, Parquet's FLOAT; integers and doubles are taken where exact.
    Float,
    /// Doubles, Parquet's DOUBLE; integers are taken where exact.
    Double,
    /// Text: Parquet's BYTE_ARRAY with the annotation for text.
    Text,
    /// The JSON text of a member, whatever its value: stored as [`Text`](Self::Text), since four of nine readers
    /// fail on Parquet's annotation for JSON.
    Json,
    /// Bytes: Parquet's BYTE_ARRAY. Declared with a [`Spelling`](crate::Spelling), it takes text that spells them.
    Bytes,
    /// Moments, since 1970 in UTC: Parquet's INT64 with the annotation for them. Declared, it takes RFC 3339
    /// text, or what its [`Spelling`](crate::Spelling) says.
    Timestamp(TimeUnit),
    /// Times of a calendar and a clock, of no zone, counted as if they were in UTC: Parquet's INT64 with the annotation
    /// for timestamps that are not adjusted to UTC. Declared, it takes text like `2026-11-28T07:05:09.25`.
    LocalTimestamp(TimeUnit),
    /// Times of day: Parquet's INT32 for milliseconds, else INT64, with the annotation for them, not adjusted to UTC. Declared, it
    /// takes text like `07:05:09.25`.
    Time(TimeUnit),
    /// Days since 1970: Parquet's INT32 with the annotation for dates. Declared, it takes text like
    /// `2026-11-28`.
    Date,
    /// Decimal numbers of `precision` digits, `scale` of them behind the point: Parquet's INT32 up to 9
    /// digits, INT64 up to 18, else FIXED_LEN_BYTE_ARRAY, with the annotation for decimals. It takes numbers that
    /// it holds exactly; declared, their text too.
    Decimal {
        /// From 1 to [`MAX_DECIMAL_PRECISION`].
        precision: u8,
        /// At most as many as `precision`.
        scale: u8,
    },
    /// UUIDs: Parquet's FIXED_LEN_BYTE_ARRAY of 16 bytes with the annotation for them, which some readers
    /// refuse. It takes 16 bytes; declared, text of 32 hexadecimal digits with hyphens, too.
    Uuid,
    /// So many bytes each, from 1 to [`MAX_FIXED_BYTES`]: Parquet's FIXED_LEN_BYTE_ARRAY. It takes bytes of
    /// that length; declared, them as base64, too.
    Fixed(u32),
    /// Lists of another type of these, with the annotation for lists: a list, each of its elements,
    /// or both may be null. JSON arrays are taken where each of their elements would be.
    List(Box<ColumnType>),
    /// Maps from text to text, with the annotation for maps, as entries in the order in which they came; a key that
    /// comes twice is there twice. A map and each of its values may be null. JSON objects are taken, too: their members'
    /// values are text, as they are spelled where they are not text.
    Map,
    /// Any other type of Arrow's, from a record batch; it can't be declared.
    #[cfg(feature = "arrow")]
    Arrow(DataType),
}

impl ColumnType {
    /// Lists of `element`.
    #[must_use]
    pub fn list_of(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// The type of its single values: of a list's elements, and of a map's keys and values.
    pub(crate) fn leaf(&self) -> &Self {
        match self {
            Self::List(element) => element.leaf(),
            Self::Map => &Self::Text,
            other => other,
        }
    }

    /// Whether it is of lists or maps.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map)
    }

    /// Whether JSON that starts so is a value of it as a whole.
    pub(crate) fn keeps_json(&self, start: u8) -> bool {
        match self {
            Self::Json => true,
            Self::Map => start == b'{',
            _ => false,
        }
    }

    /// Where its leaves are, in their order.
    pub(crate) fn leaves(&self) -> &'static [Nesting] {
        match self {
            Self::Map => Nesting::OF_MAPS,
            Self::List(element) if **element == Self::Map => Nesting::OF_LISTS_OF_MAPS,
            Self::List(_) => Nesting::OF_LISTS,
            _ => Nesting::OF_VALUES,
        }
    }

    /// How single values are stored and compared; none for types that only Arrow has.
    pub(crate) fn storage(&self) -> Option<Storage> {
        use PhysicalType as P;
        let (physical, order) = match self.leaf() {
            Self::Bool => (P::Bool, Order::Unsigned),
            Self::Int8 | Self::Int16 | Self::Int32 | Self::Date | Self::Time(TimeUnit::Millis) => {
                (P::I32, Order::Signed)
            }
            Self::Uint8 | Self::Uint16 | Self::Uint32 => (P::I32, Order::Unsigned),
            Self::Int64 | Self::Timestamp(_) | Self::LocalTimestamp(_) | Self::Time(_) => {
                (P::I64, Order::Signed)
            }
            Self::Uint64 => (P::I64, Order::Unsigned),
            Self::Float => (P::F32, Order::Signed),
            Self::Double => (P::F64, Order::Signed),
            Self::Text | Self::Json => (P::Text, Order::Unsigned),
            Self::Bytes => (P::Bytes, Order::Unsigned),
            Self::Decimal { precision, .. } => (decimal_storage(*precision), Order::Signed),
            Self::Uuid => (P::FixedBytes(16), Order::Unsigned),
            Self::Fixed(bytes) => (P::FixedBytes(*bytes as usize), Order::Unsigned),
            // Those are no leaves.
            Self::List(_) | Self::Map => return None,
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => return None,
        };
        Some(Storage { physical, order })
    }

    /// The kind of values that a column of this type holds just as rows give them.
    pub(crate) fn value_kind(&self) -> ValueKind {
        match self {
            Self::Bool => ValueKind::Bool,
            Self::Int32 => ValueKind::I32,
            Self::Int64 => ValueKind::I64,
            Self::Uint64 => ValueKind::U64,
            Self::Float => ValueKind::F32,
            Self::Double => ValueKind::F64,
            Self::Text => ValueKind::Text,
            Self::Bytes => ValueKind::Bytes,
            Self::Timestamp(TimeUnit::Micros) => ValueKind::Timestamp,
            Self::List(_) => ValueKind::List,
            Self::Map => ValueKind::Map,
            // Their values are looked at first.
            _ => ValueKind::Null,
        }
    }

    /// Whether a column of this type holds `value` as it is.
    pub(crate) fn is_of(&self, value: Value<'_>) -> bool {
        !self.is_nested() && value != Value::Null && self.value_kind() == value.kind()
    }

    /// Whether its values are signed integers, floats or doubles.
    pub(crate) fn is_of_numbers(&self) -> bool {
        let is_signed = matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64);
        is_signed || matches!(self, Self::Float | Self::Double)
    }

    /// Whether its values are integers.
    pub(crate) fn is_of_integers(&self) -> bool {
        matches!(
            self,
            Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::Uint8
                | Self::Uint16
                | Self::Uint32
                | Self::Uint64
        )
    }

    /// Whether its values are numbers of any kind.
    pub(crate) fn is_numeric(&self) -> bool {
        self.is_of_integers() || self.is_of_numbers() || matches!(self, Self::Decimal { .. })
    }

    /// Whether numbers are looked at as they are spelled, and not as the doubles that they are.
    pub(crate) fn is_of_spelled_numbers(&self) -> bool {
        matches!(self.leaf(), Self::Decimal { .. })
    }

    /// Why it can't be declared, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Decimal { precision, scale } => {
                let is_sound =
                    (1..=MAX_DECIMAL_PRECISION).contains(precision) && scale <= precision;
                (!is_sound).then(|| {
                    format!(
                        "{self} is no decimal type: digits go from 1 to {MAX_DECIMAL_PRECISION}, and no more of \
                         them are behind the point"
                    )
                })
            }
            Self::Fixed(bytes) => {
                let is_sound = (1..=MAX_FIXED_BYTES).contains(bytes);
                (!is_sound).then(|| {
                    format!(
                        "{self} is no type: a fixed length is from 1 to {MAX_FIXED_BYTES} bytes"
                    )
                })
            }
            Self::List(element) if matches!(**element, Self::List(_)) => {
                Some("lists of lists are in no backend: it is list<…> of another type".to_owned())
            }
            Self::List(element) if **element == Self::Json => {
                Some("JSON text is no element of a list: json alone takes arrays".to_owned())
            }
            Self::List(element) => element.problem(),
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => {
                Some(format!("{self} can't be declared, only come in record batches"))
            }
            _ => None,
        }
    }
}

/// Decimals are stored in as little as Parquet has for their digits.
fn decimal_storage(precision: u8) -> PhysicalType {
    match precision {
        ..=9 => PhysicalType::I32,
        10..=18 => PhysicalType::I64,
        _ => PhysicalType::FixedBytes(decimal_bytes(precision)),
    }
}

/// The fewest bytes that hold every number of so many digits, and its sign.
pub(crate) fn decimal_bytes(precision: u8) -> usize {
    let max = 10_i128.checked_pow(precision.into()).map_or(i128::MAX, |power| power - 1);
    let bits = 128 - max.leading_zeros() as usize + 1;
    bits.div_ceil(8)
}

/// The types that have no parameters, as they are spelled.
const NAMES: [(&str, ColumnType); 20] = [
    ("bool", ColumnType::Bool),
    ("int8", ColumnType::Int8),
    ("int16", ColumnType::Int16),
    ("int32", ColumnType::Int32),
    ("int64", ColumnType::Int64),
    ("uint8", ColumnType::Uint8),
    ("uint16", ColumnType::Uint16),
    ("uint32", ColumnType::Uint32),
    ("uint64", ColumnType::Uint64),
    ("float", ColumnType::Float),
    ("double", ColumnType::Double),
    ("text", ColumnType::Text),
    ("json", ColumnType::Json),
    ("bytes", ColumnType::Bytes),
    ("timestamp", ColumnType::Timestamp(TimeUnit::Micros)),
    ("timestamp_local", ColumnType::LocalTimestamp(TimeUnit::Micros)),
    ("time", ColumnType::Time(TimeUnit::Micros)),
    ("date", ColumnType::Date),
    ("uuid", ColumnType::Uuid),
    ("map<text,text>", ColumnType::Map),
];

/// Other names of types, as other systems spell them.
const ALIASES: [(&str, ColumnType); 4] = [
    ("boolean", ColumnType::Bool),
    ("long", ColumnType::Int64),
    ("float64", ColumnType::Double),
    ("string", ColumnType::Text),
];

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timestamp(TimeUnit::Millis) => f.write_str("timestamp(ms)"),
            Self::Timestamp(TimeUnit::Nanos) => f.write_str("timestamp(ns)"),
            Self::LocalTimestamp(TimeUnit::Millis) => f.write_str("timestamp_local(ms)"),
            Self::LocalTimestamp(TimeUnit::Nanos) => f.write_str("timestamp_local(ns)"),
            Self::Time(TimeUnit::Millis) => f.write_str("time(ms)"),
            Self::Time(TimeUnit::Nanos) => f.write_str("time(ns)"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Fixed(bytes) => write!(f, "fixed({bytes})"),
            Self::List(element) => write!(f, "list<{element}>"),
            #[cfg(feature = "arrow")]
            Self::Arrow(data_type) => write!(f, "arrow {data_type}"),
            _ => {
                let name = NAMES.iter().find(|(_, ty)| ty == self).map(|(name, _)| *name);
                f.write_str(name.unwrap_or_default())
            }
        }
    }
}

impl FromStr for ColumnType {
    type Err = String;

    fn from_str(spelled: &str) -> Result<Self, String> {
        if let Some(element) = spelled.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>'))
        {
            let list = Self::list_of(element.parse()?);
            return list.problem().map_or(Ok(list), Err);
        }
        let unknown = || {
            let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!(
                "unknown type {spelled:?}: it is one of {}, with (ms) or (ns) behind those of times, decimal(DIGITS,SCALE), \
                 fixed(BYTES), or list<…> of one",
                known.join(", ")
            )
        };
        let ty = match spelled.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            None if spelled == "int" => {
                return Err(r#"the type "int" says no width: it is int32 or int64"#.to_owned());
            }
            None => {
                let mut known = NAMES.into_iter().chain(ALIASES);
                known.find(|(name, _)| *name == spelled).map(|(_, ty)| ty)
            }
            Some((name, parameters)) => with_parameters(name, parameters),
        };
        let ty = ty.ok_or_else(unknown)?;
        ty.problem().map_or(Ok(ty), Err)
    }
}

fn with_parameters(name: &str, parameters: &str) -> Option<ColumnType> {
    Some(match (name, parameters) {
        ("timestamp", _) => ColumnType::Timestamp(unit(parameters)?),
        ("timestamp_local", _) => ColumnType::LocalTimestamp(unit(parameters)?),
        ("time", _) => ColumnType::Time(unit(parameters)?),
        ("decimal", _) => {
            let (precision, scale) = parameters.split_once(',')?;
            ColumnType::Decimal {
                precision: precision.trim().parse().ok()?,
                scale: scale.trim().parse().ok()?,
            }
        }
        ("fixed", _) => ColumnType::Fixed(parameters.trim().parse().ok()?),
        _ => return None,
    })
}

fn unit(word: &str) -> Option<TimeUnit> {
    Some(match word {
        "ms" => TimeUnit::Millis,
        "us" => TimeUnit::Micros,
        "ns" => TimeUnit::Nanos,
        _ => return None,
    })
}

impl TryFrom<String> for ColumnType {
    type Error = String;

    fn try_from(spelled: String) -> Result<Self, String> {
        spelled.parse()
    }
}

impl From<ColumnType> for String {
    fn from(ty: ColumnType) -> Self {
        ty.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_spelled() {
        let spelled = [
            "bool",
            "int32",
            "uint64",
            "double",
            "json",
            "timestamp",
            "timestamp(ms)",
            "timestamp(ns)",
            "timestamp_local",
            "timestamp_local(ms)",
            "time",
            "time(ns)",
            "int8",
            "uint16",
            "date",
            "decimal(38,0)",
            "decimal(1,1)",
            "uuid",
            "fixed(16)",
            "list<decimal(10,2)>",
            "list<timestamp(ns)>",
            "map<text,text>",
            "list<map<text,text>>",
        ];
        for spelled in spelled {
            let ty: ColumnType = spelled.parse().expect("a type");
            assert_eq!(ty.to_string(), spelled);
        }
        for (alias, ty) in
            [("string", "text"), ("long", "int64"), ("boolean", "bool"), ("float64", "double")]
        {
            assert_eq!(alias.parse::<ColumnType>(), ty.parse(), "{alias}");
        }
        assert!("int".parse::<ColumnType>().is_err_and(|why| why.ends_with("int32 or int64")));
        assert_eq!("decimal(10, 2)".parse(), Ok(ColumnType::Decimal { precision: 10, scale: 2 }));
        assert_eq!("timestamp(us)".parse(), Ok(ColumnType::Timestamp(TimeUnit::Micros)));
        for spelled in [
            "",
            "int",
            "decimal",
            "decimal()",
            "decimal(39,0)",
            "decimal(5,6)",
            "decimal(0,0)",
            "fixed(0)",
            "fixed(65537)",
            "fixed",
            "timestamp(s)",
            "list<list<int64>>",
            "list<json>",
            "list<>",
            "map<text,int64>",
            "map",
            "arrow Utf8",
            "uuid()",
        ] {
            assert!(spelled.parse::<ColumnType>().is_err(), "{spelled}");
        }
    }

    #[test]
    fn decimals_take_the_fewest_bytes_that_hold_them() {
        for (precision, bytes) in
            [(1, 1), (2, 1), (3, 2), (9, 4), (18, 8), (19, 9), (28, 12), (38, 16)]
        {
            assert_eq!(decimal_bytes(precision), bytes, "{precision}");
        }
    }
}
