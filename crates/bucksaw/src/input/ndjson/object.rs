//! One line: a JSON object, scattered to a block.

use std::borrow::Cow;
use std::fmt;

use bumpalo::Bump;
use serde::Deserializer as _;
use serde::de::{Deserialize, Error as _, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::Nested;
use crate::block_builder::{BlockBuilder, Key};
use crate::error::Error;
use crate::number::double_holds;
use crate::type_rules::Item;
use crate::value::Value;

/// How an object becomes a row.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) nested: Nested,
    pub(super) separator: String,
    pub(super) max_depth: usize,
    pub(super) max_line_bytes: usize,
}

/// Why a line makes no row.
pub(super) enum Fault {
    /// It is no JSON object; `at` is the byte in the line.
    Malformed { at: usize, reason: String },
    /// A closed schema or strict mode does not take it.
    Refused(Error),
}

/// Pushes the members of the object in `line`. After a fault the row is to be undone.
pub(super) fn scatter<'a>(
    line: &'a [u8],
    shape: &Shape,
    builder: &mut BlockBuilder<'_, 'a>,
) -> Result<(), Fault> {
    let malformed = |at: usize, reason: &str| Fault::Malformed { at, reason: reason.to_owned() };
    if line.len() > shape.max_line_bytes {
        return Err(malformed(
            0,
            &format!("the line is longer than {} bytes", shape.max_line_bytes),
        ));
    }
    let text = simdutf8::compat::from_utf8(line)
        .map_err(|error| malformed(error.valid_up_to(), "invalid UTF-8"))?;
    if let Some(at) = lone_surrogate(line) {
        return Err(malformed(at, "a surrogate escape without its other half"));
    }
    let mut row = Row { shape, builder, path: String::new(), refused: None };
    let result = row.object(text, 1);
    if let Some(error) = row.refused {
        return Err(Fault::Refused(error));
    }
    result.map_err(|error| {
        let reason = error.to_string();
        // The line and column at the end are given apart, counted from the source's start.
        let reason = reason
            .rsplit_once(" at line ")
            .map_or(reason.as_str(), |(reason, _)| reason)
            .to_owned();
        let at = match error.classify() {
            // The line is another kind of value than an object, from its start.
            Category::Data => 0,
            Category::Eof => line.len(),
            // Columns count from 1.
            _ => error.column().saturating_sub(1).min(line.len()),
        };
        Fault::Malformed { at, reason }
    })
}

struct Row<'w, 'b, 'a> {
    shape: &'w Shape,
    builder: &'w mut BlockBuilder<'b, 'a>,
    /// The names of the objects around, each with a separator after it.
    path: String,
    refused: Option<Error>,
}

impl<'a> Row<'_, '_, 'a> {
    /// Pushes the members of `json`, an object on level `depth` from 1.
    fn object(&mut self, json: &'a str, depth: usize) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        deserializer.deserialize_map(Members { row: self, depth })?;
        deserializer.end()
    }

    fn member(&mut self, name: &str, json: &'a str, depth: usize) -> serde_json::Result<()> {
        let arena = self.builder.arena();
        let item = match json.as_bytes().first() {
            Some(b'{') if !is_empty_object(json) && self.shape.nested == Nested::Flatten => {
                if depth < self.shape.max_depth {
                    let outer = self.path.len();
                    self.path.push_str(name);
                    self.path.push_str(&self.shape.separator);
                    let result = self.object(json, depth + 1);
                    self.path.truncate(outer);
                    return result;
                }
                Item::TooDeep(json)
            }
            _ => item_of(json, arena)?,
        };
        let pushed = if self.path.is_empty() {
            self.builder.push_item(Key::Name(name), item)
        } else {
            let outer = self.path.len();
            self.path.push_str(name);
            let pushed = self.builder.push_item(Key::Name(&self.path), item);
            self.path.truncate(outer);
            pushed
        };
        pushed.map_err(|error| {
            self.refused = Some(error);
            serde_json::Error::custom("refused")
        })
    }
}

/// The item that a JSON value is by itself: arrays and objects are JSON text.
fn item_of<'a>(json: &'a str, arena: &'a Bump) -> serde_json::Result<Item<'a>> {
    Ok(match json.as_bytes().first() {
        Some(b'{' | b'[') => Item::Json(json),
        Some(b'"') => Item::Value(Value::Text(unescaped(json, arena)?)),
        Some(b't') => Item::Value(Value::Bool(true)),
        Some(b'f') => Item::Value(Value::Bool(false)),
        Some(b'n') | None => Item::Value(Value::Null),
        Some(_) => number(json),
    })
}

/// The elements of a JSON array; none for other JSON.
pub(crate) fn items_of_array<'a>(json: &'a str, arena: &'a Bump) -> Option<Vec<Item<'a>>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    elements.into_iter().map(|element| item_of(element.get(), arena).ok()).collect()
}

fn is_empty_object(json: &str) -> bool {
    json.as_bytes()[1..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'}')
}

/// The text of a JSON string that is known to be whole.
fn unescaped<'a>(json: &'a str, arena: &'a Bump) -> serde_json::Result<&'a str> {
    let inner = &json[1..json.len() - 1];
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Ok(inner);
    }
    let text: String = serde_json::from_str(json)?;
    Ok(arena.alloc_str(&text))
}

/// A JSON number as the narrowest of int64, uint64 and double that holds it.
pub(super) fn number(json: &str) -> Item<'_> {
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

/// Where an escaped surrogate stands without its other half, in a line that need not be JSON.
fn lone_surrogate(line: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\\', &line[from..]) {
        let at = from + found;
        from = at + 2;
        match code_unit(line, at) {
            Some(0xd800..=0xdbff) if matches!(code_unit(line, at + 6), Some(0xdc00..=0xdfff)) => {
                from = at + 12
            }
            Some(0xd800..=0xdfff) => return Some(at),
            _ => {}
        }
        if from >= line.len() {
            return None;
        }
    }
    None
}

/// The UTF-16 code unit that `\uXXXX` at `at` stands for.
fn code_unit(line: &[u8], at: usize) -> Option<u16> {
    let digits = line.get(at..at + 6)?.strip_prefix(b"\\u")?;
    // from_str_radix would take a sign.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Visits the members of an object.
struct Members<'v, 'w, 'b, 'a> {
    row: &'v mut Row<'w, 'b, 'a>,
    depth: usize,
}

impl<'a> Visitor<'a> for Members<'_, '_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(Name(name)) = members.next_key()? {
            let value: &'a RawValue = members.next_value()?;
            self.row.member(&name, value.get(), self.depth).map_err(M::Error::custom)?;
        }
        Ok(())
    }
}

/// A member's name, borrowed unless it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Name<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'a> Visitor<'a> for Text {
            type Value = Name<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Name<'a>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'a>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
