//! The file: row groups in order, each with its bloom filters behind it, then a chunk of nulls for each
//! row group that lacks a late column, then page indexes and footer.
//!
//! A column is late if it has its first value after a row group was finished. The first column of
//! the file is never late, and late columns come after all earlier ones, since readers find a row
//! group by the chunk of its first column.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{
    BoundaryOrder, ConvertedType, Encoding, LogicalType, PageType, Repetition, TimeUnit,
    Type as PhysicalType,
};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::page_index::PageIndexBuilder;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, FileMetaData, KeyValue, OffsetIndexBuilder,
    PageEncodingStats, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData,
};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};

use super::column_chunk::{DataPage, EncodedChunk, Encoder};
use super::row_group::EncodedRowGroup;
use super::statistics::{Bound, Bounds, compare_bits};
use crate::backend::{Pieces, footer};
use crate::column_type::ELEMENT_NAME;
use crate::declared_schema::REST_COLUMN;
use crate::error::Result;
use crate::options::{Compression, Statistics};
use crate::order::Order;
use crate::schema::{Column, ColumnType};

const MAGIC: &[u8; 4] = b"PAR1";

/// Every encoding that data pages may have.
const ENCODINGS: [Encoding; 6] = [
    Encoding::PLAIN,
    Encoding::RLE_DICTIONARY,
    Encoding::DELTA_BINARY_PACKED,
    Encoding::DELTA_LENGTH_BYTE_ARRAY,
    Encoding::DELTA_BYTE_ARRAY,
    Encoding::BYTE_STREAM_SPLIT,
];

/// A column of the file.
#[derive(Debug)]
pub(super) struct FileColumn {
    pub(super) name: String,
    pub(super) ty: ColumnType,
    /// In the schema; none for a column that only stands in for those to come.
    pub(super) place: Option<usize>,
    pub(super) is_late: bool,
}

impl FileColumn {
    pub(super) fn new(column: &Column, place: usize, is_late: bool) -> Self {
        let ty = column.ty.clone().unwrap_or(ColumnType::Text);
        Self { name: column.name.clone(), ty, place: Some(place), is_late }
    }

    /// The first column of a file whose first row group has none.
    pub(super) fn stand_in() -> Self {
        Self { name: REST_COLUMN.to_owned(), ty: ColumnType::Text, place: None, is_late: false }
    }
}

/// A chunk in the file.
#[derive(Debug)]
struct PlacedChunk {
    start: u64,
    len: usize,
    has_dictionary: bool,
    pages: Vec<DataPage>,
    encoded: usize,
    bounds: Bounds,
    nulls: usize,
    distinct: Option<usize>,
    bloom_filter: Option<Range<u64>>,
}

#[derive(Debug)]
struct PlacedRowGroup {
    rows: usize,
    /// For the first of the file's columns; late ones have theirs at the file's end.
    chunks: Vec<PlacedChunk>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct File {
    position: u64,
    groups: Vec<PlacedRowGroup>,
}

impl File {
    /// Appends a row group.
    pub(super) fn append(&mut self, mut group: EncodedRowGroup, out: &mut Pieces) {
        if self.position == 0 {
            self.append_bytes(MAGIC.to_vec(), out);
        }
        let filters: Vec<Vec<u8>> =
            group.chunks.iter_mut().map(|chunk| std::mem::take(&mut chunk.bloom_filter)).collect();
        let mut chunks: Vec<PlacedChunk> =
            group.chunks.into_iter().map(|chunk| self.place(chunk, out)).collect();
        // Not at the file's end, where the filters of all row groups would have to wait for it.
        for (chunk, filter) in
            chunks.iter_mut().zip(filters).filter(|(_, filter)| !filter.is_empty())
        {
            let start = self.position;
            self.append_bytes(filter, out);
            chunk.bloom_filter = Some(start..self.position);
        }
        self.groups.push(PlacedRowGroup { rows: group.rows, chunks });
    }

    pub(super) fn has_row_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    fn append_bytes(&mut self, bytes: Vec<u8>, out: &mut Pieces) {
        self.position += bytes.len() as u64;
        out.push(bytes);
    }

    fn place(&mut self, mut chunk: EncodedChunk, out: &mut Pieces) -> PlacedChunk {
        let start = self.position;
        let nulls = chunk.nulls();
        let has_dictionary = !chunk.dictionary.is_empty();
        self.append_bytes(chunk.dictionary, out);
        chunk.data.drain().for_each(|piece| self.append_bytes(piece, out));
        PlacedChunk {
            start,
            len: (self.position - start) as usize,
            has_dictionary,
            nulls,
            distinct: chunk.distinct,
            pages: chunk.pages,
            encoded: chunk.encoded,
            bounds: chunk.bounds,
            bloom_filter: None,
        }
    }

    /// Ends the file. Those of its columns that are in the footer are `kept`, by their places.
    pub(super) fn finish(
        mut self,
        ending: &Ending<'_>,
        kept: &[usize],
        encoder: &mut Encoder,
        out: &mut Pieces,
    ) -> Result<ParquetMetaData> {
        if self.position == 0 {
            self.append_bytes(MAGIC.to_vec(), out);
        }
        let mut groups = std::mem::take(&mut self.groups);
        for group in &mut groups {
            for column in &ending.columns[group.chunks.len()..] {
                let nulls = EncodedChunk::of_nulls(&column.ty, group.rows, encoder)?;
                group.chunks.push(self.place(nulls, out));
            }
        }
        let metadata = ending.metadata(&groups, kept).map_err(footer::failed)?;
        footer::append(&metadata, self.position, out).map_err(footer::failed)?;
        Ok(metadata)
    }
}

/// What a file's end takes beside its chunks.
pub(super) struct Ending<'e> {
    pub(super) columns: &'e [FileColumn],
    pub(super) compression: Compression,
    pub(super) statistics: Statistics,
    pub(super) order: &'e Order,
    pub(super) key_values: Option<Vec<KeyValue>>,
}

impl Ending<'_> {
    fn metadata(
        &self,
        groups: &[PlacedRowGroup],
        kept: &[usize],
    ) -> ParquetResult<ParquetMetaData> {
        let fields = kept
            .iter()
            .map(|place| &self.columns[*place])
            .map(|column| field(&column.name, &column.ty).map(Arc::new))
            .collect::<ParquetResult<Vec<_>>>()?;
        let root = Type::group_type_builder("schema").with_fields(fields).build()?;
        let descriptor = Arc::new(SchemaDescriptor::new(Arc::new(root)));
        let rows: usize = groups.iter().map(|group| group.rows).sum();
        let created_by = Some(footer::CREATED_BY.to_owned());
        let file = FileMetaData::new(
            1,
            rows as i64,
            created_by,
            self.key_values.clone(),
            Arc::clone(&descriptor),
            None,
        );
        let mut builder = ParquetMetaDataBuilder::new(file);
        let mut indexes = PageIndexBuilder::new(groups.len(), kept.len());
        for (ordinal, group) in groups.iter().enumerate() {
            let mut chunks = Vec::with_capacity(kept.len());
            for (leaf, place) in kept.iter().enumerate() {
                let (chunk, ty) = (&group.chunks[*place], self.columns[*place].ty.leaf());
                chunks.push(self.chunk_metadata(chunk, ty, descriptor.column(leaf))?);
                if self.statistics == Statistics::Page {
                    indexes.put_offset_index(offset_index(chunk), ordinal, leaf);
                    if let Some(index) = column_index(chunk, ty) {
                        indexes.put_column_index(index.build()?, ordinal, leaf);
                    }
                }
            }
            let start = chunks.iter().map(|chunk| chunk.byte_range().0).min().unwrap_or_default();
            let mut row_group = RowGroupMetaData::builder(Arc::clone(&descriptor))
                .set_num_rows(group.rows as i64)
                .set_total_byte_size(
                    chunks.iter().map(ColumnChunkMetaData::uncompressed_size).sum(),
                )
                .set_file_offset(start as i64)
                .set_sorting_columns(self.order.sorting_columns(ordinal, &descriptor))
                .set_column_metadata(chunks);
            // The format has 16 bits for it.
            if ordinal <= i16::MAX as usize {
                row_group = row_group.set_ordinal(ordinal as i32);
            }
            builder = builder.add_row_group(row_group.build()?);
        }
        Ok(builder.set_page_index(Some(Arc::new(indexes.build()))).build())
    }

    fn chunk_metadata(
        &self,
        chunk: &PlacedChunk,
        ty: &ColumnType,
        column: ColumnDescPtr,
    ) -> ParquetResult<ColumnChunkMetaData> {
        let first_page = chunk.pages.first().map_or(0, |page| page.offset);
        let values: usize = chunk.pages.iter().map(|page| page.values).sum();
        let mut encodings = vec![Encoding::RLE];
        let mut page_encodings = Vec::new();
        let count =
            |encoding| chunk.pages.iter().filter(|page| page.encoding == encoding).count() as i32;
        if chunk.has_dictionary {
            let stats = PageEncodingStats {
                page_type: PageType::DICTIONARY_PAGE,
                encoding: Encoding::PLAIN,
                count: 1,
            };
            page_encodings.push(stats);
        }
        for encoding in ENCODINGS {
            let pages = count(encoding);
            if pages > 0 {
                page_encodings.push(PageEncodingStats {
                    page_type: PageType::DATA_PAGE,
                    encoding,
                    count: pages,
                });
            }
            if pages > 0 || (encoding == Encoding::PLAIN && chunk.has_dictionary) {
                encodings.push(encoding);
            }
        }
        let mut builder = ColumnChunkMetaData::builder(column)
            .set_compression(footer::codec(self.compression))
            .set_encodings(encodings)
            .set_page_encoding_stats(page_encodings)
            .set_num_values(values as i64)
            .set_total_compressed_size(chunk.len as i64)
            .set_total_uncompressed_size(chunk.encoded as i64)
            .set_data_page_offset((chunk.start as usize + first_page) as i64)
            .set_dictionary_page_offset(chunk.has_dictionary.then_some(chunk.start as i64));
        if let Some(filter) = &chunk.bloom_filter {
            builder = builder
                .set_bloom_filter_offset(Some(filter.start as i64))
                .set_bloom_filter_length(Some((filter.end - filter.start) as i32));
        }
        if self.statistics != Statistics::None {
            builder = builder.set_statistics(chunk.bounds.to_statistics(
                ty,
                chunk.nulls as u64,
                chunk.distinct.map(|distinct| distinct as u64),
            ));
        }
        builder.build()
    }
}

/// The column as the schema has it, with the old annotation beside the new one.
fn field(name: &str, ty: &ColumnType) -> ParquetResult<Type> {
    let (physical, logical) = match ty {
        ColumnType::List(element) => return list_field(name, element),
        ColumnType::Bool => (PhysicalType::BOOLEAN, None),
        ColumnType::I32 => (PhysicalType::INT32, None),
        ColumnType::F32 => (PhysicalType::FLOAT, None),
        ColumnType::F64 => (PhysicalType::DOUBLE, None),
        ColumnType::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnType::Bytes => (PhysicalType::BYTE_ARRAY, None),
        ColumnType::U64 => (PhysicalType::INT64, Some(LogicalType::integer(64, false))),
        ColumnType::Timestamp => {
            (PhysicalType::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS)))
        }
        ColumnType::I64 | ColumnType::Arrow(_) => (PhysicalType::INT64, None),
    };
    Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

/// A list of three levels: the list, its elements, and each of them, which may be null as the list may.
fn list_field(name: &str, element: &ColumnType) -> ParquetResult<Type> {
    let element = Arc::new(field(ELEMENT_NAME, element)?);
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![element])
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(list)])
        .build()
}

fn offset_index(
    chunk: &PlacedChunk,
) -> parquet::file::page_index::offset_index::OffsetIndexMetaData {
    let mut builder = OffsetIndexBuilder::new();
    for page in &chunk.pages {
        builder.append_row_count(page.rows as i64);
        builder
            .append_offset_and_size((chunk.start as usize + page.offset) as i64, page.len as i32);
    }
    builder.build()
}

/// The column index; none where a page has values and no bound.
fn column_index(chunk: &PlacedChunk, ty: &ColumnType) -> Option<ColumnIndexBuilder> {
    let physical = match ty {
        ColumnType::Bool => PhysicalType::BOOLEAN,
        ColumnType::I32 => PhysicalType::INT32,
        ColumnType::F32 => PhysicalType::FLOAT,
        ColumnType::F64 => PhysicalType::DOUBLE,
        ColumnType::Text | ColumnType::Bytes => PhysicalType::BYTE_ARRAY,
        _ => PhysicalType::INT64,
    };
    let mut builder = ColumnIndexBuilder::new(physical);
    let mut written = Vec::new();
    for page in &chunk.pages {
        let is_float = matches!(ty, ColumnType::F32 | ColumnType::F64);
        let nans = is_float.then_some(page.bounds.nans as i64);
        if page.nulls == page.values {
            builder.append(true, Vec::new(), Vec::new(), page.nulls as i64, nans);
            continue;
        }
        let (least, greatest) = page.bounds.to_bytes(ty)?;
        written.push((page.bounds.clone(), least.clone(), greatest.clone()));
        builder.append(false, least, greatest, page.nulls as i64, nans);
    }
    builder.set_boundary_order(boundary_order(&written, ty));
    Some(builder)
}

fn boundary_order(pages: &[(Bounds, Vec<u8>, Vec<u8>)], ty: &ColumnType) -> BoundaryOrder {
    let compare = |a: (&Option<Bound>, &[u8]), b: (&Option<Bound>, &[u8])| match (a.0, b.0) {
        (Some(Bound::Bits(a)), Some(Bound::Bits(b))) => compare_bits(ty, *a, *b),
        _ => a.1.cmp(b.1),
    };
    let all = |is_in_order: fn(std::cmp::Ordering) -> bool| {
        pages.windows(2).all(|pair| {
            let [(a, a_least, a_greatest), (b, b_least, b_greatest)] = pair else { return true };
            is_in_order(compare((&a.least, a_least), (&b.least, b_least)))
                && is_in_order(compare((&a.greatest, a_greatest), (&b.greatest, b_greatest)))
        })
    };
    if all(std::cmp::Ordering::is_le) {
        BoundaryOrder::ASCENDING
    } else if all(std::cmp::Ordering::is_ge) {
        BoundaryOrder::DESCENDING
    } else {
        BoundaryOrder::UNORDERED
    }
}
