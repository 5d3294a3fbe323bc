//! The writer: the one place where rows, blocks, inputs, a backend and a sink meet.

mod open_file;
mod pipeline;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::RecordBatch;
use bumpalo::Bump;
use self_cell::self_cell;

use self::open_file::{Finished, OpenFile};
use self::pipeline::{Ended, Kept};
use crate::block::Block;
use crate::coerce::builder::BlockBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::input::framing::CHUNK_BYTES;
use crate::input::record_batch::block_of_batch;
use crate::options::Options;
use crate::report::{FileReport, Report, TimeRange, column_reports, peak_memory};
use crate::route::limits::chunks_at_once;
use crate::runtime::prefetch::prefetch_start;
use crate::runtime::workers::Workers;
use crate::schema::{Column, ColumnId, Key, Schema};
use crate::sink::{LocalSink, Sink};
use crate::table::Table;
use crate::types::value::Value;

/// Rows that are collected one at a time before a backend gets them as a block.
pub const BLOCK_ROWS: usize = 512;
/// Bytes of text in rows given one at a time after which a backend gets them as a block.
pub const BLOCK_BYTES: usize = 512 << 10;
/// Rows of a slice whose lists of values are asked for before they are read.
const ROWS_ASKED_AHEAD: usize = 3;
/// [`Writer::write_next`] returns when it has read one part in so many of the memory limit.
const RUN_SHARE: usize = 2;

self_cell!(
    /// Rows given one at a time: the block, and the arena that its text was copied into.
    struct Collected {
        owner: Bump,
        #[covariant]
        dependent: Block,
    }
);

impl Collected {
    fn empty() -> Self {
        Self::new(Bump::new(), |_| Block::new())
    }

    /// No rows, in the same memory.
    fn emptied(mut self) -> Self {
        let block: Block<'static> =
            self.with_dependent_mut(|_, block| std::mem::take(block).emptied());
        let mut arena = self.into_owner();
        arena.reset();
        Self::new(arena, |_| block)
    }
}

impl Table {
    /// A writer to a local file of this table, which appears under its name, whole, when the writer
    /// finishes.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something stands at `path` and may not be overwritten;
    /// [`ErrorKind::Io`] where nothing can be staged.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Writer> {
        let (overwrite, staging) = (self.options.overwrite, self.options.staging_directory());
        let sink = LocalSink::create(path.as_ref(), overwrite, staging)?;
        self.write_to(Box::new(sink))
    }

    /// A writer of this table to any sink.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where no thread can be started.
    pub fn write_to(self, sink: Box<dyn Sink>) -> Result<Writer> {
        Writer::new(self, sink)
    }
}

impl Options {
    /// A writer to a local file of a new table, which appears under its name, whole, when the writer
    /// finishes.
    ///
    /// # Errors
    /// [`ErrorKind::Options`]; [`ErrorKind::Exists`] where something stands at `path` and may not
    /// be overwritten; [`ErrorKind::Io`] where nothing can be staged.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Writer> {
        Table::new(self)?.create(path)
    }

    /// A writer of a new table to any sink.
    ///
    /// # Errors
    /// [`ErrorKind::Options`]; [`ErrorKind::Io`] where no thread can be started.
    pub fn write_to(self, sink: Box<dyn Sink>) -> Result<Writer> {
        Table::new(self)?.write_to(sink)
    }
}

/// Writes rows of a [`Table`] to a Parquet file, or to several, one after the other.
///
/// Rows go in one at a time, as slices, as blocks, as record batches or from an input; they are
/// stored in the order they came. [`finish`](Self::finish) publishes the file and returns the report.
/// [`abort`](Self::abort), and dropping the writer, leave nothing behind.
///
/// A batch (a row, a slice of rows, a block, a record batch) that is refused leaves the writer as it
/// was before. After any other error the writer has ended: what was staged is gone, `finish` returns
/// an error of the kind [`ErrorKind::WriterEnded`], and `abort` and dropping do nothing more.
pub struct Writer {
    table: Table,
    collected: Collected,
    collected_bytes: usize,
    workers: Arc<Workers>,
    /// None after an error.
    file: Option<OpenFile>,
    /// Those before it.
    files: Vec<FileReport>,
    timestamps: Vec<TimeRange>,
    kept: Kept,
    rejected: u64,
    started: Instant,
}

impl Writer {
    pub(crate) fn new(table: Table, sink: Box<dyn Sink>) -> Result<Self> {
        let workers = Arc::new(Workers::new(table.options.threads)?);
        Ok(Self {
            collected: Collected::empty(),
            collected_bytes: 0,
            file: Some(OpenFile::new(&table.options, sink, &workers)),
            files: Vec::new(),
            timestamps: Vec::new(),
            kept: Kept::default(),
            workers,
            rejected: 0,
            started: Instant::now(),
            table,
        })
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
        self.rows_passed_on() + self.collected.borrow_dependent().rows() as u64
    }

    /// Those of finished files.
    fn rows_finished(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Those of finished files and of the open one.
    fn rows_passed_on(&self) -> u64 {
        self.rows_finished() + self.file.as_ref().map_or(0, OpenFile::rows)
    }

    /// As [`Table::column`].
    ///
    /// # Errors
    /// As there.
    pub fn column(&mut self, name: &str) -> Result<ColumnId> {
        self.table.column(name)
    }

    /// Writes one row: any number of columns, by name or by id, in any order.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] leaves the writer as it was; others end it.
    pub fn write_row<'k, 'v, K, I>(&mut self, row: I) -> Result<()>
    where
        K: Into<Key<'k>>,
        I: IntoIterator<Item = (K, Value<'v>)>,
    {
        self.check_open()?;
        let number = self.rows();
        let mut text_bytes = 0;
        let schema = &mut self.table.schema;
        self.collected.with_dependent_mut(|arena, block| {
            let mut builder = BlockBuilder::new(block, schema, arena);
            let row = row.into_iter().map(|(key, value)| (key.into(), value));
            let row = row.inspect(|(_, value)| text_bytes += value.text_bytes());
            if let Err(error) = builder.push_all(row, |value| value.copied_into(arena)) {
                builder.undo_row();
                return Err(error.at_row(number));
            }
            builder.end_row();
            Ok(())
        })?;
        self.collected_bytes += text_bytes;
        let is_full = self.collected.borrow_dependent().rows() >= BLOCK_ROWS
            || self.collected_bytes >= BLOCK_BYTES;
        if is_full { self.write_collected() } else { Ok(()) }
    }

    /// Writes a slice of rows, all of them or, where one is refused, none.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] leaves the writer as it was; others end it.
    pub fn write_rows<'v, R, N>(&mut self, rows: &'v [R]) -> Result<()>
    where
        R: AsRef<[(N, Value<'v>)]>,
        N: AsRef<str> + 'v,
    {
        self.check_open()?;
        self.write_collected()?;
        let mut arena = Bump::new();
        let mut spare = Block::new();
        if self.table.refuses_rows() {
            // Only these refuse rows, and a batch is refused whole.
            let mut schema = self.table.schema.clone();
            let before = self.rows_passed_on();
            for (index, part) in rows.chunks(BLOCK_ROWS).enumerate() {
                let first = before + (index * BLOCK_ROWS) as u64;
                spare = block_of_rows(part, spare.emptied(), &mut schema, &arena, first)?.emptied();
                arena.reset();
            }
        }
        for part in rows.chunks(BLOCK_ROWS) {
            let first = self.rows_passed_on();
            let block =
                block_of_rows(part, spare.emptied(), &mut self.table.schema, &arena, first)?;
            self.write_block_rows(&block, arena.allocated_bytes())?;
            spare = block.emptied();
            arena.reset();
        }
        Ok(())
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
        self.write_block_rows(block, 0)
    }

    /// Writes a record batch, all of it or, where a row is refused, nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] leaves the writer as it was; others end it.
    pub fn write_record_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.check_open()?;
        self.write_collected()?;
        let arena = Bump::new();
        let checkpoint = self.table.schema.checkpoint();
        let block = match block_of_batch(batch, &mut self.table.schema, &arena) {
            Ok(block) => block,
            Err(error) => {
                self.table.schema.undo(checkpoint);
                let row = error.position().row.unwrap_or_default();
                return Err(error.with_row(self.rows_passed_on() + row));
            }
        };
        self.write_block_rows(&block, arena.allocated_bytes())
    }

    /// Writes the next rows of an input, some megabytes of it; false at its end.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] and [`ErrorKind::Refused`] for a line that the input is told to fail
    /// on: nothing of it is stored, but lines before it may be lost with it, so the writer is best
    /// aborted. Others end it.
    pub fn write_next(&mut self, input: &mut Input<'_>) -> Result<bool> {
        self.check_open()?;
        self.write_collected()?;
        let rejected = input.counts().rejected;
        let threads = chunks_at_once(self.table.options.memory_limit, CHUNK_BYTES);
        let threads = threads.min(self.workers.threads());
        let enough = self.table.options.memory_limit / RUN_SHARE;
        let rows_before = self.rows_finished();
        let is_more = on_file(&mut self.file, rows_before, |file| {
            let target = pipeline::Target { table: &mut self.table, file };
            let run = pipeline::run(input, target, &mut self.kept, enough, threads, &self.workers)?;
            let is_full = match run {
                Ended::Read => return input.resume(),
                Ended::RowGroupFull => true,
                Ended::NoRoom(decoded) => {
                    file.write(decoded.block(), &self.table.schema)?;
                    let source_bytes = decoded.chunk().bytes.len();
                    file.add_to_batch(source_bytes, decoded.bytes_held()) && file.end_batch()?
                }
            };
            if is_full {
                file.end_row_group(&self.table.schema)?;
            }
            Ok(true)
        })?;
        self.rejected += input.counts().rejected - rejected;
        Ok(is_more)
    }

    /// Writes all of an input.
    ///
    /// # Errors
    /// As [`write_next`](Self::write_next).
    pub fn write_input(&mut self, input: &mut Input<'_>) -> Result<()> {
        while self.write_next(input)? {}
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
        on_file(&mut self.file, rows_before, |file| file.end_row_group(&self.table.schema))
    }

    /// Finishes the file, and goes on with another of the same table.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); they end the writer.
    pub fn next_file(&mut self, sink: Box<dyn Sink>) -> Result<FileReport> {
        let file = self.finish_file()?;
        self.files.push(file.clone());
        self.file = Some(OpenFile::new(&self.table.options, sink, &self.workers));
        Ok(file)
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
    pub fn finish_with_table(mut self) -> Result<(Report, Table)> {
        let file = self.finish_file()?;
        self.files.push(file);
        let report = Report {
            rows: self.rows_finished(),
            files: self.files,
            rejected: self.rejected,
            alterations: self.table.alterations,
            renamed: self.table.renamed(),
            unknown_columns: self.table.unknown_columns(),
            timestamps: self.timestamps,
            elapsed: self.started.elapsed(),
            peak_memory: peak_memory(),
        };
        Ok((report, self.table))
    }

    fn finish_file(&mut self) -> Result<FileReport> {
        self.check_open()?;
        self.write_collected()?;
        let file = self.file.take().ok_or_else(ended)?;
        let schema = &self.table.schema;
        let finished = file.finish(schema);
        let Finished { summary, published, rows, tally, order } =
            finished.map_err(|error| counted(error, self.rows_finished()))?;
        TimeRange::add(&mut self.timestamps, tally.time_ranges(schema));
        Ok(FileReport {
            path: published.path,
            rows,
            bytes: published.bytes,
            row_groups: summary.row_groups,
            row_group_offsets: summary.row_group_offsets,
            columns: column_reports(summary.columns, rows, schema, tally.present()),
            order,
        })
    }

    /// Gives the file up; nothing is left behind.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where what was staged could not be removed.
    pub fn abort(mut self) -> Result<()> {
        match self.file.take() {
            Some(file) => file.discard(),
            None => Ok(()),
        }
    }

    fn check_open(&self) -> Result<()> {
        if self.file.is_some() { Ok(()) } else { Err(ended()) }
    }

    /// Passes on the rows that were given one at a time.
    fn write_collected(&mut self) -> Result<()> {
        if self.collected.borrow_dependent().rows() == 0 {
            return Ok(());
        }
        let collected = std::mem::replace(&mut self.collected, Collected::empty());
        let held = collected.borrow_owner().allocated_bytes();
        self.write_block_rows(collected.borrow_dependent(), held)?;
        self.collected = collected.emptied();
        self.collected_bytes = 0;
        Ok(())
    }

    /// Passes a block on, as a batch of its own, whose text takes `held` bytes; an error ends the writer.
    fn write_block_rows(&mut self, block: &Block<'_>, held: usize) -> Result<()> {
        let rows_before = self.rows_finished();
        on_file(&mut self.file, rows_before, |file| {
            file.write(block, &self.table.schema)?;
            file.add_to_batch(0, block.bytes_used() + held);
            if file.end_batch()? { file.end_row_group(&self.table.schema) } else { Ok(()) }
        })?;
        self.table.alterations.add(&block.alterations);
        Ok(())
    }
}

/// Has work done on the open file, after so many rows of others. An error ends it, unless the writer goes
/// on after its kind.
fn on_file<R>(
    file: &mut Option<OpenFile>,
    rows_before: u64,
    work: impl FnOnce(&mut OpenFile) -> Result<R>,
) -> Result<R> {
    work(file.as_mut().ok_or_else(ended)?).map_err(|error| {
        if !error.kind().writer_goes_on() {
            *file = None;
        }
        counted(error, rows_before)
    })
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

/// A slice of rows, the first of which is row `first`, in an empty block.
fn block_of_rows<'a, 'v: 'a, R, N>(
    rows: &'a [R],
    mut block: Block<'a>,
    schema: &mut Schema,
    arena: &'a Bump,
    first: u64,
) -> Result<Block<'a>>
where
    R: AsRef<[(N, Value<'v>)]>,
    N: AsRef<str> + 'v,
{
    let mut builder = BlockBuilder::new(&mut block, schema, arena);
    for (index, row) in rows.iter().enumerate() {
        if let Some(later) = rows.get(index + ROWS_ASKED_AHEAD) {
            later.as_ref().iter().for_each(prefetch_start);
        }
        let row = row.as_ref().iter().map(|(name, value)| (Key::Name(name.as_ref()), *value));
        builder.push_all(row, |value| value).map_err(|error| error.at_row(first + index as u64))?;
        builder.end_row();
    }
    Ok(block)
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("rows", &self.rows())
            .field("columns", &self.table.schema.columns().len())
            .finish_non_exhaustive()
    }
}
