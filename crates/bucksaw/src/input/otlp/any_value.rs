//! Values of any kind: attributes, bodies.

use bumpalo::Bump;

use super::wire::{Embedded, Fault, Fields, Result, address_of};
use crate::types::item::Item;
use crate::types::value::{Value, append_json_string};

/// Lists and maps within each other, at the most.
const MAX_DEPTH: usize = 64;
const TOO_DEEP: &str = "lists and maps nest too deep";

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum AnyValue<'a> {
    /// None of the kinds: nothing.
    Empty,
    Scalar(Value<'a>),
    /// An `ArrayValue`.
    Array(&'a [u8]),
    /// A `KeyValueList`.
    Map(&'a [u8]),
}

impl<'a> AnyValue<'a> {
    /// Reads one kind of value; of several the last is it. Those before it have to be sound, too.
    pub(super) fn read(message: &'a [u8], arena: &'a Bump) -> Result<Self> {
        Reader { arena, depth: 0 }.value(message)
    }

    /// As an item; lists and maps are JSON text.
    pub(super) fn item(self, arena: &'a Bump) -> Result<Item<'a>> {
        match self {
            Self::Empty => Ok(Item::Value(Value::Null)),
            Self::Scalar(value) => Ok(Item::Value(value)),
            Self::Array(_) | Self::Map(_) => {
                let mut json = String::new();
                Reader { arena, depth: 0 }.append_json(self, &mut json)?;
                Ok(Item::Json(arena.alloc_str(&json)))
            }
        }
    }

    /// Which kind it is, in OTLP's words; none for nothing.
    pub(super) fn kind(self) -> Option<&'static str> {
        Some(match self {
            Self::Empty => return None,
            Self::Scalar(Value::Text(_)) => "string",
            Self::Scalar(Value::Bool(_)) => "bool",
            Self::Scalar(Value::F64(_)) => "double",
            Self::Scalar(Value::Bytes(_)) => "bytes",
            Self::Scalar(_) => "int",
            Self::Array(_) => "array",
            Self::Map(_) => "kvlist",
        })
    }
}

/// A key and its value.
pub(super) fn key_value<'a>(message: &'a [u8], arena: &'a Bump) -> Result<(&'a str, AnyValue<'a>)> {
    Reader { arena, depth: 0 }.key_value(message)
}

/// Attributes, `message`'s fields of this number, as a JSON object.
pub(super) fn json_of_attributes<'a>(
    message: &'a [u8],
    number: u32,
    arena: &'a Bump,
) -> Result<&'a str> {
    let mut json = String::new();
    Reader { arena, depth: 0 }.append_members(message, number, &mut json)?;
    Ok(arena.alloc_str(&json))
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    arena: &'a Bump,
    /// Lists and maps around.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn deeper(self, message: &[u8]) -> Result<Self> {
        if self.depth == MAX_DEPTH {
            return Err(Fault { address: address_of(message), reason: TOO_DEEP });
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn value(self, message: &'a [u8]) -> Result<AnyValue<'a>> {
        let mut fields = Fields::of(message);
        let mut last = AnyValue::Empty;
        // The list or map that is the last value so far: where it begins, and its parts.
        let (mut start, mut parts) = (message, Embedded::default());
        loop {
            let left = fields.left();
            let Some(field) = fields.next()? else { break };
            let value = match field.number {
                1 => AnyValue::Scalar(Value::Text(field.text()?)),
                2 => AnyValue::Scalar(Value::Bool(field.bool()?)),
                3 => AnyValue::Scalar(Value::I64(field.varint()?.cast_signed())),
                4 => AnyValue::Scalar(Value::F64(field.double()?)),
                5 => AnyValue::Array(field.bytes()?),
                6 => AnyValue::Map(field.bytes()?),
                7 => AnyValue::Scalar(Value::Bytes(field.bytes()?)),
                // An index into the texts of profiles, which other signals do not have.
                8 => AnyValue::Scalar(Value::I64(field.int32()?.into())),
                _ => continue,
            };
            match (value, last) {
                (AnyValue::Array(part), AnyValue::Array(_))
                | (AnyValue::Map(part), AnyValue::Map(_)) => parts.add(part),
                (value, before) => {
                    if let AnyValue::Array(_) | AnyValue::Map(_) = before {
                        // Another takes its place, and it has to be sound all the same.
                        let whole = self.whole(before, start, parts)?;
                        self.append_json(whole, &mut String::new())?;
                    }
                    if let AnyValue::Array(part) | AnyValue::Map(part) = value {
                        (start, parts) = (left, Embedded::default());
                        parts.add(part);
                    }
                }
            }
            last = value;
        }
        self.whole(last, start, parts)
    }

    /// A list or map with all of its parts, which are fields of `start`.
    fn whole(
        self,
        value: AnyValue<'a>,
        start: &'a [u8],
        parts: Embedded<'a>,
    ) -> Result<AnyValue<'a>> {
        Ok(match value {
            AnyValue::Array(part) => {
                AnyValue::Array(parts.whole(start, 5, self.arena)?.unwrap_or(part))
            }
            AnyValue::Map(part) => {
                AnyValue::Map(parts.whole(start, 6, self.arena)?.unwrap_or(part))
            }
            scalar => scalar,
        })
    }

    fn key_value(self, message: &'a [u8]) -> Result<(&'a str, AnyValue<'a>)> {
        let mut fields = Fields::of(message);
        let (mut key, mut value) = ("", Embedded::default());
        while let Some(field) = fields.next()? {
            match field.number {
                1 => key = field.text()?,
                2 => value.add(field.bytes()?),
                // As above; there is a key, too.
                3 => _ = field.int32()?,
                _ => {}
            }
        }
        let value = match value.whole(message, 2, self.arena)? {
            Some(value) => self.value(value)?,
            None => AnyValue::Empty,
        };
        Ok((key, value))
    }

    fn append_json(self, value: AnyValue<'a>, json: &mut String) -> Result<()> {
        match value {
            AnyValue::Empty => json.push_str("null"),
            AnyValue::Scalar(value) => value.append_json(json),
            AnyValue::Array(message) => {
                let inner = self.deeper(message)?;
                let mut fields = Fields::of(message);
                json.push('[');
                let mut is_first = true;
                while let Some(field) = fields.next()? {
                    if field.number == 1 {
                        if !std::mem::take(&mut is_first) {
                            json.push(',');
                        }
                        inner.append_json(inner.value(field.bytes()?)?, json)?;
                    }
                }
                json.push(']');
            }
            AnyValue::Map(message) => self.deeper(message)?.append_members(message, 1, json)?,
        }
        Ok(())
    }

    fn append_members(self, message: &'a [u8], number: u32, json: &mut String) -> Result<()> {
        let mut fields = Fields::of(message);
        json.push('{');
        let mut is_first = true;
        while let Some(field) = fields.next()? {
            if field.number == number {
                if !std::mem::take(&mut is_first) {
                    json.push(',');
                }
                let (key, value) = self.key_value(field.bytes()?)?;
                append_json_string(key, json);
                json.push(':');
                self.append_json(value, json)?;
            }
        }
        json.push('}');
        Ok(())
    }
}

/// Appends texts, `message`'s fields of this number, as a JSON array.
pub(super) fn append_texts(message: &[u8], number: u32, json: &mut String) -> Result<()> {
    let mut fields = Fields::of(message);
    json.push('[');
    let mut is_first = true;
    while let Some(field) = fields.next()? {
        if field.number == number {
            if !std::mem::take(&mut is_first) {
                json.push(',');
            }
            append_json_string(field.text()?, json);
        }
    }
    json.push(']');
    Ok(())
}
