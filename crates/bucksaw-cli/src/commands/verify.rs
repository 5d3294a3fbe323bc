//! `bucksaw verify`: whether Parquet files are sound, and datasets as their manifests have them.

use std::io::{self, Write};
use std::path::Path;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::{counted, grouped};
use bucksaw::{Error, ErrorKind, Result};
use bucksaw_inspect::{DatasetVerification, File, Verification, verify_dataset};
use bytesize::ByteSize;

use super::named_files::{datasets_of, files};
use crate::cli::VerifyArgs;
use crate::{exit, ui};

/// What became of the files.
#[derive(Default)]
struct Outcome {
    /// Datasets, and those that are not as their manifests say.
    datasets: u64,
    otherwise: u64,
    damaged: u64,
    not_verified: u64,
    failures: Vec<Error>,
}

/// Verifies all files, whatever is found in one of them, and says which code it ends with.
pub(crate) fn run(args: &VerifyArgs, out: &mut impl Write) -> Result<u8> {
    let (datasets, named) = datasets_of(&args.files, true);
    let (paths, failures) = files(&named);
    let mut outcome = Outcome { failures, datasets: datasets.len() as u64, ..Outcome::default() };
    let files = (paths.len() + outcome.failures.len()) as u64;
    for path in &paths {
        match File::open(path).and_then(|file| file.verify()) {
            Ok(found) => {
                outcome.damaged += u64::from(!found.problems.is_empty());
                outcome.not_verified += u64::from(!found.not_verified.is_empty());
                let written = match args.json {
                    true => ui::write_json(&found, out),
                    false => text(path, &found, out),
                };
                written.map_err(ui::unwritten)?;
            }
            Err(error) => outcome.failures.push(error),
        }
    }
    for path in &datasets {
        match verify_dataset(path) {
            Ok(found) => {
                outcome.otherwise += u64::from(!found.is_sound);
                let written = match args.json {
                    true => ui::write_json(&found, out),
                    false => of_dataset(path, &found, out),
                };
                written.map_err(ui::unwritten)?;
            }
            Err(error) => outcome.failures.push(error),
        }
    }
    out.flush().map_err(ui::unwritten)?;
    ended(outcome, files)
}

/// What is damaged weighs more than what could not be looked at.
fn ended(outcome: Outcome, files: u64) -> Result<u8> {
    let Outcome { datasets, otherwise, damaged, not_verified, failures } = outcome;
    let mut lines = Vec::new();
    if otherwise > 0 {
        let of = counted(datasets, "dataset");
        lines.push(format!("{otherwise} of {of} not as the manifest says"));
    }
    if damaged > 0 {
        lines.push(format!("{damaged} of {} not as they say", counted(files, "file")));
    }
    if not_verified > 0 {
        lines.push(format!("{not_verified} of {} not verified in full", counted(files, "file")));
    }
    let kind = match failures.iter().find(|error| exit::code_of(error) == exit::BAD_DATA) {
        Some(error) => error.kind(),
        None if damaged + otherwise > 0 => ErrorKind::InvalidParquet,
        None => failures.first().map_or(ErrorKind::Unsupported, Error::kind),
    };
    lines.extend(failures.iter().map(ToString::to_string));
    match lines.is_empty() {
        true => Ok(exit::DONE),
        false => Err(Error::of_problems(kind, lines)),
    }
}

fn text(path: &Path, found: &Verification, out: &mut impl Write) -> io::Result<()> {
    let path = escape_path(path);
    if found.is_sound {
        let checksums = match found.pages_with_checksum {
            0 => "none with a checksum".to_owned(),
            all if all == found.pages => "all with checksums".to_owned(),
            some => format!("{} with checksums", grouped(some)),
        };
        return writeln!(
            out,
            "{path}: sound: {}, {}, {}, {checksums}",
            counted(found.rows, "row"),
            counted(found.row_groups as u64, "row group"),
            counted(found.pages, "page"),
        );
    }
    for problem in &found.problems {
        writeln!(out, "{path}: {}", escape(&problem.to_string()))?;
    }
    if found.more_problems > 0 {
        writeln!(out, "{path}: {}", counted(found.more_problems, "more problem"))?;
    }
    for part in &found.not_verified {
        writeln!(out, "{path}: not verified: {}", escape(&part.to_string()))?;
    }
    Ok(())
}

fn of_dataset(path: &Path, found: &DatasetVerification, out: &mut impl Write) -> io::Result<()> {
    let path = escape_path(path);
    if found.unfinished > 0 {
        let files = counted(found.unfinished, "file");
        writeln!(
            out,
            "{path}: unfinished: {files} still to be named or removed; where a run was killed, the next one that writes to the dataset does it"
        )?;
    }
    if found.is_sound {
        return writeln!(
            out,
            "{path}: as its manifest says: {}, {}, {}",
            counted(found.files, "file"),
            counted(found.rows, "row"),
            ByteSize(found.bytes),
        );
    }
    for problem in &found.problems {
        writeln!(out, "{path}: {}", escape(&problem.to_string()))?;
    }
    match found.more_problems {
        0 => Ok(()),
        more => writeln!(out, "{path}: {}", counted(more, "more problem")),
    }
}
