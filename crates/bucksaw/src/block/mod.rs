//! Rows as columns, by reference: what inputs fill and backends encode.
//!
//! A block holds, for each column, which of its rows have a value and those values in a row. Text
//! and bytes stay where they are (the input's buffer, the caller's rows, the block's arena) until a
//! backend's dictionary or page takes them.

#[cfg(feature = "arrow")]
pub(crate) mod arrays;
pub(crate) mod bitmap;
mod column;
pub(crate) mod lists;
mod slice;
mod values;

use std::ops::Range;

pub(crate) use self::column::BlockColumn;
pub use self::column::ColumnSlice;
pub use self::slice::BlockSlice;
pub(crate) use self::values::Values;
pub use self::values::ValuesSlice;
use crate::coerce::counts::Alterations;
use crate::schema::{Column, ColumnId, Key, TableTag};
use crate::types::logical::ColumnType;
use crate::types::value::{Value, ValueKind};

/// More text than any block has, and far from what overflows.
#[cfg(feature = "arrow")]
pub(crate) const UNCOUNTED_TEXT: usize = usize::MAX / 4;

/// Some thousand rows pivoted to columns by reference. Made by inputs and by
/// [`BlockBuilder`](crate::BlockBuilder), taken by [`Writer::write_block`](crate::Writer::write_block).
#[derive(Clone, Debug, Default)]
pub struct Block<'a> {
    /// The table of its columns; any where it has no rows.
    pub(crate) table: TableTag,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<BlockColumn<'a>>,
    pub(crate) alterations: Alterations,
    /// Those of rows that have ended.
    pub(crate) settled: Alterations,
    /// Bytes of text or bytes in all columns, at the most: those of undone rows may be among them;
    /// [`UNCOUNTED_TEXT`] or more with arrays that were taken whole.
    pub(crate) most_text: usize,
    /// What the rows to come repeat beside the runs in the columns.
    pub(crate) repeated: Vec<Repeated<'a>>,
    /// The columns that the row so far has been given values of.
    pub(crate) touched: Vec<ColumnId>,
}

/// What is done again with the end of each of these rows.
#[derive(Clone, Debug)]
pub(crate) struct Repeated<'a> {
    pub(crate) rows: Range<usize>,
    pub(crate) what: Again<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Again<'a> {
    /// Counts what became of a value that a column repeats.
    Count(Alterations),
    /// Pushes a value that no column could take for all rows.
    Push(Key<'a>, Value<'a>),
}

impl<'a> Block<'a> {
    /// A block without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A block without rows in the memory of this one, for values that live as long as something
    /// else: filling block after block this way saves their allocations.
    #[must_use]
    pub fn emptied<'b>(self) -> Block<'b> {
        let columns = self.columns.into_iter().map(|column| {
            let mut present = column.present;
            present.truncate(0);
            BlockColumn::new(present, column.values.emptied())
        });
        Block { columns: columns.collect(), ..Block::default() }
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that its values take in its lists, which may have room for more; text itself is elsewhere.
    #[must_use]
    pub fn bytes_used(&self) -> usize {
        self.columns.iter().map(BlockColumn::bytes_used).sum()
    }

    /// All of its rows.
    #[must_use]
    pub fn all(&self) -> BlockSlice<'_, 'a> {
        BlockSlice { block: self, rows: 0..self.rows }
    }

    /// Lets go of empty lists that are not those of the columns' types.
    pub(crate) fn fit(&mut self, columns: &[Column]) {
        self.columns.truncate(columns.len());
        for (list, column) in self.columns.iter_mut().zip(columns) {
            let storage =
                column.ty.as_ref().filter(|ty| !ty.is_list()).and_then(ColumnType::storage);
            let is_alike = storage.is_some_and(|storage| list.values.is_of(storage.physical));
            if list.values.len() == 0 && !is_alike {
                list.values = Values::Empty;
            }
            list.kind = column.ty.as_ref().map_or(ValueKind::Null, ColumnType::value_kind);
        }
    }

    pub(crate) fn column_mut(&mut self, id: ColumnId) -> &mut BlockColumn<'a> {
        if id.index() >= self.columns.len() {
            self.columns.resize_with(id.index() + 1, BlockColumn::default);
        }
        &mut self.columns[id.index()]
    }

    /// Forgets every value of the row that has not ended, but for runs of repeated values: those go on.
    pub(crate) fn undo_row(&mut self) {
        let rows = self.rows;
        for id in self.touched.drain(..) {
            if let Some(column) = self.columns.get_mut(id.index()) {
                column.truncate(rows.max(column.run_end));
            }
        }
        for repeated in &mut self.repeated {
            repeated.rows.start = repeated.rows.start.min(rows);
        }
        self.alterations = self.settled;
    }

    /// Ends all runs of repeated values with the last row.
    pub(crate) fn end_runs(&mut self) {
        self.repeated.clear();
        for column in self.columns.iter_mut().filter(|column| column.run_end > 0) {
            column.run_end = 0;
            column.truncate(self.rows);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// How often this thread cut a column back.
        pub(crate) static TRUNCATED: Cell<usize> = const { Cell::new(0) };
    }
}
