//! `bucksaw inspect` of datasets: all files as one, from the manifest alone.

use std::io::{self, Write};
use std::path::Path;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::{counted, grouped};
use bucksaw::{Bound, DatasetColumn, DatasetDescription, FolderLevel};
use serde::Serialize;

use super::cell::{MAX_CELL_CHARS, name, shown};
use super::inspect_text::size;
use super::ls::span;
use super::table::{Align, table};
use crate::ui;

/// Values of a level of folders that are shown.
const SHOWN_VALUES: usize = 3;

/// What `--json` prints of a dataset.
#[derive(Serialize)]
struct Described<'d> {
    dataset: String,
    #[serde(flatten)]
    description: &'d DatasetDescription,
}

/// As a document of JSON.
pub(super) fn json(
    path: &Path,
    description: &DatasetDescription,
    out: &mut impl Write,
) -> io::Result<()> {
    ui::write_json(&Described { dataset: escape_path(path), description }, out)
}

/// For people, no wider than `width` where that can be.
pub(super) fn text(
    path: &Path,
    about: &DatasetDescription,
    width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "{}", escape_path(path))?;
    let alike = if about.are_alike { "" } else { ", which not all files have alike" };
    let order =
        if about.sorted_by.is_empty() { vec!["-".to_owned()] } else { about.sorted_by.clone() };
    let facts = [
        ("files", grouped(about.files)),
        ("size", format!("{} ({} bytes)", size(about.bytes), about.bytes)),
        ("rows", grouped(about.rows)),
        ("row groups", grouped(about.row_groups)),
        ("columns", format!("{}{alike}", about.columns.len())),
        ("sorted by", escape(&order.join(", ")).into_owned()),
    ];
    for (fact, value) in facts {
        writeln!(out, "  {fact:<14}  {value}")?;
    }
    for level in &about.folders {
        writeln!(out, "  {:<14}  {}", "folders by", folders(level))?;
    }
    for time in &about.times {
        writeln!(out, "  {:<14}  {} {}", "times", name(&time.column), escape(&span(time)))?;
    }
    columns(about, width, out)
}

fn folders(level: &FolderLevel) -> String {
    let shown: Vec<String> =
        level.values.iter().take(SHOWN_VALUES).map(|value| name(value)).collect();
    let more = level.distinct.saturating_sub(shown.len() as u64);
    let more = if more > 0 { ", …" } else { "" };
    let without = match level.files_without {
        0 => String::new(),
        files => format!("; {} without a value", counted(files, "file")),
    };
    format!(
        "{}: {} ({}{more}){without}",
        name(level.key.as_deref().unwrap_or(&level.name)),
        counted(level.distinct, "value"),
        shown.join(", "),
    )
}

fn columns(
    about: &DatasetDescription,
    width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    use Align::{Left, Right};
    if about.columns.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nColumns, over all files")?;
    let mut heads =
        vec![("column", Left), ("type", Left), ("nulls", Right), ("min", Left), ("max", Left)];
    if !about.are_alike {
        heads.push(("files", Right));
    }
    let lines = || {
        about.columns.iter().map(|column| {
            let mut cells = vec![
                name(&column.name),
                name(&column.types.join(", ")),
                column.nulls.map_or_else(|| "?".to_owned(), |nulls| nulls.to_string()),
                bound(about, column, column.min.as_ref(), false),
                bound(about, column, column.max.as_ref(), true),
            ];
            if !about.are_alike {
                cells.push(column.files.to_string());
            }
            cells
        })
    };
    table(&heads, lines, width, out)
}

/// A min or max; of moments as text.
fn bound(
    about: &DatasetDescription,
    column: &DatasetColumn,
    bound: Option<&Bound>,
    is_max: bool,
) -> String {
    let time = about.times.iter().find(|time| time.column == column.name && bound.is_some());
    let text =
        time.and_then(|time| if is_max { &time.last_time } else { &time.first_time }.clone());
    let text = text.or_else(|| match bound? {
        Bound::Text(text) => Some(text.clone()),
        other => serde_json::to_string(other).ok(),
    });
    text.map_or(String::new(), |text| shown(&text, MAX_CELL_CHARS))
}
