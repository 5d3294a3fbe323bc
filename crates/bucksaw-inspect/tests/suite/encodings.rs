//! Rows come back the same from every version, codec and encoding of pages, however they are cut, and
//! whichever pages are read again.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_schema::{DataType, Field};
use bucksaw::ErrorKind;
use bucksaw_inspect::{DEFAULT_MAX_OPEN_BYTES, File};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use serde_json::{Value, json};

const ROWS: usize = 3_000;

fn number(row: usize) -> Option<i64> {
    (!row.is_multiple_of(7)).then(|| (row as i64 - 900) * 1_000_003)
}

fn text(row: usize) -> Option<String> {
    (!row.is_multiple_of(5)).then(|| format!("/a/path/{}/{}", row / 40, row % 11))
}

fn list(row: usize) -> Option<Vec<Option<i32>>> {
    let element = |at: usize| (!(row + at).is_multiple_of(3)).then_some((row * at) as i32);
    (!row.is_multiple_of(4)).then(|| (0..row % 6).map(element).collect())
}

fn texts(row: usize) -> Option<Vec<Option<Vec<String>>>> {
    let inner = |at: usize| {
        (!(row + at).is_multiple_of(4)).then(|| (0..at).map(|n| format!("{row}-{n}")).collect())
    };
    (row % 9 != 2).then(|| (0..row % 4).map(inner).collect())
}

/// What each row holds.
fn model(row: usize) -> Value {
    json!({
        "n": number(row),
        "small": (row % 17) as i32 - 8,
        "t": text(row),
        "b": (!row.is_multiple_of(6)).then_some(row.is_multiple_of(2)),
        "d": row as f64 / 8.0,
        "f": row as f32 / 4.0,
        "l": list(row),
        "ll": texts(row),
        "s": (row % 8 != 1).then(|| json!({"x": number(row), "l": list(row + 1)})),
    })
}

fn lists(offset: usize) -> ListArray {
    ListArray::from_iter_primitive::<Int32Type, _, _>((0..ROWS).map(|row| list(row + offset)))
}

fn batch() -> RecordBatch {
    let mut nested = ListBuilder::new(ListBuilder::new(StringBuilder::new()));
    for row in 0..ROWS {
        let outer = texts(row);
        for inner in outer.iter().flatten() {
            inner.iter().flatten().for_each(|text| nested.values().values().append_value(text));
            nested.values().append(inner.is_some());
        }
        nested.append(outer.is_some());
    }
    let x: ArrayRef = Arc::new((0..ROWS).map(number).collect::<Int64Array>());
    let l: ArrayRef = Arc::new(lists(1));
    let fields =
        vec![Field::new("x", DataType::Int64, true), Field::new("l", l.data_type().clone(), true)];
    let present: Vec<bool> = (0..ROWS).map(|row| row % 8 != 1).collect();
    let group = StructArray::new(fields.into(), vec![x, l], Some(present.into()));
    let bools = (0..ROWS).map(|row| (!row.is_multiple_of(6)).then_some(row.is_multiple_of(2)));
    let columns: [(&str, ArrayRef); 9] = [
        ("n", Arc::new((0..ROWS).map(number).collect::<Int64Array>())),
        (
            "small",
            Arc::new(Int32Array::from_iter_values((0..ROWS).map(|row| (row % 17) as i32 - 8))),
        ),
        ("t", Arc::new((0..ROWS).map(text).collect::<StringArray>())),
        ("b", Arc::new(bools.collect::<BooleanArray>())),
        ("d", Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| row as f64 / 8.0)))),
        ("f", Arc::new(Float32Array::from_iter_values((0..ROWS).map(|row| row as f32 / 4.0)))),
        ("l", Arc::new(lists(0))),
        ("ll", Arc::new(nested.finish())),
        ("s", Arc::new(group)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// The encodings that each kind of values may have besides PLAIN.
const ENCODINGS: [[Encoding; 3]; 3] = [
    [Encoding::PLAIN, Encoding::PLAIN, Encoding::PLAIN],
    [Encoding::DELTA_BINARY_PACKED, Encoding::DELTA_BYTE_ARRAY, Encoding::BYTE_STREAM_SPLIT],
    [Encoding::BYTE_STREAM_SPLIT, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::PLAIN],
];

#[track_caller]
fn check(path: &Path, about: &str) {
    let file = File::open(path).unwrap();
    let mut count = 0;
    for (row, found) in file.rows(u64::MAX).enumerate() {
        let found: Value = serde_json::from_str(&found.unwrap().to_string()).unwrap();
        assert_eq!(found, model(row), "row {row} of {about}");
        count += 1;
    }
    assert_eq!(count, ROWS, "{about}");
    let explained = file.explain().unwrap();
    let values: u64 = explained.columns[0].choices.iter().map(|choice| choice.values).sum();
    assert_eq!(values, (0..ROWS).filter_map(number).count() as u64, "{about}");
}

#[test]
fn every_version_codec_and_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let batch = batch();
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
        Compression::LZ4,
    ];
    let mut turn = 0;
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for codec in codecs {
            // Each codec with one of the encodings, and each encoding with two of the codecs.
            let encodings = ENCODINGS[turn % ENCODINGS.len()];
            let has_dictionary = turn % 4 == 0;
            turn += 1;
            let [integers, texts, floats] = encodings;
            let mut properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_compression(codec)
                .set_dictionary_enabled(has_dictionary)
                .set_data_page_row_count_limit(300 + turn * 50)
                .set_write_batch_size(100)
                .set_max_row_group_row_count(Some(1_100));
            for (column, encoding) in [
                ("n", integers),
                ("small", integers),
                ("t", texts),
                ("d", floats),
                ("f", floats),
                ("l.list.item", integers),
                ("ll.list.item.list.item", texts),
            ] {
                properties = properties.set_column_encoding(column.into(), encoding);
            }
            let to = fs::File::create(&path).unwrap();
            let mut writer =
                ArrowWriter::try_new(to, batch.schema(), Some(properties.build())).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            check(&path, &format!("{version:?}, {codec:?}, {encodings:?}, {has_dictionary}"));
        }
    }
}

/// More columns than have their pages in memory side by side: each is decompressed again for the next
/// rows, and goes on where it was.
#[test]
fn columns_whose_pages_do_not_stay_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let (columns, rows) = (24, 3_000_usize);
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let text = |column: usize, row: usize| format!("{}{row}", "x".repeat(190 + column));
    let arrays = (0..columns).map(|column| {
        let array = StringArray::from_iter_values((0..rows).map(|row| text(column, row)));
        (&names[column], Arc::new(array) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(arrays).unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let to = fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(to, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    // More bytes in pages than stay in memory with a file of this size.
    let pages = columns * rows * text(0, 0).len();
    let kept = DEFAULT_MAX_OPEN_BYTES + 16 * fs::metadata(&path).unwrap().len();
    assert!(pages as u64 > kept, "{pages} {kept}");
    let mut count = 0;
    for (row, found) in File::open(&path).unwrap().rows(u64::MAX).enumerate() {
        let found: Value = serde_json::from_str(&found.unwrap().to_string()).unwrap();
        for column in [0, 7, columns - 1] {
            assert_eq!(found[&names[column]], text(column, row), "row {row}");
        }
        count += 1;
    }
    assert_eq!(count, rows);
}

/// Whatever byte of a page changes, its checksum tells, and the error says where.
#[test]
fn changed_bytes_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let mut writer = bucksaw::Options::new().create(&path).unwrap();
    for row in 0..500 {
        let text = text(row).unwrap_or_default();
        writer
            .write_row([
                ("load", bucksaw::Value::F64(row as f64 * 0.37)),
                ("text", bucksaw::Value::Text(&text)),
            ])
            .unwrap();
    }
    writer.finish().unwrap();
    let whole = fs::read(&path).unwrap();
    let file = File::open(&path).unwrap();
    assert!(file.rows(500).all(|row| row.is_ok()));
    let chunk = file.metadata().row_group(0).column(0);
    let (start, length) = chunk.byte_range();
    for at in [start + length / 2, start + length - 1] {
        let mut damaged = whole.clone();
        damaged[at as usize] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        let file = File::open(&path).unwrap();
        let row = file.rows(500).find_map(Result::err).unwrap();
        for error in [row, file.explain().unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidParquet);
            let words = error.to_string();
            assert!(words.contains("column \"load\": row group 0, page at byte "), "{words}");
            assert!(words.contains("checksum doesn't match"), "{words}");
        }
    }
}
