//! Messages that a record has several of, as lists side by side: each has as many elements as there are messages.

use super::ids::spell_alike;
use super::row::{Failure, Row};
use crate::schema::ColumnId;
use crate::types::value::Value;

/// A list for each of so many columns.
pub(super) struct Lists<'a, const COLUMNS: usize>([Vec<Value<'a>>; COLUMNS]);

impl<const COLUMNS: usize> Default for Lists<'_, COLUMNS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, const COLUMNS: usize> Lists<'a, COLUMNS> {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Vec::new()))
    }

    /// Adds one message's values.
    pub(super) fn push(&mut self, values: [Value<'a>; COLUMNS]) {
        self.0.iter_mut().zip(values).for_each(|(list, value)| list.push(value));
    }

    /// Pushes the lists, if there was any message.
    pub(super) fn push_to(
        self,
        columns: [ColumnId; COLUMNS],
        row: &mut Row<'_, 'a>,
    ) -> Result<(), Failure> {
        for (column, mut list) in columns.into_iter().zip(self.0) {
            spell_alike(&mut list, row.arena);
            row.push_list(column, &list)?;
        }
        Ok(())
    }
}
