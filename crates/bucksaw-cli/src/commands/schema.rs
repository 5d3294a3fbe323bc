//! `bucksaw schema`: the schema file for inputs.

use std::io::{self, Write};

use bucksaw::internal::counted;
use bucksaw::{DeclaredSchema, Error, Result, UnknownColumns};

use super::convert::options::{Settings, settings};
use super::format_options;
use super::scan::{Part, Scanned, scan};
use crate::cli::SchemaArgs;
use crate::sources::{Inputs, Source, expand};
use crate::{interrupt, ui};

/// Reads the inputs, or a sample of them, and prints their schema.
pub(crate) fn run(args: &SchemaArgs, out: &mut impl Write) -> Result<()> {
    interrupt::handle_signals()?;
    let Settings { options, input: read_as, notes, .. } =
        settings(&args.shape, &args.file, Vec::new())?;
    ui::tell_notes(&notes);
    let Inputs { sources, notes } = expand(&args.inputs)?;
    ui::tell_notes(&notes);
    let shares = match args.sample {
        Some(sample) => shares(&sources, sample.as_u64()),
        None => vec![None; sources.len()],
    };
    let bytes: Option<u64> = sources.iter().map(Source::len).sum();
    let bar = ui::progress(bytes.filter(|_| args.sample.is_none()), args.quiet);
    let parts = sources.iter().zip(shares);
    let parts = parts.map(|(source, bytes)| Part { source, length: None, bytes });
    let Scanned { schema, intake, notes } = scan(parts, &options, &read_as, &bar)?;
    bar.finish_and_clear();
    ui::tell_notes(&notes);
    ui::tell_notes(&format_options::notes(&args.shape.input, intake.formats()));
    intake.check_all(false)?;
    write(&schema, out).map_err(|cause| Error::io("could not print the schema", cause))?;
    if !args.quiet {
        let (counts, columns) = (intake.counts(), schema.columns.len() as u64);
        ui::tell(&format!("{} read: {}", counted(counts.rows, "row"), counted(columns, "column")));
        if let Some(first) = intake.first_rejected() {
            let rejected = counted(counts.rejected, intake.record());
            ui::tell(&format!("{rejected} rejected, and not looked at. The first: {first}"));
        }
    }
    Ok(())
}

/// A share of the sample for each source: small sources leave what they don't need to others.
fn shares(sources: &[Source], sample: u64) -> Vec<Option<u64>> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    let length = |index: &usize| sources.get(*index).and_then(Source::len).unwrap_or(u64::MAX);
    order.sort_by_key(length);
    let mut shares = vec![None; sources.len()];
    let (mut left, mut count) = (sample, sources.len() as u64);
    for index in order {
        let share = left / count.max(1);
        left -= share.min(length(&index));
        count -= 1;
        if let Some(known) = shares.get_mut(index) {
            *known = Some(share);
        }
    }
    shares
}

/// Writes the schema with a line for each column.
pub(super) fn write(schema: &DeclaredSchema, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\"columns\":[")?;
    for (index, column) in schema.columns.iter().enumerate() {
        out.write_all(if index > 0 { b",\n" } else { b"\n" })?;
        let mut line = Vec::new();
        ui::write_json(column, &mut line)?;
        out.write_all(b"  ")?;
        out.write_all(line.trim_ascii_end())?;
    }
    out.write_all(b"\n]")?;
    if schema.unknown_columns != UnknownColumns::Add {
        write!(out, ",\"unknown_columns\":\"{}\"", schema.unknown_columns)?;
    }
    out.write_all(b"}\n")?;
    out.flush()
}
