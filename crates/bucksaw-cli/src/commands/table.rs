//! Tables for people: of lines of cells, and of rows.

use std::io::{self, Write};

use bucksaw::internal::counted;
use bucksaw_inspect::Json;

use super::cell::{MAX_CELL_CHARS, cell, shown};

/// Between columns, and before the first one.
const GAP: &str = "  ";

/// How many rows are read before the table's columns get their widths, if they have no more cells
/// than below. Later rows may be wider; then they stand out.
const ROWS_MEASURED: usize = 100;

/// How many cells are read before.
const CELLS_MEASURED: usize = 20_000;

/// What a null is shown as. A text that looks like it has quotes.
const NULL: &str = "NULL";

/// Which way a column of a table is aligned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Writes lines of cells, each column as wide as its widest cell. What is wider than `max_width` comes in parts, each
/// of which has the first column. The lines are made several times, at first for their widths: a file may have a
/// million row groups.
pub(super) fn table<L: Iterator<Item = Vec<String>>>(
    heads: &[(&str, Align)],
    lines: impl Fn() -> L,
    max_width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| head.chars().count()).collect();
    for cells in lines() {
        for (width, cell) in widths.iter_mut().zip(&cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    for (number, part) in parts(&widths, max_width).iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let write = |cells: &dyn Fn(usize) -> Option<String>, out: &mut _| {
            let cells: Vec<_> = part
                .iter()
                .filter_map(|(index, width)| {
                    let (cell, align) = (cells(*index)?, heads[*index].1);
                    // A number is whole.
                    let cell = if align == Align::Left { cut(&cell, *width) } else { cell };
                    Some((cell, align, *width))
                })
                .collect();
            line(cells.iter().map(|(cell, align, width)| (&**cell, *align, *width)), out)
        };
        write(&|index| Some(heads[index].0.to_owned()), out)?;
        for cells in lines() {
            write(&|index| cells.get(index).cloned(), out)?;
        }
    }
    Ok(())
}

/// The columns of each part of a table, with their widths there.
fn parts(widths: &[usize], max_width: Option<usize>) -> Vec<Vec<(usize, usize)>> {
    let mut columns = widths.iter().copied().enumerate();
    let is_too_wide = |max: &usize| width_of(widths) > *max;
    let (Some(max), Some((_, first))) = (max_width.filter(is_too_wide), columns.next()) else {
        return vec![widths.iter().copied().enumerate().collect()];
    };
    let first = first.min(max / 3);
    let room = max.saturating_sub(width_of(&[first]));
    let (mut parts, mut part, mut used) = (Vec::new(), vec![(0, first)], 0);
    for (index, width) in columns {
        let width = width.min(room.saturating_sub(GAP.len()));
        if used > 0 && used + GAP.len() + width > room {
            parts.push(std::mem::replace(&mut part, vec![(0, first)]));
            used = 0;
        }
        used += GAP.len() + width;
        part.push((index, width));
    }
    parts.push(part);
    parts
}

fn width_of(widths: &[usize]) -> usize {
    widths.iter().map(|width| GAP.len() + width).sum()
}

/// The text without its middle, where it has more characters: names differ at their ends.
fn cut(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end = most.saturating_sub(1) / 2;
    let start = most.saturating_sub(1 + end);
    text.chars().take(start).chain(['…']).chain(text.chars().skip(count - end)).collect()
}

fn line<'a>(
    cells: impl Iterator<Item = (&'a str, Align, usize)>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut text = String::new();
    for (cell, align, width) in cells {
        // Formatting pads no further than 65,535 characters, and panics beyond.
        let padding = width.saturating_sub(cell.chars().count());
        text.push_str(GAP);
        match align {
            Align::Left => text.extend([cell, &" ".repeat(padding)]),
            Align::Right => text.extend([&" ".repeat(padding), cell]),
        }
    }
    writeln!(out, "{}", text.trim_end())
}

/// Rows as an aligned table, or one below the other where that would be wider than allowed. It is decided by the
/// first rows, which give the widths; the others are written as they come, so that any number of rows takes
/// little memory.
pub(crate) struct RowTable {
    names: Vec<String>,
    max_width: Option<usize>,
    /// Cells; none for nulls.
    waiting: Vec<Vec<Option<String>>>,
    layout: Option<Layout>,
    /// Rows that were written.
    written: u64,
}

enum Layout {
    Table(Vec<usize>),
    /// One member below the other, names being so wide.
    Members(usize),
}

impl RowTable {
    pub(crate) fn new(names: &[String], max_width: Option<usize>) -> Self {
        let names = names.iter().map(|name| shown(name, MAX_CELL_CHARS)).collect();
        Self { names, max_width, waiting: Vec::new(), layout: None, written: 0 }
    }

    pub(crate) fn push<'a>(
        &mut self,
        values: impl Iterator<Item = &'a Json>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let most = MAX_CELL_CHARS.max(self.max_width.unwrap_or_default());
        let cell = |value: &Json| match value {
            Json::Null => None,
            Json::Text(text) if text.is_empty() || text == NULL => Some(format!("\"{text}\"")),
            value => Some(cell(value, most)),
        };
        self.waiting.push(values.map(cell).collect());
        let cells = self.waiting.len() * self.names.len();
        let is_measured = self.waiting.len() >= ROWS_MEASURED || cells >= CELLS_MEASURED;
        if self.layout.is_some() || is_measured {
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
        let rows = std::mem::take(&mut self.waiting);
        if self.layout.is_none() {
            let layout = self.layout_of(&rows);
            if let Layout::Table(widths) = &layout {
                table_line(self.names.iter().map(Clone::clone), widths, out)?;
            }
            self.layout = Some(layout);
        }
        for row in &rows {
            self.written += 1;
            match &self.layout {
                Some(Layout::Members(width)) => self.members(row, *width, out)?,
                Some(Layout::Table(widths)) => table_line(row.iter().map(in_table), widths, out)?,
                None => {}
            }
        }
        Ok(())
    }

    fn layout_of(&self, rows: &[Vec<Option<String>>]) -> Layout {
        let width = |(at, name): (usize, &String)| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let widths = cells.map(|cell| in_table(cell).chars().count());
            widths.chain([name.chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = self.names.iter().enumerate().map(width).collect();
        match self.max_width {
            Some(max) if width_of(&widths) > max => {
                let names = self.names.iter().map(|name| name.chars().count());
                Layout::Members(names.max().unwrap_or(0).min(max / 3))
            }
            _ => Layout::Table(widths),
        }
    }

    /// Writes a row as its members that are not null, each on a line.
    fn members(
        &self,
        row: &[Option<String>],
        name_width: usize,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let room = self.max_width.unwrap_or(usize::MAX);
        let room = room.saturating_sub(width_of(&[name_width]) + GAP.len());
        writeln!(out, "row {}", self.written)?;
        for (name, cell) in self.names.iter().zip(row) {
            let Some(cell) = cell else { continue };
            let name = cut(name, name_width);
            line(
                [(&*name, Align::Left, name_width), (&shortened(cell, room), Align::Left, 0)]
                    .into_iter(),
                out,
            )?;
        }
        match row.iter().filter(|cell| cell.is_none()).count() as u64 {
            0 => Ok(()),
            nulls => writeln!(out, "{GAP}({})", counted(nulls, "null")),
        }
    }
}

/// The text's start, where it has more characters.
fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() <= most {
        true => text.to_owned(),
        false => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

fn in_table(cell: &Option<String>) -> String {
    cell.as_ref().map_or_else(|| NULL.to_owned(), |cell| shortened(cell, MAX_CELL_CHARS))
}

fn table_line(
    cells: impl Iterator<Item = String>,
    widths: &[usize],
    out: &mut impl Write,
) -> io::Result<()> {
    let cells: Vec<String> = cells.collect();
    let cells = cells.iter().zip(widths).map(|(cell, width)| (&**cell, Align::Left, *width));
    line(cells, out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(heads: &[(&str, Align)], lines: &[&[&str]], max_width: usize) -> String {
        let mut out = Vec::new();
        let lines =
            || lines.iter().map(|line| line.iter().map(|cell| (*cell).to_owned()).collect());
        table(heads, lines, Some(max_width), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_that_is_too_wide_comes_in_parts_with_its_first_column() {
        let heads = [("name", Align::Left), ("size", Align::Right), ("text", Align::Left)];
        let lines: [&[&str]; 2] =
            [&["a", "1", "short"], &["resource_of_the_first", "20", "0123456789"]];
        let whole = "  name                   size  text\n  a                         1  short\n  \
                     resource_of_the_first    20  0123456789\n";
        assert_eq!(written(&heads, &lines, 41), whole);
        let parts = "  name      size\n  a            1\n  reso…rst    20\n\n  name      text\n  \
                     a         short\n  reso…rst  0123456789\n";
        assert_eq!(written(&heads, &lines, 24), parts);
        for width in [14, 20, 30, 60] {
            let text = written(&heads, &lines, width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
        }
    }

    #[test]
    fn wide_rows_are_written_member_by_member_and_nulls_are_no_text() {
        let names = ["id", "message", "empty"].map(str::to_owned);
        let text = |text: &str| Json::Text(text.to_owned());
        let long = "x".repeat(100);
        let rows = [[Json::Int(1), text(&long), Json::Null], [Json::Null, text("NULL"), text("")]];
        let shown = |width: Option<usize>| {
            let (mut table, mut out) = (RowTable::new(&names, width), Vec::new());
            rows.iter().for_each(|row| table.push(row.iter(), &mut out).unwrap());
            table.finish(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let cell = format!("{}…", "x".repeat(39));
        let table = format!(
            "  id    message{}  empty\n  1     {cell}  NULL\n  NULL  \"NULL\"{}  \"\"\n",
            " ".repeat(33),
            " ".repeat(34)
        );
        assert_eq!(shown(None), table);
        assert_eq!(shown(Some(60)), table);
        let members = format!(
            "row 1\n  id       1\n  message  {}…\n  (1 null)\nrow 2\n  message  \"NULL\"\n  empty    \"\"\n  (1 null)\n",
            "x".repeat(38)
        );
        assert_eq!(shown(Some(50)), members);
    }
}
