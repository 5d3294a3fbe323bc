//! Inputs: bytes in, blocks out.

pub mod decompress;
pub(crate) mod framing;
pub mod ndjson;
pub(crate) mod parallel;
pub(crate) mod record_batch;

use serde::Serialize;

use crate::block::Block;
use crate::error::Result;
use crate::schema::Schema;
use crate::workers::Workers;

/// Turns a source into blocks.
pub trait Input {
    /// The next blocks, with columns of `schema`, made side by side by `workers`; none at the end. A
    /// block may have no rows. `batch_bytes` are the bytes of the source, about, whose blocks are given
    /// out together.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where the source can't be read, and
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) or
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) for a record that it is told to fail on.
    fn next_blocks(
        &mut self,
        schema: &mut Schema,
        workers: &Workers,
        batch_bytes: usize,
    ) -> Result<Option<Blocks<'_>>>;

    /// What it has read so far.
    fn counts(&self) -> InputCounts;
}

/// Blocks of an input, in order.
pub struct Blocks<'i> {
    /// Each block, and how much of the source it is: that depends on the source alone.
    pub blocks: Vec<SourceBlock<'i>>,
    /// So many batches the input may hold in memory at one time, these blocks among them.
    pub batches_held: usize,
}

/// A block, and how much of its source it is.
#[derive(Clone, Copy, Debug)]
pub struct SourceBlock<'i> {
    /// The rows.
    pub block: &'i Block<'i>,
    /// Bytes of the source, after decompression.
    pub source_bytes: usize,
}

/// What an input has read: `records = rows + rejected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InputCounts {
    /// Lines or records, without blank lines.
    pub records: u64,
    /// Those that became rows.
    pub rows: u64,
    /// Those that were rejected.
    pub rejected: u64,
    /// Blank lines.
    pub blank: u64,
    /// Bytes, after decompression.
    pub bytes: u64,
}

impl InputCounts {
    /// Adds those of another source.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.rows += other.rows;
        self.rejected += other.rejected;
        self.blank += other.blank;
        self.bytes += other.bytes;
    }
}

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The source, as the user named it.
    pub source: String,
    /// The line, from 1.
    pub line: u64,
    /// The byte in the line, from 1, at which it went wrong.
    pub column: u64,
    /// The same byte in the source, after decompression, from 0.
    pub byte: u64,
    /// Why.
    pub reason: String,
}

/// Takes rejected records.
pub trait Rejects {
    /// A part of a rejected record, as it was read. Long records come in several parts.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn part(&mut self, bytes: &[u8]) -> Result<()>;

    /// The end of a rejected record, and why it was rejected.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn end(&mut self, rejection: &Rejection) -> Result<()>;
}

/// What becomes of a record that is malformed, or refused by a closed schema or strict mode.
#[derive(Default)]
pub enum OnError<'r> {
    /// It is an error.
    #[default]
    Fail,
    /// It is counted and left out.
    Skip,
    /// It is counted, left out, and handed over.
    Keep(&'r mut dyn Rejects),
}
