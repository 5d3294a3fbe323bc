//! The rules of a file's layout that readers rely on, some of which no specification states. Checked
//! on every file that a test reads, from the footer and the pages' bytes, without any of the writer's
//! code.

use std::collections::HashMap;

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use super::chunk::check_chunks;

/// Fine, or the rule that is broken.
pub type Checked = Result<(), String>;

/// Panics where a rule is broken.
pub fn check(file: &[u8]) {
    if let Err(broken) = check_with(&super::footer(file), file) {
        panic!("{broken}");
    }
}

/// Checks a file as if this were its footer.
pub fn check_with(footer: &ParquetMetaData, file: &[u8]) -> Checked {
    check_file(footer, file)?;
    check_row_groups(footer)?;
    check_ranges(footer, file.len() as u64)?;
    check_bloom_filters(footer)?;
    check_late_chunks(footer)?;
    check_codecs(footer)?;
    check_chunks(footer, file)
}

pub fn rule(holds: bool, broken: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(broken()) }
}

fn check_file(footer: &ParquetMetaData, file: &[u8]) -> Checked {
    let is_framed = file.starts_with(b"PAR1") && file.ends_with(b"PAR1");
    rule(is_framed, || "no magic number".to_owned())?;
    let meta = footer.file_metadata();
    let created_by = meta.created_by().unwrap_or_default();
    rule(created_by.starts_with("bucksaw version ") && created_by.ends_with(')'), || {
        format!("written by {created_by:?}")
    })?;
    let leaves = meta.schema_descr().num_columns();
    rule(leaves > 0, || "many readers take no file without columns".to_owned())?;
    let has_statistics = chunks(footer).any(|chunk| chunk.statistics().is_some());
    let orders = meta.column_orders().map(Vec::len);
    rule(orders == Some(leaves) || (orders.is_none() && !has_statistics), || {
        format!("{orders:?} column orders for {leaves} columns")
    })?;
    let root = meta.schema();
    rule(!root.get_basic_info().has_repetition(), || "the root has a repetition".to_owned())?;
    let has_repetition = root.get_fields().iter().all(|f| f.get_basic_info().has_repetition());
    rule(has_repetition, || "a column has no repetition".to_owned())?;
    let rows: i64 = footer.row_groups().iter().map(RowGroupMetaData::num_rows).sum();
    rule(rows == meta.num_rows(), || format!("{rows} rows, not {}", meta.num_rows()))
}

pub fn chunks(footer: &ParquetMetaData) -> impl Iterator<Item = &ColumnChunkMetaData> {
    footer.row_groups().iter().flat_map(RowGroupMetaData::columns)
}

pub fn start(chunk: &ColumnChunkMetaData) -> i64 {
    chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset())
}

pub fn end(chunk: &ColumnChunkMetaData) -> i64 {
    start(chunk) + chunk.compressed_size()
}

/// Readers find a row group by its first leaf's chunk, and hand it to whoever owns its middle.
///
/// The middle is where the first leaf starts, and half the sizes of all chunks on. Where it is must be
/// inside of the data, as there alone exactly one split has it; it may be beyond the start of the next
/// row group, as it is where many late columns follow a small row group. All that readers then lose is
/// that a row group's bytes lie in its own split.
fn check_row_groups(footer: &ParquetMetaData) -> Checked {
    let data_end = chunks(footer).map(end).max().unwrap_or_default();
    let mut previous = 0;
    // The first one need not start at 4: a column that is left out may have been there.
    for (index, group) in footer.row_groups().iter().enumerate() {
        let broken = |what: &str| format!("row group {index} {what}");
        rule(group.num_rows() > 0, || broken("has no rows"))?;
        let first = start(group.column(0));
        let least = group.columns().iter().map(start).min();
        rule(Some(first) == least, || broken("does not start with its first leaf"))?;
        rule(group.file_offset() == Some(first), || broken("has another offset"))?;
        rule(first > previous, || broken("starts before the one before"))?;
        previous = first;
        let middle = first + group.compressed_size() / 2;
        rule(middle < data_end, || broken("has its middle nowhere"))?;
        let encoded: i64 = group.columns().iter().map(ColumnChunkMetaData::uncompressed_size).sum();
        rule(group.total_byte_size() == encoded, || broken("has another size"))?;
        for chunk in group.columns() {
            rule(chunk.num_values() >= group.num_rows(), || broken("lacks values"))?;
            rule(chunk.file_path().is_none(), || broken("names another file"))?;
        }
    }
    Ok(())
}

/// Where a chunk's bloom filter starts and ends.
fn bloom_filter(chunk: &ColumnChunkMetaData) -> Option<(i64, i64)> {
    let start = chunk.bloom_filter_offset()?;
    Some((start, start + i64::from(chunk.bloom_filter_length().unwrap_or_default())))
}

/// Bloom filters lie in the order of row groups and columns, each behind its column chunk, and those of
/// a row group have nothing between them.
fn check_bloom_filters(footer: &ParquetMetaData) -> Checked {
    let mut previous = (0, 0);
    for (index, group) in footer.row_groups().iter().enumerate() {
        let broken = |what: &str| format!("row group {index}: {what}");
        let mut is_first = true;
        for chunk in group.columns() {
            let Some(filter) = bloom_filter(chunk) else { continue };
            rule(filter.0 >= end(chunk), || broken("a filter before its column"))?;
            rule(filter.0 > previous.0, || broken("filters are not in order"))?;
            rule(is_first || filter.0 == previous.1, || broken("a gap between filters"))?;
            (previous, is_first) = (filter, false);
        }
    }
    Ok(())
}

/// Chunks beyond the next row group's start lie after all row groups.
fn check_late_chunks(footer: &ParquetMetaData) -> Checked {
    let groups = footer.row_groups();
    let Some(last) = groups.last() else { return Ok(()) };
    let groups_end = last.columns().iter().map(end).max().unwrap_or_default();
    for (index, pair) in groups.windows(2).enumerate() {
        let next = start(pair[1].column(0));
        for chunk in pair[0].columns().iter().filter(|chunk| start(chunk) > next) {
            rule(start(chunk) >= groups_end, || {
                format!("row group {index}: {} is neither within nor late", chunk.column_path())
            })?;
        }
    }
    Ok(())
}

/// No two things overlap, none is empty, and the indexes lie between the data and the footer: those of
/// columns, then those of offsets, each in the order of row groups and columns.
fn check_ranges(footer: &ParquetMetaData, file_len: u64) -> Checked {
    let mut data: Vec<_> = chunks(footer).map(|chunk| (start(chunk), end(chunk))).collect();
    data.extend(chunks(footer).filter_map(bloom_filter));
    data.sort_unstable();
    let mut at = 4;
    for (start, end) in data {
        rule(start >= at && end > start, || {
            format!("a chunk from {start} to {end}, where {at} is the first free byte")
        })?;
        at = end;
    }
    let mut at = u64::try_from(at).map_err(|_| "chunks end before the file".to_owned())?;
    let column_indexes = chunks(footer).filter_map(ColumnChunkMetaData::column_index_range);
    let offset_indexes = chunks(footer).filter_map(ColumnChunkMetaData::offset_index_range);
    for (place, range) in column_indexes.chain(offset_indexes).enumerate() {
        let follows = if place == 0 { range.start >= at } else { range.start == at };
        rule(follows && range.end > range.start, || {
            format!("an index at {range:?}, where {at} is the first free byte")
        })?;
        at = range.end;
    }
    rule(at + 12 <= file_len, || "the footer has no room".to_owned())
}

/// Some readers take a column's codec from its first row group for all of them.
fn check_codecs(footer: &ParquetMetaData) -> Checked {
    let mut codecs: HashMap<String, Compression> = HashMap::new();
    for chunk in chunks(footer) {
        let codec = *codecs.entry(chunk.column_path().string()).or_insert(chunk.compression());
        rule(codec == chunk.compression(), || format!("{} changes codec", chunk.column_path()))?;
    }
    Ok(())
}
