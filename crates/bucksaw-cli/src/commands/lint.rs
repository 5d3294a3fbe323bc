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
    for Finding { column, severity, readers, message, .. } in findings {
        let readers: Vec<String> = readers.iter().map(Reader::to_string).collect();
        let column = escape(column);
        writeln!(out, "{path}: {column}: {severity} in {}: {message}", readers.join(", "))?;
    }
    Ok(())
}
