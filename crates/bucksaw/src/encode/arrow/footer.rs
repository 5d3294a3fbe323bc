//! A footer of our own for what `ArrowWriter` wrote.
//!
//! `ArrowWriter` fixes the columns before the first row group and then writes them all, takes one
//! order for the whole file, and gives floating-point columns an order that many readers don't know. So
//! the footer that it made is set aside, and one is written that does not mention columns that are null in every row
//! (the few bytes of their pages stay behind unused), that says which row groups are sorted, and has
//! bounds by the order of each column's type.

use arrow_schema::Schema as ArrowSchema;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::basic::LogicalType;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::schema::types::SchemaDescriptor;

use crate::encode::backend::{FileSummary, Pieces, SortedRowGroups};
use crate::encode::finished_row_group::FinishedChunk;
use crate::encode::footer as shared;
use crate::encode::footer::Footer;
use crate::encode::footer_size::{ColumnSizes, FooterSize};
use crate::encode::parsed_footer::{append_elements, finished_chunk, meta_data};
use crate::error::Result;
use crate::format::metadata::KeyValue;
use crate::format::schema::{Leaf, SchemaElement, leaves};
use crate::types::logical::ColumnType;

/// What a file's end takes beside what `ArrowWriter` knows.
pub(super) struct Ending<'e> {
    pub(super) arrow_schema: &'e ArrowSchema,
    /// The columns that are in the footer, by their indexes.
    pub(super) kept: &'e [usize],
    pub(super) sorted: &'e SortedRowGroups,
    pub(super) key_values: Vec<KeyValue>,
}

/// Appends page indexes and footer to `out`, which is the file from byte `position` on. Returns what
/// was written.
pub(super) fn append(
    metadata: &ParquetMetaData,
    ending: Ending<'_>,
    position: u64,
    out: &mut Pieces,
) -> Result<FileSummary> {
    let Ending { arrow_schema, kept, sorted, key_values: ours } = ending;
    let file = metadata.file_metadata();
    let root = file.schema();
    let mut schema = vec![SchemaElement::root(root.name(), kept.len())];
    for column in kept {
        append_elements(&root.get_fields()[*column], &mut schema);
        // The writer knows no more than bytes.
        if ColumnType::from_field(arrow_schema.field(*column)).leaf() == &ColumnType::Uuid
            && let Some(leaf) = schema.last_mut()
        {
            leaf.logical = Some(LogicalType::Uuid);
        }
    }
    let kept_leaves = kept_leaves(file.schema_descr(), kept);
    let leaves = leaves(&schema);
    let mut footer = Footer::default();
    for (ordinal, group) in metadata.row_groups().iter().enumerate() {
        let chunks: Vec<FinishedChunk> = kept_leaves
            .iter()
            .zip(&leaves)
            .map(|(leaf, element)| finished_chunk(metadata, (ordinal, *leaf), element))
            .collect();
        footer.push(group.num_rows() as u64, &chunks, &leaves);
    }
    let all: Vec<usize> = (0..kept_leaves.len()).collect();
    let mut key_values = key_values(metadata, arrow_schema, kept);
    key_values.extend(ours);
    footer.append(&shared::Ending { schema, kept: &all, sorted, key_values }, position, out)
}

/// How large the footer grows with each row group.
#[derive(Default)]
pub(super) struct Growth {
    size: FooterSize,
    /// The schema's elements and its leaves; of no columns before the first row group.
    elements: usize,
    leaves: Vec<Leaf>,
    /// Bytes of memory that `ArrowWriter` keeps of all row groups, about.
    bytes_held: usize,
}

/// How many times the bytes of a chunk's metadata in the footer it takes in memory beside its struct, about.
const IN_MEMORY: usize = 2;

impl Growth {
    pub(super) fn bytes_held(&self) -> usize {
        self.bytes_held
    }

    /// Adds a row group.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`](crate::ErrorKind::FileLimit).
    pub(super) fn add(&mut self, group: &RowGroupMetaData) -> Result<()> {
        if self.leaves.is_empty() {
            let mut schema = Vec::new();
            append_elements(group.schema_descr().root_schema(), &mut schema);
            (self.elements, self.leaves) = (schema.len(), leaves(&schema));
        }
        self.size.add_row_group(group.num_rows() as u64);
        for (chunk, leaf) in group.columns().iter().zip(&self.leaves) {
            let meta_data = meta_data(chunk, leaf);
            let (before, after) = meta_data.encoded();
            let encoded = before.len() + after.len();
            self.size.add_chunk(&meta_data, encoded);
            self.bytes_held += size_of::<ColumnChunkMetaData>() + encoded * IN_MEMORY;
        }
        self.size.check(ColumnSizes::of(&self.leaves, self.elements))
    }
}

/// The leaves below the kept columns: a nested column has several.
fn kept_leaves(descriptor: &SchemaDescriptor, kept: &[usize]) -> Vec<usize> {
    (0..descriptor.num_columns())
        .filter(|leaf| kept.contains(&descriptor.get_column_root_idx(*leaf)))
        .collect()
}

/// The key-value metadata, with Arrow's schema, where it is there, of the kept columns only.
fn key_values(
    metadata: &ParquetMetaData,
    arrow_schema: &ArrowSchema,
    kept: &[usize],
) -> Vec<KeyValue> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let pair = |pair: &parquet::file::metadata::KeyValue| {
        let is_schema = pair.key == ARROW_SCHEMA_META_KEY;
        let of_kept = || arrow_schema.project(kept).ok().map(|schema| encode_arrow_schema(&schema));
        let value = if is_schema { of_kept() } else { pair.value.clone() };
        KeyValue { key: pair.key.clone(), value }
    };
    pairs.into_iter().flatten().map(pair).collect()
}

#[cfg(test)]
#[path = "footer_tests.rs"]
mod tests;
