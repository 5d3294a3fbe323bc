//! The schema that runs have in common: read before, and grown by what a run finds as soon as it has found it, and before its files
//! appear.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::{DeclaredColumn, DeclaredSchema, Error, ErrorKind, InputTable, Result, Table};

use crate::commands::schema;
use crate::files::FileId;

/// What the lock is called that a run has while it reads and replaces the file.
const LOCK_SUFFIX: &str = ".lock";

/// The schema of the file, or one without columns where there is no file yet.
pub(super) fn read(path: &Path) -> Result<DeclaredSchema> {
    let name = escape_path(path);
    match fs::read_to_string(path) {
        Ok(json) => DeclaredSchema::from_json(&json).map_err(|error| error.in_source(&name)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(DeclaredSchema::new()),
        Err(cause) => Err(Error::io("could not read the schema", cause).in_source(&name)),
    }
}

/// The columns of the state, and those that a schema declares beside them. What the schema says wins until the first
/// run; afterwards it has to be the same.
pub(super) fn with_declared(
    state: DeclaredSchema,
    declared: DeclaredSchema,
) -> Result<DeclaredSchema> {
    let mut schema = declared.clone();
    schema.columns = state.columns;
    schema
        .add_columns(&declared.columns)
        .map_err(|error| conflict(&error, "the schema and the schema state do not agree"))?;
    Ok(schema)
}

/// The file, and what it was told.
pub(super) struct State {
    path: PathBuf,
    columns: Vec<DeclaredColumn>,
    /// What its rows are, once there were some.
    of: Option<InputTable>,
}

impl State {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), columns: Vec::new(), of: None }
    }

    /// Adds what the table has, where that is new.
    ///
    /// # Errors
    /// As [`grow`]; [`ErrorKind::Options`] of rows of another table than before.
    pub(super) fn tell(&mut self, of: InputTable, table: &Table) -> Result<()> {
        let known = *self.of.get_or_insert(of);
        if known != of {
            let message = format!(
                "--schema-state is of one table, and there are {of} beside {known}: convert each table's records alone, with a state of its own"
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        let DeclaredSchema { columns, .. } = table.declared();
        if columns != self.columns {
            grow(&self.path, &columns)?;
            self.columns = columns;
        }
        Ok(())
    }
}

/// Adds the columns to the file's. Others may have added theirs since it was read; none are lost.
///
/// # Errors
/// [`ErrorKind::Options`] where others gave one of the columns another type meanwhile.
fn grow(path: &Path, columns: &[DeclaredColumn]) -> Result<()> {
    let failed = |cause| Error::io(format!("could not write {}", escape_path(path)), cause);
    let _lock = Lock::of(path).map_err(failed)?;
    let known = read(path)?;
    let mut grown = known.clone();
    grown.add_columns(columns).map_err(|error| {
        conflict(&error, "another run has settled it meanwhile: run this one again")
    })?;
    if grown == known && path.exists() {
        return Ok(());
    }
    let staged = beside(path, ".new");
    let mut file = File::create(&staged).map_err(failed)?;
    schema::write(&grown, &mut file).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&staged, path).map_err(failed)
}

/// The lock that a run has while it reads and replaces the file; it is removed with its end.
struct Lock {
    path: PathBuf,
    /// Locked.
    _file: File,
}

impl Lock {
    fn of(state: &Path) -> io::Result<Self> {
        let path = beside(state, LOCK_SUFFIX);
        loop {
            let file = File::options().create(true).append(true).open(&path)?;
            file.lock()?;
            // Who had it before may have removed it meanwhile, and the next ones lock another file of this name.
            if FileId::of_open(&file, &path).is_some_and(|id| FileId::of(&path) == Some(id)) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is locked, so that nobody can have it who doesn't look again. Where files don't say which they are, it
        // stays, and disturbs no run.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// An error of columns that do not agree, with what that means.
fn conflict(error: &Error, why: &str) -> Error {
    let told = Error::new(error.kind(), format!("{}: {why}", error.message()));
    match &error.position().column {
        Some(column) => told.in_column(column),
        None => told,
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
