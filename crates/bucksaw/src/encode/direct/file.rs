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
use crate::encode::finished_row_group::FinishedChunk;
use crate::encode::footer::{self, Footer};
use crate::encode::footer_size::ColumnSizes;
use crate::error::Result;
use crate::format::MAGIC;
use crate::format::metadata::KeyValue;
use crate::format::schema::leaves;
use crate::schema::ColumnType;
use crate::types::logical::ELEMENT_NAME;

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
            .zip(columns)
            .map(|(chunk, column)| self.append_chunk(chunk, &column.ty, out))
            .collect();
        // Not at the file's end, where the filters of all row groups would have to wait for it.
        for (chunk, filter) in
            chunks.iter_mut().zip(filters).filter(|(_, filter)| !filter.is_empty())
        {
            chunk.meta_data.bloom_filter = Some((self.position as i64, Some(filter.len() as i32)));
            self.append_bytes(filter, out);
        }
        let leaves = leaves(&schema_elements(columns.iter()));
        self.footer.push(group.rows as u64, &chunks, &leaves);
        self.columns = sizes(columns);
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
        self.footer.size().check(sizes(ending.columns))?;
        for (index, (rows, chunks)) in self.footer.row_groups().into_iter().enumerate() {
            let mut late = Vec::new();
            for column in &ending.columns[chunks..] {
                let nulls = EncodedChunk::of_nulls(column.ty.is_list(), rows, encoder)?;
                late.push(self.append_chunk(nulls, &column.ty, out));
            }
            self.footer.extend(index, &late);
        }
        let kept_columns = kept.iter().map(|column| &ending.columns[*column]);
        let ending = footer::Ending {
            schema: schema_elements(kept_columns),
            kept,
            sorted: ending.sorted,
            key_values: ending.key_values,
        };
        self.footer.append(&ending, self.position, out)
    }
}

/// Each column has one leaf; that of a list is below three elements of the schema.
fn sizes(columns: &[FileColumn]) -> ColumnSizes {
    let of_list = |column: &FileColumn| u64::from(column.ty.is_list());
    let lists: u64 = columns.iter().map(of_list).sum();
    let leaves = columns.len() as u64;
    ColumnSizes {
        leaves,
        schema_elements: 1 + leaves + 2 * lists,
        path_bytes: columns.iter().map(|column| column.name.len() as u64).sum::<u64>()
            + lists * ("list".len() + ELEMENT_NAME.len()) as u64,
        path_parts: leaves + 2 * lists,
    }
}

/// What a file's end takes beside its chunks.
pub(super) struct Ending<'e> {
    pub(super) columns: &'e [FileColumn],
    pub(super) sorted: &'e SortedRowGroups,
    pub(super) key_values: Vec<KeyValue>,
}
