//! The schema file of a Parquet file.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bucksaw::{ColumnType, DeclaredSchema, Input, NdjsonOptions, OnError, Options};
use bucksaw_inspect::File;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

fn convert(lines: &str, options: Options, path: &Path) {
    let mut writer = options.overwrite(true).create(path).unwrap();
    let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail);
    writer.write_input(&mut input.unwrap()).unwrap();
    writer.finish().unwrap();
}

/// Each column with its types, as a reader sees them.
fn columns(path: &Path) -> Vec<String> {
    let about = File::open(path).unwrap().describe();
    let column = |column: &bucksaw_inspect::Column| {
        let types = (&column.physical_type, &column.logical_type, column.type_length);
        format!("{} {types:?}", column.name)
    };
    about.columns.iter().map(column).collect()
}

#[test]
fn with_its_schema_another_file_gets_the_same_columns() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a.parquet"), folder.path().join("b.parquet"));
    let lines = concat!(
        "{\"t\":\"2026-11-28T07:05:09.123456789Z\",\"n\":1,\"http\":{\"status\":200,\"a b\":true},\"d\":1.5}\n",
        "{\"t\":\"2026-11-28T07:05:10Z\",\"n\":\"x\",\"big\":18446744073709551616,\"x.y\":\"z\",\"l\":[1,2]}\n",
    );
    let known = DeclaredSchema::new()
        .column("id", ColumnType::Uuid)
        .column("l", ColumnType::list_of(ColumnType::Int32))
        .field_id(3)
        .column("day", ColumnType::Date)
        .column("f", ColumnType::Fixed(5))
        .column("money", ColumnType::Decimal { precision: 12, scale: 2 });
    convert(lines, Options::new().schema(known).settling_rows(1), &first);
    let (schema, left_out) = File::open(&first).unwrap().declared_schema().unwrap();
    assert_eq!(left_out, [""; 0]);
    let text = schema.to_json();
    assert!(
        text.contains(
            r#"{"name":"http_status","type":"int64","path":["http","status"],"settled":true}"#
        ),
        "{text}"
    );
    assert!(text.contains(r#"{"name":"n__text","type":"text","sibling_of":"n"}"#), "{text}");
    assert!(
        text.contains(r#"{"name":"l","type":"list<int32>","field_id":3},"#),
        "it was declared: {text}"
    );
    let schema = DeclaredSchema::from_json(&text).unwrap();
    // No value tells a type any more.
    convert("{}\n", Options::new().schema(schema), &second);
    assert_eq!(columns(&second), columns(&first));
}

#[test]
fn columns_of_other_writers_are_declared_where_they_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.parquet");
    let message = "message m {
        required int32 i; optional int64 u (INTEGER(64,false)); optional int32 s (INTEGER(8,true));
        optional int64 local (TIMESTAMP(MICROS,false)); optional int64 ns (TIMESTAMP(NANOS,true));
        optional int96 old; optional binary raw; optional binary e (ENUM); optional float f;
        optional group http { optional int32 status; optional group request { required binary id (STRING); } }
        optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
        optional group m (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }
        optional group nested (LIST) { repeated group list { optional group element { optional int32 a; optional int32 b; } } }
        repeated int32 many; optional boolean last; }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let file = fs::File::create(&path).unwrap();
    SerializedFileWriter::new(file, schema, properties).unwrap().close().unwrap();
    let (schema, left_out) = File::open(&path).unwrap().declared_schema().unwrap();
    let declared: Vec<String> =
        schema.columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    let expected = [
        "i int32",
        "u uint64",
        "s int8",
        "local timestamp_local",
        "ns timestamp(ns)",
        "raw bytes",
        "e text",
        "f float",
        "http_status int32",
        "http_request_id text",
        "tags list<text>",
        "last bool",
    ];
    assert_eq!(declared, expected);
    assert_eq!(left_out, ["old", "m", "nested", "many"]);
    let path: Vec<_> = schema.columns.iter().filter_map(|column| column.path.clone()).collect();
    assert_eq!(path, [vec!["http", "status"], vec!["http", "request", "id"]]);
    assert!(DeclaredSchema::from_json(&schema.to_json()).is_ok());
}
