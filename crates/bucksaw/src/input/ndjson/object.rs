//! One line: a JSON object, scattered to a block.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::reasons::{self, Fault};
use super::{DEFAULT_MAX_LINE_BYTES, NdjsonOptions, Nested};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, Result};
use crate::input::Format;
use crate::input::records::too_long;
use crate::schema::Key;
use crate::types::habits::{Plain, lone_surrogate};
use crate::types::item::Item;
use crate::types::json::{item_of, unescaped};
use crate::types::path;
use crate::types::value::Value;

/// How an object becomes a row.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) nested: Nested,
    pub(super) max_depth: usize,
    pub(super) max_line_bytes: usize,
}

impl Shape {
    pub(super) fn of(options: &NdjsonOptions) -> Self {
        Self {
            nested: options.nested,
            max_depth: options.max_depth,
            max_line_bytes: options.max_line_bytes.unwrap_or(DEFAULT_MAX_LINE_BYTES),
        }
    }
}

/// Pushes the members of the object in `line`. After a fault the row is to be undone.
pub(super) fn scatter<'a>(
    line: &'a [u8],
    shape: &Shape,
    builder: &mut BorrowingBuilder<'_, 'a>,
) -> Result<(), Fault> {
    if line.len() > shape.max_line_bytes {
        return Err(Fault::malformed(0, too_long(shape.max_line_bytes, Format::Ndjson)));
    }
    let text = simdutf8::compat::from_utf8(line)
        .map_err(|error| Fault::malformed(error.valid_up_to(), reasons::INVALID_UTF8))?;
    reasons::check_start(text)?;
    let plain = builder.schema.habits.plain(text, builder.arena());
    let text = plain.json;
    if let Some(at) = lone_surrogate(text.as_bytes()) {
        return Err(Fault::malformed(plain.before(at), reasons::LONE_SURROGATE));
    }
    builder.count_habits(plain.counts(&[]));
    let mut row = Row { text, plain: &plain, shape, builder, path: String::new(), refused: None };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let result = Object { row: &mut row, depth: 1 }.deserialize(&mut deserializer);
    if let Some(error) = row.refused {
        return Err(Fault::Refused(error));
    }
    let result = result.and_then(|()| deserializer.end());
    result.map_err(|error| reasons::fault(&error, text).moved(|at| plain.before(at)))
}

struct Row<'w, 'b, 'a: 'b> {
    text: &'a str,
    plain: &'w Plain<'a>,
    shape: &'w Shape,
    builder: &'w mut BorrowingBuilder<'b, 'a>,
    /// The path of the objects around, with a separator after it.
    path: String,
    refused: Option<Error>,
}

impl<'a> Row<'_, '_, 'a> {
    /// Whether an object comes next, behind a member's name, whose members become columns.
    fn is_flattened_next(&mut self, name: &str, json_name: &RawValue, depth: usize) -> bool {
        if self.keeps_json(name, b'{') {
            return false;
        }
        let json_name = json_name.get();
        let end = json_name.as_ptr() as usize - self.text.as_ptr() as usize + json_name.len();
        let value = self.text[end..].trim_start_matches(is_space).strip_prefix(':');
        let value = value.unwrap_or_default().trim_start_matches(is_space);
        value.starts_with('{')
            && !is_empty_object(value)
            && self.shape.nested == Nested::Flatten
            && depth < self.shape.max_depth
    }

    /// Whether a member whose value starts so goes to its column as it stands.
    fn keeps_json(&mut self, name: &str, start: u8) -> bool {
        let outer = self.path.len();
        path::push_name(&mut self.path, name);
        let keeps = self.builder.schema.keeps_json(&self.path, start);
        self.path.truncate(outer);
        keeps
    }

    fn is_too_deep(&self, object: &str, depth: usize) -> bool {
        self.shape.nested == Nested::Flatten
            && depth >= self.shape.max_depth
            && !is_empty_object(object)
    }

    /// Pushes a member by `push`, which is given its path.
    fn member(
        &mut self,
        name: &str,
        push: impl FnOnce(&mut BorrowingBuilder<'_, 'a>, &str) -> Result<()>,
    ) -> serde_json::Result<()> {
        let outer = self.path.len();
        path::push_name(&mut self.path, name);
        let pushed = push(self.builder, &self.path);
        self.path.truncate(outer);
        pushed.map_err(|error| {
            self.refused = Some(error);
            serde_json::Error::custom("refused")
        })
    }
}

/// White space, as JSON has it.
fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\n')
}

fn is_empty_object(json: &str) -> bool {
    json[1..].trim_start_matches(is_space).starts_with('}')
}

/// The members of an object on level `depth` from 1. A member that gives an object again, or an object
/// and something else, is a duplicate as a whole.
struct Object<'v, 'w, 'b, 'a: 'b> {
    row: &'v mut Row<'w, 'b, 'a>,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for Object<'_, '_, '_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, '_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        let Self { row, depth } = self;
        // The names so far, and whether each gave an object that became columns.
        let mut given = HashMap::<&str, bool>::new();
        while let Some(json_name) = members.next_key::<&'a RawValue>()? {
            let arena = row.builder.arena();
            let name = unescaped(json_name.get(), arena).map_err(M::Error::custom)?;
            let is_flattened = row.is_flattened_next(name, json_name, depth);
            let known = given.get(name).copied();
            if is_flattened && known.is_none() {
                given.insert(name, true);
                let outer = row.path.len();
                path::push_name(&mut row.path, name);
                row.path.push(path::SEPARATOR);
                members.next_value_seed(Object { row, depth: depth + 1 })?;
                row.path.truncate(outer);
                continue;
            }
            let json = members.next_value::<&'a RawValue>()?.get();
            let item = match json.as_bytes().first() {
                Some(first) if *first != b'n' && row.keeps_json(name, *first) => Item::Json(json),
                Some(b'{') if row.is_too_deep(json, depth) => Item::TooDeep(json),
                _ => row.plain.item(item_of(json, arena).map_err(M::Error::custom)?),
            };
            let is_null = matches!(item, Item::Value(Value::Null));
            let is_duplicate = is_flattened || known == Some(true);
            row.member(name, |builder, path| match is_duplicate && !is_null {
                true => builder.push_duplicate(path, item),
                false => builder.push_item(Key::Name(path), item),
            })
            .map_err(M::Error::custom)?;
            if !is_null {
                given.entry(name).or_insert(false);
            }
        }
        Ok(())
    }
}
