//! Rows as columns, by reference: what inputs fill and backends encode.
//!
//! A block holds, for each column, which of its rows have a value and those values in a row. Text
//! and bytes stay where they are (the input's buffer, the caller's rows, the block's arena) until a
//! backend's dictionary or page takes them. An [`OwnedBlock`] has copied them, and lends itself as a block.

mod appending;
#[cfg(feature = "arrow")]
mod array_values;
#[cfg(feature = "arrow")]
pub(crate) mod arrays;
pub(crate) mod bitmap;
mod column;
mod copying;
pub(crate) mod counts;
pub(crate) mod firsts;
mod gather;
pub(crate) mod lists;
pub(crate) mod mixed;
mod owned;
pub(crate) mod pivoted;
mod slice;
pub(crate) mod stored;
pub(crate) mod text;
pub(crate) mod texts;
mod values;

use std::ops::Range;

pub(crate) use self::appending::append_column;
pub use self::column::ColumnSlice;
pub(crate) use self::column::{BlockColumn, ColumnOf};
pub(crate) use self::gather::picked;
pub use self::mixed::MixedSlice;
pub use self::owned::{OwnedBlock, RowIndex};
pub(crate) use self::pivoted::Pivoted;
pub use self::slice::BlockSlice;
pub(crate) use self::slice::most_elements;
pub use self::values::ValuesSlice;
pub(crate) use self::values::{Values, ValuesOf};
use crate::block::counts::{Alterations, ColumnOutcome};
use crate::schema::{ColumnId, Key};
use crate::types::item::Item;

/// More text than any block has, and far from what overflows.
#[cfg(feature = "arrow")]
pub(crate) const UNCOUNTED_TEXT: usize = usize::MAX / 4;

/// Some thousand rows pivoted to columns by reference. Made by inputs and by
/// [`BlockBuilder`](crate::BlockBuilder), taken by [`Writer::write_block`](crate::Writer::write_block).
#[derive(Clone, Debug, Default)]
pub struct Block<'a> {
    pub(crate) pivoted: Pivoted<&'a str, &'a [u8]>,
    /// What the rows to come repeat beside the runs in the columns.
    pub(crate) repeated: Vec<Repeated<'a>>,
}

/// What is done again with the end of each of these rows.
#[derive(Clone, Debug)]
pub(crate) struct Repeated<'a> {
    pub(crate) rows: Range<usize>,
    pub(crate) what: Again<'a>,
}

/// What can be done with one value, one after the other.
pub(crate) const OUTCOMES_OF_VALUE: usize = 3;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Again<'a> {
    /// Counts what was done with a value that a column repeats, by its column too, and the column if it holds it as it
    /// is spelled.
    Count(Alterations, [Option<ColumnOutcome>; OUTCOMES_OF_VALUE], Option<ColumnId>),
    /// Pushes a value that no column could take for all rows.
    Push(Key<'a>, Item<'a>),
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
        Block { pivoted: self.pivoted.emptied(), repeated: Vec::new() }
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.pivoted.rows
    }

    /// What became of its rows' values on the way.
    pub(crate) fn alterations(&self) -> &Alterations {
        &self.pivoted.alterations
    }

    /// What of it was done with values of which columns.
    pub(crate) fn outcomes(&self) -> &[ColumnOutcome] {
        &self.pivoted.outcomes
    }

    /// For each value of another type that a column of text holds as it is spelled, that column.
    pub(crate) fn spelled(&self) -> &[ColumnId] {
        &self.pivoted.spelled
    }

    /// Bytes that its values take in its lists, which may have room for more; text itself is elsewhere.
    #[must_use]
    pub fn bytes_used(&self) -> usize {
        self.pivoted.bytes_used()
    }

    /// Bytes of its text and bytes, at the most.
    pub(crate) fn text_bytes(&self) -> usize {
        self.pivoted.most_text
    }

    /// Takes a column's values out.
    pub(crate) fn remove_column(&mut self, id: ColumnId) {
        if let Some(column) = self.pivoted.columns.get_mut(id.index()) {
            *column = std::mem::take(column).emptied();
        }
    }

    /// All of its rows.
    #[must_use]
    pub fn all(&self) -> BlockSlice<'_, 'a> {
        BlockSlice { block: &self.pivoted, rows: 0..self.rows() }
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
