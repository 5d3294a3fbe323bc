//! The metadata of finished row groups, and the page indexes and the footer that it becomes.
//!
//! What is kept of a column chunk until the file ends is what will stand in the file, encoded already,
//! and its place and sizes: about 150 bytes, and its bounds.

use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;

use super::backend::{ColumnSummary, FileSummary, Pieces, SortedRowGroups};
use super::footer_size::{ColumnSizes, FooterSize};
use crate::error::{Error, ErrorKind, Result};
use crate::format::MAGIC;
use crate::format::bound::{Bound, LeafTotals};
use crate::format::metadata::{
    ColumnChunk, ColumnMetaData, FileMetaData, IndexLocation, KeyValue, RowGroup,
};
use crate::format::page_index::{ColumnIndex, OffsetIndex};
use crate::format::schema::{Leaf, SchemaElement, leaves};
use crate::options::Compression;
use crate::schema::Schema;

/// Who wrote the file, in the form that readers look for known bugs by:
/// `<application> version <version> (build <build>)`.
pub(super) const CREATED_BY: &str = concat!(
    "bucksaw version ",
    env!("CARGO_PKG_VERSION"),
    " (build ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// The footer's key for columns that the file calls otherwise than the rows do, as JSON.
const RENAMED_KEY: &str = "bucksaw.renamed";
/// The footer and the page indexes are made in pieces of so many bytes or a little more.
const PIECE_BYTES: usize = 64 << 10;

/// The renamed columns, if there are any.
pub(super) fn renamed_key_value(schema: &Schema) -> Option<KeyValue> {
    let renamed = schema.renamed();
    // Strings can't fail to serialize.
    let json = || serde_json::to_string(&renamed).unwrap_or_default();
    (!renamed.is_empty()).then(|| KeyValue { key: RENAMED_KEY.to_owned(), value: Some(json()) })
}

pub(super) fn codec(compression: Compression) -> Codec {
    match compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Snappy => Codec::SNAPPY,
        Compression::Lz4 => Codec::LZ4_RAW,
        // Levels were checked with the options.
        Compression::Gzip(level) => Codec::GZIP(GzipLevel::try_new(level).unwrap_or_default()),
        Compression::Zstd(level) => Codec::ZSTD(ZstdLevel::try_new(level).unwrap_or_default()),
    }
}

pub(super) fn failed(cause: ParquetError) -> Error {
    Error::new(ErrorKind::Unsupported, "the parquet crate refused the rows").with_cause(cause)
}

/// A column chunk in the file: its metadata and its page indexes.
#[derive(Debug)]
pub(super) struct FinishedChunk {
    pub(super) meta_data: ColumnMetaData,
    pub(super) column_index: Option<ColumnIndex>,
    pub(super) offset_index: Option<OffsetIndex>,
}

/// Where a chunk is, how large, and how many bytes are kept of it.
#[derive(Clone, Copy, Debug)]
struct ChunkRecord {
    start: u64,
    encoded: u64,
    compressed: u64,
    /// Bytes of metadata before and after the path.
    meta_data: (u32, u32),
    /// Bytes of the indexes; 0 where there is none.
    column_index: u32,
    offset_index: u32,
}

/// The chunks of a finished row group; the bytes of all of them lie one behind the other.
#[derive(Debug)]
struct FinishedRowGroup {
    rows: u64,
    chunks: Vec<ChunkRecord>,
    meta_data: Vec<u8>,
    column_indexes: Vec<u8>,
    offset_indexes: Vec<u8>,
}

impl FinishedRowGroup {
    /// Returns how many bytes its metadata has.
    fn push(&mut self, chunk: &FinishedChunk) -> usize {
        let (before, after) = chunk.meta_data.encoded();
        let lens = (self.column_indexes.len(), self.offset_indexes.len());
        if let Some(index) = &chunk.column_index {
            index.append_to(&mut self.column_indexes);
        }
        if let Some(index) = &chunk.offset_index {
            index.append_to(&mut self.offset_indexes);
        }
        self.chunks.push(ChunkRecord {
            start: chunk.meta_data.start() as u64,
            encoded: chunk.meta_data.total_uncompressed_size as u64,
            compressed: chunk.meta_data.total_compressed_size as u64,
            meta_data: (before.len() as u32, after.len() as u32),
            column_index: (self.column_indexes.len() - lens.0) as u32,
            offset_index: (self.offset_indexes.len() - lens.1) as u32,
        });
        let len = before.len() + after.len();
        self.meta_data.extend(before);
        self.meta_data.extend(after);
        len
    }

    fn shrink(&mut self) {
        self.chunks.shrink_to_fit();
        self.meta_data.shrink_to_fit();
        self.column_indexes.shrink_to_fit();
        self.offset_indexes.shrink_to_fit();
    }

    fn bytes_held(&self) -> usize {
        self.chunks.capacity() * size_of::<ChunkRecord>()
            + self.meta_data.capacity()
            + self.column_indexes.capacity()
            + self.offset_indexes.capacity()
    }

    /// Of the bytes of all chunks, those of each of them, by their lengths.
    fn split<'b>(&self, mut bytes: &'b [u8], len: impl Fn(&ChunkRecord) -> usize) -> Vec<&'b [u8]> {
        let mut take = |len: usize| {
            let (taken, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
            bytes = rest;
            taken
        };
        self.chunks.iter().map(|chunk| take(len(chunk))).collect()
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Footer {
    groups: Vec<FinishedRowGroup>,
    size: FooterSize,
    bytes_held: usize,
    /// Of each leaf in the first row group.
    distinct: Vec<Option<u64>>,
    /// Of each leaf in all row groups.
    totals: Vec<LeafTotals>,
}

impl Footer {
    /// Adds a row group, with a chunk for each of these leaves.
    pub(super) fn push(&mut self, rows: u64, chunks: &[FinishedChunk], leaves: &[Leaf]) {
        if self.groups.is_empty() {
            let distinct = |chunk: &FinishedChunk| {
                chunk.meta_data.statistics.as_ref()?.distinct_count.map(|count| count as u64)
            };
            self.distinct = chunks.iter().map(distinct).collect();
        }
        let mut group = FinishedRowGroup {
            rows,
            chunks: Vec::with_capacity(chunks.len()),
            meta_data: Vec::new(),
            column_indexes: Vec::new(),
            offset_indexes: Vec::new(),
        };
        self.size.add_row_group(rows);
        self.totals.resize_with(chunks.len().max(self.totals.len()), LeafTotals::default);
        for ((chunk, leaf), totals) in chunks.iter().zip(leaves).zip(&mut self.totals) {
            let len = group.push(chunk);
            self.size.add_chunk(&chunk.meta_data, len);
            add_totals(totals, &chunk.meta_data, leaf);
        }
        group.shrink();
        self.bytes_held += group.bytes_held() + size_of::<FinishedRowGroup>();
        self.groups.push(group);
    }

    /// Adds chunks of nulls to a row group that has some chunks already.
    pub(super) fn extend(&mut self, row_group: usize, chunks: &[FinishedChunk]) {
        if let Some(group) = self.groups.get_mut(row_group) {
            for chunk in chunks {
                if let Some(totals) = self.totals.get_mut(group.chunks.len()) {
                    let values = chunk.meta_data.num_values as u64;
                    totals.add(values, values, 0, None);
                }
                let len = group.push(chunk);
                self.size.add_chunk(&chunk.meta_data, len);
            }
        }
    }

    /// Of each row group, its rows and how many chunks it has.
    pub(super) fn row_groups(&self) -> Vec<(usize, usize)> {
        self.groups.iter().map(|group| (group.rows as usize, group.chunks.len())).collect()
    }

    /// Whether there is no row group.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How large it has grown.
    pub(super) fn size(&self) -> FooterSize {
        self.size
    }

    /// Bytes of memory that it holds, with those that the end of a file with these columns takes.
    pub(super) fn bytes_held(&self, columns: ColumnSizes) -> usize {
        self.bytes_held + self.size.bytes_held_at_end(columns)
    }

    /// Appends page indexes and footer to `out`, which is the file from byte `position` on.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`] where it is larger than what is read back.
    pub(super) fn append(
        mut self,
        ending: &Ending<'_>,
        position: u64,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        let leaves = leaves(&ending.schema);
        let summary = self.summary(&leaves, ending.kept);
        let column_indexes = self.append_indexes(ending.kept, IndexKind::Column, out);
        self.append_indexes(ending.kept, IndexKind::Offset, out);
        let mut footer = FooterWriter {
            leaves: &leaves,
            ending,
            column_index_at: position,
            offset_index_at: position + column_indexes,
        };
        let file = FileMetaData {
            schema: ending.schema.clone(),
            num_rows: summary.rows as i64,
            key_values: ending.key_values.clone(),
            created_by: CREATED_BY.to_owned(),
        };
        let mut len = append_to(out, |out| file.append_start(self.groups.len(), out));
        for (ordinal, group) in std::mem::take(&mut self.groups).into_iter().enumerate() {
            len += append_to(out, |out| footer.append_row_group(ordinal, &group, out));
        }
        len += append_to(out, |out| file.append_end(&leaves, out));
        append_to(out, |out| {
            out.extend_from_slice(&(len as u32).to_le_bytes());
            out.extend_from_slice(MAGIC);
        });
        self.size.check_bytes(len, ColumnSizes::of(&leaves, ending.schema.len()))?;
        Ok(summary)
    }

    /// Appends the page indexes of one kind and lets go of them; returns how many bytes they have.
    fn append_indexes(&mut self, kept: &[usize], kind: IndexKind, out: &mut Pieces) -> u64 {
        let mut len = 0;
        for group in &mut self.groups {
            let bytes = match kind {
                IndexKind::Column => std::mem::take(&mut group.column_indexes),
                IndexKind::Offset => std::mem::take(&mut group.offset_indexes),
            };
            let of_chunks = group.split(&bytes, |chunk| match kind {
                IndexKind::Column => chunk.column_index as usize,
                IndexKind::Offset => chunk.offset_index as usize,
            });
            let indexes = kept.iter().filter_map(|leaf| of_chunks.get(*leaf));
            len += append_to(out, |out| indexes.for_each(|bytes| out.extend_from_slice(bytes)));
        }
        len
    }

    fn summary(&self, leaves: &[Leaf], kept: &[usize]) -> FileSummary {
        let mut columns: Vec<ColumnSummary> = Vec::new();
        for (leaf, index) in leaves.iter().zip(kept) {
            let chunks = || self.groups.iter().filter_map(|group| group.chunks.get(*index));
            let totals = self.totals.get(*index);
            let name = leaf.path.first().cloned().unwrap_or_default();
            let mut column = ColumnSummary {
                name,
                encoded_bytes: chunks().map(|chunk| chunk.encoded).sum(),
                compressed_bytes: chunks().map(|chunk| chunk.compressed).sum(),
                // Of several row groups it is not known how many values they have in common.
                distinct: match self.groups.len() {
                    1 => self.distinct.get(*index).copied().flatten(),
                    _ => None,
                },
                values: totals.map_or(0, |totals| totals.values),
                nans: totals.map_or(0, |totals| totals.nans),
                bounds: totals.and_then(LeafTotals::bounds).cloned(),
            };
            // A nested column has several leaves.
            if let Some(known) = columns.pop_if(|known| known.name == column.name) {
                column.encoded_bytes += known.encoded_bytes;
                column.compressed_bytes += known.compressed_bytes;
                column.distinct = None;
                column.bounds = None;
            }
            columns.push(column);
        }
        let start = |group: &FinishedRowGroup| {
            kept.iter().filter_map(|leaf| Some(group.chunks.get(*leaf)?.start)).min()
        };
        FileSummary {
            row_group_offsets: self.groups.iter().filter_map(start).collect(),
            rows: self.groups.iter().map(|group| group.rows).sum(),
            row_groups: self.groups.len(),
            columns,
        }
    }
}

fn add_totals(totals: &mut LeafTotals, chunk: &ColumnMetaData, leaf: &Leaf) {
    let known = chunk.statistics.as_ref();
    let count = |count: Option<i64>| count.unwrap_or_default() as u64;
    let bounds = known.and_then(|known| {
        let bound = |bytes: &Option<Vec<u8>>| Bound::of(&leaf.element, bytes.as_ref()?);
        bound(&known.min).zip(bound(&known.max))
    });
    let nulls = known.and_then(|known| known.null_count);
    let nans = known.and_then(|known| known.nan_count);
    totals.add(chunk.num_values as u64, count(nulls), count(nans), bounds);
}

/// What a file's end takes beside the metadata of its row groups.
pub(super) struct Ending<'e> {
    /// The file's schema, without the columns that are left out.
    pub(super) schema: Vec<SchemaElement>,
    /// Which of each row group's chunks belong to the leaves of that schema.
    pub(super) kept: &'e [usize],
    pub(super) sorted: &'e SortedRowGroups,
    pub(super) key_values: Vec<KeyValue>,
}

#[derive(Clone, Copy)]
enum IndexKind {
    Column,
    Offset,
}

struct FooterWriter<'f> {
    leaves: &'f [Leaf],
    ending: &'f Ending<'f>,
    /// Where the next index of each kind is.
    column_index_at: u64,
    offset_index_at: u64,
}

impl FooterWriter<'_> {
    fn append_row_group(&mut self, ordinal: usize, group: &FinishedRowGroup, out: &mut Vec<u8>) {
        let meta_data =
            group.split(&group.meta_data, |chunk| (chunk.meta_data.0 + chunk.meta_data.1) as usize);
        let mut row_group = RowGroup {
            num_rows: group.rows as i64,
            sorting_columns: self.ending.sorted.sorting_columns(ordinal, self.leaves),
            // The format has 16 bits for it.
            ordinal: i16::try_from(ordinal).ok(),
            ..RowGroup::default()
        };
        let mut chunks = Vec::with_capacity(self.leaves.len());
        for (leaf, index) in self.leaves.iter().zip(self.ending.kept) {
            let (Some(record), Some(meta_data)) = (group.chunks.get(*index), meta_data.get(*index))
            else {
                continue;
            };
            row_group.total_byte_size += record.encoded as i64;
            *row_group.total_compressed_size.get_or_insert(0) += record.compressed as i64;
            let start = record.start as i64;
            row_group.file_offset =
                Some(row_group.file_offset.map_or(start, |known| known.min(start)));
            chunks.push(ColumnChunk {
                meta_data: meta_data.split_at(record.meta_data.0 as usize),
                path: &leaf.path,
                column_index: next_index(&mut self.column_index_at, record.column_index),
                offset_index: next_index(&mut self.offset_index_at, record.offset_index),
            });
        }
        row_group.append_to(chunks.into_iter(), out);
    }
}

/// Where an index of so many bytes is, if there is one, and behind it the next.
fn next_index(at: &mut u64, len: u32) -> IndexLocation {
    let location = (len > 0).then_some((*at as i64, len as i32));
    *at += u64::from(len);
    location
}

/// Lets `append` append to the last piece; returns how many bytes it did.
fn append_to(out: &mut Pieces, append: impl FnOnce(&mut Vec<u8>)) -> u64 {
    let piece = out.open(PIECE_BYTES);
    let before = piece.len();
    append(piece);
    (piece.len() - before) as u64
}
