//! What files claim of memory, and what values become of which there are more than there seem, is held against the limit.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, ListBuilder, StructBuilder};
use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field};
use bucksaw::{ErrorKind, Options};
use bucksaw_workloads::rng::Rng;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::{batch, converted, parquet_of, rows_of, stream_of};

/// The least limit, of which a third is for large pages and batches.
const LIMIT: usize = 8 << 20;

/// Texts of these lengths, which no codec makes shorter.
fn texts(lengths: impl Iterator<Item = usize>) -> RecordBatch {
    let mut rng = Rng::new(7);
    let mut text = |length: usize| -> String {
        (0..length / 16 + 1).map(|_| format!("{:016x}", rng.bits())).collect()
    };
    let texts: Vec<String> = lengths.map(&mut text).collect();
    batch(vec![("t", Arc::new(StringArray::from(texts)))])
}

fn properties(page_bytes: usize) -> WriterProperties {
    WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_compression(Compression::SNAPPY)
        .set_data_page_size_limit(page_bytes)
        .set_write_batch_size(1)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .build()
}

#[test]
fn a_page_beyond_the_limit_is_an_error_that_says_which_is_enough() {
    let all = texts((0..60).map(|_| 100_000));
    let source = parquet_of(&all, properties(usize::MAX));
    let error = converted(&source, Options::new().memory_limit(LIMIT)).err().expect("refused");
    assert_eq!(error.kind(), ErrorKind::MemoryLimit);
    let text = error.to_string();
    assert!(text.contains("row group 0, column \"t\", row 0 or later: a page of 6 MiB"), "{text}");
    let advised = text.split("--memory-limit ").nth(1).and_then(|rest| rest.split("MiB").next());
    let advised: usize = advised.and_then(|mib| mib.parse().ok()).expect("a limit");
    assert!(advised < 64, "{text}");
    let file = converted(&source, Options::new().memory_limit(advised << 20)).expect("room").file;
    assert_eq!(rows_of(&file), all);
    converted(&source, Options::new().memory_limit((advised - 3) << 20)).err().expect("too little");
}

/// Rows that by the average would be read at once have pages that are too many for that.
#[test]
fn where_pages_are_large_fewer_rows_are_read_at_a_time() {
    let all = texts((0..12_000).map(|row| if row % 1_500 > 1_493 { 900_000 } else { 10 }));
    let source = parquet_of(&all, properties(1));
    let one = converted(&source, Options::new().memory_limit(LIMIT)).expect("converted");
    assert_eq!(rows_of(&one.file), all);
}

/// Lists of so many structs in each row, whose member has a name of so many bytes.
fn named(rows: usize, elements: usize, name_bytes: usize) -> ArrayRef {
    let field = Field::new("n".repeat(name_bytes), DataType::Boolean, true);
    let structs = StructBuilder::new(vec![field], vec![Box::new(BooleanBuilder::new())]);
    let mut lists = ListBuilder::new(structs);
    for _ in 0..rows {
        for _ in 0..elements {
            let structs = lists.values();
            structs.field_builder::<BooleanBuilder>(0).expect("bools").append_value(true);
            structs.append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

#[test]
fn names_in_json_text_are_counted_and_make_smaller_chunks() {
    let name = 2_000;
    let all = batch(vec![("list", named(200, 50, name))]);
    let expected =
        format!("[{}]", vec![format!("{{\"{}\":true}}", "n".repeat(name)); 50].join(","));
    for source in [stream_of(&all, 200, None), parquet_of(&all, WriterProperties::new())] {
        let file = converted(&source, Options::new().memory_limit(LIMIT)).expect("converted").file;
        let back = rows_of(&file);
        let texts = back.column(0).as_any().downcast_ref::<StringArray>().expect("texts");
        assert_eq!(texts.len(), 200);
        assert!(texts.iter().all(|text| text == Some(expected.as_str())));
    }
}

#[test]
fn a_row_that_becomes_more_text_than_the_limit_has_room_for_is_an_error() {
    let all = batch(vec![("list", named(1, 1_000, 10_000))]);
    for source in [stream_of(&all, 1, None), parquet_of(&all, WriterProperties::new())] {
        let error = converted(&source, Options::new().memory_limit(LIMIT)).err().expect("refused");
        assert_eq!(error.kind(), ErrorKind::MemoryLimit, "{error}");
        assert!(error.to_string().contains("row 0 of the batch becomes 10 MiB of text"), "{error}");
        converted(&source, Options::new()).expect("room");
    }
}
