//! `bucksaw lint`: what readers would stumble over.

use std::io::{self, Write};

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw::{Error, Result};
use bucksaw_inspect::{File, Finding, Reader, Severity, lint};
use serde::Serialize;

use super::named_files::{files, together};
use crate::cli::LintArgs;
use crate::{exit, ui};

/// Columns with one trouble that are named.
const SHOWN_COLUMNS: usize = 3;

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Linted<'l> {
    path: String,
    findings: &'l [Finding],
}

/// Looks at all files, and says which code it ends with. A file that fails doesn't keep the others from being looked at; the
/// error at the end tells all of them.
pub(crate) fn run(args: &LintArgs, out: &mut impl Write) -> Result<u8> {
    let readers = if args.readers.is_empty() { &Reader::ALL[..] } else { &args.readers };
    let mut bad = 0;
    let (paths, mut failures) = files(&args.files);
    let count = paths.len() + failures.len();
    for path in paths {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => {
                failures.push(error);
                continue;
            }
        };
        let mut findings = lint(&file.describe(), readers);
        if args.readers.is_empty() {
            findings.retain(|finding| !is_of_one(finding));
        }
        bad += findings.iter().filter(|finding| finding.severity != Severity::Awkward).count();
        let path = escape_path(&path);
        let written = match args.json {
            true => ui::write_json(&Linted { path, findings: &findings }, out),
            false => text(&path, &findings, out),
        };
        written.map_err(|cause| Error::io("could not write the output", cause))?;
    }
    out.flush().map_err(|cause| Error::io("could not write the output", cause))?;
    if bad > 0 {
        let bad = counted(bad as u64, "finding");
        ui::tell(&format!("bucksaw: {bad} that readers can't take or take for others"));
    }
    together(failures, count)?;
    Ok(if bad == 0 { exit::DONE } else { exit::BAD_DATA })
}

/// Whether it takes some care in one reader alone: whoever reads with that one names it.
fn is_of_one(finding: &Finding) -> bool {
    finding.severity == Severity::Awkward && finding.readers.len() == 1
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
