//! A footer without the columns that turned out to be null in every row, and with the order of those row
//! groups that turned out to be sorted.
//!
//! `ArrowWriter` fixes the columns before the first row group and then writes them all, and takes one
//! order for the whole file. So the footer that it made is set aside and one is written that does not
//! mention the others; the few bytes of their pages stay behind unused. Format: <https://github.com/apache/parquet-format>.

use std::sync::Arc;

use arrow::datatypes::Schema as ArrowSchema;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::errors::Result;
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData,
    SortingColumn,
};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::backend::{Pieces, footer};
use crate::order::Order;

/// Appends page indexes and footer to `out`, which is the file from byte `position` on, with only
/// the columns `kept`, given by their places. Returns what was written.
pub(super) fn rewritten(
    metadata: ParquetMetaData,
    arrow_schema: &ArrowSchema,
    kept: &[usize],
    order: &Order,
    position: usize,
    out: &mut Pieces,
) -> Result<ParquetMetaData> {
    let file = metadata.file_metadata();
    let root = file.schema();
    let fields = kept.iter().map(|place| Arc::clone(&root.get_fields()[*place])).collect();
    let schema = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    let descriptor = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
    let leaves = kept_leaves(file.schema_descr(), kept);
    let orders =
        file.column_orders().map(|orders| leaves.iter().map(|leaf| orders[*leaf]).collect());
    let kept_file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        key_values(file.key_value_metadata(), arrow_schema, kept),
        Arc::clone(&descriptor),
        orders,
    );
    let mut builder = ParquetMetaDataBuilder::new(kept_file);
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let sorting = order.sorting_columns(index, &descriptor);
        builder = builder.add_row_group(kept_chunks(group, &descriptor, &leaves, sorting)?);
    }
    if let Some(all) = metadata.page_index() {
        let all = Arc::clone(all);
        builder = builder.set_page_index(Some(Arc::new(KeptPageIndex { all, leaves })));
    }
    let metadata = builder.build();
    footer::append(&metadata, position as u64, out)?;
    Ok(metadata)
}

/// The leaves below the kept columns: a nested column has several.
fn kept_leaves(descriptor: &SchemaDescriptor, kept: &[usize]) -> Vec<usize> {
    (0..descriptor.num_columns())
        .filter(|leaf| kept.contains(&descriptor.get_column_root_idx(*leaf)))
        .collect()
}

/// The key-value metadata, with Arrow's schema, where it is there, of the kept columns only.
fn key_values(
    all: Option<&Vec<KeyValue>>,
    arrow_schema: &ArrowSchema,
    kept: &[usize],
) -> Option<Vec<KeyValue>> {
    let mut pairs = all?.clone();
    for pair in pairs.iter_mut().filter(|pair| pair.key == ARROW_SCHEMA_META_KEY) {
        pair.value = arrow_schema.project(kept).ok().map(|schema| encode_arrow_schema(&schema));
    }
    Some(pairs)
}

fn kept_chunks(
    group: &RowGroupMetaData,
    descriptor: &Arc<SchemaDescriptor>,
    leaves: &[usize],
    sorting: Option<Vec<SortingColumn>>,
) -> Result<RowGroupMetaData> {
    let chunks: Vec<_> = leaves.iter().map(|leaf| group.column(*leaf).clone()).collect();
    let start = chunks.iter().map(|chunk| chunk.byte_range().0 as i64).min();
    let mut builder = RowGroupMetaData::builder(Arc::clone(descriptor))
        .set_num_rows(group.num_rows())
        .set_total_byte_size(chunks.iter().map(|chunk| chunk.uncompressed_size()).sum())
        .set_sorting_columns(sorting)
        .set_column_metadata(chunks);
    if let Some(ordinal) = group.ordinal() {
        builder = builder.set_ordinal(ordinal);
    }
    if let Some(start) = start {
        builder = builder.set_file_offset(start);
    }
    builder.build()
}

/// The page indexes of some columns of a file.
#[derive(Debug)]
struct KeptPageIndex {
    all: Arc<dyn PageIndexProvider>,
    leaves: Vec<usize>,
}

impl PageIndexProvider for KeptPageIndex {
    fn has_offset_indexes(&self) -> bool {
        self.all.has_offset_indexes()
    }

    fn has_column_indexes(&self) -> bool {
        self.all.has_column_indexes()
    }

    fn column_index(&self, row_group: usize, column: usize) -> Option<&ColumnIndexMetaData> {
        self.all.column_index(row_group, *self.leaves.get(column)?)
    }

    fn offset_index(&self, row_group: usize, column: usize) -> Option<&OffsetIndexMetaData> {
        self.all.offset_index(row_group, *self.leaves.get(column)?)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
