//! Errors for scripts: the JSON object that `--json` prints where there is nothing else to print.

use bucksaw::escape::escape_lines;
use bucksaw::{Error, ErrorKind, Position};
use serde::Serialize;

use crate::{exit, ui};

/// What `--json` prints of an error.
#[derive(Serialize)]
struct Document {
    error: Failure,
}

#[derive(Serialize)]
struct Failure {
    kind: &'static str,
    /// What standard error has, too.
    message: String,
    exit_code: u8,
    /// The file, as the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    position: Place,
}

/// Where in the file, as far as that is known.
#[derive(Default, Serialize)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

/// Prints an error.
pub(crate) fn print(error: &Error) {
    let Position { source, line, line_column, byte, column, row, .. } = error.position().clone();
    print_document(Failure {
        kind: kind(error.kind()),
        message: error.to_string(),
        exit_code: exit::code_of(error),
        file: source,
        position: Place { line, line_column, byte, row, column },
    });
}

/// Prints what is wrong with the command line.
pub(crate) fn print_usage(message: &str) {
    print_document(Failure {
        kind: kind(ErrorKind::Options),
        message: escape_lines(message).into_owned(),
        exit_code: exit::USAGE,
        file: None,
        position: Place::default(),
    });
}

fn print_document(error: Failure) {
    // It may be standard output itself that failed; standard error tells.
    let _ = ui::print_json(&Document { error });
}

fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Options => "options",
        ErrorKind::Refused => "refused",
        ErrorKind::Malformed => "malformed",
        ErrorKind::InputFormat => "input_format",
        ErrorKind::Truncated => "truncated",
        ErrorKind::LateColumn => "late_column",
        ErrorKind::Exists => "exists",
        ErrorKind::Io => "io",
        ErrorKind::InvalidParquet => "invalid_parquet",
        ErrorKind::FileLimit => "file_limit",
        ErrorKind::MemoryLimit => "memory_limit",
        ErrorKind::Unsupported => "unsupported",
        _ => "other",
    }
}
