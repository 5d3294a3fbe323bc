//! The metadata of finished row groups, and the page indexes and the footer that it becomes.
//!
//! What is kept of a column chunk until the file ends is what will stand in the file, encoded already: see
//! [`FinishedRowGroup`].

use std::collections::HashSet;

use parquet::errors::ParquetError;

use super::backend::{ColumnSummary, FileSummary, Pieces, SortedRowGroups};
use super::finished_row_group::{ChunkRecord, FinishedChunk, FinishedRowGroup, IndexKind};
use super::footer_size::{ColumnSizes, FooterSize};
use crate::error::{Error, ErrorKind, Result};
use crate::format::MAGIC;
use crate::format::bound::{Bound, LeafTotals};
use crate::format::metadata::{
    ColumnChunk, ColumnMetaData, FileMetaData, IndexLocation, KeyValue, RowGroup,
};
use crate::format::schema::{Leaf, SchemaElement, leaves};

/// Who wrote the file, in the form that readers look for known bugs by:
/// `<application> version <version> (build <build>)`.
pub(super) const CREATED_BY: &str = concat!(
    "bucksaw version ",
    env!("CARGO_PKG_VERSION"),
    " (build ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// The footer and the page indexes are made in pieces of so many bytes or a little more.
const PIECE_BYTES: usize = 64 << 10;

pub(super) fn failed(cause: ParquetError) -> Error {
    Error::new(ErrorKind::Unsupported, "the parquet crate refused the rows").with_cause(cause)
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
        let mut group = FinishedRowGroup::new(rows);
        self.size.add_row_group(rows);
        self.totals.resize_with(chunks.len().max(self.totals.len()), LeafTotals::default);
        for ((chunk, leaf), totals) in chunks.iter().zip(leaves).zip(&mut self.totals) {
            let len = group.push(chunk);
            self.size.add_chunk(&chunk.meta_data, len);
            add_totals(totals, &chunk.meta_data, leaf);
        }
        group.shrink();
        self.bytes_held += group.bytes_held();
        self.groups.push(group);
    }

    /// Adds chunks of nulls to a row group that has some chunks already.
    pub(super) fn extend(&mut self, row_group: usize, chunks: &[FinishedChunk]) {
        if let Some(group) = self.groups.get_mut(row_group) {
            for chunk in chunks {
                if let Some(totals) = self.totals.get_mut(group.chunks()) {
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
        self.groups.iter().map(|group| (group.rows() as usize, group.chunks())).collect()
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
            let indexes = group.take_indexes(kind);
            let of_kept = kept.iter().filter_map(|leaf| indexes.get(*leaf));
            len += append_to(out, |out| of_kept.for_each(|bytes| out.extend_from_slice(bytes)));
        }
        len
    }

    fn summary(&self, leaves: &[Leaf], kept: &[usize]) -> FileSummary {
        // Of each chunk's column in all row groups.
        let mut sizes: Vec<(u64, u64)> = Vec::new();
        let mut row_group_offsets = Vec::with_capacity(self.groups.len());
        let is_kept: HashSet<usize> = kept.iter().copied().collect();
        for group in &self.groups {
            sizes.resize(sizes.len().max(group.chunks()), (0, 0));
            for (record, (encoded, compressed)) in group.records().zip(&mut sizes) {
                *encoded += record.encoded;
                *compressed += record.compressed;
            }
            let kept = group.records().enumerate().filter(|(index, _)| is_kept.contains(index));
            row_group_offsets.extend(kept.map(|(_, record)| record.start).min());
        }
        let mut columns: Vec<ColumnSummary> = Vec::new();
        for (leaf, index) in leaves.iter().zip(kept) {
            let totals = self.totals.get(*index);
            let (encoded_bytes, compressed_bytes) = sizes.get(*index).copied().unwrap_or_default();
            let mut column = ColumnSummary {
                name: leaf.path.first().cloned().unwrap_or_default(),
                encoded_bytes,
                compressed_bytes,
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
        FileSummary {
            row_group_offsets,
            rows: self.groups.iter().map(FinishedRowGroup::rows).sum(),
            row_groups: self.groups.len(),
            columns,
            written: None,
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

struct FooterWriter<'f> {
    leaves: &'f [Leaf],
    ending: &'f Ending<'f>,
    /// Where the next index of each kind is.
    column_index_at: u64,
    offset_index_at: u64,
}

impl FooterWriter<'_> {
    fn append_row_group(&mut self, ordinal: usize, group: &FinishedRowGroup, out: &mut Vec<u8>) {
        let mut row_group = RowGroup {
            num_rows: group.rows() as i64,
            sorting_columns: self.ending.sorted.sorting_columns(ordinal, self.leaves),
            // The format has 16 bits for it.
            ordinal: i16::try_from(ordinal).ok(),
            ..RowGroup::default()
        };
        let records: Vec<ChunkRecord<'_>> = group.records().collect();
        let mut chunks = Vec::with_capacity(self.leaves.len());
        for (leaf, index) in self.leaves.iter().zip(self.ending.kept) {
            let Some(record) = records.get(*index) else { continue };
            row_group.total_byte_size += record.encoded as i64;
            *row_group.total_compressed_size.get_or_insert(0) += record.compressed as i64;
            let start = record.start as i64;
            row_group.file_offset =
                Some(row_group.file_offset.map_or(start, |known| known.min(start)));
            chunks.push(ColumnChunk {
                meta_data: record.meta_data,
                path: &leaf.path,
                column_index: next_index(&mut self.column_index_at, record.column_index),
                offset_index: next_index(&mut self.offset_index_at, record.offset_index),
            });
        }
        row_group.append_to(chunks.into_iter(), out);
    }
}

/// Where an index of so many bytes is, if there is one, and behind it the next.
fn next_index(at: &mut u64, len: usize) -> IndexLocation {
    let location = (len > 0).then_some((*at as i64, len as i32));
    *at += len as u64;
    location
}

/// Lets `append` append to the last piece; returns how many bytes it did.
fn append_to(out: &mut Pieces, append: impl FnOnce(&mut Vec<u8>)) -> u64 {
    let piece = out.open(PIECE_BYTES);
    let before = piece.len();
    append(piece);
    (piece.len() - before) as u64
}
