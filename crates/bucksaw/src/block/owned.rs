//! Blocks that own their text.

use crate::block::text::{Span, TextBuffer, TextStore};
use crate::block::{Block, BlockSlice, Pivoted, appending, gather};
#[cfg(feature = "arrow")]
use crate::block::{UNCOUNTED_TEXT, array_values};
use crate::error::{Error, ErrorKind, Result};

/// Rows as columns, with their text in buffers of their own: they outlive whatever they came from. A
/// backend gets them as a [`Block`], which is [lent](Self::lend).
#[derive(Debug, Default)]
pub struct OwnedBlock {
    pub(crate) pivoted: Pivoted<Span, Span>,
    pub(crate) text: TextBuffer,
}

/// A row of one of several blocks, by indexes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowIndex {
    /// Which of the blocks.
    pub block: u32,
    /// Which of its rows.
    pub row: u32,
}

impl OwnedBlock {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.pivoted.rows
    }

    /// Bytes of text and bytes that its rows have, at the most.
    pub(crate) fn text_bytes(&self) -> usize {
        self.pivoted.most_text
    }

    /// Bytes of memory that it keeps: lists and text, and the room that they have for more.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        let columns = self.pivoted.columns.iter();
        columns.map(|column| column.bytes_held()).sum::<usize>() + self.text.bytes_held()
    }

    /// Gives back the room for more rows.
    pub(crate) fn shrink(&mut self) {
        self.pivoted.columns.iter_mut().for_each(|column| column.shrink());
        self.text.shrink();
    }

    /// Appends rows of a block. What became of their values on the way is counted with that block.
    ///
    /// # Errors
    /// [`ErrorKind::OtherTable`] where they are of another table than the rows so far, and
    /// [`ErrorKind::Unsupported`] for arrays that would be too long; nothing is appended then.
    pub fn append(&mut self, rows: &BlockSlice<'_, '_>) -> Result<()> {
        self.take_rows(std::slice::from_ref(rows), rows.rows(), |block| {
            appending::append(block, rows)
        })
    }

    /// The same, without columns whose types have not settled: their values come late.
    pub(crate) fn append_settled(&mut self, rows: &BlockSlice<'_, '_>) -> Result<()> {
        self.take_rows(std::slice::from_ref(rows), rows.rows(), |block| {
            appending::append_settled(block, rows)
        })
    }

    /// Adds columns of rows that it has, from row `first` on: columns that have no value in these and those behind them.
    pub(crate) fn append_late(&mut self, first: usize, rows: &BlockSlice<'_, '_>) -> Result<()> {
        let text = self.text.len();
        appending::append_late(self, first, rows)?;
        self.pivoted.most_text = self.pivoted.most_text.saturating_add(self.text.len() - text);
        (&mut self.text).end_row();
        Ok(())
    }

    /// Appends rows of several blocks, in any order and as often as they are named. What became of their
    /// values on the way is counted with those blocks.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn gather(&mut self, blocks: &[BlockSlice<'_, '_>], rows: &[RowIndex]) -> Result<()> {
        self.take_rows(blocks, rows.len(), |block| gather::gather(block, blocks, rows))
    }

    /// Has `take` append so many rows of `blocks`, all or none.
    fn take_rows(
        &mut self,
        blocks: &[BlockSlice<'_, '_>],
        rows: usize,
        take: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.pivoted.undo_row();
        (&mut self.text).undo_row();
        let mut tables = blocks.iter().filter(|block| block.rows() > 0).map(|b| b.block.table);
        let Some(table) = tables.next() else { return Ok(()) };
        let is_other = self.pivoted.rows > 0 && self.pivoted.table != table;
        if is_other || tables.any(|other| other != table) {
            let message = "rows of different tables can't be in one block";
            return Err(Error::new(ErrorKind::OtherTable, message));
        }
        self.pivoted.table = table;
        let text = self.text.len();
        let taken = take(self);
        if taken.is_ok() {
            self.pivoted.rows += rows;
            self.pivoted.most_text = self.pivoted.most_text.saturating_add(self.text.len() - text);
            (&mut self.text).end_row();
            #[cfg(feature = "arrow")]
            if self.pivoted.columns.iter().any(|column| column.values.is_whole()) {
                self.pivoted.most_text = UNCOUNTED_TEXT;
            }
        } else {
            let rows = self.pivoted.rows;
            self.pivoted.columns.iter_mut().for_each(|column| column.truncate(rows));
            (&mut self.text).undo_row();
        }
        taken
    }

    /// Its rows as a block, of which it has none from then on. [`reuse`](Self::reuse) gives it back the
    /// memory of that.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where Arrow can't fill up an array of its own types with nulls.
    pub fn lend(&mut self) -> Result<Block<'_>> {
        #[cfg(feature = "arrow")]
        for column in &mut self.pivoted.columns {
            array_values::fill_up(&mut column.values, self.pivoted.rows)?;
        }
        let (text, pivoted) = (&self.text, std::mem::take(&mut self.pivoted));
        let pivoted = pivoted.map(|span| text.text_at(span), |span| text.bytes_at(span));
        Ok(Block { pivoted, repeated: Vec::new() })
    }

    /// Forgets all rows, and has the next ones use the memory of a block that was lent, with no more than so
    /// many bytes for text.
    pub fn reuse(&mut self, lent: Block<'_>, max_text: usize) {
        self.pivoted = lent.pivoted.emptied();
        self.pivoted.rest.shrink_to(max_text);
        self.text.clear(max_text);
    }
}

#[cfg(all(test, feature = "arrow"))]
#[path = "owned_tests.rs"]
mod tests;
