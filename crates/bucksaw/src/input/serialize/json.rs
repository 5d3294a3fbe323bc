//! Values as JSON text. Unlike serde_json's it loses none: NaN and infinities are strings, bytes base64.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Failed;
use super::common::{same_as_others, takes_elements, takes_fields};
use super::key::append_key;
use crate::types::value::{Value, append_json_string};

/// Appends a value.
pub(super) fn append_json(
    value: &(impl Serialize + ?Sized),
    json: &mut String,
) -> Result<(), Failed> {
    value.serialize(Json(json))
}

/// Appends a member's comma, name and colon.
pub(super) fn append_name(name: &str, json: &mut String) {
    append_comma(json);
    append_json_string(name, json);
    json.push(':');
}

/// Appends the comma before an element or a member, unless it is the first.
pub(super) fn append_comma(json: &mut String) {
    // No element ends like this, but for strings, which end with a quote.
    if !json.ends_with(['[', '{']) {
        json.push(',');
    }
}

struct Json<'j>(&'j mut String);

impl<'j> Json<'j> {
    fn value(self, value: Value<'_>) {
        value.append_json(self.0);
    }

    /// Begins what ends with `end`.
    fn open(self, start: &str, end: &'static str) -> Open<'j> {
        self.0.push_str(start);
        Open { json: self.0, end }
    }

    /// Begins an object of one member, which begins with `start`.
    fn variant(self, variant: &str, start: &str, end: &'static str) -> Open<'j> {
        self.0.push('{');
        append_name(variant, self.0);
        self.open(start, end)
    }
}

/// An array or object that has not ended.
pub(super) struct Open<'j> {
    json: &'j mut String,
    end: &'static str,
}

macro_rules! values {
    ($($method:ident($value:ident: $ty:ty) => $into:expr),* $(,)?) => {
        $(fn $method(self, $value: $ty) -> Result<(), Failed> {
            self.value($into);
            Ok(())
        })*
    };
}

impl<'j> Serializer for Json<'j> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Open<'j>;
    type SerializeTuple = Open<'j>;
    type SerializeTupleStruct = Open<'j>;
    type SerializeTupleVariant = Open<'j>;
    type SerializeMap = Open<'j>;
    type SerializeStruct = Open<'j>;
    type SerializeStructVariant = Open<'j>;

    values! {
        serialize_bool(value: bool) => Value::Bool(value),
        serialize_i8(value: i8) => Value::I64(value.into()),
        serialize_i16(value: i16) => Value::I64(value.into()),
        serialize_i32(value: i32) => Value::I64(value.into()),
        serialize_i64(value: i64) => Value::I64(value),
        serialize_u8(value: u8) => Value::U64(value.into()),
        serialize_u16(value: u16) => Value::U64(value.into()),
        serialize_u32(value: u32) => Value::U64(value.into()),
        serialize_u64(value: u64) => Value::U64(value),
        serialize_f32(value: f32) => Value::F32(value),
        serialize_str(value: &str) => Value::Text(value),
        serialize_bytes(value: &[u8]) => Value::Bytes(value),
    }

    fn serialize_f64(self, value: f64) -> Result<(), Failed> {
        match serde_json::Number::from_f64(value) {
            // As serde_json spells it.
            Some(number) => self.0.push_str(&number.to_string()),
            None => self.value(Value::F64(value)),
        }
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Failed> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Failed> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    same_as_others!();

    fn serialize_char(self, value: char) -> Result<(), Failed> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        self.value(Value::Null);
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Failed> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        let Open { json, end } = self.variant(variant, "", "}");
        append_json(value, json)?;
        json.push_str(end);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'j>, Failed> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'j>, Failed> {
        Ok(self.variant(variant, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'j>, Failed> {
        Ok(self.open("{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'j>, Failed> {
        Ok(self.open("{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'j>, Failed> {
        Ok(self.variant(variant, "{", "}}"))
    }
}

impl Open<'_> {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        append_comma(self.json);
        append_json(value, self.json)
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        append_name(name, self.json);
        append_json(value, self.json)
    }

    fn close(self) -> Result<(), Failed> {
        self.json.push_str(self.end);
        Ok(())
    }
}

takes_elements!(Open<'_>);
takes_fields!(Open<'_>);

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        let mut name = String::new();
        append_key(key, &mut name)?;
        append_name(&name, self.json);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        append_json(value, self.json)
    }

    fn end(self) -> Result<(), Failed> {
        self.close()
    }
}
