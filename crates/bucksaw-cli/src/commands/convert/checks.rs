//! What is refused before any work: files to write that are read, or each other.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::{ColumnOption, Error, ErrorKind, Report, Result, UnknownColumn};

use crate::files::{FileId, Location};
use crate::sources::Source;

/// Where the system shows standard output as a file, where it does.
const STDOUT_PATH: &str = "/dev/stdout";

/// What a run reads and writes.
pub(super) struct Files<'f> {
    pub(super) sources: &'f [Source],
    pub(super) schema: Option<&'f Path>,
    /// The Parquet files.
    pub(super) targets: &'f [PathBuf],
    /// Whether one goes to standard output.
    pub(super) has_stream: bool,
    /// Where rejected lines are kept, and their reasons.
    pub(super) kept: &'f [PathBuf],
}

impl Files<'_> {
    /// Checks that no file is written that is read or written otherwise. Files are compared as the file
    /// system knows them, so that no link and no spelling gets past.
    pub(super) fn check(&self) -> Result<()> {
        let mut read: HashMap<FileId, &str> = HashMap::new();
        read.extend(
            self.sources.iter().filter_map(|source| Some((source.regular_file()?, "an input"))),
        );
        let schema = self.schema.and_then(FileId::of);
        read.extend(schema.map(|file| (file, "the schema")));
        let mut written: HashMap<Location, &Path> = HashMap::new();
        let stream = Path::new(STDOUT_PATH);
        let stream =
            self.has_stream.then_some(stream).filter(|path| FileId::of_regular(path).is_some());
        let paths = self.targets.iter().chain(self.kept).map(PathBuf::as_path);
        for path in stream.into_iter().chain(paths) {
            let location = Location::of(path);
            if let Location::File(file) = &location
                && let Some(what) = read.get(file)
            {
                return Err(refused(format!(
                    "{} is {what}: write to another file",
                    escape_path(path)
                )));
            }
            if let Some(other) = written.insert(location, path) {
                return Err(refused(format!(
                    "{} and {} are the same file, and would take both rows and what --on-error keeps: name another",
                    escape_path(other),
                    escape_path(path),
                )));
            }
        }
        Ok(())
    }
}

/// Whether `--select`, and what `--drop` leaves of it, is nothing that any row has: that is a slip, unless there were no
/// rows.
pub(super) fn selects_nothing(
    selected: &[String],
    dropped: &[String],
    reports: &[Report],
) -> Option<Error> {
    let files = || reports.iter().flat_map(|report| &report.files);
    let has_rows = reports.iter().any(|report| report.rows > 0);
    let has_values =
        || files().any(|file| file.columns.iter().any(|column| column.nulls < file.rows));
    if selected.is_empty() || !has_rows || has_values() {
        return None;
    }
    let is_unknown = |name: &String| {
        let is_it =
            |named: &UnknownColumn| named.option == ColumnOption::Select && named.column == *name;
        reports.iter().all(|report| report.unknown_columns.iter().any(is_it))
    };
    let names = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
        names.join(", ")
    };
    if selected.iter().all(is_unknown) {
        let names = names(selected);
        return Some(refused(format!(
            "no row has any of the columns that --select names: {names} (bucksaw schema INPUT shows which there are)"
        )));
    }
    (!dropped.is_empty()).then(|| {
        let (selected, dropped) = (names(selected), names(dropped));
        refused(format!("--drop {dropped} leaves nothing of --select {selected} that any row has"))
    })
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Options, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::LOOKED_UP;

    /// Each file is looked at a few times, however many others there are.
    #[test]
    fn every_file_is_looked_up_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |number: usize, ending: &str| {
            let path = folder.path().join(format!("{number}{ending}"));
            std::fs::write(&path, "").expect("writes");
            path
        };
        let sources: Vec<_> = (0..200).map(|at| Source::named(write(at, ".ndjson"))).collect();
        let targets: Vec<_> = (0..200).map(|at| write(at, ".parquet")).collect();
        let before = LOOKED_UP.get();
        let files = Files {
            sources: &sources,
            schema: None,
            targets: &targets,
            has_stream: false,
            kept: &[],
        };
        files.check().expect("different files");
        assert_eq!(LOOKED_UP.get() - before, sources.len() + targets.len());
    }
}
