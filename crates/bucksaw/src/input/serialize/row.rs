//! Values of a row: each goes into the column that its path names, an object's members into columns of their own.

use chrono::{DateTime, SecondsFormat};
use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};

use super::Failed;
use super::common::{same_as_others, takes_elements, takes_fields};
use super::json::{append_comma, append_json, append_name};
use super::key::append_key;

use crate::coerce::builder::CopyingBuilder;
use crate::input::ndjson::DEFAULT_MAX_DEPTH;
use crate::schema::Key;
use crate::types::item::Item;
use crate::types::path;
use crate::types::value::Value;

/// The row that is being filled.
pub(super) struct Row<'w, 'b, 'a> {
    builder: &'w mut CopyingBuilder<'b, 'a>,
    /// The path of the value that comes next, or of its object with a separator behind it.
    path: String,
    /// Of an array, or of an object that is no columns, what came so far.
    json: String,
}

impl<'w, 'b, 'a> Row<'w, 'b, 'a> {
    pub(super) fn new(builder: &'w mut CopyingBuilder<'b, 'a>) -> Self {
        Self { builder, path: String::new(), json: String::new() }
    }

    fn push(&mut self, item: Item<'_>) -> Result<(), Failed> {
        self.builder.push_item(Key::Name(&self.path), item).map_err(Failed)
    }

    /// Pushes what was written as JSON text.
    fn push_json(&mut self, is_too_deep: bool) -> Result<(), Failed> {
        let mut json = std::mem::take(&mut self.json);
        let item = if is_too_deep { Item::TooDeep(&json) } else { Item::Json(&json) };
        let pushed = self.push(item);
        json.clear();
        self.json = json;
        pushed
    }
}

/// Takes a value that so many objects are around; where none is, the value is the row.
pub(super) struct ValueSerializer<'r, 'w, 'b, 'a> {
    row: &'r mut Row<'w, 'b, 'a>,
    depth: usize,
}

impl<'r, 'w, 'b, 'a> ValueSerializer<'r, 'w, 'b, 'a> {
    pub(super) fn of_row(row: &'r mut Row<'w, 'b, 'a>) -> Self {
        Self { row, depth: 0 }
    }

    fn check_is_column(&self) -> Result<(), Failed> {
        if self.depth > 0 {
            return Ok(());
        }
        Err(Failed::custom("a row is a struct, a map, or an enum's variant with a value"))
    }

    fn push(self, value: Value<'_>) -> Result<(), Failed> {
        self.check_is_column()?;
        self.row.push(Item::Value(value))
    }

    fn number(self, fits: Option<Value<'_>>, digits: impl Fn() -> String) -> Result<(), Failed> {
        self.check_is_column()?;
        match fits {
            Some(value) => self.row.push(Item::Value(value)),
            None => self.row.push(Item::Number(&digits())),
        }
    }

    /// An object, whose members become columns unless it is too deep or kept as JSON text.
    fn object(self) -> Members<'r, 'w, 'b, 'a> {
        let Self { row, depth } = self;
        let column = row.path.len();
        let is_text = depth >= DEFAULT_MAX_DEPTH || row.builder.schema.keeps_json(&row.path, b'{');
        let kind = if is_text {
            row.json.push('{');
            Kind::Text { end: "}" }
        } else {
            if depth > 0 {
                row.path.push(path::SEPARATOR);
            }
            Kind::Columns { is_empty: true, may_be_time: false }
        };
        let prefix = row.path.len();
        Members { row, depth: depth + 1, outer: column, column, prefix, kind }
    }

    fn array(self) -> Result<Elements<'r, 'w, 'b, 'a>, Failed> {
        self.check_is_column()?;
        self.row.json.push('[');
        Ok(Elements { row: self.row, variant_of: None })
    }
}

/// How an object's members are taken.
enum Kind {
    Columns {
        is_empty: bool,
        may_be_time: bool,
    },
    /// As members of JSON text, which ends like this: too deep, or in a column that keeps it.
    Text {
        end: &'static str,
    },
    /// As std's `SystemTime`, which serializes as these.
    Time {
        seconds: u64,
        nanos: u32,
    },
}

/// An object that has not ended.
pub(super) struct Members<'r, 'w, 'b, 'a> {
    row: &'r mut Row<'w, 'b, 'a>,
    /// How many objects are around its members.
    depth: usize,
    /// The path's length before the object, and before the variant that it may be of.
    outer: usize,
    /// The path's length before the object.
    column: usize,
    /// The path's length where a member's name starts.
    prefix: usize,
    kind: Kind,
}

impl<'r, 'w, 'b, 'a> Members<'r, 'w, 'b, 'a> {
    fn member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        self.name(name);
        self.value(value)
    }

    fn name(&mut self, name: &str) {
        if let Kind::Text { .. } = self.kind {
            append_name(name, &mut self.row.json);
            return;
        }
        self.kind = Kind::Columns { is_empty: false, may_be_time: false };
        self.row.path.truncate(self.prefix);
        path::push_name(&mut self.row.path, name);
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        match self.kind {
            Kind::Text { .. } => append_json(value, &mut self.row.json),
            _ => value.serialize(ValueSerializer { row: self.row, depth: self.depth }),
        }
    }

    /// A struct's member.
    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        if let Kind::Columns { may_be_time: true, .. } = self.kind
            && name == "secs_since_epoch"
        {
            self.kind = Kind::Time { seconds: 0, nanos: 0 };
        }
        let Kind::Time { seconds, nanos } = &mut self.kind else { return self.member(name, value) };
        append_json(value, &mut self.row.json)?;
        let digits = std::mem::take(&mut self.row.json);
        let parsed = match name {
            "secs_since_epoch" => digits.parse().map(|parsed| *seconds = parsed),
            _ => digits.parse().map(|parsed| *nanos = parsed),
        };
        parsed.map_err(Failed::custom)
    }

    /// The object that this one's only member, a variant, is.
    fn variant(mut self, variant: &str) -> Self {
        self.name(variant);
        if let Kind::Text { .. } = self.kind {
            self.row.json.push('{');
            return Self { kind: Kind::Text { end: "}}" }, ..self };
        }
        let Self { row, depth, outer, .. } = self;
        Self { outer, ..ValueSerializer { row, depth }.object() }
    }

    fn close(self) -> Result<(), Failed> {
        let Self { row, depth, outer, column, kind, .. } = self;
        row.path.truncate(column);
        let pushed = match kind {
            Kind::Columns { is_empty: true, .. } if depth > 1 => row.push(Item::Json("{}")),
            Kind::Columns { .. } => Ok(()),
            Kind::Text { end } => {
                row.json.push_str(end);
                let is_empty = row.json == "{}";
                row.push_json(!is_empty)
            }
            Kind::Time { seconds, nanos } => {
                row.push(Item::Value(Value::Text(&time_text(seconds, nanos))))
            }
        };
        row.path.truncate(outer);
        pushed
    }
}

/// RFC 3339 with as many digits as it takes; plain seconds for years that it can't write.
fn time_text(seconds: u64, nanos: u32) -> String {
    let time = i64::try_from(seconds).ok().and_then(|s| DateTime::from_timestamp(s, nanos));
    match time {
        Some(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => format!("{seconds}.{nanos:09}"),
    }
}

/// An array that has not ended.
pub(super) struct Elements<'r, 'w, 'b, 'a> {
    row: &'r mut Row<'w, 'b, 'a>,
    /// Of a variant's array, the length of the path without the variant.
    variant_of: Option<Outer>,
}

/// How the object of a variant's array is taken.
enum Outer {
    Column(usize),
    TooDeep,
}

impl Elements<'_, '_, '_, '_> {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        append_comma(&mut self.row.json);
        append_json(value, &mut self.row.json)
    }

    fn close(self) -> Result<(), Failed> {
        let Self { row, variant_of } = self;
        row.json.push(']');
        match variant_of {
            None => row.push_json(false),
            Some(Outer::Column(outer)) => {
                let pushed = row.push_json(false);
                row.path.truncate(outer);
                pushed
            }
            Some(Outer::TooDeep) => {
                row.json.push('}');
                row.push_json(true)
            }
        }
    }
}

macro_rules! integers {
    ($($method:ident: $integer:ty),*) => {
        $(fn $method(self, value: $integer) -> Result<(), Failed> {
            self.push(Value::I64(value.into()))
        })*
    };
}

impl<'r, 'w, 'b, 'a> Serializer for ValueSerializer<'r, 'w, 'b, 'a> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Elements<'r, 'w, 'b, 'a>;
    type SerializeTuple = Elements<'r, 'w, 'b, 'a>;
    type SerializeTupleStruct = Elements<'r, 'w, 'b, 'a>;
    type SerializeTupleVariant = Elements<'r, 'w, 'b, 'a>;
    type SerializeMap = Members<'r, 'w, 'b, 'a>;
    type SerializeStruct = Members<'r, 'w, 'b, 'a>;
    type SerializeStructVariant = Members<'r, 'w, 'b, 'a>;

    // One type for integers of every width, as in NDJSON: a wider one may come later.
    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32
    );

    fn serialize_u64(self, value: u64) -> Result<(), Failed> {
        self.push(i64::try_from(value).map_or(Value::U64(value), Value::I64))
    }

    fn serialize_i128(self, value: i128) -> Result<(), Failed> {
        self.number(Value::try_from(value).ok(), || value.to_string())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Failed> {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => self.number(None, || value.to_string()),
        }
    }

    same_as_others!();

    fn serialize_bool(self, value: bool) -> Result<(), Failed> {
        self.push(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<(), Failed> {
        self.push(Value::F32(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Failed> {
        self.push(Value::F64(value))
    }

    fn serialize_char(self, value: char) -> Result<(), Failed> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Failed> {
        self.push(Value::Text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Failed> {
        self.push(Value::Bytes(value))
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        self.push(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Failed> {
        self.push(Value::Text(variant))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        let mut members = self.object();
        members.member(variant, value)?;
        members.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Failed> {
        self.array()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Failed> {
        let mut members = self.object();
        members.name(variant);
        let Members { row, outer, kind, .. } = members;
        row.json.push('[');
        let variant_of = match kind {
            Kind::Text { .. } => Outer::TooDeep,
            _ => Outer::Column(outer),
        };
        Ok(Elements { row, variant_of: Some(variant_of) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Failed> {
        Ok(self.object())
    }

    fn serialize_struct(
        self,
        name: &'static str,
        fields: usize,
    ) -> Result<Self::SerializeStruct, Failed> {
        let may_be_time = name == "SystemTime" && fields == 2 && self.depth > 0;
        let mut members = self.object();
        if let Kind::Columns { is_empty, .. } = members.kind {
            members.kind = Kind::Columns { is_empty, may_be_time };
        }
        Ok(members)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Failed> {
        Ok(self.object().variant(variant))
    }
}

takes_elements!(Elements<'_, '_, '_, '_>);
takes_fields!(Members<'_, '_, '_, '_>);

impl SerializeMap for Members<'_, '_, '_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        if let Kind::Text { .. } = self.kind {
            let mut name = String::new();
            append_key(key, &mut name)?;
            append_name(&name, &mut self.row.json);
            return Ok(());
        }
        self.name("");
        let path = &mut self.row.path;
        append_key(key, path)?;
        if path::is_escaped(&path[self.prefix..]) {
            let name = path.split_off(self.prefix);
            path::push_name(path, &name);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.value(value)
    }

    fn end(self) -> Result<(), Failed> {
        self.close()
    }
}
