//! A value of a row.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::runtime::prefetch::prefetch;
use crate::types::physical::PhysicalValue;
use crate::types::timestamp::timestamp_text;

/// One value of a row, borrowed from whoever holds it.
///
/// ```
/// use bucksaw::Value;
/// let row = [("level", Value::from("INFO")), ("status", Value::from(200_i64))];
/// assert_eq!(row[1].1, Value::I64(200));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value: the same as leaving the column out of the row.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed integer of 32 bits.
    I32(i32),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer; stored as a signed one where it fits.
    U64(u64),
    /// A float; NaN, infinities and the sign of zero are kept.
    F32(f32),
    /// A double; NaN, infinities and the sign of zero are kept.
    F64(f64),
    /// Text.
    Text(&'a str),
    /// Bytes that need not be text.
    Bytes(&'a [u8]),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A list of values of one type, nulls among them.
    List(&'a [Value<'a>]),
    /// A map: keys in their order, each with its value.
    Map(&'a [(&'a str, Value<'a>)]),
}

/// Which variant of [`Value`] a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ValueKind {
    #[default]
    Null,
    Bool,
    I32,
    I64,
    U64,
    F32,
    F64,
    Text,
    Bytes,
    Timestamp,
    List,
    Map,
}

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn kind(&self) -> ValueKind {
        match self {
            Self::Null => ValueKind::Null,
            Self::Bool(_) => ValueKind::Bool,
            Self::I32(_) => ValueKind::I32,
            Self::I64(_) => ValueKind::I64,
            Self::U64(_) => ValueKind::U64,
            Self::F32(_) => ValueKind::F32,
            Self::F64(_) => ValueKind::F64,
            Self::Text(_) => ValueKind::Text,
            Self::Bytes(_) => ValueKind::Bytes,
            Self::Timestamp(_) => ValueKind::Timestamp,
            Self::List(_) => ValueKind::List,
            Self::Map(_) => ValueKind::Map,
        }
    }

    /// The value as a column of its own type stores it; none for lists and maps, whose elements are stored.
    #[inline]
    pub(crate) fn stored(self) -> Option<PhysicalValue<'a>> {
        Some(match self {
            Self::Null => PhysicalValue::Null,
            Self::Bool(value) => PhysicalValue::Bool(value),
            Self::I32(value) => PhysicalValue::I32(value),
            Self::I64(value) | Self::Timestamp(value) => PhysicalValue::I64(value),
            Self::U64(value) => PhysicalValue::I64(value.cast_signed()),
            Self::F32(value) => PhysicalValue::F32(value),
            Self::F64(value) => PhysicalValue::F64(value),
            Self::Text(value) => PhysicalValue::Text(value),
            Self::Bytes(value) => PhysicalValue::Bytes(value),
            Self::List(_) | Self::Map(_) => return None,
        })
    }

    /// Asks for its text or bytes, which are read soon.
    #[inline]
    pub(crate) fn prefetch(self) {
        match self {
            Self::Text(text) => prefetch(text.as_bytes()),
            Self::Bytes(bytes) => prefetch(bytes),
            _ => {}
        }
    }

    /// The value as text from which it can be had back: decimal integers, the shortest digits that
    /// read back to the same float or double, `NaN`, `Infinity` and `-Infinity`, RFC 3339 timestamps, base64 bytes,
    /// lists and maps as JSON.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Self::Null => Cow::Borrowed("null"),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::I32(value) => Cow::Owned(value.to_string()),
            Self::I64(value) => Cow::Owned(value.to_string()),
            Self::U64(value) => Cow::Owned(value.to_string()),
            Self::F32(value) => Cow::Owned(float_text(value)),
            Self::F64(value) => Cow::Owned(float_text(value)),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Bytes(bytes) => Cow::Owned(BASE64.encode(bytes)),
            Self::Timestamp(micros) => Cow::Owned(timestamp_text(micros)),
            Self::List(_) | Self::Map(_) => {
                let mut json = String::new();
                self.append_json(&mut json);
                Cow::Owned(json)
            }
        }
    }

    /// Appends the value as JSON; what JSON has no word for is appended as a string.
    pub(crate) fn append_json(self, json: &mut String) {
        match self {
            Self::Null | Self::Bool(_) | Self::I32(_) | Self::I64(_) | Self::U64(_) => {
                json.push_str(&self.to_text());
            }
            Self::F32(value) if value.is_finite() => json.push_str(&self.to_text()),
            Self::F64(value) if value.is_finite() => json.push_str(&self.to_text()),
            Self::List(values) => {
                json.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    value.append_json(json);
                }
                json.push(']');
            }
            Self::Map(entries) => {
                json.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    append_json_string(key, json);
                    json.push(':');
                    value.append_json(json);
                }
                json.push('}');
            }
            _ => append_json_string(&self.to_text(), json),
        }
    }
}

/// A float or double as text: infinities as JSON's writers, and protobuf's JSON, spell them.
fn float_text<F: Copy + Into<f64> + fmt::Debug>(value: F) -> String {
    match value.into() {
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        _ => format!("{value:?}"),
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn append_json_string(text: &str, json: &mut String) {
    // A Value of text can't fail to serialize.
    json.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of rows, and the loops over them, are made of these.
    #[test]
    fn a_value_takes_24_bytes() {
        assert_eq!(size_of::<Value<'_>>(), 24);
    }

    #[test]
    fn doubles_become_the_shortest_text_that_reads_back() {
        for value in [0.1, -0.0, 1e300, 5e-324, 1.0, f64::MAX, 123_456_789.123_456_78] {
            let text = Value::F64(value).to_text();
            let back: f64 = text.parse().expect("a number");
            assert_eq!(back.to_bits(), value.to_bits(), "{text}");
        }
        assert_eq!(Value::F64(f64::NAN).to_text(), "NaN");
        assert_eq!(Value::F32(f32::INFINITY).to_text(), "Infinity");
        assert_eq!(Value::F64(f64::NEG_INFINITY).to_text(), "-Infinity");
        assert_eq!(Value::F32(0.1).to_text(), "0.1");
    }

    #[test]
    fn json_has_no_word_for_nan() {
        let mut json = String::new();
        Value::F64(f64::NAN).append_json(&mut json);
        Value::List(&[Value::F32(f32::NEG_INFINITY)]).append_json(&mut json);
        Value::Text("a\"\n").append_json(&mut json);
        Value::List(&[Value::I32(1), Value::Null, Value::List(&[])]).append_json(&mut json);
        Value::Map(&[("a\"", Value::I32(1)), ("b", Value::Map(&[]))]).append_json(&mut json);
        assert_eq!(json, r#""NaN"["-Infinity"]"a\"\n"[1,null,[]]{"a\"":1,"b":{}}"#);
    }
}
