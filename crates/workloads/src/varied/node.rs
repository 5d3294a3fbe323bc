//! A JSON document in memory, written in one of the styles that programs use.

use crate::json;
use std::borrow::Cow;

/// A JSON value whose objects keep their order.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    I64(i64),
    /// Integers beyond `i64`.
    U64(u64),
    F64(f64),
    Text(Cow<'static, str>),
    List(Vec<Node>),
    Object(Object),
}

/// Members of an object, in their order.
pub(super) type Object = Vec<(&'static str, Node)>;

/// How a program writes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// No spaces, characters beyond ASCII as they are.
    Compact,
    /// A space after each comma and colon, ASCII only.
    SpacedAscii,
}

impl Node {
    pub(super) fn write(&self, style: Style, out: &mut String) {
        match self {
            Node::Null => out.push_str("null"),
            Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Node::I64(value) => json::write_i64(*value, out),
            Node::U64(value) => out.push_str(&value.to_string()),
            Node::F64(value) => json::write_f64(*value, out),
            Node::Text(value) if style == Style::SpacedAscii => json::write_ascii_text(value, out),
            Node::Text(value) => json::write_text(value, out),
            Node::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    separate(at, style, out);
                    item.write(style, out);
                }
                out.push(']');
            }
            Node::Object(members) => write_object(members, style, out),
        }
    }
}

pub(super) fn write_object(members: &Object, style: Style, out: &mut String) {
    out.push('{');
    for (at, (name, value)) in members.iter().enumerate() {
        separate(at, style, out);
        json::write_text(name, out);
        out.push_str(if style == Style::SpacedAscii { ": " } else { ":" });
        value.write(style, out);
    }
    out.push('}');
}

fn separate(at: usize, style: Style, out: &mut String) {
    if at > 0 {
        out.push_str(if style == Style::SpacedAscii { ", " } else { "," });
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Node::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Node::I64(value)
    }
}

impl From<f64> for Node {
    fn from(value: f64) -> Self {
        Node::F64(value)
    }
}

impl From<&'static str> for Node {
    fn from(value: &'static str) -> Self {
        Node::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Node {
    fn from(value: String) -> Self {
        Node::Text(Cow::Owned(value))
    }
}

impl From<Object> for Node {
    fn from(members: Object) -> Self {
        Node::Object(members)
    }
}

impl<T: Into<Node>> FromIterator<T> for Node {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Node::List(items.into_iter().map(Into::into).collect())
    }
}
