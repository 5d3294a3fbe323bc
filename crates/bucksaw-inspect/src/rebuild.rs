//! The way back: from columns to the JSON objects that rows were before.
//!
//! Files that Bucksaw wrote say where columns come from (`bucksaw.columns` in the footer): paths become objects again, values in
//! siblings and in `_rest` members of theirs. In other files each column is a member of its row.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use bucksaw::internal::datasets;
use bucksaw::internal::origins::{is_ours, is_spelled};
use bucksaw::{REST_COLUMN, Result};
use parquet::schema::types::{ColumnDescriptor, TypePtr};

use super::File;
use super::filter::kind::Kind;
use super::json::Json;
use super::origins::Origins;
use super::rebuilt::{Node, Rebuilt, add, add_rest};
use super::respelling::{Respelling, hex_of, with_nanos};
use super::statistics::Meaning;

/// Puts rows together again: see the module.
#[derive(Debug)]
pub struct Rebuild {
    columns: HashMap<String, Role>,
    kinds: HashMap<String, Kind>,
    /// Columns that the file does not have, with the value of all rows: its folder is called by it.
    constants: Vec<(String, Json)>,
    /// Those among them that rows have only where they are asked for: folders are called by a function of a column.
    asked_for: HashSet<String>,
}

/// What a column's values are.
#[derive(Debug)]
enum Role {
    Value {
        path: Vec<String>,
        respelling: Respelling,
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

impl Rebuild {
    /// For the rows of a file.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParquet`] where what the file says of its columns can't be read.
    pub(super) fn of(file: &File) -> Result<Self> {
        let origins = Origins::of(file)?;
        let is_ours = is_ours(file.metadata.file_metadata());
        let descriptor = file.metadata.file_metadata().schema_descr();
        let decimals = descriptor
            .columns()
            .iter()
            .filter(|column| matches!(Meaning::of(column), Meaning::Decimal(_)));
        let decimals: HashSet<&str> = decimals
            .filter_map(|column| column.path().parts().first().map(String::as_str))
            .collect();
        let path_of = |name: &str| {
            let path = origins.get(name).and_then(|origin| origin.path.clone());
            path.unwrap_or_else(|| vec![name.to_owned()])
        };
        let role = |name: &str| {
            let origin = origins.get(name);
            let respelling = Respelling::of(origin, decimals.contains(name));
            match origin.and_then(|origin| origin.sibling_of.as_deref()) {
                Some(of) if origin.is_some_and(|origin| origin.is_nanos) => {
                    Role::Nanos { of: of.to_owned() }
                }
                Some(of) => Role::Value { path: path_of(of), respelling },
                None if is_ours && name == REST_COLUMN => Role::Rest,
                None => Role::Value { path: path_of(name), respelling },
            }
        };
        let fields = descriptor.root_schema().get_fields();
        let constants = origins.constants();
        let names = fields.iter().map(|field| field.name());
        let names = names.chain(constants.iter().map(|(name, _)| name.as_str()));
        let columns: HashMap<String, Role> =
            names.map(|name| (name.to_owned(), role(name))).collect();
        let leaves: HashMap<&str, &ColumnDescriptor> = descriptor
            .columns()
            .iter()
            .filter_map(|leaf| Some((leaf.path().parts().first()?.as_str(), &**leaf)))
            .collect();
        let kind = |field: &TypePtr| {
            let how = match columns.get(field.name()) {
                Some(Role::Value { respelling, .. }) => *respelling,
                _ => Respelling::AsItIs,
            };
            Some((field.name().to_owned(), Kind::of(field, leaves.get(field.name())?, how)))
        };
        let of_constants =
            constants.iter().map(|(name, value)| (name.clone(), Kind::of_constant(value)));
        let kinds = fields.iter().filter_map(kind).chain(of_constants).collect();
        Ok(Self { columns, kinds, constants, asked_for: HashSet::new() })
    }

    /// For the rows of a file at this path. Names of its folders, as `day=2026-11-28`, are columns where they are asked for and the file has
    /// none that is called so.
    #[must_use]
    pub fn at(mut self, path: &Path) -> Self {
        for (name, text) in datasets::levels(path) {
            if self.has_column(&name) {
                continue;
            }
            let role = Role::Value { path: vec![name.clone()], respelling: Respelling::AsItIs };
            self.columns.insert(name.clone(), role);
            let value = text.map_or(Json::Null, value_of_folder);
            if value != Json::Null {
                self.kinds.insert(name.clone(), Kind::of_constant(&value));
            }
            self.asked_for.insert(name.clone());
            self.constants.push((name, value));
        }
        self
    }

    /// What the values of the columns that [`view`](Self::view) finds by this name can be compared with.
    pub(super) fn kinds_of(&self, name: &str) -> Vec<Kind> {
        let held = self.kinds.iter().filter(|(column, _)| self.is_held_in(name, column));
        let mut kinds: Vec<Kind> = held.map(|(_, kind)| *kind).collect();
        // What other columns could not hold, which is text, comes last.
        kinds.sort_by_key(|kind| *kind == Kind::Text);
        if kinds.is_empty() && self.columns.keys().any(|column| self.is_inside(name, column)) {
            kinds.push(Kind::Object);
        }
        kinds
    }

    /// Whether a column holds the value of this name, or a part of the values.
    fn is_held_in(&self, name: &str, column: &str) -> bool {
        match (self.columns.get(name), self.columns.get(column)) {
            (Some(Role::Value { path, .. }), Some(Role::Value { path: known, .. })) => {
                known == path
            }
            (_, Some(Role::Value { path: known, .. })) => known.join(".") == name,
            _ => column == name,
        }
    }

    /// Whether a column is in the object of this name.
    fn is_inside(&self, name: &str, column: &str) -> bool {
        let Some(Role::Value { path, .. }) = self.columns.get(column) else { return false };
        path.join(".").strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    }

    /// Whether a column is called so in the file, or by its path with dots, or is in an object that is.
    #[must_use]
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.keys().any(|column| self.is_meant(column, name))
    }

    /// What columns may be called: their names in the file, and their paths with dots.
    pub fn column_names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().flat_map(|(column, role)| {
            let path = match role {
                Role::Value { path, .. } => Some(path.join(".")),
                Role::Nanos { .. } | Role::Rest => None,
            };
            path.into_iter().chain([column.clone()])
        })
    }

    fn is_meant(&self, column: &str, name: &str) -> bool {
        let is_path = |path: &Vec<String>| {
            let path = path.join(".");
            let below = path.strip_prefix(name);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        column == name
            || matches!(self.columns.get(column), Some(Role::Value { path, .. }) if is_path(path))
    }

    /// The columns that hold what these can't, and these, in the file's order, with `_rest`. A column may be named as in the
    /// file or by its path, with dots, and an object by its own; names that are [no column's](Self::has_column) are left out.
    #[must_use]
    pub fn columns_of(&self, file: &File, names: &[String]) -> Vec<String> {
        let constants = self.constants.iter().map(|(name, _)| name.clone());
        let all: Vec<String> = file.column_names().into_iter().chain(constants).collect();
        let chosen: Vec<&String> = all
            .iter()
            .filter(|column| names.iter().any(|name| self.is_meant(column, name)))
            .collect();
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
        all.iter().filter(belongs).cloned().collect()
    }

    /// Tells texts from other values in columns that hold both, these only if some are named: where as many texts spell
    /// other values as there were such values, these are those. That takes reading the columns once. Until then, and of the
    /// columns that are returned, all come back as texts. Where the columns can't be read to their ends, nothing is told
    /// apart.
    pub fn tell_apart(&mut self, file: &File, only: Option<&[String]>) -> Vec<String> {
        let mixed = |name: &String| match self.columns.get(name) {
            Some(Role::Value { respelling: Respelling::Mixed { spelled }, .. }) => Some(*spelled),
            _ => None,
        };
        let names = file.column_names().into_iter();
        let asked = names.filter(|name| only.is_none_or(|only| only.contains(name)));
        let known: Vec<(String, Option<u64>)> =
            asked.filter_map(|name| mixed(&name).map(|spelled| (name, spelled))).collect();
        let counted: Vec<String> = known
            .iter()
            .filter(|(_, spelled)| spelled.is_some())
            .map(|(name, _)| name.clone())
            .collect();
        let counts = counts_of_spelled(file, &counted);
        let mut unclear = Vec::new();
        for (name, spelled) in known {
            let is_clear = counts.as_ref().is_some_and(|counts| {
                spelled == Some(counts.get(&name).copied().unwrap_or_default())
            });
            match self.columns.get_mut(&name) {
                Some(Role::Value { respelling, .. }) if is_clear => *respelling = Respelling::Apart,
                _ => unclear.push(name),
            }
        }
        unclear
    }

    /// A row as conditions look at it: a member for each of these columns, by the names that are given, with its value or what
    /// it could not hold; of an object that is there, one without members.
    #[must_use]
    pub fn view(&self, row: &Json, names: &[String]) -> Json {
        let Json::Object(columns) = row else { return Json::Null };
        let columns = &[columns.as_slice(), &self.constants].concat();
        let nanos = self.nanos_of(columns);
        let value_of = |name: &String| {
            let is_held = |column: &String| self.is_held_in(name, column);
            let held =
                columns.iter().find(|(column, value)| *value != Json::Null && is_held(column));
            // An object is there where one of its members is.
            let is_object = || {
                columns
                    .iter()
                    .any(|(column, value)| *value != Json::Null && self.is_inside(name, column))
            };
            if held.is_none() && is_object() {
                return Json::Object(Vec::new());
            }
            held.map_or(Json::Null, |(column, value)| {
                match (value, nanos.get(column.as_str()), self.columns.get(column)) {
                    (Json::Text(text), Some(nanos), _) => with_nanos(text, *nanos),
                    (value, _, Some(Role::Value { respelling: Respelling::Hex, .. })) => {
                        hex_of(value.clone())
                    }
                    _ => value.clone(),
                }
            })
        };
        Json::Object(names.iter().map(|name| (name.clone(), value_of(name))).collect())
    }

    /// The nanoseconds of columns that have some, and a moment, in this row.
    fn nanos_of<'r>(&'r self, columns: &[(String, Json)]) -> HashMap<&'r str, i64> {
        let mut nanos = HashMap::new();
        for (name, value) in columns {
            if let (Some(Role::Nanos { of }), Json::Int(value @ 1..=999)) =
                (self.columns.get(name), value)
                && columns.iter().any(|(name, value)| name == of && matches!(value, Json::Text(_)))
            {
                nanos.insert(of.as_str(), *value);
            }
        }
        nanos
    }

    /// The object that a row was: an object's members, of these columns only if some are named.
    #[must_use]
    pub fn row(&self, row: Json, only: Option<&[String]>) -> Rebuilt {
        let mut members = Vec::new();
        let Json::Object(mut columns) = row else { return Rebuilt(members) };
        let constants = self.constants.iter();
        let constants =
            constants.filter(|(name, _)| only.is_some() || !self.asked_for.contains(name));
        columns.extend(constants.cloned());
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
                Some(Role::Nanos { of }) if nanos.contains_key(of.as_str()) && is_asked(of) => {}
                None | Some(Role::Nanos { .. }) => members.push((name, Node::Json(value))),
                Some(Role::Rest) => match &value {
                    Json::Text(text) => add_rest(&mut members, text, &name, asked.as_ref()),
                    _ => members.push((name, Node::Json(value))),
                },
                Some(Role::Value { path, respelling }) => {
                    let nanos = nanos.get(name.as_str()).copied();
                    add(&mut members, path, respelling.value(value, nanos));
                }
            }
        }
        Rebuilt(members)
    }
}

/// A folder's value: an integer where it is spelled as one.
fn value_of_folder(text: String) -> Json {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Json::Int(number),
        _ => Json::Text(text),
    }
}

/// How many texts of these columns other values are spelled as, if the columns can be read to their ends.
fn counts_of_spelled(file: &File, columns: &[String]) -> Option<HashMap<String, u64>> {
    let mut counts = HashMap::new();
    if columns.is_empty() {
        return Some(counts);
    }
    for row in file.rows_of(columns, u64::MAX) {
        let Json::Object(members) = row.ok()? else { continue };
        for (name, value) in members {
            if matches!(value, Json::Text(text) if is_spelled(&text)) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    Some(counts)
}
