//! The fast way through a line: what is surely a JSON object is scattered as it is read.
//!
//! It takes RFC 8259 and nothing else. Wherever it is not sure, it gives up, and the row is undone and
//! read again by [`object`](super::object), which alone decides what is wrong with a line, and where.

mod number;
mod skipping;
mod strings;

use super::Nested;
use super::object::Shape;
use super::objects::RowObjects;
use crate::coerce::builder::BorrowingBuilder;
use crate::schema::{ColumnId, Key};
use crate::types::item::Item;
use crate::types::path;
use crate::types::value::Value;

/// It is not sure, or the line is no row.
pub(super) struct Unsure;

/// What is kept from line to line for its memory.
#[derive(Default)]
pub(super) struct Scratch {
    /// The path of the objects around, with a separator after it.
    path: String,
    objects: RowObjects,
    /// How each array and object ends that is being skipped, the innermost last.
    ends: Vec<u8>,
}

/// Pushes the members of the object at `start`, and returns where its line ends: behind the newline, or
/// at the end of `text`. After [`Unsure`] the row is to be undone.
pub(super) fn scatter<'a>(
    text: &'a str,
    start: usize,
    shape: &Shape,
    builder: &mut BorrowingBuilder<'_, 'a>,
    scratch: &mut Scratch,
) -> Result<usize, Unsure> {
    let end = object::<true>(text, start, shape, builder, scratch)?;
    match text.as_bytes().get(end) {
        Some(b'\n') => Ok(end + 1),
        None => Ok(end),
        Some(_) => Err(Unsure),
    }
}

/// The same with an object that begins at `start`, ends with `text`, and may be spread over lines.
pub(super) fn scatter_whole<'a>(
    text: &'a str,
    start: usize,
    shape: &Shape,
    builder: &mut BorrowingBuilder<'_, 'a>,
    scratch: &mut Scratch,
) -> Result<(), Unsure> {
    let end = object::<false>(text, start, shape, builder, scratch)?;
    if end == text.len() { Ok(()) } else { Err(Unsure) }
}

/// Pushes the members of the object at `start`, and returns where the white space behind it ends.
#[inline(always)]
fn object<'a, const IS_LINE: bool>(
    text: &'a str,
    start: usize,
    shape: &Shape,
    builder: &mut BorrowingBuilder<'_, 'a>,
    scratch: &mut Scratch,
) -> Result<usize, Unsure> {
    let Scratch { path, objects, ends } = scratch;
    path.clear();
    objects.clear();
    let bytes = text.as_bytes();
    let at = start;
    let mut reader =
        Reader::<'_, '_, '_, IS_LINE> { text, bytes, at, shape, builder, path, objects, ends };
    reader.skip_spaces();
    reader.expect(b'{')?;
    reader.members(1)?;
    reader.skip_spaces();
    let is_sure =
        reader.at - start <= shape.max_line_bytes && !reader.objects.may_repeat(reader.builder);
    if is_sure { Ok(reader.at) } else { Err(Unsure) }
}

/// Where a member's value goes.
enum Name<'a> {
    Column(ColumnId),
    New(&'a str),
}

/// Of objects that may be spread over lines, or not (`IS_LINE`).
struct Reader<'r, 'b, 'a: 'b, const IS_LINE: bool> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    shape: &'r Shape,
    builder: &'r mut BorrowingBuilder<'b, 'a>,
    path: &'r mut String,
    objects: &'r mut RowObjects,
    ends: &'r mut Vec<u8>,
}

impl<'a, const IS_LINE: bool> Reader<'_, '_, 'a, IS_LINE> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Unsure> {
        if self.peek() != Some(byte) {
            return Err(Unsure);
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while let Some(byte) = self.peek()
            && (matches!(byte, b' ' | b'\t' | b'\r') || (!IS_LINE && byte == b'\n'))
        {
            self.at += 1;
        }
    }

    /// Whether the object or array ends here; else there is a comma.
    #[inline]
    fn ends(&mut self, end: u8) -> Result<bool, Unsure> {
        self.skip_spaces();
        let byte = self.peek();
        self.at += 1;
        match byte {
            Some(b',') => Ok(false),
            Some(byte) if byte == end => Ok(true),
            _ => Err(Unsure),
        }
    }

    /// The members of an object on level `depth` from 1, its brace being behind.
    fn members(&mut self, depth: usize) -> Result<(), Unsure> {
        self.skip_spaces();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.skip_spaces();
            self.expect(b'"')?;
            let name = self.name()?;
            self.skip_spaces();
            self.expect(b':')?;
            self.skip_spaces();
            self.member(&name, depth)?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    #[inline]
    fn name(&mut self) -> Result<Name<'a>, Unsure> {
        if self.path.is_empty()
            && let Some((id, len)) = self.builder.schema.guess(&self.bytes[self.at..])
        {
            self.at += len + 1;
            return Ok(Name::Column(id));
        }
        let name = self.name_string()?;
        if self.path.is_empty()
            && !self.builder.schema.strict
            && let Some(id) = self.builder.schema.known(name)
        {
            return Ok(Name::Column(id));
        }
        Ok(Name::New(name))
    }

    #[inline]
    fn member(&mut self, name: &Name<'a>, depth: usize) -> Result<(), Unsure> {
        let start = self.at;
        let item = match self.peek() {
            Some(b'"') => {
                self.at += 1;
                let text = self.string()?;
                // Stored from where it stands, not from a copy of the item.
                if let Name::Column(id) = name
                    && self.builder.store_text_alike(*id, text)
                {
                    return Ok(());
                }
                Item::Value(Value::Text(text))
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Value::Bool(true))?,
            Some(b'f') => self.literal("false", Value::Bool(false))?,
            Some(b'n') => self.literal("null", Value::Null)?,
            Some(b'[') => Item::Json(self.skipped()?),
            Some(b'{') => match self.object(name, depth)? {
                Some(item) => item,
                None => return Ok(()),
            },
            _ => return Err(Unsure),
        };
        self.push(name, item, start)
    }

    #[inline]
    fn push(&mut self, name: &Name<'a>, item: Item<'a>, start: usize) -> Result<(), Unsure> {
        if let (Name::Column(id), Item::Value(value)) = (name, &item)
            && self.builder.store_alike(*id, value)
        {
            return Ok(());
        }
        self.push_by_the_rules(name, item, &self.text[start..self.at])
    }

    /// Pushes an item that `json` spells.
    #[inline(never)]
    fn push_by_the_rules(
        &mut self,
        name: &Name<'a>,
        item: Item<'a>,
        json: &'a str,
    ) -> Result<(), Unsure> {
        let item = match item {
            Item::Value(Value::Null) => item,
            _ if json.bytes().next().is_some_and(|start| self.keeps_json(name, start)) => {
                Item::Json(json)
            }
            _ => item.spelled_as(json),
        };
        let pushed = match name {
            Name::Column(id) if !self.builder.schema.strict => self.builder.store_other(*id, item),
            Name::Column(id) => {
                let checked = self.builder.check_name(*id);
                checked.and_then(|()| self.builder.push_item(Key::Id(*id), item))
            }
            Name::New(name) if self.path.is_empty() => {
                self.builder.push_item(Key::Name(name), item)
            }
            Name::New(name) => {
                let outer = self.path.len();
                self.path.push_str(name);
                let pushed = self.builder.push_item(Key::Name(self.path), item);
                self.path.truncate(outer);
                pushed
            }
        };
        // The careful reader tells what was refused.
        pushed.map_err(|_| Unsure)
    }

    /// Whether a member whose value starts so goes to its column as it stands.
    #[inline]
    fn keeps_json(&mut self, name: &Name<'a>, start: u8) -> bool {
        let schema = &*self.builder.schema;
        match name {
            _ if !schema.has_json_columns => false,
            Name::Column(id) => schema.column(*id).keeps_json(start),
            Name::New(name) => {
                let outer = self.path.len();
                self.path.push_str(name);
                let keeps = schema.keeps_json(self.path, start);
                self.path.truncate(outer);
                keeps
            }
        }
    }

    /// Pushes the members of an object, or returns it as JSON text where it is kept so.
    fn object(&mut self, name: &Name<'a>, depth: usize) -> Result<Option<Item<'a>>, Unsure> {
        let start = self.at;
        self.at += 1;
        self.skip_spaces();
        let is_empty = self.peek() == Some(b'}');
        self.at = start;
        if is_empty || self.shape.nested == Nested::Json || self.keeps_json(name, b'{') {
            return Ok(Some(Item::Json(self.skipped()?)));
        }
        if depth >= self.shape.max_depth {
            return Ok(Some(Item::TooDeep(self.skipped()?)));
        }
        self.at += 1;
        let outer = self.path.len();
        match name {
            Name::Column(id) => {
                let path = &self.builder.schema.column(*id).path;
                self.path.push_str(path.as_ref().ok_or(Unsure)?);
            }
            Name::New(name) => self.path.push_str(name),
        }
        self.objects.add(self.path, self.builder.schema);
        self.path.push(path::SEPARATOR);
        self.members(depth + 1)?;
        self.path.truncate(outer);
        Ok(None)
    }

    #[inline]
    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Item<'a>, Unsure> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(Unsure);
        }
        self.at += word.len();
        Ok(Item::Value(value))
    }
}
