//! What fills a caller's block: rows of values, and values that many rows have in common.

use bumpalo::Bump;

use super::builder::BorrowingBuilder;
use super::refusal::other_table;
use crate::block::counts::Alterations;
use crate::block::{Again, Block, OUTCOMES_OF_VALUE, Repeated};
use crate::error::Result;
use crate::schema::{ColumnId, Key, Schema};
use crate::types::item::Item;
use crate::types::value::Value;

/// Fills a [`Block`] row by row.
///
/// Push a row's values in any order, then [`end_row`](Self::end_row). After an error the row is to
/// be undone with [`undo_row`](Self::undo_row); nothing of it is left.
#[derive(Debug)]
pub struct BlockBuilder<'b, 'a> {
    rows: BorrowingBuilder<'b, 'a>,
    /// See [`Block`].
    repeated: &'b mut Vec<Repeated<'a>>,
}

impl<'b, 'a> BlockBuilder<'b, 'a> {
    /// Continues `block` behind its last row that ended, with columns of `schema`; text made on the way
    /// is put into `arena`.
    pub(crate) fn new(block: &'b mut Block<'a>, schema: &'b mut Schema, arena: &'a Bump) -> Self {
        let Block { pivoted, repeated } = block;
        let mut builder =
            Self { rows: BorrowingBuilder::borrowing(pivoted, schema, arena), repeated };
        builder.begin_again();
        builder
    }

    /// The arena for text that is made on the way.
    #[must_use]
    pub fn arena(&self) -> &'a Bump {
        self.rows.arena
    }

    /// How many rows the block has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.block.rows
    }

    /// Whether some values are redacted.
    pub(crate) fn redacts(&self) -> bool {
        self.rows.schema.redacts()
    }

    /// Whether this column's values go into `_rest`.
    pub(crate) fn is_in_rest(&self, id: ColumnId) -> bool {
        self.rows.schema.column(id).is_in_rest
    }

    /// Whether values of this path are.
    pub(crate) fn redacts_path(&self, path: &str) -> bool {
        self.rows.schema.redacted(path).is_some()
    }

    /// Adds a value to the row.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) where the schema or strict mode refuses it.
    pub fn push<'k>(&mut self, key: impl Into<Key<'k>>, value: Value<'a>) -> Result<()> {
        self.rows.push(key.into(), &value)
    }

    /// The same for what a decoder found.
    pub(crate) fn push_item(&mut self, key: Key<'_>, item: Item<'a>) -> Result<()> {
        self.rows.push_item(key, item)
    }

    /// The column of this name below another, if it is likely to come next and values may go there without a look at its name.
    #[inline]
    pub(crate) fn find_below(&mut self, of: &str, name: &[u8]) -> Option<ColumnId> {
        if self.rows.schema.strict { None } else { self.rows.schema.find_below(of, name) }
    }

    /// Adds a value, which is not null, of a column that [`find_below`](Self::find_below) has found.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn push_known(&mut self, id: ColumnId, value: Value<'a>) -> Result<()> {
        let is_stored = match value {
            Value::Text(text) => self.rows.store_text_alike(id, text),
            _ => self.rows.store_alike(id, &value),
        };
        if is_stored {
            return Ok(());
        }
        self.rows.store_other(id, Item::Value(value))
    }

    /// Adds nanoseconds since 1970, where the column has taken others before; false where that is for
    /// [`push_item`](Self::push_item).
    #[inline]
    pub(crate) fn push_nanos(&mut self, id: ColumnId, nanos: u64) -> bool {
        self.rows.store_nanos_alike(id, nanos)
    }

    /// Gives this row and those after it, `rows` together, the same value, for much less than as many
    /// times [`push`](Self::push), and under the same rules. To be called before the row's own values:
    /// where these give the column again, theirs are duplicates. Rows that are undone don't count, so
    /// that a run may have to be ended early, with [`end_runs`](Self::end_runs); it ends with the block
    /// anyway. A column that is new stays, with its type, even if no row ends.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn repeat<'k>(
        &mut self,
        key: impl Into<Key<'k>>,
        value: Value<'a>,
        rows: usize,
    ) -> Result<()> {
        self.repeat_item(key.into(), Item::Value(value), rows)
    }

    /// The same for what a decoder found.
    pub(crate) fn repeat_item(&mut self, key: Key<'_>, item: Item<'a>, rows: usize) -> Result<()> {
        let key = match key {
            Key::Id(id) if id.table() != self.rows.schema.table() => return Err(other_table()),
            Key::Id(id) => Key::Id(id),
            Key::Name(name) => Key::Name(&*self.rows.arena.alloc_str(name)),
        };
        if rows == 0 || matches!(item, Item::Value(Value::Null)) {
            return self.push(key, Value::Null);
        }
        let row = self.rows.block.rows;
        let counted = std::mem::take(&mut self.rows.block.alterations);
        let (before, text) = (self.rows.holders(key), self.rows.block.most_text);
        let spelled_before = self.rows.block.spelled.len();
        let outcomes_before = self.rows.block.outcomes.len();
        let pushed = self.push_item(key, item);
        let alterations = std::mem::replace(&mut self.rows.block.alterations, counted);
        self.rows.block.alterations.add(&alterations);
        pushed?;
        let rows = row + 1..row + rows;
        let new =
            self.rows.holders(key).into_iter().zip(before).find(|(now, before)| now != before);
        let is_run = match new {
            Some((Some(id), _)) => self.rows.block.column_mut(id).repeat_last(rows.clone()),
            _ => false,
        };
        if is_run {
            self.rows.block.most_text +=
                (self.rows.block.most_text - text).saturating_mul(rows.len());
        }
        let spelled = self.rows.block.spelled.get(spelled_before).copied();
        let mut outcomes = [None; OUTCOMES_OF_VALUE];
        let counted = self.rows.block.outcomes.iter().skip(outcomes_before);
        outcomes.iter_mut().zip(counted).for_each(|(known, outcome)| *known = Some(*outcome));
        let what = match is_run {
            true => Again::Count(alterations, outcomes, spelled),
            false => Again::Push(key, item),
        };
        if !is_run || alterations != Alterations::default() || spelled.is_some() {
            self.repeated.push(Repeated { rows, what });
        }
        // The columns of runs stay if this row is undone.
        self.rows.row_start = self.rows.schema.checkpoint();
        Ok(())
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        if !self.repeated.is_empty() {
            self.repeat_again();
        }
        self.rows.end_row();
    }

    /// Does for this row what it repeats beside the runs in the columns.
    fn repeat_again(&mut self) {
        let row = self.rows.block.rows;
        let mut repeated = std::mem::take(self.repeated);
        for Repeated { what, .. } in repeated.iter().filter(|known| known.rows.contains(&row)) {
            match *what {
                Again::Count(alterations, outcomes, spelled) => {
                    self.rows.block.alterations.add(&alterations);
                    self.rows.block.outcomes.extend(outcomes.iter().flatten());
                    self.rows.block.spelled.extend(spelled);
                }
                Again::Push(key, item) => {
                    // What is refused now was not for the first of the rows, and must not be lost.
                    if self.push_item(key, item).is_err() {
                        let name = match key {
                            Key::Id(id) => self.rows.path_of(id),
                            Key::Name(name) => name.into(),
                        };
                        let item = self.rows.redacted(&name, item);
                        self.rows.rest_of(&name, item);
                    }
                }
            }
        }
        repeated.retain(|known| known.rows.end > row + 1);
        *self.repeated = repeated;
    }

    /// Forgets what was pushed since the last row's end.
    pub fn undo_row(&mut self) {
        self.begin_again();
        self.rows.undo_row();
    }

    /// Ends all runs of repeated values with the last row that ended, and undoes what was begun after it.
    pub fn end_runs(&mut self) {
        self.repeated.clear();
        self.rows.block.end_runs();
        self.rows.undo_row();
    }

    /// Has what the undone row repeats done for the row that comes instead.
    fn begin_again(&mut self) {
        let row = self.rows();
        self.repeated.iter_mut().for_each(|known| known.rows.start = known.rows.start.min(row));
    }
}
