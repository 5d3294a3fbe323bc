//! `bucksaw cat`: rows back as NDJSON.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::{counted, nearest};
use bucksaw::{Error, ErrorKind, Result};
use bucksaw_inspect::{File, Filter, Fit};

use super::named_files::{Failure, files, together};
use crate::cli::CatArgs;
use crate::ui;

/// Columns that are told one by one, where their texts may have been other values.
const SHOWN_UNCLEAR: usize = 3;

/// Prints the rows of all files, one after another. A file that fails doesn't keep the others from being printed; the error at
/// the end tells all of them.
pub(crate) fn run(args: &CatArgs, out: &mut impl Write) -> Result<()> {
    let filter = args.filter.as_deref().map(str::parse::<Filter>).transpose()?;
    let (paths, mut failures) = files(&args.files);
    check(args, filter.as_ref(), &paths)?;
    let count = paths.len() + failures.len();
    let mut left = args.head.unwrap_or(u64::MAX);
    for path in &paths {
        if left == 0 {
            break;
        }
        match rows(args, filter.as_ref(), path, &mut left, out) {
            Ok(()) => {}
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::File(error)) => failures.push(error),
        }
    }
    out.flush().map_err(ui::unwritten)?;
    together(failures, count)
}

/// Checks that each column that is asked for is in one file at least, where its type can be compared with what it is: in the
/// others, it is null, or unequal. Files that can't be read are told when they are.
fn check(args: &CatArgs, filter: Option<&Filter>, paths: &[PathBuf]) -> Result<()> {
    let shown = args.columns.iter().flatten().map(|name| ("--columns", name));
    let asked = filter.map(Filter::columns).unwrap_or_default();
    let mut missing: Vec<_> = shown.chain(asked.iter().map(|name| ("--where", name))).collect();
    let mut fits: Vec<Fit> = Vec::new();
    let mut known = BTreeSet::new();
    let mut is_one_read = false;
    for path in paths {
        let is_clear = missing.is_empty() && fits.iter().all(|fit| matches!(fit, Fit::Fits));
        if is_one_read && is_clear {
            return Ok(());
        }
        let Ok(rebuild) = File::open(path).and_then(|file| file.rebuild()) else { continue };
        let rebuild = rebuild.at(path);
        is_one_read = true;
        missing.retain(|(_, name)| !rebuild.has_column(name));
        known.extend(rebuild.column_names());
        let found = filter.map(|filter| filter.typed(&rebuild).1).unwrap_or_default();
        fits = match fits.is_empty() {
            true => found,
            false => fits.into_iter().zip(found).map(better).collect(),
        };
    }
    if !is_one_read {
        return Ok(());
    }
    let error = match missing.first() {
        Some((flag, name)) => no_column(flag, name, &known, paths),
        None => {
            let misfit = fits.into_iter().find_map(|fit| match fit {
                Fit::Misfit(error) => Some(error),
                _ => None,
            });
            let Some(error) = misfit else { return Ok(()) };
            error
        }
    };
    Err(match paths {
        [path] => error.in_source(&escape_path(path)),
        _ => error,
    })
}

/// What stands of two files: one of them is enough.
fn better((known, found): (Fit, Fit)) -> Fit {
    match (&known, &found) {
        (_, Fit::Fits) | (Fit::Absent, _) => found,
        _ => known,
    }
}

fn no_column(flag: &str, name: &str, known: &BTreeSet<String>, paths: &[PathBuf]) -> Error {
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
    Error::new(ErrorKind::Options, message)
}

/// Prints rows of a file, as many as are left at the most, and counts them off.
fn rows(
    args: &CatArgs,
    filter: Option<&Filter>,
    path: &Path,
    left: &mut u64,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let file = File::open(path).map_err(Failure::File)?;
    let mut rebuild = file.rebuild().map_err(Failure::File)?.at(path);
    let shown = args.columns.as_deref().map(|names| rebuild.columns_of(&file, names));
    let filter = filter.map(|filter| filter.typed(&rebuild).0);
    let asked = filter.as_ref().map(Filter::columns).unwrap_or_default();
    let looked_at = if asked.is_empty() { Vec::new() } else { rebuild.columns_of(&file, asked) };
    tell_unclear(&rebuild.tell_apart(&file, shown.as_deref()), path);
    let mut rows = match &shown {
        None => file.rows(u64::MAX),
        Some(columns) => file.rows_of(&[columns.as_slice(), &looked_at].concat(), u64::MAX),
    };
    while *left > 0
        && let Some(row) = rows.next()
    {
        let row = row.map_err(Failure::File)?;
        if filter.as_ref().is_none_or(|filter| filter.keeps(&rebuild.view(&row, asked))) {
            ui::write_json(&rebuild.row(row, shown.as_deref()), out)?;
            *left -= 1;
        }
    }
    Ok(())
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
