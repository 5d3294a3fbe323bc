#![allow(clippy::unwrap_used)]

use std::fs;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use std::io;

use bucksaw::ErrorKind;

use super::*;

/// Three rows of a number and a text that would ring the bell and colour the terminal.
fn sample(path: &Path) {
    let message = "message m { required int64 n; optional binary \u{1b}[31mname (STRING); }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let properties = WriterProperties::builder()
        .set_created_by("maker\u{7}".to_owned())
        .set_key_value_metadata(Some(vec![
            KeyValue::new("k".to_owned(), "v\r\n".to_owned()),
            KeyValue::new("long".to_owned(), "ü".repeat(101)),
        ]))
        .build();
    let file = fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[1, 2, 30], None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values = [ByteArray::from("a\u{7}b"), ByteArray::from("zz")];
    column.typed::<ByteArrayType>().write_batch(&values, Some(&[1, 0, 1]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

fn shown(files: &[&Path], json: bool, rows: Option<u64>) -> (String, Result<()>) {
    let files = files.iter().map(|path| path.to_path_buf()).collect();
    let mut out = Vec::new();
    let result =
        run(&InspectArgs { files, json, explain: false, schema: false, rows }, None, &mut out);
    (String::from_utf8(out).unwrap(), result)
}

#[test]
fn the_description_is_aligned_and_safe() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    sample(&path);
    let (text, result) = shown(&[&path], false, None);
    result.unwrap();
    assert!(text.starts_with(&path.display().to_string()), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{7}', '\r']), "{text:?}");
    assert!(text.contains("  created by      maker\\u{7}\n"), "{text}");
    assert!(text.contains("  rows            3\n"), "{text}");
    assert!(text.contains("  k = v\\r\\n\n"), "{text}");
    assert!(text.contains(&format!("  long = {}… (202 bytes)\n", "ü".repeat(100))), "{text}");
    let schema: Vec<&str> = text.lines().skip_while(|line| *line != "Schema").take(4).collect();
    assert_eq!(
        schema,
        [
            "Schema",
            "  column          physical    logical  converted  repetition  def  rep",
            "  n               INT64                           REQUIRED      0    0",
            "  \\u{1b}[31mname  BYTE_ARRAY  STRING   UTF8       OPTIONAL      1    0",
        ]
    );
    let columns: Vec<&str> =
        text.lines().skip_while(|line| !line.starts_with("Columns")).skip(1).take(3).collect();
    let words: Vec<&str> = columns[1].split_whitespace().collect();
    assert_eq!(words[..2], ["n", "UNCOMPRESSED"]);
    // Values, nulls, min, max, pages.
    assert!(columns[1].contains("3      0  1        30"), "{text}");
    assert!(columns[2].contains("3      1  a\\u{7}b  zz"), "{text}");
    assert!(columns[2].ends_with("1  dictionary column-index offset-index"), "{text}");
}

#[test]
fn rows_are_a_table_or_json_lines() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    sample(&path);
    let (text, result) = shown(&[&path], false, Some(2));
    result.unwrap();
    assert_eq!(text, "  n  \\u{1b}[31mname\n  1  a\\u{7}b\n  2  NULL\n");
    let (text, result) = shown(&[&path], true, Some(3));
    result.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], r#"{"n":1,"\u001b[31mname":"a\u0007b"}"#);
    assert_eq!(lines[1], r#"{"n":2,"\u001b[31mname":null}"#);
}

#[test]
fn a_bad_file_does_not_hide_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let (bad, good) = (directory.path().join("bad"), directory.path().join("good"));
    fs::write(&bad, "not parquet, not at all").unwrap();
    sample(&good);
    let (text, result) = shown(&[&bad, &good, &bad], true, None);
    let documents: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0]["rows"], 3);
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParquet);
    assert!(error.message().starts_with("2 of 3 files failed:\n"), "{error}");
    let (_, result) = shown(&[&bad, &good], false, None);
    let error = result.unwrap_err();
    assert_eq!(error.position().source.as_deref(), bad.to_str());
}

#[test]
fn rows_that_cannot_be_read_are_an_error_and_no_empty_table() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    sample(&path);
    let mut bytes = fs::read(&path).unwrap();
    // The first page's header.
    bytes[4..12].fill(0xff);
    fs::write(&path, bytes).unwrap();
    for json in [false, true] {
        let (text, result) = shown(&[&path], json, Some(2));
        assert_eq!(text, "");
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidParquet);
    }
}

#[test]
fn long_cells_are_cut_and_late_wide_rows_are_shown() {
    let mut out = Vec::new();
    let mut table = RowTable::new(&["a".to_owned(), "b".to_owned()], None);
    for row in 0..150 {
        let text = if row == 149 { "x".repeat(50) } else { row.to_string() };
        table.push([Json::Text(text), Json::Int(row)].iter(), &mut out).unwrap();
    }
    table.finish(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 151);
    assert_eq!(lines[0], "  a   b");
    assert_eq!(lines[1], "  0   0");
    assert_eq!(lines[150], format!("  {}…  149", "x".repeat(39)));
}

#[test]
fn what_hides_or_reorders_text_is_escaped() {
    assert_eq!(name("Zürich\t\u{9b}\u{202e}\u{feff}"), "Zürich\\t\\u{9b}\\u{202e}\\u{feff}");
}

#[test]
fn an_output_that_fails_ends_the_run() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    sample(&path);
    for (json, rows) in [(false, None), (true, None), (false, Some(1)), (true, Some(1))] {
        let args =
            InspectArgs { files: vec![path.clone()], json, explain: false, schema: false, rows };
        assert_eq!(run(&args, None, &mut Closed).unwrap_err().kind(), ErrorKind::Io);
    }
}

#[test]
fn encodings_are_explained() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    sample(&path);
    let explained = |json: bool| {
        let mut out = Vec::new();
        let args = InspectArgs {
            files: vec![path.clone()],
            json,
            explain: true,
            schema: false,
            rows: None,
        };
        run(&args, None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = explained(false);
    assert!(
        text.contains("\\u{1b}[31mname  BYTE_ARRAY\n  row group 0: RLE_DICTIONARY, "),
        "{text}"
    );
    assert!(
        text.contains("    2 different in 2 values, 1 null\n    13 B with RLE_DICTIONARY"),
        "{text}"
    );
    assert!(text.contains("Bucksaw's rules: PLAIN, modern DELTA_LENGTH_BYTE_ARRAY\n"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&explained(true)).unwrap();
    assert_eq!(json["columns"][0]["choices"][0]["values"], 3);
    assert_eq!(json["columns"][1]["choices"][0]["rules"]["portable"], "PLAIN");
}

#[test]
fn what_would_save_bytes_is_told_first() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.parquet");
    let mut writer = bucksaw::Writer::create(&path).unwrap();
    for row in 0..5_000_u64 {
        let trace = format!(
            "{:032x}",
            u128::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        );
        let values = [("n", bucksaw::Value::from(row as i64)), ("trace", trace.as_str().into())];
        writer.write_row(values).unwrap();
    }
    writer.finish().unwrap();
    let mut out = Vec::new();
    let args =
        InspectArgs { files: vec![path], json: false, explain: true, schema: false, rows: None };
    run(&args, None, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).take(2).collect();
    assert!(lines[0].starts_with("  with --profile modern "), "{text}");
    assert!(lines[0].contains(" before compression: ") && lines[0].contains("n ("), "{text}");
    assert_eq!(
        lines[1],
        "  declared in a schema file, before compression: trace as bytes(hex) (97.7 KiB instead of 175.8 KiB)"
    );
}

#[test]
fn files_in_folders_are_shown_and_a_folder_without_any_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (below, empty) = (directory.path().join("a/b"), directory.path().join("empty"));
    fs::create_dir_all(&below).unwrap();
    fs::create_dir_all(&empty).unwrap();
    sample(&below.join("s.parquet"));
    fs::write(below.join("s.txt"), "none").unwrap();
    let (text, result) = shown(&[directory.path()], true, None);
    result.unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let (text, result) = shown(&[&empty, directory.path()], false, Some(1));
    let error = result.unwrap_err().to_string();
    assert!(error.contains("ends in .parquet"), "{error}");
    // It is one of several, and is named.
    assert!(text.contains("s.parquet"), "{text}");
}
