//! JSON values as items.

use std::fmt;
use std::marker::PhantomData;

use bumpalo::Bump;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::item::Item;
use crate::types::number::double_holds;
use crate::types::value::Value;

/// The item that a JSON value is by itself: arrays and objects are JSON text.
pub(crate) fn item_of<'a>(json: &'a str, arena: &'a Bump) -> serde_json::Result<Item<'a>> {
    Ok(match json.as_bytes().first() {
        Some(b'{' | b'[') => Item::Json(json),
        Some(b'"') => Item::Value(Value::Text(unescaped(json, arena)?)),
        Some(b't') => Item::Value(Value::Bool(true)),
        Some(b'f') => Item::Value(Value::Bool(false)),
        Some(b'n') | None => Item::Value(Value::Null),
        Some(_) => number(json).spelled_as(json),
    })
}

/// The elements of a JSON array; none for other JSON.
pub(crate) fn items_of_array<'a>(json: &'a str, arena: &'a Bump) -> Option<Vec<Item<'a>>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    elements.into_iter().map(|element| item_of(element.get(), arena).ok()).collect()
}

/// The members of a JSON object, by their names, those that come twice, too; none for other JSON.
pub(crate) fn items_of_object<'a>(
    json: &'a str,
    arena: &'a Bump,
) -> Option<Vec<(&'a str, Item<'a>)>> {
    let Members(members): Members<&RawValue, &RawValue> = serde_json::from_str(json).ok()?;
    let item = |(name, value): (&'a RawValue, &'a RawValue)| {
        Some((unescaped(name.get(), arena).ok()?, item_of(value.get(), arena).ok()?))
    };
    members.into_iter().map(item).collect()
}

/// An object's members, names and values, in its order; those that come twice, too.
#[derive(Debug)]
pub struct Members<N, V>(
    /// Each name with its value.
    pub Vec<(N, V)>,
);

impl<'de, N: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Members<N, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<N, V>(PhantomData<(N, V)>);
        impl<'de, N: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Object<N, V> {
            type Value = Members<N, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// The text of a JSON string that is known to be whole.
pub(crate) fn unescaped<'a>(json: &'a str, arena: &'a Bump) -> serde_json::Result<&'a str> {
    let inner = &json[1..json.len() - 1];
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Ok(inner);
    }
    let text: String = serde_json::from_str(json)?;
    Ok(arena.alloc_str(&text))
}

/// A JSON number as the narrowest of int64, uint64 and double that holds it.
pub(crate) fn number(json: &str) -> Item<'_> {
    if !json.contains(['.', 'e', 'E']) {
        // An integer has no negative zero.
        if json == "-0" {
            return Item::Value(Value::F64(-0.0));
        }
        if let Ok(number) = json.parse() {
            return Item::Value(Value::I64(number));
        }
        return json.parse().map_or(Item::Number(json), |number| Item::Value(Value::U64(number)));
    }
    match json.parse() {
        Ok(double) if double_holds(json, double) => Item::Value(Value::F64(double)),
        _ => Item::Number(json),
    }
}
