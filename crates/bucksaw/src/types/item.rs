//! What decoders find.

use std::borrow::Cow;

use bumpalo::Bump;

use crate::types::logical::ColumnType;
use crate::types::timestamp::TimeUnit;
use crate::types::value::{Value, append_json_string};

/// Characters of a value that is shown.
pub(crate) const EXAMPLE_CHARS: usize = 40;

/// What an input found: a value, or something that no value holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Value(Value<'a>),
    /// Text of a format that has no types: it may spell a value, as `untyped` says.
    Untyped(&'a str),
    /// A JSON number that a double holds, as it is spelled.
    Double(&'a str),
    /// A JSON number that neither an integer of 64 bits nor a double holds.
    Number(&'a str),
    /// A JSON array or object that is kept as JSON text.
    Json(&'a str),
    /// A JSON object beyond the depth limit, kept as JSON text.
    TooDeep(&'a str),
}

impl<'a> Item<'a> {
    /// The type of a column whose first value this is; of text without a type, as if it spelled nothing else.
    pub(crate) fn column_type(self) -> Option<ColumnType> {
        Some(match self {
            Self::Value(Value::Null) => return None,
            Self::Value(Value::Bool(_)) => ColumnType::Bool,
            Self::Value(Value::I32(_)) => ColumnType::Int32,
            Self::Value(Value::I64(_) | Value::U64(_)) => ColumnType::Int64,
            Self::Value(Value::F32(_)) => ColumnType::Float,
            Self::Value(Value::F64(_)) | Self::Double(_) => ColumnType::Double,
            Self::Value(Value::Bytes(_)) => ColumnType::Bytes,
            Self::Value(Value::Timestamp(_)) => ColumnType::Timestamp(TimeUnit::Micros),
            Self::Value(Value::List(elements)) => type_of_lists(elements),
            Self::Value(Value::Map(_)) => ColumnType::Map,
            Self::Number(number) if number.contains(['.', 'e', 'E']) => ColumnType::Double,
            Self::Number(_) => ColumnType::Int64,
            Self::Value(Value::Text(_)) | Self::Untyped(_) | Self::Json(_) | Self::TooDeep(_) => {
                ColumnType::Text
            }
        })
    }

    /// The value, if it is one.
    #[inline]
    pub(crate) fn as_value(self) -> Option<Value<'a>> {
        match self {
            Self::Value(value) => Some(value),
            Self::Double(text) => Some(double(text)),
            _ => None,
        }
    }

    /// What JSON spells as `text`: some columns of numbers look at how doubles are spelled.
    pub(crate) fn spelled_as(self, text: &'a str) -> Self {
        match self {
            Self::Value(Value::F64(_)) => Self::Double(text),
            item => item,
        }
    }

    /// Doubles as the numbers that they are spelled as.
    pub(crate) fn spelled(self) -> Self {
        match self {
            Self::Double(text) => Self::Number(text),
            item => item,
        }
    }

    /// Whether it is JSON text where its column holds no lists or maps.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json(_) | Self::Value(Value::List(_) | Value::Map(_)))
    }

    /// Whether what it is as text is itself as JSON spells it.
    pub(crate) fn is_spelled_as_json(self) -> bool {
        match self {
            Self::Untyped(_) => false,
            Self::Value(Value::Text(_) | Value::Bytes(_) | Value::Timestamp(_)) => false,
            Self::Value(Value::F32(value)) => value.is_finite(),
            Self::Value(Value::F64(value)) => value.is_finite(),
            _ => true,
        }
    }

    /// Bytes of its text or bytes.
    pub(crate) fn text_bytes(self) -> usize {
        match self {
            Self::Value(Value::Text(text)) => text.len(),
            Self::Value(Value::Bytes(bytes)) => bytes.len(),
            Self::Value(_) => 0,
            Self::Untyped(text)
            | Self::Double(text)
            | Self::Number(text)
            | Self::Json(text)
            | Self::TooDeep(text) => text.len(),
        }
    }

    pub(crate) fn into_text(self, arena: &'a Bump) -> &'a str {
        match self {
            Self::Value(Value::Text(text)) => text,
            Self::Value(value) => arena.alloc_str(&value.to_text()),
            Self::Untyped(text)
            | Self::Double(text)
            | Self::Number(text)
            | Self::Json(text)
            | Self::TooDeep(text) => text,
        }
    }

    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Self::Value(value) => value.to_text(),
            Self::Untyped(text)
            | Self::Double(text)
            | Self::Number(text)
            | Self::Json(text)
            | Self::TooDeep(text) => text.into(),
        }
    }

    /// Its start, as text.
    pub(crate) fn example(self) -> String {
        self.to_text().chars().take(EXAMPLE_CHARS).collect()
    }

    pub(crate) fn append_json(self, json: &mut String) {
        match self {
            Self::Value(value) => value.append_json(json),
            Self::Untyped(text) => append_json_string(text, json),
            Self::Double(text) | Self::Number(text) | Self::Json(text) | Self::TooDeep(text) => {
                json.push_str(text);
            }
        }
    }
}

/// The double that is known to hold a number.
fn double<'a>(text: &str) -> Value<'a> {
    text.parse().map_or(Value::Null, Value::F64)
}

/// The type of a column whose first value is a list of these: that of the first which is there.
/// Lists of lists are kept as JSON text.
fn type_of_lists(elements: &[Value<'_>]) -> ColumnType {
    if elements.iter().any(|value| matches!(value, Value::List(_))) {
        return ColumnType::Text;
    }
    let first = elements.iter().find_map(|value| Item::Value(*value).column_type());
    ColumnType::List(Box::new(first.unwrap_or(ColumnType::Text)))
}
