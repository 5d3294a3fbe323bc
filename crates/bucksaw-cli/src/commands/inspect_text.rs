//! The text that `bucksaw inspect` writes for people.

use std::io::{self, Write};

use bucksaw::escape::escape;
use bucksaw_inspect::{Column, Description, Json, RowGroup, Totals};

use super::cell::{MAX_CELL_CHARS, cell, name};
use super::signal_stats_text;
use super::table::{Align, table};

/// The longest value of key-value metadata that is shown whole, in characters.
const MAX_VALUE_CHARS: usize = 100;

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

/// Writes a description, no wider than `width` where that can be.
pub(crate) fn description(
    about: &Description,
    width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
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
    if let Some(stats) = &about.signal_stats {
        signal_stats_text::write(stats, width, out)?;
    }
    schema(&about.columns, width, out)?;
    storage(&about.columns, about.row_groups.len(), width, out)?;
    row_groups(&about.row_groups, width, out)?;
    if !about.key_value_metadata.is_empty() {
        writeln!(out, "\nKey-value metadata")?;
    }
    for pair in &about.key_value_metadata {
        let value = pair.value.as_deref().map_or_else(|| "-".to_owned(), excerpt);
        writeln!(out, "  {} = {value}", excerpt(&pair.key))?;
    }
    Ok(())
}

fn schema(columns: &[Column], width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
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
    table(&heads, lines, width, out)
}

/// Per column over all row groups: how it is stored, and its statistics.
fn storage(
    columns: &[Column],
    groups: usize,
    width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
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
                bound(totals.min.as_ref()),
                bound(totals.max.as_ref()),
                known(totals.data_pages),
                extras(column, groups as u64),
            ]
        })
    };
    table(&heads, lines, width, out)
}

fn bound(value: Option<&Json>) -> String {
    value.map(|value| cell(value, MAX_CELL_CHARS)).unwrap_or_default()
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

fn row_groups(groups: &[RowGroup], width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
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
    table(&heads, lines, width, out)
}
