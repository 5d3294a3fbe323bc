//! A cell of the plain model: a value as it was given, and as a file has to hold it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucksaw::Value;
use bumpalo::Bump;
use serde_json::json;

/// A row as it is given: names and cells, in order.
pub(crate) type Row = Vec<(String, Cell)>;

/// One cell.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    I32(i32),
    I64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Microseconds since 1970.
    Timestamp(i64),
    List(Vec<Cell>),
    /// Entries in their order; a key may come twice.
    Map(Vec<(String, Cell)>),
    /// A JSON number that no column of numbers may hold.
    Number(String),
    /// A JSON array or object that is kept as it stands.
    Json(String),
    // Types that only Arrow has:
    /// Days since 1970.
    Date(i32),
    /// The digits without a point.
    Decimal(i128),
    /// Nanoseconds since 1970.
    Nanos(i64),
    Struct(Vec<(String, Cell)>),
}

/// Equal to the last bit: NaN is NaN only with the same bits, and -0.0 is not 0.0.
impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::I64(one), Self::I64(two))
            | (Self::Timestamp(one), Self::Timestamp(two))
            | (Self::Nanos(one), Self::Nanos(two)) => one == two,
            (Self::U64(one), Self::U64(two)) => one == two,
            (Self::F64(one), Self::F64(two)) => one.to_bits() == two.to_bits(),
            (Self::F32(one), Self::F32(two)) => one.to_bits() == two.to_bits(),
            (Self::Text(one), Self::Text(two))
            | (Self::Number(one), Self::Number(two))
            | (Self::Json(one), Self::Json(two)) => one == two,
            (Self::Bytes(one), Self::Bytes(two)) => one == two,
            (Self::I32(one), Self::I32(two)) | (Self::Date(one), Self::Date(two)) => one == two,
            (Self::Decimal(one), Self::Decimal(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Map(one), Self::Map(two)) | (Self::Struct(one), Self::Struct(two)) => one == two,
            _ => false,
        }
    }
}

impl Cell {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value that the writer is given, lists in `arena`; none for what only JSON or Arrow can give.
    pub(crate) fn value<'c>(&'c self, arena: &'c Bump) -> Option<Value<'c>> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::I64(value) => Value::I64(*value),
            Self::U64(value) => Value::U64(*value),
            Self::I32(value) => Value::I32(*value),
            Self::F32(value) => Value::F32(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Timestamp(micros) => Value::Timestamp(*micros),
            Self::List(cells) => {
                let values: Option<Vec<_>> = cells.iter().map(|cell| cell.value(arena)).collect();
                Value::List(arena.alloc_slice_copy(&values?))
            }
            Self::Map(entries) => {
                let entry = |(key, cell): &'c (String, Cell)| Some((&**key, cell.value(arena)?));
                let entries: Option<Vec<_>> = entries.iter().map(entry).collect();
                Value::Map(arena.alloc_slice_copy(&entries?))
            }
            _ => return None,
        })
    }

    /// The cell as the readers' script takes it, which knows the column's type: floats by their bits, and
    /// what JSON has no exact form for as text.
    pub(crate) fn encoded(&self) -> serde_json::Value {
        match self {
            Self::Null => json!(null),
            Self::Bool(value) => json!(value),
            Self::I64(value) | Self::Timestamp(value) | Self::Nanos(value) => json!(value),
            Self::I32(value) | Self::Date(value) => json!(value),
            Self::U64(value) => json!(value),
            Self::F64(value) => json!(value.to_bits()),
            Self::F32(value) => json!(value.to_bits()),
            Self::Text(text) | Self::Number(text) | Self::Json(text) => json!(text),
            Self::Bytes(bytes) => json!(BASE64.encode(bytes)),
            Self::Decimal(digits) => json!(digits.to_string()),
            Self::List(cells) => cells.iter().map(Self::encoded).collect(),
            Self::Map(entries) => {
                entries.iter().map(|(key, cell)| json!([key, cell.encoded()])).collect()
            }
            Self::Struct(members) => {
                let members = members.iter().map(|(name, cell)| (name.clone(), cell.encoded()));
                serde_json::Value::Object(members.collect())
            }
        }
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::F64(value)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<bucksaw_workloads::Value> for Cell {
    fn from(value: bucksaw_workloads::Value) -> Self {
        use bucksaw_workloads::Value as Made;
        match value {
            Made::Bool(value) => Self::Bool(value),
            Made::I64(value) => Self::I64(value),
            Made::F64(value) => Self::F64(value),
            Made::Text(text) => Self::Text(text.into_owned()),
        }
    }
}
