//! NDJSON lines as rows, for the plain model: nested objects flattened, all else as it stands.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::interop::cell::{Cell, Row};

/// The rows of these lines.
pub(crate) fn rows_of_lines(lines: &str) -> Vec<Row> {
    lines
        .lines()
        .map(|line| {
            let mut row = Row::new();
            flatten("", line, &mut row);
            row
        })
        .collect()
}

fn flatten(path: &str, object: &str, row: &mut Row) {
    let Members(members) = serde_json::from_str(object).expect("a JSON object");
    for (name, json) in members {
        let name = format!("{path}{name}");
        let json = json.get();
        if json.starts_with('{') && json != "{}" {
            flatten(&format!("{name}."), json, row);
        } else {
            row.push((name, cell(json)));
        }
    }
}

/// The elements of a JSON array.
pub(crate) fn cells_of_array(json: &str) -> Option<Vec<Cell>> {
    let elements: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
    Some(elements.iter().map(|element| cell(element.get())).collect())
}

fn cell(json: &str) -> Cell {
    match json.as_bytes()[0] {
        b'n' => Cell::Null,
        b't' => Cell::Bool(true),
        b'f' => Cell::Bool(false),
        b'"' => Cell::Text(serde_json::from_str(json).expect("a JSON string")),
        b'[' | b'{' => Cell::Json(json.to_owned()),
        _ => number(json),
    }
}

/// A double only where its shortest digits are the ones that were given: what the cases use.
fn number(json: &str) -> Cell {
    if json == "-0" {
        // An integer has no negative zero.
        return Cell::F64(-0.0);
    }
    if let Ok(value) = json.parse() {
        return Cell::I64(value);
    }
    if let Ok(value) = json.parse() {
        return Cell::U64(value);
    }
    let value: f64 = json.parse().expect("a JSON number");
    let is_fraction = json.contains(['.', 'e']);
    if is_fraction && format!("{value:?}") == json {
        Cell::F64(value)
    } else {
        Cell::Number(json.to_owned())
    }
}

/// An object's members in order, names given twice included.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
