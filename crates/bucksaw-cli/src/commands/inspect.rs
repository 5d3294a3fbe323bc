//! `bucksaw inspect`: what is in Parquet files.

use std::io::Write;
use std::path::Path;

use bucksaw::escape::escape_path;
use bucksaw::{Dataset, Result};
use bucksaw_inspect::{File, Json};

use super::cell::name;
use super::named_files::{Failure, datasets_of, files, together};
use super::table::RowTable;
use super::{explain_text, inspect_dataset, inspect_text, schema};
use crate::cli::InspectArgs;
use crate::ui;

/// Inspects all files, those in folders too. A file that fails doesn't keep the others from being shown; the error at the
/// end tells all of them. What is for people is no wider than `width`, where it can be.
pub(crate) fn run(args: &InspectArgs, width: Option<usize>, out: &mut impl Write) -> Result<()> {
    let is_of_files = args.explain || args.schema || args.rows.is_some();
    let (datasets, named) = match is_of_files {
        true => (Vec::new(), args.files.clone()),
        false => datasets_of(&args.files, false),
    };
    let (paths, mut failures) = files(&named);
    let files = datasets.len() + paths.len() + failures.len();
    for (index, path) in datasets.iter().enumerate() {
        if index > 0 && !args.json {
            writeln!(out).map_err(ui::unwritten)?;
        }
        match dataset(args, path, width, out) {
            Ok(()) => {}
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::File(error)) => failures.push(error),
        }
    }
    for (index, path) in paths.iter().enumerate() {
        if datasets.len() + index > 0 && !args.json {
            writeln!(out).map_err(ui::unwritten)?;
        }
        match one(args, (path, files > 1), width, out) {
            Ok(()) => {}
            // Nothing more can be shown, of this file or any other.
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::File(error)) => failures.push(error),
        }
    }
    out.flush().map_err(ui::unwritten)?;
    together(failures, files)
}

/// Inspects a dataset, without opening its files.
fn dataset(
    args: &InspectArgs,
    path: &Path,
    width: Option<usize>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let description = Dataset::describe(path).map_err(Failure::File)?;
    Ok(match args.json {
        true => inspect_dataset::json(path, &description, out),
        false => inspect_dataset::text(path, &description, width, out),
    }?)
}

/// Inspects a file, which is one of several or not.
fn one(
    args: &InspectArgs,
    (path, is_of_several): (&Path, bool),
    width: Option<usize>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let file = File::open(path).map_err(Failure::File)?;
    if args.explain {
        let explanation = file.explain().map_err(Failure::File)?;
        return match args.json {
            true => json_line(&explanation, out),
            false => Ok(explain_text::explanation(&explanation, out)?),
        };
    }
    if args.schema {
        let (schema, left_out) = file.declared_schema().map_err(Failure::File)?;
        if !left_out.is_empty() {
            let names: Vec<String> = left_out.iter().map(|column| name(column)).collect();
            let path = escape_path(path);
            ui::tell(&format!("{path}: no schema file can declare {}", names.join(", ")));
        }
        return Ok(schema::write(&schema, out)?);
    }
    match (args.rows, args.json) {
        (Some(limit), true) => {
            for row in file.rows(limit) {
                json_line(&row.map_err(Failure::File)?, out)?;
            }
        }
        (Some(limit), false) => {
            if is_of_several {
                writeln!(out, "{}", escape_path(path))?;
            }
            rows(&file, limit, width, out)?;
        }
        (None, true) => json_line(&file.describe(), out)?,
        (None, false) => inspect_text::description(&file.describe(), width, out)?,
    }
    Ok(())
}

fn json_line(value: &impl serde::Serialize, out: &mut impl Write) -> Result<(), Failure> {
    Ok(ui::write_json(value, out)?)
}

/// Writes rows as text; those before a damaged one are still shown.
fn rows(
    file: &File,
    limit: u64,
    width: Option<usize>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let names: Vec<String> = file.column_names();
    let mut table = RowTable::new(&names, width);
    for row in file.rows(limit) {
        match row {
            Ok(Json::Object(members)) => table.push(members.iter().map(|(_, value)| value), out)?,
            Ok(_) => {}
            Err(error) => {
                table.write_waiting(out)?;
                return Err(Failure::File(error));
            }
        }
    }
    Ok(table.finish(out)?)
}

#[cfg(test)]
#[path = "inspect_tests.rs"]
mod tests;
