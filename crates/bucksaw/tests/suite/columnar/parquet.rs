//! Parquet files: several, of other writers' types, and our own.

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array, StringArray};
use bucksaw::{ErrorKind, Format, Input, InputOptions, MemorySink, OnError, Options, Value};
use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::{as_format, batch, converted, converted_with, parquet_of, rows_of, simple};
use crate::support::row;

#[test]
fn row_groups_and_batches_of_any_size_are_the_same_rows() {
    let all = simple(50_000);
    for rows in [1_000, 33_333, 100_000] {
        let small = WriterProperties::builder()
            .set_max_row_group_row_count(Some(rows))
            .set_data_page_size_limit(5_000)
            .build();
        let source = parquet_of(&all, small);
        let one = converted(&source, Options::new()).expect("converted");
        assert_eq!(rows_of(&one.file), all, "{rows}");
        let three = converted(&source, Options::new().threads(3)).expect("converted");
        assert!(one.file == three.file, "threads, {rows}");
    }
}

#[test]
fn what_comes_as_a_stream_is_told_to_be_named() {
    let source = parquet_of(&simple(10), WriterProperties::new());
    for format in [Format::Auto, Format::Parquet] {
        let mut input =
            Input::open("pipe", &source[..], &as_format(format), OnError::Skip).expect("opened");
        let mut writer = bucksaw::Writer::from_write(std::io::sink()).expect("a writer");
        let error = writer.write_input(&mut input).expect_err("no file");
        assert_eq!(error.kind(), ErrorKind::InputFormat);
        assert!(error.to_string().ends_with("name the file"), "{error}");
    }
    let error = converted_with(&source, Options::new(), &as_format(Format::Ndjson), OnError::Fail)
        .err()
        .expect("no lines");
    assert!(
        error
            .to_string()
            .contains("this is a Parquet file, not NDJSON: --format parquet, or none, reads it"),
        "{error}"
    );
}

/// A file of one row with values that Arrow's writer has no type for.
fn others() -> Vec<u8> {
    let schema = "message m {
        optional int96 moment;
        optional int96 ancient;
        optional fixed_len_byte_array(12) interval (INTERVAL);
        optional binary level (ENUM);
        optional binary json (JSON);
        optional binary bson (BSON);
        optional fixed_len_byte_array(16) id (UUID);
        repeated int96 moments;
    }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut file = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut file, schema, Arc::default()).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let mut int96 = |days: u32, nanos: u64, levels: Option<&[i16]>| {
        let mut value = Int96::new();
        value.set_data(nanos as u32, (nanos >> 32) as u32, days);
        let mut column = group.next_column().expect("a column").expect("a column");
        column.typed::<Int96Type>().write_batch(&[value], Some(&[1]), levels).expect("written");
        column.close().expect("closed");
    };
    int96(2_440_588 + 1, 5_000_000_001, None);
    int96(1_721_426, 7, None);
    let mut fixed = |bytes: Vec<u8>| {
        let mut column = group.next_column().expect("a column").expect("a column");
        let value = FixedLenByteArray::from(ByteArray::from(bytes));
        column
            .typed::<FixedLenByteArrayType>()
            .write_batch(&[value], Some(&[1]), None)
            .expect("written");
        column.close().expect("closed");
    };
    fixed([[14_u8, 0, 0, 0], [3, 0, 0, 0], [0, 1, 0, 0]].concat());
    let mut binary = |text: &str| {
        let mut column = group.next_column().expect("a column").expect("a column");
        column
            .typed::<ByteArrayType>()
            .write_batch(&[ByteArray::from(text)], Some(&[1]), None)
            .expect("written");
        column.close().expect("closed");
    };
    ["INFO", r#"{"a": 1.0}"#, "\u{5}\0\0\0\0"].into_iter().for_each(&mut binary);
    let mut column = group.next_column().expect("a column").expect("a column");
    let value = FixedLenByteArray::from(ByteArray::from(vec![7_u8; 16]));
    column
        .typed::<FixedLenByteArrayType>()
        .write_batch(&[value], Some(&[1]), None)
        .expect("written");
    column.close().expect("closed");
    let mut value = Int96::new();
    value.set_data(1_000, 0, 2_440_588);
    let mut column = group.next_column().expect("a column").expect("a column");
    column.typed::<Int96Type>().write_batch(&[value], Some(&[1]), Some(&[0])).expect("written");
    column.close().expect("closed");
    group.close().expect("closed");
    writer.close().expect("closed");
    file
}

#[test]
fn types_that_arrow_has_not_have_an_outcome_each() {
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(sink.clone()).expect("sound options");
    let mut input =
        Input::open_file("others", Cursor::new(others()), &InputOptions::new(), OnError::Fail)
            .expect("opened");
    writer.write_input(&mut input).expect("written");
    let types: Vec<String> = writer
        .columns()
        .iter()
        .map(|column| format!("{} {}", column.name, column.ty.as_ref().expect("a type")))
        .collect();
    assert_eq!(
        types,
        [
            "moment timestamp(ns)",
            "ancient timestamp(ns)",
            "interval json",
            "level text",
            "json json",
            "bson bytes",
            "id uuid",
            "moments list<timestamp(ns)>",
            "ancient__text text"
        ]
    );
    let report = writer.finish().expect("finished");
    assert_eq!((report.alterations.json_texts, report.alterations.conflicts), (1, 1));
    let file = sink.published().expect("published");
    let back = rows_of(&file);
    let shown = |name: &str| {
        arrow_cast::display::array_value_to_string(back.column_by_name(name).expect(name), 0)
            .expect("shown")
    };
    assert_eq!(back.column_by_name("ancient").expect("a column").null_count(), 1);
    // Moments that nanoseconds of 64 bits don't reach.
    assert_eq!(shown("ancient__text"), "0001-01-01T00:00:00.000000007Z");
    assert_eq!(shown("interval"), r#"{"months":14,"days":3,"milliseconds":256}"#);
    assert_eq!(shown("level"), "INFO");
    assert_eq!(shown("json"), r#"{"a": 1.0}"#);
    assert_eq!(shown("bson"), "0500000000");
    assert_eq!(shown("id"), "07".repeat(16));
    let nanos = |name: &str| {
        arrow_cast::cast(back.column_by_name(name).expect(name), &arrow_schema::DataType::Int64)
            .expect("numbers")
    };
    let expected: ArrayRef = Arc::new(Int64Array::from(vec![86_400_000_000_000 + 5_000_000_001]));
    assert_eq!(&nanos("moment"), &expected);
}

/// The first file's types stay; what they don't hold is beside them.
#[test]
fn files_of_drifting_schemas_become_one() {
    let first = batch(vec![
        ("n", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("only_first", Arc::new(StringArray::from(vec!["a", "b"]))),
    ]);
    let second = batch(vec![
        ("added", Arc::new(Float64Array::from(vec![0.5, 1.5])) as ArrayRef),
        ("n", Arc::new(StringArray::from(vec!["x", "3"]))),
    ]);
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(sink.clone()).expect("sound options");
    for (name, all) in [("first", first), ("second", second)] {
        let file = Cursor::new(parquet_of(&all, WriterProperties::new()));
        let mut input =
            Input::open_file(name, file, &InputOptions::new(), OnError::Fail).expect("opened");
        writer.write_input(&mut input).expect("written");
    }
    assert_eq!(writer.finish().expect("finished").alterations.conflicts, 2);
    let (names, rows) = crate::support::read(&sink.published().expect("published"));
    assert_eq!(names, ["n", "only_first", "added", "n__text"]);
    assert_eq!(
        rows,
        [
            row(&[("n", 1_i64.into()), ("only_first", "a".into())]),
            row(&[("n", 2_i64.into()), ("only_first", "b".into())]),
            row(&[("added", 0.5.into()), ("n__text", Value::Text("x"))]),
            row(&[("added", 1.5.into()), ("n__text", Value::Text("3"))]),
        ]
    );
}

#[test]
fn field_ids_stay() {
    let schema = "message m { required int64 a = 7; optional binary b (STRING) = 9; }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut source = Vec::new();
    SerializedFileWriter::new(&mut source, schema, Arc::default())
        .expect("a writer")
        .close()
        .expect("closed");
    let file = converted(&source, Options::new()).expect("converted").file;
    let footer = crate::support::footer(&file);
    let fields = footer.file_metadata().schema().get_fields();
    let ids: Vec<i32> = fields.iter().map(|field| field.get_basic_info().id()).collect();
    assert_eq!(ids, [7, 9]);
}
