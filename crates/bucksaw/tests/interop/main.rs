//! Files of every kind, read back by the parquet crate, pyarrow, DuckDB and polars, and compared cell
//! by cell with a plain model that is made without the product's code.
//!
//! The readers in Python are run by `readers.py`, with the interpreter that `BUCKSAW_PYTHON` names.

mod case;
mod cases;
mod cell;
mod json;
mod model;
mod read_back;
mod statistics;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bucksaw::{BackendKind, Profile};

use crate::case::{Case, refusal};

/// What writes the files.
#[derive(Clone, Copy)]
pub(crate) struct Writes {
    name: &'static str,
    pub(crate) backend: BackendKind,
    pub(crate) profile: Profile,
    pub(crate) threads: usize,
}

const WRITERS: [Writes; 3] = [
    Writes { name: "arrow", backend: BackendKind::Arrow, profile: Profile::Portable, threads: 1 },
    Writes { name: "direct", backend: BackendKind::Direct, profile: Profile::Portable, threads: 1 },
    Writes { name: "modern", backend: BackendKind::Direct, profile: Profile::Modern, threads: 2 },
];
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/readers.py");

/// Writes the case's file; none where the backend has to refuse it, and does.
fn written(case: &Case, writer: Writes, folder: &Path) -> Result<Option<PathBuf>, String> {
    let path = folder.join(format!("{}-{}.parquet", writer.name, case.name));
    let refusal = case.demand.and_then(|demand| refusal(writer.backend, demand));
    match (case.write(writer, &path), refusal) {
        (Ok(()), None) => Ok(Some(path)),
        (Err(error), Some(kind)) if error.kind() == kind => Ok(None),
        (Ok(()), Some(kind)) => Err(format!("was written, where {kind:?} is due")),
        (Err(error), _) => Err(format!("could not be written: {error}")),
    }
}

#[test]
fn the_parquet_crate_reads_every_file_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for (writer, case) in each_case() {
        let mut found = match written(&case, writer, folder.path()) {
            Err(problem) => vec![problem],
            Ok(None) => Vec::new(),
            Ok(Some(path)) => {
                let expected = case.expected();
                let mut found = read_back::differences(&path, &expected);
                found.extend(read_back::missing_facts(&path, &case.facts));
                if found.is_empty() {
                    found = statistics::problems(&path, &expected);
                }
                found
            }
        };
        found.truncate(5);
        wrong.extend(
            found.iter().map(|problem| format!("{} {}: {problem}", writer.name, case.name)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs the Python readers: run ./test"]
fn pyarrow_duckdb_and_polars_read_every_file_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = 0;
    for (writer, case) in each_case() {
        let path = written(&case, writer, folder.path())
            .unwrap_or_else(|problem| unreachable!("{} {}: {problem}", writer.name, case.name));
        if let Some(path) = path {
            case.expected().write(&path.with_extension("jsonl")).expect("the model");
            files += 1;
        }
    }
    assert!(readers_agree(folder.path(), files, Stdio::inherit()), "see the readers' table above");
}

/// The comparison is worth something only if it finds what differs.
#[test]
#[ignore = "needs the Python readers: run ./test"]
fn the_readers_find_a_cell_that_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = cases::all().into_iter().next().expect("a case");
    let path = written(&case, WRITERS[0], folder.path()).expect("a file").expect("a file");
    let mut expected = case.expected();
    expected.write(&path.with_extension("jsonl")).expect("the model");
    assert!(readers_agree(folder.path(), 1, Stdio::null()), "nothing differs yet");
    let last = expected.rows - 1;
    let column = expected.columns.iter_mut().find(|column| column.name == "zeros");
    column.expect("the column").cells[last] = cell::Cell::F64(0.5);
    expected.write(&path.with_extension("jsonl")).expect("the model");
    assert!(!readers_agree(folder.path(), 1, Stdio::null()), "one cell differs");
    assert!(!read_back::differences(&path, &expected).is_empty(), "one cell differs");
}

fn each_case() -> impl Iterator<Item = (Writes, Case)> {
    WRITERS.into_iter().flat_map(|writer| cases::all().into_iter().map(move |case| (writer, case)))
}

/// Runs the readers' script on a folder that has so many files; its table goes to `table`.
fn readers_agree(folder: &Path, files: usize, table: Stdio) -> bool {
    let python = std::env::var_os("BUCKSAW_PYTHON").expect(
        "BUCKSAW_PYTHON names a Python that has tests/interop/requirements.txt: run ./test",
    );
    let found = fs::read_dir(folder).expect("the folder").count();
    assert_eq!(found, 2 * files, "each file has its model beside it");
    let mut command = Command::new(python);
    command.arg(SCRIPT).arg(folder).arg(files.to_string()).stdout(table);
    let status = command.status().expect("BUCKSAW_PYTHON can be run");
    let code = status.code().expect("the readers end by themselves");
    assert!(code <= 1, "the script itself failed");
    code == 0
}
