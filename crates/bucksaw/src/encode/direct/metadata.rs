//! What the footer and the page indexes say of columns and their chunks.

use std::cmp::Ordering;
use std::ops::Range;

use parquet::basic::{
    BoundaryOrder, Compression as Codec, Encoding, LogicalType, PageType, Repetition,
    TimeUnit as Unit, Type as ParquetType,
};

use super::column_chunk::EncodedChunk;
use super::columns::{FileColumn, storage_of};
use super::statistics::PAGE_BOUND_BYTES;
use crate::encode::codec::codec;
use crate::encode::finished_row_group::FinishedChunk;
use crate::format::metadata::{ColumnMetaData, PageEncodingStats};
use crate::format::page_index::{ColumnIndex, OffsetIndex, PageLocation};
use crate::format::schema::SchemaElement;
use crate::options::{Options, Statistics};
use crate::types::logical::{ColumnType, ELEMENT_NAME, ENTRIES_NAME, KEY_NAME, VALUE_NAME};
use crate::types::physical::{PhysicalType, Storage};
use crate::types::timestamp::TimeUnit;

/// Every encoding that data pages may have.
const ENCODINGS: [Encoding; 6] = [
    Encoding::PLAIN,
    Encoding::RLE_DICTIONARY,
    Encoding::DELTA_BINARY_PACKED,
    Encoding::DELTA_LENGTH_BYTE_ARRAY,
    Encoding::DELTA_BYTE_ARRAY,
    Encoding::BYTE_STREAM_SPLIT,
];

/// What all chunks of a file have in common.
#[derive(Debug)]
pub(super) struct Description {
    codec: Codec,
    statistics: Statistics,
}

impl Description {
    pub(super) fn new(options: &Options) -> Self {
        Self { codec: codec(options.compression), statistics: options.statistics }
    }

    /// A chunk of values stored so that is at these bytes of the file.
    pub(super) fn of_chunk(
        &self,
        chunk: &EncodedChunk,
        storage: Storage,
        has_dictionary: bool,
        range: Range<u64>,
    ) -> FinishedChunk {
        let first_page = chunk.pages.first().map_or(0, |page| page.offset);
        let values: usize = chunk.pages.iter().map(|page| page.values).sum();
        let (encodings, encoding_stats) = encodings(chunk, has_dictionary);
        let statistics = (self.statistics != Statistics::None).then(|| {
            let distinct = chunk.distinct.map(|distinct| distinct as i64);
            chunk.bounds.to_statistics(storage, chunk.nulls() as i64, distinct)
        });
        let has_indexes = self.statistics == Statistics::Page;
        FinishedChunk {
            meta_data: ColumnMetaData {
                physical: physical(storage),
                encodings,
                codec: self.codec,
                num_values: values as i64,
                total_uncompressed_size: chunk.encoded as i64,
                total_compressed_size: (range.end - range.start) as i64,
                data_page_offset: range.start as i64 + first_page as i64,
                dictionary_page_offset: has_dictionary.then_some(range.start as i64),
                statistics,
                encoding_stats,
                bloom_filter: None,
                size_statistics: None,
            },
            column_index: has_indexes.then(|| column_index(chunk, storage)).flatten(),
            offset_index: has_indexes.then(|| offset_index(chunk, range.start as i64)),
        }
    }
}

/// The encodings of a chunk, and how many pages have each.
fn encodings(
    chunk: &EncodedChunk,
    has_dictionary: bool,
) -> (Vec<Encoding>, Vec<PageEncodingStats>) {
    let mut encodings = vec![Encoding::RLE];
    let mut stats = Vec::new();
    if has_dictionary {
        let page_type = PageType::DICTIONARY_PAGE;
        stats.push(PageEncodingStats { page_type, encoding: Encoding::PLAIN, count: 1 });
    }
    for encoding in ENCODINGS {
        let count = chunk.pages.iter().filter(|page| page.encoding == encoding).count() as i32;
        if count > 0 {
            stats.push(PageEncodingStats { page_type: PageType::DATA_PAGE, encoding, count });
        }
        if count > 0 || (encoding == Encoding::PLAIN && has_dictionary) {
            encodings.push(encoding);
        }
    }
    encodings.sort_unstable();
    (encodings, stats)
}

/// The schema of a file with these columns.
pub(super) fn schema_elements<'c>(
    columns: impl ExactSizeIterator<Item = &'c FileColumn>,
) -> Vec<SchemaElement> {
    let mut elements = vec![SchemaElement::root("schema", columns.len())];
    for column in columns {
        let first = elements.len();
        append_elements(&column.name, &column.ty, &mut elements);
        elements[first].field_id = column.field_id;
    }
    elements
}

fn append_elements(name: &str, ty: &ColumnType, elements: &mut Vec<SchemaElement>) {
    let logical = match ty {
        // A list has three levels: the list, its elements, and each of them, which may be null as the
        // list may.
        ColumnType::List(element) => {
            let list = Some(LogicalType::List);
            elements.push(SchemaElement::group(name, Repetition::OPTIONAL, list));
            elements.push(SchemaElement::group("list", Repetition::REPEATED, None));
            return append_elements(ELEMENT_NAME, element, elements);
        }
        ColumnType::Map => {
            let map = Some(LogicalType::Map);
            elements.push(SchemaElement::group(name, Repetition::OPTIONAL, map));
            let mut entries = SchemaElement::group(ENTRIES_NAME, Repetition::REPEATED, None);
            entries.children = Some(2);
            elements.push(entries);
            append_elements(KEY_NAME, ty.leaf(), elements);
            if let Some(key) = elements.last_mut() {
                key.repetition = Some(Repetition::REQUIRED);
            }
            return append_elements(VALUE_NAME, ty.leaf(), elements);
        }
        ColumnType::Text | ColumnType::Json => Some(LogicalType::String),
        ColumnType::Int8 => Some(LogicalType::integer(8, true)),
        ColumnType::Int16 => Some(LogicalType::integer(16, true)),
        ColumnType::Uint8 => Some(LogicalType::integer(8, false)),
        ColumnType::Uint16 => Some(LogicalType::integer(16, false)),
        ColumnType::Uint32 => Some(LogicalType::integer(32, false)),
        ColumnType::Uint64 => Some(LogicalType::integer(64, false)),
        ColumnType::Timestamp(unit) => Some(LogicalType::timestamp(true, unit_of(*unit))),
        ColumnType::LocalTimestamp(unit) => Some(LogicalType::timestamp(false, unit_of(*unit))),
        ColumnType::Time(unit) => Some(LogicalType::time(false, unit_of(*unit))),
        ColumnType::Date => Some(LogicalType::Date),
        ColumnType::Decimal { precision, scale } => {
            Some(LogicalType::decimal((*scale).into(), (*precision).into()))
        }
        ColumnType::Uuid => Some(LogicalType::Uuid),
        _ => None,
    };
    let storage = storage_of(ty);
    let mut element = SchemaElement::leaf(name, physical(storage), logical);
    if let PhysicalType::FixedBytes(bytes) = storage.physical {
        element.type_length = Some(bytes as i32);
    }
    elements.push(element);
}

fn unit_of(unit: TimeUnit) -> Unit {
    match unit {
        TimeUnit::Millis => Unit::MILLIS,
        TimeUnit::Micros => Unit::MICROS,
        TimeUnit::Nanos => Unit::NANOS,
    }
}

/// What Parquet calls it.
fn physical(storage: Storage) -> ParquetType {
    match storage.physical {
        PhysicalType::Bool => ParquetType::BOOLEAN,
        PhysicalType::I32 => ParquetType::INT32,
        PhysicalType::I64 => ParquetType::INT64,
        PhysicalType::F32 => ParquetType::FLOAT,
        PhysicalType::F64 => ParquetType::DOUBLE,
        PhysicalType::Text | PhysicalType::Bytes => ParquetType::BYTE_ARRAY,
        PhysicalType::FixedBytes(_) => ParquetType::FIXED_LEN_BYTE_ARRAY,
    }
}

fn offset_index(chunk: &EncodedChunk, start: i64) -> OffsetIndex {
    let mut rows = 0;
    let location = |page: &super::column_chunk::DataPage| {
        let first_row_index = rows;
        rows += page.rows as i64;
        PageLocation {
            offset: start + page.offset as i64,
            compressed_page_size: page.len as i32,
            first_row_index,
        }
    };
    let page_locations = chunk.pages.iter().map(location).collect();
    OffsetIndex { page_locations, unencoded_byte_array_data_bytes: None }
}

/// The column index; none where a page has values and no bound.
fn column_index(chunk: &EncodedChunk, storage: Storage) -> Option<ColumnIndex> {
    let pages = || chunk.pages.iter();
    let mut bounds = Vec::with_capacity(chunk.pages.len());
    for page in pages() {
        if page.nulls == page.values {
            bounds.push((Vec::new(), Vec::new()));
        } else {
            bounds.push(page.bounds.to_bytes(storage.physical, PAGE_BOUND_BYTES)?);
        }
    }
    let has_values = chunk.pages.iter().map(|page| page.nulls < page.values);
    let of_values = bounds.iter().zip(has_values).filter_map(|(bounds, has)| has.then_some(bounds));
    let boundary_order = boundary_order(&of_values.collect::<Vec<_>>(), storage);
    let (min_values, max_values) = bounds.into_iter().unzip();
    Some(ColumnIndex {
        null_pages: pages().map(|page| page.nulls == page.values).collect(),
        min_values,
        max_values,
        boundary_order,
        null_counts: Some(pages().map(|page| page.nulls as i64).collect()),
        repetition_level_histograms: None,
        definition_level_histograms: None,
        nan_counts: storage
            .is_float()
            .then(|| pages().map(|page| page.bounds.nans as i64).collect()),
    })
}

fn boundary_order(pages: &[&(Vec<u8>, Vec<u8>)], storage: Storage) -> BoundaryOrder {
    let all = |is_in_order: fn(Ordering) -> bool| {
        pages.windows(2).all(|pair| {
            let [(a_min, a_max), (b_min, b_max)] = pair else { return true };
            is_in_order(storage.compare(a_min, b_min)) && is_in_order(storage.compare(a_max, b_max))
        })
    };
    if all(Ordering::is_le) {
        BoundaryOrder::ASCENDING
    } else if all(Ordering::is_ge) {
        BoundaryOrder::DESCENDING
    } else {
        BoundaryOrder::UNORDERED
    }
}
