//! Formats whose rows come as columns: Arrow's IPC stream and file, and Parquet.
//!
//! Their framers read batches of rows, whose arrays `flatten` makes columns of ours of; the decoder gives those to a
//! block whole, and value by value only where a column has another type by then, or is redacted.

mod arrow_ipc;
pub(super) mod columns;
mod flatten;
mod json;
mod kinds;
mod parquet;
mod slices;

use arrow_array::RecordBatch;
use arrow_schema::Schema as ArrowSchema;

pub(super) use self::arrow_ipc::ArrowFramer;
use self::columns::Columns;
pub(super) use self::parquet::{ParquetFramer, is_parquet};
pub(crate) use self::parquet::{for_each_text, metadata_of, origins_of};
use super::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use super::framing::{BATCH_BYTES_SHARE, Chunk};
use super::record_batch::{OnRefused, block_of_columns};
use super::{Format, InputCounts};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of the arrays that one chunk has, about.
const CHUNK_ARRAY_BYTES: usize = 1 << 20;
/// Rows in a chunk, at the most.
const CHUNK_ROWS: usize = 16 << 10;

impl Columns {
    /// The columns of a batch whose fields these are, and which was so many bytes of its source.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) where a type can't be stored in any way.
    fn of(batch: &RecordBatch, schema: &ArrowSchema, source_bytes: u64) -> Result<Self> {
        let columns = flatten::columns(schema.fields(), batch)?;
        let sizes = columns.iter().map(|column| flatten::bytes_of(&column.array));
        Ok(Self { rows: batch.num_rows(), bytes: sizes.sum(), columns, source_bytes })
    }

    /// The chunk that they make, which starts at this byte of the source, whose reader holds so many bytes beside.
    fn into_chunk(self, format: Format, position: u64, window_bytes: usize) -> Chunk {
        let columns = Some(Box::new(self));
        Chunk { format, position, window_bytes, columns, ..Chunk::default() }
    }
}

/// How many rows of so many bytes each make a chunk.
fn chunk_rows(row_bytes: usize) -> usize {
    (CHUNK_ARRAY_BYTES / row_bytes.max(1)).clamp(1, CHUNK_ROWS)
}

/// The error of what would take so many MiB of the part of the memory limit that has `room` bytes for it; `what` goes before that.
fn beyond_limit(what: &str, mib: u64, room: usize) -> Error {
    let message = format!(
        "{what} this memory limit has room for {} MiB: raise it (--memory-limit {}MiB, or Options::memory_limit)",
        room >> 20,
        mib.saturating_mul(BATCH_BYTES_SHARE as u64),
    );
    Error::new(ErrorKind::MemoryLimit, message)
}

/// Gives columns to blocks.
pub(super) struct ColumnsDecoder;

impl Decoder for ColumnsDecoder {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Some(columns) = chunk.columns.as_deref() else { return Decoded::default() };
        let Columns { columns, rows, source_bytes, .. } = columns;
        let Target { schema, arena, stops_at_rejected, .. } = into;
        let mut refused = Vec::new();
        let on_refused =
            OnRefused::LeaveOut { refused: &mut refused, stops_at_first: stops_at_rejected };
        let mut decoded = Decoded::default();
        match block_of_columns(columns, *rows, schema, arena, on_refused) {
            Ok(block) => decoded.block = block,
            // A type that can't be stored in any way: so it is in all rows.
            Err(error) => refused = (0..*rows).map(|row| (row, again(&error))).collect(),
        }
        decoded.runs = runs(&refused, *rows);
        let redacts = schema.redacts();
        let lines = (!(redacts || refused.is_empty())).then(|| json::Lines::of(columns));
        decoded.rejected.extend(refused.into_iter().map(|(row, error)| Rejected {
            line: row as u64,
            bytes: 0..0,
            at: 0,
            reason: error.to_string(),
            refused: Some(error),
            kept: Some(match &lines {
                Some(lines) => Kept::Redacted(lines.line(row).into_bytes()),
                None => Kept::Nothing,
            }),
        }));
        let rejected = decoded.rejected.len() as u64;
        let taken = decoded.block.rows() as u64;
        decoded.counts = InputCounts {
            records: taken + rejected,
            rows: taken,
            rejected,
            bytes: *source_bytes,
            ..InputCounts::default()
        };
        decoded.lines = *rows as u64;
        decoded
    }
}

/// Runs of rows between those that are refused: the first row of the block, and its number in the chunk.
fn runs(refused: &[(usize, Error)], rows: usize) -> Vec<(u64, u64)> {
    let starts = refused.iter().map(|(row, _)| row + 1);
    let ends = refused.iter().map(|(row, _)| *row).chain([rows]);
    let (mut runs, mut taken) = (Vec::new(), 0);
    for (start, end) in [0].into_iter().chain(starts).zip(ends) {
        if end > start {
            runs.push((taken, start as u64));
            taken += (end - start) as u64;
        }
    }
    runs
}

/// The same error once more.
fn again(error: &Error) -> Error {
    Error::new(error.kind(), error.to_string())
}
