//! What a run came to: the report of `--json`, and inputs that could not be converted.

use bucksaw::internal::counted;
use bucksaw::{Error, ErrorKind, InputCounts, Report, Result};
use serde::Serialize;

use super::SHOWN;
use crate::{exit, interrupt, ui};

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Conversion<'c> {
    /// What was read.
    pub(super) input: InputCounts,
    /// What each file's writer reports.
    pub(super) reports: &'c [Report],
    /// Inputs that could not be converted.
    pub(super) failures: Vec<Failure>,
    /// Files that were there, and whose inputs were skipped.
    pub(super) existing: Vec<String>,
}

/// An input that could not be converted.
#[derive(Serialize)]
pub(super) struct Failure {
    input: Option<String>,
    error: String,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { input: error.position().source.clone(), error: error.to_string() }
    }
}

/// Whether an error is one of the input alone, and not of the outputs or of the run.
pub(super) fn is_of_its_input(error: &Error) -> bool {
    let is_of_rows = matches!(
        error.kind(),
        ErrorKind::LateColumn
            | ErrorKind::FileLimit
            | ErrorKind::MemoryLimit
            | ErrorKind::Unsupported
    );
    is_of_rows || error.position().source.is_some()
}

pub(super) fn none_converted(mut failures: Vec<Error>) -> Error {
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let kind = failures.first().map_or(ErrorKind::Malformed, Error::kind);
    let what =
        format!("none of the {} inputs could be converted; no file is written:", failures.len());
    Error::of_problems(kind, [what].into_iter().chain(shown(&failures)))
}

/// Says which inputs failed; returns the code to end with.
pub(super) fn ended_with(failures: &[Error], jobs: usize) -> u8 {
    if failures.is_empty() {
        return exit::DONE;
    }
    // Nothing is in folders that were made for them.
    interrupt::remove_empty_folders();
    let inputs = counted(jobs as u64, "input");
    let what = format!(
        "bucksaw: {} of {inputs} could not be converted; the files of the others are written (--skip-existing does what is left):",
        failures.len(),
    );
    let lines: Vec<String> = [what].into_iter().chain(shown(failures)).collect();
    ui::tell(&lines.join("\n"));
    exit::PARTIAL
}

/// A line for each of the first.
fn shown(failures: &[Error]) -> impl Iterator<Item = String> {
    let more = failures.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("  and {more} more"));
    failures.iter().take(SHOWN).map(|error| format!("  {error}")).chain(more)
}

pub(super) fn print_report(report: &Conversion<'_>) -> Result<()> {
    ui::print_json(report).map_err(unprinted)
}

/// What `--json` was to print, and could not.
pub(super) fn unprinted(error: Error) -> Error {
    match exit::code_of(&error) {
        exit::DONE => error,
        _ => Error::new(error.kind(), format!("all files are written, but: {error}")),
    }
}
