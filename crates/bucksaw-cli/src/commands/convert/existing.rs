//! Files that are there already: what is written beside them has columns like theirs.

use std::path::PathBuf;

use bucksaw::escape::escape_path;
use bucksaw::{DeclaredColumn, DeclaredSchema};
use bucksaw_inspect::File;

/// Declares the columns that these files have and the schema lacks. Where they differ, the first has its way. Returns what
/// users should hear of files that can't be read.
pub(super) fn declare(schema: &mut DeclaredSchema, files: &[PathBuf]) -> Vec<String> {
    let mut notes = Vec::new();
    for path in files {
        let columns = File::open(path).and_then(|file| file.declared_schema());
        match columns {
            Ok((of_file, _)) => of_file.columns.into_iter().for_each(|column| add(schema, column)),
            Err(error) => {
                let path = escape_path(path);
                notes.push(format!("the columns of {path} are not known: {}", error.message()));
            }
        }
    }
    notes
}

fn add(schema: &mut DeclaredSchema, column: DeclaredColumn) {
    let is_known = schema.columns.iter().any(|known| {
        known.name.eq_ignore_ascii_case(&column.name)
            || (known.path.is_some() && known.path == column.path)
    });
    if !is_known {
        schema.columns.push(column);
    }
}
