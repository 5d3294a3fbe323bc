//! The way back: from columns to the JSON objects that rows were before.
//!
//! Files that Bucksaw wrote say where columns come from (`bucksaw.columns` in the footer): paths become objects again, values in
//! siblings and in `_rest` members of theirs. In other files each column is a member of its row.

use std::collections::{HashMap, HashSet};
use std::fmt;

use bucksaw::internal::origins::{ORIGINS_KEY, Origin, Texts};
use bucksaw::limits::MAX_NAME_BYTES;
use bucksaw::{Error, ErrorKind, REST_COLUMN, Result};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::File;
use super::json::Json;
use super::statistics::Meaning;

/// Names in a path, at the most: no longer one is written.
const MAX_PATH_NAMES: usize = MAX_NAME_BYTES + 1;

/// Puts rows together again: see the module.
#[derive(Debug)]
pub struct Rebuild {
    columns: HashMap<String, Role>,
}

/// What a file says of where its columns come from.
pub(super) fn origins(file: &File) -> Result<Vec<Origin>> {
    let pairs = file.metadata.file_metadata().key_value_metadata().into_iter().flatten();
    let told = pairs.filter(|pair| pair.key == ORIGINS_KEY).find_map(|pair| pair.value.as_ref());
    told.map_or(Ok(Vec::new()), |json| {
        serde_json::from_str(json).map_err(|cause| {
            let message =
                format!("{ORIGINS_KEY} in the footer says of no columns where they come from");
            Error::new(ErrorKind::InvalidParquet, message).with_cause(cause)
        })
    })
}

/// Whether Bucksaw wrote it.
pub(super) fn is_ours(file: &File) -> bool {
    let by = file.metadata.file_metadata().created_by();
    by.is_some_and(|by| by.starts_with("bucksaw "))
}

/// What a column's values are.
#[derive(Debug)]
enum Role {
    Value {
        path: Vec<String>,
        kind: Kind,
    },
    /// Nanoseconds of the moments in this column.
    Nanos {
        of: String,
    },
    Rest,
}

impl Role {
    /// The name of the outermost object that the values are in, or their own.
    fn first_name(&self) -> Option<&str> {
        match self {
            Self::Value { path, .. } => path.first().map(String::as_str),
            Self::Nanos { .. } | Self::Rest => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    AsItIs,
    /// Text that is JSON, or a decimal.
    Spelled,
}

impl Rebuild {
    /// For the rows of a file.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParquet`] where what the file says of its columns can't be read.
    pub(super) fn of(file: &File) -> Result<Self> {
        let about = file.metadata.file_metadata();
        let origins = origins(file)?;
        if origins
            .iter()
            .any(|origin| origin.path.as_ref().is_some_and(|path| path.len() > MAX_PATH_NAMES))
        {
            let message = format!(
                "{ORIGINS_KEY} in the footer has a path of more than {MAX_PATH_NAMES} names"
            );
            return Err(Error::new(ErrorKind::InvalidParquet, message));
        }
        let origins: HashMap<&str, &Origin> =
            origins.iter().map(|origin| (origin.name.as_str(), origin)).collect();
        let is_ours = is_ours(file);
        let descriptor = about.schema_descr();
        let fields = descriptor.root_schema().get_fields();
        let decimals = descriptor
            .columns()
            .iter()
            .filter(|column| matches!(Meaning::of(column), Meaning::Decimal(_)));
        let decimals: Vec<&str> = decimals
            .filter_map(|column| column.path().parts().first().map(String::as_str))
            .collect();
        let path_of = |name: &str| {
            let path = origins.get(name).and_then(|origin| origin.path.clone());
            path.filter(|path| !path.is_empty()).unwrap_or_else(|| vec![name.to_owned()])
        };
        let role = |name: &str| {
            let origin = origins.get(name);
            let is_spelled = decimals.contains(&name)
                || origin.is_some_and(|origin| origin.texts == Texts::Spelled);
            let kind = if is_spelled { Kind::Spelled } else { Kind::AsItIs };
            match origin.and_then(|origin| origin.sibling_of.as_deref()) {
                Some(of) if origin.is_some_and(|origin| origin.is_nanos) => {
                    Role::Nanos { of: of.to_owned() }
                }
                Some(of) => Role::Value { path: path_of(of), kind },
                None if is_ours && name == REST_COLUMN => Role::Rest,
                None => Role::Value { path: path_of(name), kind },
            }
        };
        let columns = fields.iter().map(|field| (field.name().to_owned(), role(field.name())));
        Ok(Self { columns: columns.collect() })
    }

    /// The columns that hold what these can't, and these, in the file's order, with `_rest`. A column may be named as in the
    /// file or by its path, with dots, and an object by its own.
    ///
    /// # Errors
    /// The first name that is no column's.
    pub fn columns_of<'n>(&self, file: &File, names: &'n [String]) -> Result<Vec<String>, &'n str> {
        let is_meant = |column: &str, name: &str| {
            let shown = |path: &Vec<String>| {
                let path = path.join(".");
                let below = path.strip_prefix(name);
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            column == name
                || match self.columns.get(column) {
                    Some(Role::Value { path, .. }) => shown(path),
                    _ => false,
                }
        };
        let all = file.column_names();
        for name in names {
            if !all.iter().any(|column| is_meant(column, name)) {
                return Err(name);
            }
        }
        let chosen: Vec<&String> =
            all.iter().filter(|column| names.iter().any(|name| is_meant(column, name))).collect();
        let paths: Vec<&Vec<String>> = chosen
            .iter()
            .filter_map(|column| match self.columns.get(*column) {
                Some(Role::Value { path, .. }) => Some(path),
                _ => None,
            })
            .collect();
        let belongs = |column: &&String| {
            chosen.contains(column)
                || match self.columns.get(*column) {
                    Some(Role::Value { path, .. }) => paths.contains(&path),
                    Some(Role::Nanos { of }) => chosen.contains(&of),
                    Some(Role::Rest) => true,
                    _ => false,
                }
        };
        Ok(all.iter().filter(belongs).cloned().collect())
    }

    /// A row as conditions look at it: a member for each of these columns, by the names that are given, with its value or what
    /// it could not hold.
    #[must_use]
    pub fn view(&self, row: &Json, names: &[String]) -> Json {
        let Json::Object(columns) = row else { return Json::Null };
        let nanos = self.nanos_of(columns);
        let value_of = |name: &String| {
            let path = match self.columns.get(name) {
                Some(Role::Value { path, .. }) => Some(path),
                _ => None,
            };
            let is_meant = |column: &String| match self.columns.get(column) {
                Some(Role::Value { path: known, .. }) => {
                    path.map_or_else(|| known.join(".") == *name, |path| known == path)
                }
                _ => column == name,
            };
            let held =
                columns.iter().find(|(column, value)| is_meant(column) && *value != Json::Null);
            held.map_or(Json::Null, |(column, value)| match (value, nanos.get(column)) {
                (Json::Text(text), Some(nanos)) => with_nanos(text, *nanos),
                _ => value.clone(),
            })
        };
        Json::Object(names.iter().map(|name| (name.clone(), value_of(name))).collect())
    }

    /// The nanoseconds of columns that have some in this row.
    fn nanos_of(&self, columns: &[(String, Json)]) -> HashMap<String, i64> {
        let mut nanos = HashMap::new();
        for (name, value) in columns {
            if let (Some(Role::Nanos { of }), Json::Int(value @ 1..=999)) =
                (self.columns.get(name), value)
            {
                nanos.insert(of.clone(), *value);
            }
        }
        nanos
    }

    /// The object that a row was: an object's members, of these columns only if some are named.
    #[must_use]
    pub fn row(&self, row: Json, only: Option<&[String]>) -> Rebuilt {
        let mut members = Vec::new();
        let Json::Object(columns) = row else { return Rebuilt(members) };
        let is_asked = |name: &String| only.is_none_or(|only| only.contains(name));
        let nanos = self.nanos_of(&columns);
        // Of `_rest` those members that chosen columns are in.
        let asked: Option<HashSet<&str>> = only.map(|only| {
            let role = |name: &String| self.columns.get(name);
            only.iter().filter_map(|name| role(name)?.first_name()).collect()
        });
        for (name, value) in columns {
            if value == Json::Null || !is_asked(&name) {
                continue;
            }
            match self.columns.get(&name) {
                None | Some(Role::Nanos { .. }) => {}
                Some(Role::Rest) => match &value {
                    Json::Text(text) => add_rest(&mut members, text, &name, asked.as_ref()),
                    _ => members.push((name, Node::Json(value))),
                },
                Some(Role::Value { path, kind }) => {
                    let node = match (value, nanos.get(&name)) {
                        (Json::Text(text), Some(nanos)) => Node::Json(with_nanos(&text, *nanos)),
                        (Json::Text(text), _) if *kind == Kind::Spelled => spelled(text),
                        (Json::List(list), _) if *kind == Kind::Spelled => spelled(elements(&list)),
                        (value, _) => Node::Json(value),
                    };
                    add(&mut members, path, node);
                }
            }
        }
        Rebuilt(members)
    }
}

/// A row as the object that it was. Its `Display` is that object as JSON on one line.
#[derive(Debug)]
pub struct Rebuilt(Vec<(String, Node)>);

#[derive(Debug)]
enum Node {
    Object(Vec<(String, Node)>),
    Raw(Box<RawValue>),
    Json(Json),
}

/// JSON as it is spelled; text that is none, as text.
fn spelled(text: String) -> Node {
    match RawValue::from_string(text.clone()) {
        Ok(raw) => Node::Raw(raw),
        Err(_) => Node::Json(Json::Text(text)),
    }
}

/// A list of decimals, which are text, as numbers.
fn elements(list: &[Json]) -> String {
    let element = |element: &Json| match element {
        Json::Text(digits) => digits.clone(),
        other => other.to_string(),
    };
    format!("[{}]", list.iter().map(element).collect::<Vec<_>>().join(","))
}

/// A moment with microseconds, and its nanoseconds behind them.
fn with_nanos(moment: &str, nanos: i64) -> Json {
    let whole = moment.strip_suffix('Z').unwrap_or(moment);
    let (seconds, micros) = whole.split_once('.').unwrap_or((whole, ""));
    Json::Text(format!("{seconds}.{micros:0<6}{nanos:03}{}", &moment[whole.len()..]))
}

/// Adds a value at a path, into the objects that are there already.
fn add(members: &mut Vec<(String, Node)>, path: &[String], node: Node) {
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
fn add_rest(
    members: &mut Vec<(String, Node)>,
    json: &str,
    column: &str,
    asked: Option<&HashSet<&str>>,
) {
    let Ok(Members(rest)) = serde_json::from_str(json) else {
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

/// An object's members as they stand, those that come twice, too.
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
