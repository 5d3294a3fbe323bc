//! Columns whose type has not settled: their values wait until enough rows say what it is.
//!
//! A column's type settles once for its table, from the values of its settling window: so many rows from
//! its first value on. Values wait for no longer than the open row group, and only so many bytes of them.

use std::collections::BTreeMap;

use bumpalo::Bump;

use super::builder::BorrowingBuilder;
use super::evidence::Evidence;
use crate::block::text::{Span, TextBuffer};
use crate::block::{Block, BlockSlice, ColumnOf, ValuesOf, append_column};
use crate::error::Result;
use crate::options::Options;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::item::Item;

/// Values may wait until they are one part in so many of the memory limit.
const MEMORY_SHARE: usize = 8;

/// See the module. Rows are counted from the start of the open row group.
#[derive(Debug)]
pub(crate) struct Settling {
    /// Rows in a window.
    window: usize,
    max_bytes: usize,
    /// By the row at which the block with their first value starts: what has the same one settles together.
    waiting: BTreeMap<usize, Group>,
    /// Columns that have a type already: blocks with their values were begun before they had.
    typed: Vec<Due>,
}

/// Columns that got their first value with the same block.
#[derive(Debug, Default)]
struct Group {
    /// The row after that block.
    end: usize,
    columns: BTreeMap<ColumnId, Waiting>,
}

/// The values of a column, whose rows are counted from the start of its group.
#[derive(Debug, Default)]
struct Waiting {
    column: ColumnOf<Span, Span>,
    text: TextBuffer,
    /// The row with its first value.
    first: usize,
}

/// Columns whose type has settled, or is to.
#[derive(Debug)]
pub(crate) struct Due {
    /// The row at which they start.
    pub(crate) start: usize,
    columns: BTreeMap<ColumnId, Waiting>,
    window: usize,
}

impl Settling {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            window: options.settling_rows,
            max_bytes: options.memory_limit / MEMORY_SHARE,
            waiting: BTreeMap::new(),
            typed: Vec::new(),
        }
    }

    /// Another memory limit holds from now on.
    pub(crate) fn limit_memory(&mut self, options: &Options) {
        self.max_bytes = options.memory_limit / MEMORY_SHARE;
    }

    /// Takes the values of columns without a type; the rows start at row `first`.
    pub(crate) fn take(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        first: usize,
        schema: &Schema,
    ) -> Result<()> {
        let mut typed = BTreeMap::new();
        for (id, slice) in rows.mixed_columns() {
            let known = self.waiting.iter().find(|(_, group)| group.columns.contains_key(&id));
            let start = known.map_or(first, |(start, _)| *start);
            let columns = match schema.column(id).ty {
                Some(_) => &mut typed,
                None => {
                    let group = self.waiting.entry(start).or_default();
                    if start == first {
                        group.end = first + rows.rows();
                    }
                    &mut group.columns
                }
            };
            let waiting: &mut Waiting = columns
                .entry(id)
                .or_insert_with(|| Waiting { first: slice.first(), ..Waiting::default() });
            append_column(&mut waiting.column, &mut waiting.text, first - start, &slice)?;
        }
        if !typed.is_empty() {
            self.typed.push(Due { start: first, columns: typed, window: self.window });
        }
        Ok(())
    }

    /// Bytes of memory that waiting values take.
    pub(crate) fn bytes_held(&self) -> usize {
        let columns = self.waiting.values().flat_map(|group| group.columns.values());
        columns.map(|waiting| waiting.column.bytes_held() + waiting.text.bytes_held()).sum()
    }

    /// The first row with values that wait, if any do.
    pub(crate) fn first_row(&self) -> Option<usize> {
        self.waiting.keys().next().copied()
    }

    /// The next columns whose window has ended by row `rows`.
    pub(crate) fn next_due(&mut self, rows: usize) -> Option<Due> {
        if let Some(due) = self.typed.pop() {
            return Some(due);
        }
        let (_, first) = self.waiting.first_key_value()?;
        let is_due =
            rows >= first.end.saturating_add(self.window) || self.bytes_held() > self.max_bytes;
        is_due.then(|| self.next()).flatten()
    }

    /// The next columns, whether or not their window has ended.
    pub(crate) fn next(&mut self) -> Option<Due> {
        let (start, group) = self.waiting.pop_first()?;
        Some(Due { start, columns: group.columns, window: self.window })
    }
}

impl Due {
    /// Settles the columns' types, and has `take` take their values as a block whose first row is row
    /// `start`.
    pub(crate) fn settle<R>(
        self,
        schema: &mut Schema,
        take: impl FnOnce(&Block<'_>, &Schema) -> Result<R>,
    ) -> Result<R> {
        let arena = Bump::new();
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut siblings = 0;
        for (id, waiting) in &self.columns {
            let items = waiting.items();
            if schema.column(*id).ty.is_none() {
                let ty = waiting.column_type(self.window, schema, &mut siblings);
                schema.settle(*id, ty);
            }
            columns.push((*id, &waiting.column.present, items));
        }
        let rows = self.columns.values().map(|waiting| waiting.column.present.end()).max();
        let mut block = Block::new();
        let mut builder = BorrowingBuilder::of_block(&mut block, schema, &arena);
        builder.is_late = true;
        for row in 0..rows.unwrap_or_default() {
            for (id, present, items) in &mut columns {
                if let Some(item) = present.contains(row).then(|| items.next()).flatten() {
                    builder.store(*id, item)?;
                }
            }
            builder.end_row();
        }
        take(&block, schema)
    }
}

impl Waiting {
    fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let values = match &self.column.values {
            ValuesOf::Mixed(values) => values.as_slice(),
            _ => &[],
        };
        let text = &self.text;
        values.iter().map(move |value| {
            value.map(|span| text.text_at(span), |span| text.bytes_at(span)).item()
        })
    }

    /// The type that the values say. Where misfits would have no sibling to go to, after so many that others
    /// may need, it holds them all.
    fn column_type(&self, window: usize, schema: &Schema, siblings: &mut usize) -> ColumnType {
        let within = self.column.present.count_below(self.first.saturating_add(window));
        let mut items = self.items();
        let mut evidence = Evidence::new(schema.type_rules);
        for item in items.by_ref().take(within) {
            evidence.add(item);
        }
        let ty = evidence.column_type();
        for item in items {
            evidence.add(item);
        }
        let needed = evidence.siblings(&ty);
        if needed == 0 || schema.has_room_for(*siblings + needed) {
            *siblings += needed;
            return ty;
        }
        evidence.type_of_all()
    }
}
