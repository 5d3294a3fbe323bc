//! `bucksaw cat`: rows back as NDJSON.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::{counted, nearest};
use bucksaw::{Error, ErrorKind, Result};
use bucksaw_inspect::{File, Filter};

use crate::cli::CatArgs;
use crate::search::parquet_files;
use crate::ui;

/// Columns that are told one by one, where their texts may have been other values.
const SHOWN_UNCLEAR: usize = 3;

/// Prints the rows of all files, one after another. The first error ends it.
pub(crate) fn run(args: &CatArgs, out: &mut impl Write) -> Result<()> {
    let filter = args.filter.as_deref().map(str::parse::<Filter>).transpose()?;
    let paths = files(&args.files)?;
    check_columns(args, filter.as_ref(), &paths)?;
    let mut left = args.head.unwrap_or(u64::MAX);
    for path in paths {
        if left == 0 {
            break;
        }
        let file = File::open(&path)?;
        left -= rows(args, filter.as_ref(), (&path, &file), left, out)?;
    }
    out.flush().map_err(unwritten)
}

/// Checks that each column that is asked for is in one file at least: in the others, it is null.
fn check_columns(args: &CatArgs, filter: Option<&Filter>, paths: &[PathBuf]) -> Result<()> {
    let shown = args.columns.iter().flatten().map(|name| ("--columns", name));
    let asked = filter.map(Filter::columns).unwrap_or_default();
    let mut missing: Vec<_> = shown.chain(asked.iter().map(|name| ("--where", name))).collect();
    let mut known = BTreeSet::new();
    for path in paths {
        if missing.is_empty() {
            return Ok(());
        }
        let rebuild = File::open(path)?.rebuild()?;
        missing.retain(|(_, name)| !rebuild.has_column(name));
        known.extend(rebuild.column_names());
    }
    let Some((flag, name)) = missing.first() else { return Ok(()) };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let meant = nearest(name, &known);
    let place = match paths {
        [_] => "here".to_owned(),
        _ => format!("in any of the {} files", paths.len()),
    };
    let message = format!(
        "{flag} names {}, which is no column {place}{}: bucksaw inspect lists them",
        escape(&format!("{name:?}")),
        meant.map_or(String::new(), |meant| format!(" (did you mean {}?)", escape(meant))),
    );
    let error = Error::new(ErrorKind::Options, message);
    Err(match paths {
        [path] => error.in_source(&escape_path(path)),
        _ => error,
    })
}

/// Prints rows of a file, so many at the most, and says how many.
fn rows(
    args: &CatArgs,
    filter: Option<&Filter>,
    (path, file): (&Path, &File),
    most: u64,
    out: &mut impl Write,
) -> Result<u64> {
    let mut rebuild = file.rebuild()?;
    let shown = args.columns.as_deref().map(|names| rebuild.columns_of(file, names));
    let asked = filter.map(Filter::columns).unwrap_or_default();
    let looked_at = if asked.is_empty() { Vec::new() } else { rebuild.columns_of(file, asked) };
    tell_unclear(&rebuild.tell_apart(file, shown.as_deref()), path);
    let mut rows = match &shown {
        None => file.rows(u64::MAX),
        Some(columns) => file.rows_of(&[columns.as_slice(), &looked_at].concat(), u64::MAX),
    };
    let mut printed = 0;
    while printed < most
        && let Some(row) = rows.next()
    {
        let row = row?;
        if filter.is_none_or(|filter| filter.keeps(&rebuild.view(&row, asked))) {
            ui::write_json(&rebuild.row(row, shown.as_deref()), out).map_err(unwritten)?;
            printed += 1;
        }
    }
    Ok(printed)
}

/// Says of which columns texts may have been other values.
fn tell_unclear(columns: &[String], path: &Path) {
    let (told, more) = columns.split_at(columns.len().min(SHOWN_UNCLEAR));
    if told.is_empty() {
        return;
    }
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "more column")),
    };
    ui::tell(&format!(
        "{}: {}{more} held texts and other values, which can't be told apart: all come back as texts",
        escape_path(path),
        told.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", "),
    ));
}

/// The files, with those in folders.
pub(super) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let files = named.iter().map(|path| files_at(path)).collect::<Result<Vec<_>>>()?;
    Ok(files.into_iter().flatten().collect())
}

/// The file, or those in the folder.
pub(super) fn files_at(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let found = parquet_files(path)?;
    if found.is_empty() {
        let message = "no file in it or below ends in .parquet";
        return Err(Error::new(ErrorKind::Io, message).in_source(&escape_path(path)));
    }
    Ok(found)
}

fn unwritten(cause: std::io::Error) -> Error {
    Error::io("could not write the output", cause)
}
