//! Rows as the objects that they were.

use std::collections::HashSet;
use std::fmt;

use bucksaw::internal::Members;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::json::Json;

/// A row as the object that it was. Its `Display` is that object as JSON on one line.
#[derive(Debug)]
pub struct Rebuilt(pub(super) Vec<(String, Node)>);

#[derive(Debug)]
pub(super) enum Node {
    Object(Vec<(String, Node)>),
    Raw(Box<RawValue>),
    Json(Json),
}

/// Adds a value at a path, into the objects that are there already.
pub(super) fn add(members: &mut Vec<(String, Node)>, path: &[String], node: Node) {
    let Some((name, inner)) = path.split_first() else { return };
    if inner.is_empty() {
        members.push((name.clone(), node));
        return;
    }
    if let Some(members) = object_in(members, name) {
        return add(members, inner, node);
    }
    let mut object = Vec::new();
    add(&mut object, inner, node);
    members.push((name.clone(), Node::Object(object)));
}

/// The members of the object of this name, the last if there are several.
fn object_in<'m>(
    members: &'m mut [(String, Node)],
    name: &str,
) -> Option<&'m mut Vec<(String, Node)>> {
    members.iter_mut().rev().find_map(|(known, node)| match node {
        Node::Object(members) if known == name => Some(members),
        _ => None,
    })
}

/// Adds what is in `_rest`: members of the objects that are there already into these, all others beside them.
pub(super) fn add_rest(
    members: &mut Vec<(String, Node)>,
    json: &str,
    column: &str,
    asked: Option<&HashSet<&str>>,
) {
    let Ok(Members::<String, Box<RawValue>>(rest)) = serde_json::from_str(json) else {
        members.push((column.to_owned(), Node::Json(Json::Text(json.to_owned()))));
        return;
    };
    let is_asked = |name: &str| asked.is_none_or(|asked| asked.contains(name));
    for (name, value) in rest.into_iter().filter(|(name, _)| is_asked(name)) {
        match object_in(members, &name) {
            // As deep as the objects that columns made.
            Some(object) if has_members(value.get()) => add_rest(object, value.get(), &name, None),
            _ => members.push((name, Node::Raw(value))),
        }
    }
}

/// Whether JSON is an object that is not empty.
fn has_members(json: &str) -> bool {
    json.strip_prefix('{').is_some_and(|inner| !inner.trim_start().starts_with('}'))
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(members) => serialize(members, serializer),
            Self::Raw(raw) => raw.serialize(serializer),
            Self::Json(value) => value.serialize(serializer),
        }
    }
}

impl Serialize for Rebuilt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

fn serialize<S: Serializer>(members: &[(String, Node)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(members.len()))?;
    for (name, node) in members {
        map.serialize_entry(name, node)?;
    }
    map.end()
}

impl fmt::Display for Rebuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}
