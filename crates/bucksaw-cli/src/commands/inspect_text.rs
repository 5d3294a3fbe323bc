//! The text that `bucksaw inspect` writes for people.

use std::io::{self, Write};

use bucksaw::escape::escape;
use bucksaw_inspect::{Column, Description, Json, RowGroup, Totals};

/// The widest cell of a table, in characters; what is longer is cut and ends with "…".
const MAX_CELL_CHARS: usize = 40;

/// The longest name that is shown whole, in characters.
const MAX_NAME_CHARS: usize = 100;

/// The longest value of key-value metadata that is shown whole, in characters.
const MAX_VALUE_CHARS: usize = 100;

/// How many rows are read before the table's columns get their widths, if they have no more cells
/// than below. Later rows may be wider; then they stand out.
const ROWS_MEASURED: usize = 100;

/// How many cells are read before.
const CELLS_MEASURED: usize = 20_000;

/// Text from a file, escaped, and cut where it is longer than this many characters.
pub(super) fn shown(text: &str, most: usize) -> String {
    // Cut before, so that not much is copied, and after, since escapes are longer.
    let start = text.char_indices().nth(most + 1).and_then(|(end, _)| text.get(..end));
    let text = escape(start.unwrap_or(text)).into_owned();
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The name of a column, a codec or whatever else a file names.
pub(super) fn name(text: &str) -> String {
    shown(text, MAX_NAME_CHARS)
}

/// A value in a table's cell: text without quotes, everything else as JSON.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => shown(text, MAX_CELL_CHARS),
        other => {
            // As many bytes as can be shown; a list may have millions of them.
            let mut start = Start(Vec::new());
            let _ = serde_json::to_writer(&mut start, other);
            shown(&String::from_utf8_lossy(&start.0), MAX_CELL_CHARS)
        }
    }
}

/// Takes the first bytes that are written, and refuses the others.
struct Start(Vec<u8>);

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A character has up to 4 bytes.
        let room = (MAX_CELL_CHARS + 1) * 4 - self.0.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.0.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes with a unit that fits.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} PiB")
}

pub(super) fn ratio(sizes: &Totals) -> String {
    sizes.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn known<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

/// The beginning of a long text, and how long it is.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or_default();
            format!("{}… ({} bytes)", escape(start), text.len())
        }
        None => escape(text).into_owned(),
    }
}

/// Which way a column of a table is aligned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

/// Writes lines of cells, each column as wide as its widest cell. The lines are made twice, once for
/// their widths: a file may have a million row groups.
fn table<L: Iterator<Item = Vec<String>>>(
    heads: &[(&str, Align)],
    lines: impl Fn() -> L,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| head.chars().count()).collect();
    for cells in lines() {
        for (width, cell) in widths.iter_mut().zip(&cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    let aligns: Vec<Align> = heads.iter().map(|(_, align)| *align).collect();
    line(heads.iter().map(|(head, _)| *head), &aligns, &widths, out)?;
    for cells in lines() {
        line(cells.iter().map(String::as_str), &aligns, &widths, out)?;
    }
    Ok(())
}

fn line<'a>(
    cells: impl Iterator<Item = &'a str>,
    aligns: &[Align],
    widths: &[usize],
    out: &mut impl Write,
) -> io::Result<()> {
    let mut text = String::new();
    for ((cell, align), width) in cells.zip(aligns).zip(widths) {
        // Formatting pads no further than 65,535 characters, and panics beyond.
        let padding = width.saturating_sub(cell.chars().count());
        text.push_str("  ");
        match align {
            Align::Left => text.extend([cell, &" ".repeat(padding)]),
            Align::Right => text.extend([&" ".repeat(padding), cell]),
        }
    }
    writeln!(out, "{}", text.trim_end())
}

/// Writes a description.
pub(crate) fn description(about: &Description, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", escape(&about.path))?;
    let sizes = &about.totals;
    let facts = [
        ("size", format!("{} ({} bytes)", size(about.file_size), about.file_size)),
        ("footer", size(about.footer_size)),
        ("created by", about.created_by.as_deref().map_or_else(|| "-".to_owned(), excerpt)),
        ("format version", about.format_version.to_string()),
        ("rows", about.rows.to_string()),
        ("columns", about.columns.len().to_string()),
        ("row groups", about.row_groups.len().to_string()),
        ("encoded", size(sizes.encoded_bytes)),
        ("compressed", format!("{}, ratio {}", size(sizes.compressed_bytes), ratio(sizes))),
    ];
    for (name, value) in facts {
        writeln!(out, "  {name:<14}  {value}")?;
    }
    for problem in &about.problems {
        writeln!(out, "  {:<14}  {}", "problem", escape(problem))?;
    }
    schema(&about.columns, out)?;
    storage(&about.columns, about.row_groups.len(), out)?;
    row_groups(&about.row_groups, out)?;
    if !about.key_value_metadata.is_empty() {
        writeln!(out, "\nKey-value metadata")?;
    }
    for pair in &about.key_value_metadata {
        let value = pair.value.as_deref().map_or_else(|| "-".to_owned(), excerpt);
        writeln!(out, "  {} = {value}", excerpt(&pair.key))?;
    }
    Ok(())
}

fn schema(columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    use Align::{Left, Right};
    writeln!(out, "\nSchema")?;
    let heads = [
        ("column", Left),
        ("physical", Left),
        ("logical", Left),
        ("converted", Left),
        ("repetition", Left),
        ("def", Right),
        ("rep", Right),
    ];
    let lines = || {
        columns.iter().map(|column| {
            let length = column.type_length.map(|length| format!("({length})")).unwrap_or_default();
            vec![
                name(&column.name),
                format!("{}{length}", column.physical_type),
                column.logical_type.as_deref().map(name).unwrap_or_default(),
                column.converted_type.clone().unwrap_or_default(),
                column.repetition.clone(),
                column.max_definition_level.to_string(),
                column.max_repetition_level.to_string(),
            ]
        })
    };
    table(&heads, lines, out)
}

/// Per column over all row groups: how it is stored, and its statistics.
fn storage(columns: &[Column], groups: usize, out: &mut impl Write) -> io::Result<()> {
    use Align::{Left, Right};
    writeln!(out, "\nColumns, over all row groups")?;
    let heads = [
        ("column", Left),
        ("codec", Left),
        ("encodings", Left),
        ("encoded", Right),
        ("compressed", Right),
        ("ratio", Right),
        ("values", Right),
        ("nulls", Right),
        ("min", Left),
        ("max", Left),
        ("pages", Right),
        ("has", Left),
    ];
    let lines = || {
        columns.iter().map(|column| {
            let totals = &column.totals;
            vec![
                name(&column.name),
                totals.codecs.join(" "),
                totals.encodings.join(" "),
                size(totals.sizes.encoded_bytes),
                size(totals.sizes.compressed_bytes),
                ratio(&totals.sizes),
                totals.values.to_string(),
                known(totals.null_count),
                totals.min.as_ref().map(cell).unwrap_or_default(),
                totals.max.as_ref().map(cell).unwrap_or_default(),
                known(totals.data_pages),
                extras(column, groups as u64),
            ]
        })
    };
    table(&heads, lines, out)
}

/// What the column chunks have besides data pages; with numbers where not all have it.
fn extras(column: &Column, groups: u64) -> String {
    let totals = &column.totals;
    let parts = [
        ("dictionary", totals.chunks_with_dictionary),
        ("column-index", totals.chunks_with_column_index),
        ("offset-index", totals.chunks_with_offset_index),
        ("bloom-filter", totals.chunks_with_bloom_filter),
    ];
    let present = parts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| {
        if *count == groups { (*name).to_owned() } else { format!("{name}({count}/{groups})") }
    });
    present.collect::<Vec<_>>().join(" ")
}

fn row_groups(groups: &[RowGroup], out: &mut impl Write) -> io::Result<()> {
    use Align::{Left, Right};
    writeln!(out, "\nRow groups")?;
    let heads = [
        ("group", Right),
        ("rows", Right),
        ("start", Right),
        ("encoded", Right),
        ("compressed", Right),
        ("ratio", Right),
        ("sorted by", Left),
    ];
    let lines = || {
        groups.iter().enumerate().map(|(index, group)| {
            let sorting = group.sorting_columns.iter().map(|sorting| {
                let order = if sorting.descending { " desc" } else { "" };
                format!("{}{order}", name(&sorting.name))
            });
            vec![
                index.to_string(),
                group.rows.to_string(),
                known(group.start_offset),
                size(group.sizes.encoded_bytes),
                size(group.sizes.compressed_bytes),
                ratio(&group.sizes),
                sorting.collect::<Vec<_>>().join(", "),
            ]
        })
    };
    table(&heads, lines, out)
}

/// Rows as an aligned table. The widths come from the first rows; the others are written as they
/// come, so that any number of rows takes little memory.
pub(crate) struct RowTable {
    names: Vec<String>,
    waiting: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
}

impl RowTable {
    pub(crate) fn new(names: &[String]) -> Self {
        let names = names.iter().map(|name| shown(name, MAX_CELL_CHARS)).collect();
        Self { names, waiting: Vec::new(), widths: None }
    }

    pub(crate) fn push<'a>(
        &mut self,
        values: impl Iterator<Item = &'a Json>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.waiting.push(values.map(cell).collect());
        let cells = self.waiting.len() * self.names.len();
        let is_measured = self.waiting.len() >= ROWS_MEASURED || cells >= CELLS_MEASURED;
        if self.widths.is_some() || is_measured {
            self.finish(out)?;
        }
        Ok(())
    }

    /// Writes what waits, and no head where there is nothing.
    pub(crate) fn write_waiting(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.waiting.is_empty() { Ok(()) } else { self.finish(out) }
    }

    /// Writes what waits, and first the head if it wasn't written yet.
    pub(crate) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let aligns = vec![Align::Left; self.names.len()];
        let lines = std::mem::take(&mut self.waiting);
        let names = &self.names;
        let head = self.widths.is_none();
        let widths = self.widths.get_or_insert_with(|| {
            let width = |(at, name): (usize, &String)| {
                let cells = lines.iter().filter_map(|line| line.get(at));
                cells.chain([name]).map(|cell| cell.chars().count()).max().unwrap_or(0)
            };
            names.iter().enumerate().map(width).collect()
        });
        if head {
            line(names.iter().map(String::as_str), &aligns, widths, out)?;
        }
        for cells in &lines {
            line(cells.iter().map(String::as_str), &aligns, widths, out)?;
        }
        Ok(())
    }
}
