//! A source's bytes in chunks of whole records.
//!
//! Where chunks are cut depends on the bytes alone, not on how many of them the source gave at a time:
//! so do blocks then, and pages.

use std::sync::Arc;

use super::Format;
#[cfg(feature = "arrow")]
use super::columnar::columns::Columns;
use super::json::Elements;
use super::table::InputTable;
use super::zstd_window::max_window_bytes;
use crate::error::{Error, Result};
use crate::options::MetricKind;

/// What may stand before the first character of a source of text.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where text starts in bytes that are at this position of their source: behind a byte order mark, if one is there.
pub(super) fn start_of_text(bytes: &[u8], position: u64) -> usize {
    match position == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
        true => BYTE_ORDER_MARK.len(),
        false => 0,
    }
}

/// Bytes that a chunk has, about; one longer record makes a larger chunk.
pub(crate) const CHUNK_BYTES: usize = 256 << 10;

/// Bytes that a chunk has at the least where no more is wanted of the source: records may well be that long.
pub(crate) const MIN_CHUNK_BYTES: usize = 16 << 10;

/// What a columnar format has its reader keep in memory at once is at most one part in so many of the memory limit.
pub(crate) const BATCH_BYTES_SHARE: usize = 3;

/// The longest record is at most one part in so many of the memory limit, unless the input says otherwise.
const RECORD_SHARE: usize = 4;

/// A part of a message that can't be cut is at most one part in so many: its rows take some times as much.
pub(super) const MESSAGE_SHARE: usize = 16;

/// Bytes in one record, at the most, unless told otherwise.
pub(crate) const DEFAULT_MAX_RECORD_BYTES: usize = 16 << 20;

/// What comes next.
pub(crate) enum Frame {
    /// Whole records.
    Records(Chunk),
    /// A record that is longer than the limit, which is so many bytes, for [`Framer::skip_record`].
    TooLong(usize),
    /// What can't be cut any further, for [`Framer::skip_record`], and why.
    Malformed(&'static str),
    /// What there is of the last record, for [`Framer::skip_record`]: the source has no end.
    Cut(Error),
    /// Nothing for now: the source waits for more ([`Buffered::may_pause`](super::buffered::Buffered)).
    Paused,
    /// Nothing.
    End,
}

/// What the columns of a source's rows are called, by their paths.
pub(crate) type Names = Arc<[Box<str>]>;

/// Whole records.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// What the records are of; never [`Format::Auto`].
    pub(crate) format: Format,
    pub(crate) bytes: Vec<u8>,
    /// The source's byte at which they start.
    pub(crate) position: u64,
    /// What the columns of a source's rows are called, by their paths, where its format says so once for all of them.
    pub(crate) names: Option<Names>,
    /// Lines before them that were passed over, and the source's byte at which the last one ended.
    pub(crate) passed: Option<(u64, u64)>,
    /// NUL bytes before them, or behind compressed parts of the source, which are skipped.
    pub(crate) nul_bytes: u64,
    /// Bytes that decompressing the source takes by now.
    pub(crate) window_bytes: usize,
    pub(crate) form: Form,
    /// Which of its records are read, where their kinds are tables of their own.
    pub(crate) pass: Option<Pass>,
    /// Whether the next chunk goes on with what the last record is in.
    pub(crate) goes_on: bool,
    /// Whether it ends within what stands around its records, so that reading can't begin behind it.
    pub(crate) is_within: bool,
    /// Of JSON documents: where in it their elements are.
    pub(crate) elements: Option<Box<Elements>>,
    /// Instead of bytes, rows that came as columns.
    #[cfg(feature = "arrow")]
    pub(crate) columns: Option<Box<Columns>>,
}

/// One of the times that a chunk of metrics is read: once for each kind that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// The kind whose data points become rows.
    pub(crate) kind: MetricKind,
    /// Whether it is the chunk's first: what belongs to no kind is rejected and counted then.
    pub(crate) is_first: bool,
    /// Whether all chunks before were read for all of their kinds.
    pub(crate) begins: bool,
}

impl Chunk {
    /// Which table its rows are of.
    pub(crate) fn table(&self) -> InputTable {
        InputTable::of(self.format, self.pass.map(|pass| pass.kind))
    }

    /// Bytes of memory that its records take.
    pub(crate) fn size(&self) -> usize {
        #[cfg(feature = "arrow")]
        if let Some(columns) = &self.columns {
            return columns.bytes;
        }
        self.bytes.len()
    }
}

/// How records stand in a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// They are no text.
    #[default]
    Bytes,
    /// None goes on in the next line.
    Lines,
    /// They go over lines as they like.
    Text,
}

impl Form {
    /// Whether places are told by line and column.
    pub(crate) fn is_text(self) -> bool {
        self != Self::Bytes
    }
}

/// What reading may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes in a chunk, about, where records are shorter: [`CHUNK_BYTES`], or less where no more is wanted of the source.
    pub(crate) chunk_bytes: usize,
    /// Bytes in one record.
    pub(crate) record_bytes: usize,
    /// Bytes in a part of a message that can't be cut: its rows are in memory at once.
    pub(crate) message_bytes: usize,
    /// Bytes of a window to decompress with.
    pub(crate) window_bytes: usize,
    /// Bytes in what a columnar format has its reader keep in memory at once: a record batch, a page.
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "only Arrow and Parquet have it")
    )]
    pub(crate) batch_bytes: usize,
}

impl Limits {
    /// Those of a memory limit, where the input does not say otherwise.
    pub(crate) fn of(memory_limit: usize) -> Self {
        Self {
            chunk_bytes: CHUNK_BYTES,
            record_bytes: (memory_limit / RECORD_SHARE).min(DEFAULT_MAX_RECORD_BYTES),
            message_bytes: memory_limit / MESSAGE_SHARE,
            window_bytes: max_window_bytes(memory_limit),
            batch_bytes: memory_limit / BATCH_BYTES_SHARE,
        }
    }
}

/// Whether a chunk of so many bytes is longer than others, because of one record.
pub(crate) fn is_long(bytes: usize) -> bool {
    bytes > CHUNK_BYTES * 2
}

/// Cuts a source into chunks of whole records: reads, and knows no values.
pub(crate) trait Framer: Send {
    /// Reads until there is a chunk, into a buffer whose content does not matter, or, where one record is
    /// a [long](is_long) chunk, into `long`, which is taken. A record that is longer than the limit is left for [`skip_record`](Self::skip_record).
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io), [`ErrorKind::MemoryLimit`](crate::ErrorKind::MemoryLimit).
    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame>;

    /// What its records are of; known once there was a frame.
    fn format(&self) -> Format;

    /// Whether the source is text, whose places are told by line and column.
    fn is_text(&self) -> bool {
        self.format().is_of_lines()
    }

    /// The source's byte at which the next chunk starts.
    fn position(&self) -> u64;

    /// What was read of the next record, where that is too long or cut.
    fn rest(&self) -> &[u8];

    /// Passes the next record on in parts, with its end, and returns its length.
    ///
    /// # Errors
    /// Those of [`next`](Self::next) and of `take`.
    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64>;
}

/// How far a buffer is filled before it is looked at again: what is read behind a long record is copied once more, so that it grows in
/// steps.
pub(super) struct Steps {
    pub(super) wanted: usize,
    is_in_long: bool,
}

impl Steps {
    /// Up to a chunk's bytes, or as far as it is full already.
    pub(super) fn from(filled: usize, limits: Limits) -> Self {
        Self { wanted: limits.chunk_bytes.max(filled), is_in_long: false }
    }

    /// As many more, but no more than `most` in all. Returns the buffer, which is full up to `filled`; once it is
    /// [long](is_long), in the memory for such.
    pub(super) fn go_on(
        &mut self,
        most: usize,
        buffer: Vec<u8>,
        filled: usize,
        long: &mut Vec<u8>,
    ) -> Vec<u8> {
        self.wanted = (self.wanted + CHUNK_BYTES).min(most);
        if !is_long(self.wanted) || std::mem::replace(&mut self.is_in_long, true) {
            return buffer;
        }
        let mut larger = std::mem::take(long);
        larger.clear();
        larger.extend_from_slice(&buffer[..filled]);
        larger
    }
}
