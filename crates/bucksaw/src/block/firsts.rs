//! The first values of a block that could not be stored as they came.

use std::ops::Range;

use crate::block::counts::Outcome;
use crate::schema::ColumnId;

/// The first value of a column of which something was counted.
#[derive(Clone, Debug)]
pub(crate) struct First {
    pub(crate) column: ColumnId,
    pub(crate) outcome: Outcome,
    /// Its row in the block.
    pub(crate) row: usize,
    /// Its start.
    pub(crate) example: String,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Firsts {
    known: Vec<First>,
    /// How many of them are in rows that have ended.
    ended: usize,
    /// For each column, as far as needed, a bit for each outcome that has one.
    seen: Vec<u16>,
}

impl Firsts {
    /// Adds a value, unless there was one before.
    pub(crate) fn add(
        &mut self,
        column: ColumnId,
        outcome: Outcome,
        row: usize,
        example: impl FnOnce() -> String,
    ) {
        if column.index() >= self.seen.len() {
            self.seen.resize(column.index() + 1, 0);
        }
        let (seen, bit) = (&mut self.seen[column.index()], 1 << outcome as u16);
        if *seen & bit == 0 {
            *seen |= bit;
            self.known.push(First { column, outcome, row, example: example() });
        }
    }

    pub(crate) fn end_row(&mut self) {
        self.ended = self.known.len();
    }

    pub(crate) fn undo_row(&mut self) {
        for First { column, outcome, .. } in self.known.drain(self.ended..) {
            self.seen[column.index()] &= !(1 << outcome as u16);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.seen.clear();
        self.ended = 0;
    }

    /// Those in these rows.
    pub(crate) fn within(&self, rows: Range<usize>) -> impl Iterator<Item = &First> {
        self.known.iter().filter(move |first| rows.contains(&first.row))
    }
}
