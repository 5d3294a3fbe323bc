//! What serde_json finds in a line.

use std::borrow::Cow;
use std::collections::HashSet;

use bucksaw::NdjsonOptions;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Rules;

/// A line, as the model reads it.
pub enum Line<'l> {
    Blank,
    Malformed,
    /// The values that are not null: their path and their JSON.
    Values(Vec<(Vec<String>, &'l str)>),
}

pub fn line_of<'l>(line: &'l [u8], is_first: bool, rules: &Rules) -> Line<'l> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = if is_first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    if line.iter().all(|byte| b" \t\r".contains(byte)) {
        return Line::Blank;
    }
    if line.len() > rules.ndjson.max_line_bytes.unwrap_or(usize::MAX) {
        return Line::Malformed;
    }
    let mut values = Vec::new();
    let read = object_of(line).and_then(|json| flatten(json, &[], rules, &mut values));
    read.map_or(Line::Malformed, |()| Line::Values(values))
}

fn object_of(line: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(line).ok()?;
    let json = serde_json::from_str::<&RawValue>(text).ok()?.get();
    (json.starts_with('{') && !has_lone_surrogate(json)).then_some(json)
}

/// Whether an escape in this JSON is half of a surrogate pair.
fn has_lone_surrogate(json: &str) -> bool {
    let mut units = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        // In JSON a backslash has something after it, and `u` four digits.
        let (escape, after) = (rest.as_bytes()[at + 1], &rest[at + 2..]);
        // What stands between two escapes parts them.
        if at > 0 || escape != b'u' {
            units.push(0);
        }
        rest = after;
        if escape == b'u' {
            units.push(u16::from_str_radix(&after[..4], 16).expect("four digits"));
            rest = &after[4..];
        }
    }
    char::decode_utf16(units).any(|unit| unit.is_err())
}

/// Appends an object's members that are not null, those of objects in it by their path. An object under a
/// name that its own object has given already is one value.
fn flatten<'l>(
    object: &'l str,
    around: &[String],
    rules: &Rules,
    values: &mut Vec<(Vec<String>, &'l str)>,
) -> Option<()> {
    let NdjsonOptions { max_depth, .. } = &rules.ndjson;
    let mut given = HashSet::new();
    for (name, value) in members(object)? {
        let is_new = value == "null" || given.insert(name.clone());
        let mut path = around.to_vec();
        path.push(name.into_owned());
        match value.as_bytes()[0] {
            b'n' => {}
            b'{' if is_new
                && rules.flattens()
                && path.len() < *max_depth
                && !is_empty_object(value)
                && !rules.keeps_json(&path) =>
            {
                flatten(value, &path, rules, values)?;
            }
            _ => values.push((path, value)),
        }
    }
    Some(())
}

fn is_empty_object(json: &str) -> bool {
    json[1..].trim_start_matches([' ', '\t', '\r', '\n']) == "}"
}

/// The members of an object, in their order, and as often as they come.
pub fn members(object: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    serde_json::Deserializer::from_str(object).deserialize_map(Members).ok()
}

struct Members;

impl<'l> Visitor<'l> for Members {
    type Value = Vec<(Cow<'l, str>, &'l str)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'l>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((Cow::Owned(name), value.get()));
        }
        Ok(members)
    }
}
