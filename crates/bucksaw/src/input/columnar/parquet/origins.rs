//! What a file of ours says of where its columns come from, so that the next file says it again.

use std::collections::{HashMap, HashSet};

use parquet::file::metadata::FileMetaData;

use crate::error::{Error, ErrorKind, Result};
use crate::format::origins::{Epochs, ORIGINS_KEY, Origin, is_ours};
use crate::input::record_batch::{Role, SourceColumn};
use crate::options::declared::REST_COLUMN;
use crate::schema::ColumnType;
use crate::types::path;
use crate::types::spelling::Spelling;

/// What the footer says, by the columns' names.
#[derive(Debug, Default)]
pub(super) struct Origins {
    pub(super) named: HashMap<String, Origin>,
    /// Whether `_rest` is what we call so.
    is_ours: bool,
}

impl Origins {
    /// # Errors
    /// [`ErrorKind::InputFormat`] where what stands there can't be read, or gives a column no path or two.
    pub(super) fn of(about: &FileMetaData) -> Result<Self> {
        let origins = Origin::all_of(about)
            .map_err(|cause| unsound("does not say where columns come from").with_cause(cause))?;
        let mut named = HashMap::new();
        for origin in origins {
            if origin.path.as_ref().is_some_and(Vec::is_empty) {
                return Err(unsound(&format!(
                    "gives the column {:?} a path without names",
                    origin.name
                )));
            }
            if let Some(twice) = named.insert(origin.name.clone(), origin) {
                return Err(unsound(&format!("names the column {:?} twice", twice.name)));
            }
        }
        Ok(Self { named, is_ours: is_ours(about) })
    }

    /// Has columns, whose paths are their names, come from where they came from before. In some, texts that spell other values are such.
    pub(super) fn trace(&self, columns: &mut [SourceColumn], apart: &HashSet<String>) {
        for column in columns.iter_mut().filter(|column| !column.path.contains(path::SEPARATOR)) {
            let name = path::shown(&column.path);
            column.traced.are_apart = apart.contains(&name);
            if self.is_ours && name == REST_COLUMN && column.ty == ColumnType::Text {
                column.traced.role = Role::Rest;
            } else if let Some(origin) = self.named.get(&name) {
                self.trace_to(origin, column);
            }
        }
    }

    fn trace_to(&self, origin: &Origin, column: &mut SourceColumn) {
        column.traced.texts = origin.texts;
        column.traced.are_apart |= origin.apart;
        let input = origin.input.as_ref().and_then(|input| input.parse().ok());
        // Times that were texts, or both, are told as times.
        column.traced.input = input.filter(|input: &Spelling| {
            input.epoch_digits().is_none() || origin.epochs == Some(Epochs::Numbers)
        });
        if origin.is_json && column.ty == ColumnType::Text {
            column.ty = ColumnType::Json;
        }
        match &origin.sibling_of {
            None => column.path = path_of(origin),
            Some(of) => {
                let role = match (&column.ty, origin.is_nanos) {
                    (ColumnType::Text, false) => Role::Misfits,
                    (ColumnType::Int32, true) => Role::Nanos { path: column.path.clone() },
                    _ => return,
                };
                column.traced.role = role;
                column.path = match self.named.get(of) {
                    Some(of) => path_of(of),
                    None => path::of_names([of.as_str()]),
                };
            }
        }
    }
}

fn path_of(origin: &Origin) -> String {
    match &origin.path {
        Some(names) => path::of_names(names.iter().map(String::as_str)),
        None => path::of_names([origin.name.as_str()]),
    }
}

fn unsound(why: &str) -> Error {
    Error::new(ErrorKind::InputFormat, format!("{ORIGINS_KEY} in its footer {why}"))
}
