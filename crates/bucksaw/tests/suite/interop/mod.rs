//! Files of every kind, read back by the parquet crate and by other people's readers, and compared
//! cell by cell with a plain model that is made without the product's code.
//!
//! All readers but the crate are run by the Python program in `readers/`, in several versions, which are
//! those that `BUCKSAW_READERS` lists. `./test` sets it.

mod case;
mod cases;
mod cell;
mod clickhouse_tables;
mod datasets;
mod json;
mod model;
mod read_back;
mod reencoded;
mod skipping;
mod statistics;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bucksaw::{BackendKind, Profile};

use crate::interop::case::{Case, refusal};

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
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/interop/readers");

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
    for (writer, case) in each_case(&cases::all()) {
        let mut found = match written(case, writer, folder.path()) {
            Err(problem) => vec![problem],
            Ok(None) => Vec::new(),
            Ok(Some(path)) => {
                let expected = case.expected();
                crate::support::layout::check(&fs::read(&path).expect("the file that was written"));
                let mut found = read_back::differences(&path, expected);
                found.extend(read_back::missing_facts(&path, &case.facts));
                if found.is_empty() {
                    found = statistics::problems(&path, expected);
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
#[ignore = "needs other people's readers: run ./test"]
fn every_reader_reads_every_file_back() {
    let folder = tempfile::tempdir().expect("a folder");
    for (writer, case) in each_case(&cases::all()) {
        let path = written(case, writer, folder.path())
            .unwrap_or_else(|problem| unreachable!("{} {}: {problem}", writer.name, case.name));
        if let Some(path) = path {
            write_model(case, case.expected(), &path);
        }
    }
    assert_ne!(skipping::write_files(folder.path()), 0, "files that are worth skipping in");
    let found = read_with(&readers(), folder.path());
    let mut output = std::io::stdout();
    output.write_all(found.table.as_bytes()).expect("standard output");
    assert!(found.is_equal, "{}", found.table);
}

/// The comparison is worth something only if it finds what differs, with every reader.
#[test]
#[ignore = "needs other people's readers: run ./test"]
fn every_reader_finds_a_cell_that_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = cases::all().into_iter().next().expect("a case");
    let path = written(&case, WRITERS[0], folder.path()).expect("a file").expect("a file");
    let mut expected = case.expected().clone();
    let last = expected.rows - 1;
    let column = expected.columns.iter_mut().find(|column| column.name == "at");
    column.expect("the column").cells[last] = cell::Cell::I64(-1);
    write_model(&case, &expected, &path);
    let readers = readers();
    let found = read_with(&readers, folder.path());
    assert!(!found.is_equal, "one cell differs");
    let all_fail = "X".repeat(readers.iter().map(|readers| readers.names.len()).sum());
    assert!(found.table.lines().any(|line| line.ends_with(&all_fail)), "{}", found.table);
    assert!(!read_back::differences(&path, &expected).is_empty(), "one cell differs");
}

/// Each case with each writer.
fn each_case(cases: &[Case]) -> impl Iterator<Item = (Writes, &Case)> {
    cases.iter().flat_map(|case| WRITERS.into_iter().map(move |writer| (writer, case)))
}

fn write_model(case: &Case, expected: &model::Expected, path: &Path) {
    let told = [("tries_all_filters", case.tries_all_filters.into())];
    expected.write(&path.with_extension("jsonl"), &told).expect("the model");
}

/// Readers that one interpreter has, each in one version.
struct Readers {
    python: String,
    names: Vec<String>,
}

/// The readers to be used: a line for each interpreter, with a tab after it and then their names.
fn readers() -> Vec<Readers> {
    let lines = std::env::var("BUCKSAW_READERS")
        .expect("BUCKSAW_READERS names the readers that are installed: run ./test");
    let readers = lines.lines().map(|line| {
        let (python, names) = line.split_once('\t').expect("an interpreter, a tab, and names");
        let names = names.split_whitespace().map(str::to_owned).collect();
        Readers { python: python.to_owned(), names }
    });
    readers.collect()
}

/// What the readers found in a folder.
struct Found {
    is_equal: bool,
    table: String,
}

/// Runs the readers on a folder's files, those of as many interpreters at once as there are processors.
fn read_with(all: &[Readers], folder: &Path) -> Found {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let queue = Mutex::new(all.iter().enumerate());
    let next = || queue.lock().expect("no thread has panicked").next();
    let result = |number: usize| folder.join(format!("{number}.json"));
    let is_equal = AtomicBool::new(true);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while let Some((number, readers)) = next() {
                    let (code, _) = python(&readers.python, |command| {
                        let arguments = command.arg(PROGRAM).arg(folder).arg(result(number));
                        arguments.args(&readers.names)
                    });
                    if code != 0 {
                        is_equal.store(false, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let (_, table) = python(&all[0].python, |command| {
        command.arg(format!("{PROGRAM}/table.py")).args((0..all.len()).map(result))
    });
    Found { is_equal: is_equal.into_inner(), table }
}

/// Runs a Python program; its exit code, which is 0 or 1, and what it printed.
fn python(
    interpreter: &str,
    arguments: impl FnOnce(&mut Command) -> &mut Command,
) -> (i32, String) {
    let mut command = Command::new(interpreter);
    command.arg("-B");
    let output = arguments(&mut command).output().expect("the interpreter can be run");
    let code = output.status.code().expect("the program ends by itself");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(code <= 1, "{interpreter}: the program itself failed: {errors}");
    (code, String::from_utf8_lossy(&output.stdout).into_owned())
}
