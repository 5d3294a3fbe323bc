//! Descriptions and rows of files whose contents are known, and what becomes of damaged ones.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_buffer::OffsetBuffer;
use arrow_buffer::i256;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use bucksaw::ErrorKind;
use bucksaw_inspect::{Description, File};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde_json::{Value, json};

fn write(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    let file = fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

/// 25 rows in three row groups, with indexes, bloom filters, sorting and metadata.
fn telemetry(directory: &Path) -> PathBuf {
    let hosts =
        (0..25).map(|row| if row % 5 == 4 { None } else { Some(["ape", "bee", "cat"][row % 3]) });
    let batch = batch(vec![
        (
            "time",
            Arc::new(
                TimestampMicrosecondArray::from_iter_values((0..25).map(|row| row * 1_000_000))
                    .with_timezone("UTC"),
            ),
        ),
        ("host", Arc::new(hosts.collect::<StringArray>())),
        ("load", Arc::new(Float64Array::from_iter_values((0..25).map(|row| f64::from(row) / 4.0)))),
    ]);
    let path = directory.join("telemetry.parquet");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(10))
        .set_data_page_row_count_limit(5)
        .set_write_batch_size(5)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap()))
        .set_column_compression("load".into(), Compression::SNAPPY)
        .set_column_dictionary_enabled("load".into(), false)
        .set_column_bloom_filter_enabled("host".into(), true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by("bucksaw test 1".to_owned())
        .set_sorting_columns(Some(vec![SortingColumn {
            column_idx: 0,
            descending: false,
            nulls_first: true,
        }]))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "site".to_owned(),
            "Bern\u{7}".to_owned(),
        )]))
        .build();
    write(&path, &batch, properties);
    path
}

fn json_of(description: &Description) -> Value {
    serde_json::to_value(description).unwrap()
}

#[test]
fn a_description_tells_the_file_and_its_columns() {
    let directory = tempfile::tempdir().unwrap();
    let path = telemetry(directory.path());
    let description = File::open(&path).unwrap().describe();
    let document = json_of(&description);
    assert_eq!(document["path"], json!(path.display().to_string()));
    assert_eq!(document["file_size"], json!(fs::metadata(&path).unwrap().len()));
    assert_eq!(document["created_by"], "bucksaw test 1");
    assert_eq!(document["rows"], 25);
    assert_eq!(document["problems"], json!([]));
    let metadata = document["key_value_metadata"].as_array().unwrap();
    assert!(metadata.contains(&json!({"key": "site", "value": "Bern\u{7}"})), "{metadata:?}");
    let time = &document["columns"][0];
    assert_eq!(time["name"], "time");
    assert_eq!(time["path"], json!(["time"]));
    assert_eq!(time["physical_type"], "INT64");
    assert_eq!(time["logical_type"], "TIMESTAMP(MICROS, UTC)");
    assert_eq!(time["converted_type"], "TIMESTAMP_MICROS");
    assert_eq!(time["repetition"], "OPTIONAL");
    assert_eq!(time["max_definition_level"], 1);
    assert_eq!(time["max_repetition_level"], 0);
    assert_eq!(time["totals"]["min"], "1970-01-01T00:00:00Z");
    assert_eq!(time["totals"]["max"], "1970-01-01T00:00:24Z");
    let host = &document["columns"][1];
    assert_eq!(host["logical_type"], "STRING");
    assert_eq!(host["totals"]["values"], 25);
    assert_eq!(host["totals"]["null_count"], 5);
    assert_eq!(host["totals"]["min"], "ape");
    assert_eq!(host["totals"]["max"], "cat");
    assert_eq!(host["totals"]["codecs"], json!(["ZSTD"]));
    assert_eq!(host["totals"]["data_pages"], 5);
    assert_eq!(host["totals"]["chunks_with_bloom_filter"], 3);
    let load = &document["columns"][2];
    assert_eq!(load["physical_type"], "DOUBLE");
    assert_eq!(load["totals"]["max"], 6.0);
    assert_eq!(load["totals"]["chunks_with_dictionary"], 0);
    assert_eq!(load["logical_type"], Value::Null);
}

#[test]
fn a_description_tells_the_row_groups_and_their_chunks() {
    let directory = tempfile::tempdir().unwrap();
    let file = File::open(telemetry(directory.path())).unwrap();
    let document = json_of(&file.describe());
    let groups = document["row_groups"].as_array().unwrap();
    assert_eq!(groups.iter().map(|group| &group["rows"]).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(groups[0]["start_offset"], 4);
    assert_eq!(
        groups[0]["sorting_columns"],
        json!([{"name": "time", "descending": false, "nulls_first": true}])
    );
    let host = &groups[2]["columns"][1];
    assert_eq!(host["codec"], "ZSTD");
    assert_eq!(host["values"], 5);
    assert_eq!(host["has_dictionary_page"], true);
    assert_eq!(host["has_bloom_filter"], true);
    assert_eq!(host["has_column_index"], true);
    assert_eq!(host["has_offset_index"], true);
    assert_eq!(host["data_pages"], 1);
    assert_eq!(host["statistics"]["null_count"], 1);
    assert_eq!(host["statistics"]["min"], "ape");
    assert_eq!(host["statistics"]["min_is_exact"], true);
    assert_eq!(host["statistics"]["deprecated_order"], false);
    let encodings = host["encodings"].as_array().unwrap();
    assert!(encodings.contains(&json!("RLE_DICTIONARY")), "{encodings:?}");
    let pages = host["page_encodings"].as_array().unwrap();
    let dictionary = json!({"page_type": "DICTIONARY_PAGE", "encoding": "PLAIN", "count": 1});
    assert!(pages.contains(&dictionary), "{pages:?}");
    let load = &groups[0]["columns"][2];
    assert_eq!(load["codec"], "SNAPPY");
    assert_eq!(load["has_dictionary_page"], false);
    assert_eq!(load["has_bloom_filter"], false);
    assert_eq!(load["data_pages"], 2);
    assert_eq!(load["statistics"]["max"], 2.25);
    // The sums are those of the parts.
    let all = || groups.iter().flat_map(|group| group["columns"].as_array().unwrap());
    let sum = |name: &str| all().map(|chunk| chunk[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(document["totals"]["encoded_bytes"], sum("encoded_bytes"));
    assert_eq!(document["totals"]["compressed_bytes"], sum("compressed_bytes"));
    let ratio = sum("encoded_bytes") as f64 / sum("compressed_bytes") as f64;
    assert_eq!(document["totals"]["ratio"], ratio);
}

/// One row of values and one of nulls, of every type that Arrow writes as its own Parquet type.
fn all_types() -> RecordBatch {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None]);
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["b", "a"]));
    let values: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
    let entry = |name: &str, kind, nullable| Arc::new(Field::new(name, kind, nullable));
    let fields = vec![entry("key", DataType::Utf8, false), entry("value", DataType::Int32, true)];
    let entries = StructArray::new(fields.clone().into(), vec![keys, values], None);
    let entries_field = entry("entries", DataType::Struct(fields.into()), false);
    let offsets = OffsetBuffer::new(vec![0, 2, 2].into());
    let map = MapArray::new(entries_field, offsets, entries, Some(vec![true, false].into()), false);
    let inner: ArrayRef = Arc::new(BinaryArray::from_opt_vec(vec![Some(b"\x00\xff"), None]));
    let nested = StructArray::new(
        vec![entry("z", DataType::Binary, true)].into(),
        vec![inner],
        Some(vec![true, false].into()),
    );
    let fixed = [Some([7_u8; 3]), None];
    batch(vec![
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("i8", Arc::new(Int8Array::from(vec![Some(-8), None]))),
        ("i16", Arc::new(Int16Array::from(vec![Some(-16), None]))),
        ("i32", Arc::new(Int32Array::from(vec![Some(i32::MIN), None]))),
        ("i64", Arc::new(Int64Array::from(vec![Some(i64::MIN), None]))),
        ("u8", Arc::new(UInt8Array::from(vec![Some(u8::MAX), None]))),
        ("u16", Arc::new(UInt16Array::from(vec![Some(u16::MAX), None]))),
        ("u32", Arc::new(UInt32Array::from(vec![Some(u32::MAX), None]))),
        ("u64", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
        ("f32", Arc::new(Float32Array::from(vec![Some(0.1), None]))),
        ("f64", Arc::new(Float64Array::from(vec![Some(f64::NEG_INFINITY), None]))),
        ("nan", Arc::new(Float64Array::from(vec![Some(f64::NAN), None]))),
        ("text", Arc::new(StringArray::from(vec![Some("Zürich"), None]))),
        ("bytes", Arc::new(BinaryArray::from_opt_vec(vec![Some(b"\xde\xad"), None]))),
        (
            "fixed",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed.into_iter(), 3).unwrap(),
            ),
        ),
        ("date", Arc::new(Date32Array::from(vec![Some(-1), None]))),
        ("time_ms", Arc::new(Time32MillisecondArray::from(vec![Some(1), None]))),
        ("time_us", Arc::new(Time64MicrosecondArray::from(vec![Some(1), None]))),
        ("time_ns", Arc::new(Time64NanosecondArray::from(vec![Some(1), None]))),
        ("ms", Arc::new(TimestampMillisecondArray::from(vec![Some(-1), None]))),
        ("ns", Arc::new(TimestampNanosecondArray::from(vec![Some(5), None]).with_timezone("UTC"))),
        (
            "dec",
            Arc::new(
                Decimal128Array::from(vec![Some(-12345), None])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
        (
            "big",
            Arc::new(
                Decimal256Array::from(vec![Some(i256::from_i128(i128::MAX)), None])
                    .with_precision_and_scale(60, 1)
                    .unwrap(),
            ),
        ),
        ("list", Arc::new(list)),
        ("map", Arc::new(map)),
        ("nested", Arc::new(nested)),
    ])
}

#[test]
fn rows_hold_every_type() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("types.parquet");
    write(&path, &all_types(), WriterProperties::default());
    let rows: Vec<_> =
        File::open(&path).unwrap().rows(9).map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[0],
        concat!(
            r#"{"bool":true,"i8":-8,"i16":-16,"i32":-2147483648,"i64":-9223372036854775808,"#,
            r#""u8":255,"u16":65535,"u32":4294967295,"u64":18446744073709551615,"f32":0.1,"#,
            r#""f64":"-Infinity","nan":"NaN","text":"Zürich","bytes":"3q0=","fixed":"BwcH","#,
            r#""date":"1969-12-31","time_ms":"00:00:00.001","time_us":"00:00:00.000001","#,
            r#""time_ns":"00:00:00.000000001","ms":"1969-12-31T23:59:59.999","#,
            r#""ns":"1970-01-01T00:00:00.000000005Z","dec":"-123.45","#,
            r#""big":"17014118346046923173168730371588410572.7","list":[1,null],"#,
            r#""map":{"b":1,"a":null},"nested":{"z":"AP8="}}"#
        )
    );
    let nulls: Value = serde_json::from_str(&rows[1]).unwrap();
    let nulls = nulls.as_object().unwrap();
    assert_eq!(nulls.len(), 26);
    assert!(nulls.values().all(Value::is_null), "{nulls:?}");
}

#[test]
fn statistics_are_readable_for_every_type() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("types.parquet");
    write(&path, &all_types(), WriterProperties::default());
    let document = json_of(&File::open(&path).unwrap().describe());
    let min = |name: &str| {
        let chunks = document["row_groups"][0]["columns"].as_array().unwrap();
        let chunk = chunks.iter().find(|chunk| chunk["name"] == name);
        let chunk = chunk.unwrap_or_else(|| panic!("{name}: {chunks:?}"));
        chunk["statistics"]["min"].clone()
    };
    let expected = json!({
        "bool": true, "i8": -8, "i32": i32::MIN, "i64": i64::MIN, "u8": 255, "u32": u32::MAX,
        "u64": u64::MAX, "f64": "-Infinity", "nan": "NaN", "text": "Zürich", "bytes": "dead",
        "fixed": "070707", "date": "1969-12-31", "time_us": "00:00:00.000001",
        "ms": "1969-12-31T23:59:59.999", "ns": "1970-01-01T00:00:00.000000005Z",
        "dec": "-123.45", "big": "17014118346046923173168730371588410572.7",
        "list.list.item": 1, "map.entries.key": "a", "nested.z": "00ff",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&min(name), value, "{name}");
    }
}

#[test]
fn extremes_of_decimals_cover_all_row_groups() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("decimals.parquet");
    let values = Decimal128Array::from_iter_values([5, -300, 7, 256]);
    let values = values.with_precision_and_scale(30, 2).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    write(&path, &batch(vec![("d", Arc::new(values))]), properties);
    let description = File::open(&path).unwrap().describe();
    assert_eq!(description.row_groups.len(), 2);
    let totals = json_of(&description)["columns"][0]["totals"].clone();
    assert_eq!((&totals["min"], &totals["max"]), (&json!("-3.00"), &json!("2.56")));
}

#[test]
fn rows_stop_where_asked() {
    let directory = tempfile::tempdir().unwrap();
    let file = File::open(telemetry(directory.path())).unwrap();
    assert_eq!(file.rows(0).count(), 0);
    assert_eq!(file.rows(1).count(), 1);
    // Across batches and row groups, and two readers at once.
    let (mut left, mut right) = (file.rows(24), file.rows(u64::MAX));
    let pairs: Vec<_> = left.by_ref().zip(right.by_ref()).collect();
    assert_eq!(pairs.len(), 24);
    assert!(pairs.iter().all(|(a, b)| a.as_ref().unwrap() == b.as_ref().unwrap()));
    assert_eq!(right.count(), 1);
    let last = file.rows(25).last().unwrap().unwrap();
    assert_eq!(last.to_string(), r#"{"time":"1970-01-01T00:00:24Z","host":null,"load":6.0}"#);
}

/// A file as small as may be, with everything a footer points to.
fn small(directory: &Path) -> Vec<u8> {
    let path = directory.join("small.parquet");
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None]);
    let batch = batch(vec![
        ("n", Arc::new(Int64Array::from(vec![1, 2]))),
        ("t", Arc::new(StringArray::from(vec!["x", "y"]))),
        ("l", Arc::new(list)),
    ]);
    let properties = WriterProperties::builder()
        .set_column_bloom_filter_enabled("t".into(), true)
        .set_column_bloom_filter_max_ndv("t".into(), 1)
        .build();
    write(&path, &batch, properties);
    fs::read(path).unwrap()
}

/// Opens, describes and reads; whether the whole of it worked.
fn look_at(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    assert!(serde_json::to_string(&file.describe()).is_ok());
    file.rows(3).all(|row| row.is_ok())
}

#[test]
fn every_truncated_prefix_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let whole = small(directory.path());
    let path = directory.path().join("cut.parquet");
    fs::write(&path, &whole).unwrap();
    assert!(look_at(&path));
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    for length in (0..whole.len()).rev() {
        file.set_len(length as u64).unwrap();
        let error = File::open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParquet, "{length}: {error}");
        if length >= 12 {
            assert!(error.message().contains("truncated"), "{length}: {error}");
        }
    }
}

#[test]
fn altered_footers_and_indexes_never_end_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let whole = small(directory.path());
    let path = directory.path().join("altered.parquet");
    fs::write(&path, &whole).unwrap();
    // Byte by byte in place: some file systems sync a file that is rewritten whole.
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut put = |at: usize, byte: u8| {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&[byte]).unwrap();
    };
    let (mut refused, mut slowest) = (0, Duration::ZERO);
    // Pages get one change per byte, indexes and footer more.
    let metadata = File::open(directory.path().join("small.parquet")).unwrap().metadata().clone();
    let indexes = metadata.row_group(0).column(0).column_index_range().unwrap().start as usize;
    for (at, &byte) in whole.iter().enumerate() {
        let changes: &[u8] = if at < indexes { &[0xff] } else { &[0x01, 0x10, 0x80, 0xff] };
        for change in changes {
            put(at, byte ^ change);
            let start = Instant::now();
            refused += usize::from(!look_at(&path));
            slowest = slowest.max(start.elapsed());
        }
        put(at, byte);
    }
    assert!(refused > whole.len() - indexes, "{refused} changes were seen");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
}

#[test]
fn what_is_no_parquet_file_is_called_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    let message = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        File::open(&path).unwrap_err().to_string()
    };
    assert!(message(b"").contains("too short"));
    assert!(message(b"PAR1PAR1").contains("too short"));
    assert!(message(b"{\"a\": 1, \"b\": 2}\n").contains("PAR1"));
    assert!(message(b"PAR1....\x00\x00\x00\x00PARE").contains("encrypted"));
    assert!(message(b"PARE....\x00\x00\x00\x00PARE").contains("encrypted"));
    let error = File::open(directory.path().join("missing")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("missing"), "{error}");
    assert_eq!(File::open(directory.path()).unwrap_err().kind(), ErrorKind::InvalidParquet);
}

#[test]
fn damaged_page_indexes_are_told_and_hide_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = telemetry(directory.path());
    let metadata = File::open(&path).unwrap().metadata().clone();
    let start = metadata.row_group(0).column(0).offset_index_range().unwrap().start as usize;
    let mut bytes = fs::read(&path).unwrap();
    bytes[start] = 0xff;
    fs::write(&path, bytes).unwrap();
    let file = File::open(&path).unwrap();
    let description = file.describe();
    assert_eq!(description.problems.len(), 1, "{:?}", description.problems);
    assert_eq!(description.row_groups[0].columns[0].data_pages, None);
    assert!(description.row_groups[0].columns[0].has_offset_index);
    assert_eq!(file.rows(u64::MAX).filter(|row| row.is_ok()).count(), 25);
}

#[test]
fn a_file_without_rows_or_columns_is_described() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("empty.parquet");
    let kind = DataType::Timestamp(TimeUnit::Millisecond, None);
    for schema in [Schema::empty(), Schema::new(vec![Field::new("t", kind, false)])] {
        let columns = schema.fields().len();
        let empty = RecordBatch::new_empty(Arc::new(schema));
        write(&path, &empty, WriterProperties::default());
        let file = File::open(&path).unwrap();
        let description = file.describe();
        assert_eq!((description.rows, description.columns.len()), (0, columns));
        assert_eq!(description.totals.ratio, None);
        assert_eq!(file.rows(5).count(), 0);
    }
}
