//! What a file says of where its columns come from, as far as that can be so.
//!
//! The footer can't be trusted: what no file of Bucksaw's says would make rows that never were.

use std::collections::{HashMap, HashSet};

use bucksaw::internal::origins::{ORIGINS_KEY, Origin};
use bucksaw::limits::MAX_NAME_BYTES;
use bucksaw::{Error, ErrorKind, REST_COLUMN, Result, Spelling};
use parquet::basic::Type as Physical;
use parquet::schema::types::ColumnDescriptor;
use serde_json::Value;

use super::File;
use super::json::Json;
use super::statistics::Meaning;
use super::text::MICROS;

/// Names in a path, at the most: no longer one is written.
const MAX_PATH_NAMES: usize = MAX_NAME_BYTES + 1;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Origins(HashMap<String, Origin>);

impl Origins {
    /// What a file says.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParquet`] where that can't be.
    pub(super) fn of(file: &File) -> Result<Self> {
        let origins = Origin::all_of(file.metadata.file_metadata()).map_err(|cause| {
            let message =
                format!("{ORIGINS_KEY} in the footer says of no columns where they come from");
            Error::new(ErrorKind::InvalidParquet, message).with_cause(cause)
        })?;
        let leaves = Leaves::of(file);
        let mut paths = HashSet::new();
        for origin in &origins {
            let why = leaves.contradiction(origin).or_else(|| {
                let path = origin.path.as_ref()?;
                (!paths.insert(path)).then(|| "the path of another column, too".to_owned())
            });
            if let Some(why) = why {
                return Err(contradictory(&origin.name, &why));
            }
        }
        let siblings: HashSet<&str> = origins
            .iter()
            .filter(|origin| origin.sibling_of.is_some())
            .map(|origin| origin.name.as_str())
            .collect();
        for origin in &origins {
            if origin.sibling_of.as_deref().is_some_and(|of| siblings.contains(of)) {
                return Err(contradictory(&origin.name, "a sibling of a sibling"));
            }
        }
        let count = origins.len();
        let named: HashMap<String, Origin> =
            origins.into_iter().map(|origin| (origin.name.clone(), origin)).collect();
        if named.len() < count {
            let message = format!("{ORIGINS_KEY} in the footer names a column twice");
            return Err(Error::new(ErrorKind::InvalidParquet, message));
        }
        Ok(Self(named))
    }

    /// The columns that the file does not have, each with the value of all rows, by their names.
    pub(super) fn constants(&self) -> Vec<(String, Json)> {
        let constant = |origin: &Origin| {
            let value = origin.constant.as_ref().and_then(json_of)?;
            Some((origin.name.clone(), value))
        };
        let mut constants: Vec<_> = self.0.values().filter_map(constant).collect();
        constants.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        constants
    }

    pub(super) fn get(&self, name: &str) -> Option<&Origin> {
        self.0.get(name)
    }
}

/// A value that a folder may be called by.
fn json_of(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), ..) => Json::Int(value),
            (_, Some(value), _) => Json::Uint(value),
            (.., value) => Json::Double(value?),
        },
        Value::String(text) => Json::Text(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}

fn contradictory(name: &str, why: &str) -> Error {
    let message = format!("{ORIGINS_KEY} in the footer gives the column {name:?} {why}");
    Error::new(ErrorKind::InvalidParquet, message)
}

/// The columns of a file by the names of their fields.
struct Leaves<'f>(HashMap<&'f str, &'f ColumnDescriptor>);

impl<'f> Leaves<'f> {
    fn of(file: &'f File) -> Self {
        let columns = file.metadata.file_metadata().schema_descr().columns();
        let named = |column: &'f parquet::schema::types::ColumnDescPtr| {
            Some((column.path().parts().first()?.as_str(), &**column))
        };
        Self(columns.iter().filter_map(named).collect())
    }

    /// What a column can't have, if it is said to have it. Columns that have no value in the file are not there.
    fn contradiction(&self, origin: &Origin) -> Option<String> {
        let is = |name: &str, check: fn(&ColumnDescriptor) -> bool| {
            self.0.get(name).is_none_or(|column| check(column))
        };
        if let Some(constant) = &origin.constant {
            if self.0.contains_key(origin.name.as_str()) {
                return Some("a value of all rows, and it has its own".to_owned());
            }
            if json_of(constant).is_none() || origin.sibling_of.is_some() {
                return Some("a value of all rows that no folder is called by".to_owned());
            }
        }
        let path = origin.path.as_ref();
        if path.is_some_and(|path| path.len() > MAX_PATH_NAMES) {
            return Some(format!("a path of more than {MAX_PATH_NAMES} names"));
        }
        if path.is_some_and(Vec::is_empty) {
            return Some("a path without names".to_owned());
        }
        if path.is_some() && (origin.sibling_of.is_some() || origin.name == REST_COLUMN) {
            return Some("a path, which none leads to".to_owned());
        }
        match (&origin.sibling_of, origin.is_nanos) {
            (None, true) => return Some("nanoseconds of no column".to_owned()),
            (Some(of), true) => {
                let is_of_nanos = |column: &ColumnDescriptor| {
                    column.physical_type() == Physical::INT32
                        && Meaning::of(column) == Meaning::Plain
                };
                let is_of_micros = |column: &ColumnDescriptor| {
                    Meaning::of(column) == Meaning::Timestamp(MICROS, true)
                };
                if !(is(&origin.name, is_of_nanos) && is(of, is_of_micros)) {
                    return Some(format!("nanoseconds of {of:?}, and their types have none"));
                }
            }
            (Some(of), false) if !is(&origin.name, is_text) => {
                return Some(format!("what {of:?} can't hold, and it is no text"));
            }
            _ => {}
        }
        if origin.is_json && !is(&origin.name, is_text) {
            return Some("JSON text, and it is no text".to_owned());
        }
        let input: Option<Spelling> = origin.input.as_ref().and_then(|input| input.parse().ok());
        let fits = match input {
            None => true,
            Some(Spelling::Base64 | Spelling::Hex) => is(&origin.name, is_bytes),
            Some(_) => is(&origin.name, is_time),
        };
        (!fits).then(|| "an input that its type does not have".to_owned())
    }
}

fn is_text(column: &ColumnDescriptor) -> bool {
    Meaning::of(column) == Meaning::Text
}

fn is_bytes(column: &ColumnDescriptor) -> bool {
    let physical = column.physical_type();
    matches!(physical, Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY)
        && Meaning::of(column) == Meaning::Plain
}

fn is_time(column: &ColumnDescriptor) -> bool {
    matches!(Meaning::of(column), Meaning::Timestamp(_, true))
}
