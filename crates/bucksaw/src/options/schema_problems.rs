//! What is wrong with a schema file that is JSON and no schema.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::nearest::nearest;

/// What a column's member is.
enum Is {
    Text,
    Names,
    Id,
    YesOrNo,
}

/// The members of a column.
const MEMBERS: [(&str, Is); 9] = [
    ("name", Is::Text),
    ("type", Is::Text),
    ("unit", Is::Text),
    ("input", Is::Text),
    ("path", Is::Names),
    ("field_id", Is::Id),
    ("sibling_of", Is::Text),
    ("settled", Is::YesOrNo),
    ("comment", Is::Text),
];

/// All problems of a schema of such columns; none where only what reads schemas itself can say what is wrong.
pub(super) fn problems_of<C: DeserializeOwned>(schema: &Value) -> Vec<String> {
    let form = "{\"columns\": [{\"name\": …, \"type\": …}]}";
    let Value::Object(members) = schema else {
        return vec![format!("the schema is {}: it has to be {form}", what(schema))];
    };
    let mut problems = unknown("the schema", members, &["columns", "unknown_columns"]);
    match members.get("columns") {
        None => problems.push(format!("the schema has no columns: it has to be {form}")),
        Some(Value::Array(columns)) => {
            let of_column = |(index, column)| problems_of_column::<C>(index, column);
            problems.extend(columns.iter().enumerate().flat_map(of_column));
        }
        Some(other) => {
            problems.push(format!(
                "the schema's \"columns\" is {}: it has to be a list of columns",
                what(other)
            ));
        }
    }
    let is_known = |value: &Value| matches!(value.as_str(), Some("add" | "rest" | "refuse"));
    if let Some(value) = members.get("unknown_columns").filter(|value| !is_known(value)) {
        problems.push(format!(
            "the schema's \"unknown_columns\" is {value}: it has to be \"add\", \"rest\" or \"refuse\""
        ));
    }
    problems
}

fn problems_of_column<C: DeserializeOwned>(index: usize, column: &Value) -> Vec<String> {
    let number = format!("column {} of the schema", index + 1);
    let Value::Object(members) = column else {
        return vec![format!(
            "{number} is {}: it has to be {{\"name\": …, \"type\": …}}",
            what(column)
        )];
    };
    let name = members.get("name").and_then(Value::as_str);
    let named = name.map_or_else(|| number.clone(), |name| format!("column {name:?}"));
    let known: Vec<&str> = MEMBERS.iter().map(|(member, _)| *member).collect();
    let mut problems = unknown(&named, members, &known);
    for member in ["name", "type"] {
        if !members.contains_key(member) {
            problems.push(format!("{named}: its {member:?} is missing"));
        }
    }
    for (member, is) in MEMBERS {
        let Some(value) = members.get(member) else { continue };
        let is_optional = !matches!(member, "name" | "type" | "settled");
        if is_optional && value.is_null() {
            continue;
        }
        let (fits, expected) = match is {
            Is::Text => (value.is_string(), "text"),
            Is::Names => {
                let is_list = |names: &Vec<Value>| names.iter().all(Value::is_string);
                (
                    value.as_array().is_some_and(is_list),
                    "a list of names, as [\"http\", \"status\"]",
                )
            }
            Is::Id => {
                let id = value.as_i64().and_then(|id| i32::try_from(id).ok());
                (id.is_some(), "an integer of 32 bits")
            }
            Is::YesOrNo => (value.is_boolean(), "true or false"),
        };
        if !fits {
            problems.push(format!("{named}: its {member:?} is {value}: it has to be {expected}"));
        }
    }
    if problems.is_empty()
        && let Err(error) = serde_json::from_value::<C>(column.clone())
    {
        problems.push(error.to_string());
    }
    problems
}

/// Members that nothing has.
fn unknown(of: &str, members: &Map<String, Value>, known: &[&str]) -> Vec<String> {
    let unknown = members.keys().filter(|member| !known.contains(&member.as_str()));
    let problem = |member: &String| {
        let meant = nearest(member, known);
        let meant = meant.map_or(String::new(), |meant| format!(" (did you mean {meant:?}?)"));
        format!("{of} has a member {member:?}{meant}: its members are {}", known.join(", "))
    };
    unknown.map(problem).collect()
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
