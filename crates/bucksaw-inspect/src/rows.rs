//! The first rows as JSON, some at a time: of each column only the pages that they need.

use std::sync::Arc;

use parquet::basic::CompressionCodec;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use super::File;
use super::budget::{Budget, Fault, Limits};
use super::json::Json;
use super::leaf::{Leaf, Position};
use super::record::{self, Column, Columns, Field};
use super::statistics::Meaning;
use bucksaw::{Error, ErrorKind, Result};

/// The rows that are decoded at once to begin with.
const FIRST_ROWS: u64 = 64;

/// The rows that are decoded at once at the most, if they are small.
const MOST_ROWS: u64 = 4096;

/// The first rows of a file, each an object with the columns in the file's order. Bytes stand in
/// base64, timestamps in RFC 3339, decimals as text. After an error there are no more rows.
#[derive(Debug)]
pub struct Rows {
    source: String,
    metadata: Arc<ParquetMetaData>,
    limits: Limits,
    fields: Vec<Field>,
    leaves: Vec<Leaf>,
    meanings: Vec<Meaning>,
    /// The row group that is being read, and how many of its rows were read.
    row_group: usize,
    taken: u64,
    /// The rows that are still asked for, and how many are read next.
    left: u64,
    window: u64,
    /// The bytes of pages that columns keep in memory.
    held: u64,
    ready: std::vec::IntoIter<Json>,
    refused: Option<Error>,
}

impl Rows {
    pub(super) fn start(file: &File, limit: u64, is_read: impl Fn(&str) -> bool) -> Self {
        let schema = file.metadata.file_metadata().schema_descr();
        let (fields, chosen) = record::fields(schema.root_schema(), is_read);
        let mut leaves: Vec<Leaf> =
            chosen.iter().map(|index| Leaf::new(&file.source, &file.metadata, *index)).collect();
        leaves.iter_mut().for_each(|leaf| leaf.start(0));
        Self {
            source: file.path.display().to_string(),
            metadata: Arc::clone(&file.metadata),
            limits: Limits::of(file.size),
            fields,
            leaves,
            meanings: chosen.iter().map(|index| Meaning::of(&schema.column(*index))).collect(),
            row_group: 0,
            taken: 0,
            left: limit,
            window: FIRST_ROWS,
            held: 0,
            ready: Vec::new().into_iter(),
            refused: check_readable(&file.metadata, file.external).err(),
        }
    }

    /// Reads some rows; none at the end.
    fn read(&mut self) -> Result<Option<Vec<Json>>> {
        if self.left == 0 {
            return Ok(None);
        }
        let in_group = loop {
            let Some(group) = self.metadata.row_groups().get(self.row_group) else {
                return Ok(None);
            };
            let rows = u64::try_from(group.num_rows()).unwrap_or(0);
            if self.taken < rows {
                break rows - self.taken;
            }
            (self.row_group, self.taken, self.held) = (self.row_group + 1, 0, 0);
            self.leaves.iter_mut().for_each(|leaf| leaf.start(self.row_group));
        };
        let mut count = self.window.min(in_group).min(self.left);
        let positions: Vec<Position> = self.leaves.iter().map(Leaf::position).collect();
        loop {
            let mut budget = self.limits.budget();
            match self.read_rows(count, &mut budget) {
                Ok(rows) => {
                    self.taken += count;
                    self.left -= count;
                    self.resize(budget.memory_left());
                    return Ok(Some(rows));
                }
                // Too much at once; one row may still be little enough.
                Err((_, Fault::Memory | Fault::Work)) if count > 1 => {
                    (count, self.window, self.held) = (1, 1, 0);
                    for (leaf, position) in self.leaves.iter_mut().zip(&positions) {
                        leaf.go_back(*position);
                    }
                }
                Err((column, fault)) => {
                    let error = |leaf: &Leaf| leaf.error(fault, &self.limits);
                    let error = self.leaves.get(column).map(error);
                    return Err(error.unwrap_or_else(|| {
                        let message = "a row's names take more memory than the limit";
                        Error::new(ErrorKind::InvalidParquet, message)
                    }));
                }
            }
        }
    }

    /// Reads so many rows of all columns, one column after another; or which column is at fault.
    fn read_rows(&mut self, count: u64, budget: &mut Budget) -> Result<Vec<Json>, (usize, Fault)> {
        let mut columns = Vec::with_capacity(self.leaves.len());
        for (index, (leaf, meaning)) in self.leaves.iter_mut().zip(&self.meanings).enumerate() {
            self.held = self.held.saturating_sub(leaf.bytes());
            let column = Column::read(leaf, *meaning, count, budget);
            columns.push(column.map_err(|fault| (index, fault))?);
            match self.held + leaf.bytes() {
                held if held <= self.limits.open_bytes => self.held = held,
                _ => leaf.park(),
            }
        }
        let mut columns = Columns { columns, budget, last: 0 };
        let rows = (0..count).map(|_| columns.row(&self.fields)).collect::<Result<_, Fault>>();
        let rows = rows.and_then(|rows| columns.finish().map(|()| rows));
        rows.map_err(|fault| (columns.last, fault))
    }

    /// Reads more rows next time if these took little memory, and fewer if they took much.
    fn resize(&mut self, memory_left: u64) {
        let taken = self.limits.row_bytes - memory_left;
        if taken < self.limits.row_bytes / 8 {
            self.window = (self.window * 2).min(MOST_ROWS);
        } else if taken > self.limits.row_bytes / 2 {
            self.window = (self.window / 2).max(1);
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Json>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.ready.next() {
            return Some(Ok(row));
        }
        let read = match self.refused.take() {
            Some(error) => Err(error),
            None => self.read(),
        };
        match read {
            Ok(Some(rows)) => {
                self.ready = rows.into_iter();
                self.ready.next().map(Ok)
            }
            Ok(None) => None,
            Err(error) => {
                self.left = 0;
                self.leaves.iter_mut().for_each(Leaf::park);
                Some(Err(error.in_source(&self.source)))
            }
        }
    }
}

/// Refuses files whose pages are elsewhere or can't be decompressed.
pub(super) fn check_readable(metadata: &ParquetMetaData, external: bool) -> Result<()> {
    if external {
        let message = "the rows stand in other files; inspect those";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let codecs = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    if let Some(codec) = codecs.map(ColumnChunkMetaData::compression_codec).find(is_unknown) {
        let message = format!("pages compressed with {codec} can't be read");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

/// The codecs that aren't built in: nobody writes them any more, or hardly.
pub(super) fn is_unknown(codec: &CompressionCodec) -> bool {
    matches!(codec, CompressionCodec::BROTLI | CompressionCodec::LZO)
}
