//! What the parquet crate has read of a footer, as what we write.

use parquet::basic::ConvertedType;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::file::statistics::Statistics as CrateStatistics;
use parquet::schema::types::Type;

use super::finished_row_group::FinishedChunk;
use crate::format::metadata::{ColumnMetaData, PageEncodingStats, SizeStatistics};
use crate::format::page_index::{ColumnIndex, OffsetIndex, PageLocation};
use crate::format::schema::{Leaf, SchemaElement};
use crate::format::statistics::Statistics;

/// Appends an element of the schema, and all below it.
pub(super) fn append_elements(of: &Type, elements: &mut Vec<SchemaElement>) {
    let info = of.get_basic_info();
    let known = |value: i32| (value >= 0).then_some(value);
    let mut element = SchemaElement {
        repetition: info.has_repetition().then(|| info.repetition()),
        name: info.name().to_owned(),
        converted: Some(info.converted_type())
            .filter(|converted| *converted != ConvertedType::NONE),
        field_id: info.has_id().then(|| info.id()),
        logical: info.logical_type_ref().cloned(),
        ..SchemaElement::default()
    };
    match of {
        Type::PrimitiveType { physical_type, type_length, scale, precision, .. } => {
            element.physical = Some(*physical_type);
            element.type_length = known(*type_length);
            element.scale = known(*scale);
            element.precision = known(*precision);
            elements.push(element);
        }
        Type::GroupType { fields, .. } => {
            element.children = Some(fields.len() as i32);
            elements.push(element);
            fields.iter().for_each(|field| append_elements(field, elements));
        }
    }
}

pub(super) fn finished_chunk(
    metadata: &ParquetMetaData,
    (row_group, column): (usize, usize),
    leaf: &Leaf,
) -> FinishedChunk {
    let index = metadata.page_index();
    let column_index = index.and_then(|index| index.column_index(row_group, column));
    let offset_index = index.and_then(|index| index.offset_index(row_group, column));
    FinishedChunk {
        meta_data: meta_data(metadata.row_group(row_group).column(column), leaf),
        column_index: column_index
            .and_then(column_index_of)
            .and_then(|index| index.in_type_order(&leaf.element)),
        offset_index: offset_index.map(offset_index_of),
    }
}

pub(super) fn meta_data(chunk: &ColumnChunkMetaData, leaf: &Leaf) -> ColumnMetaData {
    let sizes = SizeStatistics {
        unencoded_byte_array_data_bytes: chunk.unencoded_byte_array_data_bytes(),
        repetition_level_histogram: chunk
            .repetition_level_histogram()
            .map(|histogram| histogram.values().to_vec()),
        definition_level_histogram: chunk
            .definition_level_histogram()
            .map(|histogram| histogram.values().to_vec()),
    };
    let stats = |stats: &parquet::file::metadata::PageEncodingStats| PageEncodingStats {
        page_type: stats.page_type,
        encoding: stats.encoding,
        count: stats.count,
    };
    ColumnMetaData {
        physical: chunk.column_type(),
        encodings: chunk.encodings().collect(),
        codec: chunk.compression(),
        num_values: chunk.num_values(),
        total_uncompressed_size: chunk.uncompressed_size(),
        total_compressed_size: chunk.compressed_size(),
        data_page_offset: chunk.data_page_offset(),
        dictionary_page_offset: chunk.dictionary_page_offset(),
        statistics: chunk.statistics().map(statistics).map(|of| of.in_type_order(&leaf.element)),
        encoding_stats: chunk.page_encoding_stats().into_iter().flatten().map(stats).collect(),
        bloom_filter: chunk
            .bloom_filter_offset()
            .map(|offset| (offset, chunk.bloom_filter_length())),
        size_statistics: Some(sizes).filter(|sizes| *sizes != SizeStatistics::default()),
    }
}

fn statistics(of: &CrateStatistics) -> Statistics {
    Statistics {
        null_count: of.null_count_opt().map(|count| count as i64),
        distinct_count: of.distinct_count_opt().map(|count| count as i64),
        max: of.max_bytes_opt().map(<[u8]>::to_vec),
        min: of.min_bytes_opt().map(<[u8]>::to_vec),
        is_max_exact: of.max_is_exact(),
        is_min_exact: of.min_is_exact(),
        nan_count: of.nan_count_opt().map(|count| count as i64),
    }
}

fn offset_index_of(index: &OffsetIndexMetaData) -> OffsetIndex {
    let location = |page: &parquet::file::page_index::offset_index::PageLocation| PageLocation {
        offset: page.offset,
        compressed_page_size: page.compressed_page_size,
        first_row_index: page.first_row_index,
    };
    OffsetIndex {
        page_locations: index.page_locations().iter().map(location).collect(),
        unencoded_byte_array_data_bytes: index.unencoded_byte_array_data_bytes().cloned(),
    }
}

fn column_index_of(index: &ColumnIndexMetaData) -> Option<ColumnIndex> {
    let pages = 0..index.num_pages() as usize;
    let (min_values, max_values) = pages.clone().map(|page| page_bounds(index, page)).unzip();
    let histogram = |of_page: fn(&ColumnIndexMetaData, usize) -> Option<&[i64]>| {
        let pages: Option<Vec<_>> = pages.clone().map(|page| of_page(index, page)).collect();
        pages.map(|pages| pages.concat()).filter(|histogram| !histogram.is_empty())
    };
    Some(ColumnIndex {
        null_pages: pages.clone().map(|page| index.is_null_page(page)).collect(),
        min_values,
        max_values,
        boundary_order: index.get_boundary_order()?,
        null_counts: index.null_counts().cloned(),
        repetition_level_histograms: histogram(ColumnIndexMetaData::repetition_level_histogram),
        definition_level_histograms: histogram(ColumnIndexMetaData::definition_level_histogram),
        nan_counts: index.nan_counts().cloned(),
    })
}

/// A page's bounds; empty where it has only nulls.
fn page_bounds(index: &ColumnIndexMetaData, page: usize) -> (Vec<u8>, Vec<u8>) {
    use ColumnIndexMetaData as Index;
    macro_rules! numbers {
        ($index:expr) => {
            (
                $index.min_value(page).map(|value| value.to_le_bytes().to_vec()),
                $index.max_value(page).map(|value| value.to_le_bytes().to_vec()),
            )
        };
    }
    let (min, max) = match index {
        Index::BOOLEAN(index) => (
            index.min_value(page).map(|value| vec![u8::from(*value)]),
            index.max_value(page).map(|value| vec![u8::from(*value)]),
        ),
        Index::INT32(index) => numbers!(index),
        Index::INT64(index) => numbers!(index),
        Index::FLOAT(index) => numbers!(index),
        Index::DOUBLE(index) => numbers!(index),
        Index::BYTE_ARRAY(index) | Index::FIXED_LEN_BYTE_ARRAY(index) => {
            (index.min_value(page).map(<[u8]>::to_vec), index.max_value(page).map(<[u8]>::to_vec))
        }
        // No longer written.
        Index::INT96(_) => (None, None),
    };
    (min.unwrap_or_default(), max.unwrap_or_default())
}
