//! Whether the rows of each row group come in the order that the options say.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::key_columns::{column, keys};
use super::keys::{Key, Keys};
use crate::block::BlockSlice;
use crate::encode::backend::SortedRowGroups;
use crate::options::{KeyFunction, Options, SortColumn, SortKey};
use crate::report::OrderReport;
use crate::row_lines::{RowLines, SourceLine};
use crate::schema::Schema;

/// Follows the rows of a file, and knows of each row group whether it is sorted.
#[derive(Debug)]
pub(crate) struct Sortedness {
    is_declared: bool,
    rows: u64,
    /// The last row of the open row group; none where it has no rows yet, or out of order.
    last: Option<Vec<Option<Key<'static>>>>,
    is_open: bool,
    is_sorted: bool,
    sorted: SortedRowGroups,
    /// With the line that it comes from.
    first_unsorted_row: Option<(u64, Option<SourceLine>)>,
    /// Of each column of the order, the keys of rows that can't be compared yet: another column's wait for
    /// its type.
    keys: Vec<VecDeque<Option<Key<'static>>>>,
    /// Of each column of the order, whether its do.
    waits: Vec<bool>,
}

impl Sortedness {
    /// Follows what the options declare, or else their timestamp column.
    pub(crate) fn new(options: &Options) -> Self {
        let is_declared = !options.sorted_by.is_empty();
        let timestamp = || options.timestamp_column.iter().map(SortColumn::ascending).collect();
        let by: Vec<SortColumn> = match is_declared {
            true => options.sorted_by.clone(),
            // They will not stay in the order that they come in.
            false if !options.clustered_by.is_empty() => Vec::new(),
            false if !options.sorted_into.is_empty() => columns_of(&options.sorted_into),
            false => timestamp(),
        };
        Self {
            keys: by.iter().map(|_| VecDeque::new()).collect(),
            waits: vec![false; by.len()],
            is_declared,
            rows: 0,
            last: None,
            is_open: false,
            is_sorted: true,
            sorted: SortedRowGroups { by, are_sorted: Vec::new() },
            first_unsorted_row: None,
        }
    }

    /// Takes rows of the open row group.
    pub(crate) fn add(&mut self, rows: &BlockSlice<'_, '_>, row_lines: &RowLines, schema: &Schema) {
        let before = self.rows;
        self.rows += rows.rows() as u64;
        self.is_open |= rows.rows() > 0;
        if self.sorted.by.is_empty() || !self.is_sorted {
            return;
        }
        let names = |id| &schema.column(id).name;
        for (by, waits) in self.sorted.by.iter().zip(&mut self.waits) {
            *waits |= rows.mixed_columns().any(|(id, _)| *names(id) == by.column);
        }
        let is_behind = self.keys.iter().any(|keys| !keys.is_empty());
        let unsorted = if is_behind || self.waits.contains(&true) {
            match self.keep_keys(rows, schema) {
                Some(()) => self.first_unsorted_key(),
                None => Some(before),
            }
        } else {
            self.first_unsorted(rows, schema).map(|row| before + row)
        };
        self.note(unsorted, row_lines);
    }

    /// Takes columns of the last rows, from row `first` of the file on, that have waited for their types.
    pub(crate) fn add_late(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        first: u64,
        row_lines: &RowLines,
        schema: &Schema,
    ) {
        let nulls = |count: u64| (0..count).map(|_| None);
        for index in 0..self.waits.len() {
            let name = &self.sorted.by[index].column;
            let is_settled =
                schema.columns().iter().any(|column| column.name == *name && column.ty.is_some());
            if !(self.waits[index] && is_settled) {
                continue;
            }
            self.waits[index] = false;
            // Those of other columns begin with the first row that waits.
            let unjudged = self.keys.iter().map(VecDeque::len).max().unwrap_or_default() as u64;
            let unjudged = unjudged.max(self.rows - first);
            let before = unjudged - (self.rows - first);
            let Some(known) = owned_keys(name, rows, schema) else {
                self.note(Some(self.rows - unjudged), row_lines);
                return;
            };
            let queue = &mut self.keys[index];
            queue.extend(nulls(before));
            queue.extend(known);
            queue.extend(nulls(unjudged - queue.len() as u64));
        }
        let unsorted = self.first_unsorted_key();
        self.note(unsorted, row_lines);
    }

    /// Keeps the keys of rows for when those of all columns are known; none where a type has no order.
    fn keep_keys(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) -> Option<()> {
        for ((by, waits), queue) in self.sorted.by.iter().zip(&self.waits).zip(&mut self.keys) {
            if *waits {
                continue;
            }
            queue.extend(owned_keys(&by.column, rows, schema)?);
        }
        Some(())
    }

    /// The same of keys that were kept, as far as those of all columns are known: the row in the file.
    fn first_unsorted_key(&mut self) -> Option<u64> {
        let row = self.rows - self.keys.iter().map(VecDeque::len).max()? as u64;
        let known = self.keys.iter().map(VecDeque::len).min()?;
        for index in 0..known as u64 {
            let next: Vec<_> =
                self.keys.iter_mut().map(|keys| keys.pop_front().flatten()).collect();
            let last = self.last.replace(next);
            let Some((last, next)) = last.as_ref().zip(self.last.as_ref()) else { continue };
            if !is_in_order(&self.sorted.by, last, next) {
                return Some(row + index);
            }
        }
        None
    }

    fn note(&mut self, unsorted: Option<u64>, row_lines: &RowLines) {
        if let Some(row) = unsorted {
            self.is_sorted = false;
            self.last = None;
            self.first_unsorted_row.get_or_insert_with(|| (row, row_lines.of(row)));
            self.forget_keys();
        }
    }

    fn forget_keys(&mut self) {
        self.keys.iter_mut().for_each(VecDeque::clear);
        self.waits.fill(false);
    }

    /// The first row that comes before the one before it, if there is one.
    fn first_unsorted(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) -> Option<u64> {
        let columns: Vec<_> =
            self.sorted.by.iter().map(|by| column(&by.column, rows, schema)).collect();
        let keys = columns.iter().map(|column| match column {
            Some((slice, values, order)) => keys(slice, values, (*order)?),
            None => Some(Box::new(std::iter::repeat_with(|| None)) as Keys<'_>),
        });
        // Values of types that have no order here are not known to be sorted.
        let Some(mut keys) = keys.collect::<Option<Vec<_>>>() else { return Some(0) };
        let mut last: Option<Vec<Option<Key<'_>>>> = self.last.take();
        // The memory of one row's keys becomes that of the next one's.
        let mut next = Vec::with_capacity(keys.len());
        for row in 0..rows.rows() as u64 {
            next.clear();
            next.extend(keys.iter_mut().map(|keys| keys.next().flatten()));
            match &mut last {
                Some(last) if !is_in_order(&self.sorted.by, last, &next) => return Some(row),
                Some(last) => std::mem::swap(last, &mut next),
                None => last = Some(std::mem::take(&mut next)),
            }
        }
        self.last = last.map(|row| row.into_iter().map(|key| Some(key?.into_owned())).collect());
        None
    }

    pub(crate) fn end_row_group(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.sorted.are_sorted.push(std::mem::replace(&mut self.is_sorted, true));
        }
        self.last = None;
        self.forget_keys();
    }

    /// A row group of another file follows, of whose order nothing is known.
    #[cfg(feature = "arrow")]
    pub(crate) fn add_copied(&mut self, rows: u64) {
        self.rows += rows;
        self.sorted.are_sorted.push(false);
    }

    /// Which row groups are sorted.
    pub(crate) fn row_groups(&self) -> &SortedRowGroups {
        &self.sorted
    }

    /// What became of a declared order.
    /// What all row groups are sorted by, whose rows were put in the order of these keys, if they were.
    pub(crate) fn sorted_by(&self, sorted_into: &[SortKey]) -> Vec<String> {
        let SortedRowGroups { by, are_sorted } = &self.sorted;
        if !sorted_into.is_empty() {
            return sorted_into.iter().map(ToString::to_string).collect();
        }
        match are_sorted.iter().all(|is_sorted| *is_sorted) {
            true => by.iter().map(|column| SortKey::from(column.clone()).to_string()).collect(),
            false => Vec::new(),
        }
    }

    pub(crate) fn report(&self) -> Option<OrderReport> {
        let first = self.first_unsorted_row.as_ref();
        let line = first.and_then(|(_, line)| line.as_ref());
        self.is_declared.then(|| OrderReport {
            sorted_row_groups: self
                .sorted
                .are_sorted
                .iter()
                .filter(|is_sorted| **is_sorted)
                .count(),
            first_unsorted_row: first.map(|(row, _)| *row),
            first_unsorted_source: line.map(|line| line.source.to_string()),
            first_unsorted_line: line.map(|line| line.line),
        })
    }
}

/// The columns that come before functions of columns.
pub(super) fn columns_of(by: &[SortKey]) -> Vec<SortColumn> {
    let columns = by.iter().take_while(|key| key.function == KeyFunction::Value);
    columns.map(|key| key.order.clone()).collect()
}

fn is_in_order(by: &[SortColumn], last: &[Option<Key<'_>>], next: &[Option<Key<'_>>]) -> bool {
    for ((by, last), next) in by.iter().zip(last).zip(next) {
        let order = match (last, next) {
            (None, None) => Some(Ordering::Equal),
            (None, Some(_)) if by.nulls_first => Some(Ordering::Less),
            (Some(_), None) if !by.nulls_first => Some(Ordering::Less),
            (None, _) | (_, None) => Some(Ordering::Greater),
            (Some(last), Some(next)) if by.descending => next.partial_cmp(last),
            (Some(last), Some(next)) => last.partial_cmp(next),
        };
        match order {
            Some(Ordering::Equal) => {}
            order => return order == Some(Ordering::Less),
        }
    }
    true
}

/// A key for each row, of the column that the file calls `name`; none where its type has no order. Without a
/// value all are null: those that waited for their type may all be misfits.
fn owned_keys(
    name: &str,
    rows: &BlockSlice<'_, '_>,
    schema: &Schema,
) -> Option<Vec<Option<Key<'static>>>> {
    let Some((slice, values, order)) = column(name, rows, schema) else {
        return Some((0..rows.rows()).map(|_| None).collect());
    };
    let known = keys(&slice, &values, order?)?;
    Some(known.map(|key| key.map(Key::into_owned)).collect())
}
