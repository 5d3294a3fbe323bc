//! Entries as `journalctl -o json` writes them, a line each.

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::export::value_of;
use super::values::Values;
use crate::coerce::builder::BorrowingBuilder;
use crate::input::lines::{Fault, ReadLine};
use crate::schema::Key;
use crate::types::json::{Members, item_of, unescaped};
use crate::types::path;
use crate::types::value::Value;

const NO_ENTRY: &str = "the line is no JSON object";

/// Reads lines of entries.
pub(in crate::input) struct EntryReader;

impl ReadLine for EntryReader {
    fn read<'a>(&self, line: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        super::declare_time(row.schema);
        let arena = row.arena();
        let plain = row.schema.habits.plain(line, arena);
        row.count_habits(plain.counts(&[]));
        let read = serde_json::from_str(plain.json);
        let Members::<String, &'a RawValue>(members) = read.map_err(|error| malformed(&error))?;
        for (name, value) in members {
            let name = path::of_names([name.as_str()]);
            let json = value.get();
            match values_of(json, arena) {
                Some(values) => values.push(&name, row)?,
                None => {
                    let item = item_of(json, arena).map_err(|error| malformed(&error))?;
                    row.push_item(Key::Name(&name), plain.item(item))?;
                }
            }
        }
        Ok(())
    }
}

fn malformed(error: &serde_json::Error) -> Fault {
    Fault::malformed(error.column().saturating_sub(1), NO_ENTRY)
}

/// The values of a field that is an array: bytes that are no UTF-8, or those of a field that the entry has several times; none where it is
/// something else.
fn values_of<'a>(json: &'a str, arena: &'a Bump) -> Option<Values<'a>> {
    if !json.starts_with('[') {
        return None;
    }
    if let Some(value) = bytes_of(json, arena) {
        return Some(Values::of(value));
    }
    let values: Vec<&'a RawValue> = serde_json::from_str(json).ok()?;
    let value = |json: &'a str| match json.as_bytes().first()? {
        b'"' => unescaped(json, arena).ok().map(Value::Text),
        b'n' => Some(Value::Null),
        b'[' => bytes_of(json, arena),
        _ => None,
    };
    let mut values = values.into_iter().map(|json| value(json.get()));
    let mut all = Values::of(values.next()??);
    for value in values {
        all.add(value?);
    }
    Some(all)
}

fn bytes_of<'a>(json: &str, arena: &'a Bump) -> Option<Value<'a>> {
    let bytes: Vec<u8> = serde_json::from_str(json).ok()?;
    Some(value_of(arena.alloc_slice_copy(&bytes)))
}
