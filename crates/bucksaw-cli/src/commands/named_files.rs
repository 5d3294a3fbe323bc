//! The files and datasets that a command line names, and what is said of those that fail.

use std::io;
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::{Error, ErrorKind, Result};

use crate::search::{datasets, parquet_files};
use crate::ui;

/// The datasets that are named or in folders that are, and what is named beside: folders without a Parquet file but those of datasets only
/// where these are `with_files`, and datasets have some.
pub(super) fn datasets_of(named: &[PathBuf], with_files: bool) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut all, mut others) = (Vec::new(), Vec::new());
    for path in named {
        // What can't be searched is told with its files.
        let found = if path.is_dir() { datasets(path).unwrap_or_default() } else { Vec::new() };
        match (found.is_empty(), parquet_files(path)) {
            (false, Ok(files)) if with_files && !files.is_empty() => others.push(path.clone()),
            (false, Ok(files)) if !with_files => {
                let is_in = |file: &PathBuf| found.iter().any(|dataset| file.starts_with(dataset));
                others.extend(files.into_iter().filter(|file| !is_in(file)));
            }
            (false, Ok(_)) => {}
            _ => others.push(path.clone()),
        }
        all.extend(found);
    }
    (all, others)
}

/// The files, with those in folders, and which can't be found.
pub(super) fn files(named: &[PathBuf]) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut paths, mut failures) = (Vec::new(), Vec::new());
    for path in named {
        match files_at(path) {
            Ok(found) => paths.extend(found),
            Err(error) => failures.push(error),
        }
    }
    (paths, failures)
}

/// The file, or those in the folder.
fn files_at(path: &Path) -> Result<Vec<PathBuf>> {
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

/// Whether the file or the output is to blame.
pub(super) enum Failure {
    File(Error),
    Output(Error),
}

impl From<io::Error> for Failure {
    fn from(cause: io::Error) -> Self {
        Self::Output(ui::unwritten(cause))
    }
}

/// One error for all failures, of the first one's kind.
pub(super) fn together(mut failures: Vec<Error>, files: usize) -> Result<()> {
    match failures.len() {
        0 => Ok(()),
        1 => Err(failures.remove(0)),
        count => {
            let kind = failures.first().map_or(ErrorKind::InvalidParquet, Error::kind);
            let first = format!("{count} of {files} files failed:");
            let lines = failures.iter().map(|error| format!("  {error}"));
            Err(Error::of_problems(kind, [first].into_iter().chain(lines)))
        }
    }
}
