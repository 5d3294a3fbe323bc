//! `bucksaw lint`: what readers would stumble over.

use std::io::{self, Write};

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw::{Error, ErrorKind, Result};
use bucksaw_inspect::{File, Finding, Reader, Severity, lint};
use serde::Serialize;

use super::cat::files;
use crate::cli::LintArgs;
use crate::ui;

/// Columns with one trouble that are named.
const SHOWN_COLUMNS: usize = 3;

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Linted<'l> {
    path: String,
    findings: &'l [Finding],
}

/// Looks at all files.
pub(crate) fn run(args: &LintArgs, out: &mut impl Write) -> Result<()> {
    let readers = if args.readers.is_empty() { &Reader::ALL[..] } else { &args.readers };
    let mut bad = 0;
    for path in files(&args.files)? {
        let findings = lint(&File::open(&path)?.describe(), readers);
        bad += findings.iter().filter(|finding| finding.severity != Severity::Awkward).count();
        let path = escape_path(&path);
        let written = match args.json {
            true => ui::write_json(&Linted { path, findings: &findings }, out),
            false => text(&path, &findings, out),
        };
        written.map_err(|cause| Error::io("could not write the output", cause))?;
    }
    out.flush().map_err(|cause| Error::io("could not write the output", cause))?;
    match bad as u64 {
        0 => Ok(()),
        bad => {
            let message =
                format!("{} that readers can't take or take for others", counted(bad, "finding"));
            Err(Error::new(ErrorKind::InvalidParquet, message))
        }
    }
}

fn text(path: &str, findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    if findings.is_empty() {
        return writeln!(out, "{path}: nothing that these readers stumble over");
    }
    let mut told: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        let is_same = |known: &&mut (&Finding, Vec<String>)| {
            known.0.message == finding.message && known.0.readers == finding.readers
        };
        let column = escape(&finding.column).into_owned();
        match told.iter_mut().find(is_same) {
            Some((_, columns)) => columns.push(column),
            None => told.push((finding, vec![column])),
        }
    }
    for (Finding { severity, readers, message, .. }, columns) in told {
        let readers: Vec<String> = readers.iter().map(Reader::to_string).collect();
        let (readers, columns) = (readers.join(", "), shown(&columns));
        writeln!(out, "{path}: {columns}: {severity} in {readers}: {message}")?;
    }
    Ok(())
}

/// The first columns, and how many more there are.
fn shown(columns: &[String]) -> String {
    let first = columns.iter().take(SHOWN_COLUMNS).cloned().collect::<Vec<_>>().join(", ");
    match columns.len().saturating_sub(SHOWN_COLUMNS) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
