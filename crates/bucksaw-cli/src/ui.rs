//! Words for people, on standard error; a progress bar where that is a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bucksaw::Renamed;
use bucksaw::escape::{escape, escape_lines, escape_path, is_hidden};
pub use bucksaw::internal::grouped;
use bucksaw::internal::{Telling, counted, most_misfits, time_ranges, unsorted};
use bucksaw::{
    Alterations, ColumnOption, ColumnsInRest, Error, FileReport, Report, Result, TimeRange,
    UnknownColumn,
};
use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::intake::Intake;

/// Files that are told one by one.
const SHOWN_FILES: usize = 10;

/// Says some lines, with whatever is no plain text in them escaped. Nobody is left to tell where
/// standard error is gone.
pub fn tell(lines: &str) {
    let _ = writeln!(io::stderr(), "{}", escape_lines(lines));
}

/// Says a line for each, whatever names are in it.
pub fn tell_notes(notes: &[String]) {
    notes.iter().for_each(|note| tell(&escape(note)));
}

/// A bar over `bytes` to read, or a spinner where that is not known; hidden unless on a terminal.
pub fn progress(bytes: Option<u64>, is_quiet: bool) -> ProgressBar {
    if is_quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match bytes {
        Some(bytes) => (
            ProgressBar::new(bytes),
            "{bar:30} {binary_bytes}/{binary_total_bytes} {msg} ETA {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {binary_bytes} {msg} {elapsed}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    // The templates above are sound.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A bar over steps, whose number is told later; hidden unless on a terminal.
pub fn steps(is_quiet: bool) -> ProgressBar {
    if is_quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(1);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    // The template is sound.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ETA {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Prints a document as a line of JSON on standard output.
pub fn print_json(document: &impl Serialize) -> Result<()> {
    let mut out = io::stdout().lock();
    write_json(document, &mut out)
        .and_then(|()| out.flush())
        .map_err(|cause| Error::io("could not print", cause))
}

/// What a command prints that could not be.
pub fn unwritten(cause: io::Error) -> Error {
    Error::io("could not write the output", cause)
}

/// Writes a document as a line of JSON, which may go to a terminal.
pub fn write_json(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut *out, Escaping))?;
    out.write_all(b"\n")
}

/// Compact JSON, in which control characters, and characters that reorder or hide text, are spelled
/// out. JSON itself asks for that only up to U+001F.
struct Escaping;

impl Formatter for Escaping {
    /// JSON as it is spelled, on one line: such characters are in its strings, if anywhere, but for the white space
    /// between values.
    fn write_raw_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for (index, part) in fragment.split(['\t', '\r', '\n']).enumerate() {
            if index > 0 {
                writer.write_all(b" ")?;
            }
            self.write_string_fragment(writer, part)?;
        }
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        mut fragment: &str,
    ) -> io::Result<()> {
        while let Some((at, hidden)) = fragment.char_indices().find(|(_, c)| is_hidden(*c)) {
            writer.write_all(fragment.get(..at).unwrap_or_default().as_bytes())?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            fragment = fragment.get(at + hidden.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(fragment.as_bytes())
    }
}

/// Rows in a second.
pub fn rate(rows: u64, elapsed: Duration) -> String {
    grouped((rows as f64 / elapsed.as_secs_f64().max(1e-9)) as u64)
}

/// What a conversion came to, in some lines.
pub(crate) fn summary(intake: &Intake, reports: &[Report], elapsed: Duration) -> String {
    let input = intake.counts();
    let rows = reports.iter().map(|report| report.rows).sum();
    let tells_source = intake.inputs() > reports.len();
    let mut lines = Vec::new();
    let files: Vec<&FileReport> = reports.iter().flat_map(|report| &report.files).collect();
    for file in files.iter().take(SHOWN_FILES) {
        let path = file.path.as_ref().map_or("standard output".into(), |path| escape_path(path));
        let of_files = match file.files {
            1 => String::new(),
            files => format!(" in {}", counted(files, "file")),
        };
        lines.push(format!(
            "{path}: {}, {}, {}{of_files}, {}",
            counted(file.rows, "row"),
            counted(file.columns.len() as u64, "column"),
            counted(file.row_groups as u64, "row group"),
            ByteSize(file.bytes),
        ));
        if file.unnamed > 0 {
            let rows = counted(file.unnamed, "row");
            lines.push(format!("{rows} with an empty text, or one as null is called, that --partition names folders by: readers take it for null"));
        }
        let order = file.order.as_ref();
        lines.extend(order.and_then(|order| unsorted(order, file.row_groups, tells_source)));
    }
    lines.extend(more_files(files.get(SHOWN_FILES..).unwrap_or_default()));
    let peak = reports.iter().filter_map(|report| report.peak_memory).max();
    lines.push(format!(
        "{}, {} read in {:.2} s: {} rows/s{}",
        counted(input.records, intake.record()),
        ByteSize(input.bytes),
        elapsed.as_secs_f64(),
        rate(rows, elapsed),
        peak.map_or(String::new(), |peak| format!(", peak memory {}", ByteSize(peak))),
    ));
    if let Some(first) = intake.first_rejected() {
        let (rejected, first) = (counted(input.rejected, intake.record()), first.to_string());
        lines.push(match input.rejected {
            1 => format!("{rejected} rejected: {first}"),
            _ => format!("{rejected} rejected, the first: {first}"),
        });
    }
    if input.withheld > 0 {
        let count = counted(input.withheld, "rejected line");
        lines.push(format!("{count} withheld: where values to redact are in them, nobody knows"));
    }
    if input.text_lines > 0 {
        let count = counted(input.text_lines, "line");
        lines.push(format!("{count} of text kept, in the column message"));
    }
    if input.deletions > 0 {
        let count = counted(input.deletions, "action");
        lines.push(format!("{count} that only delete, left out"));
    }
    if input.nul_bytes > 0 {
        lines.push(format!("{} skipped, which pad files", counted(input.nul_bytes, "NUL byte")));
    }
    let mut times = Vec::new();
    reports.iter().for_each(|report| TimeRange::add(&mut times, report.timestamps.clone()));
    lines.extend(Some(time_ranges(&times)).filter(|line| !line.is_empty()));
    let mut alterations = Alterations::default();
    reports.iter().for_each(|report| alterations.add(&report.alterations));
    lines.extend(alterations.to_string().lines().map(str::to_owned));
    let files = reports.iter().flat_map(|report| &report.files);
    lines.extend(most_misfits(files, Telling { source: tells_source, flags: true }));
    lines.extend(renamed(reports));
    lines.join("\n")
}

/// Files that are not told one by one.
fn more_files(files: &[&FileReport]) -> Option<String> {
    let rows = files.iter().map(|file| file.rows).sum();
    let bytes = ByteSize(files.iter().map(|file| file.bytes).sum());
    let count = Some(files.len() as u64).filter(|count| *count > 0)?;
    Some(format!("{}: {}, {bytes}", counted(count, "more file"), counted(rows, "row")))
}

/// Columns that are stored under other names, which are the same in all files of the table.
fn renamed(reports: &[Report]) -> Vec<String> {
    let mut lines = Vec::new();
    for Renamed { from, to, .. } in reports.iter().flat_map(|report| &report.renamed) {
        let line = format!("column {from:?} is stored as {to:?}");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// What to say of columns that the memory limit does not carry: the most that it lacks for a file.
pub fn columns_in_rest(reports: &[Report]) -> Option<String> {
    let told = reports.iter().filter_map(|report| report.columns_in_rest);
    let ColumnsInRest { columns, carried, memory_limit, .. } =
        told.max_by_key(|told| (told.memory_limit, told.columns))?;
    Some(format!(
        "{} went into _rest: this --memory-limit carries {}; --memory-limit {}MiB or more carries them",
        counted(columns, "column"),
        counted(carried, "column"),
        memory_limit >> 20,
    ))
}

/// What to say of columns that options name and that none of the files has.
pub fn unknown_columns(reports: &[Report]) -> Vec<String> {
    let Some((first, others)) = reports.split_first() else { return Vec::new() };
    let is_unknown_to_all =
        |named: &&UnknownColumn| others.iter().all(|report| report.unknown_columns.contains(named));
    let unknown = first.unknown_columns.iter().filter(is_unknown_to_all);
    let note = |UnknownColumn { option, column, stored_as, .. }: &UnknownColumn| {
        let flag = match option {
            ColumnOption::SortedBy => "--sorted-by",
            ColumnOption::ClusterBy => "--cluster",
            ColumnOption::SortBy => "--sort",
            ColumnOption::PartitionBy => "--partition",
            ColumnOption::KeepTogether => "--keep-together",
            ColumnOption::BloomFilterOf => "--bloom-filter",
            ColumnOption::DictionaryOf => "--dictionary",
            ColumnOption::Select => "--select",
            ColumnOption::Drop => "--drop",
            ColumnOption::Rename => "--rename",
            ColumnOption::Redact => "--redact",
            ColumnOption::TimestampColumn => "--timestamp-column",
            ColumnOption::StreamColumn => "--stream-column",
            ColumnOption::FingerprintOf => "--fingerprint",
            ColumnOption::Time => "--time",
            ColumnOption::JsonColumn => "--json-column",
            _ => "an option",
        };
        match stored_as {
            _ if *option == ColumnOption::Redact => format!(
                "--redact {column}=… changed nothing: no row had a value of it, or its regular expression matches none"
            ),
            Some(name) => {
                format!("{flag} names {column:?}, whose column is called {name:?}: use that")
            }
            None => format!("no row had a column {column:?}, which {flag} names"),
        }
    };
    unknown.map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
