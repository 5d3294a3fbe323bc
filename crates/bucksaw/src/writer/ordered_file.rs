//! An open file, and before it, where rows are put in order, all that have come.

#[cfg(feature = "arrow")]
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use super::arriving::{Arriving, Late};
use super::files::Files;
use crate::block::{Block, BlockSlice};
use crate::coerce::counting::Counting;
use crate::coerce::settling::Due;
use crate::dataset::{Folder, ReadSource};
use crate::encode::backend::{Encode, SideWork};
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
#[cfg(feature = "arrow")]
use crate::encode::origins::KnownOrigins;
use crate::error::{Error, Result};
use crate::input::InputTable;
use crate::input::decoding::DecodedChunk;
use crate::options::{Options, PartitionKey};
use crate::report::FileReport;
use crate::route::limits::Batch;
use crate::route::order::RowOrder;
use crate::route::partition::check_names;
use crate::route::sort::Sorter;
use crate::row_lines::{RowLines, SourceLine};
use crate::table::Table;

/// See the module. After an error it is only dropped.
pub(super) struct OrderedFile {
    sorting: Option<Sorting>,
    files: Files,
}

/// Rows that wait for those that come before them.
struct Sorting {
    sorter: Sorter,
    arriving: Arriving,
    batch: Batch,
    /// What folders are by that rows are told apart by.
    partition: Vec<PartitionKey>,
    /// What [`TableCounts::spelled`](crate::table::TableCounts::spelled) was before.
    spelled_before: Vec<u64>,
}

impl OrderedFile {
    pub(super) fn new(table: &Table, files: Files) -> Self {
        let partition = table.options.dataset.partition.clone();
        Self::in_order(table, files, partition)
    }

    /// As [`Files::copy`].
    #[cfg(feature = "arrow")]
    pub(super) fn copy(
        &mut self,
        copied: CopiedRowGroup,
        bytes: &mut dyn Read,
        table: &mut Table,
    ) -> Result<bool> {
        match self.sorting {
            Some(_) => Ok(false),
            None => self.files.copy(copied, bytes, table),
        }
    }

    /// What files say that all rows come from.
    #[cfg(feature = "arrow")]
    pub(super) fn known_origins(&mut self) -> Option<&mut KnownOrigins> {
        self.files.known_origins()
    }

    /// Rows that are of one folder already.
    #[cfg(feature = "arrow")]
    pub(super) fn in_folder(table: &Table, files: Files) -> Self {
        Self::in_order(table, files, Vec::new())
    }

    fn in_order(table: &Table, files: Files, partition: Vec<PartitionKey>) -> Self {
        let options = &table.options;
        let order = RowOrder { partition: partition.clone(), keys: options.sorted_into.clone() };
        // Keys are of values whose types have settled.
        let waits = !order.is_empty() || !options.dataset.keep_together.is_empty();
        let sorting = waits.then(|| Sorting {
            sorter: Sorter::new(order, options),
            arriving: Arriving::new(options),
            batch: Batch::new(options.memory_limit),
            partition,
            spelled_before: table.counts.spelled.clone(),
        });
        Self { sorting, files }
    }

    pub(super) fn is_of_dataset(&self) -> bool {
        self.files.is_of_dataset()
    }

    /// When what has come is to be published, whether or not more comes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.files.deadline()
    }

    /// Memory is limited as these options say from now on.
    pub(super) fn limit_memory(&mut self, options: &Options) {
        self.files.limit_memory(options);
        if let Some(sorting) = &mut self.sorting {
            sorting.sorter.limit_memory(options.memory_limit);
            sorting.arriving.limit_memory(options);
            sorting.batch.limit_memory(options.memory_limit);
        }
    }

    /// The same, which writes nothing and counts values.
    pub(super) fn counting(self) -> Self {
        Self { sorting: None, files: self.files.counting() }
    }

    /// What was counted; nothing is from now on.
    pub(super) fn end_counting(&mut self) -> Option<Counting> {
        self.files.open.end_counting()
    }

    /// Rows that have come.
    pub(super) fn rows(&self) -> u64 {
        self.sorting.as_ref().map_or_else(|| self.files.rows(), |sorting| sorting.arriving.rows())
    }

    /// Whether so many rows can be taken before anything ends.
    pub(super) fn has_room(&self, rows: usize) -> bool {
        self.sorting.is_some() || self.files.has_room(rows)
    }

    /// Rows from row `row` of those that come next are of this line and those behind it, or of none.
    pub(super) fn come_from(&mut self, row: u64, source_line: Option<SourceLine>) {
        match &mut self.sorting {
            Some(sorting) => sorting.arriving.come_from(row, source_line),
            None => self.files.open.come_from(row, source_line),
        }
    }

    /// The rows are of this signal, all of them: a table has none of another.
    pub(super) fn are_of(&mut self, table: InputTable, options: &Options) {
        self.files.are_of(table, options);
    }

    /// Takes rows that there is room for; returns what is left to do with them.
    pub(super) fn take<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        table: &mut Table,
    ) -> Result<Box<dyn Encode + 's>> {
        match &mut self.sorting {
            Some(sorting) => {
                self.files.note_rows();
                sorting.take(&rows, table).map(|()| -> Box<dyn Encode> { Box::new(()) })
            }
            None => self.files.take(rows, table),
        }
    }

    /// Takes all rows of a block, and does what there is to do with them.
    pub(super) fn write(&mut self, block: &Block<'_>, table: &mut Table) -> Result<()> {
        match &mut self.sorting {
            Some(sorting) => {
                self.files.note_rows();
                sorting.take(&block.all(), table)
            }
            None => self.files.write(block, table),
        }
    }

    /// Settles the types of all columns whose values wait for theirs: a batch says what its columns' types are.
    #[cfg(feature = "arrow")]
    pub(super) fn settle(&mut self, table: &mut Table) -> Result<()> {
        match &mut self.sorting {
            Some(sorting) => sorting.settle(table),
            None => self.files.open.settle(table),
        }
    }

    /// Counts a block of so many bytes of memory to the batch.
    pub(super) fn add_to_batch(&mut self, held: usize) {
        match &mut self.sorting {
            Some(sorting) => sorting.batch.add(held),
            None => self.files.open.add_to_batch(held),
        }
    }

    /// Counts an input's chunk to the batch. Returns whether the batch is full with it, and [`end_batch`](Self::end_batch) is to be called next.
    pub(super) fn add_chunk_to_batch(&mut self, decoded: &DecodedChunk) -> bool {
        match &mut self.sorting {
            Some(sorting) => sorting.batch.add_chunk(decoded),
            None => self.files.open.add_chunk_to_batch(decoded),
        }
    }

    /// Ends a batch; whether [`end_row_group`](Self::end_row_group) is to be called next.
    pub(super) fn end_batch(&mut self) -> Result<bool> {
        match &mut self.sorting {
            Some(sorting) => Ok(sorting.is_full()),
            None => self.files.end_batch(),
        }
    }

    pub(super) fn side_work(&self) -> Arc<dyn SideWork> {
        self.files.open.side_work()
    }

    /// Ends the open row group, or has the rows that are in memory wait elsewhere.
    pub(super) fn end_row_group(&mut self, table: &mut Table) -> Result<()> {
        match &mut self.sorting {
            Some(sorting) if sorting.sorter.is_in_order() => self.write_sorted(table),
            Some(sorting) => sorting.put_aside(table),
            None => self.files.end_row_group(table),
        }
    }

    /// Writes all rows that wait, in order.
    fn write_sorted(&mut self, table: &mut Table) -> Result<()> {
        let Some(sorting) = &mut self.sorting else { return Ok(()) };
        sorting.settle(table)?;
        let schema = table.schema.clone();
        let files = &mut self.files;
        files.limit_memory(&table.options.clone().memory_limit(sorting.sorter.memory_left()));
        files.come_in_order();
        sorting.sorter.take_all(&schema, |block| {
            files.write_in_order(block, table)?;
            files.open.add_to_batch(block.bytes_used());
            if files.end_batch()? { files.end_row_group(table) } else { Ok(()) }
        })?;
        sorting.arriving.end();
        sorting.batch.end_row_group();
        Ok(())
    }

    /// Makes all rows that have come part of the dataset.
    pub(super) fn publish(&mut self, table: &mut Table) -> Result<()> {
        self.write_sorted(table)?;
        self.files.publish(table)
    }

    /// The same at once, whatever else was told, and with how far these sources were read.
    pub(super) fn commit(&mut self, table: &mut Table, read: Vec<ReadSource>) -> Result<()> {
        self.write_sorted(table)?;
        self.files.commit(table, read)
    }

    /// Ends the file and publishes it, or ends the dataset's last one, which waits in its folder for an entry.
    pub(super) fn finish(mut self, table: &mut Table) -> Result<(FileReport, Option<Folder>)> {
        self.write_sorted(table)?;
        let (report, folder) = self.files.finish(table)?;
        let Some(sorting) = self.sorting else { return Ok((report, folder)) };
        // Lines are known of rows as they came.
        let before = sorting.spelled_before.iter().chain(std::iter::repeat(&0));
        let spelled = table.counts.spelled.iter().zip(before).map(|(now, before)| now - before);
        let spelled: Vec<u64> = spelled.collect();
        Ok((sorting.arriving.tally().told(report, &spelled, &table.schema), folder))
    }

    pub(super) fn discard(self) -> Result<()> {
        self.files.discard()
    }
}

impl Sorting {
    fn take(&mut self, rows: &BlockSlice<'_, '_>, table: &mut Table) -> Result<()> {
        let first = self.arriving.rows();
        self.arriving.add(rows, &table.schema).map_err(|error| error.at_row(first))?;
        check_names(&self.partition, rows, &table.schema).map_err(|(row, error)| {
            located(error, first + row as u64, self.arriving.row_lines())
        })?;
        self.sorter.append(rows).map_err(|error| error.at_row(first))?;
        while let Some(due) = self.arriving.next_due() {
            self.take_settled(due, table)?;
        }
        self.arriving.forget_lines();
        Ok(())
    }

    fn settle(&mut self, table: &mut Table) -> Result<()> {
        while let Some(due) = self.arriving.next_waiting() {
            self.take_settled(due, table)?;
        }
        Ok(())
    }

    /// Takes the values of columns that have waited for their types.
    fn take_settled(&mut self, due: Due, table: &mut Table) -> Result<()> {
        let (sorter, partition) = (&mut self.sorter, &self.partition);
        let take = |late: Late<'_, '_>| {
            check_names(partition, &late.block.all(), late.schema)
                .map_err(|(row, error)| located(error, late.row + row as u64, late.row_lines))?;
            sorter.append_late(late.first, &late.block.all())
        };
        self.arriving.settle(due, table, take)
    }

    fn is_full(&mut self) -> bool {
        let held = self.batch.end() + self.arriving.bytes_held();
        self.sorter.is_full(held)
    }

    fn put_aside(&mut self, table: &mut Table) -> Result<()> {
        self.settle(table)?;
        if self.sorter.rows_in_memory() > 0 {
            self.sorter.put_aside(&table.schema)?;
        }
        self.arriving.end();
        self.batch.end_row_group();
        Ok(())
    }
}

/// The error of a row, with the line that it comes from where that is known.
fn located(error: Error, row: u64, row_lines: &RowLines) -> Error {
    let error = error.at_row(row);
    match row_lines.of(row) {
        Some(from) => error.in_source(&from.source).on_line(from.line),
        None => error,
    }
}
