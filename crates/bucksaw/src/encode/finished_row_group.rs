//! What is kept of a finished row group until the file ends.
//!
//! A file may have hundreds of thousands of column chunks. So what will stand in the file of each of them is
//! kept encoded, and where it starts and its sizes as varints, all one behind the other: of a chunk with one page
//! at most 300 bytes, and of each further page at most 100.

use crate::format::metadata::ColumnMetaData;
use crate::format::page_index::{ColumnIndex, OffsetIndex};
use crate::format::thrift::{append_varint, append_zigzag, take_varint, take_zigzag};

/// Bytes that an allocator takes for each piece of memory beside those that it is asked for, about.
const ALLOCATION_BYTES: usize = 16;

/// A column chunk in the file: its metadata and its page indexes.
#[derive(Debug)]
pub(super) struct FinishedChunk {
    pub(super) meta_data: ColumnMetaData,
    pub(super) column_index: Option<ColumnIndex>,
    pub(super) offset_index: Option<OffsetIndex>,
}

/// The page indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexKind {
    Column,
    Offset,
}

/// See the module.
#[derive(Debug)]
pub(super) struct FinishedRowGroup {
    rows: u64,
    chunks: usize,
    /// Where the last chunk ends in the file.
    end: u64,
    /// Of each chunk: where it starts, as the distance from the end of the one before; its sizes; the lengths of what is kept of
    /// it; and its metadata.
    records: Vec<u8>,
    column_indexes: Vec<u8>,
    offset_indexes: Vec<u8>,
}

/// A column chunk of a finished row group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChunkRecord<'g> {
    /// Where it starts in the file.
    pub(super) start: u64,
    /// Bytes of its pages before compression, and in the file.
    pub(super) encoded: u64,
    pub(super) compressed: u64,
    /// Its metadata before and after the path.
    pub(super) meta_data: (&'g [u8], &'g [u8]),
    /// Bytes of the page indexes; 0 where there is none.
    pub(super) column_index: usize,
    pub(super) offset_index: usize,
}

impl FinishedRowGroup {
    pub(super) fn new(rows: u64) -> Self {
        let (records, column_indexes, offset_indexes) = Default::default();
        Self { rows, chunks: 0, end: 0, records, column_indexes, offset_indexes }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// How many chunks it has.
    pub(super) fn chunks(&self) -> usize {
        self.chunks
    }

    /// Adds a chunk; returns how many bytes its metadata has.
    pub(super) fn push(&mut self, chunk: &FinishedChunk) -> usize {
        let (before, after) = chunk.meta_data.encoded();
        let lens = (self.column_indexes.len(), self.offset_indexes.len());
        if let Some(index) = &chunk.column_index {
            index.append_to(&mut self.column_indexes);
        }
        if let Some(index) = &chunk.offset_index {
            index.append_to(&mut self.offset_indexes);
        }
        let start = chunk.meta_data.start() as u64;
        let compressed = chunk.meta_data.total_compressed_size as u64;
        append_zigzag(start.wrapping_sub(self.end) as i64, &mut self.records);
        let numbers = [
            chunk.meta_data.total_uncompressed_size as u64,
            compressed,
            before.len() as u64,
            after.len() as u64,
            (self.column_indexes.len() - lens.0) as u64,
            (self.offset_indexes.len() - lens.1) as u64,
        ];
        numbers.into_iter().for_each(|number| append_varint(number, &mut self.records));
        let len = before.len() + after.len();
        self.records.extend(before);
        self.records.extend(after);
        self.end = start + compressed;
        self.chunks += 1;
        len
    }

    /// Gives back memory that it does not need.
    pub(super) fn shrink(&mut self) {
        [&mut self.records, &mut self.column_indexes, &mut self.offset_indexes]
            .into_iter()
            .for_each(Vec::shrink_to_fit);
    }

    /// Bytes of memory, its own included.
    pub(super) fn bytes_held(&self) -> usize {
        let bytes = |bytes: &Vec<u8>| match bytes.capacity() {
            0 => 0,
            bytes => bytes + ALLOCATION_BYTES,
        };
        size_of::<Self>()
            + bytes(&self.records)
            + bytes(&self.column_indexes)
            + bytes(&self.offset_indexes)
    }

    /// Its chunks, in order.
    pub(super) fn records(&self) -> impl Iterator<Item = ChunkRecord<'_>> {
        let (mut bytes, mut end) = (self.records.as_slice(), 0);
        std::iter::from_fn(move || {
            let record = take_record(&mut bytes, end)?;
            end = record.start + record.compressed;
            Some(record)
        })
    }

    /// Takes the page indexes of one kind.
    pub(super) fn take_indexes(&mut self, kind: IndexKind) -> Indexes {
        let (bytes, len): (_, fn(ChunkRecord<'_>) -> usize) = match kind {
            IndexKind::Column => (&mut self.column_indexes, |record| record.column_index),
            IndexKind::Offset => (&mut self.offset_indexes, |record| record.offset_index),
        };
        let bytes = std::mem::take(bytes);
        let ends = self.records().scan(0, |end, record| {
            *end += len(record);
            Some(*end)
        });
        Indexes { ends: ends.collect(), bytes }
    }
}

/// The page indexes of one kind of a row group's chunks.
pub(super) struct Indexes {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Indexes {
    /// That of a chunk: empty where there is none.
    pub(super) fn get(&self, chunk: usize) -> Option<&[u8]> {
        let start =
            chunk.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start..*self.ends.get(chunk)?)
    }
}

/// Takes a chunk from the start of the bytes; the one before ends at `end` in the file.
fn take_record<'g>(bytes: &mut &'g [u8], end: u64) -> Option<ChunkRecord<'g>> {
    let start = end.wrapping_add(take_zigzag(bytes)? as u64);
    let [encoded, compressed, before, after, column_index, offset_index] = [
        take_varint(bytes)?,
        take_varint(bytes)?,
        take_varint(bytes)?,
        take_varint(bytes)?,
        take_varint(bytes)?,
        take_varint(bytes)?,
    ];
    let (before, rest) = bytes.split_at_checked(before as usize)?;
    let (after, rest) = rest.split_at_checked(after as usize)?;
    *bytes = rest;
    Some(ChunkRecord {
        start,
        encoded,
        compressed,
        meta_data: (before, after),
        column_index: column_index as usize,
        offset_index: offset_index as usize,
    })
}
