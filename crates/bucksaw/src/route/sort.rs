//! Rows in order, however many: those that memory has no room for wait in a temporary file.

use std::path::PathBuf;

use super::buffer::{BlockSize, RowBuffer};
use super::merge::merge;
use super::order::RowOrder;
use super::runs::{Run, RunFile};
use crate::block::{Block, BlockSlice};
use crate::error::Result;
use crate::options::{MIN_MEMORY_LIMIT, Options};
use crate::schema::Schema;

/// Rows wait in memory until they take so many parts in [`PARTS`] of the memory limit.
const WAITING_PARTS: usize = 10;
/// Blocks that are read at one time take so many, at the most.
const MERGED_PARTS: usize = 5;
const PARTS: usize = 16;
/// The text of a block in a file takes one part in so many of the memory limit, about.
const BLOCK_SHARE: usize = 512;
/// Runs that are merged at one time, at the least.
const LEAST_RUNS: usize = 2;

/// See the module.
#[derive(Debug)]
pub(crate) struct Sorter {
    by: RowOrder,
    rows: RowBuffer,
    directory: Option<PathBuf>,
    temporary_limit: u64,
    memory_limit: usize,
    waiting: Option<Waiting>,
}

/// What waits in a file.
#[derive(Debug)]
struct Waiting {
    file: RunFile,
    runs: Vec<Run>,
}

impl Sorter {
    pub(crate) fn new(by: RowOrder, options: &Options) -> Self {
        Self {
            by,
            rows: RowBuffer::default(),
            directory: options.sort_directory.clone(),
            temporary_limit: options.temporary_limit,
            memory_limit: options.memory_limit,
            waiting: None,
        }
    }

    /// Whether rows are in order as they come, and only wait.
    pub(crate) fn is_in_order(&self) -> bool {
        self.by.is_empty()
    }

    /// Memory is limited to so many bytes from now on.
    pub(crate) fn limit_memory(&mut self, bytes: usize) {
        self.memory_limit = bytes;
    }

    /// Bytes of it that are left to others while rows are taken.
    pub(crate) fn memory_left(&self) -> usize {
        let parts =
            if self.waiting.is_some() { PARTS - MERGED_PARTS } else { PARTS - WAITING_PARTS };
        (self.memory_limit / PARTS * parts).max(MIN_MEMORY_LIMIT)
    }

    /// Rows that wait in memory.
    pub(crate) fn rows_in_memory(&self) -> usize {
        self.rows.rows()
    }

    /// Bytes of memory that it keeps or will need.
    pub(crate) fn bytes_held(&self) -> usize {
        let waiting = self.waiting.as_ref().map_or(0, |waiting| {
            waiting.file.bytes_held() + waiting.runs.iter().map(Run::bytes_held).sum::<usize>()
        });
        self.rows.bytes_held() + waiting
    }

    /// Whether what is in memory is to be [put aside](Self::put_aside), with so many bytes held elsewhere.
    pub(crate) fn is_full(&self, held_elsewhere: usize) -> bool {
        self.rows.rows() > 0
            && self.bytes_held() + held_elsewhere >= self.memory_limit / PARTS * WAITING_PARTS
    }

    /// As [`RowBuffer::append`].
    pub(crate) fn append(&mut self, rows: &BlockSlice<'_, '_>) -> Result<()> {
        self.rows.append(rows)
    }

    /// As [`RowBuffer::append_late`].
    pub(crate) fn append_late(&mut self, first: usize, rows: &BlockSlice<'_, '_>) -> Result<()> {
        self.rows.append_late(first, rows)
    }

    /// Puts the rows that are in memory into the file; all of their columns have types.
    ///
    /// # Errors
    /// As [`RowBuffer::take_in_order`], and where the file can't take them.
    pub(crate) fn put_aside(&mut self, schema: &Schema) -> Result<()> {
        let size = self.size_in_file();
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            none => {
                let file = RunFile::new(self.directory.as_deref(), self.temporary_limit)?;
                none.insert(Waiting { file, runs: Vec::new() })
            }
        };
        let mut run = Run::default();
        let file = &mut waiting.file;
        self.rows.take_in_order(&self.by, schema, size, |block| file.append(&mut run, block))?;
        waiting.runs.push(run);
        Ok(())
    }

    /// How large blocks are in a file.
    fn size_in_file(&self) -> BlockSize {
        let size = BlockSize::within(self.memory_limit);
        BlockSize { bytes: self.memory_limit / BLOCK_SHARE, ..size }
    }

    /// Has all rows taken in order; none are left.
    ///
    /// # Errors
    /// As [`put_aside`](Self::put_aside), and those of `take`.
    pub(crate) fn take_all(
        &mut self,
        schema: &Schema,
        take: impl FnMut(&mut Block<'_>) -> Result<()>,
    ) -> Result<()> {
        let size = BlockSize::within(self.memory_limit);
        if self.waiting.is_none() {
            return self.rows.take_in_order(&self.by, schema, size, take).map(|_| ());
        }
        if self.rows.rows() > 0 {
            self.put_aside(schema)?;
        }
        self.rows = RowBuffer::default();
        let Some(mut waiting) = self.waiting.take() else { return Ok(()) };
        loop {
            let most = self.runs_at_once(&waiting.runs);
            if waiting.runs.len() <= most {
                break;
            }
            waiting = self.merged_once(waiting, most, schema)?;
        }
        merge(&mut waiting.file, &waiting.runs, &self.by, schema, size, take)
    }

    /// How many runs may be read at one time.
    fn runs_at_once(&self, runs: &[Run]) -> usize {
        let largest = runs.iter().map(|run| run.largest).max().unwrap_or_default().max(1);
        (self.memory_limit / PARTS * MERGED_PARTS / largest).max(LEAST_RUNS)
    }

    /// The same rows in fewer runs: so many become one, in another file.
    fn merged_once(&self, mut from: Waiting, most: usize, schema: &Schema) -> Result<Waiting> {
        let limit = self.temporary_limit.saturating_sub(from.file.bytes());
        let mut file = RunFile::new(self.directory.as_deref(), limit)?;
        let mut runs = Vec::new();
        for some in from.runs.chunks(most) {
            let mut run = Run::default();
            let size = self.size_in_file();
            merge(&mut from.file, some, &self.by, schema, size, |block| {
                file.append(&mut run, block)
            })?;
            runs.push(run);
        }
        Ok(Waiting { file, runs })
    }
}
