//! The rules of a file's layout that readers rely on, some of which no specification states. Checked
//! on every file that a test reads, from the footer alone, without any of the writer's code.

use std::collections::HashMap;

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

/// Panics where a rule is broken.
pub fn check(file: &[u8]) {
    let footer = super::footer(file);
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    let meta = footer.file_metadata();
    let created_by = meta.created_by().expect("who wrote it");
    assert!(
        created_by.starts_with("bucksaw version ") && created_by.ends_with(')'),
        "{created_by}"
    );
    let leaves = meta.schema_descr().num_columns();
    assert!(leaves > 0, "many readers take no file without columns");
    assert_eq!(meta.column_orders().map_or(leaves, Vec::len), leaves);
    assert!(!meta.schema().get_basic_info().has_repetition(), "the root has no repetition");
    let rows: i64 = footer.row_groups().iter().map(|group| group.num_rows()).sum();
    assert_eq!(rows, meta.num_rows());
    check_row_groups(&footer);
    check_ranges(&footer, file.len() as u64);
    check_bloom_filters(&footer);
    check_codecs(&footer);
}

fn start(chunk: &ColumnChunkMetaData) -> i64 {
    chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset())
}

fn end(chunk: &ColumnChunkMetaData) -> i64 {
    start(chunk) + chunk.compressed_size()
}

/// Readers find a row group by its first leaf's chunk, and hand it to whoever owns its middle.
fn check_row_groups(footer: &ParquetMetaData) {
    let data_end = footer.row_groups().iter().flat_map(|group| group.columns()).map(end).max();
    let (mut previous_start, mut previous_middle) = (0, 0);
    for (index, group) in footer.row_groups().iter().enumerate() {
        assert!(group.num_rows() > 0, "row group {index} has no rows");
        let first = start(group.column(0));
        let least = group.columns().iter().map(start).min();
        assert_eq!(Some(first), least, "row group {index} does not start with its first leaf");
        assert_eq!(group.file_offset(), Some(first), "row group {index}");
        assert!(first > previous_start, "row group {index} starts before the one before");
        assert!(
            first > previous_middle,
            "row group {index} starts before the middle of the one before"
        );
        previous_start = first;
        let middle = first + group.compressed_size() / 2;
        assert!(Some(middle) < data_end, "the middle of row group {index} is nowhere");
        // Chunks of late columns at the file's end move the middle of a small row group on, beyond
        // the next one's start. It still is in the data, so that exactly one reader owns it.
        let has_late =
            group.columns().iter().any(|chunk| end(chunk) - first > group.compressed_size());
        previous_middle = if has_late { first } else { middle };
        let encoded: i64 = group.columns().iter().map(ColumnChunkMetaData::uncompressed_size).sum();
        assert_eq!(group.total_byte_size(), encoded, "row group {index}");
        for chunk in group.columns() {
            assert!(chunk.num_values() >= group.num_rows(), "row group {index}");
            assert_eq!(chunk.file_path(), None);
            if let Some(dictionary) = chunk.dictionary_page_offset() {
                assert!(dictionary < chunk.data_page_offset());
            }
        }
    }
}

/// Where a chunk's bloom filter starts, and its bytes.
fn bloom_filter(chunk: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let start = chunk.bloom_filter_offset()?;
    Some((start as u64, chunk.bloom_filter_length().expect("its length") as u64))
}

/// Bloom filters lie in the order of row groups and columns, each behind its column chunk, and those of
/// a row group have nothing between them.
fn check_bloom_filters(footer: &ParquetMetaData) {
    let mut previous = (0, 0);
    for (index, group) in footer.row_groups().iter().enumerate() {
        let mut is_first = true;
        for chunk in group.columns() {
            let Some((offset, len)) = bloom_filter(chunk) else { continue };
            assert!(offset >= end(chunk) as u64, "row group {index}: a filter before its column");
            assert!(offset > previous.0, "row group {index}: filters are not in order");
            assert!(
                is_first || offset == previous.0 + previous.1,
                "row group {index}: a gap before the filter at {offset}"
            );
            (previous, is_first) = ((offset, len), false);
        }
    }
}

/// No two things overlap, none is empty, and the indexes lie between the data and the footer.
fn check_ranges(footer: &ParquetMetaData, file_len: u64) {
    let chunks = || footer.row_groups().iter().flat_map(|group| group.columns());
    let mut data: Vec<(u64, u64)> = chunks().map(ColumnChunkMetaData::byte_range).collect();
    data.extend(chunks().filter_map(bloom_filter));
    data.sort_unstable();
    let mut end = 4;
    for (start, len) in data {
        assert!(start >= end && len > 0, "a chunk of {len} bytes at {start}, before {end}");
        end = start + len;
    }
    let column_indexes = chunks().filter_map(ColumnChunkMetaData::column_index_range);
    let offset_indexes = chunks().filter_map(ColumnChunkMetaData::offset_index_range);
    let mut indexes: Vec<_> = column_indexes.chain(offset_indexes).collect();
    indexes.sort_unstable_by_key(|range| range.start);
    for (place, range) in indexes.iter().enumerate() {
        assert!(
            range.start >= end && range.end > range.start,
            "an index at {range:?}, before {end}"
        );
        assert!(place == 0 || range.start == end, "a gap between the indexes at {end}");
        end = range.end;
    }
    assert!(end + 12 <= file_len);
}

/// Some readers take a column's codec from its first row group for all of them.
fn check_codecs(footer: &ParquetMetaData) {
    let mut codecs: HashMap<String, Compression> = HashMap::new();
    for chunk in footer.row_groups().iter().flat_map(|group| group.columns()) {
        let codec = *codecs.entry(chunk.column_path().string()).or_insert(chunk.compression());
        assert_eq!(codec, chunk.compression(), "{} changes its codec", chunk.column_path());
    }
}
