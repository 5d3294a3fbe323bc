//! Reports as text, in some lines.

use std::fmt;

use super::{
    ColumnReport, ColumnsInRest, FileReport, Misfits, MixedTexts, OrderReport, Renamed, Report,
    TimeRange,
};
use crate::block::counts::{Alterations, Outcome};
use crate::escape::{escape, escape_path};

/// Columns whose misfits are told one by one.
const SHOWN_MISFITS: usize = 3;
/// Digits that a text has which may be a time.
const MIN_TIME_DIGITS: usize = 6;
/// Columns of times whose first and last are told.
const SHOWN_TIMES: usize = 3;

/// What was written, file by file, and what could not be stored as it came.
///
/// ```
/// # use bucksaw::{Options, StreamSink, Value};
/// # let mut writer = Options::new().settling_rows(0).write_to(StreamSink::new(std::io::sink()))?;
/// # writer.write_row([("status", Value::from(200_i64))])?;
/// # writer.write_row([("status", Value::from("unknown"))])?;
/// let text = writer.finish()?.to_string();
/// assert!(text.starts_with("stream: 2 rows, 2 columns, 1 row group, "));
/// assert!(text.contains("\n1 value of another type than its column's, kept as text in NAME__text\n"));
/// assert!(text.contains("\nstatus: 1 of 2 values doesn't fit int64; it is in status__text (row 2, \"unknown\")."));
/// # Ok::<(), bucksaw::Error>(())
/// ```
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.files.iter().map(FileReport::to_string).collect();
        if self.files.len() > 1 {
            lines.push(format!("{} in {} files", counted(self.rows, "row"), self.files.len()));
        }
        if self.rejected > 0 {
            lines.push(format!("{} rejected", counted(self.rejected, "record")));
        }
        lines.push(time_ranges(&self.timestamps));
        lines.push(self.alterations.to_string());
        lines.extend(most_misfits(&self.files, Telling { source: true, flags: false }));
        lines.extend(self.columns_in_rest.map(|columns| columns.to_string()));
        let renamed =
            |Renamed { from, to }: &Renamed| format!("column {from:?} is stored as {to:?}");
        lines.extend(self.renamed.iter().map(renamed));
        if !self.fingerprint_of.is_empty() {
            lines.push(format!("fingerprints of {}", self.fingerprint_of.join(", ")));
        }
        let unknown = self.unknown_columns.iter();
        lines.extend(unknown.map(|named| format!("no row had a column {:?}", named.column)));
        lines.retain(|line| !line.is_empty());
        f.write_str(&lines.join("\n"))
    }
}

/// Its path, or `stream`, with its rows, columns, row groups and size; a second line where rows were
/// not in the declared order.
impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => f.write_str(&escape_path(path))?,
            None => f.write_str("stream")?,
        }
        let columns = counted(self.columns.len() as u64, "column");
        let groups = counted(self.row_groups as u64, "row group");
        let (rows, bytes) = (counted(self.rows, "row"), size(self.bytes));
        write!(f, ": {rows}, {columns}, {groups}, {bytes}")?;
        let unsorted = self.order.as_ref().and_then(|order| unsorted(order, self.row_groups, true));
        unsorted.map_or(Ok(()), |unsorted| write!(f, "\n{unsorted}"))
    }
}

/// How many of the row groups are sorted, and the first row that is out of order, where one is.
pub fn unsorted(order: &OrderReport, row_groups: usize, tells_source: bool) -> Option<String> {
    let row = order.first_unsorted_row?;
    let row_number = format!("row {}", grouped(row + 1));
    let line = (order.first_unsorted_source.as_deref(), order.first_unsorted_line);
    let position = match line.1 {
        Some(_) => format!("{} ({row_number})", position(row, line, tells_source)),
        None => row_number,
    };
    Some(format!(
        "{} of {} {} sorted: {position} comes before the one before it",
        order.sorted_row_groups,
        counted(row_groups as u64, "row group"),
        if row_groups == 1 { "is" } else { "are" },
    ))
}

/// Where a row comes from: its line in its source, which is named if that is asked for, or else its number.
fn position(row: u64, (source, line): (Option<&str>, Option<u64>), tells_source: bool) -> String {
    let Some(line) = line else { return format!("row {}", grouped(row + 1)) };
    match source.filter(|_| tells_source) {
        Some(source) => format!("{}: line {}", escape(source), grouped(line)),
        None => format!("line {}", grouped(line)),
    }
}

/// How many values don't fit, where they are, and what would keep all of them in one column.
impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Telling { source: true, flags: false }))
    }
}

/// How misfits are told.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// Whether the input is named, or goes without saying.
    pub source: bool,
    /// Whether advice speaks of the command's flags, or of the library's options.
    pub flags: bool,
}

impl Misfits {
    fn text(&self, telling: Telling) -> String {
        let Self { column, ty, sibling, misfits, values, .. } = self;
        let (column, sibling) = (escape(column), escape(sibling));
        let counts = match misfits == values {
            true => counted(*values, "value"),
            false => format!("{} of {}", grouped(*misfits), counted(*values, "value")),
        };
        let (do_not, they, first) = match misfits {
            1 => ("doesn't", "it is", ""),
            _ => ("don't", "they are", "first: "),
        };
        let line = (self.first_source.as_deref(), self.first_line);
        let position = position(self.first_row, line, telling.source);
        let (example, advice) = (escape(&self.example), self.advice(telling));
        format!(
            "{column}: {counts} {do_not} fit {ty}; {they} in {sibling} ({first}{position}, \"{example}\"). {advice}"
        )
    }

    /// What would keep such values in the column, or all in one.
    fn advice(&self, telling: Telling) -> String {
        let Self { ty, example, settled, .. } = self;
        let column = escape(&self.column);
        let may_be_time = example.bytes().filter(u8::is_ascii_digit).count() >= MIN_TIME_DIGITS;
        if ty.starts_with("timestamp") && may_be_time {
            let (input, zone) = match telling.flags {
                true => (
                    format!("--time {column}:INPUT"),
                    format!("--time {column} --assume-timezone ZONE"),
                ),
                false => ("Options::time".to_owned(), "Options::assume_timezone".to_owned()),
            };
            return format!(
                "To read such as times, declare how they are spelled ({input}), or the zone that they lack ({zone})."
            );
        }
        let wanted = match self.of_dataset {
            true => format!(
                "It is {ty} in all of this dataset: to keep all values in one column, begin another that declares {column} as"
            ),
            false => format!("To keep all values in one column, declare {column} as"),
        };
        let is_number = example.parse::<f64>().is_ok_and(f64::is_finite);
        if !(is_number && ty.starts_with("int")) {
            return format!("{wanted} text.");
        }
        if self.of_dataset && *settled {
            let compact = if telling.flags { "bucksaw compact" } else { "Dataset::compact" };
            return format!(
                "It is {ty} in all of this dataset: {compact} makes it double if nine of ten of all its values are numbers, and doubles hold each of its integers."
            );
        }
        let scan = match (settled, telling.flags) {
            (false, _) => "",
            (true, true) => "; or have all rows settle its type (--scan)",
            (true, false) => "; or have all rows settle its type (Scan)",
        };
        format!("{wanted} double if all of them are numbers, else as text{scan}.")
    }
}

/// How many values are no texts, and the first of them.
impl fmt::Display for MixedTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

impl MixedTexts {
    fn text(&self, tells_source: bool) -> String {
        let Self { column, others, values, .. } = self;
        let (are, they, first) = match others {
            1 => ("isn't", "was stored as it is spelled", ""),
            _ => ("aren't", "were stored as they are spelled", "first: "),
        };
        let declare = match self.of_dataset {
            true => "begin another dataset that declares",
            false => "declare",
        };
        let line = (self.first_source.as_deref(), self.first_line);
        let found = self.first_row.zip(self.example.as_ref()).map(|(row, example)| {
            format!(" ({first}{}, {})", position(row, line, tells_source), escape(example))
        });
        format!(
            "{}: {} of {} {are} text and {they}{}. To keep all as they are, {declare} {0} as json.",
            escape(column),
            grouped(*others),
            counted(*values, "value"),
            found.unwrap_or_default(),
        )
    }
}

/// How many values of a column of text are bytes, and the first of them.
fn base64_text(column: &ColumnReport, tells_source: bool) -> String {
    let outcome = Outcome::Base64Text.name();
    let first = column.firsts.iter().find(|first| first.outcome == outcome);
    let found = first.map(|first| {
        let line = (first.source.as_deref(), first.line);
        format!(" (first: {})", position(first.row, line, tells_source))
    });
    format!(
        "{}: {} of bytes in a column of text, stored in base64{}.",
        escape(&column.name),
        counted(column.alterations.base64_texts, "value"),
        found.unwrap_or_default(),
    )
}

/// The files' columns with the most misfits, and texts among others, a line each, and how many more there are. Files are
/// named where there are several.
pub fn most_misfits<'f>(
    files: impl IntoIterator<Item = &'f FileReport>,
    telling: Telling,
) -> Vec<String> {
    enum Told<'f> {
        Misfits(&'f Misfits),
        Mixed(&'f MixedTexts),
        Base64(&'f ColumnReport),
    }
    let files: Vec<&FileReport> = files.into_iter().collect();
    let of_file = |file: &'f FileReport| {
        let misfits = file.misfits.iter().map(|told| (told.misfits, Told::Misfits(told)));
        let mixed = file.mixed_texts.iter().map(|told| (told.others, Told::Mixed(told)));
        let columns = file.columns.iter().filter(|column| column.alterations.base64_texts > 0);
        let bytes = columns.map(|told| (told.alterations.base64_texts, Told::Base64(told)));
        misfits.chain(mixed).chain(bytes).map(move |(count, told)| (count, file, told))
    };
    let mut all: Vec<_> = files.iter().copied().flat_map(of_file).collect();
    all.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let more = all.len().saturating_sub(SHOWN_MISFITS) as u64;
    let told = all.iter().take(SHOWN_MISFITS).map(|(_, file, told)| {
        let path = file.path.as_ref().filter(|_| files.len() > 1);
        let path = path.map(|path| format!("{}: ", escape_path(path))).unwrap_or_default();
        path + &match told {
            Told::Misfits(misfits) => misfits.text(telling),
            Told::Mixed(mixed) => mixed.text(telling.source),
            Told::Base64(column) => base64_text(column, telling.source),
        }
    });
    let mut lines: Vec<String> = told.collect();
    if more > 0 {
        lines.push(format!("{} with values that don't fit", counted(more, "more column")));
    }
    lines
}

/// A line on the first columns of times: from when to when they go.
pub fn time_ranges(ranges: &[TimeRange]) -> String {
    let told = ranges.iter().filter_map(|range| {
        let (first, last) = (range.first_time.as_ref()?, range.last_time.as_ref()?);
        Some(format!("{} {first} to {last}", escape(&range.column)))
    });
    let told: Vec<String> = told.collect();
    let more = told.len().saturating_sub(SHOWN_TIMES) as u64;
    let mut line = told.iter().take(SHOWN_TIMES).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 {
        line += &format!("; and {}", counted(more, "more column"));
    }
    line
}

/// How many columns are in `_rest`, why, and what helps.
impl fmt::Display for ColumnsInRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { columns, carried, memory_limit } = *self;
        let (columns, carried) = (counted(columns, "column"), counted(carried, "column"));
        let limit = size(memory_limit);
        write!(
            f,
            "{columns} went into _rest: the memory limit carries {carried}, one of {limit} or more carries them"
        )
    }
}

/// A line for each outcome that came, but for what is as it was asked for.
impl fmt::Display for Alterations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = [
            (
                self.conflicts,
                "value",
                "of another type than THEIR column's, kept as text in NAME__text",
            ),
            (
                self.oversized_numbers,
                "number",
                "that neither int64 nor double holds exactly, kept as text in NAME__text",
            ),
            (
                self.ambiguous_times,
                "local time",
                "that the time zone has twice or not at all, kept as text in NAME__text",
            ),
            (self.rounded, "number", "with more digits than THEIR column's, stored as the nearest"),
            (self.too_deep, "object", "nested too deep, kept as JSON text"),
            (self.duplicates, "value", "whose name is given twice in a row, kept in _rest"),
            (self.rest_values, "value", "without a column of THEIR own, kept in _rest"),
            (self.unknown_members, "member", "that OTLP does not have, left out"),
            (self.enum_names, "name", "in place of an enumeration's number, stored as the number"),
            (self.parsed_json, "text", "read as a JSON object, by --parse-json"),
            (self.nan, "number", "that JSON does not have (NaN, infinities), by --allow-nan"),
            (
                self.lone_surrogates,
                "surrogate",
                "without THEIR other half, replaced by U+FFFD, by --lone-surrogates",
            ),
            (
                self.retyped,
                "value",
                "of a type that no column has, stored as JSON text, text or a number (--json tells of each column)",
            ),
            (self.redacted, "value", "redacted"),
        ];
        let told = told.iter().filter(|(count, ..)| *count > 0);
        let lines = told.map(|(count, what, how)| {
            let how = how.replace("THEIR", if *count == 1 { "its" } else { "their" });
            format!("{} {how}", counted(*count, what))
        });
        let lines: Vec<_> = lines.collect();
        f.write_str(&lines.join("\n"))
    }
}

/// So many of these.
pub fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the unit that suits them.
fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    let mut units = ["B", "KiB", "MiB", "GiB"].into_iter();
    let mut unit = units.next();
    while size >= 1_024.0
        && let Some(larger) = units.next()
    {
        size /= 1_024.0;
        unit = Some(larger);
    }
    match unit {
        Some("B") | None => format!("{bytes} B"),
        Some(unit) => format!("{size:.1} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_readable() {
        let numbers =
            [(0, "0 rows"), (1, "1 row"), (999, "999 rows"), (12_345_678, "12,345,678 rows")];
        for (number, text) in numbers {
            assert_eq!(counted(number, "row"), text);
        }
        let sizes =
            [(999, "999 B"), (1_024, "1.0 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")];
        for (bytes, text) in sizes {
            assert_eq!(size(bytes), text);
        }
    }
}
