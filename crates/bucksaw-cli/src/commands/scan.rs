//! Reading inputs for the schema of all their rows.

use bucksaw::{DeclaredSchema, Error, ErrorKind, InputOptions, OnError, Options, Result, Scan};
use indicatif::ProgressBar;

use crate::intake::Intake;
use crate::sources::Source;
use crate::ui;

/// What is read of a source.
pub(crate) struct Part<'s> {
    pub(crate) source: &'s Source,
    /// Its bytes, as it is, at the most.
    pub(crate) length: Option<u64>,
    /// Bytes after decompression, about, at the most.
    pub(crate) bytes: Option<u64>,
}

/// What was found.
pub(crate) struct Scanned {
    pub(crate) schema: DeclaredSchema,
    /// What was read for it.
    pub(crate) intake: Intake,
    /// What users should hear of single inputs.
    pub(crate) notes: Vec<String>,
}

/// Reads all parts, without rejected lines.
pub(crate) fn scan<'s>(
    parts: impl Iterator<Item = Part<'s>>,
    options: &Options,
    read_as: &InputOptions,
    bar: &ProgressBar,
) -> Result<Scanned> {
    let mut scan = Scan::new(options.clone())?;
    let mut intake = Intake::new(None, "nothing is left to tell columns by");
    let mut notes = Vec::new();
    let mut first = None;
    for Part { source, length, bytes } in parts {
        let input = source.input(length, false, bar, read_as, OnError::Skip)?;
        let mut input = match bytes {
            Some(bytes) => input.first_bytes(bytes),
            None => input,
        };
        while let Some(table) = input.next_table(options) {
            let known = *first.get_or_insert(table);
            if known != table {
                let message = format!(
                    "there are {table} behind {known}, which are rows of another table: a schema is of one (read each table's records alone)"
                );
                let error = Error::new(ErrorKind::InputFormat, message);
                return Err(error.in_source(&source.name()));
            }
            while scan.read_next(&mut input)? {
                if !bar.is_hidden() {
                    let rate = ui::rate(scan.rows(), bar.elapsed());
                    bar.set_message(format!("{rate} rows/s scanned"));
                }
            }
        }
        notes.extend(intake.add(&input));
    }
    Ok(Scanned { schema: scan.finish()?, intake, notes })
}
