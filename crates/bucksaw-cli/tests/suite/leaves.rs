//! Whether two rows of JSON hold the same values, however their members are ordered.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value with its path.
type Leaf = (Vec<String>, String);

/// Finds the values of a row that are no objects with members, each with its path; nulls are no values. Objects that
/// `is_whole` says so of are not looked into.
fn leaves(json: &str, is_whole: &mut impl FnMut(&[String], &str) -> bool) -> Vec<Leaf> {
    let mut found = Vec::new();
    descend(json, &mut Vec::new(), is_whole, &mut found);
    found
}

fn descend(
    json: &str,
    path: &mut Vec<String>,
    is_whole: &mut impl FnMut(&[String], &str) -> bool,
    found: &mut Vec<Leaf>,
) {
    let is_object = json.starts_with('{') && !json[1..].trim_start().starts_with('}');
    if !is_object {
        if json != "null" {
            found.push((path.clone(), json.to_owned()));
        }
        return;
    }
    if is_whole(path, json) {
        return;
    }
    let Members(members) = serde_json::from_str(json).expect("an object");
    for (name, value) in members {
        path.push(name);
        descend(value.get(), path, is_whole, found);
        path.pop();
    }
}

/// Why the rows don't hold the same values; none where they do. Numbers are compared by what they are, times by
/// their moment; a text may stand for any other value if it is as that was spelled, since columns of text take all.
pub(crate) fn difference(before: &str, after: &str) -> Option<String> {
    let mut after = leaves(after, &mut |_, _| false);
    let before = leaves(before, &mut |path, object| {
        let as_text =
            |(other, found): &Leaf| other == path && text_of(found).as_deref() == Some(object);
        let at = after.iter().position(as_text);
        at.map(|at| after.swap_remove(at)).is_some()
    });
    for (path, value) in before {
        let same = |(other, found): &Leaf| *other == path && is_same(&value, found);
        match after.iter().position(same) {
            Some(at) => {
                after.swap_remove(at);
            }
            None => {
                let there: Vec<_> = after.iter().filter(|(other, _)| *other == path).collect();
                return Some(format!("{path:?} was {value} and is {there:?}"));
            }
        }
    }
    after.first().map(|(path, value)| format!("{path:?} is {value} and was not there"))
}

fn is_same(before: &str, after: &str) -> bool {
    if before == after {
        return true;
    }
    let texts = (text_of(before), text_of(after));
    match texts {
        (Some(before), Some(after)) => {
            before == after || moment(&before).is_some_and(|known| Some(known) == moment(&after))
        }
        (None, Some(after)) => before == after,
        // Rows are printed on one line.
        (None, None) => before.replace(['\t', '\r'], " ") == after || is_same_number(before, after),
        (Some(_), None) => false,
    }
}

fn text_of(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn is_same_number(before: &str, after: &str) -> bool {
    let integers = (before.parse::<i128>(), after.parse::<i128>());
    if let (Ok(before), Ok(after)) = integers {
        return before == after && before != 0;
    }
    let doubles = (before.parse::<f64>(), after.parse::<f64>());
    // Zeros have signs.
    matches!(doubles, (Ok(before), Ok(after)) if before.to_bits() == after.to_bits())
}

/// A moment in RFC 3339 in nanoseconds.
fn moment(text: &str) -> Option<i128> {
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(
        i128::from(moment.timestamp()) * 1_000_000_000
            + i128::from(moment.timestamp_subsec_nanos()),
    )
}

/// An object's members as they stand.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
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

#[test]
fn differences_are_found() {
    let same = [
        (r#"{"a":1,"b":{"c":"x","d":null}}"#, r#"{"b":{"c":"x"},"a":1.0}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
        (r#"{"t":"2026-11-28T07:05:09+01:00"}"#, r#"{"t":"2026-11-28T06:05:09Z"}"#),
        (r#"{"a":2.50,"b":[1, 2]}"#, r#"{"a":"2.50","b":"[1, 2]"}"#),
        (r#"{"a":{"b": 1}}"#, r#"{"a":"{\"b\": 1}"}"#),
    ];
    for (before, after) in same {
        assert_eq!(difference(before, after), None);
    }
    let others = [
        (r#"{"a":1}"#, r#"{}"#),
        (r#"{}"#, r#"{"a":1}"#),
        (r#"{"a":1,"a":1}"#, r#"{"a":1}"#),
        (r#"{"a":"1"}"#, r#"{"a":1}"#),
        (r#"{"a":-0.0}"#, r#"{"a":0.0}"#),
        (r#"{"a":{"b":1}}"#, r#"{"a.b":1}"#),
        (r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#),
        (r#"{"a":2.50}"#, r#"{"a":"2.5"}"#),
    ];
    for (before, after) in others {
        assert!(difference(before, after).is_some(), "{before} {after}");
    }
}
