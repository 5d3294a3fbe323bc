//! What finished column chunks keep until the file ends: little, and all of it counted.

use std::sync::Arc;

use bumpalo::Bump;
use bytes::Bytes;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataReader};

use super::DirectBackend;
use crate::block::Block;
use crate::encode::backend::{Backend, Pieces, SortedRowGroups};
use crate::runtime::workers::Workers;
use crate::{Options, Table, Value};

/// Bytes that a chunk may keep, and that each page beyond the first may keep.
const CHUNK: usize = 300;
const PAGE: usize = 100;
/// Kinds of columns.
const KINDS: usize = 5;

/// Values whose bounds are as long as they get, of several types.
fn value<'a>(column: usize, row: usize, arena: &'a Bump) -> Value<'a> {
    let scattered = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match column % KINDS {
        0 => Value::Text(arena.alloc_str(&format!("{scattered:0>100x}"))),
        1 => Value::F64(scattered as f64),
        2 => Value::I64(scattered as i64),
        3 => Value::Bytes(arena.alloc_slice_copy(&[scattered as u8; 100])),
        _ => Value::Text(arena.alloc_str(&format!("{scattered:x}{}", "é".repeat(60)))),
    }
}

/// Rows of a block: a page ends behind one.
const BLOCK_ROWS: usize = 200;

/// What is kept of row groups of so many rows, in bytes, and how many pages they have.
fn kept(
    options: Options,
    columns: impl Iterator<Item = usize>,
    row_groups: usize,
    rows: usize,
) -> (usize, usize) {
    let workers = Arc::new(Workers::new(1).expect("one thread"));
    let mut backend = DirectBackend::new(&options, &workers);
    let mut table = Table::new(options).expect("sound options");
    let names: Vec<(usize, String)> =
        columns.map(|column| (column, format!("c{column}"))).collect();
    let (mut out, mut file) = (Pieces::default(), Vec::new());
    for group in 0..row_groups {
        for start in (0..rows).step_by(BLOCK_ROWS) {
            let arena = Bump::new();
            let mut block = Block::new();
            let mut builder = table.builder(&mut block, &arena).expect("its own block");
            for row in start..rows.min(start + BLOCK_ROWS) {
                for (column, name) in &names {
                    let value = value(*column, group * rows + row, &arena);
                    builder.push(name, value).expect("taken");
                }
                builder.end_row();
            }
            let left = backend.write(block.all(), &table.schema, &mut out).expect("written");
            left.encode().expect("encoded");
        }
        backend.end_row_group(&table.schema, &mut out).expect("ended");
    }
    let held = backend.buffered();
    assert_eq!((held.rows, held.bytes_held), (0, held.bytes_finished));
    backend
        .finish(&table.schema, &SortedRowGroups::default(), Vec::new(), &mut out)
        .expect("finished");
    out.drain().for_each(|piece| file.extend(piece));
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(&Bytes::from(file))
        .expect("a file");
    let indexes = metadata.page_index().expect("page indexes");
    let chunks = (0..row_groups).flat_map(|group| (0..names.len()).map(move |leaf| (group, leaf)));
    let pages = chunks.map(|(group, leaf)| {
        let index = indexes.offset_index(group, leaf).expect("where its pages are");
        index.page_locations().len()
    });
    (held.bytes_finished, pages.sum())
}

#[test]
fn finished_chunks_keep_little() {
    let (columns, row_groups) = (1_000, 3);
    for kind in 0..KINDS {
        let options = Options::new().settling_rows(0);
        for options in [options.clone(), options.dictionary(false)] {
            let columns = (0..columns).map(|column| column * KINDS + kind);
            let (held, pages) = kept(options, columns.clone(), row_groups, 1);
            assert_eq!(pages, columns.len() * row_groups);
            let each = held / pages;
            assert!(each <= CHUNK, "{each} bytes of each chunk of kind {kind}");
            // Or nothing is counted.
            assert!(each > CHUNK / 4, "{each} bytes of each chunk of kind {kind}");
        }
    }
}

#[test]
fn further_pages_keep_little() {
    for kind in 0..KINDS {
        let options = Options::new().settling_rows(0).page_bytes(1_024).dictionary(false);
        let (one, _) = kept(options.clone(), kind..kind + 1, 1, 1);
        let (many, pages) = kept(options, kind..kind + 1, 1, 10_000);
        assert!(pages > 40, "{pages} pages");
        let each = (many - one) / (pages - 1);
        assert!(each <= PAGE, "{each} bytes of each page of kind {kind}");
    }
}
