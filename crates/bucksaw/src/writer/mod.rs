//! The writer: the one place where rows, blocks, inputs, a backend and a sink meet.

mod arriving;
#[cfg(feature = "arrow")]
mod compacting;
mod dataset_files;
mod files;
mod open;
mod open_file;
mod ordered_file;
mod pipeline;
mod read_back;
mod rows;
mod scan;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "arrow")]
use arrow_array::RecordBatch;
use bumpalo::Bump;

use self::files::Files;
use self::open::local_sink;
use self::ordered_file::OrderedFile;
use self::pipeline::{Ended, Kept};
pub use self::rows::Cell;
pub use self::scan::Scan;
use crate::block::counts::Alterations;
use crate::block::{Block, OwnedBlock};
use crate::coerce::block_builder::BlockBuilder;
use crate::dataset::{Folder, ReadSource};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
#[cfg(feature = "arrow")]
use crate::input::record_batch::{OnRefused, block_of_columns, columns_of};
use crate::options::MIN_MEMORY_LIMIT;
use crate::report::{ColumnsInRest, FileReport, Report, TimeRange, peak_memory};
use crate::route::limits::threads_within;
use crate::runtime::workers::Workers;
use crate::schema::{Column, ColumnId, Renamed};
use crate::sink::Sink;
use crate::table::Table;

/// Rows that are collected one at a time before a backend gets them as a block.
pub const BLOCK_ROWS: usize = 512;
/// Bytes of text in rows given one at a time after which a backend gets them as a block.
pub const BLOCK_BYTES: usize = 512 << 10;

/// Writes rows of a [`Table`] to a Parquet file, or to several, one after the other.
///
/// Rows go in one at a time, from iterators, as slices, as blocks, as record batches or from an input;
/// they are stored in the order they came. [`finish`](Self::finish) publishes the file and returns the report.
/// [`abort`](Self::abort), and dropping the writer, leave nothing behind.
///
/// A batch (a row, a slice of rows, a block, a record batch) that is refused leaves the writer as it
/// was before. After any other error, and after every error of an input, the writer has ended
/// ([`has_ended`](Self::has_ended)): what was staged is gone, `finish` returns an error of the kind
/// [`ErrorKind::WriterEnded`], and `abort` and dropping do nothing more.
pub struct Writer {
    table: Table,
    /// Rows given one at a time.
    collected: OwnedBlock,
    workers: Arc<Workers>,
    /// None after an error.
    file: Option<OrderedFile>,
    /// Those before it.
    files: Vec<FileReport>,
    timestamps: Vec<TimeRange>,
    /// What the table had counted before.
    alterations_before: Alterations,
    kept: Kept,
    /// In bytes: that of the options, or a part of it.
    memory_limit: usize,
    rejected: u64,
    started: Instant,
}

impl Writer {
    pub(crate) fn new(table: Table, sink: Box<dyn Sink>) -> Result<Self> {
        table.options.dataset.check_is_unused()?;
        let workers = Arc::new(Workers::new(threads_within(&table.options))?);
        let file = OrderedFile::new(&table, Files::one(&table, sink, &workers));
        Ok(Self::with(table, file, workers))
    }

    pub(crate) fn of_dataset(table: Table, folder: Folder) -> Result<Self> {
        let workers = Arc::new(Workers::new(threads_within(&table.options))?);
        let file = OrderedFile::new(&table, Files::of_dataset(&table, folder, &workers));
        Ok(Self::with(table, file, workers))
    }

    fn with(table: Table, file: OrderedFile, workers: Arc<Workers>) -> Self {
        Self {
            collected: OwnedBlock::default(),
            file: Some(file),
            files: Vec::new(),
            timestamps: Vec::new(),
            alterations_before: table.counts.alterations,
            kept: Kept::default(),
            workers,
            memory_limit: table.options.memory_limit,
            rejected: 0,
            started: Instant::now(),
            table,
        }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The table's columns so far.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.table.columns()
    }

    /// Rows taken so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows_passed_on() + self.collected.rows() as u64
    }

    /// Whether an error ended it.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.file.is_none()
    }

    /// Those of finished files.
    fn rows_finished(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Those of finished files and of the open one.
    fn rows_passed_on(&self) -> u64 {
        self.rows_finished() + self.file.as_ref().map_or(0, OrderedFile::rows)
    }

    /// As [`Table::column`].
    ///
    /// # Errors
    /// As there.
    pub fn column(&mut self, name: &str) -> Result<ColumnId> {
        self.table.column(name)
    }

    /// As [`Table::builder`].
    ///
    /// # Errors
    /// As there.
    pub fn builder<'b, 'a>(
        &'b mut self,
        block: &'b mut Block<'a>,
        arena: &'a Bump,
    ) -> Result<BlockBuilder<'b, 'a>> {
        self.table.builder(block, arena)
    }

    /// Writes a block of this writer's table.
    ///
    /// # Errors
    /// [`ErrorKind::OtherTable`] leaves the writer as it was; [`ErrorKind::LateColumn`],
    /// [`ErrorKind::Unsupported`] and [`ErrorKind::Io`] end it.
    pub fn write_block(&mut self, block: &Block<'_>) -> Result<()> {
        self.check_open()?;
        self.table.check_block(block)?;
        self.write_collected()?;
        self.write_block_rows(block, block.bytes_used())
    }

    /// Writes a record batch, all of it or, where a row is refused, nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] leaves the writer as it was; others end it.
    #[cfg(feature = "arrow")]
    pub fn write_record_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.check_open()?;
        self.write_collected()?;
        // A batch says what its columns' types are.
        let rows_before = self.rows_finished();
        on_file(&mut self.file, rows_before, |file| file.settle(&mut self.table))?;
        let arena = Bump::new();
        let checkpoint = self.table.schema.checkpoint();
        let columns = columns_of(batch);
        let (rows, schema) = (batch.num_rows(), &mut self.table.schema);
        let block = match block_of_columns(&columns, rows, schema, &arena, OnRefused::Fail) {
            Ok(block) => block,
            Err(error) => {
                self.table.schema.undo(checkpoint);
                let row = error.position().row.unwrap_or_default();
                return Err(error.with_row(self.rows_passed_on() + row));
            }
        };
        self.write_block_rows(&block, block.bytes_used() + arena.allocated_bytes())
    }

    /// Writes the next rows of an input, some megabytes of it; false at its end, and before records of another table
    /// ([`Input::next_table`]).
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] and [`ErrorKind::Refused`] for a line that the input is told to fail
    /// on, and whatever else stops it. All of them end the writer, since lines before may be lost.
    pub fn write_next(&mut self, input: &mut Input<'_>) -> Result<bool> {
        self.check_open()?;
        self.write_collected()?;
        let rejected = input.counts().rejected;
        let memory_limit = self.memory_limit;
        let threads = self.workers.threads();
        let rows_before = self.rows_finished();
        let is_more = on_file(&mut self.file, rows_before, |file| {
            let target = pipeline::Target { table: &mut self.table, file };
            let kept = &mut self.kept;
            let run = pipeline::run(input, target, kept, memory_limit, threads, &self.workers)?;
            let is_full = match run {
                Ended::Read => return input.resume(self.table.schema.redacts()),
                Ended::RowGroupFull => true,
                Ended::NoRoom(decoded) => {
                    file.write(decoded.block(), &mut self.table)?;
                    file.add_chunk_to_batch(&decoded) && file.end_batch()?
                }
            };
            if is_full {
                file.end_row_group(&mut self.table)?;
            }
            Ok(true)
        })?;
        self.rejected += input.counts().rejected - rejected;
        self.publish_old()?;
        Ok(is_more)
    }

    /// When rows of a dataset are to be published that have come, by [`Options::roll_age`](crate::Options::roll_age); none where
    /// there is no such time, or no row since. Every write looks at it; where none comes, [`publish_old`](Self::publish_old) does.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.file.as_ref()?.deadline()
    }

    /// Publishes what has come of a dataset if its [time](Self::deadline) has.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub fn publish_old(&mut self) -> Result<()> {
        match self.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            true => self.publish(),
            false => Ok(()),
        }
    }

    /// Makes all rows that have come part of the dataset, unless they are to appear [all at the end](crate::Options::atomic); the next
    /// ones go into other files.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); [`ErrorKind::Options`] where there is no dataset, which leaves the writer as it was.
    pub fn publish(&mut self) -> Result<()> {
        self.check_is_of_dataset()?;
        self.write_collected()?;
        let rows_before = self.rows_finished();
        on_file(&mut self.file, rows_before, |file| file.publish(&mut self.table))
    }

    /// Makes all rows that have come part of the dataset, [all at the end](crate::Options::atomic) or not, and in the same moment says
    /// that they are what these sources have [so far](crate::Input::position): whoever reads on there adds each row once. With
    /// [`Options::atomic`](crate::Options::atomic) nothing appears in between.
    ///
    /// ```
    /// use bucksaw::{Dataset, Input, InputOptions, OnError, Options, ReadSource};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// for (lines, rows) in [("{\"id\":1}\n", 1), ("{\"id\":1}\n{\"id\":2}\n", 1)] {
    ///     let known = Dataset::sources(path)?.remove("lines");
    ///     let mut options = InputOptions::new();
    ///     options.behind = known.as_ref().map(|known| known.to);
    ///     let mut input = Input::open("lines", lines.as_bytes(), &options, OnError::Fail)?;
    ///     let mut writer = Dataset::open(path, Options::new().atomic(true))?.write()?;
    ///     writer.write_input(&mut input)?;
    ///     let from = known.map_or(0, |known| known.to.bytes);
    ///     let to = input.position().expect("the end");
    ///     let (name, beside) = ("lines".to_owned(), Vec::new());
    ///     writer.commit([ReadSource { name, from, to, file: None, beside }])?;
    ///     assert_eq!(writer.finish()?.rows, rows);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub fn commit(&mut self, read: impl IntoIterator<Item = ReadSource>) -> Result<()> {
        self.check_is_of_dataset()?;
        self.write_collected()?;
        let rows_before = self.rows_finished();
        let read = read.into_iter().collect();
        on_file(&mut self.file, rows_before, |file| file.commit(&mut self.table, read))
    }

    fn check_is_of_dataset(&self) -> Result<()> {
        self.check_open()?;
        if self.file.as_ref().is_some_and(OrderedFile::is_of_dataset) {
            return Ok(());
        }
        let message = "a single file is published at its end: finish it, or open a dataset";
        Err(Error::new(ErrorKind::Options, message))
    }

    /// Writes all of an input.
    ///
    /// # Errors
    /// As [`write_next`](Self::write_next); [`ErrorKind::InputFormat`] where it has records of another table.
    pub fn write_input(&mut self, input: &mut Input<'_>) -> Result<()> {
        while self.write_next(input)? {}
        input.check_is_of_one_table()
    }

    /// From now on it has one part in so many of its [memory limit](crate::Options::memory_limit), which as many writers share.
    /// Row groups become smaller with it.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where a part is less than [`MIN_MEMORY_LIMIT`](crate::limits::MIN_MEMORY_LIMIT).
    pub fn share_memory(&mut self, writers: usize) -> Result<()> {
        let part = self.table.options.memory_limit / writers.max(1);
        if part < MIN_MEMORY_LIMIT {
            let message = format!(
                "the memory limit is too small for {writers} files at once: they need {} MiB (--memory-limit)",
                (writers * MIN_MEMORY_LIMIT) >> 20
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        self.memory_limit = part;
        if let Some(file) = &mut self.file {
            file.limit_memory(&self.table.options.clone().memory_limit(part));
        }
        Ok(())
    }

    /// Ends the open row group: all rows so far are bytes of the file, with the sink. (The file can
    /// be read once it is finished.) Small row groups cost space and readers' time.
    ///
    /// # Errors
    /// Those of the backend and the sink, which end the writer.
    pub fn flush(&mut self) -> Result<()> {
        self.check_open()?;
        self.write_collected()?;
        let rows_before = self.rows_finished();
        on_file(&mut self.file, rows_before, |file| file.end_row_group(&mut self.table))
    }

    /// Finishes the file, and goes on with another of the same table.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); they end the writer.
    pub fn next_file(&mut self, sink: impl Sink + 'static) -> Result<FileReport> {
        if self.file.as_ref().is_some_and(OrderedFile::is_of_dataset) {
            let message = "the files of a dataset follow each other by its options: roll_rows, roll_bytes, roll_age";
            return Err(Error::new(ErrorKind::Options, message));
        }
        let file = self.finish_file()?;
        self.files.push(file.clone());
        let files = Files::one(&self.table, Box::new(sink), &self.workers);
        let mut next = OrderedFile::new(&self.table, files);
        next.limit_memory(&self.table.options.clone().memory_limit(self.memory_limit));
        self.file = Some(next);
        Ok(file)
    }

    /// Finishes the file, and goes on with a local file of the same table, which
    /// [`Options::overwrite`](crate::Options::overwrite) and [`Options::temporary_directory`](crate::Options::temporary_directory) are for, too.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] and [`ErrorKind::Io`] where no file can be staged at `path` leave the writer as it
    /// was; those of [`finish`](Self::finish) end it.
    pub fn create_next(&mut self, path: impl AsRef<Path>) -> Result<FileReport> {
        self.check_open()?;
        let sink = local_sink(&self.table.options, path.as_ref())?;
        self.next_file(sink)
    }

    /// Ends the file, publishes it and says what was written.
    ///
    /// # Errors
    /// Whatever ended the writer before, or ends it now; then nothing is left behind.
    pub fn finish(self) -> Result<Report> {
        Ok(self.finish_with_table()?.0)
    }

    /// The same, and returns the table for further files.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn finish_with_table(self) -> Result<(Report, Table)> {
        let (report, table) = self.finish_or_abort();
        Ok((report?, table))
    }

    /// The same, but that it returns the table in any case.
    pub fn finish_or_abort(mut self) -> (Result<Report>, Table) {
        let finished = self.finish_file().map(|file| self.files.push(file));
        let report = finished.map(|()| self.report());
        (report, self.table)
    }

    fn report(&mut self) -> Report {
        Report {
            rows: self.rows_finished(),
            rejected: self.rejected,
            alterations: self.table.counts.alterations.since(&self.alterations_before),
            renamed: self.renamed(),
            columns_in_rest: ColumnsInRest::of(&self.table.schema, &self.table.options),
            unknown_columns: self.table.unknown_columns(&self.files),
            fingerprint_of: self.table.fingerprint_of(),
            timestamps: std::mem::take(&mut self.timestamps),
            elapsed: self.started.elapsed(),
            peak_memory: peak_memory(),
            files: std::mem::take(&mut self.files),
        }
    }

    /// Those renamed columns that files have.
    fn renamed(&self) -> Vec<Renamed> {
        let mut renamed = self.table.renamed();
        let has =
            |file: &FileReport, name: &str| file.columns.iter().any(|column| column.name == name);
        renamed.retain(|renamed| self.files.iter().any(|file| has(file, &renamed.to)));
        renamed
    }

    fn finish_file(&mut self) -> Result<FileReport> {
        self.check_open()?;
        self.write_collected()?;
        let file = self.file.take().ok_or_else(ended)?;
        let finished = file.finish(&mut self.table);
        let (report, folder) = finished.map_err(|error| counted(error, self.rows_finished()))?;
        if let Some(mut folder) = folder {
            folder.commit(&self.table.declared())?;
        }
        TimeRange::add(&mut self.timestamps, report.times.clone());
        Ok(report)
    }

    /// Gives the file up; nothing is left behind.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where what was staged could not be removed.
    pub fn abort(self) -> Result<()> {
        self.abort_with_table().map(|_| ())
    }

    /// The same, and returns the table for further files.
    ///
    /// # Errors
    /// As [`abort`](Self::abort).
    pub fn abort_with_table(mut self) -> Result<Table> {
        self.file.take().map_or(Ok(()), OrderedFile::discard)?;
        Ok(self.table)
    }

    fn check_open(&self) -> Result<()> {
        if self.file.is_some() { Ok(()) } else { Err(ended()) }
    }

    /// Passes on the rows that were given one at a time.
    fn write_collected(&mut self) -> Result<()> {
        if self.collected.rows() == 0 {
            return Ok(());
        }
        let held = self.collected.bytes_held();
        let mut collected = std::mem::take(&mut self.collected);
        let block = collected.lend()?;
        self.write_block_rows(&block, held)?;
        let spare = block.emptied();
        collected.reuse(spare, BLOCK_BYTES * 2);
        self.collected = collected;
        Ok(())
    }

    /// Passes a block on, as a batch of its own, that takes `held` bytes with its text; an error ends the
    /// writer.
    fn write_block_rows(&mut self, block: &Block<'_>, held: usize) -> Result<()> {
        let rows_before = self.rows_finished();
        self.table.counts.add(block);
        on_file(&mut self.file, rows_before, |file| {
            file.come_from(0, None);
            file.write(block, &mut self.table)?;
            file.add_to_batch(held);
            if file.end_batch()? { file.end_row_group(&mut self.table) } else { Ok(()) }
        })?;
        self.publish_old()
    }
}

/// Has work done on the open file, after so many rows of others. An error ends it, and so does a panic.
fn on_file<R>(
    file: &mut Option<OrderedFile>,
    rows_before: u64,
    work: impl FnOnce(&mut OrderedFile) -> Result<R>,
) -> Result<R> {
    let mut open = file.take().ok_or_else(ended)?;
    let done = work(&mut open);
    if done.is_ok() {
        *file = Some(open);
    }
    done.map_err(|error| counted(error, rows_before))
}

/// An error of a file, with its row counted over the files before it, too.
fn counted(error: Error, rows_before: u64) -> Error {
    match error.position().row {
        Some(row) => error.with_row(rows_before + row),
        None => error,
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::WriterEnded, "an earlier error ended this writer: start another")
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("rows", &self.rows())
            .field("columns", &self.table.schema.columns().len())
            .finish_non_exhaustive()
    }
}
