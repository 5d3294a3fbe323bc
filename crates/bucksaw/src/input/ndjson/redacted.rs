//! Lines that are kept aside, without the values that must not be told.

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::DEFAULT_MAX_DEPTH;
use crate::schema::Schema;
use crate::types::json::{Members, item_of, unescaped};
use crate::types::path;

/// Longer lines are withheld: their members would need memory that nobody counts.
const MAX_REDACTED_BYTES: usize = 256 << 10;

/// The line's object with redacted values; none where it is no object.
pub(super) fn line(line: &[u8], schema: &Schema, arena: &Bump) -> Option<Vec<u8>> {
    if line.len() > MAX_REDACTED_BYTES {
        return None;
    }
    let text = std::str::from_utf8(line).ok()?;
    let redacted = String::with_capacity(text.len());
    let mut line = Line { path: String::new(), schema, arena, redacted };
    line.object(text, 1)?;
    let mut redacted = line.redacted;
    redacted.push('\n');
    Some(redacted.into_bytes())
}

struct Line<'l> {
    /// The path so far, with a separator after the names of objects.
    path: String,
    schema: &'l Schema,
    arena: &'l Bump,
    redacted: String,
}

impl Line<'_> {
    /// Appends an object on level `depth`, from 1.
    fn object(&mut self, json: &str, depth: usize) -> Option<()> {
        let Members::<&RawValue, &RawValue>(members) = serde_json::from_str(json).ok()?;
        self.redacted.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            if index > 0 {
                self.redacted.push(',');
            }
            self.redacted.push_str(name.get());
            self.redacted.push(':');
            let outer = self.path.len();
            path::push_name(&mut self.path, unescaped(name.get(), self.arena).ok()?);
            self.member(value.get(), depth)?;
            self.path.truncate(outer);
        }
        self.redacted.push('}');
        Some(())
    }

    fn member(&mut self, json: &str, depth: usize) -> Option<()> {
        let how = self.schema.redacted(&self.path);
        let is_of_all = how.as_ref().is_some_and(|how| how.is_of_all());
        if json.starts_with('{') && !is_of_all && depth < DEFAULT_MAX_DEPTH {
            self.path.push(path::SEPARATOR);
            return self.object(json, depth + 1);
        }
        if json.starts_with('"') && self.schema.parses_json(&self.path) {
            // What is in the text, and to be redacted, nobody knows.
            return None;
        }
        let item = item_of(json, self.arena).ok()?;
        match how.and_then(|how| how.of(item, self.arena)) {
            Some(stand) if json != "null" => stand.item.append_json(&mut self.redacted),
            _ => self.redacted.push_str(json),
        }
        Some(())
    }
}
