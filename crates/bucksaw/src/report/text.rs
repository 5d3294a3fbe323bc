//! Reports as text, in some lines.

use std::fmt;

use super::{ColumnsInRest, FileReport, Misfits, OrderReport, Renamed, Report, TimeRange};
use crate::coerce::counts::Alterations;
use crate::escape::{escape, escape_path};

/// Columns whose misfits are told one by one.
const SHOWN_MISFITS: usize = 3;
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
        lines.extend(most_misfits(&self.files, true));
        lines.extend(self.columns_in_rest.map(|columns| columns.to_string()));
        let renamed =
            |Renamed { from, to }: &Renamed| format!("column {from:?} is stored as {to:?}");
        lines.extend(self.renamed.iter().map(renamed));
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
        if let Some(OrderReport { sorted_row_groups, first_unsorted_row: Some(row) }) = self.order {
            write!(
                f,
                "\n{sorted_row_groups} of {groups} {}: row {} comes before the one before it",
                if self.row_groups == 1 { "is sorted" } else { "are sorted" },
                grouped(row + 1)
            )?;
        }
        Ok(())
    }
}

/// How many values don't fit, where they are, and what would keep all of them in one column.
impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

impl Misfits {
    /// Whether the input's name is told or goes without saying.
    fn text(&self, tells_source: bool) -> String {
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
        let is_number = self.example.parse::<f64>().is_ok_and(f64::is_finite);
        let wanted = match is_number && ty.starts_with("int") {
            true => "double if all of them are numbers, else as text",
            false => "text",
        };
        let (position, example) = (self.position(tells_source), escape(&self.example));
        format!(
            "{column}: {counts} {do_not} fit {ty}; {they} in {sibling} ({first}{position}, \"{example}\"). To keep all values \
             in one column, declare {column} as {wanted}."
        )
    }

    /// Where the first one is.
    fn position(&self, tells_source: bool) -> String {
        let Some(line) = self.first_line else {
            return format!("row {}", grouped(self.first_row + 1));
        };
        match self.first_source.as_ref().filter(|_| tells_source) {
            Some(source) => format!("{}: line {}", escape(source), grouped(line)),
            None => format!("line {}", grouped(line)),
        }
    }
}

/// The files' columns with the most misfits, a line each, and how many more there are. Inputs are named where that
/// tells something; so are files, where there are several.
pub fn most_misfits<'f>(
    files: impl IntoIterator<Item = &'f FileReport>,
    tells_source: bool,
) -> Vec<String> {
    let files: Vec<&FileReport> = files.into_iter().collect();
    let of_file = |file: &'f FileReport| file.misfits.iter().map(move |misfits| (file, misfits));
    let mut all: Vec<_> = files.iter().copied().flat_map(of_file).collect();
    all.sort_by_key(|(_, misfits)| std::cmp::Reverse(misfits.misfits));
    let more = all.len().saturating_sub(SHOWN_MISFITS) as u64;
    let told = all.iter().take(SHOWN_MISFITS).map(|(file, misfits)| {
        let path = file.path.as_ref().filter(|_| files.len() > 1);
        let path = path.map(|path| format!("{}: ", escape_path(path))).unwrap_or_default();
        path + &misfits.text(tells_source)
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
