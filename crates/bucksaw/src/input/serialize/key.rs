//! Keys of maps as names.

use std::fmt::Display;

use serde::ser::{Error as _, Impossible};
use serde::{Serialize, Serializer};

use super::Failed;
use super::common::same_as_others;
use crate::types::value::Value;

/// Appends a key to `names` as a name: text as it is, numbers, bools and unit variants as they are spelled.
pub(super) fn append_key(
    key: &(impl Serialize + ?Sized),
    names: &mut String,
) -> Result<(), Failed> {
    key.serialize(Name(names))
}

struct Name<'n>(&'n mut String);

impl Name<'_> {
    fn spelled(self, value: impl Display) -> Result<(), Failed> {
        use std::fmt::Write as _;
        write!(self.0, "{value}").map_err(Failed::custom)
    }
}

fn no_name<T>() -> Result<T, Failed> {
    Err(Failed::custom("a map's key is no name: use text, numbers, bools or unit variants"))
}

type No = Impossible<(), Failed>;

macro_rules! spelled {
    ($($method:ident: $number:ty),*) => {
        $(fn $method(self, value: $number) -> Result<(), Failed> {
            self.spelled(value)
        })*
    };
}

impl Serializer for Name<'_> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    spelled!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_char: char,
        serialize_str: &str
    );

    same_as_others!();

    fn serialize_f32(self, value: f32) -> Result<(), Failed> {
        self.spelled(Value::F32(value).to_text())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Failed> {
        self.spelled(Value::F64(value).to_text())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Failed> {
        no_name()
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        no_name()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Failed> {
        self.spelled(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Failed> {
        no_name()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No, Failed> {
        no_name()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Failed> {
        no_name()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, Failed> {
        no_name()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<No, Failed> {
        no_name()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Failed> {
        no_name()
    }
}
