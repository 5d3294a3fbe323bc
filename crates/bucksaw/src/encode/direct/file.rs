//! The file: row groups in order, each with its bloom filters behind it, then a chunk of nulls for each
//! row group that lacks a late column, then page indexes and footer.
//!
//! A column is late if it has its first value after a row group was finished. The first column of
//! the file is never late, and late columns come after all earlier ones, since readers find a row
//! group by the chunk of its first column.

use super::column_chunk::EncodedChunk;
use super::columns::{FileColumn, storage_of};
use super::encoder::Encoder;
use super::metadata::{Description, schema_elements};
use super::row_group::EncodedRowGroup;
use crate::encode::backend::{FileSummary, Pieces, SortedRowGroups};
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
use crate::encode::finished_row_group::FinishedChunk;
use crate::encode::footer::{self, Footer};
use crate::encode::footer_size::ColumnSizes;
use crate::error::Result;
use crate::format::MAGIC;
use crate::format::metadata::KeyValue;
use crate::format::schema::leaves;
use crate::schema::ColumnType;
use crate::types::nesting::Nesting;

/// See the module.
#[derive(Debug)]
pub(super) struct File {
    description: Description,
    position: u64,
    footer: Footer,
    /// Those of the last row group.
    columns: ColumnSizes,
}

impl File {
    pub(super) fn new(description: Description) -> Self {
        Self {
            description,
            position: 0,
            footer: Footer::default(),
            columns: ColumnSizes::default(),
        }
    }

    /// Appends a row group, which has chunks of these columns.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`](crate::ErrorKind::FileLimit).
    pub(super) fn append(
        &mut self,
        mut group: EncodedRowGroup,
        columns: &[FileColumn],
        out: &mut Pieces,
    ) -> Result<()> {
        self.append_magic(out);
        let filters: Vec<Vec<u8>> =
            group.chunks.iter_mut().map(|chunk| std::mem::take(&mut chunk.bloom_filter)).collect();
        let mut chunks: Vec<FinishedChunk> = group
            .chunks
            .into_iter()
            .zip(columns.iter().flat_map(|column| std::iter::repeat_n(column, column.leaves())))
            .map(|(chunk, column)| self.append_chunk(chunk, &column.ty, out))
            .collect();
        // Not at the file's end, where the filters of all row groups would have to wait for it.
        for (chunk, filter) in
            chunks.iter_mut().zip(filters).filter(|(_, filter)| !filter.is_empty())
        {
            chunk.meta_data.bloom_filter = Some((self.position as i64, Some(filter.len() as i32)));
            self.append_bytes(filter, out);
        }
        let elements = schema_elements(columns.iter());
        let leaves = leaves(&elements);
        self.footer.push(group.rows as u64, &chunks, &leaves);
        self.columns = ColumnSizes::of(&leaves, elements.len());
        self.footer.size().check(self.columns)
    }

    /// Adds a row group of another file: its bytes stand behind those of `out`, and behind them, in `after`, chunks of nulls for those of
    /// these columns that it lacks.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    #[cfg(feature = "arrow")]
    pub(super) fn append_copied(
        &mut self,
        copied: CopiedRowGroup,
        columns: &[FileColumn],
        encoder: &mut Encoder,
        out: &mut Pieces,
        after: &mut Pieces,
    ) -> Result<()> {
        self.append_magic(out);
        let CopiedRowGroup { rows, range, mut chunks, .. } = copied.moved_to(self.position);
        self.position = range.end;
        let of_columns = columns.iter().flat_map(|column| {
            column.ty.leaves().iter().map(move |nesting| (&column.ty, *nesting))
        });
        for (ty, nesting) in of_columns.skip(chunks.len()) {
            let nulls = EncodedChunk::of_nulls(nesting, rows as usize, encoder)?;
            chunks.push(self.append_chunk(nulls, ty, after));
        }
        let elements = schema_elements(columns.iter());
        let leaves = leaves(&elements);
        self.footer.push(rows, &chunks, &leaves);
        self.columns = ColumnSizes::of(&leaves, elements.len());
        self.footer.size().check(self.columns)
    }

    pub(super) fn has_row_groups(&self) -> bool {
        !self.footer.is_empty()
    }

    /// Bytes of memory that it holds of what is finished, with those that the file's end takes.
    pub(super) fn bytes_held(&self) -> usize {
        self.footer.bytes_held(self.columns)
    }

    fn append_magic(&mut self, out: &mut Pieces) {
        if self.position == 0 {
            self.append_bytes(MAGIC.to_vec(), out);
        }
    }

    fn append_bytes(&mut self, bytes: Vec<u8>, out: &mut Pieces) {
        self.position += bytes.len() as u64;
        out.push(bytes);
    }

    fn append_chunk(
        &mut self,
        mut chunk: EncodedChunk,
        ty: &ColumnType,
        out: &mut Pieces,
    ) -> FinishedChunk {
        let start = self.position;
        let has_dictionary = !chunk.dictionary.is_empty();
        chunk.dictionary.drain().for_each(|piece| self.append_bytes(piece, out));
        chunk.data.drain().for_each(|piece| self.append_bytes(piece, out));
        self.description.of_chunk(&chunk, storage_of(ty), has_dictionary, start..self.position)
    }

    /// Ends the file. Those of its columns that are in the footer are `kept`, by their indexes.
    pub(super) fn finish(
        mut self,
        ending: Ending<'_>,
        kept: &[usize],
        encoder: &mut Encoder,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        self.append_magic(out);
        let elements = schema_elements(ending.columns.iter());
        self.footer.size().check(ColumnSizes::of(&leaves(&elements), elements.len()))?;
        let leaves: Vec<(&ColumnType, Nesting)> = ending
            .columns
            .iter()
            .flat_map(|column| column.ty.leaves().iter().map(|nesting| (&column.ty, *nesting)))
            .collect();
        for (index, (rows, chunks)) in self.footer.row_groups().into_iter().enumerate() {
            let mut late = Vec::new();
            for (ty, nesting) in &leaves[chunks..] {
                let nulls = EncodedChunk::of_nulls(*nesting, rows, encoder)?;
                late.push(self.append_chunk(nulls, ty, out));
            }
            self.footer.extend(index, &late);
        }
        let kept_columns = kept.iter().map(|column| &ending.columns[*column]);
        let ending = footer::Ending {
            schema: schema_elements(kept_columns),
            kept: &kept_leaves(ending.columns, kept),
            sorted: ending.sorted,
            key_values: ending.key_values,
        };
        self.footer.append(&ending, self.position, out)
    }
}

/// The leaves of the kept ones of these columns, by their indexes.
fn kept_leaves(columns: &[FileColumn], kept: &[usize]) -> Vec<usize> {
    let (mut leaves, mut first) = (Vec::with_capacity(kept.len()), 0);
    let mut kept = kept.iter().peekable();
    for (index, column) in columns.iter().enumerate() {
        let next = first + column.leaves();
        if kept.next_if(|kept| **kept == index).is_some() {
            leaves.extend(first..next);
        }
        first = next;
    }
    leaves
}

/// What a file's end takes beside its chunks.
pub(super) struct Ending<'e> {
    pub(super) columns: &'e [FileColumn],
    pub(super) sorted: &'e SortedRowGroups,
    pub(super) key_values: Vec<KeyValue>,
}
