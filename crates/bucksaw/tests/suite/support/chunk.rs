//! The rules for what is inside of a column chunk: its pages, their checksums and levels, and what the
//! page index says of them.

use bytes::Bytes;
use parquet::basic::{Encoding, PageType};
use parquet::column::page::PageReader as _;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use std::sync::Arc;

use super::layout::{Checked, end, rule, start};
use super::pages::{DATA, DICTIONARY, Page, checksum, pages};

/// The numbers that the format gives to encodings of pages.
const PLAIN: i64 = 0;
const RLE_DICTIONARY: i64 = 8;

pub fn check_chunks(footer: &ParquetMetaData, file: &[u8]) -> Checked {
    let whole = Bytes::copy_from_slice(file);
    let mut checksums = 0;
    let mut count = 0;
    for (ordinal, group) in footer.row_groups().iter().enumerate() {
        for (leaf, chunk) in group.columns().iter().enumerate() {
            let of_chunk =
                |broken| format!("row group {ordinal} {}: {broken}", chunk.column_path());
            let found =
                pages(file, start(chunk) as usize..end(chunk) as usize).map_err(of_chunk)?;
            check_pages(chunk, &found, file).map_err(of_chunk)?;
            check_levels(chunk, group.num_rows(), &whole).map_err(of_chunk)?;
            check_index(footer, ordinal, leaf, &found).map_err(of_chunk)?;
            checksums += found.iter().filter(|page| page.checksum.is_some()).count();
            count += found.len();
        }
    }
    rule(checksums == 0 || checksums == count, || format!("{checksums} checksums, {count} pages"))
}

fn check_pages(chunk: &ColumnChunkMetaData, found: &[Page], file: &[u8]) -> Checked {
    let broken = |what: &str| what.to_owned();
    let has_dictionary = found.first().is_some_and(|page| page.kind == DICTIONARY);
    let data = &found[usize::from(has_dictionary)..];
    rule(chunk.dictionary_page_offset().is_some() == has_dictionary, || {
        broken("a dictionary page that the footer doesn't know, or none")
    })?;
    rule(data.iter().all(|page| page.kind == DATA), || broken("a page of another kind"))?;
    let first = data.first().map(|page| page.start as i64);
    rule(first == Some(chunk.data_page_offset()), || broken("data pages start elsewhere"))?;
    let is_plain = !has_dictionary || found[0].encoding == PLAIN;
    rule(is_plain, || broken("a dictionary page that is not plain"))?;
    for page in data {
        let at = page.start;
        rule(page.encoding != RLE_DICTIONARY || has_dictionary, || {
            format!("the page at {at} has indices without a dictionary")
        })?;
        let known = chunk.encodings().any(|known| known as i64 == page.encoding);
        rule(known, || format!("the page at {at} has an encoding that the footer lacks"))?;
        // Whoever reads a column index has no use for the same in the headers.
        rule(!page.has_statistics || chunk.column_index_offset().is_none(), || {
            format!("the page at {at} has statistics in its header and in an index")
        })?;
    }
    for page in found {
        let is_right = page.checksum.is_none_or(|sum| sum == checksum(&file[page.body.clone()]));
        rule(is_right, || format!("the page at {} has another checksum", page.start))?;
    }
    let values: i64 = data.iter().map(|page| page.values).sum();
    rule(values == chunk.num_values(), || format!("{values} values in pages"))?;
    let encoded: usize = found.iter().map(|page| page.header_len + page.uncompressed).sum();
    rule(encoded as i64 == chunk.uncompressed_size(), || format!("{encoded} bytes uncompressed"))
}

/// Pages of a nullable column have a definition level for each value, even where none is null.
fn check_levels(chunk: &ColumnChunkMetaData, rows: i64, file: &Bytes) -> Checked {
    let column = chunk.column_descr();
    if column.max_rep_level() > 0 || column.max_def_level() != 1 {
        return Ok(());
    }
    let failed = |error: parquet::errors::ParquetError| error.to_string();
    let file = Arc::new(file.clone());
    let mut reader = SerializedPageReader::new(file, chunk, rows as usize, None).map_err(failed)?;
    while let Some(page) = reader.get_next_page().map_err(failed)? {
        if page.page_type() == PageType::DICTIONARY_PAGE {
            continue;
        }
        let body = page.buffer();
        let levels = body
            .get(..4)
            .map(|len| u32::from_le_bytes([len[0], len[1], len[2], len[3]]) as usize)
            .and_then(|len| body.get(4..4 + len))
            .and_then(level_count);
        // Bit-packed levels come in eights.
        let values = page.num_values() as usize;
        let fits = levels.is_some_and(|count| count >= values && count < values + 8);
        rule(fits, || format!("{levels:?} levels for {values} values"))?;
        rule(page.encoding() != Encoding::PLAIN_DICTIONARY, || "an old encoding".to_owned())?;
    }
    Ok(())
}

/// How many levels of one bit these runs have; none where they are no runs.
fn level_count(mut runs: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !runs.is_empty() {
        let mut header = 0_usize;
        let len = runs.iter().position(|byte| *byte < 0x80)? + 1;
        for (place, byte) in runs[..len].iter().enumerate() {
            header |= usize::from(byte & 0x7f) << (7 * place);
        }
        let groups = header >> 1;
        let (levels, bytes) = if header & 1 == 1 { (groups * 8, groups) } else { (groups, 1) };
        if levels == 0 {
            return None;
        }
        count += levels;
        runs = runs.get(len + bytes..)?;
    }
    Some(count)
}

/// The offset index is where the pages are, and the column index has as many.
fn check_index(footer: &ParquetMetaData, ordinal: usize, leaf: usize, found: &[Page]) -> Checked {
    let chunk = footer.row_group(ordinal).column(leaf);
    let has_columns = chunk.column_index_offset().is_some();
    rule(!has_columns || chunk.offset_index_offset().is_some(), || {
        "a column index without an offset index".to_owned()
    })?;
    let Some(index) = footer.page_index() else { return Ok(()) };
    let data: Vec<&Page> = found.iter().filter(|page| page.kind == DATA).collect();
    if let Some(offsets) = index.offset_index(ordinal, leaf) {
        let locations = offsets.page_locations();
        rule(locations.len() == data.len(), || "another number of pages in the index".to_owned())?;
        let mut row = 0;
        let is_flat = chunk.column_descr().max_rep_level() == 0;
        for (page, location) in data.iter().zip(locations) {
            let is_there = location.offset == page.start as i64
                && location.compressed_page_size as usize == page.len()
                && (!is_flat || location.first_row_index == row);
            rule(is_there, || format!("the index has the page at {} elsewhere", page.start))?;
            row += page.values;
        }
    }
    if let Some(columns) = index.column_index(ordinal, leaf) {
        let pages = columns.num_pages() as usize;
        rule(pages == data.len(), || "another number of pages' bounds".to_owned())?;
        let nulls = (0..pages).map(|page| columns.null_count(page)).sum::<Option<i64>>();
        let counted = chunk.statistics().and_then(|statistics| statistics.null_count_opt());
        rule(nulls.map(|nulls| nulls as u64) == counted, || {
            format!("{nulls:?} nulls in pages, {counted:?} in the chunk")
        })?;
    }
    Ok(())
}
