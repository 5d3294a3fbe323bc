//! Tables, as terminals and pages show them.

use std::fmt;

use bucksaw::escape::{escape, escape_lines};
use comfy_table::{CellAlignment, Table as Layout, presets};

/// A table and what it says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) header: Vec<String>,
    /// As many cells each as the header has; the first names the row.
    pub(crate) rows: Vec<Vec<String>>,
    /// What the figures mean, in a sentence or two.
    pub(crate) meaning: String,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, header: &[&str]) -> Self {
        let header = header.iter().map(|cell| (*cell).to_owned()).collect();
        Self { title: title.into(), header, ..Self::default() }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layout = Layout::new();
        layout.load_style(presets::NOTHING).set_header(self.header.iter().map(|cell| escape(cell)));
        for row in &self.rows {
            layout.add_row(row.iter().map(|cell| escape(cell)));
        }
        for (index, column) in layout.column_iter_mut().enumerate() {
            if index > 0 {
                column.set_cell_alignment(CellAlignment::Right);
            }
            column.set_padding((0, 2));
        }
        writeln!(f, "{}", escape_lines(&self.title))?;
        writeln!(f, "{}", layout.trim_fmt())?;
        writeln!(f, "{}", escape_lines(&self.meaning))
    }
}
