//! JSON values that keep the order of columns and every digit.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value as JSON. Unlike `serde_json::Value` it keeps the order of an object's members, and the
/// shortest digits of 32-bit floats.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Json {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A 32-bit float. Written as text when it is no number: "NaN", "Infinity", "-Infinity".
    Float(f32),
    /// A 64-bit float. Written as text when it is no number, as above.
    Double(f64),
    /// Text; also bytes, timestamps and decimals.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object, its members in the file's order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member with this name, if this is an object that has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

/// Writes what JSON has no number for as text, as protobuf's JSON mapping does.
fn no_number(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("Infinity")
    } else if value == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Uint(value) => serializer.serialize_u64(*value),
            Self::Float(value) => match no_number(f64::from(*value)) {
                Some(text) => serializer.serialize_str(text),
                None => serializer.serialize_f32(*value),
            },
            Self::Double(value) => match no_number(*value) {
                Some(text) => serializer.serialize_str(text),
                None => serializer.serialize_f64(*value),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl fmt::Display for Json {
    /// Writes the value as compact JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_digits_and_spells_out_what_is_no_number() {
        let value = Json::Object(vec![
            ("z".to_owned(), Json::Float(0.1)),
            ("a".to_owned(), Json::Double(f64::NAN)),
            ("m".to_owned(), Json::List(vec![Json::Uint(u64::MAX), Json::Int(i64::MIN)])),
            ("i".to_owned(), Json::Float(f32::NEG_INFINITY)),
        ]);
        assert_eq!(
            value.to_string(),
            r#"{"z":0.1,"a":"NaN","m":[18446744073709551615,-9223372036854775808],"i":"-Infinity"}"#
        );
    }
}
